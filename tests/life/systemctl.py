"""A stand-in for systemctl in a scratch folder: `start|stop|restart akashi-publisher akashi-web akashi-witness …`, by process id.

The current folder is the site's; <name>.pid says what runs. `akashi-heir` is a second register, whole, on HEIR_PORT.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE = 40.0


def command(unit: str) -> tuple[list[str], str | None]:
    """Give what a unit runs, and where it answers once it does."""
    port, witness, heir = os.environ["PORT"], os.environ["WITNESS_PORT"], os.environ.get("HEIR_PORT", "0")
    if unit == "akashi-witness":
        words = ["-m", "registry.witness.cli", "--home", "witness", "serve", "--port", witness]
        return words, f"http://127.0.0.1:{witness}/"
    home, at = ("heir", heir) if unit == "akashi-heir" else ("registry", port)
    words = ["-m", "registry.cli", "--home", home, "serve"]
    if unit == "akashi-publisher":
        return [*words, "--only", "publisher"], None
    only = ["--only", "web"] if unit == "akashi-web" else []
    return [*words, *only, "--port", at, "--workers", "1"], f"http://127.0.0.1:{at}/healthz"


def start(unit: str) -> None:
    words, url = command(unit)
    with Path(f"{unit}.said").open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, *words],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    Path(f"{unit}.pid").write_text(str(process.pid))
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if url is None:
            return
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 (ours, on loopback)
        except (OSError, urllib.error.URLError):
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{unit} does not answer: {Path(f'{unit}.said').read_text('utf-8', 'replace')}")


def stop(unit: str) -> None:
    path = Path(f"{unit}.pid")
    if not path.exists():
        return
    pid = int(path.read_text())
    deadline = time.monotonic() + PATIENCE
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    while time.monotonic() < deadline:
        if not is_running(pid):
            path.unlink()
            return
        time.sleep(0.05)
    raise SystemExit(f"{unit} does not end")


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def main() -> None:
    verb, *units = sys.argv[1:]
    for unit in units:
        if verb in ("stop", "restart"):
            stop(unit)
        if verb in ("start", "restart"):
            start(unit)


if __name__ == "__main__":
    main()
