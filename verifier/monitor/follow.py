"""One log, from the last head to the newest (docs/format.md §6).

1. the head: signed by the log, cosigned by a quorum, not beyond the log's end
2. it continues what was seen: not smaller, no other tree of the same size
3. its entries: hashed, they lead from the old head to the new one; nothing is believed before
4. every leaf, in order; newer trust from the leaf that names it on
5. every publication: its checkpoint is kept, over this tree, and bounds the leaves in time
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from keys.notes import BadNoteSignatureError, cosignature_times
from schemas.checkpoint import MAX_CHECKPOINT, Checkpoint
from schemas.entry_bundles import entries_of
from schemas.errors import MalformedError
from schemas.leaves import Genesis, SnapshotLeaf, TrustLeaf
from schemas.merkle import leaf_hash, verify_consistency
from schemas.note import SignedNote
from schemas.tiles import ENTRIES, TILE_WIDTH, ReadTile, consistency_proof, root_from_tiles, tile_at
from schemas.trust_entries import Log
from verifier.http import Fetcher, FetchError
from verifier.monitor.findings import Finding, Kind
from verifier.monitor.frontier import Frontier
from verifier.monitor.judge import Judge, Signed
from verifier.monitor.kept import KeptLog, Store
from verifier.monitor.moments import Moment, check_times
from verifier.monitor.places import RegisterFile, segment_of
from verifier.report import Reason, Refused
from verifier.transparency import Witnessed, check_checkpoint

__all__ = ["Followed", "follow", "missing_witnesses", "read_head", "reader", "root_at"]

MAX_BUNDLE = TILE_WIDTH * (2**16 + 1)
MAX_TILE = TILE_WIDTH * 32
_SNAPSHOT = b"\x85\x01\x05"  # how its entry begins


@dataclass(slots=True, kw_only=True)
class Followed:
    """What one log came to. `is_current`: everything up to its served head was taken over."""

    judge: Judge
    head: Witnessed | None = None
    findings: list[Finding] = field(default_factory=list)
    leaves: int = 0
    is_current: bool = False


def follow(
    place: int,
    log: Log,
    kept: KeptLog,
    judge: Judge,
    *,
    source: Fetcher,
    store: Store,
    earlier: list[KeptLog],
) -> Followed:
    """Take over what is new in a log; `kept` grows by what was verified. Raises FetchError."""
    done = Followed(judge=judge)
    segment, origin = segment_of(log.origin), log.origin
    # 1. The head.
    note = _head_note(source, segment, log, done)
    if note is None:
        return done
    head = read_head(note, judge, origin, done.findings)
    if head is None:
        return done
    done.head = head
    # 2. It continues what was seen.
    if not _continues(place, kept, head.checkpoint, note, store, done):
        return done
    # 3. Its entries lead there.
    try:
        entries = _new_entries(source, segment, kept.frontier.size, head.checkpoint.size)
    except MalformedError as error:
        done.findings.append(Finding(kind=Kind.ENTRIES_CONTRADICT_LOG, detail=str(error), log=origin))
        return done
    if entries is None:
        done.findings.append(Finding(kind=Kind.NOT_SERVED, detail="entries are not served", log=origin))
        return done
    first, edge, roots = kept.frontier.size, kept.frontier.copied(), dict[int, bytes]()
    for entry in entries:
        edge.append(leaf_hash(entry))
        if entry.startswith(_SNAPSHOT):
            roots[edge.size] = edge.root
    if edge.root != head.checkpoint.root:
        done.findings.append(_contradiction(kept, head.checkpoint, note, source, segment, store))
        return done
    # 4 and 5. Every leaf, and every publication. All that is fetched is fetched before anything is kept.
    publications = _Publications(source, segment, place, judge, roots, since=kept.logged_by)
    kept.held = store.append(place, entries)
    waiting: list[Signed] = []
    for index, entry in enumerate(entries, first):
        leaf, findings, signed = done.judge.apply(entry, place=place, index=index)
        done.findings += findings
        if signed is not None:
            waiting.append(signed)
        if index == 0:
            done.findings += _check_genesis(leaf, judge, log, earlier)
        if isinstance(leaf, TrustLeaf) and leaf.version > done.judge.version:
            before = _leaves(store, place, index + 1, earlier)
            done.judge, voided = done.judge.renewed(leaf.version, before)
            done.findings += voided
        if isinstance(leaf, SnapshotLeaf):
            kept.snapshot, kept.snapshot_entry = index, entry
        if index + 1 in roots:
            moment = publications.moment(index + 1, done.findings, log=origin)
            if moment is not None:
                done.findings += check_times(waiting, moment, log=origin)
                waiting, kept.logged_by = [], moment.by
    if waiting:
        done.findings += check_times(waiting, Moment(after=kept.logged_by, by=head.logged_by), log=origin)
    kept.frontier, kept.note = edge, note
    done.leaves, done.is_current = len(entries), True
    return done


def read_head(note: bytes, judge: Judge, origin: str, findings: list[Finding]) -> Witnessed | None:
    """Read a head that is the log's and that a quorum saw; None, and a finding, for any other."""
    try:
        signed = SignedNote.from_bytes(note, max_size=MAX_CHECKPOINT)
        checkpoint = Checkpoint.from_text(signed.text)
    except MalformedError as error:
        findings.append(Finding(kind=Kind.CHECKPOINT_NOT_SIGNED, detail=str(error), log=origin))
        return None
    found = check_checkpoint(signed, judge.chain.current)
    if isinstance(found, Witnessed) and checkpoint.origin == origin:
        return found
    kind = Kind.CHECKPOINT_NOT_SIGNED
    if isinstance(found, Refused):
        kind = _REFUSED.get(found.reason, kind)
    detail = found.detail if isinstance(found, Refused) else f"is of {checkpoint.origin}"
    findings.append(Finding(kind=kind, detail=f"size {checkpoint.size}: {detail}", log=origin))
    return None


