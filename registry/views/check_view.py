"""What came of a table that was checked, as `/check` shows it: every row as values."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from registry import i18n
from registry.views.check_columns_view import SHOWN, column_words
from registry.views.check_form import UNITS
from registry.views.mark_view import Text
from schemas.bidi import isolated
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId
from verifier.report import NoteReason
from verifier.suppliers.checked import Checked
from verifier.suppliers.columns import letter
from verifier.suppliers.matching import NameMatch
from verifier.suppliers.report_text import asked_by_row, detail_said
from verifier.suppliers.results import Candidate, MarkFacts, OtherMark, RowResult, RowVerdict
from verifier.suppliers.rows import Remark
from verifier.words import meaning, title

__all__ = ["Group", "facts", "groups", "notes_on_all"]

EVERYWHERE = (NoteReason.NO_INDEPENDENT_WITNESS,)
# What asks for a person's eye comes first.
ORDER = (RowVerdict.INVALID, RowVerdict.UNDETERMINED, RowVerdict.NO_MARK, RowVerdict.VALID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose mark it is, and how its name compares with the row's."""

    names: tuple[Text, ...]
    id: OrganisationId
    match: str | None
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A reason or note in words. `detail` is in `detail_lang`, "" where the words say it all."""

    title: str
    meaning: str | None
    detail: str
    detail_lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLine:
    """A mark to read on about; `state` in a few words."""

    number: MarkNumber
    kind: str | None = None
    state: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A holder of the same name, or one like it: to be compared by a person."""

    id: OrganisationId
    names: tuple[Text, ...]
    alike: str
    marks: tuple[NumberLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row of the table and what came of it."""

    row: int
    asked: tuple[str, ...]
    kind: str
    verdict: str
    holder: Holder | None
    number: MarkNumber | None
    level: str | None
    stars: str | None
    unit: str | None
    statements: tuple[Text, ...]
    last_day: str | None
    as_of: str | None
    matched: str | None
    reasons: tuple[Said, ...]
    notes: tuple[Said, ...]
    others: tuple[NumberLine, ...]
    candidates: tuple[Offered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All rows of one verdict, in the table's order."""

    kind: str
    verdict: str
    meaning: str
    rows: tuple[RowView, ...]


def notes_on_all(checked: Checked) -> tuple[Said, ...]:
    """What is true of the register and so of every row: said once."""
    found = {note.reason for result in checked.results for note in result.notes}
    return tuple(_said(Remark(reason=one)) for one in EVERYWHERE if one in found)


def facts(checked: Checked) -> tuple[tuple[str, str], ...]:
    """Say what was asked of what: how new the register is, what was wanted of each mark, how the table was read."""
    words, policy, register = column_words(), checked.policy, checked.register
    wanted = []
    if policy is not None and policy.min_level is not None:
        wanted.append(gettext("at least level %(level)s", level=policy.min_level))
    if policy is not None and policy.valid_until_at_least is not None:
        wanted.append(gettext("valid until %(day)s", day=i18n.day(policy.valid_until_at_least)))
    if policy is not None and policy.scope_contains is not None:
        wanted.append(gettext("covers “%(words)s”", words=isolated(policy.scope_contains)))
    if policy is not None and policy.units is not None:
        wanted.append(" / ".join(title(unit, i18n.language()) for unit in UNITS if unit in policy.units))
    wanted += asked_by_row(checked, lang=i18n.language())
    read = [
        f"{words[one.name]}: {letter(one.place)} {isolated(one.header)}".strip()
        for one in checked.columns.found
    ]
    as_of = (
        gettext("unknown") if register.as_of is None else i18n.moment(register.as_of, offset=register.offset)
    )
    lines = [
        (gettext("State of the register"), as_of),
        (gettext("Asked of every mark"), " · ".join(wanted) or gettext("that it is valid")),
        (gettext("Columns read"), " · ".join(read)),
    ]
    if checked.table.sheet is not None:
        lines.append((gettext("Sheet read"), checked.table.sheet))
    return tuple(lines)


def groups(checked: Checked) -> tuple[Group, ...]:
    """Say what came of the rows, by verdict."""
    rows: dict[RowVerdict, list[RowView]] = {verdict: [] for verdict in ORDER}
    for record, result in checked.rows():
        rows[result.verdict].append(_row(checked.columns.cells(record), result, checked.register.offset))
    lang = i18n.language()
    return tuple(
        Group(
            kind=verdict.value,
            verdict=title(verdict.value, lang),
            meaning=meaning(verdict.value, lang),
            rows=tuple(found),
        )
        for verdict, found in rows.items()
    )


def _row(cells: dict[str, str], result: RowResult, offset: int) -> RowView:
    lang, mark = i18n.language(), result.mark
    asked = [cells[name] for name in ("ref", "name", "id", "mark") if name in cells] or [*cells.values()][:1]
    matched = {
        "entity": gettext("The company is a member of the group this mark is for."),
        "id": gettext("Found by the company number."),
        "mark": gettext("Found by the mark number."),
        "url": gettext("Found by the link."),
    }
    return RowView(
        row=result.row,
        asked=tuple(text[:SHOWN] for text in dict.fromkeys(asked)),
        kind=result.verdict.value,
        verdict=title(result.verdict.value, lang),
        holder=None if mark is None else _holder(mark.name, mark.name_latin, mark.holder, result.name_match),
        number=None if mark is None else MarkNumber.from_text(mark.number),
        level=None if mark is None else gettext("Level %(level)s", level=mark.level),
        stars=None if mark is None else "★" * mark.level,
        unit=None if mark is None else title(mark.unit, lang),
        statements=() if mark is None else _both(mark.statement, mark.statement_latin),
        last_day=None if mark is None else i18n.day(date.fromisoformat(mark.last_day)),
        as_of=None if result.as_of is None else i18n.moment(result.as_of, offset=offset),
        matched=None if result.matched_by is None else matched[result.matched_by],
        reasons=tuple(_said(one, result.mark) for one in result.reasons),
        notes=tuple(_said(one, result.mark) for one in result.notes if one.reason not in EVERYWHERE),
        others=tuple(line for one in result.others if (line := _other(one)) is not None),
        candidates=tuple(_offered(one) for one in result.candidates),
    )


def _holder(name: str, latin: str | None, number: str, match: NameMatch | None) -> Holder:
    words = {
        NameMatch.SAME: gettext("The name is the one in your table."),
        NameMatch.DIFFERS: gettext("The name is not the one in your table."),
        NameMatch.NOT_GIVEN: gettext("Your table names nobody to compare it with."),
    }
    return Holder(
        names=_both(name, latin),
        id=OrganisationId.from_text(number),
        match=None if match is None else words[match],
        differs=match is NameMatch.DIFFERS,
    )


def _both(text: str, latin: str | None) -> tuple[Text, ...]:
    """A text in the reader's script first, and the other one."""
    texts = [text] if latin is None or latin == text else [text, latin]
    shown = texts if i18n.language() == "ja" else texts[::-1]
    return tuple(Text(text=one, lang=i18n.script(one)) for one in shown)


def _said(remark: Remark, mark: MarkFacts | None = None) -> Said:
    lang = i18n.language()
    try:
        said = meaning(remark.reason, lang)
    except KeyError:
        said = None
    # What a row's own words say again is left out; what is peculiar to the row is told.
    detail, is_technical = detail_said(remark, mark, lang=lang)
    return Said(
        title=title(remark.reason, lang),
        meaning=said,
        detail=detail,
        detail_lang="en" if is_technical else lang,
    )


def _other(mark: OtherMark) -> NumberLine | None:
    lang = i18n.language()
    if mark.number is None:
        return None
    slug = mark.reasons[0] if mark.reasons else mark.verdict
    return NumberLine(
        number=MarkNumber.from_text(mark.number),
        kind=mark.verdict,
        state=title(slug, lang),
        level=None if mark.level is None else gettext("Level %(level)s", level=mark.level),
    )


def _offered(candidate: Candidate) -> Offered:
    numbers = []
    for number in candidate.marks:
        try:
            numbers.append(NumberLine(number=MarkNumber.from_text(number)))
        except MalformedError:
            continue
    alike = gettext("the same name") if candidate.score >= 1 else gettext("a similar name")
    if candidate.matched == "former":
        alike = gettext("a former name")
    if candidate.matched == "entity":
        alike = gettext("a member of its group")
    return Offered(
        id=OrganisationId.from_text(candidate.id),
        names=_both(candidate.name, candidate.name_latin),
        alike=alike,
        marks=tuple(numbers),
    )
