"""When a log ends: its successor begins, here or in another operator's hands (docs/format.md §5 rule 6, §6).

    continue_log   the same register goes on in the next log; what was queued or signed and never published goes there
    take_over      another operator begins it from what everybody can copy: an export of the register

Both need a trust document that names the end (`final`) and the successor. Marks that were published stay proven by
the checkpoints that were kept; nothing of them is signed anew.
"""

from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session

from keys.trust import TrustChain, walk
from registry import projection
from registry.database import make_engine, make_sessions
from registry.files import FilesError, RegistryFiles
from registry.fsck import fsck
from registry.logs import HeldLog, held_logs, read_content, segment_of
from registry.migrate import upgrade
from registry.models import HeadRow, SubmissionRow
from registry.pending import Pending
from registry.rebuild import project, publisher_locked_out
from registry.settings import Settings, SettingsError, read_object, write_object, write_settings
from schemas.checkpoint import read_checkpoint
from schemas.errors import MalformedError
from schemas.merkle import EMPTY_ROOT
from schemas.trust_document import TrustDocument

__all__ = ["check_end", "continue_log", "take_over"]


def continue_log(settings: Settings, *, origin: str, log_key: str, public: bytes | None) -> Settings:
    """Go on in the log named `origin`; the publisher must not run. Doing it again finishes what was interrupted.

    `public` is the public half of `log_key`, where it can be read without opening the key.

    Raises SettingsError for what does not fit, FilesError for files that do not hold; then nothing was changed.
    """
    files = RegistryFiles(settings.home, log=settings.log_name)
    chain = walk(settings.anchor, files.trust_notes())
    document = chain.current
    if settings.origin == origin:
        raise SettingsError(f"{settings.home} writes {origin} already")
    old = held_logs(files, document, origin=settings.origin)
    logs = _successor(document, files, origin=origin, public=public)
    if not old or len(logs) != len(old) + 1 or old[-1].final is None:
        raise SettingsError(
            f"{origin} is not the log that follows {settings.origin} in trust version {document.version}"
        )
    with publisher_locked_out(files):
        check_end(files, document, origin=settings.origin)
        engine = make_engine(settings.database_url)
        try:
            with make_sessions(engine).begin() as session:
                _end(session, old, chain)
                _begin(session, logs[-1], trust_version=_trust_version(session, old[-1].place))
        finally:
            engine.dispose()
        files.drop_tiles_beyond(old[-1].final.size)
        Pending.drop(files.pending)
        write_object(
            settings.home / "publisher.json",
            read_object(settings.home / "publisher.json") | {"log_key": log_key},
        )
        # Last: until this is written, everything above is done again.
        write_settings(settings.home, read_object(settings.home / "registry.json") | {"origin": origin})
    return Settings.load(settings.home)


def check_end(files: RegistryFiles, document: TrustDocument, *, origin: str) -> None:
    """On return the end the document gives this log is one of its kept checkpoints, and nothing was published beyond.

    Raises SettingsError naming what the root holders should sign instead.
    """
    place = document.find_log(origin)
    final = None if place is None else document.logs[place].final
    if final is None:
        return
    kept = files.kept_sizes()
    beyond = [size for size in kept if size > final.size]
    if beyond:
        raise SettingsError(
            f"trust version {document.version} ends {origin} at size {final.size}, but size {beyond[-1]} was published: "
            f"marks in between would be lost. Ask for a version with the newest checkpoint, /{files.log}/checkpoint"
        )
    note = files.find_checkpoint(final.size)
    try:
        root = None if note is None else read_checkpoint(note)[0].root
    except MalformedError as error:
        raise FilesError(f"{files.log}/checkpoints/{final.size}: {error}") from error
    if root != final.root:
        raise SettingsError(
            f"trust version {document.version} ends {origin} with a head that was never published here (size {final.size})"
        )


