"""A report as people read it: verdict, holder, what the mark says, then every check (docs/format.md §8).

Whatever stands in a mark, a file name or a detail was written by somebody else: `printable` takes from it
the power to drive a terminal or to turn the direction of a line, and keeps a name that runs from right to left
from reordering the words beside it.
"""

import os
import unicodedata
from collections.abc import Iterator, Mapping

from schemas.bidi import isolated
from schemas.claims import MarkClaims
from schemas.mark_number import MarkNumber
from schemas.times import DAY, HOUR, in_zone, last_day
from verifier.report import Finding, NoteReason, Outcome, Report
from verifier.words import LANGUAGES, meaning, phrase, script_names, title

__all__ = ["harmless", "language", "one_line", "printable", "render", "said_age", "table"]

LONGEST = 240  # characters of a label, a text or a detail shown on one line
SIGNS = {Outcome.PASSED: "○", Outcome.FAILED: "×", Outcome.UNKNOWN: "?"}


def language(environment: Mapping[str, str] | None = None) -> str:
    """Give the reader's language: the first that LC_ALL, LC_MESSAGES or LANG names, else English."""
    values = os.environ if environment is None else environment
    named = next((values[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if values.get(name)), "")
    short = named.replace("-", "_").split("_")[0].split(".")[0].lower()
    return short if short in LANGUAGES else "en"


def printable(text: str, *, longest: int = LONGEST) -> str:
    """Give text for one line of a terminal: `harmless`, and isolated if it runs from right to left."""
    return isolated(harmless(text, longest=longest))


def harmless(text: str, *, longest: int = LONGEST) -> str:
    """Give text in which controls, direction marks and the like became U+FFFD; bounded."""
    shown = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join("\ufffd" if _is_unfit(character) else character for character in shown)


def _is_unfit(character: str) -> bool:
    # Cc escape sequences, Cf direction and joiners, Cs lone halves of file names, Co, Cn, and line breaks.
    category = unicodedata.category(character)
    return category.startswith("C") or category in ("Zl", "Zp")


def render(report: Report, label: str, *, lang: str) -> str:
    """Write a report about the input called `label` in `lang`; details stay English, below the words."""
    lines = [f"{_sign(report)} {phrase(f'headline-{report.verdict}', lang)}", ""]
    rows = [(phrase("input", lang), printable(label, longest=80))]
    if report.mark is None:
        lines.append(f"  {phrase('no-holder', lang)}")
    else:
        claims = report.mark.claims
        lines += [f"  {line}" for line in _holder(claims, lang)]
        rows += _mark_rows(report, claims, lang)
    rows += _known_rows(report, lang)
    lines += ["", *table(rows), "", phrase("checks", lang)]
    for finding in report.findings:
        lines += _finding(report, finding, lang)
    notes = list(_notes(report, lang))
    if notes:
        lines += ["", phrase("notes", lang), *notes]
    return "\n".join(lines) + "\n"


def one_line(report: Report, *, lang: str) -> str:
    """Write the verdict on one mark in a line: how it stands, its number, level and last day, and why it is not valid."""
    parts = [f"{_sign(report)} {title(report.verdict, lang)}"]
    if report.mark is not None:
        claims = report.mark.claims
        parts += [claims.number.display, _level(report, claims, lang)]
        parts.append(phrase("until-day", lang, day=last_day(claims.exp, offset=report.offset)))
    parts += [title(report.word_for(reason), lang) for reason in report.reasons]
    return "  ".join(parts)


def _sign(report: Report) -> str:
    return {"valid": "○", "invalid": "×", "undetermined": "?"}[report.verdict]


def _holder(claims: MarkClaims, lang: str) -> list[str]:
    """The first thing to compare: whose mark it is. Readers of Latin script get the Latin name first."""
    names = [claims.name, claims.name_latin] if lang == "ja" else [claims.name_latin, claims.name]
    shown = dict.fromkeys(printable(name) for name in names if name)
    return [*shown, str(claims.holder)]


def _mark_rows(report: Report, claims: MarkClaims, lang: str) -> list[tuple[str, str]]:
    said = [claims.statement, claims.statement_latin]
    shown = dict.fromkeys(printable(text) for text in (said if lang == "ja" else said[::-1]) if text)
    scope = " / ".join(shown)
    rows = [
        (phrase("number", lang), claims.number.display),
        (phrase("level", lang), f"{_level(report, claims, lang)}  {title(claims.assessment.slug, lang)}"),
        (phrase("scope", lang), f"{title(claims.unit.slug, lang)}: {scope}"),
        (phrase("period", lang), _period(report, claims, lang)),
    ]
    if report.status is not None:
        rows.append((phrase("present-status", lang), _status(report, lang)))
    if report.owner is not None:
        rows.append((phrase("issued-by", lang), printable(report.owner)))
    return rows


def _level(report: Report, claims: MarkClaims, lang: str) -> str:
    """Stars are our own scheme's; a partner's level is a number of theirs, and is never translated."""
    if report.recognised_by is not None:
        return phrase("level-of", lang, level=claims.level, scheme=claims.scheme)
    return f"{'★' * claims.level} ({claims.level})"


def _period(report: Report, claims: MarkClaims, lang: str) -> str:
    first = _time(claims.nbf, report.offset)[:10]
    said = phrase("from-to", lang, first=first, last=last_day(claims.exp, offset=report.offset))
    today = (report.at + report.offset) // DAY
    if report.at < claims.nbf:
        left = phrase("not-begun", lang, days=(claims.nbf + report.offset) // DAY - today)
    elif report.at >= claims.exp:
        left = phrase("days-over", lang, days=today - (claims.exp - 1 + report.offset) // DAY)
    else:
        days = (claims.exp - 1 + report.offset) // DAY - today
        left = phrase("days-left", lang, days=days) if days else phrase("one-day-left", lang)
    return f"{said} ({left})"


def _status(report: Report, lang: str) -> str:
    status = report.status
    if status is None:
        return ""
    parts = [title(status.value, lang)]
    if status.since is not None:
        parts.append(phrase("since", lang, time=_time(status.since, report.offset)))
    if status.reason is not None:
        parts.append(phrase("because", lang, reason=title(status.reason, lang)))
    if status.successor is not None:
        successor = MarkNumber.from_text(status.successor).display
        parts.append(phrase("successor", lang, number=successor))
    return ("、" if lang == "ja" else ", ").join(parts)


def _known_rows(report: Report, lang: str) -> Iterator[tuple[str, str]]:
    if report.authority is not None:
        names = report.authority.names
        scheme = printable(names.get(lang) or next(iter(names.values()), report.authority.scheme))
        if report.authority.recognised_by is not None:
            scheme += f" ({phrase('recognised-by', lang, scheme=report.authority.recognised_by)})"
        yield phrase("of-scheme", lang), scheme
    yield phrase("judged-at", lang), _time(report.at, report.offset)
    if report.as_of is None:
        yield phrase("known-as-of", lang), phrase("no-as-of", lang)
    else:
        known, age = _time(report.as_of, report.offset), report.at - report.as_of
        yield phrase("known-as-of", lang), known + (f" ({said_age(age, lang)})" if age >= 0 else "")


def said_age(seconds: int, lang: str) -> str:
    """Say how long ago something was."""
    if seconds < 2 * HOUR:
        return phrase("age-minutes", lang, count=seconds // 60)
    if seconds < 2 * DAY:
        return phrase("age-hours", lang, count=seconds // HOUR)
    return phrase("age-days", lang, count=seconds // DAY)


def _finding(report: Report, finding: Finding, lang: str) -> Iterator[str]:
    name = title(finding.check, lang)
    if finding.reason is None:
        outcome = title("passed", lang) if finding.outcome is Outcome.PASSED else phrase("not-made", lang)
        yield f"  {SIGNS[finding.outcome]} {name}: {outcome}"
        return
    word = report.word_for(finding.reason)
    yield f"  {SIGNS[finding.outcome]} {name}: {title(finding.outcome, lang)} - {title(word, lang)}"
    yield f"      {meaning(word, lang)}"
    if finding.detail:
        yield f"      [{finding.reason}] {printable(finding.detail)}"


def _notes(report: Report, lang: str) -> Iterator[str]:
    if report.authority is not None and report.authority.scheme == "demo":
        yield f"  ! {phrase('demonstration', lang)}"
    for note in report.notes:
        said = meaning(note.reason, lang)
        if note.reason is NoteReason.LOOK_ALIKE_SCRIPTS:
            said += f" ({script_names(note.fact, lang)})"
        yield f"  ! {title(note.reason, lang)}: {said}"
        if note.detail:
            yield f"      [{note.reason}] {printable(note.detail)}"


def table(rows: list[tuple[str, str]]) -> list[str]:
    """Lay out names and values, one line each, with the values below one another."""
    widest = max(_width(name) for name, _ in rows)
    return [f"  {name}{' ' * (widest - _width(name))}  {value}" for name, value in rows]


def _width(text: str) -> int:
    """Columns in a terminal: two for wide characters (UAX #11)."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _time(seconds: int, offset: int) -> str:
    """A moment in the scheme's own offset, which is named with it."""
    return in_zone(seconds, offset=offset).strftime("%Y-%m-%d %H:%M (%Z)")
