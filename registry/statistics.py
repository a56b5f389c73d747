"""Counts of the register for everybody: by level, month, fiscal year, country; and how many marks held at each year's end.

Counted from published marks alone, at the scheme's days. A mark counts as valid at a time as its page says it: within its window,
and neither suspended, revoked nor superseded by then; what should never have been issued counts at no time.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from registry.models import EventRow, MarkRow, OrganisationRow
from registry.states import Happened
from schemas.days import day_of, start_of
from schemas.status_list import Status
from schemas.times import DAY

__all__ = ["Period", "Statistics", "YearEnd", "count", "valid_at"]

Levels = Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Marks published in a month ("2026-11") or a fiscal year ("FY2026"), by level."""

    name: str
    issued: Levels


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEnd:
    """Marks valid at the end of a fiscal year, by level; `target` as the scheme published it, where it did.

    `is_over`: else it is today's count, and the year is still running.
    """

    name: str
    last_day: date
    valid: Levels
    target: Levels
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """`organisations` hold at least one valid mark; `countries` counts these by ISO 3166-1, "" where none is known, `regions`
    by ISO 3166-2, those that are known.
    """

    marks: int
    organisations: int
    valid: Levels
    months: tuple[Period, ...]
    years: tuple[Period, ...]
    year_ends: tuple[YearEnd, ...]
    countries: Mapping[str, int]
    regions: Mapping[str, int]


def count(
    session: Session, *, now: int, offset: int, year_start: int, targets: Mapping[str, Levels]
) -> Statistics:
    """Count at `now` (POSIX seconds); `offset` is the scheme's, `year_start` the month its fiscal year begins with."""
    days = _issued_by_day(session, offset)
    valid_now = _in_force(now)
    holders = select(MarkRow.holder).where(valid_now).distinct().subquery()
    by_country = (
        select(OrganisationRow.country, func.count())
        .join(holders, holders.c.holder == OrganisationRow.id)
        .group_by(OrganisationRow.country)
    )
    countries = {country or "": number for country, number in session.execute(by_country)}
    by_level = select(MarkRow.level, func.count()).where(valid_now).group_by(MarkRow.level)
    return Statistics(
        marks=sum(number for _, _, number in days),
        organisations=sum(countries.values()),
        valid=_pairs(session, by_level),
        months=tuple(_periods(days, lambda day: f"{day:%Y-%m}")),
        years=tuple(_periods(days, lambda day: f"FY{_fiscal_year(day, year_start)}")),
        year_ends=tuple(_year_ends(session, days, now, offset, year_start, targets)),
        countries=_most_first(countries),
        regions=_most_first(_regions(session, valid_now)),
    )


def _pairs(session: Session, asked: Select[int, int]) -> dict[int, int]:
    return {row[0]: row[1] for row in session.execute(asked)}


def valid_at(session: Session, time: int) -> dict[int, int]:
    """Count the marks valid at a past time, by level."""
    return _valid_at(session, time, _interruptions(session))


def _regions(session: Session, valid_now: ColumnElement[bool]) -> dict[str, int]:
    holders = select(MarkRow.holder).where(valid_now).distinct().subquery()
    by_region = (
        select(OrganisationRow.region, func.count())
        .join(holders, holders.c.holder == OrganisationRow.id)
        .where(OrganisationRow.region.is_not(None))
        .group_by(OrganisationRow.region)
    )
    return {row[0] or "": row[1] for row in session.execute(by_region)}


