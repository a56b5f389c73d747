"""The answer: findings with named reasons, and a verdict of three values (docs/format.md §8).

A report is returned, never raised. It always holds all seven findings; what was not reached is
*unknown* with no reason. Whether a reason is a failure or an unknown is written down here, once.
"""

from dataclasses import dataclass
from enum import StrEnum

from keys.signed import Signed
from schemas.claims import MarkClaims

__all__ = [
    "CHECKS",
    "ISSUER",
    "LOGGED",
    "NOT_MADE",
    "PASSED",
    "POLICY",
    "SIGNATURE",
    "STATUS",
    "STRUCTURE",
    "WINDOW",
    "Authority",
    "Check",
    "Finding",
    "Logged",
    "Note",
    "NoteReason",
    "Outcome",
    "Reason",
    "Refused",
    "Report",
    "StatusFacts",
    "StatusResult",
    "TrustFacts",
    "Verdict",
    "VerificationError",
]


class Verdict(StrEnum):
    """Valid is the only yes; undetermined says that something could not be established, and accuses nobody."""

    VALID = "valid"
    INVALID = "invalid"
    UNDETERMINED = "undetermined"


class Check(StrEnum):
    """The seven checks, in their order."""

    STRUCTURE = "structure"
    ISSUER = "issuer"
    SIGNATURE = "signature"
    WINDOW = "window"
    LOGGED = "logged"
    STATUS = "status"
    POLICY = "policy"


CHECKS = tuple(Check)
STRUCTURE, ISSUER, SIGNATURE, WINDOW, LOGGED, STATUS, POLICY = range(7)  # their places among the findings


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Every reason a check may give, in the order in which the first one wins (of a clock that lags see docs/format.md §8)."""

    TOO_LARGE = "too-large"
    MALFORMED = "malformed"
    NOT_DETERMINISTIC = "not-deterministic"
    UNSIGNED_HEADER = "unsigned-header"
    NUMBER_MISMATCH = "number-mismatch"
    MARK_UNAVAILABLE = "mark-unavailable"
    TRUST_UNAVAILABLE = "trust-unavailable"
    TRUST_EXPIRED = "trust-expired"
    TRUST_STALE = "trust-stale"
    WRONG_ALGORITHM = "wrong-algorithm"
    UNKNOWN_ISSUER = "unknown-issuer"
    LEVEL_NOT_ALLOWED = "level-not-allowed"
    SCHEME_MISMATCH = "scheme-mismatch"
    BAD_SIGNATURE = "bad-signature"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    CLOCK_BEHIND = "clock-behind"
    NOT_LOGGED = "not-logged"
    BACKDATED = "backdated"
    KEY_WINDOW = "key-window"
    KEY_COMPROMISED = "key-compromised"
    NOT_WITNESSED = "not-witnessed"
    LOG_INCONSISTENT = "log-inconsistent"
    BUNDLE_TOO_OLD = "bundle-too-old"
    STATUS_FOREIGN = "status-foreign"
    STATUS_OUT_OF_RANGE = "status-out-of-range"
    STATUS_UNAVAILABLE = "status-unavailable"
    STATUS_NOT_AUTHENTIC = "status-not-authentic"
    STATUS_NOT_LOGGED = "status-not-logged"
    STATUS_STALE = "status-stale"
    HISTORY_UNAVAILABLE = "history-unavailable"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    POLICY_ORGANISATION = "policy-organisation"
    POLICY_LEVEL = "policy-level"
    POLICY_SCOPE = "policy-scope"
    POLICY_UNTIL = "policy-until"
    POLICY_ISSUER = "policy-issuer"


# These never fail a mark: they say that something could not be established. Those in `UNSURE`
# fail only where the view is new and complete enough to be sure.
UNKNOWNS = frozenset(
    {
        Reason.MARK_UNAVAILABLE,
        Reason.TRUST_UNAVAILABLE,
        Reason.TRUST_EXPIRED,
        Reason.TRUST_STALE,
        Reason.CLOCK_BEHIND,
        Reason.NOT_WITNESSED,
        Reason.LOG_INCONSISTENT,
        Reason.BUNDLE_TOO_OLD,
        Reason.STATUS_UNAVAILABLE,
        Reason.STATUS_NOT_AUTHENTIC,
        Reason.STATUS_NOT_LOGGED,
        Reason.STATUS_STALE,
        Reason.HISTORY_UNAVAILABLE,
    }
)

UNSURE = (Reason.UNKNOWN_ISSUER, Reason.NOT_LOGGED, Reason.KEY_COMPROMISED, Reason.STATUS_FOREIGN)


class NoteReason(StrEnum):
    """Remarks; none of them changes a verdict."""

    UNKNOWN_HOST = "unknown-host"
    NO_INDEPENDENT_WITNESS = "no-independent-witness"
    HOLDER_NOT_CHECKED = "holder-not-checked"
    LOOK_ALIKE_SCRIPTS = "look-alike-scripts"
    ENDS_SOON = "ends-soon"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome; `reason` is None when it passed or was not made.

    `fact` is what a wish that is not met turns on, by itself: the level or last day asked, the words, the issuer.
    """

    check: Check
    outcome: Outcome
    reason: Reason | None = None
    detail: str = ""
    fact: str = ""