_REFUSED = {Reason.NOT_WITNESSED: Kind.NOT_WITNESSED, Reason.LOG_INCONSISTENT: Kind.LOG_BEYOND_END}


def missing_witnesses(note: bytes, judge: Judge, *, now: int) -> list[str]:
    """Name the witnesses that should have cosigned a head and did not."""
    document = judge.chain.current
    try:
        times = cosignature_times(SignedNote.from_bytes(note), [one.key for one in document.witnesses])
    except (BadNoteSignatureError, MalformedError):
        return []
    return [one.name for one in document.witnesses if one.holds_at(now) and one.key not in times]


def _head_note(source: Fetcher, segment: str, log: Log, done: Followed) -> bytes | None:
    newest = source.get(f"{segment}/checkpoint", max_size=MAX_CHECKPOINT)
    if newest is None:
        done.findings.append(Finding(kind=Kind.NOT_SERVED, detail="no checkpoint", log=log.origin))
        return None
    if log.final is None:
        return newest
    # Of a log that ended, its last head is looked at; a newer one is a crime, and is named as one.
    read_head(newest, done.judge, log.origin, done.findings)
    ended = source.get(f"{segment}/checkpoint/{log.final.size}", max_size=MAX_CHECKPOINT)
    return ended or newest


def _continues(
    place: int, kept: KeptLog, head: Checkpoint, note: bytes, store: Store, done: Followed
) -> bool:
    """Whether there is something new to take over; what contradicts what was seen is a finding."""
    size = kept.frontier.size
    if head.size > size:
        return True
    if head.size == size and head.root == kept.frontier.root:
        done.is_current = True
    elif root_at(store, place, head.size) == head.root:
        detail = f"size {head.size} is served, {size} was seen before"
        done.findings.append(Finding(kind=Kind.HEAD_WENT_BACK, detail=detail, log=kept.origin))
    else:
        detail = f"the tree of size {head.size} that is served is not the one seen before, now of size {size}"
        done.findings.append(_two_heads(kept, note, store, detail))
    return False


def root_at(store: Store, place: int, size: int) -> bytes:
    """Compute an earlier root from the monitor's own copy."""
    edge = Frontier()
    for entry in islice(store.entries(place), size):
        edge.append(leaf_hash(entry))
    return edge.root


def _two_heads(kept: KeptLog, note: bytes, store: Store, detail: str) -> Finding:
    finding = Finding(kind=Kind.TWO_HEADS, detail=detail, log=kept.origin)
    for name, data in (("seen", kept.note), ("served", note)):
        store.keep_evidence(f"{finding.id}-{name}.checkpoint", data)
    return finding


def _contradiction(
    kept: KeptLog, head: Checkpoint, note: bytes, source: Fetcher, segment: str, store: Store
) -> Finding:
    """The entries do not lead to the head: is the tree another one, or are only the entries wrong?"""
    size, read = kept.frontier.size, reader(source, segment)
    try:
        if size:
            proof = consistency_proof(read, size, head.size)
            grown = verify_consistency(size, head.size, proof, kept.frontier.root, head.root)
        else:
            grown = root_from_tiles(read, head.size) == head.root
    except (MalformedError, FetchError):
        grown = False
    if grown:
        detail = f"the entries served do not add up to the head of size {head.size}"
        return Finding(kind=Kind.ENTRIES_CONTRADICT_LOG, detail=detail, log=kept.origin)
    detail = f"the head of size {head.size} does not continue the {size} leaves seen before"
    finding = Finding(kind=Kind.LOG_REWRITTEN, detail=detail, log=kept.origin)
    for name, data in (("seen", kept.note), ("served", note)):
        if data:
            store.keep_evidence(f"{finding.id}-{name}.checkpoint", data)
    return finding


