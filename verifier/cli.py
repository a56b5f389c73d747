"""`akashi`: check marks from the command line. Exit codes are part of the interface:

2 usage, or an input nothing can be said of; else 1 any invalid; else 3 any undetermined; else 0.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from keys.trust import TrustChain
from schemas.errors import MalformedError
from schemas.organisation_id import OrganisationId
from verifier import trust_commands
from verifier.anchors import AnchorError, AnchorStore, default_state, read_anchor
from verifier.bundle_commands import add_bundle_commands
from verifier.http import Fetcher, FetchError, HttpFetcher
from verifier.inputs import Input, InputError, read_input, read_stream
from verifier.policy import Policy, PolicyError, parse_duration, policy_from_file
from verifier.render import language, render
from verifier.report import Report, Verdict
from verifier.report_json import to_json
from verifier.sources import MAX_BUNDLE
from verifier.state import StateError
from verifier.verifier import Verifier

__all__ = ["main"]

USAGE, INVALID, UNDETERMINED = 2, 1, 3


class CommandError(Exception):
    """One line for stderr, with a hint; exit 2."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except (CommandError, AnchorError, FetchError, PolicyError, StateError, MalformedError, OSError) as error:
        print(f"akashi: {error}", file=sys.stderr)
        return USAGE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="akashi", description="Check certification marks.")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    verify = verbs.add_parser("verify", help="judge marks: numbers, links, digits, files, pictures, or -")
    verify.add_argument("input", nargs="+", metavar="INPUT")
    verify.add_argument("--bundle", metavar="FILE|URL", help="judge from a bundle or register")
    verify.add_argument("--registry", metavar="URL", help="where to reach the hosts the trust document names")
    verify.add_argument("--offline", action="store_true", help="send nothing")
    verify.add_argument("--anchor", metavar="HEX|FILE", help="where trust starts (AKASHI_ANCHOR)")
    verify.add_argument("--state", type=Path, metavar="DIR", help="remember what was seen (AKASHI_STATE)")
    verify.add_argument("--at", metavar="TIME", help="judge at a date or an RFC 3339 time")
    verify.add_argument(
        "--for", dest="organisation", metavar="ID", help="the organisation it must be held by"
    )
    verify.add_argument("--policy", type=Path, metavar="FILE", help="what is asked of a mark (policy.toml)")
    verify.add_argument("--max-age", metavar="DURATION", help="how old a status may be, for example 6h")
    verify.add_argument("--json", action="store_true", help="one JSON object a line")
    verify.add_argument("--lang", choices=("ja", "en"), help="language of the text output")
    verify.set_defaults(run=_verify)
    trust_commands.add_trust_commands(verbs)
    add_bundle_commands(verbs)
    return parser


def _verify(arguments: argparse.Namespace) -> int:
    policy = _policy(arguments)
    at = _time(arguments.at)
    max_age = None if arguments.max_age is None else parse_duration(arguments.max_age)
    store = AnchorStore(arguments.state or default_state())
    anchor, state = _anchor(arguments, store)
    verifier = _verifier(arguments, anchor, state, store)
    codes: set[int] = set()
    for text in arguments.input:
        try:
            inputs = read_stream(sys.stdin.buffer) if text == "-" else read_input(text)
        except InputError as error:
            codes.add(USAGE)
            _print_error(text, str(error), as_json=arguments.json)
            continue
        for one in inputs:
            report = _judge(one, verifier, anchor, state, at=at, policy=policy, max_age=max_age)
            codes.add(_code(report))
            label = one.label
            if arguments.json:
                print(json.dumps(to_json(report, input_text=label), ensure_ascii=False), flush=True)
            else:
                print(render(report, label, lang=arguments.lang or language()), flush=True)
    return next((code for code in (USAGE, INVALID, UNDETERMINED) if code in codes), 0)


def _judge(
    one: Input,
    verifier: Verifier,
    anchor: str | None,
    state: Path | None,
    *,
    at: datetime | date | None,
    policy: Policy | None,
    max_age: int | None,
) -> Report:
    if one.evidence is None:
        return verifier.verify(one.found, at=at, policy=policy, max_age=max_age)
    try:
        own = Verifier.from_bundle(one.evidence, anchor=anchor, state=state, chain=verifier.chain)
    except MalformedError:
        return Verifier.without_source().verify(one.evidence, at=at)  # a broken file is a malformed mark
    return own.verify(own.evidence_mark or b"", at=at, policy=policy, max_age=max_age)


def _anchor(arguments: argparse.Namespace, store: AnchorStore) -> tuple[str | None, Path | None]:
    """Give the anchor, and where to remember: in a folder that was named, or with a pinned anchor."""
    named = arguments.anchor or os.environ.get("AKASHI_ANCHOR")
    asked_to_remember = arguments.state is not None or "AKASHI_STATE" in os.environ
    if named:
        return read_anchor(named), (store.folder if asked_to_remember else None)
    pinned = store.pinned()
    return pinned, (store.folder if pinned else None)


def _verifier(
    arguments: argparse.Namespace, anchor: str | None, state: Path | None, store: AnchorStore
) -> Verifier:
    chain = None if anchor is None or state is None else store.find_chain(anchor)
    if arguments.bundle:
        content: Path | bytes = Path(arguments.bundle)
        if "://" in arguments.bundle:
            if arguments.offline:
                raise CommandError("--offline sends nothing: name a bundle file, not an address")
            content = fetch_whole(arguments.bundle)
        return Verifier.from_bundle(content, anchor=anchor, state=state, chain=chain)
    if arguments.offline:
        return Verifier.without_source(chain)
    registry = arguments.registry or _host(chain)
    if registry is None:
        return Verifier.without_source(chain)
    return Verifier.from_registry(registry, anchor=anchor, state=state, chain=chain)


def fetch_whole(url: str) -> bytes:
    """Fetch one file by its whole address. Raises CommandError, FetchError."""
    base, _, path = url.rpartition("/")
    fetcher: Fetcher = HttpFetcher(base)
    data = fetcher.get(path, max_size=MAX_BUNDLE)
    if data is None:
        raise CommandError(f"{url}: there is nothing; a registry serves its bundle at /bundle")
    return data


def _host(chain: TrustChain | None) -> str | None:
    """Reach the first host the trust document names; never one that stands in the input alone."""
    hosts = [] if chain is None else [entry.host for entry in chain.current.hosts if entry.until is None]
    return f"https://{hosts[0]}" if hosts else None


def _policy(arguments: argparse.Namespace) -> Policy | None:
    policy = None if arguments.policy is None else policy_from_file(arguments.policy)
    if arguments.organisation is None:
        return policy
    try:
        organisation = str(OrganisationId.read_loosely(arguments.organisation))
    except MalformedError as error:
        raise CommandError(f"--for: {error.problem}") from error
    from dataclasses import replace

    return replace(policy or Policy(), organisation=organisation)


def _time(text: str | None) -> datetime | date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text) if len(text) <= len("2027-03-31") else _aware(text)
    except ValueError as error:
        raise CommandError(f"--at: {text!r} is no time; write 2027-03-31 or 2027-03-31T12:00:00Z") from error


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment


def _code(report: Report) -> int:
    return {Verdict.VALID: 0, Verdict.INVALID: INVALID, Verdict.UNDETERMINED: UNDETERMINED}[report.verdict]


def _print_error(label: str, problem: str, *, as_json: bool) -> None:
    if as_json:
        error: dict[str, Any] = {"input": label, "error": problem}
        print(json.dumps(error, ensure_ascii=False), flush=True)
    print(f"akashi: {label}: {problem}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
