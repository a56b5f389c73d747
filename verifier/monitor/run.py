"""A monitor's run, in order; everything it says is a value (docs/format.md §4–§6).

    1. trust: every version there is, from the anchor
    2. every log, from where the last run stopped
    3. the lists beside what the leaves add up to
    4. age, quorum, trust's remaining life
    5. another's view beside ours, where one was named
    6. remember

A run that was killed is a run that was not. Alarms stay until they are acknowledged: a crime does not end with the next run.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import time as system_time

from keys.trust import TrustChain, TrustRefusedError, walk
from schemas.leaves import SnapshotLeaf, leaf_from_bytes
from verifier.anchors import AnchorError, AnchorStore
from verifier.http import Fetcher, FetchError
from verifier.monitor.ages import ages, trust_life, unsnapped
from verifier.monitor.compare import compare_file, compare_place
from verifier.monitor.findings import Finding, Kind, Notice, Severity
from verifier.monitor.follow import follow
from verifier.monitor.judge import Judge
from verifier.monitor.kept import Alarm, Kept, KeptLog, Store
from verifier.monitor.lists import Beside, check_lists
from verifier.transparency import Witnessed

__all__ = ["Monitor", "Outcome"]

MAX_TRUST = 2 << 20
MAX_VERSIONS = 10_000
TRIES = 3  # while the registry publishes between two of our questions


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a run came to. `new`: findings not known before; `standing`: alarms nobody acknowledged, these included."""

    scheme: str = ""
    trust_version: int = 0
    sizes: dict[str, int] = field(default_factory=dict)
    marks: int = 0
    leaves: int = 0
    new: list[Finding] = field(default_factory=list)
    standing: list[Alarm] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    unknown: list[Finding] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    evidence: Path | None = None


