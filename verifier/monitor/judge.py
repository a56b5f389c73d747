"""Every leaf, judged in the log's order: may it stand there, and what does it change? (docs/format.md §3–§6)

`verifier.fold` decides; what it refuses is explained here. Whatever is refused should never have passed the
registry's door, so each refusal is a finding.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256

from keys.signed import Unverified, read_event, read_mark
from keys.trust import TrustChain
from schemas.claims import EventClaims, MarkClaims
from schemas.errors import MalformedError
from schemas.leaves import EventLeaf, Genesis, IssueLeaf, Leaf, SnapshotLeaf, TrustLeaf, leaf_from_bytes
from schemas.merkle import leaf_hash
from schemas.trust_document import TrustDocument
from schemas.trust_entries import TrustedKey
from verifier.fold import Fold
from verifier.monitor.findings import Finding, Kind, Notice
from verifier.report import Reason, Refused

__all__ = ["Judge", "Signed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What somebody signed and when he says he did: to be held against the time it was logged."""

    index: int
    number: str
    iat: int
    key: TrustedKey | None
    is_event: bool


@dataclass(slots=True)
class Judge:
    """Fold(N) and what is said along the way, under the trust version logged so far."""

    chain: TrustChain
    fold: Fold
    version: int
    watched: frozenset[str] = frozenset()  # holders somebody wants to hear of
    notices: list[Notice] = field(default_factory=list)
    logged_version: int = (
        1  # the highest logged so far; below `version` while the anchored one is still to come
    )
    _digests: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)  # uri -> (bytes, their SHA-256)

    @classmethod
    def begin(cls, chain: TrustChain, *, watched: frozenset[str] = frozenset()) -> "Judge":
        """Stand before the first leaf of the first log, under version 1, or the anchored one where that is later."""
        first = chain.documents[0]
        return cls(chain=chain, fold=Fold(document=first), version=first.version, watched=watched)

    @property
    def document(self) -> TrustDocument:
        return self.fold.document

    def apply(
        self, entry: bytes, *, place: int, index: int
    ) -> tuple[Leaf | None, list[Finding], Signed | None]:
        """Judge the next leaf. A trust leaf is only reported: whoever holds all leaves goes on with `renewed`."""
        log = self._origin(place)
        try:
            leaf = leaf_from_bytes(entry)
        except MalformedError as error:
            self.fold.size = index + 1
            return None, [Finding(kind=Kind.MALFORMED_LEAF, detail=str(error), log=log, index=index)], None
        match leaf:
            case IssueLeaf():
                return leaf, *self._issue(leaf, entry, place, index, log)
            case EventLeaf():
                return leaf, *self._event(leaf, entry, place, index, log)
            case SnapshotLeaf():
                found = list(self._snapshot(leaf, index, log))
            case TrustLeaf():
                found = list(self._trust(leaf, index, log))
            case Genesis() if index > 0:
                found = [Finding(kind=Kind.GENESIS_WRONG, detail="a second genesis", log=log, index=index)]
            case _:
                found = []
        self.fold.size = index + 1
        return leaf, found, None

    def renewed(
        self, version: int, before: Iterable[tuple[int, int, bytes]]
    ) -> tuple["Judge", list[Finding]]:
        """Go on under a newer trust version; leaves it makes void are said. `before`: all leaves so far.

        Where the keys and hosts are the old ones, nothing is judged again.
        """
        document = self.chain.version(version)
        if document is None:
            return self, []
        old = self.document
        if (document.keys, document.hosts) == (old.keys, old.hosts):
            self.fold.document, self.version = document, version
            return self, []
        fold = Fold(document=document)
        voided: list[Finding] = []
        for place, index, entry in before:
            fold.apply(entry, place=place, index=index)
        gone = sorted(self.fold.marks.keys() - fold.marks.keys())
        # An event that is void undoes what it did: a mark that was revoked by it is valid again.
        other = sorted(
            number
            for number, state in fold.marks.items()
            if number in self.fold.marks and self.fold.marks[number].status is not state.status
        )
        for numbers, what in ((gone, "logged marks without effect"), (other, "marks in another state")):
            if numbers:
                named = ", ".join(numbers[:5]) + (" …" if len(numbers) > 5 else "")
                detail = f"trust version {version} leaves {len(numbers)} {what}: {named}"
                voided.append(
                    Finding(kind=Kind.LEAVES_VOIDED, detail=detail, log=self.chain.current.logs[-1].origin)
                )
        return replace(self, fold=fold, version=version, _digests={}), voided

    # -- leaves ----------------------------------------------------------------------------

    def _issue(
        self, leaf: IssueLeaf, entry: bytes, place: int, index: int, log: str
    ) -> tuple[list[Finding], Signed | None]:
        try:
            mark = read_mark(leaf.mark)
        except MalformedError as error:
            self.fold.size = index + 1
            return [Finding(kind=Kind.MALFORMED_LEAF, detail=str(error), log=log, index=index)], None
        claims, number = mark.unsafe_claims, str(mark.unsafe_claims.number)
        key = self.document.find_key(mark.header.kid)
        refusal = self.fold.issue(mark, leaf_hash(entry), place=place, index=index)
        if str(claims.holder) in self.watched:
            self._notice("issue", claims, key, None, claims.iat, log, index, counts=refusal is None)
        signed = Signed(index=index, number=number, iat=claims.iat, key=key, is_event=False)
        if refusal is None:
            return [], signed
        if isinstance(refusal, Refused):
            kind, detail = _kind(refusal), refusal.detail
        else:
            kind, detail = Kind(refusal.value), f"{number} was in the log before"
        return [Finding(kind=kind, detail=detail, log=log, index=index, number=number)], signed

    def _event(
        self, leaf: EventLeaf, entry: bytes, place: int, index: int, log: str
    ) -> tuple[list[Finding], Signed | None]:
        try:
            event = read_event(leaf.event)
        except MalformedError as error:
            self.fold.size = index + 1
            return [Finding(kind=Kind.MALFORMED_LEAF, detail=str(error), log=log, index=index)], None
        claims, number = event.unsafe_claims, str(event.unsafe_claims.number)
        key = self.document.find_key(event.header.kid)
        refusal = self.fold.event(event, leaf_hash(entry), place=place, index=index)
        state = self.fold.marks.get(number)
        if state is not None and state.holder in self.watched:
            self._happened(event, state.holder, state.level, key, log, index, counts=refusal is None)
        signed = Signed(index=index, number=number, iat=claims.iat, key=key, is_event=True)
        if refusal is None:
            return [], signed
        if isinstance(refusal, Refused):
            kind, detail = _kind(refusal), refusal.detail
        else:
            kind, detail = Kind(refusal.value), f"{claims.kind.slug} of {number}"
        return [Finding(kind=kind, detail=detail, log=log, index=index, number=number)], signed

    def _snapshot(self, leaf: SnapshotLeaf, index: int, log: str) -> Iterator[Finding]:
        """The lists it names are all there are, with what the leaves before it add up to."""
        if leaf.size != index:
            detail = f"speaks of {leaf.size} leaves, and stands at {index}"
            yield Finding(kind=Kind.SNAPSHOT_CONTRADICTS_LOG, detail=detail, log=log, index=index)
            return
        if self.logged_version < self.version:
            return  # made under a version before the anchored one, of which nothing is known
        if leaf.trust_version != self.logged_version:
            detail = f"names trust version {leaf.trust_version}; {self.logged_version} is the highest logged before it"
            yield Finding(kind=Kind.SNAPSHOT_CONTRADICTS_LOG, detail=detail, log=log, index=index)
        expected = {uri: self._digest(uri, bytes(statuses)) for uri, statuses in self.fold.lists.items()}
        named = dict(leaf.lists)
        for uri in sorted(expected.keys() | named.keys()):
            if expected.get(uri) != named.get(uri):
                detail = f"{uri} is not what the leaves before it add up to"
                yield Finding(kind=Kind.SNAPSHOT_CONTRADICTS_LOG, detail=detail, log=log, index=index)

    def _digest(self, uri: str, statuses: bytes) -> bytes:
        known = self._digests.get(uri)
        if known is None or known[0] != statuses:
            known = self._digests[uri] = statuses, sha256(statuses).digest()
        return known[1]

    def _trust(self, leaf: TrustLeaf, index: int, log: str) -> Iterator[Finding]:
        self.logged_version = max(self.logged_version, leaf.version)
        document = self.chain.version(leaf.version)
        if document is None:
            if leaf.version > self.chain.current.version:
                detail = f"version {leaf.version} was logged, and is not served"
                yield Finding(kind=Kind.TRUST_WITHHELD, detail=detail, log=log, index=index)
        elif bytes.fromhex(document.anchor) != leaf.sha256:
            detail = f"version {leaf.version} was logged with another text than the one that is served"
            yield Finding(kind=Kind.TRUST_CONTRADICTS_LOG, detail=detail, log=log, index=index)

    # -- notices ---------------------------------------------------------------------------

    def _notice(
        self,
        kind: str,
        claims: MarkClaims,
        key: TrustedKey | None,
        reason: str | None,
        signed: int,
        log: str,
        index: int,
        *,
        counts: bool,
    ) -> None:
        self.notices.append(
            Notice(
                kind=kind,
                number=str(claims.number),
                holder=str(claims.holder),
                name=claims.name,
                level=claims.level,
                issuer="" if key is None else key.owner,
                reason=reason,
                signed=signed,
                log=log,
                index=index,
                counts=counts,
            )
        )

    def _happened(
        self,
        event: Unverified[EventClaims],
        holder: str,
        level: int,
        key: TrustedKey | None,
        log: str,
        index: int,
        *,
        counts: bool,
    ) -> None:
        claims = event.unsafe_claims
        self.notices.append(
            Notice(
                kind=claims.kind.slug,
                number=str(claims.number),
                holder=holder,
                name="",
                level=level,
                issuer="" if key is None else key.owner,
                reason=None if claims.reason is None else claims.reason.slug,
                signed=claims.iat,
                log=log,
                index=index,
                counts=counts,
            )
        )

    def _origin(self, place: int) -> str:
        logs = self.chain.current.logs
        return logs[place].origin if place < len(logs) else ""


def _kind(refused: Refused) -> Kind:
    if refused.reason is Reason.WRONG_ALGORITHM:
        return Kind.BAD_SIGNATURE
    return Kind(refused.reason.value)
