"""The playbooks of docs/operations.md, typed: each on a register of its own, as an operator, issuer or root holder would.

A story is a section headed `### Story: …`. Its blocks run one after the other in one shell, in a folder laid out like
the demonstration's. `systemctl` there starts and stops our own processes; everything else is the real thing.
"""

import json
import os
import re
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from life.running import COMMANDS, ROOT, Made, Running, free_port
from registry.fsck import fsck
from registry.settings import Settings

DOCUMENT = ROOT / "docs" / "operations.md"
STORY = re.compile(r"^### Story: (.+?)\n(.*?)(?=^##+ |\Z)", re.MULTILINE | re.DOTALL)
ENDS = re.compile(r"^<!-- ends with (.*) -->$", re.MULTILINE)
PATIENCE = 30.0  # seconds until the register has published what a story did
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SYSTEMCTL = Path(__file__).with_name("systemctl.py")


@dataclass(frozen=True, kw_only=True)
class Story:
    """What is typed, and how the two marks stand afterwards: verdict and reasons."""

    typed: str
    ends: dict[str, tuple[str, tuple[str, ...]]]


def stories() -> dict[str, Story]:
    """Every story by its heading."""
    found = {}
    for title, body in STORY.findall(DOCUMENT.read_text("utf-8")):
        [ends] = ENDS.findall(body)
        stand = {name: (verdict, tuple(reasons)) for name, (verdict, reasons) in json.loads(ends).items()}
        found[title.strip()] = Story(typed="\n".join(BLOCK.findall(body)), ends=stand)
    return found


@dataclass(frozen=True, kw_only=True)
class Site:
    """A register that serves, with one ★3 mark and one ★4 mark; stopped by the process ids it wrote down."""

    demo: Running
    bin: Path
    numbers: dict[str, str]

    @property
    def environment(self) -> dict[str, str]:
        demo = self.demo
        return demo.environment | {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "URL": demo.url,
            "PORT": str(demo.port),
            "HEIR_PORT": str(demo.port),  # the heir answers where the register did
            "WITNESS_PORT": str(demo.made.witness_port),
            "MIRROR_PORT": str(free_port()),
            "NUMBER": self.numbers["third"],
            "FOURTH": self.numbers["fourth"],
            "LANG": "C.UTF-8",
        }

    def type(self, text: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["sh", "-eu", "-c", text],
            cwd=self.demo.home,
            env=self.environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=300,
            check=False,
        )

    def verdict(self, number: str, *words: str) -> tuple[str, tuple[str, ...]]:
        """What a stranger with the first anchor finds online."""
        anchored = ("--anchor", str(self.demo.home / "anchor"), "--registry", self.demo.url)
        report = self.demo.run("akashi", "verify", "--json", *anchored, *words, number, code=None).json()
        return report["verdict"], tuple(one["reason"] for one in report["findings"] if one["reason"])

    def stands(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        return {name: self.verdict(number) for name, number in self.numbers.items()}


@pytest.fixture
def site(another: Callable[[], Made], tmp_path: Path) -> Iterator[Site]:
    demo = Running(another())
    shims = tmp_path / "bin"
    shims.mkdir()
    programs = {name: f"-m {module}" for name, module in COMMANDS.items()} | {"systemctl": str(SYSTEMCTL)}
    for name, what in programs.items():
        path = shims / name
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" {what} "$@"\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    found = Site(demo=demo, bin=shims, numbers={"third": "", "fourth": ""})
    try:
        started = found.type("systemctl start akashi-witness akashi-publisher akashi-web")
        assert started.returncode == 0, started.stderr
        rows = demo.drafts(3)
        demo.write_drafts(rows[2:]).rename(demo.home / "drafts.csv")
        fourth = rows[1] | {
            "level": "4",
            "assessment": "third-party",
            "assessor_code": "AB01",
            "technical_check_on": rows[1]["assessed_on"],
            "technical_checker_code": "TC01",
        }
        [third] = demo.issue("issuer-3", rows[:1]).values()
        [other] = demo.issue("issuer-4", [fourth]).values()
        found.numbers.update(third=third, fourth=other)
        yield found
    finally:
        stopped = found.type("systemctl stop akashi-web akashi-publisher akashi-heir akashi-witness")
        assert stopped.returncode == 0, stopped.stderr


@pytest.mark.parametrize("title", sorted(stories()))
def test_a_playbook_typed_as_it_stands_ends_as_it_says(site: Site, title: str) -> None:
    story = stories()[title]
    done = site.type(story.typed)
    assert done.returncode == 0, (title, done.stdout[-2000:], done.stderr[-3000:])
    deadline = time.monotonic() + PATIENCE
    while (found := site.stands()) != story.ends and time.monotonic() < deadline:
        time.sleep(0.3)
    assert found == story.ends
    home = "heir" if (site.demo.home / "heir").exists() else "registry"
    assert fsck(Settings.load(site.demo.home / home, {})) == []


def test_there_is_a_story_for_every_bad_day() -> None:
    assert len(stories()) == 9
