"""The words of `akashi check`. What it does is imported when it is asked for, so that other commands start as fast."""

import argparse
from pathlib import Path

from verifier.words import LANGUAGES

__all__ = ["add_check_command", "add_judging_options"]


def add_check_command(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = verbs.add_parser("check", help="judge every supplier of a table: CSV or .xlsx, or - for CSV")
    add_judging_options(check)
    check.add_argument(
        "--out",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="write a report: .csv, .xlsx, .json or .html; may be given several times",
    )
    check.add_argument(
        "--evidence", type=Path, metavar="DIR", help="write each mark's evidence into a folder"
    )
    check.add_argument("--at", metavar="TIME", help="judge at a date or an RFC 3339 time")
    check.add_argument("--json", action="store_true", help="the whole report as JSON on standard output")
    check.set_defaults(run=_check)


def add_judging_options(parser: argparse.ArgumentParser) -> None:
    """Add what says which table, and how it is judged; `akashi watch` takes the same."""
    parser.add_argument("suppliers", metavar="SUPPLIERS")
    parser.add_argument(
        "--columns",
        action="append",
        default=[],
        metavar="NAME=COLUMN,…",
        help="which column is what, by header, letter or number: mark=B,id=法人番号",
    )
    parser.add_argument(
        "--header", type=int, metavar="ROW", help="the row the headers stand in, 0 for none; else it is found"
    )
    parser.add_argument("--sheet", metavar="NAME", help="which sheet of a workbook; else the first")
    parser.add_argument("--bundle", type=Path, metavar="FILE", help="judge from a register or bundle on disk")
    parser.add_argument(
        "--partner",
        action="append",
        default=[],
        metavar="SCHEME=FILE",
        help="a bundle of a recognised partner's register",
    )
    parser.add_argument(
        "--registry",
        action="append",
        default=[],
        metavar="URL",
        help="where the whole register is fetched from; more than one: in this order",
    )
    parser.add_argument("--offline", action="store_true", help="send nothing: --bundle, or the register kept")
    parser.add_argument("--anchor", metavar="HEX|FILE", help="where trust starts (AKASHI_ANCHOR)")
    parser.add_argument("--state", type=Path, metavar="DIR", help="remember what was seen (AKASHI_STATE)")
    parser.add_argument(
        "--policy", type=Path, metavar="FILE", help="what is asked of every mark (policy.toml)"
    )
    parser.add_argument("--max-age", metavar="DURATION", help="how old a status may be, for example 6h")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="processes; by default one a core for many rows"
    )
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the reports")


def _check(arguments: argparse.Namespace) -> int:
    from verifier.suppliers.checking import check_suppliers

    return check_suppliers(arguments)
