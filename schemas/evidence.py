"""One file format, three sizes: evidence of one mark, the bundle of all, the register with all entries.

A ZIP with every freedom taken away (docs/format.md §7): members stored, dated 1980-01-01, closed
names, `bundle.json` first and then byte order, no duplicates, nothing between or behind the members.
The same state gives the same bytes. Reading establishes the *container* only; what the members say
is established where they are used.
"""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from struct import error as struct_error
from struct import pack, unpack
from threading import Lock
from typing import IO, Any

import rfc8785

from schemas.errors import MalformedError, TooLargeError

__all__ = ["Archive", "ListedLog", "ListedStatus", "Manifest", "bound_of", "write_archive"]

MANIFEST = "bundle.json"
FORMAT = 1
_DATE = 0x0021  # 1980-01-01 in MS-DOS form
MAX_MEMBERS = 65535  # a plain ZIP directory; about 16 million leaves
LOCAL_HEADER = 30
_END, _LOCATOR = 22, 20  # APPNOTE 4.3.16, 4.3.15
_LONGEST_ENTRY = 46 + 48  # with the longest name a member has
MAX_OFFSET = 2**32 - 1

_NUMBER = r"[0-9A-HJKMNP-TV-Z]{10}"
_TILE = r"(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?"
_MEMBERS: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern, re.ASCII), bound)
    for pattern, bound in (
        (r"bundle\.json", 1 << 20),
        (r"trust/[1-9][0-9]{0,5}", (1 << 20) + 65536),
        (r"log/[0-9]{1,2}/checkpoint", 65536),
        (r"log/[0-9]{1,2}/heads/[1-9][0-9]{0,15}", 65536 + 4096),
        (r"log/[0-9]{1,2}/landmarks/[0-9]{8}", 65536),
        (rf"log/[0-9]{{1,2}}/tile/[0-9]{{1,2}}/{_TILE}", 8192),
        (rf"log/[0-9]{{1,2}}/tile/entries/{_TILE}", 256 * 65537),
        (r"status/[a-z0-9]{1,4}/[0-9]{1,9}\.cwt", 40 * 1024),
        (rf"profile/{_NUMBER}\.cwt", 66 * 1024),
        (rf"entities/{_NUMBER}\.cbor", 65536),
        (r"mark\.cwt", 1024),
        (r"profile\.cwt", 66 * 1024),
        (r"proof|snapshot\.proof", 65536),
        (r"snapshot\.leaf", 65535),
        (r"status\.cwt", 40 * 1024),
        (r"events/(?:0|[1-9][0-9]{0,3})\.cwt", 512),
        (r"events/(?:0|[1-9][0-9]{0,3})\.proof", 65536),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLog:
    """A log in the file: `dir` holds its members."""

    dir: str
    origin: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStatus:
    file: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`bundle.json`: a table of contents. It vouches for nothing; `as_of` here is only a label."""

    variant: str  # "evidence" | "plain" | "register"
    as_of: str | None
    hosts: tuple[str, ...]
    trust: tuple[int, ...]
    logs: tuple[ListedLog, ...]
    lists: tuple[ListedStatus, ...]

    def to_bytes(self) -> bytes:
        """Encode in RFC 8785 form."""
        return rfc8785.dumps(
            {
                "format": FORMAT,
                "variant": self.variant,
                "as_of": self.as_of,
                "hosts": list(self.hosts),
                "trust": list(self.trust),
                "logs": [{"dir": log.dir, "origin": log.origin, "size": log.size} for log in self.logs],
                "lists": [{"file": one.file, "uri": one.uri} for one in self.lists],
            }
        )

    def has_its_types(self) -> bool:
        """Whether what JSON put into the fields is what they promise."""
        texts = [text for log in self.logs for text in (log.dir, log.origin)]
        texts += [text for one in self.lists for text in (one.file, one.uri)]
        texts += [] if self.as_of is None else [self.as_of]
        numbers = [log.size for log in self.logs] + list(self.trust)
        return all(type(text) is str for text in texts) and all(
            type(one) is int and one >= 0 for one in numbers
        )

    def lists_each_once(self) -> bool:
        """Whether no log and no list stands there twice: each is authenticated for every time it stands there."""
        dirs = [log.dir for log in self.logs]
        files, uris = [one.file for one in self.lists], [one.uri for one in self.lists]
        return all(len(set(names)) == len(names) for names in (dirs, files, uris))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest":
        """Read a manifest; another form than `to_bytes` gives is refused. Raises MalformedError."""
        try:
            value: Any = json.loads(data)
            manifest = cls(
                variant=str(value["variant"]),
                as_of=value["as_of"],
                hosts=tuple(map(str, value["hosts"])),
                trust=tuple(map(int, value["trust"])),
                logs=tuple(ListedLog(**log) for log in value["logs"]),
                lists=tuple(ListedStatus(**one) for one in value["lists"]),
            )
            same = manifest.to_bytes() == data and manifest.has_its_types() and manifest.lists_each_once()
        except (ValueError, ArithmeticError, TypeError, KeyError, RecursionError) as error:
            raise MalformedError(f"not a table of contents ({error})", MANIFEST) from error
        if not same or manifest.variant not in ("evidence", "plain", "register"):
            raise MalformedError("not a table of contents of format 1 in RFC 8785 form", MANIFEST)
        return manifest


_NO_MANIFEST = Manifest(variant="", as_of=None, hosts=(), trust=(), logs=(), lists=())


def _local_header(name: str, crc: int, size: int) -> bytes:
    # ZIP 2.0 (APPNOTE 4.3.7): no flags, stored, 1980-01-01 00:00, no extra field.
    return pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 0, 0, _DATE, crc, size, size, len(name), 0) + name.encode()


def _directory_entry(name: str, crc: int, size: int, offset: int) -> bytes:
    # APPNOTE 4.3.12: create_system 3, version 2.0, no attributes, no comment.
    fields = (0x02014B50, 20, 3, 20, 0, 0, 0, _DATE, crc, size, size, len(name), 0, 0, 0, 0, 0, offset)
    return pack("<IBBHHHHHIIIHHHHHII", *fields) + name.encode()


def _end(count: int, size: int, offset: int) -> bytes:
    return pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, size, offset, 0)


def write_archive(out: IO[bytes], members: Iterable[tuple[str, bytes]]) -> None:
    """Write members, `bundle.json` first and the rest already in byte order. Raises TooLargeError beyond MAX_MEMBERS; below 4 GiB."""
    entries: list[bytes] = []
    offset, last = 0, ""
    for name, data in members:
        _check_order(len(entries), name, last)
        if len(entries) == MAX_MEMBERS:
            raise TooLargeError(f"more than {MAX_MEMBERS:,} members")
        bound_of(name)
        crc, last = zlib.crc32(data), name
        header = _local_header(name, crc, len(data))
        out.write(header)
        out.write(data)
        entries.append(_directory_entry(name, crc, len(data), offset))
        offset += len(header) + len(data)
    directory = b"".join(entries)
    out.write(directory + _end(len(entries), len(directory), offset))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    offset: int
    size: int
    crc: int


class Archive:
    """A file of this format, opened. Members are read on demand and bounded; safe to share by threads."""

    def __init__(self, stream: IO[bytes], members: dict[str, _Member], manifest: Manifest) -> None:
        self._stream = stream
        self._lock = Lock()
        self._members = members
        self.manifest = manifest

    @classmethod
    def open(cls, source: Path | bytes) -> "Archive":
        """Open a path or bytes. Raises MalformedError, TooLargeError; OSError when it cannot be opened."""
        stream: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
        try:
            members = _read_directory(stream)
            archive = cls(stream, members, _NO_MANIFEST)
            archive.manifest = Manifest.from_bytes(archive.get(MANIFEST))
        except BaseException:
            stream.close()
            raise
        return archive

    def close(self) -> None:
        self._stream.close()

    def reopen(self) -> None:
        """Take a place of its own in the same file, on Linux, in a process forked from the one that opened it. Raises OSError."""
        if not isinstance(self._stream, io.BytesIO):
            with self._stream as shared:  # and close it, in this process
                self._stream = Path(f"/dev/fd/{shared.fileno()}").open("rb")  # noqa: SIM115 (closed by close)

    def names(self, prefix: str = "") -> list[str]:
        return [name for name in self._members if name.startswith(prefix)]

    def find(self, name: str) -> bytes | None:
        """Give a member's bytes, or None when there is no such member. Raises MalformedError if damaged."""
        member = self._members.get(name)
        if member is None:
            return None
        header = _local_header(name, member.crc, member.size)
        with self._lock:
            self._stream.seek(member.offset)
            data = self._stream.read(len(header) + member.size)
        if data[: len(header)] != header or zlib.crc32(data[len(header) :]) != member.crc:
            raise MalformedError("damaged", name)
        return data[len(header) :]

    def get(self, name: str) -> bytes:
        """Give a member's bytes. Raises MalformedError when it is missing or damaged."""
        data = self.find(name)
        if data is None:
            raise MalformedError("missing from the file", name)
        return data


def bound_of(name: str) -> int:
    """Give the most bytes a member of this name may have. Raises MalformedError for a name no member has."""
    for pattern, bound in _MEMBERS:
        if pattern.fullmatch(name):
            return bound
    raise MalformedError("no member has this name", name)


def _check_order(position: int, name: str, last: str) -> None:
    if (position == 0) != (name == MANIFEST) or (position > 1 and name <= last):
        raise MalformedError(f"out of order: {MANIFEST} first, then byte order", name)


def _check_end(stream: IO[bytes]) -> None:
    """On return the directory is no larger than one may be: zipfile reads it whole before anything can be said of it."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - _END - _LOCATOR))
    tail = stream.read()
    if len(tail) < _END or tail[-_END:][:4] != b"PK\5\6" or tail[:4] == b"PK\6\7":  # the second: a ZIP64 one
        raise MalformedError("not a bundle or evidence file (no plain ZIP directory at its end)")
    (length,) = unpack("<I", tail[-10:-6])
    if length > MAX_MEMBERS * _LONGEST_ENTRY:
        raise TooLargeError(f"a directory of {length} bytes")


def _read_directory(stream: IO[bytes]) -> dict[str, _Member]:
    """Read the directory with zipfile, then establish that it is the one this writer would have written.

    So nothing can be hidden, reordered, packed, doubled or described in two ways.
    """
    _check_end(stream)
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        RuntimeError,
        EOFError,
        struct_error,
    ) as error:
        raise MalformedError(f"not a bundle or evidence file ({error})") from error
    if len(infos) > MAX_MEMBERS:
        raise TooLargeError(f"{len(infos)} members where at most {MAX_MEMBERS} are permitted")
    members: dict[str, _Member] = {}
    entries: list[bytes] = []
    offset, last = 0, ""
    for position, info in enumerate(infos):
        name = info.filename
        _check_order(position, name, last)
        if info.file_size > bound_of(name):
            raise TooLargeError(f"{info.file_size} bytes where at most {bound_of(name)} are permitted", name)
        if offset > MAX_OFFSET:
            raise MalformedError("lies beyond the end of any file of this format", name)
        entries.append(_directory_entry(name, info.CRC, info.file_size, offset))
        members[name] = _Member(offset=offset, size=info.file_size, crc=info.CRC)
        offset += LOCAL_HEADER + len(name) + info.file_size
        last = name
    directory = b"".join(entries)
    if offset > MAX_OFFSET:
        raise MalformedError("its members end beyond the end of any file of this format")
    stream.seek(offset)
    expected = directory + _end(len(entries), len(directory), offset)
    if stream.read(len(expected) + 1) != expected:
        raise MalformedError("not the one directory this format permits")
    return members
