"""What the publisher takes in: system leaves and queued submissions, judged again under the lock."""

import json
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from keys.trust import TrustChain
from registry import projection
from registry.door import Accepted, examine
from registry.logs import HeldLog, read_content
from registry.models import HeadRow, SubmissionRow
from registry.pending import ProfileFile
from registry.sequencer import Batch
from registry.submissions import MAX_OBJECTS, Outcome, answer_for, objects_of, refusal
from schemas.checkpoint import Checkpoint
from schemas.leaves import Genesis, TrustLeaf

__all__ = ["Intake"]


class Intake:
    """One look at the door, within the transaction that holds the head; applies what it takes to the tables."""

    def __init__(
        self, session: Session, head: HeadRow, logs: Sequence[HeldLog], chain: TrustChain, *, now: int
    ) -> None:
        self._session, self._head, self._logs, self._chain, self._now = session, head, logs, chain, now

    def collect(self, *, wanted: bool) -> Batch | None:
        """Gather genesis, new trust versions and queued submissions, and apply them to the tables.

        None when there is nothing, unless a batch of its snapshot alone is `wanted`.
        """
        entries = self._system_leaves()
        profiles: list[ProfileFile] = []
        answers: list[tuple[str, Callable[[int, bytes], str]]] = []
        for row, objects in self._queued():
            taken = self._take(row, objects, first=self._head.size + len(entries))
            if taken is None:
                continue
            fresh, accepted, write = taken
            entries += [one.entry for one in fresh if one.entry is not None]
            profiles += [
                ProfileFile(number=one.number, raw=one.raw, entities=one.entities or b"")
                for one in accepted
                if one.entry is None
            ]
            answers.append((row.receipt, write))
        if not entries and not answers and not wanted:
            return None
        return Batch(
            entries=entries,
            profiles=profiles,
            answers=lambda size, root: tuple((receipt, write(size, root)) for receipt, write in answers),
        )

    def _system_leaves(self) -> list[bytes]:
        first = self._chain.version(1)
        entries = []
        if self._head.size == 0 and first is not None:
            genesis = Genesis(
                scheme=first.scheme.id, trust_sha256=bytes.fromhex(first.anchor), previous=self._previous()
            )
            entries.append(genesis.to_bytes())
        for version in range(max(self._head.trust_version, 1) + 1, self._chain.current.version + 1):
            document = self._chain.version(version)
            if document is not None:
                entries.append(TrustLeaf(version=version, sha256=bytes.fromhex(document.anchor)).to_bytes())
        if not entries:
            return []
        # New trust may change what old leaves are worth: everything is judged again.
        projection.reproject(
            self._session,
            read_content(self._logs, size=self._head.size, more=entries),
            document=self._chain.current,
            profiles=self._logs[-1].files.profiles().items(),
        )
        return entries

    def _previous(self) -> tuple[str, int, bytes] | None:
        """Give the head the log before ended with, None for the first log (docs/format.md §6)."""
        ended = self._logs[-2] if len(self._logs) > 1 else None
        if ended is None or ended.final is None:
            return None
        return ended.origin, ended.final.size, ended.final.root

    def _queued(self) -> Iterator[tuple[SubmissionRow, list[bytes]]]:
        """Give the oldest submissions with their objects, up to one body's worth of these.

        The queue is the web's to write: what never went through the door, and would not, is refused here.
        """
        queued = select(SubmissionRow.receipt).where(SubmissionRow.state == "queued")
        count = 0
        for receipt in self._session.scalars(queued.order_by(SubmissionRow.arrival).limit(64)).all():
            row = self._session.get_one(SubmissionRow, receipt)
            objects = objects_of(row.body)
            if isinstance(objects, Outcome):
                self._refuse(row, objects)
                continue
            if count and count + len(objects) > MAX_OBJECTS:
                return
            count += len(objects)
            yield row, objects

    def _refuse(self, row: SubmissionRow, outcome: Outcome) -> None:
        row.state, row.answer, row.body = "refused", json.dumps(outcome.body), b""
        self._session.flush()

    def _take(
        self, row: SubmissionRow, objects: list[bytes], *, first: int
    ) -> tuple[list[Accepted], list[Accepted], Callable[[int, bytes], str]] | None:
        """Judge a submission again, now that nobody else can enter, and apply it."""
        now, document = self._now, self._chain.current
        found = examine(self._session, document, objects, place=self._head.place, now=now, first=first)
        if found.faults:
            self._refuse(row, refusal(found, of=len(objects)))
            return None
        results = found.results
        accepted = [one for one in results if isinstance(one, Accepted)]
        indexes: list[int | None] = []
        at = first
        for one in accepted:
            if one.entry is None:
                projection.put_profile(self._session, one.number, iat=one.iat, raw=one.raw)
                indexes.append(None)
            else:
                projection.apply(
                    self._session, [one.entry], place=self._head.place, first=at, document=document
                )
                indexes.append(at)
                at += 1
        receipt, origin = row.receipt, self._head.origin

        def write(size: int, root: bytes) -> str:
            after = Checkpoint(origin=origin, size=size, root=root)
            return json.dumps(answer_for(receipt, results, indexes, after))

        return [one for one in accepted if one.entry is not None], accepted, write
