"""COSE_Sign1 against public vectors: what the standard computes we compute; what our profile refuses is named."""

import json
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import cbor2
import pytest

from keys.algorithms import ED25519, ESP256, P256_ORDER, PublicKey, kid, thumbprint
from keys.signed import Unverified
from schemas import cbor
from schemas.claims import MarkClaims
from schemas.cose import (
    EVENT_TYPE,
    MARK_TYPE,
    MAX_OBJECT,
    MAX_PARTS,
    MAX_SIGN1,
    Sign1,
    header_bytes,
    objects_in,
    to_be_signed,
)
from schemas.errors import MalformedError, TooLargeError


def read(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_bytes())
    return value


@pytest.fixture(scope="module")
def example(vectors: Path) -> dict[str, Any]:
    return read(vectors / "cose-example" / "sign1.json")


def keys_of(example: dict[str, Any]) -> dict[int, PublicKey]:
    point = bytes.fromhex("04" + example["p256"]["x"] + example["p256"]["y"])
    return {
        ED25519: PublicKey(ED25519, bytes.fromhex(example["ed25519"]["x"])),
        ESP256: PublicKey(ESP256, point),
    }


def cases(example: dict[str, Any], *algs: int) -> list[dict[str, Any]]:
    found = [case for case in example["cases"] if case["alg"] in algs]
    assert len(found) == len(algs)
    return found


def test_thumbprints_are_those_of_rfc_9679(example: dict[str, Any]) -> None:
    for alg, name in ((ED25519, "ed25519"), (ESP256, "p256")):
        key = keys_of(example)[alg]
        assert thumbprint(alg, key.public).hex() == example[name]["thumbprint"]
        assert kid(alg, key.public).hex() == example[name]["thumbprint"][:16]


def test_the_bytes_that_are_signed_are_those_of_the_standard(example: dict[str, Any]) -> None:
    for case in example["cases"]:
        signed = to_be_signed(bytes.fromhex(case["protected"]), bytes.fromhex(case["payload"]))
        assert signed.hex() == case["tbs"]


def test_both_algorithms_verify_over_those_bytes(example: dict[str, Any]) -> None:
    for case in cases(example, ED25519, ESP256):
        sign1 = Sign1.from_bytes(bytes.fromhex(case["cose_sign1"]), typ=MARK_TYPE)
        key, signature = keys_of(example)[case["alg"]], low_s(sign1.signature, case["alg"])
        assert sign1.header.kid == key.kid
        assert key.verify(sign1.to_be_signed(), signature)
        assert not key.verify(sign1.to_be_signed() + b"\0", signature)


def low_s(signature: bytes, alg: int) -> bytes:
    """Public vectors need not have a low S; the profile demands one, and anybody can make it."""
    s = int.from_bytes(signature[32:])
    return signature if alg != ESP256 else signature[:32] + min(s, P256_ORDER - s).to_bytes(32)


def test_the_older_algorithm_numbers_are_read_and_believed_by_no_key(example: dict[str, Any]) -> None:
    for case, alg in zip(cases(example, -8, -7), (ED25519, ESP256), strict=True):
        sign1 = Sign1.from_bytes(bytes.fromhex(case["cose_sign1"]), typ=MARK_TYPE)
        key = keys_of(example)[alg]
        assert key.verify(sign1.to_be_signed(), low_s(sign1.signature, alg))  # the mathematics would do
        unverified = Unverified(
            raw=sign1.raw,
            header=sign1.header,
            signed=sign1.to_be_signed(),
            signature=low_s(sign1.signature, alg),
            unsafe_claims=cast_claims(),
        )
        assert unverified.verified_by(key) is None  # the header does not say this key's algorithm


def cast_claims() -> MarkClaims:
    return MarkClaims.__new__(MarkClaims)


def test_its_claims_are_no_mark(example: dict[str, Any]) -> None:
    for case in example["cases"]:
        with pytest.raises(MalformedError) as refused:
            MarkClaims.from_bytes(bytes.fromhex(case["payload"]))
        assert refused.value.reason == "malformed"


# ---------------------------------------------------------------- cose-wg/Examples


def sign1_files(vectors: Path) -> list[Path]:
    files = sorted((vectors / "cose-wg-examples" / "sign1-tests").glob("*.json"))
    assert files
    return files