def _most_first(found: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _in_force(now: int) -> ColumnElement[bool]:
    return and_(
        MarkRow.logged_at.is_not(None),
        MarkRow.status == Status.VALID.value,
        MarkRow.valid_from <= now,
        MarkRow.valid_until > now,
    )


def _issued_by_day(session: Session, offset: int) -> list[tuple[date, int, int]]:
    """(day, level, count) of all published marks; dividing whole numbers drops the rest in every database."""
    number = (MarkRow.logged_at + offset) // DAY
    asked = (
        select(number.label("day"), MarkRow.level, func.count())
        .where(MarkRow.logged_at.is_not(None))
        .group_by("day", MarkRow.level)
        .order_by("day", MarkRow.level)
    )
    return [(day_of(int(day or 0) * DAY, 0), level, found) for day, level, found in session.execute(asked)]


def _periods(days: list[tuple[date, int, int]], name: Callable[[date], str]) -> Iterator[Period]:
    found: dict[str, Counter[int]] = {}
    for day, level, number in days:
        found.setdefault(name(day), Counter())[level] += number
    for period, issued in found.items():
        yield Period(name=period, issued=dict(sorted(issued.items())))


def _fiscal_year(day: date, start: int) -> int:
    return day.year if day.month >= start else day.year - 1


def _year_ends(
    session: Session,
    days: list[tuple[date, int, int]],
    now: int,
    offset: int,
    year_start: int,
    targets: Mapping[str, Levels],
) -> Iterator[YearEnd]:
    """The ends of all fiscal years since the first mark; of the one that runs, and of later ones with a target, as of now."""
    today = day_of(now, offset)
    first = _fiscal_year(days[0][0] if days else today, year_start)
    running = _fiscal_year(today, year_start)
    named = {int(name.removeprefix("FY")) for name in targets if name.removeprefix("FY").isdigit()}
    ended = _interruptions(session)
    for year in sorted({*range(first, running + 1), *named}):
        following = date(year + 1, year_start, 1)
        end = start_of(following, offset)
        is_over = end <= now
        valid = _valid_at(session, end - 1 if is_over else now, ended) if year <= running else {}
        yield YearEnd(
            name=f"FY{year}",
            last_day=day_of(end - 1, offset),
            valid=valid,
            target=dict(targets.get(f"FY{year}", {})),
            is_over=is_over,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Interrupted:
    """A mark that something happened to: when its status changed, and to what."""

    level: int
    valid_from: int
    valid_until: int
    logged_at: int
    events: tuple[Happened, ...]

    def counts_at(self, time: int) -> bool:
        """Whether the window and the log alone would count it at `time`."""
        return self.logged_at <= time and self.valid_from <= time < self.valid_until

    def is_valid_at(self, time: int) -> bool:
        if any(event.counts_always for event in self.events):
            return False
        before = [event for event in self.events if event.at is not None and event.at <= time]
        return not before or before[-1].status is Status.VALID


def _interruptions(session: Session) -> list[_Interrupted]:
    """Every mark with events that took effect: few beside all marks."""
    happened: dict[str, list[Happened]] = {}
    effective = select(EventRow).where(EventRow.effective, EventRow.logged_at.is_not(None))
    for row in session.scalars(effective.order_by(EventRow.place, EventRow.index)):
        happened.setdefault(row.number, []).append(Happened.read(row))
    columns = (MarkRow.number, MarkRow.level, MarkRow.valid_from, MarkRow.valid_until, MarkRow.logged_at)
    marks = select(*columns).where(
        MarkRow.logged_at.is_not(None), MarkRow.number.in_(select(EventRow.number).distinct())
    )
    return [
        _Interrupted(
            level=level,
            valid_from=valid_from,
            valid_until=valid_until,
            logged_at=logged_at or 0,
            events=tuple(happened.get(number, [])),
        )
        for number, level, valid_from, valid_until, logged_at in session.execute(marks)
    ]


def _valid_at(session: Session, time: int, interrupted: list[_Interrupted]) -> dict[int, int]:
    asked = (
        select(MarkRow.level, func.count())
        .where(MarkRow.logged_at <= time, MarkRow.valid_from <= time, MarkRow.valid_until > time)
        .group_by(MarkRow.level)
    )
    found = Counter(_pairs(session, asked))
    for mark in interrupted:
        if mark.counts_at(time) and not mark.is_valid_at(time):
            found[mark.level] -= 1
    return {level: number for level, number in sorted(found.items()) if number}
