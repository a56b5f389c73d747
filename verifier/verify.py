"""The verdict on one mark: seven checks, in order (docs/format.md §8).

Everything that decides is here and in `verifier.checks`; time, bytes and network are the caller's.
A mark that has failed causes no fetch, and nothing a token can say raises.
"""

from functools import lru_cache
from typing import Protocol

from keys.signed import Signed, Unverified, read_mark
from keys.trust import TrustChain, public_key
from schemas.claims import MarkClaims
from schemas.errors import MalformedError
from schemas.leaves import IssueLeaf
from schemas.mark_number import MarkNumber
from schemas.qr import Found
from schemas.times import DAY, iso
from schemas.trust_document import TrustDocument
from schemas.trust_entries import TrustedKey
from verifier.checks import (
    CLOCK_ROOM,
    StatusResult,
    check_issuer,
    check_logged,
    check_memory,
    check_reference,
    check_status,
    check_window,
)
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
    Authority,
    Check,
    Finding,
    Logged,
    Note,
    NoteReason,
    Outcome,
    Reason,
    Refused,
    Report,
    TrustFacts,
)
from verifier.state import Remembered
from verifier.view import View

__all__ = ["Source", "verify"]

ENDS_SOON = 30 * DAY

_BAD_SIGNATURE = Refused(Reason.BAD_SIGNATURE, "not signed by its issuer, or changed since")
_NO_INDEPENDENT_WITNESS = Note(NoteReason.NO_INDEPENDENT_WITNESS, "one witness suffices here")
_HOLDER_NOT_CHECKED = Note(NoteReason.HOLDER_NOT_CHECKED, "compare the holder's name and number yourself")


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
) -> tuple[Report, View | None]:
    """Judge what was found at `at` (POSIX seconds, default `now`), and give the view that was used.

    `max_age` (seconds) may only shorten how old a status may be.
    """
    case = _Case(found, source, now=now, at=at, policy=policy, max_age=max_age, remembered=remembered)
    case.judge()
    return case.report(), case.view


