"""docs/threat-model.md says of each attack what stops it, and which test or vector would notice if nothing did."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VECTORS = {path.stem for path in (ROOT / "tests" / "vectors").glob("*.json")}


def attacks() -> dict[str, list[str]]:
    """Every line of the tables of attacks: what is attacked, and the names in the column *held by*."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in (ROOT / "docs" / "threat-model.md").read_text("utf-8").splitlines():
        section = line if line.startswith("## ") else section
        if not section.startswith("## Attacks") or not line.startswith("| "):
            continue
        attack, *_, held_by = (cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1])
        if attack != "attack":
            found[attack] = re.findall("`([^`]+)`", held_by)
    return found


ATTACKS = attacks()


@cache
def functions_in(file: str) -> set[str]:
    path = ROOT / "tests" / f"{file}.py"
    if not path.exists():
        return set()
    return {one.name for one in ast.parse(path.read_bytes()).body if isinstance(one, ast.FunctionDef)}


def names_something(held_by: str) -> bool:
    """Whether a test of that file and name exists, or a vector; with `…` at the end, one whose name begins so."""
    file, is_test, name = held_by.partition("::")
    folder, _, stem = file.rpartition("/")
    known = functions_in(f"{folder}/test_{stem}") if is_test else VECTORS
    wanted = f"test_{name}" if is_test else file
    if wanted.endswith("…"):
        return any(one.startswith(wanted[:-1]) for one in known)
    return wanted in known


@pytest.mark.parametrize("attack", list(ATTACKS))
def test_each_attack_names_what_would_notice_that_nothing_stops_it(attack: str) -> None:
    assert ATTACKS[attack]
    assert [one for one in ATTACKS[attack] if not names_something(one)] == []


def test_a_name_of_nothing_is_noticed() -> None:
    for name in ("revoked-not", "revoked-not…", "verifier/state::nothing", "verifier/nothing::what_is_saved"):
        assert not names_something(name)
    assert names_something("revoked")
    assert names_something("verifier/state::what_is_saved_is_what_is_loaded")
