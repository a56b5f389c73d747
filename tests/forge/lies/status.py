"""Check 6: which list a mark points to, and whether a list counts."""

from dataclasses import replace
from typing import Any

from forge.trust_documents import key_entry
from forge.vectors import Book, published
from forge.world import ISSUED, LIFETIME, NOW, World, first_document, sign
from keys.signed import read_status_list
from schemas.claims import EventKind, EventReason
from schemas.status_list import ENTRIES, LIST_BYTES
from schemas.times import DAY, HOUR


def tell(book: Book) -> None:
    tell_references(book)
    tell_lists(book)


def tell_references(book: Book) -> None:
    def pointing(name: str, says: str, reason: str, **claims: Any) -> None:
        world = World()
        world.issue(signer="issuer-4")  # so that list b exists
        mark = world.issue(**claims)
        world.publish(ISSUED + HOUR)
        world.publish(NOW - HOUR)
        book.lie(
            f"{reason}-{name}",
            says,
            mark.raw,
            world.bundle(),
            reason,
            anchor=world.anchor,
            twin="valid-bundle",
        )

    pointing(
        "series",
        "The list of another issuer, where nobody will revoke this mark.",
        "status-foreign",
        status_uri="https://akashi.example/status/b/0",
    )
    pointing(
        "host",
        "A list on a host the trust document does not name.",
        "status-foreign",
        status_uri="https://evil.example/status/a/0",
    )
    pointing(
        "leading-zero",
        "A list number with a leading zero.",
        "status-foreign",
        status_uri="https://akashi.example/status/a/00",
    )
    pointing(
        "http",
        "A list without TLS in its name.",
        "status-foreign",
        status_uri="http://akashi.example/status/a/0",
    )
    pointing(
        "index", "The first index beyond the end of the list.", "status-out-of-range", status_index=ENTRIES
    )


