"""A check as one page to read, print and file: it fetches nothing, runs nothing, and says the verdict in words, sign and colour.

Every text in it was written by somebody else, and is escaped here, at the one place where it meets the page.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import IO

from schemas.mark_number import MarkNumber
from schemas.times import in_zone
from verifier.render import harmless, printable
from verifier.report import NoteReason
from verifier.suppliers.checked import Checked
from verifier.suppliers.matching import NameMatch
from verifier.suppliers.report_table import neutral
from verifier.suppliers.report_text import SIGNS, detail_said, facts, supplier_shown, wishes_shown
from verifier.suppliers.results import MarkFacts, RowResult
from verifier.suppliers.rows import Remark
from verifier.words import meaning, phrase, title

__all__ = ["write_html"]

# Nothing may be loaded or run, whatever should stand in the page by mistake.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root{color-scheme:light}
body{font:16px/1.5 system-ui,sans-serif;color:#17202b;background:#fff;margin:1.5rem;overflow-wrap:break-word}
h1{font-size:1.4rem;margin:0 0 .5rem}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}
ul.counts{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;padding:0;margin:0 0 1rem}
ul.counts li{border:1px solid;border-radius:8px;padding:.3rem .8rem}ul.counts b{font-size:1.3rem}
dl{display:grid;grid-template-columns:minmax(6rem,max-content) minmax(0,1fr);gap:.15rem 1rem;margin:0}dt{color:#4a5563}dd{margin:0}
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold;font-size:1.1rem;padding:1rem 0 .5rem}
th,td{border:1px solid #d3d9e0;padding:.35rem .5rem;text-align:left;vertical-align:top}thead th{background:#f4f5f7}
tbody td,tbody th{overflow-wrap:anywhere;min-width:6.5rem}tbody td.whole{min-width:0}
td p,th p{margin:0;font-weight:normal}.whole{white-space:nowrap}.soft{color:#4a5563;font-size:.9rem}
.valid{color:#08592f;background:#e5f4eb}.invalid{color:#911326;background:#fbe8ea}
.undetermined{color:#6b4300;background:#fcf1dc}.no-mark{color:#26466b;background:#e7eef7}
.verdict{font-weight:bold}table{font-size:.9rem}
.box{overflow-x:auto}
@media screen and (max-width:64rem){body{margin:.75rem}dl{display:block}dd{margin:0 0 .5rem}
table,caption,tbody,tr,td,tbody th{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody tr{border:1px solid #d3d9e0;margin:0 0 1rem}
tbody td,tbody th{border:0;border-top:1px solid #d3d9e0;min-width:0}tbody td:first-child{border-top:0}
tbody tr>*::before{display:block;color:#4a5563;font-size:.85em;font-weight:normal}
td:empty{display:none}.whole{white-space:normal}}
@media print{body{margin:0;font-size:9pt}tbody td,tbody th{min-width:4.5rem}tbody td:first-child{min-width:8rem}.box{overflow:visible}thead{display:table-header-group}tr{break-inside:avoid}
.valid,.invalid,.undetermined,.no-mark{print-color-adjust:exact}}
"""


_NAMES = ("verdict", "row-of-table", "supplier", "holder", "level", "scope", "last-day", "number")


def write_html(out: IO[bytes], checked: Checked, *, lang: str) -> None:
    """Write the page in one language. Raises OSError."""
    for part in _page(checked, lang):
        out.write(part.encode("utf-8", "replace"))


def _page(checked: Checked, lang: str) -> Iterator[str]:
    heading = escape(phrase("check-title", lang))
    yield (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{heading}</title>\n<style>{_STYLE}{_labels(lang)}</style>\n</head>\n<body>\n<main>\n<h1>{heading}</h1>\n"
    )
    yield '<ul class="counts">\n'
    for verdict, count in checked.counts.items():
        yield f'<li class="{verdict}">{SIGNS[verdict]} {_e(title(verdict, lang))} <b>{count}</b></li>\n'
    yield "</ul>\n"
    if checked.register.scheme == "demo":
        yield f"<p><strong>{_e(phrase('demonstration', lang))}</strong></p>\n"
    yield "<dl>\n"
    for name, value in facts(checked, lang=lang):
        yield f"<dt>{_e(name)}</dt><dd><bdi>{_e(value)}</bdi></dd>\n"
    yield "</dl>\n"
    if checked.counts["no-mark"]:
        yield f"<p>{_e(phrase('no-mark-no-breach', lang))}</p>\n"
    yield from _table(checked, lang)
    yield from _glossary(checked.results, lang)
    yield "</main>\n</body>\n</html>\n"


def _labels(lang: str) -> str:
    """What each cell of a narrow page is, from the header it has lost; readers of a table's roles hear that from the header."""
    rules = "".join(
        f"tbody tr>:nth-child({place})::before{{content:{text};content:{text} / ''}}\n"
        for place, text in enumerate((_css_text(phrase(name, lang)) for name in _NAMES), 1)
        if place > 1  # the verdict speaks for itself
    )
    return f"@media screen and (max-width:64rem){{{rules}}}\n"


def _css_text(text: str) -> str:
    """Our own words as a CSS string that ends neither itself nor the style element."""
    return (
        "'" + "".join(sign if sign.isalnum() or sign == " " else f"\\{ord(sign):x} " for sign in text) + "'"
    )


