"""Check 5: in the log, logged when it says it was signed, while its key might sign, and seen by witnesses."""

from dataclasses import replace

from forge.trust_documents import base64_of
from forge.vectors import Book, published
from forge.world import ISSUED, NOW, Issued, World, first_document
from schemas.times import DAY, HOUR


def tell(book: Book) -> None:
    tell_absence(book)
    tell_times(book)
    tell_keys(book)


def tell_absence(book: Book) -> None:
    world, mark = published()
    absent = world.issue(logged=False)
    fresh = world.issue(at=NOW - DAY, logged=False)
    bundle, anchor = world.bundle(), world.anchor
    book.lie(
        "not-logged-absent",
        "Signed and never logged; the view is complete and newer than iat + 7 days.",
        absent.raw,
        bundle,
        "not-logged",
        anchor=anchor,
        twin="valid-bundle",
    )
    book.doubt(
        "not-logged-yet",
        "Signed yesterday: it may still be logged.",
        fresh.raw,
        bundle,
        "not-logged",
        anchor=anchor,
        twin="valid-bundle",
    )
    ended, _ = published()
    final = {"size": ended.log.head.size, "root": base64_of(ended.log.root(ended.log.head.size))}
    entries = ended.documents[-1]["logs"]
    ended.trust(NOW - HOUR // 2, logged=False, logs=[*entries[:-1], entries[-1] | {"final": final}])
    book.doubt(
        "not-logged-no-successor",
        "The only log has ended, and its successor is not named yet: it may hold the mark.",
        ended.issue(logged=False).raw,
        ended.bundle(),
        "not-logged",
        anchor=ended.anchor,
        twin="valid-bundle",
    )
    wrong = world.log.proof(0)
    book.doubt(
        "not-logged-other-leaf",
        "The proof is that of another leaf.",
        mark.raw,
        world.evidence(mark, bent={"proof": wrong}),
        "not-logged",
        anchor=anchor,
        twin="valid-evidence",
    )
    seen = {f"w{n}": ISSUED + HOUR for n in (1, 2, 3)}
    text = world.log.text(world.log.kept[0].size)
    elsewhere = world.log.signed(seen, text=text, label="stranger")
    head = {f"log/0/heads/{world.log.kept[0].size}": b"old 0\n\n" + elsewhere}
    book.doubt(
        "not-logged-other-log-key",
        "The checkpoint is signed by a key that is not the log's.",
        mark.raw,
        world.evidence(mark, bent=head),
        "not-logged",
        anchor=anchor,
        twin="valid-evidence",
    )
    foreign = world.log.signed(seen, text=text.replace("/log1", "/log9"))
    proof = world.log.proof(mark.index).replace(world.log.kept[0].note, foreign)
    book.doubt(
        "not-logged-unknown-log",
        "The checkpoint names a log the trust document does not.",
        mark.raw,
        world.evidence(mark, bent={"proof": proof}),
        "not-logged",
        anchor=anchor,
        twin="valid-evidence",
    )
    book.lie(
        "not-logged-then",
        "Never logged, and a past time is asked about.",
        absent.raw,
        world.register(),
        "not-logged",
        "history-unavailable",
        anchor=anchor,
        at=NOW - 2 * DAY,
        twin="valid-bundle",
    )
    book.lie(
        "not-logged-in-old-bundle",
        "Never logged, in a bundle older than one seen before: what is surely wrong is said first.",
        absent.raw,
        bundle,
        "not-logged",
        anchor=anchor,
        remembered={"trust": 1, "heads": {"0": [99, "00" * 32]}, "list": [0, 0], "seen": NOW},
        twin="valid-bundle",
    )
    honest = world.evidence(mark)
    book.doubt(
        "not-logged-evidence-of-another",
        "A genuine mark with the evidence of another one.",
        absent.raw,
        honest,
        "not-logged",
        anchor=anchor,
        twin="valid-evidence",
    )


def tell_times(book: Book) -> None:
    def logged_after(seconds: int, *, later: int = 0) -> tuple[World, bytes, bytes]:
        world = World()
        if later:
            world.publish(ISSUED + seconds)  # without the mark: it was not there by then
        mark = world.issue(at=ISSUED)
        world.publish(ISSUED + seconds + later)
        world.publish(NOW - HOUR)
        return world, mark.raw, world.bundle()

    limits = {
        "backdated": (7 * DAY, 7 * DAY + 1, "7 days and a second after iat: it was signed with an old date."),
        "ahead": (-300, -301, "301 seconds before iat: it was signed with a date to come."),
    }
    for name, (good, bad, says) in limits.items():
        world, raw, file = logged_after(good)
        book.valid(
            f"valid-logged-{name}-limit",
            f"Logged {good} seconds after iat, which is permitted.",
            raw,
            file,
            anchor=world.anchor,
        )
        world, raw, file = logged_after(bad, later=DAY if bad > 0 else 0)
        book.lie(
            "backdated" if name == "backdated" else "backdated-ahead",
            f"Logged {says}",
            raw,
            file,
            "backdated",
            anchor=world.anchor,
            twin=f"valid-logged-{name}-limit",
        )


def tell_keys(book: Book) -> None:
    def key_until(until: int) -> tuple[World, bytes, bytes]:
        document = first_document()
        document["keys"][0]["until"] = until
        world = World(document)
        world.publish(ISSUED + HOUR)  # without the mark: it was not there by then
        mark = world.issue(at=ISSUED)
        world.publish(ISSUED + DAY)
        world.publish(NOW - HOUR)
        return world, mark.raw, world.bundle()

    world, raw, file = key_until(ISSUED + DAY + 1)
    book.valid(
        "valid-key-last-second", "Logged in the last second of its key.", raw, file, anchor=world.anchor
    )
    world, raw, file = key_until(ISSUED + HOUR)
    book.lie(
        "key-window",
        "Logged after the second its key's window closed.",
        raw,
        file,
        "key-window",
        anchor=world.anchor,
        twin="valid-key-last-second",
    )

    def key_from(start: int, *, signed: int) -> tuple[World, Issued]:
        document = first_document()
        document["keys"][0]["from"] = start
        world = World(document)
        mark = world.issue(at=signed, nbf=ISSUED)
        world.issue(at=start)  # there is a list
        world.publish(ISSUED + HOUR)
        world.publish(NOW - HOUR)
        return world, mark

    world, mark = key_from(ISSUED, signed=ISSUED)
    book.valid(
        "valid-key-first-second",
        "Signed in its key's first second.",
        mark.raw,
        world.evidence(mark),
        anchor=world.anchor,
    )
    book.valid(
        "valid-key-first-second-bundle",
        "By its landmarks it may have been logged before its key's window opened; it was signed in it.",
        mark.raw,
        world.bundle(),
        anchor=world.anchor,
    )
    world, mark = key_from(ISSUED, signed=ISSUED - 1)
    for kind, file in {"": world.evidence(mark), "-bundle": world.bundle()}.items():
        book.lie(
            f"key-window-early{kind}",
            "Signed a second before its key's window opened, logged in it.",
            mark.raw,
            file,
            "key-window",
            anchor=world.anchor,
            twin=f"valid-key-first-second{kind}",
        )

    # A bundle knows a logged time only by its landmarks; evidence holds the two checkpoints beside it.
    document = first_document()
    signed = ISSUED + DAY
    document["keys"][0]["until"] = signed + 2 * HOUR
    world = World(document)
    world.publish(ISSUED)
    mark = world.issue(at=signed)
    world.publish(signed + HOUR)
    world.publish(signed + 5 * HOUR)
    world.publish(NOW - HOUR)
    book.valid(
        "valid-key-window-by-proof",
        "Logged within its key's window, says its proof.",
        mark.raw,
        world.evidence(mark),
        anchor=world.anchor,
    )
    book.doubt(
        "history-unavailable-landmark",
        "The day's landmark lies after the end of the key's window; the hour is not in the bundle.",
        mark.raw,
        world.bundle(),
        "history-unavailable",
        anchor=world.anchor,
        twin="valid-key-window-by-proof",
    )

    world = World()
    before, after = world.issue(), world.issue()
    world.publish(ISSUED + HOUR)
    world.compromise("issuer-3", NOW - DAY, size=after.index)
    world.publish(NOW - HOUR)
    book.valid(
        "valid-before-compromise",
        "The last mark before the position from which its key counts as stolen.",
        before.raw,
        world.evidence(before),
        anchor=world.anchor,
    )
    book.lie(
        "key-compromised",
        "The first mark at that position.",
        after.raw,
        world.bundle(),
        "key-compromised",
        anchor=world.anchor,
        twin="valid-before-compromise",
    )
    book.doubt(
        "key-compromised-evidence",
        "The same by evidence, which cannot show that the leaf stands nowhere before.",
        after.raw,
        world.evidence(after),
        "key-compromised",
        anchor=world.anchor,
        twin="valid-before-compromise",
    )
    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    size = len(world.log.entries)
    again = world.log.append(world.log.entries[mark.index])
    world.publish(ISSUED + 2 * HOUR)
    world.compromise("issuer-3", NOW - DAY, size=size)
    world.publish(NOW - HOUR)
    book.doubt(
        "key-compromised-second-leaf",
        "An honest mark, logged a second time by the registry behind the position from which its key counts as stolen.",
        mark.raw,
        world.evidence(replace(mark, index=again)),
        "key-compromised",
        anchor=world.anchor,
        twin="valid-before-compromise",
    )
    book.valid(
        "valid-second-leaf-bundle",
        "The same from a bundle, which holds every leaf.",
        mark.raw,
        world.bundle(),
        anchor=world.anchor,
    )
