"""The JavaScript verifier's own files under Node, for tests that hold it and the library to each other's answers."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parents[2] / "registry" / "scripts"

__all__ = ["needs_node", "run_in_node"]

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node (the command `node`)")


def run_in_node(folder: Path, program: str, given: Any) -> Any:
    """Run an ES module in `folder`, beside a copy of the scripts; what it sets `answer` to, of `given`, as JSON."""
    shutil.copytree(SCRIPTS / "verifier", folder / "verifier")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "given.json").write_text(json.dumps(given), "utf-8")
    (folder / "run.js").write_text(
        'import { readFileSync, writeFileSync } from "node:fs";\n'
        'const given = JSON.parse(readFileSync("given.json", "utf-8"));\nlet answer;\n'
        f'{program}\nwriteFileSync("answer.json", JSON.stringify(answer));\n',
        "utf-8",
    )
    done = subprocess.run(
        ["node", "run.js"], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "answer.json").read_text("utf-8"))