class _Case:
    """One verdict in the making; `judge` reads from top to bottom."""

    def __init__(
        self,
        found: Found,
        source: Source,
        *,
        now: int,
        at: int | None,
        policy: Policy | None,
        max_age: int | None,
        remembered: Remembered | None,
    ) -> None:
        self.found, self.source, self.now, self.policy = found, source, now, policy
        self.at = now if at is None else at
        self.is_past = self.at < now
        self.max_age, self.remembered = max_age, remembered
        self.findings: dict[Check, Finding] = dict(NOT_MADE)
        self.chain: TrustChain | None = None
        self.view: View | None = None
        self.key: TrustedKey | None = None
        self.mark: Signed[MarkClaims] | None = None
        self.logged: Logged | Refused | None = None
        self.status = StatusResult(None)

    def judge(self) -> None:
        # 1. Structure: the bytes are a mark, and the one the link names.
        unverified = self._read()
        if unverified is None:
            return
        # 2 and 3. Issuer and signature, under the trust held. A failure ends the work.
        trust = self.source.trust()
        if isinstance(trust, Refused):
            self._put(ISSUER, trust)
            return
        self.chain, self.view = trust, self.source.held()
        self._check_issuer(unverified)
        if self._only(Reason.UNKNOWN_ISSUER) and not self._failed():
            self._use(self.source.fetch(None))
            self._check_issuer(unverified)
        if self.mark is None:
            return
        claims, key = self.mark.claims, self.key
        if key is None:  # a signature is only ever verified under a key
            return
        # 4. The window of the mark itself, and what it points to.
        self._check_window(claims)
        reference = check_reference(claims, key, self.chain.current)
        # 5. Logged. What has not failed so far is worth a fetch; newer trust is applied to 2 and 3 again.
        worth_it = not self._failed() and reference is None
        if worth_it and self._use(self.source.fetch(claims.number)):
            self._check_issuer(unverified)
            if self._failed():
                return
            self._check_window(claims)
        self._check_logged(key)
        # 6. Status.
        self._check_status(reference)
        # 7. What the asker wants.
        self._check_policy(claims, key)

    def _read(self) -> Unverified[MarkClaims] | None:
        data = self.found.mark
        if data is None and self.found.number is not None:
            data = self.source.find_mark(self.found.number)
        if data is None:
            detail = self.source.trouble or "no signed mark could be obtained"
            self._put(STRUCTURE, Refused(Reason.MARK_UNAVAILABLE, detail))
            return None
        try:
            unverified = read_mark(data)
        except MalformedError as error:
            self._put(STRUCTURE, Refused(Reason(error.reason), str(error)))
            return None
        named, number = self.found.number, unverified.unsafe_claims.number
        if named is not None and named != str(number):
            self._put(STRUCTURE, Refused(Reason.NUMBER_MISMATCH, f"the mark inside is {number}"))
            return None
        self.findings[STRUCTURE] = PASSED[STRUCTURE]
        return unverified

    def _use(self, view: View | None) -> bool:
        """Take a view that is not the one held; the chain may only grow."""
        if view is None or view is self.view:
            return False
        self.view, self.chain = view, view.chain
        return True

    def _check_issuer(self, unverified: Unverified[MarkClaims]) -> None:
        if self.chain is None:
            return
        document, view = self.chain.current, self.view
        newest = None if view is None else view.newest_list
        # A list past its end cannot say that no newer version exists.
        is_current = newest is not None and self.at < newest.claims.exp
        seen = 0 if view is None else view.trust_version_seen
        if self.remembered is not None:
            seen = max(seen, self.remembered.trust_version)
        self.key, refused = check_issuer(
            unverified,
            document,
            at=self.at,
            list_trust=newest.claims.trust_version if newest is not None and is_current else None,
            seen_trust=seen,
        )
        self._put(ISSUER, refused)
        self.mark = None
        if self.key is None or self.findings[ISSUER].outcome is Outcome.FAILED:
            self.findings[SIGNATURE] = NOT_MADE[SIGNATURE]
            return
        self.mark = unverified.verified_by(public_key(self.key))
        self._put(SIGNATURE, _BAD_SIGNATURE if self.mark is None else None)

    def _check_window(self, claims: MarkClaims) -> None:
        latest = 0 if self.remembered is None else self.remembered.seen
        for head in () if self.view is None else self.view.heads:
            latest = max(latest, head.seen_at)
        self._put(WINDOW, check_window(claims, at=self.at, now=self.now, latest_seen=latest))

    def _check_logged(self, key: TrustedKey) -> None:
        if self.view is None or self.mark is None:
            if not self._failed():
                detail = self.source.trouble or "no proof is at hand"
                self._put(LOGGED, Refused(Reason.NOT_LOGGED, detail))
            return
        entry = IssueLeaf(mark=self.mark.raw).to_bytes()
        self.logged = self.view.logged(entry, iat=self.mark.claims.iat)
        # "Now", asked a moment late, is not the past: else nobody who passes a time would see a rollback.
        is_past = self.at < self.now - CLOCK_ROOM
        memory = check_memory(self.view, self.remembered, is_past=is_past)
        self._put(LOGGED, check_logged(self.mark, key, self.logged, memory))

    def _check_status(self, reference: Refused | None) -> None:
        if reference is not None:
            self._put(STATUS, reference)
        elif self.view is None or self.mark is None or self.logged is None:
            if not self._failed():
                detail = self.source.trouble or "no status list is at hand"
                self._put(STATUS, Refused(Reason.STATUS_UNAVAILABLE, detail))
        else:
            self.status = check_status(
                self.mark, self.logged, self.view, at=self.at, max_age=self.max_age, is_past=self.is_past
            )
            self._put(STATUS, self.status.refused)

    def _check_policy(self, claims: MarkClaims, key: TrustedKey) -> None:
        refused = None
        if self.policy is not None and self.chain is not None:
            offset = self.chain.current.scheme.offset
            refused = check_policy(claims, key.owner, self.policy, offset=offset)
        self._put(POLICY, refused)

    def _put(self, check: Check, refused: Refused | None) -> None:
        self.findings[check] = PASSED[check] if refused is None else refused.finding(check)

    def _failed(self) -> bool:
        return Outcome.FAILED in [finding.outcome for finding in self.findings.values()]

    def _only(self, reason: Reason) -> bool:
        return self.findings[ISSUER].reason is reason

    def _notes(self) -> tuple[Note, ...]:
        notes = []
        document = None if self.chain is None else self.chain.current
        if self.found.host is not None and document is not None and not document.lists_host(self.found.host):
            notes.append(Note(NoteReason.UNKNOWN_HOST, f"{self.found.host} is no host of this scheme"))
        if self.mark is not None:
            if self.view is not None and 1 in [head.k for head in self.view.heads]:
                notes.append(_NO_INDEPENDENT_WITNESS)
            if self.policy is None or self.policy.organisation is None:
                notes.append(_HOLDER_NOT_CHECKED)
            if 0 < self.mark.claims.exp - self.at <= ENDS_SOON:
                notes.append(Note(NoteReason.ENDS_SOON, f"ends {iso(self.mark.claims.exp)}"))
        return tuple(notes)

    def report(self) -> Report:
        document = None if self.chain is None else self.chain.current
        trust, authority = None, None
        if self.chain is not None:
            trust, authority = _trust_facts(self.chain.anchor, self.chain.current)
        return Report(
            at=self.at,
            findings=tuple(self.findings.values()),  # kept in the order of the checks
            as_of=self.status.as_of,
            notes=self._notes(),
            mark=self.mark,
            owner=None if self.key is None else self.key.owner,
            offset=0 if document is None else document.scheme.offset,
            authority=None if self.mark is None else authority,
            status=self.status.facts,
            log=self.logged if isinstance(self.logged, Logged) else None,
            trust=trust,
        )


@lru_cache(maxsize=64)  # the same for every mark judged under one document
def _trust_facts(anchor: str, document: TrustDocument) -> tuple[TrustFacts, Authority]:
    facts = TrustFacts(anchor=anchor, version=document.version, expires=document.expires)
    return facts, Authority(scheme=document.scheme.id, names=document.scheme.names)
