"""Claims of marks and events: the worked examples byte for byte, and exact inverses."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from schemas import cbor
from schemas.claims import (
    Assessment,
    EventClaims,
    EventKind,
    EventReason,
    MarkClaims,
    Unit,
    entities_hash_input,
)
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId
from schemas.times import DAY

# docs/format.md §1, "Worked example"
MARK = MarkClaims(
    holder=OrganisationId.from_text("0188:7000012050002"),
    exp=1826722800,
    nbf=1795186800,
    iat=1795219200,
    number=MarkNumber.from_text("7K3Q9-XWD29"),
    status_index=3,
    status_uri="https://akashi.example/status/a/0",
    scheme="demo",
    edition="2026-03-27",
    level=3,
    assessment=Assessment.EXPERT_CONFIRMED,
    name="株式会社みほん電子",
    name_latin="Mihon Denshi Co., Ltd.",
    unit=Unit.LEGAL_ENTITY,
    statement="本社のIT基盤",
    statement_latin="IT infrastructure of the head office",
)
GROUP = replace(MARK, unit=Unit.GROUP, entities_sha256=bytes(32))
# docs/format.md §3, "Worked example"
EVENT = EventClaims(
    iat=0x6B023080,
    number=MARK.number,
    kind=EventKind.SUSPEND,
    reason=EventReason.UNDER_INVESTIGATION,
    prev=bytes.fromhex("3b96914895c87340f289c47d75e83fc00fc25fc6005c5e1e1b2bc1e06e29c02a"),
)


def test_the_worked_mark_has_the_bytes_the_format_prints() -> None:
    payload = MARK.to_bytes()
    assert len(payload) == 249
    assert payload.startswith(bytes.fromhex("a70272303138383a"))
    protected = bytes.fromhex("a301320448866eefbd6718c88410746170706c69636174696f6e2f6d61726b2b637774")
    signed = cbor.encode(["Signature1", protected, b"", payload])
    expected = "d21ece0c4ddea9817564d1963afa784650577ddf3c7564d41a432fc1d497b5e9"
    assert sha256(signed).hexdigest() == expected


def test_the_worked_event_has_the_bytes_the_format_prints() -> None:
    expected = (
        "a3061a6b023080 07460798ee9ef1a2 3a00010001 a3 0101 0205 03 5820"
        "3b96914895c87340f289c47d75e83fc00fc25fc6005c5e1e1b2bc1e06e29c02a"
    )
    assert EVENT.to_bytes() == bytes.fromhex(expected)


@pytest.mark.parametrize(
    "claims",
    [
        MARK,
        GROUP,
        replace(MARK, name="Example Ltd", name_latin=None, statement_latin=None),
        replace(MARK, assessor="AB01", assessment=Assessment.THIRD_PARTY, level=9),
        replace(MARK, nbf=MARK.iat - 7 * DAY),
        replace(MARK, status_index=2**17),  # out of range is the verifier's word, not malformed
        replace(MARK, exp=253402300799),
        replace(MARK, name="葛\U000e0100飾みほん"),  # with a variation selector
        replace(MARK, name="名" * 80),
    ],
)
def test_a_mark_is_read_back_as_it_was_written(claims: MarkClaims) -> None:
    assert MarkClaims.from_bytes(claims.to_bytes()) == claims


def test_what_is_written_is_deterministic_cbor() -> None:
    plain = replace(MARK, name="Example Ltd", name_latin=None, statement_latin=None)
    for claims in (MARK, GROUP, replace(GROUP, assessor="AB01"), plain, replace(plain, assessor="AB01")):
        payload = claims.to_bytes()
        assert cbor.encode(cbor.decode(payload, max_size=1024)) == payload


@pytest.mark.parametrize(
    "change",
    [
        {"exp": MARK.nbf},
        {"nbf": MARK.iat - 7 * DAY - 1},
        {"exp": 253402300800},
        {"name_latin": None},
        {"name_latin": "みほん"},
        {"statement_latin": "本社"},
        {"unit": Unit.GROUP},
        {"entities_sha256": bytes(32)},
        {"level": 0},
        {"level": 10},
        {"scheme": "-demo"},
        {"scheme": "a" * 33},
        {"edition": ""},
        {"statement": "a" * 241},
        {"name": "名" * 81},
        {"status_index": 2**53},
        {"status_uri": "https://akashi.example/status/a/" + "0" * 240},
    ],
)
def test_claims_no_mark_may_make_are_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError) as refused:
        MarkClaims.from_bytes(replace(MARK, **change).to_bytes())
    assert refused.value.reason == "malformed"


@pytest.mark.parametrize(
    "claims",
    [
        EVENT,
        replace(EVENT, kind=EventKind.CONFIRM, reason=None),
        replace(EVENT, kind=EventKind.SUPERSEDE, successor=MarkNumber(value=1)),
        *(replace(EVENT, kind=EventKind.REVOKE, reason=reason) for reason in EventReason),
    ],
)
def test_an_event_is_read_back_as_it_was_written(claims: EventClaims) -> None:
    assert EventClaims.from_bytes(claims.to_bytes()) == claims


@pytest.mark.parametrize(
    "change",
    [
        {"reason": None},
        {"kind": EventKind.CONFIRM},
        {"successor": MarkNumber(value=1)},
        {"kind": EventKind.SUPERSEDE},
        {"kind": EventKind.SUPERSEDE, "successor": MARK.number},
        {"prev": bytes(31)},
        {"iat": 253402300800},
    ],
)
def test_an_event_that_does_not_hang_together_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError) as refused:
        EventClaims.from_bytes(replace(EVENT, **change).to_bytes())
    assert refused.value.reason == "malformed"


def test_only_two_reasons_were_true_all_along() -> None:
    assert [reason.slug for reason in EventReason if reason.found_later] == [
        "issued-in-error",
        "key-compromised",
    ]


def test_the_entities_of_a_group_have_one_hash_whatever_their_order() -> None:
    ids = ["0199:549300MLUDYVRQOOXS22", "0188:7000012050002", "0188:2180001135973"]
    assert entities_hash_input(ids) == entities_hash_input(ids[::-1])
    assert cbor.decode(entities_hash_input(ids), max_size=1000) == sorted(ids)
    with pytest.raises(MalformedError):
        entities_hash_input([*ids, ids[0]])
