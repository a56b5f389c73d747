"""What is exported is what is served, and a second export touches only what changed."""

from pathlib import Path

import pytest

from forge.laid import Laid
from forge.world import NOW
from registry.export import export
from registry.files import FilesError
from schemas.claims import EventKind, EventReason
from verifier import Verdict, Verifier
from verifier.http import Fetcher


class Static(Fetcher):
    """A static server's one rule: try the address, then `_` below it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _open(self, path: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
        for file in (self._folder / path, self._folder / path / "_"):
            if file.is_file():
                return file.open("rb")
        return None


def test_an_exported_register_verifies_without_the_application(full: Laid, tmp_path: Path) -> None:
    assert export(full.settings, tmp_path / "out") > 50
    verifier = Verifier.from_registry(
        Static(tmp_path / "out"), anchor=full.world.anchor, clock=lambda: float(NOW)
    )
    assert verifier.verify(full.marks["valid"].number).verdict is Verdict.VALID
    assert verifier.verify(full.marks["revoked"].number).verdict is Verdict.INVALID
    assert (tmp_path / "out/bundle/_").read_bytes() == full.world.bundle()
    assert (tmp_path / "out/log1/checkpoint/_").read_bytes() == full.world.log.head.note


def test_nothing_is_written_twice(full: Laid, tmp_path: Path) -> None:
    export(full.settings, tmp_path)
    tile = next((tmp_path / "log1/tile").rglob("[0-9]*"))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if "tile" in path.parts}
    full.world.event(full.marks["valid"], EventKind.REVOKE, EventReason.MISUSE, at=NOW - 60)
    full.world.publish(NOW - 60)
    full.write()
    full.rebuild()
    assert export(full.settings, tmp_path) > 0
    assert {path: path.stat().st_mtime_ns for path in before if path.is_file()} == {
        path: time for path, time in before.items() if path.is_file()
    }
    assert tile.exists()


def test_an_immutable_file_that_would_change_stops_the_export(full: Laid, tmp_path: Path) -> None:
    export(full.settings, tmp_path)
    (tmp_path / "trust" / "1").write_bytes(b"another")
    with pytest.raises(FilesError, match="immutable"):
        export(full.settings, tmp_path)
