"""A log's signed tree head and what witnesses sign: C2SP tlog-checkpoint, tlog-cosignature (docs/format.md §6).

    marks.example.go.jp/log1                            origin: which log
    5                                                   size, decimal
    PUVMg6LinBDy8tj4vZ3o7UZB/b3r4gFoMy7VpOh9IrQ=        root over the first `size` leaves, base64

That is the text of a note, and these three lines are all of it: an extension line would be signed by
the log and audited by nobody, so a text with one is refused. A witness signs

    cosignature/v1
    time 1790000000
    (the text)

and its signature's blob carries the time: uint64, big-endian, then the 64 bytes of Ed25519.
"""

import re
from dataclasses import dataclass

from schemas.cbor import MAX_UINT
from schemas.errors import MalformedError
from schemas.merkle import HASH_SIZE
from schemas.note import SignedNote, base64_of, bytes_of_base64, utf8_size
from schemas.times import MAX_TIME

__all__ = [
    "MAX_CHECKPOINT",
    "Checkpoint",
    "CosignatureBlob",
    "cosignature_message",
    "int_of_decimal",
    "read_checkpoint",
]

MAX_CHECKPOINT = 2**16  # bytes, signatures included: room for 16 post-quantum ones beside the rest
MAX_ORIGIN = 255  # bytes
SIGNATURE_SIZE = 64

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")


def int_of_decimal(text: str, path: str) -> int:
    """Read an ASCII decimal without leading zeros, at most 2^53 - 1 (docs/format.md §0)."""
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_UINT:
        raise MalformedError("not a decimal number below 2^53 without leading zeros", path)
    return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a checkpoint says; who says so is its note's matter.

    A size of 0 with a root other than the empty tree's can be written down; no proof leads to it.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if "\n" in self.origin or not 1 <= utf8_size(self.origin, "origin") <= MAX_ORIGIN:
            raise MalformedError(f"an origin is one line of 1 to {MAX_ORIGIN} bytes", "origin")
        if not 0 <= self.size <= MAX_UINT:
            raise MalformedError("a size is below 2^53", "size")
        if len(self.root) != HASH_SIZE:
            raise MalformedError("a root has 32 bytes", "root")

    @classmethod
    def from_text(cls, text: str) -> "Checkpoint":
        """Read a note's text. Raises MalformedError, also for extension lines."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise MalformedError("a checkpoint is exactly three lines: origin, size, root", "checkpoint")
        origin, size, root, _ = lines
        return cls(origin=origin, size=int_of_decimal(size, "size"), root=bytes_of_base64(root, "root"))

    def to_text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64_of(self.root)}\n"


def read_checkpoint(data: bytes) -> tuple[Checkpoint, SignedNote]:
    """Read a checkpoint as it is served: what it says, and the note whose signatures are yet to be verified."""
    note = SignedNote.from_bytes(data, max_size=MAX_CHECKPOINT)
    return Checkpoint.from_text(note.text), note


def cosignature_message(checkpoint_text: str, time: int) -> bytes:
    """Give the bytes a witness signs to say: at `time` this was the largest consistent head I had seen."""
    return f"cosignature/v1\ntime {time}\n{checkpoint_text}".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignatureBlob:
    """A witness's time (POSIX seconds) and its signature over `cosignature_message`. Unverified."""

    time: int
    signature: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.time < MAX_TIME:
            raise MalformedError("a time lies before the year 10000", "cosignature/time")
        if len(self.signature) != SIGNATURE_SIZE:
            raise MalformedError("an Ed25519 signature has 64 bytes", "cosignature")

    @classmethod
    def from_bytes(cls, data: bytes) -> "CosignatureBlob":
        return cls(time=int.from_bytes(data[:8], "big"), signature=data[8:])

    def to_bytes(self) -> bytes:
        return self.time.to_bytes(8, "big") + self.signature
