"""Signed notes: C2SP signed-note, the envelope of checkpoints and trust documents (docs/format.md §5, §6).

    This is an example message.
                                                            (the last blank line ends the text)
    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

A signature line is em dash, space, key name, space, base64 of *key id ‖ signature*. The key id, first
four bytes of SHA256(name ‖ 0A ‖ type ‖ public key), selects a key; it proves nothing. The text is
what is signed, newline and all; lines may be added to or taken from a note without its becoming
another statement, so notes are compared by text.

A `SignedNote` is *unverified*: `keys.notes` says who signed it. The signatures of types we do not
know are kept and written again as they came.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from schemas.errors import MalformedError, TooLargeError

__all__ = [
    "COSIGNATURE",
    "ED25519",
    "MAX_NOTE",
    "MAX_SIGNATURES",
    "ML_DSA_44",
    "NoteSignature",
    "SignedNote",
    "VerifierKey",
    "base64_of",
    "bytes_of_base64",
    "read_signatures",
    "utf8_size",
    "write_signatures",
]

ED25519 = 0x01  # a signature over the text
COSIGNATURE = 0x04  # Ed25519 over a time and a checkpoint (schemas.checkpoint)
ML_DSA_44 = 0x06  # permitted beside the others, and ignored for now

KEY_SIZES = {ED25519: 32, COSIGNATURE: 32, ML_DSA_44: 1312}

MAX_SIGNATURES = 64
MAX_NOTE = 2**20 + 2**18  # the largest trust document, and 64 signatures of the largest kind
KEY_ID_SIZE = 4
MAX_NAME = 255  # bytes
MAX_BLOB = 5 * 1024  # post-quantum signatures come up to 4.6 kB

_MARK = "— "  # em dash, space
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f]")
# A plus sign, controls, and the characters with Unicode's White_Space, a list that is closed here.
_NOT_IN_NAMES = re.compile("[+\x00-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_KEY_ID = re.compile(r"[0-9a-f]{8}")


def base64_of(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def bytes_of_base64(text: str, path: str) -> bytes:
    """Read standard base64 (RFC 4648 §4) with its padding, in its one spelling: no stray bits or characters."""
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError) as error:
        raise MalformedError("not standard base64", path) from error
    if base64_of(data) != text:
        raise MalformedError("base64 with bits that belong to no byte", path)
    return data


def utf8_size(text: str, path: str) -> int:
    """Count the bytes of `text`. Raises MalformedError for half a surrogate pair, which JSON can smuggle in."""
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise MalformedError("not Unicode text", path) from error


def _check_name(name: str, path: str) -> None:
    if not 1 <= utf8_size(name, path) <= MAX_NAME:
        raise MalformedError(f"a key name has 1 to {MAX_NAME} bytes", path)
    if _NOT_IN_NAMES.search(name):
        raise MalformedError("a key name has no spaces, plus signs or control characters", path)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line; `blob` is what follows the 4-byte key id. Unverified."""

    name: str
    key_id: bytes
    blob: bytes

    def __post_init__(self) -> None:
        _check_name(self.name, "signature")
        if len(self.key_id) != KEY_ID_SIZE or not 1 <= len(self.blob) <= MAX_BLOB:
            raise MalformedError("a signature line holds a 4-byte key id and then a signature", "signature")

    @classmethod
    def from_line(cls, line: str, path: str = "signature") -> "NoteSignature":
        """Read a line, given without its newline."""
        name, space, encoded = line.removeprefix(_MARK).partition(" ")
        if not line.startswith(_MARK) or not space:
            raise MalformedError("a signature line is em dash, space, name, space, base64", path)
        data = bytes_of_base64(encoded, path)
        return cls(name=name, key_id=data[:KEY_ID_SIZE], blob=data[KEY_ID_SIZE:])

    def to_line(self) -> str:
        return f"{_MARK}{self.name} {base64_of(self.key_id + self.blob)}"


