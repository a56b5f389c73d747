"""What the README says to type, typed: in a copy of this tree, beside a demonstration that `make demo` serves."""

import csv
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from life.running import ROOT, free_port

BLOCK = re.compile(r"^( *)```(sh|python)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
STATES = {"valid", "suspended", "revoked", "superseded", "expired", "not-yet-valid"}
NOT_RUN_HERE = "make test"  # this is it
PATIENCE = 240  # seconds: `make demo` issues some dozens of marks first


def blocks() -> list[tuple[str, str]]:
    """Every block of the README as (language, text), without the list's indentation."""
    found = []
    for indent, language, text in BLOCK.findall((ROOT / "README.md").read_text("utf-8")):
        found.append((language, re.sub(f"^{indent}", "", text, flags=re.MULTILINE).strip()))
    return found


@dataclass(slots=True)
class Served:
    """A copy of the tree in which somebody has typed `make demo`."""

    checkout: Path
    port: int
    process: "subprocess.Popen[str]" = field(init=False)
    said: str = ""

    @property
    def environment(self) -> dict[str, str]:
        ours = (
            "AKASHI_",
            "MAKE",
            "MFLAGS",
            "PUBLIC_URL",
            "DEMO_DIR",
            "BIND",
            "PYTHON",
            "VIRTUAL_ENV",
            "COV_",
        )
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        home = self.checkout.parent / "home"
        home.mkdir(exist_ok=True)
        return kept | {"PORT": str(self.port), "HOME": str(home)}

    def demo(self) -> None:
        """Type `make demo` and read until it says how to stop it."""
        self.process = subprocess.Popen(
            ["make", "demo"],
            cwd=self.checkout,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # Ctrl-C reaches everything in the foreground, and nothing of ours
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if "Stop with Ctrl-C" in line:
                return
        raise AssertionError(self.said)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.killpg(self.process.pid, signal.SIGINT)
        said, _ = self.process.communicate(timeout=60)
        self.said += said

    def type(self, language: str, text: str) -> "subprocess.CompletedProcess[str]":
        words = (
            ["sh", "-c", text] if language == "sh" else [str(self.checkout / ".venv/bin/python"), "-c", text]
        )
        return subprocess.run(
            words, cwd=self.checkout, env=self.environment, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The present tree, with this environment standing in for the one `make` would install."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None or shutil.which("make") is None:
        pytest.skip("the README is tried in a copy of a git checkout; git and make are needed")
    if not (Path(sys.prefix) / "bin" / "activate").exists():
        pytest.skip("the README is tried in a virtual environment; run the tests with make test")
    to = tmp_path_factory.mktemp("readme") / "akashi"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    (to / ".venv").mkdir()
    for name in ("bin", "lib", "include", "lib64", "pyvenv.cfg"):
        if (Path(sys.prefix) / name).exists():
            (to / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    (to / ".venv" / ".installed").touch()
    return to


@pytest.fixture(scope="module")
def served(checkout: Path) -> Iterator[Served]:
    made = Served(checkout=checkout, port=free_port())
    made.demo()
    yield made
    if made.process.poll() is None:
        made.interrupt()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def rows(served: Served) -> list[dict[str, str]]:
    with (served.checkout / "var/demo/marks.csv").open(encoding="utf-8") as table:
        return list(csv.DictReader(table))


def test_the_readme_is_written_in_blocks_that_are_run_here() -> None:
    typed = [text for _, text in blocks()]
    assert typed[0] == "make demo"
    assert NOT_RUN_HERE in typed
    assert len(typed) == len(CHECKED) + 2
    assert (ROOT / "README.md").read_text("utf-8").count("```") == 2 * len(typed)


def test_make_demo_serves_a_page_for_every_state_a_mark_can_be_in(served: Served) -> None:
    for state in STATES:
        assert re.search(rf"^  {state} +http://127.0.0.1:{served.port}/m/\w+", served.said, re.MULTILINE), (
            state
        )
    assert {row["state"] for row in rows(served)} >= STATES
    for row in rows(served):
        with urllib.request.urlopen(row["page"], timeout=20) as page:  # noqa: S310 (ours)
            assert page.status == 200


CHECKED = [
    pytest.param(language, text, id=text.split("\n")[-1][:40])
    for language, text in blocks()
    if text not in ("make demo", NOT_RUN_HERE)
]


@pytest.mark.parametrize(("language", "text"), CHECKED)
def test_what_the_readme_says_to_type_does_what_it_says(served: Served, language: str, text: str) -> None:
    """In the README's order: a later block uses what an earlier one fetched."""
    typed = text.replace(":8080", f":{served.port}")
    if "curl" in typed and shutil.which("curl") is None:
        pytest.skip("curl is not installed: apt-get install curl")
    if language == "sh" and "activate" not in typed:
        typed = f". .venv/bin/activate\n{typed}"  # it is the same terminal still
    done = served.type(language, typed)
    valid = [row for row in rows(served) if row["state"] == "valid"]
    if "curl" in typed:
        assert (done.returncode, done.stderr) == (0, ""), done
        assert rows(served)[0]["number"] in done.stdout.replace("-", "")
        return
    if "monitor" in typed:
        assert (done.returncode, done.stderr) == (0, ""), done
        return
    if "akashi check" in typed:
        assert done.returncode == 1, done
        page = (served.checkout / "var/demo/suppliers.html").read_text("utf-8")
        assert (
            page.count('scope="row"')
            == len((ROOT / "examples/demo/suppliers.csv").read_text().splitlines()) - 1
        )
        return
    if language == "sh":
        # "Some marks … are revoked, suspended or expired, so the command ends with exit code 1."
        assert (done.returncode, done.stderr) == (1, ""), done
        for row in rows(served):
            assert row["number"] in done.stdout.replace("-", "")
        return
    assert done.returncode == 0, done
    assert done.stdout.count(" level ") == len(valid)
    assert len(done.stdout.splitlines()) == len(rows(served))


def test_ctrl_c_ends_it_all_and_a_second_run_goes_on(served: Served) -> None:
    before = rows(served)
    served.interrupt()
    assert not answers(served.port)
    assert not answers(int((served.checkout / "var/demo/witness.port").read_text()))
    begun = time.monotonic()
    served.demo()
    assert rows(served) == before
    assert time.monotonic() - begun < PATIENCE
    assert answers(served.port)
