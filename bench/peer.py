"""The peer's half of a line: a process of its own, in bench/.venv, asked in turns."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["asked_of"]


@contextmanager
def asked_of(python: Path, script: Path, given: object) -> Iterator[Callable[[str], float]]:
    """Start a script with `given` in a file of JSON; each line it is asked it answers with the seconds it took."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "given.json")
        file.write_text(json.dumps(given))
        command = [str(python), str(script), str(file)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            asked, answered = process.stdin, process.stdout
            if asked is None or answered is None:
                raise AssertionError("the peer has no pipes")

            def ask(line: str) -> float:
                asked.write(f"{line}\n")
                asked.flush()
                return float(answered.readline())

            yield ask
            asked.close()
