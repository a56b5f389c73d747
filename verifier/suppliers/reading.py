"""Whatever file a buyer hands over, as a table; or what to do so that it can be read."""

from verifier.suppliers.sheets import MAX_FILE, OLD_WORKBOOK, WORKBOOK, SheetError, Table, decode, records_of
from verifier.suppliers.xlsx import read_workbook

__all__ = ["read_table"]

_PDF = b"%PDF-"


def read_table(data: bytes, *, sheet: str | None = None) -> Table:
    """Read CSV or a workbook; `sheet` names one of a workbook's. Raises SheetError, XlsxMissingError."""
    if len(data) > MAX_FILE:
        raise SheetError("too-large", f"the file has more than {MAX_FILE >> 20} MiB: split it")
    if data.startswith(WORKBOOK):
        return read_workbook(data, sheet=sheet)
    if data.startswith(OLD_WORKBOOK):
        raise SheetError(
            "workbook", "this is a workbook of the old kind (.xls), or a locked one: save it as .xlsx"
        )
    if data.startswith(_PDF):
        raise SheetError("encoding", "this is a PDF: a table as CSV or .xlsx is needed")
    if sheet is not None:
        raise SheetError("no-sheet", "--sheet is for workbooks: a CSV is one sheet")
    text = decode(data)
    if "\0" in text:
        raise SheetError("encoding", "holds zero bytes: save the file as CSV UTF-8")
    if not text.strip():
        raise SheetError("empty", "the file is empty")
    return Table(records=records_of(text))
