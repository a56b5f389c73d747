"""The conformance vectors as questions."""

import json
from functools import cache
from typing import Any

from differential.asked import Question, packed
from forge.write_vectors import FOLDER
from verifier.policy import parse_duration

__all__ = ["NAMES", "load", "question_of"]

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


@cache
def load(name: str) -> dict[str, Any]:
    """Give a vector; it is shared, and nobody changes it."""
    value: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_bytes())
    return value


@cache
def file_of(name: str) -> bytes:
    """Give the archive a vector is judged from."""
    file: str = load(name)["source"]["file"]
    return (FOLDER / file).read_bytes()


def question_of(name: str, **changes: Any) -> Question:
    """Ask for the verdict on a vector; `changes` replace members of the question."""
    vector = load(name)
    policy, subject = vector.get("policy"), vector["input"]
    longest = None if policy is None else policy.get("max_status_age")
    question = {
        "ask": "judged",
        "name": vector["source"]["file"],
        "file": packed(file_of(name)),
        "anchor": vector["anchor"],
        "mark": packed(bytes.fromhex(subject["mark"])) if "mark" in subject else None,
        "text": subject.get("text"),
        "now": vector["now"],
        "at": vector["at"],
        "policy": policy,
        "maxAge": None if longest is None else parse_duration(longest),
        "remembered": vector.get("remembered"),
    }
    return question | changes
