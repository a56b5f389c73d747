"""The engine, and what SQLite needs to be a database one can trust."""

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

__all__ = ["make_engine", "make_sessions"]

BUSY_MS = 15_000
# A thread of a web worker may hold two connections: its page's, and that of the verdict on it.
POOL = 16
POOL_MORE = 24


def make_engine(url: str) -> Engine:
    """Give an engine; on SQLite with WAL, full synchronisation, foreign keys and patience.

    What was asked stands in no error, and so in no log.
    """
    engine = create_engine(
        url, pool_pre_ping=True, pool_size=POOL, max_overflow=POOL_MORE, hide_parameters=True
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # SQLAlchemy begins, not the driver
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: object) -> None:
    connection.exec_driver_sql("BEGIN")  # type: ignore[attr-defined]
