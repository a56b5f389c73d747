"""Appending to the log so that no crash, and no second publisher, can fork it (docs/adr/0001).

    lock head → judge, apply to the tables → snapshot leaf → stage the batch, fsync → sign head (ratchet)
    → compare-and-swap head, commit → write tiles (idempotent) → re-read, verify root from files → unstage

A crash before the ratchet leaves nothing; after it, `recover` finishes exactly the batch that was signed.
Every append ends with a snapshot leaf, so one checkpoint covers marks and lists alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from keys.crash_points import reach
from keys.signed import read_profile
from keys.trust import TrustChain
from registry import projection
from registry.files import FilesError
from registry.logs import HeldLog, read_content
from registry.models import HeadRow, SubmissionRow
from registry.pending import Pending, ProfileFile
from registry.ratchet import Ratchet
from schemas.checkpoint import Checkpoint
from schemas.entry_bundles import new_entry_bundles
from schemas.errors import MalformedError
from schemas.leaves import SnapshotLeaf, TrustLeaf, leaf_from_bytes
from schemas.merkle import EMPTY_ROOT, leaf_hash
from schemas.tiles import consistency_proof, new_tiles, root_from_tiles

__all__ = ["Batch", "ForkError", "Head", "Sequencer"]


class ForkError(Exception):
    """Files, database and ratchet disagree, or somebody else moved the head: nothing may be appended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one append adds; `answers` writes, by receipt, the submissions' answers for the new size and root."""

    entries: Sequence[bytes]
    profiles: Sequence[ProfileFile]
    answers: Callable[[int, bytes], tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    size: int
    root: bytes


class Sequencer:
    """Owns the ratchet; there is one in the world at a time."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        logs: Sequence[HeldLog],
        ratchet: Ratchet,
    ) -> None:
        self._sessions, self._logs, self._ratchet = sessions, logs, ratchet
        self._files, self._place, self._origin = logs[-1].files, logs[-1].place, logs[-1].origin

    def append(self, chain: TrustChain, collect: Callable[[Session, HeadRow], Batch | None]) -> Head | None:
        """Append what `collect` gives under the lock; None when it gives nothing.

        `collect` has applied its entries to the tables. Raises ForkError, and nothing was appended.
        """
        with self._sessions.begin() as session:
            head = self._lock(session)
            signed = self._ratchet.last.size
            if signed != head.size:
                raise ForkError(f"the ratchet stands at {signed}, the database at {head.size}")
            # 1. Judge and apply; what is refused is refused under the same lock.
            batch = collect(session, head)
            if batch is None:
                return None
            # 2. The snapshot: Fold(N) of everything up to here.
            entries = [*batch.entries, self._snapshot(session, head, batch, chain)]
            root, size, tiles = self._tiles(head.size, entries)
            pending = Pending(
                old_size=head.size,
                new_size=size,
                root=root,
                entries=tuple(entries),
                profiles=tuple(batch.profiles),
                answers=batch.answers(size, root),
                trust_version=chain.current.version,
            )
            # 3. Stage, then sign: what is signed can always be finished.
            reach("publisher.before-stage")
            pending.write(self._files.pending)
            reach("publisher.after-stage")
            self._sign(pending, tiles)
            reach("publisher.after-ratchet")
            # 4. Compare and swap.
            self._swap(session, head, pending)
            reach("publisher.before-commit")
        reach("publisher.after-commit")
        # 5. Files.
        self._apply_files(pending, tiles)
        return Head(size=size, root=root)

    def recover(self, chain: TrustChain) -> Head:
        """Finish or forget what a crash left, then establish that files, database and ratchet agree.

        Raises ForkError saying which disagree: then somebody must look before anything is signed again.
        """
        pending = Pending.find(self._files.pending)
        signed = self._ratchet.last
        with self._sessions.begin() as session:
            head = self._lock(session)
            if pending is not None and (signed.size, signed.root) != (pending.new_size, pending.root):
                pending = None  # never signed: it never was
            if pending is not None and head.size == pending.old_size:
                self._redo(session, pending, chain)
                self._swap(session, head, pending)
            session.flush()
            now = Head(size=head.size, root=head.root)
        if pending is not None:
            self._apply_files(pending, self._tiles(pending.old_size, list(pending.entries))[2])
        else:
            Pending.drop(self._files.pending)
        self._check_agreement(now)
        return now

    def sign_again(self, head: Head) -> bytes:
        """Give the signed note of the present head, for collecting cosignatures."""
        return self._ratchet.sign(self._checkpoint(head.size, head.root), proof=[])

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Give the proof a witness at size `old` asks for."""
        return consistency_proof(self._files.read_tile, old, new) if 0 < old < new else []

    def _redo(self, session: Session, pending: Pending, chain: TrustChain) -> None:
        """Apply a signed batch to the tables as it was applied before the crash rolled it back."""
        first, document = pending.old_size, chain.version(pending.trust_version) or chain.current
        if any(isinstance(leaf_from_bytes(entry), TrustLeaf) for entry in pending.entries):
            contents = read_content(self._logs, size=first, more=pending.entries)
            profiles = self._files.profiles().items()
            projection.reproject(session, contents, document=document, profiles=profiles)
        else:
            projection.apply(session, pending.entries, place=self._place, first=first, document=document)
        for one in pending.profiles:
            iat = read_profile(one.raw).unsafe_claims.iat
            projection.put_profile(session, one.number, iat=iat, raw=one.raw)

    def _lock(self, session: Session) -> HeadRow:
        """Take the one head row for writing: SQLite by the write itself, PostgreSQL by FOR UPDATE."""
        mine = HeadRow.place == self._place
        session.execute(update(HeadRow).where(mine).values(origin=HeadRow.origin))
        head = session.scalars(select(HeadRow).where(mine).with_for_update()).one_or_none()
        if head is None:
            raise ForkError("the database has no head; run akashi-registry init, or rebuild")
        return head

    def _snapshot(self, session: Session, head: HeadRow, batch: Batch, chain: TrustChain) -> bytes:
        size = head.size + len(batch.entries)
        lists = tuple((uri, sha256(data).digest()) for uri, data in projection.status_lists(session).items())
        entry = SnapshotLeaf(size=size, lists=lists, trust_version=chain.current.version).to_bytes()
        projection.apply(session, [entry], place=self._place, first=size, document=chain.current)
        return entry

    def _tiles(self, old: int, entries: list[bytes]) -> tuple[bytes, int, dict[str, bytes]]:
        """Give root, size and every new file. Tiles already written stand in for themselves."""
        files = new_tiles(self._files.read_tile, old, [leaf_hash(entry) for entry in entries])
        files |= new_entry_bundles(self._files.read_tile, old, entries)
        size = old + len(entries)
        return root_from_tiles(self._reader(files), size), size, files

    def _reader(self, staged: dict[str, bytes]) -> Callable[[str], bytes]:
        """Read tiles as they will be once `staged` is written."""
        return lambda path: staged[path] if path in staged else self._files.read_tile(path)

    def _sign(self, pending: Pending, tiles: dict[str, bytes]) -> None:
        old = self._ratchet.last.size
        proof = consistency_proof(self._reader(tiles), old, pending.new_size) if old else []
        self._ratchet.sign(self._checkpoint(pending.new_size, pending.root), proof=proof)

    def _swap(self, session: Session, head: HeadRow, pending: Pending) -> None:
        swapped = session.execute(
            update(HeadRow)
            .where(HeadRow.place == self._place, HeadRow.size == head.size, HeadRow.root == head.root)
            .values(size=pending.new_size, root=pending.root, trust_version=pending.trust_version)
            .execution_options(synchronize_session=False)
        )
        if swapped.rowcount != 1:  # type: ignore[attr-defined]
            raise ForkError("another publisher moved the head")
        for receipt, answer in pending.answers:
            session.execute(
                update(SubmissionRow)
                .where(SubmissionRow.receipt == receipt)
                .values(state="sequenced", answer=None, pending_answer=answer)
            )
        session.refresh(head)

    def _apply_files(self, pending: Pending, tiles: dict[str, bytes]) -> None:
        """Write what was signed, read it back, and only then forget the staged copy. Idempotent."""
        for path, data in tiles.items():
            self._files.write_tile(path, data)
            reach("publisher.between-tiles")
        for one in pending.profiles:
            self._files.write_profile(one.number, one.raw)
            if one.entities:
                self._files.write_entities(one.number, one.entities)
        reach("publisher.after-files")
        if root_from_tiles(self._files.read_tile, pending.new_size) != pending.root:
            raise ForkError("the files do not add up to the signed root")
        Pending.drop(self._files.pending)
        reach("publisher.after-unstage")

    def _check_agreement(self, head: Head) -> None:
        signed = self._ratchet.last
        if (signed.size, signed.root) != (head.size, head.root):
            raise ForkError(
                f"the log key has signed size {signed.size}, the database holds size {head.size}: "
                "a backup was restored, or another publisher is at work"
            )
        kept = self._files.kept_sizes()
        if kept and kept[-1] > head.size:
            raise ForkError(f"a checkpoint of size {kept[-1]} is kept, the database holds size {head.size}")
        try:
            root = root_from_tiles(self._files.read_tile, head.size) if head.size else EMPTY_ROOT
        except (FilesError, MalformedError) as error:
            raise ForkError(f"the log's files cannot be read up to size {head.size}: {error}") from error
        if root != head.root:
            raise ForkError("the log's files add up to another root than the database holds")

    def _checkpoint(self, size: int, root: bytes) -> Checkpoint:
        return Checkpoint(origin=self._origin, size=size, root=root)
