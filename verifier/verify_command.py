"""`akashi verify`: judge whatever was handed over, one report an input. Exit codes are part of the interface:

2 usage, or an input nothing can be said of; else 1 any invalid; else 3 any undetermined; else 0.
"""

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keys.trust import TrustChain
from schemas.errors import MalformedError
from schemas.organisation_id import OrganisationId
from verifier.anchors import AnchorStore, default_state, read_anchor
from verifier.checks import CLOCK_ROOM
from verifier.inputs import Input, Unreadable, files_in, read_input, read_stream
from verifier.partners import Partners
from verifier.policy import Policy, parse_duration, policy_from_file
from verifier.render import language, one_line, printable, render
from verifier.report import Report, Verdict
from verifier.report_json import to_json
from verifier.sources import MAX_BUNDLE, FileSource
from verifier.verifier import Verifier
from verifier.words import LANGUAGES, meaning, phrase, title

if TYPE_CHECKING:
    from verifier.http import Fetcher

__all__ = [
    "INVALID",
    "UNDETERMINED",
    "USAGE",
    "UsageError",
    "add_verify_command",
    "asked_anchor",
    "asked_time",
    "first_host",
    "is_to_come",
]

USAGE, INVALID, UNDETERMINED = 2, 1, 3
# Allowed in JSON, yet able to drive a terminal or turn a line around; written as \\uXXXX.
_UNFIT = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


class UsageError(Exception):
    """One line for stderr, with a hint; exit 2."""