class Monitor:
    """Follows one scheme's log under one anchor, and remembers in `folder`. `clock` gives POSIX seconds."""

    def __init__(
        self, source: Fetcher, *, anchor: str, folder: Path, clock: Callable[[], float] = system_time
    ) -> None:
        self._source, self._anchor, self._clock = source, anchor, clock
        self._anchors = AnchorStore(folder)
        self.store = Store(folder / f"{anchor}.monitor")

    def run(
        self,
        *,
        watched: frozenset[str] = frozenset(),
        everything: bool = False,
        files: Sequence[Path] = (),
        places: Sequence[tuple[str, Fetcher]] = (),
        tell: Callable[[Outcome], None] = lambda _: None,
    ) -> Outcome:
        """Look at all that is new, remember it, and `tell` it; notices that could not be told are told the next time.

        `watched` are holders' identifiers; `everything` tells of all their marks, not only the new ones. `files` and
        `places` are others' views. Raises KeptError, AnchorError, TrustRefusedError (no chain from the anchor at all),
        FetchError when not even that could be asked, MalformedError for a file to compare that shows nothing, OSError.
        """
        with self.store.locked():
            kept = self.store.load()
            outcome, found = Outcome(), list[Finding]()
            chain = self._trust(found)
            judge = self._judge(chain, kept, watched)
            now = int(self._clock())
            try:
                judge = self._look(judge, kept, outcome, found, now=now)
                for address, place in places:
                    found += compare_place(place, address, chain, kept, self.store)
            except FetchError as error:
                found.append(Finding(kind=Kind.UNREACHABLE, detail=str(error)))
            for path in files:
                found += compare_file(path, chain, kept, self.store)
            found += trust_life(chain, judge, now=now)
            if everything:
                judge.notices[:] = self._all_notices(chain, kept, watched)
            kept.version, kept.logged_version = judge.version, judge.logged_version
            kept.marks, kept.size = judge.fold.marks, judge.fold.size
            self._tell(outcome, found, kept, now=now)
            outcome.notices = judge.notices
            outcome.scheme, outcome.trust_version = chain.current.scheme.id, chain.current.version
            outcome.sizes = {log.origin: log.frontier.size for log in kept.logs}
            outcome.marks = len(judge.fold.marks)
            self._anchors.keep(chain)
            if outcome.notices:
                # Alarms are kept at once: what a registry showed once it may never show again. The leaves count as
                # read only after their notices were told.
                earlier = self.store.read()
                earlier.alarms = kept.alarms
                self.store.save(earlier)
                tell(outcome)
                self.store.save(kept)
            else:
                self.store.save(kept)
                tell(outcome)
            return outcome

    def acknowledge(self, ids: Sequence[str]) -> list[str]:
        """Take note that somebody has seen these alarms ("all": every one); give those that are not known."""
        with self.store.locked():
            kept = self.store.load()
            chosen = set(kept.alarms) if "all" in ids else set(ids)
            for one in chosen & set(kept.alarms):
                kept.alarms[one].acknowledged = True
            self.store.save(kept)
            return sorted(chosen - set(kept.alarms) - {"all"})

    # 1. -----------------------------------------------------------------------------------

    def _trust(self, found: list[Finding]) -> TrustChain:
        """Walk every version served; one that does not follow is a finding, and what was kept goes on."""
        chain = self._anchors.find_chain(self._anchor)
        first = 1 if chain is None else chain.current.version + 1
        try:
            notes = list(self._notes(first))
        except FetchError as error:
            if chain is None:
                raise
            found.append(Finding(kind=Kind.UNREACHABLE, detail=str(error)))
            return chain
        if chain is None:
            if not notes:
                raise AnchorError("the registry serves no trust document at /trust/1")
            chain = walk(self._anchor, notes[: _anchored(self._anchor, notes)])
        for note in notes:
            try:
                chain = chain.extended([note])
            except TrustRefusedError as error:
                found.append(Finding(kind=Kind.TRUST_REFUSED, detail=str(error)))
                break
        self._check_kept_versions(chain, found)
        return chain

    def _check_kept_versions(self, chain: TrustChain, found: list[Finding]) -> None:
        """The newest version we hold is still served, and still says the same."""
        newest = chain.current.version
        try:
            note = self._source.get(f"trust/{newest}", max_size=MAX_TRUST)
            if note is None:
                detail = f"version {newest} was served before, and is not any more"
                found.append(Finding(kind=Kind.TRUST_WITHHELD, detail=detail))
            else:
                chain.extended([note])
        except TrustRefusedError as error:
            found.append(Finding(kind=Kind.TRUST_REFUSED, detail=str(error)))
        except FetchError as error:
            found.append(Finding(kind=Kind.UNREACHABLE, detail=str(error)))

    def _notes(self, first: int) -> Iterator[bytes]:
        for version in range(first, MAX_VERSIONS):
            note = self._source.get(f"trust/{version}", max_size=MAX_TRUST)
            if note is None:
                return
            yield note

    def _judge(self, chain: TrustChain, kept: Kept, watched: frozenset[str]) -> Judge:
        document = chain.version(kept.version)
        if document is None:
            return Judge.begin(chain, watched=watched)
        return Judge(
            chain=chain,
            fold=kept.fold(document),
            version=kept.version,
            watched=watched,
            logged_version=kept.logged_version,
        )

    # 2 and 3. -----------------------------------------------------------------------------

    def _look(self, judge: Judge, kept: Kept, outcome: Outcome, found: list[Finding], *, now: int) -> Judge:
        """Follow every log, then hold the lists against the sum; once more while the registry publishes in between.

        What was taken over before the registry stopped answering is kept.
        """
        newest: Witnessed | None = None
        try:
            for _ in range(TRIES):
                judge, newest = self._follow(judge, kept, outcome, found)
                beside = None if newest is None else _beside(judge, kept.logs[-1], newest)
                if newest is not None and beside is None:
                    found.append(unsnapped(kept.logs[-1]))
                if beside is None:
                    break
                listed, again = check_lists(self._source, beside, now=now)
                if not again:
                    found += listed
                    break
            else:
                detail = "the lists served are newer than the log served"
                found.append(Finding(kind=Kind.NOT_SERVED, detail=detail))
        except FetchError as error:
            found.append(Finding(kind=Kind.UNREACHABLE, detail=str(error)))
        if newest is not None:
            found += ages(kept.logs[-1], judge, newest, now=now)
        return judge

    def _follow(
        self, judge: Judge, kept: Kept, outcome: Outcome, found: list[Finding]
    ) -> tuple[Judge, Witnessed | None]:
        """Give the head of the last log, None where a log could not be followed to its head."""
        head: Witnessed | None = None
        for place, log in enumerate(judge.chain.current.logs):
            if place == len(kept.logs):
                kept.logs.append(KeptLog(origin=log.origin))
            try:
                done = follow(
                    place,
                    log,
                    kept.logs[place],
                    judge,
                    source=self._source,
                    store=self.store,
                    earlier=kept.logs[:place],
                )
            except FetchError as error:
                found.append(Finding(kind=Kind.UNREACHABLE, detail=str(error), log=log.origin))
                return judge, None
            judge, head = done.judge, done.head
            found += done.findings
            outcome.leaves += done.leaves
            if not done.is_current:
                return judge, None
        return judge, head

    # 5 and 6. -----------------------------------------------------------------------------

    def _all_notices(self, chain: TrustChain, kept: Kept, watched: frozenset[str]) -> list[Notice]:
        """Tell of everything in a holder's name, from our own copy of the log."""
        document = chain.version(kept.version) or chain.current
        judge = Judge.begin(chain, watched=watched)
        judge.fold.document = document
        for place in range(len(kept.logs)):
            for index, entry in enumerate(self.store.entries(place)):
                judge.apply(entry, place=place, index=index)
        return judge.notices

    def _tell(self, outcome: Outcome, found: list[Finding], kept: Kept, *, now: int) -> None:
        for finding in {one.id: one for one in found}.values():
            if finding.kind.severity is Severity.WARNING:
                outcome.warnings.append(finding)
            elif finding.kind.severity is Severity.UNKNOWN:
                outcome.unknown.append(finding)
            elif finding.id not in kept.alarms:
                kept.alarms[finding.id] = Alarm(finding=finding, since=now)
                outcome.new.append(finding)
        outcome.standing = [alarm for alarm in kept.alarms.values() if not alarm.acknowledged]
        folder = self.store.folder / "evidence"
        outcome.evidence = folder if folder.is_dir() else None


def _beside(judge: Judge, log: KeptLog, head: Witnessed) -> Beside | None:
    """What the lists are held against; None before the log's first snapshot, and where leaves follow the last."""
    if log.snapshot is None or log.snapshot + 1 != log.frontier.size:
        return None
    leaf = leaf_from_bytes(log.snapshot_entry)
    if not isinstance(leaf, SnapshotLeaf):
        return None
    return Beside(
        document=judge.chain.current,
        fold=judge.fold,
        head=head,
        origin=log.origin,
        index=log.snapshot,
        snapshot=leaf,
    )


def _anchored(anchor: str, notes: Sequence[bytes]) -> int:
    """How many of the notes lead up to the anchored one, itself included; all where none is it."""
    for count in range(1, len(notes) + 1):
        try:
            walk(anchor, notes[:count])
        except TrustRefusedError:
            continue
        return count
    return len(notes)
