"""The Merkle tree of RFC 6962, as restated in RFC 9162 §2.1, over SHA-256 (docs/format.md §6).

    leaf hash   SHA256(00 || entry)
    node hash   SHA256(01 || left || right)
    root of D[0:n]   the node of D[0:k] and D[k:n], k the largest power of two below n

A proof is a list of roots of *ranges* of leaves, and which ranges those are depends on sizes and
positions only. `inclusion_ranges` and `consistency_ranges` say which; a list of leaf hashes
(below) and a set of tiles (`schemas.tiles`) are two ways to look the roots up.

The verifying functions answer with a bool for whatever they are given: a proof is other people's
bytes, and a wrong size or length is one more way of not proving anything.
"""

from collections.abc import Sequence
from hashlib import sha256

__all__ = [
    "EMPTY_ROOT",
    "HASH_SIZE",
    "complete_subtrees",
    "consistency_proof",
    "consistency_ranges",
    "fold",
    "inclusion_proof",
    "inclusion_ranges",
    "leaf_hash",
    "node_hash",
    "root",
    "verify_consistency",
    "verify_inclusion",
]

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """Give the root over these leaf hashes (or over the roots of equally high full subtrees)."""
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        # A last node without a partner moves up unchanged: that is RFC 6962's split, seen from below.
        alone = row[-1:] if len(row) % 2 else []
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + alone
    return row[0]


def fold(subtrees: Sequence[bytes]) -> bytes:
    """Join the roots of ever smaller subtrees, left to right, into the root above them all."""
    if not subtrees:
        return EMPTY_ROOT
    joined = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        joined = node_hash(left, joined)
    return joined


def complete_subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """Split leaves [start, end) into the fewest full subtrees, as (height, index), left to right.

    `start` is the start of a range RFC 6962 speaks of: 0, or a multiple of a power of two not
    below the range's length. Then each subtree is lower than the one before it.
    """
    parts = []
    while start < end:
        height = (end - start).bit_length() - 1
        parts.append((height, start >> height))
        start += 1 << height
    return parts


def _split(start: int, end: int) -> int:
    return start + (1 << ((end - start - 1).bit_length() - 1))


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Give the half-open leaf ranges whose roots prove leaf `index` in a tree of `size`, leaf first."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of size {size} has no leaf {index}")
    ranges = []
    start, end = 0, size
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """Give the leaf ranges, of the tree of size `new`, whose roots prove that it extends `old`."""
    if not 0 < old <= new:
        raise ValueError(f"no consistency proof leads from size {old} to size {new}")
    ranges = []
    start, end = 0, new
    while end != old:
        middle = _split(start, end)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start:  # the old tree's own root is known to whoever asks; a part of it is not
        ranges.append((start, end))
    return ranges[::-1]


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    return [root(hashes[start:end]) for start, end in inclusion_ranges(index, len(hashes))]


def consistency_proof(hashes: Sequence[bytes], old: int) -> list[bytes]:
    return [root(hashes[start:end]) for start, end in consistency_ranges(old, len(hashes))]


def _all_hashes(*hashes: bytes) -> bool:
    return all(len(each) == HASH_SIZE for each in hashes)


def verify_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether `proof` shows the leaf at `index` of the tree of `size` with `root` (RFC 9162 §2.1.3.2).

    It establishes nothing about where `size` and `root` come from.
    """
    if not 0 <= index < size or not _all_hashes(leaf_hash, root, *proof):
        return False
    node, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return False  # longer than the path
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> bool:
    """Say whether `proof` shows that the second tree begins with the first (RFC 9162 §2.1.4.2).

    From size 0 to a larger one there is no proof and the answer is False: every tree extends the
    empty one, so nothing would have been shown. A caller to whom that suffices (a witness at its
    first checkpoint) says so itself.
    """
    if not 0 <= size1 <= size2 or not _all_hashes(root1, root2, *proof):
        return False
    if size1 == size2:
        return not proof and root1 == root2 and (size1 > 0 or root1 == EMPTY_ROOT)
    if size1 == 0 or not proof:
        return False
    path = list(proof)
    if size1 & (size1 - 1) == 0:
        path.insert(0, root1)  # the old tree is one full subtree of the new: its root is not repeated
    node, last = size1 - 1, size2 - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    return _climb(path, node, last) == (root1, root2)


def _climb(path: Sequence[bytes], node: int, last: int) -> tuple[bytes, bytes] | None:
    """Compute both roots at once from the lowest common node up; None if the path has a wrong length."""
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return (old, new) if last == 0 else None
