"""What the two sides once answered differently, by name, and what was decided (docs/format.md)."""

import json
from io import BytesIO
from typing import Any
from zlib import DEFLATED, compressobj

import pytest

from differential.archives import members_of, put_together
from differential.asked import Browser, Question, packed
from differential.documents import whole
from differential.python_side import answer_to
from differential.resigned import FIRST_LINE, trust_note
from forge.trust_documents import successor
from forge.vectors import published
from forge.world import NOW
from schemas.evidence import _directory_entry, _end, _local_header
from schemas.qr import DICTIONARY_1
from schemas.trust_document import anchor_of

MALFORMED, TOO_LARGE = {"refused": "malformed"}, {"refused": "too-large"}
NUMBER = {"number": "7K3Q9XWD29", "host": None, "mark": None}


def text(given: str) -> Question:
    return {"ask": "read", "reader": "text", "given": given}


def linked(host: str) -> dict[str, Any]:
    return NUMBER | {"host": host}


def digits(*, size: int, behind: bytes) -> str:
    packer = compressobj(9, DEFLATED, -15, 9, zdict=DICTIONARY_1)
    return str(int.from_bytes(b"\1\1" + packer.compress(bytes(size)) + packer.flush() + behind, "big"))


def leaf(data: str) -> Question:
    return {"ask": "read", "reader": "leaf", "given": packed(bytes.fromhex(data))}


def named(name: str) -> Question:
    line = f"\u2014 {name} AAAAAAA=\n"
    return {"ask": "read", "reader": "note", "given": packed(f"text\n\n{line}".encode())}


def chain() -> Question:
    """Version 2 is as version 1, and its names stand in another order."""
    first = whole()
    second = successor(first)
    second["keys"] = [
        entry | ({"names": dict(reversed(entry["names"].items()))} if "names" in entry else {})
        for entry in second["keys"]
    ]
    texts = [f"{FIRST_LINE}\n{json.dumps(one, ensure_ascii=False)}\n" for one in (first, second)]
    return {"ask": "walk", "anchor": anchor_of(texts[0]), "notes": [packed(trust_note(one)) for one in texts]}


def evidence(**changes: Any) -> Question:
    """A file whose table of contents says something else of what nobody reads there."""
    world, mark = published()
    members = members_of(world.evidence(mark)) or {}
    value = json.loads(members["bundle.json"]) | changes
    table = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
    return {
        "ask": "read",
        "reader": "archive",
        "given": packed(put_together({**members, "bundle.json": table}) or b""),
    }


def many_members() -> Question:
    """One member more than a ZIP directory counts, so that it counts none."""
    table = json.dumps(
        {"as_of": None, "format": 1, "hosts": [], "lists": [], "logs": [], "trust": [], "variant": "plain"},
        separators=(",", ":"),
    ).encode()
    names = ["bundle.json", *sorted(f"trust/{number}" for number in range(1, 65536))]
    local, directory, offset = BytesIO(), BytesIO(), 0
    from zlib import crc32

    for name in names:
        data = table if name == "bundle.json" else b""
        directory.write(_directory_entry(name, crc32(data), len(data), offset))
        header = _local_header(name, crc32(data), len(data))
        local.write(header + data)
        offset += len(header) + len(data)
    entries = directory.getvalue()
    return {
        "ask": "read",
        "reader": "archive",
        "given": packed(local.getvalue() + entries + _end(0, len(entries), offset)),
    }


