"""A batch on its way from its signature to its files: enough to finish it after a crash.

    pending = {"old": size, "new": size, "root": bstr, "entries": [bstr…], "profiles": [[number, bstr, bstr]…],
               "answers": [[receipt, answer as JSON]…], "trust": version judged under}

Tiles are not in it: they follow from the entries and the tiles already there.
"""

from dataclasses import dataclass
from pathlib import Path

from keys.whole_files import sync_folder, write_whole
from registry.files import FilesError
from schemas import cbor
from schemas.errors import MalformedError

__all__ = ["Pending", "ProfileFile"]

MAX_PENDING = 1 << 28


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFile:
    """A profile to be written, and the entities of a group (empty for any other mark)."""

    number: str
    raw: bytes
    entities: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What an append is about to make true. `answers` are the submissions' answers, by receipt."""

    old_size: int
    new_size: int
    root: bytes
    entries: tuple[bytes, ...]
    profiles: tuple[ProfileFile, ...]
    answers: tuple[tuple[str, str], ...]
    trust_version: int

    def write(self, path: Path) -> None:
        """Stage durably: on return a crash can be finished."""
        value = {
            "old": self.old_size,
            "new": self.new_size,
            "root": self.root,
            "entries": list(self.entries),
            "profiles": [[one.number, one.raw, one.entities] for one in self.profiles],
            "answers": [list(one) for one in self.answers],
            "trust": self.trust_version,
        }
        write_whole(path, cbor.encode(value))

    @classmethod
    def find(cls, path: Path) -> "Pending | None":
        """Read what was staged, None if nothing is. Raises FilesError."""
        try:
            value = cbor.decode(path.read_bytes(), max_size=MAX_PENDING)
            return cls(
                old_size=value["old"],
                new_size=value["new"],
                root=value["root"],
                entries=tuple(value["entries"]),
                profiles=tuple(ProfileFile(number=n, raw=r, entities=e) for n, r, e in value["profiles"]),
                answers=tuple((receipt, answer) for receipt, answer in value["answers"]),
                trust_version=value["trust"],
            )
        except FileNotFoundError:
            return None
        except (MalformedError, KeyError, TypeError, ValueError) as error:
            raise FilesError(f"{path} is damaged: {error}") from error

    @staticmethod
    def drop(path: Path) -> None:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
