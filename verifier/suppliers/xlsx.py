"""Workbooks (.xlsx) as tables, read and written with openpyxl, the extra `[xlsx]`.

A workbook is a ZIP of XML from a stranger. Before anything is parsed: the file's size, the number of its members
and what they unpack to are bounded, and a document type, where entities could be declared, is refused. Then only the
values of one sheet are read, row by row, within bounds of rows and columns. Formulas are not computed: the value the
spreadsheet last saved counts.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import date, datetime, time
from types import ModuleType
from typing import IO, Any

from verifier.suppliers.columns import ColumnError, find_columns
from verifier.suppliers.sheets import MAX_COLUMNS, MAX_FILE, MAX_ROWS, SheetError, Table

__all__ = ["XlsxMissingError", "openpyxl", "read_workbook", "write_workbook"]

MAX_MEMBERS = 2_000
MAX_UNPACKED = 256 << 20  # bytes of all members together
MAX_BLANK = 1 << 20  # rows a sheet can have; formatted ones without a value cost little
MOST_SHEETS = 10  # looked at for the one with the suppliers
LOOKED_AT = 200  # rows of each
_ZEROS = re.compile("0{2,32}")  # a number format of nothing but digits
_NO_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
)  # XML 1.0 §2.2 has no place for them
WIDE, WIDTH = 40, 20  # columns that are made so wide, in characters
LONGEST_CELL = 32_767  # characters, as Excel holds
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_HEAD = 1 << 16  # bytes of a member in which its document type would stand
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


class XlsxMissingError(Exception):
    """openpyxl is not installed; names the extra."""

    def __init__(self) -> None:
        super().__init__("workbooks need an addition; install it with: pip install 'akashi-marks[xlsx]'")


def openpyxl() -> ModuleType:
    """Give the library. Raises XlsxMissingError."""
    try:
        import openpyxl as found
    except ImportError:
        raise XlsxMissingError from None
    return found


def read_workbook(
    data: bytes, *, sheet: str | None = None, columns: int = MAX_COLUMNS, blank: int = MAX_BLANK
) -> Table:
    """Read one sheet, by default the shown one in which most columns are known: a cover often comes first. So many columns
    are read, and no more blank rows one after another.

    Raises SheetError, XlsxMissingError.
    """
    library = openpyxl()
    _check_container(data)
    try:
        with closing(library.load_workbook(io.BytesIO(data), read_only=True, data_only=True)) as book:
            names, chosen = _chosen(book, sheet)
            if sheet is None and len(names) > 1:
                chosen = _best([book[name] for name in names[:MOST_SHEETS]], columns, blank)
            records = _read(chosen, columns, blank)
            title = str(chosen.title)
    except SheetError:
        raise
    except Exception as error:
        # What a damaged or hostile workbook makes of the library is not foreseen by name; nothing of it is used.
        raise SheetError(
            "workbook", f"the workbook cannot be read ({type(error).__name__}): save it anew"
        ) from error
    return Table(records=records, sheet=title, other_sheets=tuple(name for name in names if name != title))


def _chosen(book: Any, sheet: str | None) -> tuple[list[str], Any]:
    """Give the names of the sheets that are shown, and the one meant. Raises SheetError."""
    shown = [one for one in book.worksheets if one.sheet_state == "visible"] or book.worksheets
    if not shown:
        raise SheetError("empty", "the workbook has no sheet of cells")
    names = [str(one.title) for one in shown]
    if sheet is not None and sheet not in names:
        listed = ", ".join(name[:40] for name in names[:20])
        raise SheetError("no-sheet", f"the workbook has no sheet {sheet[:40]!r}; there are {listed}")
    return names, shown[0 if sheet is None else names.index(sheet)]


def _read(sheet: Any, columns: int, blank: int) -> list[list[str]]:
    sheet.reset_dimensions()  # what the file says of its own size is not believed
    return list(_records(sheet.iter_rows(max_col=columns), blank))


def _best(sheets: Sequence[Any], columns: int, blank: int) -> Any:
    """Give the sheet most of whose columns are known, the first of equals; what cannot be read has none."""

    def known(sheet: Any) -> int:
        sheet.reset_dimensions()
        first = sheet.iter_rows(max_col=columns, max_row=LOOKED_AT)
        try:
            return len(find_columns(Table(records=list(_records(first, blank)))).found)
        except (ColumnError, SheetError):
            return 0

    return max(sheets, key=known)


def _check_container(data: bytes) -> None:
    """On return the archive is small, unpacks to little, and holds no document type. Raises SheetError."""
    if len(data) > MAX_FILE:
        raise SheetError("too-large", f"the file has more than {MAX_FILE >> 20} MiB: split it")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            unpacked = sum(info.file_size for info in infos)
            if len(infos) > MAX_MEMBERS or unpacked > MAX_UNPACKED:
                raise SheetError(
                    "too-large",
                    f"{len(infos)} members that unpack to {unpacked >> 20} MiB; at most {MAX_MEMBERS:,} and "
                    f"{MAX_UNPACKED >> 20} MiB are read",
                )
            _check_kind(archive)
            for info in infos:
                if info.filename.endswith((".xml", ".rels")):
                    with archive.open(info) as member:
                        head = member.read(_HEAD)
                    if any(doctype in head for doctype in _DOCTYPES):
                        raise SheetError(
                            "workbook", f"{info.filename[:60]!r} declares a document type: refused"
                        )
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
        EOFError,
    ) as error:
        raise SheetError("workbook", f"not a whole workbook ({error})") from error


def _check_kind(archive: zipfile.ZipFile) -> None:
    """On return the archive may be an .xlsx. Raises SheetError naming what it is, and what to do."""
    names = set(archive.namelist())
    if "xl/workbook.bin" in names:
        raise SheetError("workbook", "this is a binary workbook (.xlsb): save it as .xlsx")
    if "[Content_Types].xml" in names:
        return
    if "mimetype" in names:
        with archive.open("mimetype") as member:
            if member.read(_HEAD).startswith(_OPEN_DOCUMENT):
                raise SheetError("workbook", "this is an OpenDocument file (.ods): save it as .xlsx")
    raise SheetError("workbook", "this is an archive and no workbook: unpack it, or save the table as .xlsx")


def _records(rows: Iterator[Sequence[Any]], most: int) -> Iterator[list[str]]:
    count, blank = 0, 0
    for row in rows:
        width = len(row)  # the bound, most of which is blank: not looked at twice
        while width and row[width - 1].value is None:
            width -= 1
        cells = [_shown(cell) for cell in row[:width]]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            blank += 1
            if blank > most:
                raise SheetError(
                    "too-large", f"more than {most:,} blank rows: copy the others into a new sheet"
                )
            continue
        if count + blank > MAX_ROWS:
            raise SheetError("too-large", f"more than {MAX_ROWS:,} rows: split the file")
        yield from ([] for _ in range(blank))
        count, blank = count + blank + 1, 0
        yield cells


def _shown(cell: Any) -> str:
    """A cell's text; a number that is shown with zeros in front, as codes are, with these."""
    value = cell.value
    text = _text(value)
    if isinstance(value, (int, float)) and text.isdecimal() and cell.has_style:
        with suppress(LookupError):  # a style that the workbook lacks
            if _ZEROS.fullmatch(zeros := cell.number_format):
                return text.zfill(len(zeros))
    return text


def _text(value: Any) -> str:
    """A cell as it would stand in a CSV. Numbers as they are held: a long one has lost no digits in a workbook."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value).upper()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def write_workbook(out: IO[bytes], sheets: Sequence[tuple[str, Iterator[Sequence[str]]]]) -> None:
    """Write sheets of texts. Every cell is a text, so that nothing in it is a formula. Raises XlsxMissingError."""
    library = openpyxl()
    from openpyxl.cell import WriteOnlyCell

    book = library.Workbook(write_only=True)
    for title, rows in sheets:
        page = book.create_sheet(title)
        for place in range(1, WIDE + 1):
            page.column_dimensions[library.utils.get_column_letter(place)].width = WIDTH
        for row in rows:
            cells = []
            for text in row:
                cell = WriteOnlyCell(page, value=_NO_XML.sub("\ufffd", text)[:LONGEST_CELL])
                cell.data_type = "s"  # whatever the library guessed: what begins with = is no formula here
                cells.append(cell)
            page.append(cells)
    book.save(out)
