"""`make bench`: one table, our figure beside the peer's or the limit's from the same run on the same machine.

    python -m bench.run [--peers PYTHON] [LINE …]

Without `--peers` the rows beside other libraries are left out. PYTHONPATH names `tests` too: the register whose page is
painted is the tests' forge's.
"""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

from bench import alike, bundle, first_paint, monitor, qr, search, startup, suppliers, trust, verify
from bench.table import Row

__all__ = ["main"]

LINES: dict[str, Callable[[Path | None], Iterable[Row]]] = {
    "1": verify.measure,
    "2": verify.measure,  # they share their rounds
    "3": suppliers.measure,
    "4": qr.measure,
    "8": search.measure,
    "12": startup.measure,
    "13": bundle.measure,
    "alike": alike.measure,
    "monitor": monitor.measure,
    "paint": first_paint.measure,
    "trust": trust.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description="One table of benchmarks.")
    parser.add_argument("--peers", type=Path, metavar="PYTHON", help="the Python that has the peers")
    parser.add_argument("lines", nargs="*", metavar="LINE", help=f"of {', '.join(LINES)}; all by default")
    arguments = parser.parse_args()
    if unknown := set(arguments.lines) - set(LINES):
        parser.error(f"no line {', '.join(sorted(unknown))}")
    print("| # | work | beside | ours | theirs | unit | ratio | goal | met |")
    print("|---|---|---|---:|---:|---|---:|---|---|")
    for measure in dict.fromkeys(LINES[line] for line in arguments.lines or LINES):
        for row in measure(arguments.peers):
            print(
                f"| {row.line} | {row.work} | {row.beside} | {row.ours:,.0f} | {row.theirs:,.0f} | {row.unit} "
                f"| {row.ratio:.2f} | {row.goal} | {'yes' if row.is_met else 'no'} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
