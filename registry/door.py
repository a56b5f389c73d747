"""What may enter the register: the signatures inside are the only authority (docs/format.md §1–§3, §6).

`examine` judges a body of objects against the log's state, earlier ones of the same body counting as
logged for later ones, and names every fault of every object. Nothing is changed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from keys.signed import Unverified, read_event, read_mark, read_profile
from keys.trust import public_key
from registry.models import HeadRow, LeafRow, MarkRow, ProfileRow
from registry.projection import find_state
from schemas.claims import EventClaims, MarkClaims, Unit
from schemas.cose import EVENT_TYPE, MARK_TYPE, PROFILE_TYPE, type_of
from schemas.errors import MalformedError
from schemas.leaves import EventLeaf, IssueLeaf
from schemas.merkle import leaf_hash
from schemas.profile import ProfileClaims
from schemas.times import DAY, iso
from schemas.trust_document import TrustDocument
from schemas.trust_entries import KeyUse, TrustedKey
from verifier.entitlement import check_position, entitled_event, entitled_mark, find_signer
from verifier.fold import FoldRefusal, MarkState, issue_state, transition
from verifier.report import Refused

__all__ = ["Accepted", "Fault", "Known", "examine"]

OLDEST = 11 * DAY // 2  # 5.5 days: what is logged must be within 7 of its iat, landmarks included
AHEAD = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why one object may not enter: a reason of docs/format.md §8 or of the door, and what would be right."""

    item: int
    reason: str
    detail: str
    pointer: str = ""
    hint: str = ""
    last_leaf: bytes | None = None  # for event-out-of-order: what `prev` must be


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An object that is in the register already."""

    item: int
    kind: str
    number: str
    index: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An object that may enter; `entry` is its leaf, None for a profile."""

    item: int
    kind: str
    number: str
    raw: bytes
    iat: int
    entry: bytes | None
    entities: bytes | None = None


@dataclass(slots=True)
class _Room:
    """The log's state, and what the body has added to it so far."""

    session: Session
    document: TrustDocument
    place: int
    size: int  # the index the next leaf will have
    now: int
    states: dict[str, MarkState] = field(default_factory=dict)
    slots: set[tuple[str, int]] = field(default_factory=set)
    lists: dict[str, str] = field(default_factory=dict)  # path -> the uri that has it
    hashes: dict[str, bytes] = field(default_factory=dict)  # number -> claim 9 of marks in this body
    groups: dict[str, int] = field(default_factory=dict)  # group marks of this body still without a profile
    profiles: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def state(self, number: str) -> MarkState | None:
        return self.states.get(number) or find_state(self.session, number)


def examine(
    session: Session,
    document: TrustDocument,
    objects: Sequence[bytes],
    *,
    place: int,
    now: int,
    first: int | None = None,
) -> tuple[list[Accepted | Known], list[Fault]]:
    """Judge every object; with any fault the whole body stays out. `first`: the index of its first leaf, where it is not the head's size."""
    if first is None:
        head = session.get(HeadRow, place)
        first = 0 if head is None else head.size
    room = _Room(session, document, place, first, now)
    results: list[Accepted | Known] = []
    faults: list[Fault] = []
    for item, raw in enumerate(objects):
        try:
            found = _find_known(session, item, raw) or _judge(room, item, raw)
        except MalformedError as error:
            found = Fault(item=item, reason=error.reason, detail=error.problem, pointer=error.path)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            results.append(found)
    faults += [
        Fault(item=item, reason="profile-missing", detail="a group needs its profile beside the mark",
              hint="send the profile with the entities in the same body")
        for item in room.groups.values()
    ]  # fmt: skip
    return results, sorted(faults, key=lambda fault: fault.item)


