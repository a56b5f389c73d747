"""The container: one file a state, and no freedom left in the ZIP."""

import io
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from forge.in_node import needs_node, run_in_node
from schemas.errors import MalformedError, TooLargeError
from schemas.evidence import (
    Archive,
    ListedLog,
    ListedStatus,
    Manifest,
    _directory_entry,
    _end,
    _local_header,
    write_archive,
)

MANIFEST = Manifest(
    variant="evidence",
    as_of="2026-11-22T00:00:00Z",
    hosts=("akashi.example",),
    trust=(1,),
    logs=(ListedLog(dir="log/0", origin="akashi.example/log1", size=5),),
    lists=(ListedStatus(file="status.cwt", uri="https://akashi.example/status/a/0"),),
)
MEMBERS = [
    ("bundle.json", MANIFEST.to_bytes()),
    ("log/0/heads/5", b"a checkpoint"),
    ("mark.cwt", b"a mark"),
    ("proof", b""),
    ("trust/1", b"a trust document"),
    ("trust/10", b"another"),
    ("trust/2", b"another"),
]


def written(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    write_archive(out, members)
    return out.getvalue()


FILE = written(MEMBERS)


def laid(members: list[tuple[str, bytes]]) -> bytes:
    """The same container for any members: what only looks at the container's bytes finds nothing wrong with it."""
    body, directory = b"", b""
    for name, data in members:
        crc = zlib.crc32(data)
        directory += _directory_entry(name, crc, len(data), len(body))
        body += _local_header(name, crc, len(data)) + data
    return body + directory + _end(len(members), len(directory), len(body))


def read_all(file: bytes) -> list[tuple[str, bytes]]:
    archive = Archive.open(file)
    return [(name, archive.get(name)) for name in archive.names()]


def test_a_file_is_read_back_as_it_was_written() -> None:
    assert read_all(FILE) == MEMBERS
    assert Archive.open(FILE).manifest == MANIFEST
    assert laid(MEMBERS) == FILE


def test_a_file_takes_as_many_members_as_its_directory_can_count_and_no_more() -> None:
    members = [
        ("bundle.json", MANIFEST.to_bytes()),
        *((f"log/0/landmarks/{day:08}", b"") for day in range(65_534)),
    ]
    assert len(Archive.open(written(members)).names()) == 65_535
    with pytest.raises(TooLargeError, match="65,535 members"):
        written([*members, ("status/a/0.cwt", b"")])


def test_the_manifest_is_the_formats_example() -> None:
    expected = (
        '{"as_of":"2026-11-22T00:00:00Z","format":1,"hosts":["akashi.example"],"lists":[{"file":"status.cwt",'
        '"uri":"https://akashi.example/status/a/0"}],"logs":[{"dir":"log/0","origin":"akashi.example/log1","size":5}],'
        '"trust":[1],"variant":"evidence"}'
    )
    assert MANIFEST.to_bytes().decode() == expected


def test_any_zip_program_can_open_it() -> None:
    with zipfile.ZipFile(io.BytesIO(FILE)) as archive:
        assert archive.testzip() is None
        assert [(info.filename, archive.read(info)) for info in archive.infolist()] == MEMBERS
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_every_flipped_bit_is_refused() -> None:
    for place in range(len(FILE)):
        for bit in range(8):
            bent = FILE[:place] + bytes([FILE[place] ^ 1 << bit]) + FILE[place + 1 :]
            with pytest.raises(MalformedError):
                read_all(bent)


def test_every_truncation_and_every_addition_is_refused() -> None:
    for length in range(len(FILE)):
        with pytest.raises(MalformedError):
            read_all(FILE[:length])
    for bent in (FILE + b"\0", b"\0" + FILE, FILE + FILE):
        with pytest.raises(MalformedError):
            read_all(bent)


def test_what_zip_would_permit_is_refused() -> None:
    def zipped(*, compression: int = zipfile.ZIP_STORED, comment: bytes = b"", twice: bool = False) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", compression) as archive:
            for name, data in MEMBERS:
                archive.writestr(zipfile.ZipInfo(name), data)
            if twice:
                with pytest.warns(UserWarning, match="Duplicate name"):
                    archive.writestr(zipfile.ZipInfo("mark.cwt"), b"another mark")
            archive.comment = comment
        return out.getvalue()

    for bent in (
        zipped(),
        zipped(compression=zipfile.ZIP_DEFLATED),
        zipped(comment=b"x"),
        zipped(twice=True),
    ):
        with pytest.raises(MalformedError):
            Archive.open(bent)


NO_NAMES = [
    "../mark.cwt",
    "/mark.cwt",
    "Mark.cwt",
    "mark.cwt/",
    "trust/0",
    "trust/01",
    "trust/1\n",
    "events/01.cwt",
    "status/toolong/0.cwt",
    "profile/7K3Q9-XWD29.cwt",
    "profile/7K3Q9XWDIL.cwt",
    "log/0/tile/0/0",
    "log/0/landmarks/2026-11-22",
    "__MACOSX/mark.cwt",
]
NO_ORDERS = [
    [MEMBERS[1], MEMBERS[0]],
    [MEMBERS[0], MEMBERS[2], MEMBERS[1]],
    [MEMBERS[0], MEMBERS[1], MEMBERS[1]],
    [MEMBERS[0], MEMBERS[0]],
    [MEMBERS[0], MEMBERS[6], MEMBERS[5]],
]


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_the_format_does_not_know_is_neither_written_nor_read(name: str) -> None:
    members = [MEMBERS[0], (name, b"")]
    with pytest.raises(MalformedError):
        written(members)
    with pytest.raises(MalformedError):
        Archive.open(laid(members))


@pytest.mark.parametrize("members", NO_ORDERS)
def test_members_stand_in_one_order_and_once(members: list[tuple[str, bytes]]) -> None:
    with pytest.raises(MalformedError):
        written(members)
    with pytest.raises(MalformedError):
        Archive.open(laid(members))


@needs_node
def test_a_browser_opens_no_other_container(tmp_path: Path) -> None:
    twice = replace(MANIFEST, logs=MANIFEST.logs * 2)
    files = {
        "whole": FILE,
        **{f"named {name!r}": laid([MEMBERS[0], (name, b"")]) for name in NO_NAMES},
        **{f"order {place}": laid(members) for place, members in enumerate(NO_ORDERS)},
        "over its bound": laid([MEMBERS[0], ("mark.cwt", bytes(1025))]),
        "something behind": FILE + b"\0",
        "a log that stands there twice": laid([("bundle.json", twice.to_bytes())]),
    }
    program = """
import { Archive } from "./verifier/archive.js";
const opens = (hex) => {
  try {
    new Archive(Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16)));
    return true;
  } catch { return false; }
};
answer = Object.entries(given).filter(([, hex]) => opens(hex)).map(([name]) => name);
"""
    opened = run_in_node(tmp_path, program, {name: data.hex() for name, data in files.items()})
    assert opened == ["whole"]


def test_a_member_over_its_bound_is_refused() -> None:
    with pytest.raises(MalformedError) as refused:
        Archive.open(written([MEMBERS[0], ("mark.cwt", bytes(1025))]))
    assert refused.value.reason == "too-large"


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{}",
        b"[]",
        MANIFEST.to_bytes() + b"\n",
        MANIFEST.to_bytes().replace(b'"format":1', b'"format":2'),
        MANIFEST.to_bytes().replace(b'"format":1', b'"format":1,"more":1'),
        MANIFEST.to_bytes().replace(b'"evidence"', b'"everything"'),
        MANIFEST.to_bytes().replace(b'"trust":[1]', b'"trust":["1"]'),
        MANIFEST.to_bytes().replace(b'"size":5', b'"size":"5"'),
        MANIFEST.to_bytes().replace(b'"size":5', b'"size":5.5'),
        MANIFEST.to_bytes().replace(b'"hosts":["akashi.example"]', b'"hosts":"akashi.example"'),
        b"[" * 100_000,
    ],
)
def test_another_table_of_contents_is_refused(manifest: bytes) -> None:
    with pytest.raises(MalformedError):
        Archive.open(written([("bundle.json", manifest)]))


