"""The register in figures: the same marks the pages call valid, counted; nothing else."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest

from forge.laid import Laid, json_of
from forge.world import NOW, World
from registry.statistics import Statistics, count, valid_at
from schemas.times import DAY, iso

OFFSET = 32400


def counted(
    laid: Laid, *, now: int | None = None, year_start: int = 4, **targets: dict[int, int]
) -> Statistics:
    with laid.sessions()() as session:
        return count(session, now=now or laid.now, offset=OFFSET, year_start=year_start, targets=targets)


def valid_on_pages(laid: Laid, at: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for mark in laid.marks.values():
        answer = laid.client().get(f"/api/v1/marks/{mark.number}?at={at}")
        if answer.status_code == 200 and json_of(answer)["state"] == "valid":
            found[mark.claims.level] += 1
    return found


def test_as_many_are_valid_now_as_pages_say(full: Laid) -> None:
    assert counted(full).valid == valid_on_pages(full, "")
    assert counted(full).valid


@pytest.mark.parametrize("days", [1, 3, 5, 8])
def test_as_many_were_valid_at_an_earlier_moment_as_pages_say_of_it(full: Laid, days: int) -> None:
    moment = NOW - days * DAY
    with full.sessions()() as session:
        assert valid_at(session, moment) == valid_on_pages(full, iso(moment))


def test_a_year_that_runs_is_called_that_and_has_its_target(full: Laid) -> None:
    found = counted(full, FY2026={3: 10}, FY2030={3: 99})
    by_name = {end.name: end for end in found.year_ends}
    assert by_name["FY2026"].is_over is False
    assert by_name["FY2026"].last_day == date(2027, 3, 31)
    assert by_name["FY2026"].target == {3: 10}
    assert by_name["FY2026"].valid == found.valid
    assert (by_name["FY2030"].valid, by_name["FY2030"].target) == ({}, {3: 99})


def test_a_year_that_is_over_is_counted_at_its_end(full: Laid) -> None:
    later = counted(full, now=NOW + 600 * DAY)
    over = [end for end in later.year_ends if end.is_over]
    assert [end.name for end in over] == ["FY2026", "FY2027"]
    assert sum(over[0].valid.values()) > 0
    assert later.valid == {}


def test_months_and_years_add_up_to_all_marks(full: Laid) -> None:
    found = counted(full)
    for periods in (found.months, found.years):
        assert sum(sum(one.issued.values()) for one in periods) == found.marks
    assert found.marks == len({mark.number for mark in full.marks.values() if mark.index >= 0})


def test_the_fiscal_year_begins_with_the_schemes_month(full: Laid) -> None:
    assert {one.name for one in counted(full, year_start=1).years} == {"FY2026"}
    assert {one.name for one in counted(full, year_start=12).years} == {"FY2025"}


def test_organisations_are_counted_once_by_country(full: Laid) -> None:
    found = counted(full)
    holders = {str(mark.claims.holder) for mark in full.marks.values()}
    assert 0 < found.organisations <= len(holders)
    assert sum(found.countries.values()) == found.organisations
    assert found.countries["JP"] >= 1


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_page_the_table_and_the_json_say_the_same(full: Laid, lang: str) -> None:
    client = full.client()
    figures = json_of(client.get("/statistics.json"))
    rows = list(csv.DictReader(io.StringIO(client.get("/statistics.csv").text)))
    now = {row["level"]: int(row["number"]) for row in rows if row["kind"] == "valid"}
    assert now == figures["valid"]
    text = client.get(f"/statistics?lang={lang}").text
    assert f">{figures['organisations']} organisation" in text or f"{figures['organisations']}です" in text
    assert "<svg" in text


def test_an_empty_register_is_counted_too(lay: Callable[[World], Laid]) -> None:
    world = World()
    world.publish(NOW - DAY)
    laid = lay(world)
    found = counted(laid)
    assert (found.marks, found.organisations, found.valid) == (0, 0, {})
    assert laid.client().get("/statistics?lang=en").status_code == 200
