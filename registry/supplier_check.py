"""A buyer's table, checked by the register itself: bounded, and forgotten with the answer.

The engine is `verifier.suppliers`, as of the command `akashi check`; here it is asked of the registry's own tables and
files. Nothing of a table is kept, logged, or told to anybody.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from sqlalchemy import select

from registry.bundle import open_cached
from registry.evidence import newest_checkpoint
from registry.files import FilesError
from registry.mark_history import history_of
from registry.models import MarkRow
from registry.services import Services
from registry.supplier_finder import SupplierFinder
from registry.turns import Turns
from registry.workbook_reader import read_stranger
from schemas.errors import MalformedError
from schemas.qr import Found
from schemas.times import iso, to_seconds
from verifier.policy import Policy
from verifier.report import STATUS, Outcome, Reason, Report
from verifier.sources import FileSource
from verifier.suppliers import reading
from verifier.suppliers.checked import Checked, RegisterFacts
from verifier.suppliers.columns import Columns
from verifier.suppliers.judge import judge_supplier
from verifier.suppliers.results import RowResult
from verifier.suppliers.rows import Remark, keys_of, supplier_of
from verifier.suppliers.run import Joined, Question, questions_of
from verifier.suppliers.sheets import WORKBOOK, SheetError, Table
from verifier.verifier import ONLINE_MAX_AGE, Verifier

__all__ = ["MAX_BYTES", "MAX_ROWS", "TooManyMarksError", "check_table", "read_table"]

MAX_ROWS = 1_000
MAX_BYTES = 2 << 20  # of what is pasted or sent
MAX_VERDICTS = 4 * MAX_ROWS  # marks judged for one table: a holder may have several
_turns = Turns(2, waiting=2, patience=10)


class TooManyMarksError(Exception):
    """The rows name holders of so many marks that not all of them are judged at once."""


def read_table(data: bytes, *, sheet: str | None = None) -> Table:
    """Read CSV or a workbook; `sheet` names one of a workbook's. Raises SheetError, BusyError."""
    if len(data) > MAX_BYTES:
        raise SheetError("too-large", f"the table has more than {MAX_BYTES:,} bytes")
    if not data.startswith(WORKBOOK):
        return reading.read_table(data)
    return read_stranger(data, sheet=sheet)


def check_table(
    services: Services,
    table: Table,
    columns: Columns,
    *,
    policy: Policy | None = None,
    at: datetime | date | None = None,
) -> Checked:
    """Judge every row of a table by the register as it stands. Raises BusyError, TooManyMarksError."""
    register = _facts(services)
    return Checked(
        table=table,
        columns=columns,
        results=_judge_rows(
            services,
            questions_of(table, columns),
            policy=policy,
            at=at,
            blind=_blind(services.now(), register.as_of, policy),
        ),
        register=register,
        made=services.now(),
        at=None if at is None else iso(to_seconds(at)) if isinstance(at, datetime) else at.isoformat(),
        policy=policy,
    )


def _facts(services: Services) -> RegisterFacts:
    document, log = services.document(), services.newest_log()
    newest = newest_checkpoint(log.files)
    with services.sessions() as session:
        uri = session.scalar(select(MarkRow.status_uri).order_by(MarkRow.status_uri).limit(1))
    return RegisterFacts(
        scheme=document.scheme.id,
        names=document.scheme.names,
        anchor=services.settings.anchor,
        trust_version=document.version,
        origin=log.origin,
        size=0 if newest is None else newest[0].size,
        as_of=None if uri is None else services.as_of(uri),
        offset=document.scheme.offset,
    )


def _blind(now: int, as_of: int | None, policy: Policy | None) -> Remark | None:
    """Why this register cannot say today that there is no mark: it has not published for too long."""
    if as_of is None:
        return Remark(reason=Reason.STATUS_UNAVAILABLE, detail="the register has published no status list")
    asked = None if policy is None else policy.max_status_age
    if now - as_of > min(ONLINE_MAX_AGE, ONLINE_MAX_AGE if asked is None else asked):
        return Remark(reason=Reason.STATUS_STALE, detail=f"known as of {iso(as_of)}")
    return None


def _judge_rows(
    services: Services,
    questions: Sequence[Question],
    *,
    policy: Policy | None,
    at: datetime | date | None,
    blind: Remark | None,
) -> list[RowResult]:
    """Judge every row, in order, by the register as it stands. Raises BusyError, TooManyMarksError."""
    finder, joined = SupplierFinder(services), Joined()
    results = []
    with _turns.turn():  # whoever looks up a single mark is to wait for none
        judge = _Judge(services, finder, at)
        for row, cells, until in questions:
            supplier = supplier_of(row, cells, until=until)
            result = judge_supplier(supplier, finder=finder, judge=judge, policy=policy, blind=blind)
            results.append(joined.add((result, keys_of(supplier))))
    return results


class _Judge:
    """The registry's own verdicts, each made once for one table, and bounded in number.

    What the bundle of today answers without a doubt stands, with the events of our own tables: it is much faster than evidence
    of one mark, which is asked for the rest, and for a mark in the log that is not the one our tables hold. Of a mark that
    ended and is outside its dates both is said; evidence of it would not be looked into.
    """

    def __init__(self, services: Services, finder: SupplierFinder, at: datetime | date | None) -> None:
        self._services, self._finder, self._at = services, finder, at
        self._made: dict[tuple[bytes | str | Found, Policy | None], Report] = {}
        self._today = _of_today(services, finder)

    def __call__(self, subject: bytes | str | Found, policy: Policy | None) -> Report:
        asked = subject, policy
        if asked not in self._made:
            if len(self._made) >= MAX_VERDICTS:
                raise TooManyMarksError
            self._made[asked] = self._sure_today(subject, policy) or self._services.verify(
                subject, at=self._at, policy=policy
            )
        return self._made[asked]

    def _sure_today(self, subject: bytes | str | Found, policy: Policy | None) -> Report | None:
        if self._today is None:
            return None
        report = self._today.verify(subject, at=self._at, policy=policy)
        if any(finding.outcome is Outcome.UNKNOWN for finding in report.findings):
            return None
        mark = report.mark if isinstance(subject, Found) and subject.mark is not None else None
        if mark is not None and self._finder.mark(str(mark.claims.number)) != mark.raw:
            return None
        is_ended = report.findings[STATUS].outcome is Outcome.FAILED
        return None if is_ended and (report.status is None or report.status.since is None) else report


class _Today(FileSource):
    """The plain bundle of today; the marks it does not hold are found in the registry's tables, and what happened to them."""

    def __init__(self, services: Services, finder: SupplierFinder) -> None:
        with open_cached(services, "plain")[0] as stream:
            super().__init__(
                stream.read(),
                anchor=services.settings.anchor,
                chain=services.chain(),
                now=services.now(),
                history_of=partial(history_of, services),
            )
        self._finder = finder

    def find_mark(self, number: str) -> bytes | None:
        return self._finder.mark(number)


def _of_today(services: Services, finder: SupplierFinder) -> Verifier | None:
    try:
        today = _Today(services, finder)
    except (FilesError, MalformedError, OSError):
        return None  # evidence of each mark says what is wrong
    return Verifier(
        lambda _: today,
        anchor=services.settings.anchor,
        chain=services.chain(),
        max_age=ONLINE_MAX_AGE,
        clock=services.clock,
    )
