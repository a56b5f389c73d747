"""A proof says *there by then*, never *not before*; and what is not known yet is no lie: brackets of time, ended logs, newcomers."""

from dataclasses import replace

from forge.files import head_members, written
from forge.logs import Log, tlog_proof
from forge.objects import issuer_entry
from forge.trust_documents import base64_of, witness
from forge.vectors import Book, published
from forge.world import ISSUED, NOW, Issued, World, first_document, sign
from schemas import merkle
from schemas.claims import EventKind, EventReason
from schemas.evidence import Archive
from schemas.leaves import IssueLeaf
from schemas.times import DAY, HOUR

REVOKED = NOW - 6 * DAY


def tell(book: Book) -> None:
    tell_late_proofs(book)
    tell_evidence_older_than_asked(book)
    tell_fewer_cosignatures(book)
    tell_withdrawn_witnesses(book)
    tell_closed_keys(book)
    tell_ended_logs(book)
    tell_newcomers(book)
    tell_forks_in_plain_sight(book)


def revoked(cosigned: dict[str, int] | None = None) -> tuple[World, Issued]:
    """A mark that is revoked; every later state of the log is published, too."""
    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    world.publish(REVOKED - DAY)
    world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=REVOKED - 60)
    world.publish(REVOKED, cosigned=cosigned)
    world.publish(NOW - DAY)
    world.publish(NOW - HOUR)
    return world, mark


def tell_late_proofs(book: Book) -> None:
    world, mark = published()
    book.doubt(
        "history-unavailable-late-proof",
        "An honest mark, proven by a genuine head of weeks later alone: when it was logged is not known.",
        mark.raw,
        world.evidence(mark, kept=[]),
        "history-unavailable",
        anchor=world.anchor,
        twin="valid-evidence",
    )
    world, mark = revoked()
    first, late = world.log.kept[0], world.log.kept[3]
    file, anchor = world.evidence(mark, kept=[first, late]), world.anchor
    book.lie(
        "revoked-at-in-time",
        "Revoked three days before the moment asked about.",
        mark.raw,
        world.evidence(mark),
        "revoked",
        anchor=anchor,
        at=REVOKED + 3 * DAY,
        twin="valid-before-late-proof",
    )
    book.doubt(
        "history-unavailable-late-event",
        "The same, the revocation proven by a genuine head of five days later: it may have come after the moment asked about.",
        mark.raw,
        file,
        "history-unavailable",
        anchor=anchor,
        at=REVOKED + 3 * DAY,
        twin="valid-before-late-proof",
    )
    book.valid(
        "valid-before-late-proof",
        "The same, asked about a moment more than 5 minutes before the revocation was signed.",
        mark.raw,
        file,
        anchor=anchor,
        at=REVOKED - 361,
    )
    book.doubt(
        "history-unavailable-signed-then",
        "The same, asked about a moment within 5 minutes of its signing.",
        mark.raw,
        file,
        "history-unavailable",
        anchor=anchor,
        at=REVOKED - 360,
        twin="valid-before-late-proof",
    )
    book.lie(
        "revoked-at-late-proof",
        "The same, asked about the second of that late head: by then it was revoked.",
        mark.raw,
        file,
        "revoked",
        anchor=anchor,
        at=NOW - DAY,
        twin="valid-before-late-proof",
    )


def tell_evidence_older_than_asked(book: Book) -> None:
    """Evidence filed long ago says nothing of a later time, whoever asks today."""
    world, mark = published()
    known, file, anchor = NOW - HOUR, world.evidence(mark), world.anchor
    book.valid(
        "valid-then-as-filed",
        "As of the last second for which the list in the file speaks.",
        mark.raw,
        file,
        anchor=anchor,
        now=NOW + 60 * DAY,
        at=known + 14 * DAY - 1,
    )
    book.doubt(
        "status-stale-then",
        "As of a second later: the mark may have been revoked meanwhile.",
        mark.raw,
        file,
        "status-stale",
        anchor=anchor,
        now=NOW + 60 * DAY,
        at=known + 14 * DAY,
        twin="valid-then-as-filed",
    )
    book.doubt(
        "status-stale-then-max-age",
        "As of a day later than the file, by somebody who takes no status older than an hour.",
        mark.raw,
        file,
        "status-stale",
        anchor=anchor,
        now=NOW + 60 * DAY,
        at=known + DAY,
        policy={"max_status_age": "1h"},
        twin="valid-then-as-filed",
    )


