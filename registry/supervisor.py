"""`akashi-registry serve`: the web and the publisher, processes that share files and a database only.

The web processes are started without the passphrase and without the publisher's settings: they never
hold a key, nor where one is. With `only` one half is run, so that the other can be run by another user, who may
read and write other files (docs/operations.md).
"""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from keys.passphrase import PIN_VARIABLE, VARIABLE
from keys.pkcs11_uri import MODULE
from registry.publisher_process import STOPPED
from registry.web_server import BACKLOG

__all__ = ["PUBLISHER", "WEB", "serve"]

WEB, PUBLISHER = "web", "publisher"
PATIENCE = 20.0  # seconds a process may take to end
BACKOFF = 1.0

log = logging.getLogger("akashi.registry")


@dataclass(slots=True)
class _Child:
    name: str
    start: Callable[[], "subprocess.Popen[bytes]"]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    done: bool = False

    def run(self) -> None:
        self.started = time.monotonic()
        self.process = self.start()


def serve(home: Path, *, bind: str, port: int, workers: int, only: str | None = None) -> int:
    """Run until SIGTERM or SIGINT; what dies is started again, a publisher that found a fork is not.

    Gives 0, or STOPPED when nothing is left to run. Raises OSError when the port cannot be had.
    """
    children = []
    if only != WEB:
        children.append(_Child(PUBLISHER, lambda: _spawn(_publisher_command(home), _environment(home))))
    if only != PUBLISHER:
        # Held here and shared: it stays open while a web process is started again.
        listener = _listen(bind, port)
        children += [_Child(WEB, lambda: _spawn_web(home, listener)) for _ in range(workers)]
    stopping: list[int] = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _frame: stopping.append(number))
    for child in children:
        child.run()
    while not stopping and not all(child.done for child in children):
        for child in children:
            _look_after(child)
        time.sleep(0.1)
    _end(children)
    return 0 if stopping else STOPPED


def _look_after(child: _Child) -> None:
    if child.done or child.process is None:
        return
    code = child.process.poll()
    if code is None:
        return
    if child.name == PUBLISHER and code == STOPPED:
        log.critical("the publisher stopped; existing marks stay readable, nothing new is published")
        child.done = True
        return
    log.warning("%s ended with %s and is started again", child.name, code)
    time.sleep(max(0.0, BACKOFF - (time.monotonic() - child.started)))
    child.run()


def _end(children: list[_Child]) -> None:
    running = [
        child.process for child in children if child.process is not None and child.process.poll() is None
    ]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + PATIENCE
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _publisher_command(home: Path) -> list[str]:
    return [sys.executable, "-m", "registry.publisher_process", "--home", str(home)]


def _environment(home: Path) -> dict[str, str]:
    return dict(os.environ) | {"AKASHI_HOME": str(home)}


def _listen(bind: str, port: int) -> socket.socket:
    if ":" not in bind:
        return socket.create_server((bind, port), backlog=BACKLOG)
    both = bind == "::" and socket.has_dualstack_ipv6()
    return socket.create_server((bind, port), family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=both)


def _spawn_web(home: Path, listener: socket.socket) -> "subprocess.Popen[bytes]":
    place = listener.fileno()
    command = [sys.executable, "-m", "registry.web_process", "--listener", str(place)]
    return _spawn(command, _web_environment(home), pass_fds=(place,))


def _web_environment(home: Path) -> dict[str, str]:
    """Without the passphrase, and without anything a test may have asked the publisher to do."""
    hidden = {VARIABLE, PIN_VARIABLE, MODULE}
    return {name: value for name, value in _environment(home).items() if name not in hidden}


def _spawn(
    command: list[str], environment: dict[str, str], *, pass_fds: tuple[int, ...] = ()
) -> "subprocess.Popen[bytes]":
    # A group of its own: Ctrl-C in a terminal reaches the supervisor alone, which then ends its children in order.
    return subprocess.Popen(
        command,
        env=environment,
        pass_fds=pass_fds,
        preexec_fn=_die_with_parent,  # noqa: PLW1509
        process_group=0,
    )


def _die_with_parent() -> None:
    """Ask Linux to end this process with its parent, so that a killed supervisor leaves nobody behind."""
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    except (OSError, AttributeError):
        return
