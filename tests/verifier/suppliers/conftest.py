"""One small register for all questions about suppliers, as a file."""

from collections.abc import Iterator

import pytest

from forge.buyers import Buyer
from forge.laid import Laid, lay_full
from registry.bundle import write_bundle


@pytest.fixture(scope="session")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Laid:
    return lay_full(tmp_path_factory.mktemp("suppliers"))


@pytest.fixture(scope="session")
def buyer(laid: Laid) -> Iterator[Buyer]:
    path = laid.home / "register.akashi"
    write_bundle(laid.settings, path, register=True)
    found = Buyer(register=path, anchor=laid.world.anchor, marks=laid.marks)
    with found.verifier:
        yield found
