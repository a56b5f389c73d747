"""The log key signs through here, and never goes back (docs/format.md §6, docs/adr/0001).

    <home>/ratchet    one line a signed head: "<origin> <size> <root in base64>", append-only, fsynced

Lines of a successor log follow those of the log before it; an origin that was left never returns.

The file stands outside the database on purpose: a restored backup, a replica that took over, a clock
gone back cannot make the key sign a second history. A head is written down *before* its signature is
given away, so what was ever signed is always known.
"""

import errno
import fcntl
import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from keys.notes import NoteSigner, sign_note
from schemas.checkpoint import Checkpoint
from schemas.errors import MalformedError
from schemas.merkle import EMPTY_ROOT, verify_consistency
from schemas.note import SignedNote

__all__ = ["Ratchet", "RatchetBusyError", "RatchetError", "first_out_of_order", "last_head", "read_line"]


class RatchetError(Exception):
    """The log key must not sign this; the message says why and what to look at."""


class RatchetBusyError(RatchetError):
    """Another publisher holds the ratchet; this one may stand by."""


class Ratchet:
    """Signs heads of one log, each proven to extend the last. Holds an exclusive lock on its file.

    `earlier` are the origins of the logs this one continues: their lines may stand before its own.
    """

    def __init__(self, path: Path, *, origin: str, signer: NoteSigner, earlier: Sequence[str] = ()) -> None:
        self._origin, self._signer, self._earlier = origin, signer, frozenset(earlier)
        # Unbuffered: a line that could not be written must not wait in memory and be written later.
        self._file = path.open("a+b", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise RatchetBusyError(f"{path} is in use: another publisher is running") from error
        self._path = path
        try:
            self._last = self._read()
        except RatchetError:
            self._file.close()
            raise

    @property
    def last(self) -> Checkpoint:
        """The last head signed; the empty tree before the first."""
        return self._last

    def sign(self, checkpoint: Checkpoint, *, proof: list[bytes]) -> bytes:
        """Give the signed note. `proof` is the consistency proof from the last signed head.

        Raises RatchetError for a head that is not proven to extend it. Signing the last head again is allowed.
        """
        last = self._last
        if checkpoint.origin != self._origin:
            raise RatchetError(f"this key signs {self._origin}, not {checkpoint.origin}")
        if checkpoint != last:
            if checkpoint.size <= last.size:
                raise RatchetError(
                    f"size {last.size} was signed already; {checkpoint.size} would be another history. "
                    "Was an old backup restored?"
                )
            proven = last.size == 0 or verify_consistency(
                last.size, checkpoint.size, proof, last.root, checkpoint.root
            )
            if not proven:
                raise RatchetError(
                    f"size {checkpoint.size} is not proven to extend the signed size {last.size}"
                )
            self._append(checkpoint)
        text = checkpoint.to_text()
        line = sign_note(text, name=self._origin, signer=self._signer)
        return SignedNote(text=text, signatures=(line,)).to_bytes()

    def close(self) -> None:
        self._file.close()

    def _append(self, checkpoint: Checkpoint) -> None:
        """Write a line down durably. Raises OSError when the disk is full; then nothing of it stays."""
        line, handle = _line(checkpoint), self._file.fileno()
        end = os.fstat(handle).st_size
        try:
            written = self._file.write(line)
            os.fsync(handle)
        except OSError:
            self._cut(end)
            raise
        if written != len(line):
            self._cut(end)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
        self._last = checkpoint

    def _cut(self, end: int) -> None:
        try:
            self._file.truncate(end)
        except OSError as error:
            # The next line must not follow a piece of this one: only a new start may read the file again.
            raise RatchetError(f"{self._path} cannot be written, nor put right: {error}") from error

    def _read(self) -> Checkpoint:
        self._file.seek(0)
        whole, newline, torn = self._file.read().rpartition(b"\n")
        if torn:
            # A line cut off by a crash was never followed by a signature: it was not signed.
            self._file.truncate(len(whole) + len(newline))
        heads: list[Checkpoint] = []
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                heads.append(read_line(line))
            except MalformedError as error:
                raise RatchetError(f"{self._path}: line {number}: {error}") from error
        if (bad := first_out_of_order(heads)) is not None:
            raise RatchetError(f"{self._path}: line {bad} does not follow the one before")
        for number, head in enumerate(heads, 1):
            if head.origin != self._origin and head.origin not in self._earlier:
                raise RatchetError(
                    f"{self._path}: line {number} is of {head.origin}, no log of this register"
                )
        if not heads or heads[-1].origin != self._origin:
            if any(head.origin == self._origin for head in heads):
                raise RatchetError(f"{self._path}: {self._origin} was left for {heads[-1].origin}")
            return Checkpoint(origin=self._origin, size=0, root=EMPTY_ROOT)
        return heads[-1]


def first_out_of_order(heads: Sequence[Checkpoint]) -> int | None:
    """Give the number, from 1, of the first line that goes back: in size, or to a log that was left."""
    left: set[str] = set()
    for number, (before, head) in enumerate(pairwise(heads), 2):
        if before.origin == head.origin:
            if head.size <= before.size:
                return number
            continue
        left.add(before.origin)
        if head.origin in left:
            return number
    return None


def _line(checkpoint: Checkpoint) -> bytes:
    origin, size, root = checkpoint.to_text().splitlines()
    return f"{origin} {size} {root}\n".encode()


def read_line(line: bytes) -> Checkpoint:
    """Read one line, without its newline. Raises MalformedError."""
    parts = line.decode(errors="replace").split(" ")
    if len(parts) != 3:
        raise MalformedError("expected origin, size and root")
    return Checkpoint.from_text("\n".join(parts) + "\n")


def last_head(path: Path, *, origin: str) -> Checkpoint | None:
    """Give the last head of a log written down, None before the first; a line cut off by a crash was never signed.

    Raises FileNotFoundError, OSError, MalformedError.
    """
    lines = path.read_bytes().split(b"\n")[:-1]
    head = read_line(lines[-1]) if lines else None
    return None if head is None or head.origin != origin else head
