"""The one word for a mark's state, at any time (docs/format.md §3, §8).

being published > revoked > superseded > suspended > expired > not yet valid > valid
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.models import EventRow
from schemas.claims import EventKind, EventReason, MarkClaims
from schemas.status_list import Status

__all__ = ["Happened", "State", "Stated", "state_of"]


class State(StrEnum):
    """What a page says in one word; the first that holds wins."""

    BEING_PUBLISHED = "being-published"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    VALID = "valid"

    @property
    def badness(self) -> int:
        """Of two answers about one day the worse counts."""
        return -list(State).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event that took effect; `at` is when it was logged at the latest."""

    kind: EventKind
    reason: EventReason | None
    successor: str | None
    status: Status
    at: int | None
    place: int
    index: int

    @classmethod
    def read(cls, row: EventRow) -> "Happened":
        return cls(
            kind=EventKind(row.kind),
            reason=None if row.reason is None else EventReason(row.reason),
            successor=row.successor,
            status=Status(row.status_after),
            at=row.logged_at,
            place=row.place,
            index=row.index,
        )

    @property
    def counts_always(self) -> bool:
        """Whether it says that the mark never should have been (§3)."""
        return self.kind is EventKind.REVOKE and self.reason is not None and self.reason.found_later


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A state, since when (POSIX seconds; None if unknown), and why."""

    at: int
    state: State
    since: int | None
    reason: EventReason | None = None
    successor: str | None = None


_ENDED = {
    Status.REVOKED: State.REVOKED,
    Status.SUPERSEDED: State.SUPERSEDED,
    Status.SUSPENDED: State.SUSPENDED,
}


def state_of(
    claims: MarkClaims, happened: Sequence[Happened], *, logged_at: int | None, is_published: bool, at: int
) -> Stated:
    """Give the state of a mark at a time, from the events that had been logged by then."""
    if not is_published:
        return Stated(at=at, state=State.BEING_PUBLISHED, since=None)
    cause = None
    for event in happened:
        if event.kind is not EventKind.CONFIRM and (
            event.counts_always or (event.at is not None and event.at <= at)
        ):
            cause = event
    if cause is not None and cause.status in _ENDED:
        return Stated(
            at=at, state=_ENDED[cause.status], since=cause.at, reason=cause.reason, successor=cause.successor
        )
    if at >= claims.exp:
        return Stated(at=at, state=State.EXPIRED, since=claims.exp)
    if at < claims.nbf:
        return Stated(at=at, state=State.NOT_YET_VALID, since=logged_at)
    since = max(claims.nbf, logged_at or 0, (cause.at or 0) if cause else 0)
    return Stated(at=at, state=State.VALID, since=since)
