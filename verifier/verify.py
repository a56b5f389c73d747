"""The verdict on one mark: seven checks, in order (docs/format.md §8).

Everything that decides is here and in `verifier.checks`; time, bytes and network are the caller's.
A mark that has failed causes no fetch, and nothing a token can say raises.
"""

from dataclasses import replace
from typing import Protocol

from keys.signed import Signed, Unverified, read_mark
from keys.trust import TrustChain, public_key
from schemas.claims import MarkClaims
from schemas.errors import MalformedError
from schemas.leaves import issue_entry
from schemas.look_alikes import look_alike_scripts
from schemas.mark_number import MarkNumber
from schemas.qr import Found
from schemas.times import DAY, iso
from schemas.trust_entries import TrustedKey
from schemas.values import twin_of
from verifier.checks import (
    CLOCK_ROOM,
    check_issuer,
    check_logged,
    check_status,
    check_window,
    is_settled,
)
from verifier.entitlement import check_reference, entitled_mark
from verifier.ground import Ground
from verifier.policy import Policy, check_policy
from verifier.report import (
    ISSUER,
    LOGGED,
    NOT_MADE,
    PASSED,
    POLICY,
    SIGNATURE,
    STATUS,
    STRUCTURE,
    WINDOW,
    Finding,
    Logged,
    Note,
    NoteReason,
    Outcome,
    Reason,
    Refused,
    Report,
    StatusResult,
)
from verifier.state import Remembered
from verifier.view import View

__all__ = ["Source", "verify"]

ENDS_SOON = 30 * DAY

_BAD_SIGNATURE = Refused(Reason.BAD_SIGNATURE, "not signed by its issuer, or changed since").finding(
    SIGNATURE
)
_NO_STATUS = StatusResult(None)

_blank_report = twin_of(Report)


class Source(Protocol):
    """Where trust and evidence come from. `held` never fetches; the others may.

    `trouble` says why the last fetch gave nothing, None if nothing went wrong.
    """

    @property
    def trouble(self) -> str | None: ...

    def trust(self) -> TrustChain | Refused: ...

    def find_mark(self, number: str) -> bytes | None: ...

    def held(self) -> View | None: ...

    def fetch(self, number: MarkNumber | None) -> View | None:
        """Give a view that can speak of this mark (None: of the status lists in general)."""


