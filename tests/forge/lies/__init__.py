"""The lies, in the order of the checks of docs/format.md §8."""

from forge.lies import (
    asking,
    brackets,
    cosigned,
    ended,
    issuer,
    logged,
    moments,
    signature,
    spelled,
    status,
    structure,
    trust,
    unproven,
    witnessed,
)
from forge.vectors import Book


def all_vectors() -> Book:
    book = Book()
    for chapter in (
        structure,
        spelled,
        trust,
        issuer,
        signature,
        moments,
        logged,
        witnessed,
        brackets,
        cosigned,
        status,
        ended,
        unproven,
        asking,
    ):
        chapter.tell(book)
    return book
