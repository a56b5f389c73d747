"""Texts as they will be signed: what a spreadsheet did to them is undone where that can be done in one way only."""

import re
import unicodedata

from issuer.problems import CellError
from schemas.claims import MAX_TEXT
from schemas.errors import MalformedError
from schemas.text import check_text, is_latin, keep_old_forms

__all__ = ["read_kana", "read_latin", "read_text", "rewritten"]

_SPREADSHEET_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|#+)", re.IGNORECASE)
_NOTABLE = re.compile("[\uff61-\uff9f㈱㈲]")
_HALF_KANA = re.compile("[\uff61-\uff9f]+")


def rewritten(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Give a text as it will be signed, and what was changed: (reason, detail) each.

    Old forms of characters become base + variation selector, since NFC would turn them into modern ones;
    half-width kana become full-width; anything else is only normalised.
    """
    notes: list[tuple[str, str]] = []
    if unicodedata.is_normalized("NFC", text) and not _NOTABLE.search(text):
        return text, notes  # nearly every cell
    wide = _HALF_KANA.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    if wide != text:
        notes.append(("kana-widened", f"half-width kana are written full-width: {wide}"))
    kept = keep_old_forms(wide)
    if kept != unicodedata.normalize("NFC", wide):
        old = [sign for sign in wide if keep_old_forms(sign) != unicodedata.normalize("NFC", sign)]
        ways = ", ".join(
            f"{sign} U+{ord(sign):04X} as {' '.join(f'U+{ord(part):04X}' for part in keep_old_forms(sign))}"
            for sign in old
        )
        notes.append(("old-form-kept", f"old forms are kept by a variation selector: {ways}"))
    if "㈱" in kept or "㈲" in kept:
        notes.append(("abbreviated", "㈱ and ㈲ are abbreviations; registered names are written out"))
    return kept, notes


def read_text(text: str) -> str:
    if _SPREADSHEET_ERROR.fullmatch(text):
        raise CellError("spreadsheet-error", f"{text} is an error a spreadsheet shows, not a value")
    if "\n" in text or "\r" in text:
        raise CellError("line-break", "a line break inside the cell: write it in one line")
    kept = rewritten(text)[0]
    try:
        check_text(kept, "", max_bytes=MAX_TEXT)
    except MalformedError as error:
        size = len(kept.encode())
        if size > MAX_TEXT:
            raise CellError("too-long", f"{size} bytes; {MAX_TEXT} are permitted (a kanji has 3)") from None
        raise CellError("bad-text", error.problem) from None
    if "\ufffd" in kept:
        raise CellError("bad-text", "a character was lost when the file was saved (U+FFFD)")
    return kept


def read_latin(text: str) -> str:
    value = read_text(text)
    if not is_latin(value):
        strange = next(sign for sign in value if not is_latin(sign))
        raise CellError("not-latin", f"{strange} is not Latin script")
    return value


def read_kana(text: str) -> str:
    return read_text(unicodedata.normalize("NFKC", text))
