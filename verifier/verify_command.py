"""`akashi verify`: judge whatever was handed over, one report an input. Exit codes are part of the interface:

2 usage, or an input nothing can be said of; else 1 any invalid; else 3 any undetermined; else 0.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from keys.trust import TrustChain
from schemas.errors import MalformedError
from schemas.organisation_id import OrganisationId
from verifier.anchors import AnchorStore, default_state
from verifier.asked import INVALID, UNDETERMINED, USAGE, UsageError, asked_anchor, asked_clock, asked_time
from verifier.asked_source import asked_verifier
from verifier.inputs import Input, Unreadable, files_in, read_file, read_input, read_stream
from verifier.policy import Policy, parse_duration, policy_from_file
from verifier.render import language, one_line, printable, render
from verifier.report import Report, Verdict
from verifier.report_json import to_json
from verifier.verifier import Verifier
from verifier.words import LANGUAGES, meaning, phrase, title

__all__ = ["add_verify_command"]

# Allowed in JSON, yet able to drive a terminal or turn a line around; written as \\uXXXX.
_UNFIT = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def add_verify_command(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verify = verbs.add_parser(
        "verify", help="judge marks: numbers, links, digits, files, folders of files, pictures, or -"
    )
    verify.add_argument(
        "input",
        nargs="+",
        metavar="INPUT",
        help="what reads as a number, a link or digits is never a file: a file of such a name is written ./NAME",
    )
    verify.add_argument(
        "--bundle",
        action="append",
        default=[],
        metavar="FILE|URL",
        help="judge from a bundle or register; more than one: those of recognised partners beside ours",
    )
    verify.add_argument(
        "--partner",
        action="append",
        default=[],
        metavar="SCHEME=URL|FILE",
        help="where to reach a recognised partner's register, or a bundle of it",
    )
    verify.add_argument("--registry", metavar="URL", help="where to reach the hosts the trust document names")
    verify.add_argument("--offline", action="store_true", help="send nothing")
    verify.add_argument(
        "--anchor", metavar="HEX|FILE", help="where trust starts: 64 hex digits, or a file (AKASHI_ANCHOR)"
    )
    verify.add_argument("--state", type=Path, metavar="DIR", help="remember what was seen (AKASHI_STATE)")
    verify.add_argument("--at", metavar="TIME", help="judge at a date or an RFC 3339 time")
    verify.add_argument(
        "--now", metavar="TIME", help="take this RFC 3339 time for the clock's, to repeat an earlier verdict"
    )
    verify.add_argument(
        "--for", dest="organisation", metavar="ID", help="the organisation it must be held by"
    )
    verify.add_argument("--policy", type=Path, metavar="FILE", help="what is asked of a mark (policy.toml)")
    verify.add_argument("--max-age", metavar="DURATION", help="how old a status may be, for example 6h")
    verify.add_argument("--json", action="store_true", help="one JSON object a line")
    verify.add_argument("--brief", action="store_true", help="one line an input")
    verify.add_argument("--lang", choices=LANGUAGES, help="language of the text output")
    verify.set_defaults(run=_verify)


def _verify(arguments: argparse.Namespace) -> int:
    policy = _policy(arguments)
    clock = asked_clock(arguments.now)
    at = asked_time(arguments.at, now=clock())
    max_age = None if arguments.max_age is None else parse_duration(arguments.max_age)
    store = AnchorStore(arguments.state or default_state())
    anchor, state = asked_anchor(arguments, store)
    lang = arguments.lang or language()
    codes: set[int] = set()
    with asked_verifier(arguments, anchor, state, store, clock) as verifier:
        for one in _inputs(arguments.input):
            if isinstance(one, Unreadable):
                codes.add(USAGE)
                _print_unreadable(one, lang=lang, as_json=arguments.json)
                continue
            if one.passed_over:
                said = phrase("passed-over", lang, number=one.passed_over)
                print(f"akashi: {printable(one.label, longest=80)}: {said}", file=sys.stderr)
            report, chain = _judge(one, verifier, anchor, state, clock, at=at, policy=policy, max_age=max_age)
            codes.add(_code(report))
            if state is not None:
                for met in (chain, *verifier.partner_chains):
                    if met is not None:
                        store.keep(met)
            if arguments.json:
                _print_json(to_json(report, input_text=one.label))
            elif arguments.brief:
                print(f"{printable(one.label, longest=80)}  {one_line(report, lang=lang)}", flush=True)
            else:
                print(render(report, one.label, lang=lang), flush=True)
    return next((code for code in (USAGE, INVALID, UNDETERMINED) if code in codes), 0)


def _inputs(arguments: Sequence[str]) -> Iterator[Input | Unreadable]:
    for text in arguments:
        inside = files_in(text)
        if text == "-":
            yield from read_stream(sys.stdin.buffer)
        elif inside is None:
            yield from read_input(text)
        else:
            paths = list(inside)
            for path in paths:
                yield from read_file(path)
            if not paths:
                yield Unreadable(label=text, reason="no-code", detail="a folder without files")


def _judge(
    one: Input,
    verifier: Verifier,
    anchor: str | None,
    state: Path | None,
    clock: Callable[[], float],
    *,
    at: datetime | date | None,
    policy: Policy | None,
    max_age: int | None,
) -> tuple[Report, TrustChain | None]:
    """Judge one input, and give the newest trust chain met on the way."""
    if one.evidence is None:
        return verifier.verify(one.found, at=at, policy=policy, max_age=max_age), verifier.chain
    own = Verifier.from_bundle(one.evidence, anchor=anchor, state=state, chain=verifier.chain, clock=clock)
    return own.verify(own.evidence_mark or one.found, at=at, policy=policy, max_age=max_age), own.chain


def _policy(arguments: argparse.Namespace) -> Policy | None:
    policy = None if arguments.policy is None else policy_from_file(arguments.policy)
    if policy is not None and policy.valid_until_column is not None:
        raise UsageError("--policy: a column needs a table of suppliers; write a date such as 2027-03-31")
    if arguments.organisation is None:
        return policy
    try:
        organisation = str(OrganisationId.read_loosely(arguments.organisation))
    except MalformedError as error:
        raise UsageError(f"--for: {error.problem}") from error
    return replace(policy or Policy(), organisation=organisation)


def _code(report: Report) -> int:
    return {Verdict.VALID: 0, Verdict.INVALID: INVALID, Verdict.UNDETERMINED: UNDETERMINED}[report.verdict]


def _print_unreadable(one: Unreadable, *, lang: str, as_json: bool) -> None:
    if as_json:
        _print_json({"input": one.label, "error": f"{one.reason}: {one.detail}"})
    said = f"{title(one.reason, lang)} ({printable(one.detail)}). {meaning(one.reason, lang)}"
    print(f"akashi: {printable(one.label, longest=80)}: {said}", file=sys.stderr)


def _print_json(value: dict[str, Any]) -> None:
    line = json.dumps(value, ensure_ascii=False)
    print(_UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", line), flush=True)
