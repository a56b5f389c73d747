"""Draft files as they come out of spreadsheets, and everything wrong with them at once."""

import json
from typing import Any

import pytest

from forge.issuing import Desk, draft, drafts, sheet, star4
from issuer.cli import main

FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


def errors(desk: Desk, content: Any, *arguments: object) -> list[dict[str, Any]]:
    ran = desk.issue(content, "--dry-run", *arguments)
    found: list[dict[str, Any]] = ran.json["errors"]
    assert ran.code == (1 if found else 0)
    assert all(set(error) == {"row", "draft_id", "field", "reason", "detail", "expected"} for error in found)
    return found


def faults(desk: Desk, content: Any) -> list[tuple[int, str, str]]:
    return [(error["row"], error["field"], error["reason"]) for error in errors(desk, content)]


def fault(desk: Desk, **cells: str | None) -> tuple[str, str]:
    """The one fault of a draft that is otherwise in order."""
    [(row, field, reason)] = faults(desk, [draft(**cells)])
    assert row == 2
    return field, reason


def accepted(desk: Desk, content: Any) -> list[str]:
    """Issue, and give names and scopes as they were signed."""
    ran = desk.issue(content)
    assert ran.code == 0, ran.out
    return [mark["name"] for mark in desk.marks()]


# ------------------------------------------------------------------ encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_file_in_any_encoding_of_excel_says_the_same(desk: Desk, encoding: str) -> None:
    text = sheet([draft(legal_name="㈱みほん電子①～髙﨑")])
    assert accepted(desk, text.encode(encoding)) == ["㈱みほん電子①～髙﨑"]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_commas_tabs_and_semicolons_separate_cells(desk: Desk, delimiter: str) -> None:
    assert accepted(desk, sheet([draft()], delimiter=delimiter)) == ["株式会社みほん電子"]


def test_two_files_joined_in_different_encodings_are_named_by_line(desk: Desk) -> None:
    lines = sheet(drafts(3)).encode().splitlines(keepends=True)
    lines[2] = lines[2].decode().encode("cp932")
    [error] = errors(desk, b"".join(lines))
    assert (error["reason"], error["detail"][:44]) == (
        "mixed-encodings",
        "line 2 is UTF-8 and line 3 is not: two files",
    )


def test_bytes_of_no_encoding_are_named_by_line(desk: Desk) -> None:
    [error] = errors(desk, sheet([draft(remarks="x")]).encode("cp932").replace(b",x\r", b",\x81\xff\r"))
    assert (error["reason"], error["detail"][:6]) == ("encoding", "line 2")


def test_a_workbook_is_not_taken_for_text(desk: Desk) -> None:
    assert faults(desk, b"PK\x03\x04" + bytes(100)) == [(0, "file", "workbook")]


@pytest.mark.parametrize("content", [b"", b" \r\n", b"\xef\xbb\xbf", b"# nothing\r\n"])
def test_an_empty_file_is_an_error(desk: Desk, content: bytes) -> None:
    assert [reason for _, _, reason in faults(desk, content)] == ["empty"]


# ------------------------------------------------------------------ headers and rows


def test_japanese_headers_are_understood(desk: Desk) -> None:
    japanese = {
        "draft_id": "申請番号*",
        "organisation_id": "法人番号",
        "legal_name": "法人名",
        "legal_name_latin": "英文名称",
        "level": "段階",
        "scope_latin": "適用範囲(英語)",
        "assessed_on": "評価日",
    }
    text = sheet([draft()])
    header, rest = text.split("\r\n", 1)
    named = ",".join(japanese.get(name, name) for name in header.split(","))
    assert accepted(desk, f"{named}\r\n{rest}") == ["株式会社みほん電子"]


def test_headers_do_not_depend_on_case_blanks_or_width(desk: Desk) -> None:
    text = sheet([draft()]).replace("draft_id", "Draft ID *", 1).replace("level", "ＬＥＶＥＬ", 1)
    assert accepted(desk, text) == ["株式会社みほん電子"]


def test_unknown_twice_named_and_missing_columns_are_all_reported(desk: Desk) -> None:
    rows = [{**draft(scope=None), "colour": "blue", "段階": "3"}]
    assert faults(desk, rows)[:3] == [
        (1, "colour", "unknown-column"),
        (1, "level", "duplicate-column"),
        (1, "scope", "missing-column"),
    ]


