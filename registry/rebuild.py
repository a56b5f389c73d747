"""The tables again, from the files alone: tiles, checkpoints, profiles, trust (docs/adr/0001)."""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.orm import Session

from keys.trust import TrustChain, TrustRefusedError, walk
from registry import projection
from registry.database import make_engine, make_sessions
from registry.files import FilesError, RegistryFiles
from registry.logs import HeldLog, held_logs, read_content
from registry.migrate import upgrade
from registry.models import HeadRow
from registry.ratchet import last_head
from registry.settings import Settings
from schemas.checkpoint import Checkpoint, read_checkpoint
from schemas.errors import MalformedError
from schemas.merkle import EMPTY_ROOT
from schemas.tiles import root_from_tiles
from verifier.fold import trust_version

__all__ = ["project", "publisher_locked_out", "rebuild", "signed_heads"]


def rebuild(settings: Settings) -> int:
    """Make every table but the queue again; give the number of leaves. The publisher must not run.

    Raises FilesError when the files do not allow it; then the tables stay as they were.
    """
    files = RegistryFiles(settings.home, log=settings.log_name)
    chain = _trust_of(settings, files)
    logs = held_logs(files, chain.current, origin=settings.origin)
    if not logs:
        raise FilesError(f"the trust document names no log {settings.origin}")
    with publisher_locked_out(files):
        upgrade(settings.database_url)
        engine = make_engine(settings.database_url)
        try:
            with make_sessions(engine).begin() as session:
                return project(session, logs, chain)
        finally:
            engine.dispose()


def project(session: Session, logs: Sequence[HeldLog], chain: TrustChain) -> int:
    """Fill the tables from the files, in the caller's transaction; give the number of leaves. Raises FilesError."""
    files, end = logs[-1].files, _log_end(logs[-1], is_successor=len(logs) > 1)
    contents = read_content(logs, size=end.size)
    version = trust_version(entry for content in contents for entry in content.entries)
    document = chain.version(version) or chain.current
    try:
        profiles = sorted(files.profiles().items())
        projection.reproject(session, contents, document=document, profiles=profiles)
    except MalformedError as error:
        raise FilesError(f"{files.log}: {error}; akashi-registry fsck names what is damaged") from error
    for log, content in zip(logs, contents, strict=True):
        if log is logs[-1] or log.final is None:
            size, root, kept, trust = end.size, end.root, log.files.kept_sizes()[-1:], version
        else:
            size, root, kept = log.final.size, log.final.root, [log.final.size]
            trust = trust_version(content.entries)
        session.merge(
            HeadRow(
                place=log.place,
                origin=log.origin,
                size=size,
                root=root,
                published_size=kept[0] if kept else 0,
                trust_version=trust,
            )
        )
    session.flush()
    return sum(len(content.entries) for content in contents)


def _log_end(log: HeldLog, *, is_successor: bool) -> Checkpoint:
    """Say where the log ends: at the last head the log key signed, if the tiles lead to it, else the last kept.

    A head signed whose batch is still staged is finished by the publisher, not here. Raises FilesError.
    """
    files = log.files
    for head in signed_heads(files, origin=log.origin):
        try:
            if root_from_tiles(files.read_tile, head.size) == head.root:
                return head
        except (FilesError, MalformedError):
            continue
    if is_successor and not files.tile_paths():
        return Checkpoint(origin=log.origin, size=0, root=EMPTY_ROOT)  # continued, and nothing appended yet
    raise FilesError(f"the tiles of {files.log} lead to no head that was signed; restore them from a copy")


def signed_heads(files: RegistryFiles, *, origin: str) -> Iterator[Checkpoint]:
    """Give the ratchet's last head, then the kept ones, newest first; unverified, damaged ones passed over."""
    try:
        head = last_head(files.ratchet, origin=origin)
    except (FileNotFoundError, MalformedError):
        head = None  # fsck names it; the kept checkpoints are as good
    if head is not None:
        yield head
    for size in reversed(files.kept_sizes()):
        try:
            yield read_checkpoint(files.find_checkpoint(size) or b"")[0]
        except MalformedError:
            continue


def _trust_of(settings: Settings, files: RegistryFiles) -> TrustChain:
    """Walk the trust documents on disk. Raises FilesError."""
    try:
        return walk(settings.anchor, files.trust_notes())
    except TrustRefusedError as error:
        raise FilesError(f"the trust documents do not hold: {error}") from error


@contextmanager
def publisher_locked_out(files: RegistryFiles) -> Iterator[None]:
    """Hold the lock a running publisher holds. Raises FilesError when one is running."""
    with files.ratchet.open("a+b") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FilesError("the publisher is running; stop it first") from error
        yield
