"""RFC 6962 trees: public vectors first, then named near-misses, then every small tree there is."""

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import merkle

Proof = tuple[bytes, int, int, list[bytes], bytes]  # leaf hash, index, size, proof, root

# As the vectors' PROVENANCE says: its roots are twelve bytes of prose, ours are SHA-256.
RIGHTLY_REFUSED = "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json"


def _leaves(count: int) -> list[bytes]:
    return [merkle.leaf_hash(b"entry %d" % number) for number in range(count)]


def naive_root(hashes: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    n = len(hashes)
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return hashes[0]
    k = 1
    while k * 2 < n:
        k *= 2
    return sha256(b"\x01" + naive_root(hashes[:k]) + naive_root(hashes[k:])).digest()


def naive_path(m: int, hashes: list[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1, word for word."""
    n = len(hashes)
    if n == 1:
        return []
    k = 1
    while k * 2 < n:
        k *= 2
    if m < k:
        return [*naive_path(m, hashes[:k]), naive_root(hashes[k:])]
    return [*naive_path(m - k, hashes[k:]), naive_root(hashes[:k])]


def naive_subproof(m: int, hashes: list[bytes], *, whole: bool) -> list[bytes]:
    """RFC 6962 §2.1.2, word for word."""
    n = len(hashes)
    if m == n:
        return [] if whole else [naive_root(hashes)]
    k = 1
    while k * 2 < n:
        k *= 2
    if m <= k:
        return [*naive_subproof(m, hashes[:k], whole=whole), naive_root(hashes[k:])]
    return [*naive_subproof(m - k, hashes[k:], whole=False), naive_root(hashes[:k])]


def _cases(vectors: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    folder = vectors / "merkle" / "testdata"
    found = sorted((folder / kind).rglob("*.json"))
    return [(str(file.relative_to(folder)), json.loads(file.read_text())) for file in found]


def _decoded(case: dict[str, Any]) -> list[bytes]:
    return [b64decode(line) for line in case["proof"] or []]


def test_the_public_inclusion_cases_are_judged_as_published(vectors: Path) -> None:
    cases = _cases(vectors, "inclusion")
    assert len(cases) == 98
    for name, case in cases:
        root = b64decode(case["root"] or "")
        leaf = b64decode(case["leafHash"])
        accepted = merkle.verify_inclusion(leaf, case["leafIdx"], case["treeSize"], _decoded(case), root)
        assert accepted is not case["wantErr"], name


def test_the_public_consistency_cases_are_judged_as_published_but_for_one_that_is_rightly_refused(
    vectors: Path,
) -> None:
    cases = _cases(vectors, "consistency")
    assert len(cases) == 98
    for name, case in cases:
        roots = b64decode(case["root1"] or ""), b64decode(case["root2"] or "")
        accepted = merkle.verify_consistency(case["size1"], case["size2"], _decoded(case), *roots)
        assert accepted is (not case["wantErr"] and name != RIGHTLY_REFUSED), name


def test_the_example_log_has_its_published_hashes_roots_and_proofs(vectors: Path) -> None:
    values = json.loads((vectors / "log-example" / "values.json").read_text())
    hashes = [merkle.leaf_hash(entry.encode()) for entry in values["entries"]]
    assert [each.hex() for each in hashes] == values["leaf_hashes"]
    assert [merkle.root(hashes[:size]).hex() for size in range(6)] == values["roots"]
    assert [each.hex() for each in merkle.inclusion_proof(hashes, 2)] == values["inclusion_2"]
    assert [each.hex() for each in merkle.consistency_proof(hashes, 3)] == values["consistency_3_5"]


@pytest.fixture
def proven() -> Proof:
    hashes = _leaves(7)
    return hashes[5], 5, 7, merkle.inclusion_proof(hashes, 5), merkle.root(hashes)


def test_an_honest_inclusion_proof_is_accepted(proven: Proof) -> None:
    assert merkle.verify_inclusion(*proven)


@pytest.mark.parametrize("index", [-1, 0, 1, 2, 3, 4, 6, 7, 2**64])
def test_a_proof_for_the_wrong_index_is_refused(proven: Proof, index: int) -> None:
    leaf, _, size, proof, root = proven
    assert not merkle.verify_inclusion(leaf, index, size, proof, root)


@pytest.mark.parametrize("size", [-1, 0, 1, 5, 6, 12, 2**64])
def test_a_size_of_another_shape_is_refused(proven: Proof, size: int) -> None:
    leaf, index, _, proof, root = proven
    assert not merkle.verify_inclusion(leaf, index, size, proof, root)


def test_only_the_checkpoint_tells_apart_sizes_whose_paths_take_the_same_turns(proven: Proof) -> None:
    # Leaf 5 of 7 and leaf 5 of 8 lie on paths of one shape. This is why nothing here may be asked
    # with a size that was not signed together with the root (docs/format.md §6, on receipts).
    leaf, index, _, proof, root = proven
    assert merkle.verify_inclusion(leaf, index, 8, proof, root)


def test_a_proof_cut_short_or_lengthened_is_refused(proven: Proof) -> None:
    leaf, index, size, proof, root = proven
    for other in (proof[:-1], proof[1:], [*proof, root], [leaf, *proof], [], proof[::-1]):
        assert not merkle.verify_inclusion(leaf, index, size, other, root)


def test_hashes_of_the_wrong_length_are_refused_and_do_not_raise(proven: Proof) -> None:
    leaf, index, size, proof, root = proven
    # A 33-byte sibling and a 31-byte leaf would hash to the same node as the honest pair.
    assert not merkle.verify_inclusion(leaf[:-1], index, size, [leaf[-1:] + proof[0], *proof[1:]], root)
    assert not merkle.verify_inclusion(leaf, index, size, [proof[0][:-1], *proof[1:]], root)
    assert not merkle.verify_inclusion(b"", index, size, proof, root)
    assert not merkle.verify_inclusion(leaf, index, size, proof, b"")


def test_an_inner_node_cannot_pose_as_a_leaf_entry() -> None:
    hashes = _leaves(4)
    root = merkle.root(hashes)
    posing = merkle.leaf_hash(hashes[0] + hashes[1])
    assert merkle.verify_inclusion(merkle.node_hash(*hashes[:2]), 0, 2, [merkle.root(hashes[2:])], root)
    assert not merkle.verify_inclusion(posing, 0, 2, [merkle.root(hashes[2:])], root)


def test_the_only_leaf_of_a_tree_needs_an_empty_proof() -> None:
    leaf = merkle.leaf_hash(b"only")
    assert merkle.verify_inclusion(leaf, 0, 1, [], leaf)
    assert not merkle.verify_inclusion(leaf, 0, 1, [leaf], leaf)
    assert not merkle.verify_inclusion(leaf, 0, 0, [], merkle.EMPTY_ROOT)


def test_a_larger_trees_proof_does_not_pass_for_a_single_leaf_tree_with_its_root() -> None:
    # Every hash here is honest; only the size is a lie, and the path is longer than such a tree is high.
    hashes = _leaves(4)
    for size in (2, 3, 4):
        proof, root = merkle.inclusion_proof(hashes[:size], size - 1), merkle.root(hashes[:size])
        assert merkle.verify_inclusion(hashes[size - 1], size - 1, size, proof, root)
        assert not merkle.verify_inclusion(hashes[size - 1], 0, 1, proof, root)


def test_growth_from_the_empty_tree_is_no_proof_of_anything() -> None:
    root = merkle.root(_leaves(3))
    assert not merkle.verify_consistency(0, 3, [], merkle.EMPTY_ROOT, root)
    assert not merkle.verify_consistency(0, 3, [root], merkle.EMPTY_ROOT, root)


def test_two_trees_of_one_size_are_consistent_only_when_they_are_the_same_tree() -> None:
    one, other = merkle.root(_leaves(3)), merkle.root(_leaves(4)[1:])
    assert merkle.verify_consistency(3, 3, [], one, one)
    assert not merkle.verify_consistency(3, 3, [], one, other)
    assert not merkle.verify_consistency(3, 3, [one], one, one)
    assert merkle.verify_consistency(0, 0, [], merkle.EMPTY_ROOT, merkle.EMPTY_ROOT)
    assert not merkle.verify_consistency(0, 0, [], one, one)


def test_a_tree_that_shrank_is_refused() -> None:
    hashes = _leaves(6)
    proof = merkle.consistency_proof(hashes, 4)
    assert not merkle.verify_consistency(6, 4, proof, merkle.root(hashes), merkle.root(hashes[:4]))
    assert not merkle.verify_consistency(-1, 4, proof, merkle.root(hashes), merkle.root(hashes[:4]))


def test_a_rewritten_leaf_makes_every_consistency_proof_fail() -> None:
    honest = _leaves(7)
    rewritten = [*honest[:2], merkle.leaf_hash(b"rewritten"), *honest[3:]]
    for old in range(3, 7):
        proof = merkle.consistency_proof(rewritten, old)
        assert not merkle.verify_consistency(old, 7, proof, merkle.root(honest[:old]), merkle.root(rewritten))


def test_a_consistency_proof_with_a_bent_hash_or_length_is_refused() -> None:
    hashes = _leaves(11)
    for old in range(1, 11):
        proof, roots = merkle.consistency_proof(hashes, old), (merkle.root(hashes[:old]), merkle.root(hashes))
        assert merkle.verify_consistency(old, 11, proof, *roots)
        assert not merkle.verify_consistency(old, 11, proof[:-1], *roots)
        assert not merkle.verify_consistency(old, 11, [*proof, roots[0]], *roots)
        assert not merkle.verify_consistency(old, 11, [*proof[:-1], proof[-1][:-1]], *roots)
        assert not merkle.verify_consistency(old, 11, proof, roots[1], roots[0])


def test_proofs_that_cannot_exist_are_not_made() -> None:
    hashes = _leaves(3)
    for index in (-1, 3):
        with pytest.raises(ValueError):
            merkle.inclusion_proof(hashes, index)
    for old in (-1, 0, 4):
        with pytest.raises(ValueError):
            merkle.consistency_proof(hashes, old)


def test_every_proof_in_every_tree_up_to_forty_leaves_is_the_one_rfc_6962_defines() -> None:
    hashes = _leaves(40)
    for size in range(1, 41):
        part = hashes[:size]
        root = merkle.root(part)
        assert root == naive_root(part)
        for place in range(size):
            proof = merkle.inclusion_proof(part, place)
            assert proof == naive_path(place, part)
            assert merkle.verify_inclusion(part[place], place, size, proof, root)
            growth = merkle.consistency_proof(part, place + 1)
            assert growth == naive_subproof(place + 1, part, whole=True)
            assert merkle.verify_consistency(place + 1, size, growth, merkle.root(part[: place + 1]), root)


def test_the_root_is_the_fold_of_the_complete_subtrees() -> None:
    hashes = _leaves(70)
    for size in range(71):
        parts = merkle.complete_subtrees(0, size)
        roots = [merkle.root(hashes[place << height : (place + 1) << height]) for height, place in parts]
        assert merkle.fold(roots) == merkle.root(hashes[:size])


@given(
    size=st.integers(1, 300),
    place=st.integers(0, 299),
    bend=st.integers(0, 2**9),
)
def test_no_flipped_bit_anywhere_in_an_inclusion_proof_survives(size: int, place: int, bend: int) -> None:
    hashes = _leaves(size)
    place %= size
    proof, root = merkle.inclusion_proof(hashes, place), merkle.root(hashes)
    parts = [hashes[place], root, *proof]
    chosen, bit = bend % len(parts), bend % 256
    bent = bytearray(parts[chosen])
    bent[bit // 8] ^= 1 << bit % 8
    parts[chosen] = bytes(bent)
    assert not merkle.verify_inclusion(parts[0], place, size, parts[2:], parts[1])