def tell_lists(book: Book) -> None:
    world, mark = published()
    same: dict[str, Any] = {"anchor": world.anchor}
    without: dict[str, bytes | None] = {"status.cwt": None, "snapshot.leaf": None, "snapshot.proof": None}
    book.doubt(
        "status-unavailable",
        "The evidence holds no list.",
        mark.raw,
        world.evidence(mark, bent=without),
        "status-unavailable",
        twin="valid-evidence",
        **same,
    )

    def listed(
        name: str, says: str, reason: str, document: dict[str, Any] | None = None, **publish: Any
    ) -> None:
        world = World(document)
        mark = world.issue()
        world.publish(ISSUED + HOUR)
        world.publish(NOW - HOUR, **publish)
        book.doubt(
            f"{reason}-{name}",
            says,
            mark.raw,
            world.evidence(mark),
            reason,
            anchor=world.anchor,
            twin="valid-evidence",
        )

    listed(
        "authority",
        "The list is signed by the authority, not by a status key.",
        "status-not-authentic",
        signer="authority",
    )
    listed("stranger", "The list is signed by a stranger.", "status-not-authentic", signer="stranger")
    listed(
        "other-uri",
        "The list is that of another name.",
        "status-not-authentic",
        uri="https://akashi.example/status/a/1",
    )
    retired = first_document()
    retired["keys"][-1]["until"] = NOW - HOUR
    listed(
        "retired-key", "The list is dated when its key's window had closed.", "status-not-authentic", retired
    )
    listed(
        "other-bytes",
        "The list is not the one whose hash the snapshot names.",
        "status-not-logged",
        statuses=bytes(LIST_BYTES - 1) + b"\1",
    )
    listed("other-size", "The list says another N than the snapshot.", "status-not-logged", size=1)
    listed(
        "ahead", "List and snapshot agree on an N beyond the snapshot itself.", "status-not-logged", ahead=9
    )
    listed(
        "behind",
        "List and snapshot, both new, agree on an N before the snapshot: what was logged between is left out.",
        "status-not-logged",
        ahead=-1,
    )
    listed("other-place", "The list says another log.", "status-not-logged", place=1)

    forged = world.lists[mark.claims.status_uri]
    broken = {"status.cwt": forged[:-1] + bytes([forged[-1] ^ 1])}
    book.doubt(
        "status-not-authentic-signature",
        "The last bit of the list's signature is another.",
        mark.raw,
        world.evidence(mark, bent=broken),
        "status-not-authentic",
        twin="valid-evidence",
        **same,
    )
    leaf = {"snapshot.leaf": world.log.entries[mark.index], "snapshot.proof": world.log.proof(mark.index)}
    book.doubt(
        "status-not-logged-no-snapshot",
        "The leaf shown for the list is no snapshot.",
        mark.raw,
        world.evidence(mark, bent=leaf),
        "status-not-logged",
        twin="valid-evidence",
        **same,
    )

    stolen = World(first_document() | {"keys": [*first_document()["keys"], key_entry("status-2", "status")]})
    mark = stolen.issue()
    stolen.publish(ISSUED + HOUR)
    stolen.compromise("status", NOW - DAY)
    stolen.publish(NOW - HOUR, signer="status-2")
    book.valid(
        "valid-second-status-key",
        "A status key was stolen; the lists are signed by the other.",
        mark.raw,
        stolen.evidence(mark),
        anchor=stolen.anchor,
    )
    stolen.publish(NOW - HOUR, signer="status")
    book.doubt(
        "status-not-authentic-compromised",
        "The list is signed by the stolen status key.",
        mark.raw,
        stolen.evidence(mark),
        "status-not-authentic",
        anchor=stolen.anchor,
        twin="valid-second-status-key",
    )

    unrevoked = World()
    mark = unrevoked.issue()
    unrevoked.publish(ISSUED + HOUR)
    unrevoked.event(mark, EventKind.REVOKE, EventReason.REQUIREMENTS_UNMET)
    unrevoked.publish(NOW - HOUR, statuses=bytes(LIST_BYTES))
    book.doubt(
        "status-not-logged-unrevoked",
        "A revoked mark with a list made for one buyer, signed by the status key, in no snapshot.",
        mark.raw,
        unrevoked.evidence(mark),
        "status-not-logged",
        anchor=unrevoked.anchor,
        twin="valid-evidence",
    )

    again = World()
    mark = again.issue()
    again.publish(ISSUED + HOUR)
    before, index = again.lists[mark.claims.status_uri], again.snapshot
    again.event(mark, EventKind.REVOKE, EventReason.REQUIREMENTS_UNMET)
    again.publish(NOW - HOUR)
    assert index is not None
    claims = replace(read_status_list(before).unsafe_claims, iat=NOW - HOUR, exp=NOW - HOUR + LIFETIME)
    bent: dict[str, bytes | None] = {
        "status.cwt": sign(claims, "status"),
        "snapshot.leaf": again.log.entries[index[1]],
        "snapshot.proof": again.log.proof(index[1], kept=again.log.head),
    }
    book.doubt(
        "status-not-logged-old-snapshot",
        "A revoked mark with the list from before, signed anew, its old snapshot proven in the newest head.",
        mark.raw,
        again.evidence(mark, bent=bent, events=slice(0)),
        "status-not-logged",
        anchor=again.anchor,
        twin="valid-evidence",
    )

    end_of_old = ISSUED + HOUR + LIFETIME
    claims = replace(
        read_status_list(before).unsafe_claims, iat=end_of_old - HOUR, exp=end_of_old - HOUR + LIFETIME
    )
    book.doubt(
        "status-stale-signed-anew",
        "The list from before, signed anew after 14 days; its snapshot proven as it was then.",
        mark.raw,
        again.evidence(
            mark,
            bent={
                "status.cwt": sign(claims, "status"),
                "snapshot.leaf": again.log.entries[index[1]],
                "snapshot.proof": again.log.proof(index[1]),
            },
            events=slice(0),
        ),
        "status-stale",
        anchor=again.anchor,
        now=end_of_old,
        twin="valid-evidence",
    )

    world, mark = published()
    same = {"anchor": world.anchor}
    end = NOW - HOUR + LIFETIME
    book.valid(
        "valid-list-last-second",
        "The last second of the list.",
        mark.raw,
        world.evidence(mark),
        now=end - 1,
        **same,
    )
    book.doubt(
        "status-stale-ended",
        "The list has ended.",
        mark.raw,
        world.evidence(mark),
        "status-stale",
        now=end,
        twin="valid-list-last-second",
        **same,
    )
    book.valid(
        "valid-status-age",
        "Known for an hour, and an hour was asked for.",
        mark.raw,
        world.evidence(mark),
        policy={"max_status_age": "60m"},
        **same,
    )
    book.doubt(
        "status-stale-max-age",
        "Known for an hour, and 59 minutes were asked for.",
        mark.raw,
        world.evidence(mark),
        "status-stale",
        policy={"max_status_age": "59m"},
        twin="valid-status-age",
        **same,
    )

    idle = World()
    idle.issue()
    idle.publish(ISSUED + HOUR)
    later = idle.issue(at=ISSUED + 2 * HOUR)
    idle.publish(ISSUED + 3 * HOUR, snapshot=False)
    book.doubt(
        "status-stale-before-mark",
        "The list was made before the mark was logged.",
        later.raw,
        idle.evidence(later),
        "status-stale",
        anchor=idle.anchor,
        now=ISSUED + 4 * HOUR,
        twin="valid-evidence",
    )