def _find_known(session: Session, item: int, raw: bytes) -> Known | None:
    """Answer a known object from the index, before any signature is checked."""
    digest = sha256(raw).digest()
    leaf = session.execute(
        select(LeafRow.kind, LeafRow.number, LeafRow.index.label("at")).where(LeafRow.object_sha256 == digest)
    ).first()
    if leaf is not None:
        kind = "mark" if leaf.kind == "issue" else "event"
        return Known(item=item, kind=kind, number=leaf.number or "", index=leaf.at)
    number = session.scalar(select(ProfileRow.number).where(ProfileRow.sha256 == digest))
    return None if number is None else Known(item=item, kind="profile", number=number, index=None)


def _judge(room: _Room, item: int, raw: bytes) -> Accepted | Fault:
    typ = type_of(raw)
    if typ == MARK_TYPE:
        return _mark(room, item, read_mark(raw))
    if typ == EVENT_TYPE:
        return _event(room, item, read_event(raw))
    if typ == PROFILE_TYPE:
        return _profile(room, item, read_profile(raw))
    raise MalformedError(f"{typ!r} is no mark, event or profile", "COSE_Sign1.protected.16")


def _mark(room: _Room, item: int, mark: Unverified[MarkClaims]) -> Accepted | Fault:
    claims, document = mark.unsafe_claims, room.document
    # 1. What the fold would ignore does not come in. A stranger costs no signature check.
    entitled = entitled_mark(mark, document, place=room.place, index=room.size)
    if isinstance(entitled, Refused):
        return Fault(item=item, reason=entitled.reason.value, detail=entitled.detail)
    key = entitled[1]
    if fault := _now_fault(room, item, key) or _iat_fault(room, item, claims.iat):
        return fault
    if fault := _list_fault(room, item, claims.status_uri):
        return fault
    # 2. Number and list entry are nobody else's; the first leaf owns them.
    number, slot = str(claims.number), (claims.status_uri, claims.status_index)
    if room.state(number) is not None:
        return Fault(item=item, reason="duplicate-number", detail=f"{number} is another mark's")
    taken = select(MarkRow.number).where(MarkRow.status_uri == slot[0], MarkRow.status_index == slot[1])
    if slot in room.slots or room.session.scalar(taken) is not None:
        return Fault(
            item=item, reason="duplicate-index", detail=f"entry {slot[1]} of {slot[0]} is another mark's"
        )
    entry = IssueLeaf(mark=mark.raw).to_bytes()
    room.states[number] = issue_state(claims, key, place=room.place, index=room.size, leaf=leaf_hash(entry))
    room.size += 1
    room.slots.add(slot)
    if claims.unit is Unit.GROUP and claims.entities_sha256 is not None:
        room.groups[number] = item
        room.hashes[number] = claims.entities_sha256
    return Accepted(item=item, kind="mark", number=number, raw=mark.raw, iat=claims.iat, entry=entry)


def _list_fault(room: _Room, item: int, uri: str) -> Fault | None:
    """A list is served by its series and n, so one host name has it: under another name the next n begins."""
    path = uri.partition("//")[2].partition("/")[2]
    if path not in room.lists:
        names = [f"https://{entry.host}/{path}" for entry in room.document.hosts]
        held = select(MarkRow.status_uri).where(MarkRow.status_uri.in_(names)).limit(1)
        room.lists[path] = room.session.scalar(held) or uri
    if room.lists[path] == uri:
        return None
    detail = f"{path} is the list {room.lists[path]}; under another host name the next n begins"
    return Fault(item=item, reason="status-foreign", detail=detail)


def _event(room: _Room, item: int, event: Unverified[EventClaims]) -> Accepted | Fault:
    claims, number = event.unsafe_claims, str(event.unsafe_claims.number)
    entitled = entitled_event(event, room.document, place=room.place, index=room.size)
    if isinstance(entitled, Refused):
        return Fault(item=item, reason=entitled.reason.value, detail=entitled.detail)
    signed, key = entitled
    if fault := _now_fault(room, item, key) or _iat_fault(room, item, claims.iat):
        return fault
    entry = EventLeaf(event=event.raw).to_bytes()
    state = room.state(number)
    successor = room.state(str(claims.successor)) if claims.successor is not None else None
    after = transition(state, signed.claims, key, successor=successor, leaf=leaf_hash(entry))
    if not isinstance(after, MarkState):
        last = state.last_leaf if state is not None and after is FoldRefusal.EVENT_OUT_OF_ORDER else None
        hint = "synchronise the ledger and sign again" if last is not None else ""
        return Fault(item=item, reason=after.value, detail=_why(after, number), hint=hint, last_leaf=last)
    room.states[number] = after
    room.size += 1
    return Accepted(item=item, kind="event", number=number, raw=event.raw, iat=claims.iat, entry=entry)


