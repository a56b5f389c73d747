"""Which column of a buyer's table is what: as the buyer says, else by its header, else by what stands in it.

Nothing is taken in silence: every column found says how it was found, and what looked like one and was not used
says why. A header alone is not believed where the cells contradict it: many tables have an `ID` that counts rows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from verifier.search_keys import fold, without_form
from verifier.suppliers.headers import KNOWN, folded_header, meant_by
from verifier.suppliers.looks import LOOKS, is_number, may_be
from verifier.suppliers.sheets import Table

__all__ = ["FINDING", "Column", "ColumnError", "Columns", "PassedOver", "find_columns", "letter", "read_said"]

FINDING = ("mark", "url", "id", "name")  # one of these must be there: by it a supplier is found
SAMPLE = 200  # cells of a column that are looked at
HEADER_WITHIN = 20  # rows: titles above the header are few
ENOUGH = 0.8  # of the cells looked at must read as what the column is taken for


class ColumnError(ValueError):
    """The columns cannot be used as they are or as they were named; says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`place` counts from 0. `how`: "said", "header" or "content"."""

    name: str
    place: int
    header: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A column that looks like a known one and is not used. `why`: "twice" or "content"."""

    name: str
    place: int
    header: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """`header` is the header's place among the records, None without one; suppliers stand from `first` on.

    `until`: the place of the column a policy's `column:NAME` speaks of.
    """

    header: int | None
    first: int
    found: tuple[Column, ...]
    passed_over: tuple[PassedOver, ...] = ()
    until: int | None = None

    def cells(self, record: Sequence[str]) -> dict[str, str]:
        """The known cells of one row that are not blank."""
        return {
            one.name: record[one.place].strip()
            for one in self.found
            if one.place < len(record) and record[one.place].strip()
        }


def letter(place: int) -> str:
    """A column as a spreadsheet calls it: 0 is A, 26 is AA."""
    text, rest = "", place + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        text = chr(ord("A") + last) + text
    return text


def read_said(said: Sequence[str]) -> dict[str, str]:
    """Read `mark=B,id=法人番号`; an empty place means that there is no such column. Raises ColumnError."""
    found: dict[str, str] = {}
    for text in said:
        for part in re.split(r",(?=\s*[a-z_]+\s*=)", text):
            name, equals, place = part.partition("=")
            name = name.strip()
            if not equals or name not in KNOWN:
                raise ColumnError(
                    f"--columns {part.strip()!r}: write NAME=COLUMN with a NAME of {', '.join(KNOWN)}; "
                    "for example mark=B,id=法人番号"
                )
            if name in found:
                raise ColumnError(f"--columns names {name} twice")
            found[name] = place.strip()
    return found


def find_columns(
    table: Table,
    *,
    said: Mapping[str, str] | None = None,
    until: str | None = None,
    header_row: int | None = None,
) -> Columns:
    """Find header and columns. `header_row`: where the header stands as a spreadsheet counts, 0 for nowhere, None if not said.

    Raises ColumnError where no supplier could be found by what is there.
    """
    said = said or {}
    first = next((at for at, record in enumerate(table.records) if _is_content(record)), None)
    if first is None:
        raise ColumnError("the table is empty: there is neither a header nor a supplier")
    if header_row is None:
        header = _header(table, first, said, until)
    elif header_row > len(table.records):
        raise ColumnError(f"there is no row {header_row}: the table has {len(table.records)}")
    else:
        header = header_row - 1 if header_row else None
    begins = first if header is None else header + 1
    headers = [] if header is None else [cell.strip() for cell in table.records[header]]
    rows = [record for record in table.records[begins : begins + 4 * SAMPLE] if _is_content(record)][:SAMPLE]
    width = max([len(headers), *(len(record) for record in rows)])
    samples = [[r[at].strip() for r in rows if at < len(r) and r[at].strip()] for at in range(width)]
    found = {
        name: Column(name=name, place=at, header=_at(headers, at), how="said")
        for name, at in ((name, _place(text, headers, width, name)) for name, text in said.items() if text)
    }
    taken = {one.place for one in found.values()}
    passed: list[PassedOver] = []
    for at, text in enumerate(headers):
        name = meant_by(text) if text and at not in taken else None
        if name is None or name in said:
            continue
        if not may_be(name, samples[at]):
            passed.append(PassedOver(name=name, place=at, header=text, why="content"))
        elif name in found:
            passed.append(PassedOver(name=name, place=at, header=text, why="twice"))
        else:
            found[name] = Column(name=name, place=at, header=text, how="header")
    _by_content(found, passed, samples, headers, said)
    if not any(name in found for name in FINDING):
        raise ColumnError(_nothing_found(headers, width))
    return Columns(
        header=header,
        first=begins,
        found=tuple(sorted(found.values(), key=lambda one: one.place)),
        passed_over=tuple(passed),
        until=None if until is None else _until(until, headers, width, found),
    )


