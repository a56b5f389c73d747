"""Line 12: a program that does nothing but judge one mark, from its start to its end, beside one that imports two libraries.

Every turn is a fresh process in an environment made for this: a virtual environment with the verifier's own packages and the few
libraries it needs, as `pip install` leaves them (with bytecode), so that nothing of a developer's set-up is counted on either side.
What is counted is the process's own time until it is gone, user and system: it runs one thread and waits for nothing, so on an idle
machine that is the time on the wall, and on a busy one the neighbours are left out. `python -c "import nacl, cbor2"` is nearly the bare
interpreter: of PyNaCl that line loads a version number. A second row has the same without our bytecode, as where nothing may be
written and nobody compiled; another the whole command; the last python-cwt doing its first signature.
"""

import importlib.metadata
import shutil
import subprocess
import sysconfig
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from tempfile import TemporaryDirectory

from bench.table import Row, in_turns, ratio_of
from bench.world import Register, make_register

__all__ = ["measure"]

SIZES = ((1_200, 30), (10_000, 365), (100_000, 3 * 365))  # leaves, days of daily checkpoints
TURNS = 21
GOAL = 2.0
ROOT = Path(__file__).parents[1]
OURS = ("schemas", "keys", "verifier")
LIBRARIES = ("cbor2", "cryptography", "PyNaCl", "rfc8785", "cffi", "pycparser")  # no extras
BARE = "import nacl, cbor2"
VERDICT = """
import sys
from pathlib import Path
from verifier import Verdict, Verifier
with Verifier.from_bundle(sys.argv[1], anchor=sys.argv[2]) as verifier:
    assert verifier.verify(Path(sys.argv[3]).read_bytes()).verdict is Verdict.VALID
"""
COMMAND = "import sys; from verifier.cli import main; sys.exit(main())"
PEER = """
import sys
from pathlib import Path
import cwt
key = cwt.COSEKey.new({1: 1, -1: 6, -2: bytes.fromhex(sys.argv[2]), 3: -19, 2: bytes.fromhex(sys.argv[3])})
cwt.decode(Path(sys.argv[1]).read_bytes(), key)
"""


def measure(peers: Path | None) -> Iterator[Row]:
    """A row for each size of the bundle; for the middle one also without bytecode, as a command, and beside python-cwt."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        python, uncompiled = _installed(folder / "compiled", compiled=True), _installed(folder / "plain")
        for size, days in SIZES:
            register = make_register(size, days=days, count=1)
            mark, bundle = folder / "mark.cwt", folder / "marks.akashi"
            mark.write_bytes(register.marks[0][0])
            bundle.write_bytes(register.bundle)
            judged = (str(bundle), register.anchor, str(mark))
            rivals = {"bare": _process(python, BARE), "verdict": _process(python, VERDICT, *judged)}
            if (size, days) == SIZES[0]:
                rivals["import"] = _process(python, "import verifier")
            if (size, days) == SIZES[1]:
                asked = ("verify", "--offline", "--bundle", judged[0], "--anchor", judged[1], judged[2])
                rivals["command"] = _process(python, COMMAND, *asked)
                rivals["uncompiled"] = _process(uncompiled, VERDICT, *judged)
                if peers is not None:
                    key = register.marks[0][1]
                    rivals["cwt"] = _process(peers, PEER, judged[2], key.public.hex(), key.kid.hex())
            taken = in_turns(rivals, turns=TURNS)
            yield _row(register, taken, "verdict", "import and first verdict", "bare")
            if "import" in taken:
                yield _row(register, taken, "import", "`import verifier` alone", "bare")
            if "command" in taken:
                yield _row(register, taken, "command", "`akashi verify --offline --bundle`", "bare")
                yield _row(register, taken, "uncompiled", "first verdict, our code not compiled", "bare")
            if "cwt" in taken:
                yield _row(register, taken, "verdict", "import and first verdict", "cwt")


BESIDE = {"bare": f"`{BARE}`", "cwt": "python-cwt 3.3: import, first signature"}


def _row(register: Register, taken: dict[str, list[float]], ours: str, work: str, theirs: str) -> Row:
    ratio = ratio_of(taken[ours], taken[theirs])
    is_goal = ours == "verdict" and theirs == "bare"
    return Row(
        line="12",
        work=f"{work}, bundle of {register.size:,} leaves",
        beside=BESIDE[theirs],
        unit="ms",
        ours=1000 * median(taken[ours]),
        theirs=1000 * median(taken[theirs]),
        ratio=ratio,
        goal=f"≤ {GOAL:.0f} ×" if is_goal else "state it",
        is_met=ratio <= GOAL or not is_goal,
    )


def _process(python: Path, program: str, *arguments: str) -> Callable[[int], float]:
    # -B: where a row is about doing without bytecode, none is left by the first run.
    command = [str(python), "-I", "-B", "-c", program, *arguments]
    subprocess.run(command, check=True, capture_output=True)  # once unmeasured: its files are in memory then

    def run(_turn: int) -> float:
        before = getrusage(RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = getrusage(RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return run


def _installed(folder: Path, *, compiled: bool = False) -> Path:
    """Make an environment of our packages and what they require, no extras; give its Python."""
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    paths = {"base": str(folder), "platbase": str(folder)}
    target = Path(sysconfig.get_path("purelib", "venv", paths))
    for package in OURS:
        shutil.copytree(ROOT / package, target / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("akashi-marks", *LIBRARIES):
        for file in importlib.metadata.files(name) or ():
            top, here = file.parts[0], Path(str(file.locate()))
            if (
                top not in ("..", "__pycache__")
                and not top.startswith("__editable__")
                and not (target / top).exists()
            ):
                (target / top).symlink_to(here.parents[len(file.parts) - 1] / top)
    if compiled:
        subprocess.run(
            [str(python), "-m", "compileall", "-q", *(target / package for package in OURS)], check=True
        )
    return python
