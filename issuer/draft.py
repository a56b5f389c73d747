"""A draft: one row whose cells could all be read. Whether it may be issued is for `issuer.rules`."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from issuer.cells import PARSERS, canonical
from issuer.columns import COLUMNS, PRIVATE, REQUIRED
from issuer.drafts import Row
from issuer.problems import CellError, Note, Problem
from issuer.texts import rewritten
from schemas.claims import Assessment, Unit
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId

__all__ = ["Draft", "read_row"]

_NATURAL_PERSON = re.compile(r"個人事業|個人企業|フリーランス|sole\s+propriet|self-employed", re.IGNORECASE)
_REWRITTEN = ("legal_name", "legal_name_latin", "scope", "scope_latin", "other_names", "entities", "contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be signed, and the evidence for it. Private columns are in `private`, and nowhere else."""

    row: int
    draft_id: str
    organisation_id: OrganisationId
    legal_name: str
    legal_name_latin: str | None = None
    name_kana: str | None = None
    other_names: tuple[tuple[str, str], ...] = ()
    country: str
    region: str | None = None
    level: int
    edition: str
    assessment: Assessment
    unit: Unit
    scope: str
    scope_latin: str | None = None
    entities: tuple[tuple[str, str, str | None], ...] = ()
    assessed_on: date
    valid_from: date | None = None
    valid_until: date | None = None
    assessor_code: str | None = None
    expert_qualification: str | None = None
    expert_affiliation: str | None = None
    expert_training_on: date | None = None
    oath_on: date | None = None
    technical_check_on: date | None = None
    technical_checker_code: str | None = None
    supersedes: MarkNumber | None = None
    related: tuple[tuple[str, str, str | None], ...] = ()
    contact: str | None = None
    web: str | None = None
    private: dict[str, str]
    cells: dict[str, str]  # the public cells as they were written: what `reissue` reads again
    content: bytes  # SHA-256 over the public values: with `draft_id` the identity of a draft


def read_row(row: Row) -> tuple[Draft | None, list[Problem], list[Note]]:
    """Read all cells of a row: the draft, or everything wrong with it, and what was rewritten."""
    problems, notes = _missing(row), _notes(row)
    values: dict[str, Any] = {}
    for name, cell in row.cells.items():
        try:
            values[name] = PARSERS[name](cell)
        except CellError as error:
            problems.append(_problem(row, name, error.reason, error.detail))
    natural = next(
        (name for name in ("organisation_id", "legal_name", "legal_name_latin") if _is_person(row, name)),
        None,
    )
    if natural is not None:
        problems = [problem for problem in problems if problem.field != natural]
        detail = "a natural person (sole proprietor) cannot be a holder yet: a log cannot forget"
        problems.append(_problem(row, natural, "holder-natural-person", detail))
    if problems:
        return None, problems, notes
    private = {name: str(values.pop(name)) for name in PRIVATE if name in values}
    cells = {name: cell for name, cell in row.cells.items() if name not in PRIVATE}
    stated = {name: canonical(value) for name, value in values.items()}
    content = json.dumps(stated, sort_keys=True, ensure_ascii=False).encode()
    return (
        Draft(
            row=row.number, private=private, cells=cells, content=hashlib.sha256(content).digest(), **values
        ),
        [],
        notes,
    )


def _is_person(row: Row, name: str) -> bool:
    return _NATURAL_PERSON.search(row.cells.get(name, "")) is not None


def _missing(row: Row) -> list[Problem]:
    return [
        _problem(row, name, "missing", f"{name} ({COLUMNS[name].header['ja']}) is empty")
        for name in REQUIRED
        if name not in row.cells
    ]


def _notes(row: Row) -> list[Note]:
    return [
        Note(row=row.number, field=name, reason=reason, detail=detail)
        for name in _REWRITTEN
        if name in row.cells
        for reason, detail in rewritten(row.cells[name])[1]
    ]


def _problem(row: Row, name: str, reason: str, detail: str) -> Problem:
    return Problem(row=row.number, draft_id=row.draft_id, field=name, reason=reason, detail=detail)
