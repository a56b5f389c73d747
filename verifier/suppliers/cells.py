"""What one cell says: text to value, or a named fault. Nothing here depends on the scheme or the day.

Spreadsheets damage cells in known ways. What can be read in one way only is read; what has lost something is
named, never repaired. Issuers' drafts are read by the same functions.
"""

import re
import unicodedata
from datetime import date, timedelta

from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber

__all__ = ["CellError", "is_blank", "is_lost_number", "marks_in", "read_day", "read_level"]

_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]0?0:00(?::00)?)?")
_COMPACT = re.compile(r"(20[0-9]{2})([0-9]{2})([0-9]{2})")
_REIWA = re.compile(r"(?:令和|R)\s*([0-9]{1,2}|元)[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", re.IGNORECASE)
_LEVEL = re.compile(
    r"(?:★|☆|星|LEVEL|LV\.?|レベル)?\s*([1-9])(?:\.0+)?\s*(?:級|段階)?\s*(?:以上|\+)?", re.IGNORECASE
)
_STARS = re.compile(r"(★{1,9})\s*(?:以上|\+)?")
_BETWEEN_MARKS = re.compile(r"[\s/,;、，；・／]+")
# What people write where there is nothing to write.
_BLANKS = frozenset(
    [
        "-",
        "－",
        "ー",
        "—",
        "–",
        "―",
        "なし",
        "無し",
        "無",
        "未取得",
        "申請中",
        "不明",
        "n/a",
        "na",
        "none",
        "nil",
        "tbd",
    ]
)
_LONGEST = 16  # characters; more than any of these has, in whatever width
_LOST = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?E[+-]?[0-9]+", re.IGNORECASE)
_FIRST_DAY = date(1899, 12, 30)  # day 0 of Excel's calendar, as its serial numbers count after February 1900


class CellError(Exception):
    """A cell does not say what its column asks; `reason` is a stable slug, `meant` what it would be if read in spite of that."""

    def __init__(self, reason: str, detail: str, meant: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.meant = meant


def is_blank(text: str) -> bool:
    """Whether a cell for a number says in words that there is none."""
    text = text.strip()
    return len(text) <= _LONGEST and unicodedata.normalize("NFKC", text).casefold() in _BLANKS


def marks_in(text: str) -> list[str]:
    """Give the mark numbers a cell lists, where it lists nothing else."""
    if "://" in text:
        return []  # a link, which is no list of numbers
    parts = [part for part in _BETWEEN_MARKS.split(text.strip()) if part]
    found = []
    for part in parts:
        try:
            found.append(str(MarkNumber.from_text(part)))
        except MalformedError:
            return []
    return found


def is_lost_number(text: str) -> bool:
    """Whether a cell is what a spreadsheet made of a long number: 7.1E+12 has lost its digits."""
    return _LOST.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def read_day(text: str) -> date:
    """Read a day as Japanese offices write it, the year first. Raises CellError."""
    folded = unicodedata.normalize("NFKC", text).strip()
    found = _DAY.fullmatch(folded) or _COMPACT.fullmatch(folded)
    if found:
        year, month, day = (int(part) for part in found.groups())
    elif reiwa := _REIWA.fullmatch(folded):
        year, month, day = 2018 + (1 if reiwa[1] == "元" else int(reiwa[1])), int(reiwa[2]), int(reiwa[3])
    else:
        raise _no_day(folded)
    try:
        return date(year, month, day)
    except ValueError:
        raise CellError("no-such-day", f"{folded} is no day of the calendar") from None


def _no_day(text: str) -> CellError:
    if re.fullmatch(r"[0-9]{5}(\.0+)?", text):
        day = _FIRST_DAY + timedelta(days=int(text[:5]))
        would_be = day.isoformat()
        return CellError(
            "spreadsheet-date", f"{text} is a spreadsheet's day number; it would be {would_be}", would_be
        )
    if re.fullmatch(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}", text):
        return CellError(
            "ambiguous-date", f"{text} can be read in several ways: write the year first, in four digits"
        )
    return CellError("bad-date", f"{text[:40]!r} is no date")


def read_level(text: str) -> int:
    """Read 3, ★3, ３, ★★★, ★4以上. Raises CellError."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if stars := _STARS.fullmatch(folded):
        return len(stars[1])
    found = _LEVEL.fullmatch(folded)
    if found is None:
        raise CellError("bad-level", f"{text[:40]!r} is no level")
    return int(found[1])
