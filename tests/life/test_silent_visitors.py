"""Whoever says nothing, or does not finish, keeps nobody from reading; nor does whoever waits for the publisher."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection

import pytest

from life.running import Running

MANY = 300
POST = (
    "POST /api/v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Type: application/cbor-seq\r\nContent-Length: "
)
SAID = {
    "nothing": b"",
    "one letter": b"G",
    "half a header": b"GET / HTTP/1.1\r\nHost: a\r\n",
    "half a body": f"{POST}4000000\r\n\r\n".encode() + b"\x00",
    "a request, and then nothing": b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
}


@contextmanager
def visitors(demo: Running, said: bytes, number: int = MANY) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection(("127.0.0.1", demo.port), timeout=25))
            for _ in range(number)
        ]
        for one in held:
            one.sendall(said)
        yield held


def status_of(demo: Running, path: str) -> int:
    """Ask as somebody who waits for less than silence lasted when each visitor held a thread."""
    connection = HTTPConnection("127.0.0.1", demo.port, timeout=25)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_hundreds_of_silent_visitors_keep_nobody_from_reading(demo: Running, said: bytes) -> None:
    with visitors(demo, said):
        assert [status_of(demo, path) for path in ("/healthz", "/", "/log1/checkpoint")] == [200] * 3


def test_submitters_who_wait_for_a_publisher_that_stands_still_leave_threads_to_readers(
    demo: Running,
) -> None:
    """All send one body again and again, as a stranger could who has seen it once."""
    body = demo.signed()
    [publisher] = demo.pids("publisher")
    os.kill(publisher, signal.SIGSTOP)
    try:
        with visitors(demo, f"{POST}{len(body)}\r\n\r\n".encode() + body):
            assert [status_of(demo, path) for path in ("/healthz", "/", "/log1/checkpoint")] == [200] * 3
    finally:
        os.kill(publisher, signal.SIGCONT)
    deadline = time.monotonic() + 60
    while demo.post("/api/v1/submissions", body).status not in (200, 201):  # others may still wait
        assert time.monotonic() < deadline, demo.said("registry")
        time.sleep(0.1)
