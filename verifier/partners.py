"""Marks of a partner's scheme, under the partner's own chain (docs/format.md §5 rule 8).

The mark's scheme chooses the document. If ours recognises that scheme, the same seven checks are made under the chain that
starts at the recognised anchor, and then rule 8 is held against what they came to, by whatever way the mark came in: is the
partner's document the partner's, does the mark claim to be another scheme's, does our recognition cover it? One step deep: whom
the partner recognises is the partner's business. Nothing of a partner is remembered under our anchor, or of us under theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from keys.signed import read_mark
from schemas.errors import MalformedError
from schemas.qr import Found
from schemas.trust_document import TrustDocument
from schemas.trust_entries import Recognised
from verifier.checks import check_document
from verifier.ground import Ground
from verifier.policy import Accept, Policy
from verifier.recognition import check_recognition
from verifier.report import (
    ISSUER,
    LOGGED,
    NOT_MADE,
    STRUCTURE,
    Authority,
    Finding,
    Note,
    NoteReason,
    Outcome,
    Reason,
    Refused,
    Report,
)

if TYPE_CHECKING:
    from verifier.http import Fetcher

__all__ = [
    "Partners",
    "adapted_policy",
    "chosen",
    "chosen_by_host",
    "claimed_scheme",
    "refusal_of_ours",
    "under_recognition",
    "unheard",
]

# Where partners' registers are: a list of bundles, each vouched for by one recognised anchor; or, by scheme, an address or a
# bundle, and for a scheme not named the address the trust document gives. None: no partner is asked.
Partners: TypeAlias = Mapping[str, "str | Fetcher | Path | bytes"] | Sequence[Path | str | bytes] | None

# What our own document can answer to a mark that is not ours: only then is another document looked for.
_NOT_OURS = frozenset(
    {
        Reason.TRUST_EXPIRED,
        Reason.TRUST_STALE,
        Reason.UNKNOWN_ISSUER,
        Reason.SCHEME_MISMATCH,
        Reason.LEVEL_NOT_ALLOWED,
        Reason.WRONG_ALGORITHM,
    }
)


def chosen_by_host(found: Found, document: TrustDocument, *, at: int) -> Recognised | None:
    """Give the recognised register a link without a mark in it leads to; None for one of ours, or a stranger's."""
    if found.mark is not None or found.host is None or document.lists_host(found.host):
        return None
    return _newest([one for one in document.recognised if found.host in one.hosts], at)


def chosen(report: Report, found: Found, document: TrustDocument) -> Recognised | None:
    """Give the recognised register that a mark we could not judge belongs to; None for a mark of ours, or a stranger's."""
    if found.mark is None or report.findings[ISSUER].reason not in _NOT_OURS:
        return None
    scheme = claimed_scheme(found.mark)
    if scheme is None or scheme == document.scheme.id:
        return None
    return _newest(list(document.find_recognised(scheme)), report.at)


def claimed_scheme(mark: bytes) -> str | None:
    """Give the scheme a mark says it is of: it chooses a document, and proves nothing."""
    try:
        return read_mark(mark).unsafe_claims.scheme
    except MalformedError:
        return None


def _newest(entries: list[Recognised], at: int) -> Recognised | None:
    """Of several entries for one scheme the last that holds at the time, else the last."""
    holding = [one for one in entries if one.holds_at(at)]
    return next(reversed(holding or entries), None)


def adapted_policy(policy: Policy | None, scheme: str) -> Policy | None:
    """Give what is asked of a partner's mark: `min_level` and `issuers` speak of our own scheme's levels and issuers.

    With one of these alone a partner's mark is not accepted: name the scheme in `schemes`, or its levels in `accept`. Then
    `min_level` says nothing about it, and `issuers` names whom it names.
    """
    if policy is None or (policy.min_level is None and policy.issuers is None):
        return policy
    if any(one.scheme == scheme for one in policy.accept) or scheme in (policy.schemes or ()):
        return replace(policy, min_level=None)
    if policy.min_level is None:
        return replace(policy, issuers=frozenset())  # a partner's issuer may be called like one of ours
    return replace(policy, min_level=None, accept=(*policy.accept, Accept(scheme=scheme, levels=frozenset())))


def refusal_of_ours(ours: Ground, *, at: int) -> Refused | None:
    """Say why our own document recognises nobody at that time: it ran out, or a newer one is in force (rules 1 and 9)."""
    return check_document(ours.document, at=at, seen_trust=ours.seen_trust)


def unheard(
    refused: Refused, found: Found, entry: Recognised, *, ours: Ground, structure: Finding, at: int
) -> Report:
    """Give the report of a partner's mark of which nothing is shown: it was not judged, or not as the partner's."""
    findings = list(NOT_MADE)
    findings[STRUCTURE], findings[ISSUER] = structure, refused.finding(ISSUER)
    notes: tuple[Note, ...] = ()
    theirs = {host for one in ours.document.find_recognised(entry.scheme) for host in one.hosts}
    if found.host is not None and found.host not in theirs and not ours.document.lists_host(found.host):
        detail = f"{found.host} is no host of {entry.scheme}"
        notes = (Note(NoteReason.UNKNOWN_HOST, detail, found.host),)
    return Report(
        at=at,
        findings=tuple(findings),
        notes=notes,
        offset=ours.offset,
        authority=_authority(entry, ours.document),
        trust=ours.trust,
    )


def under_recognition(
    report: Report, theirs: Ground | None, found: Found, entry: Recognised, *, ours: Ground
) -> Report:
    """Give what a partner's register answered, as the partner's, and say whether our recognition covers it (rule 8).

    `theirs` is what it was judged from, None where it did not come so far. Whatever a partner answers passes here.
    """
    refused = None if theirs is None else _not_the_partners(report, theirs.document, entry)
    if refused is not None:
        # Whatever else it says, it says as somebody it is not: nothing of it is shown.
        structure = report.findings[STRUCTURE]
        return unheard(refused, found, entry, ours=ours, structure=structure, at=report.at)
    shown = replace(report, authority=_authority(entry, ours.document))
    if theirs is None or report.findings[ISSUER].outcome is not Outcome.PASSED:
        return shown
    refused, place = check_recognition(report, entry, theirs), ISSUER
    if refused is not None and refused.reason is Reason.LOG_INCONSISTENT:
        place = LOGGED
    if refused is None or report.findings[place].outcome is Outcome.FAILED:
        return shown
    findings = list(shown.findings)
    findings[place] = refused.finding(place)
    return replace(shown, findings=tuple(findings))


def _authority(entry: Recognised, ours: TrustDocument) -> Authority:
    """By the names our own document gives: a partner could call itself by ours."""
    return Authority(scheme=entry.scheme, names=entry.names, recognised_by=ours.scheme.id)


def _not_the_partners(report: Report, theirs: TrustDocument, entry: Recognised) -> Refused | None:
    """The partner's document, and every mark judged under it, must be of the scheme recognised; so never of ours."""
    if theirs.scheme.id != entry.scheme:
        detail = f"the anchor recognised for {entry.scheme} leads to {theirs.scheme.id}"
        return Refused(Reason.SCHEME_MISMATCH, detail)
    if report.mark is not None and report.mark.claims.scheme != entry.scheme:
        # Otherwise a partner whose document ran out would show it, undetermined, as what it claims to be.
        detail = f"the mark is of {report.mark.claims.scheme}, not {entry.scheme}"
        return Refused(Reason.SCHEME_MISMATCH, detail)
    return None
