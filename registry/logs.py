"""The logs of a register, as the trust document counts them: those that ended, and the one that is written to.

    place 0   log1/   ended: entries up to the `final` head count, and nothing beyond it (docs/format.md §5 rule 6)
    place 1   log2/   the open one; its genesis repeats that head (§6)

A log's folder and path segment is the last part of its origin. What a register *is* are all of them together,
one after the other; only the last may grow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry.files import FilesError, RegistryFiles
from schemas.entry_bundles import entries_of
from schemas.errors import MalformedError
from schemas.tiles import ENTRIES, TILE_WIDTH, tile_at
from schemas.trust_document import TrustDocument
from schemas.trust_entries import FinalHead

__all__ = ["Content", "HeldLog", "held_logs", "read_content", "read_entries", "segment_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLog:
    """One log of this register: its place in the trust document, and its files."""

    place: int
    origin: str
    final: FinalHead | None
    files: RegistryFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A log's entries from the first on: what tables are made from."""

    place: int
    files: RegistryFiles
    entries: Sequence[bytes]

    def leaves(self) -> Iterator[tuple[int, int, bytes]]:
        """Give (place, index, entry) in the log's order."""
        for index, entry in enumerate(self.entries):
            yield self.place, index, entry


def segment_of(origin: str) -> str:
    """Give a log's folder and path segment: "log1" of "akashi.example/log1"."""
    return origin.rpartition("/")[2]


def held_logs(files: RegistryFiles, document: TrustDocument, *, origin: str) -> tuple[HeldLog, ...]:
    """Give the logs up to the one named `origin`, in order; none when the document does not name it.

    A later log may be named already: it is another register's business until this one continues there.
    """
    place = document.find_log(origin)
    logs = [] if place is None else document.logs[: place + 1]
    return tuple(
        HeldLog(place=at, origin=log.origin, final=log.final, files=files.beside(segment_of(log.origin)))
        for at, log in enumerate(logs)
    )


def read_entries(files: RegistryFiles, size: int) -> list[bytes]:
    """Give the first `size` entries of a log, from its bundles. Raises FilesError, MalformedError."""
    found: list[bytes] = []
    for number in range(-(-size // TILE_WIDTH)):
        tile = tile_at(ENTRIES, number, size=size)
        found += entries_of(files.read_tile(tile.path), tile)
    return found


def read_content(logs: Sequence[HeldLog], *, size: int, more: Sequence[bytes] = ()) -> list[Content]:
    """Give every log's entries: of those that ended up to their end, of the last its first `size`, and then `more`.

    Raises FilesError.
    """
    found: list[Content] = []
    for log in logs:
        last = log is logs[-1]
        if not last and log.final is None:
            raise FilesError(
                f"{log.origin} has a successor, and the trust document does not say where it ended"
            )
        end = size if last or log.final is None else log.final.size
        try:
            entries = read_entries(log.files, end)
        except MalformedError as error:
            raise FilesError(
                f"{log.files.log}: {error}; akashi-registry fsck names what is damaged"
            ) from error
        found.append(Content(place=log.place, files=log.files, entries=[*entries, *(more if last else ())]))
    return found
