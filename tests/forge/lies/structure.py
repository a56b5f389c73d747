"""Check 1: what is not a mark at all, or not the one asked for. Every bent payload is properly signed."""

from collections.abc import Callable
from typing import Any

import cbor2

from forge.trust_documents import kid_of
from forge.vectors import Book, published
from forge.world import sign
from schemas import cbor
from schemas.claims import EventKind, EventReason
from schemas.cose import EVENT_TYPE, MARK_TYPE
from schemas.times import DAY

FACTS = -65537


def tell(book: Book) -> None:
    world, mark = published()
    other = world.issue(logged=False)
    file, register, bundle = world.evidence(mark), world.register(), world.bundle()
    anchor = world.anchor
    book.valid("valid-evidence", "An honest mark with its own evidence.", mark.raw, file, anchor=anchor)
    book.valid("valid-bundle", "The same mark, found in the bundle of all.", mark.raw, bundle, anchor=anchor)
    book.valid("valid-link", "The same mark as its QR says it.", mark.link(), file, anchor=anchor)
    book.valid(
        "valid-number", "Only the number, looked up in a register.", mark.number, register, anchor=anchor
    )

    def refused(
        reason: str, name: str, says: str, subject: bytes | str, twin: str = "valid-evidence"
    ) -> None:
        book.lie(f"{reason}-{name}", says, subject, file, reason, anchor=anchor, notes=(), twin=twin)

    def bent(change: Callable[[dict[Any, Any]], object]) -> bytes:
        claims = cbor.decode(mark.claims.to_bytes(), max_size=1024)
        change(claims)
        return sign(cbor.encode(claims), "issuer-3")

    def spelled(old: bytes, new: bytes) -> bytes:
        payload = mark.claims.to_bytes()
        assert payload.count(old) == 1
        return sign(payload.replace(old, new), "issuer-3")

    iat, exp = b"\x06\x1a" + mark.claims.iat.to_bytes(4, "big"), mark.claims.exp
    level = b"\x03\x03\x04\x01"  # level 3, assessment 1
    event = world.event(mark, EventKind.SUSPEND, EventReason.MISUSE, logged=False)

    refused("malformed", "truncated", "The last byte is missing.", mark.raw[:-1])
    refused("malformed", "trailing-byte", "One byte follows the signature.", mark.raw + b"\0")
    refused("malformed", "untagged", "Tag 18 is missing.", mark.raw[1:])
    refused("malformed", "empty", "There are no bytes.", b"")
    refused(
        "malformed",
        "unknown-claim",
        "A claim this format does not know (8, cnf).",
        bent(lambda c: c.update({8: {}})),
    )
    refused("malformed", "missing-claim", "No iat.", bent(lambda c: c.pop(6)))
    refused(
        "malformed",
        "claim-twice",
        "iat stands twice.",
        sign(b"\xa8" + spelled_twice(mark.claims.to_bytes(), iat), "issuer-3"),
    )
    refused(
        "malformed",
        "level-true",
        "The level is true, which some readers take for 1.",
        spelled(level, b"\x03\xf5\x04\x01"),
    )
    refused("malformed", "level-float", "The level is 3.0.", spelled(level, b"\x03\xf9\x42\x00\x04\x01"))
    refused(
        "malformed",
        "time-is-date",
        "exp is a tagged date.",
        spelled(b"\x04\x1a" + exp.to_bytes(4, "big"), b"\x04\xc1\x1a" + exp.to_bytes(4, "big")),
    )
    refused(
        "malformed",
        "cyclic",
        "The scope is six bytes that some readers turn into a list holding itself.",
        spelled(
            cbor.encode(1) + cbor.encode(mark.claims.statement),
            bytes.fromhex("d81c81d81d00") + cbor.encode(mark.claims.statement),
        ),
    )
    refused(
        "malformed", "not-nfc", "The name is not in NFC.", bent(lambda c: c[FACTS].update({6: "Cafe\u0301"}))
    )
    refused(
        "malformed",
        "right-to-left",
        "The name holds an override of the writing direction.",
        bent(lambda c: c[FACTS].update({5: "株式会社\u202eみほん"})),
    )
    refused(
        "malformed",
        "check-digit",
        "The holder's number has a wrong check digit.",
        bent(lambda c: c.update({2: "0188:7000012050003"})),
    )
    refused(
        "malformed",
        "reaches-back",
        "nbf is a second more than 7 days before iat.",
        bent(lambda c: c.update({5: c[6] - 7 * DAY - 1})),
    )
    refused("malformed", "ends-before-it-begins", "exp equals nbf.", bent(lambda c: c.update({4: c[5]})))
    refused(
        "malformed", "no-latin-name", "A Japanese name without a Latin one.", bent(lambda c: c[FACTS].pop(6))
    )
    refused(
        "malformed",
        "number-too-large",
        "A mark number of 46 bits.",
        bent(lambda c: c.update({7: (1 << 45).to_bytes(6, "big")})),
    )
    refused("malformed", "event-as-mark", "An event is shown where a mark belongs.", event.raw)
    refused(
        "malformed",
        "event-claims-in-mark",
        "The claims of an event under the header of a mark.",
        sign(event.claims.to_bytes(), "issuer-3", typ=MARK_TYPE),
    )
    refused(
        "malformed",
        "mark-claims-in-event",
        "The claims of a mark under the header of an event.",
        sign(mark.claims, "issuer-3", typ=EVENT_TYPE),
    )
    refused("malformed", "text", "The text is no link, no digits and no number.", "certified!", "valid-link")
    refused(
        "malformed",
        "mistyped-number",
        "The number's check character is wrong.",
        mistyped(mark.number),
        "valid-link",
    )
    refused(
        "malformed",
        "unknown-form",
        "Digits of a form nobody has defined.",
        str(int.from_bytes(b"\1\2" + mark.raw, "big")),
        "valid-link",
    )

    refused(
        "not-deterministic",
        "long-integer",
        "The level takes two bytes where one would do.",
        spelled(level, b"\x03\x18\x03\x04\x01"),
    )
    refused(
        "not-deterministic",
        "long-length",
        "The holder's length takes two bytes too many.",
        spelled(cbor.encode(str(mark.claims.holder)), b"\x79\x00\x12" + str(mark.claims.holder).encode()),
    )
    refused(
        "not-deterministic",
        "indefinite-map",
        "The claims are a map of indefinite length.",
        sign(b"\xbf" + mark.claims.to_bytes()[1:] + b"\xff", "issuer-3"),
    )
    refused(
        "not-deterministic", "unsorted", "iat before nbf.", sign(unsorted(mark.claims.to_bytes()), "issuer-3")
    )
    refused(
        "not-deterministic",
        "length-first",
        "The keys of the status reference are in another order.",
        sign(swapped(mark.claims.to_bytes()), "issuer-3"),
    )
    refused("not-deterministic", "header", "The protected header is not sorted.", header_unsorted(mark.raw))
    refused("not-deterministic", "long-tag", "Tag 18 in two bytes.", b"\xd8\x12" + mark.raw[1:])

    header = b"\xa1\x04\x48" + bytes.fromhex(kid_of("issuer-3"))
    refused(
        "unsigned-header",
        "kid",
        "The key id stands in the unprotected header, too.",
        sign(mark.claims, "issuer-3", unprotected=header),
    )

    wide: dict[str, Any] = {
        "name": "あ" * 80,
        "name_latin": "a" * 240,
        "statement": "い" * 80,
        "statement_latin": "b" * 240,
    }
    large = world.claims(**wide)
    refused(
        "too-large",
        "mark",
        "Every text as long as permitted: more than 1,024 bytes.",
        sign(large, "issuer-3"),
    )
    refused("too-large", "digits", "2,481 digits.", "1" * 2481, "valid-link")

    refused(
        "number-mismatch",
        "link",
        "The link names another number than the mark in it.",
        mark.link(number=other.number),
        "valid-link",
    )
    refused(
        "number-mismatch",
        "evidence",
        "The number asked for is not that of the evidence at hand.",
        other.number,
        "valid-number",
    )
    book.doubt(
        "mark-unavailable-plain-bundle",
        "Only a number, and a bundle that holds hashes.",
        mark.number,
        bundle,
        "mark-unavailable",
        anchor=anchor,
        notes=(),
        twin="valid-number",
    )
    book.doubt(
        "mark-unavailable-unknown-number",
        "A number under which nothing was logged.",
        other.number,
        register,
        "mark-unavailable",
        anchor=anchor,
        notes=(),
        twin="valid-number",
    )


def spelled_twice(payload: bytes, iat: bytes) -> bytes:
    return payload[1:].replace(iat, iat + iat)


def unsorted(payload: bytes) -> bytes:
    """Keys 5 and 6 exchanged; each is one byte and its value five."""
    place = payload.index(b"\x05\x1a")
    return (
        payload[:place] + payload[place + 6 : place + 12] + payload[place : place + 6] + payload[place + 12 :]
    )


def swapped(payload: bytes) -> bytes:
    claims = cbor2.loads(payload)
    reference = claims[65535]["status_list"]
    claims[65535]["status_list"] = {"uri": reference["uri"], "idx": reference["idx"]}
    return cbor2.dumps(claims)


def header_unsorted(raw: bytes) -> bytes:
    """alg after kid, and signed so."""
    alg, kid = b"\x01\x32", b"\x04\x48" + bytes.fromhex(kid_of("issuer-3"))
    assert alg + kid in raw
    return raw.replace(alg + kid, kid + alg)


def mistyped(number: str) -> str:
    return number[:-1] + ("0" if number[-1] != "0" else "1")
