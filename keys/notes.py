"""Signatures and cosignatures on signed notes: C2SP signed-note, tlog-cosignature (docs/format.md §5, §6).

Ed25519 only, by libsodium's rule: cofactorless, S < L, no key and no R of small order.

One rule decides all that follows. A signature line counts for a key when name and key id are that
key's; lines of other keys, and of types not known here, are ignored. But a line that *is* a known
key's and does not verify is never just missing: the note was tampered with, or the key's holder
errs, and the caller hears of it.
"""

from collections.abc import Iterable
from typing import Protocol

from nacl.bindings import crypto_sign_BYTES, crypto_sign_open, crypto_sign_PUBLICKEYBYTES
from nacl.exceptions import BadSignatureError

from schemas.checkpoint import CosignatureBlob, cosignature_message
from schemas.errors import MalformedError
from schemas.note import COSIGNATURE, ED25519, NoteSignature, SignedNote, VerifierKey

__all__ = [
    "BadNoteSignatureError",
    "NoteSigner",
    "cosign",
    "cosignature_times",
    "sign_note",
    "verified_signers",
    "verify_cosignature",
    "verify_note_signature",
]


class NoteSigner(Protocol):
    """A private Ed25519 key, wherever it lives."""

    @property
    def public(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes: ...


class BadNoteSignatureError(ValueError):
    """A line bears a known key's name and id, and its signature is not that key's over this text."""

    def __init__(self, key: VerifierKey) -> None:
        super().__init__(f"a signature by {key.name} does not verify")
        self.key = key


def sign_note(text: str, *, name: str, signer: NoteSigner) -> NoteSignature:
    """Sign a note's text, its newline included, and give the line to add to it."""
    key = VerifierKey(name=name, type=ED25519, public=signer.public)
    return NoteSignature(name=name, key_id=key.key_id, blob=signer.sign(text.encode()))


def cosign(checkpoint_text: str, *, name: str, time: int, signer: NoteSigner) -> NoteSignature:
    """Cosign a checkpoint at `time` (POSIX seconds). The caller has checked that it extends what was cosigned before."""
    key = VerifierKey(name=name, type=COSIGNATURE, public=signer.public)
    signature = signer.sign(cosignature_message(checkpoint_text, time))
    blob = CosignatureBlob(time=time, signature=signature).to_bytes()
    return NoteSignature(name=name, key_id=key.key_id, blob=blob)


def _lines_of(note: SignedNote, key: VerifierKey) -> list[NoteSignature]:
    named = [line for line in note.signatures if line.name == key.name]
    return [line for line in named if line.key_id == key.key_id]


def _verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(public) != crypto_sign_PUBLICKEYBYTES or len(signature) != crypto_sign_BYTES:
        return False
    try:
        crypto_sign_open(signature + message, public)
    except BadSignatureError:
        return False
    return True


def verify_note_signature(note: SignedNote, key: VerifierKey) -> bool | None:
    """Say whether `key` signed the note's text: True; None, there is no line of it; False, there is a bad one.

    None also for a key of a type other than Ed25519 (01). Every line of the key must verify.
    """
    lines = _lines_of(note, key) if key.type == ED25519 else []
    if not lines:
        return None
    message = note.text.encode()
    return all(_verifies(key.public, message, line.blob) for line in lines)


def verified_signers(note: SignedNote, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """Give those of `keys` that signed the note, each public key once, in the order of `keys`.

    A threshold counts these. Raises BadNoteSignatureError when one of the keys has a bad line.
    """
    signers: dict[bytes, VerifierKey] = {}
    for key in keys:
        verified = verify_note_signature(note, key)
        if verified is False:
            raise BadNoteSignatureError(key)
        if verified:
            signers.setdefault(key.public, key)
    return list(signers.values())


def verify_cosignature(note: SignedNote, witness: VerifierKey) -> int | None:
    """Give the time (POSIX seconds) at which `witness` cosigned; None when there is no line of it.

    Of several valid lines the earliest time counts, so that the order of lines decides nothing.
    None also for a key of a type other than Ed25519 cosignature (04). Raises BadNoteSignatureError.
    """
    lines = _lines_of(note, witness) if witness.type == COSIGNATURE else []
    times: list[int] = []
    for line in lines:
        try:
            blob = CosignatureBlob.from_bytes(line.blob)
        except MalformedError as error:
            raise BadNoteSignatureError(witness) from error
        if not _verifies(witness.public, cosignature_message(note.text, blob.time), blob.signature):
            raise BadNoteSignatureError(witness)
        times.append(blob.time)
    return min(times, default=None)


def cosignature_times(note: SignedNote, witnesses: Iterable[VerifierKey]) -> dict[VerifierKey, int]:
    """Give, for each of `witnesses` that cosigned, the time; a public key under two names counts once, as the first.

    Whether a witness was entitled at that time is for the trust document (docs/format.md §5.7).
    Raises BadNoteSignatureError when one of the witnesses has a bad line.
    """
    times: dict[VerifierKey, int] = {}
    counted: set[bytes] = set()
    for witness in witnesses:
        time = verify_cosignature(note, witness)
        if time is not None and witness.public not in counted:
            counted.add(witness.public)
            times[witness] = time
    return times
