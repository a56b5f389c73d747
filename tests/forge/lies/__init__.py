"""The lies, in the order of the checks of docs/format.md §8."""

from forge.lies import (
    asking,
    brackets,
    cosigned,
    ended,
    forged,
    issuer,
    logged,
    moments,
    signature,
    spelled,
    spellings,
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
        spelled,
        spellings,
        text,
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
        forged,
        asking,
    ):
        chapter.tell(book)
    return book
