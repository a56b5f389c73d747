"""`akashi bundle fetch|info|search`: keep a bundle current, say what it holds and how old it is, find a holder in it."""

import argparse
import json
import os
import sys
from contextlib import AbstractContextManager, closing
from pathlib import Path
from time import time

from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.times import iso
from verifier.anchors import AnchorError, AnchorStore, default_state, read_anchor
from verifier.bundle_view import BundleView
from verifier.places import read_places, write_places
from verifier.progress import progress
from verifier.render import language, printable, said_age, table
from verifier.words import LANGUAGES, phrase

__all__ = ["add_bundle_commands", "say_refused"]


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
    search = bundle.add_parser("search", help="look an organisation up in a register, offline")
    search.add_argument("file", type=Path, metavar="FILE")
    search.add_argument("words", nargs="+", metavar="WORDS", help="a company number, mark number or name")
    search.set_defaults(run=_search)
    for verb in (fetch, info, search):
        verb.add_argument("--anchor", metavar="HEX|FILE", help="AKASHI_ANCHOR, or the pinned one")
        verb.add_argument("--state", type=Path, metavar="DIR", help="AKASHI_STATE")
        verb.add_argument("--json", action="store_true")
        verb.add_argument("--lang", choices=LANGUAGES, help="language of the text output")


def _fetch(arguments: argparse.Namespace) -> int:
    from verifier.bundle_fetch import fetch_bundle, sources_of

    target: Path = arguments.file
    store, anchor = _anchor(arguments)

    def opened(path: Path) -> AbstractContextManager[BundleView]:
        return _opened(path, arguments)

    with progress() as say:
        fetched = fetch_bundle(
            target,
            sources_of(arguments.registry, store.find_chain(anchor)),
            register=arguments.register or _is_register(target),
            opened=opened,
            say=say,
            refused=say_refused,
        )
    with _opened(target, arguments) as view:
        if fetched.pieces != 0 or not read_places(target):
            write_places(target, view.sorted_places())
        _describe(view, target, arguments)
    return 0


def _is_register(target: Path) -> bool:
    """Whether what is to be kept current is a register: nobody gives its names up unasked."""
    try:
        with closing(Archive.open(target)) as held:
            return held.manifest.variant == "register"
    except (MalformedError, OSError):
        return False


def _search(arguments: argparse.Namespace) -> int:
    from verifier.bundle_search import search_register  # what reads names is loaded when it is asked for

    return search_register(arguments)


def say_refused(source: str, error: Exception) -> None:
    """Say that one source was passed over, and why."""
    print(f"akashi: {source}: {printable(str(error))}; the next one is asked", file=sys.stderr)


def _info(arguments: argparse.Namespace) -> int:
    with _opened(arguments.file, arguments) as view:
        _describe(view, arguments.file, arguments)
    return 0


def _anchor(arguments: argparse.Namespace) -> tuple[AnchorStore, str]:
    """Give the anchor, and where what belongs to it is kept. Raises AnchorError."""
    store = AnchorStore(arguments.state or default_state())
    named = arguments.anchor or os.environ.get("AKASHI_ANCHOR")
    anchor = read_anchor(named) if named else store.pinned()
    if anchor is None:
        raise AnchorError("no anchor: give --anchor, or pin one with `akashi trust add`")
    return store, anchor


def _opened(path: Path, arguments: argparse.Namespace) -> AbstractContextManager[BundleView]:
    from verifier.bundle_fetch import authentic

    store, anchor = _anchor(arguments)
    return authentic(path, anchor=anchor, chain=store.find_chain(anchor))


def _describe(view: BundleView, path: Path, arguments: argparse.Namespace) -> None:
    newest, scheme, lang = view.newest_list, view.chain.current.scheme, arguments.lang or language()
    size, kept = path.stat().st_size, bool(read_places(path))
    if arguments.json:
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
        (phrase("of-scheme", lang), f"{scheme.id}  {' / '.join(map(printable, scheme.names.values()))}"),
        (phrase("holds", lang), f"{phrase(f'holds-{view.variant}', lang)} ({size:,} bytes)"),
    ]
    for head in view.heads:
        of = {"origin": head.checkpoint.origin, "size": head.checkpoint.size, "time": iso(head.seen_at)}
        rows.append((phrase("log", lang), phrase("log-entries", lang, **of)))
    age = "" if newest is None else f" ({said_age(int(time()) - newest.as_of, lang)})"
    rows.append((phrase("known-as-of", lang), unknown if newest is None else iso(newest.as_of) + age))
    rows.append((phrase("usable-until", lang), unknown if newest is None else iso(newest.claims.exp)))
    print("\n".join(table(rows)))
