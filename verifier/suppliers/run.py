"""A whole table: open the register once a process, judge every row, name what stands twice.

Nothing is sent: whom a buyer buys from is the buyer's business. A row that is broken is a result like any other.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from datetime import time as time_of_day
from pathlib import Path
from time import time
from typing import TypeAlias

from keys.trust import TrustChain
from schemas.errors import MalformedError
from schemas.times import DAY, iso, to_seconds
from verifier.anchors import AnchorError, AnchorStore
from verifier.bundle_view import BundleView
from verifier.checks import CLOCK_ROOM, check_memory
from verifier.many import can_fork, cores, pieces_of, spread
from verifier.policy import Policy
from verifier.progress import Say
from verifier.report import Reason
from verifier.state import Remembered, StateFile
from verifier.suppliers.columns import Columns
from verifier.suppliers.judge import judge_supplier
from verifier.suppliers.register import RegisterFinder
from verifier.suppliers.results import RowResult, RowVerdict
from verifier.suppliers.rows import Remark, RowReason, Supplier, keys_of, supplier_of
from verifier.suppliers.sheets import Table
from verifier.verifier import Verifier

__all__ = ["Answer", "Check", "Joined", "Opening", "Question", "judge_all", "questions_of"]

PIECE = 200  # rows handed to a process at once
MANY = 2_000  # rows from which further processes are worth their start

# One row asked: its number as a spreadsheet counts, its known cells, and the cell of a policy's column:NAME.
Question: TypeAlias = tuple[int, dict[str, str], str | None]
# What came of it, and what the row names (`verifier.suppliers.rows.keys_of`).
Answer: TypeAlias = tuple[RowResult, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How each process comes to the same judge."""

    bundle: Path
    anchor: str
    state: Path | None = None
    partners: tuple[Path, ...] = ()
    at: datetime | date | None = None
    policy: Policy | None = None
    max_age: int | None = None
    clock: Callable[[], float] = time

    def begin(self) -> Callable[[Sequence[Question]], list[Answer]]:
        return Check(self).answers


class Check:
    """An authentic bundle, opened. Raises AnchorError, MalformedError for one that is not, OSError."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        chain = None if opening.state is None else AnchorStore(opening.state).find_chain(opening.anchor)
        self.verifier = Verifier.from_bundle(
            opening.bundle,
            anchor=opening.anchor,
            state=opening.state,
            chain=chain,
            partners=opening.partners,
            clock=opening.clock,
        )
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        file = self.verifier.file
        if file is None:
            raise AssertionError("a bundle was opened")
        self.archive, trust, view = file.archive, file.trust(), file.held()
        if not isinstance(trust, TrustChain):
            raise AnchorError(trust.detail)
        if not isinstance(view, BundleView):
            raise MalformedError("is evidence of one mark, not a bundle; judge it with `akashi verify FILE`")
        if view.refused is not None or not view.heads:
            raise MalformedError(
                f"the bundle is not authentic: {view.refused.detail if view.refused else 'no log'}"
            )
        self.chain, self.view = trust, view
        self.finder: RegisterFinder | None = None
        if self.archive.manifest.variant == "register":
            self.finder = RegisterFinder(view, self.archive)
        self.blind = self._blind()

    def close(self) -> None:
        self.verifier.close()

    def _blind(self) -> Remark | None:
        """Why this file cannot say that there is no mark: what it holds may not be what there is."""
        opening, newest = self.opening, self.view.newest_list
        now = int(opening.clock())
        when = min(now, self._last_moment(now))
        if newest is None:
            return Remark(reason=Reason.STATUS_UNAVAILABLE, detail="no status list in the file is authentic")
        ages = [opening.max_age, None if opening.policy is None else opening.policy.max_status_age]
        oldest = min([age for age in ages if age is not None], default=None)
        if when >= newest.claims.exp or (oldest is not None and when - newest.as_of > oldest):
            return Remark(reason=Reason.STATUS_STALE, detail=f"known as of {iso(newest.as_of)}")
        remembered = Remembered()
        if opening.state is not None:
            remembered = StateFile(opening.state, opening.anchor).load()
        refused = check_memory(self.view, remembered)
        if refused is not None:
            return Remark(reason=refused.reason, detail=refused.detail)
        if now < max(head.seen_at for head in self.view.heads) - CLOCK_ROOM:
            return Remark(reason=Reason.CLOCK_BEHIND, detail=f"it is before {iso(newest.as_of)} here")
        return None

    def _last_moment(self, now: int) -> int:
        """The last moment asked for: now, a moment, or the last second of a day in the scheme's offset."""
        at = self.opening.at
        if at is None or isinstance(at, datetime):
            return now if at is None else to_seconds(at)
        zone = timezone(timedelta(seconds=self.chain.current.scheme.offset))
        return to_seconds(datetime.combine(at, time_of_day.min, zone)) + DAY - 1

    def answers(self, questions: Sequence[Question]) -> list[Answer]:
        """Judge some rows; with each what it names, so that rows naming the same can be told."""
        judged = []
        for row, cells, until in questions:
            supplier = supplier_of(row, cells, until=until)
            result = self._judged(supplier, self.blind)
            if result.verdict is RowVerdict.NO_MARK and self.finder is not None and self.finder.unlisted:
                detail = f"it lacks who belongs to the group of {self.finder.unlisted}: fetch it anew"
                result = self._judged(supplier, Remark(reason=RowReason.REGISTER_NEEDED, detail=detail))
            judged.append((result, keys_of(supplier)))
        return judged

    def _judged(self, supplier: Supplier, blind: Remark | None) -> RowResult:
        opening = self.opening
        return judge_supplier(
            supplier,
            finder=self.finder,
            judge=lambda subject, policy: self.verifier.verify(
                subject, at=opening.at, policy=policy, max_age=opening.max_age
            ),
            policy=opening.policy,
            blind=blind,
        )