def coordinate(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_es256_of_the_working_group_verifies_and_fails_as_they_say(vectors: Path) -> None:
    judged = []
    for path in sign1_files(vectors):
        vector = read(path)
        given, item = vector["input"], cbor2.loads(bytes.fromhex(vector["output"]["cbor"]))
        tagged = isinstance(item, cbor2.CBORTag)
        if "external" in given["sign0"] or (tagged and item.tag != 18):
            continue  # external data and another tag: no such thing here
        protected, _, payload, signature = item.value if tagged else item
        # RFC 9052 §4.4: an empty protected header is signed as a string of no bytes.
        signed = to_be_signed(b"" if protected == b"\xa0" else protected, payload)
        key = given["sign0"]["key"]
        public = PublicKey(ESP256, b"\4" + coordinate(key["x"]) + coordinate(key["y"]))
        should_fail = vector.get("fail", False)
        assert (signed.hex().upper() == vector["intermediates"]["ToBeSign_hex"]) is not should_fail
        assert public.verify(signed, low_s(signature, ESP256)) is not should_fail
        judged.append(path.stem)
    assert len(judged) >= 7


def test_the_profile_takes_none_of_the_working_groups_messages(vectors: Path) -> None:
    # They have ES256 (-7), no typ, a two-byte kid in the unprotected header, or no tag.
    for path in sign1_files(vectors):
        with pytest.raises(MalformedError) as refused:
            Sign1.from_bytes(bytes.fromhex(read(path)["output"]["cbor"]), typ=MARK_TYPE)
        assert refused.value.reason == "malformed"


# ---------------------------------------------------------------- our one shape

PROTECTED = header_bytes(alg=-19, kid=bytes(8), typ=MARK_TYPE)


def put_together(
    *, protected: bytes = PROTECTED, unprotected: str = "a0", signature: bytes = bytes(64)
) -> bytes:
    parts = (cbor.encode(protected), bytes.fromhex(unprotected), cbor.encode(b"\xa0"), cbor.encode(signature))
    return b"\xd2\x84" + b"".join(parts)


def test_an_object_is_read_back_as_it_was_assembled() -> None:
    sign1 = Sign1.assemble(protected=PROTECTED, payload=b"\xa0", signature=bytes(64))
    assert sign1.raw == put_together()
    assert Sign1.from_bytes(sign1.raw, typ=MARK_TYPE) == sign1


@pytest.mark.parametrize(
    ("reason", "bent"),
    [
        ("unsigned-header", put_together(unprotected="a10448" + "00" * 8)),
        ("unsigned-header", put_together(unprotected="a10132")),
        ("not-deterministic", put_together(unprotected="bfff")),
        ("malformed", put_together(unprotected="a201000100")),
        ("malformed", put_together(unprotected="80")),
        ("malformed", put_together(signature=bytes(63))),
        ("malformed", put_together(signature=bytes(65))),
        ("malformed", put_together(protected=b"")),
        ("malformed", put_together(protected=cbor.encode({1: -19, 4: bytes(8)}))),
        ("malformed", put_together(protected=cbor.encode({1: -19, 2: [1], 4: bytes(8), 16: MARK_TYPE}))),
        ("malformed", put_together(protected=cbor.encode({1: "EdDSA", 4: bytes(8), 16: MARK_TYPE}))),
        ("malformed", put_together(protected=header_bytes(alg=-19, kid=bytes(7), typ=MARK_TYPE))),
        ("malformed", put_together(protected=header_bytes(alg=-19, kid=bytes(8), typ=EVENT_TYPE))),
        ("not-deterministic", put_together(protected=b"\xbf" + PROTECTED[1:] + b"\xff")),
        ("not-deterministic", b"\xd8\x12" + put_together()[1:]),
        ("not-deterministic", b"\xd2\x98\x04" + put_together()[2:]),
        ("not-deterministic", b"\xd2\x9f" + put_together()[2:] + b"\xff"),
        ("malformed", put_together()[1:]),
        ("malformed", b"\xd2" + put_together()),
        ("malformed", b"\xd1" + put_together()[1:]),
        ("malformed", put_together() + b"\0"),
        ("malformed", b"\xd2\x83" + put_together()[2:-66]),
        ("too-large", put_together() + bytes(MAX_SIGN1[MARK_TYPE])),
    ],
)
def test_another_shape_is_refused_for_its_reason(reason: str, bent: bytes) -> None:
    with pytest.raises(MalformedError) as refused:
        Sign1.from_bytes(bent, typ=MARK_TYPE)
    assert refused.value.reason == reason


# ---------------------------------------------------------------- a sequence of objects

OBJECTS = {
    "the usual one": bytes.fromhex("d2 84 43010203 a0 41ff 5803000000"),
    "one with lengths in long form": bytes.fromhex("d2 9800 d2 990000 d2 9a00000000 d2 9b0000000000000000"),
    "one with an unprotected header": bytes.fromhex("d2 84 40 a2 01 82 01 02 04 48 0102030405060708 40 40"),
    "one of indefinite length": bytes.fromhex("d2 9f 5f 4101 5802 0203 ff bf 01 02 ff 40 40 ff"),
    "one with tags, numbers and words inside": bytes.fromhex(
        "d2 86 c1 00 f5 f97e00 fb0000000000000000 1901ff 7801 61"
    ),
    "one of as many parts as there may be": b"\xd2" + bytes((0x98, MAX_PARTS - 2)) + bytes(MAX_PARTS - 2),
    "one of as many bytes as there may be": b"\xd2\x81\x5a"
    + (MAX_OBJECT - 7).to_bytes(4)
    + bytes(MAX_OBJECT - 7),
}
ENDS = {
    "cut off after its tag": ("d2", MalformedError),
    "cut off in its head": ("d2 99 00", MalformedError),
    "cut off in its array": ("d2 84 40 a0 40", MalformedError),
    "cut off in a string": ("d2 81 42 00", MalformedError),
    "cut off in a string of endless length": ("d2 81 5b ffffffffffffffff 00", MalformedError),
    "cut off before its break": ("d2 9f 00", MalformedError),
    "a break where none belongs": ("d2 82 00 ff", MalformedError),
    "a reserved head": ("d2 81 1c", MalformedError),
    "an integer of indefinite length": ("d2 81 1f", MalformedError),
    "a tag of indefinite length": ("d2 81 df", MalformedError),
    "without a tag": ("84 40 a0 40 40", MalformedError),
    "with another tag": ("d1 84 40 a0 40 40", MalformedError),
    "with a map in the tag": ("d2 a0", MalformedError),
    "of one part too many": ("d2 98 1f" + "00" * 31, MalformedError),
    "nested ever deeper": ("d2" + "81" * 4000 + "00", MalformedError),
    "of one byte too many": ("d2 81 5a" + f"{MAX_OBJECT - 6:08x}" + "00" * (MAX_OBJECT - 6), TooLargeError),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_is_cut_out_whole_whatever_is_wrong_with_it(name: str) -> None:
    first = OBJECTS[name]
    end = cbor.end_of_item(first, 0, max_size=MAX_OBJECT, max_parts=MAX_PARTS)
    cbor2.loads(first[:end])  # another reader finds one item there
    assert b"".join(objects_in(first)) == first
    assert list(objects_in(first + OBJECTS["the usual one"]))[-1] == OBJECTS["the usual one"]


def test_every_object_of_a_sequence_is_found_in_its_order() -> None:
    single = [name for name in OBJECTS if "long form" not in name]
    assert list(objects_in(b"".join(OBJECTS[name] for name in single))) == [OBJECTS[name] for name in single]
    assert list(objects_in(b"")) == []


@pytest.mark.parametrize("name", ENDS)
def test_nothing_is_cut_out_after_something_that_is_no_object(name: str) -> None:
    data, error = ENDS[name]
    good = OBJECTS["the usual one"]
    objects = objects_in(good + bytes.fromhex(data))
    assert next(objects) == good
    with pytest.raises(MalformedError) as refused:
        next(objects)
    assert type(refused.value) is error
    assert refused.value.path.startswith("byte ")


def test_what_comes_later_is_not_looked_at_before_it_is_wanted() -> None:
    good = OBJECTS["the usual one"]
    assert next(objects_in(good + b"\xff")) == good
