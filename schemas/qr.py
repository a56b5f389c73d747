"""A mark in a QR code that is also a plain link (docs/format.md §2).

    https://HOST/m/<NUMBER>#<digits>

    digits  = [1-9][0-9]{0,2479}, decimal of the big-endian integer  01 ‖ form ‖ data
    form 0    data is the mark's bytes
    form 1    data is raw DEFLATE (RFC 1951) of them with preset dictionary no. 1

The leading 01 keeps leading zero bytes, and so gives every byte string exactly one decimal. Writers take the
shorter form, readers either. Browsers never send what follows `#`. The digits go into QR numeric mode, which
costs 0.3 % over the raw bytes; with the library `qrcode`, at error correction M:

    link, digits = segments(url)
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(qrcode.util.QRData(link, mode=qrcode.util.MODE_8BIT_BYTE))
    code.add_data(qrcode.util.QRData(digits, mode=qrcode.util.MODE_NUMBER))  # unless empty

A dictionary, once published, never changes: every printed mark depends on it. A better one is form 2.
How this one was chosen: docs/adr/0005-qr-dictionary.md. Without a library, in a browser: feed
`DecompressionStream("deflate-raw")` one stored, non-final block that holds the dictionary, then the data,
and drop the dictionary's length from the front.

Identity is the mark's bytes, never the code's text: what is returned here is unverified, host and number too.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import MalformedError, TooLargeError
from schemas.mark_number import BadMarkNumberError, MarkNumber

__all__ = ["DICTIONARY_1", "Found", "from_digits", "read", "segments", "to_digits", "to_url"]

MAX_MARK = 1024
MAX_DIGITS = 2480
MAX_TEXT = 4096
DICTIONARY_1_SHA256 = "1ef4aaf51eaada361856f1d2c022775be1fa646c4f2e9a3372110681f5077834"

# Unicode's White_Space, in full: what `\s` and `strip` take for it differs from language to language.
_WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_LINK = re.compile(
    rf"https?://(?P<host>\[[0-9a-f:.]+\]|[^{_WHITE}/?#@:\\\[\]]+)(?::[0-9]{{1,5}})?"  # no user info: it dresses up hosts
    rf"/m/(?P<number>[^{_WHITE}/?#]+)/?(?:\?[^{_WHITE}#]*)?(?:#(?P<digits>.*))?",
    re.ASCII | re.IGNORECASE | re.DOTALL,  # ASCII: or "httpſ" would be https
)
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_BASE = re.compile(rf"https?://[^{_WHITE}/?#@\\]+/?")
_AROUND = f"{_WHITE}\ufeff"  # a byte order mark is no part of what follows it
_STRATEGIES = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_FIXED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What stood in a text, unverified.

    `number`: ten characters; beside a mark also whatever else stood in its place, which no mark's number equals.
    `host`: lower case if it is ASCII, without port. `mark`: the bytes of what ought to be a mark.
    """

    number: str | None
    host: str | None
    mark: bytes | None


def to_url(base: str, number: MarkNumber, mark: bytes | None) -> str:
    """The link for a mark; without `mark` the small one that only names it. `base`: scheme, host, perhaps port."""
    if not _BASE.fullmatch(base):
        raise ValueError(f"a link starts with http(s)://host, not {base!r}")
    link = f"{base.rstrip('/')}/m/{number}"
    return link if mark is None else f"{link}#{to_digits(mark)}"


def segments(url: str) -> tuple[bytes, bytes]:
    """`url` in two parts for a QR code: up to `#` for byte mode, the digits for numeric mode (empty if none)."""
    link, mark, digits = url.partition("#")
    return f"{link}{mark}".encode("ascii"), digits.encode("ascii")


def to_digits(mark: bytes) -> str:
    """The shorter of the two forms."""
    if not 0 < len(mark) <= MAX_MARK:
        raise TooLargeError(f"a mark has 1 to {MAX_MARK} bytes, not {len(mark)}", "qr")
    shortest = min((_deflate(mark, strategy) for strategy in _STRATEGIES), key=len)
    packed = b"\1\1" + shortest if len(shortest) < len(mark) else b"\1\0" + mark
    return str(int.from_bytes(packed, "big"))


