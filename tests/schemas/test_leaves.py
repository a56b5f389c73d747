"""Leaves of the log: five shapes, and nothing else."""

from typing import Any

import pytest

from schemas import cbor
from schemas.errors import MalformedError
from schemas.leaves import EventLeaf, Genesis, IssueLeaf, Leaf, SnapshotLeaf, TrustLeaf, leaf_from_bytes
from schemas.merkle import leaf_hash

HASH = bytes(range(32))
LEAVES: list[Leaf] = [
    Genesis(scheme="demo", trust_sha256=HASH),
    Genesis(scheme="demo", trust_sha256=HASH, previous=("akashi.example/log1", 5, HASH)),
    IssueLeaf(mark=b"\xd2\x84"),
    EventLeaf(event=b"\xd2\x84"),
    TrustLeaf(version=2, sha256=HASH),
    SnapshotLeaf(size=2, lists=(), trust_version=1),
    SnapshotLeaf(size=2, lists=(("https://akashi.example/status/a/0", HASH),), trust_version=1),
]


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: type(leaf).__name__)
def test_a_leaf_is_read_back_as_it_was_written(leaf: Leaf) -> None:
    assert leaf_from_bytes(leaf.to_bytes()) == leaf


def test_the_worked_example_of_the_format_has_its_hash() -> None:
    digest = "c35020473aed1b4642cd726cad727b63fff2824ad68cedd7ffb73c7cbd890479"
    lists = (("https://akashi.example/status/a/0", bytes.fromhex(digest)),)
    leaf = SnapshotLeaf(size=2, lists=lists, trust_version=1)
    assert len(leaf.to_bytes()) == 75
    expected = "1fc91af10c3f7c27d2803734a231724cb4668e446bce022ea42d4a166d81c4c1"
    assert leaf_hash(leaf.to_bytes()).hex() == expected


def test_the_order_in_which_lists_are_given_does_not_matter() -> None:
    lists = (("https://b.example/status/b/0", HASH), ("https://a.example/status/a/0", HASH))
    one, other = (SnapshotLeaf(size=2, lists=each, trust_version=1) for each in (lists, lists[::-1]))
    assert one.to_bytes() == other.to_bytes()


def test_a_snapshot_names_a_list_or_does_not() -> None:
    leaf = LEAVES[-1]
    assert isinstance(leaf, SnapshotLeaf)
    assert leaf.find("https://akashi.example/status/a/0") == HASH
    assert leaf.find("https://akashi.example/status/a/1") is None


@pytest.mark.parametrize(
    "value",
    [
        [],
        [1, 1],
        [2, 1, b""],
        [1, 4, b""],
        [1, 6, HASH],
        [1, 7, b""],
        [1, 1, "mark"],
        [1, 1, b"", b""],
        [1, 0, {1: "demo"}],
        [1, 0, {1: "demo", 2: HASH[1:]}],
        [1, 0, {1: "demo", 2: HASH, 4: 1}],
        [1, 0, {1: "demo", 2: HASH, 3: ["log", 5]}],
        [1, 0, {1: "demo", 2: HASH, 3: ["log", -1, HASH]}],
        [1, 3, 0, HASH],
        [1, 3, 1, HASH + b"\0"],
        [1, 5, -1, {}],
        [1, 5, 1, {"uri": HASH[1:]}],
        [1, 5, 1, {1: HASH}],
        [1, 5, 1, []],
        {1: 1},
        b"",
        1,
    ],
)
def test_another_shape_is_no_leaf(value: Any) -> None:
    with pytest.raises(MalformedError) as refused:
        leaf_from_bytes(cbor.encode(value))
    assert refused.value.reason == "malformed"


def test_true_is_not_the_format_one() -> None:
    with pytest.raises(MalformedError):
        leaf_from_bytes(b"\x83\xf5\x01\x40")


def test_a_leaf_in_another_encoding_is_not_deterministic() -> None:
    with pytest.raises(MalformedError) as refused:
        leaf_from_bytes(b"\x83\x01\x18\x01\x40")
    assert refused.value.reason == "not-deterministic"
