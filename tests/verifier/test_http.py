"""Nothing is fetched but what was asked for, from where it was asked, whole and within bounds."""

import io
import socket
import threading
from collections.abc import Iterator
from typing import IO

import pytest

from forge.loopback import Loopback
from verifier.http import Fetcher, FetchError, HttpFetcher


def test_what_is_served_is_what_is_given(loopback: Loopback) -> None:
    loopback.files["/trust/1"] = b"note"
    assert HttpFetcher(loopback.url).get("trust/1", max_size=4) == b"note"


def test_a_base_address_may_have_a_path(loopback: Loopback) -> None:
    loopback.files["/akashi/trust/1"] = b"note"
    assert HttpFetcher(loopback.url + "/akashi/").get("trust/1", max_size=10) == b"note"


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_none(loopback: Loopback, status: int) -> None:
    loopback.bent["/trust/2"] = (status, {})
    assert HttpFetcher(loopback.url).get("trust/2", max_size=10) is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_even_to_the_same_host(loopback: Loopback, status: int) -> None:
    loopback.bent["/trust/1"] = (status, {"Location": "/elsewhere"})
    loopback.files["/elsewhere"] = b"note"
    with pytest.raises(FetchError):
        HttpFetcher(loopback.url).get("trust/1", max_size=10)
    assert loopback.asked == ["/trust/1"]


@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_an_error_of_the_server_is_not_absence(loopback: Loopback, status: int) -> None:
    loopback.bent["/trust/1"] = (status, {})
    with pytest.raises(FetchError):
        HttpFetcher(loopback.url).get("trust/1", max_size=10)


def test_more_than_was_asked_for_is_refused(loopback: Loopback) -> None:
    loopback.files["/bundle"] = bytes(11)
    with pytest.raises(FetchError):
        HttpFetcher(loopback.url).get("bundle", max_size=10)


def test_a_body_that_breaks_off_is_no_answer(loopback: Loopback) -> None:
    loopback.files["/bundle"] = bytes(9)
    loopback.bent["/bundle"] = (200, {"Content-Length": "10", "Connection": "close"})
    with pytest.raises(FetchError):
        HttpFetcher(loopback.url).get("bundle", max_size=100)


@pytest.fixture
def raw_server() -> Iterator[tuple[str, list[bytes]]]:
    """Says whatever the test puts into the list, to one visitor."""
    answers: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            visitor, _ = server.accept()
            with visitor:
                visitor.recv(65536)
                visitor.sendall(answers[0])

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", answers
        thread.join()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n",
    ],
)
def test_what_is_not_http_is_no_answer(raw_server: tuple[str, list[bytes]], answer: bytes) -> None:
    url, answers = raw_server
    answers.append(answer)
    with pytest.raises(FetchError):
        HttpFetcher(url).get("bundle", max_size=100)


def test_an_endless_body_is_given_up_at_the_bound() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert size >= 0
            self.given += size
            return bytes(size)

    stream = Endless()

    class Source(Fetcher):
        def _open(self, path: str) -> IO[bytes] | None:  # noqa: ARG002 (all paths alike)
            return stream  # type: ignore[return-value]

    with pytest.raises(FetchError):
        Source().get("bundle", max_size=3 << 20)
    assert stream.given <= 5 << 20


def test_nobody_at_home_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(FetchError):
        HttpFetcher(f"http://127.0.0.1:{port}").get("trust/1", max_size=10)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/trust/1",
        "../trust/1",
        "a/../../b",
        "trust/1?x=1",
        "trust/1#x",
        "http://other.example/",
        "a b",
        "a\nb",
        "é",
    ],
)
def test_no_path_leads_away_from_the_base(loopback: Loopback, path: str) -> None:
    with pytest.raises(FetchError):
        HttpFetcher(loopback.url).get(path, max_size=10)
    assert loopback.asked == []


@pytest.mark.parametrize(
    "base",
    [
        "",
        "akashi.example",
        "ftp://akashi.example",
        "file:///etc/passwd",
        "https://",
        "https://akashi.example?x=1",
        "https://akashi.example/#x",
        "http://[",
    ],
)
def test_what_is_no_address_of_a_registry_is_refused(base: str) -> None:
    with pytest.raises(FetchError):
        HttpFetcher(base)


def test_a_registry_that_is_not_there_is_said_in_words() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        place = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(FetchError) as refused:
            HttpFetcher(place).get("trust/1", max_size=10)
    assert str(refused.value) == f"{place}/trust/1: Connection refused"
