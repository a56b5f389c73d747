"""Days of the scheme: which moments a date means, and when the next confirmation is due."""

from collections.abc import Sequence
from datetime import date, datetime

from registry.states import Happened
from schemas.claims import EventKind, MarkClaims
from schemas.days import confirmation_due, day_of, start_of
from schemas.times import DAY, to_seconds

__all__ = ["At", "days_left", "moments", "next_confirmation"]

At = date | datetime | None


def moments(at: At, *, now: int, offset: int) -> list[int]:
    """A moment, or the first and last second of a date in the scheme's offset, at most now."""
    if at is None:
        return [now]
    if isinstance(at, datetime):
        return [to_seconds(at)]
    start = start_of(at, offset)
    return [min(start, now), min(start + DAY - 1, now)]


def next_confirmation(
    claims: MarkClaims, happened: Sequence[Happened], *, months: int | None, offset: int
) -> str | None:
    """Give the day the next confirmation is due, where the scheme asks for any; None past the mark's end."""
    made = sum(one.kind is EventKind.CONFIRM for one in happened)
    due = confirmation_due(claims.nbf, claims.exp, every=months, made=made, offset=offset)
    return None if due is None else due.isoformat()


def days_left(claims: MarkClaims, *, at: int, offset: int) -> int:
    """Count days of the scheme from `at` to the mark's last whole day; 0 on that day."""
    return (day_of(claims.exp - 1, offset) - day_of(at, offset)).days
