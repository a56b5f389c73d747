"""Registers laid out on disk, for every test of what programs see of them."""

import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from forge.laid import Laid, lay_full, settings_of
from forge.registers import Register
from forge.world import NOW, World


@pytest.fixture
def lay(tmp_path: Path) -> Callable[[World], Laid]:
    """Lay a world out as a register's files, with its tables rebuilt from them."""

    def laid(world: World) -> Laid:
        home = tmp_path / "registry"
        home.mkdir(exist_ok=True)
        found = Laid(world=world, home=home, settings=settings_of(home, world))
        found.write()
        found.rebuild()
        return found

    return laid


@pytest.fixture
def full(whole: Laid, tmp_path: Path) -> Laid:
    """A register with a mark in every state, published over several days; some of them have profiles."""
    home = tmp_path / "full"
    shutil.copytree(whole.home, home)
    world = deepcopy(whole.world)
    return Laid(world=world, home=home, settings=settings_of(home, world), marks=dict(whole.marks))


@pytest.fixture
def client(full: Laid) -> FlaskClient:
    return full.client()


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Laid:
    """What `full` copies; nobody changes it."""
    return lay_full(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def register(tmp_path: Path, world: World) -> Iterator[Register]:
    opened = Register(tmp_path / "registry", world, now=NOW)
    opened.publish()
    yield opened
    opened.close()
