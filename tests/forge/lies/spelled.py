"""Check 1, where a second reader might differ: check digits, a link's spelling, and which of two faults is named."""

from forge.lies.structure import header_unsorted
from forge.trust_documents import kid_of
from forge.vectors import Book, published
from forge.world import sign
from schemas import cbor
from schemas.organisation_id import OrganisationId


def tell(book: Book) -> None:
    world, mark = published(holder=OrganisationId.from_text("0208:0000009797"))
    file, anchor = world.evidence(mark), world.anchor
    book.valid(
        "valid-belgian",
        "A Belgian holder whose first eight digits are a multiple of 97: the last two are 97.",
        mark.raw,
        file,
        anchor=anchor,
    )
    claims = cbor.decode(mark.claims.to_bytes(), max_size=1024)
    twin = sign(cbor.encode(claims | {2: "0208:0000009700"}), "issuer-3")
    book.lie(
        "malformed-belgian-twin",
        "The same with 00, which leaves the same remainder.",
        twin,
        file,
        "malformed",
        anchor=anchor,
        notes=(),
        twin="valid-belgian",
    )

    link, digits = mark.link().split("#")
    base, number = link.rsplit("/", 1)
    once = "".join(f"%{ord(character):02X}" for character in number)
    book.valid(
        "valid-link-percent",
        "A link whose number is percent-encoded, as a server reads it.",
        f"{base}/{once}#{digits}",
        file,
        anchor=anchor,
    )
    book.lie(
        "number-mismatch-percent-twice",
        "The number is percent-encoded twice.",
        f"{base}/{once.replace('%', '%25')}#{digits}",
        file,
        "number-mismatch",
        anchor=anchor,
        notes=(),
        twin="valid-link-percent",
    )
    book.lie(
        "malformed-link-userinfo",
        "Before the host stands what dresses it up.",
        mark.link().replace("://", "://akashi.example@"),
        file,
        "malformed",
        anchor=anchor,
        notes=(),
        twin="valid-link-percent",
    )

    def bent(unprotected: bytes, level: int) -> bytes:
        facts = claims[-65537] | {3: level}
        return sign(cbor.encode(claims | {-65537: facts}), "issuer-3", unprotected=unprotected)

    header = b"\xa1\x04\x48" + bytes.fromhex(kid_of("issuer-3"))
    book.lie(
        "malformed-under-other-faults",
        "Level 0, under an unsorted protected header and one that nobody signed.",
        header_unsorted(bent(header, 0)),
        file,
        "malformed",
        anchor=anchor,
        notes=(),
        twin="valid-belgian",
    )
    book.lie(
        "not-deterministic-beside-unsigned",
        "An unsorted protected header, and one that nobody signed.",
        header_unsorted(bent(header, 3)),
        file,
        "not-deterministic",
        anchor=anchor,
        notes=(),
        twin="valid-belgian",
    )
