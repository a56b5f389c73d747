"""`akashi check`, as a buyer runs it: exit codes, reports, evidence, and what it sends."""

import csv
import errno
import io
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import IO, Any

import pytest

from forge import ask
from forge.buyers import Buyer
from forge.laid import ENTITIES, Laid
from forge.loopback import serving
from forge.objects import first_document, issuer_entry
from forge.partners import PARTNER_HOST, Two, partner_world
from forge.trust_documents import START, key_entry, recognised
from forge.world import NOW, World
from registry.bundle import write_bundle
from schemas.evidence import Archive, write_archive
from schemas.times import DAY, HOUR
from verifier import Verdict
from verifier.cli import main
from verifier.suppliers import checking, run

VALID, INVALID, USAGE, UNDETERMINED = 0, 1, 2, 3
ROOT = Path(__file__).parents[3]
Check = Callable[..., int]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AKASHI_ANCHOR", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("AKASHI_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checking, "clock", partial(float, NOW))  # what another process can be given


@pytest.fixture
def check(buyer: Buyer, tmp_path: Path) -> Check:
    """Run the command on a table's text, with the register's file unless told otherwise."""

    def check(text: str | bytes, *arguments: str, bundle: str | None = str(buyer.register)) -> int:
        (tmp_path / "suppliers.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        at = [] if bundle is None else ["--bundle", bundle]
        return main(["check", "suppliers.csv", "--anchor", buyer.anchor, *at, *arguments])

    return check


@pytest.fixture
def table(buyer: Buyer) -> str:
    return f"会社名,法人番号\n㈱みほん電子,{buyer.holder('valid')}\nみほん子会社,{ENTITIES[0][0][5:]}\n"


@pytest.fixture
def plain(laid: Laid) -> str:
    path = laid.home / "plain.akashi"
    write_bundle(laid.settings, path, register=False)
    return str(path)


def report(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


# ---------------------------------------------------------------- exit codes


def test_all_valid_is_0_and_the_summary_says_so(
    check: Check, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(table) == VALID
    out, err = capsys.readouterr()
    assert out.startswith("○ Valid: 2\n")
    assert "id = B “法人番号” (by its header)" in err


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("{revoked}\n", INVALID),
        ("8010001000008\n", INVALID),  # no mark
        ("7.1E+12\n", UNDETERMINED),
        ("7.1E+12\n{revoked}\n", INVALID),
        ("{valid}\n7.1E+12\n", UNDETERMINED),
    ],
)
def test_the_worst_row_decides_the_exit_code(check: Check, buyer: Buyer, rows: str, code: int) -> None:
    assert (
        check("法人番号\n" + rows.format(revoked=buyer.holder("revoked"), valid=buyer.holder("valid")))
        == code
    )


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--columns", "firm=A"], "mark, url, id, name"),
        (["--columns", "id=Z"], "A 会社名, B 法人番号"),
        (["--out", "report.doc"], ".csv, .xlsx, .json, .html"),
        (["--out", "nowhere/report.csv"], "no folder"),
        (["--out", "suppliers.csv"], "the table itself"),
        (["--out", "a.csv", "--out", "a.csv"], "twice"),
        (["--evidence", "suppliers.csv"], "no folder"),
        (["--policy", "organisation.toml"], "column id"),
        (["--policy", "until.toml"], "there are A 会社名"),
        (["--at", "2999-01-01"], "has not come"),
        (["--max-age", "soon"], "24h"),
        (["--workers", "0"], "between 1 and 256"),
        (["--sheet", "x"], "one sheet"),
        (["--partner", "other=https://other.example"], "SCHEME=FILE"),
    ],
)
def test_what_is_asked_wrongly_is_2_and_answered_with_what_would_be_right(
    check: Check,
    table: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    hint: str,
) -> None:
    (tmp_path / "organisation.toml").write_text("version = 1\norganisation = '7000012050002'\n")
    (tmp_path / "until.toml").write_text("version = 1\nvalid_until_at_least = 'column:納期'\n")
    assert check(table, *arguments) == USAGE
    out, err = capsys.readouterr()
    assert (out, hint in err, err.count("\n")) == ("", True, 1)


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b'name,id\n"x'])
def test_what_is_no_table_of_suppliers_is_2(check: Check, data: bytes) -> None:
    assert check(data) == USAGE


