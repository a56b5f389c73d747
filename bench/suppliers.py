"""Line 3: a buyer's table of suppliers judged offline on all cores, beside one core's bare verdicts times the cores.

Each row has a link with the mark in it and is judged as `akashi check` does it: the cells read, the verdict, the row's own wishes, the
order kept, the bundle opened. The rival judges the same links in a process that is open already, with nothing around it (line 1).
Counted is the processor time of all processes together: linear in the cores is what costs no more than the rival, and what costs more
cannot be, however many cores there are. A second row has the wall's word, which on a shared machine is also about the neighbours.
What the processes hold is measured in fresh ones: the most memory resident at any time, less what importing takes, less table and bundle.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.table import Row, in_turns, ratio_of
from bench.world import HOST, Register, make_register
from keys.signed import read_mark
from schemas.qr import to_url
from verifier import Verdict, Verifier
from verifier.many import cores
from verifier.suppliers.results import RowVerdict
from verifier.suppliers.run import Opening, Question, judge_all

__all__ = ["measure"]

LEAVES, DAYS = 12_000, 365
SIZES = (2_000, 10_000, 40_000)  # rows; the last names every mark four times
TURNS = 3
GOAL, GOAL_MB = 0.7, 60
HELD = """
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from verifier.suppliers.run import Opening, judge_all
from verifier.verifier import Verifier
def peak():  # of this program; ru_maxrss would begin with that of whoever started it
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
begun = peak()
questions = [(row, {"url": link}, None) for row, link in enumerate(Path(sys.argv[3]).read_text().split())]
judge_all(Opening(bundle=Path(sys.argv[1]), anchor=sys.argv[2]), questions, workers=int(sys.argv[4]))
print(peak() - begun, max(0, getrusage(RUSAGE_CHILDREN).ru_maxrss - begun))
"""


def measure(_peers: Path | None) -> Iterator[Row]:
    """A row of time for each size of the table, and one of memory for the largest."""
    register = make_register(LEAVES, days=DAYS, count=10_000)
    links = [
        to_url(f"https://{HOST}", read_mark(mark).unsafe_claims.number, mark) for mark, _ in register.marks
    ]
    with TemporaryDirectory() as folder:
        bundle, table = Path(folder, "marks.akashi"), Path(folder, "links.txt")
        bundle.write_bytes(register.bundle)
        opening = Opening(bundle=bundle, anchor=register.anchor)
        for size in SIZES:
            rows = (links * -(-size // len(links)))[:size]
            yield from _time(register, opening, rows)
            table.write_text("\n".join(rows))
            yield from _memory(register, bundle, table, size)


def _time(register: Register, opening: Opening, links: Sequence[str]) -> Iterator[Row]:
    questions: list[Question] = [(row, {"url": link}, None) for row, link in enumerate(links, 2)]
    verifier = Verifier.from_bundle(opening.bundle, anchor=register.anchor)
    walls: dict[str, list[float]] = {"table": [], "alone": []}

    def table(name: str, workers: int) -> Callable[[int], float]:
        def run(_turn: int) -> float:
            begun, start = _spent(), perf_counter()
            results = judge_all(opening, questions, workers=workers)
            walls[name].append(perf_counter() - start)
            if len(results) != len(links) or any(one.verdict is not RowVerdict.VALID for one in results):
                raise AssertionError("a row of a valid mark is not valid")
            return _spent() - begun

        return run

    def verdicts(_turn: int) -> float:
        begun = _spent()
        for link in links:
            if verifier.verify(link).verdict is not Verdict.VALID:
                raise AssertionError("a mark is not valid")
        return _spent() - begun

    verdicts(0)
    rivals = {"table": table("table", cores()), "alone": table("alone", 1), "verdicts": verdicts}
    taken = in_turns(rivals, turns=TURNS)
    verifier.close()
    work = f"a table of {len(links):,} suppliers, {cores()} processes, opening the bundle included"
    ratio = ratio_of(taken["verdicts"], taken["table"])
    row = Row(
        line="3",
        work=work,
        beside="verdicts alone, processor time",
        unit="rows/s of a core",
        ours=len(links) / median(taken["table"]),
        theirs=len(links) / median(taken["verdicts"]),
        ratio=ratio,
        goal=f"≥ {GOAL:.2f}",
        is_met=ratio >= GOAL,
    )
    yield row
    yield replace(
        row,
        beside=f"the same table in one process × {cores()}, by the wall",
        unit="rows/s",
        ours=len(links) / median(walls["table"]),
        theirs=len(links) * cores() / median(walls["alone"]),
        ratio=ratio_of(walls["alone"], walls["table"]) / cores(),
        goal="state it",
        is_met=True,
    )


def _spent() -> float:
    """Processor time so far of this process and of those it started and that have ended."""
    spent = (getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


def _memory(register: Register, bundle: Path, table: Path, size: int) -> Iterator[Row]:
    data = (bundle.stat().st_size + table.stat().st_size) / 1e6
    for workers in (1, cores()):
        command = [sys.executable, "-c", HELD, str(bundle), register.anchor, str(table), str(workers)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        most = max(int(kib) * 1024 / 1e6 for kib in done.stdout.split()) - data
        yield Row(
            line="3",
            work=f"memory over the data, {size:,} rows, {workers} process{'es, the largest of them' if workers > 1 else ''}",
            beside=f"the goal; the data are {data:.1f} MB",
            unit="MB",
            ours=most,
            theirs=GOAL_MB,
            ratio=most / GOAL_MB,
            goal=f"< {GOAL_MB} MB",
            is_met=most < GOAL_MB,
        )
