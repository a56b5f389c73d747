"""What a buyer files: the table with its answers, a workbook, JSON to compare, and a page that runs nothing."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import openpyxl
import pytest

from forge.buyers import Buyer
from forge.world import NOW
from verifier import Policy
from verifier.suppliers.checked import Checked, RegisterFacts
from verifier.suppliers.columns import find_columns
from verifier.suppliers.report_html import write_html
from verifier.suppliers.report_json import document, write_json
from verifier.suppliers.report_table import OUTPUT, neutral, write_csv, write_xlsx
from verifier.suppliers.report_text import summary
from verifier.suppliers.sheets import Table, records_of
from verifier.suppliers.xlsx import read_workbook, write_workbook
from verifier.words import LANGUAGES

EVIL = "=HYPERLINK(\"http://x.example\")<script>alert('1')</script>"


def checked_of(buyer: Buyer, text: str, policy: Policy | None = None) -> Checked:
    table = Table(records=records_of(text))
    facts = RegisterFacts(
        scheme="demo",
        names={"ja": "見本", "en": "Sample"},
        anchor=buyer.anchor,
        trust_version=2,
        origin="akashi.example/log1",
        size=20,
        as_of=NOW - 3600,
        offset=32400,
    )
    return Checked(
        table=table,
        columns=find_columns(table),
        results=buyer.check(text, policy),
        register=facts,
        made=NOW,
        policy=policy,
    )


@pytest.fixture
def checked(buyer: Buyer) -> Checked:
    quoted = EVIL.replace('"', '""')
    return checked_of(
        buyer,
        "取引先一覧\n"
        "会社名,法人番号,備考\n"
        f"㈱みほん電子,{buyer.holder('valid')},@SUM(1)\n"
        f'"{quoted}",{buyer.holder("revoked")},-1.5\n'
        "\n"
        "みほん電機,,+81-3-1234-5678\n"
        "x,7.1E+12,\n",
        Policy(min_level=3, scope_contains="IT"),
    )


def csv_of(checked: Checked) -> list[list[str]]:
    out = io.BytesIO()
    write_csv(out, checked)
    assert out.getvalue().startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))


def html_of(checked: Checked, lang: str = "ja") -> str:
    out = io.BytesIO()
    write_html(out, checked, lang=lang)
    return out.getvalue().decode()


def test_the_input_stays_in_its_place_and_the_answers_stand_beside_it(checked: Checked) -> None:
    lines = csv_of(checked)
    assert [line[0] for line in lines] == [
        "取引先一覧", "会社名", "㈱みほん電子", f"'{EVIL}", "", "みほん電機", "x",
    ]  # fmt: skip
    assert lines[1][3:] == list(OUTPUT)
    assert lines[0][3:] == lines[4][3:] == [""] * len(OUTPUT)
    valid = dict(zip(OUTPUT, lines[2][3:], strict=True))
    number = valid.pop("akashi_mark")
    assert re.fullmatch("[0-9A-Z]{5}-[0-9A-Z]{5}", number)  # no spreadsheet takes it for a number
    assert valid == {
        "akashi_verdict": "valid",
        "akashi_reasons": "",
        "akashi_level": "3",
        "akashi_name": "株式会社みほん電子",
        "akashi_name_match": "same",
        "akashi_unit": "legal-entity",
        "akashi_scope": "本社のIT基盤",
        "akashi_last_day": "2027-10-22",
        "akashi_state": "valid",
        "akashi_as_of": "2026-10-31T23:00:00Z",
        "akashi_matched_by": "id",
        "akashi_candidates": "",
    }
    assert [line[3] for line in lines[3:]] == ["invalid", "", "no-mark", "undetermined"]
    assert lines[6][4].startswith("spreadsheet-number (7.1E+12 is what")
    assert lines[5][-1].count("株式会社みほん電子") == 5


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+cmd",
        "-cmd|x",
        "@SUM(A1)",
        "\tx",
        "\r",
        "＝1+1",
        "＠x",
        "-1-1",
        "\v=1",
        "\0=1",
        "\x1b[2J",
        "-1.5;x",
    ],
)
def test_no_cell_of_a_csv_begins_a_formula(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("x;=1+1", "x;'=1+1"),
        ("x\t@SUM(A1)", "x\t'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("x\r\n=1;+cmd|y", "x\r\n'=1;'+cmd|y"),
        ('x;"=1"', 'x;\'"=1"'),
        ("x\n- cmd|y", "x\n'- cmd|y"),
        ("x\n- 3*HYPERLINK(A1)", "x\n'- 3*HYPERLINK(A1)"),
    ],
)
def test_no_cell_begins_a_formula_where_semicolons_tabs_or_lines_break_it(cell: str, kept: str) -> None:
    assert neutral(cell) == kept


def test_a_cell_stays_one_for_readers_who_believe_every_separator(buyer: Buyer) -> None:
    out = io.BytesIO()
    note = "IT; 購買\t=1"
    write_csv(out, checked_of(buyer, f"会社名,法人番号,備考\n甲,{buyer.holder('valid')},{note}\n"))
    assert ',"IT; 購買\t\'=1",' in out.getvalue().decode()


def test_a_mark_number_that_looks_like_a_power_of_ten_stays_a_text() -> None:
    assert (neutral("1234E-12345"), neutral("1234E-1234")) == ("'1234E-12345", "1234E-1234")


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "甲",
        "-1.5",
        "+3",
        "2027-03-31",
        "1=1",
        "7K3Q9-XWD29",
        "-",
        "--",
        "IT; 購買",
        "a;-1.5",
        "一覧\n- 電話\n- 訪問",
    ],
)
def test_cells_that_begin_no_formula_stay_as_they_are(cell: str) -> None:
    assert neutral(cell) == cell


def test_an_earlier_checks_answers_are_replaced_not_repeated(buyer: Buyer, checked: Checked) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(csv_of(checked))
    second = checked_of(buyer, out.getvalue(), checked.policy)
    assert [one.name for one in second.columns.found] == ["name", "id"]  # what was found is not asked for
    again = csv_of(second)
    assert again[1] == ["会社名", "法人番号", "備考", *OUTPUT]
    assert [line[3] for line in again] == [line[3] for line in csv_of(checked)]


def test_a_table_without_a_header_gets_one(buyer: Buyer) -> None:
    lines = csv_of(checked_of(buyer, f"甲,{buyer.holder('valid')}\n乙,{buyer.holder('revoked')}\n"))
    assert lines[0] == ["A", "id", *OUTPUT]
    assert [line[2] for line in lines[1:]] == ["valid", "invalid"]


def test_a_workbook_holds_texts_and_no_formula(checked: Checked) -> None:
    out = io.BytesIO()
    write_xlsx(out, checked, lang="ja")
    book = openpyxl.load_workbook(io.BytesIO(out.getvalue()))
    assert book.sheetnames == ["取引先", "確認の条件"]
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    values = [[cell.value or "" for cell in row] for row in book["取引先"].iter_rows()]
    assert values[3][0] == EVIL
    assert [row[3] for row in values[2:]] == ["valid", "invalid", "", "no-mark", "undetermined"]


def test_a_workbook_can_be_opened_whatever_signs_a_table_holds() -> None:
    out = io.BytesIO()
    write_workbook(out, [("a", iter([["甲\uffff", "\ufffe", "\x0b", "\ud800"]]))])
    assert read_workbook(out.getvalue()).records == [["甲\ufffd", "\ufffd", "\ufffd", "\ufffd"]]


def test_the_json_is_one_document_however_it_is_written(checked: Checked) -> None:
    out = io.BytesIO()
    write_json(out, checked)
    read = json.loads(out.getvalue())
    assert read == document(checked)
    assert read["counts"] == {"valid": 1, "invalid": 1, "undetermined": 1, "no-mark": 1}
    assert read["policy"] == {"min_level": 3, "scope_contains": "IT"}
    assert [row["row"] for row in read["rows"]] == [3, 4, 6, 7]
    first = read["rows"][0]
    assert first["input"] == ["㈱みほん電子", checked.results[0].mark.holder[5:], "@SUM(1)"]  # type: ignore[union-attr]
    assert first["mark"]["organisation"]["name"] == "株式会社みほん電子"
    assert (first["state"], first["mark"]["last_day"], first["matched_by"]) == ("valid", "2027-10-22", "id")
    revoked = read["rows"][1]["mark"]["status"]
    assert (revoked["value"], revoked["reason"], revoked["since"]) == (
        "revoked",
        "misuse",
        "2026-10-29T00:00:00Z",
    )


class Reader(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_runs_nothing_and_fetches_nothing(checked: Checked, lang: str) -> None:
    reader = Reader()
    reader.feed(html_of(checked, lang))
    assert not set(reader.tags) & {"script", "img", "link", "iframe", "object", "form", "a", "base"}
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name in ("src", "href")]
    assert (
        "content",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    ) in (reader.attributes)
    assert ("lang", lang) in reader.attributes
    assert "url(" not in html_of(checked, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_stays_a_table_for_those_who_hear_it_whatever_its_rows_look_like(
    checked: Checked, lang: str
) -> None:
    page = html_of(checked, lang)
    head, rows = page.index("<thead"), page.count("<tr ")
    assert page.count(' role="columnheader"', head) == 8
    assert (page.count(' role="row"'), page.count(' role="rowheader"')) == (rows, rows - 1)
    assert page.count(' role="cell"') == 7 * (rows - 1)
    assert not re.findall("<t[hdr]>", page)


def test_a_spreadsheet_that_opens_the_page_runs_nothing(checked: Checked) -> None:
    assert "&#x27;=HYPERLINK(" in html_of(checked)
    assert ">=HYPERLINK(" not in html_of(checked)


def test_the_page_says_the_counts_first_and_what_each_reason_means_once(checked: Checked) -> None:
    page = html_of(checked)
    assert page.index("有効ではありません <b>1</b>") < page.index("<table ")
    assert page.count("マークの取得は任意") == 1
    assert page.count("長い番号が 7.1E+12 のような表示に変わり") == 1
    assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;" in page
    assert "段階3以上" in page
    assert "2026-11-01 08:00 (UTC+09:00)" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_summary_names_every_row_that_is_not_valid(checked: Checked, lang: str) -> None:
    said = summary(checked, lang=lang)
    assert said.startswith("○ ")
    rows = [line for line in said.splitlines() if re.match(r"  [×?-] ", line)]
    assert len(rows) == 3
    assert "1CD5T-ZN7CN" in rows[0]
