"""Check 2: whose key it is, and what that key may sign."""

from dataclasses import replace

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
        "The same by a key in no trust document: the number alone is refused.",
        sign(claims, "stranger", alg=0),
        "wrong-algorithm",
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

    longest = World()
    mark = longest.issue(exp=ISSUED + 400 * DAY)
    longest.publish(ISSUED + HOUR)
    longest.publish(NOW - HOUR)
    book.valid(
        "valid-longest",
        "Of exactly the 400 days its issuer may give.",
        mark.raw,
        longest.evidence(mark),
        anchor=longest.anchor,
    )
