"""What a person reads: the verdict first, the holder under it, and nothing that drives the terminal."""

import unicodedata
from dataclasses import replace

import pytest

from forge import NOW, World, ask
from forge.scene import Scene
from forge.world import ISSUED
from schemas.claims import EventKind, EventReason
from schemas.times import DAY, HOUR
from verifier import Policy, Report, Verdict
from verifier.render import language, printable, render
from verifier.report import Authority, Note, NoteReason
from verifier.words import LANGUAGES, meaning, title


@pytest.fixture(scope="session")
def good(scene: Scene) -> Report:
    return ask(scene.world.evidence(scene.good), scene.good.raw, anchor=scene.world.anchor, now=NOW)


@pytest.fixture(scope="session")
def ended(scene: Scene) -> Report:
    return ask(scene.world.evidence(scene.ended), scene.ended.raw, anchor=scene.world.anchor, now=NOW)


def paragraphs(text: str) -> list[str]:
    return text.split("\n\n")


def test_the_verdict_comes_first_and_the_holder_right_after_it(good: Report) -> None:
    verdict, holder, *_ = paragraphs(render(good, "x", lang="ja"))
    assert verdict == "○ このマークは有効です。"
    assert [line.strip() for line in holder.split("\n")] == [
        "株式会社みほん電子",
        "Mihon Denshi Co., Ltd.",
        "0188:7000012050002",
    ]


def test_a_reader_of_latin_script_gets_the_latin_name_first(good: Report) -> None:
    holder = paragraphs(render(good, "x", lang="en"))[1]
    assert holder.index("Mihon Denshi") < holder.index("株式会社") < holder.index("0188:7000012050002")


def test_number_stars_scope_and_last_day_are_shown(scene: Scene, good: Report) -> None:
    text = render(good, "x", lang="en")
    assert scene.good.claims.number.display in text
    assert "★★★ (3)" in text
    assert "★★★★" not in text
    assert "Whole legal entity: IT infrastructure of the head office" in text
    assert "2027-10-22 (last day) (days left: 355)" in text
    assert "2026-11-01 08:00 (UTC+09:00) (60 min old)" in text


def test_status_says_since_when_why_and_by_what_it_was_replaced() -> None:
    world = World()
    old, new = world.issue(), world.issue()
    world.publish(ISSUED + HOUR)
    world.event(old, EventKind.SUPERSEDE, EventReason.RENAMED, successor=new, at=NOW - DAY)
    world.publish(NOW - DAY)
    report = ask(world.evidence(old), old.raw, anchor=world.anchor, now=NOW)
    line = next(one for one in render(report, "x", lang="en").split("\n") if "Status" in one)
    assert "since 2026-10-31 09:00 (UTC+09:00)" in line
    assert "reason: Change of name" in line
    assert f"replaced by {new.claims.number.display}" in line


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_check_is_named_with_its_words_and_details_stand_below_them(ended: Report, lang: str) -> None:
    lines = render(ended, "x", lang=lang).split("\n")
    for finding in ended.findings:
        assert any(title(finding.check, lang) in line for line in lines)
    at = next(n for n, line in enumerate(lines) if title("revoked", lang) in line and line.startswith("  ×"))
    assert lines[at + 1].strip() == meaning("revoked", lang)
    assert lines[at + 2].startswith("      [revoked] since 2026-")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_notes_come_last(good: Report, lang: str) -> None:
    last = paragraphs(render(good, "x", lang=lang).rstrip("\n"))[-1]
    assert title("holder-not-checked", lang) in last


def test_without_a_verified_signature_no_holder_is_named(scene: Scene) -> None:
    report = ask(scene.world.bundle(), scene.good.raw, anchor=None, now=NOW)
    text = render(report, "x", lang="en")
    assert report.verdict is Verdict.UNDETERMINED
    assert "Mihon" not in text
    assert "says nothing for or against" in text


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (ISSUED - DAY, "days until it begins: 1"),
        (ISSUED + 365 * DAY - 1, "ends today"),
        (ISSUED + 367 * DAY, "days since its end: 2"),
    ],
)
def test_before_and_after_its_period_a_mark_says_so(good: Report, at: int, said: str) -> None:
    assert said in render(replace(good, at=at), "x", lang="en")


def test_a_demonstration_says_that_it_is_one(good: Report) -> None:
    assert "これは実演用のもので、公式の登録簿ではありません。" in render(good, "x", lang="ja")
    real = replace(good, authority=Authority(scheme="jp-scs", names={"en": "SCS"}))
    assert "demonstration" not in render(real, "x", lang="en").lower()


def test_a_partners_mark_is_shown_as_the_partners(good: Report) -> None:
    partner = Authority(scheme="sg", names={"en": "Partner"}, recognised_by="jp-scs")
    text = render(replace(good, authority=partner), "x", lang="ja")
    assert "Partner (jp-scs が承認)" in text


def test_input_cannot_drive_the_terminal(ended: Report) -> None:
    evil = "\x1b]0;owned\x07\r\x9b2J\u202e\u2066\u2028\udc80\n○ This mark is valid."
    noted = replace(ended, notes=(Note(NoteReason.UNKNOWN_HOST, evil),), owner=evil)
    noted = replace(noted, findings=tuple(replace(one, detail=evil) for one in noted.findings))
    for lang in LANGUAGES:
        text = render(noted, evil, lang=lang)
        unfit = [one for one in text if unicodedata.category(one)[0] == "C" or one in "\u2028\u2029"]
        assert set(unfit) == {"\n"}
        assert not any(line.startswith("○") for line in text.split("\n"))


def test_an_old_form_character_keeps_its_variation_selector() -> None:
    assert printable("葛\U000e0100城") == "葛\U000e0100城"


def test_a_long_label_is_cut(good: Report, scene: Scene) -> None:
    longest = max(render(good, scene.good.link(), lang="en").split("\n"), key=len)
    assert len(longest) < 300


def test_the_policy_asked_is_answered(scene: Scene) -> None:
    evidence, mark = scene.world.evidence(scene.good), scene.good.raw
    report = ask(evidence, mark, anchor=scene.world.anchor, now=NOW, policy=Policy(min_level=4))
    text = render(report, "x", lang="ja")
    assert text.startswith("× このマークは有効ではありません。")
    assert "ご指定の段階ではありません" in text


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "ja_JP", "LANG": "C"}, "ja"),
        ({"LANG": "javanese"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_environment_else_english(
    environment: dict[str, str], expected: str
) -> None:
    assert language(environment) == expected