def test_a_table_that_is_not_there_is_2(buyer: Buyer) -> None:
    assert main(["check", "none.csv", "--anchor", buyer.anchor, "--bundle", str(buyer.register)]) == USAGE


def test_without_an_anchor_nothing_is_judged(
    buyer: Buyer, table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "suppliers.csv").write_text(table)
    assert main(["check", "suppliers.csv", "--bundle", str(buyer.register)]) == USAGE
    assert "akashi trust add" in capsys.readouterr().err


# ---------------------------------------------------------------- policy, time, register


def test_the_policy_holds_for_every_row_and_a_column_may_hold_its_day(
    check: Check, buyer: Buyer, tmp_path: Path
) -> None:
    (tmp_path / "policy.toml").write_text(
        "version = 1\nmin_level = 3\nvalid_until_at_least = 'column:検収日'\n"
    )
    company = buyer.holder("valid")
    text = f"法人番号,検収日\n{company},2027/3/1\n{company},2030/3/1\n{company},\n{company},来月\n"
    assert check(text, "--policy", "policy.toml", "--out", "o.csv") == INVALID
    said = [
        (row["akashi_verdict"], row["akashi_reasons"].split(" ")[0].strip(";"))
        for row in report(tmp_path / "o.csv")
    ]
    assert said == [
        ("valid", ""),
        ("invalid", "policy-until"),
        ("undetermined", "day-missing"),
        ("undetermined", "day-unreadable"),
    ]


def test_a_row_that_names_the_same_supplier_again_is_named_and_judged(
    check: Check, buyer: Buyer, tmp_path: Path
) -> None:
    company = buyer.holder("valid")
    assert (
        check(f"法人番号\n{company}\n{buyer.holder('reinstated')}\nT{company}\n", "--out", "o.json") == VALID
    )
    rows = json.loads((tmp_path / "o.json").read_text())["rows"]
    assert [[note["detail"] for note in row["notes"] if note["reason"] == "duplicate-row"] for row in rows] == [
        [], [], ["row 2 names the same"],
    ]  # fmt: skip


def test_every_row_is_judged_as_of_the_day_asked_for(check: Check, buyer: Buyer, tmp_path: Path) -> None:
    text = f"法人番号\n{buyer.holder('revoked')}\n{buyer.holder('suspended')}\n"
    assert check(text) == INVALID
    assert check(text, "--at", "2026-10-26", "--out", "o.csv") == VALID
    assert [row["akashi_state"] for row in report(tmp_path / "o.csv")] == ["valid", "valid"]