def test_a_line_break_inside_quotes_does_not_shift_the_rows_below(desk: Desk) -> None:
    rows = [draft(remarks='一行目\r\n二行目, と"引用"'), draft(draft_id="b", level="9")]
    assert faults(desk, rows) == [(3, "level", "unknown-level")]


def test_a_line_break_in_a_name_is_an_error(desk: Desk) -> None:
    assert fault(desk, legal_name="株式会社\nみほん電子") == ("legal_name", "line-break")


def test_rows_are_numbered_as_the_spreadsheet_numbers_them(desk: Desk) -> None:
    lines = sheet([draft(), draft(draft_id="b", level="x")]).splitlines(keepends=True)
    text = lines[0] + "# a remark,,\r\n" + lines[1] + ",,,\r\n" + lines[2]
    assert faults(desk, text) == [(5, "level", "bad-level")]


def test_a_comma_that_lacks_quotation_marks_is_found(desk: Desk) -> None:
    text = sheet([draft(web="https://a.example/")]).replace("https://a.example/", "https://a.example/,rest")
    assert faults(desk, text) == [(2, "file", "surplus-cell")]


def test_an_open_quotation_mark_is_found(desk: Desk) -> None:
    assert [reason for _, _, reason in faults(desk, sheet([draft()]) + '"open,')] == ["csv"]


def test_a_draft_id_twice_in_one_file_is_an_error_in_the_second_row(desk: Desk) -> None:
    assert faults(desk, [draft(), draft()]) == [(3, "draft_id", "duplicate-draft-id")]


def test_all_errors_of_all_rows_are_shown_at_once(desk: Desk) -> None:
    rows = [
        draft(organisation_id="7000012050003", assessed_on="2027/13/01", country="XX", scope=None),
        draft(draft_id="fine"),
        draft(draft_id="c", level="1", edition="1999", legal_name_latin=None, oath_on="2027-01-01"),
    ]
    assert faults(desk, rows) == [
        (2, "scope", "missing"),
        (2, "organisation_id", "wrong-check"),
        (2, "country", "bad-country"),
        (2, "assessed_on", "no-such-day"),
        (4, "level", "level-refused"),
        (4, "edition", "unknown-edition"),
        (4, "legal_name_latin", "missing"),
    ]


def test_what_would_be_right_is_said_in_the_officers_language(desk: Desk) -> None:
    [english] = errors(desk, [draft(assessed_on="soon")])
    [japanese] = errors(desk, [draft(assessed_on="soon")], "--lang", "ja")
    assert (english["expected"], japanese["expected"]) == (
        "a day, written 2027-03-31",
        "日付（例 2027-03-31）",
    )


def test_json_says_the_same_as_csv(desk: Desk) -> None:
    rows = [
        draft() | {"level": 3},
        {"申請番号": "j-2", **draft(draft_id=None, scope="別の範囲"), "remarks": None},
    ]
    assert len(accepted(desk, json.dumps({"drafts": rows}, ensure_ascii=False).encode())) == 2
    assert desk.issue([draft()]).json["skipped"] == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('[{"draft_id": 7.01E+12}]', "json"),
        ('{"drafts": 3}', "json"),
        ("[]", "empty"),
        ('[{"level": [3]}]', "json"),
    ],
)
def test_json_of_another_shape_is_an_error(desk: Desk, content: str, reason: str) -> None:
    assert faults(desk, content)[0][2] == reason


# ------------------------------------------------------------------ what spreadsheets do to cells


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("7.01E+12", "spreadsheet-number"),
        ("7.00001E+12", "spreadsheet-number"),
        ("７．０１Ｅ＋１２", "spreadsheet-number"),
        ("12050002", "lost-zero"),
        ("000012050002", "wrong-form"),
        ("7000012050020", "wrong-check"),
        ("#N/A", "unreadable"),
    ],
)
def test_a_damaged_company_number_is_named_and_never_repaired(desk: Desk, cell: str, reason: str) -> None:
    assert fault(desk, organisation_id=cell) == ("organisation_id", reason)


@pytest.mark.parametrize(
    "cell",
    [
        "T7000012050002",
        "７００００１２０５０００２",
        "7000 0120 50002",
        "0188:7000012050002",
        "7000012050002.0",
        "'7000012050002",
    ],
)
def test_a_company_number_may_be_written_as_people_write_it(desk: Desk, cell: str) -> None:
    desk.issue([draft()])
    assert desk.issue([draft(organisation_id=cell)]).json["skipped"] == 1


