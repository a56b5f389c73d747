"""What the search page and an organisation's page say, as values ready to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import request
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.i18n import day, language, link, script, territory
from registry.lookup import MarkFacts, OrganisationFacts, marks_of
from registry.models import MarkRow
from registry.problems import ProblemError
from registry.search import STATES, CursorError, Filters, Hit, countries
from registry.search import search as find
from registry.services import Services
from registry.states import State
from registry.views.asked import read_choice, read_int
from registry.views.headline import KINDS, headline_of
from registry.views.mark_view import Text
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber, suggestions
from schemas.organisation_id import OrganisationId
from schemas.qr import read
from verifier.checks import LOGGED_WITHIN
from verifier.report import Reason, Verdict
from verifier.verifier import ONLINE_MAX_AGE
from verifier.words import title

__all__ = [
    "MarkLine",
    "OrganisationView",
    "Question",
    "SearchView",
    "mark_meant",
    "marks_near",
    "organisation_view",
    "read_question",
    "search_view",
]

PAGE = 20  # holders a page
MARKS_SHOWN = 4  # of one holder in a list


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked of the search page."""

    typed: str
    level: int | None
    status: str | None
    country: str | None
    cursor: str | None

    @property
    def is_empty(self) -> bool:
        return not (self.typed or self.level or self.status or self.country)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkLine:
    """A mark in a list. `until`: None of a mark that ended before its time."""

    number: MarkNumber
    kind: str
    state: str
    level: str
    stars: str
    unit: str
    statements: tuple[Text, ...]
    until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationView:
    """A holder in a list, or on its own page. `more`: marks not shown; `valid`: those valid today, on its own page."""

    id: OrganisationId
    names: tuple[Text, ...]
    country: str | None
    matched: str | None
    marks: tuple[MarkLine, ...]
    more: int = 0
    valid: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """The search page. `meant`: marks whose number was perhaps mistyped."""

    question: Question
    results: tuple[OrganisationView, ...]
    next: str | None
    meant: tuple[MarkNumber, ...]
    levels: tuple[int, ...]
    states: tuple[tuple[str, str], ...]
    countries: tuple[tuple[str, str], ...]


def read_question(typed: str) -> Question:
    """Read the form. Raises ProblemError for a filter no form has."""
    country = request.args.get("country", "").upper()
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise ProblemError("bad-request", "country: write two letters such as JP (ISO 3166-1)")
    return Question(
        typed=typed.strip(),
        level=read_int("level", default=None, low=1, high=9),
        status=read_choice("status", STATES),
        country=country or None,
        cursor=request.args.get("cursor") or None,
    )


def mark_meant(session: Session, typed: str) -> str | None:
    """Give the mark somebody named in full: its number, link, or the digits of its code. None if there is no such mark."""
    try:
        number = read(typed).number
        found = None if number is None else str(MarkNumber.from_text(number))
    except MalformedError:
        return None
    return None if found is None or session.get(MarkRow, found) is None else found


def search_view(services: Services, session: Session, question: Question) -> SearchView:
    """Answer the form. Raises ProblemError for a cursor that was not made here."""
    filters = Filters(level=question.level, state=question.status, country=question.country)
    try:
        page = find(
            session, question.typed, now=services.now(), filters=filters, cursor=question.cursor, limit=PAGE
        )
    except CursorError as error:
        raise ProblemError("bad-request", f"cursor: {error}") from error
    marks: dict[str, list[MarkFacts]] = {hit.id: [] for hit in page.hits}
    for facts in marks_of(services, session, list(marks)):
        marks[str(facts.claims.holder)].append(facts)
    shown = tuple(_found(services, hit, marks[hit.id]) for hit in page.hits if marks[hit.id])
    levels = {level for key in services.document().keys for level in key.levels}
    named = [(code, territory(code) or code) for code in countries(session)]
    lang = language()
    return SearchView(
        question=question,
        results=shown,
        next=None if page.next is None else _next(question, page.next),
        meant=() if shown else marks_near(session, question.typed),
        levels=tuple(sorted(levels)),
        states=tuple((state, title(state, lang)) for state in STATES if state != State.BEING_PUBLISHED),
        countries=tuple(sorted(named, key=lambda pair: pair[1])),
    )


