"""Draft files as people send them: CSV in whatever Excel made of it, or JSON.

UTF-8 with or without BOM, UTF-16 with BOM, or cp932 (the Shift_JIS of Windows); comma, tab or semicolon; headers in
Japanese or English. A row whose first cell begins with # is a remark. What cells mean is not decided here.
"""

import csv
import io
import re
from dataclasses import dataclass, field

from issuer.columns import COLUMNS, REQUIRED, find_column
from issuer.problems import Problem
from schemas.errors import MalformedError
from schemas.strict_json import Node, loads

__all__ = ["MAX_FILE", "Row", "Sheet", "read_drafts"]

MAX_FILE = 64 << 20
MAX_ROWS = 100_000
_WORKBOOK = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


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
    elif data.startswith((_WORKBOOK, _OLD_WORKBOOK)):
        sheet.refuse(
            0, "file", "workbook", "this is an Excel workbook: save it as “CSV UTF-8 (comma delimited)”"
        )
    elif not data.strip():
        sheet.refuse(0, "file", "empty", "the file is empty")
    else:
        text = _decode(data, sheet)
        if text is not None and text.lstrip()[:1] in ("[", "{"):
            _read_json(text, sheet)
        elif text is not None:
            _read_csv(text, sheet)
    return sheet


def _decode(data: bytes, sheet: Sheet) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            sheet.refuse(0, "file", "encoding", f"begins as UTF-16 but is not: {error.reason}")
            return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    lines = data.split(b"\n")
    # UTF-8 seldom fails to decode as cp932: it becomes other characters. So each line is asked by itself.
    unicode_lines = [place for place, line in enumerate(lines, 1) if _is_japanese_utf8(line)]
    other = [place for place, line in enumerate(lines, 1) if not _decodes(line, "utf-8")]
    if unicode_lines:
        detail = f"line {unicode_lines[0]} is UTF-8 and line {other[0]} is not: two files were joined; save all as UTF-8"
        sheet.refuse(0, "file", "mixed-encodings", detail)
        return None
    try:
        return data.decode("cp932")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        detail = f"line {line} is neither UTF-8 nor Shift_JIS (cp932): save the file as CSV UTF-8"
        sheet.refuse(0, "file", "encoding", detail)
        return None


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_japanese_utf8(line: bytes) -> bool:
    return not line.isascii() and _decodes(line, "utf-8") and any(sign >= "\u0800" for sign in line.decode())


def _read_csv(text: str, sheet: Sheet) -> None:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)  # the first wins a tie, so a single column reads as comma
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append(record)
            if len(records) > MAX_ROWS:
                sheet.refuse(0, "file", "too-large", f"more than {MAX_ROWS:,} rows: split the file")
                return
    except csv.Error as error:
        detail = f"line {reader.line_num}: {error}: a quotation mark is open or out of place"
        sheet.refuse(len(records) + 1, "file", "csv", detail)
        return
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
