"""The lies, in the order of the checks of docs/format.md §8."""

from forge.lies import (
    asking,
    ended,
    issuer,
    logged,
    moments,
    signature,
    status,
    structure,
    text,
    trust,
    witnessed,
)
from forge.vectors import Book


def all_vectors() -> Book:
    book = Book()
    for chapter in (
        structure,
        text,
        trust,
        issuer,
        signature,
        moments,
        logged,
        witnessed,
        status,
        ended,
        asking,
    ):
        chapter.tell(book)
    return book