def read_signatures(text: str) -> tuple[NoteSignature, ...]:
    """Read one or more signature lines, each ended by a newline: a note's, or a witness's answer."""
    if not text.endswith("\n"):
        raise MalformedError("the last signature line does not end", "signatures")
    lines = text[:-1].split("\n")  # not splitlines(): that would also split at U+0085 or U+2028
    if len(lines) > MAX_SIGNATURES:
        raise TooLargeError(f"{len(lines)} signatures where {MAX_SIGNATURES} are permitted", "signatures")
    return tuple(NoteSignature.from_line(line, f"signatures/{place}") for place, line in enumerate(lines))


def write_signatures(signatures: Iterable[NoteSignature]) -> str:
    return "".join(f"{signature.to_line()}\n" for signature in signatures)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """A text, its newline included, and its signature lines in their order. Unverified."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __post_init__(self) -> None:
        if not self.text.endswith("\n"):
            raise MalformedError("a note's text ends with a newline", "text")
        utf8_size(self.text, "text")
        plain = self.text.replace("\n", "").isprintable()  # at one glance; the pattern decides about the rest
        if not plain and _CONTROLS.search(self.text):
            raise MalformedError("a note holds no control characters but newline", "text")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            raise MalformedError(f"a note has 1 to {MAX_SIGNATURES} signatures", "signatures")

    @classmethod
    def from_bytes(cls, data: bytes, *, max_size: int = MAX_NOTE) -> "SignedNote":
        """Read a note. Raises TooLargeError before parsing, MalformedError for anything not of the grammar."""
        if len(data) > max_size:
            raise TooLargeError(f"{len(data)} bytes where at most {max_size} are permitted", "note")
        try:
            note = data.decode()
        except UnicodeDecodeError as error:
            raise MalformedError("not UTF-8", "note") from error
        text, blank, lines = note.rpartition("\n\n")
        if not blank:
            raise MalformedError("no blank line between text and signatures", "note")
        return cls(text=f"{text}\n", signatures=read_signatures(lines))

    def to_bytes(self) -> bytes:
        return f"{self.text}\n{write_signatures(self.signatures)}".encode()

    def signed_also(self, *signatures: NoteSignature) -> "SignedNote":
        """Give this note with more lines; one that is already there is not repeated."""
        new = dict.fromkeys((*self.signatures, *signatures))
        return SignedNote(text=self.text, signatures=tuple(new))


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A key's name, type byte and public key: what a vkey says. Whom to believe is the trust document's matter.

    Raises MalformedError for an unknown type and for a public key of another length than its type's.
    Whether the bytes are a point on the curve is not looked at here.
    """

    name: str
    type: int
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name, "vkey")
        if self.type not in KEY_SIZES:
            raise MalformedError(f"unknown signature type {self.type}", "vkey")
        if len(self.public) != KEY_SIZES[self.type]:
            raise MalformedError(f"a key of type {self.type} has {KEY_SIZES[self.type]} bytes", "vkey")

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:KEY_ID_SIZE]

    @classmethod
    def from_text(cls, text: str) -> "VerifierKey":
        """Read `name+hex(key id)+base64(type ‖ public key)`; the key id must be the one the rest gives."""
        name, _, rest = text.partition("+")
        key_id, plus, encoded = rest.partition("+")  # base64 may hold further plus signs
        if not plus or not _KEY_ID.fullmatch(key_id):
            raise MalformedError(
                "a vkey is a name, eight lower-case hex digits and base64, joined by +", "vkey"
            )
        data = bytes_of_base64(encoded, "vkey")
        if not data:
            raise MalformedError("a vkey without a key", "vkey")
        key = cls(name=name, type=data[0], public=data[1:])
        if key.key_id.hex() != key_id:
            raise MalformedError(f"the key id of this name and key is {key.key_id.hex()}", "vkey")
        return key

    def to_text(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64_of(bytes([self.type]) + self.public)}"
