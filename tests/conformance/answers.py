"""What must agree: verdict, reasons, notes, the order of the findings, the exit code. What is said in words may differ."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["disagreements"]

CHECKS = ("structure", "issuer", "signature", "window", "logged", "status", "policy")
USAGE, INVALID, UNDETERMINED = 2, 1, 3
# An input that is not even the beginning of a mark may be judged, or be refused as an input: both say that it is none.
NO_INPUT = (["malformed"], ["too-large"])


def disagreements(
    vectors: Sequence[dict[str, Any]], inputs: Sequence[str], code: int, out: str
) -> Iterator[tuple[str, str]]:
    """Give (name of a vector, what is otherwise than written) for one run of a command; nothing where all agrees."""
    lines = [_read(line) for line in out.splitlines() if line.strip()]
    if len(lines) != len(vectors):
        said = f"{len(lines)} lines of JSON for {len(vectors)} inputs, exit code {code}"
        yield from ((vector["name"], said) for vector in vectors)
        return
    for vector, given, line in zip(vectors, inputs, lines, strict=True):
        for problem in _problems(vector["expected"], given, line):
            yield vector["name"], problem
    expected = _code(lines)
    if code != expected:
        yield from ((vector["name"], f"exit code {code}, its lines mean {expected}") for vector in vectors)


def _read(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {}


def _problems(expected: dict[str, Any], given: str, line: dict[str, Any]) -> Iterator[str]:
    if line.get("input") != given:
        yield f"answers to {line.get('input')!r:.80}, asked was {given!r:.80}"
    if "error" in line:
        if expected["reasons"] not in NO_INPUT:
            yield f"an error ({line['error']!r:.80}), expected {_told(expected)}"
        return
    try:
        findings = line["findings"]
        said = {
            "verdict": line["verdict"],
            "reasons": [one["reason"] for one in findings if one["reason"] is not None],
            "notes": [one["reason"] for one in line["notes"]],
        }
        checks = tuple(one["check"] for one in findings)
        verified = findings[2]["outcome"] == "passed"
        hidden = line["mark"] is None
    except (KeyError, TypeError, IndexError) as error:
        yield f"not the object of `akashi verify --json`: {error!r}"
        return
    if said != expected:
        yield f"{_told(said)}, expected {_told(expected)}"
    if checks != CHECKS:
        yield f"its findings are of {', '.join(map(str, checks))}"
    elif verified == hidden:
        yield (
            "shows a mark if, and only if, its signature verified"
            if hidden
            else "shows claims nobody verified"
        )


def _told(answer: dict[str, Any]) -> str:
    words = [str(answer["verdict"]), *map(str, answer["reasons"])]
    return " ".join(words) + "".join(f" ({note})" for note in answer["notes"])


def _code(lines: Sequence[dict[str, Any]]) -> int:
    said = [USAGE if "error" in line else line.get("verdict") for line in lines]
    ranked = ((USAGE, USAGE), ("invalid", INVALID), ("undetermined", UNDETERMINED))
    return next((code for answer, code in ranked if answer in said), 0)
