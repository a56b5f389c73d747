"""What came of one row: a verdict of four values, why, and what its mark says. Every report is made from these."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.times import last_day
from verifier.many import send_by_values
from verifier.report import Report
from verifier.suppliers.matching import NameMatch
from verifier.suppliers.rows import Remark

__all__ = ["Candidate", "MarkFacts", "OtherMark", "RowResult", "RowVerdict", "facts_of"]


class RowVerdict(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    UNDETERMINED = "undetermined"
    NO_MARK = "no-mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkFacts:
    """What a mark says whose signature verified, and how it stands; `state` as on the mark's page, None if unknown.

    Times are POSIX seconds, `since` with the state, `offset` the scheme's; `place` and `index` are its leaf's, None where
    it was not found logged.
    """

    number: str
    scheme: str
    edition: str
    level: int
    assessment: str
    holder: str
    name: str
    name_latin: str | None
    unit: str
    statement: str
    statement_latin: str | None
    issued_at: int
    valid_from: int
    valid_until: int
    offset: int
    kid: str
    owner: str | None
    recognised_by: str | None
    state: str | None
    since: int | None
    state_reason: str | None
    successor: str | None
    place: int | None
    index: int | None

    @property
    def last_day(self) -> str:
        return last_day(self.valid_until, offset=self.offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherMark:
    """A further mark of the same supplier, not the one reported."""

    number: str | None
    level: int | None
    verdict: str
    reasons: tuple[str, ...]
    matched_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A holder whose name is the row's or like it, to be confirmed by a person; nothing of it was taken."""

    id: str
    name: str
    name_latin: str | None
    matched: str
    score: float
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What came of one row. `reasons`: why it is not valid; `notes`: remarks beside the verdict.

    `mark` is None unless a signature verified; `matched_by`: "mark", "url", "id", "entity", or None. `recognised_by` is the
    register's scheme where a partner's is the one that speaks, whatever came of it.
    """

    row: int
    verdict: RowVerdict
    reasons: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()
    matched_by: str | None = None
    name_match: NameMatch | None = None
    mark: MarkFacts | None = None
    recognised_by: str | None = None
    as_of: int | None = None
    at: int | None = None
    others: tuple[OtherMark, ...] = ()
    candidates: tuple[Candidate, ...] = ()


send_by_values(MarkFacts, RowResult)  # one of each for every row


def facts_of(report: Report) -> MarkFacts | None:
    if report.mark is None:
        return None
    claims, status, log = report.mark.claims, report.status, report.log
    return MarkFacts(
        number=str(claims.number),
        scheme=claims.scheme,
        edition=claims.edition,
        level=claims.level,
        assessment=claims.assessment.slug,
        holder=str(claims.holder),
        name=claims.name,
        name_latin=claims.name_latin,
        unit=claims.unit.slug,
        statement=claims.statement,
        statement_latin=claims.statement_latin,
        issued_at=claims.iat,
        valid_from=claims.nbf,
        valid_until=claims.exp,
        offset=report.offset,
        kid=report.mark.header.kid.hex(),
        owner=report.owner,
        recognised_by=report.recognised_by,
        state=_state(report),
        since=None if status is None else status.since,
        state_reason=None if status is None else status.reason,
        successor=None if status is None else status.successor,
        place=None if log is None else log.place,
        index=None if log is None else log.index,
    )


def _state(report: Report) -> str | None:
    """The mark's state at the time judged: what ended it before its dates, else its dates; None where nobody can say."""
    if report.mark is None or report.status is None:
        return None
    if report.status.value != "valid":
        return report.status.value
    if report.at >= report.mark.claims.exp:
        return "expired"
    return "not-yet-valid" if report.at < report.mark.claims.nbf else "valid"
