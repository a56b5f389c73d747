"""Where a leaf stands in a log of a million: a hint, to be proven by the tile that stands there.

A place is kept as one 64-bit number: the first 40 bits of the leaf's hash and 24 bits of its index, sorted. So a million
leaves take 8 MB and a question twenty comparisons. Sorting takes a second; the first questions are answered without, by
looking through the tiles. `akashi bundle fetch` keeps the sorted numbers beside the bundle:

    <bundle>.places    for each log: root (32 bytes), size (8), then `size` numbers (8 each), all big-endian
"""

import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from keys.whole_files import writing_whole
from schemas.errors import MalformedError
from schemas.merkle import HASH_SIZE
from schemas.tiles import TILE_WIDTH, ReadTile, tile_at

__all__ = ["MAX_LEAVES", "Places", "read_places", "write_places"]

FEW = 3  # questions answered by looking through everything; then sorting has paid
MAX_LEAVES = 1 << 24
_INDEX = MAX_LEAVES - 1
_HEADER = struct.Struct(">32sQ")


class Places:
    """Asks the tiles of one log, as they stand in the file. `hint` are the sorted numbers somebody kept."""

    def __init__(self, read_tile: ReadTile, size: int, hint: "array[int] | None" = None) -> None:
        self._read_tile = read_tile
        self._size = size
        self._numbers = array("Q") if hint is None else hint
        self._sorted: array[int] | None = None
        self._asked = 0

    def at_hand(self, leaf: bytes) -> list[int]:
        """Give the indexes at which `leaf` may stand by what is sorted already, none of them proven."""
        numbers, begin, found = self._numbers, int.from_bytes(leaf[:5]) << 24, []
        at = bisect_left(numbers, begin)
        while at < len(numbers) and (number := numbers[at]) & ~_INDEX == begin:
            found.append(number & _INDEX)
            at += 1
        return found

    def further(self, leaf: bytes) -> Iterator[int]:
        """Give those the file itself says, where nothing at hand was right: what somebody kept is never the last word."""
        if self._sorted is not None:
            return
        if self._asked < FEW:
            self._asked += 1
            yield from self._look_through(leaf)
        else:
            self.sorted()
            yield from self.at_hand(leaf)

    def sorted(self) -> "array[int]":
        """Give the numbers of all leaves in order. Raises MalformedError for a tile that is missing or damaged."""
        if self._sorted is None:
            numbers: list[int] = []
            for first, data in self._tiles():
                begins = struct.unpack(">" + "Q24x" * (len(data) // HASH_SIZE), data)
                numbers += [(begin & ~_INDEX) | index for index, begin in enumerate(begins, first)]
            numbers.sort()
            self._sorted = self._numbers = array("Q", numbers)
        return self._sorted

    def _look_through(self, leaf: bytes) -> Iterator[int]:
        for first, data in self._tiles():
            at = data.find(leaf)
            while at >= 0:
                if at % HASH_SIZE == 0:
                    yield first + at // HASH_SIZE
                at = data.find(leaf, at + 1)

    def _tiles(self) -> Iterator[tuple[int, bytes]]:
        for number in range(-(-self._size // TILE_WIDTH)):
            tile = tile_at(0, number, size=self._size)
            data = self._read_tile(tile.path)
            if len(data) != HASH_SIZE * tile.width:
                raise MalformedError(f"{len(data)} bytes where {tile.width} hashes belong", tile.path)
            yield number * TILE_WIDTH, data


def _file_of(bundle: Path) -> Path:
    return bundle.with_name(f"{bundle.name}.places")


def write_places(bundle: Path, logs: "list[tuple[bytes, array[int]]]") -> None:
    """Keep (root, numbers) of each log beside a bundle. Raises OSError."""
    with writing_whole(_file_of(bundle), mode=0o644) as out:
        for root, numbers in logs:
            out.write(_HEADER.pack(root, len(numbers)))
            out.write(_big_endian(numbers).tobytes())


def read_places(bundle: Path) -> "dict[tuple[bytes, int], array[int]]":
    """Give what is kept beside a bundle by (root, size); nothing where it is missing or broken."""
    found: dict[tuple[bytes, int], array[int]] = {}
    try:
        with _file_of(bundle).open("rb") as file:
            while header := file.read(_HEADER.size):
                root, size = _HEADER.unpack(header)
                data = file.read(8 * size if size <= MAX_LEAVES else 0)
                if len(data) != 8 * size:
                    return {}
                found[root, size] = _big_endian(array("Q", data))
    except (OSError, struct.error):
        return {}
    return found


def _big_endian(numbers: "array[int]") -> "array[int]":
    """Turn the machine's order of bytes into big-endian, or back."""
    if sys.byteorder == "big":
        return numbers
    turned = numbers[:]
    turned.byteswap()
    return turned
