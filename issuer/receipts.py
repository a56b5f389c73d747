"""What goes back to whoever handed the drafts in: number and links for each, and the template they start from."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from issuer.books import Books
from issuer.columns import COLUMNS
from issuer.scheme import SchemeFile
from schemas import qr
from schemas.mark_number import MarkNumber

__all__ = ["Receipt", "receipts", "template", "to_csv"]

BOM = "\ufeff"  # without it Excel reads UTF-8 as the local code page


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`state` is that of the mark in the ledger. `link` opens the page; `qr_link` also carries the signed mark."""

    draft_id: str
    number: str
    state: str
    link: str
    qr_link: str | None

    def to_json(self) -> dict[str, str | None]:
        return {
            "draft_id": self.draft_id,
            "number": self.number,
            "state": self.state,
            "link": self.link,
            "qr_link": self.qr_link,
        }


def receipts(draft_ids: Sequence[str], books: Books, *, public_url: str) -> list[Receipt]:
    """The receipts of drafts that have a mark, in the order given."""
    found = []
    marks = books.marks_of(draft_ids)
    objects = books.mark_objects([mark.number for mark in marks.values()])
    for draft_id in draft_ids:
        mark = marks.get(draft_id)
        if mark is None or mark.number not in objects:
            continue
        number, row = MarkNumber.from_text(mark.number), objects[mark.number]
        found.append(
            Receipt(
                draft_id=draft_id,
                number=mark.number,
                state=row.state,
                link=qr.to_url(public_url, number, None),
                qr_link=None if row.raw is None else qr.to_url(public_url, number, row.raw),
            )
        )
    return found


def to_csv(rows: Iterable[Receipt]) -> bytes:
    """UTF-8 with BOM, CRLF: what spreadsheets open without a question."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["draft_id", "number", "state", "link", "qr_link"])
    writer.writerows([row.draft_id, row.number, row.state, row.link, row.qr_link or ""] for row in rows)
    return (BOM + out.getvalue()).encode()


def template(lang: str, scheme: SchemeFile | None = None) -> bytes:
    """An empty draft file: headers in a language, and a remark row that says what is right in each column."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.header[lang] + ("*" if column.required else "") for column in COLUMNS.values()])
    hints = [_hint(name, lang, scheme) for name in COLUMNS]
    writer.writerow([f"# {hints[0]}", *hints[1:]])
    return (BOM + out.getvalue()).encode()


def _hint(name: str, lang: str, scheme: SchemeFile | None) -> str:
    if scheme is not None:
        known = {
            "edition": list(scheme.editions),
            "level": [f"★{number}" for number, level in sorted(scheme.levels.items()) if level.issue],
            "assessor_code": list(scheme.assessors),
            "technical_checker_code": list(scheme.assessors),
            "expert_qualification": [
                one.names[lang] for level in scheme.levels.values() for one in level.qualifications
            ],
        }.get(name)
        if known:
            return " / ".join(dict.fromkeys(known))
    return COLUMNS[name].expected[lang]
