"""What a buyer learns of one supplier, by a mark, a link, a number or a name."""

from datetime import date

import pytest

from forge.buyers import Buyer
from forge.laid import ENTITIES, holder
from schemas.claims import Unit
from schemas.mark_number import MarkNumber
from schemas.qr import to_digits
from verifier import Policy
from verifier.suppliers.judge import judge_supplier
from verifier.suppliers.results import RowResult
from verifier.suppliers.rows import supplier_of

ENTITY = ENTITIES[0][0].partition(":")[2]


def said(result: RowResult) -> tuple[str, list[str]]:
    return result.verdict.value, [str(one.reason) for one in result.reasons]


def one(results: list[RowResult]) -> RowResult:
    [result] = results
    return result


def test_a_mark_is_judged_by_its_number_and_by_its_link(buyer: Buyer) -> None:
    number, link = buyer.marks["valid"].number, buyer.marks["valid"].link()
    by_number, by_link = buyer.check(f"マーク番号,リンク\n{number},\n,{link}\n")
    assert (said(by_number), by_number.matched_by) == (("valid", []), "mark")
    assert (said(by_link), by_link.matched_by) == (("valid", []), "url")
    assert by_number.mark == by_link.mark
    assert by_number.mark is not None
    assert (by_number.mark.number, by_number.mark.state) == (number, "valid")


@pytest.mark.parametrize("name", ["suspended", "revoked", "expired", "future"])
def test_what_became_of_a_mark_is_said(buyer: Buyer, name: str) -> None:
    result = one(buyer.check(f"マーク番号\n{buyer.marks[name].number}\n"))
    reason = {"future": "not-yet-valid"}.get(name, name)
    assert said(result) == ("invalid", [reason])
    assert result.mark is not None
    assert result.mark.state == reason


def test_a_real_mark_on_another_companys_paper_is_caught_by_the_number_beside_it(buyer: Buyer) -> None:
    mark, other = buyer.marks["valid"].number, buyer.holder("revoked")
    result = one(buyer.check(f"法人番号,マーク番号\n{other},{mark}\n"))
    assert said(result) == ("invalid", ["policy-organisation"])
    assert "7700001205000" in result.reasons[0].detail


def test_a_groups_mark_counts_for_the_company_it_lists(buyer: Buyer) -> None:
    group = buyer.marks["group"].number
    by_id, by_both = buyer.check(f"法人番号,マーク番号\n{ENTITY},\n{ENTITY},{group}\n")
    assert (said(by_id), by_id.matched_by) == (("valid", []), "entity")
    assert (said(by_both), by_both.matched_by) == (("valid", []), "entity")


def test_of_all_marks_of_a_holder_the_best_is_reported_and_the_others_are_named(buyer: Buyer) -> None:
    result = one(buyer.check(f"法人番号\n{buyer.holder('expired')}\n"))
    assert said(result) == ("valid", [])
    assert result.mark is not None
    assert (result.mark.number, result.mark.unit) == (buyer.marks["group"].number, Unit.GROUP.slug)
    assert {(other.number, other.verdict) for other in result.others} == {
        (buyer.marks["expired"].number, "invalid"),
        (buyer.marks["future"].number, "invalid"),
    }
    assert [str(note.reason) for note in result.notes] == ["several-marks"]


def test_a_successor_counts_where_the_old_mark_was_replaced(buyer: Buyer) -> None:
    result = one(buyer.check(f"法人番号\n{buyer.holder('superseded')}\n"))
    assert said(result) == ("valid", [])
    assert result.mark is not None
    assert result.mark.number == buyer.marks["successor"].number


def test_a_company_without_a_mark_is_a_result_of_its_own(buyer: Buyer) -> None:
    result = one(buyer.check(f"法人番号\n{holder(77).value}\n"))
    assert said(result) == ("no-mark", ["not-in-register"])
    assert (result.mark, result.as_of, result.candidates) == (None, None, ())


@pytest.mark.parametrize(
    "name", ["株式会社みほん電子", "㈱みほん電子", "みほん電機", "Mihon Denshi Co., Ltd."]
)
def test_a_name_the_same_or_only_like_it_is_offered_and_never_taken(buyer: Buyer, name: str) -> None:
    result = one(buyer.check(f'取引先名\n"{name}"\n'))
    assert said(result) == ("no-mark", ["name-only"])
    assert (result.mark, result.matched_by) == (None, None)
    assert result.candidates
    assert all(candidate.marks for candidate in result.candidates)
    assert all((candidate.score == 1) == (name != "みほん電機") for candidate in result.candidates)


def test_a_name_nothing_is_like_finds_nothing(buyer: Buyer) -> None:
    assert said(one(buyer.check("取引先名\n山田製麺所\n"))) == ("no-mark", ["not-in-register"])


