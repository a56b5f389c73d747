"""What a watch found, told: as text, JSON, an Atom feed, or a message ready to be mailed.

Names come from a table and from marks, so from anybody: `printable` takes from them the power over a terminal or a line.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree as ET

from schemas.mark_number import MarkNumber
from schemas.times import in_zone, iso
from verifier.render import printable
from verifier.watch.compare import Change, Kind, Tone
from verifier.watch.kept import Told, change_json
from verifier.watch.standing import Standing
from verifier.watch.steps import steps
from verifier.words import phrase, title

__all__ = ["Findings", "atom", "document", "mail", "text"]

SIGNS = {"valid": "○", "invalid": "×", "undetermined": "?", "no-mark": "－"}
_ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """One watch. Times are POSIX seconds; `before` is None the first time; `told` is the feed, this watch's changes first."""

    made: int
    before: int | None
    as_of: int | None
    offset: int
    within: int
    scheme: str
    anchor: str
    is_asked_otherwise: bool  # the policy is not that of the last time
    suppliers: Sequence[Standing]
    changes: Sequence[Change]
    ending: Sequence[Standing]
    told: Sequence[Told]

    @property
    def today(self) -> date:
        return in_zone(self.made, offset=self.offset).date()

    @property
    def has_news(self) -> bool:
        return self.before is not None and bool(self.changes)


def text(found: Findings, lang: str) -> str:
    """Tell it to a person: the worst in one line, what changed and what to do, what got worse first, then what ends soon."""
    lines = [subject(found, lang), "", headline(found, lang)] if found.has_news else [headline(found, lang)]
    lines.append(_known(found, lang))
    if found.is_asked_otherwise:
        lines.append(phrase("watch-asked-otherwise", lang))
    if found.before is None:
        counted = Counter(one.verdict for one in found.suppliers)
        lines.append(
            "  ".join(f"{SIGNS[verdict]} {title(verdict, lang)}: {counted[verdict]}" for verdict in SIGNS)
        )
    for change in found.changes:
        lines += ["", *_change(change, lang)]
    if found.ending:
        lines += ["", phrase("watch-ending", lang, days=found.within)]
        lines += [_ending(one, found.today, lang) for one in found.ending]
    return "\n".join(lines) + "\n"


def subject(found: Findings, lang: str) -> str:
    """One line: the worst change, its verdict first, for a list of mails cuts off what comes late."""
    if not found.has_news:
        return headline(found, lang)
    change, more = found.changes[0], len(found.changes) - 1
    now = change.standing
    verdict = title(now.verdict, lang)
    if Kind.VERDICT in change.kinds and change.before:
        verdict = phrase("watch-was", lang, now=verdict, before=title(change.before.verdict, lang))
    else:
        verdict = phrase("watch-but", lang, now=verdict, kind=title(change.kinds[-1], lang))
    others = phrase("watch-more", lang, count=more) if more else ""
    return f"{SIGNS.get(now.verdict, '?')} {verdict}: {printable(now.label, longest=60)}{others}"


def headline(found: Findings, lang: str) -> str:
    """How many changed, and since when."""
    count = len(found.suppliers)
    if found.before is None:
        return phrase("watch-first", lang, count=count)
    since = _moment(found.before, found.offset)
    if not found.changes:
        return phrase("watch-same", lang, count=count, time=since)
    worse = sum(one.tone is Tone.WORSE for one in found.changes)
    return phrase("watch-changed", lang, changed=len(found.changes), worse=worse, count=count, time=since)


def _known(found: Findings, lang: str) -> str:
    known = phrase("no-as-of", lang) if found.as_of is None else _moment(found.as_of, found.offset)
    return f"{phrase('known-as-of', lang)}: {known}"


def _moment(seconds: int, offset: int) -> str:
    return in_zone(seconds, offset=offset).strftime("%Y-%m-%d %H:%M (%Z)")


def _change(change: Change, lang: str) -> Iterator[str]:
    now = change.standing
    kinds = (", " if lang == "en" else "、").join(title(kind, lang) for kind in change.kinds)
    yield f"{SIGNS.get(now.verdict, '?')} {printable(now.label)}  [{kinds}]"
    before, after = change.before, change.after
    if Kind.VERDICT in change.kinds and before and after:
        yield f"    {title(before.verdict, lang)} → {title(after.verdict, lang)}{_why(after, lang)}"
    elif after is not None:
        yield f"    {title(after.verdict, lang)}{_why(after, lang)}"
    else:
        yield f"    {title(now.verdict, lang)}"
    if before and after and before.number and after.number:
        yield from _facts(before, after, change.kinds, lang)
    if now.number is not None:
        yield f"    {_mark(now, lang)}"
    for step in steps(change):
        yield f"    {phrase('watch-do', lang, step=phrase(f'watch-do-{step}', lang))}"


