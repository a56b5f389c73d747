"""Fixtures every folder of tests may use."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of public test vectors; they are read where they are, never copied."""
    named = os.environ.get("AKASHI_VECTORS")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "vectors"
    if not folder.is_dir():
        pytest.skip(f"public vectors not found at {folder}; set AKASHI_VECTORS to their folder")
    return folder
