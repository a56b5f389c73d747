"""`akashi-registry fsck` names one changed byte, wherever it is; a register nobody touched is clean."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from life.running import Made, Running
from life.story import told
from registry.cli import main
from registry.models import Base, SubmissionRow

FILES = {  # what is damaged -> where it lies; the newest of them by name
    "tile": "log1/tile/0/*.p/*",
    "entry bundle": "log1/tile/entries/*.p/*",
    "checkpoint": "log1/checkpoint",
    "kept checkpoint": "log1/checkpoints/*",
    "list": "status/*/*.cwt",
    "trust document": "trust/*",
    "profile": "profile/*.cwt",
    "entities": "entities/*.cbor",
    "ratchet": "ratchet",
}
TABLES = sorted(set(Base.metadata.tables) - {SubmissionRow.__tablename__})


@pytest.fixture(scope="module")
def whole(ground: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a register that has published a mark in every state, and was stopped."""
    with Running(ground.copied(tmp_path_factory.mktemp("whole") / "demo")) as demo:
        told(demo)
    with closing(sqlite3.connect(demo.registry / "registry.sqlite")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return demo.registry


@pytest.fixture
def register(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("AKASHI_HOME", "AKASHI_DATABASE_URL", "AKASHI_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(whole, tmp_path / "registry")
    return tmp_path / "registry"


def fsck(register: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = main(["--home", str(register), "fsck"])
    return code, capsys.readouterr().out.splitlines()


def flip(path: Path, place: float) -> None:
    """Change one bit of one byte."""
    data = bytearray(path.read_bytes())
    data[int(place * (len(data) - 1))] ^= 1
    path.write_bytes(data)


def test_a_register_nobody_touched_is_clean(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fsck(register, capsys) == (0, ["clean"])


@pytest.mark.parametrize("place", [0.0, 0.4, 1.0], ids=["first", "middle", "last"])
@pytest.mark.parametrize("what", FILES)
def test_one_changed_byte_of_a_file_is_named(
    register: Path, capsys: pytest.CaptureFixture[str], what: str, place: float
) -> None:
    path = max(register.glob(FILES[what]))
    flip(path, place)
    code, lines = fsck(register, capsys)
    assert code == 1
    assert [line for line in lines if str(path.relative_to(register)) in line] != [], lines


@pytest.mark.parametrize("table", TABLES)
def test_one_changed_byte_of_a_row_is_named(
    register: Path, capsys: pytest.CaptureFixture[str], table: str
) -> None:
    """In each column in turn that holds anything, of a row in the middle."""
    keys = [column.name for column in Base.metadata.tables[table].primary_key]
    with closing(sqlite3.connect(register / "registry.sqlite", isolation_level=None)) as database:
        for column in Base.metadata.tables[table].columns:
            if column.name in keys or (table == "search_keys" and column.name == "id"):
                continue
            changed = _change(database, table, column.name)
            if changed is None:
                continue  # nothing stands there in any row
            code, lines = fsck(register, capsys)
            assert code == 1, f"{table}.{column.name}"
            assert [line for line in lines if line.startswith(f"table {table} ")] != [], lines
            _put(database, table, column.name, *changed)
    assert fsck(register, capsys) == (0, ["clean"])


def _change(database: sqlite3.Connection, table: str, column: str) -> tuple[int, object] | None:
    """Change one bit of a value; give the row and what stood there."""
    asked = f'SELECT rowid, "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'  # noqa: S608
    rows = database.execute(asked).fetchall()
    database.execute("PRAGMA foreign_keys = OFF")
    if not rows:
        return None
    row, old = rows[len(rows) // 2]
    match old:
        case int():
            new: object = old ^ 1 if old in (0, 1) else old ^ 64  # another than any that stands beside it
        case bytes():
            new = bytes([old[0] ^ 1]) + old[1:] if old else b"\0"
        case _:
            new = chr(ord(old[0]) ^ 1) + old[1:] if old else "x"
    _put(database, table, column, row, new)
    return row, old


def _put(database: sqlite3.Connection, table: str, column: str, row: int, value: object) -> None:
    database.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (value, row))  # noqa: S608


def test_the_command_ends_with_what_it_found(whole: Path, ground: Made, tmp_path: Path) -> None:
    running = Running(ground)
    shutil.copytree(whole, tmp_path / "registry")
    command = ("akashi-registry", "--home", str(tmp_path / "registry"))
    assert "clean" in running.run(*command, "fsck", code=0).out
    flip(min((tmp_path / "registry").glob("profile/*.cwt")), 0.5)
    assert running.run(*command, "--json", "fsck", code=1).json()["damage"][0].startswith("profile/")
    (tmp_path / "registry" / "registry.sqlite").write_bytes(b"no database")
    assert "database" in running.run(*command, "fsck", code=3).err
