"""Workbooks strangers send, read by a process that may be lost: bounded in time, memory, and what comes out of it.

    python -m registry.workbook_reader < a line {"sheet": null} or {"sheet": "…"}, and the workbook behind it
    {"rows": [["…", …], …], "sheet": "…", "others": ["…", …]} or {"reason": "…", "detail": "…"}

A workbook is a ZIP of XML. `verifier.suppliers.xlsx` refuses what is not one; here the bounds are those of a public page.
"""

import io
import json
import subprocess
import sys
import zipfile
from contextlib import suppress
from typing import Any

from registry.turns import Turns
from verifier.suppliers.sheets import SheetError, Table
from verifier.suppliers.xlsx import XlsxMissingError, read_workbook

__all__ = ["read_stranger"]

MAX_UNPACKED = 32 << 20  # bytes of all members together
COLUMNS = 101  # read: one more than a table may have, so that it is named
MAX_BLANK = 20_000  # rows without a value, one after another
MAX_CELLS = 4 << 20  # characters of all cells together
MAX_SHEETS = 100  # offered
LONGEST = 100  # characters of a sheet's name; spreadsheets allow 31
MAX_DETAIL = 500  # characters
_PATIENCE = 20  # seconds
_SECONDS = 8  # of processor time
_MEMORY = 1 << 30
_turns = Turns(2, waiting=2, patience=5)


def read_stranger(data: bytes, *, sheet: str | None = None) -> Table:
    """Read the sheet named, by default the one that looks most like suppliers. Raises SheetError; BusyError when too many are being read."""
    # Not as an argument: others on this machine see those.
    asked = json.dumps({"sheet": sheet}).encode() + b"\n"
    try:
        with _turns.turn():
            done = subprocess.run(
                [sys.executable, "-m", "registry.workbook_reader"],
                input=asked + data,
                capture_output=True,
                timeout=_PATIENCE,
                check=False,
            )
        said: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        detail = "the workbook took too much time or memory: copy the rows into a new one"
        raise SheetError("too-large", detail) from error
    if "rows" not in said:
        raise SheetError(said["reason"], said["detail"], row=said.get("row", 0))
    return Table(records=said["rows"], sheet=said["sheet"], other_sheets=tuple(said["others"]))


def _read(data: bytes, sheet: str | None = None) -> dict[str, Any]:
    try:
        _check_container(data)
        table = read_workbook(data, sheet=sheet, columns=COLUMNS, blank=MAX_BLANK)
        _check_cells(table)
    except SheetError as error:
        return {"reason": error.reason, "detail": error.detail[:MAX_DETAIL], "row": error.row}
    except XlsxMissingError as error:
        return {"reason": "workbook", "detail": str(error)}
    others = [name for name in table.other_sheets if len(name) <= LONGEST][:MAX_SHEETS]
    return {"rows": table.records, "sheet": (table.sheet or "")[:LONGEST], "others": others}


def _check_container(data: bytes) -> None:
    """No more than what a table of a page needs is unpacked; what a member says of its size is also what is read of it."""
    with suppress(zipfile.BadZipFile, ValueError, OSError), zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(info.file_size for info in archive.infolist())
        if unpacked > MAX_UNPACKED:
            raise SheetError(
                "too-large",
                f"the workbook unpacks to {unpacked >> 20} MiB; at most {MAX_UNPACKED >> 20} MiB are read",
            )


def _check_cells(table: Table) -> None:
    """One text may stand in very many cells, and takes room only when they are written out."""
    characters = sum(len(cell) + 1 for record in table.records for cell in record)
    if characters > MAX_CELLS:
        raise SheetError("too-large", f"the cells hold more than {MAX_CELLS:,} characters together")


def _limit() -> None:
    """Let this process use so much and no more; where the system has such limits."""
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    """Read one workbook from standard input, behind a line that says which sheet of it."""
    _limit()
    asked = json.loads(sys.stdin.buffer.readline())
    print(json.dumps(_read(sys.stdin.buffer.read(), asked["sheet"])))


if __name__ == "__main__":
    main()
