"""Token Status Lists in CWT form, two bits an entry (docs/format.md §4; draft-ietf-oauth-status-list-20).

    list = {2: uri, 4: exp, 6: iat, 65533: {"lst", "bits": 2, "aggregation_uri"}, 65534: ttl,
            -65540: [log place, N leaves, trust version]}

The private claim says *of which state of the log* the list speaks: it can only repeat the log, and
anybody can recompute it.
"""

import re
import zlib
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from schemas import cbor
from schemas.errors import MalformedError
from schemas.text import check_text
from schemas.times import MAX_TIME

__all__ = [
    "ENTRIES",
    "LIFETIME",
    "LIST_BYTES",
    "TTL",
    "Status",
    "StatusListClaims",
    "StatusUri",
    "aggregation_uri",
    "compress",
    "inflate",
    "set_status",
    "status_at",
]

# "Requested" at IANA as of draft 20; the registered numbers, once they differ, are changed here alone.
LIST_CLAIM = 65533
TTL_CLAIM = 65534
POSITION_CLAIM = -65540

ENTRIES = 2**17
BITS = 2
LIST_BYTES = ENTRIES * BITS // 8  # 32,768
MAX_LST = 38 * 1024
LIFETIME = 14 * 86400  # seconds from iat to exp
TTL = 3600


class Status(IntEnum):
    VALID = 0
    REVOKED = 1
    SUSPENDED = 2
    SUPERSEDED = 3

    @property
    def slug(self) -> str:
        return self.name.lower()


def status_at(data: bytes, index: int, *, bits: int = BITS) -> int:
    """Read one entry of uncompressed list bytes, least significant bits first. IndexError beyond the end."""
    if bits == BITS:
        return data[index >> 2] >> 2 * (index & 3) & 3
    per_byte = 8 // bits
    return (data[index // per_byte] >> (index % per_byte * bits)) & ((1 << bits) - 1)


def set_status(data: bytearray, index: int, status: int) -> None:
    """Write one two-bit entry in place."""
    shift = index % 4 * BITS
    data[index // 4] = data[index // 4] & ~(3 << shift) | status << shift


def compress(data: bytes) -> bytes:
    return zlib.compress(data, 9)


def inflate(lst: bytes, *, size: int, path: str = "lst") -> bytes:
    """Inflate a zlib stream to exactly `size` bytes; never allocates more than one byte over it."""
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(lst, size + 1)
    except zlib.error as error:
        raise MalformedError(f"not a zlib stream ({error})", path) from error
    if len(data) != size or not stream.eof or stream.unused_data:
        raise MalformedError(f"does not inflate to exactly {size} bytes", path)
    return data


_URI = re.compile(r"https://([a-z0-9.-]{1,253})/status/([a-z0-9]{1,4})/(0|[1-9][0-9]{0,8})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUri:
    """The name of a list: `https://<host>/status/<series>/<n>`. A name, not a location (§1)."""

    host: str
    series: str
    n: int

    @staticmethod
    @lru_cache(maxsize=1024)  # one entry a list, and up to 2^17 marks name the same list
    def find(uri: str) -> "StatusUri | None":
        """Read a uri; None for any other form, which no mark of ours has."""
        found = _URI.fullmatch(uri)
        return None if found is None else StatusUri(host=found[1], series=found[2], n=int(found[3]))

    @property
    def path(self) -> str:
        return f"status/{self.series}/{self.n}"

    def __str__(self) -> str:
        return f"https://{self.host}/{self.path}"


_KEYS = frozenset({2, 4, 6, LIST_CLAIM, TTL_CLAIM, POSITION_CLAIM})
_LIST_KEYS = frozenset({"lst", "bits", "aggregation_uri"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusListClaims:
    """One list as signed. `statuses` are the 32,768 bytes before compression; `size` is N of Fold(N)."""

    uri: str
    iat: int
    exp: int
    ttl: int
    aggregation_uri: str
    place: int
    size: int
    trust_version: int
    statuses: bytes

    @classmethod
    def from_bytes(cls, payload: bytes) -> "StatusListClaims":
        """Read a payload. Raises MalformedError, NotDeterministicError, TooLargeError."""
        path = "list"
        top = cbor.loads(payload, max_size=MAX_LST + 1024, path=path)
        top = cbor.closed_map(top, required=_KEYS, path=path)
        body = cbor.closed_map(top[LIST_CLAIM], required=_LIST_KEYS, path=path + ".65533")
        position = top[POSITION_CLAIM]
        if type(position) is not list or len(position) != 3:
            raise MalformedError("expected [log place, leaves, trust version]", path + ".-65540")
        if type(body["bits"]) is not int or body["bits"] != BITS:
            raise MalformedError("a list has two bits an entry", path + ".65533.bits")
        if type(body["lst"]) is not bytes:
            raise MalformedError("expected a byte string", path + ".65533.lst")
        claims = cls(
            uri=_text(top[2], path + ".2"),
            exp=_uint(top[4], path + ".4", below=MAX_TIME),
            iat=_uint(top[6], path + ".6", below=MAX_TIME),
            ttl=_uint(top[TTL_CLAIM], path + ".65534"),
            aggregation_uri=_text(body["aggregation_uri"], path + ".65533.aggregation_uri"),
            place=_uint(position[0], path + ".-65540.0"),
            size=_uint(position[1], path + ".-65540.1"),
            trust_version=_uint(position[2], path + ".-65540.2"),
            statuses=inflate(body["lst"], size=LIST_BYTES, path=path + ".65533.lst"),
        )
        if claims.exp != claims.iat + LIFETIME or claims.ttl != TTL:
            # Not the signer's choice: until its end a list speaks where nobody can ask for a newer one.
            raise MalformedError("a list ends 14 days after its iat, and has a ttl of 3600", path + ".4")
        cbor.check_same(cbor.encode(top), payload, path=path)
        return claims

    def to_bytes(self) -> bytes:
        """Encode. Another zlib may compress the same list otherwise, so only `statuses` is comparable."""
        body: dict[Any, Any] = {
            "bits": BITS,
            "lst": compress(self.statuses),
            "aggregation_uri": self.aggregation_uri,
        }
        return cbor.encode(
            {
                2: self.uri,
                4: self.exp,
                6: self.iat,
                LIST_CLAIM: body,
                TTL_CLAIM: self.ttl,
                POSITION_CLAIM: [self.place, self.size, self.trust_version],
            }
        )


def aggregation_uri(host: str) -> str:
    """Name the list of lists of a register (`status_aggregation`, draft §9)."""
    uri = f"https://{host}/status/aggregation"
    if urlsplit(uri).hostname != host:
        raise ValueError(f"{host!r} is not a bare host name")
    return uri


def _uint(value: object, path: str, *, below: int = cbor.MAX_UINT + 1) -> int:
    if type(value) is not int or not 0 <= value < below:
        raise MalformedError("expected a non-negative integer within bounds", path)
    return value


def _text(value: object, path: str) -> str:
    if type(value) is not str:
        raise MalformedError("expected a text", path)
    check_text(value, path, max_bytes=240)
    return value
