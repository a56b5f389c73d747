"""A checkpoint that extends an earlier one, and the proof of it: the body of C2SP tlog-witness `add-checkpoint`.

    old 3                               the size of the earlier head; 0, and no hashes, where there is none
    <base64 of a hash>                  the consistency proof (RFC 6962 §2.1.2)
                                        (a blank line)
    the checkpoint, a signed note, as it was published

A log sends it to its witnesses; evidence holds one for each checkpoint that bounds a time (docs/format.md §7).
"""

from dataclasses import dataclass

from schemas.checkpoint import MAX_CHECKPOINT, Checkpoint, int_of_decimal, read_checkpoint
from schemas.errors import MalformedError, TooLargeError
from schemas.merkle import HASH_SIZE, verify_consistency
from schemas.note import SignedNote, base64_of, bytes_of_base64

__all__ = ["MAX_EXTENSION", "Extension", "extension_bytes"]

MAX_PROOF = 63  # hashes
MAX_EXTENSION = MAX_CHECKPOINT + 4096  # bytes: a checkpoint, 63 lines of 45 bytes, and the first line


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """`checkpoint` extends the head of size `old`, as `proof` is to show. Unverified."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint
    note: SignedNote

    @classmethod
    def from_bytes(cls, data: bytes) -> "Extension":
        """Read a body. Raises TooLargeError before parsing, MalformedError."""
        if len(data) > MAX_EXTENSION:
            raise TooLargeError(f"{len(data)} bytes where at most {MAX_EXTENSION} are permitted", "request")
        # No line before the checkpoint is blank, so the first blank line is where it begins.
        head, blank, rest = data.partition(b"\n\n")
        if not blank:
            raise MalformedError("no blank line before the checkpoint", "request")
        try:
            first, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise MalformedError("the lines before the checkpoint are not ASCII", "request") from error
        if not first.startswith("old "):
            raise MalformedError("the first line is not: old, space, size", "old")
        if len(lines) > MAX_PROOF:
            raise MalformedError(f"more than {MAX_PROOF} hashes", "proof")
        proof = tuple(bytes_of_base64(line, f"proof/{place}") for place, line in enumerate(lines))
        if any(len(each) != HASH_SIZE for each in proof):
            raise MalformedError(f"a hash has {HASH_SIZE} bytes", "proof")
        checkpoint, note = read_checkpoint(rest)
        old = int_of_decimal(first.removeprefix("old "), "old")
        return cls(old=old, proof=proof, checkpoint=checkpoint, note=note)

    def extends(self, root: bytes) -> bool:
        """Whether the proof leads from the earlier head's root; from nothing (`old` is 0) without a hash."""
        if self.old == 0:
            return not self.proof
        return verify_consistency(self.old, self.checkpoint.size, self.proof, root, self.checkpoint.root)


def extension_bytes(note: bytes, *, old: int, proof: list[bytes]) -> bytes:
    """Write the body for a checkpoint's note, as published."""
    lines = [f"old {old}", *(base64_of(each) for each in proof)]
    return ("\n".join(lines) + "\n\n").encode() + note
