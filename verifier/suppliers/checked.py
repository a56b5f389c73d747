"""A table that was checked: what every report of it is made from."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from verifier.policy import Policy
from verifier.suppliers.columns import Columns, letter
from verifier.suppliers.results import RowResult, RowVerdict
from verifier.suppliers.sheets import Table

__all__ = ["Checked", "RegisterFacts", "policy_facts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFacts:
    """What was asked: whose register, and how new it was. Times are POSIX seconds; `offset` is the scheme's."""

    scheme: str
    names: Mapping[str, str]
    anchor: str
    trust_version: int
    origin: str
    size: int
    as_of: int | None
    offset: int = 0
    variant: str = "register"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A table, how its columns were read, and one result a row that is not blank; `made` is when, POSIX seconds."""

    table: Table
    columns: Columns
    results: Sequence[RowResult]
    register: RegisterFacts
    made: int
    at: str | None = None  # as it was asked for
    policy: Policy | None = None
    evidence: Mapping[int, str] = field(default_factory=dict)  # by row: the file's name

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows came to each verdict, all four of them."""
        found = Counter(one.verdict for one in self.results)
        return {verdict.value: found[verdict] for verdict in RowVerdict}

    @cached_property
    def width(self) -> int:
        return max((len(record) for record in self.table.records), default=0)

    @cached_property
    def headers(self) -> list[str]:
        """The input's headers; without any, the columns' names and letters stand for them."""
        if self.columns.header is not None:
            return [cell.strip() for cell in self.table.records[self.columns.header]]
        named = {one.place: one.name for one in self.columns.found}
        return [named.get(place, letter(place)) for place in range(self.width)]

    def rows(self) -> Iterator[tuple[Sequence[str], RowResult]]:
        """Every row that was judged, with its cells as they stood."""
        for result in self.results:
            yield self.table.records[result.row - 1], result


def policy_facts(policy: Policy | None) -> dict[str, Any]:
    """What a policy asks, by the keys of its file; nothing that it leaves open."""
    if policy is None:
        return {}
    found: dict[str, Any] = {}
    for one in fields(policy):
        value = getattr(policy, one.name)
        if value is None or value == ():
            continue
        if isinstance(value, frozenset):
            value = sorted(value)
        elif one.name == "accept":
            value = [{"scheme": each.scheme, "levels": sorted(each.levels)} for each in value]
        elif one.name == "valid_until_column":
            found["valid_until_at_least"] = f"column:{value}"
            continue
        found[one.name] = value if isinstance(value, int | str | list) else str(value)
    return found
