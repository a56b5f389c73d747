"""A registry in memory that a monitor can follow, and that can commit one crime at a time.

`SimulatedRegistry` implements what a monitor reads over HTTP, on a forge world. Each crime is a method that bends what is
served and nothing else; an honest twin of the same world raises no finding.
"""

import io
import json
from collections.abc import Callable
from typing import IO

from forge.logs import Log
from forge.world import NOW, World
from schemas.entry_bundles import to_bundle
from schemas.merkle import leaf_hash
from schemas.merkle import root as root_of
from schemas.status_list import StatusUri
from schemas.tiles import ENTRIES, TILE_WIDTH, Tile
from verifier.http import Fetcher, FetchError

__all__ = ["SimulatedRegistry", "honest"]


class SimulatedRegistry(Fetcher):
    """Serves a world as it is published, unless bent."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bent: dict[str, bytes | None] = {}
        self.is_down = False
        self.asked: list[str] = []
        self.on_ask: Callable[[str], None] | None = None

    def _open(self, path: str) -> IO[bytes] | None:
        self.asked.append(path)
        if self.on_ask is not None:
            self.on_ask(path)
        if self.is_down:
            raise FetchError("nobody answers")
        data = self.bent[path] if path in self.bent else self._honest(path)
        return None if data is None else io.BytesIO(data)

    def _honest(self, path: str) -> bytes | None:
        segment, _, rest = path.partition("/")
        if segment == "trust":
            notes = self.world.notes
            return notes[int(rest) - 1] if 1 <= int(rest) <= len(notes) else None
        if path == "status/aggregation":
            return json.dumps({"status_lists": sorted(self.world.lists)}).encode()
        if segment == "status":
            named = {str(StatusUri.find(uri).path): data for uri, data in self.world.lists.items()}  # type: ignore[union-attr]
            return named.get(path)
        log = next((log for log in self.world.logs if log.origin.endswith(f"/{segment}")), None)
        return None if log is None or not log.kept else _of_log(log, rest)


def _of_log(log: Log, path: str) -> bytes | None:
    if path == "checkpoint":
        return log.head.note
    if path.startswith("checkpoint/"):
        size = int(path.removeprefix("checkpoint/"))
        return next((kept.note for kept in log.kept if kept.size == size), None)
    tile = Tile.from_path(path)
    entries = log.entries[: log.head.size]
    first, last = tile.index * TILE_WIDTH, tile.index * TILE_WIDTH + tile.width
    if tile.level == ENTRIES:
        return to_bundle(entries[first:last]) if last <= len(entries) else None
    row = [leaf_hash(entry) for entry in entries]
    for _ in range(tile.level):
        row = [root_of(row[at : at + TILE_WIDTH]) for at in range(0, len(row) - TILE_WIDTH + 1, TILE_WIDTH)]
    return b"".join(row[first:last]) if last <= len(row) else None


def honest(world: World, *, at: int = NOW) -> SimulatedRegistry:
    """Publish what there is, and serve it."""
    world.publish(at)
    return SimulatedRegistry(world)
