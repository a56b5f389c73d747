"""The reader of usual marks: what it is meant to take it takes, and what is nearly right it leaves to the strict one."""

from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

from keys.algorithms import ED25519, ESP256
from keys.signed import Signed, Unverified, read_mark
from schemas import cbor
from schemas.claims import Assessment, MarkClaims, Unit
from schemas.cose import EVENT_TYPE, MARK_TYPE, Sign1, header_bytes
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId
from schemas.usual_mark import read_usual
from schemas.values import twin_of

CLAIMS = MarkClaims(
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
    statement_latin="Head office IT",
)
SIGNATURE = bytes(range(64))
USUAL: dict[str, dict[str, Any]] = {
    "as printed": {},
    "a name of Latin letters alone": {"name": "Example Ltd", "name_latin": None},
    "no Latin statement": {"statement_latin": None},
    "a Latin statement of 24 bytes": {"statement_latin": "a" * 24},
    "a Latin statement of 31 bytes": {"statement_latin": "a" * 31},
    "a statement of 240 bytes": {"statement": "本" * 80},
    "a group": {"unit": Unit.GROUP, "entities_sha256": bytes(range(32))},
    "a division": {"unit": Unit.DIVISION},
    "an assessing organisation": {"assessor": "AB01"},
    "everything": {"unit": Unit.GROUP, "entities_sha256": bytes(32), "assessor": "AB01" * 9, "level": 9},
    "the first entry": {"status_index": 0},
    "an entry in two bytes": {"status_index": 24},
    "an entry in three bytes": {"status_index": 256},
    "an entry in five bytes": {"status_index": 2**17 - 1},
    "a long list uri": {"status_uri": "https://" + "a" * 60 + ".example/status/abcd/17"},
    "a LEI": {"holder": OrganisationId.from_text("0199:5493001KJTIIGC8Y1R12")},
    "a D-U-N-S": {"holder": OrganisationId.from_text("0060:123456789")},
    "a scheme of 32": {"scheme": "a" * 32},
    "long names": {"name": "証" * 80, "name_latin": "Akashi " * 10 + "K.K."},
    "the last second of five-byte times": {"exp": 2**32 - 1},
    "third party": {"assessment": Assessment.THIRD_PARTY, "level": 1},
}


def wrapped(payload: bytes, *, alg: int = ED25519, typ: str = MARK_TYPE) -> bytes:
    protected = cbor.byte_string(header_bytes(alg=alg, kid=bytes(8), typ=typ))
    return b"\xd2\x84" + protected + b"\xa0" + cbor.byte_string(payload) + b"\x58\x40" + SIGNATURE


@pytest.mark.parametrize("alg", [ED25519, ESP256])
@pytest.mark.parametrize("changes", USUAL.values(), ids=USUAL.keys())
def test_an_honest_mark_is_read_at_one_glance(changes: dict[str, Any], alg: int) -> None:
    claims = replace(CLAIMS, **changes)
    data = wrapped(claims.to_bytes(), alg=alg)
    sign1 = Sign1.from_bytes(data, typ=MARK_TYPE)
    assert read_usual(data) == (sign1.header, sign1.to_be_signed(), SIGNATURE, claims)


UNUSUAL: dict[str, dict[str, Any]] = {
    "a letter with an accent": {"name_latin": "Société"},
    "a compatibility form of a name": {"name": "葛\U000e0100飾みほん"},
    "a half-width name": {"name": "ﾐﾎﾝ"},
    "a name that begins with a blank": {"name": " みほん"},
    "a time of nine bytes": {"exp": 2**32},
    "a time of three bytes": {"nbf": 60_000, "iat": 60_000},
    "an entry no list has": {"status_index": 2**24},
    "another kind of list": {"status_uri": "list:7"},
    "a colon in the list's uri": {"status_uri": "https://akashi.example:8080/status/a/0"},
}


