"""Encodings that are nearly right, by name; then by the thousand; a million with `make fuzz`."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.mutations import near_miss
from forge.world import World, sign
from keys.signed import read_mark
from schemas import cbor
from schemas.claims import MarkClaims, Unit
from schemas.cose import MARK_TYPE, Header, Sign1, header_bytes
from schemas.errors import MalformedError, NotDeterministicError
from schemas.organisation_id import OrganisationId
from schemas.usual_mark import read_usual

ACCEPTED = {
    "the smallest integer": "00",
    "the largest integer": "1b001fffffffffffff",
    "a negative key": "a12000",
    "an empty text": "60",
    "six levels": "818181818181" + "00",
    "bytewise order, 100 before -1": "a2186400" + "2000",
    "shorter text first": "a261610062616100",
}
NEAR_MISSES = {
    "not-deterministic": {
        "an integer in two bytes": "1817",
        "an integer in three bytes": "190017",
        "an integer in five bytes": "1a000000ff",
        "an integer in nine bytes": "1b00000000ffffffff",
        "a negative integer in two bytes": "3800",
        "a byte string's length in two bytes": "580100",
        "a text's length in three bytes": "79000161",
        "an array's length in two bytes": "980100",
        "a map's length in two bytes": "b8010000",
        "a byte string in chunks": "5f4100ff",
        "a text in chunks": "7f6161ff",
        "an array without a length": "9f00ff",
        "a map without a length": "bf0000ff",
        "keys not sorted": "a202000100",
        "length-first order, -1 before 100": "a22000186400",
        "length-first order inside": "a100a22000186400",
        "a long key": "a1180100",
        "text keys not sorted": "a2616200616100",
    },
    "malformed": {
        "nothing": "",
        "a break alone": "ff",
        "ends within a head": "19",
        "ends within a text": "6261",
        "ends within an array": "8200",
        "ends within a map": "a100",
        "a length of four gigabytes": "5affffffff",
        "an array of 2^63": "9b8000000000000000",
        "a reserved head": "1c",
        "one byte after the end": "0000",
        "another item after the end": "a0a0",
        "the same key twice": "a201000101",
        "the same key twice, once spelled long": "a20100180101",
        "the same text key twice": "a2616100616101",
        "1 and true": "a20100f500",
        "1 and 1.0": "a20100f93c0000",
        "true for 1": "81f5",
        "false": "f4",
        "null": "f6",
        "undefined": "f7",
        "a simple value": "e0",
        "a simple value in two bytes": "f820",
        "an impossible simple value": "f810",
        "half a float": "f90000",
        "a float": "fa3f800000",
        "a long float": "fb3ff0000000000000",
        "not a number": "f97e00",
        "infinity": "f97c00",
        "minus zero": "f98000",
        "one more than 2^53-1": "1b0020000000000000",
        "2^64-1": "1bffffffffffffffff",
        "far below zero": "3bffffffffffffffff",
        "a bignum": "c2490100000000000000" + "00",
        "a small bignum": "c24101",
        "a date": "c11a6b000000",
        "a date in text": "c074323032362d31312d30315430303a30303a30305a",
        "a decimal": "c48221196ab3",
        "a regular expression": "d8236161",
        "a mail message": "d824" + "6161",
        "a uuid": "d82550" + "00" * 16,
        "a set": "d9010281" + "01",
        "self-described": "d9d9f700",
        "a tag nobody knows": "da0001000000",
        "tag 18 inside": "81d280",
        "a list that holds itself": "d81c81d81d00",
        "a shared value": "d81c00",
        "a reference to nothing": "d81d00",
        "a string reference": "d9010082" + "6161d81900",
        "seven levels": "81818181818181" + "00",
        "seven levels of maps": "a100a100a100a100a100a100a100" + "00",
        "text that is not UTF-8": "61ff",
        "text with half a surrogate pair": "63eda080",
        "an over-long spelling of a letter": "62c1a1",
        "text cut within a character": "62e697",
        "text chunks of bytes": "7f4161ff",
    },
}
ALL = [(reason, name, data) for reason, named in NEAR_MISSES.items() for name, data in named.items()]


@pytest.mark.parametrize("data", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_is_permitted_is_read_and_written_alike(data: str) -> None:
    encoded = bytes.fromhex(data)
    assert cbor.encode(cbor.decode(encoded, max_size=100)) == encoded


@pytest.mark.parametrize(("reason", "data"), [(r, d) for r, _, d in ALL], ids=[name for _, name, _ in ALL])
def test_a_near_miss_is_refused_for_its_reason(reason: str, data: str) -> None:
    with pytest.raises(MalformedError) as refused:
        cbor.decode(bytes.fromhex(data), max_size=100)
    assert refused.value.reason == reason


def test_one_byte_over_the_bound_is_too_large_before_it_is_anything_else() -> None:
    with pytest.raises(MalformedError) as refused:
        cbor.decode(b"\xff" * 11, max_size=10)
    assert refused.value.reason == "too-large"


@pytest.mark.parametrize("value", [True, 1.0, None, (1,), {1: None}, [2**53], {"\ud800": 1}, bytearray(b"")])
def test_what_may_not_be_read_is_not_written(value: Any) -> None:
    with pytest.raises(MalformedError):
        cbor.encode(value)


def _bent(change: Callable[[dict[Any, Any]], object]) -> bytes:
    value = cbor.decode(World().claims().to_bytes(), max_size=1024)
    change(value)
    return cbor.encode(value)


FACTS = -65537
CLAIM_LIES: dict[str, Callable[[dict[Any, Any]], object]] = {
    "a claim too many": lambda c: c.update({1: "issuer"}),
    "a claim too few": lambda c: c.pop(65535),
    "a fact too many": lambda c: c[FACTS].update({10: 1}),
    "a text key": lambda c: c[FACTS].update({"1": 1}),
    "a status key too many": lambda c: c[65535].update({"x": 1}),
    "a name not in NFC": lambda c: c[FACTS].update({6: "Cafe\u0301"}),
    "a compatibility ideograph": lambda c: c[FACTS].update({5: "\ufa19戸製鋼"}),
    "a zero-width joiner": lambda c: c[FACTS].update({5: "みほん\u200d"}),
    "a right-to-left override": lambda c: c[FACTS].update({5: "\u202eみほん"}),
    "a private-use character": lambda c: c[FACTS].update({5: "みほん\ue000"}),
    "a line feed": lambda c: c[FACTS].update({7: [1, "a\nb"]}),
    "a blank name": lambda c: c[FACTS].update({5: " "}),
    "an empty name": lambda c: c[FACTS].update({5: ""}),
    "a name of 241 bytes": lambda c: c[FACTS].update({5: "a" * 241}),
    "a Latin name that is not": lambda c: c[FACTS].update({6: "Михон"}),
    "level 0": lambda c: c[FACTS].update({3: 0}),
    "level 10": lambda c: c[FACTS].update({3: 10}),
    "assessment 3": lambda c: c[FACTS].update({4: 3}),
    "unit 4": lambda c: c[FACTS].update({7: [4, "a"]}),
    "a scope of one": lambda c: c[FACTS].update({7: [1]}),
    "a scope of four": lambda c: c[FACTS].update({7: [1, "a", "b", "c"]}),
    "a group without its entities": lambda c: c[FACTS].update({7: [2, "a"]}),
    "entities without a group": lambda c: c[FACTS].update({9: bytes(32)}),
    "a hash of 31 bytes": lambda c: c[FACTS].update({7: [2, "a"], 9: bytes(31)}),
    "a number of 5 bytes": lambda c: c.update({7: bytes(5)}),
    "a number of 46 bits": lambda c: c.update({7: (1 << 45).to_bytes(6, "big")}),
    "a time in the year 10000": lambda c: c.update({4: 253402300800}),
    "a negative time": lambda c: c.update({6: -1}),
    "a negative index": lambda c: c[65535]["status_list"].update({"idx": -1}),
    "a scheme in capitals": lambda c: c[FACTS].update({1: "Demo"}),
    "an unknown kind of id": lambda c: c.update({2: "9999:1"}),
    "an id with a wrong check digit": lambda c: c.update({2: "0188:7000012050003"}),
}


@pytest.mark.parametrize("change", CLAIM_LIES.values(), ids=CLAIM_LIES.keys())
def test_well_spelled_claims_that_say_what_no_mark_says_are_malformed(
    change: Callable[[dict[Any, Any]], object],
) -> None:
    with pytest.raises(MalformedError) as refused:
        MarkClaims.from_bytes(_bent(change))
    assert refused.value.reason == "malformed"
    assert refused.value.path


# ---------------------------------------------------------------- the fast reader and the strict one agree


def _refusal(read: Callable[[bytes], object], data: bytes) -> MalformedError | None:
    try:
        read(data)
    except MalformedError as error:
        return error
    return None


def compare(payload: bytes) -> bool:
    """Give whether the payload was accepted, having found that both ways of reading agree about its spelling."""
    fast = _refusal(MarkClaims.from_bytes, payload)
    strict = _refusal(lambda data: cbor.decode(data, max_size=1024), payload)
    if fast is None:
        assert strict is None, payload.hex()  # what the fast reader takes is deterministic CBOR
        assert MarkClaims.from_bytes(payload).to_bytes() == payload
    if strict is None:
        assert not isinstance(fast, NotDeterministicError), payload.hex()  # and it refuses no such spelling
        assert fast is None or "after the end" not in fast.problem, payload.hex()
    compare_readers(b"".join((OPENING, cbor.byte_string(payload), b"\x58\x40", bytes(64))))
    return fast is None


OPENING = b"\xd2\x84" + cbor.byte_string(header_bytes(alg=-19, kid=bytes(8), typ=MARK_TYPE)) + b"\xa0"


def read_strictly(data: bytes) -> tuple[Header, bytes, bytes, MarkClaims]:
    sign1 = Sign1.from_bytes(data, typ=MARK_TYPE)
    return sign1.header, sign1.to_be_signed(), sign1.signature, MarkClaims.from_bytes(sign1.payload)


def compare_readers(data: bytes) -> bool:
    """Give whether the reader of usual marks took these bytes, having found that it took them as the strict one does."""
    usual = read_usual(data)
    if usual is not None:
        assert usual == read_strictly(data), data.hex()
    return usual is not None


def examples() -> list[MarkClaims]:
    world = World()
    usual = world.claims()
    plain = world.claims(name="Example Ltd", name_latin=None, statement_latin=None)
    group = world.claims(unit=Unit.GROUP, entities_sha256=bytes(32), assessor="AB01", status_index=70_000)
    other = world.claims(
        holder=OrganisationId.from_text("0199:5493001KJTIIGC8Y1R12"), name="名" * 60, statement_latin="x" * 40
    )
    return [usual, plain, group, other]


def compare_many(seed: int, count: int) -> tuple[int, int]:
    random = Random(seed)
    starts = [(claims.to_bytes(), cbor.decode(claims.to_bytes(), max_size=1024)) for claims in examples()]
    accepted = sum(compare(near_miss(*random.choice(starts), random)) for _ in range(count))
    return accepted, count


def test_the_fast_reader_takes_what_the_strict_one_takes() -> None:
    accepted, count = compare_many(seed=1, count=4000)
    assert 0.05 * count < accepted < 0.6 * count  # both sides were met


def compare_marks(seed: int, count: int) -> int:
    """Of whole marks: what is read is written again as it was, and nothing but a named refusal is raised.

    Gives how many the reader of usual marks took.
    """
    random = Random(seed)
    starts = [sign(claims, "issuer-3") for claims in examples()]
    values = [(raw, cbor.decode(raw[1:], max_size=1024)) for raw in starts]
    taken = 0
    for _ in range(count):
        raw, value = random.choice(values)
        data = raw[:1] + near_miss(raw[1:], value, random)
        taken += compare_readers(data)
        try:
            mark = read_mark(data)
        except MalformedError:
            assert read_usual(data) is None
            continue
        assert (mark.header, mark.signed, mark.signature, mark.unsafe_claims) == read_strictly(data)
        sign1 = Sign1.from_bytes(data, typ=MARK_TYPE)
        parts = {"protected": sign1.protected, "payload": sign1.payload, "signature": sign1.signature}
        assert Sign1.assemble(**parts).raw == data
    return taken


def test_a_mark_that_is_read_has_one_spelling() -> None:
    taken = compare_marks(seed=2, count=3000)
    assert 300 < taken < 2000  # both sides were met


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(10))
def test_a_million_near_misses_divide_no_two_readers(seed: int) -> None:
    compare_many(seed=100 + seed, count=100_000)
    compare_marks(seed=200 + seed, count=20_000)


# ---------------------------------------------------------------- then chance

LEAVES = st.integers(-(2**53), 2**53 - 1) | st.binary(max_size=40) | st.text(max_size=20)
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(-300, 70000) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_is_written_in_one_way_and_read_back(value: Any) -> None:
    try:
        encoded = cbor.encode(value)
    except MalformedError:
        return  # nested too deep
    assert cbor.decode(encoded, max_size=10_000) == value


@given(st.binary(max_size=60))
def test_whatever_bytes_are_read_are_written_again_alike(data: bytes) -> None:
    if _refusal(lambda given: cbor.decode(given, max_size=60), data) is None:
        assert cbor.encode(cbor.decode(data, max_size=60)) == data


@given(st.binary(max_size=200))
def test_a_signed_object_of_other_payload_is_refused_by_name(payload: bytes) -> None:
    refused = _refusal(read_mark, sign(payload, "issuer-3"))
    assert refused is not None
    assert refused.reason in ("malformed", "not-deterministic")
