"""The words of `akashi monitor`. What it does is imported when it is asked for, so that other commands start as fast."""

import argparse
from pathlib import Path

from verifier.words import LANGUAGES

__all__ = ["add_monitor_command"]


def add_monitor_command(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    monitor = verbs.add_parser("monitor", help="follow the log, so that the operator cannot lie")
    where = monitor.add_mutually_exclusive_group()
    where.add_argument("--registry", metavar="URL", help="the registry to follow")
    where.add_argument(
        "--register", type=Path, metavar="FILE", help="look at a register file (/bundle/register)"
    )
    monitor.add_argument("--anchor", metavar="HEX|FILE", help="where trust starts (AKASHI_ANCHOR)")
    monitor.add_argument("--state", type=Path, metavar="DIR", help="what is remembered (AKASHI_STATE)")
    monitor.add_argument(
        "--for",
        dest="watched",
        action="append",
        default=[],
        metavar="ID",
        help="tell of every new mark and event in this holder's name (an entity of somebody's group is not in the log)",
    )
    monitor.add_argument(
        "--all", action="store_true", help="with --for: everything so far, not only what is new"
    )
    monitor.add_argument(
        "--compare", action="append", default=[], metavar="URL|FILE", help="another's view, beside this one"
    )
    monitor.add_argument(
        "--acknowledge",
        action="append",
        default=[],
        metavar="ID|all",
        help="take note of alarms; nothing is looked at",
    )
    monitor.add_argument("--quiet", action="store_true", help="say nothing while there is nothing to say")
    monitor.add_argument("--json", action="store_true", help="one JSON object")
    monitor.add_argument("--lang", choices=LANGUAGES, help="language of the text output")
    monitor.set_defaults(run=_monitor)


def _monitor(arguments: argparse.Namespace) -> int:
    from verifier.monitor.monitoring import monitor_log

    return monitor_log(arguments)
