"""What must be believed to believe a verdict is counted, and the document says the count."""

import re
from pathlib import Path

import pytest

from bench.trusted_lines import trusted

DOCUMENT = Path(__file__).parents[2] / "docs" / "threat-model.md"
SAID = {
    "verifier.verifier": r"must believe ([0-9,]+) lines",
    "registry.witness.server": r"needs ([0-9,]+) lines",
    "registry.witness.cli": r"commands, ([0-9,]+)\.",
}


@pytest.mark.parametrize("start", list(SAID))
def test_the_lines_to_be_trusted_are_as_many_as_the_threat_model_says(start: str) -> None:
    [said] = re.findall(SAID[start], DOCUMENT.read_text("utf-8"))
    assert int(said.replace(",", "")) == trusted(start).lines


def test_no_web_framework_and_no_database_needs_to_be_trusted() -> None:
    found = trusted()
    assert found.libraries == {"cbor2", "cryptography", "nacl", "rfc8785"}
    assert not [name for name in found.modules if name.startswith(("registry", "issuer"))]
