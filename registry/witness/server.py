"""HTTP for a witness: the standard library's server, with bounds on size, time and number.

A connection is served by one thread. There are at most `connections`; a further one is answered 503 at once. A
request must have come whole `patience` seconds after the server began to wait for it, however slowly its
bytes drip, or the connection is cut; so is one left idle. TLS and limits per client are a front server's work.
"""

import re
import socket
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from registry.witness.app import Answer, Witness
from schemas.extension import MAX_EXTENSION

__all__ = ["WitnessServer"]

_PATH = "/add-checkpoint"
_LENGTH = re.compile(r"[0-9]{1,10}")
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    error_content_type = "text/plain; charset=utf-8"
    error_message_format = "%(code)d %(message)s\n"
    wbufsize = -1  # an answer leaves as one packet, and at once
    disable_nagle_algorithm = True
    server: "WitnessServer"

    def handle_one_request(self) -> None:
        self.server.wait_for(self.connection)
        super().handle_one_request()

    def do_GET(self) -> None:
        if self._path == "/":
            self._answer(Answer(status=200, body=f"{self.server.greeting}\n"))
        elif self._path == _PATH:
            self._answer(Answer(status=405, body=f"POST {_PATH}\n"))
        else:
            self._answer(Answer(status=404, body="nothing here\n"))

    def do_POST(self) -> None:
        lengths = self.headers.get_all("Content-Length") or []
        if "Transfer-Encoding" in self.headers or len(lengths) != 1 or not _LENGTH.fullmatch(lengths[0]):
            self._answer(Answer(status=411, body="say the length of the body\n"), last=True)
        elif int(lengths[0]) > MAX_EXTENSION:
            self._answer(Answer(status=413, body=f"at most {MAX_EXTENSION} bytes\n"), last=True)
        elif len(body := self.rfile.read(int(lengths[0]))) < int(lengths[0]):
            self.close_connection = True  # cut short: nobody is there to be answered
        elif self._path != _PATH:
            self._answer(Answer(status=404, body="nothing here\n"))
        else:
            self._answer(self.server.witness.add_checkpoint(body))

    @property
    def _path(self) -> str:
        return self.path.partition("?")[0]

    def _answer(self, answer: Answer, *, last: bool = False) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        if answer.status == 503:
            self.send_header("Retry-After", "1")
        if answer.status == 405:
            self.send_header("Allow", "POST")
        if last:
            self.send_header("Connection", "close")  # also makes the base class close it
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "akashi-witness"

    def log_message(self, *_: Any) -> None:
        """Say nothing: the witness logs what it decided, and the rest is noise anyone can make."""


class WitnessServer(ThreadingHTTPServer):
    """Listens from its making on; `serve_forever` answers, `stop` ends that after the requests under way."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(
        self,
        address: tuple[str, int],
        witness: Witness,
        *,
        greeting: str,
        patience: float = 10,
        connections: int = 32,
    ) -> None:
        self.witness = witness
        self.greeting = greeting
        self._patience = patience
        self._connections = connections
        self._guard = threading.Lock()
        self._deadlines: dict[Any, float] = {}  # open connections; by time.monotonic()
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's would ask the DNS for a name nobody uses
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    @property
    def url(self) -> str:
        host = f"[{self.server_name}]" if self.address_family == socket.AF_INET6 else self.server_name
        return f"http://{host}:{self.server_port}"

    def wait_for(self, connection: Any) -> None:
        """Give a connection `patience` seconds from now."""
        with self._guard:
            self._deadlines[connection] = time.monotonic() + self._patience

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            full = len(self._deadlines) >= self._connections
        if full:
            with suppress(OSError):
                request.sendall(_FULL)
            self.shutdown_request(request)
            return
        self.wait_for(request)
        super().process_request(request, client_address)

    def service_actions(self) -> None:
        """Cut what is late; called by `serve_forever` twice a second. The connection's thread then ends."""
        super().service_actions()
        now = time.monotonic()
        self._cut([one for one, deadline in self._open() if deadline < now], socket.SHUT_RDWR)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._deadlines.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's names
        error = sys.exception()
        if not isinstance(error, OSError):  # a client that went away is no news
            print(f"a request failed: {type(error).__name__}: {error}", file=sys.stderr, flush=True)

    def stop(self) -> None:
        """End `serve_forever`, running in another thread, and wait for the requests under way."""
        self.shutdown()
        self._cut([one for one, _ in self._open()], socket.SHUT_RD)  # no further request; answers still leave
        self.server_close()

    def _open(self) -> list[tuple[Any, float]]:
        with self._guard:
            return list(self._deadlines.items())

    @staticmethod
    def _cut(connections: list[Any], how: int) -> None:
        for one in connections:
            with suppress(OSError):  # closed meanwhile
                one.shutdown(how)
