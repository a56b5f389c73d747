"""The ledger: one SQLite file.

Every change is one `BEGIN IMMEDIATE` transaction that is on the disk when it returns (WAL, synchronous FULL): two
processes take turns, and a kill leaves either all of a change or nothing.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from issuer.books import Books
from issuer.models import Base

__all__ = ["Ledger", "LedgerError"]

VERSION = 1
BUSY_MS = 30_000


class LedgerError(Exception):
    """The ledger cannot be used; says why."""


class Ledger:
    """Opens the file, making it (its owner's alone) if it is not there. Raises LedgerError."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        self._engine = create_engine(f"sqlite:///{path}")
        event.listen(self._engine, "connect", _prepare)
        try:
            with self._engine.connect() as connection:
                self._create(connection)
        except SQLAlchemyError as error:
            raise LedgerError(f"{path} is no ledger that can be used: {error}") from error

    def _create(self, connection: Connection) -> None:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar()
        if version == VERSION:
            return
        if version:
            raise LedgerError(f"the ledger was written by another release (form {version})")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        Base.metadata.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
        connection.commit()

    @contextmanager
    def writing(self) -> Iterator[Books]:
        """One transaction: committed on leaving, rolled back when anything is raised."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            with Session(bind=connection, expire_on_commit=False) as session:
                yield Books(session)
                session.flush()
                connection.commit()

    @contextmanager
    def reading(self) -> Iterator[Books]:
        """One consistent view; nothing is written."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            with Session(bind=connection, autoflush=False) as session:
                yield Books(session)
                session.expunge_all()
            connection.rollback()

    def close(self) -> None:
        self._engine.dispose()


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun above, not by the driver
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
