"""Two issuers and an authority with their homes, and a registry's door on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from forge.issuing import Desk, make_keys
from forge.loopback_registry import LoopbackRegistry
from forge.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_keys(tmp_path, ["issuer-3", "issuer-4", "authority"])


@pytest.fixture
def desk(tmp_path: Path, world: World) -> Desk:
    """The ★3 issuer's desk, set up."""
    found = Desk(tmp_path, world, "issuer-3")
    assert found.init().code == 0
    return found


@pytest.fixture
def other_desk(tmp_path: Path, world: World) -> Desk:
    """The ★4 issuer's."""
    found = Desk(tmp_path, world, "issuer-4")
    assert found.init().code == 0
    return found


@pytest.fixture
def authority(tmp_path: Path, world: World) -> Desk:
    found = Desk(tmp_path, world, "authority")
    assert found.init().code == 0
    return found


@pytest.fixture
def registry(desk: Desk, world: World) -> Iterator[LoopbackRegistry]:
    """Its clock is the ★3 issuer's."""
    with LoopbackRegistry(world, clock=lambda: desk.now) as found:
        yield found
