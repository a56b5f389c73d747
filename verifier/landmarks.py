"""The daily checkpoints of a log in a bundle: between which two a leaf was logged (docs/format.md §7).

In ten years there are thousands, and a mark needs the two beside it. So their sizes are read as the file gives them, and
one is believed when it is first used: signed by the log and a quorum, and lying on the head's history.
"""

from bisect import bisect_right
from collections.abc import Callable
from threading import RLock

from schemas.checkpoint import MAX_CHECKPOINT
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.note import SignedNote
from schemas.trust_document import TrustDocument
from verifier.report import Reason, Refused
from verifier.transparency import Witnessed, check_checkpoint

__all__ = ["Landmarks"]


class Landmarks:
    """Those of one log; `root_at` gives the head's own history. Raises MalformedError for what is no checkpoint."""

    def __init__(
        self,
        archive: Archive,
        directory: str,
        head: Witnessed,
        root_at: Callable[[int], bytes | None],
        document: TrustDocument,
    ) -> None:
        self._archive, self._root_at, self._document = archive, root_at, document
        named: dict[int, str] = {}
        for name in archive.names(f"{directory}/landmarks/"):
            named.setdefault(_size_said(archive.get(name), name), name)  # one head under many dates is one
        self._sizes = sorted(named)
        self._names = [named[size] for size in self._sizes]
        # None: not yet believed; the head is the last of them.
        self._logged_by: list[int | None] = [*[None] * len(named), head.logged_by]
        self._lock = RLock()

    def __len__(self) -> int:
        return len(self._names)

    def around(self, index: int) -> tuple[int | None, int] | Refused:
        """Give the times by which the heads before and after a leaf were witnessed; None where no landmark is before."""
        after = bisect_right(self._sizes, index)
        later = self._logged_by[after]
        earlier = self._logged_by[after - 1] if after else None
        if later is not None and (earlier is not None or not after):
            return earlier, later
        found = self._time(after)
        before = self._time(after - 1) if after else None
        if isinstance(found, Refused):
            return found
        return before if isinstance(before, Refused) else (before, found)

    def believe(self) -> None:
        """Look at all of them now."""
        for position in range(len(self._names)):
            self._time(position)

    def check_whole(self) -> None:
        """On return every landmark is authentic. Raises MalformedError."""
        for position in range(len(self._names)):
            found = self._time(position)
            if isinstance(found, Refused):
                raise MalformedError(f"{found.reason}: {found.detail}", self._names[position])

    def _time(self, position: int) -> int | Refused:
        known = self._logged_by[position]
        if known is not None:
            return known
        with self._lock:
            found = self._read(position)
        if isinstance(found, Refused):
            return found
        self._logged_by[position] = found.logged_by
        return found.logged_by

    def _read(self, position: int) -> Witnessed | Refused:
        name = self._names[position]
        try:
            note = SignedNote.from_bytes(self._archive.get(name), max_size=MAX_CHECKPOINT)
            found = check_checkpoint(note, self._document)
        except MalformedError as error:
            return Refused(Reason.LOG_INCONSISTENT, str(error))
        if isinstance(found, Refused):
            return found
        size, root = found.checkpoint.size, found.checkpoint.root
        if size != self._sizes[position] or self._root_at(size) != root:
            return Refused(Reason.LOG_INCONSISTENT, f"{name} lies on another history than the head")
        return found


def _size_said(data: bytes, name: str) -> int:
    """Read the second line of a checkpoint, unproven."""
    lines = data.split(b"\n", 2)
    if len(lines) < 3 or not lines[1].isdigit() or len(lines[1]) > 16:
        raise MalformedError("no checkpoint", name)
    return int(lines[1])
