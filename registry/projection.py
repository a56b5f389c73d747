"""Tables from leaves: what the log says, made searchable (docs/format.md §4 Fold, docs/adr/0001).

`apply` takes the next leaves, `reproject` all of them again under a newer trust document. Both decide
with the verifier's own `entitled_mark` and `followed`, so that the tables equal Fold(N).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from keys.signed import Unverified, read_event, read_mark, read_profile
from registry.logs import Content
from registry.models import (
    EventRow,
    LeafRow,
    MarkRow,
    OrganisationRow,
    ProfileRow,
    SearchGramRow,
    SearchKeyRow,
)
from registry.search import index_organisation
from schemas.claims import EventClaims, EventReason, MarkClaims
from schemas.errors import MalformedError
from schemas.leaves import EventLeaf, Genesis, IssueLeaf, SnapshotLeaf, TrustLeaf, leaf_from_bytes
from schemas.merkle import leaf_hash
from schemas.note import SignedNote
from schemas.status_list import LIST_BYTES, Status, set_status
from schemas.trust_document import TrustDocument
from verifier.entitlement import entitled_mark
from verifier.fold import MarkState, followed, issue_state
from verifier.report import Refused
from verifier.transparency import check_checkpoint

__all__ = ["apply", "find_state", "put_profile", "reproject", "set_logged", "status_lists"]


def apply(
    session: Session, entries: Sequence[bytes], *, place: int, first: int, document: TrustDocument
) -> None:
    """Apply leaves `first`… of the log at `place`. A leaf that is not entitled, void or illegal changes no state."""
    for index, entry in enumerate(entries, first):
        _apply_one(session, entry, place, index, document)


def _apply_one(session: Session, entry: bytes, place: int, index: int, document: TrustDocument) -> None:
    leaf, digest = leaf_from_bytes(entry), leaf_hash(entry)
    row = LeafRow(place=place, index=index, leaf=digest, kind="genesis")
    match leaf:
        case Genesis():
            row.trust_version = 1
        case TrustLeaf():
            row.kind, row.trust_version = "trust", leaf.version
        case SnapshotLeaf():
            row.kind = "snapshot"
        case IssueLeaf():
            mark = read_mark(leaf.mark)
            row.kind, row.number = "issue", str(mark.unsafe_claims.number)
            row.object_sha256 = sha256(leaf.mark).digest()
            _issue(session, mark, digest, place, index, document)
        case EventLeaf():
            event = read_event(leaf.event)
            row.kind, row.number = event.unsafe_claims.kind.slug, str(event.unsafe_claims.number)
            row.object_sha256 = sha256(leaf.event).digest()
            _event(session, event, digest, place, index, document)
    session.add(row)
    session.flush()


def _issue(
    session: Session,
    mark: Unverified[MarkClaims],
    leaf: bytes,
    place: int,
    index: int,
    document: TrustDocument,
) -> None:
    claims = mark.unsafe_claims
    entitled = entitled_mark(mark, document, place=place, index=index)
    if isinstance(entitled, Refused):
        return
    taken = select(MarkRow.number).where(
        (MarkRow.number == str(claims.number))
        | ((MarkRow.status_uri == claims.status_uri) & (MarkRow.status_index == claims.status_index))
    )
    if session.scalar(taken) is not None:
        return
    state = issue_state(claims, entitled[1], place=place, index=index, leaf=leaf)
    row = MarkRow(
        number=state.number,
        place=place,
        index=index,
        leaf=leaf,
        raw=mark.raw,
        kid=mark.header.kid,
        owner=state.owner,
        holder=state.holder,
        level=state.level,
        valid_from=claims.nbf,
        valid_until=claims.exp,
        status_uri=state.status_uri,
        status_index=state.status_index,
    )
    _write_state(row, state)
    session.add(row)
    session.flush()
    index_organisation(session, state.holder)


def _event(
    session: Session,
    event: Unverified[EventClaims],
    leaf: bytes,
    place: int,
    index: int,
    document: TrustDocument,
) -> None:
    claims = event.unsafe_claims
    row = session.get(MarkRow, str(claims.number))
    if row is None:
        return
    state = read_state(row)
    successor = find_state(session, str(claims.successor)) if claims.successor else None
    after = followed(state, event, document, successor=successor, leaf=leaf, place=place, index=index)
    effective = isinstance(after, MarkState)
    if not isinstance(after, MarkState):
        # It changes nothing, and yet links as `prev` (rule 5).
        after = replace(state, last_leaf=leaf) if claims.prev == state.last_leaf else state
    _write_state(row, after)
    session.add(
        EventRow(
            place=place,
            index=index,
            number=state.number,
            leaf=leaf,
            raw=event.raw,
            kind=claims.kind.value,
            reason=None if claims.reason is None else claims.reason.value,
            successor=None if claims.successor is None else str(claims.successor),
            status_after=after.status.value,
            effective=effective,
        )
    )


def find_state(session: Session, number: str) -> MarkState | None:
    """Give a mark's state as the fold has it."""
    row = session.get(MarkRow, number)
    return None if row is None else read_state(row)


