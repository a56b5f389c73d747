"""The feed of everything published, in the log's order (`GET /api/v1/changes`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from registry.models import EventRow, HeadRow, LeafRow, MarkRow
from schemas.claims import EventReason
from schemas.status_list import Status

__all__ = ["Change", "changes_after", "newest_changes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One published leaf. What a leaf does not say is None; `status` is the mark's after this leaf."""

    place: int
    index: int
    log: str
    leaf: bytes
    at: int | None
    kind: str
    number: str | None
    organisation: str | None
    level: int | None
    status: Status | None
    reason: EventReason | None
    successor: str | None
    trust_version: int | None


def changes_after(session: Session, position: tuple[int, ...] | None, *, limit: int) -> list[Change]:
    """Give up to `limit` published leaves after (place, index), or from the first one on, ascending."""
    published = (LeafRow.place == HeadRow.place) & (LeafRow.index < HeadRow.published_size)
    asked = select(LeafRow, HeadRow.origin).join(HeadRow, published)
    if position is not None:
        asked = asked.where(tuple_(LeafRow.place, LeafRow.index) > position)
    rows = session.execute(asked.order_by(LeafRow.place, LeafRow.index).limit(limit)).all()
    leaves = [(leaf, origin) for leaf, origin in rows]
    numbers = {leaf.number for leaf, _ in leaves if leaf.number is not None}
    marks = {row.number: row for row in session.scalars(select(MarkRow).where(MarkRow.number.in_(numbers)))}
    events = _events(session, [leaf for leaf, _ in leaves])
    return [
        _change(leaf, origin, marks.get(leaf.number or ""), events.get((leaf.place, leaf.index)))
        for leaf, origin in leaves
    ]


def newest_changes(session: Session, *, limit: int, organisation: str | None = None) -> list[Change]:
    """Give the newest published leaves that say something to people, newest first; of one holder where one is named."""
    published = (LeafRow.place == HeadRow.place) & (LeafRow.index < HeadRow.published_size)
    asked = select(LeafRow, HeadRow.origin).join(HeadRow, published)
    asked = asked.where(LeafRow.kind.not_in(("snapshot", "genesis")))
    if organisation is not None:
        asked = asked.where(LeafRow.number.in_(select(MarkRow.number).where(MarkRow.holder == organisation)))
    rows = session.execute(asked.order_by(LeafRow.place.desc(), LeafRow.index.desc()).limit(limit)).all()
    numbers = {leaf.number for leaf, _ in rows if leaf.number is not None}
    marks = {row.number: row for row in session.scalars(select(MarkRow).where(MarkRow.number.in_(numbers)))}
    about = select(EventRow).where(EventRow.number.in_(numbers))
    events = {(row.place, row.index): row for row in session.scalars(about)}
    return [
        _change(leaf, origin, marks.get(leaf.number or ""), events.get((leaf.place, leaf.index)))
        for leaf, origin in rows
    ]


def _events(session: Session, leaves: Sequence[LeafRow]) -> dict[tuple[int, int], EventRow]:
    if not leaves:
        return {}
    first, last = leaves[0], leaves[-1]
    between = select(EventRow).where(
        tuple_(EventRow.place, EventRow.index).between(
            tuple_(first.place, first.index), tuple_(last.place, last.index)
        )
    )
    return {(row.place, row.index): row for row in session.scalars(between)}


def _change(leaf: LeafRow, origin: str, mark: MarkRow | None, event: EventRow | None) -> Change:
    # A leaf that was not entitled names a number, and says nothing of the mark that has it.
    issued = (
        mark is not None and leaf.kind == "issue" and (mark.place, mark.index) == (leaf.place, leaf.index)
    )
    speaks = issued or (event is not None and event.effective)
    status = Status.VALID if issued else Status(event.status_after) if event is not None and speaks else None
    return Change(
        place=leaf.place,
        index=leaf.index,
        log=origin,
        leaf=leaf.leaf,
        at=leaf.logged_at,
        kind=leaf.kind,
        number=leaf.number,
        organisation=mark.holder if mark is not None and speaks else None,
        level=mark.level if mark is not None and speaks else None,
        status=status,
        reason=EventReason(event.reason) if event is not None and event.reason is not None else None,
        successor=event.successor if event is not None else None,
        trust_version=leaf.trust_version,
    )
