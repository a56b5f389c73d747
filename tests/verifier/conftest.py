"""A world to ask about, and a registry on the loopback."""

from collections.abc import Iterator

import pytest

from forge.loopback import Loopback, serving
from forge.scene import Scene


@pytest.fixture(scope="session")
def scene() -> Scene:
    return Scene.made()


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with serving() as served:
        yield served


@pytest.fixture
def registry(loopback: Loopback, scene: Scene) -> Loopback:
    """The scene, as a registry serves it."""
    loopback.files |= scene.served()
    return loopback
