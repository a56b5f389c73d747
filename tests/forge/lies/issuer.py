"""Check 2: whose key it is, and what that key may sign."""

from dataclasses import replace
from typing import Any

from forge.trust_documents import base64_of, key_entry
from forge.vectors import Book, published
from forge.world import ISSUED, NOW, World, first_document, sign
from keys.algorithms import kid
from schemas.times import DAY, HOUR

SMALL_ORDER = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")  # order 8


def tell(book: Book) -> None:
    world, mark = published()
    anchor = world.anchor

    book.doubt(
        "trust-unavailable-no-anchor",
        "Nobody gave an anchor.",
        mark.raw,
        world.bundle(),
        "trust-unavailable",
        anchor=None,
        notes=(),
        twin="valid-bundle",
    )
    impostor = World(first_document(scheme={"id": "demo", "names": {"en": "The same name"}, "offset": 32400}))
    forged = impostor.issue()
    impostor.publish(ISSUED + HOUR)
    impostor.publish(NOW - HOUR)
    book.doubt(
        "trust-unavailable-self-vouching",
        "A bundle with its own trust document, in order but for the anchor.",
        forged.raw,
        impostor.bundle(),
        "trust-unavailable",
        anchor=anchor,
        notes=(),
        twin="valid-bundle",
    )
    weak = key_entry("issuer-3", owner="Issuer D", series="d") | {
        "pub": base64_of(SMALL_ORDER),
        "kid": kid(-19, SMALL_ORDER).hex(),
    }
    small = World(first_document() | {"keys": [*first_document()["keys"], weak]})
    weak_mark = small.issue()
    small.publish(ISSUED + HOUR)
    book.doubt(
        "trust-unavailable-small-order-key",
        "The trust document lists a key of small order, under which one signature fits many messages.",
        weak_mark.raw,
        small.evidence(weak_mark),
        "trust-unavailable",
        anchor=small.anchor,
        notes=(),
        twin="valid-evidence",
    )
    tell_trust(book)

    def issuer(name: str, says: str, raw: bytes, reason: str, *, sure: bool = True) -> None:
        """The bent mark is logged as it is: the lie is the signature's, not the log's."""
        world = World()
        claims = world.claims()
        honest = world.issue()
        bent = world.log_mark(raw, claims)
        world.publish(ISSUED + HOUR)
        world.publish(NOW - HOUR)
        withheld: dict[str, bytes | None] = {} if sure else {"status.cwt": None}
        file = world.evidence(
            honest, bent={"mark.cwt": bent.raw, "proof": world.log.proof(bent.index), **withheld}
        )
        tell = book.lie if sure else book.doubt
        tell(
            f"{reason}-{name}",
            says,
            bent.raw,
            file,
            reason,
            anchor=world.anchor,
            notes=(),
            twin="valid-evidence",
        )

    claims = mark.claims
    issuer(
        "esp256-header",
        "An Ed25519 key's mark under a header that says ESP256.",
        sign(claims, "issuer-3", alg=-9),
        "wrong-algorithm",
    )
    issuer(
        "eddsa-header", "The older number of EdDSA, -8.", sign(claims, "issuer-3", alg=-8), "wrong-algorithm"
    )
    issuer(
        "none", "An algorithm number nobody has assigned.", sign(claims, "issuer-3", alg=0), "wrong-algorithm"
    )
    issuer(
        "stranger",
        "Signed by a key in no trust document; the newest list names the version held.",
        sign(claims, "stranger"),
        "unknown-issuer",
    )
    issuer(
        "stranger-unsure",
        "The same, and no list says whether a newer version knows the key.",
        sign(claims, "stranger"),
        "unknown-issuer",
        sure=False,
    )
    issuer(
        "authority-key",
        "Signed by the authority, which issues no marks.",
        sign(claims, "authority"),
        "unknown-issuer",
    )
    issuer("status-key", "Signed by the key of the status lists.", sign(claims, "status"), "unknown-issuer")
    issuer(
        "level-4",
        "A level-3 issuer signs level 4.",
        sign(replace(claims, level=4), "issuer-3"),
        "level-not-allowed",
    )
    issuer(
        "too-long",
        "A second longer than the 400 days its issuer may give.",
        sign(replace(claims, exp=claims.nbf + 400 * DAY + 1), "issuer-3"),
        "level-not-allowed",
    )
    issuer(
        "other-scheme",
        "The mark says another scheme than the trust document.",
        sign(replace(claims, scheme="other"), "issuer-3"),
        "scheme-mismatch",
    )


def tell_trust(book: Book) -> None:
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
