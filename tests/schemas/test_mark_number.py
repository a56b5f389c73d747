"""Mark numbers: what is refused, what people may write, what is proposed."""

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.in_node import needs_node, run_in_node
from schemas.errors import MalformedError
from schemas.mark_number import ALPHABET, BadMarkNumberError, MarkNumber, suggestions

NUMBER = "7K3Q9XWD29"
values = st.integers(0, 2**45 - 1)


def test_the_number_in_the_format_has_the_right_check_character() -> None:
    assert str(MarkNumber.from_text("7K3Q9-XWD29")) == NUMBER
    assert MarkNumber.from_text(NUMBER).display == "7K3Q9-XWD29"


def test_the_smallest_and_the_greatest_number_are_written_in_full() -> None:
    assert str(MarkNumber(value=0)) == "0000000000"
    # 31 counts 31 single or doubled (62 = 1·32 + 30): 9 · 31 = 279, and 279 + 9 = 9 · 32
    assert str(MarkNumber(value=2**45 - 1)) == "ZZZZZZZZZ9"


def test_the_rightmost_data_character_is_the_doubled_one() -> None:
    # value 1: 1 · 2 = 2, so the check is 30 (Y); doubling the other way round would give 31 (Z)
    assert str(MarkNumber(value=1)) == "000000001Y"


def dropped_by_the_text() -> set[int]:
    """What docs/format.md §1 lists as dropped, wherever it stands."""
    text = (Path(__file__).parents[2] / "docs" / "format.md").read_text("utf-8")
    [listed] = re.findall(r"Dropped, wherever they stand: (.*?)\. Full-width", text, re.DOTALL)
    ranges = re.findall(r"U\+([0-9A-F]{4})(?:–([0-9A-F]{4}))?", listed)
    return {code for first, last in ranges for code in range(int(first, 16), int(last or first, 16) + 1)}


CHARACTERS = [code for code in range(0x10000) if not 0xD800 <= code < 0xE000]


def test_the_characters_that_are_dropped_are_those_the_text_lists() -> None:
    dropped = set[int]()
    for code in CHARACTERS:
        try:
            number = str(MarkNumber.from_text(f"{NUMBER[:5]}{chr(code)}{NUMBER[5:]}"))
        except BadMarkNumberError:
            continue
        assert number == NUMBER
        dropped.add(code)
    assert dropped == dropped_by_the_text()


@needs_node
def test_a_browser_drops_the_same_characters(tmp_path: Path) -> None:
    program = """
        const { markNumber } = await import("./verifier/numbers.js");
        answer = given.filter((code) => {
          try {
            return markNumber(`7K3Q9${String.fromCharCode(code)}XWD29`) === "7K3Q9XWD29";
          } catch (error) {
            if (error.reason === undefined) throw error;
            return false;
          }
        });
    """
    assert set(run_in_node(tmp_path, program, CHARACTERS)) == dropped_by_the_text()


@pytest.mark.parametrize(
    "typed",
    [
        "7k3q9xwd29",
        "7K3Q9 XWD29",
        "7K3Q9‐XWD29",
        "7K3Q9−XWD29",
        "7K3Q9ーXWD29",
        "７Ｋ３Ｑ９－ＸＷＤ２９",
        "７ｋ３ｑ９　ｘｗｄ２９",
        " 7-K-3-Q-9-X-W-D-2-9\n",
    ],
)
def test_people_may_write_it_their_way(typed: str) -> None:
    assert str(MarkNumber.from_text(typed)) == NUMBER


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("OOOOOOOOOO", "0000000000"),
        ("oooooooo1y", "000000001Y"),
        ("0000 0000 ly", "000000001Y"),
        ("00000000IY", "000000001Y"),
    ],
)
def test_look_alikes_are_read_as_the_digit(typed: str, meant: str) -> None:
    assert str(MarkNumber.from_text(typed)) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "7K3Q9XWD2",  # no check character
        "7K3Q9XWD290",
        "7K3Q9XWD2U",  # U is not in the alphabet
        "7K3Q9XWD2*",  # Crockford's mod 37 check characters are another scheme
        "7K3Q9XWD2９９",
        "٧K3Q9XWD29",  # an Arabic seven is a digit to str.isdigit
        "⑦K3Q9XWD29",  # NFKC would read it
        "7K3Q9XWD2²",
        "7ₖ3Q9XWD29",
        "7K3Q9XWD29" * 10,
        "7K3Q9/XWD29",
        "７Ｋ３Ｑ９．ＸＷＤ２９",
    ],
)
def test_what_is_no_number_is_refused_by_name(typed: str) -> None:
    with pytest.raises(BadMarkNumberError) as refused:
        MarkNumber.from_text(typed)
    assert refused.value.reason == "bad-mark-number"
    assert not refused.value.is_check_wrong


