"""A program that judges one mark from a file loads what that takes, and nothing that is only for other questions."""

import subprocess
import sys
from pathlib import Path

from bench.startup import VERDICT
from bench.world import make_register

# OpenSSL is for P-256 keys, stdnum for holders without a 法人番号, HTTP for registries, TOML for policies, temporary files for memory.
FOR_OTHERS = {"cryptography", "stdnum", "urllib.request", "http.client", "ssl", "tomllib", "tempfile"}


def test_a_first_verdict_from_a_bundle_loads_nothing_that_other_questions_need(tmp_path: Path) -> None:
    register = make_register(300, days=2, count=1)
    bundle, mark = tmp_path / "marks.akashi", tmp_path / "mark.cwt"
    bundle.write_bytes(register.bundle)
    mark.write_bytes(register.marks[0][0])
    program = f"{VERDICT}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program, str(bundle), register.anchor, str(mark)],
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(done.stdout.split())
    assert "verifier.verify" in loaded
    assert not FOR_OTHERS & loaded
