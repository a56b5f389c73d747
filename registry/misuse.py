"""Reports of misused marks: look-alikes, forged paper, marks on the wrong company. Kept as files for the operator, one a report.

    <home>/reports/20261126T231500Z-3f9a….json

Nothing of the sender is kept but what he writes. Anybody may write, so it is bounded: in size, by the hour, and in all.
"""

import json
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from keys.whole_files import write_whole
from registry.problems import ProblemError
from schemas.times import HOUR, to_datetime

__all__ = ["MOST_AN_HOUR", "Misuse", "keep"]

MOST_AN_HOUR = 60  # reports from everybody together
MOST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Misuse:
    """What somebody saw: `mark` a number or name, `where` an address or place, `contact` if he wants an answer."""

    what: str
    mark: str
    where: str
    contact: str


def keep(home: Path, report: Misuse, *, now: float | None = None) -> str:
    """Store a report, and give the reference its sender may quote. Raises ProblemError when too many came."""
    now = time.time() if now is None else now
    folder = home / "reports"
    folder.mkdir(exist_ok=True)
    times = sorted(path.name[:16] for path in folder.glob("*.json"))
    since = f"{to_datetime(int(now) - HOUR):%Y%m%dT%H%M%SZ}"
    if sum(one >= since for one in times[-MOST_AN_HOUR:]) >= MOST_AN_HOUR or len(times) >= MOST:
        raise ProblemError(
            "too-many-requests",
            "very many reports came in; try again in an hour",
            headers={"Retry-After": "3600"},
        )
    stamp = f"{to_datetime(int(now)):%Y%m%dT%H%M%SZ}"
    reference = f"{stamp}-{secrets.token_hex(4)}"
    value = {"received": stamp, **asdict(report)}
    write_whole(
        folder / f"{reference}.json", json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
    )
    return reference
