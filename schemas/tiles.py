"""The Merkle tree as immutable files: C2SP tlog-tiles (docs/format.md §6).

A tile is up to 256 consecutive hashes of one row, every eighth row being kept:

    tile/0/x001/x234/067        256 leaf hashes, from leaf 1234067 * 256
    tile/1/004                  each hash here is the root over one *full* tile of level 0
    tile/0/x001/x234/068.p/17   the last tile of a row, with its width, while it is not full
    tile/entries/…              the entries themselves (`schemas.entry_bundles`)

All other nodes are hashed again when needed, at most 255 in a tile. Everything here works over one
callable from path to bytes. What it returns is checked for its length only: **no answer is proven**
until the caller has compared a root with a checkpoint's, or lets `schemas.authentic_tiles` do so.

Proofs for an older size may be read from the tiles of a newer one: name the newer size as `held`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from schemas.errors import MalformedError
from schemas.merkle import (
    EMPTY_ROOT,
    HASH_SIZE,
    complete_subtrees,
    consistency_ranges,
    fold,
    inclusion_ranges,
    root,
)

__all__ = [
    "ENTRIES",
    "TILE_HEIGHT",
    "TILE_WIDTH",
    "Nodes",
    "ReadTile",
    "Tile",
    "consistency_proof",
    "hashes_of",
    "inclusion_proof",
    "new_tiles",
    "root_from_tiles",
    "tile_at",
    "tiles_of",
]

TILE_WIDTH = 256
TILE_HEIGHT = 8
ENTRIES = -1  # the "level" of entry bundles, whose paths follow the same grammar
MAX_PATH = 64

ReadTile: TypeAlias = Callable[[str], bytes]
"""From a tile's path to its bytes; raises its own error for what it cannot read."""

# path = "tile/" ("entries" | level) *("/x" 3DIGIT) "/" 3DIGIT [".p/" width]
_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """The place of a tile: `level` (or ENTRIES), `index` in its row, and how many hashes it holds."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not (ENTRIES <= self.level <= 63 and self.index >= 0 and 1 <= self.width <= TILE_WIDTH):
            raise MalformedError(f"no tile has level {self.level}, index {self.index}, width {self.width}")

    @classmethod
    def from_path(cls, path: str) -> "Tile":
        """Read a tile's path below the log's prefix; each tile has exactly one.

        Raises MalformedError, also for another spelling of a tile's path ("000/001", "tile/00/…").
        """
        match = _PATH.fullmatch(path) if len(path) <= MAX_PATH else None
        if match is None:
            raise MalformedError("not the path of a tile")
        level, index, width = match.groups()
        tile = cls(
            level=ENTRIES if level == "entries" else int(level),
            index=int(index.replace("x", "").replace("/", "")),
            width=TILE_WIDTH if width is None else int(width),
        )
        if tile.path != path:
            raise MalformedError(f"not the path of a tile; nearest is {tile.path}")
        return tile

    @property
    def path(self) -> str:
        parts = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            parts.append(f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(reversed(parts))}{partial}"


def tile_at(level: int, index: int, *, size: int) -> Tile:
    """Give the tile with this place in a tree of `size`, with the width it has there."""
    row = size if level == ENTRIES else size >> (TILE_HEIGHT * level)
    return Tile(level=level, index=index, width=min(TILE_WIDTH, row - index * TILE_WIDTH))


def tiles_of(size: int) -> Iterator[Tile]:
    """Name every hash tile of a tree of `size`, lowest row first, left to right."""
    level, row = 0, size
    while row:
        for index in range(-(-row // TILE_WIDTH)):
            yield tile_at(level, index, size=size)
        level, row = level + 1, row >> TILE_HEIGHT


def hashes_of(data: bytes, tile: Tile) -> list[bytes]:
    """Split a tile into its hashes. Raises MalformedError when its length is not its width's."""
    if len(data) != tile.width * HASH_SIZE:
        raise MalformedError(f"{len(data)} bytes where {tile.width} hashes belong", tile.path)
    return [data[start : start + HASH_SIZE] for start in range(0, len(data), HASH_SIZE)]


