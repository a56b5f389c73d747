"""Both sides asked the same questions, by batches; what they answer differently."""

import json
import re
import shutil
import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

import pytest

from differential.python_side import answer_to
from registry.script_files import joined
from schemas.qr import DICTIONARY_1

__all__ = ["Browser", "Difference", "Question", "differences", "packed"]

# A question as it is sent: bytes in base64, all else as JSON has it; `ask` names what is asked.
Question = dict[str, Any]
OLDEST_NODE = 18
_BATCH = 256  # so many questions wait in the pipe while Python answers the same


def packed(data: bytes) -> str:
    """Write bytes as they stand in a question."""
    return b64encode(data).decode()


class Browser:
    """One Node process that runs the script pages are served. Skips the test where there is no Node."""

    def __init__(self) -> None:
        node = shutil.which("node") or pytest.skip(
            "the browser's verifier runs under Node: apt-get install nodejs"
        )
        version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout
        if int(re.sub(r"v([0-9]+)\..*", r"\1", version)) < OLDEST_NODE:
            pytest.skip(
                f"the browser's verifier runs under Node {OLDEST_NODE} or newer, here is {version.strip()}"
            )
        self._folder = tempfile.TemporaryDirectory(prefix="akashi-node-")
        script = Path(self._folder.name) / "all.js"
        script.write_text(joined("verifier/all.js"), "utf-8")
        side = Path(__file__).with_name("browser_side.mjs")
        self._threads = ThreadPoolExecutor(2)  # one sends, one receives
        self._process = subprocess.Popen(
            [node, "--no-warnings", side, script, packed(DICTIONARY_1)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        self._threads.shutdown()
        self._folder.cleanup()

    def asked(self, questions: list[Question]) -> Future[list[Any]]:
        """Send all of them at once; their answers come while the caller does something else."""
        self._threads.submit(
            self._send, b"".join(json.dumps(question).encode() + b"\n" for question in questions)
        )
        return self._threads.submit(self._received, len(questions))

    def _send(self, lines: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(lines)
        self._process.stdin.flush()

    def _received(self, count: int) -> list[Any]:
        assert self._process.stdout is not None
        lines = [self._process.stdout.readline() for _ in range(count)]
        assert all(lines), f"Node ended with {self._process.wait()}"
        return [json.loads(line) for line in lines]

    def answer(self, question: Question) -> Any:
        return self.asked([question]).result()[0]


@dataclass(frozen=True, kw_only=True)
class Difference:
    question: Question
    python: Any
    browser: Any

    def __str__(self) -> str:
        asked = {
            name: value if len(f"{value!r}") < 3000 else f"{value!r:.300}…"
            for name, value in self.question.items()
        }
        return f"{asked}\n    Python:  {self.python}\n    browser: {self.browser}"


def differences(
    browser: Browser, questions: Iterable[Question], *, counted: dict[str, int] | None = None
) -> Iterator[Difference]:
    """Ask both sides and give every question they answer differently; `counted` gets how often Python gave which answer."""
    left = iter(questions)
    while batch := list(islice(left, _BATCH)):
        theirs = browser.asked(batch)
        ours = [answer_to(question) for question in batch]
        for question, mine, other in zip(batch, ours, theirs.result(), strict=True):
            if counted is not None:
                kind = mine["refused"] if isinstance(mine, dict) and "refused" in mine else "given"
                counted[kind] = counted.get(kind, 0) + 1
            if _comparable(question, mine) != _comparable(question, other):
                yield Difference(question=question, python=mine, browser=other)


def _comparable(question: Question, answer: Any) -> str:
    """As JSON has it: 1 is not true. A file that does not open is nowhere said to be too large or malformed."""
    if question.get("reader") == "archive" or question["ask"] == "judged":
        answer = {"refused": ""} if isinstance(answer, dict) and "refused" in answer else answer
    return json.dumps(answer, sort_keys=True)
