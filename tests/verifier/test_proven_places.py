"""Where a log holds a leaf: the file's word is a hint, and a tile of the tree the head names is the proof."""

from array import array
from hashlib import sha256
from pathlib import Path
from typing import cast

import pytest

from schemas import merkle
from schemas.checkpoint import Checkpoint
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.tiles import new_tiles
from verifier.bundle_log import BundleLog
from verifier.places import FEW, Places, read_places, write_places
from verifier.transparency import Witnessed

SIZE = 600
TILE = "log/0/tile/0/001"  # leaves 256 to 511


def leaf(index: int) -> bytes:
    return sha256(index.to_bytes(4)).digest()


LEAVES = [leaf(400 if index == 10 else index) for index in range(SIZE)]  # leaf 400 also stands at 10


class Members:
    """Stands in for an archive; a member may read otherwise the second time, as a file on a disk may."""

    def __init__(self) -> None:
        tiles = new_tiles(dict[str, bytes]().__getitem__, 0, LEAVES)
        self.true = {f"log/0/{path}": data for path, data in tiles.items()}
        self.given = dict(self.true)

    def get(self, name: str) -> bytes:
        return self.given[name]


def opened(members: Members, hint: "array[int] | None" = None) -> BundleLog:
    checkpoint = Checkpoint(origin="example/log", size=SIZE, root=merkle.root(LEAVES))
    head = Witnessed(place=0, checkpoint=checkpoint, logged_by=2, seen_at=2, standing=(2, 2), k=1)
    return BundleLog(cast("Archive", members), "log/0", head, hint)


def bent_at(data: bytes, slot: int, other: bytes) -> bytes:
    return data[: 32 * slot] + other + data[32 * slot + 32 :]


@pytest.mark.parametrize("order", [range(SIZE), range(SIZE - 1, -1, -1)], ids=["upwards", "downwards"])
def test_every_leaf_is_found_where_it_first_stands_in_whatever_order_they_are_asked_for(order: range) -> None:
    log = opened(Members())
    for index in order:
        assert log.find(LEAVES[index]) == (10 if index == 400 else index)
    assert log.find(leaf(10)) is None  # what stood at 10 was overwritten by 400
    assert log.find(bytes(32)) is None


def test_a_leaf_only_the_first_reading_of_a_file_holds_is_not_found() -> None:
    members = Members()
    members.given[TILE] = bent_at(members.true[TILE], 44, bytes(32))  # leaf 300
    log = opened(members)
    assert log.find(leaf(1)) == 1
    members.given = members.true
    for _ in range(2):
        assert log.find(bytes(32)) is None
    assert log.find(leaf(301)) == 301


def test_a_tile_of_another_tree_proves_no_leaf_however_often_it_is_asked() -> None:
    members = Members()
    log = opened(members)
    assert log.find(leaf(1)) == 1
    members.given[TILE] = bent_at(members.true[TILE], 44, bytes(32))
    for _ in range(2 * FEW):
        assert log.find(leaf(300)) is None
        with pytest.raises(MalformedError):
            log.find(leaf(301))
    assert log.find(leaf(2)) == 2
    with pytest.raises(MalformedError):  # so that 300 is not taken for absent either
        log.check_whole()


def test_leaves_that_begin_alike_are_told_apart() -> None:
    alike = [leaf(0)[:8] + bytes(23) + bytes([end]) for end in range(4)]
    places = Places(lambda _: b"".join(alike), 4)
    for _ in range(2 * FEW):
        assert 2 in [*places.at_hand(alike[2]), *places.further(alike[2])]


@pytest.mark.parametrize("bend", ["whole", "gone", "cut", "another log's", "of nothing"])
def test_what_is_kept_beside_a_bundle_is_never_the_last_word(bend: str, tmp_path: Path) -> None:
    bundle = tmp_path / "marks.akashi"
    root = merkle.root(LEAVES)
    write_places(bundle, [(root, opened(Members()).places.sorted())])
    kept = tmp_path / "marks.akashi.places"
    data = kept.read_bytes()
    if bend == "gone":
        kept.unlink()
    else:
        bent = {
            "cut": data[:-1],
            "another log's": bytes(32) + data[32:],
            "of nothing": data[:40] + bytes(8 * SIZE),
        }
        kept.write_bytes(bent.get(bend, data))
    hint = read_places(bundle).get((root, SIZE))
    assert (hint is not None) == (bend in ("whole", "of nothing"))
    log = opened(Members(), hint)
    for index in (0, 300, 599, 10, 400):
        assert log.find(LEAVES[index]) == (10 if index in (10, 400) else index)
    assert log.find(bytes(32)) is None
