"""Check 3: the signature. Nothing of these marks is ever shown."""

from dataclasses import replace

from forge.signers import P256Signer, signer_named
from forge.vectors import Book, published
from forge.world import sign


def tell(book: Book) -> None:
    world, mark = published()
    p_world, p_mark = published(signer="issuer-p")
    book.valid(
        "valid-esp256",
        "An honest mark of an issuer with a P-256 key.",
        p_mark.raw,
        p_world.evidence(p_mark),
        anchor=p_world.anchor,
    )

    def bad(name: str, says: str, raw: bytes) -> None:
        book.lie(
            f"bad-signature-{name}",
            says,
            raw,
            world.evidence(mark),
            "bad-signature",
            anchor=world.anchor,
            notes=(),
            twin="valid-evidence",
        )

    bad("last-bit", "The last bit of the signature is another.", mark.raw[:-1] + bytes([mark.raw[-1] ^ 1]))
    bad(
        "raised-level",
        "One digit: the edition is next year's.",
        mark.raw.replace(b"2026-03-27", b"2027-03-27"),
    )
    bad(
        "other-holder",
        "The holder was exchanged after signing.",
        mark.raw.replace(b"0188:7000012050002", b"0188:2180001135973"),
    )
    bad(
        "borrowed-kid",
        "Another issuer's signature under this issuer's key id.",
        sign(mark.claims, "issuer-4", kid=signer_named("issuer-3").kid),
    )
    bad(
        "event-signature",
        "The signature of another mark of the same issuer.",
        mark.raw[:-64] + sign(replace(mark.claims, level=2), "issuer-3")[-64:],
    )
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(mark.raw[-32:], "little") + order
    bad(
        "s-plus-order",
        "S is not reduced: a second spelling of the same signature.",
        mark.raw[:-32] + s.to_bytes(32, "little"),
    )

    twin = sign(p_mark.claims, P256Signer("issuer-p", high_s=True))
    book.lie(
        "bad-signature-p256-twin",
        "The twin (r, n − s) of a good P-256 signature, which anybody can make.",
        twin,
        p_world.evidence(p_mark),
        "bad-signature",
        anchor=p_world.anchor,
        notes=(),
        twin="valid-esp256",
    )
