"""The two forms of `/check`, read: what was pasted or sent, which column is what, what is asked of a mark.

Nothing is kept between the steps: the second form carries the table itself, as JSON, and is believed no more than the first.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import request

from registry.supplier_check import MAX_BYTES, MAX_ROWS, read_table
from registry.workbook_reader import LONGEST, MAX_SHEETS
from verifier.policy import Policy
from verifier.suppliers.cells import CellError, read_day
from verifier.suppliers.columns import FINDING, Column, ColumnError, Columns, find_columns, letter
from verifier.suppliers.headers import KNOWN
from verifier.suppliers.report_table import OUTPUT
from verifier.suppliers.run import questions_of
from verifier.suppliers.sheets import SheetError, Table

__all__ = [
    "MAX_COLUMNS",
    "MAX_FORM",
    "UNITS",
    "FormError",
    "Wishes",
    "carried",
    "check_rows",
    "check_size",
    "columns_said",
    "guess",
    "is_header_moved",
    "read_rows",
    "read_wishes",
]

MAX_COLUMNS = 100
MAX_TABLE = 4 << 20  # bytes of the table as the second form carries it
MAX_CELLS = (
    250_000  # of an answer, with the blank rows between the others; a full table has less than half of it
)
MAX_FORM = MAX_TABLE + (256 << 10)
UNITS = ("legal-entity", "group", "division")
_LONGEST = 200  # characters of a wish


class FormError(Exception):
    """What was sent cannot be checked. `reason`: a slug the page has words for; `values` go into them."""

    def __init__(self, reason: str, detail: str = "", *, status: int = 400, **values: object) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.status, self.values = reason, detail, status, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is asked of every mark of the table, as the form holds it."""

    level: int | None = None
    until: date | None = None
    scope: str = ""
    units: tuple[str, ...] = ()

    @property
    def policy(self) -> Policy | None:
        if self == Wishes():
            return None
        return Policy(
            min_level=self.level,
            valid_until_at_least=self.until,
            scope_contains=self.scope or None,
            units=frozenset(self.units) or None,
        )


def read_wishes() -> Wishes:
    """Read the fields about the marks. Raises FormError."""
    level, until = _field("level"), _field("until")
    scope, units = _field("scope"), tuple(dict.fromkeys(request.form.getlist("unit")))
    if level and not re.fullmatch("[1-9]", level, re.ASCII):
        raise FormError("level", "level: a digit from 1 to 9")
    if len(scope) > _LONGEST:
        raise FormError("scope", f"scope: at most {_LONGEST} characters", longest=_LONGEST)
    if any(unit not in UNITS for unit in units):
        raise FormError("unit", f"unit: {', '.join(UNITS)}")
    try:
        return Wishes(
            level=int(level) if level else None,
            until=read_day(until) if until else None,
            scope=scope,
            units=units,
        )
    except CellError as error:
        raise FormError("until", error.detail) from error


def read_rows() -> Table:
    """Read the table of either form, without what is blank at its ends. Raises FormError, BusyError."""
    table = _carried(request.form["table"]) if "table" in request.form else _sent()
    records = [_without_blank_end(record) for record in table.records]
    while records and not records[-1]:
        records.pop()
    if not records:
        raise FormError("nothing")
    width = max(map(len, records))
    if width > MAX_COLUMNS:
        raise FormError("columns", status=413, most=MAX_COLUMNS)
    if len(records) * (width + len(OUTPUT)) > MAX_CELLS:
        detail = f"{len(records):,} rows with the blank ones, of {width} columns: leave out what is blank"
        raise FormError("too-large", detail, status=413)
    try:
        size = len(carried(records).encode())
    except UnicodeEncodeError as error:  # half a character, which no file holds
        raise FormError("carried", "table: not Unicode") from error
    if size > MAX_TABLE:
        raise FormError("too-large", f"{size:,} bytes; at most {MAX_TABLE:,}", status=413)
    return replace(table, records=records)


def carried(records: Sequence[Sequence[str]]) -> str:
    """Write a table as the second form carries it."""
    return json.dumps(records, ensure_ascii=False, separators=(",", ":"))


