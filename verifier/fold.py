"""What the leaves about a mark add up to (docs/format.md §3, §4 Fold).

One function decides whether an event may follow: `transition`. The registry asks it at the door and
in its projection, the fold over a whole log asks it for every leaf, the verifier for a mark's history.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from keys.signed import Unverified, read_event, read_mark
from schemas.claims import EventClaims, EventKind, EventReason, MarkClaims
from schemas.errors import MalformedError
from schemas.leaves import EventLeaf, Genesis, IssueLeaf, TrustLeaf, leaf_from_bytes
from schemas.merkle import leaf_hash
from schemas.status_list import LIST_BYTES, Status, set_status
from schemas.trust_document import TrustDocument
from schemas.trust_entries import KeyUse, TrustedKey
from verifier.entitlement import entitled_event, entitled_mark
from verifier.report import Reason, Refused

__all__ = [
    "Fold",
    "FoldRefusal",
    "MarkState",
    "followed",
    "issue_state",
    "transition",
    "trust_version",
]


class FoldRefusal(StrEnum):
    """Why a leaf changes nothing; the registry refuses what would be such a leaf."""

    EVENT_OUT_OF_ORDER = "event-out-of-order"
    EVENT_NOT_AUTHORISED = "event-not-authorised"
    ILLEGAL_TRANSITION = "illegal-transition"
    UNKNOWN_MARK = "unknown-mark"
    DUPLICATE_NUMBER = "duplicate-number"
    DUPLICATE_INDEX = "duplicate-index"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkState:
    """A mark after some of its leaves. `last_leaf` is what the next event must name as `prev`."""

    number: str
    place: int
    index: int
    holder: str
    owner: str
    level: int
    status_uri: str
    status_index: int
    last_leaf: bytes
    status: Status = Status.VALID
    suspended_by_authority: bool = False
    reason: EventReason | None = None
    successor: str | None = None


def issue_state(claims: MarkClaims, key: TrustedKey, *, place: int, index: int, leaf: bytes) -> MarkState:
    """Give the state of a mark that has just been issued."""
    return MarkState(
        number=str(claims.number),
        place=place,
        index=index,
        holder=str(claims.holder),
        owner=key.owner,
        level=claims.level,
        status_uri=claims.status_uri,
        status_index=claims.status_index,
        last_leaf=leaf,
    )


def transition(
    state: MarkState | None,
    event: EventClaims,
    signer: TrustedKey,
    *,
    successor: MarkState | None,
    leaf: bytes,
) -> MarkState | FoldRefusal:
    """Give the state after an event, or why it may not happen.

    `successor` is the state of the mark the event names, None when there is none in the log.
    """
    # 1. It is about a mark, in the state its signer saw: replays, races and hoarded events end here.
    if state is None:
        return FoldRefusal.UNKNOWN_MARK
    if event.prev != state.last_leaf:
        return FoldRefusal.EVENT_OUT_OF_ORDER
    # 2. Its signer may do this to this mark.
    by_authority = signer.use is KeyUse.AUTHORITY
    if not _may(signer, event, state):
        return FoldRefusal.EVENT_NOT_AUTHORISED
    # 3. The state allows it.
    if state.status in (Status.REVOKED, Status.SUPERSEDED):
        return FoldRefusal.ILLEGAL_TRANSITION
    suspended = state.status is Status.SUSPENDED
    after = replace(state, last_leaf=leaf)
    match event.kind:
        case EventKind.CONFIRM:
            return after
        case EventKind.SUSPEND if not suspended:
            return replace(
                after, status=Status.SUSPENDED, suspended_by_authority=by_authority, reason=event.reason
            )
        case EventKind.REINSTATE if suspended:
            return replace(after, status=Status.VALID, suspended_by_authority=False, reason=event.reason)
        case EventKind.REVOKE:
            return replace(after, status=Status.REVOKED, reason=event.reason)
        case EventKind.SUPERSEDE:
            return _supersede(after, event, successor, by_authority=by_authority)
    return FoldRefusal.ILLEGAL_TRANSITION


def followed(
    state: MarkState,
    event: Unverified[EventClaims],
    document: TrustDocument,
    *,
    successor: MarkState | None,
    leaf: bytes,
    place: int,
    index: int,
) -> MarkState | FoldRefusal | Refused:
    """Give the state after an event that stands in the log at this position, or why it changes nothing."""
    entitled = entitled_event(event, document, place=place, index=index)
    if isinstance(entitled, Refused):
        return entitled
    return transition(state, event.unsafe_claims, entitled[1], successor=successor, leaf=leaf)


def _may(signer: TrustedKey, event: EventClaims, state: MarkState) -> bool:
    if signer.use is KeyUse.AUTHORITY:
        if event.kind is EventKind.REINSTATE:
            return state.status is not Status.SUSPENDED or state.suspended_by_authority
        if event.kind is EventKind.SUPERSEDE:
            return event.reason is EventReason.ORGANISATION_CEASED
        return event.kind in (EventKind.SUSPEND, EventKind.REVOKE)
    if signer.use is not KeyUse.MARK or signer.owner != state.owner or state.level not in signer.levels:
        return False
    # What an authority suspended, only an authority lifts.
    return not (event.kind is EventKind.REINSTATE and state.suspended_by_authority)


def _supersede(
    after: MarkState, event: EventClaims, successor: MarkState | None, *, by_authority: bool
) -> MarkState | FoldRefusal:
    if successor is None:
        return FoldRefusal.UNKNOWN_MARK
    merged = by_authority and event.reason is EventReason.ORGANISATION_CEASED
    if not merged and (successor.holder != after.holder or successor.owner != after.owner):
        return FoldRefusal.ILLEGAL_TRANSITION
    return replace(after, status=Status.SUPERSEDED, reason=event.reason, successor=successor.number)


@dataclass(slots=True)
class Fold:
    """Fold(N): states and status lists after the leaves applied so far, under one trust document.

    The caller gives the highest version logged among the leaves it is going to apply: see `trust_version`.
    """

    document: TrustDocument
    marks: dict[str, MarkState] = field(default_factory=dict)
    owners: dict[tuple[str, int], str] = field(
        default_factory=dict
    )  # (uri, idx) -> the first mark that has it
    lists: dict[str, bytearray] = field(default_factory=dict)
    size: int = 0

    def apply(self, entry: bytes, *, place: int, index: int) -> FoldRefusal | Refused | None:
        """Apply the next leaf; a leaf that is not entitled or illegal changes nothing but the order."""
        self.size = index + 1
        try:
            leaf = leaf_from_bytes(entry)
            match leaf:
                case IssueLeaf():
                    return self.issue(read_mark(leaf.mark), leaf_hash(entry), place=place, index=index)
                case EventLeaf():
                    return self.event(read_event(leaf.event), leaf_hash(entry), place=place, index=index)
        except MalformedError as error:
            return Refused(Reason(error.reason), str(error))
        return None

    def issue(
        self, mark: Unverified[MarkClaims], leaf: bytes, *, place: int, index: int
    ) -> FoldRefusal | Refused | None:
        """Apply a mark that was read already; `leaf` is its leaf hash."""
        self.size = index + 1
        entitled = entitled_mark(mark, self.document, place=place, index=index)
        if isinstance(entitled, Refused):
            return entitled
        claims, key = mark.unsafe_claims, entitled[1]
        number, slot = str(claims.number), (claims.status_uri, claims.status_index)
        if number in self.marks:
            return FoldRefusal.DUPLICATE_NUMBER
        if slot in self.owners:
            return FoldRefusal.DUPLICATE_INDEX
        self.owners[slot] = number
        self.marks[number] = issue_state(claims, key, place=place, index=index, leaf=leaf)
        self.lists.setdefault(claims.status_uri, bytearray(LIST_BYTES))
        return None

    def event(
        self, event: Unverified[EventClaims], leaf: bytes, *, place: int, index: int
    ) -> FoldRefusal | Refused | None:
        """Apply an event that was read already; `leaf` is its leaf hash."""
        self.size = index + 1
        claims = event.unsafe_claims
        state = self.marks.get(str(claims.number))
        if state is None:
            return FoldRefusal.UNKNOWN_MARK
        successor = self.marks.get(str(claims.successor)) if claims.successor else None
        after = followed(
            state, event, self.document, successor=successor, leaf=leaf, place=place, index=index
        )
        if isinstance(after, MarkState):
            self.marks[state.number] = after
            set_status(self.lists[state.status_uri], state.status_index, after.status)
            return None
        if claims.prev == state.last_leaf:
            # Not entitled or illegal: it changes nothing, and yet links as `prev` (rule 5).
            self.marks[state.number] = replace(state, last_leaf=leaf)
        return after


def trust_version(entries: Iterable[bytes]) -> int:
    """Give the highest trust version logged among these leaves; the genesis counts as version 1."""
    highest = 0
    for entry in entries:
        try:
            leaf = leaf_from_bytes(entry)
        except MalformedError:
            continue
        if isinstance(leaf, TrustLeaf):
            highest = max(highest, leaf.version)
        elif isinstance(leaf, Genesis):
            highest = max(highest, 1)
    return highest
