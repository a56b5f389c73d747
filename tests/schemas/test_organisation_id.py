"""Identifiers of organisations: the one written form, and what people and spreadsheets make of it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_97_10

from schemas.errors import MalformedError
from schemas.organisation_id import BadOrganisationIdError, OrganisationId

LEI = "5493001KJTIIGC8Y1R12"
GLN = "4569951110016"


def fault_of(text: str, *, loosely: bool = False) -> str:
    with pytest.raises(BadOrganisationIdError) as refused:
        (OrganisationId.read_loosely if loosely else OrganisationId.from_text)(text)
    assert isinstance(refused.value, MalformedError)
    assert refused.value.path == "organisation id"
    return refused.value.fault


@pytest.mark.parametrize(
    "text",
    [
        "0188:7123456789012",
        "0188:7010705000725",
        "0188:2120901007402",
        "0188:7000012050002",
        f"0199:{LEI}",
        f"0088:{GLN}",
        "0060:123456789",
        "0060:012345678",
        "0002:552081317",
        "0009:73282932000074",
        "0151:51824753556",
        "0184:13585628",
        "0192:988077917",
        "0208:0403019261",
        "0007:1234567897",
    ],
)
def test_right_identifiers_are_read_and_written_back(text: str) -> None:
    assert str(OrganisationId.from_text(text)) == text
    assert str(OrganisationId.read_loosely(text)) == text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "wrong-form"),
        ("7000012050002", "wrong-form"),  # no ICD
        ("0188:", "wrong-form"),
        ("0188:700001205000", "wrong-form"),
        ("0188:70000120500020", "wrong-form"),
        ("0188:7000012050002 ", "wrong-form"),
        ("0188:7000012050002\n", "wrong-form"),
        (" 0188:7000012050002", "unknown-icd"),
        ("0188:T7000012050002", "wrong-form"),
        ("0188:7-0000-1205-0002", "wrong-form"),  # people may write so, signed objects not
        ("0188:７０００012050002", "wrong-form"),
        ("0188:٧000012050002", "wrong-form"),  # a digit to str.isdigit
        ("0188:0000000000000", "wrong-form"),
        ("0088:0000000000000", "wrong-form"),  # its check digit would be right
        ("0060:000000000", "wrong-form"),
        ("0188:8000012050002", "wrong-check"),
        ("0188:7123456789021", "wrong-check"),
        ("0088:4569951110017", "wrong-check"),
        ("0088:73513537", "wrong-form"),  # a right EAN-8 is no GLN
        ("0060:12345678", "wrong-form"),
        (f"0199:{LEI.lower()}", "wrong-form"),
        (f"0199:{LEI[:-1]}3", "wrong-check"),
        ("188:7000012050002", "unknown-icd"),
        ("9999:7000012050002", "unknown-icd"),
        ("0221:T7000012050002", "unknown-icd"),  # invoice numbers may belong to natural persons
        ("0188:7000012050002:", "wrong-form"),
    ],
)
def test_a_near_miss_is_refused_by_name(text: str, fault: str) -> None:
    assert fault_of(text) == fault


def test_a_lei_of_another_length_is_refused_though_its_remainder_is_one() -> None:
    longer = "00" + LEI
    assert mod_97_10.is_valid(longer)
    assert fault_of(f"0199:{longer}") == "wrong-form"


def test_a_lei_has_no_twin_with_other_check_digits() -> None:
    for body in (f"5493001KJTIIGC8Y{one}{two}" for one in string.digits for two in string.ascii_uppercase):
        right = mod_97_10.calc_check_digits(body)
        for last in range(100):
            if f"{last:02}" != right:
                assert fault_of(f"0199:{body}{last:02}") == "wrong-check"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7000012050002", "0188:7000012050002"),
        ("T7000012050002", "0188:7000012050002"),
        ("t7000012050002", "0188:7000012050002"),
        ("Ｔ７００００１２０５０００２", "0188:7000012050002"),
        ("７００００１２０５０００２", "0188:7000012050002"),
        ("7-0000-1205-0002", "0188:7000012050002"),
        ("T-7000012050002", "0188:7000012050002"),
        ("7‐0000－1205−0002", "0188:7000012050002"),
        ("　7 0000 1205 0002 ", "0188:7000012050002"),
        ("'7000012050002", "0188:7000012050002"),  # a spreadsheet's sign for text
        ("7000012050002.0", "0188:7000012050002"),  # all digits are there
        ("０１８８：７００００１２０５０００２", "0188:7000012050002"),
        ("0088: 4 569951 110016", f"0088:{GLN}"),
        (LEI.lower(), f"0199:{LEI}"),
        ("5493 001K JTII GC8Y 1R12", f"0199:{LEI}"),
        ("0060:12-345-6789", "0060:123456789"),
        ("0208:0403.019.261".replace(".", " "), "0208:0403019261"),
    ],
)
def test_people_may_write_it_their_way(typed: str, meant: str) -> None:
    assert str(OrganisationId.read_loosely(typed)) == meant


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("7.1E+12", "spreadsheet-number"),
        ("7.00001E+12", "spreadsheet-number"),
        ("7E+12", "spreadsheet-number"),
        ("７．１Ｅ＋１２", "spreadsheet-number"),
        ("7,1e+12", "spreadsheet-number"),
        ("000012050002", "wrong-form"),
        ("614141000036", "lost-zero"),  # GLN 0614141000036
        ("12345678", "lost-zero"),
        ("123456789", "ambiguous"),
        ("T4569951110016", "wrong-check"),
        ("8000012050002", "wrong-check"),  # would be a right GLN
        ("T700001205000", "wrong-form"),
        ("700001205000", "wrong-form"),
        ("", "unreadable"),
        ("株式会社山本電機", "unreadable"),
        ("TT7000012050002", "unreadable"),
        ("７０００012050002" * 9, "unreadable"),
        ("⑦000012050002", "unreadable"),
        ("７0000120500٠2", "unreadable"),
        ("-7000012050003", "wrong-check"),
    ],
)
def test_what_cannot_be_read_is_explained_by_name(typed: str, fault: str) -> None:
    assert fault_of(typed, loosely=True) == fault


def test_a_lei_full_of_digits_is_not_taken_for_a_spreadsheet_number() -> None:
    body = "123456789E12345678"
    lei = body + mod_97_10.calc_check_digits(body)
    assert str(OrganisationId.read_loosely(lei)) == f"0199:{lei}"


def test_a_mistyped_corporate_number_never_becomes_a_gln_in_silence() -> None:
    assert str(OrganisationId.from_text("0088:8000012050002"))
    with pytest.raises(BadOrganisationIdError, match="write 0088:8000012050002") as refused:
        OrganisationId.read_loosely("8000012050002")
    assert refused.value.fault == "wrong-check"


def test_twelve_digits_are_explained_with_the_number_they_would_make() -> None:
    with pytest.raises(BadOrganisationIdError, match="7000012050002"):
        OrganisationId.read_loosely("000012050002")


@given(st.integers(0, 10**12 - 1), st.integers(0, 12), st.integers(1, 9))
def test_a_wrong_digit_in_a_corporate_number_is_seen_but_zero_for_nine(
    body: int, place: int, shift: int
) -> None:
    digits = [int(digit) for digit in f"{body:012}"]
    # written down anew from the law: n counts from the right, odd places once, even places twice
    check = 9 - sum(digit * (1 if n % 2 else 2) for n, digit in enumerate(reversed(digits), 1)) % 9
    right = f"{check}{body:012}"
    if body:
        assert str(OrganisationId.read_loosely(right)) == f"0188:{right}"
    changed = (int(right[place]) + shift) % 10
    wrong = right[:place] + str(changed) + right[place + 1 :]
    if {int(right[place]), changed} != {0, 9} and wrong.strip("0"):
        assert fault_of(f"0188:{wrong}") == "wrong-check"


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_and_what_was_read_is_canonical(typed: str) -> None:
    try:
        read = OrganisationId.read_loosely(typed)
    except BadOrganisationIdError:
        return
    assert OrganisationId.from_text(str(read)) == read
