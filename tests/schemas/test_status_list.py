"""Status lists: the draft's own test vectors, then the one form we sign."""

import json
import tracemalloc
from base64 import urlsafe_b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any

import cbor2
import pytest

from keys.algorithms import ED25519, PublicKey
from schemas import cbor
from schemas.cose import STATUS_LIST_TYPE, Sign1
from schemas.errors import MalformedError
from schemas.status_list import (
    LIST_BYTES,
    Status,
    StatusListClaims,
    StatusUri,
    compress,
    inflate,
    set_status,
    status_at,
)

RFC8032_TEST_1 = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


@pytest.fixture(scope="module")
def draft(vectors: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((vectors / "token-status-list" / "vectors.json").read_bytes())
    return value


def test_the_drafts_lists_read_as_the_draft_says(draft: dict[str, Any]) -> None:
    assert {vector["bits"] for vector in draft["vectors"]} == {1, 2, 4, 8}
    for vector in draft["vectors"]:
        bits, said = vector["bits"], dict(vector["entries"])
        in_cbor = cbor2.loads(bytes.fromhex(vector["cbor_hex"]))
        in_json = vector["json"]["lst"]
        size = draft["size"] * bits // 8
        data = inflate(in_cbor["lst"], size=size)
        assert data == inflate(urlsafe_b64decode(in_json + "=" * (-len(in_json) % 4)), size=size)
        assert {index: status_at(data, index, bits=bits) for index in said} == said
        silent = [index for index in range(0, draft["size"], 997) if index not in said]
        assert not any(status_at(data, index, bits=bits) for index in silent)


def test_the_drafts_small_examples_read_as_printed() -> None:
    one_bit = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]  # b9 a3
    data = inflate(bytes.fromhex("78dadbb918000217015d"), size=2)
    assert [status_at(data, index, bits=1) for index in range(16)] == one_bit
    two_bits = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]  # c9 44 f9
    data = inflate(bytes.fromhex("78da3be9f2130003df0207"), size=3)
    assert [status_at(data, index) for index in range(12)] == two_bits


def test_a_list_of_another_maker_with_a_signature_we_can_verify(vectors: Path) -> None:
    made = json.loads((vectors / "cose-example" / "status_list_cwt.json").read_bytes())
    sign1 = Sign1.from_bytes(bytes.fromhex(made["cwt_hex"]), typ=STATUS_LIST_TYPE)
    key = PublicKey(ED25519, bytes.fromhex(RFC8032_TEST_1))
    assert sign1.header.kid == key.kid
    assert key.verify(sign1.to_be_signed(), sign1.signature)
    body = cbor2.loads(sign1.payload)[65533]
    data = inflate(body["lst"], size=made["size"] * made["bits"] // 8)
    for index in range(made["size"]):
        expected = made["entries"].get(str(index), made["entries"]["default"])
        assert status_at(data, index, bits=made["bits"]) == expected


def test_a_list_that_does_not_say_of_which_log_it_speaks_is_none_of_ours(vectors: Path) -> None:
    made = json.loads((vectors / "cose-example" / "status_list_cwt.json").read_bytes())
    with pytest.raises(MalformedError):
        StatusListClaims.from_bytes(bytes.fromhex(made["payload_hex"]))


CLAIMS = StatusListClaims(
    uri="https://akashi.example/status/a/0",
    iat=1_793_491_200,
    exp=1_793_491_200 + 14 * 86400,
    ttl=3600,
    aggregation_uri="https://akashi.example/status/aggregation",
    place=0,
    size=7,
    trust_version=1,
    statuses=bytes(LIST_BYTES),
)


def bent(**changes: Any) -> bytes:
    """The list's payload with top-level claims changed, by their numbers as `c65533`."""
    value = cbor.decode(CLAIMS.to_bytes(), max_size=50_000)
    value |= {int(key[1:].replace("_", "-")): item for key, item in changes.items()}
    return cbor.encode(value)


def test_a_list_is_read_back_as_it_was_written() -> None:
    statuses = bytearray(LIST_BYTES)
    set_status(statuses, 5, Status.SUSPENDED)
    claims = replace(CLAIMS, statuses=bytes(statuses))
    assert StatusListClaims.from_bytes(claims.to_bytes()) == claims
    assert statuses[1] == 0b1000  # entry 5: bits 2 and 3 of byte 1


def test_a_list_that_would_fill_forty_megabytes_is_given_up_at_the_bound() -> None:
    bomb = compress(bytes(40 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(MalformedError):
            inflate(bomb, size=LIST_BYTES)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_setting_one_entry_leaves_its_neighbours() -> None:
    statuses = bytearray(b"\xff" * 2)
    set_status(statuses, 2, Status.REVOKED)
    assert [status_at(bytes(statuses), index) for index in range(8)] == [3, 3, 1, 3, 3, 3, 3, 3]


BODY: dict[str, Any] = {
    "bits": 2,
    "lst": compress(bytes(LIST_BYTES)),
    "aggregation_uri": CLAIMS.aggregation_uri,
}


@pytest.mark.parametrize(
    "payload",
    [
        bent(c65533=BODY | {"bits": 1}),
        bent(c65533=BODY | {"lst": compress(bytes(LIST_BYTES - 1))}),
        bent(c65533=BODY | {"lst": compress(bytes(LIST_BYTES + 1))}),
        bent(c65533=BODY | {"lst": compress(bytes(10_000_000))}),
        bent(c65533=BODY | {"lst": BODY["lst"] + b"\0"}),
        bent(c65533=BODY | {"lst": BODY["lst"][:-1]}),
        bent(c65533=BODY | {"lst": b""}),
        bent(c65533=BODY | {"more": 1}),
        bent(c65533={"bits": 2, "lst": BODY["lst"]}),
        bent(c_65540=[0, 7]),
        bent(c_65540=[0, -1, 1]),
        bent(c4=CLAIMS.iat),
        bent(c8=1),
    ],
)
def test_a_list_of_another_shape_is_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedError) as refused:
        StatusListClaims.from_bytes(payload)
    assert refused.value.reason == "malformed"


@pytest.mark.parametrize(
    "uri",
    [
        "http://akashi.example/status/a/0",
        "https://akashi.example/status/a/00",
        "https://akashi.example/status/a/",
        "https://akashi.example/status/A/0",
        "https://akashi.example/status/abcde/0",
        "https://akashi.example/status/a/0/",
        "https://akashi.example/status/a/0?x",
        "https://akashi.example:443/status/a/0",
        "https://user@akashi.example/status/a/0",
        "https://akashi.example/status/a/0\n",
        "https://akashi.example/status/a/０",
    ],
)
def test_a_list_has_one_name(uri: str) -> None:
    assert StatusUri.find(uri) is None


def test_a_name_is_read_back_as_it_was_written() -> None:
    uri = StatusUri(host="akashi.example", series="a1", n=12)
    assert StatusUri.find(str(uri)) == uri
