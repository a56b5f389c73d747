"""A column of marks in a DataFrame: verdict, reasons, holder and level beside each.

    python examples/pandas_column.py suppliers.csv --bundle marks.akashi --anchor HEX|FILE

Needs pandas, which Akashi itself does not: pip install pandas
"""

import argparse
from pathlib import Path

import pandas as pd

from verifier import Report, Verifier
from verifier.anchors import read_anchor


def with_verdicts(frame: pd.DataFrame, verifier: Verifier, *, column: str = "mark") -> pd.DataFrame:
    """Give the frame with four more columns; an empty cell, and what is no text, has no verdict."""
    reports = [verifier.verify(text) if isinstance(text, str) and text else None for text in frame[column]]
    return frame.assign(
        akashi_verdict=[None if report is None else str(report.verdict) for report in reports],
        akashi_reasons=[None if report is None else " ".join(report.reasons) for report in reports],
        akashi_holder=[_holder(report) for report in reports],
        akashi_level=pd.array([_level(report) for report in reports], dtype="Int64"),
    )


def _holder(report: Report | None) -> str | None:
    return None if report is None or report.mark is None else str(report.mark.claims.holder)


def _level(report: Report | None) -> int | None:
    return None if report is None or report.mark is None else report.mark.claims.level


def main() -> None:
    parser = argparse.ArgumentParser(description="Judge the column `mark` of a CSV file.")
    parser.add_argument("table", type=Path)
    parser.add_argument("--bundle", required=True)
    parser.add_argument("--anchor", required=True)
    arguments = parser.parse_args()
    frame = pd.read_csv(
        arguments.table, dtype=str
    )  # numbers as text: a leading zero is part of a mark number
    with Verifier.from_bundle(arguments.bundle, anchor=read_anchor(arguments.anchor)) as verifier:
        print(with_verdicts(frame, verifier).to_csv(index=False), end="")


if __name__ == "__main__":
    main()
