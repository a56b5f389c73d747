"""The checkpoints of one log that a file holds, and what they say of a leaf: logged after this, and by that (docs/format.md §6).

A proof under a checkpoint says *there by then*, never *not before*: anybody can prove an old leaf under a new head. So a time
is a bracket. From above the first checkpoint held that covers the leaf bounds it; from below what its signer said, or an
earlier checkpoint that does not cover it.

A long log has thousands of checkpoints, and a mark needs the two beside it. So their sizes are read as the file gives them, and
one is believed when it is first used: signed by the log and a quorum, and lying on the head's history.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from threading import RLock

from schemas.checkpoint import MAX_CHECKPOINT
from schemas.errors import MalformedError
from schemas.note import SignedNote
from schemas.times import iso
from schemas.trust_document import TrustDocument
from verifier.report import Reason, Refused
from verifier.transparency import CLOCK_ROOM, Witnessed, check_checkpoint

__all__ = ["Checkpoints", "bracket", "check_end"]


def bracket(
    before: Witnessed | None, covering: Witnessed, *, iat: int, began: int
) -> tuple[int, int] | Refused:
    """Give the times after which and by which a leaf was logged that was signed at `iat`. Every use of a logged time begins here.

    `before` is a checkpoint under which the leaf surely is not, `covering` one under which it is; the log is no older than `began`.
    """
    earliest, by = max(began, iat - CLOCK_ROOM), covering.logged_by
    if covering.standing is not None:
        by = covering.standing[0]
    if before is not None and before.standing is not None:
        earliest = max(earliest, before.standing[1])
    if earliest <= by:
        return earliest, by
    if covering.standing is None:
        # Whoever holds keys of witnesses that are over can give a true head any time of theirs.
        said = f"logged by {iso(by)}, say witnesses that are over, and signed {iso(iat)}"
        return Refused(Reason.HISTORY_UNAVAILABLE, said)
    return by, by


class Checkpoints:
    """Those of one log. `named` gives the member of each size, `read` a member's note; `root_at` is the head's own history.

    `began`: the log is no older than this; `now` says which witnesses are over, 0: those the document says are (POSIX
    seconds both). `holds_every_leaf`: only then is a leaf that is found behind a checkpoint not under it, too, for a log
    can hold a leaf twice. Safe to share by threads.
    """

    def __init__(
        self,
        named: Mapping[int, str],
        read: Callable[[str], bytes],
        head: Witnessed,
        root_at: Callable[[int], bytes | None],
        document: TrustDocument,
        *,
        began: int,
        now: int,
        holds_every_leaf: bool,
    ) -> None:
        self._read, self._root_at, self._document, self._began = read, root_at, document, began
        self._now, self._holds_every_leaf = now, holds_every_leaf
        self._sizes = sorted(named)
        self._names = [named[size] for size in self._sizes]
        # None: not yet believed; the head is the last of them.
        self._believed: list[Witnessed | None] = [*[None] * len(named), head]
        self._lock = RLock()

    def __len__(self) -> int:
        return len(self._names)

    def bracket(self, index: int, *, iat: int) -> tuple[int, int] | Refused:
        """Give the times after which and by which a leaf was logged that was signed at `iat`."""
        after = bisect_right(self._sizes, index)
        covering = self._believed[after] or self._at(after)
        if isinstance(covering, Refused):
            return covering
        is_known = after and self._holds_every_leaf
        before = (self._believed[after - 1] or self._at(after - 1)) if is_known else None
        if isinstance(before, Refused):
            return before
        return bracket(before, covering, iat=iat, began=self._began)

    def witnessed(self, size: int) -> Witnessed | Refused | None:
        """Give the checkpoint of exactly this size; None where the file holds none."""
        head = self._believed[-1]
        if head is not None and head.checkpoint.size == size:
            return head
        position = bisect_right(self._sizes, size) - 1
        return self._at(position) if position >= 0 and self._sizes[position] == size else None

    def believe(self) -> None:
        """Look at all of them now."""
        for position in range(len(self._names)):
            self._at(position)

    def check_whole(self) -> None:
        """On return every one is authentic. Raises MalformedError."""
        for position in range(len(self._names)):
            found = self._at(position)
            if isinstance(found, Refused):
                raise MalformedError(f"{found.reason}: {found.detail}", self._names[position])

    def _at(self, position: int) -> Witnessed | Refused:
        known = self._believed[position]
        if known is not None:
            return known
        with self._lock:
            found = self._look(position)
        if isinstance(found, Witnessed):
            self._believed[position] = found
        return found

    def _look(self, position: int) -> Witnessed | Refused:
        name = self._names[position]
        try:
            note = SignedNote.from_bytes(self._read(name), max_size=MAX_CHECKPOINT)
            found = check_checkpoint(note, self._document, now=self._now)
        except MalformedError as error:
            return Refused(Reason.LOG_INCONSISTENT, str(error))
        if isinstance(found, Refused):
            return found
        size, root = found.checkpoint.size, found.checkpoint.root
        if size != self._sizes[position] or self._root_at(size) != root:
            return Refused(Reason.LOG_INCONSISTENT, f"{name} lies on another history than the head")
        return found


def check_end(head: Witnessed, document: TrustDocument) -> Refused | None:
    """Say why a log's head in a file is not its end, where the trust document ended the log (rule 6).

    Keys of a log that is over, and of who witnessed it, sign nothing that counts: only what lies under the pinned head does.
    """
    final = document.logs[head.place].final
    if final is None or head.checkpoint.size == final.size:
        return None  # beyond or beside the end: check_checkpoint refused that
    detail = f"its log ended at size {final.size}; that it lies under that head is not shown"
    return Refused(Reason.BUNDLE_TOO_OLD, detail)
