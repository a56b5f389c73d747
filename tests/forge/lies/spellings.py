"""Check 1 again: where languages differ in what they call a blank, a letter's other case, the end of a stream, an order."""

import json
from zlib import DEFLATED, compressobj

from forge.trust_documents import note
from forge.vectors import Book, published
from forge.world import ISSUED, NOW, World, first_document
from schemas.qr import DICTIONARY_1
from schemas.times import DAY, HOUR
from schemas.trust_document import FIRST_LINE


def tell(book: Book) -> None:
    world, mark = published()
    file, anchor = world.register(), world.anchor
    book.valid(
        "valid-number-next-line",
        "U+0085 stands behind the number.",
        f"{mark.number}\x85",
        file,
        anchor=anchor,
    )
    book.valid(
        "valid-number-byte-order-mark",
        "U+FEFF stands before the number.",
        f"\ufeff{mark.number}",
        file,
        anchor=anchor,
    )
    book.valid(
        "valid-link-compressed",
        "A link whose code is compressed.",
        linked(mark.number, deflated(mark.raw)),
        file,
        anchor=anchor,
    )

    def refused(name: str, says: str, subject: str, twin: str) -> None:
        book.lie(f"malformed-{name}", says, subject, file, "malformed", anchor=anchor, notes=(), twin=twin)

    refused(
        "number-file-separator",
        "U+001C stands behind the number.",
        f"{mark.number}\x1c",
        "valid-number-next-line",
    )
    refused(
        "link-long-s",
        "The scheme of the link is written with U+017F.",
        f"http\u017f://akashi.example/m/{mark.number}",
        "valid-link-compressed",
    )
    refused(
        "code-behind",
        "A byte follows the final DEFLATE block.",
        linked(mark.number, deflated(mark.raw) + b"\0"),
        "valid-link-compressed",
    )
    refused(
        "code-long",
        "The code inflates to a million bytes, and a byte follows.",
        linked(mark.number, deflated(bytes(1_000_000)) + b"\0"),
        "valid-link-compressed",
    )

    reordered = World(first_document() | {"keys": names_given(first_document()["keys"])})
    mark = reordered.issue()
    reordered.publish(ISSUED + HOUR)
    reordered.trust(NOW - DAY, logged=False)
    reordered.publish(NOW - HOUR)
    reordered.notes[-1] = note(written_backwards(reordered.documents[-1]))
    book.valid(
        "valid-trust-members-reordered",
        "In the next version of the trust document the members of every object stand in another order.",
        mark.raw,
        reordered.evidence(mark),
        anchor=reordered.anchor,
    )


def linked(number: str, packed: bytes) -> str:
    return f"https://akashi.example/m/{number}#{int.from_bytes(packed, 'big')}"


def deflated(data: bytes) -> bytes:
    packer = compressobj(9, DEFLATED, -15, 9, zdict=DICTIONARY_1)
    return b"\1\1" + packer.compress(data) + packer.flush()


def names_given(keys: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{**entry, "names": {"ja": "見本", "en": "Sample"}} for entry in keys]


def written_backwards(document: dict[str, object]) -> str:
    def backwards(value: object) -> object:
        match value:
            case dict():
                return {name: backwards(value[name]) for name in sorted(value, reverse=True)}
            case list():
                return [backwards(one) for one in value]
        return value

    return f"{FIRST_LINE}\n{json.dumps(backwards(document), ensure_ascii=False)}\n"
