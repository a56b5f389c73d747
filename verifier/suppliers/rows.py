"""One row of a buyer's table as a question: which supplier is meant, and what is wanted of its mark.

What cannot be read does not end the run: it is a remark beside what could be read, and such a row is never *valid*.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from keys.signed import read_mark
from schemas.errors import MalformedError
from schemas.organisation_id import BadOrganisationIdError, OrganisationId
from schemas.qr import Found
from verifier.inputs import Unreadable, read_text
from verifier.search_keys import fold
from verifier.suppliers.cells import CellError, is_blank, is_lost_number, marks_in, read_day, read_level

__all__ = ["FAULTS", "Remark", "RowReason", "Supplier", "keys_of", "supplier_of"]

MAX_CELL = 4096  # characters of a cell that are looked at
SHOWN = 80  # and of one that are said again


class RowReason(StrEnum):
    """What is said of a row, beside the reasons of a verdict (`verifier.report.Reason`)."""

    # Faults: something could not be read or looked up, so the row is undetermined at best.
    SPREADSHEET_NUMBER = "spreadsheet-number"
    LOST_ZERO = "lost-zero"
    WRONG_CHECK = "wrong-check"
    ID_UNREADABLE = "id-unreadable"
    BAD_MARK_NUMBER = "bad-mark-number"
    NO_CODE = "no-code"
    TWO_MARKS = "two-marks"
    LEVEL_UNREADABLE = "level-unreadable"
    DAY_UNREADABLE = "day-unreadable"
    DAY_MISSING = "day-missing"
    NOTHING_TO_CHECK = "nothing-to-check"
    REGISTER_NEEDED = "register-needed"
    # Of a recognised partner's mark: its own register has to be asked.
    PARTNERS_MARK = "partners-mark"
    # Of a row without a mark.
    NOT_IN_REGISTER = "not-in-register"
    NAME_ONLY = "name-only"
    # Notes; none of them changes a verdict.
    DUPLICATE_ROW = "duplicate-row"
    NAME_DIFFERS = "name-differs"
    SEVERAL_MARKS = "several-marks"


FAULTS = frozenset(list(RowReason)[:12])


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """`detail` is technical English about this row; `said` the same in any language: a phrase of `verifier.words` and its values."""

    reason: str
    detail: str = ""
    said: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """A row read. `row`: as a spreadsheet counts. `subject`: the mark it names, unverified; `by`: "mark" or "url".

    Without `subject` the marks of `organisation` are meant; without both, what is found by `name` is offered.
    """

    row: int
    ref: str = ""
    subject: Found | str | None = None
    by: str | None = None
    organisation: OrganisationId | None = None
    name: str | None = None
    scope: str | None = None
    level: int | None = None
    needed_until: date | None = None
    faults: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()


# Bare digits that are ambiguous alone are not where the row says the country: ICD and length by ISO 3166-1.
_NATIONAL = {
    ("FR", 9): "0002",
    ("FR", 14): "0009",
    ("SE", 10): "0007",
    ("AU", 11): "0151",
    ("DK", 8): "0184",
    ("NO", 9): "0192",
    ("BE", 10): "0208",
}
_FAULTS_OF_IDS = {
    "spreadsheet-number": RowReason.SPREADSHEET_NUMBER,
    "lost-zero": RowReason.LOST_ZERO,
    "wrong-check": RowReason.WRONG_CHECK,
}


def supplier_of(row: int, cells: Mapping[str, str], *, until: str | None = None) -> Supplier:
    """Read the known cells of one row. `until`: the cell a policy's `column:NAME` means; blank is a fault."""
    cells = {
        name: text[:MAX_CELL].strip()
        for name, text in cells.items()
        if text.strip() and not (name in ("mark", "url", "id") and is_blank(text))
    }
    faults: list[Remark] = []
    subject, by = _subject(cells, faults)
    organisation = _organisation(cells, faults)
    days = []
    if until == "":
        faults.append(
            Remark(reason=RowReason.DAY_MISSING, detail="the policy asks for a day; the cell is blank")
        )
    for text in (cells.get("needed_until"), until):
        if text:
            try:
                days.append(read_day(text))
            except CellError as error:
                faults.append(_not_read(RowReason.DAY_UNREADABLE, text, error.detail, error.meant))
    level = None
    if "level" in cells:
        try:
            level = read_level(cells["level"])
        except CellError as error:
            faults.append(_not_read(RowReason.LEVEL_UNREADABLE, cells["level"], error.detail))
    if not any(name in cells for name in ("mark", "url", "id", "name")):
        faults.append(Remark(reason=RowReason.NOTHING_TO_CHECK, detail="no mark, link, number or name"))
    return Supplier(
        row=row,
        ref=cells.get("ref", ""),
        subject=subject,
        by=by,
        organisation=organisation,
        name=cells.get("name"),
        scope=cells.get("scope"),
        level=level,
        needed_until=max(days, default=None),
        faults=tuple(dict.fromkeys(faults)),
    )


