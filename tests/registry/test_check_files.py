"""Files sent to `/check`, and files of the result: read as people's spreadsheets are, bounded, and without a formula."""

import csv
import io
import json
import zipfile

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forge.asked_tables import carried, check, counts, digits, post, sent, workbook
from forge.laid import Laid, json_of
from registry import workbook_reader
from registry.supplier_check import MAX_BYTES, MAX_ROWS
from verifier.suppliers.xlsx import openpyxl


@pytest.fixture(scope="module")
def client(whole: Laid) -> FlaskClient:
    return whole.client()


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
    assert "<dt>Sheet read</dt><dd><bdi>昨年</bdi></dd>" in result.text
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


def test_blank_rows_do_not_make_a_small_table_a_large_answer(whole: Laid, client: FlaskClient) -> None:
    """40,000 of them, a hundred columns wide, were a minute's work for a workbook of nothing."""
    records: list[list[str]] = [[]] * 40_000 + [[digits(whole, "valid"), *[""] * 98, "x"]]
    answer = post(client, {"table": json.dumps(records), "step": "check", "format": "xlsx"})
    assert answer.status_code == 413
    few = [*[[]] * 40, *records[-1:]]
    fields = {"table": json.dumps(few), "header": "", "column-0": "id", "step": "check", "format": "csv"}
    assert post(client, fields).text.count("\n") == 42


def test_a_workbooks_reader_says_what_it_read_or_why_not() -> None:
    rows = workbook_reader._read(workbook([["会社名"], ["㈱みほん電子"]]))
    assert (rows["rows"], rows["sheet"]) == ([["会社名"], ["㈱みほん電子"]], "Sheet")
    bomb = zipped(**{"a.xml": bytes(60 << 20)})
    cell = b'<c t="str"><v>%s</v></c>' % (b"x" * 32_000)
    full = bent(SHEET % (b"<row>%s</row>" % (cell * 20) * 10))
    for data, reason in ((bomb, "too-large"), (full, "too-large"), (b"PK\x03\x04", "workbook")):
        assert workbook_reader._read(data)["reason"] == reason
