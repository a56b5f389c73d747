"""Which anchor to start from, and the trust documents kept since (docs/format.md §5 rule 0).

<state>/pinned                 the anchor `akashi trust add` pinned
<state>/<anchor>/trust/<n>     trust documents kept, so that a newer one is never withheld again
<state>/<anchor>.json          what a verifier remembers (verifier.state)
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from keys.trust import TrustChain, TrustRefusedError, walk
from keys.whole_files import write_whole
from schemas.typed import is_value

__all__ = ["AnchorError", "AnchorStore", "checked_anchor", "default_state", "read_anchor"]

_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


class AnchorError(Exception):
    """The anchor or what is kept with it cannot be used; says what would be right."""


def default_state(environment: Mapping[str, str] | None = None) -> Path:
    """Give AKASHI_STATE, else a folder in the user's home."""
    named = (os.environ if environment is None else environment).get("AKASHI_STATE")
    return Path(named) if named else Path.home() / ".akashi"


def read_anchor(text: str) -> str:
    """Read 64 hex digits, or a file that holds them; what reads as a value is no file (`schemas.typed`). Raises AnchorError."""
    if _HEX.fullmatch(text.strip().lower()):
        return checked_anchor(text)
    if is_value(text):
        raise AnchorError(
            f"{text!r:.200} is not 64 hex digits; if it is a file that holds them, write ./{text:.100}"
        )
    return _read_anchor_file(Path(text))


def _read_anchor_file(path: Path) -> str:
    try:
        return checked_anchor(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise AnchorError(f"{str(path)!r} is neither 64 hex digits nor a file that holds them") from error


def checked_anchor(text: str) -> str:
    """Give an anchor in lower case. Raises AnchorError for what is not 64 hex digits."""
    value = text.strip().lower()
    if not _HEX.fullmatch(value):
        raise AnchorError(f"{text!r:.200} is no anchor: an anchor is 64 hex digits")
    return value


class AnchorStore:
    """The folder in which anchors and their trust documents are kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def pinned(self) -> str | None:
        path = self.folder / "pinned"
        return _read_anchor_file(path) if path.is_file() else None

    def pin(self, chain: TrustChain) -> None:
        self.keep(chain)
        write_whole(self.folder / "pinned", f"{chain.anchor}\n".encode())

    def keep(self, chain: TrustChain) -> None:
        """Write every version of a chain; a version once written stays as it is."""
        folder = self.folder / chain.anchor / "trust"
        folder.mkdir(parents=True, exist_ok=True)
        for document, note in zip(chain.documents, chain.notes, strict=True):
            path = folder / str(document.version)
            if not path.exists():
                write_whole(path, note, mode=0o644)

    def find_chain(self, anchor: str) -> TrustChain | None:
        """Give the chain kept for an anchor. Raises AnchorError when what is kept does not hold."""
        folder = self.folder / anchor / "trust"
        notes = [path.read_bytes() for path in folder.glob("[0-9]*") if path.suffix == ""]
        if not notes:
            return None
        try:
            return walk(anchor, notes)
        except TrustRefusedError as error:
            raise AnchorError(f"{folder}: {error}; it was changed since it was kept") from error
