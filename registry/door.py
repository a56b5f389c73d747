"""What may enter the register: the signatures inside are the only authority (docs/format.md §1–§3, §6).

`examine` judges a body of objects against the log's state, earlier ones of the same body counting as
logged for later ones, and names every fault of every object. Nothing is changed here.

What is sent by nobody costs little. The tables are read for many objects at once (`registry.held`); an object is read
and its signature checked once, however often it is sent; and whose signatures are bad is soon not listened to: after
MAX_BAD_SIGNATURES different objects judging stops. Whoever signed a body knows that its signatures are good.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from keys.signed import Signed, Unverified, read_event, read_mark, read_profile
from keys.trust import public_key
from registry.held import Claims, Held, Known, find_known
from registry.models import HeadRow, MarkRow
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

__all__ = ["MAX_BAD_SIGNATURES", "Accepted", "Examined", "Fault", "Known", "examine"]

C = TypeVar("C", MarkClaims, EventClaims, ProfileClaims)

MAX_BAD_SIGNATURES = 10  # different objects of one body, before judging stops
TOGETHER = 500  # objects the tables are asked about at once

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
class Accepted:
    """An object that may enter; `entry` is its leaf, None for a profile."""

    item: int
    kind: str
    number: str
    raw: bytes
    iat: int
    entry: bytes | None
    entities: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What became of each object; `judged` of them were looked at, fewer than there are where judging stopped."""

    results: list[Accepted | Known]
    faults: list[Fault]
    judged: int


@dataclass(slots=True)
class _Room:
    """The log's state, and what the body has added to it so far."""

    session: Session
    document: TrustDocument
    place: int
    size: int  # the index the next leaf will have
    now: int
    # Of the objects that are judged next:
    known: dict[bytes, Known] = field(default_factory=dict)
    read: dict[bytes, "_Read | MalformedError"] = field(default_factory=dict)
    held: Held = field(init=False)
    # Of the body so far:
    checked: dict[bytes, Signed[Any] | None] = field(default_factory=dict)  # object -> None: a bad signature
    bad_signatures: int = 0
    states: dict[str, MarkState] = field(default_factory=dict)
    slots: set[tuple[str, int]] = field(default_factory=set)
    lists: dict[str, str] = field(default_factory=dict)  # path -> the uri that has it
    hashes: dict[str, bytes] = field(default_factory=dict)  # number -> claim 9 of marks in this body
    groups: dict[str, int] = field(default_factory=dict)  # group marks of this body still without a profile
    profiles: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def turn_to(self, objects: Sequence[bytes]) -> None:
        """Read these objects, each of them once, and look for them in the tables."""
        digests = {raw: sha256(raw).digest() for raw in objects}
        known = find_known(self.session, set(digests.values()))
        self.known = {raw: known[digest] for raw, digest in digests.items() if digest in known}
        self.read = {raw: _read(raw) for raw in digests if raw not in self.known}
        self.held = Held(self.session, [one.claims for one in self.read.values() if isinstance(one, _Read)])

    def state(self, number: str) -> MarkState | None:
        return self.states.get(number) or self.held.find_state(number)

    def verify(self, signed: Unverified[C], key: TrustedKey) -> Signed[C] | None:
        """Check the signature of an object, once for all its copies."""
        if signed.raw not in self.checked:
            verified = self.checked[signed.raw] = signed.verified_by(public_key(key))
            self.bad_signatures += verified is None
        return self.checked[signed.raw]


def examine(
    session: Session,
    document: TrustDocument,
    objects: Sequence[bytes],
    *,
    place: int,
    now: int,
    first: int | None = None,
) -> Examined:
    """Judge every object; with any fault the whole body stays out. `first`: the index of its first leaf, where it is not the head's size."""
    if first is None:
        head = session.get(HeadRow, place)
        first = 0 if head is None else head.size
    room = _Room(session, document, place, first, now)
    results: list[Accepted | Known] = []
    faults: list[Fault] = []
    judged = 0
    while judged < len(objects) and room.bad_signatures < MAX_BAD_SIGNATURES:
        if judged % TOGETHER == 0:
            room.turn_to(objects[judged : judged + TOGETHER])
        found = _judge(room, judged, objects[judged])
        judged += 1
        if isinstance(found, Fault):
            faults.append(found)
        else:
            results.append(found)
    if judged == len(objects):  # else a profile may stand among those that were not judged
        faults += [
            Fault(item=item, reason="profile-missing", detail="a group needs its profile beside the mark",
                  hint="send the profile with the entities in the same body")
            for item in room.groups.values()
        ]  # fmt: skip
    faults.sort(key=lambda fault: fault.item)
    return Examined(results=results, faults=faults, judged=judged)


def _judge(room: _Room, item: int, raw: bytes) -> Accepted | Known | Fault:
    # What is known is answered before any signature is checked.
    if (known := room.known.get(raw)) is not None:
        return replace(known, item=item)
    read = room.read[raw]
    try:
        found = read if isinstance(read, MalformedError) else read.judge(room, item)
    except MalformedError as error:
        found = error
    if isinstance(found, MalformedError):
        return Fault(item=item, reason=found.reason, detail=found.problem, pointer=found.path)
    return found


@dataclass(frozen=True, slots=True)
class _Read:
    """An object of right structure, and how it is judged as an item of the body."""

    claims: Claims
    judge: "Callable[[_Room, int], Accepted | Fault]"


def _read(raw: bytes) -> _Read | MalformedError:
    try:
        typ = type_of(raw)
        if typ == MARK_TYPE:
            mark = read_mark(raw)
            return _Read(mark.unsafe_claims, partial(_mark, mark=mark))
        if typ == EVENT_TYPE:
            event = read_event(raw)
            return _Read(event.unsafe_claims, partial(_event, event=event))
        if typ == PROFILE_TYPE:
            profile = read_profile(raw)
            return _Read(profile.unsafe_claims, partial(_profile, profile=profile))
    except MalformedError as error:
        return error
    return MalformedError(f"{typ!r} is no mark, event or profile", "COSE_Sign1.protected.16")


def _mark(room: _Room, item: int, mark: Unverified[MarkClaims]) -> Accepted | Fault:
    claims, document = mark.unsafe_claims, room.document
    # 1. What the fold would ignore does not come in. A stranger costs no signature check.
    entitled = entitled_mark(mark, document, place=room.place, index=room.size, verify=room.verify)
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
    if slot in room.slots or room.held.has_entry(*slot):
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
    entitled = entitled_event(event, room.document, place=room.place, index=room.size, verify=room.verify)
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
    if room.verify(profile, key) is None:
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
    expected = room.hashes.get(number) or room.held.entities_hash(number)
    if expected is not None and sha256(entities).digest() != expected:
        return Fault(item=item, reason="profile-mismatch", detail="the entities are not those the mark names")
    digest = sha256(profile.raw).digest()
    held = room.profiles.get(number) or room.held.find_profile(number)
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


def _why(refusal: FoldRefusal, number: str) -> str:
    return {
        FoldRefusal.UNKNOWN_MARK: f"{number} or its successor is not in the register",
        FoldRefusal.EVENT_OUT_OF_ORDER: f"something happened to {number} since",
        FoldRefusal.EVENT_NOT_AUTHORISED: f"this key may not do this to {number}",
        FoldRefusal.ILLEGAL_TRANSITION: f"the state of {number} does not allow it",
    }.get(refusal, refusal.value)