def _facts(before: Standing, after: Standing, kinds: Sequence[Kind], lang: str) -> Iterator[str]:
    pairs = {
        Kind.LEVEL: (_level(before, lang), _level(after, lang)),
        Kind.MARK: (_display(before.number), _display(after.number)),
        Kind.SCOPE: (printable(before.scope or ""), printable(after.scope or "")),
        Kind.HOLDER: (printable(before.name or ""), printable(after.name or "")),
        Kind.LAST_DAY: (before.last_day, after.last_day),
    }
    for kind, (was, now) in pairs.items():
        if kind in kinds:
            yield f"    {title(kind, lang)}: {was} → {now}"


def _why(one: Standing, lang: str) -> str:
    reasons = [title(reason, lang) for reason in one.reasons]
    if one.state_reason is not None:
        reasons.append(title(one.state_reason, lang))
    return f": {', '.join(dict.fromkeys(reasons))}" if reasons else ""


def _mark(one: Standing, lang: str) -> str:
    parts = [_display(one.number), "★" * (one.level or 0) if one.partner is None else _level(one, lang)]
    if one.last_day is not None:
        parts.append(phrase("until-day", lang, day=one.last_day))
    if one.successor is not None:
        parts.append(phrase("successor", lang, number=_display(one.successor)))
    return "  ".join(part for part in parts if part)


def _level(one: Standing, lang: str) -> str:
    """Stars are our own scheme's; a partner's level is a number of theirs."""
    if one.partner is None:
        return f"★{one.level}"
    return phrase("level-of", lang, level=one.level, scheme=one.partner)


def _display(number: str | None) -> str:
    return "" if number is None else MarkNumber.from_text(number).display


def _ending(one: Standing, today: date, lang: str) -> str:
    left = one.days_left(today) or 0
    said = phrase("watch-days", lang, days=left)
    return f"  {one.last_day} ({said})  {printable(one.label)}  {_display(one.number)}"


def document(found: Findings) -> dict[str, Any]:
    """Give it as JSON, stable English."""
    return {
        "format": 1,
        "made": iso(found.made),
        "since": None if found.before is None else iso(found.before),
        "as_of": None if found.as_of is None else iso(found.as_of),
        "scheme": found.scheme,
        "anchor": found.anchor,
        "asked_otherwise": found.is_asked_otherwise,
        "within_days": found.within,
        "suppliers": [one.to_json() for one in found.suppliers],
        "changes": [change_json(one) for one in found.changes],
        "ending": [one.to_json() | {"days_left": one.days_left(found.today)} for one in found.ending],
    }


def atom(found: Findings, lang: str) -> bytes:
    """Give the changes told so far as a feed (RFC 4287), the newest first."""
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": lang})
    _put(feed, "id", f"urn:akashi:watch:{found.anchor}")
    _put(feed, "title", phrase("watch-title", lang, scheme=found.scheme))
    _put(feed, "updated", iso(found.told[0].at if found.told else found.made))
    _put(ET.SubElement(feed, f"{{{_ATOM}}}author"), "name", "akashi watch")
    for told in found.told:
        entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
        first, *rest = _change(told.change, lang)
        digest = sha256(json.dumps([told.at, change_json(told.change)], sort_keys=True).encode()).hexdigest()
        _put(entry, "id", f"urn:akashi:change:{digest}")
        _put(entry, "title", first)
        _put(entry, "updated", iso(told.at))
        _put(entry, "content", "\n".join(line.strip() for line in rest)).set("type", "text")
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _put(parent: ET.Element, name: str, value: str) -> ET.Element:
    one = ET.SubElement(parent, f"{{{_ATOM}}}{name}")
    one.text = value
    return one


def mail(found: Findings, lang: str, *, sender: str | None, to: Sequence[str]) -> bytes:
    """Give a message (RFC 5322) for `sendmail -t` or an outgoing folder; whoever sends it fills in what is not named."""
    message = EmailMessage()
    message["Subject"] = subject(found, lang)
    message["Date"] = format_datetime(datetime.fromtimestamp(found.made, UTC))
    if sender:
        message["From"] = sender
    if to:
        message["To"] = ", ".join(to)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nothing answers it by itself
    message.set_content(text(found, lang))
    return bytes(message)
