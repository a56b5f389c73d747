"""Check 4: the mark's own window, and the asker's clock."""

from forge.vectors import UNASKED, Book, published
from forge.world import NOW
from schemas.times import DAY, HOUR


def tell(book: Book) -> None:
    world, mark = published(nbf=NOW + DAY)
    file, anchor = world.evidence(mark), world.anchor
    book.valid(
        "valid-first-second", "The first second of the mark.", mark.raw, file, anchor=anchor, now=NOW + DAY
    )
    book.lie(
        "not-yet-valid",
        "A second before the mark begins.",
        mark.raw,
        file,
        "not-yet-valid",
        anchor=anchor,
        now=NOW + DAY - 1,
        twin="valid-first-second",
    )

    world, mark = published(exp=NOW)
    file, anchor = world.evidence(mark), world.anchor
    book.valid(
        "valid-last-second",
        "The last second of the mark.",
        mark.raw,
        file,
        anchor=anchor,
        now=NOW - 1,
        notes=(*UNASKED, "ends-soon"),
    )
    book.lie(
        "expired",
        "The second at which the mark ends.",
        mark.raw,
        file,
        "expired",
        anchor=anchor,
        twin="valid-last-second",
    )
    book.lie(
        "expired-at",
        "The same, asked for that moment a day later.",
        mark.raw,
        file,
        "expired",
        anchor=anchor,
        now=NOW + DAY,
        at=NOW,
        twin="valid-last-second",
    )

    world, mark = published()
    file, anchor = world.evidence(mark), world.anchor
    witnessed = NOW - HOUR
    book.valid(
        "valid-slow-clock",
        "The clock is 5 minutes behind what was witnessed.",
        mark.raw,
        file,
        anchor=anchor,
        now=witnessed - 300,
    )
    book.doubt(
        "clock-behind",
        "The clock is a second more than 5 minutes behind.",
        mark.raw,
        file,
        "clock-behind",
        anchor=anchor,
        now=witnessed - 301,
        twin="valid-slow-clock",
    )
    book.doubt(
        "clock-years-behind",
        "By the clock the mark's first day is years away; it has been witnessed since.",
        mark.raw,
        file,
        "clock-behind",
        anchor=anchor,
        now=NOW - 6 * 365 * DAY,
        twin="valid-slow-clock",
    )
    remembered = {"trust": 1, "heads": {}, "list": [0, 0], "seen": NOW + 301}
    book.doubt(
        "clock-behind-remembered",
        "A later time was seen before.",
        mark.raw,
        file,
        "clock-behind",
        anchor=anchor,
        remembered=remembered,
        twin="valid-evidence",
    )
    soon = 30 * DAY
    world, mark = published(exp=NOW + soon + 1)
    file, anchor = world.evidence(mark), world.anchor
    book.valid("valid-not-yet-ending-soon", "30 days and a second remain.", mark.raw, file, anchor=anchor)
    book.valid(
        "valid-ends-soon",
        "30 days remain.",
        mark.raw,
        file,
        anchor=anchor,
        now=NOW + 1,
        notes=(*UNASKED, "ends-soon"),
    )
