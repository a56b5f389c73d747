"""Deterministic CBOR (RFC 8949 §4.2.1), strictly: one value, one encoding (docs/format.md §0).

cbor2 decodes; it is told to refuse tags, duplicate keys and deep nesting, but it still takes
indefinite lengths, over-long integers, unsorted maps and trailing bytes. So whatever it returns is
encoded again, by the encoder below or from a typed value, and compared with what came in.

The two refusals differ: *malformed* is not one CBOR value of the permitted types; *not
deterministic* is such a value in an encoding other than its only permitted one.
"""

from collections.abc import Iterable
from struct import pack
from typing import Any, NoReturn, TypeAlias

import cbor2

from schemas.errors import MalformedError, NotDeterministicError, TooLargeError

__all__ = [
    "MAX_UINT",
    "Value",
    "byte_string",
    "check_same",
    "closed_map",
    "decode",
    "encode",
    "end_of_item",
    "loads",
    "other_encoding",
    "text_string",
    "unsigned",
]

Value: TypeAlias = "int | bytes | str | list[Any] | dict[Any, Any]"

MAX_UINT = 2**53 - 1  # what JavaScript reads exactly
MAX_DEPTH = 6


def _refuse_tag(*_: object) -> NoReturn:
    raise ValueError("a tag inside is not permitted")


# The tags cbor2 would turn into dates, decimals, regular expressions, shared or cyclic values.
_BUILT_IN_TAGS = (
    0,
    1,
    2,
    3,
    4,
    5,
    25,
    28,
    29,
    30,
    35,
    36,
    37,
    52,
    54,
    100,
    256,
    258,
    260,
    261,
    1004,
    43000,
    55799,
)
_REFUSED_TAGS = dict.fromkeys(_BUILT_IN_TAGS, _refuse_tag)


def loads(data: bytes, *, max_size: int, path: str = "") -> Any:
    """Decode one CBOR item; neither its types nor its encoding are established yet.

    The caller checks every type exactly (`type(x) is int`: True and 1.0 equal 1) and then
    establishes the encoding with `check_same`.

    Raises TooLargeError before parsing, MalformedError for anything cbor2 cannot read.
    """
    if len(data) > max_size:
        raise TooLargeError(f"{len(data)} bytes where at most {max_size} are permitted", path)
    try:
        return cbor2.loads(
            data,
            max_depth=MAX_DEPTH,
            semantic_decoders=_REFUSED_TAGS,
            tag_hook=_refuse_tag,
            allow_duplicate_keys=False,
        )
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise MalformedError(f"not one CBOR item of the permitted types ({error})", path) from error


def other_encoding(encoded: bytes, data: bytes, *, path: str = "") -> NotDeterministicError | None:
    """What is to be said of `data` if it is not `encoded`, the one deterministic encoding of what `loads` gave.

    Raises MalformedError if more follows the item: that is said before (docs/format.md §0).
    """
    if encoded == data:
        return None
    behind = len(data) - end_of_item(data, 0, max_size=len(data), max_parts=len(data))
    if behind:
        raise MalformedError(f"{behind} bytes after the end", path)
    return NotDeterministicError("not the shortest, sorted, definite-length encoding", path)


def check_same(encoded: bytes, data: bytes, *, path: str = "") -> None:
    """Establish that `data` is the one deterministic encoding of what `loads` gave."""
    fault = other_encoding(encoded, data, path=path)
    if fault is not None:
        raise fault


def decode(data: bytes, *, max_size: int, path: str = "") -> Any:
    """Decode and establish types and encoding: exact int, bytes, str, list, dict only."""
    value = loads(data, max_size=max_size, path=path)
    check_same(_encode(value, 0, path), data, path=path)
    return value


def encode(value: Value) -> bytes:
    """Encode deterministically. Raises MalformedError for a type or number outside §0."""
    return _encode(value, 0, "")


def closed_map(
    value: object, *, required: frozenset[Any], optional: frozenset[Any] = frozenset(), path: str
) -> dict[Any, Any]:
    """Give `value` as a dict whose keys are exactly the required ones and some optional ones."""
    if type(value) is not dict:
        raise MalformedError("expected a map", path)
    keys = value.keys()
    if keys != required:
        if not required <= keys:
            raise MalformedError(f"missing {_names(required - keys)}", path)
        if unknown := keys - required - optional:
            raise MalformedError(f"unknown {_names(unknown)}: every map is closed", path)
    for key in keys:
        if type(key) is not int and type(key) is not str:  # True and 1.0 would pass for 1
            raise MalformedError("a key is neither integer nor text", path)
    return value


