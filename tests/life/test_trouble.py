"""A full disk, a locked database: the submitter hears so, and simply sends the same again."""

import os
import re
import resource
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from forge.registers import Register
from forge.world import NOW, World
from life.running import Answer, Made, Running
from registry.ratchet import Ratchet

ROOM = 6 << 20  # bytes of the small disk
LEFT = (0, 1 << 13, 1 << 15, 1 << 16, 3 << 15)  # bytes left on it: it fills up at another step each time


def send(demo: Running, body: bytes) -> Answer:
    return demo.post("/api/v1/submissions", body)


def check_clear(answer: Answer) -> None:
    """Published, on its way, or a problem that says what to do and when."""
    if answer.status in (200, 201):
        return
    assert answer.status in (202, 503), answer
    assert re.fullmatch("[0-9]+", answer.headers["Retry-After"])
    if answer.status == 202:
        assert answer.headers["Location"] == f"/api/v1/submissions/{answer.json()['receipt']}"
        return
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (problem["status"], problem["reason"]) == (503, "unavailable")


def send_until_in(demo: Running, body: bytes) -> None:
    """Send the same again, as the answer says; nothing else is ever needed."""
    deadline = time.monotonic() + 60
    while (answer := send(demo, body)).status not in (200, 201):
        check_clear(answer)
        assert time.monotonic() < deadline, demo.said("registry")
        time.sleep(1)


def check_nothing_lost(demo: Running, marks: int) -> None:
    assert demo.fsck() == []
    assert [one["kind"] for one in demo.changes()].count("issue") == marks
    assert demo.is_running("registry")
    assert "publishing stopped" not in demo.said("registry")


# -- a locked database -------------------------------------------------------------------------


def test_while_the_database_is_locked_pages_answer_and_submitters_are_told_to_come_again(
    demo: Running,
) -> None:
    [number] = demo.issue("issuer-3", demo.drafts(1)).values()
    body = demo.signed()
    with closing(sqlite3.connect(demo.registry / "registry.sqlite", isolation_level=None)) as locked:
        locked.execute("BEGIN EXCLUSIVE")
        waiting: list[Answer] = []
        thread = threading.Thread(target=lambda: waiting.append(send(demo, body)))
        thread.start()
        assert demo.get(f"/m/{number}").status == 200
        assert demo.mark(number)["state"] == "valid"
        thread.join()
        locked.execute("ROLLBACK")
    assert waiting[0].status == 503
    check_clear(waiting[0])
    assert "again" in waiting[0].json()["errors"][0]["hint"]
    send_until_in(demo, body)
    check_nothing_lost(demo, 2)


# -- a full disk -------------------------------------------------------------------------------


@pytest.fixture
def on_a_small_disk(another: Callable[[], Made]) -> Iterator[Running]:
    """A demonstration whose register lies on a disk of its own."""
    made = another()
    register, aside = made.home / "registry", made.home / "registry-before"
    register.rename(aside)
    register.mkdir()
    with _mounted(register):
        shutil.copytree(aside, register, dirs_exist_ok=True)
        with Running(made) as running:
            yield running


@contextmanager
def _mounted(place: Path) -> Iterator[None]:
    try:
        command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(place)]
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk cannot be mounted here (not root): a full one is not tried")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def _fill(folder: Path, left: int) -> Path:
    """Use the disk up but for `left` bytes."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as out:
        size = 0
        for piece in (1 << 16, 1 << 12):
            try:
                while written := out.write(bytes(piece)):
                    size += written
            except OSError:
                continue
        out.truncate(max(0, size - left))
    return filler


def test_a_full_disk_loses_nothing_and_the_same_body_goes_in_later(on_a_small_disk: Running) -> None:
    demo = on_a_small_disk
    demo.issue("issuer-3", demo.drafts(1))
    told: list[int] = []
    for count, left in enumerate(LEFT, 2):
        body = demo.signed()
        filler = _fill(demo.registry, left)
        freed = threading.Timer(4, filler.unlink)
        freed.start()
        try:
            answer = send(demo, body)
        finally:
            freed.join()
        check_clear(answer)
        told.append(answer.status)
        send_until_in(demo, body)
        check_nothing_lost(demo, count)
    assert 503 in told  # with no byte left there is nothing else to say


def test_a_publisher_that_cannot_write_waits_and_goes_on(demo: Running) -> None:
    """Its files cannot grow, as under a quota; the web still takes submissions in."""
    before = [one["kind"] for one in demo.changes()].count("issue")
    body = demo.signed()
    [publisher] = demo.pids("publisher")
    usual = resource.prlimit(publisher, resource.RLIMIT_FSIZE)
    resource.prlimit(publisher, resource.RLIMIT_FSIZE, (0, usual[1]))
    freed = threading.Timer(3, lambda: resource.prlimit(publisher, resource.RLIMIT_FSIZE, usual))
    freed.start()
    try:
        answer = send(demo, body)
    finally:
        freed.join()
    assert answer.status == 201
    assert demo.pids("publisher") == [publisher]
    check_nothing_lost(demo, before + 1)


def test_a_web_that_cannot_write_says_so(demo: Running) -> None:
    before = [one["kind"] for one in demo.changes()].count("issue")
    body, webs = demo.signed(), demo.pids("web")
    usual = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in webs}
    for pid in webs:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, usual[pid][1]))
    answer = send(demo, body)
    for pid, limits in usual.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
    assert answer.status == 503
    check_clear(answer)
    assert "again" in answer.json()["errors"][0]["hint"]
    send_until_in(demo, body)
    check_nothing_lost(demo, before + 1)


@pytest.mark.parametrize("cut", [0, 10, None], ids=["nothing written", "a piece written", "not durable"])
def test_a_ratchet_that_could_not_write_its_line_goes_on_as_if_it_had_not_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int | None
) -> None:
    """Nothing was signed, so nothing of the line may stay, in the file or in memory."""
    world = World()
    register = Register(tmp_path / "registry", world, now=NOW)
    register.publish()
    before = register.files.ratchet.read_bytes()
    mark = world.issue(at=NOW)
    with monkeypatch.context() as patch:
        _no_room(patch, register.publisher._ratchet, cut)
        with pytest.raises(OSError, match="No space left"):
            register.submit(mark.raw)
    assert register.files.ratchet.read_bytes() == before
    register.publisher.recover()
    assert register.submit(mark.raw).status == 200
    assert register.files.ratchet.read_bytes().count(b"\n") == 2
    register.close()
    register.open()
    register.close()


def _no_room(patch: pytest.MonkeyPatch, ratchet: Ratchet, cut: int | None) -> None:
    """Let the next write to the ratchet's file fail after `cut` bytes; None: let its fsync fail."""
    full, true_fsync, handle = OSError(28, "No space left on device"), os.fsync, ratchet._file.fileno()

    def fsync(file: int) -> None:
        if file == handle:
            raise full
        true_fsync(file)

    if cut is None:
        patch.setattr(os, "fsync", fsync)
        return
    # Only this process's own file sizes are limited, and only while the line is written.
    end = os.fstat(handle).st_size
    append = Ratchet._append

    def limited(self: Ratchet, *words: object) -> None:
        usual = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (end + cut, usual[1]))
        try:
            append(self, *words)  # type: ignore[arg-type]
        except OSError:
            raise full from None
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)

    patch.setattr(Ratchet, "_append", limited)
