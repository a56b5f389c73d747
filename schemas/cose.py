"""COSE_Sign1 (RFC 9052 §4.2) in the one shape Akashi signs (docs/format.md §1).

    COSE_Sign1 = #6.18([protected: bstr .cbor header, unprotected: {}, payload: bstr, signature: bstr .size 64])
    header     = {1: alg, 4: kid, 16: typ}

A `Sign1` is *unverified*: it says what the bytes say, not who said it. The protected bytes are kept
as received, because the signature is over them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from schemas import cbor
from schemas.errors import MalformedError, NotDeterministicError, TooLargeError, UnsignedHeaderError

__all__ = [
    "EVENT_TYPE",
    "KID_SIZE",
    "MARK_TYPE",
    "MAX_SIGN1",
    "PROFILE_TYPE",
    "STATUS_LIST_TYPE",
    "Header",
    "Sign1",
    "header_bytes",
    "objects_in",
    "to_be_signed",
    "type_of",
]

MARK_TYPE = "application/mark+cwt"
EVENT_TYPE = "application/mark-event+cwt"
PROFILE_TYPE = "application/mark-profile+cwt"
STATUS_LIST_TYPE = "application/statuslist+cwt"

KID_SIZE = 8
SIGNATURE_SIZE = 64  # Ed25519 and ESP256 alike
TAG_18 = b"\xd2"
ARRAY_4 = b"\x84"
_ARRAY_HEADS = frozenset([b"", *(bytes((head,)) for head in range(0x80, 0xA0))])  # b"": cut off after the tag
LONGEST_HEADER = 64  # of those in their one encoding
MAX_SIGN1 = {  # bytes, checked before anything is parsed
    MARK_TYPE: 1024,
    EVENT_TYPE: 512,
    PROFILE_TYPE: 66 * 1024,
    STATUS_LIST_TYPE: 40 * 1024,
}
MAX_OBJECT = max(MAX_SIGN1.values())
MAX_PARTS = 32  # of an object; it has six, and what makes it wrong may have more


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The protected header: which key, which algorithm, which kind of object. It selects, never vouches."""

    alg: int
    kid: bytes
    typ: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign1:
    """A COSE_Sign1 whose structure is right and whose signature nobody has checked."""

    raw: bytes
    protected: bytes
    payload: bytes
    signature: bytes
    header: Header

    @classmethod
    def from_bytes(cls, data: bytes, *, typ: str) -> "Sign1":
        """Read one object of the media type `typ`.

        Raises TooLargeError, MalformedError, NotDeterministicError, UnsignedHeaderError.
        """
        sign1, fault = cls.unsettled(data, typ=typ)
        if fault is not None:
            raise fault
        return sign1

    @classmethod
    def unsettled(cls, data: bytes, *, typ: str) -> tuple["Sign1", MalformedError | None]:
        """Read one object, and give beside it what is only encoded otherwise or unsigned: its payload may hold worse.

        Of several faults the one that stands first in docs/format.md §8 is to be named. Raises TooLargeError, MalformedError.
        """
        if len(data) > MAX_SIGN1[typ]:
            raise TooLargeError(
                f"{len(data)} bytes where at most {MAX_SIGN1[typ]} are permitted", "COSE_Sign1"
            )
        tag = _size_of_tag_18(data)
        if tag == 0:
            raise MalformedError("does not begin with tag 18", "COSE_Sign1")
        parts = cbor.loads(data[tag:], max_size=len(data), path="COSE_Sign1")
        if type(parts) is not list or len(parts) != 4:
            raise MalformedError("expected an array of four", "COSE_Sign1")
        protected, unprotected, payload, signature = parts
        if type(protected) is not bytes or type(payload) is not bytes or type(signature) is not bytes:
            raise MalformedError("protected header, payload and signature are byte strings", "COSE_Sign1")
        if type(unprotected) is not dict:
            raise MalformedError("the unprotected header is a map", "COSE_Sign1")
        if len(signature) != SIGNATURE_SIZE:
            raise MalformedError(f"a signature has {SIGNATURE_SIZE} bytes", "COSE_Sign1.signature")
        header, of_header = _read_header(protected)
        if header.typ != typ:
            raise MalformedError(f"is {header.typ!r}, expected {typ!r}", "COSE_Sign1.protected.16")
        if unprotected:
            whole = cbor.encode([protected, unprotected, payload, signature])
        else:
            whole = _assemble(protected, payload, signature)[1:]
        fault: MalformedError | None = cbor.other_encoding(whole, data[tag:], path="COSE_Sign1") or of_header
        if fault is None and tag > 1:
            fault = NotDeterministicError("tag 18 is not in its shortest form", "COSE_Sign1")
        if fault is None and unprotected:
            fault = UnsignedHeaderError("the unprotected header must be empty", "COSE_Sign1.unprotected")
        sign1 = cls(raw=data, protected=protected, payload=payload, signature=signature, header=header)
        return sign1, fault

    @classmethod
    def assemble(cls, *, protected: bytes, payload: bytes, signature: bytes) -> "Sign1":
        """Put a signed object together; reading its bytes back gives the same value."""
        raw = _assemble(protected, payload, signature)
        return cls.from_bytes(raw, typ=read_header(protected).typ)

    def to_be_signed(self) -> bytes:
        return to_be_signed(self.protected, self.payload)


