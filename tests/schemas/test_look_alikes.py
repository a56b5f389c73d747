"""Names that mix scripts: which are named to the officer and the reader, and which are honest."""

import pytest

from schemas.look_alikes import look_alike_scripts
from schemas.text import check_text


@pytest.mark.parametrize(
    ("name", "scripts"),
    [
        ("\u0410kashi Systems", ["Cyrillic", "Latin"]),  # a Cyrillic capital A
        ("Akashi \u0421\u041e", ["Cyrillic", "Latin"]),  # as a word of its own
        ("Ακαshi", ["Greek", "Latin"]),
        ("МОСΚВА", ["Cyrillic", "Greek"]),
        ("\u0421\u041e\u0421\u0410", ["Cyrillic"]),  # every letter has the shape of a Latin one
        ("ΑΚΜΗ 24", ["Greek"]),
        ("ᎪᎡᎬ", ["Cherokee"]),
        ("Akashiשלום", ["Hebrew", "Latin"]),
        ("山本한국カナ", ["Han", "Hangul", "Katakana"]),
        ("株式会社Σ", ["Greek", "Han"]),
    ],
)
def test_letters_that_may_be_taken_for_others_are_named(name: str, scripts: list[str]) -> None:
    check_text(name, "/name", max_bytes=240)
    assert list(look_alike_scripts(name)) == scripts


@pytest.mark.parametrize(
    "name",
    [
        "Akashi Systems",
        "Müller & Søn GmbH",
        "株式会社ABCシステムズ・みほん",
        "佐々木ﾃｸﾉ",
        "주식회사 大韓ABC",
        "台灣ㄅㄆABC公司",
        "บริษัทABCจำกัด",
        "ООО «Пример»",
        "Παράδειγμα Α.Ε.",
        "شركة Example",
        "Example בע״מ",
        "उदाहरण (India) Ltd",
        "123 & 456",
        "🏭",
        "éÀ\u0323",
    ],
)
def test_what_languages_write_together_is_not_named(name: str) -> None:
    assert look_alike_scripts(name) == ()
