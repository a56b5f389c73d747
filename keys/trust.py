"""Whose key is it? The chain of trust documents, from an anchor the asker holds (docs/format.md §5).

`walk` carries out rules 0–2 and the part of 3–7 that is about documents; every refusal has a name:

    rule  refusals
    0     anchor-not-found
    1     below-threshold, bad-root-signature, two-texts, version-missing, issued-went-back
    2     entry-dropped, entry-changed, until-raised, until-in-past, position-raised, quorum-in-past, scheme-changed
    §0–1  bad-key, wrong-kid, malformed, unknown-crit

Deliberately absent: the clock. A chain whose newest version has expired is still a chain; the verifier judges
at its own time. Also absent: any way to make a chain shorter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from keys.algorithms import ED25519, BadKeyError, PublicKey
from keys.notes import BadNoteSignatureError, verified_signers
from keys.trust_changes import TrustRefusedError, check_change
from schemas.errors import MalformedError
from schemas.note import SignedNote
from schemas.trust_document import TrustDocument, UnknownCriticalError, anchor_of
from schemas.trust_entries import Root, TrustedKey

__all__ = [
    "TrustChain",
    "TrustRefusedError",
    "check_change",
    "check_keys",
    "public_key",
    "read_note",
    "walk",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustChain:
    """Every version from the anchored one to the newest held, each signed as rule 1 demands.

    Made by `walk`; says nothing about expiry, nor that no newer version exists.
    """

    documents: tuple[TrustDocument, ...]
    notes: tuple[bytes, ...]

    @property
    def anchor(self) -> str:
        return self.documents[0].anchor

    @property
    def current(self) -> TrustDocument:
        return self.documents[-1]

    @property
    def oldest_log(self) -> int:
        """Give a time (POSIX seconds) before which no log of the scheme began: its first leaf holds version 1's hash; 0 if that is not held."""
        first = self.version(1)
        return 0 if first is None else first.issued

    def version(self, number: int) -> TrustDocument | None:
        """Give a held version; None for one before the anchor or after the newest."""
        place = number - self.documents[0].version
        return self.documents[place] if 0 <= place < len(self.documents) else None

    def extended(self, notes: Iterable[bytes]) -> "TrustChain":
        """Give the chain with every newer version among `notes`; versions already held change nothing.

        Versions before the anchor are passed over: nothing vouches for them. Raises TrustRefusedError.
        """
        chain = self
        for raw, note, document in sorted((_parse(raw) for raw in notes), key=lambda found: found[2].version):
            held = chain.version(document.version)
            if held is not None:
                chain._check_same(held, note)
            elif document.version == chain.current.version + 1:
                _check_successor(chain.current, note, document)
                chain = TrustChain(documents=(*chain.documents, document), notes=(*chain.notes, raw))
            elif document.version > chain.current.version:
                missing = chain.current.version + 1
                raise TrustRefusedError(
                    "version-missing", f"version {document.version} came without {missing}"
                )
        return chain

    def _check_same(self, held: TrustDocument, note: SignedNote) -> None:
        """One version has one text. A second one, signed, proves the root dishonest; unsigned, it is noise."""
        if note.text == held.text:
            return
        signer = self.version(held.version - 1) or held
        _check_threshold(note, signer.root, f"version {held.version}, with another text than the one held,")
        raise TrustRefusedError(
            "two-texts",
            f"version {held.version} was signed with the texts {held.anchor} and {anchor_of(note.text)}: "
            "the root holders signed two histories",
        )


def walk(anchor: str, notes: Iterable[bytes]) -> TrustChain:
    """Give the chain that starts at the version whose text has the SHA-256 `anchor` (lower-case hex, rule 0).

    `notes` are trust documents in any order. A note extends the chain, it never starts it.
    Raises TrustRefusedError.
    """
    notes = list(notes)
    parsed = (_parse(raw) for raw in notes)
    raw, note, document = next((found for found in parsed if found[2].anchor == anchor), (b"", None, None))
    if note is None or document is None:
        raise TrustRefusedError("anchor-not-found", f"none of {len(notes)} documents has the anchor {anchor}")
    check_keys(document)
    _check_threshold(note, document.root, f"version {document.version}, the anchored one,")
    return TrustChain(documents=(document,), notes=(raw,)).extended(notes)


def read_note(raw: bytes) -> tuple[SignedNote, TrustDocument]:
    """Read a trust document with its signatures; nothing is verified. Raises TrustRefusedError."""
    try:
        note = SignedNote.from_bytes(raw)
        return note, TrustDocument.from_text(note.text)
    except UnknownCriticalError as error:
        raise TrustRefusedError("unknown-crit", str(error)) from None
    except MalformedError as error:
        raise TrustRefusedError("malformed", str(error)) from None


def check_keys(document: TrustDocument) -> None:
    """On return every public key is sound and every `kid` is the key's own (§0, §1).

    Raises TrustRefusedError: bad-key, wrong-kid.
    """
    stated = [(f"/root/keys/{place}", ED25519, key.public) for place, key in enumerate(document.root.keys)]
    stated += [(f"/keys/{place}/pub", key.alg, key.public) for place, key in enumerate(document.keys)]
    stated += [(f"/logs/{place}/vkey", ED25519, log.key.public) for place, log in enumerate(document.logs)]
    stated += [
        (f"/witnesses/{place}/vkey", ED25519, witness.key.public)
        for place, witness in enumerate(document.witnesses)
    ]
    for path, alg, public in stated:
        try:
            _public_key(alg, public)
        except BadKeyError as error:
            raise TrustRefusedError("bad-key", f"version {document.version} {path}: {error}") from None
    for place, key in enumerate(document.keys):
        kid = _public_key(key.alg, key.public).kid
        if kid != key.kid:
            where = f"version {document.version} /keys/{place}/kid"
            raise TrustRefusedError(
                "wrong-kid", f"{where}: the key's own is {kid.hex()}, not {key.kid.hex()}"
            )


def public_key(entry: TrustedKey) -> PublicKey:
    """Give the key of an entry of a *walked* document, whose keys were all checked on the way."""
    return _public_key(entry.alg, entry.public)


@lru_cache(maxsize=4096)
def _public_key(alg: int, public: bytes) -> PublicKey:
    return PublicKey(alg, public)


def _parse(raw: bytes) -> tuple[bytes, SignedNote, TrustDocument]:
    return (raw, *read_note(raw))


def _check_successor(old: TrustDocument, note: SignedNote, new: TrustDocument) -> None:
    # The signatures first: an unsigned text is noise, whatever it says.
    _check_threshold(note, old.root, f"version {new.version}, by the root of version {old.version},")
    check_keys(new)
    if new.root != old.root:  # the same keys and threshold have been counted
        _check_threshold(note, new.root, f"version {new.version}, by its own root,")
    check_change(old, new)


def _check_threshold(note: SignedNote, root: Root, what: str) -> None:
    try:
        signers = verified_signers(note, root.keys)
    except BadNoteSignatureError as error:
        raise TrustRefusedError("bad-root-signature", f"{what}: {error}") from None
    if len(signers) < root.threshold:
        raise TrustRefusedError(
            "below-threshold", f"{what} has {len(signers)} of {root.threshold} signatures"
        )
