"""The register to judge from when none was named: fetched whole, so that nobody learns about whom was asked."""

from contextlib import closing
from pathlib import Path

from keys.trust import TrustChain
from keys.whole_files import write_whole
from schemas.errors import MalformedError
from verifier.bundle_view import BundleView
from verifier.http import FetchError, HttpFetcher
from verifier.sources import MAX_BUNDLE, FileSource

__all__ = ["kept_path", "kept_register"]


def kept_path(folder: Path, anchor: str) -> Path:
    """Where the register of an anchor is kept in a state folder."""
    return folder / anchor / "register.akashi"


def kept_register(registry: str, *, anchor: str, chain: TrustChain | None, folder: Path) -> Path:
    """Fetch the whole register, verify it, and keep it in the state folder; what does not verify replaces nothing.

    Raises FetchError, MalformedError, OSError.
    """
    data = HttpFetcher(registry).get("bundle/register", max_size=MAX_BUNDLE)
    if data is None:
        raise FetchError(f"{registry} serves no bundle/register")
    with closing(FileSource(data, anchor=anchor, chain=chain)) as opened:
        trust, view = opened.trust(), opened.held()
        if not isinstance(trust, TrustChain):
            raise MalformedError(trust.detail)
        if not isinstance(view, BundleView) or view.refused is not None or not view.heads:
            raise MalformedError("what the registry serves is no authentic register; nothing was kept")
    path = kept_path(folder, anchor)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data, mode=0o644)
    return path
