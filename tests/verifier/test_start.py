"""A program that judges one mark from a file loads what that takes, and nothing that is only for other questions."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.startup import COMMAND, VERDICT
from bench.world import make_register

# OpenSSL is for P-256 keys, HTTP for registries, TOML for policies, temporary files for memory.
FOR_OTHERS = {"cryptography", "urllib.request", "http.client", "ssl", "tomllib", "tempfile"}
OF_OTHER_COMMANDS = {"verifier.monitor.run", "verifier.suppliers.run", "verifier.bundle_fetch"}


@pytest.mark.parametrize("is_command", [False, True])
def test_a_first_verdict_from_a_bundle_loads_nothing_that_other_questions_need(
    tmp_path: Path, *, is_command: bool
) -> None:
    register = make_register(300, days=2, count=1)
    bundle, mark = tmp_path / "marks.akashi", tmp_path / "mark.cwt"
    bundle.write_bytes(register.bundle)
    mark.write_bytes(register.marks[0][0])
    asked = [str(bundle), register.anchor, str(mark)]
    if is_command:
        asked = ["verify", "--offline", "--bundle", asked[0], "--anchor", asked[1], asked[2]]
    program = COMMAND.replace("sys.exit(main())", "main()") if is_command else VERDICT
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nprint(*sys.modules)", *asked],
        check=True,
        capture_output=True,
        text=True,
        env={"HOME": str(tmp_path), "LANG": "C.UTF-8"},
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "verifier.verify" in loaded
    assert (FOR_OTHERS | OF_OTHER_COMMANDS) & loaded == set()
