"""`akashi-registry serve`: the web and the publisher, two processes that share files and a database only.

The web processes are started without the passphrase and without the publisher's settings: they never
hold a key, nor where one is.
"""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from keys.passphrase import PIN_VARIABLE, VARIABLE
from keys.pkcs11_uri import MODULE
from registry.publisher_process import STOPPED

__all__ = ["serve"]

PATIENCE = 20.0  # seconds a process may take to end
BACKOFF = 1.0
THREADS = 16  # a worker's: a submitter may wait up to 30 s for its answer

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


def serve(home: Path, *, bind: str, port: int, workers: int) -> int:
    """Run until SIGTERM or SIGINT; what dies is started again, a publisher that found a fork is not."""
    children = [
        _Child("publisher", lambda: _spawn(_publisher_command(home), _publisher_environment(home))),
        _Child("web", lambda: _spawn(_web_command(bind, port, workers), _web_environment(home))),
    ]
    stopping: list[int] = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _frame: stopping.append(number))
    for child in children:
        child.run()
    while not stopping:
        for child in children:
            _look_after(child)
        time.sleep(0.1)
    _end(children)
    return 0


def _look_after(child: _Child) -> None:
    if child.done or child.process is None:
        return
    code = child.process.poll()
    if code is None:
        return
    if child.name == "publisher" and code == STOPPED:
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


def _publisher_environment(home: Path) -> dict[str, str]:
    return dict(os.environ) | {"AKASHI_HOME": str(home)}


def _web_command(bind: str, port: int, workers: int) -> list[str]:
    host = f"[{bind}]" if ":" in bind else bind
    return [
        *(sys.executable, "-m", "gunicorn", "registry.app:from_environment()"),
        *("--bind", f"{host}:{port}", "--workers", str(workers)),
        *("--worker-class", "gthread", "--threads", str(THREADS)),
        *("--timeout", "90", "--graceful-timeout", "15", "--keep-alive", "5"),
        *("--limit-request-line", "4094", "--limit-request-fields", "50"),
        *("--no-control-socket", "--log-level", "warning", "--name", "akashi-registry-web"),
    ]


def _web_environment(home: Path) -> dict[str, str]:
    """Without the passphrase, and without anything a test may have asked the publisher to do."""
    hidden = {VARIABLE, PIN_VARIABLE, MODULE}
    return {name: value for name, value in os.environ.items() if name not in hidden} | {
        "AKASHI_HOME": str(home)
    }


def _spawn(command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    # A group of its own: Ctrl-C in a terminal reaches the supervisor alone, which then ends its children in order.
    return subprocess.Popen(command, env=environment, preexec_fn=_die_with_parent, process_group=0)  # noqa: PLW1509


def _die_with_parent() -> None:
    """Ask Linux to end this process with its parent, so that a killed supervisor leaves nobody behind."""
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    except (OSError, AttributeError):
        return
