"""What a bundle is made of, for those who hold most of it already: `GET /bundle/contents/plain` and `…/register` (docs/format.md §7).

Most members need no mention. Tiles follow from a log's size and never change; a kept checkpoint stands at its size.
Named are those nobody can work out: the manifest, the size of each day's landmark, which bundles of entries are in the
file, and digests of what may be replaced. Nothing here vouches for anything: the file put together is verified as a whole.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import rfc8785

from schemas.errors import MalformedError
from schemas.evidence import MAX_MEMBERS, Manifest
from schemas.tiles import ENTRIES, TILE_WIDTH, Tile

__all__ = ["MAX_CONTENTS", "BundleContents", "digest_of"]

MAX_CONTENTS = 16 << 20  # bytes; a register names every profile
_DAY = re.compile(r"[0-9]{8}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{32}", re.ASCII)
_REPLACED = re.compile(
    r"(?:status/[a-z0-9]{1,4}/[0-9]{1,9}|profile/[0-9A-Z]{10})\.cwt|entities/[0-9A-Z]{10}\.cbor", re.ASCII
)


def digest_of(data: bytes) -> str:
    """Half of a SHA-256: enough to see that something changed. What it is, its own signature says."""
    return sha256(data).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleContents:
    """`landmarks`: by log's folder and day (yyyymmdd) a size; `entries`: by folder, paths of tiles; `digests`: by member's name."""

    manifest: Manifest
    landmarks: Mapping[str, Mapping[str, int]]
    entries: Mapping[str, tuple[str, ...]]
    digests: Mapping[str, str]

    def to_bytes(self) -> bytes:
        """Encode in RFC 8785 form."""
        return rfc8785.dumps(
            {
                "manifest": json.loads(self.manifest.to_bytes()),
                "landmarks": {folder: dict(days) for folder, days in self.landmarks.items()},
                "entries": {folder: list(paths) for folder, paths in self.entries.items()},
                "digests": dict(self.digests),
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "BundleContents":
        """Read what a registry says. Raises MalformedError for a name, path or number that no bundle has."""
        try:
            value: Any = json.loads(data)
            contents = cls(
                manifest=Manifest.from_bytes(rfc8785.dumps(value["manifest"])),
                landmarks={folder: dict(days) for folder, days in value["landmarks"].items()},
                entries={folder: tuple(paths) for folder, paths in value["entries"].items()},
                digests=dict(value["digests"]),
            )
            contents._check()
        except (ValueError, ArithmeticError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise MalformedError(f"no contents of a bundle ({error})", "contents") from error
        return contents

    def _check(self) -> None:
        sizes = [log.size for log in self.manifest.logs]
        if min(sizes, default=1) < 1 or sum(sizes) > MAX_MEMBERS * TILE_WIDTH:  # before its tiles are counted
            raise MalformedError("a log is empty, or larger than any file holds", "contents")
        folders = {log.dir for log in self.manifest.logs}
        if not set(self.landmarks) | set(self.entries) <= folders:
            raise MalformedError("names a log that is not in the manifest", "contents")
        for days in self.landmarks.values():
            if not all(_DAY.fullmatch(day) and type(size) is int and size > 0 for day, size in days.items()):
                raise MalformedError("a landmark has a day such as 20261122, and a size", "contents")
        for path in (path for paths in self.entries.values() for path in paths):
            if Tile.from_path(path).level != ENTRIES:
                raise MalformedError("not the path of a bundle of entries", path)
        for name, digest in self.digests.items():
            if not _REPLACED.fullmatch(name) or not _DIGEST.fullmatch(digest):
                raise MalformedError("a digest has 32 hex digits, of a list, a profile or entities", name)
