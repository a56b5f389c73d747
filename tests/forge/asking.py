"""Ask the public verifier, with the forge's clock."""

from datetime import UTC, date, datetime
from pathlib import Path

from verifier import Policy, Report, Verifier


def ask(
    source: bytes | Path,
    subject: bytes | str,
    *,
    anchor: str | None,
    now: int,
    at: int | date | None = None,
    policy: Policy | None = None,
    max_age: int | None = None,
    state: Path | None = None,
) -> Report:
    """The report on `subject` by a verifier that holds `source` and nothing else; times are POSIX seconds."""
    verifier = Verifier.from_bundle(source, anchor=anchor, state=state, clock=lambda: now)
    moment = datetime.fromtimestamp(at, UTC) if isinstance(at, int) else at
    return verifier.verify(subject, at=moment, policy=policy, max_age=max_age)
