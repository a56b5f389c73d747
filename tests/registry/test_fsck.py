"""One byte changed, anywhere, is named with its file or row; and nothing is named that is whole."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from forge.laid import Laid
from forge.world import NOW
from registry.files import FilesError
from registry.fsck import fsck
from registry.settings import Settings
from schemas.claims import EventKind, EventReason
from schemas.status_list import Status, set_status


def flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def files_of(home: Path) -> list[str]:
    """Every file of the registry that is its truth."""
    found = (path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())
    return sorted(name for name in found if not name.startswith(("registry.sqlite", "cache/")))


def test_a_whole_register_is_clean(full: Laid) -> None:
    assert fsck(full.settings) == []


def test_one_changed_byte_in_any_file_is_named(full: Laid) -> None:
    names = files_of(full.home)
    assert {name.split("/")[0] for name in names} == {
        "log1", "status", "trust", "profile", "entities", "ratchet",
    }  # fmt: skip
    for name in names:
        path = full.home / name
        whole = path.read_bytes()
        flip(path, len(whole) // 2)
        damage = fsck(full.settings)
        assert any(name in line.split(":")[0] for line in damage), (name, damage)
        path.write_bytes(whole)
    assert fsck(full.settings) == []


def test_every_byte_of_a_trust_document_a_checkpoint_and_the_ratchet_counts(full: Laid) -> None:
    for name in ("trust/2", "log1/checkpoints/2", "ratchet"):
        path = full.home / name
        whole = path.read_bytes()
        for position in range(0, len(whole), 31):
            flip(path, position)
            assert any(line.startswith(name) for line in fsck(full.settings)), (name, position)
            path.write_bytes(whole)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE marks SET status = 1 WHERE number = '{valid}'",
        "UPDATE marks SET status = 0 WHERE number = '{revoked}'",
        "UPDATE marks SET holder = '0188:0' WHERE number = '{valid}'",
        "UPDATE marks SET raw = x'00' WHERE number = '{valid}'",
        "UPDATE leaves SET logged_at = logged_at + 1 WHERE idx = 3",
        "UPDATE leaves SET number = NULL WHERE number = '{valid}'",
        "DELETE FROM leaves WHERE idx = 4",
        "UPDATE events SET effective = 0 WHERE number = '{revoked}'",
        "DELETE FROM events WHERE number = '{reinstated}'",
        "UPDATE profiles SET iat = iat + 1 WHERE number = '{valid}'",
        "DELETE FROM profiles WHERE number = '{group}'",
        "UPDATE organisations SET name = 'x'",
        "UPDATE search_keys SET key = 'x' WHERE id = (SELECT min(id) FROM search_keys)",
        "DELETE FROM search_grams WHERE key_id = (SELECT min(key_id) FROM search_grams)",
        "UPDATE heads SET published_size = published_size - 1",
        "UPDATE heads SET root = x'00'",
    ],
)
def test_a_changed_row_is_named(full: Laid, change: str) -> None:
    numbers = {name: mark.number for name, mark in full.marks.items()}
    with full.sessions().begin() as session:
        session.execute(text(change.format(**numbers)))
    damage = fsck(full.settings)
    table = change.split()[1] if change.startswith("UPDATE") else change.split()[2]
    assert any(line.startswith(f"table {table} ") for line in damage), damage


@pytest.mark.parametrize(
    "name", ["status/a/0.cwt", "trust/1", "log1/checkpoint", "log1/checkpoints/2", "ratchet", "entities"]
)
def test_a_missing_file_is_named(full: Laid, name: str) -> None:
    path = full.home / name
    if path.is_dir():
        path = next(path.iterdir())
    path.unlink()
    damage = fsck(full.settings)
    assert damage
    if name != "log1/checkpoints/2":  # then the rows say that it was there
        assert any(line.startswith(path.relative_to(full.home).as_posix().split("/")[0]) for line in damage)


def test_every_missing_tile_of_the_head_is_named(full: Laid) -> None:
    size = full.world.log.head.size
    for name in (f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}"):
        path = full.home / "log1" / name
        whole = path.read_bytes()
        path.unlink()
        assert any(line.startswith(f"log1/{name}") for line in fsck(full.settings))
        path.write_bytes(whole)


def test_a_list_of_yesterday_is_named(full: Laid) -> None:
    before = (full.home / "status/a/0.cwt").read_bytes()
    full.world.event(full.marks["valid"], EventKind.REVOKE, EventReason.MISUSE, at=NOW - 60)
    full.world.publish(NOW - 60)
    full.write()
    full.rebuild()
    assert fsck(full.settings) == []
    forged = full.world.lists["https://akashi.example/status/b/0"]
    (full.home / "status/a/0.cwt").write_bytes(forged)
    assert any(line.startswith("status/a/0.cwt") for line in fsck(full.settings))
    (full.home / "status/a/0.cwt").write_bytes(before)
    # Signed, logged, and of its own N: yesterday's list is old, not damaged; the sequencer replaces it.
    assert fsck(full.settings) == []


def test_a_list_that_contradicts_the_log_is_named_however_well_signed_and_logged(
    full: Laid, monkeypatch: pytest.MonkeyPatch
) -> None:
    lie, revoked = full.world.fold(), full.marks["revoked"].claims
    set_status(lie.lists[revoked.status_uri], revoked.status_index, Status.VALID.value)
    monkeypatch.setattr(full.world, "fold", lambda: lie)
    full.world.publish(NOW - 60)
    full.write()
    full.rebuild()
    size = len(full.world.log.entries)
    assert fsck(full.settings) == [
        f"status/a/0.cwt: says otherwise than the log's first {size - 1} leaves",
        f"log1: the snapshot at {size - 1} is not what the leaves before it add up to",
    ]


def test_what_cannot_be_looked_at_is_not_called_clean(full: Laid, tmp_path: Path) -> None:
    with pytest.raises(FilesError):
        fsck(type(full.settings)(**(fields(full.settings) | {"home": tmp_path / "nowhere"})))
    with full.sessions().begin() as session:
        session.execute(text("DROP TABLE heads"))
    with pytest.raises(FilesError):
        fsck(full.settings)


def fields(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in type(settings).__dataclass_fields__}
