"""The view one mark's evidence gives (docs/format.md §7)."""

from functools import cached_property

from keys.signed import Signed, read_event
from keys.trust import TrustChain
from schemas.checkpoint import MAX_CHECKPOINT
from schemas.claims import MarkClaims
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.leaves import EventLeaf, Genesis
from schemas.merkle import leaf_hash
from schemas.note import SignedNote
from schemas.tlog_proof import TlogProof
from verifier.report import Reason, Refused
from verifier.transparency import (
    AuthenticList,
    Logged,
    Witnessed,
    check_checkpoint,
    check_list,
    check_proof,
    read_snapshot,
)
from verifier.view import History, LoggedEvent, replay

__all__ = ["EvidenceView"]


class EvidenceView:
    """Reads an evidence file under a trust chain that the caller has already extended by it."""

    def __init__(self, archive: Archive, chain: TrustChain) -> None:
        self._archive = archive
        self.chain = chain

    @property
    def mark(self) -> bytes | None:
        """The mark's bytes, unverified."""
        return self._archive.find("mark.cwt")

    @cached_property
    def heads(self) -> tuple[Witnessed, ...]:
        return () if isinstance(self._head, Refused) else (self._head,)

    @cached_property
    def _head(self) -> Witnessed | Refused:
        """The newest checkpoint the file proves: the head, or the one that carries the snapshot."""
        try:
            note = SignedNote.from_bytes(self._archive.get("checkpoint"), max_size=MAX_CHECKPOINT)
        except MalformedError as error:
            return Refused(Reason.NOT_LOGGED, str(error))
        return check_checkpoint(note, self.chain.current)

    @cached_property
    def _list(self) -> AuthenticList | Refused:
        """The list in the file, checked as what it calls itself; the caller compares the uri."""
        listed = self._archive.manifest.lists
        try:
            data, entry = self._archive.find("status.cwt"), self._archive.find("snapshot.leaf")
        except MalformedError as error:
            return Refused(Reason.STATUS_UNAVAILABLE, str(error))
        if data is None or entry is None or not listed:
            return Refused(Reason.STATUS_UNAVAILABLE, "the file holds no status list")
        proven = self._proven(entry, "snapshot.proof")
        if isinstance(proven, Refused):
            return Refused(Reason.STATUS_NOT_LOGGED, proven.detail)
        logged, witnessed = proven
        return check_list(
            data,
            listed[0].uri,
            snapshot=read_snapshot(entry),
            snapshot_index=logged.index,
            head=witnessed,
            document=self.chain.current,
        )

    @property
    def newest_list(self) -> AuthenticList | None:
        return None if isinstance(self._list, Refused) else self._list

    @property
    def trust_version_seen(self) -> int:
        return 0 if self.newest_list is None else self.newest_list.claims.trust_version

    def logged(self, entry: bytes, *, iat: int) -> Logged | Refused:  # noqa: ARG002 (a proof's time is exact)
        proven = self._proven(entry, "proof")
        if isinstance(proven, Refused):
            return proven
        # Without a head nothing can be compared with what was seen before.
        return self._head if isinstance(self._head, Refused) else proven[0]

    def root_at(self, place: int, size: int) -> bytes | None:  # noqa: ARG002 (evidence holds no tree)
        return None

    def genesis(self, place: int) -> Genesis | None:  # noqa: ARG002 (nor the leaf a log begins with)
        return None

    def status_list(self, uri: str) -> AuthenticList | Refused:
        found = self._list
        if isinstance(found, AuthenticList) and found.claims.uri != uri:
            return Refused(Reason.STATUS_UNAVAILABLE, f"the file holds the list {found.claims.uri}")
        return found

    def history(self, mark: Signed[MarkClaims], logged: Logged) -> History | Refused:
        events: list[LoggedEvent] = []
        last = logged.leaf
        for position in range(len(self._archive.names("events/")) // 2):
            try:
                raw = self._archive.get(f"events/{position}.cwt")
                prev = read_event(raw).unsafe_claims.prev
            except MalformedError as error:
                return Refused(Reason.HISTORY_UNAVAILABLE, str(error))
            if prev != last:  # before its proof: a thousand copies of one event must not cost a thousand
                return Refused(Reason.HISTORY_UNAVAILABLE, f"event {position} does not follow the one before")
            entry = EventLeaf(event=raw).to_bytes()
            last = leaf_hash(entry)
            proven = self._proven(entry, f"events/{position}.proof")
            if isinstance(proven, Refused):
                return Refused(Reason.HISTORY_UNAVAILABLE, proven.detail)
            events.append(LoggedEvent(raw=raw, logged=proven[0]))
        return replay(mark, logged, events, self.chain)

    def _proven(self, entry: bytes, name: str) -> tuple[Logged, Witnessed] | Refused:
        try:
            proof = TlogProof.from_bytes(self._archive.get(name))
        except MalformedError as error:
            return Refused(Reason.NOT_LOGGED, str(error))
        proven = check_proof(entry, proof, self.chain.current)
        if isinstance(proven, Refused) or isinstance(self._head, Refused):
            return proven
        ours, head = proven[1].checkpoint, self._head.checkpoint
        if ours.origin == head.origin and ours.size == head.size and ours.root != head.root:
            return Refused(Reason.LOG_INCONSISTENT, f"two heads of size {head.size} were both witnessed")
        return proven
