"""What a person reads on the terminal after a check: the counts, what was asked of what, and every row that is not valid."""

from collections.abc import Iterator, Sequence

from schemas.mark_number import MarkNumber
from schemas.times import in_zone, iso
from verifier.render import printable, table
from verifier.report import NoteReason
from verifier.suppliers.checked import Checked, policy_facts
from verifier.suppliers.columns import letter
from verifier.suppliers.results import MarkFacts, RowResult, RowVerdict
from verifier.suppliers.rows import Remark
from verifier.words import phrase, script_names, title

__all__ = [
    "SIGNS",
    "asked_by_row",
    "columns_said",
    "detail_said",
    "facts",
    "summary",
    "supplier_shown",
    "wishes_shown",
]

SIGNS = {"valid": "○", "invalid": "×", "undetermined": "?", "no-mark": "-"}
WISHES = ("level", "scope", "needed_until")  # columns that ask something of the mark of their row
MOST = 40  # rows shown; all of them are in the reports


def summary(checked: Checked, *, lang: str) -> str:
    counts = checked.counts
    lines = [f"{SIGNS[verdict]} {title(verdict, lang)}: {count}" for verdict, count in counts.items()]
    lines += ["", *table([(name, printable(value)) for name, value in facts(checked, lang=lang)])]
    unlike = [(cells, one) for cells, one in checked.rows() if one.verdict is not RowVerdict.VALID]
    if unlike:
        lines.append("")
    for cells, one in unlike[:MOST]:
        reasons = ", ".join(title(remark.reason, lang) for remark in one.reasons)
        shown = " ".join(printable(part, longest=60) for part in supplier_shown(checked, cells))
        lines.append(
            f"  {SIGNS[one.verdict]} {phrase('row', lang, row=one.row)} {shown}: {reasons}{_mark(one)}"
        )
    if len(unlike) > MOST:
        lines.append(f"  {phrase('more-rows', lang, count=len(unlike) - MOST)}")
    if counts["no-mark"]:
        lines += ["", f"  {phrase('no-mark-no-breach', lang)}"]
    if checked.register.scheme == "demo":
        lines += ["", f"  ! {phrase('demonstration', lang)}"]
    return "\n".join(lines) + "\n"


def _mark(one: RowResult) -> str:
    return "" if one.mark is None else f" ({MarkNumber.from_text(one.mark.number).display})"


# Reasons whose details stand in the row already, as the last day and the holder do; and those an event explains.
_BY_ITSELF = frozenset(
    {
        *("expired", "ends-soon", "policy-organisation", "name-differs", "name-only", "not-in-register"),
        *("nothing-to-check", "day-missing"),
    }
)
_BY_AN_EVENT = frozenset({"revoked", "suspended", "superseded"})


def detail_said(one: Remark, mark: MarkFacts | None, *, lang: str) -> tuple[str, bool]:
    """Say what stands behind a reason, and whether that is technical English; "" where the row says it all."""
    if one.said is not None:
        name, *values = one.said
        if one.reason == NoteReason.LOOK_ALIKE_SCRIPTS:
            values = [script_names(value, lang) for value in values]
        return phrase(name, lang, **dict(zip(("value", "meant"), values, strict=False))), False
    if one.reason == "not-yet-valid" and mark is not None:
        first = in_zone(mark.valid_from, offset=mark.offset).date().isoformat()
        return phrase("first-day", lang, value=first), False
    if one.reason in _BY_ITSELF or (one.reason == "policy-scope" and mark is not None):  # the unit
        return "", False
    if one.reason not in _BY_AN_EVENT or mark is None:
        return one.detail, True
    parts = []
    if mark.since is not None:
        parts.append(phrase("since", lang, time=_time(mark.since, mark.offset)))
    if mark.state_reason is not None:
        parts.append(phrase("because", lang, reason=title(mark.state_reason, lang)))
    if mark.successor is not None:
        parts.append(phrase("successor", lang, number=MarkNumber.from_text(mark.successor).display))
    return ("、" if lang == "ja" else ", ").join(parts), False


def wishes_shown(checked: Checked, cells: Sequence[str]) -> str:
    """What a row itself asks, in the table's own words; "" where it asks nothing."""
    said = [
        f"{one.header or one.name}: {cells[one.place].strip()}"
        for one in checked.columns.found
        if one.name in WISHES and one.place < len(cells) and cells[one.place].strip()
    ]
    return ", ".join(said)


def supplier_shown(checked: Checked, cells: Sequence[str]) -> tuple[str, ...]:
    """How the table itself calls a supplier: reference and name, else number or mark. Each part has its own direction."""
    known = checked.columns.cells(cells)
    called = next((known[name] for name in ("name", "id", "mark", "url") if name in known), "")
    return tuple(text for text in (known.get("ref", ""), called) if text)


def facts(checked: Checked, *, lang: str) -> Iterator[tuple[str, str]]:
    """What was asked of what, in words: scheme, times, policy, columns."""
    register = checked.register
    name = register.names.get(lang) or next(iter(register.names.values()), register.scheme)
    yield phrase("of-scheme", lang), name
    yield phrase("judged-at", lang), checked.at or _time(checked.made, register.offset)
    as_of = phrase("no-as-of", lang) if register.as_of is None else _time(register.as_of, register.offset)
    yield phrase("known-as-of", lang), as_of
    asked = [_asked(key, value, lang) for key, value in policy_facts(checked.policy).items()]
    asked += asked_by_row(checked, lang=lang)
    yield phrase("policy-asked", lang), "; ".join(asked) or phrase("policy-none", lang)
    if checked.table.source is not None:
        yield phrase("table-read", lang), checked.table.source
    yield phrase("columns-read", lang), columns_said(checked, lang=lang)
    if checked.table.sheet is not None:
        yield phrase("sheet-read", lang), checked.table.sheet
    if register.variant != "register":
        yield phrase("notes", lang), phrase("only-with-digits", lang)
    yield phrase("anchor", lang), register.anchor
    if checked.evidence:
        moment = checked.at or iso(checked.made)
        yield phrase("evidence", lang), phrase("evidence-how", lang, at=moment)


def asked_by_row(checked: Checked, *, lang: str) -> list[str]:
    """Which columns ask something of the mark of their row, in a phrase; none where none does."""
    columns = [
        f"{letter(one.place)} {one.header}".strip() for one in checked.columns.found if one.name in WISHES
    ]
    return [phrase("asked-by-row", lang, columns=", ".join(columns))] if columns else []


def columns_said(checked: Checked, *, lang: str) -> str:
    """Which column was taken for what, and how that was found; and what was passed over."""
    said = [
        phrase(f"column-{one.how}", lang, name=one.name, letter=letter(one.place), header=one.header or "-")
        for one in checked.columns.found
    ]
    said += [
        phrase(f"column-not-{one.why}", lang, name=one.name, letter=letter(one.place), header=one.header)
        for one in checked.columns.passed_over
    ]
    if checked.columns.header is None:
        said.append(phrase("column-no-header", lang))
    return "; ".join(said)


def _asked(key: str, value: object, lang: str) -> str:
    if isinstance(value, list):
        value = ", ".join(
            f"{one['scheme']} {'/'.join(map(str, one['levels']))}" if isinstance(one, dict) else str(one)
            for one in value
        )
    return phrase(f"asks-{key}", lang, value=value)


def _time(seconds: int, offset: int) -> str:
    return in_zone(seconds, offset=offset).strftime("%Y-%m-%d %H:%M (%Z)")
