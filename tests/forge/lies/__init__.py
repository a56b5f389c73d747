"""The lies, one module a check of docs/format.md §8, in its order."""

from forge.lies import asking, issuer, logged, moments, signature, status, structure
from forge.vectors import Book


def all_vectors() -> Book:
    book = Book()
    for chapter in (structure, issuer, signature, moments, logged, status, asking):
        chapter.tell(book)
    return book
