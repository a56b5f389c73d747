"""HTTP for the web application: waitress, with deadlines and bounds on what it holds.

In waitress one thread reads requests and writes answers, and waits for nobody; only a request that has come whole takes one
of the threads that work. Its one timeout begins anew with every byte, though, and whom nobody cuts off it holds for ever.
Here everything a visitor can be slow at ends: a header, counted from when it is waited for; a body; an answer, which must
leave at a rate. When there are too many connections, or too much of what was sent is held in memory, whoever has been
waited for longest makes room: silence, in any number, keeps nobody out. No body and no answer is laid down on a disk.

TLS and limits by address are a front server's work.
"""

import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import RequestEntityTooLarge

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["BACKLOG", "THREADS", "Bounds", "WebServer"]

# More than all that wait for their turn, for the publisher or for a bundle can hold: the rest reads (tests/registry/test_turns.py).
THREADS = 32
BACKLOG = 1024
STEP = 64 << 10  # bytes of a connection after which it is counted again what all of them hold
NEVER = 1 << 40  # bytes before waitress would use a temporary file


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Seconds a visitor has for each thing, and how much of all visitors is held; each is one process's."""

    header: float = (
        10.0  # from the beginning, or from the last answer, until a request's header has come whole
    )
    body: float = 120.0
    answer: float = 60.0  # until `rate` is looked at, and again
    rate: float = 4096.0  # bytes a second at which an answer must leave
    stop: float = 15.0  # for what is under way when the server ends
    connections: int = 2000
    held: int = 256 << 20  # bytes of bodies and answers
    one_body: int = 13 << 20  # bytes; a larger one is read and thrown away, so that the answer is heard


class _Request(HTTPRequestParser):
    """A body beyond all bounds is left to the application to refuse, by the length it announced."""

    headers: dict[str, str]
    is_refused = False
    _unwanted = 0  # bytes still to come

    def received(self, data: bytes) -> int:
        if self._unwanted:
            thrown_away = min(len(data), self._unwanted)
            self._unwanted -= thrown_away
            self.completed = not self._unwanted
            return thrown_away
        taken = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.error, self.is_refused = None, True
            self.headers["CONNECTION"] = "close"
            if self.chunked:
                self.headers["CONTENT_LENGTH"] = str(self.body_bytes_received)
            elif not self.expect_continue:  # whoever asked first sends nothing
                self._unwanted, self.completed = self.content_length, False
            self.expect_continue = False
        return taken


class _Channel(HTTPChannel):
    """One connection. What it is at is looked at once a second; what it does in between resets its clock."""

    parser_class = _Request
    server: "WebServer"

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.since = time.monotonic()  # when it began what it is at, or its rate was looked at
        self.held = 0  # bytes of the request and its answer
        self._at = "header", 0
        self._answered = 0
        self._sent = self._sent_before = 0
        super().__init__(*arguments, **named)

    @property
    def is_waited_for(self) -> bool:
        """Whether it is the visitor's turn: neither works anybody for him, nor is there anything to send."""
        return not self.requests and not self.total_outbufs_len

    def is_late(self, now: float, bounds: Bounds) -> bool:
        at = self._stage(), self._answered
        if at != self._at:
            self._at, self.since, self._sent_before = at, now, self._sent
            if at[0] == "header":
                self.held = 0
        match at[0]:
            case "header":
                allowed = bounds.header
            case "body":
                allowed = bounds.body
            case "answer":
                return self._is_read_too_slowly(now, bounds)
            case _:
                return False
        return now - self.since > allowed

    def _is_read_too_slowly(self, now: float, bounds: Bounds) -> bool:
        if now - self.since <= bounds.answer:
            return False
        left = self._sent - self._sent_before
        self.since, self._sent_before = now, self._sent
        return left < bounds.rate * bounds.answer

    def _stage(self) -> str:
        if self.total_outbufs_len:
            return "answer"
        if self.requests:
            return "work"
        request = self.request
        return "body" if request is not None and request.headers_finished else "header"

    def received(self, data: bytes) -> bool:
        taken = super().received(data)
        if not getattr(self.request, "is_refused", False):
            self._hold(len(data))
        return taken

    def write_soon(self, data: Any) -> int:
        if isinstance(data, bytes):  # a file stays on the disk
            self._hold(len(data))
        return super().write_soon(data)

    def send(self, data: bytes, do_close: bool = True) -> int:  # noqa: FBT001, FBT002 - the base class's
        sent = super().send(data, do_close)
        self._sent += sent
        return sent

    def service(self) -> None:
        super().service()
        self._answered += 1

    def _hold(self, size: int) -> None:
        steps = self.held // STEP
        self.held += size
        if self.held // STEP > steps:
            self.server.look_soon()


