"""Purchase orders from a CSV file: each is released or blocked by its supplier's mark.

    python examples/erp_import.py orders.csv --bundle marks.akashi --anchor HEX|FILE > decided.csv

Columns read: `mark` (number, link or digits), `supplier` (the organisation's number, as people write it) and `needed_until`
(the day the mark must last to, 2027-03-31). Every column passes through; `akashi_decision` and `akashi_reasons` are added.
Only a valid mark releases an order: one that could not be judged blocks it, with the reason to ask about.
Exit code 0: all released; 1: something is blocked; 2: nothing could be judged.
"""

import argparse
import csv
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from schemas.errors import MalformedError
from verifier import Verdict, Verifier
from verifier.anchors import AnchorError, read_anchor
from verifier.policy import PolicyError, policy_from_table

COLUMNS = ("mark", "supplier", "needed_until")
RELEASED, BLOCKED = "released", "blocked"


def decided(rows: Sequence[Mapping[str, str]], verifier: Verifier) -> Iterator[dict[str, str]]:
    """Give each row with its decision."""
    for row in rows:
        reasons = why_not(row, verifier)
        decision = BLOCKED if reasons else RELEASED
        yield {**row, "akashi_decision": decision, "akashi_reasons": " ".join(reasons)}


def why_not(row: Mapping[str, str], verifier: Verifier) -> list[str]:
    """Give the reasons against an order; none releases it. They are names from a closed list, safe in any spreadsheet."""
    asked = {"organisation": row["supplier"], "min_level": 3, "valid_until_at_least": row["needed_until"]}
    try:
        policy = policy_from_table({"version": 1, **asked})
    except PolicyError:
        return ["order-unreadable"]  # the supplier's number or the day: nothing can be asked of a mark
    report = verifier.verify(row["mark"], policy=policy)
    if report.verdict is Verdict.VALID:
        return []
    return [str(reason) for reason in report.reasons] or [str(report.verdict)]


def read_orders(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Give the names of the columns, and the rows. Raises ValueError, OSError, csv.Error."""
    with path.open(encoding="utf-8-sig", newline="") as table:
        orders = csv.DictReader(table, restval="", restkey="")
        names = list(orders.fieldnames or ())
        rows = [{name: row[name] for name in names} for row in orders]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise ValueError(f"{path}: no column {', '.join(missing)}")
    return names, rows


def main(argv: Sequence[str] | None = None, *, clock: Callable[[], float] = time.time) -> int:
    parser = argparse.ArgumentParser(
        description="Release or block purchase orders by their suppliers' marks."
    )
    parser.add_argument("orders", type=Path, help="CSV file, UTF-8")
    parser.add_argument("--bundle", required=True, help="bundle or register; a register knows numbers too")
    parser.add_argument("--anchor", required=True, help="64 hex digits, or a file that holds them")
    arguments = parser.parse_args(argv)
    try:
        names, rows = read_orders(arguments.orders)
        with Verifier.from_bundle(
            arguments.bundle, anchor=read_anchor(arguments.anchor), clock=clock
        ) as verifier:
            done = list(decided(rows, verifier))
    except (OSError, ValueError, csv.Error, AnchorError, MalformedError) as error:
        print(f"erp_import: {error}", file=sys.stderr)
        return 2
    writer = csv.DictWriter(sys.stdout, [*names, "akashi_decision", "akashi_reasons"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(done)
    return 1 if any(row["akashi_decision"] == BLOCKED for row in done) else 0


if __name__ == "__main__":
    sys.exit(main())
