"""Names and numbers as search compares them: pure functions from text to keys.

    ㈱髙﨑ｼｽﾃﾑ   →  高崎しすてむ          form of company gone, old forms modern, kana hiragana
    Ōhashi Co., Ltd.   →  ohashi
    7K3Q9-XWD29        →  7k3q9xwd29

A key is for finding only. It is never shown, and two organisations may share one: folding goes further
than sameness does, on both sides alike. Nothing here is a judgement that two names are the same.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from schemas.claims import MarkClaims
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId
from schemas.text import is_latin, without_selectors

__all__ = ["Key", "Question", "fold", "fold_number", "grams", "keys_of", "question", "without_form"]

LONGEST = 240  # characters of a key, as the table holds
LONGEST_QUESTION = 120  # characters anybody may ask with

_JAPANESE_FORMS = (
    "株式会社|有限会社|合同会社|合資会社|合名会社|相互会社|特定目的会社|投資法人"
    "|(?:一般|公益)?(?:社団|財団)法人|(?:特定非営利活動|npo)法人|医療法人(?:社団|財団)?|社会福祉法人|学校法人"
    "|宗教法人|監査法人|税理士法人|弁護士法人|(?:地方)?独立行政法人|国立(?:大学|研究開発)法人"
    "|(?:事業)?協同組合|有限責任事業組合|股份有限公司|有限責任公司|有限公司|주식회사"
    r"|\((?:株|有|合|同|資|名|相|一社|一財|公社|公財|社|財|特非|医|福|学|宗|独|国大|주)\)"
)
_KANA_FORMS = r"カブシキ[ガカ]イシャ|ユウゲン[ガカ]イシャ|ゴウドウ[ガカ]イシャ|ゴウシ[ガカ]イシャ|ゴウメイ[ガカ]イシャ|\(?[カユド]\)|\([カユド]\)?"
_FORM = f"(?:{_JAPANESE_FORMS}|{_KANA_FORMS})"
_AT_AN_END = re.compile(rf"^{_FORM}\s*|\s*{_FORM}$")
_LATIN_FORMS = frozenset(
    [
        "co",
        "company",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "ltd",
        "limited",
        "llc",
        "llp",
        "lp",
        "plc",
        "kk",
        "gk",
        "yk",
        "gmbh",
        "mbh",
        "ag",
        "kg",
        "ug",
        "se",
        "sa",
        "sas",
        "sarl",
        "sl",
        "srl",
        "spa",
        "bv",
        "nv",
        "oy",
        "oyj",
        "ab",
        "as",
        "asa",
        "aps",
        "pty",
        "pte",
        "bhd",
        "sdn",
        "tbk",
        "pt",
        "cv",
        "jsc",
        "pjsc",
        "ltda",
        "eirl",
        "doo",
        "kft",
        "sro",
        "zrt",
        "pvt",
        "private",
        "kabushiki",
        "yugen",
        "godo",
        "goshi",
        "gomei",
        "kaisha",
        "gaisha",
        "public",
        "foundation",
        "association",
    ]
)
# What may also be a name stands here: gone only behind a form or at the very end, never at the front.
_LATIN_FRONT = frozenset(
    ["kk", "gk", "yk", "pt", "kabushiki", "yugen", "godo", "goshi", "gomei", "kaisha", "gaisha"]
)
_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)
_MARKS_ABOVE = re.compile("[\u0300-\u036f]")
_LATIN_LONG = re.compile(r"o(?:[ou]|h(?![aeiouy]))+|uu+")
_KANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)} | {0x30FD: 0x309D, 0x30FE: 0x309E}
_SMALL = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ")
_LONG = re.compile(
    "(?<=[おこそとのほもよろをごぞどぼぽ])[うお]|(?<=[うくすつぬふむゆるぐずづぶぷ])う|(?<=[えけせてねへめれげぜでべぺ])[いえ]"
)
_NOT_A_LETTER = re.compile(r"[\W_ー]+")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Key:
    """One way to find a holder. `matched`: id, number, name, kana, latin, former, entity.

    `by_parts`: also found by what stands inside. Not so numbers, nor a name with its form of company: half of
    all names would share the parts of 株式会社.
    """

    matched: str
    text: str
    by_parts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody typed, as keys to compare: perhaps a number, perhaps a name; the barest name stands last."""

    numbers: tuple[str, ...]
    names: tuple[str, ...]


def fold(text: str) -> str:
    """A name without case, width, accents, spacing, old forms, kana kind and long vowels; may be empty."""
    return _squeeze(_plain(text))


