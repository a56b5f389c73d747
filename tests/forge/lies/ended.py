"""Check 6, the other half: marks that ended, and what their events say about an earlier time."""

from typing import Any

from forge.vectors import Book
from forge.world import ISSUED, NOW, Issued, World
from schemas.claims import EventKind, EventReason
from schemas.times import DAY, HOUR

SUSPENDED_AT = NOW - 5 * DAY
REINSTATED_AT = NOW - 3 * DAY


def tell(book: Book) -> None:
    tell_ends(book)
    tell_past(book)


def suspended() -> tuple[World, Issued]:
    """Suspended five days ago by its issuer and reinstated three days ago."""
    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    world.event(mark, EventKind.SUSPEND, EventReason.UNDER_INVESTIGATION, at=SUSPENDED_AT)
    world.publish(SUSPENDED_AT)
    return world, mark


def reinstated() -> tuple[World, Issued]:
    world, mark = suspended()
    world.event(mark, EventKind.REINSTATE, EventReason.INVESTIGATION_CLOSED, at=REINSTATED_AT)
    world.publish(REINSTATED_AT)
    world.publish(NOW - HOUR)
    return world, mark


def revoked(reason: EventReason) -> tuple[World, Issued]:
    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    world.event(mark, EventKind.REVOKE, reason, at=SUSPENDED_AT)
    world.publish(SUSPENDED_AT)
    world.publish(NOW - HOUR)
    return world, mark


def tell_ends(book: Book) -> None:
    world, mark = suspended()
    world.publish(NOW - HOUR)
    book.valid(
        "valid-before-suspension",
        "As of the last second at which the suspension was surely not logged: 5 minutes before it was signed.",
        mark.raw,
        world.evidence(mark),
        anchor=world.anchor,
        at=SUSPENDED_AT - 301,
    )
    book.lie(
        "suspended",
        "Suspended five days ago.",
        mark.raw,
        world.evidence(mark),
        "suspended",
        anchor=world.anchor,
        twin="valid-before-suspension",
    )
    book.lie(
        "suspended-bundle",
        "The same from a bundle, which cannot say since when.",
        mark.raw,
        world.bundle(),
        "suspended",
        anchor=world.anchor,
        twin="valid-bundle",
    )
    book.lie(
        "suspended-register",
        "The same from a register.",
        mark.raw,
        world.register(),
        "suspended",
        anchor=world.anchor,
        twin="valid-before-suspension",
    )

    for reason in (EventReason.ISSUED_IN_ERROR, EventReason.KEY_COMPROMISED):
        world = World()
        mark = world.issue()
        world.publish(ISSUED + HOUR)
        world.event(mark, EventKind.SUSPEND, reason, at=SUSPENDED_AT)
        world.publish(SUSPENDED_AT)
        world.publish(NOW - HOUR)
        book.valid(
            f"valid-before-suspension-{reason.slug}",
            "As of a time before it was suspended; for whatever reason, a suspension was not true all along.",
            mark.raw,
            world.evidence(mark),
            anchor=world.anchor,
            at=SUSPENDED_AT - 301,
        )

    world, mark = revoked(EventReason.REQUIREMENTS_UNMET)
    book.valid(
        "valid-before-revocation",
        "As of the last second at which the revocation was surely not logged: 5 minutes before it was signed.",
        mark.raw,
        world.evidence(mark),
        anchor=world.anchor,
        at=SUSPENDED_AT - 301,
    )
    book.lie(
        "revoked",
        "Revoked five days ago.",
        mark.raw,
        world.evidence(mark),
        "revoked",
        anchor=world.anchor,
        twin="valid-before-revocation",
    )
    for reason in (EventReason.ISSUED_IN_ERROR, EventReason.KEY_COMPROMISED):
        world, mark = revoked(reason)
        book.lie(
            f"revoked-found-later-{reason.slug}",
            "As of a time before the revocation; its reason was true all along.",
            mark.raw,
            world.evidence(mark),
            "revoked",
            anchor=world.anchor,
            at=SUSPENDED_AT - 301,
            twin="valid-before-revocation",
        )

    world = World()
    old, new = world.issue(), world.issue(at=ISSUED + HOUR)
    world.publish(ISSUED + 2 * HOUR)
    world.event(old, EventKind.SUPERSEDE, EventReason.REPLACED, successor=new)
    world.publish(NOW - HOUR)
    book.valid(
        "valid-successor",
        "The mark that took another one's place.",
        new.raw,
        world.evidence(new),
        anchor=world.anchor,
    )
    book.lie(
        "superseded",
        "Another mark took its place.",
        old.raw,
        world.evidence(old),
        "superseded",
        anchor=world.anchor,
        twin="valid-successor",
    )


def tell_past(book: Book) -> None:
    world, mark = reinstated()
    register, evidence, anchor = world.register(), world.evidence(mark), world.anchor
    same: dict[str, Any] = {"anchor": anchor}
    book.valid("valid-reinstated", "Suspended, and reinstated.", mark.raw, evidence, **same)
    book.valid(
        "valid-at-before",
        "As of a time before the suspension.",
        mark.raw,
        register,
        at=SUSPENDED_AT - 301,
        **same,
    )
    book.doubt(
        "history-unavailable-landmark-event",
        "As of a time at which, by the landmarks, the suspension may have been logged.",
        mark.raw,
        register,
        "history-unavailable",
        at=SUSPENDED_AT - 300,
        twin="valid-at-before",
        **same,
    )
    book.lie(
        "suspended-at",
        "As of the second the suspension was logged.",
        mark.raw,
        evidence,
        "suspended",
        at=SUSPENDED_AT,
        twin="valid-reinstated",
        **same,
    )
    book.lie(
        "suspended-at-last-second",
        "As of the last second at which the reinstatement was surely not logged.",
        mark.raw,
        evidence,
        "suspended",
        at=REINSTATED_AT - 301,
        twin="valid-reinstated",
        **same,
    )
    book.valid(
        "valid-at-after",
        "As of the second the reinstatement was logged.",
        mark.raw,
        evidence,
        at=REINSTATED_AT,
        **same,
    )
    book.doubt(
        "history-unavailable-plain-bundle",
        "As of an earlier time, from a bundle without events.",
        mark.raw,
        world.bundle(),
        "history-unavailable",
        at=SUSPENDED_AT - 301,
        twin="valid-at-before",
        **same,
    )
    gap = world.evidence(mark, events=slice(1, None))
    book.doubt(
        "history-unavailable-gap",
        "The first of two events is left out: the second does not link to the mark.",
        mark.raw,
        gap,
        "history-unavailable",
        at=SUSPENDED_AT,
        twin="valid-at-after",
        **same,
    )
    cut = world.evidence(mark, events=slice(1))
    book.doubt(
        "history-unavailable-cut",
        "The last event is left out: the events do not add up to the list.",
        mark.raw,
        cut,
        "history-unavailable",
        at=SUSPENDED_AT,
        twin="valid-at-after",
        **same,
    )
