"""What a run came to, as text a mail can carry and as one JSON object."""

from typing import Any

from schemas.times import iso
from verifier.monitor.findings import Finding, Notice
from verifier.monitor.run import Outcome
from verifier.monitor.words import explained, said
from verifier.render import printable
from verifier.words import title

__all__ = ["subject_of", "to_json", "to_text"]


def subject_of(outcome: Outcome, lang: str) -> str:
    """One line: the worst first. Fit to be a mail's subject."""
    if outcome.standing:
        state = said("state-alarms", lang, count=len(outcome.standing))
    elif outcome.unknown:
        state = said("state-unknown", lang)
    elif outcome.notices:
        state = said("state-notices", lang, count=len(outcome.notices))
    elif outcome.warnings:
        state = said("state-warnings", lang, count=len(outcome.warnings))
    else:
        state = said("state-well", lang)
    return said("subject", lang, state=state, scheme=outcome.scheme, leaves=outcome.leaves)


def to_text(outcome: Outcome, lang: str, *, watching: bool) -> str:
    lines = [subject_of(outcome, lang), ""]
    if outcome.standing:
        lines.append(said("alarms", lang))
        for alarm in outcome.standing:
            lines += _finding(alarm.finding, lang, since=alarm.since)
        if outcome.evidence is not None:
            lines.append(f"  {said('evidence', lang, folder=outcome.evidence)}")
        lines += [f"  {said('acknowledge', lang)}", ""]
    for name, findings in (("unknown", outcome.unknown), ("warnings", outcome.warnings)):
        if findings:
            lines.append(said(name, lang))
            for finding in findings:
                lines += _finding(finding, lang)
            lines.append("")
    if outcome.notices:
        lines.append(said("in-your-name", lang))
        lines += [f"  {_notice(notice, lang)}" for notice in outcome.notices]
        lines += [f"  {said('if-not-yours', lang)}", ""]
    elif watching:
        lines += [said("nothing-in-your-name", lang), ""]
    lines.append(said("seen", lang))
    lines += [f"  {said('size', lang, origin=origin, size=size)}" for origin, size in outcome.sizes.items()]
    lines.append(f"  {said('marks', lang, marks=outcome.marks, version=outcome.trust_version)}")
    return "\n".join(lines) + "\n"


def _finding(finding: Finding, lang: str, *, since: int | None = None) -> list[str]:
    name, meaning = explained(finding.kind, lang)
    about = [] if finding.index is None else [said("where", lang, log=finding.log, index=finding.index)]
    if finding.number is not None:
        about.append(finding.number)
    if since is not None:
        about.append(said("since", lang, time=iso(since)))
    behind = f" ({', '.join(about)})" if about else ""
    marked = f"{finding.id}  " if since is not None else ""
    return [
        f"  ! {marked}{name}{behind}",
        f"      {meaning}",
        f"      [{finding.kind}] {printable(finding.detail, longest=300)}",
    ]


def _notice(notice: Notice, lang: str) -> str:
    kind = title(notice.kind, lang)
    text = said(
        "notice",
        lang,
        kind=kind,
        number=notice.number,
        level=notice.level,
        holder=notice.holder,
        name=printable(notice.name),
        issuer=printable(notice.issuer),
        time=iso(notice.signed),
        log=notice.log,
        index=notice.index,
    )
    reason = "" if notice.reason is None else f" [{title(notice.reason, lang)}]"
    return text + reason + ("" if notice.counts else f" – {said('notice-void', lang)}")


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Stable English; see the command's own help for the exit codes."""
    return {
        "scheme": outcome.scheme,
        "trust_version": outcome.trust_version,
        "logs": [{"origin": origin, "size": size} for origin, size in outcome.sizes.items()],
        "marks": outcome.marks,
        "new_leaves": outcome.leaves,
        "alarms": [
            _finding_json(alarm.finding)
            | {"since": iso(alarm.since), "new": any(alarm.finding.id == one.id for one in outcome.new)}
            for alarm in outcome.standing
        ],
        "warnings": [_finding_json(one) for one in outcome.warnings],
        "unknown": [_finding_json(one) for one in outcome.unknown],
        "notices": [
            {
                "kind": one.kind,
                "number": one.number,
                "organisation": one.holder,
                "name": one.name or None,
                "level": one.level,
                "issuer": one.issuer or None,
                "reason": one.reason,
                "signed": iso(one.signed),
                "log": one.log,
                "index": one.index,
                "counts": one.counts,
            }
            for one in outcome.notices
        ],
        "evidence": None if outcome.evidence is None else str(outcome.evidence),
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "kind": finding.kind.value,
        "detail": finding.detail,
        "log": finding.log or None,
        "index": finding.index,
        "number": finding.number,
    }
