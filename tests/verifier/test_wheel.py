"""The built wheel, in an environment of its own that holds its four dependencies and nothing else.

Nothing is fetched: what this environment has installed of those four, and of what they need, is linked in.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from forge.scene import Scene

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "keys", "verifier", "issuer", "registry")
COMMANDS = ("akashi", "akashi-issuer", "akashi-registry", "akashi-witness", "akashi-keys")

RIGHT = """
from datetime import date
from typing import assert_type
from keys.signed import Signed
from schemas.claims import MarkClaims
from verifier import Policy, Reason, Report, Verdict, VerificationError, Verifier

with Verifier.from_bundle("marks.akashi", anchor="ab" * 32, state="seen") as verifier:
    report = verifier.verify("7K3Q9XWD29", at=date(2026, 11, 1), policy=Policy(min_level=3))
assert_type(report, Report)
assert_type(report.verdict, Verdict)
assert_type(report.reasons, tuple[Reason, ...])
assert_type(report.mark, Signed[MarkClaims] | None)
assert_type(report.as_of, int | None)
if report.mark is not None:
    assert_type(report.mark.claims.name, str)
    assert_type(report.mark.claims.level, int)
assert_type(verifier.require(b"bytes"), Report)
try:
    Verifier.from_registry("https://akashi.example", anchor=None).require("7K3Q9XWD29")
except VerificationError as error:
    assert_type(error.report, Report)
