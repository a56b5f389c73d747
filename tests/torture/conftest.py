"""A demonstration set up once a session; every register that is tormented is a copy of it."""

import sys
from pathlib import Path

import pytest

from life.running import Made, prepare


@pytest.fixture(scope="session", autouse=True)
def _linux() -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("real processes are looked at through /proc: Linux only")


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return prepare(tmp_path_factory.mktemp("ground") / "demo")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("torture")