@pytest.mark.parametrize(
    "cell",
    [
        "2026/10/15",
        "2026.10.15",
        "2026年10月15日",
        "20261015",
        "2026/10/15 0:00",
        "令和8年10月15日",
        "R8.10.15",
        "２０２６／１０／１５",
        "2026-10-15T00:00:00",
    ],
)
def test_dates_are_read_as_japanese_spreadsheets_write_them(desk: Desk, cell: str) -> None:
    desk.issue([draft(assessed_on="2026-10-15")])
    assert desk.issue([draft(assessed_on=cell)]).json["skipped"] == 1


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("46310", "spreadsheet-date"),
        ("10/15/2026", "ambiguous-date"),
        ("26/10/15", "ambiguous-date"),
        ("2026-02-30", "no-such-day"),
        ("####", "bad-date"),
        ("Oct-26", "bad-date"),
    ],
)
def test_dates_that_say_two_things_or_none_are_errors(desk: Desk, cell: str, reason: str) -> None:
    assert fault(desk, assessed_on=cell) == ("assessed_on", reason)


def test_a_spreadsheets_day_number_is_explained(desk: Desk) -> None:
    [error] = errors(desk, [draft(assessed_on="46310")])
    assert "2026-10-15" in error["detail"]


def test_full_width_digits_are_digits(desk: Desk) -> None:
    desk.issue([draft()])
    wide = draft(
        level="３", assessed_on="2026-10-15".translate(FULL_WIDTH), region="ＪＰ－１３", country="ｊｐ"
    )
    assert desk.issue([wide]).json["skipped"] == 1


@pytest.mark.parametrize("cell", ["3", "★3", "３", "★★★", "☆3", "星3", "Level 3", "Lv.3", "3.0"])
def test_a_level_may_be_written_with_or_without_its_star(desk: Desk, cell: str) -> None:
    desk.issue([draft()])
    assert desk.issue([draft(level=cell)]).json["skipped"] == 1


def test_half_width_kana_become_full_width_and_the_officer_is_told(desk: Desk) -> None:
    ran = desk.issue([draft(legal_name="ﾐﾎﾝﾃﾞﾝｼ株式会社")])
    assert [mark["name"] for mark in desk.marks()] == ["ミホンデンシ株式会社"]
    assert [note["reason"] for note in ran.json["notes"]] == ["kana-widened"]


def test_an_old_form_of_a_character_is_kept_and_the_officer_is_told(desk: Desk) -> None:
    ran = desk.issue([draft(legal_name="\ufa19\u7530製作所")])
    assert [mark["name"] for mark in desk.marks()] == ["\u795e\ufe00\u7530製作所"]
    [note] = ran.json["notes"]
    assert (note["reason"], "U+FA19 as U+795E U+FE00" in note["detail"]) == ("old-form-kept", True)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("#REF!", "spreadsheet-error"),
        ("あ" * 81, "too-long"),
        ("みほん\u202e電子", "bad-text"),
        ("み\u200bほん", "bad-text"),
        ("み\ufffdん", "bad-text"),
    ],
)
def test_a_name_that_cannot_be_signed_is_an_error(desk: Desk, cell: str, reason: str) -> None:
    assert fault(desk, legal_name=cell) == ("legal_name", reason)


def test_a_name_of_240_bytes_is_the_longest(desk: Desk) -> None:
    assert accepted(desk, [draft(legal_name="あ" * 80)]) == ["あ" * 80]


def test_a_mark_that_would_exceed_its_bound_is_an_error_before_anything_is_reserved(desk: Desk) -> None:
    long = {
        "legal_name": "あ" * 80,
        "legal_name_latin": "a" * 240,
        "scope": "い" * 80,
        "scope_latin": "b" * 240,
    }
    assert fault(desk, **long) == ("scope", "too-large")


@pytest.mark.parametrize("cell", ["=cmd|x", "+1", "@x", 'a"b', "7.01E+12", "x" * 81])
def test_a_draft_id_that_a_spreadsheet_would_run_or_change_is_an_error(desk: Desk, cell: str) -> None:
    assert fault(desk, draft_id=cell)[0] == "draft_id"


# ------------------------------------------------------------------ rules


@pytest.mark.parametrize("level", ["1", "2"])
def test_star_1_and_2_are_refused_as_another_programmes(desk: Desk, level: str) -> None:
    [error] = errors(desk, [draft(level=level)])
    assert error["reason"] == "level-refused"
    assert "SECURITY ACTION" in error["detail"]
    [japanese] = errors(desk, [draft(level=level)], "--lang", "ja")
    assert "別の制度" in japanese["detail"]


