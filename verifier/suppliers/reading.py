"""Whatever file a buyer hands over, as a table; or what to do so that it can be read."""

import re

from verifier.suppliers.sheets import MAX_FILE, OLD_WORKBOOK, WORKBOOK, SheetError, Table, decode, records_of
from verifier.suppliers.xlsx import read_workbook

__all__ = ["read_table"]

_PDF = b"%PDF-"
_LOCKED = "EncryptedPackage".encode("utf-16-le")  # the stream that holds a workbook locked with a password
# Pages and flat documents that some programs write under the names .xls and .csv.
_MARKUP = re.compile(r"\s*<(?:\?xml|!doctype|!--|html|head|meta|style|body|table)\b", re.IGNORECASE)


def read_table(data: bytes, *, sheet: str | None = None) -> Table:
    """Read CSV or a workbook; `sheet` names one of a workbook's. Raises SheetError, XlsxMissingError."""
    if len(data) > MAX_FILE:
        raise SheetError("too-large", f"the file has more than {MAX_FILE >> 20} MiB: split it")
    if data.startswith(WORKBOOK):
        return read_workbook(data, sheet=sheet)
    if data.startswith(OLD_WORKBOOK):
        if _LOCKED in data:
            raise SheetError("workbook", "this workbook is locked with a password: save a copy without one")
        raise SheetError("workbook", "this is a workbook of the old kind (.xls): save it as .xlsx")
    if data.startswith(_PDF):
        raise SheetError("encoding", "this is a PDF: a table as CSV or .xlsx is needed")
    if sheet is not None:
        raise SheetError("no-sheet", "--sheet is for workbooks: a CSV is one sheet")
    text = decode(data)
    if "\0" in text:
        raise SheetError("encoding", "holds zero bytes: save the file as CSV UTF-8")
    if _MARKUP.match(text):
        raise SheetError(
            "workbook", "this is a page or an XML document: open it in a spreadsheet, save it as .xlsx"
        )
    if not text.strip():
        raise SheetError("empty", "the file is empty")
    return Table(records=records_of(text))
