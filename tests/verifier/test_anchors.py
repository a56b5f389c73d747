"""Where trust starts, and that what is kept of it cannot be changed in silence."""

from pathlib import Path

import pytest

from forge import NOW, World
from forge.trust_documents import DAY, document, note
from keys.trust import walk
from verifier.anchors import AnchorError, AnchorStore, default_state, read_anchor

ANCHOR = "0123456789abcdef" * 4


@pytest.fixture
def store(tmp_path: Path) -> AnchorStore:
    return AnchorStore(tmp_path / "state")


@pytest.mark.parametrize("text", [ANCHOR, ANCHOR.upper(), f" {ANCHOR}\n"])
def test_an_anchor_is_64_hex_digits(text: str) -> None:
    assert read_anchor(text) == ANCHOR


def test_an_anchor_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "anchor"
    path.write_text(ANCHOR.upper() + "\r\n")
    assert read_anchor(str(path)) == ANCHOR


@pytest.mark.parametrize("text", ["", ANCHOR[:-1], ANCHOR + "0", "g" * 64, "０" * 64, "no/such/file", "a\0b"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(AnchorError):
        read_anchor(text)


@pytest.mark.parametrize(
    "text", [ANCHOR[:-1], ANCHOR + "0", "1234567890", "7K3Q9-XWD29", "https://a.example"]
)
def test_what_reads_as_a_value_is_never_a_file_with_an_anchor(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / text
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ANCHOR)
    with pytest.raises(AnchorError, match=r"write \./"):
        read_anchor(text)
    assert read_anchor(f"./{text}") == ANCHOR


@pytest.mark.parametrize("content", [b"", b"anchor", b"\xff\xfe", (ANCHOR + ANCHOR).encode()])
def test_a_file_without_an_anchor_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "anchor"
    path.write_bytes(content)
    with pytest.raises(AnchorError):
        read_anchor(str(path))


def test_the_folder_is_named_by_the_environment() -> None:
    assert default_state({"AKASHI_STATE": "/somewhere"}) == Path("/somewhere")
    assert default_state({"AKASHI_STATE": ""}) == default_state({}) == Path.home() / ".akashi"


def test_nothing_is_pinned_until_somebody_pins(store: AnchorStore) -> None:
    assert store.pinned() is None
    assert store.find_chain(ANCHOR) is None


def grown() -> World:
    world = World()
    world.trust(NOW - DAY)
    return world


def test_what_is_pinned_is_kept_with_every_version(store: AnchorStore) -> None:
    world = grown()
    chain = walk(world.anchor, world.notes)
    store.pin(chain)
    assert store.pinned() == world.anchor
    kept = store.find_chain(world.anchor)
    assert kept is not None
    assert (kept.anchor, kept.current.version) == (world.anchor, 2)


def test_a_version_once_kept_stays_as_it_is(store: AnchorStore) -> None:
    world = grown()
    store.keep(walk(world.anchor, world.notes[:1]))
    more = note(world.documents[0], "root-a", "root-b", "root-c")  # the same text with one signature more
    store.keep(walk(world.anchor, [more, world.notes[1]]))
    folder = store.folder / world.anchor / "trust"
    assert (folder / "1").read_bytes() == world.notes[0]
    assert sorted(path.name for path in folder.iterdir()) == ["1", "2"]


def test_two_schemes_are_kept_apart(store: AnchorStore) -> None:
    one, other = World(), World(document(scheme={"id": "other", "names": {"en": "Other"}, "offset": 0}))
    store.pin(walk(one.anchor, one.notes))
    store.keep(walk(other.anchor, other.notes))
    assert store.pinned() == one.anchor
    kept = store.find_chain(other.anchor)
    assert kept is not None
    assert kept.current.scheme.id == "other"


@pytest.mark.parametrize(
    "change", [b"", b"rubbish", World(document(hosts=[{"host": "evil.example"}])).notes[0]]
)
def test_what_was_changed_since_it_was_kept_is_noticed(store: AnchorStore, change: bytes) -> None:
    world = grown()
    store.pin(walk(world.anchor, world.notes))
    (store.folder / world.anchor / "trust" / "1").write_bytes(change)
    with pytest.raises(AnchorError):
        store.find_chain(world.anchor)


def test_a_write_that_broke_off_is_not_taken_for_a_version(store: AnchorStore) -> None:
    world = grown()
    store.pin(walk(world.anchor, world.notes[:1]))
    (store.folder / world.anchor / "trust" / "2.part").write_bytes(b"half")
    kept = store.find_chain(world.anchor)
    assert kept is not None
    assert kept.current.version == 1
