"""The verdict on one supplier: which mark is meant, judged like any other, and what the row itself wants of it.

    1. a mark or link in the row      that mark; a number beside it must be the holder's, or of the holder's group
    2. an organisation's number       every mark it holds or is listed in; the best of them is reported
    3. a name alone                   nothing is taken: what bears that name, or one like it, is offered

A name is never enough. Of all the companies called so perhaps one has a mark, and the supplier is another.
Pure: a `Finder` brings bytes, a callable judges them, and what could not be read caps a row at *undetermined*.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias

from keys.signed import read_mark
from schemas.errors import MalformedError
from schemas.organisation_id import OrganisationId
from schemas.qr import Found
from verifier.policy import Policy
from verifier.report import POLICY, Finding, Note, NoteReason, Outcome, Reason, Report, Verdict
from verifier.suppliers.finding import Finder
from verifier.suppliers.matching import NameMatch, name_match
from verifier.suppliers.results import Candidate, OtherMark, RowResult, RowVerdict, facts_of
from verifier.suppliers.rows import Remark, RowReason, Supplier

__all__ = ["Judge", "judge_supplier"]

Judge: TypeAlias = Callable[[bytes | str | Found, Policy | None], Report]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    report: Report
    matched_by: str


def judge_supplier(
    supplier: Supplier,
    *,
    finder: Finder | None,
    judge: Judge,
    policy: Policy | None = None,
    blind: Remark | None = None,
) -> RowResult:
    """Judge one row under the buyer's policy and the row's own wishes. Without a finder only marks at hand are judged.

    `blind`: why the register cannot say today that it holds no mark (it is old, say). Raises what the finder raises:
    OSError where its register cannot be read.
    """
    if supplier.subject is not None:
        judged = [_judge_named(supplier, finder, judge, policy)]
    elif supplier.organisation is not None and finder is not None:
        judged = _judge_held(supplier, supplier.organisation, finder, judge, policy)
    else:
        judged = []
    if not judged:
        return _without_mark(supplier, finder, blind)
    best, *rest = judged if len(judged) == 1 else sorted(judged, key=_rank)
    return _result(supplier, best, rest, finder)


def _wanted(supplier: Supplier, policy: Policy | None, organisation: OrganisationId | None) -> Policy | None:
    """Add the row's wishes to the policy, and whose mark it must be; where both ask for the same, both must be met."""
    held_by = None if organisation is None else str(organisation)
    if policy is None:
        if not (supplier.scope or supplier.level or supplier.needed_until or held_by):
            return None
        return Policy(
            organisation=held_by,
            min_level=supplier.level,
            valid_until_at_least=supplier.needed_until,
            also_in_scope=() if supplier.scope is None else (supplier.scope,),
        )
    levels = [one for one in (supplier.level, policy.min_level) if one is not None]
    days = [one for one in (supplier.needed_until, policy.valid_until_at_least) if one is not None]
    further = () if supplier.scope is None else (supplier.scope,)
    return replace(
        policy,
        organisation=held_by,
        min_level=max(levels, default=None),
        valid_until_at_least=max(days, default=None),
        valid_until_column=None,  # the row's day stands in its place
        also_in_scope=(*policy.also_in_scope, *further),
    )


def _judge_named(supplier: Supplier, finder: Finder | None, judge: Judge, policy: Policy | None) -> _Judged:
    subject, organisation = supplier.subject, supplier.organisation
    if subject is None:
        raise AssertionError("no mark is named")
    by = supplier.by or "mark"
    report = judge(subject, _wanted(supplier, policy, organisation))
    not_the_holder = report.findings[POLICY].reason is Reason.POLICY_ORGANISATION
    if organisation is not None and not_the_holder and report.mark is not None and finder is not None:
        # But the mark may be a group's that lists it.
        for held in finder.marks_of(str(organisation)):
            if held.matched == "entity" and held.mark == report.mark.raw:
                report = judge(subject, _wanted(supplier, policy, None))
                return _Judged(report=report, matched_by="entity")
    return _Judged(report=report, matched_by=by)


def _judge_held(
    supplier: Supplier, organisation: OrganisationId, finder: Finder, judge: Judge, policy: Policy | None
) -> list[_Judged]:
    judged = []
    for held in finder.marks_of(str(organisation)):
        asked = _wanted(supplier, policy, organisation if held.matched == "id" else None)
        judged.append(_Judged(report=judge(held.mark, asked), matched_by=held.matched))
    return judged


_ORDER = {Verdict.VALID: 0, Verdict.UNDETERMINED: 1, Verdict.INVALID: 2}


def _rank(one: _Judged) -> tuple[int, bool, bool, int, int]:
    """The best mark first: by verdict, then one that lives, then what meets the policy, the higher level, the later end."""
    report = one.report
    is_dead = any(finding.outcome is Outcome.FAILED for finding in report.findings[:POLICY])
    claims = None if report.mark is None else report.mark.claims
    unmet = report.findings[POLICY].outcome is not Outcome.PASSED
    return (
        _ORDER[report.verdict],
        is_dead,
        unmet,
        0 if claims is None else -claims.level,
        0 if claims is None else -claims.exp,
    )