def organisation_view(services: Services, facts: OrganisationFacts) -> OrganisationView:
    """Give an organisation with all its marks, each with its own verdict."""
    marks = tuple(_line(mark, *_judged(services, mark)) for mark in facts.marks)
    return OrganisationView(
        id=facts.id,
        names=_names(facts.name, facts.name_latin, facts.country),
        country=territory(facts.country),
        matched=None,
        marks=marks,
        valid=sum(line.kind == "valid" for line in marks),
    )


def _found(services: Services, hit: Hit, marks: Sequence[MarkFacts]) -> OrganisationView:
    return OrganisationView(
        id=OrganisationId.from_text(hit.id),
        names=_names(hit.name, hit.name_latin, hit.country),
        country=territory(hit.country),
        matched=_matched(hit.matched),
        marks=tuple(_line(mark, *_stands(services, mark)) for mark in marks[:MARKS_SHOWN]),
        more=max(0, len(marks) - MARKS_SHOWN),
    )


def _matched(how: str | None) -> str | None:
    """Only what would otherwise surprise: a hit whose shown name is not what was typed."""
    return {
        "former": gettext("found by a former name"),
        "entity": gettext("found by an organisation its mark lists"),
    }.get(how or "")


def _names(name: str, latin: str | None, country: str | None) -> tuple[Text, ...]:
    pair = [name, latin] if language() == "ja" else [latin, name]
    return tuple(Text(text=one, lang=script(one, country)) for one in dict.fromkeys(pair) if one)


def _line(facts: MarkFacts, kind: str, state: str) -> MarkLine:
    claims, lang = facts.claims, language()
    ended = facts.state in (State.REVOKED, State.SUPERSEDED, State.SUSPENDED)
    pair = [claims.statement, claims.statement_latin]
    said = dict.fromkeys(pair if lang == "ja" else pair[::-1])
    return MarkLine(
        number=claims.number,
        kind=kind,
        state=state,
        level=gettext("Level %(level)s", level=claims.level),
        stars="★" * claims.level,
        unit=title(claims.unit.slug, lang),
        statements=tuple(Text(text=one, lang=script(one)) for one in said if one),
        until=None if ended else day(date.fromisoformat(facts.last_day)),
    )


def _judged(services: Services, facts: MarkFacts) -> tuple[str, str]:
    """Give colour and words from the seven checks."""
    report = services.verify(facts.number) if facts.state is State.VALID else None
    headline = headline_of(facts, report)
    return headline.kind, headline.short


def _stands(services: Services, facts: MarkFacts) -> tuple[str, str]:
    """Give colour and words without the seven checks, which take too long for a list: green only beyond doubt."""
    lang, slug, kind = language(), facts.state.value, KINDS.get(facts.state, "invalid")
    if facts.state is State.VALID:
        key = services.document().find_key(facts.kid)
        logged, signed = facts.logged_at, facts.claims.iat
        if key is not None and key.is_void_at(facts.place, facts.index):
            slug, kind = Reason.KEY_COMPROMISED.value, "invalid"
        elif (
            key is None
            or logged is None
            or not key.start <= logged < key.until
            or not signed - LOGGED_WITHIN <= logged <= signed + LOGGED_WITHIN
            or facts.as_of is None
            or services.now() - facts.as_of > ONLINE_MAX_AGE
        ):
            slug, kind = Verdict.UNDETERMINED.value, "undetermined"
    return kind, title(slug, lang)


def marks_near(session: Session, typed: str) -> tuple[MarkNumber, ...]:
    """Give the marks there are, one slip of the hand from what was typed."""
    try:
        near = suggestions(typed, limit=400)
    except MalformedError:
        return ()
    held = set(session.scalars(select(MarkRow.number).where(MarkRow.number.in_(near))))
    return tuple(MarkNumber.from_text(one) for one in near if one in held)[:5]


def _next(question: Question, cursor: str) -> str:
    asked = {
        "q": question.typed,
        "level": question.level,
        "status": question.status,
        "country": question.country,
    }
    return link("pages.search", **{name: value for name, value in asked.items() if value}, cursor=cursor)
