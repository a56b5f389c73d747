"""The right organisation first; never more than a bounded part of an index is read."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from forge.laid import Laid, holder, profile
from forge.world import NOW, World
from registry.models import OrganisationRow, SearchGramRow, SearchKeyRow
from registry.search import CursorError, Filters, countries, index_organisation, search
from schemas.times import DAY

NAMES = [
    ("株式会社みほん電子", "Mihon Denshi Co., Ltd."),
    ("みほん電子サービス株式会社", "Mihon Denshi Service Inc."),
    ("髙﨑システム株式会社", "Takasaki System Inc."),
    ("株式会社森", "Mori Co., Ltd."),
    ("大森工業株式会社", "Ōmori Kōgyō Co., Ltd."),
    ("100%子会社_テスト株式会社", "Hundred Percent K.K."),
]


@pytest.fixture
def laid(lay: Callable[[World], Laid]) -> Laid:
    world = World()
    world.publish(NOW - 20 * DAY)
    marks = [
        world.issue(at=NOW - 10 * DAY, holder=holder(place), name=name, name_latin=latin)
        for place, (name, latin) in enumerate(NAMES)
    ]
    marks.append(
        world.issue(
            signer="issuer-4",
            at=NOW - 10 * DAY,
            holder=holder(0),
            name="株式会社みほん電子",
            exp=NOW - DAY,
        )
    )
    world.publish(NOW - 10 * DAY)
    found = lay(world)
    found.marks = {str(place): mark for place, mark in enumerate(marks)}
    found.files.write_profile(
        marks[0].number,
        profile(marks[0], kana="ミホンデンシ", names=[{"kind": "former", "name": "あけぼの電器"}]),
    )
    found.files.write_profile(marks[2].number, profile(marks[2], country="VN"))
    found.rebuild()
    return found


@pytest.fixture
def session(laid: Laid) -> Iterator[Session]:
    with laid.sessions()() as opened:
        yield opened


def names(session: Session, typed: str, **more: Any) -> list[str]:
    return [hit.name for hit in search(session, typed, now=NOW, **more).hits]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("みほん電子", 0),
        ("㈱みほん電子", 0),
        ("ミホンデンシ", 0),
        ("mihon denshi", 0),
        ("MIHON-DENSHI CO LTD", 0),
        ("あけぼの電器", 0),
        ("みほん電子サー", 1),
        ("高崎システム", 2),
        ("takasaki", 2),
        ("森", 3),
        ("Ohmori Kougyou", 4),
        ("大森", 4),
        ("工業", 4),
        ("大森工場", 4),
        ("100%子会社_", 5),
    ],
)
def test_the_organisation_that_is_meant_comes_first(session: Session, typed: str, first: int) -> None:
    assert names(session, typed)[0] == NAMES[first][0]


def test_an_organisation_is_found_by_its_number_and_its_mark(session: Session, laid: Laid) -> None:
    number = laid.marks["2"].number
    for typed in (
        str(holder(2)),
        holder(2).value,
        "T" + holder(2).value,
        number,
        number[:5] + "-" + number[5:],
    ):
        hits = search(session, typed, now=NOW).hits
        assert [(hit.id, hit.score) for hit in hits][:1] == [(str(holder(2)), 1.0)]


def test_exact_is_better_than_prefix_is_better_than_parts(session: Session) -> None:
    hits = search(session, "みほん電子", now=NOW).hits
    assert [hit.name for hit in hits] == [NAMES[0][0], NAMES[1][0]]
    assert hits[0].score == 1.0 > hits[1].score > 0.6
    assert search(session, "工業", now=NOW).hits[0].score < 0.6


def test_how_it_was_found_is_said(session: Session) -> None:
    found = {
        typed: search(session, typed, now=NOW).hits[0].matched
        for typed in ("みほん電子", "ミホンデンシ", "mihon denshi", "あけぼの電器", holder(0).value)
    }
    assert list(found.values()) == ["name", "kana", "latin", "former", "id"]


@pytest.mark.parametrize(
    "typed", ["%", "_", "'; drop table marks; --", "\0", "zzzz", "。", "\ud7ff", "\U0010ffff"]
)
def test_what_is_in_no_name_finds_nothing(session: Session, typed: str) -> None:
    assert names(session, typed) == []


def test_level_and_state_have_to_fit_one_mark(session: Session) -> None:
    assert names(session, "みほん", filters=Filters(level=4, state="expired")) == [NAMES[0][0]]
    assert names(session, "みほん", filters=Filters(level=4, state="valid")) == []
    assert names(session, "", filters=Filters(level=4)) == [NAMES[0][0]]


def test_a_country_narrows(session: Session) -> None:
    assert countries(session) == ["JP", "VN"]
    assert names(session, "", filters=Filters(country="VN")) == [NAMES[2][0]]
    assert names(session, "みほん", filters=Filters(country="VN")) == []


def test_pages_follow_one_another_without_gap_or_repetition(session: Session) -> None:
    for typed, filters in (("みほん", Filters()), ("", Filters(state="valid"))):
        whole = names(session, typed, filters=filters, limit=100)
        paged: list[str] = []
        cursor = None
        while True:
            page = search(session, typed, now=NOW, filters=filters, limit=1, cursor=cursor)
            paged += [hit.name for hit in page.hits]
            cursor = page.next
            if cursor is None:
                break
        assert paged == whole
        assert len(whole) > 1


@pytest.mark.parametrize("cursor", ["x", "é", "W10", "bnVsbA", "W251bGxd", "WyJhIiwiYiJd"])
def test_a_cursor_from_elsewhere_is_refused(session: Session, cursor: str) -> None:
    with pytest.raises(CursorError):
        search(session, "みほん", now=NOW, cursor=cursor)


def test_indexing_again_changes_nothing(session: Session) -> None:
    def rows() -> tuple[list[Any], list[Any]]:
        keys = session.execute(select(SearchKeyRow.organisation, SearchKeyRow.matched, SearchKeyRow.key))
        grams = session.execute(
            select(SearchKeyRow.key, SearchGramRow.gram).join(
                SearchGramRow, SearchGramRow.key_id == SearchKeyRow.id
            )
        )
        return sorted(map(tuple, keys)), sorted(map(tuple, grams))

    before = rows()
    index_organisation(session, str(holder(0)))
    assert rows() == before
    assert before[1]


def test_a_name_only_an_older_mark_bears_becomes_a_former_name(lay: Callable[[World], Laid]) -> None:
    world = World()
    world.issue(at=NOW - 10 * DAY, name="旧みほん株式会社")
    world.issue(at=NOW - 9 * DAY, name="新みほん株式会社")
    world.publish(NOW - 9 * DAY)
    with lay(world).sessions()() as session:
        assert session.scalars(select(OrganisationRow.name)).all() == ["新みほん株式会社"]
        assert search(session, "旧みほん", now=NOW).hits[0].matched == "former"


def test_no_question_scans_a_table(session: Session) -> None:
    """Each step is a range of an index: SQLite's own plan says SEARCH, or a scan of a bounded subquery."""
    asked: list[tuple[str, Any]] = []

    def listen(
        _connection: Any, _cursor: Any, statement: Any, parameters: Any, _context: Any, _many: Any
    ) -> None:
        asked.append((statement, parameters))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", listen)
    search(session, "大森工場", now=NOW, filters=Filters(level=3, state="valid", country="JP"))
    search(session, "森", now=NOW)
    countries(session)
    event.remove(engine, "before_cursor_execute", listen)
    tables = ("search_keys", "search_grams", "organisations", "marks")
    assert len(asked) > 6
    for statement, parameters in asked:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        assert not [row[3] for row in plan if row[3].startswith(tuple(f"SCAN {table}" for table in tables))]
