"""An issuing officer at a desk: the public command, a home, drafts as a spreadsheet would hold them."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forge.trust_documents import base64_of, key_entry
from forge.world import NOW, World, first_document, issuer_entry
from issuer.cli import main
from keys.algorithms import ED25519
from keys.file_signer import generate

SCHEME = Path(__file__).parents[2] / "examples" / "demo" / "scheme.toml"
PASSPHRASE = "correct horse"

DRAFT = {
    "draft_id": "2026-001",
    "organisation_id": "7000012050002",
    "legal_name": "株式会社みほん電子",
    "legal_name_latin": "Mihon Denshi Co., Ltd.",
    "name_kana": "ミホンデンシ",
    "country": "JP",
    "region": "JP-13",
    "level": "3",
    "edition": "2026-03-27",
    "assessment": "expert-confirmed",
    "unit": "legal-entity",
    "scope": "本社のIT基盤",
    "scope_latin": "IT infrastructure of the head office",
    "assessed_on": "2026-10-15",
    "expert_qualification": "情報処理安全確保支援士",
    "expert_affiliation": "external",
    "expert_training_on": "2026-01-10",
    "oath_on": "2026-10-20",
}


def draft(**changes: str | None) -> dict[str, str]:
    """A draft in order; None takes a cell away."""
    return {name: cell for name, cell in (DRAFT | changes).items() if cell is not None}


def star4(**changes: str | None) -> dict[str, str]:
    evidence = {
        "level": "★4",
        "assessment": "third-party",
        "assessor_code": "AB01",
        "technical_check_on": "2026-10-10",
        "technical_checker_code": "TC01",
    }
    return draft(**(evidence | changes))


def drafts(count: int) -> list[dict[str, str]]:
    return [draft(draft_id=f"d-{number:03}", scope=f"拠点{number}のIT基盤") for number in range(count)]


def sheet(rows: Sequence[Mapping[str, str]], *, delimiter: str = ",") -> str:
    """The rows as CSV text, every column any of them has."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.out)
        return value


@dataclass
class Desk:
    """A home of one key, and the command run on it. `now`: POSIX seconds, the officer's clock."""

    folder: Path
    world: World
    label: str
    now: int = NOW
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / f"home-{self.label}"

    def arguments(self, *arguments: object) -> list[str]:
        passphrase = self.folder / "passphrase"
        common = ["--home", self.home, "--passphrase-file", passphrase, "--json", "--lang", "en"]
        return [str(part) for part in (*common, *arguments)]

    def run(self, *arguments: object) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main(self.arguments(*arguments), clock=lambda: self.now)
        return Ran(code, out.getvalue(), err.getvalue())

    def spawn(self, *arguments: object, crash_at: str | None = None) -> subprocess.CompletedProcess[str]:
        """The same in a process of its own, to be killed where `crash_at` says."""
        program = (
            f"import sys; from issuer.cli import main; sys.exit(main(sys.argv[1:], clock=lambda: {self.now}))"
        )
        environment = os.environ | ({"AKASHI_CRASH_AT": crash_at} if crash_at else {})
        return subprocess.run(
            [sys.executable, "-c", program, *self.arguments(*arguments)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[2],
        )

    def init(self) -> Ran:
        trust = self.folder / "trust-1"
        trust.write_bytes(self.world.notes[0])
        key = f"file:{self.folder / self.label}.key"
        return self.run(
            "init", "--scheme", SCHEME, "--trust", trust, "--anchor", self.world.anchor, "--key", key
        )

    def write(self, rows: Sequence[Mapping[str, str]] | bytes | str, name: str = "drafts.csv") -> Path:
        path = self.folder / name
        if not isinstance(rows, bytes):
            rows = (rows if isinstance(rows, str) else sheet(rows)).encode()
        path.write_bytes(rows)
        return path

    def issue(self, rows: Sequence[Mapping[str, str]] | bytes | str, *arguments: object) -> Ran:
        return self.run("issue", self.write(rows), *arguments)

    def marks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.run("list").json["marks"]
        return found


def make_keys(folder: Path, labels: Sequence[str]) -> World:
    """Key files for these labels of the forge's world, and the world that trusts them."""
    (folder / "passphrase").write_text(PASSPHRASE)
    entries = []
    for label in labels:
        key = generate(folder / f"{label}.key", ED25519, PASSPHRASE.encode(), unsafe_light=True)
        entry = key_entry(label, "authority") if label == "authority" else issuer_entry(label)
        entries.append(entry | {"kid": key.kid.hex(), "pub": base64_of(key.public)})
    return World(first_document(witnesses=1, k=1) | {"keys": [*entries, key_entry("status", "status")]})