"""
WRONG = {  # what mypy must refuse, and what it calls the fault
    'Verifier.from_bundle("x", "ab" * 32)': "call-arg",  # everything after the subject goes by name
    'Verifier.from_registry("https://akashi.example")': "call-arg",  # an anchor is never left out by accident
    'verifier.verify("x").mark.claims': "union-attr",  # claims of a mark nobody verified
    'verifier.verify("x", at="2026-11-01")': "arg-type",
    "verifier.verify(7)": "arg-type",
    'Policy(issuers="Issuer A")': "arg-type",
    "Policy(min_levle=3)": "call-arg",
    'verifier.verify("x").verdict.VALUE': "attr-defined",
    'setattr_ = verifier.verify("x"); setattr_.at = 0': "misc",  # a report is what was found
    "Reason.EXPIRD": "attr-defined",
}


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A virtual environment with the wheel; commands run elsewhere, without this tree."""

    home: Path
    wheel: Path

    def run(self, command: str, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AKASHI_", "PYTHON", "COV_", "VIRTUAL_ENV"))
        }
        return subprocess.run(
            [str(self.home / "bin" / command), *words],
            cwd=self.home.parent,
            env=kept | {"HOME": str(self.home.parent), "LANG": "C.UTF-8"} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    wheel = _built(folder)
    home = folder / "environment"
    venv.create(home, symlinks=True)
    _pip("--python", str(home / "bin" / "python"), "install", "--no-compile", str(wheel))
    [site] = home.glob("lib/*/site-packages")
    beside = folder / "dependencies"
    beside.mkdir()
    for name in _needed("akashi-marks"):
        _link(name, beside)
    (site / "dependencies.pth").write_text(f"{beside}\n")
    return Installed(home=home, wheel=wheel)


def _built(folder: Path) -> Path:
    """Build from a copy, as `make wheel` builds: building leaves files beside the sources."""
    tree = folder / "tree"
    tree.mkdir()
    for name in PACKAGES:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    _pip("wheel", "--no-build-isolation", "--wheel-dir", str(folder), str(tree))
    [wheel] = folder.glob("*.whl")
    return wheel


def _pip(*words: str) -> None:
    options = ("--quiet", "--disable-pip-version-check", "--no-input")
    at = 2 if words[0] == "--python" else 0
    verb = (*words[:at], words[at], "--no-index", "--no-deps", *options, *words[at + 1 :])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "pip", *verb], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _needed(name: str) -> set[str]:
    """Give the distributions one needs without any extra, and what those need in turn."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for text in importlib.metadata.requires(waiting.pop()) or []:
            wanted = Requirement(text)
            asked = wanted.marker is None or wanted.marker.evaluate({"extra": ""})
            if asked and wanted.name not in found:
                found.add(wanted.name)
                waiting.append(wanted.name)
    return found


def _link(name: str, beside: Path) -> None:
    distribution = importlib.metadata.distribution(name)
    tops = {path.parts[0] for path in distribution.files or () if path.parts[0] not in ("..", "__pycache__")}
    for top in tops:
        if not (beside / top).exists():
            (beside / top).symlink_to(Path(str(distribution.locate_file(top))))


def test_the_wheel_needs_four_libraries_and_ships_what_is_not_python(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = set(wheel.namelist())
        [metadata] = [name for name in names if name.endswith(".dist-info/METADATA")]
        said = wheel.read(metadata).decode()
    assert {f"{package}/py.typed" for package in PACKAGES} <= names
    assert {"verifier/words.ja.json", "schemas/dictionary_1.bin", "verifier/old_kanji.tsv"} <= names
    assert not [name for name in names if name.startswith(("tests", "bench", "examples"))]
    needs = [line for line in said.splitlines() if line.startswith("Requires-Dist") and "extra" not in line]
    assert len(needs) == 4, needs


def test_nothing_else_is_in_its_environment(installed: Installed) -> None:
    code = (
        "import importlib.util, verifier\n"
        "print(verifier.__file__)\n"
        "for name in ('flask', 'sqlalchemy', 'zxingcpp', 'PIL', 'pypdfium2', 'pkcs11', 'pytest', 'pip'):\n"
        "    assert importlib.util.find_spec(name) is None, name\n"
    )
    ran = installed.run("python", "-c", code)
    assert ran.stderr == ""
    assert Path(ran.stdout.strip()).is_relative_to(installed.home)


def test_it_answers_every_published_vector_as_written(installed: Installed) -> None:
    ran = installed.run(
        "python", "-m", "conformance", "--module", "verifier.cli", PYTHONPATH=str(ROOT / "tests")
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    asked = len(list((ROOT / "tests/vectors").glob("*.json")))
    assert ran.stdout == f"{asked} vectors, 0 answered otherwise than written\n"


def test_its_own_command_does_so_too(installed: Installed) -> None:
    command = ("--command", f"{installed.home / 'bin' / 'akashi'} verify --json", "--only", "revoked*")
    ran = installed.run("python", "-m", "conformance", *command, PYTHONPATH=str(ROOT / "tests"))
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_starts_or_names_the_extra_it_needs(installed: Installed, command: str) -> None:
    ran = installed.run(command, "--help")
    if command == "akashi-registry":
        assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
        assert "pip install 'akashi-marks[registry]'" in ran.stderr
    else:
        assert (ran.returncode, ran.stderr) == (0, "")


def lacking() -> Iterator[tuple[str, Sequence[str]]]:
    yield "images", ("akashi", "verify", "--offline", "picture.png")
    yield "pkcs11", ("akashi-keys", "show", "pkcs11:token=x;object=y")
    yield "issuer", ("akashi-issuer", "--home", "issuer", "list")
    yield "registry", ("akashi-registry", "--home", "registry", "fsck")


@pytest.mark.parametrize(("extra", "command"), list(lacking()))
def test_a_command_whose_extra_is_missing_exits_2_and_names_it(
    installed: Installed, extra: str, command: Sequence[str]
) -> None:
    (installed.home.parent / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    ran = installed.run(*command)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1), ran.stderr
    assert f"pip install 'akashi-marks[{extra}]'" in ran.stderr


def test_evidence_is_judged_without_anything_of_this_tree(installed: Installed, scene: Scene) -> None:
    (installed.home.parent / "evidence").write_bytes(scene.world.evidence(scene.good))
    asked = ("verify", "--anchor", scene.world.anchor, "--now", "2026-11-01T00:00:00Z", "--offline")
    ran = installed.run("akashi", *asked, "evidence")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("○")


def test_its_types_are_shipped_and_refuse_a_wrong_use(installed: Installed) -> None:
    lines = ["verifier = Verifier.without_source()  # the wrong ones, each on a line of its own", *WRONG]
    start = RIGHT.count("\n") + 2
    (installed.home.parent / "use.py").write_text(RIGHT + "\n".join(lines) + "\n")
    options = ("--strict", "--no-error-summary", "--no-incremental", "--cache-dir", os.devnull)
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--python-executable",
            str(installed.home / "bin/python"),
            *options,
            "use.py",
        ],
        cwd=installed.home.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    told = dict[int, str]()
    for line in ran.stdout.splitlines():
        _, number, kind, text = line.split(":", 3)
        if kind.strip() == "error":
            told[int(number)] = text.rpartition("[")[2].rstrip("]")
    assert told == dict(enumerate(WRONG.values(), start)), ran.stdout + ran.stderr
