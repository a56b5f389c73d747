from pathlib import Path

import pytest

from life.running import Made, prepare


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return prepare(tmp_path_factory.mktemp("ground") / "demo")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("torture")
