"""A mark's proof that it was logged: C2SP tlog-proof@v1 (docs/format.md §6).

    c2sp.org/tlog-proof@v1
    extra <base64>                      optional, opaque, authenticated by nobody
    index 2
    <base64 of a hash>                  the inclusion proof, from the leaf's sibling upwards
                                        (a blank line)
    the checkpoint, a signed note, as it was published

The leaf itself is not in it: whoever verifies has the mark and computes the leaf hash.
"""

from dataclasses import dataclass

from schemas.cbor import MAX_UINT
from schemas.checkpoint import MAX_CHECKPOINT, Checkpoint, int_of_decimal
from schemas.errors import MalformedError, TooLargeError
from schemas.merkle import HASH_SIZE
from schemas.note import SignedNote, base64_of, bytes_of_base64

__all__ = ["MAX_HASHES", "MAX_TLOG_PROOF", "TlogProof"]

MAX_HASHES = 63
MAX_EXTRA = 4096  # bytes; Akashi writes none
MAX_TLOG_PROOF = 2**16  # bytes, the checkpoint included

_FIRST_LINE = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """An index, an inclusion proof, and a checkpoint with its signatures. Unverified, `extra` for ever so."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint_note: SignedNote
    extra: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_UINT:
            raise MalformedError("an index is below 2^53", "index")
        if len(self.hashes) > MAX_HASHES or any(len(each) != HASH_SIZE for each in self.hashes):
            raise MalformedError(f"an inclusion proof is at most {MAX_HASHES} hashes of 32 bytes", "hashes")
        if self.extra is not None and not 1 <= len(self.extra) <= MAX_EXTRA:
            raise MalformedError(f"extra data, where present, is 1 to {MAX_EXTRA} bytes", "extra")
        Checkpoint.from_text(self.checkpoint_note.text)

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint.from_text(self.checkpoint_note.text)

    @classmethod
    def from_bytes(cls, data: bytes, *, max_size: int = MAX_TLOG_PROOF) -> "TlogProof":
        """Read a proof. Raises TooLargeError before parsing, MalformedError for anything not of the grammar."""
        if len(data) > max_size:
            raise TooLargeError(f"{len(data)} bytes where at most {max_size} are permitted", "proof")
        # No line of the head is blank, so the first blank line is where the checkpoint begins.
        head, blank, note = data.partition(b"\n\n")
        if not blank:
            raise MalformedError("no checkpoint follows", "proof")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise MalformedError("the lines before the checkpoint are not ASCII", "proof") from error
        if lines.pop(0) != _FIRST_LINE:
            raise MalformedError(f"the first line is not {_FIRST_LINE}", "proof")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = bytes_of_base64(lines.pop(0).removeprefix("extra "), "extra")
        if not lines or not lines[0].startswith("index "):
            raise MalformedError("no index line where it belongs", "index")
        index = int_of_decimal(lines.pop(0).removeprefix("index "), "index")
        return cls(
            index=index,
            hashes=tuple(bytes_of_base64(line, f"hashes/{place}") for place, line in enumerate(lines)),
            checkpoint_note=SignedNote.from_bytes(note, max_size=MAX_CHECKPOINT),
            extra=extra,
        )

    def to_bytes(self) -> bytes:
        lines = [_FIRST_LINE]
        if self.extra is not None:
            lines.append(f"extra {base64_of(self.extra)}")
        lines.append(f"index {self.index}")
        lines.extend(base64_of(each) for each in self.hashes)
        return "\n".join(lines).encode() + b"\n\n" + self.checkpoint_note.to_bytes()
