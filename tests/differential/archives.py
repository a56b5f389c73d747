"""Files of evidence, bundles and registers whose container or table of contents is bent."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from random import Random
from struct import pack
from zlib import crc32

from differential.asked import Question, packed
from differential.edits import BLANKS, edits, json_spelled
from differential.objects import lively
from differential.resigned import neighbours_of
from forge.mutations import BYTEWISE
from schemas.errors import MalformedError
from schemas.evidence import Archive, _directory_entry, _end, _local_header, write_archive

__all__ = ["archives", "members_of", "put_together"]

MANIFEST = "bundle.json"


def members_of(file: bytes) -> dict[str, bytes] | None:
    """Give the members of a file in their order; None for what is no file of this format, or damaged."""
    try:
        archive = Archive.open(file)
        return {name: archive.get(name) for name in archive.names()}
    except MalformedError:
        return None


def put_together(members: Mapping[str, bytes]) -> bytes | None:
    """Write members as the format wants them, whatever they hold; None where one cannot be written."""
    out = BytesIO()
    names = sorted(members, key=lambda name: (name != MANIFEST, name.encode("utf-8", "replace")))
    try:
        write_archive(out, ((name, members[name]) for name in names))
    except MalformedError:
        return None
    return out.getvalue()


def _loosely(members: list[tuple[str, bytes]]) -> bytes:
    """The same without any rule: names, order and sizes as given."""
    local, directory, offset = [], [], 0
    for name, data in members:
        local.append(_local_header(name, crc32(data), len(data)) + data)
        directory.append(_directory_entry(name, crc32(data), len(data), offset))
        offset += len(local[-1])
    entries = b"".join(directory)
    return b"".join(local) + entries + _end(len(members), len(entries), offset)


@cache
def _files() -> tuple[bytes, ...]:
    world, _ = lively()
    return (world.evidence(world.issued[0]), world.bundle(), world.register())


def archives(random: Random) -> Iterator[Question]:
    """Files that are opened or not, without end."""
    while True:
        file = random.choice(_files())
        members = members_of(file) or {}
        for bent in (*_containers(file, members, random), *_contents(members, random)):
            yield {"ask": "read", "reader": "archive", "given": packed(bent)}


def _containers(file: bytes, members: dict[str, bytes], random: Random) -> Iterator[bytes]:
    directory = file.rindex(MANIFEST.encode()) - 46
    for _ in range(12):
        # In the directory, where a freedom would be; and anywhere.
        yield file[:directory] + random.choice(BYTEWISE)(file[directory:], random)
        yield random.choice(BYTEWISE)(file, random)
    place = random.randrange(directory, len(file) - 4)
    yield file[:place] + pack("<I", random.choice((0, 1, 0xFFFFFFFF, 0x7FFFFFFF))) + file[place + 4 :]
    yield from (
        file[: random.randrange(len(file))],
        file + b"\0",
        b"\0" + file,
        file[directory:],
        b"",
        file[-22:],
        file[:-22] + file[-22:] * 2,
    )
    listed = list(members.items())
    yield _loosely(random.sample(listed, len(listed)))
    yield _loosely(listed[1:])
    yield _loosely([*listed, random.choice(listed)])
    yield _loosely(sorted(listed))
    for name in (
        "x",
        "trust/0",
        "trust/01",
        "../mark.cwt",
        "mark.cwt/",
        "",
        "mark.cwt\n",
        "\ufeffproof",
        "log/0/checkpoint\u2028",
        "trust/\uff11",
    ):
        yield _loosely(
            sorted([*listed[1:], (name, b"x")], key=lambda one: one[0].encode())
            if random.random() < 0.5
            else [*listed, (name, b"x")]
        )
        yield _loosely([listed[0], *sorted([*listed[1:], (name, b"")], key=lambda one: one[0].encode())])
    name = random.choice(listed)[0]
    for size in (1024, 1025, 512, 513, 8192, 8193, 65536, 65537, 70000):
        yield _loosely(
            [(one, bytes(size) if one == name and one != MANIFEST else data) for one, data in listed]
        )


def _contents(members: dict[str, bytes], random: Random) -> Iterator[bytes]:
    value = json.loads(members[MANIFEST])
    tables = [*neighbours_of(members[MANIFEST], random)]
    tables += [json.dumps(one).encode() for one in random.sample(list(edits(value)), 10)]
    tables += [json_spelled(value, random, chance=0.01).encode("utf-8", "replace") for _ in range(4)]
    for character in (*random.sample(BLANKS, 3), "\ud800", "\\", '"', "\U00020000", "\x7f"):
        changed = random.choice(("as_of", "hosts", "lists", "logs"))
        other = value | {changed: {"as_of": character, "hosts": [character]}.get(changed, value[changed])}
        if changed in ("lists", "logs") and value[changed]:
            member = random.choice(("uri", "file") if changed == "lists" else ("origin", "dir"))
            other[changed] = [*value[changed], value[changed][0] | {member: character}]
        tables.append(
            json.dumps(other, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(
                "utf-8", "replace"
            )
        )
        tables.append(json.dumps(other, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode())
    for table in tables:
        file = put_together({**members, MANIFEST: table})
        if file is not None:
            yield file