def _profile(room: _Room, item: int, profile: Unverified[ProfileClaims]) -> Accepted | Fault:
    claims, number = profile.unsafe_claims, str(profile.unsafe_claims.number)
    key = find_signer(profile.header, room.document, (KeyUse.MARK,))
    if isinstance(key, Refused):
        return Fault(item=item, reason=key.reason.value, detail=key.detail)
    if profile.verified_by(public_key(key)) is None:
        return Fault(item=item, reason="bad-signature", detail=f"not signed by {key.owner}")
    if fault := _now_fault(room, item, key):
        return fault
    if refused := check_position(key, place=room.place, index=room.size):
        return Fault(item=item, reason=refused.reason.value, detail=refused.detail)
    if claims.iat > room.now + AHEAD:
        return Fault(item=item, reason="iat-window", detail=f"signed {iso(claims.iat)}, in the future")
    state = room.state(number)
    if state is None:
        return Fault(item=item, reason="unknown-mark", detail=f"{number} is not in the register")
    if key.owner != state.owner:
        return Fault(item=item, reason="event-not-authorised", detail=f"{number} was issued by {state.owner}")
    entities = claims.entities()
    expected = room.hashes.get(number) or _entities_hash(room.session, number)
    if expected is not None and sha256(entities).digest() != expected:
        return Fault(item=item, reason="profile-mismatch", detail="the entities are not those the mark names")
    digest = sha256(profile.raw).digest()
    held = room.profiles.get(number) or _held_profile(room.session, number)
    if held is not None and (claims.iat, digest) <= held:
        return Fault(item=item, reason="profile-older", detail="a newer profile is in the register")
    room.profiles[number] = (claims.iat, digest)
    room.groups.pop(number, None)
    return Accepted(
        item=item,
        kind="profile",
        number=number,
        raw=profile.raw,
        iat=claims.iat,
        entry=None,
        entities=entities if expected is not None else None,
    )


def _now_fault(room: _Room, item: int, key: TrustedKey) -> Fault | None:
    """The door holds a key's window against its own clock, too. An expired trust document shuts nobody out: a theft is still declared."""
    if not key.holds_at(room.now):
        return Fault(item=item, reason="key-window", detail=f"this key may sign until {iso(key.until)}")
    return None


def _iat_fault(room: _Room, item: int, iat: int) -> Fault | None:
    if room.now - OLDEST <= iat <= room.now + AHEAD:
        return None
    detail = f"signed {iso(iat)}; it is {iso(room.now)}"
    hint = "sign anew: an object enters within 5.5 days of its signing, and at most 5 minutes ahead"
    return Fault(item=item, reason="iat-window", detail=detail, hint=hint)


def _entities_hash(session: Session, number: str) -> bytes | None:
    raw = session.scalar(select(MarkRow.raw).where(MarkRow.number == number))
    return None if raw is None else read_mark(raw).unsafe_claims.entities_sha256


def _held_profile(session: Session, number: str) -> tuple[int, bytes] | None:
    row = session.get(ProfileRow, number)
    return None if row is None else (row.iat, row.sha256)


def _why(refusal: FoldRefusal, number: str) -> str:
    return {
        FoldRefusal.UNKNOWN_MARK: f"{number} or its successor is not in the register",
        FoldRefusal.EVENT_OUT_OF_ORDER: f"something happened to {number} since",
        FoldRefusal.EVENT_NOT_AUTHORISED: f"this key may not do this to {number}",
        FoldRefusal.ILLEGAL_TRANSITION: f"the state of {number} does not allow it",
    }.get(refusal, refusal.value)
