"""Two publishers started by mistake: one works, the other waits or stops, and no size ever has two roots."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keys.passphrase import read_passphrase
from life.running import Made, Running
from registry.commands import make_publisher
from registry.files import RegistryFiles
from registry.publisher import NoQuorumError, Publisher
from registry.publisher_process import STOPPED
from registry.ratchet import RatchetError, read_line
from registry.sequencer import ForkError
from schemas.tiles import root_from_tiles

PATIENCE = 40


class Rivals:
    """A demonstration without its supervisor: the witness, and publishers as they are started here."""

    def __init__(self, made: Made) -> None:
        self.running = Running(made)
        self.publishers: list[subprocess.Popen[bytes]] = []

    def publisher(self, home: Path, name: str, **environment: str) -> "subprocess.Popen[bytes]":
        with (self.running.home / f"{name}.said").open("ab") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "registry.publisher_process", "--home", str(home)],
                env=self.running.environment | environment,
                stderr=said,
            )
        self.publishers.append(process)
        return process

    def wait(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def wait_until_said(self, name: str, words: str) -> None:
        self.wait(lambda: words in self.running.said(name))

    def ingest(self, *, wait: int = 30) -> str:
        """Sign a mark offline and carry it in; give what the register answered."""
        running = self.running
        table, carried = running.write_drafts(running.drafts(1)), running.home / "carried.cborseq"
        running.issuer("issuer-3", "issue", str(table), "--out", str(carried))
        ingest = ("ingest", str(carried), "--wait", str(wait))
        return running.run("akashi-registry", "--home", str(running.registry), *ingest, code=None).out

    def heads(self, home: Path) -> dict[int, set[bytes]]:
        """Every root the log key has signed, by size."""
        found: dict[int, set[bytes]] = {}
        for line in (home / "ratchet").read_bytes().splitlines():
            head = read_line(line)
            found.setdefault(head.size, set()).add(head.root)
        return found

    def close(self) -> None:
        for process in self.publishers:
            if process.poll() is None:
                process.terminate()
        for process in self.publishers:
            process.wait(30)
        self.running.stop()


@pytest.fixture
def rivals(another: Callable[[], Made]) -> Iterator[Rivals]:
    made = Rivals(another())
    made.running.start_witness()
    yield made
    made.close()


def test_a_second_publisher_stands_by_and_takes_over_when_the_first_is_killed(rivals: Rivals) -> None:
    home = rivals.running.registry
    first = rivals.publisher(home, "first")
    rivals.wait_until_said("first", "publishing")
    second = rivals.publisher(home, "second")
    rivals.wait_until_said("second", "standing by")
    assert '"index"' in rivals.ingest()
    assert "publishing" not in rivals.running.said("second")
    os.kill(first.pid, signal.SIGKILL)
    assert '"index"' in rivals.ingest()
    assert "publishing" in rivals.running.said("second")
    assert second.poll() is None
    assert all(len(roots) == 1 for roots in rivals.heads(home).values())
    assert rivals.running.fsck() == []


def test_of_two_machines_on_one_database_only_one_goes_on(rivals: Rivals) -> None:
    """The folder was copied with its keys and its ratchet: the lock on the file no longer helps."""
    home = rivals.running.registry
    first = rivals.publisher(home, "first")
    rivals.wait(lambda: RegistryFiles(home).kept_sizes() != [])
    first.terminate()
    first.wait(30)
    copy = rivals.running.home / "copy"
    shutil.copytree(home, copy)
    database = f"sqlite:///{home / 'registry.sqlite'}"
    both = {
        home: rivals.publisher(home, "here"),
        copy: rivals.publisher(copy, "there", AKASHI_DATABASE_URL=database),
    }
    for name in ("here", "there"):
        rivals.wait_until_said(name, "publishing")
    rivals.ingest(wait=5)
    rivals.wait(
        lambda: any(process.poll() is not None for process in both.values()) or bool(rivals.ingest(wait=5))
    )
    rivals.wait(lambda: any(process.poll() is not None for process in both.values()))
    [(ended, code)] = [(at, process.poll()) for at, process in both.items() if process.poll() is not None]
    assert code == STOPPED
    # What either of them ever signed is one history.
    ours, theirs = rivals.heads(home), rivals.heads(copy)
    signed = {size: ours.get(size, set()) | theirs.get(size, set()) for size in {*ours, *theirs}}
    assert all(len(roots) == 1 for roots in signed.values())
    alive = copy if ended == home else home
    assert max(signed) == max(rivals.heads(alive))


def test_without_the_lock_no_size_gets_two_roots(rivals: Rivals, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is taken away (a network file system may do that); the rest of the order must hold alone."""
    running = rivals.running
    monkeypatch.setattr("registry.ratchet.fcntl.flock", lambda *_: None)
    monkeypatch.setenv("AKASHI_PASSPHRASE_FILE", str(running.home / "passphrase"))
    stop, ended = threading.Event(), list[BaseException]()
    opened = [make_publisher(running.settings, passphrase=_passphrase) for _ in range(4)]
    threads = [threading.Thread(target=_run, args=(one, stop, ended)) for one in opened]
    for thread in threads:
        thread.start()
    try:
        for _ in range(4):
            rivals.ingest(wait=5)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
        for one in opened:
            one.close()
    assert len(ended) <= 3, "somebody must go on"
    assert {type(error) for error in ended} <= {ForkError, RatchetError}
    signed = rivals.heads(running.registry)
    assert all(len(roots) == 1 for roots in signed.values())
    files = RegistryFiles(running.registry)
    for size in files.kept_sizes():
        assert signed[size] == {root_from_tiles(files.read_tile, size)}
    assert len(files.kept_sizes()) >= 4


def _passphrase() -> bytes:
    return read_passphrase(None, prompt="")


def _run(publisher: Publisher, stop: threading.Event, ended: list[BaseException]) -> None:
    try:
        publisher.run(stop)
    except (ForkError, RatchetError, NoQuorumError) as error:
        ended.append(error)
