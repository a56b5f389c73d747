"""What a monitor can find, by name; each name has its words in words.<lang>.json."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

__all__ = ["Finding", "Kind", "Notice", "Severity"]


class Severity(StrEnum):
    """alarm: somebody did what nobody may. warning: somebody should look. unknown: it could not be looked at."""

    ALARM = "alarm"
    WARNING = "warning"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """Every finding there is."""

    # The log
    TWO_HEADS = "two-heads"
    HEAD_WENT_BACK = "head-went-back"
    LOG_REWRITTEN = "log-rewritten"
    ENTRIES_CONTRADICT_LOG = "entries-contradict-log"
    LOG_BEYOND_END = "log-beyond-end"
    GENESIS_WRONG = "genesis-wrong"
    CHECKPOINT_MISSING = "checkpoint-missing"
    CHECKPOINT_NOT_SIGNED = "checkpoint-not-signed"
    NOT_WITNESSED = "not-witnessed"
    # A leaf
    MALFORMED_LEAF = "malformed-leaf"
    UNKNOWN_ISSUER = "unknown-issuer"
    BAD_SIGNATURE = "bad-signature"
    SCHEME_MISMATCH = "scheme-mismatch"
    LEVEL_NOT_ALLOWED = "level-not-allowed"
    KEY_WINDOW = "key-window"
    KEY_COMPROMISED = "key-compromised"
    BACKDATED = "backdated"
    STATUS_FOREIGN = "status-foreign"
    STATUS_OUT_OF_RANGE = "status-out-of-range"
    DUPLICATE_NUMBER = "duplicate-number"
    DUPLICATE_INDEX = "duplicate-index"
    UNKNOWN_MARK = "unknown-mark"
    EVENT_OUT_OF_ORDER = "event-out-of-order"
    EVENT_NOT_AUTHORISED = "event-not-authorised"
    ILLEGAL_TRANSITION = "illegal-transition"
    # Lists
    SNAPSHOT_CONTRADICTS_LOG = "snapshot-contradicts-log"
    SNAPSHOT_MISSING = "snapshot-missing"
    LIST_CONTRADICTS_SNAPSHOT = "list-contradicts-snapshot"
    LIST_CONTRADICTS_LOG = "list-contradicts-log"
    LIST_NOT_AUTHENTIC = "list-not-authentic"
    LIST_MISSING = "list-missing"
    # Trust
    TRUST_WITHHELD = "trust-withheld"
    TRUST_CONTRADICTS_LOG = "trust-contradicts-log"
    TRUST_REFUSED = "trust-refused"
    # To look at
    LEAVES_VOIDED = "leaves-voided"
    LIST_STALE = "list-stale"
    VIEW_STALE = "view-stale"
    WITNESS_MISSING = "witness-missing"
    TRUST_HALF = "trust-half"
    TRUST_QUARTER = "trust-quarter"
    TRUST_EXPIRED = "trust-expired"
    TRUST_NOT_LOGGED = "trust-not-logged"
    # Could not look
    UNREACHABLE = "unreachable"
    NOT_SERVED = "not-served"

    @property
    def severity(self) -> Severity:
        if self in _UNKNOWNS:
            return Severity.UNKNOWN
        return Severity.WARNING if self in _WARNINGS else Severity.ALARM


_UNKNOWNS = frozenset({Kind.UNREACHABLE, Kind.NOT_SERVED})
_WARNINGS = frozenset(
    {
        Kind.LEAVES_VOIDED,
        Kind.LIST_STALE,
        Kind.VIEW_STALE,
        Kind.WITNESS_MISSING,
        Kind.TRUST_HALF,
        Kind.TRUST_QUARTER,
        Kind.TRUST_EXPIRED,
        Kind.TRUST_NOT_LOGGED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found; `index` and `number` say of which leaf and mark, where it is about one."""

    kind: Kind
    detail: str
    log: str = ""
    index: int | None = None
    number: str | None = None

    @property
    def id(self) -> str:
        """The same for the same thing found again."""
        parts = (self.kind.value, self.log, str(self.index), self.number or "", self.detail)
        return sha256("\0".join(parts).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A mark in an organisation's name, or what was done to it. Times are POSIX seconds."""

    kind: str
    number: str
    holder: str
    name: str
    level: int
    issuer: str
    reason: str | None
    signed: int
    log: str
    index: int
    counts: bool
