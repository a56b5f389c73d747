"""Two checks of one table are compared supplier by supplier: what got worse comes first, and nothing is told twice."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from verifier.watch.compare import Kind, Tone, compare, ending
from verifier.watch.standing import Standing, StandingError, standings

TODAY = date(2026, 11, 27)
GOOD = Standing(
    key="id:7000012050002",
    label="Mihon",
    verdict="valid",
    number="7K3Q9XWD29",
    level=4,
    holder="0188:7000012050002",
    name="株式会社みほん",
    unit="legal-entity",
    scope="本社のIT基盤",
    last_day="2027-11-26",
    state="valid",
)
GONE = replace(GOOD, verdict="invalid", reasons=("revoked",), state="revoked", state_reason="misuse")
UNKNOWN = Standing(key=GOOD.key, label="Mihon", verdict="undetermined", reasons=("status-stale",))
NONE = Standing(key=GOOD.key, label="Mihon", verdict="no-mark", reasons=("not-in-register",))


def compared(before: Standing | None, after: Standing | None, **changes: Any) -> list[tuple[Any, ...]]:
    days: dict[str, Any] = {"then": TODAY - timedelta(days=1), "today": TODAY, "within": 60} | changes
    old, new = ({} if one is None else {one.key: one} for one in (before, after))
    return [(change.tone, set(change.kinds)) for change in compare(old, new, **days)]


def test_what_stands_as_before_is_no_change() -> None:
    assert compared(GOOD, GOOD) == []
    assert compared(UNKNOWN, UNKNOWN) == []


@pytest.mark.parametrize(
    ("before", "after", "tone", "kinds"),
    [
        (GOOD, GONE, Tone.WORSE, {Kind.VERDICT, Kind.STATE}),
        (GONE, GOOD, Tone.BETTER, {Kind.VERDICT, Kind.STATE}),
        (GOOD, UNKNOWN, Tone.WORSE, {Kind.VERDICT}),  # and not: level, scope and holder gone
        (UNKNOWN, GOOD, Tone.BETTER, {Kind.VERDICT}),
        (NONE, GOOD, Tone.BETTER, {Kind.VERDICT}),
        (GOOD, replace(GOOD, level=3), Tone.WORSE, {Kind.LEVEL}),
        (replace(GOOD, level=3), GOOD, Tone.BETTER, {Kind.LEVEL}),
        (GOOD, replace(GOOD, partner="sg-demo"), Tone.OTHER, {Kind.LEVEL}),  # their four is not our four
        (GOOD, replace(GOOD, partner="sg-demo", level=1), Tone.OTHER, {Kind.LEVEL}),
        (replace(GOOD, partner="sg-demo", level=1), GOOD, Tone.OTHER, {Kind.LEVEL}),
        (GOOD, replace(GOOD, number="F0N14E2RE8", last_day="2028-11-26"), Tone.OTHER, {Kind.MARK, Kind.LAST_DAY}),
        (GOOD, replace(GOOD, scope="第一工場"), Tone.OTHER, {Kind.SCOPE}),
        (GOOD, replace(GOOD, name="株式会社べつ"), Tone.OTHER, {Kind.HOLDER}),
        (GONE, replace(GONE, reasons=("revoked", "policy-level")), Tone.OTHER, {Kind.REASONS}),
        (None, GOOD, Tone.OTHER, {Kind.ADDED}),
        (GOOD, None, Tone.OTHER, {Kind.REMOVED}),
    ],
)  # fmt: skip
def test_a_change_is_named_and_weighed(
    before: Standing | None, after: Standing | None, tone: Tone, kinds: set[Kind]
) -> None:
    assert compared(before, after) == [(tone, kinds)]


def test_an_end_that_comes_near_is_told_once() -> None:
    soon = replace(GOOD, last_day=(TODAY + timedelta(days=60)).isoformat())
    assert compared(soon, soon) == [(Tone.WORSE, {Kind.ENDS_SOON})]
    assert compared(soon, soon, then=TODAY) == []
    assert compared(soon, soon, within=59) == []
    later = {"then": TODAY + timedelta(days=1), "today": TODAY + timedelta(days=2)}
    assert compared(soon, soon, **later) == []
    dead = replace(soon, verdict="invalid", state="revoked")
    assert compared(dead, dead) == []
    assert (
        compared(replace(soon, verdict="invalid"), replace(soon, verdict="invalid")) != []
    )  # in force, if not as asked


def test_what_ends_soon_is_listed_by_its_day_and_only_while_it_is_in_force() -> None:
    days = [
        replace(GOOD, key=str(n), last_day=(TODAY + timedelta(days=n)).isoformat()) for n in (61, 30, 0, 60)
    ]
    found = ending([*days, replace(days[1], state="revoked")], today=TODAY, within=60)
    assert [one.days_left(TODAY) for one in found] == [0, 30, 60]


def test_what_got_worse_comes_first() -> None:
    before = {str(n): replace(GOOD, key=str(n)) for n in range(3)} | {"3": replace(GONE, key="3")}
    after = before | {
        "0": replace(before["0"], scope="x"),
        "2": replace(GONE, key="2"),
        "3": replace(GOOD, key="3"),
    }
    changes = compare(before, after, then=TODAY, today=TODAY, within=60)
    assert [change.tone for change in changes] == [Tone.WORSE, Tone.OTHER, Tone.BETTER]


def row(number: int, **supplier: str) -> dict[str, Any]:
    return {
        "row": number,
        "supplier": supplier,
        "verdict": "no-mark",
        "reasons": [],
        "mark": None,
        "state": None,
    }


def test_a_supplier_is_known_again_by_the_surest_thing_that_names_it() -> None:
    rows = [
        row(2, ref=" V-1 ", id="7000012050002", name="A"),
        row(3, id="7000012050002", name="A"),
        row(4, name="A  b"),
        row(5, name="A b"),
        row(6),
    ]
    keys = [one.key for one in standings(rows)]
    assert keys == ["ref:V-1", "id:7000012050002", "name:A b", "name:A b  (2)"]  # and a sum is no supplier


def test_a_column_that_counts_the_rows_names_no_supplier() -> None:
    before = [row(2, ref="1", name="A"), row(3, ref="2", name="B")]
    after = [row(2, ref="1", name="C"), row(3, ref="2", name="A"), row(4, ref="3", name="B")]
    assert [one.key for one in standings(before)] == ["name:A", "name:B"]
    assert {one.key for one in standings(after)} == {"name:A", "name:B", "name:C"}


def test_no_supplier_stands_in_the_place_of_another_that_is_called_as_a_counted_one() -> None:
    rows = [row(place, ref=ref) for place, ref in enumerate(("A", "A", "A (2)", "A  (2)"))]
    assert len({one.key for one in standings(rows)}) == 4


def test_what_is_kept_is_read_as_it_was_written_and_nothing_else() -> None:
    assert Standing.from_json(GONE.to_json()) == GONE
    good = GOOD.to_json()
    bent: list[Any] = [None, [], {}, good | {"key": 1}, good | {"level": "4"}, good | {"last_day": "soon"}]
    for one in (*bent, good | {"more": 1}, good | {"reasons": [1]}, good | {"reasons": None}):
        with pytest.raises(StandingError):
            Standing.from_json(one)
