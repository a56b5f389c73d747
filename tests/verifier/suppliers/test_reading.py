"""Tables as people send them: encodings, delimiters, workbooks, and files that are none."""

import io
import subprocess
import sys
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from verifier.suppliers import reading, xlsx
from verifier.suppliers.reading import read_table
from verifier.suppliers.sheets import SheetError

TEXT = "会社名,法人番号\r\n株式会社髙﨑,7000012050002\r\n"
ROWS = [["会社名", "法人番号"], ["株式会社髙﨑", "7000012050002"]]


OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


def workbook(*rows: list[object], title: str = "一覧") -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(row)
    book.save(out)
    return out.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in members.items():
            made.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_in_whatever_a_spreadsheet_saved_it(encoding: str, delimiter: str) -> None:
    assert read_table(TEXT.replace(",", delimiter).encode(encoding)).records == ROWS


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_system_ends_them(end: str) -> None:
    data = f'a,b{end}"c{end}d",\u2028{end}{end}e'.encode()
    assert read_table(data).records == [["a", "b"], [f"c{end}d", "\u2028"], [], ["e"]]


def test_what_stands_in_quotes_does_not_say_what_parts_cells() -> None:
    assert read_table('"会社; 部; 課","法人\n番号;"\n甲;乙,1\n'.encode()).records[1] == ["甲;乙", "1"]
    assert read_table(b'5" pipe,"a;b;c;d\ne",x\n').records == [['5" pipe', "a;b;c;d\ne", "x"]]


def test_a_title_in_angle_brackets_is_no_page() -> None:
    assert read_table("<取引先一覧>,\n甲,1\n".encode()).records[0][0] == "<取引先一覧>"


def test_a_row_wider_than_any_table_is_refused_by_its_number() -> None:
    with pytest.raises(SheetError) as refused:
        read_table(b"id\n" + b"," * 100_000)
    assert (refused.value.reason, refused.value.row) == ("too-large", 2)


def test_a_quoted_cell_may_hold_delimiters_and_lines() -> None:
    assert read_table(b'name,id\n"a, b\nc",1\n').records == [["name", "id"], ["a, b\nc", "1"]]


@pytest.mark.parametrize(
    ("data", "reason", "hint"),
    [
        (b"", "empty", "empty"),
        (b" \n", "empty", "empty"),
        (
            "会社名\n".encode() + "株式会社".encode("cp932"),
            "mixed-encodings",
            "line 1 is UTF-8 and line 2 is not",
        ),
        (b"a,b\n\x81\xff\xfe\n", "encoding", "line 2 is neither"),
        (b"\xff\xfea", "encoding", "UTF-16"),
        ("a,b\n".encode("utf-16-le"), "encoding", "zero bytes"),
        (b'a,b\n"c,d\n', "csv", "quotation mark"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "workbook", "old kind .* save it as .xlsx"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "workbook", "password: save a copy"),
        (archive({"mimetype": OPEN_DOCUMENT, "content.xml": b""}), "workbook", "OpenDocument .* as .xlsx"),
        (archive({"[Content_Types].xml": b"", "xl/workbook.bin": b""}), "workbook", "binary .* as .xlsx"),
        (archive({"suppliers.csv": b"a,b"}), "workbook", "unpack it"),
        (b'<?xml version="1.0"?><office:document/>', "workbook", "XML document.* as .xlsx"),
        ("\ufeff\n<table><tr>".encode(), "workbook", "page .* as .xlsx"),
        (b"%PDF-1.7\n", "encoding", "PDF"),
        (b"PK\x03\x04rubbish", "workbook", "not a whole workbook"),
        (workbook(["a"])[:-200], "workbook", "not a whole workbook"),
        (b"a\n" * 100_001, "too-large", "100,000 rows"),
    ],
)
def test_what_is_no_table_is_named_with_what_to_do(data: bytes, reason: str, hint: str) -> None:
    with pytest.raises(SheetError, match=hint) as caught:
        read_table(data)
    assert caught.value.reason == reason


def test_a_file_larger_than_any_table_is_refused_before_it_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MAX_FILE", 1 << 20)
    for data in (b"a,b\n" + bytes(1 << 20), b"PK\x03\x04" + bytes(1 << 20)):
        with pytest.raises(SheetError) as caught:
            read_table(data)
        assert caught.value.reason == "too-large"


def test_a_workbooks_numbers_days_and_blanks_are_read_as_they_are_held() -> None:
    data = workbook(
        ["会社名", "法人番号", "納期", "率", "済"],
        [],
        ["甲", 7000012050002, date(2027, 3, 31), 0.5, True],
        ["乙", 7000012050002.0, datetime(2027, 3, 31, 12, 0), 1e20, None],  # noqa: DTZ001 (as workbooks hold it)
    )
    assert read_table(data).records == [
        ["会社名", "法人番号", "納期", "率", "済"],
        [],
        ["甲", "7000012050002", "2027-03-31", "0.5", "TRUE"],
        ["乙", "7000012050002", "2027-03-31 12:00:00", "1E+20"],
    ]


