"""Fixtures every folder of tests may use."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from forge.tokens import MODULES, PIN, Token


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of public test vectors; they are read where they are, never copied."""
    named = os.environ.get("AKASHI_VECTORS")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "vectors"
    if not folder.is_dir():
        pytest.skip(f"public vectors not found at {folder}; set AKASHI_VECTORS to their folder")
    return folder


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    """One SoftHSM2 token a session: a module is loaded and initialised once a process."""
    pytest.importorskip("pkcs11", reason="keys in tokens are tested with pip install 'akashi-marks[pkcs11]'")
    module = next((Path(one) for one in MODULES if Path(one).exists()), None)
    if module is None:
        pytest.skip("keys in tokens are tested against SoftHSM2: apt-get install softhsm2")
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    (folder / "pin").write_text(f"{PIN}\n")
    (folder / "pin").chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        for label in ("register", "other"):
            subprocess.run(
                ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", PIN],
                check=True,
                capture_output=True,
                env=os.environ,
            )
        yield Token(module=module, label="register", pin_file=folder / "pin")
