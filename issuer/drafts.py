"""Draft files as people send them: CSV in whatever Excel made of it, or JSON.

UTF-8 with or without BOM, UTF-16 with BOM, or cp932 (the Shift_JIS of Windows); comma, tab or semicolon; headers in
Japanese or English. A row whose first cell begins with # is a remark. What cells mean is not decided here.
"""

import re
from dataclasses import dataclass, field

from issuer.columns import COLUMNS, REQUIRED, find_column
from issuer.problems import Problem
from schemas.errors import MalformedError
from schemas.strict_json import Node, loads
from verifier.suppliers.sheets import (
    MAX_FILE,
    MAX_ROWS,
    OLD_WORKBOOK,
    WORKBOOK,
    SheetError,
    decode,
    records_of,
)

__all__ = ["MAX_FILE", "Row", "Sheet", "read_drafts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The cells that are not empty, by column name. `number`: as a spreadsheet counts, the header being row 1."""

    number: int
    cells: dict[str, str]

    @property
    def draft_id(self) -> str | None:
        return self.cells.get("draft_id")


@dataclass(slots=True, kw_only=True)
class Sheet:
    """All rows of a file, and everything wrong with the file itself."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, row: int, name: str, reason: str, detail: str, draft_id: str | None = None) -> None:
        self.problems.append(Problem(row=row, field=name, reason=reason, detail=detail, draft_id=draft_id))


def read_drafts(data: bytes) -> Sheet:
    """Read a file of drafts; never raises for what is in it."""
    sheet = Sheet()
    if len(data) > MAX_FILE:
        sheet.refuse(0, "file", "too-large", f"the file has more than {MAX_FILE >> 20} MiB: split it")
    elif data.startswith((WORKBOOK, OLD_WORKBOOK)):
        sheet.refuse(
            0, "file", "workbook", "this is an Excel workbook: save it as “CSV UTF-8 (comma delimited)”"
        )
    elif not data.strip():
        sheet.refuse(0, "file", "empty", "the file is empty")
    else:
        try:
            text = decode(data)
            read = _read_json if text.lstrip()[:1] in ("[", "{") else _read_csv
            read(text, sheet)
        except SheetError as error:
            sheet.refuse(error.row, "file", error.reason, error.detail)
    return sheet


def _read_csv(text: str, sheet: Sheet) -> None:
    records = records_of(text)
    place = next((place for place, record in enumerate(records) if _is_content(record)), None)
    if place is None:
        sheet.refuse(0, "file", "empty", "the file has no header")
        return
    columns = _header(records[place], place + 1, sheet)
    for number, record in enumerate(records[place + 1 :], place + 2):
        if _is_content(record):
            _row(record, columns, number, sheet)


def _is_content(record: list[str]) -> bool:
    return any(cell.strip() for cell in record) and not record[0].lstrip().startswith("#")


def _header(record: list[str], number: int, sheet: Sheet) -> list[str | None]:
    """Give the column names in order: None where nothing is written, empty where it was refused."""
    columns: list[str | None] = []
    for place, header in enumerate(record):
        column = find_column(header) if header.strip() else None
        if header.strip() and column is None:
            sheet.refuse(
                number, header.strip()[:60], "unknown-column", "no column of a draft; see `template`"
            )
        elif column is not None and column.name in columns:
            sheet.refuse(
                number, column.name, "duplicate-column", f"stands twice, again in column {place + 1}"
            )
        columns.append(column.name if column is not None else "" if header.strip() else None)
    for name in REQUIRED:
        if name not in columns:
            sheet.refuse(
                number,
                name,
                "missing-column",
                f"the file has no column {name} ({COLUMNS[name].header['ja']})",
            )
    return columns


def _row(record: list[str], columns: list[str | None], number: int, sheet: Sheet) -> None:
    cells = {name: cell.strip() for name, cell in zip(columns, record, strict=False) if name and cell.strip()}
    for place, cell in enumerate(record):
        if cell.strip() and (place >= len(columns) or columns[place] is None):
            detail = f"column {place + 1} has no header: a comma inside a text needs quotation marks"
            sheet.refuse(number, "file", "surplus-cell", detail, cells.get("draft_id"))
            break
    sheet.rows.append(Row(number=number, cells=cells))


def _read_json(text: str, sheet: Sheet) -> None:
    try:
        top = loads(text, max_size=MAX_FILE)
        listed = top.members(("drafts",))["drafts"] if isinstance(top.value, dict) else top
        items = listed.items(at_most=MAX_ROWS)
    except MalformedError as error:
        sheet.refuse(0, "file", "json", str(error))
        return
    if not items:
        sheet.refuse(0, "file", "empty", "the file holds no drafts")
    for number, item in enumerate(items, 1):
        try:
            members = item.any_members()
        except MalformedError as error:
            sheet.refuse(number, "file", "json", str(error))
            continue
        sheet.rows.append(Row(number=number, cells=_json_cells(members, number, sheet)))


def _json_cells(members: dict[str, Node], number: int, sheet: Sheet) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, node in members.items():
        column = find_column(name)
        if column is None:
            sheet.refuse(number, name[:60], "unknown-column", "no column of a draft; see `template`")
        elif column.name in cells:
            sheet.refuse(number, column.name, "duplicate-column", "stands twice, in two languages")
        elif node.value is not None and (type(node.value) not in (str, int)):
            sheet.refuse(number, column.name, "json", "expected a text, as a CSV cell would hold it")
        elif node.value is not None and re.search(r"\S", str(node.value)):
            cells[column.name] = str(node.value).strip()
    return cells
