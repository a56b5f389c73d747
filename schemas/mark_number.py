"""Mark numbers: 45 random bits that people can copy (docs/format.md §1).

Nine characters of Crockford's base32 carry the bits, a tenth checks them:

    alphabet   0123456789ABCDEFGHJKMNPQRSTVWXYZ     no I, L, O, U
    number     7K3Q9XWD29     in URLs: ten characters, upper case
    shown      7K3Q9-XWD29

The check is Luhn mod 32. From the rightmost data character leftwards the values count 2, 1, 2, 1 … times;
of each product quotient and remainder by 32 are added; the check value makes the sum divisible by 32.
It sees every single wrong character and every swap of neighbours but 0 with Z.

People write numbers as they like: case, hyphens, spaces, width, and O for 0, I or L for 1 make no difference.
Nothing else is guessed: `suggestions` proposes, and a person decides.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

from schemas.errors import MalformedError

__all__ = ["BadMarkNumberError", "MarkNumber", "has_form", "suggestions"]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 45
_LENGTH = 10
_MAX_TYPED = 64
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
# The same as a table of all bytes, so that ten characters are summed without a loop: this is asked many times a row.
_ONCE = bytes(_VALUES.get(chr(code), 0) for code in range(256))
_TWICE = bytes(2 * value // 32 + 2 * value % 32 for value in _ONCE)
# Full-width ASCII to ASCII, small letters to capitals, look-alikes to digits; hyphens and spaces of every
# kind vanish. A table, not NFKC and upper(): those would also read "ſ", "ı" or "②" as something.
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d\uff70\ufe63_"
_SPACES = " \t\r\n\u00a0\u2007\u2009\u202f\u3000"
_FOLD = (
    {ord(character): character.upper() for character in "abcdefghijklmnopqrstuvwxyz"}
    | {code + 0xFEE0: chr(code).upper() for code in range(0x21, 0x7F)}
    | dict.fromkeys(map(ord, _HYPHENS + _SPACES), "")
)
_LOOK_ALIKES = str.maketrans("OIL", "011")
_AS_SHOWN = re.compile(f"[{ALPHABET}]{{{_LENGTH}}}")
_TO_INT = str.maketrans(ALPHABET, "0123456789abcdefghijklmnopqrstuv")  # the digits of Python's int(text, 32)
# What hand and eye confuse, beyond what the alphabet already leaves out. U is not in the alphabet.
_CONFUSED = (
    "8B",
    "5S",
    "2Z",
    "6G",
    "0D",
    "0Q",
    "17",
    "VU",
    "MN",
    "VW",
    "VY",
    "CG",
    "4A",
    "KX",
    "EF",
    "PR",
    "38",
    "39",
)


class BadMarkNumberError(MalformedError):
    """The text is not a mark number; `is_check_wrong` if it would be one but for its check character."""

    reason = "bad-mark-number"

    def __init__(self, problem: str, *, is_check_wrong: bool = False) -> None:
        super().__init__(problem, "mark number")
        self.is_check_wrong = is_check_wrong


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class MarkNumber:
    """A mark number whose check character is right. It says nothing about whether such a mark exists."""

    value: int

    def __post_init__(self) -> None:
        if not 0 <= self.value < 1 << BITS:
            raise BadMarkNumberError(f"a mark number has {BITS} bits")

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The number a person, a URL or a file means. Raises BadMarkNumberError."""
        typed = text if _AS_SHOWN.fullmatch(text) else _fold(text).translate(_LOOK_ALIKES)
        if len(typed) != _LENGTH:
            raise BadMarkNumberError(f"a mark number has {_LENGTH} characters, here are {len(typed)}")
        for character in typed:
            if character not in _VALUES:
                raise BadMarkNumberError(f"{character!r} never stands in a mark number")
        if not _is_right(typed):
            raise BadMarkNumberError(
                "the check character is wrong: something is mistyped", is_check_wrong=True
            )
        return cls(value=int(typed[:-1].translate(_TO_INT), 32))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The number in claim `cti`: six bytes, big-endian. Raises BadMarkNumberError."""
        if len(data) != 6:
            raise BadMarkNumberError(f"a mark number is 6 bytes, here are {len(data)}")
        return cls(value=int.from_bytes(data, "big"))

    @classmethod
    def random(cls, randbits: Callable[[int], int]) -> Self:
        """A number nobody can foresee, if `randbits` is `secrets.randbits`. It may be taken; the register decides."""
        return cls(value=randbits(BITS))

    def to_bytes(self) -> bytes:
        return self.value.to_bytes(6, "big")

    @property
    def display(self) -> str:
        """As shown to people: two groups of five."""
        text = str(self)
        return f"{text[:5]}-{text[5:]}"

    def __str__(self) -> str:
        data = "".join([ALPHABET[self.value >> shift & 31] for shift in range(BITS - 5, -1, -5)])
        return data + _check_character(data)


def has_form(text: str) -> bool:
    """Whether a text has the ten characters of a mark number, in any spelling; whether the last one checks is not looked at."""
    if len(text) > _MAX_TYPED:
        return False
    typed = _fold(text).translate(_LOOK_ALIKES)
    return len(typed) == _LENGTH and all(character in _VALUES for character in typed)


def suggestions(text: str, *, limit: int = 5) -> list[str]:
    """What may have been meant where only the check is wrong: numbers one slip of the hand away, likeliest first.

    Two neighbours swapped, then characters that look alike, then any other single character. A character that
    no mark number has is taken to be the slip. Empty if `text` is right already or too far from a number.
    """
    typed = _fold(text).translate(_LOOK_ALIKES)
    if len(typed) != _LENGTH:
        return []
    strange = [place for place, character in enumerate(typed) if character not in _VALUES]
    if len(strange) > 1 or (not strange and _is_right(typed)):
        return []
    candidates = (
        _replaced(typed, strange) if strange else [*_swapped(typed), *_replaced(typed, range(_LENGTH))]
    )
    return list(dict.fromkeys(candidates))[:limit]


def _swapped(typed: str) -> Iterator[str]:
    for place in range(_LENGTH - 1):
        other = typed[:place] + typed[place + 1] + typed[place] + typed[place + 2 :]
        if _is_right(other):
            yield other


def _replaced(typed: str, places: list[int] | range) -> list[str]:
    found = [
        (not _are_confused(typed[place], character), typed[:place] + character + typed[place + 1 :])
        for place in places
        for character in ALPHABET
    ]
    likeliest_first = sorted(found, key=lambda pair: pair[0])
    return [other for _, other in likeliest_first if _is_right(other)]


def _are_confused(one: str, other: str) -> bool:
    return one + other in _CONFUSED or other + one in _CONFUSED


def _is_right(typed: str) -> bool:
    return _check_character(typed[:-1]) == typed[-1]


def _check_character(data: str) -> str:
    codes = data.encode()
    total = sum(codes[::-2].translate(_TWICE)) + sum(codes[-2::-2].translate(_ONCE))
    return ALPHABET[-total % 32]


def _fold(text: str) -> str:
    if len(text) > _MAX_TYPED:
        raise BadMarkNumberError("far too long for a mark number")
    return text.translate(_FOLD)
