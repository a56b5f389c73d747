"""A holder whose name runs from right to left: its letters stay in its place, and the words and numbers around it in theirs."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from forge.asked_tables import carried, check, post
from forge.laid import Laid, profile
from forge.reading_order import loose, loose_on_page
from forge.world import NOW, Issued, World, first_document
from registry.badge import Badge, draw
from schemas.times import DAY, HOUR

HEBREW, ARABIC = "חברת 7 הדוגמה בע״מ", "نطاق 2: المقر الرئيسي"
NAME, SCOPE = HEBREW, ARABIC
SCHEME = {"en": "הדגמה", "ja": "הדגמה"}
Lay = Callable[[World], Laid]


@pytest.fixture
def mark() -> tuple[World, Issued]:
    document = first_document()
    document["scheme"]["names"] = SCHEME
    for key in document["keys"]:
        key["names"] = {"en": "מנפיק 3", "ja": "מנפיק 3"}
    world = World(document)
    issued = world.issue(at=NOW - 3 * DAY, name=NAME, statement=SCOPE, statement_latin=None)
    world.publish(NOW - 3 * DAY)
    world.publish(NOW - HOUR)
    return world, issued


@pytest.fixture
def client(mark: tuple[World, Issued], lay: Lay) -> FlaskClient:
    world, issued = mark
    laid = lay(world)
    more: dict[str, Any] = {
        "country": "IL",
        "names": [{"kind": "trading", "name": "דוגמה 9"}],
        "sites": ["סניף 4"],
        "excluded": ["מחסן 5"],
        "assessor": {"ja": "בודק 6", "en": "בודק 6"},
        "related": [{"scheme": "תו 8", "reference": "מס 1"}],
        "contact": "טלפון 03",
        "statements": [{"ja": "אמירה 1", "en": "אמירה 1"}],
    }
    laid.files.write_profile(issued.number, profile(issued, **more))
    laid.rebuild()
    return laid.client()


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_page_that_shows_such_a_name_isolates_it(
    client: FlaskClient, mark: tuple[World, Issued], lang: str
) -> None:
    claims = mark[1].claims
    for path in (
        f"/m/{claims.number}?",
        f"/m/{claims.number}?at=2026-11-22&",
        f"/o/{claims.holder}?",
        "/search?q=דוגמה&",
        f"/search?q={claims.holder.value}&",
        "/trust?",
        "/?",
    ):
        answer = client.get(f"{path}lang={lang}", headers={"Accept": "text/html"})
        assert answer.status_code == 200, path
        assert loose_on_page(answer.text) == [], path


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_checked_table_isolates_its_own_words_and_the_marks(
    client: FlaskClient, mark: tuple[World, Issued], lang: str
) -> None:
    rows = (
        "ספק,company name,corporate number,הערה\n"
        f"1 א,{NAME},{mark[1].claims.holder.value},2 ב\n"
        f"2 ב,{NAME},,3 ג\n3 ג,אחר 7,{mark[1].claims.holder.value},\n"
    )
    read = post(client, {"rows": rows}, lang=lang)
    assert loose_on_page(read.text) == []
    result = check(client, rows, lang=lang, scope="היקף 4")
    assert loose_on_page(result.text) == []
    report = post(client, {**carried(result), "format": "html"}, lang=lang)
    assert loose_on_page(report.text) == []


def test_feed_and_badge_isolate_a_name_and_files_for_programs_keep_it_as_it_is(
    client: FlaskClient, mark: tuple[World, Issued]
) -> None:
    number = mark[1].number
    feed = client.get("/changes.atom?lang=ja").text
    assert NAME in feed
    assert loose(feed) == []
    badge = client.get(f"/m/{number}/badge.svg?lang=ja").text
    assert NAME in badge
    assert loose(badge) == []
    facts = client.get(f"/api/v1/marks/{number}").get_json()
    assert f"'{NAME}'" in repr(facts)
    assert "\u2068" not in repr(facts)


def test_a_name_of_the_other_direction_is_left_alone() -> None:
    badge = Badge(kind="valid", head="Valid", name="みほん電子 Ltd.", foot="3B069", title="Akashi", lang="en")
    assert "\u2068" not in draw(badge)
