"""Check 5, the other half: heads that too few have seen, and histories that do not fit together."""

from typing import Any

from forge.trust_documents import base64_of
from forge.vectors import Book, published
from forge.world import ISSUED, NOW, World, first_document
from schemas.times import DAY, HOUR


def tell(book: Book) -> None:
    tell_witnesses(book)
    tell_histories(book)


def tell_witnesses(book: Book) -> None:
    def seen_by(
        cosigned: dict[str, int], document: dict[str, Any] | None = None
    ) -> tuple[World, bytes, bytes]:
        world = World(document)
        mark = world.issue()
        world.publish(ISSUED + HOUR, cosigned=cosigned)
        return world, mark.raw, world.evidence(mark)

    both = ("not-witnessed", "status-not-logged")
    at = ISSUED + HOUR
    world, raw, file = seen_by({"w1": at, "w3": at})
    book.valid(
        "valid-two-of-three",
        "Two of three witnesses, which is the quorum.",
        raw,
        file,
        anchor=world.anchor,
        now=at,
    )
    world, raw, file = seen_by({"w1": at})
    book.doubt(
        "not-witnessed-one",
        "One witness where two are needed.",
        raw,
        file,
        *both,
        anchor=world.anchor,
        now=at,
        twin="valid-two-of-three",
    )
    world, raw, file = seen_by({"w1": at, "stranger": at})
    book.doubt(
        "not-witnessed-stranger",
        "The second cosignature is a stranger's.",
        raw,
        file,
        *both,
        anchor=world.anchor,
        now=at,
        twin="valid-two-of-three",
    )
    retired = first_document()
    retired["witnesses"][2]["until"] = at
    world, raw, file = seen_by({"w1": at, "w3": at}, retired)
    book.doubt(
        "not-witnessed-retired",
        "The second witness signed when its window had closed.",
        raw,
        file,
        *both,
        anchor=world.anchor,
        now=at,
        twin="valid-two-of-three",
    )
    raised = first_document(k=2)
    raised["quorum"].append({"k": 3, "from": at})
    world, raw, file = seen_by({"w1": at, "w2": at}, raised)
    book.doubt(
        "not-witnessed-raised-quorum",
        "Two witnesses in the second from which three are needed.",
        raw,
        file,
        *both,
        anchor=world.anchor,
        now=at,
        twin="valid-two-of-three",
    )
    world = World()
    mark = world.issue()
    world.publish(at)
    note = world.log.head.note
    damaged = note[:-6] + (b"AAAA=\n" if note[-6:] != b"AAAA=\n" else b"BBBB=\n")
    bent = {f"log/0/heads/{world.log.head.size}": b"old 0\n\n" + damaged}
    book.doubt(
        "not-witnessed-bad-cosignature",
        "A third cosignature bears a witness's name and does not verify.",
        mark.raw,
        world.evidence(mark, bent=bent),
        *both,
        anchor=world.anchor,
        now=at,
        twin="valid-two-of-three",
    )


