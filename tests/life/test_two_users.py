"""Publisher and web as two users, set up by the lines docs/operations.md gives: a break-in at the web reaches no key and no log.

The users are numbers without an account. Only root may become them.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from life.running import ROOT, Made, Running
from registry.fsck import fsck
from registry.publisher_process import STOPPED
from registry.settings import Settings

PUBLISHER, WEB, GROUP = 64_011, 64_012, 64_013
BLOCK = re.compile(r"^```sh two-users\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# Whatever a file's mode says: what happens when somebody tries. A folder is written by making a file in it.
TRIES = """
import os, sys
from pathlib import Path
for path in map(Path, sys.stdin.read().splitlines()):
    try:
        if path.is_dir() and sys.argv[1] == "read":
            list(path.iterdir())
        elif path.is_dir():
            (path / ".try").touch()
            (path / ".try").unlink()
        else:
            path.open("rb" if sys.argv[1] == "read" else "ab").close()
    except (PermissionError, FileNotFoundError):
        continue
    print(path)
"""


def environment_of(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join((str(ROOT), sysconfig.get_paths()["purelib"])),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AKASHI_DATABASE_URL": f"sqlite:///{home}/registry/database/registry.sqlite",
    }


@pytest.fixture(scope="module")
def python() -> str:
    """A Python of this version that everybody may run: root's own may lie where nobody else goes."""
    if os.geteuid() != 0:
        pytest.skip("only root can run processes as two other users")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        try:
            subprocess.run(
                [candidate, "-c", "import registry.app, registry.publisher_process"],
                env=environment_of(Path("/")),
                user=WEB,
                group=GROUP,
                extra_groups=[],
                check=True,
                capture_output=True,
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return candidate
    pytest.skip("no Python here that other users may run, with what the registry needs")


@dataclass(slots=True, kw_only=True)
class Halves(Running):
    """A register whose halves are processes of two users."""

    python: str
    numbers: list[str] = field(default_factory=list)

    @property
    def asking(self) -> tuple[str, ...]:
        return ("verify", "--anchor", str(self.home / "anchor"), "--registry", self.url)

    def start_registry(self, **_: str) -> None:
        self.begin_half("publisher")
        self.begin_half("web")
        self.wait_for_web()

    def wait_for_web(self) -> None:
        self._wait(f"{self.url}/healthz", "web")

    def begin_half(self, name: str) -> None:
        if name == "publisher":
            passphrase = str(self.home / "passphrase")
            self._half(name, PUBLISHER, 0o027, AKASHI_PASSPHRASE_FILE=passphrase)
        else:
            self._half(name, WEB, 0o007, "--port", str(self.port), "--workers", "1")

    def _half(self, name: str, user: int, umask: int, *words: str, **environment: str) -> None:
        command = (self.python, "-m", "registry.cli", "--home", str(self.registry), "serve", "--only", name)
        with (self.home / f"{name}.said").open("ab") as said:
            self.processes[name] = subprocess.Popen(
                [*command, *words],
                env=environment_of(self.home) | {"AKASHI_PUBLIC_URL": self.url} | environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                umask=umask,
                user=user,
                group=GROUP,
                extra_groups=[],
            )

    def can(self, user: int, way: str, paths: Iterable[Path]) -> set[str]:
        """Which of these a user can "read" or "write", by their paths in the demonstration's folder."""
        done = subprocess.run(
            [self.python, "-c", TRIES, way],
            input="\n".join(map(str, paths)),
            cwd="/",
            user=user,
            group=GROUP,
            extra_groups=[],
            check=True,
            capture_output=True,
            text=True,
        )
        return {str(Path(line).relative_to(self.home)) for line in done.stdout.splitlines()}


def set_up(home: Path) -> None:
    """Type what the document says, for this folder and these numbers."""
    [typed] = BLOCK.findall((ROOT / "docs" / "operations.md").read_text("utf-8"))
    typed = re.sub(r"^(groupadd|useradd) .*\n", "", typed, flags=re.MULTILINE)
    for name, number in (
        ("akashi-publisher", PUBLISHER),
        ("akashi-web", WEB),
        ("/var/lib/akashi-registry", home / "registry"),
        ("akashi-registry", GROUP),
        ("/etc/akashi/keys", home / "keys"),
    ):
        typed = typed.replace(name, str(number))
    subprocess.run(["sh", "-eu", "-c", typed], check=True, cwd="/")


@pytest.fixture(scope="module")
def halves(python: str, ground: Made) -> Iterator[Halves]:
    # pytest's own folders are closed to other users.
    with tempfile.TemporaryDirectory(prefix="akashi-two-users-") as folder:
        Path(folder).chmod(0o755)
        made = ground.copied(Path(folder) / "demo")
        for _ in range(2):  # may be repeated
            set_up(made.home)
        shutil.chown(made.home / "passphrase", PUBLISHER, GROUP)
        (made.home / "passphrase").chmod(0o600)
        made.home.chmod(0o755)
        with Halves(made, python=python) as running:
            running.numbers = list(running.issue("issuer-3", running.drafts(2)).values())
            yield running


def everything(halves: Halves) -> list[Path]:
    """Every file and folder of the register, and what is secret beside it."""
    register = halves.registry
    return [register, *register.rglob("*"), *(halves.home / "keys").glob("*"), halves.home / "passphrase"]


def test_a_mark_is_published_and_read(halves: Halves) -> None:
    for number in halves.numbers:
        assert halves.run("akashi", *halves.asking, number).code == 0
    assert halves.get("/bundle").status == 200
    assert list((halves.registry / "cache").iterdir())
    checks = halves.get("/readyz").json()["checks"]
    assert (checks["database"], checks["ratchet"], checks["queue"]) == ("ok", "ok", 0)


def test_the_web_reads_what_is_published_and_no_secret(halves: Halves) -> None:
    paths = everything(halves)
    secret = {
        str(path.relative_to(halves.home))
        for path in paths
        if path.suffix == ".key" or path.name in ("passphrase", "publisher.json")
    }
    assert len(secret) > 4
    assert secret & halves.can(WEB, "read", paths) == set()
    assert {path for path in secret if "root" not in path} <= halves.can(PUBLISHER, "read", paths)
    assert halves.can(WEB, "read", paths) >= {
        *("registry", "registry/registry.json", "registry/ratchet", "registry/witnesses.json"),
        *("registry/trust/1", "registry/log1/checkpoint", "registry/log1/tile", "registry/status"),
    }


def test_the_web_writes_database_reports_and_cache_and_nothing_else(halves: Halves) -> None:
    paths = everything(halves)
    own = {"registry/database", "registry/reports", "registry/cache"}
    written = halves.can(WEB, "write", paths)
    assert own <= written
    assert {path for path in written if "/".join(path.split("/")[:2]) not in own} == set()
    assert {"registry", "registry/log1/checkpoint", "registry/ratchet"} <= halves.can(
        PUBLISHER, "write", paths
    )


def test_the_web_can_be_started_while_the_publisher_is_away(halves: Halves) -> None:
    """SQLite takes the files beside its database away with the last process, and the web has to make them again."""
    halves.stop("publisher", "web")
    halves.begin_half("web")
    halves.wait_for_web()
    assert halves.get(f"/api/v1/marks/{halves.numbers[0]}").status == 200
    halves.begin_half("publisher")
    halves.numbers += halves.issue("issuer-3", halves.drafts(1)).values()
    assert fsck(Settings.load(halves.registry, environment_of(halves.home))) == []


def test_a_publisher_that_must_not_go_on_ends_with_its_own_code(halves: Halves) -> None:
    halves.stop("publisher")
    kept = halves.registry / "ratchet"
    lines = kept.read_bytes()
    kept.write_bytes(lines[: lines[:-1].rindex(b"\n") + 1])  # as if an old backup had been restored
    try:
        halves.begin_half("publisher")
        assert halves.processes.pop("publisher").wait(60) == STOPPED
        assert halves.get("/healthz").status == 200
    finally:
        kept.write_bytes(lines)
        halves.begin_half("publisher")