def from_digits(digits: str) -> bytes:
    """The bytes in the digits, at most 1,024 of them; that they are a mark is not established.

    Raises MalformedError, TooLargeError.
    """
    if not _is_digits(digits):
        raise MalformedError("not decimal digits without a leading zero", "qr")
    if len(digits) > MAX_DIGITS:
        raise TooLargeError(f"more than {MAX_DIGITS} digits", "qr")
    value = int(digits)
    packed = value.to_bytes((value.bit_length() + 7) // 8, "big")
    if packed[0] != 1 or len(packed) < 3:
        raise MalformedError("the digits do not start with 01, form and data", "qr")
    form, data = packed[1], packed[2:]
    if form == 0:
        mark = data
    elif form == 1:
        mark = _inflate(data)
    else:
        raise MalformedError(f"form {form} is not known here", "qr")
    if len(mark) > MAX_MARK:
        raise TooLargeError(f"more than {MAX_MARK} bytes", "qr")
    return mark


def read(text: str) -> Found:
    """What a scanned or pasted text holds: a link (port and query ignored), bare digits, or a mark number.

    Ten characters are always a number; digits that carry a mark are many more. Raises MalformedError,
    BadMarkNumberError if there is nothing but a number and it is mistyped.
    """
    if len(text) > MAX_TEXT:
        raise TooLargeError(f"text of more than {MAX_TEXT} characters", "qr")
    text = text.strip(_AROUND)
    link = _LINK.fullmatch(text)
    if link is None:
        if len(text) > 10 and _is_digits(text):
            return Found(number=None, host=None, mark=from_digits(text))
        if "/" in text:
            raise MalformedError("a link that is not http(s)://host/m/number", "qr")
        return Found(number=str(MarkNumber.from_text(text)), host=None, mark=None)
    mark = from_digits(link["digits"]) if link["digits"] else None
    try:
        number = str(MarkNumber.from_text(_decoded(link["number"])))
    except BadMarkNumberError:
        if mark is None:
            raise
        number = link["number"]
    host: str = link["host"]
    return Found(number=number, host=host.lower() if host.isascii() else host, mark=mark)


def _decoded(segment: str) -> str:
    """Take percent-encoding off once, as the server of the link does (RFC 3986 §2.1). Raises BadMarkNumberError."""
    if "%" not in segment:
        return segment
    if _STRAY_PERCENT.search(segment):
        raise BadMarkNumberError("a percent sign without two hex digits")
    try:
        return _PERCENT.sub(lambda found: bytes([int(found[1], 16)]), segment.encode()).decode()
    except UnicodeError as error:
        raise BadMarkNumberError("percent-encoding of what is not UTF-8") from error


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdecimal() and text[0] != "0"


def _deflate(mark: bytes, strategy: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, strategy, DICTIONARY_1)
    return packer.compress(mark) + packer.flush()


def _inflate(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(-15, zdict=DICTIONARY_1)
    try:
        mark = unpacker.decompress(data, MAX_MARK + 1)
    except zlib.error as error:
        raise MalformedError(f"not DEFLATE: {error}", "qr") from error
    if len(mark) > MAX_MARK:
        raise MalformedError(f"inflates to more than {MAX_MARK} bytes", "qr")
    if not unpacker.eof:
        raise MalformedError("DEFLATE without its final block", "qr")
    if unpacker.unused_data:
        raise MalformedError("bytes after the final DEFLATE block", "qr")
    if not mark:
        raise MalformedError("inflates to nothing", "qr")
    return mark


def _published_dictionary() -> bytes:
    dictionary = Path(__file__).with_name("dictionary_1.bin").read_bytes()
    if hashlib.sha256(dictionary).hexdigest() != DICTIONARY_1_SHA256:
        raise ImportError("schemas/dictionary_1.bin is not the published dictionary no. 1")
    return dictionary


DICTIONARY_1 = _published_dictionary()