def test_a_number_that_is_not_held_leads_to_names_alone(buyer: Buyer) -> None:
    result = one(buyer.check(f"法人番号,会社名\n{holder(77).value},株式会社みほん電子\n"))
    assert said(result) == ("no-mark", ["name-only"])
    assert result.mark is None


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("㈱みほん電子", "same"),
        ("ﾐﾎﾝﾃﾞﾝｼ", "same"),  # the reading in its profile
        ("みほん電子株式会社", "differs"),
        ("有限会社みほん電子", "differs"),
        ("MIHON DENSHI INC.", "same"),
        ("べつの会社", "differs"),
        ("", "not-given"),
    ],
)
def test_the_name_on_the_list_is_held_against_the_holders_and_changes_no_verdict(
    buyer: Buyer, name: str, match: str
) -> None:
    result = one(buyer.check(f"会社名,法人番号\n{name},{buyer.holder('valid')}\n"))
    assert (said(result), result.name_match) == (("valid", []), match)
    assert ("name-differs" in [note.reason for note in result.notes]) == (match == "differs")


def test_the_name_of_a_groups_member_is_its_own(buyer: Buyer) -> None:
    same, other = buyer.check(f"会社名,法人番号\n{ENTITIES[0][1]},{ENTITY}\nよその会社,{ENTITY}\n")
    assert (same.name_match, other.name_match) == ("same", "differs")


@pytest.mark.parametrize(
    ("header", "cell", "reason"),
    [
        ("必要段階", "★4", "policy-level"),
        ("適用範囲", "大阪工場", "policy-scope"),
        ("納期", "2030/4/1", "policy-until"),
    ],
)
def test_a_row_may_want_more_than_a_mark(buyer: Buyer, header: str, cell: str, reason: str) -> None:
    assert said(one(buyer.check(f"法人番号,{header}\n{buyer.holder('valid')},{cell}\n"))) == (
        "invalid",
        [reason],
    )


def test_what_the_row_wants_and_what_the_policy_wants_must_both_be_met(buyer: Buyer) -> None:
    row = f"法人番号,適用範囲,必要段階,納期\n{buyer.holder('valid')},本社,3,2026-12-01\n"
    assert said(one(buyer.check(row, Policy(scope_contains="IT")))) == ("valid", [])
    assert said(one(buyer.check(row, Policy(scope_contains="大阪")))) == ("invalid", ["policy-scope"])
    assert said(one(buyer.check(row, Policy(min_level=4)))) == ("invalid", ["policy-level"])
    later = Policy(valid_until_at_least=date(2030, 1, 1))
    assert said(one(buyer.check(row, later))) == ("invalid", ["policy-until"])


@pytest.mark.parametrize(
    ("header", "cell", "reason"),
    [
        ("必要段階", "高", "level-unreadable"),
        ("納期", "03/04/27", "day-unreadable"),
        ("納期", "46843", "day-unreadable"),
    ],
)
def test_a_wish_that_cannot_be_read_leaves_the_row_undetermined(
    buyer: Buyer, header: str, cell: str, reason: str
) -> None:
    row = f"法人番号,{header}\n{{}},{cell}\n"
    assert said(one(buyer.check(row.format(buyer.holder("valid"))))) == ("undetermined", [reason])
    # What is known to be invalid stays so.
    assert said(one(buyer.check(row.format(buyer.holder("revoked")))))[0] == "invalid"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("7.7E+12", "spreadsheet-number"),
        ("７．７Ｅ＋１２", "spreadsheet-number"),
        ("7700001205001", "wrong-check"),
        (
            "700001205000",
            "id-unreadable",
        ),  # 12 digits are another number of the same company: nothing is guessed
        ("569951110016", "id-unreadable"),
        ("社内番号7", "id-unreadable"),
    ],
)
def test_a_damaged_number_is_explained_and_never_repaired(buyer: Buyer, cell: str, reason: str) -> None:
    good = buyer.holder("valid")
    _, result = buyer.check(f"法人番号\n{good}\n{cell}\n")
    assert said(result) == ("undetermined", [reason])
    assert result.reasons[0].detail
    assert result.mark is None


def test_a_mark_number_of_digits_and_one_letter_e_has_lost_nothing(buyer: Buyer) -> None:
    whole, unknown, lost = buyer.check("マーク番号\n1234E-00078\n7K3Q9-XWD29\n1.234E+78\n")
    assert said(whole) == said(unknown) != said(lost)
    assert said(lost) == ("undetermined", ["spreadsheet-number"])


@pytest.mark.parametrize("written", ["T{}", "Ｔ{}", "{}.0", " {} ", "'{}", "0188:{}"])
def test_what_can_be_read_in_one_way_only_is_read(buyer: Buyer, written: str) -> None:
    cell = written.format(buyer.holder("valid"))
    assert said(one(buyer.check(f"法人番号\n{cell}\n"))) == ("valid", [])