def test_a_letter_that_only_capitals_fold_into_the_alphabet_is_refused() -> None:
    # "ſ".upper() is "S" and "ı".upper() is "I": neither was ever printed on a mark
    right = next(
        str(MarkNumber(value=value)) for value in range(2**20) if "S" in str(MarkNumber(value=value))
    )
    with pytest.raises(BadMarkNumberError):
        MarkNumber.from_text(right.replace("S", "ſ", 1))


def test_a_wrong_check_character_is_told_from_other_faults() -> None:
    with pytest.raises(BadMarkNumberError) as refused:
        MarkNumber.from_text("7K3Q9XWD28")
    assert refused.value.is_check_wrong


@pytest.mark.parametrize("data", [b"", bytes(5), bytes(7), (2**45).to_bytes(6, "big"), b"\xff" * 6])
def test_cti_is_six_bytes_below_two_to_the_forty_fifth(data: bytes) -> None:
    with pytest.raises(MalformedError):
        MarkNumber.from_bytes(data)


@given(values)
def test_text_and_bytes_are_read_back(value: int) -> None:
    number = MarkNumber(value=value)
    assert MarkNumber.from_text(str(number)) == number
    assert MarkNumber.from_text(number.display.lower()) == number
    assert MarkNumber.from_bytes(number.to_bytes()) == number


@given(values, st.integers(0, 9), st.integers(1, 31))
def test_every_single_wrong_character_is_seen_and_the_right_number_can_be_found(
    value: int, place: int, shift: int
) -> None:
    right = str(MarkNumber(value=value))
    wrong = right[:place] + ALPHABET[(ALPHABET.index(right[place]) + shift) % 32] + right[place + 1 :]
    with pytest.raises(BadMarkNumberError):
        MarkNumber.from_text(wrong)
    assert right in suggestions(wrong, limit=20)


def test_every_swap_of_neighbours_is_seen_but_zero_with_z() -> None:
    unseen = set()
    for one, other in itertools.permutations(ALPHABET, 2):
        right = str(MarkNumber.from_text(_completed("000000" + one + other + "0")))
        swapped = right[:6] + other + one + right[8:]
        if _completed(swapped[:9]) == swapped:
            unseen.add(frozenset((one, other)))
    assert unseen == {frozenset("0Z")}


def test_a_swap_is_proposed_first_then_what_looks_alike() -> None:
    assert suggestions("K73Q9XWD29")[0] == NUMBER
    assert suggestions("7K3Q9XWDZ9")[0] == NUMBER  # 2 read as Z


def test_a_character_no_number_has_is_the_only_slip_considered() -> None:
    right = _completed("7K3Q9XVD2")
    assert suggestions(right.replace("V", "U")) == [right]
    assert suggestions(right.replace("V", "?")) == [right]


@pytest.mark.parametrize("typed", [NUMBER, "7K3Q9XWD2", "7K3Q9XWD290", "UU3Q9XWD29", ""])
def test_nothing_is_proposed_for_right_numbers_and_for_hopeless_ones(typed: str) -> None:
    assert suggestions(typed) == []


@given(st.text(max_size=80))
def test_proposals_are_few_and_right_and_odd_text_only_ever_refused(typed: str) -> None:
    try:
        proposed = suggestions(typed)
    except BadMarkNumberError:
        return
    assert len(proposed) <= 5
    for number in proposed:
        assert str(MarkNumber.from_text(number)) == number


def test_random_numbers_take_forty_five_bits_from_the_source_given() -> None:
    asked: list[int] = []

    def source(bits: int) -> int:
        asked.append(bits)
        return 42

    assert MarkNumber.random(source) == MarkNumber(value=42)
    assert asked == [45]


def _completed(data: str) -> str:
    return next(data + last for last in ALPHABET if _reads(data + last))


def _reads(text: str) -> bool:
    try:
        MarkNumber.from_text(text)
    except BadMarkNumberError:
        return False
    return True
