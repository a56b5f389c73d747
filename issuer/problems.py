"""What is wrong with a draft: one value a fault, so that all of them can be shown at once."""

from dataclasses import dataclass
from typing import Any

from issuer.columns import COLUMNS
from schemas.bidi import isolated
from verifier.suppliers.cells import CellError

__all__ = ["CellError", "Note", "Problem"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A fault of one row (as a spreadsheet numbers it; 1 is the header, 0 the file) and field."""

    row: int
    field: str
    reason: str
    detail: str
    draft_id: str | None = None

    def to_json(self, lang: str = "en") -> dict[str, Any]:
        column = COLUMNS.get(self.field)
        return {
            "row": self.row,
            "draft_id": self.draft_id,
            "field": self.field,
            "reason": self.reason,
            "detail": self.detail,
            "expected": None if column is None else column.expected[lang],
        }

    def to_line(self, lang: str = "en") -> str:
        column = COLUMNS.get(self.field)
        where = self.field if column is None or lang == "en" else f"{self.field} {column.header[lang]}"
        expected = "" if column is None else f" — {column.expected[lang]}"
        return f"row {self.row} {isolated(where)}: {self.reason}: {isolated(self.detail)}{expected}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something done to a cell that the officer should know of; no fault."""

    row: int
    field: str
    reason: str
    detail: str

    def to_json(self) -> dict[str, Any]:
        return {"row": self.row, "field": self.field, "reason": self.reason, "detail": self.detail}

    def to_line(self) -> str:
        return f"row {self.row} {self.field}: {self.reason}: {isolated(self.detail)}"
