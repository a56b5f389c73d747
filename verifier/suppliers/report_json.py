"""A check as JSON: complete enough to compare two of them, and the shape of `POST /api/v1/check`. Stable English."""

import json
from collections.abc import Mapping
from typing import IO, Any

from schemas.times import iso
from verifier.suppliers.checked import Checked, policy_facts
from verifier.suppliers.columns import letter
from verifier.suppliers.results import Candidate, MarkFacts, OtherMark, RowResult
from verifier.suppliers.rows import Remark

__all__ = ["document", "result_json", "write_json"]

FORMAT = 1


def write_json(out: IO[bytes], checked: Checked, *, is_ascii: bool = False) -> None:
    """Write the document, one row a line, so that a long table is never held twice. Raises OSError.

    `is_ascii`: everything else as escapes, so that no text in it can drive a terminal.
    """
    head = json.dumps(_head(checked), ensure_ascii=is_ascii, indent=1).removesuffix("\n}")
    out.write(f'{head},\n "rows": ['.encode("utf-8", "backslashreplace"))
    for place, (cells, result) in enumerate(checked.rows()):
        line = json.dumps(_row(checked, list(cells), result), ensure_ascii=is_ascii)
        out.write(f"{',' if place else ''}\n  {line}".encode("utf-8", "backslashreplace"))
    out.write(b"\n ]\n}\n")


def document(checked: Checked) -> dict[str, Any]:
    """Give the whole document as one value."""
    rows = [_row(checked, list(cells), result) for cells, result in checked.rows()]
    return _head(checked) | {"rows": rows}


def _head(checked: Checked) -> dict[str, Any]:
    register, columns = checked.register, checked.columns
    return {
        "format": FORMAT,
        "made": iso(checked.made),
        "at": checked.at,
        "register": {
            "scheme": register.scheme,
            "names": dict(register.names),
            "anchor": register.anchor,
            "trust_version": register.trust_version,
            "origin": register.origin,
            "size": register.size,
            "as_of": None if register.as_of is None else iso(register.as_of),
            "variant": register.variant,
        },
        "policy": policy_facts(checked.policy),
        "source": checked.table.source,
        "sheet": checked.table.sheet,
        "headers": checked.headers,
        "header_row": None if columns.header is None else columns.header + 1,
        "columns": [
            {"name": one.name, "column": letter(one.place), "header": one.header, "found_by": one.how}
            for one in columns.found
        ],
        "columns_not_used": [
            {"name": one.name, "column": letter(one.place), "header": one.header, "why": one.why}
            for one in columns.passed_over
        ],
        "counts": checked.counts,
    }


def _row(checked: Checked, cells: list[str], result: RowResult) -> dict[str, Any]:
    return result_json(result) | {
        "supplier": checked.columns.cells(cells),
        "input": cells,
        "evidence": checked.evidence.get(result.row),
    }


def result_json(result: RowResult) -> dict[str, Any]:
    """Give what is said of one row."""
    return {
        "row": result.row,
        "verdict": result.verdict.value,
        "reasons": [_remark(one) for one in result.reasons],
        "notes": [_remark(one) for one in result.notes],
        "matched_by": result.matched_by,
        "name_match": None if result.name_match is None else result.name_match.value,
        "state": None if result.mark is None else result.mark.state,
        "at": _iso(result.at),
        "as_of": _iso(result.as_of),
        "recognised_by": result.recognised_by,
        "mark": None if result.mark is None else _mark(result.mark),
        "others": [_other(one) for one in result.others],
        "candidates": [_candidate(one) for one in result.candidates],
    }


def _remark(one: Remark) -> dict[str, str]:
    return {"reason": str(one.reason), "detail": one.detail}


def _iso(seconds: int | None) -> str | None:
    return None if seconds is None else iso(seconds)


def _mark(mark: MarkFacts) -> Mapping[str, Any]:
    """The mark in the shape of `akashi verify`, with its state beside it."""
    return {
        "number": mark.number,
        "scheme": mark.scheme,
        "edition": mark.edition,
        "level": mark.level,
        "assessment": mark.assessment,
        "organisation": {"id": mark.holder, "name": mark.name, "name_latin": mark.name_latin},
        "scope": {"unit": mark.unit, "statement": mark.statement, "statement_latin": mark.statement_latin},
        "issued_at": iso(mark.issued_at),
        "valid_from": iso(mark.valid_from),
        "valid_until": iso(mark.valid_until),
        "last_day": mark.last_day,
        "issuer": {"kid": mark.kid, "owner": mark.owner},
        "recognised_by": mark.recognised_by,
        "status": {
            "value": mark.state,
            "since": _iso(mark.since),
            "reason": mark.state_reason,
            "successor": mark.successor,
        },
        "log": None if mark.index is None else {"place": mark.place, "index": mark.index},
    }


def _other(one: OtherMark) -> dict[str, Any]:
    return {
        "number": one.number,
        "level": one.level,
        "verdict": one.verdict,
        "reasons": list(one.reasons),
        "matched_by": one.matched_by,
    }


def _candidate(one: Candidate) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "name_latin": one.name_latin,
        "matched": one.matched,
        "score": one.score,
        "marks": list(one.marks),
    }
