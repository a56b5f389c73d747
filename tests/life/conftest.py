"""Demonstrations for whole-life tests: set up once a session, copied for each module that wants one running."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from life.running import Made, Running, prepare


@pytest.fixture(scope="session", autouse=True)
def _linux() -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("real processes are looked at through /proc: Linux only")


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return prepare(tmp_path_factory.mktemp("ground") / "demo")


@pytest.fixture(scope="module")
def demo(ground: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One running demonstration for the tests of a module."""
    with Running(ground.copied(tmp_path_factory.mktemp("demo") / "demo")) as running:
        yield running


@pytest.fixture
def another(ground: Made, tmp_path: Path) -> Callable[[], Made]:
    """A set-up demonstration of a test's own."""
    return lambda: ground.copied(tmp_path / "demo")