def to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """Give the Sig_structure `["Signature1", protected, h'', payload]` (RFC 9052 §4.4)."""
    return b"\x84\x6aSignature1" + cbor.byte_string(protected) + b"\x40" + cbor.byte_string(payload)


def header_bytes(*, alg: int, kid: bytes, typ: str) -> bytes:
    """Encode the protected header."""
    return cbor.encode({1: alg, 4: kid, 16: typ})


@lru_cache(maxsize=1024)  # one entry a key and kind: a register has few, a bulk check meets them often
def read_header(protected: bytes) -> Header:
    """Read the bytes inside the protected byte string: exactly {1: alg, 4: kid, 16: typ}."""
    header, fault = _parse_header(protected)
    if fault is not None:
        raise fault
    return header


def _read_header(protected: bytes) -> tuple[Header, NotDeterministicError | None]:
    if len(protected) > LONGEST_HEADER:
        return _parse_header(protected)  # not worth keeping
    try:
        return read_header(protected), None
    except NotDeterministicError:
        return _parse_header(protected)


def _parse_header(protected: bytes) -> tuple[Header, NotDeterministicError | None]:
    path = "COSE_Sign1.protected"
    value = cbor.loads(protected, max_size=len(protected), path=path)
    header = cbor.closed_map(value, required=frozenset({1, 4, 16}), path=path)
    alg, kid, typ = header[1], header[4], header[16]
    if type(alg) is not int:
        raise MalformedError("alg is an integer", path + ".1")
    if type(kid) is not bytes or len(kid) != KID_SIZE:
        raise MalformedError(f"kid has {KID_SIZE} bytes", path + ".4")
    if type(typ) is not str:
        raise MalformedError("typ is a text", path + ".16")
    fault = cbor.other_encoding(cbor.encode(header), protected, path=path)
    return Header(alg=alg, kid=kid, typ=typ), fault


def _assemble(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    return b"".join(
        (
            TAG_18,
            ARRAY_4,
            cbor.byte_string(protected),
            b"\xa0",
            cbor.byte_string(payload),
            cbor.byte_string(signature),
        )
    )


def _size_of_tag_18(data: bytes) -> int:
    """How many bytes tag 18 takes in front; 0 where it does not stand there."""
    if data[:1] == TAG_18:
        return 1
    width = {0xD8: 1, 0xD9: 2, 0xDA: 4, 0xDB: 8}.get(data[0] if data else 0, 0)
    return 1 + width if width and int.from_bytes(data[1 : 1 + width]) == 18 else 0


def type_of(data: bytes) -> str:
    """Give the media type an object claims in its protected header, to know how to read it. Raises MalformedError.

    What is only encoded otherwise is for the reader of that type to say.
    """
    tag = _size_of_tag_18(data)
    if tag == 0:
        raise MalformedError("does not begin with tag 18", "COSE_Sign1")
    parts = cbor.loads(data[tag:], max_size=MAX_OBJECT, path="COSE_Sign1")
    if type(parts) is not list or not parts or type(parts[0]) is not bytes:
        raise MalformedError("expected an array of four", "COSE_Sign1")
    return _read_header(parts[0])[0].typ


def objects_in(data: bytes) -> Iterator[bytes]:
    """Cut a CBOR sequence (RFC 8742) of tag-18 arrays into its objects, one at a time, none of them judged yet.

    Raises MalformedError or TooLargeError in place of the first that is no tag-18 array of at most MAX_PARTS parts and
    MAX_OBJECT bytes; nothing after it is looked at.
    """
    start = 0
    while start < len(data):
        tag = _size_of_tag_18(data[start : start + 9])
        if tag == 0 or data[start + tag : start + tag + 1] not in _ARRAY_HEADS:
            raise MalformedError("is no array with tag 18", f"byte {start}")
        end = cbor.end_of_item(data, start, max_size=MAX_OBJECT, max_parts=MAX_PARTS)
        yield data[start:end]
        start = end