def add_verify_command(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verify = verbs.add_parser(
        "verify", help="judge marks: numbers, links, digits, files, folders of files, pictures, or -"
    )
    verify.add_argument("input", nargs="+", metavar="INPUT")
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
    verify.add_argument("--anchor", metavar="HEX|FILE", help="where trust starts (AKASHI_ANCHOR)")
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
    clock = _clock(arguments.now)
    at = asked_time(arguments.at, now=clock())
    max_age = None if arguments.max_age is None else parse_duration(arguments.max_age)
    store = AnchorStore(arguments.state or default_state())
    anchor, state = asked_anchor(arguments, store)
    lang = arguments.lang or language()
    codes: set[int] = set()
    with _verifier(arguments, anchor, state, store, clock) as verifier:
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
            names = list(inside)
            for name in names:
                yield from read_input(name)
            if not names:
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


def asked_anchor(arguments: argparse.Namespace, store: AnchorStore) -> tuple[str | None, Path | None]:
    """Give the anchor, and where to remember: in a folder that was named, or with a pinned anchor."""
    named = arguments.anchor or os.environ.get("AKASHI_ANCHOR")
    asked_to_remember = arguments.state is not None or bool(os.environ.get("AKASHI_STATE"))
    if named:
        return read_anchor(named), (store.folder if asked_to_remember else None)
    pinned = store.pinned()
    return pinned, (store.folder if pinned else None)


def _verifier(
    arguments: argparse.Namespace,
    anchor: str | None,
    state: Path | None,
    store: AnchorStore,
    clock: Callable[[], float],
) -> Verifier:
    chain = None if anchor is None or state is None else store.find_chain(anchor)
    named = _named_partners(arguments)
    if arguments.bundle:
        files = [_content(one, arguments) for one in arguments.bundle]
        ours = _of_anchor(files, anchor, chain)
        others = [one for one in files if one is not ours]
        partners: Partners = [*others, *_files_of(named)] if others else (named or [])
        return Verifier.from_bundle(
            ours, anchor=anchor, state=state, chain=chain, partners=partners, clock=clock
        )
    registry = None if arguments.offline else arguments.registry or first_host(chain)
    if registry is None:
        return Verifier.without_source(chain, clock=clock)
    return Verifier.from_registry(
        registry, anchor=anchor, state=state, chain=chain, partners=named, clock=clock
    )


def _named_partners(arguments: argparse.Namespace) -> "dict[str, str | Fetcher | Path | bytes]":
    """Read --partner SCHEME=URL|FILE. Raises UsageError."""
    found: dict[str, str | Fetcher | Path | bytes] = {}
    for text in arguments.partner:
        scheme, equals, place = text.partition("=")
        if not equals or not place:
            raise UsageError(f"--partner {text}: write SCHEME=URL, or SCHEME=FILE for a bundle of it")
        if "://" in place and arguments.offline:
            raise UsageError("--offline sends nothing: name a bundle file of the partner, not an address")
        found[scheme] = place if "://" in place else Path(place)
    return found


def _content(text: str, arguments: argparse.Namespace) -> Path | bytes:
    if "://" not in text:
        return Path(text)
    if arguments.offline:
        raise UsageError("--offline sends nothing: name a bundle file, not an address")
    return _fetch_whole(text)


def _files_of(named: "dict[str, str | Fetcher | Path | bytes]") -> list[Path | bytes]:
    if any(not isinstance(place, Path) for place in named.values()):
        raise UsageError("--partner: beside several bundles name bundle files, not addresses")
    return [place for place in named.values() if isinstance(place, Path)]


def _of_anchor(files: list[Path | bytes], anchor: str | None, chain: TrustChain | None) -> Path | bytes:
    """Give the file our anchor vouches for; the first one where none is, so that it is said why."""
    for one in files if len(files) > 1 else []:
        with closing(FileSource(one, anchor=anchor, chain=chain)) as opened:
            if opened.is_of_chain:
                return one
    return files[0]


def _fetch_whole(url: str) -> bytes:
    """Fetch one file by its whole address. Raises UsageError, FetchError."""
    from verifier.http import HttpFetcher  # nothing of the network is loaded by who asks nothing of it

    base, _, path = url.rpartition("/")
    data = HttpFetcher(base).get(path, max_size=MAX_BUNDLE)
    if data is None:
        raise UsageError(f"{url}: there is nothing; a registry serves its bundle at /bundle")
    return data


def first_host(chain: TrustChain | None) -> str | None:
    """Reach the first host the trust document names; never one that stands in the input alone."""
    hosts = [] if chain is None else [entry.host for entry in chain.current.hosts if entry.until is None]
    return f"https://{hosts[0]}" if hosts else None


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


def _clock(text: str | None) -> Callable[[], float]:
    """Give this machine's clock, or one that stands still where it was told to. Raises UsageError."""
    if text is None:
        return time.time
    try:
        moment = _moment(text)
    except ValueError as error:
        raise UsageError(f"--now: {text!r} is no time; write 2027-03-31T12:00:00Z") from error
    if not isinstance(moment, datetime):
        raise UsageError(f"--now: {text} is a whole day; write 2027-03-31T12:00:00Z")
    seconds = moment.timestamp()
    return lambda: seconds


def asked_time(text: str | None, *, now: float) -> datetime | date | None:
    """Read --at. Raises UsageError, also for a time after `now` (POSIX seconds)."""
    if text is None:
        return None
    try:
        moment = _moment(text)
    except ValueError as error:
        raise UsageError(f"--at: {text!r} is no time; write 2027-03-31 or 2027-03-31T12:00:00Z") from error
    if is_to_come(moment, now=datetime.fromtimestamp(now, UTC)):
        raise UsageError(f"--at: {text} has not come; nobody can say yet how a mark will stand then")
    return moment


def is_to_come(moment: datetime | date, *, now: datetime) -> bool:
    """Whether a time, or a day in every time zone, still lies ahead."""
    if isinstance(moment, datetime):
        return moment > now + timedelta(seconds=CLOCK_ROOM)
    return moment > (now + timedelta(hours=14)).date()


def _moment(text: str) -> datetime | date:
    """Read a date, or an RFC 3339 time with its zone. Raises ValueError."""
    is_date = len(text) <= len("2027-03-31")
    moment = date.fromisoformat(text) if is_date else datetime.fromisoformat(text)
    if not 1970 < moment.year < 9999 or (isinstance(moment, datetime) and moment.tzinfo is None):
        raise ValueError("no time a mark can have")
    return moment


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