def guess(table: Table, *, header_row: int | None = None) -> Columns:
    """Say which column is what by headings and contents; where no supplier could be found by it, as far as is known."""
    try:
        return find_columns(table, header_row=header_row)
    except ColumnError:
        if header_row:
            return Columns(header=header_row - 1, first=header_row, found=())
        first = next(at for at, record in enumerate(table.records) if record)
        return Columns(header=None, first=first, found=())


def is_header_moved() -> bool:
    """Whether other headings were named than the columns below them were read by: they are to be read anew."""
    return "header" in request.form and request.form.get("header-was", _field("header")).strip() != _field(
        "header"
    )


def columns_said(table: Table) -> Columns:
    """Read the second form: where the headings stand, and which column is what, as it was said; without it, the guess. Raises FormError."""
    guessed = guess(table)
    if "header" not in request.form:
        return guessed
    text = _field("header")
    if text and not (re.fullmatch("[0-9]{1,6}", text, re.ASCII) and int(text) <= len(table.records)):
        raise FormError("header", "header: a row of the table, or nothing")
    header = int(text) - 1 if text else None
    if is_header_moved():
        return guess(table, header_row=int(text) if text else 0)
    first = (
        next((at for at, record in enumerate(table.records) if record), 0) if header is None else header + 1
    )
    headings = [] if header is None else table.records[header]
    how = {(one.name, one.place): one.how for one in guessed.found}
    found = []
    for place in range(max(map(len, table.records))):
        name = _field(f"column-{place}")
        if not name:
            continue
        if name not in KNOWN:
            raise FormError("column", f"column-{place}: one of {', '.join(KNOWN)}")
        heading = headings[place].strip() if place < len(headings) else ""
        found.append(Column(name=name, place=place, header=heading, how=how.get((name, place), "said")))
    return Columns(header=header, first=first, found=tuple(found))


def check_size(table: Table, columns: Columns) -> None:
    """On return there are no more suppliers than are judged at once, and some below headings that were named. Raises FormError."""
    rows = len(questions_of(table, columns))
    if not rows and is_header_moved():
        raise FormError("no-rows")
    if rows > MAX_ROWS:
        raise FormError("rows", status=413, number=f"{rows:,}", most=f"{MAX_ROWS:,}")


def check_rows(table: Table, columns: Columns) -> None:
    """On return there are rows, and each column once; a supplier can be found by them. Raises FormError."""
    if not any(one.name in FINDING for one in columns.found):
        raise FormError("no-column", f"one of {', '.join(FINDING)} is needed")
    places: dict[str, str] = {}
    for one in columns.found:
        if one.name in places:
            both = (places[one.name], letter(one.place))
            raise FormError("twice", f"{one.name}: columns {both[0]} and {both[1]}", name=one.name, both=both)
        places[one.name] = letter(one.place)
    if not questions_of(table, columns):
        raise FormError("no-rows")


def _field(name: str) -> str:
    return request.form.get(name, "").strip()


def _sent() -> Table:
    sent, text = request.files.get("file"), request.form.get("rows", "")
    data = b""
    if sent is not None:
        data = sent.read(MAX_BYTES + 1)
        sent.close()
    if data and text.strip():
        raise FormError("both")
    if not data and not text.strip():
        raise FormError("nothing")
    try:
        return read_table(data or text.encode(), sheet=request.form.get("sheet") or None)
    except SheetError as error:
        status = 413 if error.reason == "too-large" else 400
        raise FormError(error.reason, error.detail, status=status) from error


def _carried(text: str) -> Table:
    """Read what the second form carries; a program may have written anything there."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormError("carried", "table: not JSON") from error
    if not isinstance(value, list) or not all(isinstance(record, list) for record in value):
        raise FormError("carried", "table: a list of rows, each a list of texts")
    if not all(isinstance(cell, str) and "\0" not in cell for record in value for cell in record):
        raise FormError("carried", "table: a list of rows, each a list of texts")
    sheet, others = request.form.get("sheet-was", ""), request.form.getlist("other-sheet")[:MAX_SHEETS]
    return Table(
        records=value, sheet=sheet[:LONGEST] or None, other_sheets=tuple(name[:LONGEST] for name in others)
    )


def _without_blank_end(record: Sequence[str]) -> Sequence[str]:
    end = len(record)
    while end and not record[end - 1].strip():
        end -= 1
    return record[:end]