def _without_mark(supplier: Supplier, finder: Finder | None, blind: Remark | None) -> RowResult:
    """Nothing was found, or nothing could be looked for; names are offered either way."""
    # Until which day a mark is to hold is nothing to ask of no mark.
    faults = tuple(one for one in supplier.faults if one.reason != RowReason.DAY_MISSING)
    if finder is None and not faults:
        detail = "without a register only marks with their digits can be judged"
        faults = (Remark(reason=RowReason.REGISTER_NEEDED, detail=detail),)
    elif blind is not None:
        faults = (*faults, blind)
    candidates = () if finder is None or supplier.name is None else tuple(_candidates(supplier.name, finder))
    if faults:
        return RowResult(
            row=supplier.row,
            verdict=RowVerdict.UNDETERMINED,
            reasons=faults,
            notes=supplier.notes,
            candidates=candidates,
        )
    if candidates:
        reason = Remark(reason=RowReason.NAME_ONLY, detail="found by name alone: confirm the number first")
    else:
        asked = supplier.organisation or supplier.name or ""
        reason = Remark(reason=RowReason.NOT_IN_REGISTER, detail=f"the register holds no mark for {asked}")
    return RowResult(
        row=supplier.row,
        verdict=RowVerdict.NO_MARK,
        reasons=(reason,),
        notes=supplier.notes,
        candidates=candidates,
    )


def _candidates(name: str, finder: Finder) -> Iterable[Candidate]:
    for holder in finder.named(name):
        numbers = []
        for held in finder.marks_of(holder.id):
            with suppress(MalformedError):
                numbers.append(str(read_mark(held.mark).unsafe_claims.number))
        yield Candidate(
            id=holder.id,
            name=holder.name,
            name_latin=holder.name_latin,
            matched=holder.matched,
            score=round(holder.score, 2),
            marks=tuple(dict.fromkeys(numbers)),
        )


def _result(supplier: Supplier, best: _Judged, rest: Sequence[_Judged], finder: Finder | None) -> RowResult:
    report = best.report
    verdict = RowVerdict(report.verdict.value)
    if supplier.faults and verdict is RowVerdict.VALID:
        verdict = RowVerdict.UNDETERMINED
    reasons = [*supplier.faults]
    reasons += [
        Remark(reason=_reason(finding.reason, report), detail=finding.detail, said=_said(finding))
        for finding in report.findings
        if finding.reason is not None
    ]
    match = None if report.mark is None else _name_match(supplier.name, best, finder)
    notes = [*supplier.notes]
    if match is NameMatch.DIFFERS and report.mark is not None:
        detail = f"the mark's holder is {report.mark.claims.name}"
        notes.append(Remark(reason=RowReason.NAME_DIFFERS, detail=detail))
    if rest:
        count = len(rest) + 1
        detail = f"{count} marks; the best one stands here"
        notes.append(Remark(reason=RowReason.SEVERAL_MARKS, detail=detail, said=("marks-held", str(count))))
    # Whether the holder was compared is seen from the row: by its number, or as `name_match`.
    notes += [
        Remark(reason=note.reason, detail=note.detail, said=_said(note))
        for note in report.notes
        if note.reason is not NoteReason.HOLDER_NOT_CHECKED
    ]
    return RowResult(
        row=supplier.row,
        verdict=verdict,
        reasons=tuple(reasons),
        notes=tuple(notes),
        matched_by=best.matched_by,
        name_match=match,
        mark=facts_of(report),
        recognised_by=report.recognised_by,
        as_of=report.as_of,
        at=report.at,
        others=tuple(_other(one) for one in rest),
    )


def _reason(reason: Reason, report: Report) -> Reason | RowReason:
    word = report.word_for(reason)
    return RowReason.PARTNERS_MARK if word == RowReason.PARTNERS_MARK else reason


_FACTS: dict[str, str] = {
    NoteReason.UNKNOWN_HOST: "host-is",
    NoteReason.LOOK_ALIKE_SCRIPTS: "scripts-are",
    Reason.POLICY_LEVEL: "level-asked",
    Reason.POLICY_SCOPE: "words-asked",
    Reason.POLICY_UNTIL: "day-asked",
    Reason.POLICY_ISSUER: "issuer-is",
}


def _said(one: Finding | Note) -> tuple[str, str] | None:
    phrase = _FACTS.get(one.reason) if one.reason is not None and one.fact else None
    return None if phrase is None else (phrase, one.fact)


def _name_match(name: str | None, best: _Judged, finder: Finder | None) -> NameMatch:
    """Compare names; a former name, a reading, or the name of a group's member is the holder's where the register says so."""
    if best.report.mark is None:
        return NameMatch.NOT_GIVEN
    claims = best.report.mark.claims
    match = name_match(name, claims)
    if match is NameMatch.DIFFERS and name is not None and finder is not None:
        for holder in finder.named(name):
            known = holder.matched in ("former", "kana") or holder.matched == best.matched_by == "entity"
            if known and holder.score >= 1 and holder.id == str(claims.holder):
                return NameMatch.SAME
    return match


def _other(one: _Judged) -> OtherMark:
    claims = None if one.report.mark is None else one.report.mark.claims
    return OtherMark(
        number=None if claims is None else str(claims.number),
        level=None if claims is None else claims.level,
        verdict=one.report.verdict.value,
        reasons=tuple(one.report.reasons),
        matched_by=one.matched_by,
    )
