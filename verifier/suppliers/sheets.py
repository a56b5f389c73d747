"""A table as people send it: CSV in whatever Excel made of it, read into rows of text cells.

UTF-8 with or without BOM, UTF-16 with BOM, or cp932 (the Shift_JIS of Windows); comma, tab or semicolon. What
the cells mean is not decided here. Workbooks are read by `verifier.suppliers.xlsx`. Issuers' drafts come this way too.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "MAX_COLUMNS",
    "MAX_FILE",
    "MAX_ROWS",
    "OLD_WORKBOOK",
    "WORKBOOK",
    "SheetError",
    "Table",
    "decode",
    "records_of",
]

MAX_FILE = 64 << 20
MAX_ROWS = 100_000
MAX_COLUMNS = 1_024
WORKBOOK = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_DELIMITERS = ",\t;"
_QUOTED = re.compile(
    r'(?<![^,;\t\r\n])"[^"]*+(?:""[^"]*+)*+"'
)  # possessive: a way back would cost 100 bytes a sign
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class SheetError(Exception):
    """A file that is no table. `row`: as a spreadsheet counts, 0 for the file; `reason`: a stable slug."""

    def __init__(self, reason: str, detail: str, *, row: int = 0) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.row = reason, detail, row


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Every row as it stands, blank ones too: the first is row 1. `sheet` names the sheet of a workbook that was read.

    `source`: the file's name and digest, for the report.
    """

    records: Sequence[Sequence[str]]
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()
    source: str | None = None


def decode(data: bytes) -> str:
    """Give a file's text. Raises SheetError naming the line that does not fit."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise SheetError("encoding", f"begins as UTF-16 but is not: {error.reason}") from None
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
        raise SheetError("mixed-encodings", detail)
    try:
        return data.decode("cp932")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        detail = f"line {line} is neither UTF-8 nor Shift_JIS (cp932): save the file as CSV UTF-8"
        raise SheetError("encoding", detail) from None


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_japanese_utf8(line: bytes) -> bool:
    return not line.isascii() and _decodes(line, "utf-8") and any(sign >= "\u0800" for sign in line.decode())


def _delimiter(text: str) -> str:
    """Give what stands between cells, not what stands in quoted ones."""
    lines = [*_QUOTED.sub("", text).split("\n"), *text.split("\n")]
    # The first line that holds a delimiter at all; a title above the header holds none.
    first = next((line for line in lines if any(sign in line for sign in _DELIMITERS)), "")
    return max(_DELIMITERS, key=first.count)  # the first wins a tie, so a single column reads as comma


def records_of(text: str) -> list[list[str]]:
    """Split CSV into rows of cells, blank lines as empty rows. Raises SheetError naming the row."""
    delimiter = _delimiter("\n".join(text.split("\n", 20)[:20]))
    lines_of = (
        found.group() for found in _LINE.finditer(text)
    )  # io.StringIO would hold the text four times over
    reader = csv.reader(lines_of, delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append(record)
            if len(records) > MAX_ROWS:
                raise SheetError("too-large", f"more than {MAX_ROWS:,} rows: split the file")
            if len(record) > MAX_COLUMNS:  # every row of a report is as wide as the widest
                detail = f"more than {MAX_COLUMNS:,} columns: copy those that matter into a new file"
                raise SheetError("too-large", detail, row=len(records))
    except csv.Error as error:
        detail = f"line {reader.line_num}: {error}: a quotation mark is open or out of place"
        raise SheetError("csv", detail, row=len(records) + 1) from None
    return records
