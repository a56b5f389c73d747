"""Text without differences of case and width, to look for words in a scope (docs/format.md §0, "Comparing")."""

import unicodedata
from functools import cache

from schemas.repertoire import OUTSIDE, kinds
from schemas.text import EVERYDAY_LINES

__all__ = ["folded"]


def folded(text: str) -> str | None:
    """`text` without variation selectors, in NFKC, its case folded; None if a character is not of the repertoire."""
    if EVERYDAY_LINES.fullmatch(text) is None:
        shape = kinds(text)
        if OUTSIDE in shape:
            return None  # no text of ours holds it, and another edition would make something else of it
        text = "".join([character for character, kind in zip(text, shape, strict=True) if kind != "V"])
    return unicodedata.normalize("NFKC", text).translate(_folds())


@cache
def _folds() -> dict[int, str]:
    from schemas.text_tables import EXPANSIONS, FOLDS

    table: dict[int, str] = {}
    for token in FOLDS.split():
        first, last, step, shift = (int(part, 36) for part in token.split("."))
        table |= {code: chr(code + shift) for code in range(first, last + 1, step)}
    for token in EXPANSIONS.split():
        code, *written = (int(part, 36) for part in token.split("."))
        table[code] = "".join(map(chr, written))
    return table
