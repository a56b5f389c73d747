"""Where a monitor reads from: a registry over HTTP, or a register file laid out as a registry answers."""

import io
import json
from collections.abc import Sequence
from typing import IO

from schemas.evidence import Archive
from schemas.status_list import StatusUri
from schemas.trust_document import TrustDocument
from verifier.http import Fetcher

__all__ = ["RegisterFile", "segment_of"]


def segment_of(origin: str) -> str:
    """Give a log's path segment: "log1" of "akashi.example/log1"."""
    return origin.rpartition("/")[2]


class RegisterFile(Fetcher):
    """A register file, asked like a registry. It keeps landmarks only, one checkpoint a day.

    Raises MalformedError when a member is damaged.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._folders = {segment_of(log.origin): log.dir for log in archive.manifest.logs}
        named = ((StatusUri.find(one.uri), one.file) for one in archive.manifest.lists)
        self._lists = {uri.path: file for uri, file in named if uri is not None}

    def landmarks(self, document: TrustDocument, place: int) -> Sequence[bytes]:
        """Give the kept checkpoints of a log that the file holds, its head last."""
        folder = self._folders.get(segment_of(document.logs[place].origin))
        if folder is None:
            return []
        names = [*self._archive.names(f"{folder}/landmarks/"), f"{folder}/checkpoint"]
        return [self._archive.get(name) for name in names]

    def _open(self, path: str) -> IO[bytes] | None:
        data = self._find(path)
        return None if data is None else io.BytesIO(data)

    def _find(self, path: str) -> bytes | None:
        segment, _, rest = path.partition("/")
        if segment == "trust":
            return self._archive.find(path)
        if path == "status/aggregation":
            return json.dumps({"status_lists": [one.uri for one in self._archive.manifest.lists]}).encode()
        if path in self._lists:
            return self._archive.find(self._lists[path])
        folder = self._folders.get(segment)
        return None if folder is None else self._archive.find(f"{folder}/{rest}")
