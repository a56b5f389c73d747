"""The tables again, from the files alone: tiles, checkpoints, profiles, trust (docs/adr/0001)."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from keys.trust import TrustChain, TrustRefusedError, walk
from registry import projection
from registry.commands import prepare_database
from registry.database import make_engine, make_sessions
from registry.files import FilesError, RegistryFiles
from registry.models import HeadRow
from registry.ratchet import last_head
from registry.settings import Settings
from schemas.checkpoint import Checkpoint, read_checkpoint
from schemas.errors import MalformedError
from schemas.tiles import root_from_tiles
from verifier.fold import trust_version

__all__ = ["project", "rebuild", "signed_heads"]


def rebuild(settings: Settings) -> int:
    """Make every table but the queue again; give the number of leaves. The publisher must not run.

    Raises FilesError when the files do not allow it; then the tables stay as they were.
    """
    files = RegistryFiles(settings.home, log=settings.log_name)
    chain = _trust_of(settings, files)
    place = chain.current.find_log(settings.origin)
    if place is None:
        raise FilesError(f"the trust document names no log {settings.origin}")
    with _publisher_locked_out(files):
        prepare_database(settings, place)
        engine = make_engine(settings.database_url)
        try:
            with make_sessions(engine).begin() as session:
                return project(session, files, chain, place=place, origin=settings.origin)
        finally:
            engine.dispose()


def project(session: Session, files: RegistryFiles, chain: TrustChain, *, place: int, origin: str) -> int:
    """Fill the tables from the files, in the caller's transaction. Raises FilesError."""
    end = _log_end(files)
    try:
        entries = projection.read_entries(files, end.size)
        version = trust_version(entries)
        document = chain.version(version) or chain.current
        profiles = sorted(files.profiles().items())
        projection.reproject(session, files, entries, place=place, document=document, profiles=profiles)
    except MalformedError as error:
        raise FilesError(f"{files.log}: {error}; akashi-registry fsck names what is damaged") from error
    kept = files.kept_sizes()
    session.merge(
        HeadRow(
            place=place,
            origin=origin,
            size=end.size,
            root=end.root,
            published_size=kept[-1] if kept else 0,
            trust_version=version,
        )
    )
    session.flush()
    return end.size


def _log_end(files: RegistryFiles) -> Checkpoint:
    """Say where the log ends: at the last head the log key signed, if the tiles lead to it, else the last kept.

    A head signed whose batch is still staged is finished by the publisher, not here. Raises FilesError.
    """
    for head in signed_heads(files):
        try:
            if root_from_tiles(files.read_tile, head.size) == head.root:
                return head
        except (FilesError, MalformedError):
            continue
    raise FilesError(f"the tiles of {files.log} lead to no head that was signed; restore them from a copy")


def signed_heads(files: RegistryFiles) -> Iterator[Checkpoint]:
    """Give the ratchet's last head, then the kept ones, newest first; unverified, damaged ones passed over."""
    try:
        head = last_head(files.ratchet)
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
def _publisher_locked_out(files: RegistryFiles) -> Iterator[None]:
    """Hold the lock a running publisher holds. Raises FilesError when one is running."""
    with files.ratchet.open("a+b") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FilesError("the publisher is running; stop it first") from error
        yield
