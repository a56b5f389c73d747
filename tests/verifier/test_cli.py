"""`akashi`, as a person or a script uses it: exit codes, output, and what it sends."""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import qrcode

from forge import NOW, World
from forge.loopback import Loopback
from forge.scene import REVOKED_AT, Scene
from forge.world import ISSUED
from schemas.times import DAY, HOUR
from verifier import Verifier
from verifier.cli import main

ROOT = Path(__file__).parents[2]
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "schemas/report.schema.json").read_text()))
VALID, INVALID, USAGE, UNDETERMINED = 0, 1, 2, 3


class Frozen(Verifier):
    """The verifier at NOW."""

    def __init__(self, source: Any, **settings: Any) -> None:
        super().__init__(source, **(settings | {"clock": lambda: NOW}))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty home and working directory, English, and the forge's clock."""
    for name in ("AKASHI_ANCHOR", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("AKASHI_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    for module in ("verify_command", "asked_source"):
        monkeypatch.setattr(f"verifier.{module}.Verifier", Frozen)


@pytest.fixture
def files(scene: Scene, tmp_path: Path) -> dict[str, str]:
    contents = {
        "good.cwt": scene.good.raw,
        "ended.cwt": scene.ended.raw,
        "good.evidence": scene.world.evidence(scene.good),
        "ended.evidence": scene.world.evidence(scene.ended),
        "bundle": scene.world.bundle(),
        "register": scene.world.register(),
        "trust-1": scene.world.notes[0],
        "anchor": scene.world.anchor.encode(),
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    return {name: str(tmp_path / name) for name in contents}


def mistyped(scene: Scene) -> str:
    number = scene.good.number
    return number[:1] + number[2] + number[1] + number[3:]


Lines = list[dict[str, Any]]


@pytest.fixture
def verify(scene: Scene, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Lines]]:
    """Runs `akashi verify --json`; gives exit code and lines, every one of which is as the schema says."""

    def run(*arguments: str, anchor: str | None = scene.world.anchor) -> tuple[int, Lines]:
        named = [] if anchor is None else ["--anchor", anchor]
        code = main(["verify", "--json", *named, *arguments])
        lines: Lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        for line in lines:
            SCHEMA.validate(line)
        return code, lines

    return run


Verify = Callable[..., tuple[int, Lines]]


# ---------------------------------------------------------------- exit codes and order


def test_exit_codes_say_the_worst_in_the_documented_order(
    verify: Verify, files: dict[str, str], scene: Scene
) -> None:
    register = ("--bundle", files["register"])
    good, ended, unknown, wrong = files["good.cwt"], files["ended.cwt"], "0000000000", mistyped(scene)
    assert verify(*register, good)[0] == VALID
    assert verify(*register, good, unknown)[0] == UNDETERMINED
    assert verify(*register, unknown, ended, good)[0] == INVALID
    assert verify(*register, unknown, ended, wrong, good)[0] == USAGE


def test_lines_come_in_the_order_of_the_inputs_whatever_they_say(
    verify: Verify, files: dict[str, str], scene: Scene
) -> None:
    inputs = [files["ended.cwt"], mistyped(scene), files["good.cwt"], "0000000000", scene.good.link()]
    _, lines = verify("--bundle", files["register"], *inputs)
    assert [line["input"] for line in lines] == inputs
    said = [line.get("verdict", "error") for line in lines]
    assert said == ["invalid", "error", "valid", "undetermined", "valid"]


def test_a_mistyped_number_is_answered_with_what_was_perhaps_meant(
    verify: Verify, files: dict[str, str], scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    code, [line] = verify("--bundle", files["register"], mistyped(scene))
    assert code == USAGE
    assert scene.good.number in line["error"]
    main(["verify", "--lang", "ja", mistyped(scene)])
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert scene.good.number in told
    assert "マーク番号の書き間違いです" in told


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["verify"],
        ["verify", "--no-such-option", "x"],
        ["verify", "--lang", "xx", "x"],
        ["unknown"],
    ],
)
def test_a_wrong_command_line_exits_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == USAGE


@pytest.mark.parametrize(
    "arguments",
    [
        ["--at", "yesterday"],
        ["--at", "2026-11-01T00:00:00"],
        ["--at", "0001-01-01"],
        ["--at", "9999-12-31T23:59:59-12:00"],
        ["--now", "yesterday"],
        ["--now", "2026-11-01"],
        ["--now", "2026-11-01T00:00:00Z", "--at", "2026-11-01T00:05:01Z"],
        ["--for", "7000012050003"],
        ["--max-age", "soon"],
        ["--policy", "missing.toml"],
        ["--policy", "policy.toml"],
        ["--policy", "column.toml"],
        ["--anchor", "abc"],
        ["--bundle", "missing"],
        ["--bundle", "good.cwt"],
        ["--bundle", "https://127.0.0.1:1/bundle", "--offline"],
        ["--bundle", "nowhere://x/bundle"],
        ["--registry", "akashi.example"],
    ],
)
def test_a_setting_that_cannot_be_used_exits_2_with_one_line(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    (tmp_path / "policy.toml").write_text("version = 1\nmin_levle = 4\n")
    (tmp_path / "column.toml").write_text("version = 1\nvalid_until_at_least = 'column:until'\n")
    assert main(["verify", files["good.cwt"], "--anchor", files["anchor"], *arguments]) == USAGE
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("akashi: ")


# ---------------------------------------------------------------- what is asked


def test_a_number_is_asked_of_the_register_and_no_file_of_that_name_is_read(
    verify: Verify, files: dict[str, str], scene: Scene, tmp_path: Path
) -> None:
    number = scene.good.number
    (tmp_path / number).write_bytes(scene.world.evidence(scene.ended))  # what somebody left in the folder
    code, [line] = verify("--bundle", files["register"], number)
    assert (code, line["mark"]["number"]) == (VALID, number)
    code, [line] = verify("--bundle", files["register"], f"./{number}")
    assert (code, line["mark"]["number"]) == (INVALID, scene.ended.number)


def test_an_empty_word_is_not_the_working_folder(verify: Verify, files: dict[str, str]) -> None:
    code, lines = verify("--bundle", files["register"], "")
    assert (code, len(lines)) == (USAGE, 1)


def test_evidence_is_judged_by_itself(verify: Verify, files: dict[str, str], scene: Scene) -> None:
    code, lines = verify(files["good.evidence"], files["ended.evidence"], "--offline")
    assert code == INVALID
    assert [line["verdict"] for line in lines] == ["valid", "invalid"]
    assert lines[1]["status"]["value"] == "revoked"
    assert lines[0]["mark"]["number"] == scene.good.number


def test_a_bundle_given_as_a_mark_is_a_mistake_and_no_verdict(verify: Verify, files: dict[str, str]) -> None:
    code, [line] = verify(files["bundle"])
    assert (code, "error" in line) == (USAGE, True)


def test_without_an_anchor_nothing_is_valid(verify: Verify, files: dict[str, str]) -> None:
    code, lines = verify(files["good.evidence"], "--bundle", files["bundle"], anchor=None)
    assert code == UNDETERMINED
    assert lines[0]["findings"][1]["reason"] == "trust-unavailable"


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-10-29", VALID),
        ("2026-10-30", INVALID),
        ("2026-10-31", INVALID),
        ("2026-11-01", INVALID),
        ("2026-10-29T23:59:59+09:00", VALID),
        ("2026-10-30T07:54:59+09:00", VALID),
        ("2026-10-30T07:55:00+09:00", UNDETERMINED),  # signed at 8, published at 9, and nothing in between
        ("2026-10-30T08:59:59+09:00", UNDETERMINED),
        ("2026-10-30T09:00:00+09:00", INVALID),
    ],
)
def test_a_date_is_judged_at_both_its_ends_where_the_scheme_is(
    verify: Verify, files: dict[str, str], at: str, code: int
) -> None:
    assert (
        datetime.fromtimestamp(REVOKED_AT, UTC).isoformat() == "2026-10-30T00:00:00+00:00"
    )  # 09:00 in Japan
    assert verify(files["ended.evidence"], "--at", at)[0] == code


