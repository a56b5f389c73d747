"""A view: what one body of evidence can say about a log, already authenticated (docs/format.md §7).

Evidence of one mark, a bundle and a register are all read through this one interface, so that the
verdict does not depend on where the bytes came from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from keys.signed import Signed, read_event
from keys.trust import TrustChain
from schemas.claims import EventClaims, EventKind, MarkClaims
from schemas.errors import MalformedError
from schemas.leaves import Genesis
from schemas.status_list import Status
from schemas.times import iso
from verifier.fold import MarkState, followed, issue_state
from verifier.report import Reason, Refused
from verifier.transparency import AuthenticList, Logged, Witnessed

__all__ = ["History", "LoggedEvent", "PastEvent", "View", "replay", "status_at"]


class View(Protocol):
    """Everything here was established under `chain`; nothing here raises for what the bytes say."""

    @property
    def chain(self) -> TrustChain: ...

    @property
    def heads(self) -> tuple[Witnessed, ...]:
        """The newest witnessed checkpoint of each log held."""

    @property
    def newest_list(self) -> AuthenticList | None:
        """The freshest authentic list held, of whatever series."""

    @property
    def trust_version_seen(self) -> int:
        """The highest trust version a proven leaf or an authentic list names."""

    def find_mark(self, number: str) -> bytes | None:
        """A mark of this number, unverified; None where the view holds none. Raises MalformedError for a damaged member."""

    def logged(self, entry: bytes, *, iat: int) -> Logged | Refused: ...

    def root_at(self, place: int, size: int) -> bytes | None:
        """The root the log at `place` had at `size`, None where this view cannot tell."""

    def genesis(self, place: int) -> Genesis | None:
        """Leaf 0 of the log at `place`, proven to be that; None where this view does not hold it."""

    def status_list(self, uri: str) -> AuthenticList | Refused: ...

    def history(self, mark: Signed[MarkClaims], logged: Logged) -> "History | Refused":
        """The events of a mark, in order, each proven, signed and legal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """An event as the log holds it, its signature not yet judged."""

    raw: bytes
    logged: Logged


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvent:
    """An event that took effect, and the state it left."""

    claims: EventClaims
    logged: Logged
    after: MarkState


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A mark's life so far; `issued` is its state before any event."""

    issued: MarkState
    events: tuple[PastEvent, ...]

    @property
    def current(self) -> MarkState:
        return self.events[-1].after if self.events else self.issued


def replay(
    mark: Signed[MarkClaims], logged: Logged, events: Sequence[LoggedEvent], chain: TrustChain
) -> History | Refused:
    """Follow a mark's events from its leaf, each linked to the one before (§3).

    That the list is *complete* is not established here: only a whole register can show that.
    """
    document = chain.current
    key = document.find_key(mark.header.kid)
    if key is None:
        return Refused(Reason.HISTORY_UNAVAILABLE, "the issuer is not known")
    issued = issue_state(mark.claims, key, place=logged.place, index=logged.index, leaf=logged.leaf)
    state, past = issued, []
    before = (logged.place, logged.index)
    for position, event in enumerate(events):
        here = (event.logged.place, event.logged.index)
        if here <= before:  # in another order than the log's, the same events can tell another story
            return Refused(Reason.HISTORY_UNAVAILABLE, f"event {position} is out of the log's order")
        before = here
        try:
            unverified = read_event(event.raw)
        except MalformedError as error:
            return Refused(Reason.HISTORY_UNAVAILABLE, f"event {position}: {error}")
        claims = unverified.unsafe_claims
        if str(claims.number) != state.number or claims.prev != state.last_leaf:
            return Refused(Reason.HISTORY_UNAVAILABLE, f"event {position} does not follow the one before")
        # The register let the successor in; here only its number is known.
        successor = replace(state, number=str(claims.successor)) if claims.successor else None
        after = followed(
            state,
            unverified,
            document,
            successor=successor,
            leaf=event.logged.leaf,
            place=event.logged.place,
            index=event.logged.index,
        )
        if not isinstance(after, MarkState):  # void: it links, and changes nothing (rule 5)
            state = replace(state, last_leaf=event.logged.leaf)
            continue
        past.append(PastEvent(claims=claims, logged=event.logged, after=after))
        state = after
    return History(issued=issued, events=tuple(past))


def status_at(history: History, time: int) -> tuple[MarkState, PastEvent | None] | Refused:
    """Give the state at `time` and the event that made it: the fold of what was logged by then (§3).

    A revocation because the mark was issued in error, or its issuer's key was stolen, counts at every time. Where an event may have been
    logged before `time` or after it, nothing is said; but that a mark had ended either way is.
    """
    state, cause = history.issued, None
    for event in history.events:
        claims = event.claims
        if claims.kind is EventKind.REVOKE and claims.reason is not None and claims.reason.found_later:
            return event.after, event
        if claims.kind is EventKind.CONFIRM:
            continue  # changes nothing, whenever it came
        if event.logged.logged_by <= time:
            state, cause = event.after, event
        elif event.logged.not_before <= time and Status.VALID in (state.status, event.after.status):
            between = f"between {iso(event.logged.not_before)} and {iso(event.logged.logged_by)}"
            return Refused(
                Reason.HISTORY_UNAVAILABLE, f"an event was logged {between}; nearer it is not known"
            )
    return state, cause
