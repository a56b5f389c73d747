"""Numbers and places in status lists: given out once, inside the transaction that writes them down.

Numbers are random, so that nobody learns from one how many there are; the register holds them unique. Indexes count up
within a list, which keeps lists short to transmit; after 2^17 the next list begins.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from issuer.books import Books
from schemas.mark_number import MarkNumber
from schemas.status_list import ENTRIES, StatusUri

__all__ = ["Numbering", "Slot"]

LISTS = "lists "  # meta: how many lists of a series were begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A number and a place in a status list that nobody else has or will have."""

    number: MarkNumber
    uri: str
    index: int


class Numbering:
    """Gives out slots within one writing transaction, for the series of one key under one host."""

    def __init__(
        self, books: Books, *, host: str, series: str, randbits: Callable[[int], int] = secrets.randbits
    ) -> None:
        self._books = books
        self._host, self._series = host, series
        self._randbits = randbits
        self._list = int(books.get(LISTS + series) or 0)
        while self._books.has_list_elsewhere(self._uri):
            self._begin_next()  # the scheme's host has another name now: a list keeps the name it was begun under
        self._next = books.highest_index(self._uri) + 1

    @property
    def _uri(self) -> str:
        return str(StatusUri(host=self._host, series=self._series, n=self._list))

    def give(self, count: int) -> list[Slot]:
        return [self._slot(number) for number in self._numbers(count)]

    def _numbers(self, count: int) -> list[MarkNumber]:
        found: dict[MarkNumber, None] = {}
        while len(found) < count:
            drawn = [MarkNumber.random(self._randbits) for _ in range(count - len(found))]
            used = self._books.used_numbers([str(number) for number in drawn])
            found |= dict.fromkeys(number for number in drawn if str(number) not in used)
        return list(found)

    def _slot(self, number: MarkNumber) -> Slot:
        while self._next >= ENTRIES:
            self._begin_next()
            self._next = self._books.highest_index(self._uri) + 1
        self._next += 1
        return Slot(number=number, uri=self._uri, index=self._next - 1)

    def _begin_next(self) -> None:
        self._list += 1
        self._books.put(LISTS + self._series, str(self._list))