def tell_fewer_cosignatures(book: Book) -> None:
    world, mark = revoked(cosigned={"w1": REVOKED, "w2": REVOKED + HOUR, "w3": REVOKED + 2 * HOUR})
    whole, head = world.evidence(mark), f"log/0/heads/{world.log.kept[2].size}"
    lines = Archive.open(whole).get(head).decode().splitlines(keepends=True)
    fewer = "".join(line for line in lines if not line.startswith("— w1.example ")).encode()
    when = REVOKED + HOUR + 1800
    book.lie(
        "revoked-two-of-three",
        "Revoked by the second of three cosignatures.",
        mark.raw,
        whole,
        "revoked",
        anchor=world.anchor,
        at=when,
        twin="valid-before-late-proof",
    )
    book.doubt(
        "history-unavailable-line-dropped",
        "The first cosignature is left out: what is left is a quorum, an hour later.",
        mark.raw,
        world.evidence(mark, bent={head: fewer}),
        "history-unavailable",
        anchor=world.anchor,
        at=when,
        twin="valid-before-late-proof",
    )


def tell_withdrawn_witnesses(book: Book) -> None:
    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    before = world.publish(REVOKED - DAY)
    world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=REVOKED - 60)
    world.publish(REVOKED)
    closed = [entry | {"until": REVOKED + DAY} for entry in world.documents[-1]["witnesses"]]
    opened = [witness(f"v{n}", **{"from": REVOKED + DAY}) for n in (1, 2, 3)]
    world.trust(REVOKED + DAY, witnesses=[*closed, *opened])
    kept = world.publish(REVOKED + 2 * DAY, cosigned={f"v{n}": REVOKED + 2 * DAY for n in (1, 2, 3)})
    world.publish(NOW - HOUR, cosigned={f"v{n}": NOW - HOUR for n in (1, 2, 3)})
    # Signed today with keys that were given up: their own clocks say what the thief likes.
    stolen = {f"w{n}": REVOKED + 20 * HOUR for n in (1, 2)}
    forged = replace(before, note=world.log.signed(stolen, text=world.log.text(before.size)))
    book.valid(
        "valid-witnesses-withdrawn",
        "All witnesses of its time have been withdrawn since; what they cosigned then goes on counting.",
        mark.raw,
        world.evidence(mark),
        anchor=world.anchor,
        at=REVOKED - HOUR,
    )
    book.lie(
        "revoked-witnesses-withdrawn",
        "The same mark, hours after it was revoked.",
        mark.raw,
        world.evidence(mark),
        "revoked",
        anchor=world.anchor,
        at=REVOKED + 10 * HOUR,
        twin="valid-witnesses-withdrawn",
    )
    members: dict[str, bytes | None] = {f"log/0/landmarks/{one.day}": None for one in world.log.kept}
    members |= {"log/0/landmarks/19990101": forged.note, f"log/0/landmarks/{kept.day}": kept.note}
    book.doubt(
        "history-unavailable-withdrawn",
        "Witnesses that were withdrawn are made to say that it was not revoked yet.",
        mark.raw,
        world.register(bent=members),
        "history-unavailable",
        anchor=world.anchor,
        at=REVOKED + 10 * HOUR,
        twin="valid-witnesses-withdrawn",
    )
    other = world.issue(at=NOW - 12 * HOUR)
    covering = world.publish(NOW - 11 * HOUR, cosigned={f"v{n}": NOW - 11 * HOUR for n in (1, 2, 3)})
    world.publish(NOW - HOUR, cosigned={f"v{n}": NOW - HOUR for n in (1, 2, 3)})
    early = {f"w{n}": REVOKED + 20 * HOUR for n in (1, 2)} | {f"v{n}": NOW - 11 * HOUR for n in (1, 2, 3)}
    bent = replace(covering, note=world.log.signed(early, text=world.log.text(covering.size)))
    book.valid(
        "valid-early-lines",
        "Beside the cosignatures of a head stand lines of withdrawn witnesses, dated days before the mark was signed.",
        other.raw,
        world.evidence(other, kept=[bent]),
        anchor=world.anchor,
    )