def test_star_5_is_not_open(desk: Desk) -> None:
    assert fault(desk, level="5") == ("level", "level-refused")


@pytest.mark.parametrize(
    "field", ["expert_qualification", "expert_affiliation", "expert_training_on", "oath_on"]
)
def test_star_3_needs_expert_affiliation_training_and_oath(desk: Desk, field: str) -> None:
    assert fault(desk, **{field: None}) == (field, "missing")


@pytest.mark.parametrize("field", ["assessor_code", "technical_check_on", "technical_checker_code"])
def test_star_4_needs_its_body_and_the_technical_check(other_desk: Desk, field: str) -> None:
    assert faults(other_desk, [star4(**{field: None})]) == [(2, field, "missing")]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"assessment": "third-party"}, ("assessment", "wrong-assessment")),
        ({"assessment": "guessed"}, ("assessment", "bad-choice")),
        ({"expert_qualification": "友人"}, ("expert_qualification", "unknown-qualification")),
        ({"expert_affiliation": "友人"}, ("expert_affiliation", "bad-choice")),
        ({"expert_training_on": "2023-10-14"}, ("expert_training_on", "too-old")),
        ({"expert_training_on": "2026-10-16"}, ("expert_training_on", "after-assessment")),
        ({"oath_on": "2026-11-02"}, ("oath_on", "in-future")),
        ({"assessed_on": "2026-04-01", "expert_training_on": "2026-01-01"}, ("assessed_on", "too-old")),
        ({"edition": "2025-12-draft"}, ("edition", "edition-not-in-force")),
        ({"valid_from": "2026-10-24"}, ("valid_from", "too-far-back")),
        ({"valid_from": "2027-01-31"}, ("valid_from", "too-far-ahead")),
        ({"valid_until": "2027-11-01"}, ("valid_until", "too-long")),
        ({"valid_from": "2026-11-05", "valid_until": "2026-11-04"}, ("valid_until", "before-start")),
        ({"region": "SG-01"}, ("region", "other-country")),
        ({"unit": "group"}, ("entities", "missing")),
        ({"entities": "7000012050002|x"}, ("entities", "not-a-group")),
        ({"unit": "group", "entities": "7000012050002|x;T7000012050002|y"}, ("entities", "duplicate-entity")),
        ({"supersedes": "7K3Q9XWD29"}, ("supersedes", "unknown-mark")),
        ({"supersedes": "7K3Q9XWD28"}, ("supersedes", "bad-mark-number")),
        ({"web": "javascript:alert(1)"}, ("web", "bad-address")),
        ({"contact_mail": "nobody"}, ("contact_mail", "bad-address")),
        ({"report_sha256": "abc"}, ("report_sha256", "bad-hash")),
        ({"other_names": "みほん"}, ("other_names", "bad-list")),
        ({"related": "ISMS"}, ("related", "bad-list")),
    ],
)
def test_a_draft_against_one_rule_is_refused_for_that_rule(
    desk: Desk, cells: dict[str, str], found: tuple[str, str]
) -> None:
    assert fault(desk, **cells) == found


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"assessor_code": "AB99"}, ("assessor_code", "unknown-assessor")),
        ({"assessor_code": "AB09"}, ("assessor_code", "assessor-not-entitled")),
        ({"technical_checker_code": "AB09"}, ("technical_checker_code", "assessor-not-entitled")),
    ],
)
def test_a_body_that_was_not_designated_on_the_day_assesses_nothing(
    other_desk: Desk, cells: dict[str, str], found: tuple[str, str]
) -> None:
    assert faults(other_desk, [star4(**cells)]) == [(2, *found)]


@pytest.mark.parametrize(
    "cells",
    [
        {"legal_name": "山田太郎（個人事業主）"},
        {"organisation_id": "個人事業主"},
        {"legal_name_latin": "Taro Yamada, sole proprietor"},
    ],
)
def test_a_natural_person_cannot_be_a_holder(desk: Desk, cells: dict[str, str]) -> None:
    assert fault(desk, **cells)[1] == "holder-natural-person"


def test_an_overseas_holder_needs_only_latin_names(desk: Desk) -> None:
    overseas = draft(
        organisation_id="5493001KJTIIGC8Y1R12",
        legal_name="Exemple Électronique S.A.",
        legal_name_latin=None,
        name_kana=None,
        country="FR",
        region="FR-75",
        scope="IT infrastructure of the Lyon works",
        scope_latin=None,
    )
    assert accepted(desk, [overseas]) == ["Exemple Électronique S.A."]


