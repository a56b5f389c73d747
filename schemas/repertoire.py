"""Characters as the frozen repertoire knows them (docs/format.md §0, schemas/repertoire.txt), for whatever decides.

A verdict asks these tables, never the interpreter's: which characters are assigned, which are marks, and how case is folded
change with the edition of Unicode it was built with. NFC and NFKC may be asked of it: for characters assigned in one edition
Unicode promises that no later edition normalises them differently.

The tables are opened when a text needs them. Few do: see `schemas.text.EVERYDAY_LINES`.
"""

import re
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import NamedTuple

__all__ = ["MARKS", "OUTSIDE", "SPACES", "VISIBLE", "kinds", "scripts"]

# What `kinds` gives, as the inside of a character class.
OUTSIDE, SPACES, MARKS, VISIBLE = "X", "S", "MJ", "OI"


def kinds(text: str) -> str:
    """One letter for each character: O other, I ideograph, M mark, J joined mark, V selector, S space, X outside."""
    starts, letters, _ = _characters()
    return "".join([letters[bisect_right(starts, ord(character)) - 1] for character in text])


def scripts(text: str) -> list[str]:
    """The script of each character; "" for one that many scripts share."""
    starts, _, named = _characters()
    return [named[bisect_right(starts, ord(character)) - 1] for character in text]


class _Characters(NamedTuple):
    starts: list[int]  # of ranges that cover all code points
    kinds: str
    scripts: list[str]


_ITEM = "([0-9a-z]+)([A-Z])([0-9a-z]*)"  # size, kind, place of the script; numbers to the base of 36


@cache
def _characters() -> _Characters:
    from schemas.text_tables import CHARACTERS, SCRIPTS

    names = SCRIPTS.split()
    sizes, letters, places = zip(*re.findall(_ITEM, CHARACTERS), strict=True)
    starts = [0, *accumulate([int(size, 36) for size in sizes[:-1]])]
    script = {"": "", **{base_36: names[int(base_36, 36)] for base_36 in set(places) - {""}}}
    return _Characters(starts, "".join(letters), [script[place] for place in places])