def read_state(row: MarkRow) -> MarkState:
    return MarkState(
        number=row.number,
        place=row.place,
        index=row.index,
        holder=row.holder,
        owner=row.owner,
        level=row.level,
        status_uri=row.status_uri,
        status_index=row.status_index,
        last_leaf=row.last_leaf,
        status=Status(row.status),
        suspended_by_authority=row.suspended_by_authority,
        reason=None if row.reason is None else EventReason(row.reason),
        successor=row.successor,
    )


def _write_state(row: MarkRow, state: MarkState) -> None:
    row.status = state.status.value
    row.suspended_by_authority = state.suspended_by_authority
    row.reason = None if state.reason is None else state.reason.value
    row.successor = state.successor
    row.last_leaf = state.last_leaf


def put_profile(session: Session, number: str, *, iat: int, raw: bytes) -> None:
    """Replace a mark's profile; the caller found it to be newer."""
    session.merge(ProfileRow(number=number, iat=iat, sha256=sha256(raw).digest(), raw=raw))
    session.flush()
    mark = session.get(MarkRow, number)
    if mark is not None:
        index_organisation(session, mark.holder)


def status_lists(session: Session) -> dict[str, bytes]:
    """Give the 32,768 bytes of every list there is, by uri: Fold(N) of what is applied."""
    lists = {uri: bytearray(LIST_BYTES) for uri in session.scalars(select(MarkRow.status_uri).distinct())}
    ended = select(MarkRow.status_uri, MarkRow.status_index, MarkRow.status).where(MarkRow.status != 0)
    for uri, index, status in session.execute(ended):
        set_status(lists[uri], index, status)
    return {uri: bytes(lists[uri]) for uri in sorted(lists)}


def set_logged(session: Session, *, place: int, size: int, logged_at: int) -> None:
    """Say of every leaf that the kept checkpoint of `size` is the first over it."""
    mine = (LeafRow.place == place) & (LeafRow.index < size) & LeafRow.checkpoint_size.is_(None)
    session.execute(update(LeafRow).where(mine).values(logged_at=logged_at, checkpoint_size=size))
    for table in (MarkRow, EventRow):
        fresh = (table.place == place) & (table.index < size) & table.logged_at.is_(None)
        session.execute(update(table).where(fresh).values(logged_at=logged_at))


def reproject(
    session: Session,
    contents: Sequence[Content],
    *,
    document: TrustDocument,
    profiles: Iterable[tuple[str, bytes]],
) -> None:
    """Make all tables again from the leaves, the kept checkpoints and the profiles, under one trust document."""
    for table in (SearchGramRow, SearchKeyRow, OrganisationRow, ProfileRow, EventRow, MarkRow, LeafRow):
        session.execute(delete(table))
    session.expire_all()
    for content in contents:
        apply(session, content.entries, place=content.place, first=0, document=document)
        for size in content.files.kept_sizes():
            note = content.files.find_checkpoint(size)
            witnessed = None if note is None else check_checkpoint(SignedNote.from_bytes(note), document)
            if witnessed is not None and not isinstance(witnessed, Refused):
                set_logged(session, place=content.place, size=size, logged_at=witnessed.logged_by)
    for number, raw in profiles:
        try:
            iat = read_profile(raw).unsafe_claims.iat
        except MalformedError:
            continue  # fsck names it; the rest of the register does not wait for it
        if session.get(MarkRow, number) is not None:
            put_profile(session, number, iat=iat, raw=raw)
    session.expire_all()
