"""The web server: everything a visitor can be slow at ends, and nobody is kept out by those who are."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask, Response, request
from werkzeug.wsgi import wrap_file

from forge.registers import Register
from registry.app import create_app
from registry.web_server import Bounds, WebServer

SHORT = 0.3  # seconds
LONG = 3600.0
GET = b"GET /echo HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\n"
LARGE = 32 << 20  # bytes: more than a socket holds

PATIENT = Bounds(header=LONG, body=LONG, answer=LONG)


@contextmanager
def serving(
    application: Callable[..., Any], bounds: Bounds = PATIENT, threads: int = 2
) -> Iterator[WebServer]:
    server = WebServer(application, socket.create_server(("127.0.0.1", 0)), threads=threads, bounds=bounds)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()


@pytest.fixture
def application() -> Flask:
    app = Flask("echo")

    @app.route("/echo", methods=["GET", "POST"])
    def echo() -> str:
        return str(len(request.get_data()))

    @app.get("/large")
    def large() -> bytes:
        return bytes(LARGE)

    return app


def connect(server: WebServer, said: bytes = b"", *, room: int | None = None) -> socket.socket:
    made = socket.socket()
    if room is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    made.settimeout(60)
    made.connect(("127.0.0.1", server.port))
    made.sendall(said)
    return made


@contextmanager
def asking(server: WebServer, method: str, path: str, **named: Any) -> Iterator[HTTPResponse]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request(method, path, **named)
        yield connection.getresponse()
    finally:
        connection.close()


def is_answering(server: WebServer) -> bool:
    with asking(server, "GET", "/echo") as answer:
        return (answer.status, answer.read()) == (200, b"0")


def is_cut(connection: socket.socket, *, drip: bytes = b"") -> bool:
    """Wait for the other side to close, sending a byte now and then."""
    connection.settimeout(0.05)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if drip:
                connection.sendall(drip)
            if not connection.recv(1 << 16):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


@pytest.mark.parametrize(
    ("said", "drip", "bounds"),
    [
        (b"", b"", Bounds(header=SHORT, body=LONG)),
        (GET, b"", Bounds(header=SHORT, body=LONG)),
        (GET + b"Cookie: ", b"x", Bounds(header=SHORT, body=LONG)),
        (GET + b"\r\n", b"", Bounds(header=SHORT, body=LONG)),
        (POST, b"", Bounds(header=LONG, body=SHORT)),
        (POST, b"x", Bounds(header=LONG, body=SHORT)),
    ],
    ids=["silence", "half a header", "a dripping header", "idle", "half a body", "a dripping body"],
)
def test_whoever_takes_too_long_is_cut_off(
    application: Flask, said: bytes, drip: bytes, bounds: Bounds
) -> None:
    with serving(application, bounds) as server:
        with connect(server, said) as slow:
            assert is_cut(slow, drip=drip)
        assert is_answering(server)


def test_whoever_asks_again_and_again_stays_connected_longer_than_one_request_may_take(
    application: Flask,
) -> None:
    with serving(application, Bounds(header=2)) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.connect()
        first = connection.sock
        began = time.monotonic()
        while time.monotonic() - began < 4:
            connection.request("GET", "/echo")
            assert connection.getresponse().read() == b"0"
            assert connection.sock is first
            time.sleep(0.1)
        connection.close()


def test_whoever_does_not_read_his_answer_is_cut_off(application: Flask) -> None:
    with (
        serving(application, Bounds(answer=SHORT)) as server,
        connect(server, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n", room=4096) as slow,
    ):
        wait_until(lambda: not server.active_channels)
        assert is_cut(slow)
        assert is_answering(server)


def test_whoever_reads_at_a_fair_rate_gets_his_answer_whole(application: Flask) -> None:
    bounds = Bounds(answer=SHORT, rate=1.0)
    with serving(application, bounds) as server, asking(server, "GET", "/large") as answer:
        got = 0
        while read := len(answer.read(LARGE // 8)):
            got += read
            time.sleep(SHORT)
        assert got == LARGE


def test_slow_visitors_hold_no_thread(application: Flask) -> None:
    with serving(application, threads=1) as server:
        slow = [connect(server, said) for said in (b"", GET, POST) for _ in range(20)]
        slow += [connect(server, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n", room=4096) for _ in range(3)]
        assert is_answering(server)
        for one in slow:
            one.close()


def test_when_there_are_too_many_whoever_was_waited_for_longest_makes_room(application: Flask) -> None:
    with serving(application, Bounds(header=LONG, connections=10)) as server:
        silent = [connect(server) for _ in range(10)]
        assert is_answering(server)
        newer = [connect(server) for _ in range(9)]
        assert is_answering(server)
        assert all(is_cut(one) for one in silent)
        for one in newer[2:]:  # the rest is waited for still
            one.sendall(GET + b"\r\n")
            assert one.recv(1 << 16).startswith(b"HTTP/1.1 200")
        for one in (*silent, *newer):
            one.close()


def test_when_too_much_is_held_whoever_was_waited_for_longest_makes_room(application: Flask) -> None:
    half = POST + bytes(200_000)
    with serving(application, Bounds(body=LONG, held=900_000)) as server:
        uploads = [connect(server, half) for _ in range(10)]
        wait_until(lambda: sum(one.held for one in list(server.active_channels.values())) < 900_000)
        assert is_cut(uploads[0])
        with asking(server, "POST", "/echo", body=bytes(100_000)) as answer:
            assert answer.read() == b"100000"
        for one in uploads:
            one.close()


def test_what_is_under_way_is_answered_before_the_server_ends() -> None:
    begun, go_on = Event(), Event()
    app = Flask("slow")

    @app.get("/slow")
    def slow() -> bytes:
        begun.set()
        go_on.wait()
        return bytes(LARGE)

    server = WebServer(app, socket.create_server(("127.0.0.1", 0)), threads=2, bounds=PATIENT)
    thread = Thread(target=server.run)
    thread.start()
    with connect(server), asking_in_the_background(server, "/slow") as got:
        assert begun.wait(60)
        server.stop()
        server.stop()
        wait_until(lambda: not is_listening(server))
        go_on.set()
        thread.join(60)
        assert not thread.is_alive()
        assert got() == LARGE
    server.stop()


@contextmanager
def asking_in_the_background(server: WebServer, path: str) -> Iterator[Callable[[], int]]:
    got: list[int] = []

    def ask() -> None:
        with asking(server, "GET", path) as answer:
            got.append(len(answer.read()))

    thread = Thread(target=ask)
    thread.start()

    def result() -> int:
        thread.join()
        return got[0]

    yield result
    thread.join()


def is_listening(server: WebServer) -> bool:
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
    except OSError:
        return False
    return True


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def site(register: Register) -> Iterator[WebServer]:
    """The register itself."""
    with serving(create_app(register.settings, clock=lambda: float(register.now))) as server:
        yield server


@pytest.mark.parametrize("size", [(4 << 20) + 1, 40 << 20], ids=["read whole", "thrown away"])
def test_a_body_beyond_the_bound_is_refused_in_the_registers_own_words(site: WebServer, size: int) -> None:
    kind = {"Content-Type": "application/cbor-seq"}
    with asking(site, "POST", "/api/v1/submissions", body=bytes(size), headers=kind) as answer:
        assert answer.status == 413
        assert answer.getheader("Content-Type") == "application/problem+json"
        assert b'"too-large"' in answer.read()


def test_a_body_beyond_the_bound_in_chunks_is_refused_too(site: WebServer) -> None:
    kind = {"Content-Type": "application/cbor-seq"}
    chunks = (bytes(1 << 20) for _ in range(5))
    with asking(
        site, "POST", "/api/v1/submissions", body=chunks, headers=kind, encode_chunked=True
    ) as answer:
        assert answer.status == 413
        assert b'"too-large"' in answer.read()


def test_whoever_asks_before_he_sends_too_much_is_refused_at_once(site: WebServer) -> None:
    said = (
        b"POST /api/v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Type: application/cbor-seq\r\n"
        b"Content-Length: 40000000\r\nExpect: 100-continue\r\n\r\n"
    )
    with connect(site, said) as asked:
        assert asked.recv(1 << 16).startswith(b"HTTP/1.1 413")


def test_a_head_has_the_headers_of_its_answer_and_no_body(site: WebServer) -> None:
    with asking(site, "GET", "/") as whole, asking(site, "HEAD", "/") as head:
        body = whole.read()
        assert (head.status, head.read()) == (200, b"")
        assert int(head.headers["Content-Length"]) == len(body)
        assert head.headers["ETag"] == whole.headers["ETag"]
        assert {name.lower() for name in head.headers}.isdisjoint({"server", "via"})
    with asking(site, "GET", "/", headers={"If-None-Match": str(whole.headers["ETag"])}) as again:
        assert (again.status, again.read()) == (304, b"")


def test_a_bundle_leaves_as_a_file(site: WebServer) -> None:
    with asking(site, "GET", "/bundle") as answer:
        body = answer.read()
        assert (answer.status, int(answer.headers["Content-Length"])) == (200, len(body))
    with asking(site, "GET", "/bundle", headers={"Range": "bytes=10-19"}) as part:
        assert (part.status, part.read()) == (206, body[10:20])


def test_a_file_is_sent_without_being_held(tmp_path: Any) -> None:
    app = Flask("file")
    path = tmp_path / "large"
    path.write_bytes(bytes(LARGE))

    @app.get("/file")
    def file() -> Response:
        sent = wrap_file(request.environ, path.open("rb"))
        return Response(sent, direct_passthrough=True, headers={"Content-Length": str(LARGE)})

    with serving(app, Bounds(held=1 << 20)) as server, asking(server, "GET", "/file") as answer:
        assert len(answer.read()) == LARGE