def reader(source: Fetcher, segment: str) -> ReadTile:
    def read(path: str) -> bytes:
        data = source.get(f"{segment}/{path}", max_size=MAX_TILE)
        if data is None:
            raise MalformedError("is not served", path)
        return data

    return read


def _new_entries(source: Fetcher, segment: str, old: int, new: int) -> list[bytes] | None:
    """Give entries `old` to `new`, unproven; None where they are not served. Raises MalformedError, FetchError."""
    found: list[bytes] = []
    for number in range(old // TILE_WIDTH, -(-new // TILE_WIDTH)):
        tile = tile_at(ENTRIES, number, size=new)
        data = source.get(f"{segment}/{tile.path}", max_size=MAX_BUNDLE)
        if data is None:
            return None
        found += entries_of(data, tile)[max(0, old - number * TILE_WIDTH) :]
    return found


def _leaves(store: Store, place: int, size: int, earlier: list[KeptLog]) -> Iterator[tuple[int, int, bytes]]:
    """Give all leaves so far, of this log the first `size`, as (place, index, entry)."""
    for at, log in enumerate(earlier):
        for index, entry in zip(range(log.frontier.size), store.entries(at), strict=False):
            yield at, index, entry
    for index, entry in zip(range(size), store.entries(place), strict=False):
        yield place, index, entry


def _check_genesis(leaf: object, judge: Judge, log: Log, earlier: list[KeptLog]) -> Iterator[Finding]:
    first = judge.chain.version(1)
    previous = None
    if earlier:
        last = earlier[-1]
        previous = last.origin, last.frontier.size, last.frontier.root
    wrong = not isinstance(leaf, Genesis) or leaf.previous != previous
    if isinstance(leaf, Genesis) and not wrong:
        wrong = leaf.scheme != judge.document.scheme.id or (
            first is not None and leaf.trust_sha256 != bytes.fromhex(first.anchor)
        )
    if wrong:
        detail = "does not begin with this scheme's genesis, or not where the log before ended"
        yield Finding(kind=Kind.GENESIS_WRONG, detail=detail, log=log.origin, index=0)


class _Publications:
    """The kept checkpoints of a log, one after the other, and the times between which its leaves were logged."""

    def __init__(
        self, source: Fetcher, segment: str, place: int, judge: Judge, roots: dict[int, bytes], *, since: int
    ) -> None:
        self._judge, self._roots, self._before = judge, roots, since
        self._keeps_all = not isinstance(source, RegisterFile)
        self._notes: dict[int, bytes | None] = {}
        if isinstance(source, RegisterFile):
            self._notes |= {_size_of(note): note for note in source.landmarks(judge.chain.current, place)}
        else:
            for size in roots:
                path = f"{segment}/checkpoint/{size}"
                self._notes[size] = source.get(path, max_size=MAX_CHECKPOINT)

    def moment(self, size: int, findings: list[Finding], *, log: str) -> Moment | None:
        """Give when the publication of `size` leaves was; None where this source does not keep that one."""
        note = self._notes.get(size)
        if note is None and not self._keeps_all:
            return None
        if note is None:
            detail = f"the checkpoint of size {size} was published, and is not kept"
            findings.append(Finding(kind=Kind.CHECKPOINT_MISSING, detail=detail, log=log))
            return None
        witnessed = read_head(note, self._judge, log, findings)
        if witnessed is None:
            return None
        if (witnessed.checkpoint.size, witnessed.checkpoint.root) != (size, self._roots[size]):
            detail = f"the kept checkpoint of size {size} is over another tree"
            findings.append(Finding(kind=Kind.TWO_HEADS, detail=detail, log=log))
            return None
        after = witnessed.logged_by if self._keeps_all else self._before
        moment = Moment(after=after, by=witnessed.logged_by)
        self._before = witnessed.logged_by
        return moment


def _size_of(note: bytes) -> int:
    try:
        return Checkpoint.from_text(SignedNote.from_bytes(note, max_size=MAX_CHECKPOINT).text).size
    except MalformedError:
        return -1