def without_form(text: str) -> str:
    """The same without the form of company at either end; a name that is nothing but a form stays."""
    plain = _plain(text)
    bare = _AT_AN_END.sub("", plain).strip()
    if bare == plain:
        bare = _without_latin_form(plain)
    return _squeeze(bare) or _squeeze(plain)


def fold_number(text: str) -> str:
    """A number without case, width and punctuation: what stands between the digits is how people write."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold().replace("ー", ""))[:LONGEST]


def grams(text: str) -> frozenset[str]:
    """The bigrams of a key and its last character: so that any one character begins a gram it stands in."""
    return frozenset([*(text[at : at + 2] for at in range(len(text) - 1)), text[-1:]]) - {""}


def keys_of(claims: MarkClaims, profile: Mapping[str, Any] | None) -> frozenset[Key]:
    """Every key under which this mark's holder is found; `profile` is the profile's document."""
    holder = str(claims.holder)
    found = {
        Key(matched="id", text=fold_number(holder)),
        Key(matched="id", text=fold_number(claims.holder.value)),
        Key(matched="number", text=fold_number(str(claims.number))),
    }
    for matched, text in _names(claims, profile or {}):
        bare = without_form(text)
        found |= {Key(matched=matched, text=bare, by_parts=True)} if bare else set()
        found |= {Key(matched=matched, text=whole)} if (whole := fold(text)) not in ("", bare) else set()
    for entity in (profile or {}).get("entities", []):
        value = entity["id"].partition(":")[2]
        found |= {
            Key(matched="entity", text=fold_number(entity["id"])),
            Key(matched="entity", text=fold_number(value)),
        }
    return frozenset(found)


def _names(claims: MarkClaims, profile: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "name", claims.name
    if claims.name_latin is not None:
        yield "latin", claims.name_latin
    if "kana" in profile:
        yield "kana", profile["kana"]
    for other in profile.get("names", []):
        latin = "latin" if is_latin(other["name"]) else "name"
        yield {"former": "former", "trading": "name", "other-script": latin}[other["kind"]], other["name"]
    for entity in profile.get("entities", []):
        yield "entity", entity["name"]
        if "name_latin" in entity:
            yield "entity", entity["name_latin"]


def question(typed: str) -> Question:
    """Read what a person typed: perhaps a mark number, perhaps an organisation's, in any case part of a name."""
    typed = typed[:LONGEST_QUESTION]
    numbers: list[str] = []
    with suppress(MalformedError):
        numbers.append(fold_number(str(MarkNumber.from_text(typed))))
    with suppress(MalformedError):
        numbers.append(fold_number(str(OrganisationId.read_loosely(typed))))
    plain = fold_number(typed)
    if re.fullmatch(r"[0-9a-z]{3,24}", plain) and any(character.isdecimal() for character in plain):
        numbers.append(plain[1:] if re.fullmatch("t[0-9]+", plain) else plain)
    names = [key for key in (fold(typed), without_form(typed)) if key]
    return Question(numbers=tuple(dict.fromkeys(numbers)), names=tuple(dict.fromkeys(names)))


def _plain(text: str) -> str:
    """Case, width, old forms and accents gone; words still apart."""
    text = without_selectors(unicodedata.normalize("NFKC", without_selectors(text))).casefold()
    text = _MARKS_ABOVE.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", text).translate(_LETTERS).translate(_old_kanji()).strip()


def _squeeze(text: str) -> str:
    letters = _NOT_A_LETTER.sub("", text) or re.sub(r"\s+", "", text)  # a name of signs alone keeps them
    letters = letters.translate(_KANA).translate(_SMALL)
    return _LATIN_LONG.sub(lambda run: run.group()[0], _LONG.sub("", letters))[:LONGEST]


def _without_latin_form(plain: str) -> str:
    # "Co.,Ltd." is two words, "K.K." and "S.p.A." one each, "A/S" one.
    text = re.sub(r"(?<=\b\w)[./](?=\w\b)", "", plain).replace(".", " ")
    words = re.sub(r"[^\w&+ー・-]+", " ", text).split()
    while len(words) > 1 and (words[-1] in _LATIN_FORMS or words[-1] in ("&", "and")):
        words.pop()
    while len(words) > 1 and words[0] in _LATIN_FRONT:
        words.pop(0)
    return " ".join(words)


@cache
def _old_kanji() -> dict[int, str]:
    """Old, variant and family-register forms to the common one: our own table, one pair a line."""
    table = Path(__file__).with_name("old_kanji.tsv").read_text("utf-8")
    return {ord(old): new for old, new in (line.split("\t") for line in table.splitlines())}
