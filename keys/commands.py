"""What every command of `akashi-keys` shares: its result, its one-line error, its files."""

from pathlib import Path
from typing import Any

from keys.whole_files import write_whole
from schemas.note import MAX_NOTE

__all__ = ["CommandError", "Result", "read_file", "write_file"]

# What `--json` prints, and the lines people get instead.
Result = tuple[dict[str, Any], list[str]]


class CommandError(Exception):
    """A one-line message, its hint included, and the exit code: 1 refused, 2 usage."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def read_file(path: Path) -> bytes:
    """Give a file no larger than the largest trust document. Raises CommandError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_NOTE + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}; check the path", 2) from None
    if len(data) > MAX_NOTE:
        raise CommandError(f"{path} is larger than any trust document; check the path")
    return data


def write_file(path: Path, data: bytes) -> None:
    """Put a public file at `path`, whole or not at all. Raises CommandError."""
    try:
        write_whole(path, data, mode=0o644)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}; check the folder") from None
