"""What text may stand in a signed object (docs/format.md §0), and the trap in saying "NFC".

A name is compared by people, so no two different byte strings may look the same without reason, and no invisible
character may turn one name into another on screen. Hence: NFC; characters of a frozen repertoire (`schemas.repertoire`)
in which everything can be seen; and marks in places where they can be read. The one exception are variation selectors,
which Japanese names need; they stand after ideographs.

The trap: NFC silently turns compatibility ideographs into their modern unified forms. U+FA19 神,
the old form on a company's register entry, becomes U+795E 神: another glyph. `keep_old_forms` writes
such a character as base + standardised variation selector, which NFC leaves alone; search and
comparison then use `without_selectors`.
"""

import re
import unicodedata
from functools import cache

from schemas.errors import MalformedError
from schemas.repertoire import MARKS, OUTSIDE, SPACES, VISIBLE, kinds

__all__ = ["EVERYDAY_LINES", "check_text", "is_latin", "keep_old_forms", "without_selectors"]

MOST_MARKS = (
    4  # in a row, above, below or around what they stand on (UTS #39 §5.4); living scripts need no more
)
# Beside printable ASCII: Latin letters of Europe, kana, unified ideographs, full-width forms. None of these is refused or is
# a mark, none changes or joins another under NFC, and each is at most 3 bytes. A text of nothing else that begins with no
# blank, and nearly every text is one, needs no closer look.
_EVERYDAY = r" -~\xa1-\xac\xae-\u017f\u3000-\u3029\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff\uff01-\uff5e"
_BEGUN = r"(?![ \u3000\n]|\Z)"  # a line begins here, not with a blank and not with its end
# Matches where every line is such a text; whoever takes it bounds their lengths.
EVERYDAY_LINES = re.compile(rf"{_BEGUN}(?:[{_EVERYDAY}]++|\n{_BEGUN})++")
# The others are needed for few texts: `re` compiles them when one is first asked.
# Variation selectors as Japanese uses them: VS1–VS16 (standardised) and VS17–VS256 (ideographic, IVD).
_SELECTOR = r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_NOT_LATIN = r"[^\0-\u024f\u1e00-\u1eff\u2010-\u2027]"
# What the officer is told of a character that is not in the repertoire.
_NAMED = {
    "a control character": r"\0-\x1f\x7f-\x9f",
    "a character that directs the text around it": r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069",
    "a line or paragraph separator": r"\u2028\u2029",
    "a private-use character": r"\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd",
    "a surrogate": r"\ud800-\udfff",
    "an invisible character": (
        r"\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u2800\u3164\ufeff\uffa0"
        r"\ufff0-\ufffc\U0001107f\U00016fe4\U0001d159\U000e0000-\U000e0fff"
    ),
}
_COMPATIBILITY_IDEOGRAPHS = (range(0xF900, 0xFB00), range(0x2F800, 0x2FA20))


def check_text(text: str, path: str, *, max_bytes: int) -> None:
    """On return `text` is of the repertoire, visible, NFC, and 1 to `max_bytes` bytes of UTF-8.

    It does not establish that the text is a name, nor that it cannot be mistaken for another one.
    Raises MalformedError naming the first thing wrong.
    """
    if len(text) > max_bytes:  # every character is a byte at least: bounded before anything is looked at
        raise MalformedError(f"text is longer than {max_bytes} bytes", path)
    is_short = text.isascii() or 3 * len(text) <= max_bytes
    if is_short and "\n" not in text and EVERYDAY_LINES.fullmatch(text):
        return
    shape = kinds(text)
    if OUTSIDE in shape:
        raise MalformedError(_outside(text, shape.index(OUTSIDE)), path)
    if problem := _misplaced(text, shape):
        raise MalformedError(problem, path)
    if len(text.encode()) > max_bytes:
        raise MalformedError(f"text is longer than {max_bytes} bytes", path)
    if not unicodedata.is_normalized("NFC", text):
        raise MalformedError(f"text is not NFC{_old_form_hint(text)}", path)


def _misplaced(text: str, shape: str) -> str | None:
    """What is wrong with the order of characters of these `kinds`."""
    if stray := re.search(r"(?<!I)V", shape):
        return f"the variation selector at character {stray.start()} has no ideograph to select for"
    if shape.strip(SPACES) == "":
        return "text is empty or blank"
    if "M" not in shape and "J" not in shape:
        return None
    if lone := re.search(rf"(?<![{VISIBLE}{MARKS}V])[{MARKS}]", shape):
        return f"{_named(text, lone.start())} has nothing to stand on"
    if heap := re.search(f"M{{{MOST_MARKS + 1}}}", shape):
        return f"more than {MOST_MARKS} marks stand one upon another from character {heap.start()} on"
    for place in range(1, len(text)):
        if shape[place] == "M" and text[place] == text[place - 1]:
            return f"{_named(text, place)} stands twice in a row"
    return None


def is_latin(text: str) -> bool:
    """Whether somebody who reads only Latin letters can read it: U+0000–024F, 1E00–1EFF, 2010–2027 (§1, claim 6)."""
    return text.isascii() or re.search(_NOT_LATIN, text) is None


def keep_old_forms(text: str) -> str:
    """The NFC form of `text` in which compatibility ideographs stay themselves: base + VS1, VS2 or VS3.

    Whoever issues compares the result with the input and says what was rewritten. Other characters
    are normalised as NFC does.
    """
    return unicodedata.normalize("NFC", text.translate(_standardised_variants()))


def without_selectors(text: str) -> str:
    """`text` as search and comparison see it: the same name with or without its variation selectors."""
    return re.sub(_SELECTOR, "", text)


@cache
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


def _outside(text: str, place: int) -> str:
    # What is said, not what decides: that is the repertoire.
    kind = next((kind for kind, ranges in _NAMED.items() if re.match(f"[{ranges}]", text[place])), None)
    return f"{_named(text, place)} is {kind or 'not in the repertoire of docs/format.md §0'}"


def _named(text: str, place: int) -> str:
    return f"U+{ord(text[place]):04X} at character {place}"


def _old_form_hint(text: str) -> str:
    variants = _standardised_variants()
    found = [character for character in text if ord(character) in variants]
    if not found:
        return ""
    written = variants[ord(found[0])]
    sequence = " ".join(f"U+{ord(part):04X}" for part in written)
    return f"; U+{ord(found[0]):04X} has to be written {sequence}"
