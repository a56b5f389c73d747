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

__all__ = ["MARKS", "OUTSIDE", "SPACES", "VISIBLE", "kinds", "scripts"]

# What `kinds` gives, as the inside of a character class.
OUTSIDE, SPACES, MARKS, VISIBLE = "X", "S", "MJ", "OI"


def kinds(text: str) -> str:
    """One letter for each character: O other, I ideograph, M mark, J joined mark, V selector, S space, X outside."""
    starts, letters = _kinds()
    return "".join([letters[bisect_right(starts, ord(character)) - 1] for character in text])


def scripts(text: str) -> list[str]:
    """The script of each character, which is of the repertoire; "" for one that many scripts share."""
    starts, names = _scripts()
    return [names[bisect_right(starts, ord(character)) - 1] for character in text]


@cache
def _kinds() -> tuple[list[int], str]:
    """Where ranges start, and their kinds. They cover all code points."""
    from schemas.text_tables import KINDS

    sizes, letters = zip(*re.findall("([0-9a-z]*)([A-Z])", KINDS.replace("\n", "")), strict=True)
    return [0, *accumulate([int(size or "1", 36) for size in sizes[:-1]])], "".join(letters)


@cache
def _scripts() -> tuple[list[int], list[str]]:
    from schemas.text_tables import SCRIPT_NAMES, SCRIPTS

    names = SCRIPT_NAMES.split()
    coming = iter(names)
    ranges = [token.partition(".") for token in SCRIPTS.split()]
    starts = [0, *accumulate([int(size, 36) for size, _, _ in ranges])]
    scripts = [
        next(coming) if place == "+" else names[int(place, 36)] if place else "" for _, _, place in ranges
    ]
    return starts[: len(ranges)], scripts
