"""The processes that face the public hold no key: not its bytes, not the passphrase, not even where it is.

The publisher is looked at in the same way and must be caught, so that this test can fail.
"""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from life.running import Running

KEYS = ("log", "status")
CHUNK = 1 << 20


def seed_of(path: Path, passphrase: bytes) -> bytes:
    """Open a key file with PyNaCl and nothing of ours."""
    value = json.loads(path.read_bytes())
    kdf = value["kdf"]
    key = argon2id.kdf(
        32, passphrase, base64.b64decode(kdf["salt"]), opslimit=kdf["operations"], memlimit=kdf["memory"]
    )
    return SecretBox(key).decrypt(base64.b64decode(value["box"]))


@pytest.fixture(scope="module")
def secrets(demo: Running) -> dict[str, bytes]:
    """What must not be found, by what it is."""
    demo.issue("issuer-3", demo.drafts(2))  # everybody has worked: what is opened late is open now
    passphrase = (demo.home / "passphrase").read_bytes().strip()
    seeds = {f"seed of {name}": seed_of(demo.home / "keys" / f"{name}.key", passphrase) for name in KEYS}
    places = {f"path of {name}": f"{demo.home}/keys/{name}.key".encode() for name in KEYS}
    return {**seeds, **places, "passphrase": passphrase, "its path": f"{demo.home}/passphrase".encode()}


def faces_of(demo: Running) -> list[int]:
    found = demo.pids("web")
    assert len(found) == 2
    return found


def found_in(memory: Iterator[bytes], wanted: dict[str, bytes]) -> set[str]:
    return {name for data in memory for name, value in wanted.items() if value in data}


def memory_of(pid: int) -> Iterator[bytes]:
    """Everything a process may read, mapped files of the system left out; pieces overlap."""
    overlap = 512
    with Path(f"/proc/{pid}/maps").open() as maps:
        regions = [re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)", line) for line in maps]
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for region in regions:
            assert region is not None
            start, end = int(region[1], 16), int(region[2], 16)
            if not region[3].startswith("rw") or region[4] in ("[vvar]", "[vsyscall]"):
                continue
            for at in range(start, end, CHUNK):
                try:
                    memory.seek(at)
                    yield memory.read(min(CHUNK + overlap, end - at))
                except OSError:
                    continue  # a guard page, or given back meanwhile


def test_the_publisher_is_caught_holding_the_keys(demo: Running, secrets: dict[str, bytes]) -> None:
    [publisher] = demo.pids("publisher")
    found = found_in(memory_of(publisher), secrets)
    assert {f"seed of {name}" for name in KEYS} <= found


def test_no_web_process_has_a_key_or_its_place_in_memory(demo: Running, secrets: dict[str, bytes]) -> None:
    faces = faces_of(demo)
    assert {pid: found_in(memory_of(pid), secrets) for pid in faces} == {pid: set() for pid in faces}


def test_no_web_process_was_told_where_a_key_is(demo: Running, secrets: dict[str, bytes]) -> None:
    for pid in faces_of(demo):
        told = [Path(f"/proc/{pid}/{name}").read_bytes() for name in ("environ", "cmdline")]
        assert found_in(iter(told), secrets) == set()
        names = {one.partition(b"=")[0] for one in told[0].split(b"\0")}
        assert not [name for name in names if b"PASSPHRASE" in name or b"CRASH" in name]


def test_no_web_process_has_a_key_file_open(demo: Running) -> None:
    [publisher] = demo.pids("publisher")
    assert str(demo.registry / "ratchet") in open_files(publisher)  # so that this can fail
    for pid in faces_of(demo):
        of_ours = {path for path in open_files(pid) if path.startswith(str(demo.home))}
        private = ("/keys/", "/passphrase", "/publisher.json", "/ratchet", "/witness/", "/issuer")
        assert not [
            path for path in of_ours if any(word in path.removeprefix(str(demo.home)) for word in private)
        ]


def open_files(pid: int) -> set[str]:
    found = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(handle.readlink()))
        except FileNotFoundError:
            continue
    return found
