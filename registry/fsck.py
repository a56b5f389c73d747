"""Is everything still what it was? All is recomputed from the log's entries, and whatever differs is named.

    trust       walked from the anchor; every signature line is a known root's
    logs        entries → tiles → roots; every kept checkpoint, every line of the ratchet; each continues the one before
    lists       equal Fold(N), signed, named by their snapshot
    profiles    signed by the mark's issuer; entities as claim 9 hashes them
    tables      equal to what the files alone give

Damage to one byte of a file or a row is one line that names the file or the row.
"""

import time
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from registry.database import make_engine, make_sessions
from registry.files import FilesError, RegistryFiles
from registry.fsck_files import check_lists, check_profiles
from registry.fsck_log import LogFound, check_genesis, check_log, check_ratchet
from registry.fsck_tables import check_tables
from registry.fsck_trust import check_trust
from registry.logs import Content, held_logs
from registry.models import HeadRow
from registry.settings import Settings

__all__ = ["fsck"]

TRIES = 5  # while the publisher works
PAUSE = 1.0  # seconds


def fsck(settings: Settings) -> list[str]:
    """Give one line for everything damaged, none when all is well. Raises FilesError: could not look."""
    files = RegistryFiles(settings.home, log=settings.log_name)
    if not settings.home.is_dir() or not files.trust_versions():
        raise FilesError(f"{settings.home} holds no register")
    for attempt in range(TRIES):
        before = _position(settings, files)
        damage = list(_look(settings, files))
        if not damage or _position(settings, files) == before:
            return damage
        time.sleep(PAUSE * (attempt + 1))
    raise FilesError("the register is being written to all the time; stop the publisher and try again")


def _look(settings: Settings, files: RegistryFiles) -> Iterator[str]:
    # 1. Trust: without it nothing else can be judged.
    named, chain = check_trust(files, settings.anchor)
    yield from named
    if chain is None:
        yield "trust: the chain does not hold, so nothing else was looked at"
        return
    logs = held_logs(files, chain.current, origin=settings.origin)
    if not logs:
        yield f"trust: names no log {settings.origin}"
        return
    # 2. The logs, each from its entries up.
    found = [LogFound() for _ in logs]
    damage = [
        line for log, one in zip(logs, found, strict=True) for line in check_log(log, chain, one)
    ] + list(check_ratchet(logs, found))
    yield from damage
    broken = [log.files.log for log, one in zip(logs, found, strict=True) if not one.is_sound]
    if broken:
        yield f"{', '.join(broken)}: damaged, so lists, profiles and tables were not looked at"
        return
    # 3. What the entries say, beside what is published.
    contents = [
        Content(place=log.place, files=log.files, entries=one.entries)
        for log, one in zip(logs, found, strict=True)
    ]
    yield from check_genesis(logs, contents, chain)
    yield from check_lists(contents, chain)
    yield from check_profiles(contents, chain)
    # 4. The tables; files that cannot be read were named above.
    try:
        yield from check_tables(settings, logs, chain)
    except FilesError:
        if not damage:
            raise
        yield "tables: not compared; repair the files first"


def _position(settings: Settings, files: RegistryFiles) -> tuple[object, ...]:
    """What a running publisher changes with every step."""
    engine = make_engine(settings.database_url)
    try:
        with make_sessions(engine)() as session:
            heads = [(row.size, row.root, row.published_size) for row in session.query(HeadRow)]
    except SQLAlchemyError as error:
        raise FilesError(f"the database cannot be read: {type(error).__name__}") from error
    finally:
        engine.dispose()
    ratchet = files.ratchet.stat().st_size if files.ratchet.exists() else 0
    return (*heads, ratchet, files.pending.exists(), tuple(files.kept_sizes()), tuple(files.trust_versions()))