def _table(checked: Checked, lang: str) -> Iterator[str]:
    # Where each row is a block of its own, browsers no longer tell that it is a table: the roles do.
    yield f'<div class="box" tabindex="0" role="region" aria-label="{_e(phrase("suppliers", lang))}">\n<table role="table">\n'
    yield f"<caption>{_e(phrase('suppliers', lang))}</caption>\n"
    yield '<thead role="rowgroup"><tr role="row">'
    yield "".join(f'<th scope="col" role="columnheader">{_e(phrase(name, lang))}</th>' for name in _NAMES)
    yield '</tr></thead>\n<tbody role="rowgroup">\n'
    for cells, result in checked.rows():
        said = "".join(f"<p>{line}</p>" for line in _said(result, lang))
        supplier = " ".join(map(_cell, supplier_shown(checked, cells)))
        yield (
            f'<tr role="row"><td role="cell" class="{result.verdict}"><p class="verdict">{SIGNS[result.verdict]} '
            f'{_e(title(result.verdict, lang))}</p>{said}</td><td role="cell" class="whole">{result.row}</td>'
            f'<th scope="row" role="rowheader">{supplier}{_wishes(checked, cells)}</th>{_mark(result, checked, lang)}</tr>\n'
        )
    yield "</tbody>\n</table>\n</div>\n"


def _wishes(checked: Checked, cells: Sequence[str]) -> str:
    said = wishes_shown(checked, cells)
    return f'<p class="soft">{_cell(said)}</p>' if said else ""


def _said(result: RowResult, lang: str) -> Iterator[str]:
    """Reasons, notes and candidates as escaped lines; details are technical English, and marked as such."""
    for one in (*result.reasons, *result.notes):
        if _is_said(one):
            detail, is_technical = detail_said(one, result.mark, lang=lang)
            marked = ' lang="en"' if is_technical else ""
            yield _e(title(one.reason, lang)) + (
                f' <bdi class="soft"{marked}>{_e(detail)}</bdi>' if detail else ""
            )
    for holder in result.candidates:
        marks = ", ".join(MarkNumber.from_text(number).display for number in holder.marks)
        name = printable(holder.name, longest=2_000)
        yield escape(phrase("candidate", lang, name=name, id=holder.id, marks=marks))


def _mark(result: RowResult, checked: Checked, lang: str) -> str:
    """The cells about the mark; how old its status is where that is not the whole table's."""
    mark = result.mark
    if mark is None:
        return '<td role="cell"></td>' * 5
    match = (
        "" if result.name_match in (None, NameMatch.NOT_GIVEN) else phrase(f"name-{result.name_match}", lang)
    )
    by = "" if result.matched_by is None else phrase(f"by-{result.matched_by}", lang)
    # Readers of Latin script get the Latin text first.
    pair = [mark.name, mark.name_latin] if lang == "ja" else [mark.name_latin, mark.name]
    names = " / ".join(_cell(name) for name in dict.fromkeys(pair) if name)
    scope = mark.statement if lang == "ja" else mark.statement_latin or mark.statement
    state = "" if mark.state is None else title(mark.state, lang)
    is_its_own = result.as_of is not None and result.as_of != checked.register.as_of
    known = phrase("known-at", lang, time=_time(result.as_of or 0, mark.offset)) if is_its_own else ""
    return (
        f'<td role="cell"><p>{names}</p><p class="whole">{_e(mark.holder)}</p><p class="soft">{_e(match)}</p></td>'
        f'<td role="cell" class="whole">{_e(_level(mark, lang))}</td>'
        f'<td role="cell">{_e(title(mark.unit, lang))}: <bdi>{_e(scope)}</bdi></td>'
        f'<td role="cell"><p class="whole">{mark.last_day}</p><p>{_e(state)}</p><p class="soft">{_e(known)}</p></td>'
        f'<td role="cell"><p class="whole">{MarkNumber.from_text(mark.number).display}</p><p class="soft">{_e(by)}</p>'
        f"{_evidence(result, checked)}</td>"
    )


def _evidence(result: RowResult, checked: Checked) -> str:
    name = checked.evidence.get(result.row)
    return f'<p class="soft whole"><bdi>{_e(name)}</bdi></p>' if name else ""


def _level(mark: MarkFacts, lang: str) -> str:
    """Stars are our own scheme's; a partner's level is a number of theirs."""
    if mark.recognised_by is not None:
        return phrase("level-of", lang, level=mark.level, scheme=mark.scheme)
    return f"{'★' * mark.level} ({mark.level})"


def _glossary(results: Sequence[RowResult], lang: str) -> Iterator[str]:
    """What each reason that stands in the table means, once."""
    met = {str(one.reason) for result in results for one in (*result.reasons, *result.notes) if _is_said(one)}
    if not met:
        return
    yield f"<h2>{_e(phrase('what-reasons-mean', lang))}</h2>\n<dl>\n"
    for reason in sorted(met):
        yield f"<dt>{_e(title(reason, lang))}</dt><dd>{_e(meaning(reason, lang))}</dd>\n"
    yield "</dl>\n"


def _is_said(one: Remark) -> bool:
    return one.reason != NoteReason.NO_INDEPENDENT_WITNESS


def _cell(text: str) -> str:
    """What others wrote at the beginning of a cell: spreadsheets open pages too, and run it there."""
    return f"<bdi>{_e(neutral(text))}</bdi>"


def _e(text: str) -> str:
    return escape(harmless(text, longest=2_000))


def _time(seconds: int, offset: int) -> str:
    return in_zone(seconds, offset=offset).strftime("%Y-%m-%d %H:%M (%Z)")