def tell_closed_keys(book: Book) -> None:
    world = World()
    mark, other = world.issue(), world.issue()
    world.publish(ISSUED + HOUR)
    world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=REVOKED - HOUR)
    world.publish(REVOKED)
    # Issued before the revocation was signed, logged after it.
    world.trust(REVOKED - DAY, keys=world.keys_with("issuer-3", until=REVOKED - DAY))
    world.publish(NOW - HOUR)
    book.valid(
        "valid-key-closed-since",
        "Its key has been closed since.",
        other.raw,
        world.register(),
        anchor=world.anchor,
    )
    for kind, file in {"evidence": world.evidence(mark), "register": world.register()}.items():
        book.lie(
            f"revoked-key-closed-{kind}",
            "Revoked, and then its key closed, as of a day before: closing a key undoes nothing.",
            mark.raw,
            file,
            "revoked",
            anchor=world.anchor,
            at=NOW - 2 * DAY,
            twin="valid-key-closed-since",
        )


def tell_ended_logs(book: Book) -> None:
    began = NOW - 35 * DAY
    document = first_document()
    document["keys"][0]["levels"]["3"]["max_days"] = 1200
    world = World(document)
    mark = world.issue(at=began, exp=began + 390 * DAY)
    world.publish(began + 60)
    for hour in range(1, 4):
        before = world.bundle()
        world.issue(at=began + hour * HOUR, exp=began + 390 * DAY)
        world.publish(began + hour * HOUR + 60)
    world.end_log(began + 10 * DAY)
    closed = [entry | {"until": began + 11 * DAY} for entry in world.documents[-1]["witnesses"]]
    opened = [witness(f"v{n}", **{"from": began + 11 * DAY}) for n in (1, 2, 3)]
    world.trust(
        began + 11 * DAY,
        witnesses=[*closed, *opened],
        keys=world.keys_with("issuer-3", until=began + 11 * DAY),
    )
    world.publish(NOW - HOUR, cosigned={f"v{n}": NOW - HOUR for n in (1, 2, 3)})
    anchor = world.anchor
    book.valid(
        "valid-retired-keys",
        "Logged in a log that has ended; its issuer's, its log's and its witnesses' keys are closed.",
        mark.raw,
        world.evidence(mark),
        anchor=anchor,
    )
    # Made today by whoever got hold of those keys: the issuer's, the log's, and two witnesses'.
    claims = world.claims(
        at=began + 2 * HOUR, exp=began + 390 * DAY, name="Evil Inc.", name_latin=None, status_index=99999
    )
    made = sign(claims, "issuer-3")
    fork = Log(origin=world.logs[0].origin)
    fork.append(world.logs[0].entries[0])
    index = fork.append(IssueLeaf(mark=made).to_bytes())
    head = fork.publish({f"w{n}": began + 2 * HOUR + 60 for n in (1, 2)}, k=2)
    proof = tlog_proof(index, merkle.inclusion_proof(fork.hashes, index), head.note)
    honest = dict.fromkeys(Archive.open(world.evidence(mark)).names("log/0/"))
    forged = {"mark.cwt": made, "proof": proof} | head_members(fork, [], kept=[head])
    book.doubt(
        "bundle-too-old-retired-keys",
        "Made today with the closed keys of an ended log, its issuer and its witnesses; not under the log's end.",
        made,
        world.evidence(mark, bent=honest | forged),
        "bundle-too-old",
        anchor=anchor,
        twin="valid-retired-keys",
    )
    end = world.logs[0].head
    pretended = {
        f"log/0/heads/{end.size}": f"old {head.size}\n{base64_of(bytes(32))}\n\n".encode() + end.note
    }
    book.doubt(
        "log-inconsistent-retired-keys",
        "The same with the log's end beside it, and a proof that does not lead there.",
        made,
        world.evidence(mark, bent=honest | forged | pretended),
        "log-inconsistent",
        anchor=anchor,
        twin="valid-retired-keys",
    )
    told = {f"trust/{version}": note for version, note in enumerate(world.notes, 1)}
    book.doubt(
        "bundle-too-old-before-the-end",
        "A bundle from before its log ended, with the trust document that says where.",
        mark.raw,
        written(members_of(before) | told),
        "bundle-too-old",
        "status-not-logged",
        anchor=anchor,
        now=began + 12 * DAY,
        twin="valid-retired-keys",
    )


def members_of(file: bytes) -> dict[str, bytes]:
    archive = Archive.open(file)
    return {name: archive.get(name) for name in archive.names()}