# By place; every report shares these.
NOT_MADE = tuple(Finding(check, Outcome.UNKNOWN, None, "not made") for check in CHECKS)
PASSED = tuple(Finding(check, Outcome.PASSED) for check in CHECKS)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something could not be established or is wrong, before it becomes a finding.

    `sure` matters for the reasons of UNSURE alone: whether the view rules the other case out.
    """

    reason: Reason
    detail: str = ""
    sure: bool = False
    fact: str = ""

    def finding(self, place: int) -> Finding:
        """The finding of the check at that place, 0 to 6."""
        outcome = Outcome.UNKNOWN if self.is_unknown else Outcome.FAILED
        return Finding(CHECKS[place], outcome, self.reason, self.detail, self.fact)

    @property
    def is_unknown(self) -> bool:
        """Whether it only says that something could not be established."""
        return self.reason in UNKNOWNS or (self.reason in UNSURE and not self.sure)


@dataclass(frozen=True, slots=True)
class Note:
    """A remark beside the verdict; `fact` as in a finding: the host, the scripts."""

    reason: NoteReason
    detail: str = ""
    fact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Whose scheme the mark belongs to; `recognised_by` names ours where a partner is the one to speak, whatever the verdict.

    A partner's `scheme` and `names` are those our own document gives, never its own.
    """

    scheme: str
    names: dict[str, str]
    recognised_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFacts:
    """The status found; times are POSIX seconds. `since` and `reason` need the mark's events."""

    value: str
    since: int | None = None
    reason: str | None = None
    successor: str | None = None
    uri: str
    issued: int


@dataclass(frozen=True, slots=True)
class StatusResult:
    """What check 6 came to; `as_of` is the age of what was known (POSIX seconds)."""

    refused: Refused | None
    facts: StatusFacts | None = None
    as_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """Where a leaf stands, and between which times it was logged: after `not_before`, by `logged_by`."""

    place: int
    origin: str
    index: int
    leaf: bytes
    not_before: int
    logged_by: int
    covered: int = 0  # the size of the checkpoint that proves it
    is_first: bool = True  # whether it is known to stand nowhere before: a log can hold a leaf twice


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFacts:
    anchor: str
    version: int
    expires: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found about one input, judged at `at` (POSIX seconds UTC, as every time here); docs/format.md §8.

    `findings` are always seven, by check. `mark` is None unless the signature verified. `as_of` is the age of what was
    known: the oldest of the status list's own time and the witnesses' view of the checkpoint that carries it. `owner` is
    the issuer's name, `authority` whose scheme it is; `status`, `log` and `trust` are None where they were not reached.
    """

    at: int
    findings: tuple[Finding, ...]
    as_of: int | None = None
    notes: tuple[Note, ...] = ()
    mark: Signed[MarkClaims] | None = None
    owner: str | None = None
    offset: int = 0  # the scheme's fixed offset from UTC, seconds
    authority: Authority | None = None
    status: StatusFacts | None = None
    log: Logged | None = None
    trust: TrustFacts | None = None

    @property
    def verdict(self) -> Verdict:
        if self.findings == PASSED:
            return Verdict.VALID
        outcomes = {finding.outcome for finding in self.findings}
        if Outcome.FAILED in outcomes:
            return Verdict.INVALID
        if len(self.findings) == len(CHECKS) and outcomes == {Outcome.PASSED}:
            return Verdict.VALID
        return Verdict.UNDETERMINED

    @property
    def recognised_by(self) -> str | None:
        """The scheme whose document recognises the one that speaks here; None for the asker's own."""
        return None if self.authority is None else self.authority.recognised_by

    def word_for(self, reason: Reason) -> str:
        """The name under which people are told a reason: of a partner's mark not we lack a beginning of trust."""
        is_unheard = reason is Reason.TRUST_UNAVAILABLE and self.recognised_by is not None
        return "partners-mark" if is_unheard and self.mark is None else reason.value

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons of everything that did not pass, in check order."""
        return tuple(finding.reason for finding in self.findings if finding.reason is not None)


class VerificationError(Exception):
    """Raised by `require` for any verdict but valid; carries the report."""

    def __init__(self, report: Report) -> None:
        reasons = ", ".join(report.reasons) or "nothing could be checked"
        super().__init__(f"{report.verdict}: {reasons}")
        self.report = report
