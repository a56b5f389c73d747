"""One Node process for a file of tests."""

from collections.abc import Iterator

import pytest

from differential.asked import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The script that pages are served, under Node."""
    with Browser() as running:
        yield running
