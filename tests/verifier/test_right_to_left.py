"""On a terminal, in a message and in a feed: a name that runs from right to left does not reorder what stands beside it."""

from email import message_from_bytes, policy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from forge.reading_order import loose, loose_on_page
from forge.trust_documents import document, key_entry, text_of
from forge.vectors import published
from forge.world import NOW, Issued, World
from keys.ceremony import describe
from keys.meaning import meaning_of
from schemas.times import DAY
from schemas.trust_document import TrustDocument
from verifier import Verifier
from verifier.cli import main
from verifier.render import harmless, printable, render
from verifier.suppliers import checking
from verifier.words import LANGUAGES

NAME, SCOPE = "חברת 7 הדוגמה בע״מ", "نطاق 2: المقر الرئيسي"


@pytest.fixture(scope="module")
def hebrew() -> tuple[World, Issued]:
    return published(name=NAME, statement=SCOPE, statement_latin=None)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_report_isolates_holder_and_scope(hebrew: tuple[World, Issued], lang: str) -> None:
    world, mark = hebrew
    report = Verifier.from_bundle(world.evidence(mark), anchor=world.anchor).verify(mark.raw)
    text = render(report, NAME, lang=lang)
    assert text.count(NAME) == 2
    assert loose(text) == []


def test_text_of_one_direction_gets_no_character_more() -> None:
    assert printable("株式会社みほん電子 Ltd. 7K3Q9-XWD29") == "株式会社みほん電子 Ltd. 7K3Q9-XWD29"


def test_an_isolate_cannot_be_ended_by_what_stands_inside() -> None:
    assert printable("א\u2069 7") == "\u2068א\ufffd 7\u2069"
    assert harmless("א\u2066ב") == "א\ufffdב"


@pytest.fixture
def table(
    hebrew: tuple[World, Issued], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], Path]:
    """A table of the mark's number under other names, and what a command on it needs."""
    world, mark = hebrew
    monkeypatch.setenv("AKASHI_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checking, "clock", lambda: float(NOW))
    Path("register.akashi").write_bytes(world.register())
    rows = f"ref,name,mark,level\n1 א,{NAME},{mark.claims.number},5\n2 ב,ספק 7,,3\n"
    Path("ספקים 5.csv").write_text(rows, "utf-8")
    return ["--bundle", "register.akashi", "--anchor", world.anchor], Path("ספקים 5.csv")


def test_a_checked_table_is_summed_up_with_every_name_isolated(
    table: tuple[list[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    asked, file = table
    main(["check", str(file), *asked, "--out", "report.html", "--out", "report.csv"])
    out, errors = capsys.readouterr()
    assert NAME in out
    assert loose(out) == loose(errors) == []
    assert loose_on_page(Path("report.html").read_text("utf-8")) == []
    assert "\u2068" not in Path("report.csv").read_text("utf-8")


def test_news_isolates_names_on_the_terminal_in_a_mail_and_in_a_feed(
    table: tuple[list[str], Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, file = table
    main(["watch", str(file), *asked])
    monkeypatch.setattr(checking, "clock", lambda: float(NOW + 20 * DAY))
    capsys.readouterr()
    assert main(["watch", str(file), *asked, "--out", "told.eml", "--out", "told.atom"]) == 1
    capsys.readouterr()
    message = message_from_bytes(Path("told.eml").read_bytes(), policy=policy.default)
    body = message.get_content()
    assert NAME in body
    assert loose(body) == loose(str(message["Subject"])) == []
    feed = ET.parse("told.atom")  # noqa: S314 - our own
    shown = [element.text or "" for element in feed.iter() if (element.text or "").strip()]
    assert NAME in "".join(shown)
    assert [part for one in shown for part in loose(one)] == []


def test_a_search_isolates_what_it_finds(
    table: tuple[list[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    (_, _, _, anchor), _ = table
    main(["bundle", "search", "register.akashi", NAME, "--anchor", anchor])
    out, _ = capsys.readouterr()
    assert NAME in out
    assert loose(out) == []


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_root_holders_read_who_may_sign_in_the_right_order(lang: str) -> None:
    old = document()
    entry = key_entry("issuer-3") | {"owner": "מנפיק 3", "names": {"he": "מנפיק 3", "ar": "مصدر 4"}}
    bare = document(keys=[entry])
    read, before = (TrustDocument.from_text(text_of(one)) for one in (bare, old))
    said = "\n".join([*meaning_of(read, before, lang=lang), *describe(read, before), *describe(read, None)])
    assert "מנפיק 3" in said
    assert loose(said) == []
