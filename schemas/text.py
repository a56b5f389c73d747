"""What text may stand in a signed object (docs/format.md §0), and the trap in saying "NFC".

A name is compared by people, so no two different byte strings may look the same without reason,
and no invisible character may turn one name into another on screen. Hence: NFC, and none of
control, format (every bidirectional override is one), private-use and surrogate characters,
noncharacters, line separators, or anything else that Unicode calls *default ignorable*.
The one exception are variation selectors, which Japanese names need.

The trap: NFC silently turns compatibility ideographs into their modern unified forms. U+FA19 神,
the old form on a company's register entry, becomes U+795E 神: another glyph. `keep_old_forms` writes
such a character as base + standardised variation selector, which NFC leaves alone; search and
comparison then use `without_selectors`.

Code points not yet assigned are let through on purpose: what is assigned depends on the Unicode edition
of the interpreter, and a verdict must not.
"""

import unicodedata

from schemas.errors import MalformedError

__all__ = ["check_text", "is_latin", "keep_old_forms", "without_selectors"]

_REFUSED_CATEGORIES = {
    "Cc": "a control character",
    "Cf": "a format character",
    "Co": "a private-use character",
    "Cs": "a surrogate",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}
# Variation_Selector as Japanese uses it: VS1–VS16 (standardised) and VS17–VS256 (ideographic, IVD).
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
# Default_Ignorable_Code_Point where the category alone does not say so: fillers that are "letters",
# the grapheme joiner, Mongolian selectors, and blocks reserved for invisible characters to come.
_INVISIBLE = (
    range(0x034F, 0x0350),
    range(0x115F, 0x1161),
    range(0x17B4, 0x17B6),
    range(0x180B, 0x1810),
    range(0x2065, 0x2066),
    range(0x3164, 0x3165),
    range(0xFFA0, 0xFFA1),
    range(0xFFF0, 0xFFF9),
    range(0xE0000, 0xE1000),
)
_LATIN = (range(0x0250), range(0x1E00, 0x1F00), range(0x2010, 0x2028))
_COMPATIBILITY_IDEOGRAPHS = (range(0xF900, 0xFB00), range(0x2F800, 0x2FA20))


def check_text(text: str, path: str, *, max_bytes: int) -> None:
    """On return `text` is NFC, visible, and 1 to `max_bytes` bytes of UTF-8.

    It does not establish that the text is a name, nor that it cannot be mistaken for another one.
    Raises MalformedError naming the first thing wrong.
    """
    if len(text) > max_bytes:  # every character is a byte at least: bounded before anything is looked at
        raise MalformedError(f"text is longer than {max_bytes} bytes", path)
    previous_takes_selector = False
    for place, character in enumerate(text):
        problem = _problem(character)
        if problem is None and _is_selector(character) and not previous_takes_selector:
            problem = "a variation selector with nothing to select"
        if problem is not None:
            raise MalformedError(f"U+{ord(character):04X} at character {place} is {problem}", path)
        previous_takes_selector = not character.isspace() and not _is_selector(character)
    if not text.strip():
        raise MalformedError("text is empty or blank", path)
    if len(text.encode()) > max_bytes:
        raise MalformedError(f"text is longer than {max_bytes} bytes", path)
    if not unicodedata.is_normalized("NFC", text):
        raise MalformedError(f"text is not NFC{_old_form_hint(text)}", path)


def is_latin(text: str) -> bool:
    """Whether somebody who reads only Latin letters can read it: U+0000–024F, 1E00–1EFF, 2010–2027 (§1, claim 6)."""
    return all(_is_in(character, _LATIN) for character in text)


def keep_old_forms(text: str) -> str:
    """The NFC form of `text` in which compatibility ideographs stay themselves: base + VS1, VS2 or VS3.

    Whoever issues compares the result with the input and says what was rewritten. Other characters
    are normalised as NFC does.
    """
    return unicodedata.normalize("NFC", text.translate(_STANDARDISED))


def without_selectors(text: str) -> str:
    """`text` as search and comparison see it: the same name with or without its variation selectors."""
    return "".join(character for character in text if not _is_selector(character))


def _standardised_variants() -> dict[int, str]:
    # Unicode's StandardizedVariants.txt gives each compatibility ideograph a sequence. For one base they are
    # VS1, VS2, VS3 in code point order, so the table follows from the decompositions, which are frozen.
    table: dict[int, str] = {}
    used: dict[str, int] = {}
    for block in _COMPATIBILITY_IDEOGRAPHS:
        for code_point in block:
            base = unicodedata.normalize("NFD", chr(code_point))
            if base == chr(code_point):
                continue  # U+FA0E, FA0F, FA11 … are unified ideographs in spite of where they stand
            table[code_point] = base + chr(0xFE00 + used.get(base, 0))
            used[base] = used.get(base, 0) + 1
    return table


def _problem(character: str) -> str | None:
    code_point = ord(character)
    if code_point & 0xFFFE == 0xFFFE or 0xFDD0 <= code_point <= 0xFDEF:
        return "a noncharacter"
    if not _is_selector(character) and _is_in(character, _INVISIBLE):
        return "an invisible character"
    return _REFUSED_CATEGORIES.get(unicodedata.category(character))


def _is_selector(character: str) -> bool:
    return _is_in(character, _SELECTORS)


def _is_in(character: str, ranges: tuple[range, ...]) -> bool:
    return any(ord(character) in block for block in ranges)


def _old_form_hint(text: str) -> str:
    found = [character for character in text if ord(character) in _STANDARDISED]
    if not found:
        return ""
    written = _STANDARDISED[ord(found[0])]
    sequence = " ".join(f"U+{ord(part):04X}" for part in written)
    return f"; U+{ord(found[0]):04X} has to be written {sequence}"


_STANDARDISED = _standardised_variants()
