"""Vectors as runs of a command: those that differ in the input alone are asked together."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

__all__ = ["VECTORS", "Run", "runs_of"]

VECTORS = Path(__file__).parents[1] / "vectors"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One start of the command: the vectors it answers, in the order of its inputs."""

    vectors: list[dict[str, Any]]
    folder: Path  # of the vectors

    def arguments(self, scratch: Path) -> list[str]:
        """Lay out files in an empty folder, and give what is added to the command."""
        first = self.vectors[0]
        state = scratch / "state"
        state.mkdir()
        if "remembered" in first:
            (state / f"{first['anchor']}.json").write_text(json.dumps(first["remembered"]))
        words = ["--now", _time(first["now"]), "--state", str(state)]
        words += ["--bundle", str(self.folder / first["source"]["file"])]
        if first["anchor"] is not None:
            words += ["--anchor", first["anchor"]]
        if first["at"] is not None:
            words += ["--at", _time(first["at"])]
        if "policy" in first:
            policy = scratch / "policy.toml"
            policy.write_text(_toml(first["policy"]), "utf-8")
            words += ["--policy", str(policy)]
        return [*words, "--", *(self.inputs(scratch))]

    def inputs(self, scratch: Path) -> Iterator[str]:
        """A mark is a file of its bytes, a text an argument of its own."""
        for vector in self.vectors:
            if "text" in vector["input"]:
                yield vector["input"]["text"]
            else:
                mark = scratch / f"{vector['name']}.cwt"
                mark.write_bytes(bytes.fromhex(vector["input"]["mark"]))
                yield str(mark)


def runs_of(folder: Path = VECTORS, *, only: str = "*") -> list[Run]:
    """Give the runs that ask every vector of a folder whose name matches `only`, each vector once."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.json")):
        vector = json.loads(path.read_bytes())
        if fnmatchcase(vector["name"], only):
            same = [vector.get(key) for key in ("now", "at", "anchor", "source", "policy", "remembered")]
            found.setdefault(json.dumps(same), []).append(vector)
    return [Run(vectors=vectors, folder=folder) for vectors in found.values()]


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _toml(table: dict[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    """Texts, numbers and lists are written in TOML as in JSON; tables within them are not."""
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} = {_value(one)}' for key, one in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)
