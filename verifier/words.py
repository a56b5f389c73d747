"""The words people read, one file a language: what is a stable English slug inside is a sentence outside.

    words.<lang>.json   {"words": {slug: [title] or [title, meaning]}, "phrases": {name: text}, "scripts": {name: text}}

A title is a few words; a meaning is one to three plain sentences: what it means, and what the reader can do.
Slugs are those of the verdict, of marks and events, and of the registry's refusals; one slug has one text
wherever it stands. A further language is one more file. "Could not be checked" is never worded as a fault
of the mark (docs/format.md §8).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["LANGUAGES", "meaning", "phrase", "script_names", "table", "title"]

_FOLDER = Path(__file__).parent
LANGUAGES = tuple(
    sorted(
        parts[1]
        for parts in (entry.name.split(".") for entry in _FOLDER.iterdir())
        if len(parts) == 3 and parts[0] == "words" and parts[2] == "json"
    )
)


def title(slug: str, lang: str) -> str:
    """Say a slug in a few words. Raises KeyError for a slug or language that does not exist."""
    return str(table(lang)["words"][slug][0])


def meaning(slug: str, lang: str) -> str:
    """Say what a reason means and what can be done. Raises KeyError; plain words have a title only."""
    texts = table(lang)["words"][slug]
    if len(texts) < 2:
        raise KeyError(slug)
    return str(texts[1])


def phrase(name: str, lang: str, /, **values: object) -> str:
    """Fill in a phrase of a report's text form. Raises KeyError."""
    return str(table(lang)["phrases"][name]).format(**values)


def script_names(named: str, lang: str) -> str:
    """Say scripts, given as "Cyrillic, Latin", in a language; one it has no word for keeps Unicode's name."""
    known = table(lang)["scripts"]
    separator = "、" if lang == "ja" else ", "
    return separator.join(known.get(name, name.replace("_", " ")) for name in named.split(", "))


@cache
def table(lang: str) -> dict[str, Any]:
    """Give a language's whole file, not to be changed. Raises KeyError."""
    if lang not in LANGUAGES:
        raise KeyError(lang)
    table: dict[str, Any] = json.loads(_FOLDER.joinpath(f"words.{lang}.json").read_text("utf-8"))
    return table