def test_a_date_on_which_the_mark_began_is_not_wholly_covered(verify: Verify, files: dict[str, str]) -> None:
    code, [line] = verify(files["good.evidence"], "--at", "2026-10-22")
    assert code == INVALID
    assert line["findings"][3]["reason"] == "not-yet-valid"
    assert line["at"] == "2026-10-21T15:00:00Z"
    assert verify(files["good.evidence"], "--at", "2026-10-23")[0] == VALID


@pytest.mark.parametrize("holder", ["0188:7000012050002", "7000012050002", "Ｔ７０００－０１２０５０００２"])
def test_the_holder_asked_for_is_read_as_people_write_it(
    verify: Verify, files: dict[str, str], holder: str
) -> None:
    code, [line] = verify(files["good.evidence"], "--for", holder)
    assert code == VALID
    assert "holder-not-checked" not in [note["reason"] for note in line["notes"]]


def test_a_real_mark_of_another_company_is_invalid_for_this_one(
    verify: Verify, files: dict[str, str]
) -> None:
    code, [line] = verify(files["good.evidence"], "--for", "2180001135973")
    assert (code, line["findings"][6]["reason"]) == (INVALID, "policy-organisation")
    assert line["mark"]["organisation"]["id"] == "0188:7000012050002"


def test_a_policy_file_is_applied_and_for_is_added_to_it(
    verify: Verify, files: dict[str, str], tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("version = 1\nmin_level = 3\norganisation = '2180001135973'\n")
    assert verify(files["good.evidence"], "--policy", str(policy))[0] == INVALID
    assert verify(files["good.evidence"], "--policy", str(policy), "--for", "7000012050002")[0] == VALID
    policy.write_text("version = 1\nmin_level = 4\n")
    code, [line] = verify(files["good.evidence"], "--policy", str(policy), "--for", "7000012050002")
    assert (code, line["findings"][6]["reason"]) == (INVALID, "policy-level")


def test_a_status_older_than_asked_for_decides_nothing(verify: Verify, files: dict[str, str]) -> None:
    bundle = ("--bundle", files["bundle"], files["good.cwt"])
    assert verify(*bundle, "--max-age", "2h")[0] == VALID
    code, [line] = verify(*bundle, "--max-age", "30m")
    assert (code, line["findings"][5]["reason"]) == (UNDETERMINED, "status-stale")


def test_standard_input_holds_one_input_a_line(
    verify: Verify, files: dict[str, str], scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = f"{scene.good.number}\n{scene.ended.link()}\nnonsense\n".encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
    code, lines = verify("--bundle", files["register"], "-")
    assert code == USAGE
    assert [line.get("verdict") for line in lines] == ["valid", "invalid", None]


def test_standard_input_may_be_a_file(verify: Verify, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = scene.world.evidence(scene.good)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(evidence)))
    code, [line] = verify("-")
    assert (code, line["input"]) == (VALID, "-")


def test_a_photographed_code_is_judged(
    verify: Verify, files: dict[str, str], scene: Scene, tmp_path: Path
) -> None:
    code = qrcode.QRCode(box_size=3)
    code.add_data(scene.good.link())
    photo = tmp_path / "photo.png"
    with photo.open("wb") as out:
        code.make_image().save(out)
    exit_code, [line] = verify("--bundle", files["bundle"], str(photo))
    assert (exit_code, line["input"], line["mark"]["number"]) == (VALID, str(photo), scene.good.number)


# ---------------------------------------------------------------- text output


def test_the_text_begins_with_the_verdict_in_the_readers_language(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["verify", files["good.evidence"], "--anchor", files["anchor"]]
    assert main(asked) == VALID
    assert capsys.readouterr().out.startswith("○ This mark is valid.")
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert main(asked) == VALID
    assert capsys.readouterr().out.startswith("○ このマークは有効です。")
    assert main([*asked, "--lang", "en"]) == VALID
    assert capsys.readouterr().out.startswith("○ This mark is valid.")


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_what_is_typed_cannot_drive_the_terminal(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    evil = "https://akashi.example/m/\x1b]0;x\x07\x9b2J\u202e#1\udc80"
    main(["verify", evil, "nonsense\x1b[2J\x9b", *arguments])
    out, err = capsys.readouterr()
    assert not set(out + err) & set("\x1b\x07\x9b\u202e\udc80")
    if arguments:
        assert json.loads(out.splitlines()[0])["input"] == evil


def test_a_terminal_of_another_code_page_does_not_end_the_run(files: dict[str, str]) -> None:
    for encoding in ("ascii", "cp932", "cp1252"):
        ran = _run(["verify", files["good.evidence"]], PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        assert (ran.returncode, ran.stderr) == (UNDETERMINED, b""), encoding


# ---------------------------------------------------------------- the network


def test_a_registry_is_asked_and_remembered(
    verify: Verify, registry: Loopback, scene: Scene, tmp_path: Path
) -> None:
    online = ("--registry", registry.url, "--state", str(tmp_path / "mine"))
    assert verify(*online, scene.good.number)[0] == VALID
    assert (tmp_path / "mine" / f"{scene.world.anchor}.json").is_file()
    registry.asked.clear()
    assert verify(*online, scene.good.link())[0] == VALID
    assert registry.asked == [f"/m/{scene.good.number}/evidence"]  # the trust document was kept


def test_a_registry_that_shows_yesterday_again_is_caught(
    verify: Verify, loopback: Loopback, tmp_path: Path
) -> None:
    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    world.publish(NOW - 2 * HOUR)
    old = world.evidence(mark)
    world.publish(NOW - HOUR)
    loopback.files |= {"/trust/1": world.notes[0], f"/m/{mark.number}/evidence": world.evidence(mark)}
    asked = ("--registry", loopback.url, "--state", str(tmp_path / "mine"), mark.number)
    assert verify(*asked, anchor=world.anchor)[0] == VALID
    loopback.files[f"/m/{mark.number}/evidence"] = old
    code, [line] = verify(*asked, anchor=world.anchor)
    assert (code, line["findings"][4]["reason"]) == (UNDETERMINED, "bundle-too-old")
    assert verify(*asked, "--at", "2026-10-31", anchor=world.anchor)[0] == VALID


def test_a_bundle_may_be_named_by_its_address(
    verify: Verify, registry: Loopback, files: dict[str, str]
) -> None:
    assert verify("--bundle", registry.url + "/bundle", files["good.cwt"])[0] == VALID
    assert verify("--bundle", registry.url + "/nothing", files["good.cwt"]) == (USAGE, [])


def test_offline_sends_nothing(
    verify: Verify,
    files: dict[str, str],
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def forbidden(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a connection was asked for")

    assert main(["trust", "add", files["trust-1"], "--anchor", scene.world.anchor]) == VALID
    capsys.readouterr()
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    code, lines = verify("--offline", scene.good.link(), scene.good.number, files["ended.cwt"], anchor=None)
    assert code == UNDETERMINED
    assert lines[0]["mark"]["number"] == scene.good.number  # signature and period could be judged
    assert [one["reason"] for one in lines[0]["findings"]][3:6] == [None, "not-logged", "status-unavailable"]
    with pytest.raises(AssertionError, match="connection"):  # the trap is one: without --offline it snaps
        verify(scene.good.number, anchor=None)


def test_a_bundle_is_judged_where_there_is_no_network_at_all(files: dict[str, str]) -> None:
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], check=False).returncode:
        pytest.skip("needs unshare(1) and the right to use it")
    command = [
        "verify",
        "--bundle",
        files["register"],
        "--json",
        "--anchor",
        files["anchor"],
        files["good.cwt"],
    ]
    ran = _run(command, before=[unshare, "-rn"])
    assert json.loads(ran.stdout)["mark"] is not None


def test_the_verifier_needs_neither_web_framework_nor_database_nor_picture_reader(
    files: dict[str, str],
) -> None:
    code = (
        "import sys, verifier, verifier.cli\n"
        f"verifier.cli.main(['verify', {files['good.evidence']!r}, '--anchor', {files['anchor']!r}])\n"
        "heavy = {'flask', 'sqlalchemy', 'alembic', 'jinja2', 'werkzeug', 'PIL', 'zxingcpp', 'qrcode'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or None)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


def _run(
    arguments: list[str], *, before: list[str] | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    command = [*(before or []), sys.executable, "-m", "verifier.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, check=False)


# ---------------------------------------------------------------- trust


def test_an_anchor_is_pinned_shown_and_used(
    verify: Verify, files: dict[str, str], scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    anchor = scene.world.anchor
    assert main(["trust", "add", files["trust-1"], "--anchor", anchor]) == VALID
    assert anchor in capsys.readouterr().out
    assert main(["trust", "show", "--json"]) == VALID
    shown = json.loads(capsys.readouterr().out)
    assert (shown["anchor"], shown["scheme"], shown["version"]) == (anchor, "demo", 1)
    assert shown["root"]["threshold"] == 2
    assert verify(files["good.evidence"], anchor=None)[0] == VALID


def test_an_anchor_is_pinned_from_a_registry(
    registry: Loopback, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trust", "add", registry.url, "--anchor", scene.world.anchor]) == VALID
    capsys.readouterr()
    assert main(["trust", "show"]) == VALID
    assert scene.world.anchor in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"rubbish", World().notes[0][:-5]])
def test_what_is_no_trust_document_is_not_pinned(
    tmp_path: Path, scene: Scene, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    (tmp_path / "note").write_bytes(content)
    assert main(["trust", "add", "note", "--anchor", scene.world.anchor]) == USAGE
    assert main(["trust", "add", "note"]) == USAGE
    assert main(["trust", "show"]) == USAGE
    assert capsys.readouterr().err.count("\n") == 3


def test_an_anchor_where_a_place_belongs_is_no_file_of_that_name(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    anchor = scene.world.anchor
    (tmp_path / anchor).write_bytes(scene.world.notes[0])
    assert main(["trust", "add", anchor, "--anchor", anchor]) == USAGE
    assert f"write ./{anchor}" in capsys.readouterr().err
    assert main(["trust", "add", f"./{anchor}", "--anchor", anchor]) == VALID


def test_an_address_without_its_beginning_is_told_from_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trust", "add", "akashi.example"]) == USAGE
    assert "https://akashi.example" in capsys.readouterr().err


def test_another_anchor_than_the_documents_is_not_pinned(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trust", "add", files["trust-1"], "--anchor", "ab" * 32]) == USAGE
    assert main(["trust", "show"]) == USAGE
    assert "akashi trust add" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "is_terminal", "code"),
    [("yes\n", True, VALID), ("no\n", True, USAGE), ("", True, USAGE), ("yes\n", False, USAGE)],
)
def test_without_an_anchor_a_person_must_compare_and_say_yes(
    files: dict[str, str],
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    is_terminal: bool,  # noqa: FBT001 (a parameter of the test)
    code: int,
) -> None:
    stdin = io.StringIO(typed)
    monkeypatch.setattr(stdin, "isatty", lambda: is_terminal)
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main(["trust", "add", files["trust-1"], "--json"]) == code
    out, err = capsys.readouterr()
    assert scene.world.anchor in err
    assert bool(out) == (code == VALID)
    assert main(["trust", "show"]) == code


def test_newer_trust_documents_are_fetched_and_kept(
    loopback: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World()
    (tmp_path / "note").write_bytes(world.notes[0])
    assert main(["trust", "add", "note", "--anchor", world.anchor]) == VALID
    world.trust(NOW - DAY)
    loopback.files |= {f"/trust/{n}": note for n, note in enumerate(world.notes, 1)}
    assert main(["trust", "update", "--registry", loopback.url]) == VALID
    loopback.files.pop("/trust/2")  # withheld from now on
    assert main(["trust", "update", "--registry", loopback.url]) == VALID
    capsys.readouterr()
    assert main(["trust", "show", "--json"]) == VALID
    assert json.loads(capsys.readouterr().out)["version"] == 2


def test_trust_documents_of_another_root_are_not_taken(
    loopback: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World()
    (tmp_path / "note").write_bytes(world.notes[0])
    assert main(["trust", "add", "note", "--anchor", world.anchor]) == VALID
    world.trust(NOW - DAY, signers=("thief-a", "thief-b"))
    loopback.files |= {f"/trust/{n}": note for n, note in enumerate(world.notes, 1)}
    assert main(["trust", "update", "--registry", loopback.url]) == USAGE
    capsys.readouterr()
    assert main(["trust", "show", "--json"]) == VALID
    assert json.loads(capsys.readouterr().out)["version"] == 1


def test_a_newer_trust_document_met_in_evidence_is_kept(
    verify: Verify, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World()
    mark = world.issue()
    (tmp_path / "note").write_bytes(world.notes[0])
    assert main(["trust", "add", "note", "--anchor", world.anchor]) == VALID
    world.trust(NOW - DAY)
    world.publish(ISSUED + HOUR)
    world.publish(NOW - HOUR)
    (tmp_path / "evidence").write_bytes(world.evidence(mark))
    capsys.readouterr()
    assert verify("evidence", anchor=None)[0] == VALID
    assert main(["trust", "show", "--json"]) == VALID
    assert json.loads(capsys.readouterr().out)["version"] == 2


# ---------------------------------------------------------------- bundles


@pytest.mark.parametrize(("option", "name"), [([], "bundle"), (["--register"], "register")])
def test_a_bundle_is_fetched_verified_and_described(
    registry: Loopback,
    files: dict[str, str],
    scene: Scene,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    option: list[str],
    name: str,
) -> None:
    anchor = ["--anchor", scene.world.anchor]
    assert main(["bundle", "fetch", "mine", "--registry", registry.url, *option, *anchor]) == VALID
    assert (tmp_path / "mine").read_bytes() == Path(files[name]).read_bytes()
    capsys.readouterr()
    assert main(["bundle", "info", "mine", "--json", *anchor]) == VALID
    info = json.loads(capsys.readouterr().out)
    assert info["logs"][0]["size"] == scene.world.log.head.size
    assert info["as_of"] == "2026-10-31T23:00:00Z"
    assert main(["bundle", "info", "mine", *anchor]) == VALID
    assert "2026-10-31T23:00:00Z" in capsys.readouterr().out
    assert main(["bundle", "info", "mine", "--lang", "ja", *anchor]) == VALID
    assert "2026-10-31T23:00:00Z" in (said := capsys.readouterr().out)
    assert not said.isascii()
    assert "情報の時点" in said


def growing(steps: int) -> World:
    world = World()
    world.issue()
    for step in range(steps):
        world.publish(ISSUED + HOUR + step)
    return world


def test_a_newer_bundle_replaces_an_older_one_and_never_the_reverse(
    loopback: Loopback, tmp_path: Path
) -> None:
    old, new = growing(1), growing(2)
    asked = ["bundle", "fetch", "mine", "--registry", loopback.url, "--anchor", old.anchor]
    for world in (old, new):
        loopback.files["/bundle"] = world.bundle()
        assert main(asked) == VALID
    loopback.files["/bundle"] = old.bundle()
    assert main(asked) == USAGE
    assert (tmp_path / "mine").read_bytes() == new.bundle()


def test_a_bundle_of_another_history_replaces_nothing(loopback: Loopback, tmp_path: Path) -> None:
    held, other = growing(1), World()
    other.issue(edition="2027")
    other.publish(ISSUED + HOUR)
    other.publish(ISSUED + 2 * HOUR)
    asked = ["bundle", "fetch", "mine", "--registry", loopback.url, "--anchor", held.anchor]
    loopback.files["/bundle"] = held.bundle()
    assert main(asked) == VALID
    loopback.files["/bundle"] = other.bundle()
    assert main(asked) == USAGE
    assert (tmp_path / "mine").read_bytes() == held.bundle()


def test_a_file_that_is_no_bundle_is_not_overwritten(
    registry: Loopback, scene: Scene, tmp_path: Path
) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"three years of work")
    asked = ["bundle", "fetch", "thesis.docx", "--registry", registry.url, "--anchor", scene.world.anchor]
    assert main(asked) == USAGE
    assert (tmp_path / "thesis.docx").read_bytes() == b"three years of work"


def test_what_is_no_authentic_bundle_is_not_kept(loopback: Loopback, scene: Scene, tmp_path: Path) -> None:
    unsigned = {"log/0/checkpoint": scene.world.log.text().encode() + b"\n"}
    evidence = scene.world.evidence(scene.good)
    asked = ["bundle", "fetch", "mine", "--registry", loopback.url, "--anchor", scene.world.anchor]
    assert main(asked) == USAGE  # there is none
    for served in (b"", b"<html>", evidence, scene.world.bundle()[:-1], scene.world.bundle(bent=unsigned)):
        loopback.files["/bundle"] = served
        assert main(asked) == USAGE
    assert [path.name for path in tmp_path.iterdir()] == []


def test_without_an_anchor_no_bundle_is_taken(registry: Loopback, files: dict[str, str]) -> None:
    assert main(["bundle", "fetch", "mine", "--registry", registry.url]) == USAGE
    assert main(["bundle", "info", files["bundle"]]) == USAGE


@pytest.mark.parametrize("at", ["2999-01-01", "2999-01-01T00:00:00Z"])
def test_a_time_that_has_not_come_is_no_question(at: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--at", at, "--offline", "00"]) == USAGE
    assert "has not come" in capsys.readouterr().err


def test_output_nobody_reads_any_more_ends_the_command_without_a_verdict_s_code() -> None:
    command = f"{sys.executable} -m verifier.cli verify --offline 0000000000 0000000000 | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=Path(__file__).parents[2], capture_output=True, check=False
    )
    assert b"Errno 32" not in done.stderr
