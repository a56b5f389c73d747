"""A command line in an empty folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nacl.pwhash import argon2id

from forge.trust_documents import START, document
from keys.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run one command in an empty folder, the passphrase in a file; give exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pass").write_text("seven small stones\n")
    monkeypatch.setenv("AKASHI_PASSPHRASE_FILE", "pass")
    monkeypatch.setattr(argon2id, "OPSLIMIT_INTERACTIVE", argon2id.OPSLIMIT_MIN)
    monkeypatch.setattr(argon2id, "MEMLIMIT_INTERACTIVE", argon2id.MEMLIMIT_MIN)

    def command(*words: object) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in words])
        except SystemExit as left:
            code = int(left.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def roots(run: Run) -> dict[str, Any]:
    """Three root keys, and a skeleton of version 1 that trusts two of them."""
    keys = []
    for name in ("a", "b", "c"):
        code, out, _ = run(
            "generate", "--out", name, "--note-name", f"{name}.example", "--type", "root", "--json"
        )
        assert code == 0
        keys.append(json.loads(out)["vkey"])
    skeleton = document(root={"threshold": 2, "keys": keys})
    for member in ("version", "issued", "expires", "crit", "recognised"):
        del skeleton[member]
    for entry in skeleton["keys"]:
        del entry["kid"]
    Path("v1.json").write_text(json.dumps(skeleton))
    return skeleton


@pytest.fixture
def first(run: Run, roots: dict[str, Any]) -> Path:
    """Version 1, signed by two of three."""
    assert len(roots["root"]["keys"]) == 3
    assert run("trust", "draft", "v1.json", "--out", "v1", "--issued", START)[0] == 0
    for name in ("a", "b"):
        assert run("trust", "sign", "v1", "--key", f"file:{name}", "--yes")[0] == 0
    return Path("v1")
