"""The register to judge from when none was named: kept whole, brought up to date whole, so that nobody learns whom it is about."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from keys.trust import TrustChain
from schemas.errors import MalformedError
from verifier.bundle_fetch import fetch_bundle
from verifier.bundle_view import BundleView
from verifier.progress import Say
from verifier.sources import FileSource

__all__ = ["kept_path", "kept_register"]


def kept_path(folder: Path, anchor: str) -> Path:
    """Where the register of an anchor is kept in a state folder."""
    return folder / anchor / "register.akashi"


def kept_register(registry: str, *, anchor: str, chain: TrustChain | None, folder: Path, say: Say) -> Path:
    """Bring the register in the state folder up to date, verified; what does not verify replaces nothing.

    Raises FetchError, MalformedError, OSError.
    """

    @contextmanager
    def opened(path: Path) -> Iterator[BundleView]:
        with closing(FileSource(path, anchor=anchor, chain=chain)) as source:
            trust, view = source.trust(), source.held()
            if not isinstance(trust, TrustChain):
                raise MalformedError(trust.detail)
            if not isinstance(view, BundleView) or view.refused is not None or not view.heads:
                raise MalformedError("is no authentic register")
            yield view

    path = kept_path(folder, anchor)
    path.parent.mkdir(parents=True, exist_ok=True)
    fetch_bundle(path, [registry], register=True, opened=opened, say=say)
    return path
