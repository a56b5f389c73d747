"""What a mark's page says, as values ready to be shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask_babel import gettext, ngettext

from registry.i18n import day, day_of, in_language, language, moment, number_name, script, territory
from registry.lookup import MarkFacts
from registry.states import State
from registry.views.headline import Headline, headline_of
from schemas.claims import Assessment, MarkClaims, Unit
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId
from schemas.trust_document import TrustDocument
from verifier.report import Check, Finding, Note, NoteReason, Outcome, Report
from verifier.words import meaning, phrase, script_names, title

__all__ = ["MarkView", "Text", "mark_view", "successor_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text somebody else wrote, and the language its letters are to be drawn in ("" if unknown)."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """The mark that took this one's place, with its own verdict: it need not be valid either."""

    number: MarkNumber
    kind: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the history."""

    when: str
    what: str
    reason: str | None
    successor: MarkNumber | None
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One of the seven checks, in words."""

    kind: str
    name: str
    outcome: str
    reason: str | None
    meaning: str | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One organisation a group's mark lists."""

    names: tuple[Text, ...]
    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkView:
    """Everything the page of a mark shows beside what stands in the claims as it is.

    `today`: what holds now, where another day was asked for. `remarks` are notes about the mark, `notes`
    about how it was checked.
    """

    facts: MarkFacts
    claims: MarkClaims
    headline: Headline
    today: Headline | None
    names: tuple[Text, ...]
    statements: tuple[Text, ...]
    level: str
    stars: str
    assessment: str
    unit: str
    coverage: str
    scheme: str
    issuer: str
    country: str | None
    entities: tuple[Entity, ...]
    assessor: str | None
    first_day: str
    last_day: str
    days: str | None
    next_confirmation: str | None
    status_since: str | None
    reason: str | None
    successor: Successor | None
    supersedes: tuple[MarkNumber, ...]
    history: tuple[Step, ...]
    checks: tuple[CheckLine, ...]
    remarks: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...]
    as_of: str | None
    asked_for: str | None
    is_to_come: bool
    profile: Mapping[str, Any]
    sayings: tuple[str, ...]
    public_register: str | None


def successor_of(facts: MarkFacts, report: Report | None) -> Successor:
    """Give the line about a successor, from its own facts and report."""
    headline = headline_of(facts, report)
    return Successor(number=facts.claims.number, kind=headline.kind, state=headline.short)


def mark_view(
    facts: MarkFacts,
    report: Report | None,
    document: TrustDocument,
    *,
    now: int,
    at: date | datetime | None,
    successor: Successor | None = None,
    today: Headline | None = None,
) -> MarkView:
    """Give the page of a mark as of now, or as of `at`; then `today` is what holds now."""
    lang, claims, profile = language(), facts.claims, facts.profile or {}
    country = profile.get("country")
    dull = (State.VALID, State.NOT_YET_VALID)  # since when: the first day says it
    shown_since = None if facts.state in dull else facts.state_since
    headline = headline_of(facts, report)
    this_day, key = day_of(now, offset=facts.offset), document.find_key(facts.kid)
    as_of = None if report is None else report.as_of
    return MarkView(
        facts=facts,
        claims=claims,
        headline=_then(headline, today) if _is_past(at, this_day, now) else headline,
        today=None if at == this_day else today,
        names=_both(claims.name, claims.name_latin, country),
        statements=_both(claims.statement, claims.statement_latin, country),
        level=gettext("Level %(level)s", level=claims.level),
        stars="★" * claims.level,
        assessment=_assessment(claims),
        unit=title(claims.unit.slug, lang),
        coverage=_coverage(claims),
        scheme=in_language(document.scheme.names, claims.scheme),
        issuer=facts.owner if key is None else in_language(key.names, key.owner),
        country=territory(country),
        entities=tuple(_entity(one, country) for one in profile.get("entities", [])),
        assessor=in_language(profile.get("assessor") or {}, claims.assessor or "") or None,
        first_day=day(day_of(claims.nbf, offset=facts.offset)),
        last_day=day(date.fromisoformat(facts.last_day)),
        days=_days(facts),
        next_confirmation=facts.next_confirmation and day(date.fromisoformat(facts.next_confirmation)),
        status_since=None if shown_since is None else day(day_of(shown_since, offset=facts.offset)),
        reason=None if facts.reason is None else title(facts.reason.slug, lang),
        successor=successor,
        supersedes=tuple(MarkNumber.from_text(one) for one in facts.supersedes),
        history=_history(facts),
        checks=() if report is None else tuple(_check(finding) for finding in report.findings),
        remarks=_notes(report, {NoteReason.ENDS_SOON}),
        # The page says right under the name that the holder is to be compared.
        notes=_notes(report, set(NoteReason) - {NoteReason.ENDS_SOON, NoteReason.HOLDER_NOT_CHECKED}),
        as_of=None if as_of is None else moment(as_of, offset=facts.offset),
        asked_for=None if at is None else _asked_for(at, facts, now),
        is_to_come=isinstance(at, date) and not isinstance(at, datetime) and at > this_day,
        profile=profile,
        sayings=tuple(one[lang] for one in profile.get("statements", []) if lang in one),
        public_register=_public_register(claims.holder),
    )


