"""One register from its first trust document to the file somebody verifies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from forge.files import Contents, bundle_members, evidence_members, written
from forge.logs import Kept, Log
from forge.objects import (
    HOST,
    ISSUED,
    ISSUERS,
    LIFETIME,
    NOW,
    ORIGIN,
    Happened,
    Issued,
    first_document,
    issuer_entry,
    sign,
)
from forge.signers import signer_named
from forge.trust_documents import (
    DAY,
    ROOTS,
    START,
    base64_of,
    note,
    successor,
    text_of,
    vkey,
)
from schemas.claims import Assessment, EventClaims, EventKind, EventReason, MarkClaims, Unit
from schemas.leaves import EventLeaf, Genesis, IssueLeaf, SnapshotLeaf, TrustLeaf
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId
from schemas.status_list import StatusListClaims
from schemas.times import HOUR
from schemas.trust_document import TrustDocument, anchor_of
from verifier.fold import Fold, trust_version

__all__ = [
    "HOST",
    "ISSUED",
    "ISSUERS",
    "LIFETIME",
    "NOW",
    "ORIGIN",
    "Happened",
    "Issued",
    "World",
    "first_document",
    "issuer_entry",
    "sign",
]


class World:
    """A scheme with its log. Each step takes the time at which it happens; steps come in the log's order."""

    def __init__(self, document: dict[str, Any] | None = None) -> None:
        self.documents = [document or first_document()]
        self.notes = [note(self.documents[0])]
        self.logs = [Log(origin=ORIGIN)]
        self.lists: dict[str, bytes] = {}
        self.listed_at = START
        self.snapshot: tuple[int, int] | None = None
        self.issued: list[Issued] = []
        self.events: dict[str, list[Happened]] = {}
        self.log.append(Genesis(scheme=self.scheme, trust_sha256=bytes.fromhex(self.anchor)).to_bytes())

    # ------------------------------------------------------------------ trust

    @property
    def scheme(self) -> str:
        return str(self.documents[0]["scheme"]["id"])

    @property
    def anchor(self) -> str:
        """What the asker got out of band: the hash of version 1."""
        return anchor_of(text_of(self.documents[0]))

    def trust(
        self, at: int, *, logged: bool = True, signers: Iterable[str] = ROOTS[:2], **changes: Any
    ) -> None:
        """Replace the trust document by its next version, and log that (unless told not to)."""
        self.documents.append(successor(self.documents[-1], issued=at, **changes))
        self.notes.append(note(self.documents[-1], *signers))
        if logged:
            digest = bytes.fromhex(anchor_of(text_of(self.documents[-1])))
            self.log.append(TrustLeaf(version=len(self.documents), sha256=digest).to_bytes())

    def keys_with(self, label: str, **changes: Any) -> list[dict[str, Any]]:
        """The present keys, one of them changed: for `trust(keys=…)`."""
        kid = signer_named(label).kid.hex()
        return [entry | changes if entry["kid"] == kid else entry for entry in self.documents[-1]["keys"]]

    def compromise(self, label: str, at: int, *, size: int | None = None) -> None:
        """Say that a key was stolen; a mark or authority key from the log's present size on, or from `size`."""
        status = label.startswith("status")
        position = {"place": self.log.place, "size": len(self.log.entries) if size is None else size}
        where = {"since": at} if status else position | {"since": at}
        self.trust(at, keys=self.keys_with(label, compromised=where))

    # ------------------------------------------------------------------ marks and events

    @property
    def log(self) -> Log:
        return self.logs[-1]

    def claims(self, *, signer: str = "issuer-3", at: int = ISSUED, **changes: Any) -> MarkClaims:
        """Claims of the next mark; each has another number and list index."""
        count = len(self.issued)
        number = int.from_bytes(sha256(f"number {count}".encode()).digest(), "big") >> (256 - 45)
        entry = ISSUERS.get(signer, ISSUERS["issuer-3"])
        claims = MarkClaims(
            holder=OrganisationId.from_text("0188:7000012050002"),
            nbf=at,
            exp=at + 365 * DAY,
            iat=at,
            number=MarkNumber(value=number),
            status_index=count,
            status_uri=f"https://{HOST}/status/{entry['series']}/0",
            scheme=self.scheme,
            edition="2026-03-27",
            level=4 if signer == "issuer-4" else 3,
            assessment=Assessment.EXPERT_CONFIRMED,
            name="株式会社みほん電子",
            name_latin="Mihon Denshi Co., Ltd.",
            unit=Unit.LEGAL_ENTITY,
            statement="本社のIT基盤",
            statement_latin="IT infrastructure of the head office",
        )
        return replace(claims, **changes)

    def issue(
        self, *, signer: str = "issuer-3", at: int = ISSUED, logged: bool = True, **changes: Any
    ) -> Issued:
        """Sign a mark and log it. `changes` are claims."""
        claims = self.claims(signer=signer, at=at, **changes)
        return self.log_mark(sign(claims, signer), claims, logged=logged)

    def log_mark(self, raw: bytes, claims: MarkClaims, *, logged: bool = True) -> Issued:
        """Log any bytes as a mark: the forge's registry looks at nothing."""
        index = self.log.append(IssueLeaf(mark=raw).to_bytes()) if logged else -1
        issued = Issued(raw=raw, claims=claims, place=self.log.place, index=index)
        self.issued.append(issued)
        return issued

    def event(
        self,
        mark: Issued,
        kind: EventKind,
        reason: EventReason | None = None,
        *,
        at: int = NOW - 2 * DAY,
        signer: str = "issuer-3",
        prev: bytes | None = None,
        successor: Issued | None = None,
        logged: bool = True,
    ) -> Happened:
        """Sign an event about a mark and log it; `prev` is the mark's last leaf unless bent."""
        claims = EventClaims(
            iat=at,
            number=mark.claims.number,
            kind=kind,
            reason=reason,
            prev=self.last_leaf(mark) if prev is None else prev,
            successor=None if successor is None else successor.claims.number,
        )
        return self.log_event(sign(claims, signer), claims, logged=logged)

    def log_event(self, raw: bytes, claims: EventClaims, *, logged: bool = True) -> Happened:
        """Log any bytes as an event."""
        index = self.log.append(EventLeaf(event=raw).to_bytes()) if logged else -1
        happened = Happened(raw=raw, claims=claims, place=self.log.place, index=index)
        if logged:
            self.events.setdefault(str(claims.number), []).append(happened)
        return happened

    def last_leaf(self, mark: Issued) -> bytes:
        events = self.events.get(mark.number, [])
        return events[-1].leaf if events else mark.leaf

    # ------------------------------------------------------------------ publishing

    def publish(
        self,
        at: int,
        *,
        cosigned: Mapping[str, int] | None = None,
        snapshot: bool = True,
        signer: str = "status",
        ahead: int = 0,
        **bent: Any,
    ) -> Kept:
        """Sign the lists, log their snapshot, and publish a checkpoint that all witnesses cosign at `at`.

        `cosigned` names other witnesses and times; `bent` changes claims of the lists after the snapshot;
        `ahead` lets lists and snapshot speak of leaves that are not there yet.
        """
        if snapshot:
            self._sign_lists(at, signer, ahead, bent)
        everybody = {str(entry["name"]): at for entry in self.documents[-1]["witnesses"]}
        return self.log.publish(
            everybody if cosigned is None else cosigned, k=self.documents[-1]["quorum"][-1]["k"]
        )

    def _sign_lists(self, at: int, signer: str, ahead: int, bent: dict[str, Any]) -> None:
        size = len(self.log.entries) + ahead
        fold = self.fold()
        lists = {uri: bytes(statuses) for uri, statuses in sorted(fold.lists.items())}
        digests = tuple((uri, sha256(statuses).digest()) for uri, statuses in lists.items())
        version = bent.get("trust_version", fold.document.version)
        index = self.log.append(SnapshotLeaf(size=size, lists=digests, trust_version=version).to_bytes())
        self.snapshot = (self.log.place, index)
        self.listed_at = at
        for uri, statuses in lists.items():
            claims = StatusListClaims(
                uri=uri,
                iat=at,
                exp=at + LIFETIME,
                ttl=HOUR,
                aggregation_uri=f"https://{HOST}/status/aggregation",
                place=self.log.place,
                size=size,
                trust_version=fold.document.version,
                statuses=statuses,
            )
            self.lists[uri] = sign(replace(claims, **bent), signer)

    def fold(self) -> Fold:
        """Fold(N) over all logs, under the highest trust version logged in them."""
        leaves = [(log.place, index, entry) for log in self.logs for index, entry in enumerate(log.entries)]
        version = trust_version(entry for _, _, entry in leaves)
        fold = Fold(document=TrustDocument.from_json(self.documents[version - 1]))
        for place, index, entry in leaves:
            fold.apply(entry, place=place, index=index)
        return fold

    def end_log(self, at: int) -> None:
        """End the log at its published head and begin the next one, as the next trust document says."""
        old = self.log
        final = {"size": old.head.size, "root": base64_of(old.root(old.head.size))}
        place = len(self.logs)
        label, origin = f"log-{place + 1}", f"{HOST}/log{place + 1}"
        previous = (old.origin, old.head.size, old.root(old.head.size))
        new = Log(origin=origin, label=label, place=place)
        new.append(
            Genesis(scheme=self.scheme, trust_sha256=bytes.fromhex(self.anchor), previous=previous).to_bytes()
        )
        entries = self.documents[-1]["logs"]
        ended = [*entries[:-1], entries[-1] | {"final": final}]
        self.logs.append(new)
        self.trust(at, logs=[*ended, {"vkey": vkey(origin, label), "url": f"https://{origin}"}])

    # ------------------------------------------------------------------ files

    @property
    def contents(self) -> Contents:
        """What is published now; `replace(world.contents, notes=…)` withholds some of it."""
        return Contents(
            notes=self.notes,
            hosts=[entry["host"] for entry in self.documents[-1]["hosts"]],
            logs=self.logs,
            lists=self.lists,
            listed_at=self.listed_at,
        )

    def evidence(
        self,
        mark: Issued,
        *,
        bent: Mapping[str, bytes | None] | None = None,
        events: slice = slice(None),
        contents: Contents | None = None,
        kept: Sequence[Kept] | None = None,
    ) -> bytes:
        """Evidence of one mark. `bent` replaces members, or takes them away (None); `events` shows some only.

        `kept`: of the open log these checkpoints only, which prove its leaves; the newest comes besides.
        """
        happened = [
            (one.raw, (one.place, one.index))
            for one in self.events.get(mark.number, [])
            if one.index < self.logs[one.place].head.size
        ]
        members = evidence_members(
            contents or self.contents,
            mark=mark.raw,
            uri=mark.claims.status_uri,
            at=(mark.place, mark.index),
            events=happened[events],
            snapshot=self.snapshot,
            kept=kept,
        )
        return written(_bent(members, bent or {}))

    def bundle(
        self, *, bent: Mapping[str, bytes | None] | None = None, contents: Contents | None = None
    ) -> bytes:
        """All marks by their leaf hashes."""
        return written(_bent(bundle_members(contents or self.contents, variant="plain"), bent or {}))

    def register(
        self, *, bent: Mapping[str, bytes | None] | None = None, contents: Contents | None = None
    ) -> bytes:
        """The same with all entries."""
        return written(_bent(bundle_members(contents or self.contents, variant="register"), bent or {}))


def _bent(members: dict[str, bytes], bent: Mapping[str, bytes | None]) -> dict[str, bytes]:
    changed = {**members, **bent}
    return {name: data for name, data in changed.items() if data is not None}
