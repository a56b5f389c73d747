"""The conformance folder, through the public Verifier: one lie a file."""

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from forge.write_vectors import FOLDER, rendered
from verifier import Reason, Report, Verdict, Verifier
from verifier.policy import policy_from_table
from verifier.report import NoteReason

FILES = sorted(FOLDER.glob("*.json"))


def load(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_bytes())
    return value


def judge(vector: dict[str, Any], state: Path) -> Report:
    anchor = vector["anchor"]
    if "remembered" in vector:
        (state / f"{anchor}.json").write_text(json.dumps(vector["remembered"]))
    verifier = Verifier.from_bundle(
        (FOLDER / vector["source"]["file"]).read_bytes(),
        anchor=anchor,
        state=state if "remembered" in vector else None,
        clock=lambda: vector["now"],
    )
    subject = vector["input"]
    return verifier.verify(
        bytes.fromhex(subject["mark"]) if "mark" in subject else subject["text"],
        at=None if vector["at"] is None else datetime.fromtimestamp(vector["at"], UTC),
        policy=policy_from_table(vector["policy"]) if "policy" in vector else None,
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_vector_gets_the_answer_written_beside_it(path: Path, tmp_path: Path) -> None:
    vector = load(path)
    report = judge(vector, tmp_path)
    found = {
        "verdict": report.verdict.value,
        "reasons": [reason.value for reason in report.reasons],
        "notes": [note.reason.value for note in report.notes],
    }
    assert found == vector["expected"], [finding for finding in report.findings if finding.reason]


def expectations() -> Iterator[dict[str, Any]]:
    return (load(path)["expected"] for path in FILES)


def test_every_reason_there_is_is_given_by_some_vector_and_no_other() -> None:
    given = {reason for expected in expectations() for reason in expected["reasons"]}
    assert given == {reason.value for reason in Reason}


def test_every_note_there_is_is_given_by_some_vector_and_no_other() -> None:
    given = {note for expected in expectations() for note in expected["notes"]}
    assert given == {note.value for note in NoteReason}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_vector_is_named_as_its_file_and_every_lie_has_an_honest_twin(path: Path) -> None:
    vector = load(path)
    assert vector["name"] == path.stem
    if vector["expected"]["verdict"] == Verdict.VALID.value:
        assert "twin" not in vector
    else:
        twin = load(FOLDER / f"{vector['twin']}.json")
        assert twin["expected"]["verdict"] == Verdict.VALID.value


def test_writing_the_vectors_again_gives_the_same_bytes() -> None:
    if zlib.crc32(zlib.compress(bytes(32768), 9)) != USUAL_ZLIB:
        pytest.skip("this machine's zlib packs otherwise; the vectors were written with zlib 1.2 or 1.3")
    folder = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*.*")}
    del folder["README.md"]
    assert rendered() == folder


USUAL_ZLIB = 0xA75691E3
