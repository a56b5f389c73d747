"""The view one mark's evidence gives (docs/format.md §7)."""

from functools import cached_property

from keys.signed import Signed, read_event
from keys.trust import TrustChain
from schemas.claims import MarkClaims
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.leaves import EventLeaf, Genesis
from schemas.merkle import leaf_hash
from schemas.tlog_proof import TlogProof
from verifier.evidence_log import EvidenceLog
from verifier.report import Reason, Refused
from verifier.transparency import AuthenticList, Logged, Witnessed, check_list, read_snapshot
from verifier.view import History, LoggedEvent, replay

__all__ = ["EvidenceView"]


class EvidenceView:
    """Reads an evidence file under a trust chain that the caller has already extended by it; `now` as in `verifier.checkpoints`."""

    def __init__(self, archive: Archive, chain: TrustChain, *, now: int = 0) -> None:
        self._archive = archive
        self.chain = chain
        self._now = now
        self.refused: Refused | None = None
        self._logs: dict[int, EvidenceLog] = {}
        for listed in archive.manifest.logs:
            log = self._opened(listed.dir)
            if isinstance(log, Refused):
                self.refused = log
            else:
                self._logs[log.head.place] = log

    def _opened(self, directory: str) -> EvidenceLog | Refused:
        try:
            log = EvidenceLog.open(
                self._archive, directory, self.chain.current, began=self.chain.oldest_log, now=self._now
            )
        except MalformedError as error:
            return Refused(Reason.LOG_INCONSISTENT, str(error))
        if isinstance(log, EvidenceLog) and log.head.place in self._logs:
            return Refused(Reason.LOG_INCONSISTENT, f"{log.head.checkpoint.origin} stands there twice")
        return log

    def find_mark(self, number: str) -> bytes | None:  # noqa: ARG002 (it is about one mark)
        return self._archive.find("mark.cwt")

    @cached_property
    def heads(self) -> tuple[Witnessed, ...]:
        return tuple(log.head for log in self._logs.values())

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
        found = self._proof("snapshot.proof")
        if isinstance(found, Refused):
            return Refused(Reason.STATUS_NOT_LOGGED, found.detail)
        log, proof = found
        index = log.find(leaf_hash(entry), proof)
        if isinstance(index, Refused):
            return Refused(Reason.STATUS_NOT_LOGGED, index.detail)
        head = log.witnessed(proof.checkpoint.size)
        if isinstance(head, Refused):
            return Refused(Reason.STATUS_NOT_LOGGED, head.detail)
        return check_list(
            data,
            listed[0].uri,
            snapshot=read_snapshot(entry),
            snapshot_index=index,
            head=head,
            document=self.chain.current,
        )

    @property
    def newest_list(self) -> AuthenticList | None:
        return None if isinstance(self._list, Refused) else self._list

    @property
    def trust_version_seen(self) -> int:
        return 0 if self.newest_list is None else self.newest_list.claims.trust_version

    def logged(self, entry: bytes, *, iat: int) -> Logged | Refused:
        return self._proven(entry, "proof", iat=iat)

    def root_at(self, place: int, size: int) -> bytes | None:
        log = self._logs.get(place)
        return None if log is None else log.root_at(size)

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
                claims = read_event(raw).unsafe_claims
            except MalformedError as error:
                return Refused(Reason.HISTORY_UNAVAILABLE, str(error))
            if (
                claims.prev != last
            ):  # before its proof: a thousand copies of one event must not cost a thousand
                return Refused(Reason.HISTORY_UNAVAILABLE, f"event {position} does not follow the one before")
            entry = EventLeaf(event=raw).to_bytes()
            last = leaf_hash(entry)
            proven = self._proven(entry, f"events/{position}.proof", iat=claims.iat)
            if isinstance(proven, Refused):
                return Refused(Reason.HISTORY_UNAVAILABLE, proven.detail)
            events.append(LoggedEvent(raw=raw, logged=proven))
        return replay(mark, logged, events, self.chain)

    def _proven(self, entry: bytes, name: str, *, iat: int) -> Logged | Refused:
        found = self._proof(name)
        return found if isinstance(found, Refused) else found[0].logged(leaf_hash(entry), found[1], iat=iat)

    def _proof(self, name: str) -> tuple[EvidenceLog, TlogProof] | Refused:
        """Give a proof of the file, and the log it is of."""
        try:
            proof = TlogProof.from_bytes(self._archive.get(name))
        except MalformedError as error:
            return Refused(Reason.NOT_LOGGED, str(error))
        origin = proof.checkpoint.origin
        place = self.chain.current.find_log(origin)
        if place is None:
            return Refused(Reason.NOT_LOGGED, f"{origin} is no log of this scheme")
        log = self._logs.get(place)
        if log is None:
            return self.refused or Refused(Reason.NOT_LOGGED, f"the file holds no head of {origin}")
        return log, proof
