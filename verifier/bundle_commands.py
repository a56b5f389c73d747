"""`akashi bundle fetch|info`: keep a bundle, and say what it holds. It is verified before it replaces another."""

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from keys.trust import TrustChain
from schemas.errors import MalformedError
from schemas.times import iso
from verifier.anchors import AnchorError, AnchorStore, default_state, read_anchor
from verifier.bundle_view import BundleView
from verifier.http import FetchError, HttpFetcher
from verifier.render import language, printable, table
from verifier.sources import MAX_BUNDLE, FileSource
from verifier.words import phrase

__all__ = ["add_bundle_commands"]


def add_bundle_commands(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bundle = verbs.add_parser("bundle", help="all marks in one file").add_subparsers(
        required=True, metavar="VERB"
    )
    fetch = bundle.add_parser("fetch", help="fetch and verify a bundle")
    fetch.add_argument("file", type=Path, metavar="FILE")
    fetch.add_argument("--registry", metavar="URL", required=True)
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
    path = "bundle/register" if arguments.register else "bundle"
    data = HttpFetcher(arguments.registry).get(path, max_size=MAX_BUNDLE)
    if data is None:
        raise FetchError(f"{arguments.registry} serves no {path}")
    target: Path = arguments.file
    with _opened(data, arguments) as view:
        if target.exists():
            _check_follows(target, view, arguments)
        partial = target.with_name(target.name + ".part")
        with partial.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(target)
        _describe(view, as_json=arguments.json)
    return 0


def _check_follows(target: Path, view: BundleView, arguments: argparse.Namespace) -> None:
    """On return `view` may replace the bundle that is there: a later state of the same log. Raises MalformedError."""
    try:
        with _opened(target, arguments) as held:
            heads = held.heads
    except MalformedError as error:
        raise MalformedError(f"{target} is there and is no such bundle ({error}); it was kept") from error
    for head in heads:
        root = view.root_at(head.place, head.checkpoint.size)
        if root is None:
            raise MalformedError(f"{target} is newer than what the registry serves; it was kept")
        if root != head.checkpoint.root:
            raise MalformedError(
                f"the registry serves another history of the log than {target} holds; it was kept. "
                "Keep both files and tell the scheme's operator and a witness"
            )


def _info(arguments: argparse.Namespace) -> int:
    with _opened(arguments.file, arguments) as view:
        _describe(view, as_json=arguments.json)
    return 0


@contextmanager
def _opened(source: Path | bytes, arguments: argparse.Namespace) -> Iterator[BundleView]:
    """An authentic bundle, closed at the end. Raises AnchorError, MalformedError, OSError."""
    store = AnchorStore(arguments.state or default_state())
    named = arguments.anchor or os.environ.get("AKASHI_ANCHOR")
    anchor = read_anchor(named) if named else store.pinned()
    if anchor is None:
        raise AnchorError("no anchor: give --anchor, or pin one with `akashi trust add`")
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


def _describe(view: BundleView, *, as_json: bool) -> None:
    newest, scheme, lang = view.newest_list, view.chain.current.scheme, language()
    if as_json:
        logs = [
            {"origin": head.checkpoint.origin, "size": head.checkpoint.size, "seen_at": iso(head.seen_at)}
            for head in view.heads
        ]
        facts = {
            "scheme": scheme.id,
            "trust_version": view.chain.current.version,
            "logs": logs,
            "as_of": None if newest is None else iso(newest.as_of),
            "until": None if newest is None else iso(newest.claims.exp),
        }
        print(json.dumps(facts))
        return
    unknown = phrase("unknown-time", lang)
    rows = [(phrase("of-scheme", lang), printable(f"{scheme.id}  {' / '.join(scheme.names.values())}"))]
    for head in view.heads:
        of = {"origin": head.checkpoint.origin, "size": head.checkpoint.size, "time": iso(head.seen_at)}
        rows.append((phrase("log", lang), phrase("log-entries", lang, **of)))
    rows.append((phrase("known-as-of", lang), unknown if newest is None else iso(newest.as_of)))
    rows.append((phrase("usable-until", lang), unknown if newest is None else iso(newest.claims.exp)))
    print("\n".join(table(rows)))