URI = "https://akashi.example/status/a/0"
DIGEST = "5820" + "00" * 32
ONCE: dict[str, tuple[Question, Any]] = {
    "a next line at the end of a number": (text("7K3Q9-XWD29\x85"), NUMBER),
    "a byte order mark in front of a number": (text("\ufeff7K3Q9-XWD29"), NUMBER),
    "a file separator at the end of a number": (text("7K3Q9-XWD29\x1c"), MALFORMED),
    "a link of httpſ": (text("http\u017f://akashi.example/m/7K3Q9XWD29"), MALFORMED),
    "a next line in a host": (text("https://a\x85b/m/7K3Q9XWD29"), MALFORMED),
    "a byte order mark in a host": (text("https://a\ufeffb/m/7K3Q9XWD29"), linked("a\ufeffb")),
    "a file separator in a query": (text("https://a/m/7K3Q9XWD29?\x1ca"), linked("a")),
    "a Kelvin sign in a host": (text("https://a\u212aASHI/m/7K3Q9XWD29"), linked("a\u212aASHI")),
    "capitals in a host": (text("HTTPS://AKASHI.example/m/7K3Q9XWD29"), linked("akashi.example")),
    "a text of few characters in many halves": (text("\U00020000" * 4096), MALFORMED),
    "a text of many characters": (text("\U00020000" * 4097), TOO_LARGE),
    "a fragment that is long and no digits": (text(f"https://a/m/7K3Q9XWD29#{'x' * 2481}"), MALFORMED),
    "a fragment of too many digits": (text(f"https://a/m/7K3Q9XWD29#{'1' * 2481}"), TOO_LARGE),
    "a code that inflates to too much": (text(digits(size=1025, behind=b"")), MALFORMED),
    "a code that inflates to too much, and something behind": (
        text(digits(size=10**6, behind=b"x")),
        MALFORMED,
    ),
    "a byte order mark in a key's name": (
        named("a\ufeffb"),
        {"text": "text\n", "lines": [["a\ufeffb", "00000000", "00"]]},
    ),
    "a next line in a key's name": (named("a\x85b"), MALFORMED),
    "names in another order in the next version": (chain(), {"versions": [1, 2], "anchor": anchor_of("")}),
    "a host that is a number": (evidence(hosts=[7]), MALFORMED),
    "hosts that are an object": (evidence(hosts={"0": "akashi.example"}), MALFORMED),
    "a version that is a text": (evidence(trust=["1"]), MALFORMED),
    "a version below zero": (evidence(trust=[-1]), MALFORMED),
    "a time that is a number": (evidence(as_of=NOW), MALFORMED),
    "half a character in a host": (evidence(hosts=["\ud800"]), MALFORMED),
    "a list named twice": (
        evidence(lists=[{"file": "status.cwt", "uri": URI}, {"file": "x", "uri": URI}]),
        MALFORMED,
    ),
    "a list's file named twice": (
        evidence(lists=[{"file": "status.cwt", "uri": u} for u in (URI, "x")]),
        MALFORMED,
    ),
    "a log named twice": (evidence(logs=[{"dir": "log/0", "origin": o, "size": 1} for o in "ab"]), MALFORMED),
    "a log of less than nothing": (evidence(logs=[{"dir": "", "origin": "a", "size": -1}]), MALFORMED),
    "a key of bytes that stands twice": (leaf(f"8501051802a2410000{'410000'}01"), MALFORMED),
    "a key that is an array": (leaf(f"8501051802a180{DIGEST}01"), MALFORMED),
}


def shown(question: Question, answer: Any) -> Any:
    """Of a chain only its versions, of a file only whether it opens."""
    if question["ask"] == "walk" and "versions" in answer:
        return answer["versions"]
    return MALFORMED if question.get("reader") == "archive" and "refused" in answer else answer


@pytest.mark.parametrize("name", ONCE)
def test_python_answers_as_decided(name: str) -> None:
    question, decided = ONCE[name]
    assert shown(question, answer_to(question)) == shown(question, decided)


@pytest.mark.parametrize("name", ONCE)
def test_the_browser_answers_as_decided(browser: Browser, name: str) -> None:
    question, decided = ONCE[name]
    assert shown(question, browser.answer(question)) == shown(question, decided)


def test_a_file_of_more_members_than_are_counted_opens_nowhere(browser: Browser) -> None:
    question = many_members()
    assert shown(question, answer_to(question)) == shown(question, browser.answer(question)) == MALFORMED


def test_of_two_heads_of_one_size_the_first_seen_is_remembered(browser: Browser) -> None:
    world, mark = published()
    file = world.evidence(mark)
    remembered = {"trust": 1, "heads": {"0": [world.log.head.size, "00" * 32]}, "list": [0, 0], "seen": 0}
    question = {
        "ask": "judged",
        "name": "twice",
        "file": packed(file),
        "anchor": world.anchor,
        "mark": packed(mark.raw),
        "text": None,
        "now": NOW,
        "at": None,
        "policy": None,
        "maxAge": None,
        "remembered": remembered,
    }
    answers = [answer_to(question), browser.answer(question)]
    assert answers[0] == answers[1]
    assert answers[0]["grown"]["heads"] == remembered["heads"]
