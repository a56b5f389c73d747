"""The log's entries in files of 256: C2SP tlog-tiles, "Log entries" (docs/format.md §6).

    bundle = 1*256( length entry )      length = uint16, big-endian

A bundle has the place and the width of the level-0 tile that holds its entries' leaf hashes. Like a
tile's, its bytes are unproven until each entry's leaf hash has been found in an authentic tile.
"""

from collections.abc import Sequence

from schemas.errors import MalformedError
from schemas.tiles import ENTRIES, TILE_WIDTH, ReadTile, Tile, tile_at

__all__ = ["MAX_ENTRY", "bundle_at", "entries_of", "new_entry_bundles", "read_entry", "to_bundle"]

MAX_ENTRY = 2**16 - 1


def bundle_at(index: int, *, size: int) -> Tile:
    """Give the place of the bundle that holds entry `index` of a log of `size`."""
    if not 0 <= index < size:
        raise ValueError(f"a log of size {size} has no entry {index}")
    return tile_at(ENTRIES, index // TILE_WIDTH, size=size)


def to_bundle(entries: Sequence[bytes]) -> bytes:
    if any(len(entry) > MAX_ENTRY for entry in entries):
        raise ValueError(f"an entry has at most {MAX_ENTRY} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def entries_of(data: bytes, tile: Tile) -> list[bytes]:
    """Split a bundle. Raises MalformedError unless it holds exactly `tile.width` entries, and nothing after."""
    entries: list[bytes] = []
    start = 0
    for _ in range(tile.width):
        end = start + 2 + int.from_bytes(data[start : start + 2], "big")
        if start + 2 > len(data) or end > len(data):
            raise MalformedError(f"ends within entry {len(entries)} of {tile.width}", tile.path)
        entries.append(data[start + 2 : end])
        start = end
    if start != len(data):
        raise MalformedError(f"{len(data) - start} bytes after its {tile.width} entries", tile.path)
    return entries


def read_entry(read_tile: ReadTile, index: int, size: int) -> bytes:
    """Look one entry up in the bundles of a log of `size`. Unproven."""
    tile = bundle_at(index, size=size)
    return entries_of(read_tile(tile.path), tile)[index % TILE_WIDTH]


def new_entry_bundles(read_tile: ReadTile, old_size: int, new_entries: Sequence[bytes]) -> dict[str, bytes]:
    """Give, by path, the bundles that appending these entries makes; reads the old last one if it is partial."""
    index, width = divmod(old_size, TILE_WIDTH)
    entries = list(new_entries)
    if width and entries:
        edge = Tile(level=ENTRIES, index=index, width=width)
        entries = entries_of(read_tile(edge.path), edge) + entries
    made: dict[str, bytes] = {}
    for start in range(0, len(entries), TILE_WIDTH):
        held = entries[start : start + TILE_WIDTH]
        made[Tile(level=ENTRIES, index=index, width=len(held)).path] = to_bundle(held)
        index += 1
    return made
