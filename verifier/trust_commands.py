"""`akashi trust add|show|update`: pin an anchor after comparing it, and keep its trust documents."""

import argparse
import json
import os
import sys
from pathlib import Path
from time import time
from typing import Any

from keys.trust import TrustChain, TrustRefusedError, read_note, walk
from schemas.times import DAY, iso
from schemas.trust_entries import Recognised
from schemas.typed import is_value
from verifier.anchors import AnchorError, AnchorStore, default_state, read_anchor
from verifier.render import language, printable, table
from verifier.report import Refused
from verifier.sources import RegistrySource
from verifier.words import phrase

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
        # The question goes to stderr: stdout is for what was pinned.
        lang = language()
        print(_described(chain, lang), phrase("compare-anchor", lang), sep="\n", file=sys.stderr)
        if not _is_confirmed(phrase("is-it-the-same", lang)):
            raise AnchorError("nothing was pinned; compare the anchor, then answer yes or give --anchor")
    store.pin(chain)
    _describe(chain, as_json=arguments.json)
    return 0


def _is_confirmed(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() == "yes"


def _show(arguments: argparse.Namespace) -> int:
    _describe(_kept(arguments)[1], as_json=arguments.json)
    return 0


def _update(arguments: argparse.Namespace) -> int:
    from verifier.http import HttpFetcher

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
    named = arguments.anchor or os.environ.get("AKASHI_ANCHOR")
    anchor = read_anchor(named) if named else store.pinned()
    chain = None if anchor is None else store.find_chain(anchor)
    if chain is None:
        raise AnchorError("nothing is pinned; pin an anchor with `akashi trust add URL|FILE`")
    return store, chain


def _notes(place: str) -> list[bytes]:
    if "://" not in place:
        return [_note_in(place)]
    from verifier.http import HttpFetcher

    notes = RegistrySource(HttpFetcher(place), anchor=None).fetch_trust()
    if not notes:
        raise AnchorError(f"{place} serves no trust document at /trust/1")
    return notes


def _note_in(place: str) -> bytes:
    if is_value(place):
        raise AnchorError(f"{place!r:.200} is no address; if it is a file, write ./{place:.100}")
    try:
        return Path(place).read_bytes()
    except FileNotFoundError as error:
        raise AnchorError(f"{place}: no such file; an address is written https://{place:.100}") from error


def _walk(anchor: str, notes: list[bytes]) -> TrustChain:
    try:
        return walk(anchor, notes)
    except TrustRefusedError as error:
        raise AnchorError(str(error)) from error


def _describe(chain: TrustChain, *, as_json: bool) -> None:
    print(json.dumps(_facts(chain), ensure_ascii=False) if as_json else _described(chain, language()))


def _facts(chain: TrustChain) -> dict[str, Any]:
    document = chain.current
    return {
        "anchor": chain.anchor,
        "scheme": document.scheme.id,
        "names": document.scheme.names,
        "version": document.version,
        "expires": iso(document.expires),
        "days_left": _days_left(chain),
        "root": {"threshold": document.root.threshold, "keys": [k.to_text() for k in document.root.keys]},
        "life_left_percent": int(document.life_left_at(int(time())) * 100),
        "warning": document.warning_at(int(time())),
        "hosts": [entry.host for entry in document.hosts],
        "recognised": [
            {
                "scheme": entry.scheme,
                "country": entry.country,
                "anchor": entry.anchor,
                "url": entry.url,
                "from": iso(entry.start),
                "until": None if entry.until is None else iso(entry.until),
                "levels": entry.levels,
                "editions": entry.editions,
            }
            for entry in document.recognised
        ],
    }


def _described(chain: TrustChain, lang: str) -> str:
    document = chain.current
    until = {"version": document.version, "time": iso(document.expires), "days": _days_left(chain)}
    of = {"threshold": document.root.threshold, "count": len(document.root.keys)}
    rows = [
        (
            phrase("of-scheme", lang),
            f"{document.scheme.id}  {' / '.join(map(printable, document.scheme.names.values()))}",
        ),
        (phrase("anchor", lang), chain.anchor),
        (phrase("version", lang), phrase("version-until", lang, **until)),
        (phrase("root", lang), phrase("root-of", lang, **of)),
        *(("", printable(key.to_text())) for key in document.root.keys),
    ]
    for place, entry in enumerate(document.recognised):
        rows.append(("" if place else phrase("recognises", lang), _recognised(entry, lang)))
    lines = table(rows)
    warning = document.warning_at(int(time()))
    if warning is not None:
        lines.append(phrase(f"trust-{warning}", lang))
    return "\n".join(lines)


def _recognised(entry: Recognised, lang: str) -> str:
    facts = {"scheme": entry.scheme, "country": entry.country, "start": iso(entry.start)[:10]}
    if entry.until is None:
        parts = [phrase("recognised-from", lang, **facts)]
    else:
        parts = [phrase("recognised-until", lang, **facts, until=iso(entry.until)[:10])]
    if entry.levels is not None:
        parts.append(phrase("recognised-levels", lang, levels=", ".join(map(str, entry.levels))))
    if entry.editions is not None:
        parts.append(phrase("recognised-editions", lang, editions=printable(", ".join(entry.editions))))
    return "; ".join(parts)


def _days_left(chain: TrustChain) -> int:
    return (chain.current.expires - int(time())) // DAY
