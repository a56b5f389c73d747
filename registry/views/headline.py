"""The verdict in a few words: one place decides it, for the page of a mark and for its badge.

The verdict is the verifier's, over the same evidence anybody gets. It is never softened here: where the
register's own tables say that a mark ended, the page says so even if something else could not be checked.
"""

from dataclasses import dataclass

from registry.i18n import language
from registry.lookup import MarkFacts
from registry.states import State
from verifier.report import Outcome, Report, Verdict
from verifier.words import meaning, phrase, title

__all__ = ["KINDS", "Headline", "headline_of"]

# Shape and colour of a state; whatever is not named here ended or has not begun.
KINDS = {State.VALID: "valid", State.BEING_PUBLISHED: "pending"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The first thing read. `kind` chooses shape and colour: valid, invalid, undetermined, pending.

    `why` is in the headline too, in a few words; `meaning` says it at length.
    """

    kind: str
    short: str
    text: str
    meaning: str
    why: str | None = None


def headline_of(facts: MarkFacts, report: Report | None) -> Headline:
    """Say the verdict. `report` is None for a mark that is being published, which nobody can verify yet."""
    lang = language()
    if facts.state not in (State.VALID, State.BEING_PUBLISHED):
        return _invalid(facts.state.value)
    if report is None or not facts.is_published:
        slug = State.BEING_PUBLISHED.value
        return Headline(
            kind="pending", short=title(slug, lang), text=title(slug, lang), meaning=meaning(slug, lang)
        )
    if report.verdict is Verdict.VALID:
        text = phrase("headline-valid", lang)
        return Headline(kind="valid", short=title("valid", lang), text=text, meaning=meaning("valid", lang))
    failed = [one.reason for one in report.findings if one.outcome is Outcome.FAILED and one.reason]
    if failed:
        return _invalid(failed[0].value)
    why = meaning(report.reasons[0], lang) if report.reasons else meaning("undetermined", lang)
    text = phrase("headline-undetermined", lang)
    return Headline(kind="undetermined", short=title("undetermined", lang), text=text, meaning=why)


def _invalid(slug: str) -> Headline:
    lang = language()
    short, text = title(slug, lang), phrase("headline-invalid", lang)
    return Headline(kind="invalid", short=short, text=text, why=short, meaning=meaning(slug, lang))
