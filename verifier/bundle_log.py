"""One log of a bundle: where a leaf stands, and what the file holds of the entries."""

from array import array
from contextlib import suppress
from functools import cached_property
from threading import RLock

from schemas.authentic_tiles import AuthenticTiles
from schemas.entry_bundles import entries_of
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.leaves import Leaf, leaf_from_bytes
from schemas.merkle import leaf_hash
from schemas.tiles import TILE_WIDTH, Tile
from verifier.places import Places
from verifier.transparency import Witnessed

__all__ = ["BundleLog"]


class BundleLog:
    """One log of a bundle, authenticated against its own head. Raises MalformedError on opening."""

    def __init__(
        self, archive: Archive, directory: str, head: Witnessed, hint: "array[int] | None" = None
    ) -> None:
        self.head = head
        self.places = Places(self.read, head.checkpoint.size, hint)
        self._archive = archive
        self._directory = directory
        size = head.checkpoint.size
        self._tiles = AuthenticTiles(self.read, size=size, root_hash=head.checkpoint.root)
        self._lock = RLock()
        self._is_whole = False

    def read(self, path: str) -> bytes:
        return self._archive.get(f"{self._directory}/{path}")

    def leaf(self, index: int) -> bytes:
        with self._lock:
            return self._tiles.leaf_hash(index)

    def root_at(self, size: int) -> bytes | None:
        """Give an earlier root; None when the tiles for it are missing or not this tree's."""
        if size > self.head.checkpoint.size:
            return None
        try:
            with self._lock:
                return self._tiles.root_at(size)
        except MalformedError:
            return None

    def find(self, leaf: bytes) -> int | None:
        """Give the index at which the log is proven to hold this leaf. Raises MalformedError for a tile not its own."""
        with self._lock:
            for index in self.places.at_hand(leaf):
                if index < self._tiles.size and self._tiles.leaf_hash(index) == leaf:
                    return index
            for index in self.places.further(leaf):
                if self._tiles.leaf_hash(index) == leaf:
                    return index
        return None

    def check_whole(self) -> None:
        """On return every level-0 tile is known to be this tree's. Raises MalformedError."""
        if not self._is_whole:
            for first in range(0, self.head.checkpoint.size, TILE_WIDTH):
                self.leaf(first)
            self._is_whole = True

    @cached_property
    def entries(self) -> dict[int, bytes]:
        """Every entry the file holds, by index, each proven to be that leaf. What is damaged is not held."""
        found: dict[int, bytes] = {}
        for name in self._archive.names(f"{self._directory}/tile/entries/"):
            with suppress(MalformedError):
                tile = Tile.from_path(name.removeprefix(f"{self._directory}/"))
                for slot, entry in enumerate(entries_of(self._archive.get(name), tile)):
                    index = tile.index * TILE_WIDTH + slot
                    if index < self.head.checkpoint.size and leaf_hash(entry) == self.leaf(index):
                        found[index] = entry
        return found

    @cached_property
    def leaves(self) -> dict[int, Leaf]:
        """The entries that are leaves of this format, in the log's order; others change nothing (§4 Fold)."""
        found: dict[int, Leaf] = {}
        for index, entry in sorted(self.entries.items()):
            with suppress(MalformedError):
                found[index] = leaf_from_bytes(entry)
        return found
