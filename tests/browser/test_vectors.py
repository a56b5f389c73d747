"""The verifier that pages carry, in a real browser, gives the answers of the conformance folder: the same reasons, the same names.

tests/differential asks that same script every vector, and tens of thousands of questions more, under Node. What a browser brings of its own
(signatures, keys, streams of compressed bytes, UTF-8) is tried here: one vector a reason and a note, those of a code's stream, and bent ones.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import repeat
from random import Random
from typing import Any

import pytest

from browser.conftest import Site
from forge.write_vectors import FOLDER
from registry.script_files import joined
from schemas.errors import MalformedError
from schemas.evidence import Archive, write_archive
from schemas.qr import DICTIONARY_1
from verifier import Verifier
from verifier.policy import parse_duration
from verifier.report import Report

VECTORS = sorted(FOLDER.glob("*.json"))
OF_STREAMS = {"valid-esp256", "valid-link-compressed", "malformed-code-behind", "malformed-code-long"}
BENT = 60  # marks and files, changed at random places

JUDGE = """
async ({ file, anchor, mark, text, dictionary, options }) => {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  let source;
  try {
    source = await akashi.openFile(bytes(file), anchor, options.now);
  } catch (error) {
    return { refused: error.constructor.name };
  }
  const report =
    mark === null
      ? await akashi.judgeText(text, bytes(dictionary), source, options)
      : await akashi.judge({ number: null, host: null, mark: bytes(mark) }, source, options);
  return { verdict: report.verdict, reasons: report.reasons, notes: report.notes.map((note) => note.reason) };
}
"""


@pytest.fixture(scope="module")
def judge(chromium: Any, site: Site) -> Iterator[Any]:
    """A page that has loaded what pages are served, and judges."""
    page = chromium.new_page()
    page.goto(f"{site.url}/js/site.js")
    page.evaluate(f"(() => {{ {joined('verifier/all.js')}\nglobalThis.akashi = $verifier_all; }})()")

    def asked(vector: dict[str, Any], file: bytes) -> Any:
        policy = vector.get("policy")
        longest = None if policy is None else policy.get("max_status_age")
        options = {
            "now": vector["now"],
            "at": vector["at"],
            "policy": policy,
            "maxAge": None if longest is None else parse_duration(longest),
            "remembered": vector.get("remembered"),
        }
        question = {"file": file.hex(), "anchor": vector["anchor"], "dictionary": DICTIONARY_1.hex()}
        subject = {"mark": vector["input"].get("mark"), "text": vector["input"].get("text")}
        return page.evaluate(JUDGE, question | subject | {"options": options})

    yield asked
    page.close()


def load(path: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_bytes())
    return value


def one_of_each() -> Iterator[Any]:
    """The first vector with each verdict, reason and note; and those of streams."""
    met: set[str] = set()
    for path in VECTORS:
        expected = load(path)["expected"]
        given = {expected["verdict"], *expected["reasons"], *expected["notes"]}
        if given - met or path.stem in OF_STREAMS:
            met |= given
            yield path


@pytest.mark.parametrize("path", list(one_of_each()), ids=lambda path: path.stem)
def test_a_browser_gives_the_answer_written_beside_a_vector(judge: Any, path: Any) -> None:
    vector = load(path)
    assert judge(vector, (FOLDER / vector["source"]["file"]).read_bytes()) == vector["expected"]


def said(report: Report) -> dict[str, Any]:
    return {
        "verdict": report.verdict.value,
        "reasons": [reason.value for reason in report.reasons],
        "notes": [note.reason.value for note in report.notes],
    }


def bend(data: bytes, random: Random) -> bytes:
    """Flip a bit, or leave out or double some bytes."""
    at, kind = random.randrange(len(data)), random.random()
    if kind < 0.6:
        return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]
    if kind < 0.8:
        return data[:at] + data[at + 1 :]
    return data[:at] + data[at : at + random.randrange(1, 9)] + data[at:]


def bend_member(data: bytes, random: Random) -> bytes:
    """The same archive with one member bent, and the directory put right again."""
    archive = Archive.open(data)
    members = {name: archive.get(name) for name in archive.names()}
    name = random.choice([name for name in members if members[name]])
    members[name] = bend(members[name], random)
    out = BytesIO()
    write_archive(out, members.items())
    return out.getvalue()


def test_a_browser_and_the_library_agree_on_whatever_somebody_makes_of_a_mark(judge: Any) -> None:
    random = Random(20261126)
    honest = [
        one for one in map(load, VECTORS) if one["expected"]["verdict"] == "valid" and "mark" in one["input"]
    ]
    honest = [one for one in honest if not {"remembered", "policy"} & one.keys()]
    verdicts = set()
    for _ in range(BENT):
        vector = dict(random.choice(honest))
        file = (FOLDER / vector["source"]["file"]).read_bytes()
        if random.random() < 0.5:
            vector["input"] = {"mark": bend(bytes.fromhex(vector["input"]["mark"]), random).hex()}
        else:
            file = bend_member(file, random)
        now = vector["now"]
        try:
            verifier = Verifier.from_bundle(file, anchor=vector["anchor"], clock=repeat(now).__next__)
            at = None if vector["at"] is None else datetime.fromtimestamp(vector["at"], UTC)
            expected: dict[str, Any] = said(verifier.verify(bytes.fromhex(vector["input"]["mark"]), at=at))
        except MalformedError:
            expected = {"refused": "Malformed"}
        assert judge(vector, file) == expected, vector["name"]
        verdicts.add(expected.get("verdict", "refused"))
    assert verdicts == {"valid", "invalid", "undetermined", "refused"}


def test_what_is_served_holds_no_comment_and_no_import() -> None:
    served = joined("verifier/all.js")
    assert not re.search(r"^\s*(?://|/\*)", served, re.MULTILINE)
    assert "import " not in served
