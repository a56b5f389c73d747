"""The publisher: the one process that writes the log, signs heads and lists, and answers submitters.

    settle()   bring the newest head to the world: cosignatures → kept checkpoint → lists → answers
    cycle()    take what is queued, or a snapshot that is due, append it, settle

Every step may be repeated; a crash anywhere is finished by starting again.
"""

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from keys.crash_points import reach
from keys.notes import NoteSigner
from keys.signed import sign
from keys.signer import Signer
from keys.trust import walk
from registry import projection
from registry.files import FilesError, RegistryFiles
from registry.intake import Intake
from registry.logs import held_logs
from registry.models import HeadRow, SubmissionRow
from registry.ratchet import Ratchet
from registry.sequencer import Batch, ForkError, Head, Sequencer
from registry.settings import PublisherSettings, Settings
from registry.witness_states import State, WitnessStates
from registry.witnesses import WitnessClient, collect
from schemas.note import SignedNote
from schemas.status_list import LIFETIME, TTL, StatusListClaims, StatusUri, aggregation_uri
from schemas.times import iso
from schemas.trust_document import TrustDocument
from verifier.checks import CLOCK_ROOM
from verifier.report import Refused
from verifier.transparency import Witnessed, check_checkpoint

__all__ = ["ClockBehindError", "ClosedError", "NoQuorumError", "Publisher"]

log = logging.getLogger("akashi.publisher")

IDLE = 0.05  # seconds between looks at an empty queue
TROUBLED = 1.0


class ClosedError(Exception):
    """Trust has closed the log or the key this publisher works with: somebody must name another before it goes on."""


class ClockBehindError(Exception):
    """The clock here lies behind what witnesses have seen already: nothing is signed until it is right."""


class NoQuorumError(Exception):
    """Too few witnesses cosigned; issuing waits, existing marks keep verifying."""