@pytest.mark.parametrize("changes", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_an_honest_mark_of_another_form_is_read_by_the_strict_reader(changes: dict[str, Any]) -> None:
    claims = replace(CLAIMS, **changes)
    data = wrapped(claims.to_bytes())
    assert read_usual(data) is None
    assert read_mark(data).unsafe_claims == claims


PAYLOAD_LIES = {  # each replaces bytes that stand in the payload once
    "a text's head in two bytes": (b"\x64demo", b"\x78\x04demo"),
    "a text's head in three bytes": (b"\x64demo", b"\x79\x00\x04demo"),
    "a text longer than its head": (b"\x64demo", b"\x64demos"),
    "a text shorter than its head": (b"\x64demo", b"\x65demo"),
    "a text of bytes": (b"\x64demo", b"\x44demo"),
    "a text in chunks": (b"\x64demo", b"\x7f\x64demo\xff"),
    "no scheme": (b"\x64demo", b"\x60"),
    "a scheme in capitals": (b"\x64demo", b"\x64DEMO"),
    "the holder's head in two bytes": (b"\x720188:", b"\x78\x120188:"),
    "a holder's digit too many": (b"\x720188:7", b"\x730188:77"),
    "a wrong check digit": (b"0188:7", b"0188:8"),
    "only zeros": (b"0188:7000012050002", b"0188:0000000000000"),
    "an ICD nobody knows": (b"0188:", b"0187:"),
    "an end in nine bytes": (b"\x04\x1a\x6c", b"\x04\x1b\x00\x00\x00\x00\x6c"),
    "a start that two bytes could hold": (b"\x05\x1a\x6b\x00", b"\x05\x1a\x00\x00"),
    "a number of 46 bits": (b"\x07\x46\x07", b"\x07\x46\x20"),
    "a number of seven bytes": (b"\x07\x46\x07", b"\x07\x47\x00\x07"),
    "an entry in two bytes that needs one": (b"\x63idx\x03", b"\x63idx\x18\x03"),
    "an entry in three bytes that needs one": (b"\x63idx\x03", b"\x63idx\x19\x00\x03"),
    "an entry in five bytes that needs one": (b"\x63idx\x03", b"\x63idx\x1a\x00\x00\x00\x03"),
    "an entry in five bytes that needs three": (b"\x63idx\x03", b"\x63idx\x1a\x00\x00\xff\xff"),
    "an entry that is a float": (b"\x63idx\x03", b"\x63idx\xf9\x42\x00"),
    "an entry below zero": (b"\x63idx\x03", b"\x63idx\x22"),
    "the uri's head in three bytes": (b"\x63uri\x78\x21", b"\x63uri\x79\x00\x21"),
    "a uri one longer than its head": (b"\x63uri\x78\x21", b"\x63uri\x78\x20"),
    "a tagged status": (b"\x6bstatus_list\xa2", b"\x6bstatus_list\xd8\x1c\xa2"),
    "a status of three": (b"\x6bstatus_list\xa2", b"\x6bstatus_list\xa3"),
    "a map of six": (b"\x00\x01\x00\x00\xa7", b"\x00\x01\x00\x00\xa6"),
    "a map of eight": (b"\x00\x01\x00\x00\xa7", b"\x00\x01\x00\x00\xa8"),
    "a map without a length": (b"\x00\x01\x00\x00\xa7", b"\x00\x01\x00\x00\xbf"),
    "level 0": (b"\x03\x03\x04\x01", b"\x03\x00\x04\x01"),
    "level 10": (b"\x03\x03\x04\x01", b"\x03\x0a\x04\x01"),
    "a level in two bytes": (b"\x03\x03\x04\x01", b"\x03\x18\x03\x04\x01"),
    "a level that is true": (b"\x03\x03\x04\x01", b"\x03\xf5\x04\x01"),
    "assessment 3": (b"\x03\x03\x04\x01", b"\x03\x03\x04\x03"),
    "facts not sorted": (b"\x03\x03\x04\x01", b"\x04\x01\x03\x03"),
    "a name that is not UTF-8": ("株".encode(), b"\xff\xff\xff"),
    "half a surrogate pair": ("株".encode(), b"\xed\xa0\x80"),
    "an over-long slash": ("株".encode(), b"\xe0\x80\xaf"),
    "a name with an escape": ("株".encode(), b"\x1b[1"),
    "a name with a delete": ("株".encode(), b"a\x7fb"),
    "a name with a right-to-left override": ("株".encode(), "\u202e".encode()),
    "a compatibility ideograph": ("株".encode(), "\ufa19".encode()),
    "a blank name": ("\x78\x1b株式会社みほん電子".encode(), "\x63\u3000".encode()),
    "a Latin name that is not": (b"Mihon", "ми".encode() + b"x"),
    "a scope of one": (b"\x07\x83\x01", b"\x07\x81\x01"),
    "a scope of two that holds three": (b"\x07\x83\x01", b"\x07\x82\x01"),
    "a scope of four": (b"\x07\x83\x01", b"\x07\x84\x01"),
    "unit 4": (b"\x07\x83\x01", b"\x07\x83\x04"),
    "a group without entities": (b"\x07\x83\x01", b"\x07\x83\x02"),
    "a statement that takes the head of the next": (b"\x83\x01\x71", b"\x83\x01\x72"),
    "a statement one short": (b"\x83\x01\x71", b"\x83\x01\x70"),
    "a Latin statement that is not": (b"\x6eHead", b"\x6e" + "Н".encode() + b"ad"),
    "a Latin statement's head in two bytes": (b"\x6eHead", b"\x78\x0eHead"),
    "a Latin statement of nothing but blanks": (b"\x6eHead office IT", b"\x61 "),
    "a name not ended": ("電子".encode(), "電".encode()),
}


@pytest.mark.parametrize(("old", "new"), PAYLOAD_LIES.values(), ids=PAYLOAD_LIES.keys())
def test_a_payload_that_is_nearly_right_is_left_to_the_strict_reader_which_refuses_it(
    old: bytes, new: bytes
) -> None:
    payload = CLAIMS.to_bytes()
    assert payload.count(old) == 1
    bent = wrapped(payload.replace(old, new))
    assert read_usual(bent) is None
    with pytest.raises(MalformedError):
        read_mark(bent)


PAYLOAD = CLAIMS.to_bytes()
MARK = wrapped(PAYLOAD)
MARK_LIES = {
    "nothing": b"",
    "an event's header": wrapped(PAYLOAD, typ=EVENT_TYPE),
    "no tag": MARK[1:],
    "a long tag": b"\xd8\x12" + MARK[1:],
    "an array of five": MARK.replace(b"\xd2\x84", b"\xd2\x85", 1),
    "a header that is no map": MARK.replace(b"\xa3\x01\x32", b"\x83\x01\x32", 1),
    "a header's length in three bytes": MARK.replace(b"\x84\x58\x23", b"\x84\x59\x00\x23", 1),
    "an unsigned header": MARK.replace(b"+cwt\xa0", b"+cwt\xa1\x01\x26", 1),
    "a payload's length in three bytes": MARK.replace(b"\xa0\x58", b"\xa0\x59\x00", 1),
    "a payload one longer": MARK.replace(b"\xa0\x58\xe2", b"\xa0\x58\xe4", 1),
    "a payload one shorter": MARK.replace(b"\xa0\x58\xe2", b"\xa0\x58\xe1", 1),
    "a signature of 63 bytes": MARK[:-66] + b"\x58\x3f" + bytes(63),
    "a signature of 65 bytes": MARK[:-66] + b"\x58\x41" + bytes(65),
    "a signature's length in three bytes": MARK[:-66] + b"\x59\x00\x40" + bytes(64),
    "one byte after the end": MARK + b"\x00",
    "a line feed after the payload": wrapped(PAYLOAD + b"\n"),
    "one byte missing": MARK[:-1],
    "claims twice": wrapped(PAYLOAD + PAYLOAD),
    "1,025 bytes": MARK + bytes(1025 - len(MARK)),
}


@pytest.mark.parametrize("bent", MARK_LIES.values(), ids=MARK_LIES.keys())
def test_an_envelope_that_is_nearly_right_is_left_to_the_strict_reader_which_refuses_it(bent: bytes) -> None:
    assert bent != MARK
    assert read_usual(bent) is None
    with pytest.raises(MalformedError):
        read_mark(bent)


def test_a_value_filled_through_its_twin_is_frozen_like_any_other() -> None:
    mark = read_mark(MARK)
    assert type(mark) is Unverified
    for value in (mark, mark.unsafe_claims, mark.unsafe_claims.holder, mark.unsafe_claims.number):
        for field in fields(value):
            with pytest.raises(FrozenInstanceError):
                setattr(value, field.name, None)
        assert replace(value) == value
        assert repr(replace(value)) == repr(value)
    assert hash(mark.unsafe_claims) == hash(CLAIMS)


def test_a_twin_is_another_type_than_the_value() -> None:
    for cls in (MarkClaims, Signed):
        blank = twin_of(cls)()
        assert not isinstance(blank, cls)
        blank.__class__ = cls
        assert type(blank) is cls
