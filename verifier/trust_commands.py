"""`akashi trust add|show|update`: pin an anchor after comparing it, and keep its trust documents."""

import argparse
import json
import sys
from pathlib import Path
from time import time

from keys.trust import TrustChain, TrustRefusedError, read_note, walk
from schemas.times import DAY, iso
from schemas.trust_document import TrustDocument
from verifier.anchors import AnchorError, AnchorStore, default_state, read_anchor
from verifier.http import HttpFetcher
from verifier.report import Refused
from verifier.sources import RegistrySource

__all__ = ["add_trust_commands"]


def add_trust_commands(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    trust = verbs.add_parser("trust", help="the anchor everything is judged by").add_subparsers(
        required=True, metavar="VERB"
    )
    for name, run, words in (
        ("add", _add, "pin the anchor of a scheme"),
        ("show", _show, "show what is pinned"),
        ("update", _update, "fetch newer trust documents"),
    ):
        verb = trust.add_parser(name, help=words)
        verb.add_argument("--state", type=Path, metavar="DIR", help="AKASHI_STATE")
        verb.add_argument("--anchor", metavar="HEX|FILE", help="the anchor, compared out of band")
        verb.add_argument("--json", action="store_true")
        if name == "add":
            verb.add_argument("place", metavar="URL|FILE", help="a registry, or a trust document")
        if name == "update":
            verb.add_argument("--registry", metavar="URL", required=True)
        verb.set_defaults(run=run)


def _add(arguments: argparse.Namespace) -> int:
    store = AnchorStore(arguments.state or default_state())
    notes = _notes(arguments.place)
    if arguments.anchor:
        chain = _walk(read_anchor(arguments.anchor), notes)
    else:
        chain = _walk(read_note(notes[0])[1].anchor, notes)
        _describe(chain)
        print(
            "Compare this anchor with the one you were given by another way (paper, telephone, another site)."
        )
        if not sys.stdin.isatty() or input("Is it the same? Type yes: ").strip().lower() != "yes":
            raise AnchorError("nothing was pinned; compare the anchor, then answer yes or give --anchor")
    store.pin(chain)
    _describe(chain, as_json=arguments.json)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    _describe(_kept(arguments)[1], as_json=arguments.json)
    return 0


def _update(arguments: argparse.Namespace) -> int:
    store, chain = _kept(arguments)
    source = RegistrySource(HttpFetcher(arguments.registry), anchor=chain.anchor)
    newer = source.trust()
    if isinstance(newer, Refused):
        raise AnchorError(source.trouble or newer.detail)
    store.keep(chain.extended(newer.notes))
    _describe(chain.extended(newer.notes), as_json=arguments.json)
    return 0


def _kept(arguments: argparse.Namespace) -> tuple[AnchorStore, TrustChain]:
    store = AnchorStore(arguments.state or default_state())
    anchor = read_anchor(arguments.anchor) if arguments.anchor else store.pinned()
    chain = None if anchor is None else store.find_chain(anchor)
    if chain is None:
        raise AnchorError("nothing is pinned; pin an anchor with `akashi trust add URL|FILE`")
    return store, chain


def _notes(place: str) -> list[bytes]:
    if "://" not in place:
        return [Path(place).read_bytes()]
    notes = RegistrySource(HttpFetcher(place), anchor=None).fetch_trust()
    if not notes:
        raise AnchorError(f"{place} serves no trust document at /trust/1")
    return notes


def _walk(anchor: str, notes: list[bytes]) -> TrustChain:
    try:
        return walk(anchor, notes)
    except TrustRefusedError as error:
        raise AnchorError(str(error)) from error


def _describe(chain: TrustChain, *, as_json: bool = False) -> None:
    document: TrustDocument = chain.current
    days = (document.expires - int(time())) // DAY
    if as_json:
        facts = {
            "anchor": chain.anchor,
            "scheme": document.scheme.id,
            "names": document.scheme.names,
            "version": document.version,
            "expires": iso(document.expires),
            "days_left": days,
            "root": {"threshold": document.root.threshold, "keys": [k.to_text() for k in document.root.keys]},
            "hosts": [entry.host for entry in document.hosts],
        }
        print(json.dumps(facts, ensure_ascii=False))
        return
    print(f"scheme   {document.scheme.id}  {' / '.join(document.scheme.names.values())}")
    print(f"anchor   {chain.anchor}")
    print(f"version  {document.version}, until {iso(document.expires)} ({days} days)")
    print(f"root     {document.root.threshold} of {len(document.root.keys)}")
    for key in document.root.keys:
        print(f"         {key.to_text()}")
