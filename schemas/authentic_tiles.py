"""Tiles that are known to belong to one tree head, so that a leaf is proven by looking it up.

The root over the right edge authenticates every partial tile, and each full tile's root stands in
the tile above it. So a tile is hashed once, when it is first used, and afterwards the proof that
leaf *i* has hash *h* is that *h* stands at its place (docs/format.md §7, "Loading").
"""

from collections import OrderedDict

from schemas.errors import MalformedError
from schemas.merkle import EMPTY_ROOT, HASH_SIZE, root
from schemas.tiles import TILE_WIDTH, Nodes, ReadTile, hashes_of, root_from_tiles, tile_at

__all__ = ["AuthenticTiles"]


class AuthenticTiles:
    """The tiles of the tree with this `size` and `root_hash`, which the caller has from a checkpoint it believes.

    Holds every upper tile it has used, and the `keep` level-0 tiles used last (8 KiB each).
    Raises MalformedError, here and later, for tiles that are not this tree's.
    """

    def __init__(self, read_tile: ReadTile, *, size: int, root_hash: bytes, keep: int = 4096) -> None:
        self.size = size
        self._read_tile = read_tile
        self._keep = keep
        self._upper: dict[tuple[int, int], list[bytes]] = {}
        self._leaves: OrderedDict[int, bytes] = OrderedDict()
        self._edge: dict[str, bytes] = {}
        self._nodes = Nodes(self._hashes_at)
        if root_from_tiles(self._read_edge, size) != root_hash:
            raise MalformedError("the tiles are another tree's than the checkpoint's", "tile")

    def leaf_hash(self, index: int) -> bytes:
        """Give the hash of leaf `index`, proven."""
        if not 0 <= index < self.size:
            raise ValueError(f"a tree of size {self.size} has no leaf {index}")
        place, slot = divmod(index, TILE_WIDTH)
        return self._leaf_tile(place)[HASH_SIZE * slot : HASH_SIZE * (slot + 1)]

    def root_at(self, size: int) -> bytes:
        """Give the root of the first `size` leaves, proven: it lies on this tree's history."""
        if not 0 <= size <= self.size:
            raise ValueError(f"a tree of size {self.size} has no history at {size}")
        return self._nodes.over(0, size) if size else EMPTY_ROOT

    def _leaf_tile(self, place: int) -> bytes:
        tile = self._leaves.get(place)
        if tile is None:
            tile = self._leaves[place] = b"".join(self._authentic(0, place))
            if len(self._leaves) > self._keep:
                self._leaves.popitem(last=False)
        else:
            self._leaves.move_to_end(place)
        return tile

    def _hashes_at(self, level: int, index: int) -> list[bytes]:
        if level:
            return self._authentic(level, index)
        tile = self._leaf_tile(index)
        return [tile[start : start + HASH_SIZE] for start in range(0, len(tile), HASH_SIZE)]

    def _read_edge(self, path: str) -> bytes:
        # Kept as they were hashed: a file may change between two readings.
        data = self._edge[path] = self._read_tile(path)
        return data

    def _authentic(self, level: int, index: int) -> list[bytes]:
        if (level, index) in self._upper:
            return self._upper[level, index]
        tile = tile_at(level, index, size=self.size)
        if tile.width < TILE_WIDTH:
            hashes = hashes_of(self._edge[tile.path], tile)
        else:
            above, slot = divmod(index, TILE_WIDTH)
            hashes = hashes_of(self._read_tile(tile.path), tile)
            if root(hashes) != self._authentic(level + 1, above)[slot]:
                raise MalformedError("not the tile whose root stands in the tile above", tile.path)
        if level:
            self._upper[level, index] = hashes
        return hashes