def test_the_template_is_a_file_that_can_be_filled_in(desk: Desk) -> None:
    for lang, first in (("ja", "申請番号*"), ("en", "draft_id*")):
        path = desk.folder / f"template-{lang}.csv"
        assert desk.run("template", "--out", path, "--lang", lang).code == 0
        text = path.read_text("utf-8-sig")
        assert text.startswith(first)
        header = text.split("\r\n", 1)[0].split(",")
        names = [column.rstrip("*") for column in sheet([draft()]).split("\r\n")[0].split(",")]
        from issuer.columns import find_column

        columns = [find_column(cell) for cell in header]
        row = ",".join(f'"{draft().get(column.name, "") if column else ""}"' for column in columns)
        assert set(names) <= {column.name for column in columns if column}
        assert faults(desk, text + row + "\r\n") == []


# ------------------------------------------------------------------ the scheme file


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("months = 12", "month = 12"),
        ("months = 12", "months = 0"),
        ('evidence = ["expert_qualification"', 'evidence = ["expert_quality"'),
        ("demonstration = true", 'demonstration = "yes"'),
        ('timezone = "+09:00"', 'timezone = "Asia/Tokyo"'),
        ('assessment = "third-party"', 'assessment = "friends"'),
        ("from = 2026-03-27", 'from = "2026-03-27"'),
        ('code = "AB02"', 'code = "AB01"'),
        ("[levels.5]", "[levels.ten]"),
        ('id = "demo"', 'id = "demo2"'),
        ("fiscal_year_start = 4", "fiscal_year_start = 4\ncolour = 1"),
    ],
)
def test_a_scheme_file_with_one_fault_is_refused(desk: Desk, old: str, new: str) -> None:
    from forge.issuing import SCHEME

    text = SCHEME.read_text("utf-8")
    assert old in text
    path = desk.folder / "scheme.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    key = f"file:{desk.folder / 'issuer-3.key'}"
    ran = desk.run(
        "init",
        "--scheme",
        path,
        "--trust",
        desk.folder / "trust-1",
        "--anchor",
        desk.world.anchor,
        "--key",
        key,
    )
    assert ran.code == 2
    assert (desk.home / "scheme.toml").read_text("utf-8") == text


def test_a_scheme_that_is_no_demonstration_issues_nothing_that_is_over(desk: Desk) -> None:
    rows = [
        draft(
            valid_from="2026-10-26",
            valid_until="2026-10-30",
            assessed_on="2026-10-20",
            expert_training_on="2026-10-01",
        )
    ]
    assert faults(desk, rows) == []
    path = desk.home / "scheme.toml"
    path.write_text(path.read_text("utf-8").replace("demonstration = true", "demonstration = false"), "utf-8")
    assert faults(desk, rows) == [(2, "valid_until", "already-ended")]


def test_without_leave_to_be_shorter_a_mark_lasts_its_months(desk: Desk) -> None:
    path = desk.home / "scheme.toml"
    path.write_text(
        path.read_text("utf-8").replace("may_be_shorter = true", "may_be_shorter = false"), "utf-8"
    )
    assert fault(desk, valid_until="2027-03-31") == ("valid_until", "too-short")
    assert faults(desk, [draft(valid_until="2027-10-31")]) == []


def test_the_officer_is_warned_of_letters_that_may_be_taken_for_others(desk: Desk) -> None:
    name = "\u0410kashi Systems"  # a Cyrillic capital A
    for arguments in (("--dry-run",), ()):
        ran = desk.issue([draft(legal_name=name, legal_name_latin="Akashi Systems")], *arguments)
        assert ran.code == 0
        [note] = ran.json["notes"]
        assert (note["field"], note["reason"]) == ("legal_name", "look-alike-scripts")
        assert "Cyrillic, Latin" in note["detail"]
    assert [mark["name"] for mark in desk.marks()] == [name]


def test_a_word_of_three_scripts_as_japanese_is_written_warns_of_nothing(desk: Desk) -> None:
    assert desk.issue([draft(legal_name="株式会社ABCみほんテック")]).json["notes"] == []


def test_the_ledgers_lines_isolate_a_name_from_right_to_left(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "חברת 7 הדוגמה"
    desk.issue([draft(legal_name=name, legal_name_latin="Dugma Company")])
    words = [word for word in desk.arguments("list") if word != "--json"]
    assert main(words, clock=lambda: desk.now) == 0
    assert f"\u2068{name}\u2069" in capsys.readouterr().out
