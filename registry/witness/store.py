"""What a witness remembers: who it is, whose logs it watches, and the largest head it has seen of each.

One SQLite file in WAL mode with `synchronous=FULL`: when a transaction has ended, it is on the disk. The file
itself refuses to go back (the triggers), whatever a later version of this program gets wrong.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from schemas.checkpoint import Checkpoint
from schemas.merkle import EMPTY_ROOT
from schemas.note import COSIGNATURE, VerifierKey

__all__ = ["Identity", "Records", "Store", "StoreError"]

_VERSION = 1
_BUSY = 5.0  # seconds to wait for another process
_SCHEMA = (
    """CREATE TABLE identity (
        one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL, key TEXT NOT NULL, public BLOB NOT NULL
    )""",
    "CREATE TABLE log_key (vkey TEXT PRIMARY KEY, origin TEXT NOT NULL)",
    # note: the checkpoint as the log signed it; time: of the last cosignature, POSIX seconds
    """CREATE TABLE head (
        origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL, time INTEGER NOT NULL
    )""",
    """CREATE TRIGGER head_only_grows BEFORE UPDATE ON head
        WHEN new.origin <> old.origin OR new.size < old.size OR (new.size = old.size AND new.root <> old.root)
        BEGIN SELECT RAISE(ABORT, 'a head only grows'); END""",
    """CREATE TRIGGER head_stays BEFORE DELETE ON head
        BEGIN SELECT RAISE(ABORT, 'a head stays'); END""",
    """CREATE TRIGGER time_goes_on BEFORE UPDATE ON head WHEN new.time < (SELECT max(time) FROM head)
        BEGIN SELECT RAISE(ABORT, 'time goes on'); END""",
    f"PRAGMA user_version = {_VERSION}",
)


class StoreError(Exception):
    """The file cannot be used now, or is not a witness's; nothing was stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The name a witness signs under, where its key lives (a URI), and the key's public half."""

    name: str
    key: str
    public: bytes

    @property
    def vkey(self) -> VerifierKey:
        return VerifierKey(name=self.name, type=COSIGNATURE, public=self.public)


class Records:
    """What is remembered, seen from inside one transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def keys_of(self, origin: str) -> list[VerifierKey]:
        rows = self._database.execute("SELECT vkey FROM log_key WHERE origin = ? ORDER BY rowid", (origin,))
        return [VerifierKey.from_text(vkey) for (vkey,) in rows]

    def head_of(self, origin: str) -> Checkpoint:
        """Give the largest head seen: of a log not seen yet, the empty tree."""
        row = self._database.execute("SELECT size, root FROM head WHERE origin = ?", (origin,)).fetchone()
        size, root = row or (0, EMPTY_ROOT)
        return Checkpoint(origin=origin, size=size, root=root)

    def last_time(self) -> int:
        """Give the latest time of any cosignature, 0 before the first."""
        (time,) = self._database.execute("SELECT coalesce(max(time), 0) FROM head").fetchone()
        return int(time)

    def keep(self, head: Checkpoint, *, note: bytes, time: int) -> None:
        self._database.execute(
            "INSERT INTO head (origin, size, root, note, time) VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin)"
            " DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note, time = excluded.time",
            (head.origin, head.size, head.root, note, time),
        )

    def add_log(self, key: VerifierKey) -> None:
        self._database.execute("INSERT OR IGNORE INTO log_key VALUES (?, ?)", (key.to_text(), key.name))

    def identity(self) -> Identity:
        row = self._database.execute("SELECT name, key, public FROM identity").fetchone()
        if row is None:
            raise StoreError("the file names no witness")
        return Identity(name=row[0], key=row[1], public=row[2])


class Store:
    """The file, shared by the threads of one process; other processes may hold it open too."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open the file of a witness that was initialised. Raises StoreError."""
        if not path.exists():
            raise StoreError(f"{path} does not exist")
        database = _connect(path, "rw")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version != _VERSION:
            database.close()
            raise StoreError(f"{path} is not a witness's file of version {_VERSION}")
        return cls(database)

    @classmethod
    def create(cls, path: Path, identity: Identity) -> "Store":
        """Make the file, whole or not at all; one left empty by an interrupted start is filled. Raises StoreError."""
        store = cls(_connect(path, "rwc"))
        try:
            with store.transaction():
                for statement in _SCHEMA:
                    store._database.execute(statement)
                row = (identity.name, identity.key, identity.public)
                store._database.execute("INSERT INTO identity VALUES (1, ?, ?, ?)", row)
        except StoreError:
            store.close()
            raise
        return store

    @contextmanager
    def transaction(self) -> Iterator[Records]:
        """Alone among threads and processes; what was kept is on the disk when this ends. Raises StoreError.

        Leaving by an exception keeps nothing.
        """
        with self._lock:
            try:
                self._database.execute(
                    "BEGIN IMMEDIATE"
                )  # a deferred one could read, then lose a race to write
                try:
                    yield Records(self._database)
                    self._database.execute("COMMIT")
                finally:
                    if self._database.in_transaction:
                        self._database.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise StoreError(str(error)) from error

    def close(self) -> None:
        self._database.close()


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    try:
        database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=_BUSY,
            isolation_level=None,  # transactions begin and end where this module says
            check_same_thread=False,  # the lock sees to it
        )
        try:
            (journal,) = database.execute("PRAGMA journal_mode = WAL").fetchone()
            database.execute("PRAGMA synchronous = FULL")
        except BaseException:
            database.close()
            raise
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error
    if journal != "wal":
        database.close()
        raise StoreError(f"{path} lies on a file system without shared memory; keep it on a local disk")
    return database
