"""A badge is always a picture: true, or grey."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from forge.laid import Laid
from registry.badge import Badge, draw

SVG = "{http://www.w3.org/2000/svg}"


def badge(**changes: Any) -> Badge:
    values = {
        "kind": "valid",
        "head": "Valid · ★★★ Level 3",
        "name": "Mihon Denshi Co., Ltd.",
        "foot": "3B069-89PK0",
        "title": "Akashi mark",
        "lang": "en",
    }
    return Badge(**{**values, **changes})


@pytest.mark.parametrize(
    "name", ["W" * 240, "龍" * 80, '<script>alert("1")</script>', "&amp;'\"", "a\u0301" * 60, ""]
)
def test_no_name_breaks_out_of_its_line(name: str) -> None:
    root = ET.fromstring(draw(badge(name=name)))  # noqa: S314 (our own)
    shown = root.findall(f".//{SVG}text")[1].text or ""
    assert len(shown) <= 80
    assert shown.rstrip("…") == name[: len(shown.rstrip("…"))]
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "desc", "rect", "g", "path", "circle", "text",
    }  # fmt: skip


def test_it_can_be_read_aloud() -> None:
    root = ET.fromstring(draw(badge()))  # noqa: S314 (our own)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Akashi mark"
    assert "Level 3" in (root.findtext(f"{SVG}desc") or "")


@pytest.mark.parametrize("kind", ["undetermined", "pending"])
def test_what_is_not_known_is_grey(kind: str) -> None:
    assert "#5a6270" in draw(badge(kind=kind))
    assert "#0b6b3a" not in draw(badge(kind=kind))


# ---------------------------------------------------------------- served


@pytest.mark.parametrize(
    ("name", "colour", "words"),
    [
        ("valid", "#0b6b3a", "有効 · ★★★ 段階3"),
        ("group", "#0b6b3a", "段階4"),
        ("revoked", "#a3182b", "取消し済み"),
        ("suspended", "#a3182b", "一時停止中"),
        ("expired", "#a3182b", "期限切れ"),
        ("future", "#a3182b", "有効期間前"),
    ],
)
def test_a_badge_follows_its_mark(full: Laid, name: str, colour: str, words: str) -> None:
    answer = full.client().get(f"/m/{full.marks[name].number}/badge.svg?lang=ja")
    assert answer.status_code == 200
    assert answer.content_type.startswith("image/svg+xml")
    assert colour in answer.text
    assert words in answer.text
    assert "デモであり公式の登録簿ではありません" in answer.text


@pytest.mark.parametrize(
    "number", ["7K3Q9XWD29", "nonsense", "%3Cscript%3E", "a/b", "%00", "１２３", "x" * 300]
)
def test_a_badge_nobody_knows_is_grey_and_no_error(full: Laid, number: str) -> None:
    answer = full.client().get(f"/m/{number}/badge.svg")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    ET.fromstring(answer.text)  # noqa: S314 (our own)
    assert "#5a6270" in answer.text
    assert "Cannot be shown now" in answer.text


def test_a_badge_is_grey_when_the_status_is_too_old_to_vouch_for(full: Laid) -> None:
    full.now += 40 * 86400
    answer = full.client().get(f"/m/{full.marks['valid'].number}/badge.svg")
    assert answer.status_code == 200
    assert "#5a6270" in answer.text


def test_a_badge_is_grey_when_the_register_is_broken(full: Laid) -> None:
    app = full.app()
    for file in (full.home / "trust").iterdir():
        file.unlink()
    answer = app.test_client().get(f"/m/{full.marks['valid'].number}/badge.svg")
    assert answer.status_code == 200
    assert "#5a6270" in answer.text


def test_english_is_spoken_too(full: Laid) -> None:
    answer = full.client().get(
        f"/m/{full.marks['valid'].number}/badge.svg", headers={"Accept-Language": "en"}
    )
    assert "Valid · ★★★ Level 3" in answer.text
