"""Text in signed objects: what may not stand there, and old forms of characters that must survive NFC."""

import itertools
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import MalformedError
from schemas.text import EVERYDAY_LINES, check_text, is_latin, keep_old_forms, without_selectors


def refused(text: str, *, max_bytes: int = 240) -> MalformedError:
    with pytest.raises(MalformedError) as caught:
        check_text(text, "/name", max_bytes=max_bytes)
    assert caught.value.path == "/name"
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "株式会社山本電機製作所",
        "Yamamoto Electric Works Co., Ltd.",
        "Müller & Søn GmbH",
        "Công ty TNHH Sài Gòn",
        "บริษัท ตัวอย่าง จำกัด",
        "葛\U000e0100城精工",  # ideographic variation selector
        "神\ufe00戸製作所",  # standardised variation selector
        "髙﨑商店",  # U+FA11 is a unified ideograph in spite of its block
        "有限会社カワムラ・アンド・サンズ",
        "𠮷野家具",
        "🏭",
        "full width　space",
        "شركة المثال للتقنية",
        "مُؤَسَّسَةُ ٱلْمِثَالِ",  # with harakat: shadda and a vowel on one letter
        "חברת הדוגמה בע״מ",
        "בְּרֵאשִׁית",  # with points
        "उदाहरण प्रौद्योगिकी प्राइवेट लिमिटेड",
        "ஊழியர் நிறுவனம்",
        "ក្រុមហ៊ុន ឧទាហរណ៍",
        "သို့ ငြိမ့် ရွှေ့ ကုမ္ပဏီ",
        "བསྒྲུབས་",
        "ọ́ŋà",  # a mark that no letter is composed with
        "佐々木「みほん」㈱",
    ],
)
def test_names_as_companies_write_them_pass(text: str) -> None:
    check_text(text, "/name", max_bytes=240)


@pytest.mark.parametrize(
    "hidden",
    [
        "\u0000",
        "\n",
        "\t",
        "\u007f",
        "\u0085",
        "\u00ad",  # soft hyphen
        "\u061c",  # Arabic letter mark
        "\u200b",  # zero width space
        "\u200c",
        "\u200d",  # zero width joiner
        "\u200e",
        "\u200f",
        "\u2028",
        "\u2029",
        "\u202a",
        "\u202e",  # right-to-left override
        "\u2060",
        "\u2066",
        "\u2069",
        "\ufeff",  # byte order mark
        "\ufff9",  # interlinear annotation
        "\U000e0001",  # language tag
        "\U000e0041",  # tag character
        "\ue000",  # private use
        "\U000f0000",
        "\U0010fffd",
        "\ud800",
        "\ufffe",  # noncharacters
        "\ufdd0",
        "\U0010ffff",
        "\u034f",  # combining grapheme joiner
        "\u115f",  # Hangul fillers: letters that show nothing
        "\u3164",
        "\uffa0",
        "\u180b",  # Mongolian selector
        "\U000e0fff",  # reserved for invisible characters
        "\u2800",  # braille without a dot
        "\u1160",
        "\u17b4",  # vowels that are not written
        "\ufffc",  # stands for an object that is not there
        "\U00016fe4",
        "\U0001d159",
        "\u0378",  # not assigned
        "\u0cf3",  # assigned in 15.0
        "\U0001c000",
        "\ua7cb",  # assigned in 16.0, as are the next two; these are composed under NFC
        "\U000105c9",
        "\U00016121",
    ],
)
def test_a_character_nobody_can_see_is_refused_wherever_it_stands(hidden: str) -> None:
    for text in (f"株式{hidden}会社", f"{hidden}株式会社", f"株式会社{hidden}"):
        assert f"U+{ord(hidden):04X}" in refused(text).problem


@pytest.mark.parametrize(
    "text",
    [
        "\ufe00神",
        "神\ufe00\ufe00",
        "神 \ufe00",
        "神\ufe00\U000e0100",
        "\U000e0100",
        "A\ufe00kashi",
        "神゛\ufe00",
    ],
)
def test_a_variation_selector_needs_an_ideograph_to_select_for(text: str) -> None:
    assert "select" in refused(text).problem


@pytest.mark.parametrize("text", ["", " ", "　 ", "\u00a0", "\u1680\u205f"])
def test_blank_text_is_refused(text: str) -> None:
    assert "blank" in refused(text).problem


@pytest.mark.parametrize(
    "text", ["\u0301", "\u0301Akashi", "Akashi \u0301", "\u0e48ไทย", "\u093f", "　\u20dd"]
)
def test_a_mark_needs_something_to_stand_on(text: str) -> None:
    assert "nothing to stand on" in refused(text).problem


def test_the_rules_are_the_grammar_the_format_gives() -> None:
    grammar = re.compile("(?!.*MMMMM)S*(?:(?:O|IV?)[MJ]*S*)+")
    signs = {
        "O": "xyzwv",
        "I": "神戸海城葛",
        "M": "\u0324\u0325\u0329\u032a\u032b",
        "J": "\u0903" * 5,
        "V": "\ufe00" * 5,
        "S": " " * 5,
    }
    for shape in (
        "".join(word) for length in range(1, 6) for word in itertools.product(signs, repeat=length)
    ):
        text = "".join(signs[kind][place] for place, kind in enumerate(shape))
        assert passes(text) == (grammar.fullmatch(shape) is not None), shape


