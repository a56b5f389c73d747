"""Leaves shown beside the genuine proof of another leaf: what is not proven to stand in the log says nothing (docs/format.md §6)."""

from dataclasses import replace
from hashlib import sha256

from forge.lies.brackets import REVOKED, revoked
from forge.vectors import Book
from forge.world import NOW, sign
from schemas.leaves import SnapshotLeaf
from schemas.status_list import LIST_BYTES
from schemas.times import DAY, HOUR


def tell(book: Book) -> None:
    world, mark = revoked()
    world.publish(NOW - HOUR, statuses=bytes(LIST_BYTES))
    assert world.snapshot is not None
    named = ((mark.claims.status_uri, sha256(bytes(LIST_BYTES)).digest()),)
    forged = SnapshotLeaf(size=world.snapshot[1], lists=named).to_bytes()
    book.doubt(
        "status-not-logged-forged-snapshot",
        "A revoked mark with a list made for one buyer, and a snapshot that names it beside the proof of the true one.",
        mark.raw,
        world.evidence(mark, bent={"snapshot.leaf": forged}, events=slice(0)),
        "status-not-logged",
        anchor=world.anchor,
        twin="valid-evidence",
    )

    world, mark = revoked()
    [true] = world.events[mark.number]
    again = sign(replace(true.claims, iat=NOW - DAY), "issuer-3")
    proof = world.log.proof(world.log.head.size - 1)
    book.doubt(
        "history-unavailable-forged-event",
        "Revoked three days before the moment asked about; shown is a revocation of later, never logged, beside the proof of another leaf.",
        mark.raw,
        world.evidence(mark, bent={"events/0.cwt": again, "events/0.proof": proof}),
        "history-unavailable",
        anchor=world.anchor,
        at=REVOKED + 3 * DAY,
        twin="valid-before-late-proof",
    )