def unsigned(number: int) -> bytes:
    """Encode one integer, which the caller knows to lie between 0 and 2^53−1."""
    if 0x10000 <= number < 0x100000000:  # a time, mostly
        return pack(">BI", 26, number)
    return _head(0x00, number)


def byte_string(data: bytes) -> bytes:
    """Encode one byte string: what every signature structure is made of."""
    size = len(data)
    return (_BYTES_HEADS[size] if size < 512 else _head(0x40, size)) + data


def text_string(text: str) -> bytes:
    """Encode one text, which the caller knows to hold no half of a surrogate pair."""
    data = text.encode()
    size = len(data)
    return (_TEXT_HEADS[size] if size < 256 else _head(0x60, size)) + data


def _names(keys: Iterable[Any]) -> str:
    return "key " + ", ".join(sorted(map(str, keys)))


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes((major | number,))
    if number < 0x100:
        return bytes((major | 24, number))
    if number < 0x10000:
        return pack(">BH", major | 25, number)
    if number < 0x100000000:
        return pack(">BI", major | 26, number)
    return pack(">BQ", major | 27, number)


# The heads of nearly all strings there are, made once.
_BYTES_HEADS = [_head(0x40, size) for size in range(512)]
_TEXT_HEADS = [_head(0x60, size) for size in range(256)]


def _encode(value: object, depth: int, path: str) -> bytes:
    kind = type(value)
    if isinstance(value, int) and kind is int:
        if value > MAX_UINT or value < -MAX_UINT - 1:
            raise MalformedError("an integer is beyond 2^53-1", path)
        return _head(0x00, value) if value >= 0 else _head(0x20, -1 - value)
    if isinstance(value, bytes) and kind is bytes:
        return _head(0x40, len(value)) + value
    if isinstance(value, str) and kind is str:
        try:
            text = value.encode()
        except UnicodeEncodeError:
            raise MalformedError("text that is not UTF-8", path) from None
        return _head(0x60, len(text)) + text
    if depth >= MAX_DEPTH:
        raise MalformedError(f"nested deeper than {MAX_DEPTH}, or of a type that is not permitted", path)
    if isinstance(value, list) and kind is list:
        return _head(0x80, len(value)) + b"".join([_encode(item, depth + 1, path) for item in value])
    if isinstance(value, dict) and kind is dict:
        # Sorted by the *encoded* key, bytewise: RFC 8949 §4.2.1, not the length-first order of §4.2.3.
        items = sorted((_encode(k, depth + 1, path), _encode(v, depth + 1, path)) for k, v in value.items())
        return _head(0xA0, len(items)) + b"".join([key + item for key, item in items])
    raise MalformedError(f"a value of type {kind.__name__} is not permitted", path)


def end_of_item(data: bytes, start: int, *, max_size: int, max_parts: int) -> int:
    """Give the offset after the item at `start`, establishing its well-formedness alone (RFC 8949 §5.3.1).

    Each of its parts, an item or the break of an indefinite length, is looked at once, by its first bytes; contents are
    stepped over. So an item costs what it has parts, whatever it is nested in, and a near-canonical one is left to be
    refused by name.

    Raises MalformedError at the first fault or beyond `max_parts`, TooLargeError beyond `max_size` bytes.
    """
    at, left = start, [1]  # at each level, how many items are still to come; -1: until a break
    for _ in range(max_parts):
        if at >= len(data):
            raise MalformedError("ends within an item", f"byte {start}")
        first, here = data[at], at
        at += 1
        if first == 0xFF:
            if left.pop() >= 0:
                raise MalformedError("not CBOR", f"byte {here}")
        else:
            if left[-1] > 0:
                left[-1] -= 1
            at, inside = _opened(data, first, at)
            left.append(inside)
        while left and left[-1] == 0:
            left.pop()
        if at > len(data):
            raise MalformedError("ends within an item", f"byte {start}")
        if at - start > max_size:
            raise TooLargeError(f"more than the {max_size} bytes that are permitted", f"byte {start}")
        if not left:
            return at
    raise MalformedError(f"an item of more than {max_parts} parts", f"byte {start}")


def _opened(data: bytes, first: int, at: int) -> tuple[int, int]:
    """Give where the head that begins with `first` ends, a string's contents included, and how many items are in it."""
    major, number = first >> 5, first & 31
    if number == 31 and major in (2, 3, 4, 5):
        return at, -1
    if number >= 28:
        raise MalformedError("not CBOR", f"byte {at - 1}")
    if number >= 24:
        width = 1 << (number - 24)
        number = int.from_bytes(data[at : at + width])
        at += width
    if major in (2, 3):
        return at + number, 0
    return at, {4: number, 5: 2 * number, 6: 1}.get(major, 0)
