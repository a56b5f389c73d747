"""What a root holder reads before he signs: every change has a sentence, and only a renewal is called one."""

from typing import Any

import pytest

from forge.trust_documents import (
    DAY,
    START,
    document,
    key_entry,
    recognised,
    successor,
    text_of,
    vkey,
    witness,
)
from keys.ceremony import describe
from keys.meaning import LANGUAGES, meaning_of
from schemas.note import base64_of
from schemas.trust_document import TrustDocument

LATER = START + DAY
FIRST = document(
    recognised=[recognised("sg"), recognised("kr", anchor="cd" * 32)],
    hosts=[{"host": "akashi.example"}, {"host": "other.example"}],
    mirrors=["https://mirror.example"],
)


def read(value: dict[str, Any]) -> TrustDocument:
    return TrustDocument.from_text(text_of(value))


def closed(member: str, **changes: Any) -> list[Any]:
    first, *rest = FIRST[member]
    return [first | changes, *rest]


FINAL = {"size": 9, "root": base64_of(bytes(32))}
CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "a mirror more": ({"mirrors": [*FIRST["mirrors"], "https://third.example"]}, "MIRRORS"),
    "a mirror less": ({"mirrors": []}, "MIRRORS"),
    "another name": ({"scheme": FIRST["scheme"] | {"names": {"en": "Renamed"}}}, "NAMES"),
    "another root": ({"root": FIRST["root"] | {"threshold": 3}}, "ROOT"),
    "a host more": ({"hosts": [*FIRST["hosts"], {"host": "new.example"}]}, "NEW HOST NAME"),
    "a host closed": ({"hosts": closed("hosts", until=LATER)}, "CLOSES the host name"),
    "hosts in another order": ({"hosts": FIRST["hosts"][::-1]}, "ORDER"),
    "partners in another order": ({"recognised": FIRST["recognised"][::-1]}, "ORDER"),
    "a key more": ({"keys": [*FIRST["keys"], key_entry("issuer-9", series="z")]}, "NEW ISSUER"),
    "a key closed": ({"keys": closed("keys", until=LATER)}, "CLOSES the"),
    "a key compromised": (
        {"keys": closed("keys", compromised={"place": 0, "size": 1, "since": LATER})},
        "VOID",
    ),
    "a witness more": (
        {"witnesses": [*FIRST["witnesses"], witness("w9", **{"from": LATER, "until": LATER})]},
        "NEW WITNESS",
    ),
    "a witness retired": ({"witnesses": closed("witnesses", until=LATER)}, "RETIRES"),
    "another quorum": ({"quorum": [*FIRST["quorum"], {"k": 3, "from": LATER}]}, "QUORUM"),
    "a log ended": (
        {
            "logs": [
                FIRST["logs"][0] | {"final": FINAL},
                {"vkey": vkey("akashi.example/log2", "log2"), "url": "https://akashi.example/log2"},
            ]
        },
        "ENDS the log",
    ),
    "a partner more": (
        {"recognised": [*FIRST["recognised"], recognised("fr", anchor="ef" * 32)]},
        "RECOGNISES",
    ),
    "a partner's level more": (
        {"recognised": [*FIRST["recognised"], recognised("fr", anchor="ef" * 32, levels=[1, 2])]},
        "ONLY LEVEL 1, 2 of fr",
    ),
    "a partner's edition more": (
        {"recognised": [*FIRST["recognised"], recognised("sg", editions=["2025"], **{"from": LATER})]},
        "ONLY EDITION 2025 of sg",
    ),
    "a partner for a time": (
        {"recognised": [*FIRST["recognised"], recognised("fr", anchor="ef" * 32, until=LATER)]},
        "ENDS the recognition of fr",
    ),
    "a partner's end": ({"recognised": closed("recognised", until=LATER)}, "ENDS the recognition of"),
    "where a partner ended": ({"recognised": closed("recognised", final=FINAL)}, "at leaf 9 of its log 0"),
}


@pytest.mark.parametrize("what", list(CHANGES))
def test_every_change_has_its_sentence_and_its_line(what: str) -> None:
    changes, says = CHANGES[what]
    old, new = read(FIRST), read(successor(FIRST, **changes))
    sentences = meaning_of(new, old, lang="en")
    assert any(says in one for one in sentences), sentences
    assert not any("RENEWS" in one for one in sentences)
    assert len(meaning_of(new, old, lang="ja")) == len(sentences)
    assert len(describe(new, old)) > len(describe(read(successor(FIRST)), old))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_only_new_dates_are_a_renewal(lang: str) -> None:
    [sentence] = meaning_of(read(successor(FIRST)), read(FIRST), lang=lang)
    assert sentence.startswith(("RENEWS", "更新"))


def test_every_member_of_a_document_is_among_the_changes_tried() -> None:
    fixed = {"version", "issued", "expires", "crit"}
    tried = {member for changes, _ in CHANGES.values() for member in changes}
    assert tried == FIRST.keys() - fixed
