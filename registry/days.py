"""Days of the scheme: which moments a date means, and when the next confirmation is due."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone

from registry.states import Happened
from schemas.claims import EventKind, MarkClaims
from schemas.times import DAY, last_day, to_seconds

__all__ = ["At", "days_left", "moments", "next_confirmation"]

At = date | datetime | None


def moments(at: At, *, now: int, offset: int) -> list[int]:
    """A moment, or the first and last second of a date in the scheme's offset, at most now."""
    if at is None:
        return [now]
    if isinstance(at, datetime):
        return [to_seconds(at)]
    start = to_seconds(datetime.combine(at, time.min, timezone(timedelta(seconds=offset))))
    return [min(start, now), min(start + DAY - 1, now)]


def next_confirmation(
    claims: MarkClaims, happened: Sequence[Happened], *, months: int | None, offset: int
) -> str | None:
    """Give the day the next confirmation is due, where the scheme asks for any; None past the mark's end."""
    if not months:
        return None
    made = sum(one.kind is EventKind.CONFIRM for one in happened)
    start = datetime.fromtimestamp(claims.nbf, timezone(timedelta(seconds=offset))).date()
    years, month = divmod(start.month - 1 + months * (made + 1), 12)
    first = date(start.year + years, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    due = min(first + timedelta(days=start.day - 1), following - timedelta(days=1))
    return due.isoformat() if due.isoformat() <= last_day(claims.exp, offset=offset) else None


def days_left(claims: MarkClaims, *, at: int, offset: int) -> int:
    """Count days of the scheme from `at` to the mark's last whole day; 0 on that day."""
    return (claims.exp - 1 + offset) // DAY - (at + offset) // DAY
