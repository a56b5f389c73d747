"""Tiles against the public example and against C2SP tlog-tiles and RFC 6962 taken word for word."""

import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import merkle
from schemas.authentic_tiles import AuthenticTiles
from schemas.entry_bundles import (
    MAX_ENTRY,
    bundle_at,
    entries_of,
    new_entry_bundles,
    read_entry,
    to_bundle,
)
from schemas.errors import MalformedError
from schemas.tiles import (
    ENTRIES,
    Tile,
    consistency_proof,
    hashes_of,
    inclusion_proof,
    new_tiles,
    root_from_tiles,
    tile_at,
    tiles_of,
)

Files = dict[str, bytes]
NOTHING: Files = {}


def _entry(number: int) -> bytes:
    return b"entry %d" % number


def _leaves(start: int, end: int) -> list[bytes]:
    return [merkle.leaf_hash(_entry(number)) for number in range(start, end)]


def naive_root(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word, over leaf hashes."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\x01" + naive_root(hashes[:k]) + naive_root(hashes[k:])).digest()


def naive_tile(leaves: list[bytes], *, level: int, n: int) -> bytes:
    """The n-th tile at a level, by the specification's formula over ranges of leaves."""
    span = 256**level
    ranges = [((n * 256 + i) * span, (n * 256 + i + 1) * span) for i in range(256)]
    return b"".join(naive_root(leaves[start:end]) for start, end in ranges if end <= len(leaves))


def _grown(*sizes: int) -> Files:
    """All files of a log that was published at each of these sizes."""
    files: Files = {}
    at = 0
    for size in sizes:
        made = new_tiles(files.__getitem__, at, _leaves(at, size))
        assert not made.keys() & files.keys(), "an immutable file would be overwritten"
        files |= made
        at = size
    return files


@cache
def _large() -> Files:
    return _grown(65_535, 70_000)


@pytest.fixture
def example(vectors: Path) -> Callable[[str], bytes]:
    return lambda path: (vectors / "log-example" / path).read_bytes()


def test_the_example_logs_tile_is_made_from_its_entries(
    vectors: Path, example: Callable[[str], bytes]
) -> None:
    values = json.loads((vectors / "log-example" / "values.json").read_text())
    hashes = [bytes.fromhex(each) for each in values["leaf_hashes"]]
    assert new_tiles(example, 0, hashes) == {"tile/0/000.p/5": example("tile/0/000.p/5")}
    entries = [entry.encode() for entry in values["entries"]]
    assert new_entry_bundles(example, 0, entries) == {"tile/entries/000.p/5": example("tile/entries/000.p/5")}


def test_the_example_logs_proofs_come_out_of_its_tiles(
    vectors: Path, example: Callable[[str], bytes]
) -> None:
    values = json.loads((vectors / "log-example" / "values.json").read_text())
    assert [root_from_tiles(example, n, held=5).hex() for n in range(6)] == values["roots"]
    assert [each.hex() for each in inclusion_proof(example, 2, 5)] == values["inclusion_2"]
    assert [each.hex() for each in consistency_proof(example, 3, 5)] == values["consistency_3_5"]
    assert [read_entry(example, n, 5).decode() for n in range(5)] == values["entries"]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(level=0, index=1234067), "tile/0/x001/x234/067"),
        (Tile(level=63, index=0, width=1), "tile/63/000.p/1"),
        (Tile(level=1, index=999, width=255), "tile/1/999.p/255"),
        (Tile(level=0, index=1000), "tile/0/x001/000"),
        (Tile(level=ENTRIES, index=1_000_000, width=17), "tile/entries/x001/x000/000.p/17"),
    ],
)
def test_a_tile_has_the_path_the_specification_gives_it(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.from_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/001/234",
        "tile/0/x001/x234",
        "tile/0/x000/001",
        "tile/0/X001/234",
        "tile/0/١٢٣",
        "tile/0/000\n",
        "tile/0/../000",
        "/tile/0/000",
        "tile/entry/000",
        "tile/0/" + "x001/" * 30 + "001",
        "",
    ],
)
def test_another_spelling_of_a_tiles_path_is_refused(path: str) -> None:
    with pytest.raises(MalformedError):
        Tile.from_path(path)


@given(
    level=st.integers(ENTRIES, 63),
    index=st.integers(0, 2**53),
    width=st.integers(1, 256),
)
def test_every_tiles_path_reads_back_as_that_tile(level: int, index: int, width: int) -> None:
    tile = Tile(level=level, index=index, width=width)
    assert Tile.from_path(tile.path) == tile


