"""Forgeries that one comparison stands against: a leaf beside another leaf's proof, a tree as large as the log's end, one witness's time."""

from dataclasses import replace
from hashlib import sha256

from forge.lies.brackets import REVOKED, revoked
from forge.logs import Log
from forge.trust_documents import witness
from forge.vectors import Book
from forge.world import ISSUED, LIFETIME, NOW, Issued, World, first_document, sign
from keys.signed import read_status_list
from schemas.leaves import IssueLeaf, SnapshotLeaf
from schemas.status_list import LIST_BYTES
from schemas.times import DAY, HOUR


def tell(book: Book) -> None:
    tell_leaves(book)
    tell_ends(book)
    tell_early_times(book)
    tell_late_times(book)


def tell_leaves(book: Book) -> None:
    world, mark = revoked()
    world.publish(NOW - HOUR, statuses=bytes(LIST_BYTES))
    assert world.snapshot is not None
    named = ((mark.claims.status_uri, sha256(bytes(LIST_BYTES)).digest()),)
    snapshot = SnapshotLeaf(size=world.snapshot[1], lists=named, trust_version=1).to_bytes()
    book.doubt(
        "status-not-logged-forged-snapshot",
        "A revoked mark with a list made for one buyer, and a snapshot that names it beside the proof of the true one.",
        mark.raw,
        world.evidence(mark, bent={"snapshot.leaf": snapshot}, events=slice(0)),
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


def tell_ends(book: Book) -> None:
    world = World()
    world.issue()
    world.publish(ISSUED + HOUR)
    world.end_log(ISSUED + 2 * HOUR)
    world.publish(NOW - HOUR)
    claims = world.claims(name="Evil Inc.", name_latin=None, status_index=99999)
    made = Issued(raw=sign(claims, "issuer-3"), claims=claims, index=1)
    genesis, _, *rest = world.logs[0].entries
    fork = Log(origin=world.logs[0].origin, entries=[genesis, IssueLeaf(mark=made.raw).to_bytes(), *rest])
    fork.publish({"w1": ISSUED + HOUR, "w2": ISSUED + HOUR}, k=2)
    assert fork.head.size == world.logs[0].head.size
    contents = replace(world.contents, logs=[fork, world.logs[1]])
    for kind, file in {
        "evidence": world.evidence(made, contents=contents),
        "bundle": world.bundle(contents=contents),
    }.items():
        book.doubt(
            f"log-inconsistent-forged-end-{kind}",
            "Made today with the keys of an ended log, its issuer and two witnesses: a tree of the very size at which the log ended.",
            made.raw,
            file,
            "log-inconsistent",
            anchor=world.anchor,
            twin="valid-ended-log",
        )


def tell_early_times(book: Book) -> None:
    world = World()
    mark = world.issue()
    first = world.publish(ISSUED + HOUR)
    closed = [entry | {"until": ISSUED + DAY} for entry in world.documents[-1]["witnesses"]]
    opened = [witness(f"v{n}", **{"from": ISSUED + DAY}) for n in (1, 2, 3)]
    world.trust(ISSUED + DAY, witnesses=[*closed, *opened])
    world.publish(NOW - HOUR, cosigned={f"v{n}": NOW - HOUR for n in (1, 2, 3)})
    stolen = {f"w{n}": ISSUED - HOUR for n in (1, 2)}
    forged = replace(first, note=world.log.signed(stolen, text=world.log.text(first.size)))
    book.doubt(
        "history-unavailable-withdrawn-early",
        "Witnesses that were withdrawn are made to say that an honest mark was logged before it was signed.",
        mark.raw,
        world.evidence(mark, kept=[forged]),
        "history-unavailable",
        anchor=world.anchor,
        twin="valid-witnesses-withdrawn",
    )


def tell_late_times(book: Book) -> None:
    """Of three witnesses, of which all are needed, one says a later time: no view is as new as its newest cosignature."""
    world = World(first_document(k=3))
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    seen, late = ISSUED + 2 * HOUR, ISSUED + LIFETIME
    world.publish(seen, cosigned={"w1": seen, "w2": seen, "w3": late})
    uri = mark.claims.status_uri
    claims = replace(read_status_list(world.lists[uri]).unsafe_claims, iat=late, exp=late + LIFETIME)
    file = world.evidence(mark, bent={"status.cwt": sign(claims, "status")})
    book.valid(
        "valid-one-late-witness",
        "The last second at which what two of three witnesses saw still counts; list and third witness say a later time.",
        mark.raw,
        file,
        anchor=world.anchor,
        now=seen + LIFETIME - 1,
    )
    book.doubt(
        "status-stale-one-late-witness",
        "A second later: one witness and a status key signing anew make no old state a new one.",
        mark.raw,
        file,
        "status-stale",
        anchor=world.anchor,
        now=seen + LIFETIME,
        twin="valid-one-late-witness",
    )
