"""How one supplier stood at one check: what is kept to compare, and nothing else of the buyer's table."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

__all__ = ["Standing", "StandingError", "standings"]

_BY = ("ref", "id", "mark", "url", "name")  # what names a supplier, the surest first


class StandingError(ValueError):
    """These are no standings; says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`key` names the supplier from one check to the next; the rest is as in the check's JSON report, None where not known.

    `partner` is the scheme of a recognised partner's mark, whose `level` is a number of theirs; None for the register's own.
    """

    key: str
    label: str
    verdict: str
    reasons: tuple[str, ...] = ()
    number: str | None = None
    partner: str | None = None
    level: int | None = None
    holder: str | None = None
    name: str | None = None
    unit: str | None = None
    scope: str | None = None
    last_day: str | None = None
    state: str | None = None
    state_reason: str | None = None
    successor: str | None = None

    def days_left(self, today: date) -> int | None:
        """Days until the last day of a mark in force, whatever else is asked of it; None of any other."""
        if self.state != "valid" or self.last_day is None:
            return None
        return (date.fromisoformat(self.last_day) - today).days

    def to_json(self) -> dict[str, Any]:
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @classmethod
    def from_json(cls, value: Any) -> "Standing":
        """Read what was kept. Raises StandingError."""
        try:
            one = cls(**{**value, "reasons": tuple(value["reasons"])})
            if one.last_day is not None:
                date.fromisoformat(one.last_day)
        except (TypeError, ValueError, KeyError) as error:
            raise StandingError(f"no supplier's standing: {error}") from error
        texts = [getattr(one, each.name) for each in fields(one) if each.name not in ("reasons", "level")]
        if not all(text is None or isinstance(text, str) for text in (*texts, *one.reasons)):
            raise StandingError("no supplier's standing: a text is no text")
        if not (one.level is None or type(one.level) is int):
            raise StandingError("no supplier's standing: a level is a number")
        return one


def standings(rows: Iterable[Mapping[str, Any]]) -> list[Standing]:
    """Take them from the rows of a check's JSON report. Rows that name the same supplier are counted: `…`, `…  (2)`.

    A row that names nobody, such as a sum, is no supplier; and a column that counts the rows names none of them.
    """
    rows = list(rows)
    by = _BY[1:] if _is_count([row["supplier"].get("ref", "") for row in rows]) else _BY
    seen: Counter[str] = Counter()
    found = []
    for row in rows:
        named = _key(row["supplier"], by)
        if named is None:
            continue
        seen[named] += 1
        # Two spaces: a supplier may be called `A (2)`, and neither may stand in the other's place.
        found.append(_standing(row, named if seen[named] == 1 else f"{named}  ({seen[named]})"))
    return found


def _is_count(refs: Sequence[str]) -> bool:
    """Whether references are 1, 2, 3 and so on: another supplier in between, and all of them are another's."""
    numbers = [int(ref) for ref in refs if re.fullmatch("[0-9]{1,6}", ref.strip(), re.ASCII)]
    return len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _key(supplier: Mapping[str, str], by: Sequence[str]) -> str | None:
    for name in by:
        text = " ".join(str(supplier.get(name, "")).split())
        if text:
            return f"{name}:{text}"
    return None


def _standing(row: Mapping[str, Any], key: str) -> Standing:
    mark: Mapping[str, Any] = row["mark"] or {}
    supplier: Mapping[str, str] = row["supplier"]
    called = [" ".join(str(supplier.get(name) or "").split()) for name in ("ref", "name")]
    label = " ".join(text for text in called if text) or key.partition(":")[2]
    organisation, scope = mark.get("organisation", {}), mark.get("scope", {})
    status = mark.get("status", {})
    return Standing(
        key=key,
        label=label,
        verdict=row["verdict"],
        reasons=_slugs(row["reasons"]),
        number=mark.get("number"),
        partner=None if mark.get("recognised_by") is None else mark.get("scheme"),
        level=mark.get("level"),
        holder=organisation.get("id"),
        name=organisation.get("name"),
        unit=scope.get("unit"),
        scope=scope.get("statement"),
        last_day=mark.get("last_day"),
        state=row["state"],
        state_reason=status.get("reason"),
        successor=status.get("successor"),
    )


def _slugs(reasons: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one["reason"] for one in reasons))