def test_seventy_thousand_leaves_make_the_tiles_the_specification_counts() -> None:
    tiles = list(tiles_of(70_000))
    of_level = {level: [tile.width for tile in tiles if tile.level == level] for level in range(4)}
    assert of_level == {0: [256] * 273 + [112], 1: [256, 17], 2: [1], 3: []}
    assert [tile.path for tile in tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert list(tiles_of(0)) == []


def test_a_log_grown_in_steps_holds_every_tile_of_its_size_and_its_root() -> None:
    files, leaves = _large(), _leaves(0, 70_000)
    assert {tile.path for tile in tiles_of(70_000)} <= files.keys()
    assert root_from_tiles(files.__getitem__, 70_000) == merkle.root(leaves)
    assert root_from_tiles(files.__getitem__, 65_535) == merkle.root(leaves[:65_535])


def test_proofs_across_three_rows_of_tiles_verify() -> None:
    files, leaves = _large(), _leaves(0, 70_000)
    root = merkle.root(leaves)
    for index in (0, 255, 256, 65_535, 65_536, 69_887, 69_999):
        proof = inclusion_proof(files.__getitem__, index, 70_000)
        assert merkle.verify_inclusion(leaves[index], index, 70_000, proof, root)
    for old in (1, 255, 256, 257, 65_535, 65_536, 65_537, 69_999, 70_000):
        proof = consistency_proof(files.__getitem__, old, 70_000)
        assert merkle.verify_consistency(old, 70_000, proof, merkle.root(leaves[:old]), root)


def test_an_append_reads_the_right_edge_only() -> None:
    files, read = _large(), list[str]()

    def reading(path: str) -> bytes:
        read.append(path)
        return files[path]

    made = new_tiles(reading, 70_000, _leaves(70_000, 70_001))
    assert read == ["tile/0/273.p/112"]
    assert made.keys() == {"tile/0/273.p/113"}
    read.clear()
    made = new_tiles(reading, 70_000, _leaves(70_000, 70_144))
    assert read == ["tile/0/273.p/112", "tile/1/001.p/17"]
    assert made.keys() == {"tile/0/273", "tile/1/001.p/18"}


def test_appending_nothing_makes_no_file() -> None:
    assert new_tiles(_large().__getitem__, 70_000, []) == {}
    assert new_entry_bundles(NOTHING.__getitem__, 5, []) == {}


def test_an_older_sizes_proof_can_be_read_from_a_newer_sizes_tiles() -> None:
    files, leaves = _grown(700), _leaves(0, 700)
    for size in (1, 255, 256, 257, 300, 512, 699):
        root = merkle.root(leaves[:size])
        assert root_from_tiles(files.__getitem__, size, held=700) == root
        proof = inclusion_proof(files.__getitem__, size // 2, size, held=700)
        assert merkle.verify_inclusion(leaves[size // 2], size // 2, size, proof, root)
        growth = consistency_proof(files.__getitem__, 1, size, held=700)
        assert merkle.verify_consistency(1, size, growth, leaves[0], root)
    with pytest.raises(ValueError):
        inclusion_proof(files.__getitem__, 0, 701, held=700)


def test_a_tile_of_another_width_than_its_path_says_is_refused() -> None:
    tile = Tile(level=0, index=0, width=2)
    for data in (b"", bytes(32), bytes(63), bytes(65), bytes(96)):
        with pytest.raises(MalformedError) as caught:
            hashes_of(data, tile)
        assert caught.value.path == "tile/0/000.p/2"
        with pytest.raises(MalformedError):
            new_tiles(lambda _, data=data: data, 2, _leaves(2, 3))  # type: ignore[misc]


def test_a_leaf_hash_of_another_length_is_not_appended() -> None:
    with pytest.raises(ValueError):
        new_tiles(NOTHING.__getitem__, 0, [bytes(31)])


def test_a_bundle_that_ends_early_or_late_is_refused() -> None:
    tile = Tile(level=ENTRIES, index=0, width=2)
    good = to_bundle([b"first", b""])
    assert entries_of(good, tile) == [b"first", b""]
    for data in (b"", good[:-1], good[:-2], good[:4], good + b"\x00", good + to_bundle([b"third"])):
        with pytest.raises(MalformedError):
            entries_of(data, tile)


def test_an_entry_too_long_for_its_length_field_is_refused() -> None:
    assert len(to_bundle([bytes(MAX_ENTRY)])) == MAX_ENTRY + 2
    with pytest.raises(ValueError):
        to_bundle([bytes(MAX_ENTRY + 1)])


def test_an_entry_beyond_the_log_is_not_looked_for() -> None:
    for index in (-1, 5):
        with pytest.raises(ValueError):
            bundle_at(index, size=5)


def test_authentic_tiles_give_every_leaf_and_refuse_another_head() -> None:
    files, leaves = _large(), _leaves(0, 70_000)
    root = merkle.root(leaves)
    tiles = AuthenticTiles(files.__getitem__, size=70_000, root_hash=root, keep=2)
    for index in (0, 255, 256, 40_000, 65_535, 65_536, 69_887, 69_888, 69_999, 0):
        assert tiles.leaf_hash(index) == leaves[index]
    for index in (-1, 70_000):
        with pytest.raises(ValueError):
            tiles.leaf_hash(index)
    with pytest.raises(MalformedError):
        AuthenticTiles(files.__getitem__, size=65_535, root_hash=root)
    assert AuthenticTiles(NOTHING.__getitem__, size=0, root_hash=merkle.EMPTY_ROOT).size == 0


@pytest.mark.parametrize("path", [tile.path for tile in tiles_of(70_000) if tile.index in {0, 1, 273}])
def test_one_flipped_bit_in_any_tile_above_a_leaf_is_noticed(path: str) -> None:
    files, bent = _large(), bytearray(_large()[path])
    bent[-1] ^= 1
    changed = files | {path: bytes(bent)}
    root = root_from_tiles(files.__getitem__, 70_000)

    def look_up() -> None:
        tiles = AuthenticTiles(changed.__getitem__, size=70_000, root_hash=root)
        for index in (0, 256, 69_999):
            tiles.leaf_hash(index)

    with pytest.raises(MalformedError):
        look_up()


def test_an_earlier_root_is_that_of_this_trees_own_history() -> None:
    files, leaves = _large(), _leaves(0, 70_000)
    tiles = AuthenticTiles(files.__getitem__, size=70_000, root_hash=merkle.root(leaves), keep=2)
    for size in (0, 1, 255, 256, 257, 40_000, 65_535, 65_536, 69_999, 70_000, 257):
        assert tiles.root_at(size) == merkle.root(leaves[:size])
    for size in (-1, 70_001):
        with pytest.raises(ValueError):
            tiles.root_at(size)


def test_a_foreign_tile_gives_no_earlier_root_though_it_would_hash_to_one() -> None:
    files, leaves = _large(), _leaves(0, 70_000)
    foreign = [*leaves[:300], b"\7" * 32, *leaves[301:512]]
    path = tile_at(0, 1, size=70_000).path
    changed = files | {path: b"".join(foreign[256:512])}
    assert root_from_tiles(changed.__getitem__, 301, held=70_000) == merkle.root(foreign[:301])
    tiles = AuthenticTiles(changed.__getitem__, size=70_000, root_hash=merkle.root(leaves))
    with pytest.raises(MalformedError):
        tiles.root_at(301)


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(1, 1200), min_size=1, max_size=4, unique=True).map(sorted), data=st.data())
def test_a_log_published_at_any_sizes_is_the_log_the_specification_defines(
    sizes: list[int], data: st.DataObject
) -> None:
    files, leaves = _grown(*sizes), _leaves(0, sizes[-1])
    for size in sizes:
        expected = {
            tile: naive_tile(leaves[:size], level=tile.level, n=tile.index) for tile in tiles_of(size)
        }
        for tile, content in expected.items():
            assert files[tile.path][: len(content)] == content
            assert len(content) == 32 * tile.width
        root = naive_root(leaves[:size])
        assert root_from_tiles(files.__getitem__, size) == root
        index = data.draw(st.integers(0, size - 1))
        proof = inclusion_proof(files.__getitem__, index, size)
        assert merkle.verify_inclusion(leaves[index], index, size, proof, root)
        old = data.draw(st.integers(1, size))
        growth = consistency_proof(files.__getitem__, old, size)
        assert merkle.verify_consistency(old, size, growth, naive_root(leaves[:old]), root)


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(1, 600), min_size=1, max_size=4, unique=True).map(sorted))
def test_every_entry_reads_back_from_the_bundles_of_every_published_size(sizes: list[int]) -> None:
    files: Files = {}
    at = 0
    for size in sizes:
        files |= new_entry_bundles(files.__getitem__, at, [_entry(number) for number in range(at, size)])
        at = size
        for index in {0, size // 2, size - 1}:
            assert read_entry(files.__getitem__, index, size) == _entry(index)