def _public_register(holder: OrganisationId) -> str | None:
    """Give the address of the same number in its own public register, followed only when somebody clicks it."""
    form = {
        "0188": "https://www.houjin-bangou.nta.go.jp/henkorireki-johoto.html?selHouzinNo={}",
        "0199": "https://search.gleif.org/#/record/{}",
    }.get(holder.icd)
    return None if form is None else form.format(holder.value)


def _is_past(at: date | datetime | None, this_day: date, now: int) -> bool:
    if isinstance(at, datetime):
        return at.timestamp() < now
    return at is not None and at < this_day


def _then(headline: Headline, today: Headline | None) -> Headline:
    """Say it of a day gone by. What holds no more is not shown in the colour and shape of what holds."""
    if headline.kind == "valid":
        return replace(
            headline,
            kind="valid" if today is not None and today.kind == "valid" else "pending",
            text=gettext("This mark was valid."),
            meaning=gettext("On that day it was in force and recorded in the public log."),
        )
    if headline.kind == "invalid":
        return replace(headline, meaning=gettext("That is how it stood on that day."))
    return headline


def _entity(entity: Mapping[str, Any], country: str | None) -> Entity:
    identifier = OrganisationId.from_text(entity["id"])
    return Entity(
        names=_both(entity["name"], entity.get("name_latin"), country),
        kind=number_name(identifier),
        value=identifier.value,
    )


def _notes(report: Report | None, wanted: Collection[NoteReason]) -> tuple[tuple[str, str], ...]:
    lang = language()
    notes = () if report is None else report.notes
    return tuple((title(note.reason, lang), _meant(note)) for note in notes if note.reason in wanted)


def _meant(note: Note) -> str:
    lang = language()
    said = meaning(note.reason, lang)
    is_about_scripts = note.reason is NoteReason.LOOK_ALIKE_SCRIPTS
    return f"{said} ({script_names(note.fact, lang)})" if is_about_scripts else said


def _both(text: str, latin: str | None, country: str | None) -> tuple[Text, ...]:
    """What the mark says, and says again in Latin letters: first in the letters of the reader."""
    pair = [text, latin] if language() == "ja" else [latin, text]
    return tuple(Text(text=one, lang=script(one, country)) for one in dict.fromkeys(pair) if one)


def _assessment(claims: MarkClaims) -> str:
    if claims.assessment is Assessment.THIRD_PARTY:
        return str(gettext("Assessed by a third party, with technical verification"))
    return str(gettext("Assessed by the organisation itself and confirmed by a security expert"))


def _coverage(claims: MarkClaims) -> str:
    said: dict[Unit, str] = {
        Unit.LEGAL_ENTITY: gettext(
            "It covers this legal entity. Parent companies and subsidiaries are not covered."
        ),
        Unit.GROUP: gettext("It covers the organisations listed here, and no other member of the group."),
        Unit.DIVISION: gettext(
            "It covers only the division or site named here. Other parts of the organisation are not covered."
        ),
    }
    return said[claims.unit]


def _days(facts: MarkFacts) -> str | None:
    if facts.days_left is None or facts.state is State.NOT_YET_VALID:
        return None
    if facts.days_left == 0:
        return str(gettext("ends today"))
    return str(ngettext("%(num)s day left", "%(num)s days left", facts.days_left))


def _asked_for(at: date | datetime, facts: MarkFacts, now: int) -> str:
    if isinstance(at, datetime):
        return moment(int(at.timestamp()), offset=facts.offset)
    return day(min(at, day_of(now, offset=facts.offset)))


def _history(facts: MarkFacts) -> tuple[Step, ...]:
    lang = language()
    return tuple(
        Step(
            when=gettext("not yet") if one.at is None else moment(one.at, offset=facts.offset),
            what=title(one.kind, lang),
            reason=None if one.reason is None else title(one.reason.slug, lang),
            successor=None if one.successor is None else MarkNumber.from_text(one.successor),
            place=f"{one.log} #{one.index}",
        )
        for one in facts.history
    )


def _check(finding: Finding) -> CheckLine:
    lang = language()
    is_made = finding.reason is not None or finding.outcome is Outcome.PASSED
    outcome = title(finding.outcome, lang) if is_made else phrase("not-made", lang)
    if finding.check is Check.POLICY and finding.outcome is Outcome.PASSED:
        outcome = gettext("none were given")  # a page asks nothing of a mark beyond the scheme's own rules
    return CheckLine(
        kind={Outcome.PASSED: "valid", Outcome.FAILED: "invalid", Outcome.UNKNOWN: "undetermined"}[
            finding.outcome
        ],
        name=title(finding.check, lang),
        outcome=outcome,
        reason=None if finding.reason is None else title(finding.reason, lang),
        meaning=None if finding.reason is None else meaning(finding.reason, lang),
        detail=finding.detail if finding.reason is not None else "",
    )
