"""The registry's files: the log's truth, laid out as it is served (docs/format.md §6, §7).

    log1/tile/…               tiles and entry bundles, immutable          served as /log1/tile/…    (log2/… of a successor)
    log1/checkpoints/<size>   every published checkpoint, immutable       /log1/checkpoint/<size>
    log1/checkpoint           the newest of them                          /log1/checkpoint
    status/<series>/<n>.cwt   the newest status lists                     /status/<series>/<n>
    trust/<version>           trust documents                             /trust/<version>
    profile/<number>.cwt      newest profiles                             /m/<number>/profile
    entities/<number>.cbor    the entities of a group, kept for ever      /m/<number>/entities
    pending                   a batch between its signature and its files (registry.sequencer)
    ratchet                   every head the log key ever signed (registry.ratchet)
    witnesses.json            how each witness did last time (registry.witness_states)

A file appears whole or not at all, and is on the disk before its name is.
"""

from pathlib import Path

from keys.whole_files import write_whole
from schemas.errors import MalformedError
from schemas.tiles import ENTRIES, TILE_HEIGHT, TILE_WIDTH, Tile

__all__ = ["FilesError", "RegistryFiles", "write_public"]


class FilesError(Exception):
    """A file that must be there is missing, or an immutable one would change."""


def write_public(path: Path, data: bytes) -> None:
    """Replace a file that is served, making its folder where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data, mode=0o644)


class RegistryFiles:
    """One registry's folder. `log` is the folder and path segment of the open log, "log1"."""

    def __init__(self, home: Path, *, log: str = "log1") -> None:
        self.home = home
        self.log = log
        self._log = home / log

    def beside(self, log: str) -> "RegistryFiles":
        """Give the same register's files with another of its logs."""
        return self if log == self.log else RegistryFiles(self.home, log=log)

    # -- the log ---------------------------------------------------------------------------

    def read_tile(self, path: str) -> bytes:
        """Give a tile or entry bundle by its C2SP path ("tile/0/000.p/5"). Raises FilesError."""
        try:
            return (self._log / path).read_bytes()
        except OSError as error:
            raise FilesError(f"{self.log}/{path}: {error.strerror}") from error

    def find_tile(self, path: str) -> bytes | None:
        """Give a tile somebody asked for; None when there is none, or the path is no tile's."""
        try:
            canonical = Tile.from_path(path).path
        except MalformedError:
            return None
        return _find(self._log / canonical)

    def tile_paths(self) -> list[str]:
        """Name every file of tiles and entry bundles; half-written ones begin with a dot."""
        found = (path for path in (self._log / "tile").rglob("[!.]*") if path.is_file())
        return sorted(path.relative_to(self._log).as_posix() for path in found)

    def write_tile(self, path: str, data: bytes) -> None:
        """Write a tile; writing the same bytes again does nothing, other bytes are refused."""
        target = self._log / path
        held = _find(target)
        if held is not None and held != data:
            raise FilesError(f"{self.log}/{path} exists with other bytes; it is immutable")
        if held is None:
            write_public(target, data)

    def drop_tiles_beyond(self, size: int) -> None:
        """Take away what reaches beyond `size` leaves: of a log that ended, nobody was shown a head over it."""
        for path in self.tile_paths():
            tile = Tile.from_path(path)
            height = 0 if tile.level == ENTRIES else tile.level * TILE_HEIGHT
            if tile.index * TILE_WIDTH + tile.width > size >> height:
                (self._log / path).unlink()

    def find_checkpoint(self, size: int | None = None) -> bytes | None:
        """Give a kept checkpoint, or the newest."""
        return _find(self._log / "checkpoint" if size is None else self._log / "checkpoints" / str(size))

    def keep_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a checkpoint for ever and make it the newest. The first one kept for a size stays."""
        kept = self._log / "checkpoints" / str(size)
        if not kept.exists():
            write_public(kept, note)
        write_public(self._log / "checkpoint", kept.read_bytes())

    def kept_sizes(self) -> list[int]:
        """Give the sizes of all kept checkpoints, ascending."""
        folder = self._log / "checkpoints"
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        return sorted(int(name) for name in names if name.isdecimal())

    # -- lists, trust, profiles ------------------------------------------------------------

    def find_list(self, series: str, n: int) -> bytes | None:
        return _find(self.home / "status" / series / f"{n}.cwt")

    def write_list(self, series: str, n: int, data: bytes) -> None:
        write_public(self.home / "status" / series / f"{n}.cwt", data)

    def trust_versions(self) -> list[int]:
        folder = self.home / "trust"
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        return sorted(int(name) for name in names if name.isdecimal())

    def find_trust(self, version: int) -> bytes | None:
        return _find(self.home / "trust" / str(version))

    def write_trust(self, version: int, note: bytes) -> None:
        write_public(self.home / "trust" / str(version), note)

    def trust_notes(self) -> list[bytes]:
        """Give every version held, oldest first."""
        return [(self.home / "trust" / str(version)).read_bytes() for version in self.trust_versions()]

    def find_profile(self, number: str) -> bytes | None:
        return _find(self.home / "profile" / f"{number}.cwt")

    def write_profile(self, number: str, data: bytes) -> None:
        write_public(self.home / "profile" / f"{number}.cwt", data)

    def profiles(self) -> dict[str, bytes]:
        """Give every profile by mark number."""
        return {path.stem: path.read_bytes() for path in sorted((self.home / "profile").glob("*.cwt"))}

    def find_entities(self, number: str) -> bytes | None:
        return _find(self.home / "entities" / f"{number}.cbor")

    def write_entities(self, number: str, data: bytes) -> None:
        write_public(self.home / "entities" / f"{number}.cbor", data)

    # -- the publisher's own ---------------------------------------------------------------

    @property
    def pending(self) -> Path:
        return self.home / "pending"

    @property
    def ratchet(self) -> Path:
        return self.home / "ratchet"

    @property
    def witness_states(self) -> Path:
        return self.home / "witnesses.json"


def _find(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