def take_over(settings: Settings, source: Path, chain: TrustChain, *, public: bytes | None) -> None:
    """Lay a register out from an export of another operator's; on return it is whole, as fsck sees it.

    `settings` are the new register's, `chain` names its log; `public` is its log key's. Raises SettingsError, FilesError.
    """
    files = RegistryFiles(settings.home, log=settings.log_name)
    logs = _successor(chain.current, files, origin=settings.origin, public=public)
    if len(logs) < 2:
        raise SettingsError(f"{settings.origin} continues no log")
    for document, note in zip(chain.documents, chain.notes, strict=True):
        files.write_trust(document.version, note)
    for log in logs[:-1]:
        _copy_log(source, log)
    _copy_of_marks(source, files)
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    try:
        with make_sessions(engine).begin() as session:
            project(session, logs, chain)
    finally:
        engine.dispose()
    if damage := fsck(settings):
        raise FilesError(f"{source} does not hold: {'; '.join(damage[:3])}")


def _successor(
    document: TrustDocument, files: RegistryFiles, *, origin: str, public: bytes | None
) -> tuple[HeldLog, ...]:
    logs = held_logs(files, document, origin=origin)
    if not logs:
        raise SettingsError(f"trust version {document.version} names no log {origin}")
    if logs[-1].final is not None:
        raise SettingsError(f"{origin} ended, too")
    names = [log.files.log for log in logs]
    if len(set(names)) < len(names):
        raise SettingsError(
            f"{origin}: an earlier log is called {segment_of(origin)}; name it HOST/log{len(logs)}"
        )
    if public is not None and public != document.logs[logs[-1].place].key.public:
        raise SettingsError(f"the log key is not that of {origin}")
    return logs


def _end(session: Session, logs: tuple[HeldLog, ...], chain: TrustChain) -> None:
    """Let the tables end where the log does. What was signed beyond, and never published, is queued again."""
    final, row = logs[-1].final, session.get(HeadRow, logs[-1].place)
    if final is None or row is None:
        raise FilesError("the database has no head; run akashi-registry rebuild")
    if row.size > final.size:
        document = chain.version(row.trust_version) or chain.current
        contents = read_content(logs, size=final.size)
        profiles = logs[-1].files.profiles().items()
        projection.reproject(session, contents, document=document, profiles=profiles)
    row.size, row.root, row.published_size = final.size, final.root, final.size
    session.execute(
        update(SubmissionRow)
        .where(SubmissionRow.state == "sequenced")
        .values(state="queued", pending_answer=None, answer=None)
    )
    session.flush()


def _begin(session: Session, log: HeldLog, *, trust_version: int) -> None:
    if session.get(HeadRow, log.place) is None:
        session.add(
            HeadRow(
                place=log.place,
                origin=log.origin,
                size=0,
                root=EMPTY_ROOT,
                published_size=0,
                trust_version=trust_version,
            )
        )
    session.flush()


def _trust_version(session: Session, place: int) -> int:
    row = session.get(HeadRow, place)
    return 0 if row is None else row.trust_version


def _copy_log(source: Path, log: HeldLog) -> None:
    """Copy tiles and kept checkpoints up to the log's end. Raises FilesError."""
    if log.final is None:
        raise SettingsError(f"{log.origin} has a successor and no end")
    folder = source / log.files.log
    for path in sorted((folder / "tile").rglob("[!.]*")):
        if path.is_file():
            log.files.write_tile(path.relative_to(folder).as_posix(), path.read_bytes())
    log.files.drop_tiles_beyond(log.final.size)
    sizes = [int(path.name) for path in (folder / "checkpoint").glob("*") if path.name.isdecimal()]
    for size in sorted(size for size in sizes if size <= log.final.size):
        log.files.keep_checkpoint(size, (folder / "checkpoint" / str(size)).read_bytes())


def _copy_of_marks(source: Path, files: RegistryFiles) -> None:
    for folder in sorted((source / "m").glob("[!.]*")):
        if (folder / "profile").is_file():
            files.write_profile(folder.name, (folder / "profile").read_bytes())
        if (folder / "entities").is_file():
            files.write_entities(folder.name, (folder / "entities").read_bytes())
    for path in sorted((source / "status").glob("*/*")):
        if path.name.isdecimal():
            files.write_list(path.parent.name, int(path.name), path.read_bytes())