class WebServer(TcpWSGIServer):
    """Answers on a listening socket, which other processes may share. `run` ends after `stop`, called from anywhere."""

    channel_class = _Channel
    active_channels: dict[int, _Channel]  # type: ignore[assignment] # by the socket's number

    def __init__(
        self,
        application: "WSGIApplication",
        listener: socket.socket,
        *,
        threads: int = THREADS,
        bounds: Bounds | None = None,
    ) -> None:
        self._bounds = bounds or Bounds()
        self._is_stopping = False
        self._look_at = 0.0  # by time.monotonic()
        self._sockets: dict[int, Any] = {}
        self.port: int = listener.getsockname()[1]
        adjustments = Adjustments(
            sockets=[listener],
            threads=threads,
            backlog=BACKLOG,
            connection_limit=NEVER,  # somebody makes room instead
            max_request_header_size=16 << 10,
            max_request_body_size=self._bounds.one_body,
            inbuf_overflow=NEVER,
            outbuf_overflow=NEVER,
            log_socket_errors=False,  # a visitor who went away is no news
            ident="",
        )
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        super().__init__(
            application,
            map=self._sockets,
            _sock=listener,
            dispatcher=dispatcher,
            adj=adjustments,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )

    def run(self) -> None:
        """Serve until told to stop; then nobody further is let in, and what has come whole is answered in `Bounds.stop` seconds."""
        while not self._is_stopping:
            self._turn(1.0)
        self.asyncore.dispatcher.close(self)
        deadline = time.monotonic() + self._bounds.stop
        while time.monotonic() < deadline and not all(one.is_waited_for for one in self._channels()):
            self._turn(0.05)
        self.task_dispatcher.shutdown(timeout=1)
        self.asyncore.close_all(self._sockets)

    def stop(self) -> None:
        """Let `run` end; also from a signal's handler, and more than once."""
        self._is_stopping = True
        with suppress(OSError):  # it has ended
            self.pull_trigger()

    def look_soon(self) -> None:
        self._look_at = 0.0

    def handle_accept(self) -> None:
        super().handle_accept()
        if len(self.active_channels) > self._bounds.connections:
            _longest(self._channels()).handle_close()

    def maintenance(self, now: float) -> None:
        """Do nothing: waitress calls it in the middle of its loop."""

    def _turn(self, patience: float) -> None:
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + 1
            self._make_room(now)
        self.asyncore.loop(timeout=patience, use_poll=True, map=self._sockets, count=1)

    def _make_room(self, now: float) -> None:
        """Cut off who is late, and as many more as hold too much together."""
        for one in self._channels():
            if one.is_late(now, self._bounds):
                one.handle_close()
        while sum(one.held for one in self._channels()) > self._bounds.held:
            _longest(one for one in self._channels() if one.held).handle_close()

    def _channels(self) -> list[_Channel]:
        return list(self.active_channels.values())


def _longest(channels: Iterable[_Channel]) -> _Channel:
    """Give who has been waited for longest, or, when nobody is waited for, who has been here longest."""
    return min(channels, key=lambda one: (not one.is_waited_for, one.since))
