"""`akashi bundle fetch|info`: keep a bundle current, and say what it holds and how old it is."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from time import time

from keys.trust import TrustChain
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.times import iso
from verifier.anchors import AnchorError, AnchorStore, default_state, read_anchor
from verifier.bundle_fetch import fetch_bundle
from verifier.bundle_view import BundleView
from verifier.places import read_places, write_places
from verifier.progress import progress
from verifier.render import language, printable, said_age, table
from verifier.sources import FileSource
from verifier.words import phrase

__all__ = ["add_bundle_commands"]


def add_bundle_commands(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bundle = verbs.add_parser("bundle", help="all marks in one file").add_subparsers(
        required=True, metavar="VERB"
    )
    fetch = bundle.add_parser("fetch", help="fetch a bundle, or what is new in it, and verify it")
    fetch.add_argument("file", type=Path, metavar="FILE")
    fetch.add_argument(
        "--registry",
        action="append",
        default=[],
        metavar="URL",
        help="whom to ask; more than one: in this order, then the mirrors the trust document names",
    )
    fetch.add_argument(
        "--register", action="store_true", help="with all entries, so that look-up works offline"
    )
    fetch.set_defaults(run=_fetch)
    info = bundle.add_parser("info", help="what a bundle holds and how old it is")
    info.add_argument("file", type=Path, metavar="FILE")
    info.set_defaults(run=_info)
    for verb in (fetch, info):
        verb.add_argument("--anchor", metavar="HEX|FILE", help="AKASHI_ANCHOR, or the pinned one")
        verb.add_argument("--state", type=Path, metavar="DIR", help="AKASHI_STATE")
        verb.add_argument("--json", action="store_true")


def _fetch(arguments: argparse.Namespace) -> int:
    target: Path = arguments.file

    def opened(path: Path) -> AbstractContextManager[BundleView]:
        return _opened(path, arguments)

    with progress() as say:
        fetched = fetch_bundle(
            target,
            _sources(arguments),
            register=arguments.register or _is_register(target),
            opened=opened,
            say=say,
            refused=_say_refused,
        )
    with _opened(target, arguments) as view:
        if fetched.pieces != 0 or not read_places(target):
            write_places(target, view.sorted_places())
        _describe(view, target, as_json=arguments.json)
    return 0


def _sources(arguments: argparse.Namespace) -> list[str]:
    """Whom to ask, in order: those named; then the mirrors of the trust document that is kept, which for want of a name its host goes before."""
    store, anchor = _anchor(arguments)
    chain = store.find_chain(anchor)
    named: list[str] = list(arguments.registry)
    if chain is not None:
        hosts = [f"https://{host.host}" for host in chain.current.hosts if host.until is None]
        named += [*([] if named else hosts[:1]), *chain.current.mirrors]
    return list(dict.fromkeys(named))


def _is_register(target: Path) -> bool:
    """Whether what is to be kept current is a register: nobody gives its names up unasked."""
    try:
        with closing(Archive.open(target)) as held:
            return held.manifest.variant == "register"
    except (MalformedError, OSError):
        return False


def _say_refused(source: str, error: Exception) -> None:
    print(f"akashi: {source}: {printable(str(error))}; the next one is asked", file=sys.stderr)


def _info(arguments: argparse.Namespace) -> int:
    with _opened(arguments.file, arguments) as view:
        _describe(view, arguments.file, as_json=arguments.json)
    return 0


def _anchor(arguments: argparse.Namespace) -> tuple[AnchorStore, str]:
    """Give the anchor, and where what belongs to it is kept. Raises AnchorError."""
    store = AnchorStore(arguments.state or default_state())
    named = arguments.anchor or os.environ.get("AKASHI_ANCHOR")
    anchor = read_anchor(named) if named else store.pinned()
    if anchor is None:
        raise AnchorError("no anchor: give --anchor, or pin one with `akashi trust add`")
    return store, anchor


@contextmanager
def _opened(source: Path, arguments: argparse.Namespace) -> Iterator[BundleView]:
    """An authentic bundle, closed at the end. Raises AnchorError, MalformedError, OSError."""
    store, anchor = _anchor(arguments)
    with closing(FileSource(source, anchor=anchor, chain=store.find_chain(anchor))) as opened:
        chain, view = opened.trust(), opened.held()
        if not isinstance(chain, TrustChain):
            raise AnchorError(chain.detail)
        if not isinstance(view, BundleView):
            raise MalformedError("is evidence of one mark, not a bundle; judge it with `akashi verify FILE`")
        if view.refused is not None or not view.heads:
            detail = view.refused.detail if view.refused else "no log in it"
            raise MalformedError(f"the bundle is not authentic: {detail}")
        yield view


def _describe(view: BundleView, path: Path, *, as_json: bool) -> None:
    newest, scheme, lang = view.newest_list, view.chain.current.scheme, language()
    size, kept = path.stat().st_size, bool(read_places(path))
    if as_json:
        logs = [
            {"origin": head.checkpoint.origin, "size": head.checkpoint.size, "seen_at": iso(head.seen_at)}
            for head in view.heads
        ]
        facts = {
            "scheme": scheme.id,
            "variant": view.variant,
            "bytes": size,
            "trust_version": view.chain.current.version,
            "logs": logs,
            "as_of": None if newest is None else iso(newest.as_of),
            "until": None if newest is None else iso(newest.claims.exp),
            "index": kept,
        }
        print(json.dumps(facts))
        return
    unknown = phrase("unknown-time", lang)
    rows = [
        (phrase("of-scheme", lang), printable(f"{scheme.id}  {' / '.join(scheme.names.values())}")),
        (phrase("holds", lang), f"{phrase(f'holds-{view.variant}', lang)} ({size:,} bytes)"),
    ]
    for head in view.heads:
        of = {"origin": head.checkpoint.origin, "size": head.checkpoint.size, "time": iso(head.seen_at)}
        rows.append((phrase("log", lang), phrase("log-entries", lang, **of)))
    age = "" if newest is None else f" ({said_age(int(time()) - newest.as_of, lang)})"
    rows.append((phrase("known-as-of", lang), unknown if newest is None else iso(newest.as_of) + age))
    rows.append((phrase("usable-until", lang), unknown if newest is None else iso(newest.claims.exp)))
    print("\n".join(table(rows)))
