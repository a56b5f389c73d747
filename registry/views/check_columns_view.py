"""How the columns of a table were read, as the second step of `/check` shows it."""

from dataclasses import dataclass

from flask_babel import gettext

from verifier.suppliers.columns import Columns, letter
from verifier.suppliers.sheets import Table

__all__ = ["SHOWN", "ColumnLine", "column_lines", "column_words"]

SAMPLES = 3
SHOWN = 60  # characters of a cell


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLine:
    """One column of the table. `name`: what it is taken for, "" for nothing; `why`: how that was found."""

    place: int
    letter: str
    heading: str
    samples: tuple[str, ...]
    name: str
    why: str


def column_words() -> dict[str, str]:
    """Name what a column may be."""
    return {
        "mark": gettext("Mark number"),
        "url": gettext("Link, or content of the code"),
        "id": gettext("Company number"),
        "name": gettext("Company name"),
        "country": gettext("Country"),
        "scope": gettext("What the mark must cover"),
        "level": gettext("Level wanted"),
        "needed_until": gettext("Day until which it must be valid"),
        "ref": gettext("Your own reference"),
    }


def column_lines(table: Table, columns: Columns) -> tuple[ColumnLine, ...]:
    """Say of every column what it is taken for, with a few of its cells to recognise it by."""
    found = {one.place: one for one in columns.found}
    passed = {one.place: one for one in columns.passed_over}
    words, headings = column_words(), [] if columns.header is None else table.records[columns.header]
    hows = {
        "header": gettext("by its heading"),
        "content": gettext("by what stands in it"),
        "said": gettext("as you said"),
    }
    lines = []
    for place in range(max(map(len, table.records))):
        cells = (record[place].strip() for record in table.records[columns.first :] if place < len(record))
        samples = [cell[:SHOWN] for cell in cells if cell][:SAMPLES]
        why = hows[found[place].how] if place in found else ""
        if place in passed:
            meant = words[passed[place].name]
            why = (
                gettext("Looks like “%(what)s”, but another column was taken for it.", what=meant)
                if passed[place].why == "twice"
                else gettext("Its heading says “%(what)s”, but nothing in it is one.", what=meant)
            )
        lines.append(
            ColumnLine(
                place=place,
                letter=letter(place),
                heading=headings[place].strip() if place < len(headings) else "",
                samples=tuple(samples),
                name=found[place].name if place in found else "",
                why=why,
            )
        )
    return tuple(lines)