def passes(text: str) -> bool:
    try:
        check_text(text, "", max_bytes=240)
    except MalformedError:
        return False
    return True


def test_marks_are_not_heaped_up() -> None:
    assert "one upon another" in refused("x\u0323\u0324\u0325\u0301\u0302").problem
    check_text("x\u0323\u0324\u0325\u0301", "/name", max_bytes=240)
    check_text("x\u0323\u0324\u0325\u0301q\u0323\u0324\u0325\u0301", "/name", max_bytes=240)


@pytest.mark.parametrize("text", ["x\u0323\u0323", "ก\u0e48\u0e48", "x\u20dd\u20dd"])
def test_a_mark_hides_no_second_one_of_its_kind(text: str) -> None:
    assert "twice in a row" in refused(text).problem


@pytest.mark.parametrize("text", ["か\u3099くしゃ", "u\u0308ber", "\u212b", "\u2126", "\ufa19", "\ufa2c"])
def test_text_that_nfc_would_change_is_refused(text: str) -> None:
    assert "NFC" in refused(text).problem


def test_the_refusal_of_an_old_form_says_how_to_write_it() -> None:
    assert "U+FA19 has to be written U+795E U+FE00" in refused("\ufa19戸製作所").problem


def test_the_bound_counts_bytes_not_characters() -> None:
    check_text("証" * 80, "/name", max_bytes=240)
    assert "240" in refused("証" * 80 + "a").problem
    check_text("a" * 240, "/name", max_bytes=240)
    refused("a" * 241)


def test_the_bound_comes_before_everything_else() -> None:
    assert "longer" in refused("\u0000" * 241).problem


@pytest.mark.parametrize(
    ("old", "written"),
    [
        ("\ufa19", "神\ufe00"),
        ("\ufa26", "都\ufe00"),
        ("\ufa2c", "館\ufe00"),
        ("\ufa45", "海\ufe00"),
        ("\U0002f901", "海\ufe01"),  # two old forms of one character stay two
        ("\ufa11", "\ufa11"),
        ("か\u3099", "が"),
    ],
)
def test_an_old_form_becomes_base_and_standardised_selector(old: str, written: str) -> None:
    assert keep_old_forms(old) == written


def test_no_two_old_forms_are_written_alike_and_nfc_leaves_each_alone() -> None:
    blocks = [*range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20)]
    changed = [chr(code) for code in blocks if unicodedata.normalize("NFC", chr(code)) != chr(code)]
    written = {keep_old_forms(old) for old in changed if len(keep_old_forms(old)) == 2}
    assert len(written) == 1002  # what Unicode's StandardizedVariants.txt lists
    for text in written:
        check_text(text, "/name", max_bytes=240)
        assert without_selectors(text) in {unicodedata.normalize("NFC", old) for old in changed}


def test_search_sees_one_name_with_and_without_selectors() -> None:
    assert without_selectors("葛\U000e0100城・神\ufe00戸") == "葛城・神戸"


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("Sakura “Works” – Co., Ltd.", True),
        ("Ất Việt", True),
        ("Ćiković d.o.o.", True),
        ("\u024f\u1e00\u1eff\u2010\u2027", True),
        ("\u0250", False),
        ("\u1f00", False),
        ("\u2028", False),
        ("ＡＢＣ", False),
        ("株式会社ABC", False),
        ("Сакура", False),  # Cyrillic that looks Latin
    ],
)
def test_latin_is_what_a_reader_of_latin_letters_can_read(text: str, latin: bool) -> None:  # noqa: FBT001 - a table
    assert is_latin(text) is latin


def test_a_character_let_through_at_first_sight_would_pass_the_closer_look() -> None:
    canonical = [unicodedata.decomposition(chr(code)).split() for code in range(0x110000)]
    joining = {int(parts[1], 16) for parts in canonical if len(parts) == 2 and "<" not in parts[0]}
    everyday = [code for code in range(0x80, 0x110000) if EVERYDAY_LINES.fullmatch("a" + chr(code))]
    assert len(everyday) > 21_000
    for lines in ("", "\n", "a\n", "\na", "a\n\nb", "a\n b", "　a", "a\n　"):
        assert EVERYDAY_LINES.fullmatch(lines) is None
    assert EVERYDAY_LINES.fullmatch("a b\nみほん　電子\n~")
    for code in everyday:
        character = chr(code)
        assert not unicodedata.combining(character)
        assert code not in joining  # no character before it swallows it under NFC
        assert unicodedata.is_normalized("NFC", character)
        assert len(character.encode()) <= 3
        check_text("ไ" + character, "/name", max_bytes=240)  # ไ: now everything is looked at


@given(st.text(max_size=60))
def test_any_text_is_refused_by_name_or_stays_as_it_is(text: str) -> None:
    try:
        check_text(text, "/name", max_bytes=240)
    except MalformedError:
        return
    assert keep_old_forms(text) == text
    assert len(text.encode()) <= 240


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40))
def test_rewriting_old_forms_ends_after_once(text: str) -> None:
    once = keep_old_forms(text)
    assert keep_old_forms(once) == once
    assert unicodedata.is_normalized("NFC", once)