def test_a_log_or_list_that_stands_there_twice_is_refused() -> None:
    """Each is authenticated as often as it is named: a small file would cost minutes."""
    log = ListedLog(dir="log/0", origin="akashi.example/log1", size=5)
    one = MANIFEST.lists[0]
    for doubled in (
        replace(MANIFEST, logs=(log, log)),
        replace(MANIFEST, lists=(one, replace(one, uri="https://akashi.example/status/a/1"))),
        replace(MANIFEST, lists=(one, replace(one, file="status/a/1.cwt"))),
    ):
        with pytest.raises(MalformedError):
            Archive.open(written([("bundle.json", doubled.to_bytes())]))


@pytest.mark.parametrize("is_zip64", [False, True])
def test_a_directory_larger_than_any_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch, *, is_zip64: bool
) -> None:
    entry = struct.pack("<IBBHHHHHIIIHHHHHII", 0x02014B50, 20, 3, 20, *[0] * 7, 7, *[0] * 6) + b"trust/1"
    directory = entry * 120_000
    locator = b"PK\6\7" + bytes(16) if is_zip64 else b""
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 65535, 65535, len(directory), 0, 0)
    monkeypatch.setattr("zipfile.ZipFile", None)
    with pytest.raises(MalformedError):
        Archive.open(directory + locator + end)


def test_a_missing_member_is_named() -> None:
    archive = Archive.open(FILE)
    assert archive.find("status.cwt") is None
    with pytest.raises(MalformedError) as refused:
        archive.get("status.cwt")
    assert refused.value.path == "status.cwt"


def test_a_file_that_is_not_there_is_the_callers_to_hear_of(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Archive.open(tmp_path / "nowhere.akashi")
