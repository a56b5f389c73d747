"""`akashi trust show` says how much life the trust document has left, and whom it recognises."""

import json
import time
from hashlib import sha256
from pathlib import Path

import pytest

from forge.trust_documents import DAY, document, note, recognised
from verifier.cli import main


def shown(tmp_path: Path, capsys: pytest.CaptureFixture[str], *, ended: float, lang: str = "") -> str:
    """Pin a document of which this share of its 400 days is over, and show it."""
    issued = int(time.time() - ended * 400 * DAY)
    entries = [
        recognised("sg-demo", **{"from": issued}, levels=[1, 2], editions=["2025"]),
        recognised("kr-demo", **{"from": issued, "until": issued + DAY}),
    ]
    path = tmp_path / "trust-1"
    path.write_bytes(note(document(issued=issued, expires=issued + 400 * DAY, recognised=entries)))
    state = ("--state", str(tmp_path / "state"))
    anchor = sha256(path.read_bytes().partition(b"\n\n")[0] + b"\n").hexdigest()
    assert main(["trust", "add", str(path), "--anchor", anchor, *state]) == 0
    capsys.readouterr()
    assert main(["trust", "show", *state, *(["--json"] if not lang else [])]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("ended", "warning"), [(0.4, None), (0.51, "half"), (0.76, "quarter"), (1.01, "expired")]
)
def test_what_is_left_of_its_life_is_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ended: float, warning: str | None
) -> None:
    facts = json.loads(shown(tmp_path, capsys, ended=ended))
    assert facts["warning"] == warning
    assert [(one["levels"], one["editions"]) for one in facts["recognised"]] == [
        ([1, 2], ["2025"]),
        (None, None),
    ]
    assert abs(facts["life_left_percent"] - max(0, (1 - ended) * 100)) <= 1


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("ja", ("残りは期間の4分の1", "レベル 1, 2 だけ", "2025 版だけ")),
        ("en", ("a quarter of its life", "only level 1, 2", "only edition 2025")),
    ],
)
def test_a_person_reads_it_too(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    lang: str,
    says: tuple[str, ...],
) -> None:
    monkeypatch.setenv("LANG", f"{lang}_XX.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    out = shown(tmp_path, capsys, ended=0.76, lang=lang)
    for one in says:
        assert one in out
    assert "sg-demo" in out
    assert "kr-demo" in out
