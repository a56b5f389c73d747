"""Where the verdicts of `akashi verify` come from: bundles, a registry, or nothing beyond the mark."""

import argparse
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from keys.trust import TrustChain
from verifier.anchors import AnchorStore
from verifier.asked import UsageError
from verifier.partners import Partners
from verifier.sources import MAX_BUNDLE, FileSource
from verifier.verifier import Verifier

if TYPE_CHECKING:
    from verifier.http import Fetcher

__all__ = ["asked_verifier"]


def asked_verifier(
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
    registry = None if arguments.offline else arguments.registry or _first_host(chain)
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


def _first_host(chain: TrustChain | None) -> str | None:
    """Reach the first host the trust document names; never one that stands in the input alone."""
    hosts = [] if chain is None else [entry.host for entry in chain.current.hosts if entry.until is None]
    return f"https://{hosts[0]}" if hosts else None
