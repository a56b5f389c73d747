"""Two ways to write one name give one key; keys are for finding, never for judging."""

import unicodedata
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.world import World
from verifier.search_keys import fold, grams, keys_of, question, without_form

TABLE = [line.split("\t") for line in (files("verifier") / "old_kanji.tsv").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙﨑システム", "高崎システム"),
        ("齋藤", "斉藤"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡邊"),
        ("澁澤廣櫻", "渋沢広桜"),
        ("神\ufe00戸", "神戸"),
        ("\ufa19戸", "神戸"),
        ("ミホンデンシ", "みほんでんし"),
        ("ﾐﾎﾝﾃﾞﾝｼ", "ミホンデンシ"),
        ("コンピューター", "コンピュータ"),
        ("トウキョウ", "トーキョー"),
        ("キヤノン", "キャノン"),
        ("Ōhashi", "OHASHI"),
        ("Oohashi", "Ohashi"),
        ("Ohtani", "Ōtani"),
        ("Kōgyō", "Kougyou"),
        ("Mihon-Denshi", "Mihon Denshi"),
        ("ＡＢＣ　商事", "abc商事"),
        ("Łódź", "lodz"),
    ],
)
def test_two_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    "text",
    [
        "株式会社みほん",
        "みほん株式会社",
        "㈱みほん",
        "みほん(株)",
        "（有）みほん",
        "株式會社みほん",
        "一般社団法人みほん",
        "医療法人社団みほん",
        "カ)ミホン",
        "ミホン(カ",
        "カブシキガイシャミホン",
    ],
)
def test_the_form_of_company_is_taken_from_either_end(text: str) -> None:
    assert without_form(text) == "みほん"


@pytest.mark.parametrize(
    "text",
    [
        "Mihon Co., Ltd.",
        "Mihon Co.,Ltd",
        "MIHON K.K.",
        "Kabushiki Kaisha Mihon",
        "Mihon GmbH & Co. KG",
        "Mihon S.p.A.",
        "Mihon A/S",
        "PT Mihon Tbk",
        "Mihon Pte. Ltd.",
        "Mihon, Inc.",
    ],
)
def test_latin_forms_of_company_are_taken_too(text: str) -> None:
    assert without_form(text) == "mihon"


@pytest.mark.parametrize("text", ["株式会社", "Co., Ltd.", "★", "森", "SE", "K.K."])
def test_a_name_never_loses_its_last_letter(text: str) -> None:
    assert fold(text)
    assert without_form(text)


def test_different_names_keep_different_keys() -> None:
    names = ["森", "林", "森林", "大森", "みほん", "みほ", "ohashi", "ohashi2", "東京電子", "京東電子"]
    assert len({fold(name) for name in names}) == len(names)


def test_every_old_form_leads_to_a_form_that_leads_nowhere() -> None:
    old = [pair[0] for pair in TABLE]
    assert len(TABLE) > 300
    assert len(set(old)) == len(old)
    assert not set(old) & {new for _, new in TABLE}
    assert all(len(one) == len(other) == 1 for one, other in TABLE)


def test_no_old_form_is_one_that_unicode_folds_already() -> None:
    assert [one for one, _ in TABLE if unicodedata.normalize("NFKC", one) != one] == []


def test_a_holder_is_found_by_all_its_names_and_numbers() -> None:
    claims = World().claims()
    document = {
        "country": "JP",
        "kana": "ミホンデンシ",
        "names": [{"kind": "trading", "name": "ミホテック"}, {"kind": "former", "name": "見本電器株式会社"}],
        "entities": [{"id": "0188:5010405001703", "name": "みほん子会社", "name_latin": "Mihon Kogaisha"}],
    }
    keys = {(key.matched, key.text) for key in keys_of(claims, document)}
    assert keys >= {
        ("id", "01887000012050002"),
        ("id", "7000012050002"),
        ("number", str(claims.number).lower()),
        ("name", "みほん電子"),
        ("name", "株式会社みほん電子"),
        ("latin", "mihondenshi"),
        ("kana", "みほんでんし"),
        ("name", "みほてつく"),
        ("former", "見本電器"),
        ("entity", "みほん子会社"),
        ("entity", "mihonkogaisha"),
        ("entity", "5010405001703"),
    }


def test_only_bare_names_are_found_by_their_parts() -> None:
    parts = {key.text for key in keys_of(World().claims(), None) if key.by_parts}
    assert parts == {"みほん電子", "mihondenshi"}


@pytest.mark.parametrize(
    "typed", ["7000012050002", "T7000012050002", "７０００－０１２０－５０００２", "0188:7000012050002"]
)
def test_a_company_number_is_read_however_it_is_typed(typed: str) -> None:
    assert "01887000012050002" in question(typed).numbers


def test_a_mark_number_is_read_through_look_alikes() -> None:
    number = str(World().claims().number)
    assert number.lower() in question(f"{number[:5]}-{number[5:]}".replace("0", "o").lower()).numbers


def test_one_character_is_its_own_gram() -> None:
    assert grams("森") == {"森"}
    assert grams("大森") == {"大森", "森"}


@given(st.text(max_size=60))
def test_no_text_breaks_the_folding(text: str) -> None:
    for key in (fold(text), without_form(text), *question(text).names):
        assert len(key) <= 240
    assert fold(fold(text)) == fold(fold(fold(text)))
