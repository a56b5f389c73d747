"""A scratch demonstration as real processes: made once, copied for whoever needs one, stopped by process id.

    made = prepare(folder)              keys, trust, an empty register, a witness, three issuers: examples/demo.py
    with Running(made.copied(to)) as demo:
        demo.issue("issuer-3", demo.drafts(3))
        demo.verify(number)

Keys are derived lightly: they protect nothing here. Nothing but the set-up runs inside the test's own process.
"""

import contextlib
import csv
import importlib.util
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.client import HTTPException
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from nacl.pwhash import argon2id

from registry.fsck import fsck
from registry.settings import Settings

__all__ = [
    "COMMANDS",
    "Answer",
    "Done",
    "Made",
    "Running",
    "children_of",
    "free_port",
    "holder",
    "prepare",
    "prepared_trust",
]

ROOT = Path(__file__).parents[2]
JAPAN = timezone(timedelta(hours=9))
ISSUERS = ("issuer-3", "issuer-4", "authority")
PATIENCE = 40.0  # seconds until a process answers; the machine may be busy


def _demo_module() -> Any:
    spec = importlib.util.spec_from_file_location("akashi_demo", ROOT / "examples" / "demo.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_demo = _demo_module()
COMMANDS: dict[str, str] = _demo.COMMANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A demonstration that is set up and not running."""

    home: Path
    witness_port: int

    def copied(self, to: Path) -> "Made":
        """Copy it elsewhere, with a witness port of its own."""
        shutil.copytree(self.home, to)
        port = free_port()
        (to / "witness.port").write_text(str(port))
        for path in (to / "registry" / "publisher.json", *to.glob("*/issuer.json")):
            text = path.read_text("utf-8").replace(str(self.home), str(to))
            path.write_text(text.replace(f"127.0.0.1:{self.witness_port}", f"127.0.0.1:{port}"), "utf-8")
        return Made(home=to, witness_port=port)


def prepare(home: Path, *, source: Path = ROOT / "examples" / "demo", origin: str = _demo.ORIGIN) -> Made:
    """Set a demonstration up with the public commands, called in this process for speed.

    `source` holds its scheme file and the skeleton of its trust document.
    """
    demo = _demo.Demo(home)
    demo.run = lambda command, *arguments: _called(demo.environment, command, arguments)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_demo, "HERE", source)
        patch.setattr(_demo, "ORIGIN", origin)
        patch.setattr(argon2id, "OPSLIMIT_INTERACTIVE", argon2id.OPSLIMIT_MIN)
        patch.setattr(argon2id, "MEMLIMIT_INTERACTIVE", argon2id.MEMLIMIT_MIN)
        demo.set_up()
        for name in ISSUERS:
            demo.run(
                *("akashi-issuer", "--home", str(home / name), "init"),
                *(
                    "--scheme",
                    str(source / "scheme.toml"),
                    "--trust",
                    str(home / "trust-1"),
                ),
                *("--anchor", str(home / "anchor"), "--key", f"file:{home / 'keys' / name}.key"),
            )
    return Made(home=home, witness_port=int((home / "witness.port").read_text()))


def _called(environment: dict[str, str], command: str, arguments: Sequence[str]) -> str:
    module = importlib.import_module(COMMANDS[command])
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
        for name in ("AKASHI_PASSPHRASE_FILE", "AKASHI_PUBLIC_URL"):
            patch.setenv(name, environment[name])
        code = module.main(list(arguments))
    assert code == 0, f"{command} {' '.join(arguments)} ended with {code}"
    return out.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)

    def lines(self) -> list[Any]:
        """JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer of any status."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Running:
    """One demonstration, its witness and its register each a process of their own."""

    made: Made
    crash_file: bool = False  # whether `arm` may be used
    port: int = field(default_factory=lambda: free_port())  # noqa: PLW0108 (defined below)
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _holders: Iterator[int] = field(default_factory=lambda: count(1))

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- where things are ------------------------------------------------------------------

    @property
    def home(self) -> Path:
        return self.made.home

    @property
    def registry(self) -> Path:
        return self.home / "registry"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def anchor(self) -> str:
        return (self.home / "anchor").read_text().strip()

    @property
    def environment(self) -> dict[str, str]:
        """For commands and processes: nothing of this machine's own AKASHI_ settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AKASHI_")}
        ours = {
            "AKASHI_PASSPHRASE_FILE": str(self.home / "passphrase"),
            "AKASHI_PUBLIC_URL": self.url,
            "AKASHI_STATE": str(self.home / "verifier"),
            "PYTHONPATH": str(ROOT),
        }
        return kept | ours

    @property
    def settings(self) -> Settings:
        return Settings.load(self.registry, {"AKASHI_PUBLIC_URL": self.url})

    @property
    def _crash_at(self) -> Path:
        return self.home / "crash-at"

    # -- processes -------------------------------------------------------------------------

    def start(self) -> None:
        """Start what is not running, and wait until it answers."""
        self.start_witness()
        self.start_registry()

    def start_witness(self) -> None:
        if not self.is_running("witness"):
            port = str(self.made.witness_port)
            self._spawn(
                "witness", "akashi-witness", "--home", str(self.home / "witness"), "serve", "--port", port
            )
        self._wait(f"http://127.0.0.1:{self.made.witness_port}/", "witness")

    def spawn_witness(self) -> None:
        """Start it, and do not wait."""
        port = str(self.made.witness_port)
        self._spawn(
            "witness", "akashi-witness", "--home", str(self.home / "witness"), "serve", "--port", port
        )

    def start_registry(self, **environment: str) -> None:
        if not self.is_running("registry"):
            self._spawn(
                *("registry", "akashi-registry", "--home", str(self.registry), "serve"),
                *("--port", str(self.port), "--workers", "2"),
                **environment,
            )
        self.wait_for_web()

    def wait_for_web(self) -> None:
        self._wait(f"{self.url}/healthz", "registry")

    def is_running(self, name: str) -> bool:
        process = self.processes.get(name)
        return process is not None and process.poll() is None

    def stop(self, *names: str) -> None:
        """End processes as an operator would; those named, or all."""
        chosen = names or tuple(reversed(self.processes))
        for name in chosen:
            if self.is_running(name):
                self.processes[name].terminate()
        for name in chosen:
            if name in self.processes:
                self._end(self.processes.pop(name))

    def said(self, name: str) -> str:
        """What a process wrote."""
        return (self.home / f"{name}.said").read_text("utf-8", "replace")

    def pids(self, what: str) -> list[int]:
        """Give the register's processes: "publisher" or "web", of which there are two."""
        named = f"registry.{what}_process"
        return [pid for pid in children_of(self.processes["registry"].pid) if named in _command_line(pid)]

    def arm(self, point: str) -> None:
        """Let the publisher or the witness die at its next arrival at a crash point, or `point:N` its N-th."""
        assert self.crash_file
        partial = self._crash_at.with_suffix(".part")
        partial.write_text(point)
        partial.replace(self._crash_at)

    @property
    def is_armed(self) -> bool:
        """Whether nobody has died there yet."""
        return self._crash_at.exists()

    def disarm(self) -> None:
        self._crash_at.unlink(missing_ok=True)

    def reap(self, name: str) -> None:
        """Take note that a process which was killed has ended."""
        process = self.processes.get(name)
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.2)

    def _spawn(self, name: str, command: str, *arguments: str, **environment: str) -> None:
        more = {"AKASHI_CRASH_AT": f"@{self._crash_at}"} if self.crash_file else {}
        with (self.home / f"{name}.said").open("ab") as said:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", COMMANDS[command], *arguments],
                env=self.environment | more | environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    def _wait(self, url: str, name: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.is_running(name), self.said(name)
            try:
                urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 (ours)
            except (OSError, HTTPException):
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"{name} does not answer: {self.said(name)}")

    @staticmethod
    def _end(process: "subprocess.Popen[bytes]") -> None:
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()

    # -- commands --------------------------------------------------------------------------

    def run(self, command: str, *arguments: str, code: int | None = 0, **environment: str) -> Done:
        """Run one public command; `code` None takes any ending."""
        process = self.begin(command, *arguments, **environment)
        return self.finish(process, code=code)

    def begin(self, command: str, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", COMMANDS[command], *arguments],
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @staticmethod
    def finish(process: "subprocess.Popen[str]", *, code: int | None = 0) -> Done:
        try:
            out, err = process.communicate(timeout=120)
        except BaseException:
            process.kill()
            process.wait()
            raise
        done = Done(code=process.returncode, out=out, err=err)
        assert code is None or done.code == code, done
        return done

    def issuer(self, name: str, *arguments: str, code: int | None = 0) -> Done:
        return self.run("akashi-issuer", "--home", str(self.home / name), "--json", *arguments, code=code)

    def issue(self, name: str, rows: list[dict[str, str]]) -> dict[str, str]:
        """Issue drafts and publish them; give numbers by draft."""
        table = self.write_drafts(rows)
        said = self.issuer(name, "issue", str(table), "--registry", self.url).json()
        return {mark["draft_id"]: mark["number"] for mark in said["marks"]}

    def signed(self) -> bytes:
        """Give the bytes of a new mark, signed and not sent."""
        table, carried = self.write_drafts(self.drafts(1)), self.home / "carried.cborseq"
        self.issuer("issuer-3", "sync", "--registry", self.url)
        self.issuer("issuer-3", "issue", str(table), "--out", str(carried))
        return carried.read_bytes()

    def event(self, name: str, verb: str, number: str, *options: str) -> None:
        self.issuer(name, verb, number, *options, "--registry", self.url)

    def fsck(self) -> list[str]:
        return fsck(self.settings)

    # -- drafts ----------------------------------------------------------------------------

    def write_drafts(self, rows: list[dict[str, str]]) -> Path:
        path = self.home / f"{rows[0]['draft_id']}.csv"
        with path.open("w", newline="", encoding="utf-8") as out:
            table = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
            table.writeheader()
            table.writerows(rows)
        return path

    def drafts(self, number: int, **changes: str) -> list[dict[str, str]]:
        """Give ★3 drafts, each of a company of its own."""
        return [self._draft(next(self._holders)) | changes for _ in range(number)]

    def skip_holders(self, number: int) -> None:
        """Leave out companies that hold marks already."""
        self._holders = count(number + 1)

    @staticmethod
    def _draft(place: int) -> dict[str, str]:
        today = datetime.now(JAPAN).date()
        return {
            "draft_id": f"L{place:05d}",
            "organisation_id": holder(place),
            "legal_name": f"みほん第{place}株式会社",
            "legal_name_latin": f"Mihon Dai-{place} Co., Ltd.",
            "name_kana": "ミホンダイ",
            "country": "JP",
            "level": "3",
            "edition": "2026-03-27",
            "assessment": "expert-confirmed",
            "unit": "legal-entity",
            "scope": "本社および全拠点のIT基盤",
            "scope_latin": "IT infrastructure of the head office and all sites",
            "assessed_on": str(today - timedelta(days=20)),
            "expert_qualification": "RISS",
            "expert_affiliation": "external",
            "expert_training_on": str(today - timedelta(days=200)),
            "oath_on": str(today - timedelta(days=15)),
        }

    # -- HTTP ------------------------------------------------------------------------------

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask(urllib.request.Request(self.url + path, headers=headers))  # noqa: S310

    def post(
        self, path: str, body: bytes, kind: str = "application/cbor-seq", *, timeout: float = 60
    ) -> Answer:
        headers = {"Content-Type": kind}
        request = urllib.request.Request(self.url + path, data=body, headers=headers)  # noqa: S310
        return self._ask(request, timeout=timeout)

    def mark(self, number: str) -> Any:
        return self.get(f"/api/v1/marks/{number}").json()

    def changes(self) -> list[Any]:
        """Every published leaf, as the API tells it."""
        found: list[Any] = []
        after, more = "", True
        while more:
            page = self.get(f"/api/v1/changes?limit=1000{after}").json()
            found += page["items"]
            after, more = f"&after={page['next']}", page["more"]
        return found

    @staticmethod
    def _ask(request: urllib.request.Request, *, timeout: float = 60) -> Answer:
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:  # noqa: S310
                return Answer(status=response.status, headers=dict(response.headers), body=response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(status=error.code, headers=dict(error.headers), body=error.read())


def holder(place: int) -> str:
    """Give a 法人番号 with its check digit, another for each place."""
    digits = f"{799980000000 + place:012d}"
    weights = [1, 2] * 6
    total = sum(int(digit) * weight for digit, weight in zip(reversed(digits), weights, strict=True))
    return f"{9 - total % 9}{digits}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def children_of(pid: int) -> list[int]:
    """Give the processes a process has started, by /proc."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = path.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == pid:
            found.append(int(path.parent.name))
    return sorted(found)


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").replace("\0", " ")
    except OSError:
        return ""


def prepared_trust(running: Running, version: int) -> Path:
    """Write the next trust document, with one more host, signed by two of the three roots."""
    home, previous = running.home, running.home / f"trust-{version - 1}"
    skeleton = json.loads(previous.with_suffix(".json").read_text("utf-8")) | {"version": version}
    skeleton["hosts"].append({"host": f"host-{version}.example"})
    (home / f"trust-{version}.json").write_text(json.dumps(skeleton), "utf-8")
    draft, out = home / f"trust-{version}.draft", home / f"trust-{version}"
    keys = ("akashi-keys", "trust")
    words = (str(home / f"trust-{version}.json"), "--previous", str(previous), "--out", str(draft))
    running.run(*keys, "draft", *words)
    for source, root in ((draft, "root-a"), (out, "root-b")):
        key = ("--key", f"file:{home / 'keys' / root}.key")
        running.run(*keys, "sign", str(source), "--previous", str(previous), *key, "--out", str(out), "--yes")
    return out
