"""Marks of a partner's scheme, under the partner's own chain (docs/format.md §5 rule 8).

The mark's scheme chooses the document. If ours recognises that scheme, the same seven checks are made under the chain that
starts at the recognised anchor, and one question is added: does our recognition cover this mark? One step deep: whom the
partner recognises is the partner's business. Nothing of a partner is remembered under our anchor, or of us under theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from keys.signed import read_mark
from schemas.errors import MalformedError
from schemas.qr import Found
from schemas.times import iso
from schemas.trust_document import TrustDocument
from schemas.trust_entries import PartnerFinal, Recognised
from verifier.policy import Accept, Policy
from verifier.report import (
    ISSUER,
    LOGGED,
    Authority,
    Logged,
    Outcome,
    Reason,
    Refused,
    Report,
)
from verifier.view import View

if TYPE_CHECKING:
    from verifier.http import Fetcher

__all__ = ["Partners", "adapted_policy", "chosen", "chosen_by_host", "claimed_scheme", "under_recognition"]

# Where partners' registers are: a list of bundles, each vouched for by one recognised anchor; or, by scheme, an address or a
# bundle, and for a scheme not named the address the trust document gives. None: no partner is asked.
Partners: TypeAlias = Mapping[str, "str | Fetcher | Path | bytes"] | Sequence[Path | str | bytes] | None

# What our own document can answer to a mark that is not ours: only then is another document looked for.
_NOT_OURS = frozenset(
    {Reason.UNKNOWN_ISSUER, Reason.SCHEME_MISMATCH, Reason.LEVEL_NOT_ALLOWED, Reason.WRONG_ALGORITHM}
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
    holding = [one for one in entries if one.start <= at and (one.until is None or at < one.until)]
    return next(reversed(holding or entries), None)


def adapted_policy(policy: Policy | None, scheme: str) -> Policy | None:
    """Give what is asked of a partner's mark: our `min_level` says nothing about another scheme's levels.

    With `min_level` alone a partner's mark is not accepted: name the scheme in `schemes`, or its levels in `accept`.
    """
    if policy is None or policy.min_level is None:
        return policy
    named = any(one.scheme == scheme for one in policy.accept) or scheme in (policy.schemes or ())
    accept = policy.accept if named else (*policy.accept, Accept(scheme=scheme, levels=frozenset()))
    return replace(policy, min_level=None, accept=accept)


def under_recognition(report: Report, entry: Recognised, *, ours: TrustDocument, view: View | None) -> Report:
    """Give a partner's report as ours: whose it is, and whether our recognition covers it."""
    authority = report.authority or Authority(scheme=entry.scheme, names=entry.names)
    found = replace(report, authority=replace(authority, recognised_by=ours.scheme.id))
    if report.findings[ISSUER].outcome is not Outcome.PASSED:
        return found
    refused, place = _covered(report, entry, view), ISSUER
    if refused is not None and refused.reason is Reason.LOG_INCONSISTENT:
        place = LOGGED
    if refused is None or report.findings[place].outcome is Outcome.FAILED:
        return found
    findings = list(found.findings)
    findings[place] = refused.finding(place)
    return replace(found, findings=tuple(findings))


def _covered(report: Report, entry: Recognised, view: View | None) -> Refused | None:
    """The recognition's window is judged at the time asked for; after its end only what lies under `final` counts."""
    if report.at < entry.start:
        return Refused(Reason.SCHEME_MISMATCH, f"{entry.scheme} is recognised from {iso(entry.start)} on")
    if entry.until is None or report.at < entry.until:
        return None
    ended = f"the recognition of {entry.scheme} ended {iso(entry.until)}"
    if entry.final is None:
        return Refused(Reason.SCHEME_MISMATCH, ended)
    if report.log is None:
        return None  # check 5 did not pass; there is nothing to hold against the end
    return _under_final(report.log, entry.final, view, ended)


def _under_final(log: Logged, final: PartnerFinal, view: View | None, ended: str) -> Refused | None:
    if (log.place, log.index) >= (final.place, final.size):
        return Refused(Reason.SCHEME_MISMATCH, f"{ended}, before this mark was logged")
    if log.place < final.place:
        return None
    root = None if view is None else view.root_at(final.place, final.size)
    if root is None and log.covered > final.size:
        # Only a checkpoint of at most that size says that the leaf was there when recognition ended (rule 6).
        return Refused(Reason.LOG_INCONSISTENT, f"{ended}; proven only by a later state of the log")
    if root is not None and root != final.root:
        return Refused(Reason.LOG_INCONSISTENT, f"{ended} with another state of the log than this one")
    return None
