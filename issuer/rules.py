"""Whether a draft may be issued: the scheme's rules, the key's powers, the calendar. All that is wrong, at once.

Pure: drafts and rules in, faults out. What the ledger knows (draft ids, marks to be replaced) is asked elsewhere.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from issuer.columns import COLUMNS
from issuer.draft import Draft
from issuer.problems import Problem
from issuer.scheme import Level, SchemeFile
from schemas.claims import BACKDATE_LIMIT, Unit
from schemas.days import day_of, months_after, start_of
from schemas.text import is_latin
from schemas.times import DAY
from schemas.trust_entries import KeyUse, TrustedKey

__all__ = ["Rules", "Window"]

Fault = tuple[str, str, str]  # field, reason, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The validity of a mark, POSIX seconds, half-open."""

    nbf: int
    exp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one scheme for one key at one moment; `now` in POSIX seconds."""

    scheme: SchemeFile
    key: TrustedKey
    now: int
    lang: str = "en"

    @property
    def today(self) -> date:
        return day_of(self.now, self.scheme.offset)

    def judge(self, draft: Draft) -> list[Problem]:
        """Everything that speaks against this draft; empty when it may be issued."""
        level = self.scheme.level(draft.level)
        faults = list(self._level(draft, level))
        if level is not None and level.issue:
            faults += self._assessed(draft, level)
            faults += self._evidence(draft, level)
            faults += self._validity(draft, level)
        faults += self._holder(draft)
        faults += self._scope(draft)
        return [
            Problem(row=draft.row, draft_id=draft.draft_id, field=field, reason=reason, detail=detail)
            for field, reason, detail in faults
        ]

    def window(self, draft: Draft) -> Window:
        """The validity a draft asks for, or the longest one from today. The level must be one that is issued."""
        start = draft.valid_from or self.today
        end = months_after(start, self.scheme.levels[draft.level].months)
        if draft.valid_until is not None:
            end = draft.valid_until + timedelta(days=1)  # the last valid day is valid throughout
        return Window(nbf=start_of(start, self.scheme.offset), exp=start_of(end, self.scheme.offset))

    def _level(self, draft: Draft, level: Level | None) -> Iterator[Fault]:
        if level is None:
            known = ", ".join(f"★{number}" for number, one in sorted(self.scheme.levels.items()) if one.issue)
            yield "level", "unknown-level", f"★{draft.level} is no level of this scheme; it issues {known}"
        elif not level.issue:
            yield "level", "level-refused", level.refusal[self.lang]
        elif self.key.use is not KeyUse.MARK:
            yield "level", "level-not-allowed", f"{self.key.owner}'s key signs no marks"
        elif draft.level not in self.key.levels:
            allowed = ", ".join(f"★{number}" for number in sorted(self.key.levels))
            yield "level", "level-not-allowed", f"{self.key.owner}'s key may sign {allowed} only"
        if draft.edition not in self.scheme.editions:
            yield "edition", "unknown-edition", f"known are {', '.join(self.scheme.editions)}"

    def _assessed(self, draft: Draft, level: Level) -> Iterator[Fault]:
        if draft.assessment is not level.assessment and level.assessment is not None:
            yield (
                "assessment",
                "wrong-assessment",
                f"★{draft.level} is established by {level.assessment.slug}",
            )
        if draft.assessed_on > self.today:
            yield "assessed_on", "in-future", f"{draft.assessed_on} lies ahead; today is {self.today}"
        oldest = self.scheme.limits.assessed_oldest_days
        if (self.today - draft.assessed_on).days > oldest:
            yield "assessed_on", "too-old", f"{draft.assessed_on} is more than {oldest} days ago"
        edition = self.scheme.editions.get(draft.edition)
        if edition and not (
            edition.start <= draft.assessed_on
            and (edition.until is None or draft.assessed_on < edition.until)
        ):
            yield (
                "edition",
                "edition-not-in-force",
                f"{draft.edition} was not in force on {draft.assessed_on}",
            )

    def _evidence(self, draft: Draft, level: Level) -> Iterator[Fault]:
        for name in level.evidence:
            if not (getattr(draft, name, None) or draft.private.get(name)):
                yield name, "missing", f"★{draft.level} needs {name} ({COLUMNS[name].header['ja']})"
        for name in ("assessor_code", "technical_checker_code"):
            yield from self._assessor(name, getattr(draft, name), draft)
        yield from self._expert(draft, level)
        for name in ("oath_on", "technical_check_on", "expert_training_on"):
            day: date | None = getattr(draft, name)
            if day is not None and day > self.today:
                yield name, "in-future", f"{day} lies ahead; today is {self.today}"

    def _expert(self, draft: Draft, level: Level) -> Iterator[Fault]:
        wanted = draft.expert_qualification
        known = [name for one in level.qualifications for name in (one.code, *one.names.values())]
        if wanted is not None and known and _folded(wanted) not in map(_folded, known):
            yield "expert_qualification", "unknown-qualification", f"known are {', '.join(known)}"
        trained, months = draft.expert_training_on, level.training_max_months
        if trained is not None and trained > draft.assessed_on:
            yield "expert_training_on", "after-assessment", f"the training came after {draft.assessed_on}"
        elif (
            trained is not None and months is not None and months_after(trained, months) <= draft.assessed_on
        ):
            yield "expert_training_on", "too-old", f"more than {months} months before the assessment"

    def _assessor(self, field: str, code: str | None, draft: Draft) -> Iterator[Fault]:
        if code is None:
            return
        assessor = self.scheme.assessors.get(code)
        if assessor is None:
            yield field, "unknown-assessor", f"{code} is no assessing organisation of this scheme"
        elif not assessor.may_assess(draft.level, draft.assessed_on):
            yield (
                field,
                "assessor-not-entitled",
                f"{code} was not entitled to ★{draft.level} on {draft.assessed_on}",
            )

    def _validity(self, draft: Draft, level: Level) -> Iterator[Fault]:
        limits, window = self.scheme.limits, self.window(draft)
        start = draft.valid_from or self.today
        latest = self.today + timedelta(days=limits.valid_from_future_days)
        if start > latest:
            yield "valid_from", "too-far-ahead", f"{start} is after {latest}"
        if window.nbf < self.now - BACKDATE_LIMIT:
            yield (
                "valid_from",
                "too-far-back",
                f"{start} began more than 7 days ago: a mark covers no time before it was signed",
            )
        if start < draft.assessed_on:
            yield (
                "valid_from",
                "before-assessment",
                f"{start} is before the assessment of {draft.assessed_on}",
            )
        longest = months_after(start, level.months) - timedelta(days=1)
        last = draft.valid_until or longest
        if last < start:
            yield "valid_until", "before-start", f"{last} is before {start}"
        elif last > longest:
            yield (
                "valid_until",
                "too-long",
                f"★{draft.level} lasts {level.months} months: {longest} at the latest",
            )
        elif last < longest and not limits.may_be_shorter:
            yield "valid_until", "too-short", f"★{draft.level} lasts {level.months} months: {longest}"
        elif window.exp <= self.now and not self.scheme.demonstration:
            yield "valid_until", "already-ended", f"{last} is over"
        max_days = self.key.levels.get(draft.level)
        if max_days is not None and last >= start and window.exp - window.nbf > max_days * DAY:
            yield (
                "valid_until",
                "level-not-allowed",
                f"the key may sign ★{draft.level} for {max_days} days at most",
            )

    def _holder(self, draft: Draft) -> Iterator[Fault]:
        if draft.legal_name_latin is None and not is_latin(draft.legal_name):
            yield (
                "legal_name_latin",
                "missing",
                "a name outside Latin script needs one in Latin letters beside it",
            )
        if draft.region is not None and not draft.region.startswith(f"{draft.country}-"):
            yield "region", "other-country", f"{draft.region} is not in {draft.country}"

    def _scope(self, draft: Draft) -> Iterator[Fault]:
        if draft.unit not in self.scheme.units:
            yield (
                "unit",
                "unit-not-allowed",
                f"allowed are {', '.join(sorted(one.slug for one in self.scheme.units))}",
            )
        if draft.unit is Unit.GROUP and not draft.entities:
            yield "entities", "missing", "a group lists the entities it covers"
        if draft.unit is not Unit.GROUP and draft.entities:
            yield "entities", "not-a-group", f"the unit is {draft.unit.slug}: only a group lists entities"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
