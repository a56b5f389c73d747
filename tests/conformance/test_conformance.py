"""The runner says yes to a verifier that answers as written, and names what a wrong one gets wrong."""

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.__main__ import _module, compare, main
from conformance.answers import disagreements
from conformance.questions import VECTORS, runs_of
from verifier.checks import check_status
from verifier.report import Reason, StatusResult

ENDED = (Reason.REVOKED, Reason.SUSPENDED, Reason.SUPERSEDED)

# Says of everything that it is valid, in the very form that is asked for.
ACCEPTS_EVERYTHING = """
import json, sys
checks = ("structure", "issuer", "signature", "window", "logged", "status", "policy")
passed = [{"check": one, "outcome": "passed", "reason": None, "detail": ""} for one in checks]
for text in sys.argv[sys.argv.index("--") + 1 :]:
    notes = [{"reason": "holder-not-checked", "detail": ""}]
    print(json.dumps({"input": text, "verdict": "valid", "findings": passed, "notes": notes, "mark": {}}))
"""


def expected(name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_bytes())["expected"]
    return answer


def names() -> list[str]:
    return sorted(path.stem for path in VECTORS.glob("*.json"))


def test_every_vector_is_asked_once() -> None:
    assert sorted(vector["name"] for run in runs_of() for vector in run.vectors) == names()


def test_our_own_verifier_answers_every_vector_as_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--module", "verifier.cli"]) == 0
    assert capsys.readouterr().out == f"{len(names())} vectors, 0 answered otherwise than written\n"


def test_our_own_command_does_so_as_a_process_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    ours = shlex.join([sys.executable, "-m", "verifier.cli", "verify", "--json"])
    assert main(["--command", ours, "--only", "malformed*"]) == 0
    assert " 0 answered" in capsys.readouterr().out


def test_a_verifier_that_overlooks_revocation_is_caught_by_every_vector_that_ends_a_mark(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def forgiving(*mark: Any, **asked: Any) -> StatusResult:
        found = check_status(*mark, **asked)
        ended = found.refused is not None and found.refused.reason in ENDED
        return StatusResult(None, found.facts, found.as_of) if ended else found

    monkeypatch.setattr("verifier.verify.check_status", forgiving)
    caught = {name for name, _ in compare(runs_of(only="[r-v]*"), _module("verifier.cli"))}
    asked = [name for name in names() if "r" <= name[0] <= "v"]
    assert caught == {name for name in asked if set(expected(name)["reasons"]) & set(ENDED)} != set()


def test_a_verifier_that_accepts_everything_is_caught_by_every_lie(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "wrong.py"
    script.write_text(ACCEPTS_EVERYTHING)
    command = shlex.join([sys.executable, "-I", "-S", str(script)])
    assert main(["--command", command, "--only", "[nv]*"]) == 1
    asked = [name for name in names() if name[0] in "nv"]
    lies = [name for name in asked if expected(name)["verdict"] != "valid"]
    said = capsys.readouterr().out
    assert lies
    for name in lies:
        assert f"{name}: valid" in said
    assert "valid-number: " not in said


@pytest.mark.parametrize("command", ["false", "true", "echo {}", "echo nonsense"])
def test_a_command_that_answers_nothing_usable_is_no_verifier(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--command", command, "--only", "valid-number"]) == 1
    assert capsys.readouterr().out.startswith("valid-number: ")


@pytest.mark.parametrize(
    "asked",
    [
        ["--command", "no-such-command"],
        ["--module", "no_such_module"],
        ["--command", "true", "--only", "no-such-vector"],
    ],
)
def test_where_nothing_can_be_asked_nothing_is_certified(
    asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--only", "valid-number", *asked]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)


def answer(**bent: Any) -> str:
    """What a right verifier says of `valid-number`, bent."""
    checks = ("structure", "issuer", "signature", "window", "logged", "status", "policy")
    findings = [{"check": one, "outcome": "passed", "reason": None, "detail": ""} for one in checks]
    notes = [{"reason": one} for one in expected("valid-number")["notes"]]
    right = {"input": "x", "verdict": "valid", "findings": findings, "notes": notes, "mark": {}}
    return json.dumps(right | bent)


def told(out: str, *, code: int = 0) -> list[str]:
    vector = json.loads((VECTORS / "valid-number.json").read_bytes())
    return [problem for _, problem in disagreements([vector], ["x"], code, out)]


def test_what_must_agree_is_compared_and_what_may_differ_is_not() -> None:
    findings = json.loads(answer())["findings"]
    assert told(answer()) == []
    assert told(answer(trust={"version": 7}, as_of="2020-01-01T00:00:00Z")) == []
    wrong: list[dict[str, Any]] = [
        {"input": "y"},
        {"verdict": "undetermined"},
        {"notes": []},
        {"mark": None},
        {"findings": findings[::-1]},
        {"findings": findings[:6]},
        {"findings": [{**one, "reason": "revoked"} for one in findings]},
        {"findings": None},
        {"error": "could not be read"},
    ]
    for bent in wrong:
        assert told(answer(**bent)), bent
    assert told(answer(), code=1)
    assert told(answer() + "\n" + answer())


def test_claims_that_nobody_verified_must_not_be_shown() -> None:
    vector = json.loads((VECTORS / "bad-signature-last-bit.json").read_bytes())
    line = json.loads(answer(verdict="invalid", notes=[]))
    line["findings"][2] = {"check": "signature", "outcome": "failed", "reason": "bad-signature"}
    line["findings"][3:] = [{**one, "outcome": "unknown"} for one in line["findings"][3:]]
    for mark, problems in ((None, 0), ({"number": "x"}, 1)):
        out = json.dumps(line | {"mark": mark})
        assert len(list(disagreements([vector], ["x"], 1, out))) == problems
