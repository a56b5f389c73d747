"""The tables. All but `submissions` are a projection: `rebuild` makes them again from files alone.

Portable SQL only: integers, texts, byte strings; times are POSIX seconds. SQLite today, PostgreSQL
without a rewrite.
"""

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = [
    "Base",
    "EventRow",
    "HeadRow",
    "LeafRow",
    "MarkRow",
    "OrganisationRow",
    "ProfileRow",
    "SearchGramRow",
    "SearchKeyRow",
    "SubmissionRow",
]


def _by_code_point(length: int) -> String:
    """A text that sorts by code point everywhere: prefix search reads ranges of it."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Base(DeclarativeBase):
    """All tables of the registry."""


class HeadRow(Base):
    """One row a log: where it stands. Locked and compared before every append, so that no two fork it.

    `size`, `root`: sequenced. `published_size`: covered by a kept checkpoint whose snapshot is out.
    """

    __tablename__ = "heads"

    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    published_size: Mapped[int] = mapped_column(BigInteger)
    trust_version: Mapped[int] = mapped_column(Integer)  # the highest logged


class LeafRow(Base):
    """One row a leaf. `logged_at` is the k-th smallest cosignature time of the first kept checkpoint over it."""

    __tablename__ = "leaves"

    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column("idx", BigInteger, primary_key=True, autoincrement=False)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # genesis issue suspend … trust snapshot
    number: Mapped[str | None] = mapped_column(String(10), index=True)
    object_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    trust_version: Mapped[int | None] = mapped_column(Integer)
    logged_at: Mapped[int | None] = mapped_column(BigInteger)
    checkpoint_size: Mapped[int | None] = mapped_column(BigInteger)  # of that first kept checkpoint


class MarkRow(Base):
    """One row a mark that is in the log and was entitled to be. `status` as in a status list."""

    __tablename__ = "marks"
    __table_args__ = (UniqueConstraint("status_uri", "status_index"), UniqueConstraint("place", "idx"))

    number: Mapped[str] = mapped_column(String(10), primary_key=True)
    place: Mapped[int] = mapped_column(Integer)
    index: Mapped[int] = mapped_column("idx", BigInteger)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32))
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    kid: Mapped[bytes] = mapped_column(LargeBinary(8))
    owner: Mapped[str] = mapped_column(String(255))
    holder: Mapped[str] = mapped_column(String(80), index=True)
    level: Mapped[int] = mapped_column(Integer, index=True)
    valid_from: Mapped[int] = mapped_column(BigInteger)
    valid_until: Mapped[int] = mapped_column(BigInteger)
    status_uri: Mapped[str] = mapped_column(String(255))
    status_index: Mapped[int] = mapped_column(Integer)
    status: Mapped[int] = mapped_column(Integer, index=True)
    suspended_by_authority: Mapped[bool]
    reason: Mapped[int | None] = mapped_column(Integer)
    successor: Mapped[str | None] = mapped_column(String(10), index=True)
    last_leaf: Mapped[bytes] = mapped_column(LargeBinary(32))
    logged_at: Mapped[int | None] = mapped_column(BigInteger)


class EventRow(Base):
    """One row an event leaf. `effective`: it changed the state, or confirmed it."""

    __tablename__ = "events"

    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column("idx", BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(ForeignKey("marks.number"), index=True)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32))
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[int] = mapped_column(Integer)
    reason: Mapped[int | None] = mapped_column(Integer)
    successor: Mapped[str | None] = mapped_column(String(10))
    status_after: Mapped[int] = mapped_column(Integer)
    effective: Mapped[bool]
    logged_at: Mapped[int | None] = mapped_column(BigInteger)


class ProfileRow(Base):
    """The newest profile of a mark. Its truth is the file profile/<number>.cwt."""

    __tablename__ = "profiles"

    number: Mapped[str] = mapped_column(ForeignKey("marks.number"), primary_key=True)
    iat: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    raw: Mapped[bytes] = mapped_column(LargeBinary)


class OrganisationRow(Base):
    """One row a holder, named as on its newest mark."""

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_latin: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(String(2), index=True)
    region: Mapped[str | None] = mapped_column(String(6))  # ISO 3166-2


class SearchKeyRow(Base):
    """One normalised way to find a holder: whole names and numbers, for exact and prefix search."""

    __tablename__ = "search_keys"
    __table_args__ = (Index("search_keys_by_key", "key", "organisation"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    matched: Mapped[str] = mapped_column(String(8))  # id number name kana latin former entity
    key: Mapped[str] = mapped_column(_by_code_point(240))


class SearchGramRow(Base):
    """The character bigrams of a search key; a name of one character is its own gram."""

    __tablename__ = "search_grams"
    __table_args__ = (Index("search_grams_by_gram", "gram", "key_id"),)

    gram: Mapped[str] = mapped_column(_by_code_point(2), primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("search_keys.id"), primary_key=True)


class SubmissionRow(Base):
    """A body at the door, until it is published. `receipt` is its SHA-256 in hex: sending again finds it.

    state: queued → sequenced → published, or refused (with the problem that came of a race).
    """

    __tablename__ = "submissions"

    receipt: Mapped[str] = mapped_column(String(64), primary_key=True)
    arrival: Mapped[int] = mapped_column(BigInteger, index=True)  # nanoseconds, the order of service
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10), index=True)
    pending_answer: Mapped[str | None] = mapped_column(Text)  # JSON, written when sequenced
    answer: Mapped[str | None] = mapped_column(Text)  # JSON, once it may be given
