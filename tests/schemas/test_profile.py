"""Profiles: closed, in one spelling, and with nothing that would become a dangerous link."""

from typing import Any

import pytest
import rfc8785

from schemas import cbor
from schemas.errors import MalformedError, NotDeterministicError
from schemas.mark_number import MarkNumber
from schemas.profile import PROFILE_CLAIM, ProfileClaims

ENTITIES = [
    {"id": "0188:2180001135973", "name": "トヨタ自動車株式会社", "name_latin": "Toyota Motor Corporation"},
    {"id": "0188:7000012050002", "name": "国税庁"},
]
DOCUMENT: dict[str, Any] = {
    "country": "JP",
    "region": "JP-43",
    "kana": "ミホンデンシ",
    "names": [{"kind": "former", "name": "見本電気"}],
    "entities": ENTITIES,
    "sites": ["熊本"],
    "excluded": ["海外拠点"],
    "assessor": {"ja": "評価機関", "en": "An assessor"},
    "related": [{"scheme": "ISO/IEC 27001", "reference": "IS 1", "until": "2027-03-31"}],
    "web": "https://www.example.co.jp/",
    "contact": "security@example.co.jp",
    "statements": [{"ja": "宣言", "en": "A statement"}],
}
PROFILE = ProfileClaims(iat=1_793_491_200, number=MarkNumber(value=1), document=DOCUMENT)


def payload(text: bytes) -> bytes:
    return cbor.encode({6: PROFILE.iat, 7: PROFILE.number.to_bytes(), PROFILE_CLAIM: text})


def refusal(data: bytes) -> str:
    with pytest.raises(MalformedError) as refused:
        ProfileClaims.from_bytes(data)
    return refused.value.reason


def test_a_profile_is_read_back_as_it_was_written() -> None:
    assert ProfileClaims.from_bytes(PROFILE.to_bytes()) == PROFILE


def test_its_entities_are_the_input_of_claim_9() -> None:
    assert cbor.decode(PROFILE.entities(), max_size=1000) == ["0188:2180001135973", "0188:7000012050002"]


@pytest.mark.parametrize(
    "change",
    [
        {"country": "jp"},
        {"country": "JPN"},
        {"region": "43"},
        {"unknown": 1},
        {"kana": ""},
        {"kana": "a\u202eb"},
        {"names": [{"kind": "secret", "name": "x"}]},
        {"names": [{"kind": "former"}]},
        {"entities": ENTITIES[::-1]},
        {"entities": [{"id": "0188:7000012050003", "name": "x"}]},
        {"sites": "熊本"},
        {"assessor": {"ja": "評価機関"}},
        {"related": [{"scheme": "x", "reference": "y", "until": "soon"}]},
        {"web": "javascript:alert(1)"},
        {"web": "https://user:password@example.com/"},
        {"web": "https://"},
        {"web": "https://example.com/ x"},
        {"web": 'https://example.com/"><script>'},
        {"web": "//example.com"},
        {"statements": [{"ja": "x", "en": "y", "fr": "z"}]},
    ],
)
def test_another_shape_is_malformed(change: dict[str, Any]) -> None:
    assert refusal(payload(rfc8785.dumps(DOCUMENT | change))) == "malformed"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b'{"country":"JP","country":"JP"}',
        b'{"country": "JP"}',
        b'{"country":"JP"}\n',
        b'{"region":"JP-43","country":"JP"}',
        b'{"country":"\\u004aP"}',
        b'{"country":"JP","kana":"\\ud800"}',
        b"\xef\xbb\xbf" + b'{"country":"JP"}',
        b'{"country":"JP"',
        b"[" * 60_000,
        b'{"country":"JP","kana":NaN}',
        b'{"country":1}',
    ],
)
def test_another_spelling_is_malformed(text: bytes) -> None:
    assert refusal(payload(text)) == "malformed"


def test_a_profile_over_its_bound_is_refused_before_it_is_read() -> None:
    assert refusal(payload(b" " * (64 * 1024 + 1))) == "malformed"
    assert refusal(payload(b" " * (65 * 1024))) == "too-large"


def test_a_bad_mark_number_is_a_malformed_claim() -> None:
    number = (1 << 45).to_bytes(6, "big")
    assert refusal(cbor.encode({6: 0, 7: number, PROFILE_CLAIM: b'{"country":"JP"}'})) == "malformed"


def test_what_is_no_profile_is_not_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    garbage = cbor.encode(list(range(100)))
    monkeypatch.setattr(cbor, "_encode", None)
    assert refusal(garbage) == "malformed"


def test_a_profile_in_another_encoding_of_its_own_is_refused_by_name() -> None:
    with pytest.raises(NotDeterministicError):
        ProfileClaims.from_bytes(payload(b'{"country":"JP"}').replace(b'\x50{"', b'\x58\x10{"'))