def verify(
    found: Found,
    source: Source,
    *,
    now: int,
    at: int | None = None,
    policy: Policy | None = None,
    max_age: int | None = None,
    remembered: Remembered | None = None,
    known: Ground | None = None,
) -> tuple[Report, Ground | None]:
    """Judge what was found at `at` (POSIX seconds, default `now`), and give the ground on which it was judged.

    `max_age` (seconds) may only shorten how old a status may be. `known` is the ground of an earlier verdict, taken
    if it is still the same. This reads from top to bottom, and an honest mark runs through without a detour.
    """
    when = now if at is None else at
    findings = list(NOT_MADE)
    # 1. Structure: the bytes are a mark, and the one the link names.
    read = _read(found, source)
    if isinstance(read, Refused):
        findings[STRUCTURE] = read.finding(STRUCTURE)
        return _report(when, found, findings), None
    findings[STRUCTURE] = PASSED[STRUCTURE]
    # 2 and 3. Issuer and signature, under the trust held. A failure ends the work.
    chain = source.trust()
    if isinstance(chain, Refused):
        findings[ISSUER] = chain.finding(ISSUER)
        return _report(when, found, findings), None
    view = source.held()
    ground = known
    if (
        ground is None
        or ground.view is not view
        or ground.chain is not chain
        or ground.remembered is not remembered
    ):
        ground = Ground(chain, view, remembered)
    key, mark = _check_origin(read, ground, when, findings)
    if mark is None and findings[ISSUER].reason is Reason.UNKNOWN_ISSUER and not _has_failed(findings):
        newer = source.fetch(None)
        if newer is not None and newer is not view:
            view, ground = newer, Ground(newer.chain, newer, remembered)
            key, mark = _check_origin(read, ground, when, findings)
        if key is None and not _has_failed(findings) and _is_anothers(read, source):
            detail = f"{findings[ISSUER].detail}, and the number is another mark's"
            findings[ISSUER] = Refused(Reason.UNKNOWN_ISSUER, detail, sure=True).finding(ISSUER)
    if key is None or mark is None:
        return _report(when, found, findings, ground, policy, key), ground
    claims = mark.claims
    # 4. The window of the mark itself, and what it points to.
    refused = check_window(claims, at=when, now=now, latest_seen=ground.latest_seen)
    findings[WINDOW] = PASSED[WINDOW] if refused is None else refused.finding(WINDOW)
    reference = _check_reference(claims, key, ground, when)
    # 5. Logged. What has not failed so far is worth a fetch; newer trust is applied to 2, 3 and 4 again.
    if (reference is None or reference.is_unknown) and (refused is None or not _has_failed(findings)):
        newer = source.fetch(claims.number)
        if newer is not None and newer is not view:  # the chain it comes with may only have grown
            view, ground = newer, Ground(newer.chain, newer, remembered)
            key, mark = _check_origin(read, ground, when, findings)
            if key is None or mark is None or _has_failed(findings):
                return _report(when, found, findings, ground, policy, key, mark), ground
            refused = check_window(claims, at=when, now=now, latest_seen=ground.latest_seen)
            findings[WINDOW] = PASSED[WINDOW] if refused is None else refused.finding(WINDOW)
            reference = _check_reference(claims, key, ground, when)
    logged: Logged | Refused | None = None
    if view is not None:
        logged = view.logged(issue_entry(mark.raw), iat=claims.iat)
        # "Now", asked a moment late, is not the past: else nobody who passes a time would see a rollback.
        memory = ground.memory if when >= now - CLOCK_ROOM else ground.memory_of_past
        refused = check_logged(mark, key, logged, memory)
        findings[LOGGED] = PASSED[LOGGED] if refused is None else refused.finding(LOGGED)
    elif not _has_failed(findings):
        detail = source.trouble or "no proof is at hand"
        findings[LOGGED] = Refused(Reason.NOT_LOGGED, detail).finding(LOGGED)
    # 6. Status.
    status = _NO_STATUS
    if reference is not None:
        findings[STATUS] = reference.finding(STATUS)
    elif view is not None and logged is not None:
        status = check_status(mark, logged, view, at=when, max_age=max_age, is_past=when < now)
        refused = status.refused
        findings[STATUS] = PASSED[STATUS] if refused is None else refused.finding(STATUS)
    elif not _has_failed(findings):
        detail = source.trouble or "no status list is at hand"
        findings[STATUS] = Refused(Reason.STATUS_UNAVAILABLE, detail).finding(STATUS)
    # 7. What the asker wants.
    refused = None
    if policy is not None:
        refused = check_policy(claims, key.owner, policy, offset=ground.offset)
    findings[POLICY] = PASSED[POLICY] if refused is None else refused.finding(POLICY)
    return _report(when, found, findings, ground, policy, key, mark, logged, status), ground


def _read(found: Found, source: Source) -> Unverified[MarkClaims] | Refused:
    data, named = found.mark, found.number
    if data is None and named is not None:
        data = source.find_mark(named)
    if data is None:
        return Refused(Reason.MARK_UNAVAILABLE, source.trouble or "no signed mark could be obtained")
    try:
        read = read_mark(data)
    except MalformedError as error:
        return Refused(Reason(error.reason), str(error))
    number = read.unsafe_claims.number
    if named is not None and named != str(number):
        return Refused(Reason.NUMBER_MISMATCH, f"the mark inside is {number}")
    return read


