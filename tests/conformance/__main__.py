"""`python -m conformance`: ask every vector of a command, and print what is answered otherwise than written.

Exit codes: 0 all as written; 1 something is not; 2 nothing could be asked.
"""

import argparse
import contextlib
import importlib
import io
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from conformance.answers import disagreements
from conformance.questions import VECTORS, Run, runs_of

__all__ = ["Ask", "compare", "main"]

# Takes what is added to the command, gives its exit code and what it wrote to standard output.
Ask = Callable[[Sequence[str]], tuple[int, str]]
PATIENCE = 120  # seconds for one run


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__)
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--command", metavar="WORDS", help="for example 'akashi verify --json'")
    asked.add_argument(
        "--module",
        metavar="NAME",
        help="a Python verifier: its main(arguments) is called, which starts no process",
    )
    parser.add_argument("--vectors", type=Path, default=VECTORS, metavar="DIR")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="for example 'revoked*'")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    arguments = parser.parse_args(argv)
    runs = runs_of(arguments.vectors, only=arguments.only)
    if not runs:
        print(f"conformance: no vector {arguments.only} in {arguments.vectors}", file=sys.stderr)
        return 2
    if arguments.module is None:
        ask, jobs = _command(shlex.split(arguments.command)), arguments.jobs
    else:
        ask, jobs = _module(arguments.module), 1
    try:
        wrong = compare(runs, ask, jobs=jobs)
    except (OSError, ImportError, subprocess.TimeoutExpired) as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 2
    for name, problem in wrong:
        print(f"{name}: {problem}")
    asked_for = sum(len(run.vectors) for run in runs)
    print(f"{asked_for} vectors, {len({name for name, _ in wrong})} answered otherwise than written")
    return 1 if wrong else 0


def compare(runs: Sequence[Run], ask: Ask, *, jobs: int = 1) -> list[tuple[str, str]]:
    """Give every disagreement as (name of the vector, what), in the order of the runs."""
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        return [one for found in pool.map(lambda run: list(_compare(run, ask)), runs) for one in found]


def _compare(run: Run, ask: Ask) -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        arguments = run.arguments(Path(folder))
        code, out = ask(arguments)
        yield from disagreements(run.vectors, arguments[arguments.index("--") + 1 :], code, out)


def _command(words: list[str]) -> Ask:
    # Where this runner was found is no place for a verifier to find its modules.
    ours = ("AKASHI_", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}

    def ask(arguments: Sequence[str]) -> tuple[int, str]:
        done = subprocess.run(
            [*words, *arguments],
            env=environment | {"PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
        )
        return done.returncode, done.stdout.decode("utf-8", "replace")

    return ask


def _module(name: str) -> Ask:
    """The command `verify --json` of a Python module, without a process of its own."""

    def ask(arguments: Sequence[str]) -> tuple[int, str]:
        run = importlib.import_module(name).main
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            code = run(["verify", "--json", *arguments])
        return code, out.getvalue()

    return ask


if __name__ == "__main__":
    sys.exit(main())
