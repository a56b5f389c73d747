"""`akashi-keys`, used as the demonstration and the root holders use it."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forge.trust_documents import DAY, START, document, kid_of, note, successor
from keys import file_signer
from keys.algorithms import ED25519, ESP256
from schemas.note import VerifierKey
from schemas.trust_document import TrustDocument

Run = Callable[..., Any]


def test_a_key_is_made_shown_and_never_made_over_another(run: Run) -> None:
    code, out, _ = run("generate", "--out", "k", "--json")
    made = json.loads(out)
    assert code == 0
    assert (made["alg"], made["kid"]) == (ED25519, file_signer.read_public(Path("k")).kid.hex())
    assert json.loads(run("show", "k", "--json")[1]) == made
    assert json.loads(run("show", "file:k", "--json")[1]) == made
    before = Path("k").read_bytes()
    code, out, err = run("generate", "--out", "k")
    assert (code, out, Path("k").read_bytes()) == (1, "", before)
    assert len(err.splitlines()) == 1


def test_a_p256_key_is_made_on_request_and_signs_no_notes(run: Run) -> None:
    assert json.loads(run("generate", "--out", "k", "--algorithm", "p256", "--json")[1])["alg"] == ESP256
    assert run("show", "k", "--note-name", "n", "--type", "log")[0] == 2


@pytest.mark.parametrize(("kind", "number"), [("root", 1), ("log", 1), ("witness", 4)])
def test_a_named_key_is_shown_as_a_verifier_key(run: Run, kind: str, number: int) -> None:
    found = json.loads(run("generate", "--out", "k", "--note-name", "x.example", "--type", kind, "--json")[1])
    key = VerifierKey.from_text(found["vkey"])
    assert (key.name, key.type, key.public) == (
        "x.example",
        number,
        file_signer.read_public(Path("k")).public,
    )


def test_a_passphrase_is_no_argument_and_never_printed(run: Run) -> None:
    assert run("generate", "--out", "k", "--passphrase", "seven small stones")[0] == 2
    Path("other").write_text("wrong words")
    _, out, err = run("generate", "--out", "k", "--passphrase-file", "other")
    assert "wrong words" not in out + err


def test_without_anybody_to_ask_a_missing_passphrase_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AKASHI_PASSPHRASE_FILE")
    code, _, err = run("generate", "--out", "k")
    assert (code, len(err.splitlines())) == (1, 1)
    assert "--passphrase-file" in err
    assert not Path("k").exists()


def test_a_first_version_is_drafted_signed_by_two_and_accepted(run: Run, first: Path) -> None:
    held = TrustDocument.from_text(first.read_text().split("\n\n— ")[0] + "\n")
    code, out, _ = run("trust", "check", first, "--anchor", held.anchor, "--json")
    assert code == 0
    assert json.loads(out) == {
        "scheme": "demo",
        "anchor": held.anchor,
        "anchored": True,
        "versions": [
            {
                "version": 1,
                "anchor": held.anchor,
                "issued": "2026-09-21T14:13:20Z",
                "expires": "2027-09-21T14:13:20Z",
            }
        ],
    }
    assert held.keys[0].kid.hex() == kid_of("issuer-3")


def test_an_anchor_may_stand_in_a_file_and_another_one_refuses(run: Run, first: Path) -> None:
    anchor = json.loads(run("trust", "check", first, "--json")[1])["anchor"]
    Path("anchor").write_text(anchor + "\n")
    assert run("trust", "check", first, "--anchor", "anchor")[0] == 0
    code, out, err = run("trust", "check", first, "--anchor", "00" * 32)
    assert (code, out) == (1, "")
    assert "anchor-not-found" in err
    assert run("trust", "check", first, "--anchor", "not hex")[0] == 2


def test_an_anchor_cut_short_is_no_file_of_that_name(run: Run, first: Path) -> None:
    anchor = json.loads(run("trust", "check", first, "--json")[1])["anchor"]
    Path(anchor[:-1]).write_text(anchor + "\n")
    code, _, err = run("trust", "check", first, "--anchor", anchor[:-1])
    assert code == 2
    assert f"write ./{anchor[:-1]}" in err
    assert run("trust", "check", first, "--anchor", f"./{anchor[:-1]}")[0] == 0


@pytest.mark.usefixtures("roots")
def test_one_root_holder_alone_does_not_make_a_version(run: Run) -> None:
    run("trust", "draft", "v1.json", "--out", "v1")
    for _ in range(2):
        assert run("trust", "sign", "v1", "--key", "file:a", "--yes")[0] == 0
    assert Path("v1").read_text().count("— ") == 1
    code, _, err = run("trust", "check", "v1")
    assert code == 1
    assert "below-threshold" in err


@pytest.mark.usefixtures("roots")
def test_a_key_that_is_no_root_signs_nothing(run: Run) -> None:
    run("generate", "--out", "stranger")
    run("trust", "draft", "v1.json", "--out", "v1")
    before = Path("v1").read_bytes()
    code, _, err = run("trust", "sign", "v1", "--key", "file:stranger", "--yes")
    assert (code, Path("v1").read_bytes()) == (1, before)
    assert "not-a-root-key" in err


def test_a_draft_is_not_overwritten_with_its_signatures(run: Run, first: Path) -> None:
    before = first.read_bytes()
    assert run("trust", "draft", "v1.json", "--out", first)[0] == 1
    assert first.read_bytes() == before


@pytest.mark.usefixtures("roots")
def test_nobody_signs_without_being_asked(run: Run) -> None:
    run("trust", "draft", "v1.json", "--out", "v1")
    code, _, err = run("trust", "sign", "v1", "--key", "file:a")
    assert code == 2
    assert "--yes" in err.splitlines()[-1]
    assert "— " not in Path("v1").read_text()


def test_what_is_signed_is_shown_first_and_a_change_shows_both_sides(run: Run, first: Path) -> None:
    add = {"hosts": [{"host": "localhost"}]}
    keys = TrustDocument.from_text(first.read_text().split("\n\n— ")[0] + "\n").to_json()["keys"]
    keys[0]["until"] = START + 10 * DAY
    Path("v2.json").write_text(json.dumps({"add": add, "keys": keys}))
    code, out, _ = run(
        "trust", "draft", "v2.json", "--previous", first, "--out", "v2", "--issued", START + DAY
    )
    assert code == 0
    assert "+ hosts host=localhost" in out
    assert f"~ keys {kid_of('issuer-3')} until: 2029-06-17T14:13:20Z → 2026-10-01T14:13:20Z" in out
    assert run("trust", "sign", "v2", "--key", "file:a", "--yes")[0] == 2, (
        "a change is judged beside its past"
    )
    for name in ("a", "c"):
        code, _, err = run("trust", "sign", "v2", "--key", f"file:{name}", "--previous", first, "--yes")
        assert code == 0
        assert "+ hosts host=localhost" in err
    assert run("trust", "check", first, "v2")[0] == 0
    assert json.loads(run("trust", "check", "v2", first, "--json")[1])["versions"][1]["version"] == 2


def test_a_draft_that_drops_an_entry_is_refused_by_name(run: Run, first: Path) -> None:
    Path("v2.json").write_text(json.dumps({"hosts": []}))
    code, _, err = run(
        "trust", "draft", "v2.json", "--previous", first, "--out", "v2", "--issued", START + DAY
    )
    assert (code, Path("v2").exists()) == (1, False)
    assert "entry-dropped" in err


@pytest.mark.usefixtures("roots")
def test_an_unsigned_version_is_nothing_to_build_on(run: Run) -> None:
    run("trust", "draft", "v1.json", "--out", "v1")
    Path("v2.json").write_text("{}")
    assert run("trust", "draft", "v2.json", "--previous", "v1", "--out", "v2")[0] == 1


def test_a_bent_signature_is_not_passed_on(run: Run, first: Path) -> None:
    text, _, lines = first.read_text().rpartition("\n\n")
    name, _, encoded = lines.splitlines()[0].rpartition(" ")
    flipped = encoded[:-6] + ("AAAA" if encoded[-6:-2] != "AAAA" else "BBBB") + encoded[-2:]
    first.write_text(f"{text}\n\n{name} {flipped}\n")
    code, _, err = run("trust", "sign", first, "--key", "file:c", "--yes")
    assert code == 1
    assert "bad-root-signature" in err


def test_a_compromise_is_the_next_draft_with_a_position(run: Run, first: Path) -> None:
    kid = kid_of("issuer-3")
    words = (
        "compromise",
        "--kid",
        kid,
        "--place",
        0,
        "--size",
        17,
        "--previous",
        first,
        "--issued",
        START + DAY,
    )
    code, out, _ = run(*words, "--since", "2026-09-21T00:00:00Z", "--out", "v2")
    assert code == 0
    assert f"~ keys {kid} compromised: nothing →" in out
    drafted = TrustDocument.from_text(Path("v2").read_text())
    assert drafted.version == 2
    assert drafted.keys[0].is_void_at(0, 17)
    assert not drafted.keys[0].is_void_at(0, 16)
    for name in ("b", "c"):
        assert run("trust", "sign", "v2", "--key", f"file:{name}", "--previous", first, "--yes")[0] == 0
    lower = ("compromise", "--kid", kid, "--place", 0, "--previous", "v2", "--issued", START + 2 * DAY)
    code, _, err = run(*lower, "--size", 18, "--out", "v3")
    assert code == 1
    assert "position-raised" in err
    assert run(*lower, "--size", 5, "--out", "v3")[0] == 0


def test_a_compromised_status_key_needs_no_position(run: Run, first: Path) -> None:
    words = (
        "compromise",
        "--kid",
        kid_of("status"),
        "--previous",
        first,
        "--issued",
        START + DAY,
        "--out",
        "v2",
    )
    assert run(*words)[0] == 0
    assert TrustDocument.from_text(Path("v2").read_text()).keys[3].compromised is not None


@pytest.mark.parametrize("kid", ["00" * 8, "xyz", ""])
def test_a_compromise_of_no_key_is_refused(run: Run, first: Path, kid: str) -> None:
    words = ("compromise", "--kid", kid, "--place", 0, "--size", 1, "--previous", first, "--out", "v2")
    assert run(*words)[0] == (1 if kid == "00" * 8 else 2)
    assert not Path("v2").exists()


@pytest.mark.parametrize(
    "skeleton",
    [
        "[]",
        "{",
        '{"hosts": 1}',
        '{"keys": {}}',
        '{"add": 1}',
        '{"add": {"keys": 1}}',
        '{"add": {"root": []}}',
        '{"issued": 1.5}',
        '{"issued": 1, "issued": 2}',
        '{"version": 7}',
        '{"nonsense": 1}',
        '{"keys": [1]}',
        '{"keys": [{"alg": -19, "pub": "?"}]}',
    ],
)
def test_a_skeleton_that_makes_no_document_is_refused_in_one_line(
    run: Run, first: Path, skeleton: str
) -> None:
    Path("v2.json").write_text(skeleton)
    code, out, err = run(
        "trust", "draft", "v2.json", "--previous", first, "--out", "v2", "--issued", START + DAY
    )
    assert (code, out, len(err.splitlines())) == (1, "", 1)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("unknown",),
        ("generate",),
        ("generate", "--out", "k", "--algorithm", "rsa"),
        ("generate", "--out", "k", "--note-name", "n"),
        ("generate", "--out", "k", "--note-name", "two words", "--type", "log"),
        ("trust", "draft", "v1.json", "--out", "x", "--days", "401"),
        ("trust", "draft", "v1.json", "--out", "x", "--issued", "yesterday"),
        ("trust", "check"),
        ("trust", "check", "absent"),
        ("trust", "sign", "v1", "--key", "pkcs11:token=root", "--yes"),
    ],
)
@pytest.mark.usefixtures("first")
def test_wrong_usage_exits_2(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words)[0] == 2


def test_notes_signed_elsewhere_are_checked_the_same(run: Run, tmp_path: Path) -> None:
    one = document()
    (tmp_path / "1").write_bytes(note(one))
    (tmp_path / "2").write_bytes(note(successor(one)))
    (tmp_path / "3").write_bytes(note(successor(one, keys=[])))
    assert run("trust", "check", "1", "2")[0] == 0
    code, _, err = run("trust", "check", "1", "3")
    assert code == 1
    assert "entry-dropped" in err


@pytest.mark.usefixtures("roots")
def test_at_a_terminal_the_root_holder_is_asked_and_may_say_no(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("trust", "draft", "v1.json", "--out", "v1")
    for answer, code in (("", 1), ("n", 1), ("yes", 0)):
        terminal = io.StringIO(f"{answer}\n")
        monkeypatch.setattr(terminal, "isatty", lambda: True)
        monkeypatch.setattr(sys, "stdin", terminal)
        assert run("trust", "sign", "v1", "--key", "file:a")[0] == code
        assert ("— " in Path("v1").read_text()) == (code == 0)


def test_a_draft_for_a_folder_that_does_not_exist_is_refused_in_one_line(run: Run, first: Path) -> None:
    Path("v2.json").write_text("{}")
    code, _, err = run(
        "trust", "draft", "v2.json", "--previous", first, "--out", "none/v2", "--issued", START + DAY
    )
    assert (code, len(err.splitlines())) == (1, 1)


@pytest.mark.parametrize("text", ['{"crit": ["x"]}', "akashi/trust/v1\n{\n", "\udcff"])
def test_a_file_that_is_no_draft_is_refused_in_one_line(run: Run, text: str) -> None:
    Path("v1").write_bytes(text.encode("utf-8", "surrogateescape"))
    code, _, err = run("trust", "sign", "v1", "--key", "file:a", "--yes")
    assert (code, len(err.splitlines())) == (1, 1)
