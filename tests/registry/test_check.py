"""Many suppliers at once, on the page and for programs: every row judged, nothing taken silently, nothing kept."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug import formparser

from forge.asked_tables import ask, carried, check, counts, digits, post, sent, table_of
from forge.laid import ENTITIES, Laid, json_of
from forge.objects import first_document, issuer_entry
from forge.trust_documents import key_entry, recognised
from forge.world import NOW, World
from registry import supplier_check
from registry.supplier_check import MAX_BYTES, MAX_ROWS
from registry.turns import BusyError, Turns
from schemas.times import HOUR


@pytest.fixture(scope="module")
def client(whole: Laid) -> FlaskClient:
    return whole.client()


def test_the_page_says_its_bounds_and_who_learns_what_before_anything_is_sent(client: FlaskClient) -> None:
    page = client.get("/check?lang=en").text
    assert f"At most {MAX_ROWS:,} rows and {MAX_BYTES >> 20} MB" in page
    assert "the register learns whom you ask about" in page
    assert "akashi check" in page
    assert "no breach" in page


def test_the_columns_are_shown_before_anything_is_judged(whole: Laid, client: FlaskClient) -> None:
    read = post(client, {"rows": table_of(whole)})
    fields = carried(read)
    assert {name: fields[name] for name in fields if name.startswith("column-")} == {
        "column-0": ["ref"], "column-1": ["name"], "column-2": ["id"], "column-3": [""],
    }  # fmt: skip
    assert fields["header"] == ["1"]
    assert "by its heading" in read.text
    assert counts(read) == {}
    assert "5 suppliers are in the table" in read.text


def test_every_row_comes_to_its_verdict_and_the_counts_stand_on_top(whole: Laid, client: FlaskClient) -> None:
    answer = check(client, table_of(whole))
    assert counts(answer) == {"invalid": 1, "undetermined": 1, "no-mark": 2, "valid": 1}
    text = answer.text
    assert text.index('class="counts"') < text.index("<bdi>A2</bdi> · <bdi>べつの会社</bdi>")
    for name in ("valid", "revoked"):
        assert f'href="/m/{whole.marks[name].number}?lang=en"' in text
    assert "The name is the one in your table." in text
    assert "The name is not the one in your table." in text
    assert "Revoked" in text
    assert "Number destroyed by a spreadsheet" in text
    assert "having none is no breach" in text


def test_a_name_alone_is_offered_and_never_taken(whole: Laid, client: FlaskClient) -> None:
    answer = check(client, "取引先名\n株式会社みほん電子\n")
    assert counts(answer)["no-mark"] == 1
    assert "Perhaps one of these; none was taken" in answer.text
    assert "Holder of the mark" not in answer.text
    assert (
        f'href="/o/{whole.marks["valid"].claims.holder}?lang=en"' in answer.text or "/o/0188:" in answer.text
    )


def test_the_columns_can_be_said_otherwise(whole: Laid, client: FlaskClient) -> None:
    rows = f"eins,zwei\n{digits(whole, 'valid')},{whole.marks['revoked'].number}\n"
    fields = carried(post(client, {"rows": rows}))
    assert (fields["column-0"], fields["column-1"]) == (["id"], ["mark"])
    both = post(client, {**fields, "step": "check"})
    assert counts(both)["invalid"] == 1
    only = post(client, {**fields, "column-1": "", "step": "check"})
    assert counts(only)["valid"] == 1
    again = post(client, {**carried(only), "step": "columns"})
    assert carried(again)["column-1"] == [""]
    assert "as you said" not in again.text  # the other column is read as it was guessed


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"column-0": "", "column-1": "", "column-2": ""}, "No column says who the suppliers are"),
        ({"column-3": "id"}, "Columns C and D are taken for the same"),
        ({"header": "6"}, "There is no supplier in it"),
        ({"until": "31/3/27"}, "The day cannot be read"),
        ({"header": "999"}, "could not be read"),
        ({"column-0": "colour"}, "could not be read"),
        ({"table": '[["a"],[1]]'}, "could not be read"),
        ({"table": '[["\\ud800"]]'}, "could not be read"),
        ({"table": "[" * 100_000}, "could not be read"),
        ({"unit": "planet"}, "could not be read"),
        ({"format": "exe"}, "could not be read"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_judged(
    whole: Laid, client: FlaskClient, changes: dict[str, str], says: str
) -> None:
    fields = carried(post(client, {"rows": table_of(whole)}))
    answer = post(client, {**fields, "step": "check", **changes})
    assert answer.status_code == 400
    assert says in answer.text
    assert counts(answer) == {}
    assert "<form" in answer.text


def test_what_is_asked_of_every_mark_decides_and_is_said(whole: Laid, client: FlaskClient) -> None:
    rows = f"法人番号\n{digits(whole, 'valid')}\n"
    for wishes, reason in (
        ({"level": "4"}, "at least level 4"),
        ({"until": "2030-03-31"}, "valid until 31 March 2030"),
        ({"scope": "大阪工場"}, "covers “大阪工場”"),
        ({"unit": "group"}, "Group of listed organisations"),
    ):
        answer = check(client, rows, **wishes)
        assert counts(answer)["invalid"] == 1, wishes
        assert reason in unescape(answer.text)
    assert counts(check(client, rows, level="3", until="2026-12-31", unit="legal-entity"))["valid"] == 1


def test_a_mark_on_the_wrong_companys_paper_is_caught(whole: Laid, client: FlaskClient) -> None:
    rows = f"法人番号,マーク番号\n{digits(whole, 'revoked')},{whole.marks['valid'].number}\n"
    answer = check(client, rows)
    assert counts(answer)["invalid"] == 1
    assert "Held by another organisation" in answer.text


def test_a_groups_member_is_found_by_its_own_number(client: FlaskClient) -> None:
    answer = check(client, f"法人番号\n{ENTITIES[0][0]}\n")
    assert counts(answer)["valid"] == 1
    assert "a member of the group" in answer.text


def test_what_a_table_says_is_shown_as_text(whole: Laid, client: FlaskClient) -> None:
    answer = check(client, f"会社名,法人番号\n<script>alert(1)</script>,{digits(whole, 'valid')}\n")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text


def files_of(home: Path) -> dict[str, bytes]:
    """Every file with something in it; the index SQLite shares between readers says only who is reading."""
    paths = (path for path in home.rglob("*") if path.is_file() and not path.name.endswith("-shm"))
    return {str(path): data for path in paths if (data := path.read_bytes())}


def test_nothing_of_a_table_is_kept(
    full: Laid,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def on_disk(*_: object, **__: object) -> None:
        raise AssertionError("something was to be laid down on a disk")

    client = full.client()
    client.get("/check")
    before = files_of(full.home)
    caplog.set_level(0)
    monkeypatch.setattr(formparser, "SpooledTemporaryFile", on_disk)
    name = "秘密の取引先株式会社"
    remarks = ",".join(["x" * 60_000] * 12)  # more than is usually held in memory
    long = f"会社名,備考\n{name},{remarks}\n"
    answer = sent(client, long.encode(), step="check")
    assert counts(answer)["no-mark"] == 1
    assert client.post("/api/v1/check", json={"rows": [{"name": name}]}).status_code == 200
    monkeypatch.setattr(supplier_check, "judge_supplier", lambda *_, **__: 1 / 0)
    assert client.post("/api/v1/check", json={"rows": [{"name": name}]}).status_code == 500
    assert files_of(full.home) == before
    said = caplog.text + "".join(capfd.readouterr())
    assert name not in said
    assert "broke" in said  # the operator learns that something broke, and not about whom


def test_who_comes_while_two_tables_are_checked_is_told_to_come_again(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supplier_check, "_turns", Turns(0, waiting=0, patience=0))
    page = post(client, {"rows": "id\n7000012050002", "step": "check"})
    program = client.post("/api/v1/check", json={"rows": [{"id": "7000012050002"}]})
    for answer in (page, program):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "Others are checking tables" in page.text


def test_whoever_comes_behind_those_who_may_wait_is_told_at_once_and_holds_no_thread() -> None:
    turns = Turns(1, waiting=0, patience=3600)
    with turns.turn(), pytest.raises(BusyError), turns.turn():
        pass
    with turns.turn():
        pass  # nobody is left inside


def test_holders_of_very_many_marks_do_not_hold_up_everybody(
    whole: Laid, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supplier_check, "MAX_VERDICTS", 2)
    rows = f"id\n{digits(whole, 'expired')}\n"
    assert "very many marks" in post(client, {"rows": rows, "step": "check"}).text
    assert json_of(ask(client, {"id": digits(whole, "expired")}))["reason"] == "too-large"


def test_what_the_rows_themselves_ask_is_said(client: FlaskClient) -> None:
    table = "会社名,法人番号,必要レベル\nみほん,7700001205000,3\n"
    answer = post(client, carried(post(client, {"rows": table})) | {"step": "check"})
    assert "what stands in the row: C 必要レベル" in answer.text


def test_a_reader_of_japanese_is_told_in_japanese_what_a_row_says_wrong_and_what_was_asked(
    whole: Laid, client: FlaskClient
) -> None:
    valid, future = whole.marks["valid"], whole.marks["future"]
    company, wrong = digits(whole, "valid"), str(valid.number)[:-1] + "X"
    lines = [
        ("名称,法人番号,マーク番号,リンク,段階,範囲,納期", ""),
        (f"みほん,{company},,,5,,", "求める段階: 5 以上"),
        (f"みほん,{company},,,,第二工場,", "求める範囲: 「第二工場」"),
        (f"みほん,{company},,,,,2040-01-01", "求める期限: 2040-01-01 まで有効"),
        (f",,{future.number},,,,", "最初の日: 2026-11-02"),
        (",7.1E+12,,,,,", "記載内容: 7.1E+12"),
        (",700001205000,,,,,", "記載内容: 700001205000（0188:7700001205000 のことでしょうか）"),
        (",7000012050003,,,,,", "記載内容: 7000012050003（0088:7000012050003 のことでしょうか）"),
        (",12345678,,,,,", "記載内容: 12345678（0060:012345678 のことでしょうか）"),
        (",,,htp:/nowhere/m/1,,,", "記載内容: htp:/nowhere/m/1"),
        (",,,http://localhost/m/" + str(valid.number) + ",,,", ""),
        (f",,{wrong},,,,", f"記載内容: {wrong}（"),
        (f",,{valid.number} / {future.number},,,,", f"記載内容: {valid.number} / {future.number}"),
        (f"みほん,{company},,,高い,,", "記載内容: 高い"),
        (f"みほん,{company},,,,,45000", "記載内容: 45000（2023-03-15 のことでしょうか）"),
        (f"みほん,{company},,,,,3/4/2027", "記載内容: 3/4/2027"),
        (f"みほん,{company},,,,,", "2行目と同じ取引先です"),
        (",,,,,,2027-01-01", ""),
    ]
    answer = check(client, "\n".join(line for line, _ in lines), lang="ja")
    shown = unescape(answer.text)
    assert [told for _, told in lines if told not in shown] == []
    assert '<p class="small soft" lang="en">' not in answer.text  # what is left for technicians
    page = unescape(post(client, {**carried(answer), "format": "html"}, lang="ja").text)
    assert [told for _, told in lines if told not in page] == []
    assert 'class="soft" lang="en"' not in page


def test_other_headings_mean_other_columns(client: FlaskClient) -> None:
    table = "会社名,法人番号\nFirma,Nummer\nみほん,7700001205000\n"
    first = post(client, {"rows": table})
    fields = carried(first) | {"header": "2", "step": "check"}
    assert fields["header-was"] != ["2"]
    again = post(client, fields)
    assert "We read the columns like this" in again.text
    assert carried(again)["header-was"] == ["2"]
    assert re.search(r'<option value="id" selected>', again.text)


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", ["Could not be determined", "A partner scheme's mark", "https://partner.example"]),
        ("ja", ["判定できません", "承認している別の制度のマーク", "https://partner.example"]),
    ],
)
def test_a_partners_mark_is_sent_to_the_partners_register_and_nothing_is_held_against_it(
    lay: Callable[[World], Laid], lang: str, says: list[str]
) -> None:
    keys = [issuer_entry("issuer-4"), key_entry("status", "status")]
    scheme = {"id": "sg-demo", "names": {"en": "Singapore demonstration"}, "offset": 28800}
    theirs = World(first_document() | {"scheme": scheme, "keys": keys})
    mark = theirs.issue(signer="issuer-4", at=NOW - HOUR)
    theirs.publish(NOW)
    ours = World(first_document(recognised=[recognised("sg-demo", anchor=theirs.anchor)]))
    ours.publish(NOW)
    own = ours.issue(at=NOW - HOUR)
    ours.publish(NOW)
    assert own.number == mark.number
    client = lay(ours).client()
    for link in (mark.link(), f"https://partner.example/m/{mark.number}"):
        text = check(client, f"url\n{link}\n", lang=lang).text
        for one in says:
            assert one in unescape(text)
        assert "akashi trust add" not in text
        assert own.claims.name not in text
