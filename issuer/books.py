"""The questions asked of the ledger within one transaction, and the changes made in it."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from issuer.models import Base, DraftRow, HistoryRow, MarkRow, MetaRow, ObjectRow

__all__ = ["SENDABLE", "Books"]

SENDABLE = ("signed", "submitted")
T = TypeVar("T")


class Books:
    """The ledger within one transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session

    # ---------------------------------------------------------------- drafts and marks

    def find_draft(self, draft_id: str) -> DraftRow | None:
        return self.session.get(DraftRow, draft_id)

    def known_drafts(self, draft_ids: Sequence[str]) -> dict[str, bytes]:
        """The content hash of each of these drafts that was accepted."""
        found: dict[str, bytes] = {}
        for chunk in _chunks(draft_ids):
            asked = select(DraftRow.draft_id, DraftRow.content).where(DraftRow.draft_id.in_(chunk))
            found |= dict(self.session.execute(asked).all())
        return found

    def insert(self, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
        """Write many rows at once, in their order."""
        if rows:
            self.session.execute(insert(model), rows)

    def find_mark(self, number: str) -> MarkRow | None:
        return self.session.get(MarkRow, number)

    def mark_of(self, draft_id: str) -> MarkRow | None:
        """The mark of a draft that was not voided; there is at most one."""
        return self.session.scalar(select(MarkRow).where(MarkRow.draft_id == draft_id, ~MarkRow.voided))

    def marks_of(self, draft_ids: Sequence[str]) -> dict[str, MarkRow]:
        """The same for many drafts."""
        found: dict[str, MarkRow] = {}
        for chunk in _chunks(draft_ids):
            asked = select(MarkRow).where(MarkRow.draft_id.in_(chunk), ~MarkRow.voided)
            found |= {mark.draft_id: mark for mark in self.session.scalars(asked)}
        return found

    def live_marks(self) -> Sequence[MarkRow]:
        return self.session.scalars(
            select(MarkRow).where(~MarkRow.voided).order_by(MarkRow.exp, MarkRow.number)
        ).all()

    def replacements(self) -> Sequence[tuple[str, str]]:
        """(old, new) numbers of published marks whose drafts replace another mark."""
        asked = (
            select(DraftRow.supersedes, MarkRow.number)
            .join(MarkRow, MarkRow.draft_id == DraftRow.draft_id)
            .join(ObjectRow, ObjectRow.number == MarkRow.number)
            .where(DraftRow.supersedes.is_not(None), ObjectRow.kind == "mark", ObjectRow.state == "published")
        )
        return [(old, new) for old, new in self.session.execute(asked) if old is not None]

    def used_numbers(self, numbers: Sequence[str]) -> set[str]:
        """Which of these were ever given out here or met in the register."""
        found: set[str] = set()
        for chunk in _chunks(numbers):
            found.update(self.session.scalars(select(MarkRow.number).where(MarkRow.number.in_(chunk))))
            found.update(self.session.scalars(select(HistoryRow.number).where(HistoryRow.number.in_(chunk))))
        return found

    # ---------------------------------------------------------------- objects

    def objects(
        self, *states: str, kind: str | None = None, number: str | None = None
    ) -> Sequence[ObjectRow]:
        """Objects in these states, in the order in which they came about."""
        asked = select(ObjectRow).where(ObjectRow.state.in_(states)).order_by(ObjectRow.id)
        if kind is not None:
            asked = asked.where(ObjectRow.kind == kind)
        if number is not None:
            asked = asked.where(ObjectRow.number == number)
        return self.session.scalars(asked).all()

    def mark_object(self, number: str) -> ObjectRow | None:
        """The object of a mark of this ledger."""
        return self.session.scalar(
            select(ObjectRow).where(ObjectRow.kind == "mark", ObjectRow.number == number)
        )

    def newest_profile(self, number: str) -> ObjectRow | None:
        asked = select(ObjectRow).where(
            ObjectRow.kind == "profile", ObjectRow.number == number, ObjectRow.state != "voided"
        )
        return self.session.scalars(asked.order_by(ObjectRow.iat.desc())).first()

    def add(self, kind: str, number: str, iat: int, payload: bytes) -> ObjectRow:
        """Reserve: from here on these exact claims are what will be signed."""
        row = ObjectRow(kind=kind, number=number, iat=iat, payload=payload, state="reserved")
        self.session.add(row)
        self.session.flush()
        return row

    def store_signed(self, signed: Sequence[tuple[int, bytes, bytes | None]]) -> None:
        """Keep signed bytes (id, object, leaf), unless another process signed the same claims first."""
        self.session.connection().execute(
            update(ObjectRow)
            .where(ObjectRow.id == bindparam("row"), ObjectRow.state == "reserved", ObjectRow.raw.is_(None))
            .values(raw=bindparam("signed"), leaf=bindparam("hash"), state="signed"),
            [{"row": row, "signed": raw, "hash": leaf} for row, raw, leaf in signed],
        )

    def set_published(self, indexes: dict[int, int | None]) -> None:
        """Objects by id are in the register, at these places of the log where they have one."""
        self.session.connection().execute(
            update(ObjectRow)
            .where(ObjectRow.id == bindparam("row"))
            .values(state="published", log_index=bindparam("place"), trouble=None),
            [{"row": row, "place": place} for row, place in indexes.items()],
        )

    def set_state(self, ids: Sequence[int], state: str, *, among: Sequence[str] = SENDABLE) -> None:
        for chunk in _chunks(ids):
            self.session.execute(
                update(ObjectRow)
                .where(ObjectRow.id.in_(chunk), ObjectRow.state.in_(among))
                .values(state=state)
            )

    def void(self, number: str) -> None:
        """Void a mark that was not published, and all that belongs to it. Its number and index stay used."""
        self.session.execute(update(MarkRow).where(MarkRow.number == number).values(voided=True))
        self.session.execute(
            update(ObjectRow)
            .where(ObjectRow.number == number, ObjectRow.state != "published")
            .values(state="voided")
        )

    # ---------------------------------------------------------------- the register as last seen

    def latest(self, number: str) -> HistoryRow | None:
        """The last leaf about a mark that this ledger has seen."""
        asked = select(HistoryRow).where(HistoryRow.number == number).order_by(HistoryRow.id.desc())
        return self.session.scalars(asked.limit(1)).first()

    def history(self, number: str) -> Sequence[HistoryRow]:
        return self.session.scalars(
            select(HistoryRow).where(HistoryRow.number == number).order_by(HistoryRow.id)
        ).all()

    def latest_of(self, numbers: Sequence[str]) -> dict[str, HistoryRow]:
        """The last leaf seen about each of these marks."""
        found: dict[str, HistoryRow] = {}
        for chunk in _chunks(numbers):
            last = (
                select(func.max(HistoryRow.id))
                .where(HistoryRow.number.in_(chunk))
                .group_by(HistoryRow.number)
            )
            found |= {
                row.number: row
                for row in self.session.scalars(select(HistoryRow).where(HistoryRow.id.in_(last)))
            }
        return found

    def known_leaves(self, leaves: Sequence[bytes]) -> set[bytes]:
        found: set[bytes] = set()
        for chunk in _chunks(leaves):
            found.update(self.session.scalars(select(HistoryRow.leaf).where(HistoryRow.leaf.in_(chunk))))
        return found

    def own_leaves(self, leaves: Sequence[bytes]) -> dict[bytes, ObjectRow]:
        """Our objects, unless voided, by the leaf they become."""
        found: dict[bytes, ObjectRow] = {}
        for chunk in _chunks(leaves):
            asked = select(ObjectRow).where(ObjectRow.leaf.in_(chunk), ObjectRow.state != "voided")
            found |= {row.leaf: row for row in self.session.scalars(asked) if row.leaf is not None}
        return found

    def mark_objects(self, numbers: Sequence[str]) -> dict[str, ObjectRow]:
        """The objects of those of these marks that are of this ledger."""
        found: dict[str, ObjectRow] = {}
        for chunk in _chunks(numbers):
            asked = select(ObjectRow).where(ObjectRow.kind == "mark", ObjectRow.number.in_(chunk))
            found |= {row.number: row for row in self.session.scalars(asked)}
        return found

    # ---------------------------------------------------------------- counters

    def get(self, name: str) -> str | None:
        row = self.session.get(MetaRow, name)
        return None if row is None else row.value

    def put(self, name: str, value: str) -> None:
        self.session.merge(MetaRow(name=name, value=value))

    def highest_index(self, uri: str) -> int:
        """The highest index ever given out in a list, or met there by `sync --bundle`; -1 if none."""
        own = self.session.scalar(select(func.max(MarkRow.status_index)).where(MarkRow.status_uri == uri))
        return max(-1 if own is None else own, int(self.get(f"floor {uri}") or -1))

    def has_list_elsewhere(self, uri: str) -> bool:
        """Whether the list at this path was begun under another host name."""
        path = uri.partition("//")[2].partition("/")[2]
        marks = select(MarkRow.status_uri).where(
            MarkRow.status_uri.like(f"https://%/{path}"), MarkRow.status_uri != uri
        )
        floors = select(MetaRow.name).where(
            MetaRow.name.like(f"floor https://%/{path}"), MetaRow.name != f"floor {uri}"
        )
        return (
            self.session.scalar(marks.limit(1)) is not None
            or self.session.scalar(floors.limit(1)) is not None
        )


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """In pieces, since SQLite takes so many parameters and no more."""
    for start in range(0, len(values), 500):
        yield values[start : start + 500]
