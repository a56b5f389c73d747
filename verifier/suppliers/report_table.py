"""The buyer's own table with the answers beside it, as CSV or a workbook.

The input stays as it was, every row in its place; the answers follow in columns of their own, and take the place of those of
an earlier check. A CSV is opened in spreadsheets, which run what begins with = + - or @: such cells get an
apostrophe in front. Where a cell begins is the reader's choice: opened with semicolons or tabs between cells, as offices in
many countries and LibreOffice do, `x;=1+1` holds a formula. So each such place gets one, and a cell that holds such
signs is quoted, and stays one where several separators are believed. In a workbook every cell is a text, and no such
thing can happen.
"""

import io
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import IO

from schemas.mark_number import MarkNumber
from schemas.times import iso
from verifier.report import NoteReason
from verifier.suppliers.checked import Checked
from verifier.suppliers.report_text import facts
from verifier.suppliers.results import Candidate, RowResult
from verifier.suppliers.rows import FAULTS, Remark
from verifier.suppliers.xlsx import write_workbook
from verifier.words import phrase, title

__all__ = ["OUTPUT", "answers", "neutral", "write_csv", "write_xlsx"]

OUTPUT = (
    "akashi_verdict",
    "akashi_reasons",
    "akashi_mark",
    "akashi_level",
    "akashi_name",
    "akashi_name_match",
    "akashi_unit",
    "akashi_scope",
    "akashi_last_day",
    "akashi_state",
    "akashi_as_of",
    "akashi_matched_by",
    "akashi_candidates",
)
EVIDENCE = "akashi_evidence"  # the name of the file, where files were asked for
# Full-width forms too: some spreadsheets read them as their half-width ones.
_STARTS_FORMULA = re.compile(r"[=+\-@\x00-\x1f\x7f＝＋－＠]")
# Plain numbers, and the strokes that people write where there is nothing.
_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?|[-－]+", re.ASCII)
# An item of a list on a line of its own: without a call, a link or another sheet in it there is nothing to run.
_ITEM = re.compile("- [^(（|｜!！=＝]*")
_BREAK = re.compile("([;\t\r\n])")
_QUOTED = re.compile('[,;\t\r\n"]')
# A mark number with an E before its hyphen is read as a number too small to tell from 0.
_POWER = re.compile("[0-9]{4}E-[0-9]{5}", re.ASCII | re.IGNORECASE)
_EVERYWHERE = (NoteReason.NO_INDEPENDENT_WITNESS,)  # true of the register, not of a row


def neutral(text: str) -> str:
    """A cell no spreadsheet takes for a formula, at whichever signs it breaks lines into cells; plain numbers stay as they are."""
    pieces = _BREAK.split(text)
    for at in range(2, len(pieces), 2):
        piece = pieces[at].lstrip('"')
        if _STARTS_FORMULA.match(piece) and not (_PLAIN.fullmatch(piece) or _ITEM.fullmatch(piece)):
            pieces[at] = f"'{pieces[at]}"
    is_run = _STARTS_FORMULA.match(text) and not _PLAIN.fullmatch(text)
    return ("'" if is_run or _POWER.fullmatch(text) else "") + "".join(pieces)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def answers(result: RowResult) -> list[str]:
    """What is said of one row, in the order of OUTPUT."""
    mark = result.mark
    facts = [""] * 8
    if mark is not None:
        facts = [
            # As it is shown to people: with its hyphen no spreadsheet takes it for a number.
            _shown(mark.number),
            # A partner's level is a number of theirs: no sum or filter is to take it for one of ours.
            str(mark.level) if mark.recognised_by is None else f"{mark.scheme} {mark.level}",
            mark.name,
            "" if result.name_match is None else result.name_match.value,
            mark.unit,
            mark.statement,
            mark.last_day,
            mark.state or "",
        ]
    return [
        result.verdict.value,
        _said(result),
        *facts,
        "" if result.as_of is None else _iso(result.as_of),
        result.matched_by or "",
        "; ".join(_candidate(one) for one in result.candidates),
    ]


def _shown(number: str) -> str:
    return MarkNumber.from_text(number).display


@lru_cache(maxsize=64)
def _iso(seconds: int) -> str:
    return iso(seconds)


def _said(result: RowResult) -> str:
    notes = [note for note in result.notes if note.reason not in _EVERYWHERE]
    return "; ".join([_remark(one) for one in result.reasons] + [_remark(one) for one in notes])


def _remark(one: Remark) -> str:
    """The reason's name; what is peculiar to this row is explained behind it."""
    if one.detail and (one.reason in FAULTS or one.reason == "duplicate-row"):
        return f"{one.reason} ({one.detail.replace(';', ',')})"
    return str(one.reason)


def _candidate(one: Candidate) -> str:
    marks = " ".join(_shown(number) for number in one.marks)
    return f"{one.id} {one.name} ({one.matched} {one.score:.2f}) {marks}".strip().replace(";", ",")


def lines(checked: Checked) -> Iterator[list[str]]:
    """Every row of the input, blank ones and what stands above the header too, with the answers beside it."""
    columns = checked.columns
    output = (*OUTPUT, EVIDENCE) if checked.evidence else OUTPUT
    old = {place for place, header in enumerate(checked.headers) if header in (*OUTPUT, EVIDENCE)}
    by_row = {result.row: result for result in checked.results}

    def kept(record: Sequence[str]) -> list[str]:
        cells = [*record, *[""] * (checked.width - len(record))]
        return [cell for place, cell in enumerate(cells) if place not in old] if old else cells

    if columns.header is None:
        yield [*kept(checked.headers), *output]
    for number, record in enumerate(checked.table.records, 1):
        result = by_row.get(number)
        if number - 1 == columns.header:
            yield [*kept(record), *output]
        else:
            said = [""] * len(OUTPUT) if result is None else answers(result)
            said += [checked.evidence.get(number, "")] if checked.evidence else []
            yield [*kept(record), *said]


def write_csv(out: IO[bytes], checked: Checked) -> None:
    """Write UTF-8 with a BOM, so that spreadsheets know it, and CRLF. Raises OSError."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", errors="backslashreplace")
    for line in lines(checked):
        text.write(",".join(_quoted(neutral(cell)) for cell in line) + "\r\n")
    text.flush()
    text.detach()


def write_xlsx(out: IO[bytes], checked: Checked, *, lang: str) -> None:
    """Write two sheets: the table, and what was asked. Raises OSError, XlsxMissingError."""
    about = [[name, value] for name, value in facts(checked, lang=lang)]
    about += [[title(verdict, lang), str(count)] for verdict, count in checked.counts.items()]
    write_workbook(
        out, [(phrase("sheet-suppliers", lang), lines(checked)), (phrase("sheet-about", lang), iter(about))]
    )