class Publisher:
    """Holds the log key (behind the ratchet) and the status key; neither can sign a mark."""

    def __init__(
        self,
        settings: Settings,
        options: PublisherSettings,
        sessions: sessionmaker[Session],
        *,
        log_signer: NoteSigner,
        status_signer: Signer,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings, self._options, self._sessions, self._clock = settings, options, sessions, clock
        self._status_signer = status_signer
        self.files = RegistryFiles(settings.home, log=settings.log_name)
        self.chain = walk(settings.anchor, self.files.trust_notes())
        self._logs = held_logs(self.files, self.chain.current, origin=settings.origin)
        if not self._logs:
            raise ForkError(f"the trust document names no log {settings.origin}")
        self._place = self._logs[-1].place
        self._check_open()
        self._ratchet = Ratchet(
            self.files.ratchet,
            origin=settings.origin,
            signer=log_signer,
            earlier=[log.origin for log in self._logs[:-1]],
        )
        self._sequencer = Sequencer(sessions, self._logs, self._ratchet)
        states, path = WitnessStates.load(self.files.witness_states), settings.home / "publisher.json"
        self._witnesses = [WitnessClient(url, known=states.size_of(url)) for url in options.witnesses]
        self._witnesses_read = path.stat().st_mtime_ns if path.exists() else 0
        self._published: Head | None = None
        self._logged_by = 0  # when the published head was, by its witnesses

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop. Trouble that may pass is logged and tried again; a fork or an end is not.

        Raises ForkError, ClosedError.
        """
        recovered = False
        while not stop.is_set():
            try:
                if not recovered:
                    self.recover()
                    recovered = True
                idle = not self.cycle()
            except (ClockBehindError, NoQuorumError, SQLAlchemyError, OSError, FilesError) as error:
                log.warning("publishing waits: %s", error)
                recovered = False
                stop.wait(TROUBLED)
                continue
            if idle:
                stop.wait(IDLE)

    def recover(self) -> None:
        """Finish what a crash or a missing quorum left, and publish it. Raises as `run` handles.

        New trust first: it may be what replaces the witnesses that are waited for.
        """
        self._read_trust()
        self.settle(self._sequencer.recover(self.chain))

    def close(self) -> None:
        self._ratchet.close()

    def cycle(self) -> bool:
        """Append and publish what is there; False when there was nothing to do. Raises as `run` handles."""
        self._read_trust()
        if not self._has_work():
            return False
        self._check_clock()
        head = self._sequencer.append(self.chain, self._collect)
        if head is None:
            return False
        self.settle(head)
        return True

    def _collect(self, session: Session, head: HeadRow) -> Batch | None:
        intake = Intake(session, head, self._logs, self.chain, now=int(self._clock()))
        return intake.collect(wanted=self._snapshot_due(head))

    def _read_trust(self) -> None:
        """Take over trust documents that `akashi-registry trust` has put beside the old ones."""
        if self.files.trust_versions()[-1] > self.chain.current.version:
            self.chain = self.chain.extended(self.files.trust_notes())
            self._check_open()

    def _check_open(self) -> None:
        """On return the newest trust document lets this log grow and this status key sign (docs/format.md §5 rules 5, 6).

        Raises ClosedError.
        """
        document = self.chain.current
        final, key = document.logs[self._place].final, document.find_key(self._status_signer.kid)
        if final is not None:
            raise ClosedError(
                f"{self._settings.origin} ended at size {final.size}, says trust version {document.version}; "
                "go on in its successor with: akashi-registry continue"
            )
        if key is None or key.compromised is not None or not key.holds_at(int(self._clock())):
            raise ClosedError(
                f"no list signed by {self._status_signer.kid.hex()} counts any more, says trust version "
                f"{document.version}; name another key with: akashi-registry status-key URI"
            )

    def _has_work(self) -> bool:
        """Look without taking the lock: an idle register writes nothing."""
        with self._sessions() as session:
            head = session.get(HeadRow, self._place)
            queued = session.scalar(
                select(SubmissionRow.receipt).where(SubmissionRow.state == "queued").limit(1)
            )
        if head is None:
            raise ForkError("the database has no head; run akashi-registry init, or rebuild")
        stale = head.trust_version < self.chain.current.version or head.published_size < head.size
        return queued is not None or stale or head.size == 0 or self._snapshot_due(head)

    def _snapshot_due(self, head: HeadRow) -> bool:
        """Whether the lists must be signed anew although nothing happened."""
        known = self._published is not None and self._published.size == head.size
        return known and self._clock() - self._logged_by >= self._options.snapshot_every

    def _check_clock(self) -> None:
        """A clock gone back would let old objects in and sign lists older than those that are out. Raises ClockBehindError."""
        note, now = self.files.find_checkpoint(), int(self._clock())
        found = None if note is None else check_checkpoint(SignedNote.from_bytes(note), self.chain.current)
        if isinstance(found, Witnessed) and now < found.seen_at - CLOCK_ROOM:
            raise ClockBehindError(
                f"this clock says {iso(now)}, witnesses have seen {iso(found.seen_at)}; set it right"
            )

    def settle(self, head: Head) -> None:
        """Publish the newest head: on return its checkpoint is kept, its lists are out, submitters answered.

        Raises NoQuorumError; the next call goes on where this one stopped.
        """
        if head.size == 0 or self._published == head:
            return
        self._check_clock()
        witnessed = self._keep(head)
        reach("publisher.after-keep")
        with self._sessions.begin() as session:
            row = session.get(HeadRow, self._place)
            if row is None:
                raise ForkError("the database lost its head")
            projection.set_logged(session, place=self._place, size=head.size, logged_at=witnessed.logged_by)
            lists, trust_version = projection.status_lists(session), row.trust_version
        reach("publisher.before-lists")
        for uri, statuses in lists.items():
            self._release(uri, statuses, size=head.size - 1, trust_version=trust_version)
            reach("publisher.between-lists")
        with self._sessions.begin() as session:
            session.execute(
                update(HeadRow).where(HeadRow.place == self._place).values(published_size=head.size)
            )
            session.execute(
                update(SubmissionRow)
                .where(SubmissionRow.state == "sequenced")
                .values(state="published", answer=SubmissionRow.pending_answer, body=b"")
            )
        reach("publisher.after-publish")
        self._published, self._logged_by = head, witnessed.logged_by

    def _keep(self, head: Head) -> Witnessed:
        """Keep the head's checkpoint, cosigned by a quorum; the first one kept stays."""
        held = self.files.find_checkpoint(head.size)
        document, now = self.chain.current, int(self._clock())
        states = WitnessStates.load(self.files.witness_states)
        if held is None:
            note = self._sequencer.sign_again(head)
            reach("publisher.before-cosign")
            self._read_witnesses(states)
            held = collect(
                self._witnesses,
                note,
                head.size,
                document=document,
                consistency=self._sequencer.consistency,
                states=states,
                now=now,
            )
            reach("publisher.after-cosign")
        witnessed = check_checkpoint(SignedNote.from_bytes(held), document)
        if isinstance(witnessed, Refused):
            states.waiting_since = states.waiting_since or now
            states.save()
            self._check_possible(states, document, now)
            troubles = "; ".join(
                f"{one.url} {one.state}: {one.detail}"
                for one in states.by_url.values()
                if one.state is not State.OK
            )
            raise NoQuorumError(f"{witnessed.detail}. {troubles}")
        self.files.keep_checkpoint(head.size, held)
        states.waiting_since = None
        states.save()
        return witnessed

    def _read_witnesses(self, states: WitnessStates) -> None:
        """Take over addresses the operator has added or removed; of a known one, what it cosigned last."""
        path = self._settings.home / "publisher.json"
        changed = path.stat().st_mtime_ns if path.exists() else 0
        if changed != self._witnesses_read:
            urls = PublisherSettings.load(self._settings.home).witnesses
            self._witnesses = [WitnessClient(url, known=states.size_of(url)) for url in urls]
            self._witnesses_read = changed
        states.keep_only([client.url for client in self._witnesses])

    def _check_possible(self, states: WitnessStates, document: TrustDocument, now: int) -> None:
        """If so many witnesses have seen a larger tree that no quorum can be had, our log key signed it elsewhere.

        Raises ForkError: waiting would not help.
        """
        ahead = [one for one in states.by_url.values() if one.state is State.AHEAD]
        others = sum(one.holds_at(now) for one in document.witnesses) - len(ahead)
        k = document.quorum_at(now)
        if ahead and k is not None and others < k:
            raise ForkError(
                f"{len(ahead)} witnesses have seen more than this register ever signed ({ahead[0].detail}): an old backup was "
                "restored, or the log key is used elsewhere. See docs/operations.md, the log that is stolen or broken"
            )

    def _release(self, uri: str, statuses: bytes, *, size: int, trust_version: int) -> None:
        """Sign and write one list as of `size` leaves; the snapshot that names it is out already."""
        named = StatusUri.find(uri)
        if named is None:
            raise ForkError(f"{uri} is no status list of ours")
        now = int(self._clock())
        claims = StatusListClaims(
            uri=uri,
            iat=now,
            exp=now + LIFETIME,
            ttl=TTL,
            aggregation_uri=aggregation_uri(self._settings.host),
            place=self._place,
            size=size,
            trust_version=trust_version,
            statuses=statuses,
        )
        self.files.write_list(named.series, named.n, sign(claims, self._status_signer))