class Nodes:
    """The nodes of a tree, looked up in its tiles: `hashes_at(level, index)` gives those of one tile.

    For use over many sizes: what stands above the leaves' own tiles is kept.
    """

    def __init__(self, hashes_at: Callable[[int, int], Sequence[bytes]]) -> None:
        self._hashes_at = hashes_at
        self._upper: dict[tuple[int, int], bytes] = {}

    def subtree(self, height: int, index: int) -> bytes:
        """Give the root over leaves [index * 2^height, (index + 1) * 2^height)."""
        known = self._upper.get((height, index))
        if known is not None:
            return known
        level, rows_up = divmod(height, TILE_HEIGHT)
        place, slot = divmod(index << rows_up, TILE_WIDTH)
        found = root(self._hashes_at(level, place)[slot : slot + (1 << rows_up)])
        if level:
            self._upper[height, index] = found
        return found

    def over(self, start: int, end: int) -> bytes:
        return fold([self.subtree(height, index) for height, index in complete_subtrees(start, end)])


def _nodes(read_tile: ReadTile, size: int, held: int | None) -> Nodes:
    """The nodes of a tree of `size` as they stand in its tiles; each tile is read once."""
    if held is not None and held < size:
        raise ValueError(f"tiles of a tree of size {held} do not hold one of size {size}")

    @cache
    def hashes_at(level: int, index: int) -> list[bytes]:
        tile = tile_at(level, index, size=size if held is None else held)
        return hashes_of(read_tile(tile.path), tile)

    return Nodes(hashes_at)


def root_from_tiles(read_tile: ReadTile, size: int, *, held: int | None = None) -> bytes:
    """Compute the root of the first `size` leaves; with `held` = `size`, every partial tile is hashed into it."""
    if size == 0:
        return EMPTY_ROOT
    return _nodes(read_tile, size, held).over(0, size)


def inclusion_proof(read_tile: ReadTile, index: int, size: int, *, held: int | None = None) -> list[bytes]:
    """Give the proof of leaf `index` in the tree of the first `size` leaves (RFC 6962 §2.1.1)."""
    nodes = _nodes(read_tile, size, held)
    return [nodes.over(start, end) for start, end in inclusion_ranges(index, size)]


def consistency_proof(read_tile: ReadTile, old: int, new: int, *, held: int | None = None) -> list[bytes]:
    """Give the proof that the tree of size `new` extends that of size `old` > 0 (RFC 6962 §2.1.2)."""
    nodes = _nodes(read_tile, new, held)
    return [nodes.over(start, end) for start, end in consistency_ranges(old, new)]


def new_tiles(read_tile: ReadTile, old_size: int, new_leaf_hashes: Sequence[bytes]) -> dict[str, bytes]:
    """Give, by path, every tile that appending these leaves makes: all full ones, and each row's last partial.

    Reads only the partial tiles on the old tree's right edge, one a row. Nothing is overwritten:
    a tile that stays as it was is not among them, and a wider partial tile has another path.
    """
    made: dict[str, bytes] = {}
    level, hashes = 0, list(new_leaf_hashes)
    if any(len(each) != HASH_SIZE for each in hashes):
        raise ValueError("a leaf hash has 32 bytes")
    while hashes:
        index, width = divmod(old_size >> (TILE_HEIGHT * level), TILE_WIDTH)
        if width:
            edge = Tile(level=level, index=index, width=width)
            hashes = hashes_of(read_tile(edge.path), edge) + hashes
        above = []
        for start in range(0, len(hashes), TILE_WIDTH):
            held = hashes[start : start + TILE_WIDTH]
            made[Tile(level=level, index=index, width=len(held)).path] = b"".join(held)
            index += 1
            if len(held) == TILE_WIDTH:
                above.append(root(held))
        level, hashes = level + 1, above
    return made
