"""What a check of many suppliers asks of a register, wherever the register is: a file, or a database.

A finder brings bytes and names. It decides nothing: every mark it gives is judged like any other, and a name
that is only like the one asked for is a candidate, to be confirmed by a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Finder", "HeldMark", "Holder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMark:
    """A mark's bytes, unverified. `matched`: "id" when the organisation holds it, "entity" when a group's mark lists it."""

    mark: bytes
    matched: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A holder found by name. `score`: 1 for the same name once folded (`verifier.search_keys`), below it a likeness."""

    id: str
    name: str
    name_latin: str | None
    matched: str  # name, kana, latin, former, entity
    score: float


class Finder(Protocol):
    """Safe to share by threads. Raises nothing for what was asked; OSError where the register cannot be read."""

    def mark(self, number: str) -> bytes | None:
        """Give the first mark logged under a number of ten characters, or None."""

    def marks_of(self, organisation: str) -> Sequence[HeldMark]:
        """Give every mark an organisation (`0188:7000012050002`) holds or is listed in, in the log's order."""

    def named(self, name: str, *, limit: int = 5) -> Sequence[Holder]:
        """Give holders of this name or one like it, best first; names shared by several holders are all given."""