def test_a_code_shown_with_zeros_in_front_keeps_them() -> None:
    book, out = openpyxl.load_workbook(io.BytesIO(workbook([12, 12.0, -12, "12", 1234567, 12]))), io.BytesIO()
    for place in "ABCDE":
        book.worksheets[0][f"{place}1"].number_format = "000000"
    book.save(out)
    assert read_table(out.getvalue()).records == [["000012", "000012", "-12", "12", "1234567", "12"]]


def test_rows_that_are_hidden_and_heads_that_are_merged_are_read() -> None:
    rows: list[list[object]] = [
        ["取引先", None, "条件"],
        ["会社名", "法人番号", "必要段階"],
        ["甲", 1],
        ["乙", 2],
    ]
    book, out = openpyxl.load_workbook(io.BytesIO(workbook(*rows))), io.BytesIO()
    book.worksheets[0].merge_cells("A1:B1")
    book.worksheets[0].row_dimensions[3].hidden = True
    book.save(out)
    assert read_table(out.getvalue()).records == [
        ["取引先", "", "条件"], ["会社名", "法人番号", "必要段階"], ["甲", "1"], ["乙", "2"],
    ]  # fmt: skip


def test_a_sheet_is_chosen_by_name_and_the_others_are_named() -> None:
    book, out = openpyxl.load_workbook(io.BytesIO(workbook(["表紙"], title="表紙"))), io.BytesIO()
    book.create_sheet("一覧").append(["会社名"])
    book.create_sheet("隠し").sheet_state = "hidden"
    book.save(out)
    first = read_table(out.getvalue())
    assert (first.sheet, first.other_sheets, first.records) == ("表紙", ("一覧",), [["表紙"]])
    assert read_table(out.getvalue(), sheet="一覧").records == [["会社名"]]
    with pytest.raises(SheetError, match="表紙, 一覧"):
        read_table(out.getvalue(), sheet="在庫")
    with pytest.raises(SheetError, match="one sheet"):
        read_table(b"a,b\n", sheet="一覧")


def test_a_cover_before_the_table_is_not_taken_for_it() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    cover = book.active
    assert cover is not None
    cover.title = "表紙"
    cover.append(["取引先一覧"])
    cover.append(["会社名", "株式会社かいて"])
    page = book.create_sheet("一覧")
    page.append(["会社名", "法人番号", "必要レベル"])
    page.append(["株式会社みほん電子", "7700001205000", 3])
    book.save(out)
    table = read_table(out.getvalue())
    assert (table.sheet, table.other_sheets) == ("一覧", ("表紙",))
    assert read_table(out.getvalue(), sheet="表紙").sheet == "表紙"


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xlsx, "MAX_UNPACKED", 20_000)
    assert read_table(workbook(["a"])).records == [["a"]]
    with pytest.raises(SheetError, match="unpack to"):
        read_table(workbook(["a" * 30_000]))
    monkeypatch.setattr(xlsx, "MAX_MEMBERS", 3)
    with pytest.raises(SheetError, match="members"):
        read_table(workbook(["a"]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_workbook_that_declares_entities_is_refused(encoding: str) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["a"]))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, bomb.encode(encoding) if name == "xl/workbook.xml" else old.read(name))
    with pytest.raises(SheetError, match="document type"):
        read_table(out.getvalue())


def test_a_workbook_without_a_sheet_of_cells_or_with_rubbish_inside_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["a"]))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<broken" if name == "xl/worksheets/sheet1.xml" else old.read(name))
    with pytest.raises(SheetError, match="cannot be read"):
        read_table(out.getvalue())


def test_rows_far_down_and_columns_far_right_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    page["A1"], page["XFD2"], page["A5000"] = "a", "b", "c"
    book.save(out)
    records = read_table(out.getvalue()).records
    assert (len(records), records[0], records[1], records[4999]) == (5000, ["a"], [], ["c"])
    monkeypatch.setattr(xlsx, "MAX_ROWS", 4000)
    with pytest.raises(SheetError, match="4,000 rows"):
        read_table(out.getvalue())


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbook(["a"])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(xlsx.XlsxMissingError, match=r"akashi-marks\[xlsx\]"):
        read_table(data)


@pytest.mark.skipif(sys.platform != "linux", reason="bounds a process's memory")
def test_one_endless_quoted_cell_is_refused_before_it_has_cost_many_times_itself() -> None:
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (400 << 20,) * 2)\n"
        "from verifier.suppliers.sheets import SheetError, records_of\n"
        "try: records_of('\"' + 'a' * 8_000_000 + '\",b')\n"
        "except SheetError as error: print(error.reason)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("csv\n", 0), done.stderr[-300:]
