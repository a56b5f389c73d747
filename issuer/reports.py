"""What the ledger tells an officer: all marks, what is due, how much effort assessments took."""

import json
from datetime import date, timedelta
from statistics import median
from typing import Any

from issuer.books import Books
from issuer.home import Home
from issuer.models import HistoryRow, MarkRow, ObjectRow
from issuer.publish import TOO_OLD
from schemas.days import confirmation_due, day_of
from schemas.times import DAY, iso, last_day

__all__ = ["due", "effort", "listed"]


def listed(home: Home, books: Books, *, now: int) -> list[dict[str, Any]]:
    """Every mark that was not voided, the one that ends first in front."""
    return [_described(*one, home, now=now) for one in _all(books)]


def _all(books: Books) -> list[tuple[MarkRow, ObjectRow | None, HistoryRow | None]]:
    marks = books.live_marks()
    numbers = [mark.number for mark in marks]
    rows, latest = books.mark_objects(numbers), books.latest_of(numbers)
    return [(mark, rows.get(mark.number), latest.get(mark.number)) for mark in marks]


def _described(
    mark: MarkRow, row: ObjectRow | None, latest: HistoryRow | None, home: Home, *, now: int
) -> dict[str, Any]:
    status = None if latest is None else latest.status
    if status == "valid" and now >= mark.exp:
        status = "expired"
    elif status == "valid" and now < mark.nbf:
        status = "not-yet-valid"
    return {
        "number": mark.number,
        "draft_id": mark.draft_id,
        "organisation": mark.holder,
        "name": mark.name,
        "level": mark.level,
        "state": None if row is None else row.state,
        "status": status,
        "last_day": last_day(mark.exp, offset=home.scheme.offset),
        "signed_at": None if row is None else iso(row.iat),
        "trouble": None if row is None else row.trouble,
    }


def due(home: Home, books: Books, *, now: int, days: int | None = None) -> list[dict[str, Any]]:
    """What wants doing within `days` (default: what the scheme file says per level): renew, confirm, publish, reissue."""
    found: list[tuple[date, dict[str, Any]]] = []
    for mark, row, latest in _all(books):
        about, level = _described(mark, row, latest, home, now=now), home.scheme.level(mark.level)
        if row is not None and row.state != "published":
            late = row.iat + TOO_OLD
            what = "reissue" if late < now else "publish"
            found.append((day_of(late, home.scheme.offset), about | {"due": what}))
            continue
        if about["status"] not in ("valid", "suspended") or level is None:
            continue
        ahead = timedelta(days=level.renew_from_days if days is None else days)
        today, last = day_of(now, home.scheme.offset), day_of(mark.exp - DAY, home.scheme.offset)
        if last - ahead <= today:
            found.append((last, about | {"due": "renew"}))
        confirm = _next_confirmation(mark, home, books, level.confirm_every_months)
        if confirm is not None and confirm - ahead <= today:
            what = "confirm" if today <= confirm else f"confirm-overdue-{level.overdue}"
            found.append((confirm, about | {"due": what}))
    return [about | {"on": day.isoformat()} for day, about in sorted(found, key=lambda one: one[0])]


def _next_confirmation(mark: MarkRow, home: Home, books: Books, every: int | None) -> date | None:
    made = sum(row.kind == "confirm" for row in books.history(mark.number)) if every else 0
    return confirmation_due(mark.nbf, mark.exp, every=every, made=made, offset=home.scheme.offset)


def effort(books: Books) -> dict[str, Any]:
    """How many hours assessments took, by level. Aggregates only: no draft is named."""
    hours: dict[int, list[float]] = {}
    for mark in books.live_marks():
        draft = books.find_draft(mark.draft_id)
        stated = None if draft is None else json.loads(draft.private).get("effort_hours")
        if stated is not None:
            hours.setdefault(mark.level, []).append(float(stated))
    return {
        str(level): {
            "count": len(found),
            "total": round(sum(found), 2),
            "median": median(found),
            "least": min(found),
            "most": max(found),
        }
        for level, found in sorted(hours.items())
    }
