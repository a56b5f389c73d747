"""Check 2, the other half: trust documents that end, go missing or may not follow."""

from dataclasses import replace
from typing import Any

from forge.vectors import Book, published
from forge.world import ISSUED, NOW, World, first_document
from schemas.times import DAY, HOUR


def tell(book: Book) -> None:
    ending = World(first_document(expires=NOW))
    mark = ending.issue()
    ending.publish(ISSUED + HOUR)
    ending.publish(NOW - HOUR)
    same: dict[str, Any] = {"anchor": ending.anchor}
    book.valid(
        "valid-trust-last-second",
        "A second before the trust document expires.",
        mark.raw,
        ending.evidence(mark),
        now=NOW - 1,
        **same,
    )
    book.doubt(
        "trust-expired",
        "At the second the trust document expires.",
        mark.raw,
        ending.evidence(mark),
        "trust-expired",
        twin="valid-trust-last-second",
        **same,
    )

    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    world.trust(NOW - DAY)
    world.publish(NOW - HOUR)
    old = replace(world.contents, notes=world.notes[:1])
    same = {"anchor": world.anchor}
    book.valid(
        "valid-second-version",
        "A trust document was replaced as the rules say.",
        mark.raw,
        world.bundle(),
        **same,
    )
    book.doubt(
        "trust-stale-version-withheld",
        "The newer trust document is left out; the list and the log name it.",
        mark.raw,
        world.bundle(contents=old),
        "trust-stale",
        twin="valid-second-version",
        **same,
    )
    book.doubt(
        "trust-stale-evidence",
        "The same with evidence, where only the list names it.",
        mark.raw,
        world.evidence(mark, contents=old),
        "trust-stale",
        twin="valid-second-version",
        **same,
    )
    earlier, early_mark = published()
    remembered = {"trust": 2, "heads": {}, "list": [0, 0], "seen": 0}
    book.doubt(
        "trust-stale-remembered",
        "The verifier has met version 2 before.",
        early_mark.raw,
        earlier.bundle(),
        "trust-stale",
        anchor=earlier.anchor,
        remembered=remembered,
        twin="valid-bundle",
    )

    usurped = World()
    mark = usurped.issue()
    usurped.publish(ISSUED + HOUR)
    usurped.trust(NOW - DAY, signers=("root-a",))
    usurped.publish(NOW - HOUR)
    book.doubt(
        "trust-unavailable-below-threshold",
        "Version 2 is signed by one root key where two are needed.",
        mark.raw,
        usurped.bundle(),
        "trust-unavailable",
        anchor=usurped.anchor,
        notes=(),
        twin="valid-second-version",
    )
    dropped = World()
    mark = dropped.issue()
    dropped.publish(ISSUED + HOUR)
    dropped.trust(NOW - DAY, keys=dropped.documents[-1]["keys"][1:])
    dropped.publish(NOW - HOUR)
    book.doubt(
        "trust-unavailable-key-dropped",
        "Version 2 leaves a key out; no entry is ever dropped.",
        mark.raw,
        dropped.bundle(),
        "trust-unavailable",
        anchor=dropped.anchor,
        notes=(),
        twin="valid-second-version",
    )
