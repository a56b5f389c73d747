"""Pages that explain: what a mark means, how many there are, where to report misuse."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext

from registry import i18n
from registry.misuse import Misuse, keep
from registry.problems import ProblemError
from registry.statistics import Period, Statistics, count
from registry.views.asked import services
from registry.views.rendering import page

__all__ = ["blueprint"]

blueprint = Blueprint("explain", __name__)

Row: TypeAlias = "tuple[str, str, int, int | None]"  # what, how many in words, how many, target
_LONGEST = {"what": 2_000, "mark": 200, "where": 500, "contact": 200}  # characters of a report


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One line of a chart: what, how many in words, and how long of 100; `wanted` marks a target."""

    name: str
    figures: str
    length: float
    wanted: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    title: str
    note: str | None
    bars: tuple[Bar, ...]


@blueprint.get("/meaning")
def meaning() -> Response:
    return page("meaning.html")


@blueprint.get("/statistics")
def statistics() -> Response:
    found = _counted()
    return page("statistics.html", found=found, charts=_charts(found))


@blueprint.get("/statistics.json")
def statistics_json() -> Response:
    found = asdict(_counted())
    for end in found["year_ends"]:
        end["last_day"] = end["last_day"].isoformat()
    return jsonify(found)


@blueprint.get("/statistics.csv")
def statistics_csv() -> Response:
    """One figure a line: kind, name, level, number."""
    found, out = _counted(), io.StringIO()
    table = csv.writer(out)
    table.writerow(["kind", "name", "level", "number"])
    table.writerows(["valid", "now", level, number] for level, number in found.valid.items())
    for kind, periods in (("issued-month", found.months), ("issued-fiscal-year", found.years)):
        table.writerows(
            [kind, one.name, level, number] for one in periods for level, number in one.issued.items()
        )
    for end in found.year_ends:
        table.writerows(["valid-at-year-end", end.name, level, number] for level, number in end.valid.items())
        table.writerows(["target", end.name, level, number] for level, number in end.target.items())
    for kind, counts in (("organisations-country", found.countries), ("organisations-region", found.regions)):
        table.writerows([kind, place, "", number] for place, number in counts.items())
    return Response(out.getvalue(), content_type="text/csv; charset=utf-8")


@blueprint.get("/report-misuse")
def report_misuse() -> Response:
    asked = services().settings
    contact = asked.security_contact or f"mailto:security@{asked.host}"
    return page("report.html", reference=None, mark=request.args.get("mark", "")[:20], contact=contact)


@blueprint.post("/report-misuse")
def misuse_reported() -> Response:
    request.max_content_length = 32 << 10
    said = {name: request.form.get(name, "").strip() for name in _LONGEST}
    if not said["what"]:
        raise ProblemError("bad-request", "what: write what you saw")
    for name, longest in _LONGEST.items():
        if len(said[name]) > longest:
            raise ProblemError("bad-request", f"{name}: at most {longest} characters")
    reference = keep(services().settings.home, Misuse(**said), now=services().clock())
    return page("report.html", reference=reference, mark="", contact="")


def _counted() -> Statistics:
    asked = services()
    settings = asked.settings
    with asked.sessions() as session:
        return count(
            session,
            now=asked.now(),
            offset=asked.document().scheme.offset,
            year_start=settings.fiscal_year_start,
            targets=settings.targets,
        )


def _charts(found: Statistics) -> tuple[Chart, ...]:
    by_level: list[Row] = [
        (_level(level), str(number), number, None) for level, number in sorted(found.valid.items())
    ]
    ends: list[Row] = [
        (
            gettext("%(year)s (until %(day)s)", year=end.name, day=i18n.day(end.last_day))
            if end.is_over
            else gettext("%(year)s (running, until %(day)s)", year=end.name, day=i18n.day(end.last_day)),
            _levels(end.valid),
            sum(end.valid.values()),
            sum(end.target.values()) or None,
        )
        for end in found.year_ends
    ]
    countries: list[Row] = [
        (i18n.territory(code) or gettext("country not stated"), str(number), number, None)
        for code, number in found.countries.items()
    ]
    regions: list[Row] = [
        (i18n.region(code), str(number), number, None) for code, number in found.regions.items()
    ]
    return (
        _chart(gettext("Valid now, by level"), None, by_level),
        _chart(
            gettext("Valid at the end of each fiscal year"),
            gettext("A line marks the scheme's published target, where there is one."),
            ends,
        ),
        _chart(gettext("Newly published, by fiscal year"), None, _periods(found.years)),
        _chart(gettext("Newly published, by month"), None, _periods(found.months[-24:])),
        _chart(gettext("Organisations with a valid mark, by country"), None, countries),
        _chart(gettext("Organisations with a valid mark, by region"), None, regions),
    )


def _periods(periods: Sequence[Period]) -> list[Row]:
    return [(one.name, _levels(one.issued), sum(one.issued.values()), None) for one in periods]


def _chart(title: str, note: str | None, rows: Sequence[Row]) -> Chart:
    most = max([1, *(number for *_, number, _ in rows), *(wanted or 0 for *_, wanted in rows)])
    bars = [
        Bar(
            name=name,
            figures=figures
            if wanted is None
            else f"{figures} / {gettext('target %(number)s', number=wanted)}",
            length=round(100 * number / most, 1),
            wanted=None if wanted is None else round(100 * wanted / most, 1),
        )
        for name, figures, number, wanted in rows
    ]
    return Chart(title=title, note=note, bars=tuple(bars))


def _level(level: int) -> str:
    return f"{'★' * level} {gettext('Level %(level)s', level=level)}"


def _levels(found: Mapping[int, int]) -> str:
    parts = [f"★{level} {number}" for level, number in sorted(found.items())]
    return f"{sum(found.values())} ({', '.join(parts)})" if parts else "0"
