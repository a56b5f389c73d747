"""Many suppliers at once, on the page and for programs: every row judged, nothing taken silently, nothing kept."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from werkzeug import formparser
from werkzeug.test import TestResponse

from forge.laid import ENTITIES, Laid, holder, json_of
from forge.objects import first_document, issuer_entry
from forge.trust_documents import key_entry, recognised
from forge.world import NOW, World
from registry import evidence, supplier_check, workbook_reader
from registry.supplier_check import MAX_BYTES, MAX_ROWS
from registry.turns import BusyError, Turns
from schemas.claims import EventKind, EventReason
from schemas.qr import to_url
from schemas.times import DAY, HOUR
from verifier.suppliers.xlsx import openpyxl

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(whole: Laid) -> FlaskClient:
    return whole.client()


def digits(laid: Laid, name: str) -> str:
    return laid.marks[name].claims.holder.value


def post(client: FlaskClient, fields: dict[str, Any], *, lang: str = "en") -> TestResponse:
    return client.post(f"/check?lang={lang}", data=fields, content_type="multipart/form-data", headers=HTML)


def carried(answer: TestResponse) -> dict[str, list[str]]:
    """Everything a form of an answer would send again, buttons left out."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text):
        fields.setdefault(name, []).append(unescape(value))
    for name, options in re.findall(
        r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', answer.text, re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        fields[name] = [unescape(chosen[1]) if chosen else ""]
    return fields


def check(client: FlaskClient, rows: str, *, lang: str = "en", **wishes: Any) -> TestResponse:
    """Go both steps as a person does, taking the columns as they were read."""
    read = post(client, {"rows": rows, **wishes}, lang=lang)
    assert read.status_code == 200, read.text
    return post(client, {**carried(read), **wishes, "step": "check"}, lang=lang)


def table_of(laid: Laid) -> str:
    return (
        "取引先コード,取引先名,法人番号,備考\n"
        f"A1,㈱みほん電子,{digits(laid, 'valid')},部品\n"
        f"A2,べつの会社,{digits(laid, 'revoked')},\n"
        "A3,株式会社みほん電子,,\n"
        "A4,山田製麺所,,\n"
        "A5,,7.1E+12,\n"
    )


def counts(answer: TestResponse) -> dict[str, int]:
    found = re.findall(
        r'<span class="state ([a-z-]+)">(?:(?!</span>).)*</span> <b>(\d+)</b>', answer.text, re.DOTALL
    )
    return {kind: int(number) for kind, number in found}


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
    assert text.index('class="counts"') < text.index("A2 · べつの会社")
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


def workbook(rows: list[list[object]]) -> bytes:
    book, out = openpyxl().Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def sent(client: FlaskClient, data: bytes, **fields: str) -> TestResponse:
    """Send a file; put together by hand, since the test client would lay a large one down on the disk."""
    parts = [
        b'--cut\r\nContent-Disposition: form-data; name="file"; filename="suppliers.xlsx"\r\n\r\n' + data
    ]
    for name, value in fields.items():
        head = f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        parts.append(f"{head}{value}".encode())
    return client.post(
        "/check?lang=en",
        data=b"\r\n".join([*parts, b"--cut--\r\n"]),
        content_type="multipart/form-data; boundary=cut",
        headers=HTML,
    )


def test_a_workbook_is_read_like_pasted_rows(whole: Laid, client: FlaskClient) -> None:
    data = workbook([["会社名", "法人番号"], ["㈱みほん電子", int(digits(whole, "valid"))]])
    read = sent(client, data)
    assert "Sheet read: Sheet" in read.text
    assert counts(post(client, {**carried(read), "step": "check"}))["valid"] == 1


def test_another_sheet_of_a_workbook_is_read_where_the_guess_was_not_meant(
    whole: Laid, client: FlaskClient
) -> None:
    book, out = openpyxl().Workbook(), io.BytesIO()
    for name, holder_of in (("今年", "valid"), ("昨年", "revoked")):
        page = book.create_sheet(name)
        page.append(["法人番号"])
        page.append([digits(whole, holder_of)])
    book.save(out)
    read = sent(client, out.getvalue())
    assert "Sheet read: 今年" in read.text
    assert '<option value="昨年">昨年</option>' in read.text
    again = post(client, {**carried(read), "step": "columns"}, lang="ja")  # as another language asks
    assert '<option value="昨年">昨年</option>' in again.text
    other = sent(client, out.getvalue(), sheet="昨年", level="4")
    result = post(client, {**carried(other), "step": "check"})
    assert counts(result)["invalid"] == 1
    assert "<dt>Sheet read</dt><dd>昨年</dd>" in result.text
    kept = json_of(post(client, {**carried(result), "format": "json"}))
    assert (kept["sheet"], kept["policy"]["min_level"]) == ("昨年", 4)
    changed = post(client, {**carried(result), "step": "columns"})
    assert '<option value="昨年">' not in changed.text
    assert '<option value="今年">今年</option>' in changed.text
    missing = sent(client, out.getvalue(), sheet="来年", scope="本社")
    assert 'value="本社"' in missing.text
    assert missing.status_code == 400
    assert "no sheet of that name" in missing.text
    assert "今年" in missing.text


def test_a_sheet_is_found_by_its_name_to_the_last_blank(whole: Laid, client: FlaskClient) -> None:
    book, out = openpyxl().Workbook(), io.BytesIO()
    book.active.append(["法人番号"])
    for name in (" A  B\u3000",):
        page = book.create_sheet(name)
        page.append([digits(whole, "valid")])
    book.save(out)
    assert '<option value=" A  B\u3000">' in sent(client, out.getvalue()).text
    read = sent(client, out.getvalue(), sheet=" A  B\u3000")
    assert carried(read)["sheet-was"] == [" A  B\u3000"]


def test_very_long_and_very_many_names_of_sheets_do_not_swell_the_answer(client: FlaskClient) -> None:
    book, out, long = openpyxl().Workbook(), io.BytesIO(), io.BytesIO()
    book.active.append(["id"])
    book.active.append(["1"])
    for number in range(300):
        book.create_sheet(f"sheet {number}")
    book.save(out)
    with zipfile.ZipFile(out) as given, zipfile.ZipFile(long, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            data = given.read(name)
            if name == "xl/workbook.xml":
                data = data.replace(b'"sheet 7"', b'"%s"' % (b"'" * 5_000_000))
            made.writestr(name, data)
    read = sent(client, long.getvalue())
    assert (read.status_code, len(carried(read)["other-sheet"])) == (200, 100)
    assert len(read.data) < 40_000
    refused = sent(client, long.getvalue(), sheet="x" * 100_000)
    assert (refused.status_code, len(refused.data) < 20_000) == (400, True)


def test_files_as_spreadsheets_write_them_are_read(whole: Laid, client: FlaskClient) -> None:
    text = f"会社名\t法人番号\r\n㈱みほん電子\t{digits(whole, 'valid')}\r\n"
    for encoding in ("cp932", "utf-8-sig", "utf-16"):
        answer = sent(client, text.encode(encoding), format="json")
        assert json_of(answer)["counts"]["valid"] == 1, encoding


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def bent(sheet: bytes) -> bytes:
    """A workbook whose one sheet says something else."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["id"]]))) as given,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in given.namelist():
            made.writestr(name, sheet if name.endswith("sheet1.xml") else given.read(name))
    return out.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
ENTITY = (
    b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    + SHEET % b'<row><c t="str"><v>&a;</v></c></row>'
)


@pytest.mark.parametrize(
    ("data", "status", "says"),
    [
        (b"", 400, "There is no supplier in it"),
        (b"\n\n , \n", 400, "There is no supplier in it"),
        (b"%PDF-1.7", 400, "letters of this file"),
        (b'"a,b\n1', 400, "quotation mark"),
        (b"\x81\x00\xff\xfe" * 9, 400, "letters of this file"),
        (b"a," * (MAX_BYTES // 2 + 2), 413, "larger than 2 MB"),
        (b"," .join([b"id"] * 101), 413, "more than 100 columns"),
        (b"id\n" + b"7000012050002\n" * (MAX_ROWS + 1), 413, "has 1,001 suppliers; at most 1,000"),
        (b"\xd0\xcf\x11\xe0rubbish", 400, "workbook cannot be read"),
        (b"PK\x03\x04rubbish", 400, "workbook cannot be read"),
        (zipped(**{"a.xml": bytes(60 << 20)}), 413, "larger than 2 MB"),
        (bent(ENTITY), 400, "workbook cannot be read"),
        (bent(SHEET % (b"<row/>" * 21_000)), 413, "20,000 blank rows"),
    ],
    ids=["empty", "blank", "pdf", "open-quote", "no-text", "bytes", "columns", "rows", "xls", "cut", "bomb", "entity", "rows-of-nothing"],
)  # fmt: skip
def test_what_is_no_table_or_too_large_is_named_and_refused(
    client: FlaskClient, data: bytes, status: int, says: str
) -> None:
    answer = sent(client, data)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text[:3000]
    assert 'type="file"' in answer.text


def test_a_long_table_that_is_also_wrong_is_refused_like_any_other(client: FlaskClient) -> None:
    table = json.dumps([["id"], *[["1"]] * (MAX_ROWS + 1)])
    for wrong in ({"until": "x"}, {"header": "x"}, {"column-0": "x", "header": "1"}):
        assert post(client, {"table": table, "step": "check", **wrong}).status_code in (400, 413)


def test_one_text_in_very_many_cells_does_not_fill_the_memory(client: FlaskClient) -> None:
    cell = b'<c t="str"><v>%s</v></c>' % (b"x" * 32_000)
    answer = sent(client, bent(SHEET % (b"<row>%s</row>" % (cell * 20) * 10)))
    assert answer.status_code == 413


def test_a_reader_that_is_lost_is_a_workbook_that_is_too_large(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.workbook_reader._PATIENCE", 0.01)
    assert sent(client, workbook([["id"], ["1"]])).status_code == 413


def test_rows_and_a_file_at_once_are_not_guessed_about(client: FlaskClient) -> None:
    answer = sent(client, b"id\n1", rows="id\n2")
    assert answer.status_code == 400
    assert "There are pasted rows and a file" in answer.text


DANGEROUS = "=HYPERLINK(0),+1+1,-x,@SUM(1)"


def test_files_of_the_result_hold_the_table_and_no_formula(whole: Laid, client: FlaskClient) -> None:
    cell = "\"=cmd|'/c calc'!A1\""
    shown = check(client, f"会社名,法人番号,{DANGEROUS}\n{cell},{digits(whole, 'valid')},=1,+2,-x,@y\n")
    fields = carried(shown)

    def file(kind: str) -> TestResponse:
        answer = post(client, {**fields, "format": kind})
        assert answer.status_code == 200
        assert (
            answer.headers["Content-Disposition"] == f'attachment; filename="akashi-check-2026-11-01.{kind}"'
        )
        assert answer.headers["Cache-Control"] == "no-store"
        return answer

    head, row = csv.reader(io.StringIO(file("csv").data.decode("utf-8-sig")))
    said = dict(zip(head, row, strict=True))
    assert (said["akashi_verdict"], said["会社名"], said["'@SUM(1)"]) == (
        "valid",
        "'=cmd|'/c calc'!A1",
        "'@y",
    )
    book = openpyxl().load_workbook(io.BytesIO(file("xlsx").data))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert json_of(file("json"))["rows"][0]["verdict"] == "valid"
    html = file("html")
    assert "<script" not in html.text
    assert "=cmd|&#x27;/c calc&#x27;!A1" in html.text


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


def test_blank_rows_do_not_make_a_small_table_a_large_answer(whole: Laid, client: FlaskClient) -> None:
    """40,000 of them, a hundred columns wide, were a minute's work for a workbook of nothing."""
    records: list[list[str]] = [[]] * 40_000 + [[digits(whole, "valid"), *[""] * 98, "x"]]
    answer = post(client, {"table": json.dumps(records), "step": "check", "format": "xlsx"})
    assert answer.status_code == 413
    few = [*[[]] * 40, *records[-1:]]
    fields = {"table": json.dumps(few), "header": "", "column-0": "id", "step": "check", "format": "csv"}
    assert post(client, fields).text.count("\n") == 42


def test_holders_of_very_many_marks_do_not_hold_up_everybody(
    whole: Laid, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supplier_check, "MAX_VERDICTS", 2)
    rows = f"id\n{digits(whole, 'expired')}\n"
    assert "very many marks" in post(client, {"rows": rows, "step": "check"}).text
    assert json_of(ask(client, {"id": digits(whole, "expired")}))["reason"] == "too-large"


def test_a_register_that_has_not_published_for_long_does_not_say_that_there_is_no_mark(full: Laid) -> None:
    full.now += 3 * DAY
    found = json_of(ask(full.client(), {"id": holder(77).value}))
    assert found["counts"]["undetermined"] == 1
    assert found["rows"][0]["reasons"][0]["reason"] == "status-stale"


def ask(client: FlaskClient, *rows: Any, **members: Any) -> TestResponse:
    return client.post("/api/v1/check", json={"rows": list(rows), **members})


def test_programs_get_one_result_a_row_in_order(whole: Laid, client: FlaskClient) -> None:
    link = whole.marks["valid"].link()
    answer = ask(
        client,
        {"id": digits(whole, "valid"), "name": "㈱みほん電子", "ref": "A1"},
        {"mark": str(whole.marks["revoked"].number)},
        {"url": link, "level": 4},
        {"name": "株式会社みほん電子"},
        {"ref": "A5"},
        policy={"min_level": 3, "units": ["legal-entity"]},
    )
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    found = json_of(answer)
    assert [(row["row"], row["verdict"], row["matched_by"]) for row in found["rows"]] == [
        (1, "valid", "id"), (2, "invalid", "mark"), (3, "invalid", "url"), (4, "no-mark", None), (5, "undetermined", None),
    ]  # fmt: skip
    assert found["rows"][0]["supplier"] == {"id": digits(whole, "valid"), "name": "㈱みほん電子", "ref": "A1"}
    assert found["rows"][0]["mark"]["number"] == str(whole.marks["valid"].number)
    assert [one["reason"] for one in found["rows"][2]["reasons"]] == ["policy-level"]
    assert found["rows"][3]["candidates"]
    assert found["policy"] == {"min_level": 3, "units": ["legal-entity"]}


def test_the_shape_is_the_one_that_is_described(whole: Laid, client: FlaskClient) -> None:
    described = json_of(client.get("/openapi.json"))["paths"]["/api/v1/check"]["post"]
    content = described["responses"]["200"]["content"]["application/json"]["schema"]
    question = {
        "rows": [{"id": digits(whole, "valid"), "level": 3}],
        "policy": {"min_level": 3},
        "at": "2026-11-01",
    }
    asked = described["requestBody"]["content"]["application/json"]["schema"]
    jsonschema.validate(question, asked)
    found = json_of(client.post("/api/v1/check", json=question))
    jsonschema.validate(found, content)
    assert set(found["rows"][0]) == set(content["properties"]["rows"]["items"]["required"]) | {
        "supplier",
        "input",
        "evidence",
    }


def test_a_day_that_is_past_is_judged_as_it_was(whole: Laid, client: FlaskClient) -> None:
    rows = {"mark": str(whole.marks["revoked"].number)}
    assert json_of(ask(client, rows))["rows"][0]["verdict"] == "invalid"
    found = json_of(ask(client, rows, at="2026-10-25"))
    assert (found["at"], found["rows"][0]["verdict"]) == ("2026-10-25", "valid")


@pytest.mark.parametrize(
    "at", [None, *(f"2026-{day}" for day in ("10-01", "10-21", "10-25", "10-28", "10-31"))]
)
def test_a_mark_that_ended_is_explained_in_a_table_as_by_its_own_evidence_and_much_faster(
    whole: Laid, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, at: str | None
) -> None:
    rows: list[dict[str, str]] = []
    for mark in whole.marks.values():
        rows += [{"mark": str(mark.number)}, {"url": f"http://elsewhere.example/m/{mark.number}"}]
        rows += [{"url": to_url("http://localhost", mark.claims.number, mark.raw)}]
    asked: dict[str, Any] = {} if at is None else {"at": at}
    with monkeypatch.context() as patched:
        patched.setattr(evidence, "of_mark", lambda *_: 1 / 0)  # the slow way
        found = json_of(ask(client, *rows, **asked))["rows"]
    monkeypatch.setattr(supplier_check, "_of_today", lambda *_: None)
    for one, by_evidence in zip(found, json_of(ask(client, *rows, **asked))["rows"], strict=True):
        if by_evidence["as_of"] is not None:
            assert one == by_evidence
        else:  # of a day outside its dates; no evidence is fetched for it then
            assert (one["verdict"], one["reasons"]) == (by_evidence["verdict"], by_evidence["reasons"])
    assert len(found) == 3 * len(whole.marks)


@pytest.mark.parametrize("at", [None, "2026-10-25"])
def test_a_mark_that_is_logged_under_anothers_number_gets_the_verdict_its_evidence_gets(
    full: Laid, at: str | None
) -> None:
    other = full.world.issue(at=NOW - 10 * DAY, number=full.marks["valid"].claims.number)
    ended = full.world.event(full.marks["expired"], EventKind.REVOKE, EventReason.MISUSE, at=NOW - HOUR)
    full.world.publish(NOW - 60)
    full.write()
    full.rebuild()
    row = {"url": to_url("http://localhost", other.claims.number, other.raw)}
    asked: dict[str, Any] = {} if at is None else {"at": at}
    [found] = json_of(ask(full.client(), row, **asked))["rows"]
    assert (
        found["verdict"]
        == full.services().verify(row["url"], at=None if at is None else date(2026, 10, 25)).verdict
    )
    assert found["verdict"] != "valid"
    # One that has ended and is outside its dates: both are said.
    [both] = json_of(ask(full.client(), {"mark": str(ended.claims.number)}))["rows"]
    assert [one["reason"] for one in both["reasons"]] == ["expired", "revoked"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ("", ""),
        ("[1]", ""),
        ("[" * 100_000, ""),
        ('{"rows": []}', "/rows"),
        ('{"rows": "id"}', "/rows"),
        ('{"rows": [{"id": "1"}], "polícy/~": 1}', "/polícy~1~0"),
        ('{"rows": [{"id": "1"}, []]}', "/rows/1"),
        ('{"rows": [{"id": "1"}, {}]}', "/rows/1"),
        ('{"rows": [{"id": 7000012050002}]}', "/rows/0/id"),
        ('{"rows": [{"name": "a\\u0000"}]}', "/rows/0/name"),
        ('{"rows": [{"name": "\\ud800"}]}', "/rows/0/name"),
        ('{"rows": [{"\\ud800": "a"}]}', "/rows/0/\\ud800"),
        ('{"\\ud800": 1}', "/\\ud800"),
        ('{"rows": [{"name": "a"}], "policy": {"scope_contains": "\\ud800"}}', "/policy"),
        ('{"rows": [{"nmae": "a"}]}', "/rows/0/nmae"),
        ('{"rows": [{"id": "1"}], "at": "yesterday"}', "/at"),
        ('{"rows": [{"id": "1"}], "at": 5}', "/at"),
        ('{"rows": [{"id": "1"}], "policy": []}', "/policy"),
        ('{"rows": [{"id": "1"}], "policy": {"colour": 1}}', "/policy"),
        ('{"rows": [{"id": "1"}], "policy": {"organisation": "0188:7000012050002"}}', "/policy/organisation"),
        (
            '{"rows": [{"id": "1"}], "policy": {"valid_until_at_least": "column:x"}}',
            "/policy/valid_until_at_least",
        ),
    ],
)
def test_a_question_that_cannot_be_read_is_a_problem_that_names_the_place(
    client: FlaskClient, body: str, pointer: str
) -> None:
    answer = client.post("/api/v1/check", data=body.encode(), content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    problem = json_of(answer)
    assert [one["pointer"] for one in problem["errors"]] == [pointer]
    schema = json_of(client.get("/schemas/problem.schema.json"))
    jsonschema.validate(problem, schema)


def test_a_wish_may_stand_in_the_rows(whole: Laid, client: FlaskClient) -> None:
    row = {"id": digits(whole, "valid")}
    policy = {"valid_until_at_least": "column:needed_until"}
    found = json_of(
        ask(
            client,
            {**row, "needed_until": "2026-12-01"},
            {**row, "needed_until": "2031-01-01"},
            row,
            policy=policy,
        )
    )
    assert [one["verdict"] for one in found["rows"]] == ["valid", "invalid", "undetermined"]


def test_too_much_and_another_type_are_refused(client: FlaskClient) -> None:
    many = client.post("/api/v1/check", json={"rows": [{"name": "a"}] * (MAX_ROWS + 1)})
    large = client.post("/api/v1/check", data=b" " * (MAX_BYTES + 1), content_type="application/json")
    other = client.post("/api/v1/check", data="id\n1", content_type="text/csv")
    assert [(one.status_code, json_of(one)["reason"]) for one in (many, large, other)] == [
        (413, "too-large"), (413, "too-large"), (415, "unsupported-media-type"),
    ]  # fmt: skip
    allowed = client.options("/api/v1/check")
    assert "POST" in allowed.headers["Access-Control-Allow-Methods"]
    assert allowed.headers["Access-Control-Allow-Origin"] == "*"


def test_a_workbooks_reader_says_what_it_read_or_why_not() -> None:
    rows = workbook_reader._read(workbook([["会社名"], ["㈱みほん電子"]]))
    assert (rows["rows"], rows["sheet"]) == ([["会社名"], ["㈱みほん電子"]], "Sheet")
    bomb = zipped(**{"a.xml": bytes(60 << 20)})
    cell = b'<c t="str"><v>%s</v></c>' % (b"x" * 32_000)
    full = bent(SHEET % (b"<row>%s</row>" % (cell * 20) * 10))
    for data, reason in ((bomb, "too-large"), (full, "too-large"), (b"PK\x03\x04", "workbook")):
        assert workbook_reader._read(data)["reason"] == reason


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


def test_a_day_to_come_is_refused_where_it_stands(client: FlaskClient) -> None:
    answer = client.post("/api/v1/check", json={"rows": [{"id": "7700001205000"}], "at": "2999-01-01"})
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["pointer"] == "/at"


# ---------------------------------------------------------------- another register's mark


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
    text = check(lay(ours).client(), f"url\n{mark.link()}\n", lang=lang).text
    for one in says:
        assert one in unescape(text)
    assert "akashi trust add" not in text
