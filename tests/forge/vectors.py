"""One lie a vector: what is bent, what is asked, and the answer a person wrote down beforehand.

No expectation here is computed by the verifier. `tests/vectors/README.md` says what the members mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from forge.world import ISSUED, NOW, Issued, World
from schemas.times import HOUR

UNASKED = ("holder-not-checked",)


@dataclass(frozen=True, kw_only=True)
class Vector:
    """`file` is the name of an archive; `policy` a table as in policy.toml; times are POSIX seconds."""

    name: str
    says: str
    now: int
    at: int | None
    anchor: str | None
    mark: bytes | None
    text: str | None
    file: str
    policy: dict[str, Any] | None
    remembered: dict[str, Any] | None
    verdict: str
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    twin: str | None

    def to_json(self) -> dict[str, Any]:
        subject = {"text": self.text} if self.mark is None else {"mark": self.mark.hex()}
        value = {
            "name": self.name,
            "says": self.says,
            "now": self.now,
            "at": self.at,
            "anchor": self.anchor,
            "input": subject,
            "source": {"file": f"archives/{self.file}.zip"},
            "policy": self.policy,
            "remembered": self.remembered,
            "expected": {
                "verdict": self.verdict,
                "reasons": list(self.reasons),
                "notes": list(self.notes),
            },
            "twin": self.twin,
        }
        return {key: item for key, item in value.items() if item is not None or key in ("at", "anchor")}


@dataclass
class Book:
    """Collects vectors; files with the same bytes are kept once."""

    vectors: list[Vector] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def add(
        self,
        name: str,
        says: str,
        subject: bytes | str,
        file: bytes,
        *,
        anchor: str | None,
        verdict: str,
        reasons: Sequence[str] = (),
        notes: Sequence[str] = UNASKED,
        twin: str | None = None,
        now: int = NOW,
        at: int | None = None,
        policy: Mapping[str, Any] | None = None,
        remembered: dict[str, Any] | None = None,
    ) -> None:
        """`notes` of a mark that nobody verified are none."""
        key = sha256(file).hexdigest()[:16]
        self.files[key] = file
        vector = Vector(
            name=name,
            says=says,
            now=now,
            at=at,
            anchor=anchor,
            mark=subject if isinstance(subject, bytes) else None,
            text=subject if isinstance(subject, str) else None,
            file=key,
            policy=None if policy is None else {"version": 1, **policy},
            remembered=remembered,
            verdict=verdict,
            reasons=tuple(reasons),
            notes=tuple(notes),
            twin=twin,
        )
        self.vectors.append(vector)

    def valid(self, name: str, says: str, subject: bytes | str, file: bytes, **rest: Any) -> None:
        self.add(name, says, subject, file, verdict="valid", **rest)

    def lie(
        self, name: str, says: str, subject: bytes | str, file: bytes, *reasons: str, twin: str, **rest: Any
    ) -> None:
        """A lie that is found out: the mark is invalid."""
        self.add(name, says, subject, file, verdict="invalid", reasons=reasons, twin=twin, **rest)

    def doubt(
        self, name: str, says: str, subject: bytes | str, file: bytes, *reasons: str, twin: str, **rest: Any
    ) -> None:
        """A lie that only keeps the verifier from being sure."""
        self.add(name, says, subject, file, verdict="undetermined", reasons=reasons, twin=twin, **rest)


def published(**claims: Any) -> tuple[World, Issued]:
    """A world with one mark, logged within the hour and published again an hour ago."""
    world = World()
    mark = world.issue(**claims)
    world.publish(ISSUED + HOUR)
    world.publish(NOW - HOUR)
    return world, mark
