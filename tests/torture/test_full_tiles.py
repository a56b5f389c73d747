"""Dying while a batch fills a tile and begins the next: full tile, partial tile and the level above change at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from life.running import Made
from registry.files import RegistryFiles
from torture.blows import Blow
from torture.torture import Torture

POINTS = [("publisher.after-ratchet", 1), ("publisher.between-tiles", 2), ("publisher.between-tiles", 4)]
BEFORE = 254  # leaves; a batch of two marks and a snapshot makes 257


@pytest.fixture(scope="module")
def nearly_full(ground: Made, folder: Path) -> Iterator[Torture]:
    made = Torture(ground.copied(folder / "nearly-full"))
    try:
        made.fill(BEFORE)
        yield made
    finally:
        made.close()


@pytest.mark.parametrize(("place", "arrival"), POINTS)
def test_dying_while_a_tile_fills_up_loses_nothing(
    nearly_full: Torture, tmp_path: Path, place: str, arrival: int
) -> None:
    torture = nearly_full.copied(tmp_path / "demo")
    try:
        blow = Blow(
            number=1, seed="full", target="publisher", during=True, place=place, arrival=arrival, drafts=2
        )
        assert "size 257" in torture.strike(blow)
    finally:
        torture.close()
    files = RegistryFiles(torture.running.registry)
    for path in (
        "tile/0/000",
        "tile/1/000.p/1",
        "tile/0/001.p/1",
        "tile/entries/000",
        "tile/entries/001.p/1",
    ):
        assert files.find_tile(path) is not None, path
