"""The register to judge from when none was named: kept whole, brought up to date whole, so that nobody learns whom it is about."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from keys.trust import TrustChain
from verifier.bundle_fetch import authentic, fetch_bundle
from verifier.bundle_view import BundleView
from verifier.progress import Say

__all__ = ["kept_path", "kept_register"]


def kept_path(folder: Path, anchor: str) -> Path:
    """Where the register of an anchor is kept in a state folder."""
    return folder / anchor / "register.akashi"


def kept_register(
    sources: Sequence[str],
    *,
    anchor: str,
    chain: TrustChain | None,
    folder: Path,
    say: Say,
    refused: Callable[[str, Exception], None],
) -> Path:
    """Bring the register in the state folder up to date, verified; what does not verify replaces nothing.

    Asks the sources in order (`verifier.bundle_fetch`); `refused` hears why one was passed over. Raises FetchError,
    MalformedError, OSError.
    """

    def opened(path: Path) -> AbstractContextManager[BundleView]:
        return authentic(path, anchor=anchor, chain=chain)

    path = kept_path(folder, anchor)
    path.parent.mkdir(parents=True, exist_ok=True)
    fetch_bundle(path, sources, register=True, opened=opened, say=say, refused=refused)
    return path
