"""Registers laid out on disk, for every test of what programs see of them."""

import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from forge.laid import ENTITIES, Laid, full_world, profile, settings_of
from forge.registers import Register
from forge.world import NOW, World
from schemas.claims import entities_hash_input


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
    world, marks = full_world()
    ids = entities_hash_input([one for one, _ in ENTITIES])
    home = tmp_path_factory.mktemp("whole")
    found = Laid(world=world, home=home, settings=settings_of(home, world), marks=marks)
    found.write()
    found.rebuild()
    found.files.write_profile(marks["valid"].number, profile(marks["valid"], kana="ミホンデンシ"))
    entities = [{"id": one, "name": name} for one, name in ENTITIES]
    found.files.write_profile(
        marks["group"].number, profile(marks["group"], signer="issuer-4", entities=entities)
    )
    found.files.write_entities(marks["group"].number, ids)
    found.rebuild()
    return found


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def register(tmp_path: Path, world: World) -> Iterator[Register]:
    opened = Register(tmp_path / "registry", world, now=NOW)
    opened.publish()
    yield opened
    opened.close()
