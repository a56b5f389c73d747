"""Which column is what: said, by its header, by its content; and what is wrong with a table that says too little."""

import pytest

from verifier.suppliers.columns import ColumnError, Columns, find_columns, letter, read_said
from verifier.suppliers.sheets import Table, records_of

ID, OTHER = "7000012050002", "2180001135973"
MARK = "3B06989PK0"


def found(text: str, *said: str, until: str | None = None) -> Columns:
    return find_columns(Table(records=records_of(text)), said=read_said(said), until=until)


def as_read(columns: Columns) -> dict[str, tuple[str, str]]:
    return {one.name: (letter(one.place), one.how) for one in columns.found}


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        ("取引先コード,会社名,法人番号,マーク番号,必要段階,納期", "ref name id mark level needed_until"),
        ("仕入先名;インボイス番号;国", "name id country"),
        ("委託先,ＬＥＩ,適用範囲", "name id scope"),
        (
            "Supplier Name,Corporate Number,Mark No.,Required Level,Due Date",
            "name id mark level needed_until",
        ),
        ("mark,url,id,name,country,scope,level,needed_until,ref",) * 2,
    ],
)
def test_headers_are_known_in_both_languages_and_any_width(headers: str, names: str) -> None:
    names = names.replace(",", " ")
    assert [one.name for one in found(f"{headers}\n").found] == names.split()


def test_columns_without_a_known_header_are_known_by_what_stands_in_them() -> None:
    columns = found(f"A社内番号,공급자,번호,표\n1,株式会社甲,{ID},{MARK}\n2,乙有限会社,{OTHER},{MARK}\n")
    assert as_read(columns) == {"name": ("B", "content"), "id": ("C", "content"), "mark": ("D", "content")}
    assert columns.header == 0


def test_a_table_without_a_header_begins_with_its_first_supplier() -> None:
    columns = found(f"株式会社甲,{ID}\n乙有限会社,{OTHER}\n")
    assert (columns.header, columns.first) == (None, 0)
    assert as_read(columns) == {"name": ("A", "content"), "id": ("B", "content")}


@pytest.mark.parametrize(
    "text", [f"{ID}\n{OTHER}\n", "株式会社甲\n乙商店\n", f"https://x.example/m/{MARK}#123\n"]
)
def test_a_bare_list_needs_no_header(text: str) -> None:
    columns = found(text)
    assert (columns.first, len(columns.found)) == (0, 1)


def test_a_title_above_the_header_is_no_header() -> None:
    columns = found(f"取引先一覧 2026年度\n\n会社名;法人番号\n甲;{ID}\n")
    assert (columns.header, columns.first) == (2, 3)


def test_a_header_is_not_believed_where_the_cells_contradict_it() -> None:
    columns = found(f"ID,URL,法人番号\n1,https://www.example.co.jp/,{ID}\n2,,{OTHER}\n")
    assert as_read(columns) == {"id": ("C", "header")}
    assert [(one.name, letter(one.place), one.why) for one in columns.passed_over] == [
        ("id", "A", "content"),
        ("url", "B", "content"),
    ]


def test_of_two_columns_that_look_alike_the_first_is_used_and_the_other_named() -> None:
    columns = found(f"会社名,取引先名,法人番号\n甲,乙,{ID}\n")
    assert as_read(columns)["name"] == ("A", "header")
    assert [(one.name, one.why) for one in columns.passed_over] == [("name", "twice")]


@pytest.mark.parametrize("place", ["B", "b", "2", "相手", "相 手"])
def test_a_column_may_be_said_by_letter_number_or_header(place: str) -> None:
    columns = found(f"会社名,相手,法人番号\n甲,株式会社乙,{ID}\n", f"name={place}")
    assert as_read(columns)["name"] == ("B", "said")


def test_a_column_said_to_be_nowhere_is_not_guessed() -> None:
    assert "name" not in as_read(found(f"会社名,法人番号\n甲,{ID}\n", "name=,id=B"))


def test_a_header_may_hold_a_comma() -> None:
    assert read_said(["id=No, 13桁,name=B"]) == {"id": "No, 13桁", "name": "B"}


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        (["firm=B"], "mark, url, id, name"),
        (["id"], "NAME=COLUMN"),
        (["id=A", "id=B"], "twice"),
        (["id=Z"], "A 会社名, B 法人番号"),
        (["id=無い"], "A 会社名, B 法人番号"),
    ],
)
def test_what_is_said_wrongly_is_answered_with_what_would_be_right(said: list[str], hint: str) -> None:
    with pytest.raises(ColumnError, match=hint):
        found(f"会社名,法人番号\n甲,{ID}\n", *said)


def test_a_header_that_stands_twice_cannot_be_said_by_name() -> None:
    with pytest.raises(ColumnError, match="A, C"):
        found(f"番,法人番号,番\n1,{ID},2\n", "ref=番")


@pytest.mark.parametrize("text", ["", "\n\n", "担当,電話\n山田,03-1234-5678\n鈴木,06-8765-4321\n"])
def test_a_table_that_names_no_supplier_is_refused_with_what_it_holds(text: str) -> None:
    with pytest.raises(ColumnError, match=r"empty|columns A to B.*--columns"):
        found(text)


def test_telephone_numbers_days_and_sums_are_not_taken_for_companies() -> None:
    columns = found(f"甲,電話,日,金額,番号\n株式会社甲,03-1234-5678,20270331,1200000,{ID}\n")
    assert as_read(columns) == {"name": ("A", "content"), "id": ("E", "content")}


@pytest.mark.parametrize("until", ["納期限", "C", "needed_until"])
def test_the_column_a_policy_names_is_found(until: str) -> None:
    header = "納期" if until == "needed_until" else "納期限"
    assert found(f"会社名,法人番号,{header}\n甲,{ID},2027-03-31\n", until=until).until == 2


def test_a_column_a_policy_names_must_be_there() -> None:
    with pytest.raises(ColumnError, match="valid_until_at_least of the policy"):
        found(f"会社名,法人番号\n甲,{ID}\n", until="納期")


def test_columns_are_called_as_spreadsheets_call_them() -> None:
    assert [letter(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_of_two_rows_of_headers_the_one_that_says_more_is_the_header() -> None:
    groups, headers = "仕入先,,番号,,条件,", "仕入先CD,会社名,法人番号,マーク番号,必要レベル,納期"
    columns = found(f"{groups}\n{headers}\nS-1,株式会社みほん電子,7700001205000,,3,2027-03-31\n")
    assert columns.header == 1
    assert [one.name for one in columns.found] == ["ref", "name", "id", "mark", "level", "needed_until"]


def test_where_the_header_stands_may_be_said() -> None:
    table = Table(records=records_of("会社名,法人番号\nx,y\nFirma,Nummer\nA,7700001205000\n"))
    assert find_columns(table, header_row=3).first == 3
    assert find_columns(Table(records=records_of("7700001205000\n")), header_row=0).first == 0
    with pytest.raises(ColumnError, match="no row 5"):
        find_columns(table, header_row=5)