def test_a_mistyped_mark_number_is_named_and_what_the_number_of_the_company_finds_is_shown(
    buyer: Buyer,
) -> None:
    good = buyer.marks["valid"].number
    other = next(sign for sign in "0123456789" if sign != good[0])
    result = one(buyer.check(f"法人番号,マーク番号\n{buyer.holder('valid')},{other}{good[1:]}\n"))
    assert said(result) == ("undetermined", ["bad-mark-number"])
    assert result.mark is not None
    assert result.mark.number == good


def test_two_columns_that_name_two_marks_are_not_reconciled(buyer: Buyer) -> None:
    link, other = buyer.marks["valid"].link(), buyer.marks["reinstated"].number
    assert said(one(buyer.check(f"マーク番号,リンク\n{other},{link}\n"))) == ("undetermined", ["two-marks"])


def test_digits_alone_name_a_mark_too(buyer: Buyer) -> None:
    number, digits = buyer.marks["valid"].number, to_digits(buyer.marks["reinstated"].raw)
    for text in (f"mark,url\n{number},{digits}\n", f"mark,url\n{digits},https://akashi.example/m/{number}\n"):
        assert said(one(buyer.check(text))) == ("undetermined", ["two-marks"])
    same = f"mark,url\n{number},{to_digits(buyer.marks['valid'].raw)}\n"
    assert said(one(buyer.check(same))) == ("valid", [])


def test_a_mark_that_is_in_no_register_is_not_called_valid(buyer: Buyer) -> None:
    number = MarkNumber(value=12345)
    assert said(one(buyer.check(f"マーク番号\n{number}\n"))) == ("undetermined", ["mark-unavailable"])


def test_without_a_register_only_marks_with_their_digits_are_judged(buyer: Buyer) -> None:
    link, company = buyer.marks["valid"].link(), buyer.holder("valid")
    by_link, by_id, by_name = buyer.check(
        f"リンク,法人番号,会社名\n{link},,\n,{company},\n,,株式会社みほん電子\n", offline=True
    )
    assert said(by_link) == ("valid", [])
    assert said(by_id) == said(by_name) == ("undetermined", ["register-needed"])


def test_a_row_that_names_nobody_is_said_to_and_the_others_are_judged(buyer: Buyer) -> None:
    results = buyer.check(f"法人番号,会社名,備考\n,,合計\n{buyer.holder('valid')},,\n")
    assert [said(result) for result in results] == [("undetermined", ["nothing-to-check"]), ("valid", [])]


def test_a_country_makes_bare_digits_readable(buyer: Buyer) -> None:
    results = buyer.check("法人番号,国\n7700001205000,JP\n552100554,FR\n552100554,US\n")
    assert [said(one) for one in results] == [
        ("valid", []),
        ("no-mark", ["not-in-register"]),
        ("undetermined", ["id-unreadable"]),
    ]


@pytest.mark.parametrize("cell", ["-", "－", "なし", "N/A", "申請中"])
def test_a_word_for_nothing_is_nothing(buyer: Buyer, cell: str) -> None:
    result = one(buyer.check(f"会社名,法人番号,マーク番号\n株式会社みほん電子,{cell},{cell}\n"))
    assert said(result) == ("no-mark", ["name-only"])


def test_two_marks_in_one_cell_are_named(buyer: Buyer) -> None:
    pair = f"{buyer.marks['valid'].number} / {buyer.marks['group'].number}"
    assert said(one(buyer.check(f"マーク番号\n{pair}\n"))) == ("undetermined", ["two-marks"])


@pytest.mark.parametrize("level", ["★3以上", "3以上", "３級", "★★★以上", "レベル3"])
def test_a_level_is_read_as_people_write_it(buyer: Buyer, level: str) -> None:
    assert said(one(buyer.check(f"法人番号,必要レベル\n{buyer.holder('valid')},{level}\n"))) == ("valid", [])


def test_a_living_mark_that_misses_the_policy_stands_before_a_dead_one(buyer: Buyer) -> None:
    old, new = buyer.marks["superseded"], buyer.marks["successor"]
    table = f"法人番号\n{old.claims.holder.value}\n"
    result = one(buyer.check(table, Policy(scope_contains="どこにもない言葉")))
    assert result.mark is not None
    assert result.mark.number != old.number
    assert result.mark.state == "valid"
    assert new.claims.holder == old.claims.holder


def test_the_day_a_policy_asks_of_a_mark_is_nothing_to_ask_of_none(buyer: Buyer) -> None:
    supplier = supplier_of(2, {"name": "株式会社そんざいしない"}, until="")
    assert [str(one.reason) for one in supplier.faults] == ["day-missing"]
    result = judge_supplier(supplier, finder=buyer.finder, judge=lambda *_: pytest.fail("nothing to judge"))
    assert said(result) == ("no-mark", ["not-in-register"])