def tell_histories(book: Book) -> None:
    world = World()
    world.publish(NOW - 2 * DAY)
    mark = world.issue()
    world.publish(NOW - HOUR, cosigned={f"w{n}": NOW - HOUR for n in (1, 2, 3)})
    times = {f"w{n}": NOW - HOUR for n in (1, 2, 3)}
    same: dict[str, Any] = {"anchor": world.anchor}
    book.lie(
        "backdated-idle",
        "Published ten days late.",
        mark.raw,
        world.bundle(),
        "backdated",
        twin="valid-bundle",
        **same,
    )

    world, mark = published()
    size, same = world.log.head.size, {"anchor": world.anchor}
    fork = world.log.signed(
        times, text=f"{world.log.origin}\n{world.log.kept[0].size}\n{base64_of(bytes(32))}\n"
    )
    book.doubt(
        "log-inconsistent-two-heads",
        "Two heads of one size, both signed and witnessed.",
        mark.raw,
        world.evidence(
            mark, bent={"proof": world.log.proof(mark.index).replace(world.log.kept[0].note, fork)}
        ),
        "log-inconsistent",
        twin="valid-evidence",
        **same,
    )
    landmark = f"log/0/landmarks/{world.log.kept[0].day}"
    book.doubt(
        "log-inconsistent-landmark",
        "A landmark lies on another history than the head.",
        mark.raw,
        world.bundle(bent={landmark: fork}),
        "log-inconsistent",
        twin="valid-bundle",
        **same,
    )
    tile = f"log/0/tile/0/000.p/{size}"
    book.doubt(
        "log-inconsistent-tile",
        "A tile is not the head's.",
        mark.raw,
        world.bundle(bent={tile: bytes(32 * size)}),
        "log-inconsistent",
        "status-not-logged",
        twin="valid-bundle",
        **same,
    )

    def remembered(size: int, root: bytes, listed: int = 0) -> dict[str, Any]:
        return {"trust": 1, "heads": {"0": [size, root.hex()]}, "list": [0, listed], "seen": NOW - HOUR}

    first = world.log.kept[0].size
    book.valid(
        "valid-remembered",
        "The head extends the one remembered.",
        mark.raw,
        world.bundle(),
        remembered=remembered(first, world.log.root(first)),
        **same,
    )
    book.doubt(
        "log-inconsistent-remembered",
        "Another tree of the remembered size.",
        mark.raw,
        world.bundle(),
        "log-inconsistent",
        remembered=remembered(size, bytes(32)),
        twin="valid-remembered",
        **same,
    )
    file = world.evidence(mark)
    later = remembered(size + 1, bytes(32), listed=size + 1)
    book.valid(
        "valid-remembered-evidence",
        "A head the evidence itself holds is the one remembered.",
        mark.raw,
        file,
        remembered=remembered(first, world.log.root(first)),
        **same,
    )
    book.valid(
        "valid-remembered-elsewhere",
        "Evidence cannot show that its head extends one it does not hold, and need not.",
        mark.raw,
        file,
        remembered=remembered(first - 1, world.log.root(first - 1)),
        **same,
    )
    book.doubt(
        "log-inconsistent-fork-in-evidence",
        "A head the evidence holds, below its newest, is another than the one of that size remembered.",
        mark.raw,
        file,
        "log-inconsistent",
        remembered=remembered(first, bytes(32)),
        twin="valid-remembered-evidence",
        **same,
    )
    book.valid(
        "valid-remembered-then",
        "A past time is asked about: that more has been seen since is as it must be.",
        mark.raw,
        file,
        at=NOW - HOUR,
        remembered=later,
        **same,
    )
    book.doubt(
        "bundle-too-old-evidence",
        "The same evidence, asked about now.",
        mark.raw,
        file,
        "bundle-too-old",
        remembered=later,
        twin="valid-remembered-then",
        **same,
    )
    book.doubt(
        "log-inconsistent-remembered-evidence",
        "Evidence with another tree of the remembered size.",
        mark.raw,
        file,
        "log-inconsistent",
        remembered=remembered(size, bytes(32)),
        twin="valid-remembered-evidence",
        **same,
    )
    book.doubt(
        "log-inconsistent-rewritten",
        "The head does not extend the one remembered.",
        mark.raw,
        world.bundle(),
        "log-inconsistent",
        remembered=remembered(first, bytes(32)),
        twin="valid-remembered",
        **same,
    )
    book.doubt(
        "bundle-too-old-head",
        "A larger head is remembered.",
        mark.raw,
        world.bundle(),
        "bundle-too-old",
        remembered=remembered(size + 1, bytes(32)),
        twin="valid-remembered",
        **same,
    )
    book.doubt(
        "bundle-too-old-list",
        "Lists of a later state of the log are remembered.",
        mark.raw,
        world.bundle(),
        "bundle-too-old",
        remembered=remembered(first, world.log.root(first), listed=size),
        twin="valid-remembered",
        **same,
    )

    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    world.end_log(ISSUED + 2 * HOUR)
    world.publish(NOW - HOUR)
    book.valid(
        "valid-ended-log",
        "Logged in a log that has ended; the lists are of its successor.",
        mark.raw,
        world.bundle(),
        anchor=world.anchor,
    )
    book.valid(
        "valid-ended-log-evidence",
        "The same by evidence.",
        mark.raw,
        world.evidence(mark),
        anchor=world.anchor,
    )
    kept, seen = world.logs[0].head, {f"w{n}": ISSUED + 2 * HOUR for n in (1, 2, 3)}
    beside = world.logs[0].signed(seen, text=f"{world.logs[0].origin}\n{kept.size}\n{base64_of(bytes(32))}\n")
    proof = world.logs[0].proof(mark.index).replace(kept.note, beside)
    book.doubt(
        "log-inconsistent-beside-final",
        "Another head of the size at which the log ended.",
        mark.raw,
        world.evidence(mark, bent={"proof": proof}),
        "log-inconsistent",
        anchor=world.anchor,
        twin="valid-ended-log-evidence",
    )
    ended = world.logs.pop()
    late = world.issue(at=ISSUED + HOUR)
    world.log.publish({f"w{n}": ISSUED + 2 * HOUR for n in (1, 2, 3)}, k=2)
    world.logs.append(ended)
    book.doubt(
        "log-inconsistent-beyond-final",
        "The log was continued beyond the head it ended with.",
        late.raw,
        world.evidence(late),
        "log-inconsistent",
        anchor=world.anchor,
        twin="valid-ended-log-evidence",
    )
