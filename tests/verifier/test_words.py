"""Everything a person reads exists in every language, and says no more than was found."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from schemas.claims import Assessment, EventKind, EventReason, Unit
from schemas.status_list import Status
from verifier.report import CHECKS, UNKNOWNS, NoteReason, Outcome, Reason, Verdict
from verifier.suppliers.results import RowVerdict
from verifier.suppliers.rows import RowReason
from verifier.watch.compare import Kind
from verifier.words import LANGUAGES, meaning, phrase, title

PROBLEMS = json.loads((Path(__file__).parents[2] / "schemas" / "problem.schema.json").read_text())
REFUSALS = set(PROBLEMS["$defs"]["reason"]["enum"])
INPUTS = {
    "no-code",
    "unreadable-file",
    "images-missing",
    "unreadable-picture",
    "no-code-in-picture",
    "is-a-bundle",
}
STATES = {"being-published", "valid", "expired", "not-yet-valid", "revoked", "suspended", "superseded"}
EXPLAINED = {*Reason, *NoteReason, *Verdict, *REFUSALS, *INPUTS, *STATES, *RowReason, *RowVerdict}
CHANGES = {"genesis", "issue", "trust", "snapshot"}
NAMED = {
    *CHECKS,
    *Outcome,
    *CHANGES,
    *Kind,
    *(member.slug for kind in (Unit, Assessment, EventKind, EventReason, Status) for member in kind),
}


def table(lang: str) -> dict[str, dict[str, list[str]]]:
    read: dict[str, dict[str, list[str]]] = json.loads(
        files("verifier").joinpath(f"words.{lang}.json").read_text("utf-8")
    )
    return read


def test_japanese_and_english_are_there() -> None:
    assert {"ja", "en"} <= set(LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_slug_has_a_title_and_every_reason_a_meaning(lang: str) -> None:
    assert all(title(slug, lang).strip() for slug in EXPLAINED | NAMED)
    assert all(meaning(slug, lang).strip() for slug in EXPLAINED)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_is_left_over(lang: str) -> None:
    assert set(table(lang)["words"]) == {str(slug) for slug in EXPLAINED | NAMED}


def test_the_languages_have_the_same_phrases_with_the_same_gaps() -> None:
    def gaps(lang: str) -> dict[str, list[str]]:
        phrases = table(lang)["phrases"]
        return {name: sorted(re.findall(r"{(\w+)}", str(text))) for name, text in phrases.items()}

    assert gaps("ja") == gaps("en")


def test_nothing_is_left_untranslated() -> None:
    ja, en = table("ja"), table("en")
    for slug, texts in ja["words"].items():
        assert not set(texts) & set(en["words"][slug]), slug
        assert all(re.search("[ぁ-んァ-ヶ一-龠]", text) for text in texts), slug
        assert not re.search("[ぁ-んァ-ヶ一-龠]", "".join(en["words"][slug])), slug


@pytest.mark.parametrize("reason", sorted(UNKNOWNS))
def test_what_could_not_be_checked_is_never_called_a_fault_of_the_mark(reason: Reason) -> None:
    said = f"{title(reason, 'en')} {meaning(reason, 'en')}".lower()
    assert not re.search(r"invalid|not valid|do not rely|fake|forged", said)
    assert not re.search("無効|有効ではありません|根拠にし|偽", title(reason, "ja") + meaning(reason, "ja"))


def test_meanings_are_polite_whole_sentences() -> None:
    for slug in EXPLAINED - {"images-missing"}:
        assert meaning(slug, "en").endswith("."), slug
        sentences = meaning(slug, "ja").removesuffix("。").split("。")
        assert all(re.search("(です|ます|ません|ました|でした|ください)$", one) for one in sentences), slug


@pytest.mark.parametrize("ask", [title, meaning, phrase])
def test_what_does_not_exist_is_a_key_error(ask: object) -> None:
    assert callable(ask)
    for name, lang in (("no-such-slug", "en"), ("valid", "xx"), ("../words", "en")):
        with pytest.raises(KeyError):
            ask(name, lang)


def test_a_plain_word_has_no_meaning_of_its_own() -> None:
    with pytest.raises(KeyError):
        meaning("division", "en")