def tell_newcomers(book: Book) -> None:
    document = first_document()
    document["keys"] = [key for key in document["keys"] if key.get("series") != "b"]
    world = World(document)
    world.issue(at=NOW - 9 * DAY)
    world.publish(NOW - 9 * DAY + 60)
    world.publish(NOW - 3 * DAY)
    old = world.bundle()
    key = issuer_entry("issuer-4", **{"from": NOW - 2 * DAY})
    hosts = [*world.documents[-1]["hosts"], {"host": "new.example"}]
    world.trust(NOW - 2 * DAY, keys=[*world.documents[-1]["keys"], key], hosts=hosts)
    mark = world.issue(signer="issuer-4", level=4, at=NOW - 2 * DAY + HOUR)
    moved = world.issue(at=NOW - 2 * DAY + HOUR, status_uri="https://new.example/status/a/1")
    long_ago = world.issue(signer="stranger", at=NOW - 11 * DAY, logged=False)
    elsewhere = world.issue(
        at=NOW - 11 * DAY, status_uri="https://elsewhere.example/status/a/1", logged=False
    )
    world.publish(NOW - 2 * DAY + 2 * HOUR)
    world.publish(NOW - HOUR)
    anchor = world.anchor
    book.valid(
        "valid-newcomer", "Its issuer was admitted two days ago.", mark.raw, world.bundle(), anchor=anchor
    )
    book.doubt(
        "unknown-issuer-newcomer",
        "The same, with a bundle of the day before: who is not in it may have been admitted since.",
        mark.raw,
        old,
        "unknown-issuer",
        anchor=anchor,
        notes=(),
        twin="valid-newcomer",
    )
    book.lie(
        "unknown-issuer-long-ago",
        "Signed by nobody the list's document names, eight days before that list: it would be known.",
        long_ago.raw,
        old,
        "unknown-issuer",
        anchor=anchor,
        notes=(),
        twin="valid-newcomer",
    )
    book.valid(
        "valid-new-host",
        "Its list is on a host named two days ago.",
        moved.raw,
        world.bundle(),
        anchor=anchor,
    )
    book.doubt(
        "status-foreign-newcomer",
        "The same, with a bundle of the day before.",
        moved.raw,
        old,
        "not-logged",
        "status-foreign",
        anchor=anchor,
        twin="valid-new-host",
    )
    book.lie(
        "status-foreign-long-ago",
        "Its list is on a host that was not named eight days after it was signed.",
        elsewhere.raw,
        old,
        "not-logged",
        "status-foreign",
        anchor=anchor,
        twin="valid-new-host",
    )

    taken = world.issue(signer="stranger", at=NOW - DAY, number=mark.claims.number, logged=False)
    for kind, file in {"evidence": world.evidence(mark), "register": world.register()}.items():
        book.lie(
            f"unknown-issuer-number-taken-{kind}",
            "Signed yesterday by nobody the document names, under the number of a mark that is in the log.",
            taken.raw,
            file,
            "unknown-issuer",
            anchor=anchor,
            notes=(),
            twin="valid-newcomer",
        )
    book.doubt(
        "unknown-issuer-yesterday",
        "The same from a bundle, which names no marks: who was admitted since is honest.",
        taken.raw,
        world.bundle(),
        "unknown-issuer",
        anchor=anchor,
        notes=(),
        twin="valid-newcomer",
    )


def tell_forks_in_plain_sight(book: Book) -> None:
    world, mark = published()
    size = world.log.head.size
    times = {f"w{n}": NOW - HOUR for n in (1, 2, 3)}
    fork = world.log.signed(times, text=f"{world.log.origin}\n{size}\n{base64_of(bytes(32))}\n")
    both = ("log-inconsistent", "status-not-logged")
    book.doubt(
        "log-inconsistent-landmark-beside",
        "A landmark of the head's own size, signed and witnessed, has another root.",
        mark.raw,
        world.bundle(bent={"log/0/landmarks/20991231": fork}),
        *both,
        anchor=world.anchor,
        twin="valid-bundle",
    )
    longer = world.log.signed(times, text=f"{world.log.origin}\n{size + 1}\n{base64_of(bytes(32))}\n")
    book.doubt(
        "log-inconsistent-landmark-beyond",
        "A landmark lies beyond the head: the head is not the newest there is.",
        mark.raw,
        world.bundle(bent={"log/0/landmarks/20991231": longer}),
        *both,
        anchor=world.anchor,
        twin="valid-bundle",
    )