def test_a_plain_bundle_judges_marks_with_their_digits_and_says_that_it_cannot_do_more(
    check: Check, buyer: Buyer, plain: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(f"リンク\n{buyer.marks['valid'].link()}\n", bundle=plain) == VALID
    assert check(f"法人番号\n{buyer.holder('valid')}\n", bundle=plain) == UNDETERMINED
    assert "only marks with their whole code could be judged" in capsys.readouterr().out


@pytest.mark.parametrize("later", [2 * DAY, 15 * DAY, 10 * 365 * DAY, -3 * 365 * DAY])
def test_an_old_register_or_a_wrong_clock_never_says_that_there_is_no_mark(
    check: Check, buyer: Buyer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later: int
) -> None:
    monkeypatch.setattr(checking, "clock", lambda: float(NOW + later))
    text = f"法人番号\n{buyer.holder('valid')}\n8010001000008\n"
    assert check(text, "--max-age", "24h", "--out", "o.csv") != VALID
    verdicts = [row["akashi_verdict"] for row in report(tmp_path / "o.csv")]
    assert verdicts[1] == "undetermined"
    assert "valid" not in verdicts


def test_an_old_register_still_says_what_was_so_on_an_earlier_day(
    check: Check, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(checking, "clock", lambda: float(NOW + 60 * DAY))
    assert check("法人番号\n8010001000008\n", "--at", "2026-10-26", "--out", "o.csv") == INVALID
    assert [row["akashi_verdict"] for row in report(tmp_path / "o.csv")] == ["no-mark"]
    assert check("法人番号\n8010001000008\n") == UNDETERMINED


def test_a_register_with_an_entry_taken_out_is_no_ground_for_saying_that_there_is_no_mark(
    check: Check, laid: Laid, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = Archive.open(laid.world.register()).names("log/0/tile/entries/")
    damaged = laid.world.register(bent=dict.fromkeys(names))
    (tmp_path / "damaged.akashi").write_bytes(damaged)
    assert check("法人番号\n8010001000008\n", bundle="damaged.akashi") == USAGE
    assert "fetch it anew" in capsys.readouterr().err


def test_another_registers_file_is_refused(
    buyer: Buyer, table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "suppliers.csv").write_text(table)
    asked = ["check", "suppliers.csv", "--bundle", str(buyer.register), "--anchor", "ab" * 32]
    assert main(asked) == USAGE
    assert capsys.readouterr().out == ""


# ---------------------------------------------------------------- reports


def test_all_reports_are_written_at_once(check: Check, table: str, tmp_path: Path) -> None:
    outs = [part for kind in ("csv", "xlsx", "json", "html") for part in ("--out", f"o.{kind}")]
    assert check(table, *outs, "--lang", "ja") == VALID
    assert len(report(tmp_path / "o.csv")) == 2
    assert json.loads((tmp_path / "o.json").read_text())["counts"]["valid"] == 2
    assert '<html lang="ja">' in (tmp_path / "o.html").read_text()
    again = main(["check", "o.xlsx", "--anchor", "ab" * 32, "--bundle", "none"])
    assert again == USAGE  # the workbook could be read; the bundle is not there


def test_json_on_standard_output_is_the_report(
    check: Check, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(table, "--json") == VALID
    assert [row["verdict"] for row in json.loads(capsys.readouterr().out)["rows"]] == ["valid", "valid"]


def test_a_full_disk_leaves_the_old_report_and_nothing_half_written(
    check: Check,
    table: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "o.csv").write_text("old")

    def full(out: IO[bytes], _checked: object, _lang: str) -> None:
        out.write(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setitem(checking._WRITERS, ".csv", full)
    assert check(table, "--out", "o.csv") == USAGE
    assert "No space left" in capsys.readouterr().err
    assert (tmp_path / "o.csv").read_text() == "old"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_workbook_without_the_extra_is_2_before_any_work(
    check: Check, table: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert check(table, "--out", "o.xlsx") == USAGE
    assert "akashi-marks[xlsx]" in capsys.readouterr().err


@pytest.mark.parametrize("forked", [True, False])
def test_processes_make_no_difference(
    check: Check, buyer: Buyer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, forked: bool
) -> None:
    monkeypatch.setattr(run, "can_fork", lambda: forked)
    text = "法人番号\n" + f"{buyer.holder('valid')}\n{buyer.holder('revoked')}\n7.1E+12\n" * 300
    assert check(text, "--out", "one.csv", "--workers", "1") == INVALID
    assert check(text, "--out", "two.csv", "--workers", "2") == INVALID
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


# ---------------------------------------------------------------- evidence


def test_evidence_of_each_mark_convinces_an_auditor_years_later(
    check: Check, buyer: Buyer, tmp_path: Path
) -> None:
    names = ("valid", "suspended", "reinstated", "group")
    text = "マーク番号\n" + "".join(f"{buyer.marks[name].number}\n" for name in names)
    assert check(text, "--evidence", "filed", "--out", "o.json") == INVALID
    rows = json.loads((tmp_path / "o.json").read_text())["rows"]
    for name, row in zip(names, rows, strict=True):
        data = (tmp_path / "filed" / row["evidence"]).read_bytes()
        mark = buyer.marks[name]
        for at in (NOW, NOW - HOUR // 2):
            then = ask(data, mark.raw, anchor=buyer.anchor, now=NOW + 5 * 365 * DAY, at=at)
            assert then.verdict.value == row["verdict"], (name, then.findings)
    reinstated = (tmp_path / "filed" / rows[2]["evidence"]).read_bytes()
    then = ask(reinstated, buyer.marks["reinstated"].raw, anchor=buyer.anchor, now=NOW, at=NOW - 5 * DAY // 2)
    assert then.verdict is Verdict.INVALID  # it was suspended that day: its events are in the file


def test_a_register_without_the_list_of_a_groups_members_cannot_say_who_has_no_mark(
    check: Check, buyer: Buyer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Archive.open(buyer.register)) as whole:
        members = [(name, whole.get(name)) for name in whole.names() if not name.startswith("entities/")]
    with (tmp_path / "less").open("wb") as out:
        write_archive(out, members)
    member = ENTITIES[0][0].partition(":")[2]
    assert check(f"法人番号\n{member}\n") == VALID
    assert check(f"法人番号\n{member}\n{buyer.holder('valid')}\n", "--json", bundle="less") == UNDETERMINED
    rows = json.loads(capsys.readouterr().out.partition("{")[2].join(["{", ""]))["rows"]
    assert [row["verdict"] for row in rows] == ["undetermined", "valid"]
    assert buyer.marks["group"].number in rows[0]["reasons"][0]["detail"]


def test_no_evidence_is_made_where_nothing_was_found(
    check: Check, buyer: Buyer, plain: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check("法人番号\n8010001000008\n", "--evidence", "filed")
    assert list((tmp_path / "filed").iterdir()) == []
    check(f"リンク\n{buyer.marks['valid'].link()}\n", "--evidence", "filed", bundle=plain)
    assert "a register is needed" in capsys.readouterr().err
    assert list((tmp_path / "filed").iterdir()) == []


# ---------------------------------------------------------------- the network


def test_the_register_is_fetched_whole_and_nobody_learns_whom_was_asked(
    check: Check, buyer: Buyer, table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving() as registry:
        registry.files["/bundle/register"] = buyer.register.read_bytes()
        assert check(table, "--registry", registry.url, bundle=None) == VALID
        assert registry.asked[-1] == "/bundle/register"
        assert all(path.startswith("/bundle/") for path in registry.asked)
        registry.files["/bundle/register"] = b"rubbish"
        assert check(table, "--registry", registry.url, bundle=None) == USAGE
    assert check(table, "--offline", bundle=None) == VALID  # the one that was kept
    capsys.readouterr()
    (kept,) = (tmp_path / "state").rglob("register.akashi")
    kept.unlink()
    assert check(table, "--offline", bundle=None) == USAGE
    assert "--bundle" in capsys.readouterr().err


def test_a_check_from_a_file_asks_for_no_connection(
    check: Check, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a connection was asked for")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    assert check(table, "--workers", "1") == VALID


def test_suppliers_are_checked_where_there_is_no_network_at_all(
    buyer: Buyer, table: str, tmp_path: Path
) -> None:
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], check=False).returncode:
        pytest.skip("needs unshare(1) and the right to use it")
    (tmp_path / "suppliers.csv").write_text(table)
    command = [unshare, "-rn", sys.executable, "-m", "verifier.cli", "check", str(tmp_path / "suppliers.csv")]
    asked = ["--bundle", str(buyer.register), "--anchor", buyer.anchor, "--json", "--offline"]
    ran = subprocess.run([*command, *asked], cwd=ROOT, capture_output=True, check=False)
    rows = json.loads(ran.stdout)["rows"]
    assert [row["mark"]["number"] for row in rows]  # whatever day it is: signatures were judged


# ---------------------------------------------------------------- partners


def test_a_partners_mark_is_judged_from_the_partners_bundle_and_shown_as_theirs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = [issuer_entry("issuer-4"), key_entry("status", "status")]
    scheme = {"id": "sg-demo", "names": {"en": "Singapore demonstration"}, "offset": 28800}
    theirs = World(first_document() | {"scheme": scheme, "keys": keys})
    mark = theirs.issue(signer="issuer-4", at=NOW - HOUR)
    theirs.publish(NOW)
    entry = recognised("sg-demo", anchor=theirs.anchor, hosts=["partner.example"], **{"from": START})
    ours = World(
        first_document()
        | {"keys": [issuer_entry("issuer-3"), key_entry("status", "status")], "recognised": [entry]}
    )
    ours.issue(at=NOW - HOUR)
    ours.publish(NOW)
    (tmp_path / "ours").write_bytes(ours.register())
    (tmp_path / "theirs").write_bytes(theirs.bundle())
    (tmp_path / "s.csv").write_text(f"url\n{mark.link()}\n")
    asked = ["check", "s.csv", "--bundle", "ours", "--anchor", ours.anchor, "--json", "--evidence", "filed"]
    assert main(asked) == UNDETERMINED
    unasked = json.loads(capsys.readouterr().out)["rows"][0]["reasons"]
    assert [one["reason"] for one in unasked] == ["partners-mark"]
    assert entry["url"] in unasked[0]["detail"]
    assert main([*asked, "--partner", "sg-demo=theirs"]) == VALID
    out, err = capsys.readouterr()
    [row] = json.loads(out[out.rindex('{\n "format"') :])["rows"]
    assert (row["mark"]["recognised_by"], row["evidence"]) == ("demo", None)
    assert row["recognised_by"] == "demo"
    assert "whose register is another file" in err


def rows_of(two: Two, tmp_path: Path, table: str, *more: str) -> list[dict[str, Any]]:
    (tmp_path / "ours").write_bytes(two.ours.register())
    (tmp_path / "theirs").write_bytes(two.theirs.register())
    (tmp_path / "s.csv").write_text(table)
    words = ["check", "s.csv", "--bundle", "ours", "--anchor", two.ours.anchor, "--out", "out.json"]
    main([*words, "--partner", "sg-demo=theirs", *more])
    found: list[dict[str, Any]] = json.loads((tmp_path / "out.json").read_text())["rows"]
    return found


def test_a_lying_partners_row_says_whose_word_it_is_and_its_honest_twin_is_valid(tmp_path: Path) -> None:
    for theirs, verdict, reasons in (
        (partner_world(), "valid", []),
        (partner_world(scheme=first_document()["scheme"]), "invalid", ["scheme-mismatch"]),
    ):
        two = Two(theirs=theirs)
        [row] = rows_of(two, tmp_path, f"url\nhttps://{PARTNER_HOST}/m/{two.mark.number}\n")
        assert (row["verdict"], [one["reason"] for one in row["reasons"]]) == (verdict, reasons)
        assert row["recognised_by"] == "demo"
        assert row["mark"] is None or row["mark"]["scheme"] == "sg-demo"
        (tmp_path / "out.json").unlink()


def test_a_rows_level_is_one_of_ours_and_a_partners_is_no_number_to_compare(tmp_path: Path) -> None:
    two = Two()
    link = f"https://{PARTNER_HOST}/m/{two.mark.number}"
    own, theirs, asked = rows_of(two, tmp_path, f"url,level\n{two.own.link()},3\n{link},\n{link},3\n")
    assert [one["verdict"] for one in (own, theirs, asked)] == ["valid", "valid", "invalid"]
    assert [one["reason"] for one in asked["reasons"]] == ["policy-level"]
    assert own["recognised_by"] is None
    main(
        [
            "check",
            "s.csv",
            "--bundle",
            "ours",
            "--anchor",
            two.ours.anchor,
            "--partner",
            "sg-demo=theirs",
            "--out",
            "out.csv",
        ]
    )
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["akashi_level"] for row in csv.DictReader(file)] == ["3", "sg-demo 4", "sg-demo 4"]
