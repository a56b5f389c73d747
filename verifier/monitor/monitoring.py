"""`akashi monitor` at work: follow the log, once; cron or a timer calls it again. Exit codes are part of the interface:

2 usage, a memory that is damaged, another run at work, or what was found could not be written; else 1 while an alarm stands that nobody acknowledged; else 3 when not everything
could be looked at; else 0. Warnings change nothing.
"""

import argparse
import json
import os
import sys
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

__all__ = ["monitor_log"]

ALARM, COULD_NOT = 1, 3


def monitor_log(arguments: argparse.Namespace) -> int:
    """Do what the command line asks, and give its exit code. Raises what the command refuses with."""
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
            tell=lambda found: _say(found, arguments),
        )
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
    sys.stdout.flush()  # a full disk or a reader that left is known before anything counts as told