def _check_origin(
    read: Unverified[MarkClaims], ground: Ground, when: int, findings: list[Finding]
) -> tuple[TrustedKey | None, Signed[MarkClaims] | None]:
    """2 and 3: the key that may have issued it, and the mark once that key is found to have signed it."""
    key, refused = check_issuer(
        read,
        ground.document,
        at=when,
        newest=ground.newest,
        seen_trust=ground.seen_trust,
    )
    findings[ISSUER] = PASSED[ISSUER] if refused is None else refused.finding(ISSUER)
    if key is None or (refused is not None and findings[ISSUER].outcome is Outcome.FAILED):
        findings[SIGNATURE] = NOT_MADE[SIGNATURE]
        return key, None
    mark = read.verified_by(public_key(key))
    findings[SIGNATURE] = _BAD_SIGNATURE if mark is None else PASSED[SIGNATURE]
    return key, mark


def _check_reference(claims: MarkClaims, key: TrustedKey, ground: Ground, when: int) -> Refused | None:
    """6, as far as it can be asked before any fetch. A host no document names is strange for sure once the mark is old enough."""
    refused = check_reference(claims, key, ground.document)
    if refused is None or not refused.is_unknown:
        return refused
    return replace(refused, sure=is_settled(claims, ground.document, ground.newest, at=when))


def _is_anothers(read: Unverified[MarkClaims], source: Source) -> bool:
    """Whether another mark, entitled and in the log, owns the number: then whoever signed this one, it will never count."""
    number = read.unsafe_claims.number
    view = source.fetch(number)
    if view is None or view.chain.current.scheme.id != read.unsafe_claims.scheme:
        return False
    try:
        raw = view.find_mark(str(number))
        owner = None if raw is None or raw == read.raw else read_mark(raw)
    except MalformedError:
        return False
    if owner is None or owner.unsafe_claims.number != number:
        return False
    logged = view.logged(issue_entry(owner.raw), iat=owner.unsafe_claims.iat)
    # Logged before this one was signed: or it could be the one that came second.
    if isinstance(logged, Refused) or logged.logged_by >= read.unsafe_claims.iat - CLOCK_ROOM:
        return False
    entitled = entitled_mark(owner, view.chain.current, place=logged.place, index=logged.index)
    return not isinstance(entitled, Refused)


def _has_failed(findings: list[Finding]) -> bool:
    return Outcome.FAILED in [finding.outcome for finding in findings]


def _report(
    when: int,
    found: Found,
    findings: list[Finding],
    ground: Ground | None = None,
    policy: Policy | None = None,
    key: TrustedKey | None = None,
    mark: Signed[MarkClaims] | None = None,
    logged: Logged | Refused | None = None,
    status: StatusResult = _NO_STATUS,
) -> Report:
    report = _blank_report()
    report.at, report.findings = when, tuple(findings)
    report.as_of, report.status = status.as_of, status.facts
    report.mark, report.owner = mark, None if key is None else key.owner
    report.log = logged if isinstance(logged, Logged) else None
    if ground is None:
        report.offset, report.trust, report.authority, report.notes = 0, None, None, ()
    else:
        report.offset, report.trust = ground.offset, ground.trust
        report.authority = None
        notes: tuple[Note, ...] = ()
        if mark is not None:
            report.authority = ground.authority
            notes = ground.notes if policy is None or policy.organisation is None else ground.notes_if_named
            if scripts := look_alike_scripts(mark.claims.name):
                named = ", ".join(scripts)
                notes += (Note(NoteReason.LOOK_ALIKE_SCRIPTS, f"the name is written in {named}", named),)
            if 0 < mark.claims.exp - when <= ENDS_SOON:
                notes += (Note(NoteReason.ENDS_SOON, f"ends {iso(mark.claims.exp)}"),)
        if found.host is not None and not ground.document.lists_host(found.host):
            detail = f"{found.host} is no host of this scheme"
            notes = (Note(NoteReason.UNKNOWN_HOST, detail, found.host), *notes)
        report.notes = notes
    report.__class__ = Report
    done: Report = report
    return done
