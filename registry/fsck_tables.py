"""The tables beside the files: made again in a database of its own, and compared row by row."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from keys.trust import TrustChain
from registry.database import make_engine, make_sessions
from registry.files import FilesError
from registry.logs import HeldLog
from registry.models import (
    Base,
    EventRow,
    HeadRow,
    LeafRow,
    MarkRow,
    OrganisationRow,
    ProfileRow,
    SearchGramRow,
    SearchKeyRow,
)
from registry.rebuild import project
from registry.settings import Settings

__all__ = ["check_tables"]

COMPARED: tuple[type[Base], ...] = (HeadRow, LeafRow, MarkRow, EventRow, ProfileRow, OrganisationRow)


def check_tables(settings: Settings, logs: Sequence[HeldLog], chain: TrustChain) -> Iterator[str]:
    """Name every row that is missing, too many, or says otherwise than the files. Raises FilesError."""
    engine = make_engine(settings.database_url)
    with tempfile.TemporaryDirectory(prefix="akashi-fsck-") as folder:
        fresh_engine = make_engine(f"sqlite:///{Path(folder) / 'fresh.sqlite'}")
        try:
            Base.metadata.create_all(fresh_engine)
            with make_sessions(engine)() as held, make_sessions(fresh_engine)() as fresh:
                project(fresh, logs, chain)
                for table in COMPARED:
                    yield from _compare(table, held, fresh)
                yield from _compare_search(held, fresh)
        except SQLAlchemyError as error:
            raise FilesError(f"the database cannot be read: {type(error).__name__}") from error
        finally:
            fresh_engine.dispose()
            engine.dispose()


def _compare(table: type[Base], held: Session, fresh: Session) -> Iterator[str]:
    columns = [attribute.key for attribute in inspect(table).column_attrs]
    keys = [inspect(table).get_property_by_column(column).key for column in inspect(table).primary_key]

    def rows(session: Session) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
        for row in session.scalars(select(table).execution_options(yield_per=1000)):
            yield tuple(getattr(row, key) for key in keys), tuple(getattr(row, name) for name in columns)
            session.expunge(row)

    expected = dict(rows(fresh))
    for key, values in rows(held):
        name = f"table {table.__tablename__} {' '.join(map(str, key))}"
        wanted = expected.pop(key, None)
        if wanted is None:
            yield f"{name}: nothing in the log makes such a row"
        elif wanted != values:
            different = [
                column for column, one, other in zip(columns, wanted, values, strict=True) if one != other
            ]
            yield f"{name}: {', '.join(different)} not as the log says"
    for key in expected:
        yield f"table {table.__tablename__} {' '.join(map(str, key))}: missing"


def _compare_search(held: Session, fresh: Session) -> Iterator[str]:
    """Compare search keys and grams by what they say: their numbers depend on the order of writing."""
    keys = select(SearchKeyRow.organisation, SearchKeyRow.matched, SearchKeyRow.key)
    of_key = select(SearchKeyRow.organisation, SearchKeyRow.key, SearchGramRow.gram)
    grams = of_key.join(SearchKeyRow, SearchKeyRow.id == SearchGramRow.key_id)
    for name, asked in (("search_keys", keys), ("search_grams", grams)):
        ours = Counter(tuple(row) for row in held.execute(asked))
        wanted = Counter(tuple(row) for row in fresh.execute(asked))
        yield from (
            f"table {name} {' '.join(row)}: nothing in the log makes it" for row in sorted(ours - wanted)
        )
        yield from (f"table {name} {' '.join(row)}: missing" for row in sorted(wanted - ours))
    loose = select(SearchGramRow.gram).where(SearchGramRow.key_id.not_in(select(SearchKeyRow.id)))
    yield from (f"table search_grams {gram}: belongs to no key" for gram in held.scalars(loose))
