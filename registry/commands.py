"""What the operator does: set up a register, add a trust version, take files in, publish once."""

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from keys.file_signer import read_public
from keys.signer import Signer, open_signer
from keys.trust import TrustChain, TrustRefusedError, read_note, walk
from keys.whole_files import write_whole
from registry.database import make_engine, make_sessions
from registry.files import RegistryFiles
from registry.migrate import upgrade
from registry.models import HeadRow
from registry.publisher import Publisher
from registry.settings import PublisherSettings, Settings, SettingsError
from registry.submissions import Outcome, accept
from schemas.merkle import EMPTY_ROOT
from schemas.trust_entries import KeyUse

__all__ = ["add_trust", "ingest", "initialise", "make_publisher", "prepare_database", "publish_once"]


def initialise(
    home: Path,
    *,
    origin: str,
    trust: bytes,
    log_key: str,
    status_key: str,
    witnesses: Sequence[str],
    public_url: str | None,
    demonstration: bool,
) -> Settings:
    """Set up an empty register; the first start of the publisher writes the genesis leaf.

    Raises SettingsError naming what does not fit, and leaves nothing behind that a second call trips over.
    """
    if (home / "registry.json").exists():
        raise SettingsError(f"{home} is a register already; choose another folder")
    chain = _first_chain(trust)
    document = chain.current
    faults = []
    place = document.find_log(origin)
    if place is None:
        faults.append(f"the trust document names no log {origin}")
    elif _public(log_key) not in (None, document.logs[place].key.public):
        faults.append(f"{log_key} is not the key of {origin}")
    public = _public(status_key)
    status_keys = [key.public for key in document.keys if key.use is KeyUse.STATUS]
    if public is not None and public not in status_keys:
        faults.append(f"{status_key} is no status key of the trust document")
    if not witnesses:
        faults.append("no --witness")
    if faults or place is None:
        raise SettingsError("; ".join(faults))
    home.mkdir(parents=True, exist_ok=True)
    files = RegistryFiles(home)
    files.write_trust(document.version, trust)
    settings = Settings(
        home=home,
        origin=origin,
        anchor=chain.anchor,
        database_url=os.environ.get("AKASHI_DATABASE_URL") or f"sqlite:///{home / 'registry.sqlite'}",
        public_url=public_url or f"https://{origin.rpartition('/')[0]}",
        demonstration=demonstration,
    )
    prepare_database(settings, place)
    _write_json(
        home / "publisher.json",
        {"log_key": log_key, "status_key": status_key, "witnesses": list(witnesses)},
    )
    facts = {"origin": origin, "anchor": chain.anchor, "demonstration": demonstration}
    _write_json(home / "registry.json", facts | ({"public_url": public_url} if public_url else {}))
    return settings


def prepare_database(settings: Settings, place: int) -> None:
    """Bring the tables to the newest form, with a head for an empty log if there is none."""
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    with make_sessions(engine).begin() as session:
        if session.get(HeadRow, place) is None:
            session.add(
                HeadRow(
                    place=place,
                    origin=settings.origin,
                    size=0,
                    root=EMPTY_ROOT,
                    published_size=0,
                    trust_version=0,
                )
            )
    engine.dispose()


def add_trust(settings: Settings, note: bytes) -> int:
    """Put version N+1 beside the others; the running publisher logs it. Gives the version.

    Raises TrustRefusedError when it does not follow what is held.
    """
    files = RegistryFiles(settings.home)
    chain = walk(settings.anchor, files.trust_notes())
    longer = chain.extended([note])
    if longer.current.version == chain.current.version:
        raise TrustRefusedError("version-missing", f"version {chain.current.version} is held already")
    files.write_trust(longer.current.version, note)
    return longer.current.version


def make_publisher(settings: Settings, *, passphrase: Callable[[], bytes]) -> Publisher:
    """Open the keys and everything else the publisher holds.

    Raises SettingsError, KeyFileError, SignerUnavailableError, RatchetError, ForkError.
    """
    options = PublisherSettings.load(settings.home)
    document = walk(settings.anchor, RegistryFiles(settings.home).trust_notes()).current
    place = document.find_log(settings.origin)
    if place is None:
        raise SettingsError(f"the trust document names no log {settings.origin}")
    log_signer = open_signer(options.log_key, passphrase=passphrase, expected=document.logs[place].key.public)
    status_signer: Signer = open_signer(options.status_key, passphrase=passphrase)
    entry = document.find_key(status_signer.kid)
    if entry is None or entry.use is not KeyUse.STATUS:
        raise SettingsError(f"{options.status_key} is no status key of the trust document")
    sessions = make_sessions(make_engine(settings.database_url))
    return Publisher(settings, options, sessions, log_signer=log_signer, status_signer=status_signer)


def publish_once(settings: Settings, *, passphrase: Callable[[], bytes]) -> None:
    """Publish what is queued, or sign the lists anew if that is due, and stop."""
    publisher = make_publisher(settings, passphrase=passphrase)
    try:
        publisher.recover()
        while publisher.cycle():
            pass
    finally:
        publisher.close()


class _Local:
    """What `accept` needs, outside a web application."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.sessions = make_sessions(make_engine(settings.database_url))

    def chain(self) -> TrustChain:
        return walk(self.settings.anchor, RegistryFiles(self.settings.home).trust_notes())


def ingest(settings: Settings, body: bytes, *, wait: float) -> Outcome:
    """Bring in a file of signed objects as if it had been posted."""
    return accept(_Local(settings), body, now=int(time.time()), wait=wait)


def _first_chain(trust: bytes) -> TrustChain:
    try:
        return walk(read_note(trust)[1].anchor, [trust])
    except TrustRefusedError as error:
        raise SettingsError(f"the trust document is refused: {error}") from error


def _public(uri: str) -> bytes | None:
    """Give the public half of a key file without its passphrase; None where that cannot be had."""
    scheme, _, path = uri.partition(":")
    return read_public(Path(path)).public if scheme == "file" else None


def _write_json(path: Path, value: dict[str, object]) -> None:
    write_whole(path, json.dumps(value, indent=1).encode() + b"\n")
