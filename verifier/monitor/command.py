"""`akashi monitor`: follow the log, once; cron or a timer calls it again. Exit codes are part of the interface:

2 usage, or a memory that is damaged; else 1 while an alarm stands that nobody acknowledged; else 3 when not everything
could be looked at; else 0. Warnings change nothing.
"""

import argparse
import json
import os
from contextlib import closing, nullcontext
from pathlib import Path

from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.organisation_id import OrganisationId
from verifier.anchors import AnchorError, AnchorStore, default_state, read_anchor
from verifier.http import Fetcher, HttpFetcher
from verifier.monitor.places import RegisterFile
from verifier.monitor.run import Monitor, Outcome
from verifier.monitor.telling import to_json, to_text
from verifier.render import language
from verifier.words import LANGUAGES

__all__ = ["add_monitor_command"]

ALARM, COULD_NOT = 1, 3


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
    folder = arguments.state or default_state()
    named = arguments.anchor or os.environ.get("AKASHI_ANCHOR")
    anchor = read_anchor(named) if named else AnchorStore(folder).pinned()
    if anchor is None:
        raise AnchorError("no anchor: give --anchor, or pin one with `akashi trust add`")
    archive = None if arguments.register is None else Archive.open(arguments.register)
    with closing(archive) if archive is not None else nullcontext():
        monitor = Monitor(_source(arguments, archive), anchor=anchor, folder=folder)
        if arguments.acknowledge:
            unknown = monitor.acknowledge(arguments.acknowledge)
            if unknown:
                raise AnchorError(
                    f"no such alarm: {', '.join(unknown)}; without --acknowledge all of them are shown"
                )
            return 0
        outcome = monitor.run(
            watched=frozenset(_watched(text) for text in arguments.watched),
            everything=arguments.all,
            files=[Path(one) for one in arguments.compare if "://" not in one],
            places=[(one, HttpFetcher(one)) for one in arguments.compare if "://" in one],
        )
    _say(outcome, arguments)
    if outcome.standing:
        return ALARM
    return COULD_NOT if outcome.unknown else 0


def _source(arguments: argparse.Namespace, archive: Archive | None) -> Fetcher:
    if archive is not None:
        return RegisterFile(archive)
    if arguments.registry is None and not arguments.acknowledge:
        raise AnchorError("nothing to follow: give --registry URL or --register FILE")
    return HttpFetcher(arguments.registry or "http://127.0.0.1")


def _watched(text: str) -> str:
    try:
        return str(OrganisationId.read_loosely(text))
    except MalformedError as error:
        raise AnchorError(f"--for {text}: {error.problem}") from error


def _say(outcome: Outcome, arguments: argparse.Namespace) -> None:
    said = outcome.standing or outcome.warnings or outcome.unknown or outcome.notices
    if arguments.quiet and not said:
        return
    if arguments.json:
        print(json.dumps(to_json(outcome), ensure_ascii=False))
    else:
        print(to_text(outcome, arguments.lang or language(), watching=bool(arguments.watched)), end="")
