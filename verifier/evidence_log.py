"""One log in evidence of a mark: a few of its checkpoints, each shown to lie on the history of the next (docs/format.md §7)."""

from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.extension import Extension
from schemas.merkle import verify_inclusion
from schemas.tlog_proof import TlogProof
from schemas.trust_document import TrustDocument
from verifier.checkpoints import Checkpoints, check_end
from verifier.report import Logged, Reason, Refused
from verifier.transparency import Witnessed, check_checkpoint

__all__ = ["EvidenceLog"]


class EvidenceLog:
    """The checkpoints below one folder, up to the newest: the log's head. Raises MalformedError for a chain that does not hold."""

    def __init__(
        self,
        archive: Archive,
        extensions: dict[int, Extension],
        directory: str,
        head: Witnessed,
        document: TrustDocument,
        *,
        began: int,
        now: int,
    ) -> None:
        self.head = head
        self._roots = {size: one.checkpoint.root for size, one in extensions.items()}
        self._checkpoints = Checkpoints(
            {size: f"{directory}/heads/{size}" for size in extensions if size < head.checkpoint.size},
            lambda name: archive.get(name).partition(b"\n\n")[2],
            head,
            self._roots.get,
            document,
            began=began,
            now=now,
            holds_every_leaf=False,
        )

    @classmethod
    def open(
        cls, archive: Archive, directory: str, document: TrustDocument, *, began: int, now: int
    ) -> "EvidenceLog | Refused":
        """Give the log whose checkpoints stand there; its end, where it ended. Raises MalformedError."""
        sizes = _sizes(archive, directory)
        # The greatest first: nobody's invented chain is followed.
        newest = Extension.from_bytes(archive.get(f"{directory}/heads/{sizes[-1]}"))
        head = check_checkpoint(newest.note, document, now=now)
        if isinstance(head, Refused):
            return head
        refused = check_end(head, document)
        if refused is not None:
            return refused
        return cls(
            archive, _chain(archive, directory, sizes), directory, head, document, began=began, now=now
        )

    def root_at(self, size: int) -> bytes | None:
        """Give the root at one of the sizes held; None for any other."""
        return self._roots.get(size)

    def witnessed(self, size: int) -> Witnessed | Refused:
        """Give the checkpoint of one of the sizes held."""
        found = self._checkpoints.witnessed(size)
        return found or Refused(Reason.LOG_INCONSISTENT, f"the file holds no head of {size} leaves")

    def find(self, leaf: bytes, proof: TlogProof) -> int | Refused:
        """Give the index at which this leaf is proven to stand, under one of the checkpoints held."""
        proven = proof.checkpoint
        root = self._roots.get(proven.size)
        if root != proven.root:
            what = (
                "a head that is not shown to lie under" if root is None else "another head of that size than"
            )
            return Refused(
                Reason.LOG_INCONSISTENT, f"proven under {what} the one of {proven.size} leaves held"
            )
        if not verify_inclusion(leaf, proof.index, proven.size, proof.hashes, root):
            return Refused(Reason.NOT_LOGGED, "the proof does not lead to this entry")
        return proof.index

    def logged(self, leaf: bytes, proof: TlogProof, *, iat: int) -> Logged | Refused:
        """Say where this leaf is proven to stand, and when it was logged that was signed at `iat`."""
        index = self.find(leaf, proof)
        if isinstance(index, Refused):
            return index
        bounds = self._checkpoints.bracket(index, iat=iat)
        if isinstance(bounds, Refused):
            return bounds
        not_before, logged_by = bounds
        return Logged(
            place=self.head.place,
            origin=proof.checkpoint.origin,
            index=index,
            leaf=leaf,
            not_before=not_before,
            logged_by=logged_by,
            covered=proof.checkpoint.size,
            is_first=False,
        )


def _sizes(archive: Archive, directory: str) -> list[int]:
    """Give the sizes of the checkpoints below a folder, ascending. Raises MalformedError where there is none."""
    prefix = f"{directory}/heads/"
    sizes = sorted(int(name.removeprefix(prefix)) for name in archive.names(prefix))
    if not sizes:
        raise MalformedError("the file holds no head of this log", directory)
    return sizes


def _chain(archive: Archive, directory: str, sizes: list[int]) -> dict[int, Extension]:
    """Give these checkpoints by size, each of which extends the one before. Raises MalformedError."""
    found: dict[int, Extension] = {}
    origin, old, root = "", 0, b""
    for size in sizes:
        name = f"{directory}/heads/{size}"
        extension = Extension.from_bytes(archive.get(name))
        checkpoint = extension.checkpoint
        if (
            checkpoint.size != size
            or extension.old != old
            or checkpoint.origin != (origin or checkpoint.origin)
        ):
            raise MalformedError(f"does not go on from the head of {old} leaves", name)
        if not extension.extends(root):
            raise MalformedError(f"lies on another history than the head of {old} leaves", name)
        found[size] = extension
        origin, old, root = checkpoint.origin, size, checkpoint.root
    return found
