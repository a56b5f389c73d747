"""Some submitters wait for their answer, the others come again for it: threads are left for those who read."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, get_ident
from types import SimpleNamespace

import pytest

from forge.registers import Register
from forge.world import NOW, World
from registry import bundle, picture_reader, submissions, supplier_check, workbook_reader
from registry.submissions import WAITING, Outcome, accept
from registry.turns import Turns
from registry.web_server import THREADS


class Pauses:
    """Stands in for sleep: whoever waits for the publisher does so until released; `here` may not wait at all."""

    def __init__(self) -> None:
        self.here = get_ident()
        self.began: list[Event] = [Event() for _ in range(WAITING)]
        self.over = Event()
        self._next: Iterator[Event] = iter(self.began)

    def __call__(self, _seconds: float) -> None:
        assert get_ident() != self.here, "one more waits"
        if not self.over.is_set():
            next(self._next).set()
            self.over.wait()


def test_beyond_a_bound_a_submitter_is_told_at_once_that_it_is_on_its_way(
    register: Register, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = [world.issue(at=NOW).raw for _ in range(WAITING + 1)]
    pauses = Pauses()
    clock = SimpleNamespace(sleep=pauses, monotonic=time.monotonic, time_ns=time.time_ns)
    monkeypatch.setattr(submissions, "time", clock)
    with ThreadPoolExecutor(WAITING) as pool:
        waiting = [pool.submit(accept, register, body, now=NOW, wait=3600) for body in bodies[1:]]
        try:
            for began in pauses.began:
                assert began.wait(60)
            on_its_way: list[Outcome] = [
                accept(register, body, now=NOW, wait=3600) for body in (bodies[0], bodies[0], bodies[1])
            ]
        finally:
            register.publish()
            pauses.over.set()
        answers = [one.result() for one in waiting]
    assert [one.status for one in on_its_way] == [202] * 3  # new, sent again, and what somebody waits for
    assert all(one.headers["Location"] for one in on_its_way)
    assert [one.status for one in answers] == [201] * WAITING
    assert accept(register, bodies[0], now=NOW, wait=0).status == 200


def test_all_that_may_wait_together_leave_threads_to_readers() -> None:
    turns = [
        one
        for module in (bundle, picture_reader, submissions, supplier_check, workbook_reader)
        for one in vars(module).values()
        if isinstance(one, Turns)
    ]
    assert len(turns) == 5
    assert sum(one.most for one in turns) <= THREADS - 8