def questions_of(table: Table, columns: Columns) -> list[Question]:
    """Give every row of a table that is not blank as a question."""
    found: list[Question] = []
    for number, record in enumerate(table.records[columns.first :], columns.first + 1):
        if any(cell.strip() for cell in record):
            until = None
            if columns.until is not None:
                until = record[columns.until].strip() if columns.until < len(record) else ""
            found.append((number, columns.cells(record), until))
    return found


def judge_all(
    opening: Opening,
    questions: Sequence[Question],
    *,
    check: Check | None = None,
    workers: int | None = None,
    progress: Say = lambda _done, _all: None,
) -> list[RowResult]:
    """Judge every row, in order. `workers`: None for one a core, and one alone where the rows are few.

    `check` is the same, already opened, for when one process does it all. Raises as `Check` does.
    """
    if workers is None:
        workers = cores() if len(questions) >= MANY else 1
    is_forked = workers > 1 and can_fork()
    opened = Check(opening) if check is None and (workers == 1 or is_forked) else check
    results: list[RowResult] = []
    joined = Joined()
    try:
        if opened is None or (workers > 1 and not is_forked):
            done = spread(opening.begin, pieces_of(questions, PIECE), workers=workers, fork=False)
        elif is_forked:
            done = _forked(opened, questions, workers)
        else:
            done = map(opened.answers, pieces_of(questions, PIECE))
        for answers in done:
            results += map(joined.add, answers)
            progress(len(results), len(questions))
    finally:
        if opened is not None and opened is not check:
            opened.close()
    return results


def _forked(opened: Check, questions: Sequence[Question], workers: int) -> Iterator[list[Answer]]:
    """Judge in copies of this process: what it has read, believed and remembered is theirs, and the questions are."""
    opened.view.prepare(len(questions))
    yield opened.answers(questions[:PIECE])

    def begin() -> Callable[[int], list[Answer]]:
        opened.verifier.reopen()
        return lambda start: opened.answers(questions[start : start + PIECE])

    yield from spread(begin, range(PIECE, len(questions), PIECE), workers=workers, fork=True)


class Joined:
    """Puts the answers to rows in order together, and tells of a row that names a supplier again."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}

    def add(self, answer: Answer) -> RowResult:
        """Give the row's result, with a note where an earlier row names the same."""
        result, keys = answer
        before = min([self._first.setdefault(key, result.row) for key in keys], default=result.row)
        if before == result.row:
            return result
        note = Remark(
            reason=RowReason.DUPLICATE_ROW,
            detail=f"row {before} names the same",
            said=("same-as-row", str(before)),
        )
        return replace(result, notes=(note, *result.notes))
