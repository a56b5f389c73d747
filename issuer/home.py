"""The issuer's folder.

    <home>/issuer.json      anchor, key URI, public key
    <home>/scheme.toml      the rules, as given to `init`
    <home>/trust/<n>        trust documents, from the anchored one on
    <home>/ledger.sqlite    everything else; back it up
    <home>/receipts/        one CSV a batch

The private key is elsewhere: the folder names its URI and its public half.
"""

import json
import os
import secrets
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from issuer.books import Books
from issuer.ledger import Ledger
from issuer.numbering import Numbering
from issuer.rules import Rules
from issuer.scheme import SchemeError, SchemeFile
from keys.signer import Signer, open_signer, read_public
from keys.trust import TrustChain, TrustRefusedError, walk
from keys.whole_files import write_whole
from schemas.trust_document import TrustDocument
from schemas.trust_entries import KeyUse, TrustedKey

__all__ = ["Home", "HomeError", "OfferRefusedError"]


class HomeError(Exception):
    """The folder, or what it was to be made from, cannot be used; with a hint."""


class OfferRefusedError(Exception):
    """Trust documents that were offered do not follow the ones held; they were not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """An issuer: its rules, its trust, its key by name, its ledger."""

    folder: Path
    scheme: SchemeFile
    chain: TrustChain
    key_uri: str
    key: TrustedKey
    ledger: Ledger

    @classmethod
    def create(cls, folder: Path, *, scheme: str, notes: list[bytes], anchor: str, key_uri: str) -> "Home":
        """Make the folder, or give an existing one a new scheme file or key; the ledger stays.

        Raises HomeError, KeyFileError for a key file that cannot be read.
        """
        path, key_uri = folder / "issuer.json", _absolute(key_uri)
        if path.exists() and _read(path)["anchor"] != anchor:
            raise HomeError(f"{folder} belongs to another anchor; choose another folder")
        notes = notes + _kept_notes(folder)
        chain, rules = _chain(anchor, notes), _scheme(scheme)
        shown = read_public(key_uri)
        if shown is None:
            raise HomeError("the token does not show the key's public half; store it beside the private one")
        public = shown.public
        _key(chain.current, public)
        _check_same_scheme(rules, chain.current)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            folder.chmod(0o700)
        _keep(folder, chain)
        write_whole(folder / "scheme.toml", scheme.encode())
        value = {"format": 1, "anchor": anchor, "key": key_uri, "public": b64encode(public).decode()}
        write_whole(path, (json.dumps(value, indent=1) + "\n").encode())
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path) -> "Home":
        """Raises HomeError, LedgerError."""
        value = _read(folder / "issuer.json")
        chain = _chain(value["anchor"], _kept_notes(folder))
        try:
            rules = _scheme((folder / "scheme.toml").read_text("utf-8"))
            public = b64decode(value["public"], validate=True)
        except (OSError, UnicodeDecodeError, Base64Error) as error:
            raise HomeError(f"{folder}: {error}; restore it from a backup, or run init again") from error
        return cls(
            folder=folder,
            scheme=rules,
            chain=chain,
            key_uri=value["key"],
            key=_key(chain.current, public),
            ledger=Ledger(folder / "ledger.sqlite"),
        )

    @property
    def document(self) -> TrustDocument:
        return self.chain.current

    def host(self, now: int) -> str:
        """The name marks carry: the first host of the trust document that holds. Raises HomeError."""
        found = next((host.host for host in self.document.hosts if host.holds_at(now)), None)
        if found is None:
            raise HomeError("the trust document names no host that holds; sync")
        return found

    def rules(self, now: int, lang: str = "en") -> Rules:
        return Rules(scheme=self.scheme, key=self.key, now=now, lang=lang)

    def numbering(
        self, books: Books, *, now: int, randbits: Callable[[int], int] = secrets.randbits
    ) -> Numbering:
        """For one writing transaction. Raises HomeError for a key that signs no marks."""
        if self.key.use is not KeyUse.MARK or self.key.series is None:
            raise HomeError(f"{self.key.owner}'s key signs no marks")
        return Numbering(books, host=self.host(now), series=self.key.series, randbits=randbits)

    def signer(self, passphrase: Callable[[], bytes]) -> Signer:
        """Open the private key. Raises KeyFileError, SignerUnavailableError."""
        return open_signer(self.key_uri, passphrase=passphrase, expected=self.key.public)

    def extended(self, notes: list[bytes]) -> "Home":
        """Take newer trust documents into use and keep them. Raises OfferRefusedError."""
        try:
            chain = self.chain.extended(notes)
        except TrustRefusedError as error:
            raise OfferRefusedError(
                f"trust documents offered do not follow the ones held: {error}"
            ) from error
        if chain.current.version == self.document.version:
            return self
        _keep(self.folder, chain)
        return Home(
            folder=self.folder,
            scheme=self.scheme,
            chain=chain,
            key_uri=self.key_uri,
            key=_key(chain.current, self.key.public),
            ledger=self.ledger,
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
        if not isinstance(value, dict) or any(
            not isinstance(value.get(name), str) for name in ("anchor", "key", "public")
        ):
            raise HomeError(f"{path} is not what init wrote; restore it from a backup, or run init again")
    except FileNotFoundError:
        raise HomeError(f"{path.parent} is no issuer's folder; run akashi-issuer init first") from None
    except (OSError, ValueError) as error:
        raise HomeError(f"{path}: {error}; restore it from a backup, or run init again") from error
    return value


def _kept_notes(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in (folder / "trust").glob("[0-9]*") if path.name.isdecimal()]


def _keep(folder: Path, chain: TrustChain) -> None:
    (folder / "trust").mkdir(mode=0o700, exist_ok=True)
    for document, note in zip(chain.documents, chain.notes, strict=True):
        path = folder / "trust" / str(document.version)
        if not path.exists():
            write_whole(path, note)


def _chain(anchor: str, notes: list[bytes]) -> TrustChain:
    try:
        return walk(anchor, notes)
    except TrustRefusedError as error:
        raise HomeError(f"trust document refused, {error}; see docs/format.md §5") from error


def _scheme(text: str) -> SchemeFile:
    try:
        return SchemeFile.from_toml(text)
    except SchemeError as error:
        raise HomeError(f"scheme file: {error}") from error


def _key(document: TrustDocument, public: bytes) -> TrustedKey:
    key = next((entry for entry in document.keys if entry.public == public), None)
    if key is None or key.use is KeyUse.STATUS:
        raise HomeError(
            f"trust version {document.version} names no mark or authority key with this public key"
        )
    return key


def _check_same_scheme(rules: SchemeFile, document: TrustDocument) -> None:
    if rules.id != document.scheme.id:
        raise HomeError(f"the scheme file is of {rules.id}, the trust document of {document.scheme.id}")
    if rules.offset != document.scheme.offset:
        raise HomeError("the scheme file's timezone differs from the trust document's offset")


def _absolute(uri: str) -> str:
    scheme, colon, rest = uri.partition(":")
    if scheme == "pkcs11" and rest:
        return uri
    if scheme != "file" or not colon or not rest:
        raise HomeError(f"{uri!r} names no key that can be used here: expected file:PATH or pkcs11:…")
    return f"file:{Path(rest).absolute()}"
