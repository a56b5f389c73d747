"""What the operator does: set up a register, add a trust version, take files in, publish once."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from keys.signer import Signer, open_signer, read_public
from keys.trust import TrustChain, TrustRefusedError, read_note, walk
from registry.database import make_engine, make_sessions
from registry.files import RegistryFiles
from registry.migrate import upgrade
from registry.models import HeadRow
from registry.publisher import Publisher
from registry.rebuild import publisher_locked_out
from registry.scheme_facts import facts_of
from registry.settings import (
    PublisherSettings,
    Settings,
    SettingsError,
    read_object,
    write_object,
    write_settings,
)
from registry.submissions import Outcome, accept
from registry.succession import check_end, continue_log, take_over
from schemas.merkle import EMPTY_ROOT
from schemas.trust_entries import KeyUse

__all__ = [
    "add_trust",
    "continue_in",
    "ingest",
    "initialise",
    "make_publisher",
    "prepare_database",
    "publish_once",
    "use_status_key",
]


def initialise(
    home: Path,
    *,
    origin: str,
    trust: Sequence[bytes],
    log_key: str,
    status_key: str,
    witnesses: Sequence[str],
    public_url: str | None,
    demonstration: bool,
    source: Path | None = None,
) -> Settings:
    """Set up an empty register, or, from another operator's export at `source`, the one that goes on with it.

    `trust` are the trust documents; with `source` those the export does not hold. The first start of the publisher writes
    the genesis leaf. Raises SettingsError naming what does not fit, and leaves nothing behind that a second call trips over.
    """
    if (home / "registry.json").exists():
        raise SettingsError(f"{home} is a register already; choose another folder")
    chain = _first_chain([*trust, *([] if source is None else _exported_trust(source))])
    document = chain.current
    faults = []
    place = document.find_log(origin)
    if place is None:
        faults.append(f"the trust document names no log {origin}")
    elif _public(log_key) not in (None, document.logs[place].key.public):
        faults.append(f"{log_key} is not the key of {origin}")
    elif place > 0 and source is None:
        faults.append(
            f"{origin} continues another log: akashi-registry continue, or init --from an export of it"
        )
    public = _public(status_key)
    status_keys = [key.public for key in document.keys if key.use is KeyUse.STATUS]
    if public is not None and public not in status_keys:
        faults.append(f"{status_key} is no status key of the trust document")
    if not witnesses:
        faults.append("no --witness")
    if faults or place is None:
        raise SettingsError("; ".join(faults))
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        home=home,
        origin=origin,
        anchor=chain.anchor,
        database_url=os.environ.get("AKASHI_DATABASE_URL") or f"sqlite:///{home / 'registry.sqlite'}",
        public_url=public_url or f"https://{origin.rpartition('/')[0]}",
        demonstration=demonstration,
    )
    if source is None:
        RegistryFiles(home).write_trust(document.version, chain.notes[-1])
        prepare_database(settings, place)
    else:
        take_over(settings, source, chain, public=_public(log_key))
    write_object(
        home / "publisher.json",
        {"log_key": log_key, "status_key": status_key, "witnesses": list(witnesses)},
    )
    facts = {"origin": origin, "anchor": chain.anchor, "demonstration": demonstration}
    write_settings(home, facts | ({"public_url": public_url} if public_url else {}))
    return settings


def take_scheme(settings: Settings, path: Path) -> dict[str, Any]:
    """Take over from the scheme file what the pages show. Raises SettingsError."""
    facts = facts_of(path)
    write_settings(settings.home, read_object(settings.home / "registry.json") | facts)
    return facts


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

    A version that ends this register's log is taken only while no publisher runs, and if it ends the log where it stands.
    Raises TrustRefusedError when it does not follow what is held, SettingsError, FilesError.
    """
    files = RegistryFiles(settings.home, log=settings.log_name)
    chain = walk(settings.anchor, files.trust_notes())
    longer = chain.extended([note])
    if longer.current.version == chain.current.version:
        raise TrustRefusedError("version-missing", f"version {chain.current.version} is held already")
    place = longer.current.find_log(settings.origin)
    if place is not None and longer.current.logs[place].final is not None:
        with publisher_locked_out(files):
            check_end(files, longer.current, origin=settings.origin)
            files.write_trust(longer.current.version, note)
    else:
        files.write_trust(longer.current.version, note)
    return longer.current.version


def continue_in(settings: Settings, *, origin: str, log_key: str) -> Settings:
    """Go on in the log that follows the one that ended. Raises SettingsError, FilesError."""
    return continue_log(settings, origin=origin, log_key=log_key, public=_public(log_key))


def use_status_key(settings: Settings, status_key: str) -> None:
    """Name another status key; the publisher takes it at its next start.

    Raises SettingsError when the newest trust document knows no such key in force.
    """
    files = RegistryFiles(settings.home)
    public = _public(status_key)
    keys = walk(settings.anchor, files.trust_notes()).current.keys
    usable = [key for key in keys if key.use is KeyUse.STATUS and key.compromised is None]
    if public is not None and not any(
        key.public == public and key.holds_at(int(time.time())) for key in usable
    ):
        raise SettingsError(
            f"{status_key} is no status key in force; add it to the trust document first (akashi-keys trust draft)"
        )
    path = settings.home / "publisher.json"
    write_object(path, read_object(path) | {"status_key": status_key})


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


def _first_chain(notes: Sequence[bytes]) -> TrustChain:
    """Walk from the oldest of them: whose they are, the operator sees by the anchor."""
    if not notes:
        raise SettingsError("no trust document: give --trust FILE")
    try:
        oldest = min((read_note(raw)[1] for raw in notes), key=lambda document: document.version)
        return walk(oldest.anchor, notes)
    except TrustRefusedError as error:
        raise SettingsError(f"the trust document is refused: {error}") from error


def _exported_trust(source: Path) -> list[bytes]:
    folder = source / "trust"
    found = [path for path in folder.iterdir() if path.name.isdecimal()] if folder.is_dir() else []
    if not found:
        raise SettingsError(f"{source} is no export of a register: it has no trust/1")
    return [path.read_bytes() for path in sorted(found, key=lambda path: int(path.name))]


def _public(uri: str) -> bytes | None:
    """Give a key's public half without its secret; None where that cannot be had."""
    key = read_public(uri)
    return None if key is None else key.public
