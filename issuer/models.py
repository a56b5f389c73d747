"""The ledger's tables (SQLite). Texts, integers and byte strings; times are POSIX seconds.

An object is what is signed and sent: a mark, its profile, an event. Its states:

    reserved → signed → submitted → published
        └────────┴──────────┴→ voided            never sent again; its number and index stay used

`submitted`: it left this machine and no answer says what became of it.
"""

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = ["Base", "DraftRow", "HistoryRow", "MarkRow", "MetaRow", "ObjectRow"]


class Base(DeclarativeBase):
    """All tables of the ledger."""


class DraftRow(Base):
    """A draft that was accepted. `cells`, `private`: JSON; the private columns are in this table and nowhere else."""

    __tablename__ = "drafts"

    draft_id: Mapped[str] = mapped_column(String(320), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary(32))
    cells: Mapped[str] = mapped_column(Text)
    private: Mapped[str] = mapped_column(Text)
    supersedes: Mapped[str | None] = mapped_column(String(10))
    accepted_at: Mapped[int]


class MarkRow(Base):
    """A number and a place in a status list, given out once and for ever, and the claims they were given to."""

    __tablename__ = "marks"
    __table_args__ = (UniqueConstraint("status_uri", "status_index"),)

    number: Mapped[str] = mapped_column(String(10), primary_key=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.draft_id"), index=True)
    status_uri: Mapped[str] = mapped_column(String(255))
    status_index: Mapped[int]
    holder: Mapped[str] = mapped_column(String(80), index=True)
    name: Mapped[str] = mapped_column(Text)
    level: Mapped[int]
    nbf: Mapped[int]
    exp: Mapped[int]
    voided: Mapped[bool] = mapped_column(default=False)


class ObjectRow(Base):
    """A signed object, or the claims for one. `leaf`: hash of the log leaf it becomes (none for a profile)."""

    __tablename__ = "objects"
    __table_args__ = (Index("objects_by_state", "state", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(8))  # mark profile event
    number: Mapped[str] = mapped_column(String(10), index=True)
    iat: Mapped[int]
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    leaf: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    state: Mapped[str] = mapped_column(String(10))
    trouble: Mapped[str | None] = mapped_column(Text)  # what the registry last said against it
    log_index: Mapped[int | None]


class HistoryRow(Base):
    """A leaf about a mark, ours or anybody's, in the log's order; the last one is what the next event names."""

    __tablename__ = "history"
    __table_args__ = (Index("history_by_number", "number", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    number: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10))  # after this leaf
    reason: Mapped[str | None] = mapped_column(String(40))
    successor: Mapped[str | None] = mapped_column(String(10))
    holder: Mapped[str] = mapped_column(String(80))
    level: Mapped[int]
    at: Mapped[int]


class MetaRow(Base):
    """How far the register was read, and the like."""

    __tablename__ = "meta"

    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
