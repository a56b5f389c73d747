"""The frozen repertoire: what the file lists, what is made from it, and that normalisation is one for all of it."""

import unicodedata
from hashlib import sha256
from pathlib import Path

import pytest

from forge.write_tables import KINDS, SOURCE, rendered, sections
from schemas.folding import folded
from schemas.repertoire import kinds, scripts
from schemas.text import EVERYDAY_LINES

ALL = [chr(code) for code in range(0x110000)]
KINDS_OF_ALL = kinds("".join(ALL))
KNOWN = [character for character, kind in zip(ALL, KINDS_OF_ALL, strict=True) if kind != "X"]
SAME_EDITION = pytest.mark.skipif(
    unicodedata.unidata_version != "14.0.0",
    reason="this interpreter has the tables of another Unicode; Python 3.11 has those the repertoire was frozen at",
)
SHOWS_NOTHING = {
    *"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\U0001107f\U00016fe4\U0001d159\u2800\ufffc"
}


def test_making_the_tables_again_gives_the_same_bytes() -> None:
    for path, data in rendered().items():
        assert path.read_bytes() == data, f"{path} is not made from {SOURCE}: make tables"


def test_the_tables_say_of_every_character_what_the_file_says() -> None:
    listed: dict[int, tuple[str, str]] = {}
    for line in sections(SOURCE.read_text("utf-8"))["characters"]:
        points, kind, script = line.split()
        first, _, last = points.partition("..")
        for code in range(int(first, 16), int(last or first, 16) + 1):
            listed[code] = KINDS[kind], "" if script == "-" else script
    said = list(zip(KINDS_OF_ALL, scripts("".join(ALL)), strict=True))
    assert {code: said[code] for code in listed} == listed
    assert {kind for code, (kind, _) in enumerate(said) if code not in listed} == {"X"}


@SAME_EDITION
def test_the_file_lists_what_its_edition_of_unicode_assigns_and_shows() -> None:
    for character, kind in zip(ALL, KINDS_OF_ALL, strict=True):
        category = unicodedata.category(character)
        if character in SHOWS_NOTHING or category in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"):
            assert kind == "X"
        elif kind != "V":
            wanted = {"Mn": "M", "Me": "M", "Mc": "J", "Zs": "S"}.get(category, "OI")
            assert kind in wanted, f"U+{ord(character):04X}"
            assert (kind == "I") == unicodedata.name(character, "").startswith(
                ("CJK UNIFIED", "CJK COMPATIBILITY IDEO")
            )
    assert kinds("\ufe00\ufe0f\U000e0100\U000e01ef") == "VVVV"


@SAME_EDITION
def test_case_is_folded_as_its_edition_of_unicode_folds_it() -> None:
    for character in KNOWN:
        if kinds(character) != "V":
            assert folded(character) == unicodedata.normalize("NFKC", character).casefold()


def test_what_is_everyday_is_of_the_repertoire_and_neither_mark_nor_selector() -> None:
    for character, kind in zip(ALL, KINDS_OF_ALL, strict=True):
        if character != "\n" and EVERYDAY_LINES.fullmatch(f"a{character}"):
            assert kind in "OIS"


def test_every_edition_of_unicode_normalises_the_repertoire_alike() -> None:
    # Stands for Python 3.11 (Unicode 14) and has to hold on whatever runs it. Marks are put in another order by NFC, too.
    marks = "".join(character for character in KNOWN if kinds(character) in "MJ")
    found = sha256()
    for form in ("NFC", "NFKC"):
        for character in KNOWN:
            found.update(
                unicodedata.normalize(form, f"{character} {character}\u0301 {character}\u3099 x").encode()
            )
        for mark in marks:
            found.update(unicodedata.normalize(form, f"a{mark}\u0301 a\u0301{mark} a{mark}\u0334").encode())
    assert found.hexdigest() == "36225be6b805257c8c033c4e540a492e91235b3eef3fce64d89321002d7042d9"


def test_the_format_names_the_file_by_its_digest() -> None:
    page = (Path(__file__).parents[2] / "docs/format.md").read_text("utf-8")
    assert sha256(SOURCE.read_bytes()).hexdigest() in page


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STRASSE", "Straße"),
        ("ΟΔΟΣ", "οδος"),
        ("İSTANBUL", "i̇stanbul"),
        ("ＩＴ基盤", "it基盤"),
        ("葛\U000e0100城", "葛城"),
        ("Ꭰ", "ꭰ"),
        ("ᲐᲑ", "აბ"),
    ],
)
def test_words_are_the_same_in_capitals_in_full_width_and_with_selectors(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize("text", ["\u0378", "\U0001ccd6", "IT\ue000"])
def test_words_outside_the_repertoire_fold_to_nothing(text: str) -> None:
    assert folded(text) is None
