"""The words of `akashi watch`. What it does is imported when it is asked for, so that other commands start as fast."""

import argparse
from pathlib import Path

from verifier.suppliers.command import add_judging_options

__all__ = ["add_watch_command"]

WITHIN = 60  # days


def add_watch_command(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    watch = verbs.add_parser(
        "watch", help="judge the suppliers again, and tell what changed and what ends soon"
    )
    add_judging_options(watch)
    watch.add_argument(
        "--kept",
        type=Path,
        metavar="FILE",
        help="where the last result is kept; else in the state folder, by the table's name",
    )
    watch.add_argument(
        "--within", type=int, default=WITHIN, metavar="DAYS", help=f"what ends in so many days ({WITHIN})"
    )
    watch.add_argument(
        "--out",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="also write it: .txt, .json, .atom or .eml (a message for sendmail -t); may be given several times",
    )
    watch.add_argument("--mail-from", metavar="ADDRESS", help="the sender named in the mail")
    watch.add_argument(
        "--mail-to", action="append", default=[], metavar="ADDRESS", help="whom the mail is for; repeatable"
    )
    watch.add_argument(
        "--sendmail",
        metavar="PROGRAM",
        help="mail what changed through it (sendmail, or what takes its words); what it does not take is told again",
    )
    watch.add_argument("--quiet", action="store_true", help="print nothing where nothing changed")
    watch.add_argument(
        "--exit-zero",
        action="store_true",
        help="exit code 0 also where something changed: for timers, to which 1 is a program that broke",
    )
    watch.add_argument("--json", action="store_true", help="print JSON")
    watch.set_defaults(run=_watch)


def _watch(arguments: argparse.Namespace) -> int:
    from verifier.watch.watching import watch_suppliers

    return watch_suppliers(arguments)
