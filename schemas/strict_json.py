"""JSON read so that two readers cannot understand it differently: no duplicate keys, no floats.

`loads` gives a `Node`: a value together with its path (a JSON Pointer, RFC 6901). Every accessor checks the
type exactly, so reading a document and checking its shape are one act and errors know their place.
"""

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from schemas.errors import MalformedError, TooLargeError
from schemas.text import check_text
from schemas.times import MAX_TIME

__all__ = ["MAX_UINT", "Node", "loads"]

MAX_UINT = 2**53 - 1
# Every digit a 0 and everything else a blank: so that a long number is found by looking for its picture.
_DIGITS = bytes(0x30 if 0x30 <= byte <= 0x39 else 0x20 for byte in range(256))
_MANY = b"0" * 16
_LONGEST = len(str(-MAX_UINT))


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value and where it stands. Every accessor raises MalformedError with the path."""

    value: Any
    path: str = ""

    def refuse(self, problem: str) -> NoReturn:
        raise MalformedError(problem, self.path or "/")

    def members(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, "Node"]:
        """Give the members of a closed object: all required, none unknown."""
        members, required = self.any_members(), frozenset(required)
        if missing := required - members.keys():
            self.refuse(f"missing {', '.join(sorted(missing))}")
        if unknown := members.keys() - required - frozenset(optional):
            self.refuse(f"unknown {', '.join(sorted(unknown))[:100]}: every object is closed")
        return members

    def any_members(self) -> dict[str, "Node"]:
        if type(self.value) is not dict:
            self.refuse("expected an object")
        return {key: Node(value, f"{self.path}/{key}") for key, value in self.value.items()}

    def items(self, *, at_least: int = 0, at_most: int = 10_000) -> list["Node"]:
        if type(self.value) is not list or not at_least <= len(self.value) <= at_most:
            self.refuse(f"expected a list of {at_least} to {at_most}")
        return [Node(value, f"{self.path}/{place}") for place, value in enumerate(self.value)]

    def integer(self, *, at_least: int = 0, at_most: int = MAX_UINT) -> int:
        if type(self.value) is not int or not at_least <= self.value <= at_most:
            self.refuse(f"expected an integer from {at_least} to {at_most}")
        return self.value

    def time(self) -> int:
        """Give POSIX seconds UTC before the year 10000."""
        return self.integer(at_most=MAX_TIME - 1)

    def text(self, *, max_bytes: int = 240) -> str:
        """Give text for people (docs/format.md §0)."""
        if type(self.value) is not str:
            self.refuse("expected a text")
        check_text(self.value, self.path, max_bytes=max_bytes)
        return self.value

    def match(self, pattern: re.Pattern[str], example: str) -> str:
        if type(self.value) is not str or pattern.fullmatch(self.value) is None:
            self.refuse(f"expected the form of {example}")
        return self.value

    def base64(self, *sizes: int) -> bytes:
        """Give the bytes of standard base64, padded and in its only spelling."""
        try:
            data = base64.b64decode(self.value, validate=True) if type(self.value) is str else None
        except (binascii.Error, ValueError):
            data = None
        if data is None or base64.b64encode(data).decode() != self.value or len(data) not in sizes:
            self.refuse(f"expected standard base64 of {' or '.join(map(str, sizes))} bytes")
        return data


def loads(text: str, *, max_size: int) -> Node:
    """Read one JSON text of at most `max_size` bytes of UTF-8.

    Raises TooLargeError; MalformedError for whatever RFC 8259 does not allow, for duplicate keys, numbers
    that are not integers, and nesting no document of ours has.
    """
    written = b"" if len(text) > max_size else text.encode("utf-8", "surrogatepass")
    if len(text) > max_size or len(written) > max_size:
        raise TooLargeError(f"the text is longer than {max_size} bytes")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_no_number,
            parse_constant=_no_number,
            # Without a run of 16 digits no number is beyond 2^53, and the quick way is as good.
            parse_int=_integer if _MANY in written.translate(_DIGITS) else None,
        )
    except MalformedError:
        raise
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not JSON: {error}") from None
    return Node(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        count = Counter(key for key, _ in pairs)
        twice = next(key for key, _ in pairs if count[key] > 1)
        raise MalformedError(f"the key {twice[:40]!r} stands twice in one object")
    return found


def _no_number(literal: str) -> NoReturn:
    raise MalformedError(f"{literal[:20]} is no integer: numbers are integers only")


def _integer(literal: str) -> int:
    # Bounded before it is read: a number of a million digits takes its time.
    value = int(literal) if len(literal) <= _LONGEST else MAX_UINT + 1
    if not -MAX_UINT <= value <= MAX_UINT:
        raise MalformedError(f"{literal[:20]} is beyond 2^53 − 1")
    return value
