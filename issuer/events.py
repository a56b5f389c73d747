"""Events: suspend, reinstate, revoke, supersede, confirm; and new profiles. Reserved here, signed like marks.

`prev` comes from the ledger as last synchronised: an event is signed for the state its officer saw, or not at all.
Whether it is legal is asked of the verifier's own `transition`. What the register's list of changes does not tell, *who*
signed a suspension and who owns a mark of another ledger, is left to the registry's door.
"""

from typing import Any

from issuer.books import Books
from issuer.home import Home
from issuer.issue import DOOR
from issuer.judge import FINAL
from issuer.models import HistoryRow, ObjectRow
from issuer.sync import STATUS_AFTER
from schemas.claims import EventClaims, EventKind, EventReason, MarkClaims
from schemas.days import day_of
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber
from schemas.profile import ProfileClaims
from schemas.status_list import Status
from schemas.trust_entries import KeyUse
from verifier.fold import FoldRefusal, MarkState, transition

__all__ = ["EventError", "follow_ups", "reserve_event", "reserve_profile"]

PENDING = ("reserved", "signed", "submitted")


class EventError(Exception):
    """It cannot be done to this mark; `reason` is one of docs/format.md §8 where one fits."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def reserve_event(
    home: Home,
    books: Books,
    number: MarkNumber,
    kind: EventKind,
    *,
    now: int,
    reason: EventReason | None = None,
    successor: MarkNumber | None = None,
) -> ObjectRow | None:
    """Reserve an event, or find the same one still on its way; None when the mark is in that state already.

    Raises EventError.
    """
    latest = books.latest(str(number))
    if latest is None:
        raise EventError("unknown-mark", f"the register, as last seen here, holds no {number}: sync first")
    claims = EventClaims(
        iat=now, number=number, kind=kind, reason=reason, prev=latest.leaf, successor=successor
    )
    waiting = _waiting(books, claims, now=now)
    if waiting is not None:
        return waiting
    if _is_done(latest, claims, home, now=now):
        return None
    _check(home, books, latest, claims, now=now)
    return books.add("event", str(number), now, claims.to_bytes())


def _waiting(books: Books, claims: EventClaims, *, now: int) -> ObjectRow | None:
    for row in books.objects(*PENDING, kind="event", number=str(claims.number)):
        held = EventClaims.from_bytes(row.payload)
        if held.prev != claims.prev or held.iat < now - DOOR:
            row.state = "voided"  # the register has moved on, or would not let it in any more
        elif (held.kind, held.reason, held.successor) == (claims.kind, claims.reason, claims.successor):
            return row
        else:
            raise EventError(
                "event-pending", f"{held.kind.slug} of {claims.number} is on its way: publish or sync first"
            )
    books.session.flush()
    return None


def _is_done(latest: HistoryRow, claims: EventClaims, home: Home, *, now: int) -> bool:
    if latest.kind != claims.kind.slug or latest.status != STATUS_AFTER.get(latest.kind, latest.status):
        return False
    if claims.kind is EventKind.CONFIRM:
        offset = home.scheme.offset
        return day_of(latest.at, offset) == day_of(now, offset)
    reason = None if claims.reason is None else claims.reason.slug
    successor = None if claims.successor is None else str(claims.successor)
    return (latest.reason, latest.successor) == (reason, successor)


def _check(home: Home, books: Books, latest: HistoryRow, claims: EventClaims, *, now: int) -> None:
    successor = None
    if claims.successor is not None:
        found = books.latest(str(claims.successor))
        if found is None:
            raise EventError(
                "unknown-mark", f"the register, as last seen here, holds no {claims.successor}: sync first"
            )
        successor = _state(found, home)
    after = transition(_state(latest, home), claims, home.key, successor=successor, leaf=bytes(32))
    if isinstance(after, FoldRefusal):
        raise EventError(
            after.value,
            f"{latest.number} is {latest.status}: no {claims.kind.slug} by {home.key.owner}'s key",
        )
    mark = books.find_mark(latest.number)
    if claims.kind is EventKind.CONFIRM and mark is not None and now >= mark.exp:
        raise EventError("illegal-transition", f"{latest.number} has ended")


def _state(row: HistoryRow, home: Home) -> MarkState:
    return MarkState(
        number=row.number,
        place=0,
        index=0,
        holder=row.holder,
        owner=home.key.owner,
        level=row.level,
        status_uri="",
        status_index=0,
        last_leaf=row.leaf,
        status=Status[row.status.upper()],
        suspended_by_authority=home.key.use is KeyUse.AUTHORITY,
    )


def follow_ups(home: Home, books: Books, *, now: int) -> None:
    """Reserve a supersede event for every mark that was replaced and whose successor is now published."""
    for old_number, new in books.replacements():
        old = books.latest(old_number)
        if old is None or old.status in FINAL or books.latest(new) is None:
            continue
        if books.objects(*PENDING, kind="event", number=old_number):
            continue
        reserve_event(
            home,
            books,
            MarkNumber.from_text(old_number),
            EventKind.SUPERSEDE,
            now=now,
            reason=EventReason.REPLACED,
            successor=MarkNumber.from_text(new),
        )


def reserve_profile(home: Home, books: Books, number: MarkNumber, document: Any, *, now: int) -> ObjectRow:
    """Reserve a new profile for a mark of this ledger. Raises EventError."""
    mark = books.mark_object(str(number))
    if mark is None or home.key.use is not KeyUse.MARK:
        raise EventError("unknown-mark", f"{number} is no mark of this ledger")
    if isinstance(document, dict) and isinstance(document.get("entities"), list):
        document = document | {"entities": sorted(document["entities"], key=_entity_id)}
    newest = books.newest_profile(str(number))
    # Of two profiles the later one holds: a second one in the same second must not lose.
    iat = now if newest is None else max(now, newest.iat + 1)
    try:
        payload = ProfileClaims(iat=iat, number=number, document=document).to_bytes()
        claims = ProfileClaims.from_bytes(payload)
    except MalformedError as error:
        raise EventError(error.reason, str(error)) from error
    held = None if newest is None else ProfileClaims.from_bytes(newest.payload)
    if newest is not None and held is not None and held.document == claims.document:
        return newest
    committed = MarkClaims.from_bytes(mark.payload).entities_sha256
    if committed is not None and held is not None and held.entities() != claims.entities():
        raise EventError(
            "profile-mismatch", "a group's profile lists the entities its mark was issued for, no others"
        )
    return books.add("profile", str(number), iat, payload)


def _entity_id(entity: Any) -> bytes:
    found = entity.get("id") if isinstance(entity, dict) else None
    return found.encode() if isinstance(found, str) else b""