def _is_content(record: Sequence[str]) -> bool:
    return any(cell.strip() for cell in record)


def _at(headers: Sequence[str], place: int) -> str:
    return headers[place] if place < len(headers) else ""


def _header(table: Table, first: int, said: Mapping[str, str], until: str | None) -> int | None:
    """Give the place of the header: above the first supplier, the row with the most known words in it.

    Headers in two rows are common: groups of columns in the first, what they are in the second.
    """
    named = {folded_header(text) for text in (*said.values(), until or "") if text}
    fallback, best, most = None, None, 0
    for at, record in enumerate(table.records[first : first + HEADER_WITHIN], first):
        cells = [cell.strip() for cell in record if cell.strip()]
        if not cells:
            continue
        if any(is_number(cell) for cell in cells):
            break  # a supplier: what stands above it may be its header, and what is below is none
        known = sum(meant_by(cell) is not None or folded_header(cell) in named for cell in cells)
        if known > most:
            best, most = at, known
        fallback = at if len(cells) > 1 or fallback is None else fallback
    else:
        fallback = None
    # A row of words above a column of numbers is a header, in whatever language; a list of bare names has none.
    return fallback if best is None else best


def _by_content(
    found: dict[str, Column],
    passed: Sequence[PassedOver],
    samples: Sequence[Sequence[str]],
    headers: Sequence[str],
    said: Mapping[str, str],
) -> None:
    """Add what nobody named and no header told: columns of numbers and links, and of names if there is nothing else."""
    refused = {(one.name, one.place) for one in passed}

    def free() -> Iterator[tuple[int, Sequence[str]]]:
        # A reference serves the eye only: a column of 番号 that holds 法人番号 is more than that.
        taken = {one.place for one in found.values() if (one.name, one.how) != ("ref", "header")}
        taken |= {
            at for at, header in enumerate(headers) if header.startswith("akashi_")
        }  # of an earlier check
        yield from ((at, cells) for at, cells in enumerate(samples) if cells and at not in taken)

    def take(name: str, at: int) -> None:
        if "ref" in found and found["ref"].place == at:
            del found["ref"]
        found[name] = Column(name=name, place=at, header=_at(headers, at), how="content")

    for name, looks in LOOKS.items():
        if name in found or name in said:
            continue
        for at, cells in free():
            like = sum(looks(cell) for cell in cells)
            if (name, at) not in refused and like >= ENOUGH * len(cells):
                take(name, at)
                break
    if "name" in found or "name" in said:
        return
    texts = [(_named(cells), -at) for at, cells in free() if _named(cells) >= 0.3]
    if texts:
        take("name", -max(texts)[1])
    elif len(samples) == 1 and not found:
        take("name", 0)


def _named(cells: Sequence[str]) -> float:
    """How many of the cells carry a form of company: 株式会社, Ltd."""
    return sum(without_form(cell) != fold(cell) for cell in cells) / len(cells)


def _place(text: str, headers: Sequence[str], width: int, name: str) -> int:
    """Give the place of a column by its header, else by its letter or number. Raises ColumnError."""
    same = [
        at for at, header in enumerate(headers) if header and folded_header(header) == folded_header(text)
    ]
    if len(same) > 1:
        letters = ", ".join(letter(at) for at in same)
        raise ColumnError(f"{name}: {text!r} is the header of columns {letters}; name one by its letter")
    if same:
        return same[0]
    place = -1
    if re.fullmatch("[A-Za-z]{1,3}", text, re.ASCII):
        for sign in text.upper():
            place = (place + 1) * 26 + ord(sign) - ord("A")
    elif re.fullmatch("[0-9]{1,4}", text, re.ASCII):
        place = int(text) - 1
    if not 0 <= place < width:
        raise ColumnError(f"{name}: there is no column {text!r}; {_there_are(headers, width)}")
    return place


def _until(text: str, headers: Sequence[str], width: int, found: Mapping[str, Column]) -> int:
    if text in found:
        return found[text].place
    return _place(text, headers, width, "valid_until_at_least of the policy")


def _there_are(headers: Sequence[str], width: int) -> str:
    if not any(headers):
        return f"the table has no header, and columns A to {letter(width - 1)}"
    shown = [f"{letter(at)} {header[:40]}" for at, header in enumerate(headers) if header][:20]
    return "there are " + ", ".join(shown)


def _nothing_found(headers: Sequence[str], width: int) -> str:
    return (
        f"no column holds a mark, a link, an organisation's number or a name; {_there_are(headers, width)}. "
        "Say which is which, for example --columns id=B,name=C"
    )
