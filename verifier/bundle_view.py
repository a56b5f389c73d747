"""The view a bundle or register gives: all marks at once (docs/format.md §7).

Opening authenticates the heads and the right edge of each tree. A level-0 tile is hashed, and a landmark
believed, when it is first used. From then on a mark is proven by standing at its place. Where to look, `verifier.places` says.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from threading import RLock
from typing import TypeAlias

from keys.signed import Signed, read_event, read_mark
from keys.trust import TrustChain
from schemas.checkpoint import MAX_CHECKPOINT
from schemas.claims import MarkClaims
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.leaves import EventLeaf, Genesis, IssueLeaf, SnapshotLeaf, TrustLeaf
from schemas.merkle import leaf_hash
from schemas.note import SignedNote
from schemas.times import DAY
from schemas.values import twin_of
from verifier.bundle_log import BundleLog
from verifier.checkpoints import Checkpoints, check_end
from verifier.report import Reason, Refused
from verifier.transparency import AuthenticList, Logged, Witnessed, check_checkpoint, check_list
from verifier.view import History, LoggedEvent, replay

__all__ = ["BundleView", "HistoryOf"]

HistoryOf: TypeAlias = Callable[[Signed[MarkClaims], Logged], History | Refused]

COMPLETE_AFTER = 7 * DAY  # a mark is logged within this of its iat, or never

_blank_logged = twin_of(Logged)


class BundleView:
    """Reads a bundle under a trust chain that the caller has already extended by it.

    `now` as in `verifier.checkpoints`. `history_of` tells what happened to a mark where the file is a plain bundle, which holds no events.
    Raises MalformedError when no log in it can be authenticated; safe to share by threads.
    """

    def __init__(
        self,
        archive: Archive,
        chain: TrustChain,
        *,
        now: int = 0,
        places: "Mapping[tuple[bytes, int], array[int]] | None" = None,
        history_of: HistoryOf | None = None,
    ) -> None:
        self.chain = chain
        self._now = now
        self._kept_places = places or {}
        self._history_of = history_of
        self._archive = archive
        self.variant = archive.manifest.variant
        self._is_register = self.variant == "register"
        self._logs: dict[int, BundleLog] = {}
        self.refused: Refused | None = None
        self._landmarks: dict[int, Checkpoints] = {}
        for listed in archive.manifest.logs:
            self._open(listed.dir)
        self.heads = tuple(log.head for log in self._logs.values())
        self._lists: dict[str, AuthenticList | Refused] = {}
        self._lock = RLock()

    def _open(self, directory: str) -> None:
        try:
            note = SignedNote.from_bytes(
                self._archive.get(f"{directory}/checkpoint"), max_size=MAX_CHECKPOINT
            )
            head = check_checkpoint(note, self.chain.current, now=self._now)
            refused = head if isinstance(head, Refused) else check_end(head, self.chain.current)
            if refused is not None or isinstance(head, Refused):
                self.refused = refused
                return
            hint = self._kept_places.get((head.checkpoint.root, head.checkpoint.size))
            log = BundleLog(self._archive, directory, head, hint)
            landmarks = Checkpoints(
                _landmarks(self._archive, directory, head),
                self._archive.get,
                head,
                log.root_at,
                self.chain.current,
                began=self.chain.oldest_log,
                now=self._now,
                holds_every_leaf=True,
            )
        except MalformedError as error:
            self.refused = Refused(Reason.LOG_INCONSISTENT, str(error))
            return
        if head.place in self._logs:
            self.refused = Refused(Reason.LOG_INCONSISTENT, f"{head.checkpoint.origin} stands there twice")
            return
        self._logs[head.place] = log
        self._landmarks[head.place] = landmarks

    def root_at(self, place: int, size: int) -> bytes | None:
        log = self._logs.get(place)
        return None if log is None else log.root_at(size)

    def genesis(self, place: int) -> Genesis | None:
        log = self._logs.get(place)
        leaf = None if log is None else log.leaves.get(0)
        return leaf if isinstance(leaf, Genesis) else None

    def check_whole(self) -> None:
        """On return everything a verdict may rest on is authentic: each landmark, tile and list, of a register each entry.

        Raises MalformedError saying what is not.
        """
        lacking = self.lacking
        if lacking is not None:
            raise MalformedError(f"the file lacks {lacking}, or its end")
        for place, log in self._logs.items():
            log.check_whole()
            self._landmarks[place].check_whole()
            if self._is_register and len(log.entries) < log.head.checkpoint.size:
                raise MalformedError(f"the register does not hold every entry of its log {place}")
        for listed in self._archive.manifest.lists:
            found = self.status_list(listed.uri)
            if isinstance(found, Refused):
                raise MalformedError(f"{found.reason}: {found.detail}", listed.file)

    def prepare(self, questions: int) -> None:
        """Do now what that many questions would bring about in every process forked later, where nearly all of it is needed."""
        for landmarks in self._landmarks.values():
            if questions > 8 * len(landmarks):
                landmarks.believe()

    @property
    def lacking(self) -> str | None:
        """The first log before the newest held that is not held up to its end: what is logged there is not absent."""
        for place, entry in enumerate(self.chain.current.logs[: max(self._logs, default=0)]):
            log = self._logs.get(place)
            if log is None or (entry.final is not None and log.head.checkpoint.size < entry.final.size):
                return entry.origin
        return None

    def sorted_places(self) -> "list[tuple[bytes, array[int]]]":
        """Give what `verifier.places` keeps of each log. Raises MalformedError."""
        return [(log.head.checkpoint.root, log.places.sorted()) for log in self._logs.values()]

    def leaves(self) -> Iterator[tuple[int, int, bytes]]:
        """Give every entry the file holds as (place, index, entry) in the log's order, each proven to be that leaf.

        All of them only in a register that is whole: compare with the heads. Raises MalformedError.
        """
        for place, log in sorted(self._logs.items()):
            for index, entry in sorted(log.entries.items()):
                yield place, index, entry

    def logged(self, entry: bytes, *, iat: int) -> Logged | Refused:
        leaf = leaf_hash(entry)
        for place, log in self._logs.items():
            try:
                index = log.find(leaf)
                if index is not None:
                    return self._logged(place, index, leaf, iat)
            except MalformedError as error:
                return Refused(Reason.LOG_INCONSISTENT, str(error))
        if self.refused is not None or not self.heads:
            return self.refused or Refused(Reason.NOT_LOGGED, "the file holds no log")
        try:
            complete = self._is_complete(after=iat + COMPLETE_AFTER)
        except MalformedError as error:
            return Refused(Reason.LOG_INCONSISTENT, str(error))
        return Refused(Reason.NOT_LOGGED, "the log does not hold this mark", sure=complete)

    def _is_complete(self, *, after: int) -> bool:
        """Whether every log is held up to its end, the last one beyond `after`: only then is a leaf surely absent.

        Raises MalformedError for a tile that is not the log's; what it leaves out is not absent.
        """
        logs = self.chain.current.logs
        if logs[-1].final is not None:
            return False  # its successor is not named yet, and may hold the leaf
        for place, entry in enumerate(logs):
            log = self._logs.get(place)
            if log is None or (entry.final is not None and log.head.checkpoint.size < entry.final.size):
                return False
            if entry.final is None and log.head.seen_at <= after:
                return False
            log.check_whole()
        return True

    def _logged(self, place: int, index: int, leaf: bytes, iat: int) -> Logged | Refused:
        """Bound the logged time by the landmarks on both sides; the head is the last of them."""
        bounds = self._landmarks[place].bracket(index, iat=iat)
        if isinstance(bounds, Refused):
            return bounds
        logged = _blank_logged()
        logged.place, logged.index, logged.leaf = place, index, leaf
        logged.origin = self._logs[place].head.checkpoint.origin
        logged.not_before, logged.logged_by = bounds
        logged.covered = self._logs[place].head.checkpoint.size
        logged.is_first = True
        logged.__class__ = Logged
        done: Logged = logged
        return done

    @cached_property
    def _newest_snapshot(self) -> tuple[int, int, SnapshotLeaf] | None:
        """(place, index, leaf) of the newest snapshot of the newest log."""
        for place in sorted(self._logs, reverse=True):
            for index, leaf in reversed(self._logs[place].leaves.items()):
                if isinstance(leaf, SnapshotLeaf):
                    return place, index, leaf
        return None

    def status_list(self, uri: str) -> AuthenticList | Refused:
        found = self._lists.get(uri)
        if found is None:
            with self._lock:
                found = self._lists[uri] = self._lists.get(uri) or self._read_list(uri)
        return found

    def _read_list(self, uri: str) -> AuthenticList | Refused:
        listed = next((one for one in self._archive.manifest.lists if one.uri == uri), None)
        try:
            data = None if listed is None else self._archive.find(listed.file)
        except MalformedError as error:
            return Refused(Reason.STATUS_UNAVAILABLE, str(error))
        if data is None:
            return Refused(Reason.STATUS_UNAVAILABLE, f"the file does not hold {uri}")
        found = self._newest_snapshot
        if found is None:
            return Refused(Reason.STATUS_NOT_LOGGED, "the file holds no snapshot")
        place, index, snapshot = found
        return check_list(
            data,
            uri,
            snapshot=snapshot,
            snapshot_index=index,
            head=self._logs[place].head,
            document=self.chain.current,
        )

    @cached_property
    def newest_list(self) -> AuthenticList | None:
        lists = [self.status_list(one.uri) for one in self._archive.manifest.lists]
        authentic = [one for one in lists if isinstance(one, AuthenticList)]
        return max(authentic, key=lambda one: one.as_of, default=None)

    @cached_property
    def trust_version_seen(self) -> int:
        named = 0 if self.newest_list is None else self.newest_list.claims.trust_version
        for log in self._logs.values():
            versions = [leaf.version for leaf in log.leaves.values() if isinstance(leaf, TrustLeaf)]
            named = max([named, *versions])
        return named

    @cached_property
    def _by_number(self) -> dict[str, tuple[list[bytes], list[tuple[int, int, bytes]]]]:
        """Marks, and events with their places, by number in log order; only a register holds them."""
        found: dict[str, tuple[list[bytes], list[tuple[int, int, bytes]]]] = {}
        for place, log in sorted(self._logs.items()):
            for index, leaf in log.leaves.items():
                with suppress(MalformedError):
                    if isinstance(leaf, IssueLeaf):
                        number = str(read_mark(leaf.mark).unsafe_claims.number)
                        found.setdefault(number, ([], []))[0].append(leaf.mark)
                    elif isinstance(leaf, EventLeaf):
                        number = str(read_event(leaf.event).unsafe_claims.number)
                        found.setdefault(number, ([], []))[1].append((place, index, leaf.event))
        return found

    def find_mark(self, number: str) -> bytes | None:
        """Give the first mark logged under a number; None without one, or in a plain bundle."""
        if not self._is_register:
            return None
        marks = self._by_number.get(number, ([], []))[0]
        return marks[0] if marks else None

    def history(self, mark: Signed[MarkClaims], logged: Logged) -> History | Refused:
        if not self._is_register:
            if self._history_of is not None:
                return self._history_of(mark, logged)
            return Refused(Reason.HISTORY_UNAVAILABLE, "a plain bundle holds no events")
        if any(len(log.entries) < log.head.checkpoint.size for log in self._logs.values()):
            # An entry that is missing or altered could be the very event that was asked about.
            return Refused(Reason.HISTORY_UNAVAILABLE, "the register does not hold every entry of its log")
        events: list[LoggedEvent] = []
        for place, index, raw in self._by_number[str(mark.claims.number)][1]:
            at = self._logged(place, index, self._logs[place].leaf(index), read_event(raw).unsafe_claims.iat)
            if isinstance(at, Refused):
                return at
            events.append(LoggedEvent(raw=raw, logged=at))
        return replay(mark, logged, events, self.chain)


def _landmarks(archive: Archive, directory: str, head: Witnessed) -> dict[int, str]:
    """Give the landmarks' members by the size each says it is of, unproven; one head under many dates is one.

    Raises MalformedError for what is no checkpoint, for two of one size that say otherwise, a fork in plain sight, and for one
    beyond the head.
    """
    size = head.checkpoint.size
    named: dict[int, str] = {}
    said = {size: head.checkpoint.to_text().encode().split(b"\n")[:3]}
    for name in archive.names(f"{directory}/landmarks/"):
        *lines, _ = archive.get(name).split(b"\n", 3)
        if len(lines) < 3 or not lines[1].isdigit() or len(lines[1]) > 16:
            raise MalformedError("no checkpoint", name)
        if int(lines[1]) > size:
            raise MalformedError(f"beyond the head of {size} leaves", name)
        if said.setdefault(int(lines[1]), lines) != lines:
            raise MalformedError(f"another head of {int(lines[1])} leaves than one beside it", name)
        named.setdefault(int(lines[1]), name)
    return named