def _not_read(reason: str, text: str, detail: str, *meant: str) -> Remark:
    """What stands in a cell that could not be read, and what it may have been."""
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    said = ("cell-meant", shown, " / ".join(meant)) if any(meant) else ("cell", shown)
    return Remark(reason=reason, detail=detail, said=said)


def _subject(cells: Mapping[str, str], faults: list[Remark]) -> tuple[Found | str | None, str | None]:
    """Give the mark a row names; the link where there are both, since it may hold the mark itself."""
    read: dict[str, Found | str] = {}
    for name in ("url", "mark"):
        text = cells.get(name)
        if text is None:
            continue
        several = marks_in(text)
        if is_lost_number(text) and not several:  # a mark number may have digits and one E
            detail = f"{text[:40]} is what a spreadsheet made of a number: characters are lost"
            faults.append(_not_read(RowReason.SPREADSHEET_NUMBER, text, detail))
            continue
        if len(several) > 1:
            detail = f"one cell names {len(several)} marks, {' and '.join(several[:5])}: give each a row"
            faults.append(_not_read(RowReason.TWO_MARKS, text, detail))
            continue
        one = read_text(text, text)
        if isinstance(one, Unreadable):
            faults.append(_not_read(one.reason, text, one.detail, *one.meant))
        elif isinstance(one.found, Found | str):
            read[name] = one.found
    url, mark = read.get("url"), read.get("mark")
    numbers = {number for one in (url, mark) if (number := _number(one)) is not None}
    if len(numbers) > 1:
        detail = f"the columns mark and url name two marks: {' and '.join(sorted(numbers))}"
        faults.append(_not_read(RowReason.TWO_MARKS, " / ".join(sorted(numbers)), detail))
    if url is not None:
        return url, "url"
    return (mark, "mark") if mark is not None else (None, None)


def _number(one: Found | str | None) -> str | None:
    """The number beside a mark, else what the mark itself claims: digits alone name a mark too."""
    if not isinstance(one, Found):
        return None
    if one.number is None and one.mark is not None:
        with suppress(MalformedError):
            return str(read_mark(one.mark).unsafe_claims.number)
    return one.number


def _organisation(cells: Mapping[str, str], faults: list[Remark]) -> OrganisationId | None:
    text = cells.get("id")
    if text is None:
        return None
    digits = re.sub(r"[\s.\-]", "", text)
    icd = _NATIONAL.get((cells.get("country", "").upper(), len(digits)))
    try:
        if icd is not None and digits.isascii() and digits.isdigit():
            return OrganisationId(icd=icd, value=digits)
        return OrganisationId.read_loosely(text)
    except BadOrganisationIdError as error:
        reason = _FAULTS_OF_IDS.get(error.fault, RowReason.ID_UNREADABLE)
        faults.append(_not_read(reason, text, error.problem, *error.meant))
    except MalformedError as error:
        faults.append(_not_read(RowReason.ID_UNREADABLE, text, error.problem))
    return None


def keys_of(one: Supplier) -> tuple[str, ...]:
    """What a row names a supplier by: rows that share one of these name the same supplier."""
    if isinstance(one.subject, Found) and one.subject.number is not None:
        return (f"mark {one.subject.number}",)
    if one.organisation is not None:
        return (f"id {one.organisation}",)
    return (f"name {fold(one.name)}",) if one.subject is None and one.name is not None else ()
