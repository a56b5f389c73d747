"""What is kept from one watch to the next: how each supplier stood, and the changes told so far, for the feed.

One file, its owner's alone: it says whom a buyer buys from. It appears whole or not at all, after what changed was told.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from keys.whole_files import write_whole
from schemas.times import iso
from verifier.watch.compare import Change, Kind, Tone
from verifier.watch.standing import Standing, StandingError

__all__ = ["Kept", "Told", "WatchError", "read_kept", "write_kept"]

FORMAT = 1
MOST = 200  # changes kept for the feed
MAX_KEPT = 256 << 20  # bytes


class WatchError(Exception):
    """What is kept cannot be used; says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A change, and when it was told (POSIX seconds)."""

    at: int
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """`made`: when the check was made, POSIX seconds; `anchor`: of the register; `asked`: the policy's facts; `told`: the newest first."""

    made: int
    anchor: str
    suppliers: Mapping[str, Standing]
    asked: Mapping[str, Any] = field(default_factory=dict)
    told: Sequence[Told] = field(default_factory=tuple)

    @property
    def day(self) -> date:
        return datetime.fromtimestamp(self.made, UTC).date()


def read_kept(path: Path, *, anchor: str) -> Kept | None:
    """Give what was kept, None the first time. Raises WatchError for what is none of ours or of another register; OSError."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    if size > MAX_KEPT:
        raise WatchError(f"{path}: more than {MAX_KEPT >> 20} MiB; name another file with --kept")
    try:
        value: Any = json.loads(path.read_bytes())
        if value["format"] != FORMAT:
            raise StandingError("another format")
        suppliers = [Standing.from_json(one) for one in value["suppliers"]]
        kept = Kept(
            made=int(datetime.fromisoformat(value["made"]).timestamp()),
            anchor=str(value["anchor"]),
            suppliers={one.key: one for one in suppliers},
            asked=dict(value["asked"]),
            told=tuple(_told(one) for one in value["told"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WatchError(
            f"{path} holds nothing `akashi watch` kept ({error}); it was left as it is: name another with --kept"
        ) from error
    if kept.anchor != anchor:
        raise WatchError(f"{path} was kept under the anchor {kept.anchor}; name another file with --kept")
    return kept


def write_kept(path: Path, kept: Kept) -> None:
    """Keep it, durably. Raises OSError; then what was there stands."""
    value = {
        "format": FORMAT,
        "made": iso(kept.made),
        "anchor": kept.anchor,
        "asked": dict(kept.asked),
        "suppliers": [one.to_json() for one in kept.suppliers.values()],
        "told": [{"at": iso(one.at), **change_json(one.change)} for one in kept.told[:MOST]],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace"))


def change_json(change: Change) -> dict[str, Any]:
    """Give a change as JSON, stable English."""
    return {
        "kinds": [str(kind) for kind in change.kinds],
        "tone": str(change.tone),
        "before": None if change.before is None else change.before.to_json(),
        "after": None if change.after is None else change.after.to_json(),
    }


def _told(value: Any) -> Told:
    before, after = (
        None if value[side] is None else Standing.from_json(value[side]) for side in ("before", "after")
    )
    if before is None and after is None:
        raise StandingError("a change without a side")
    change = Change(
        kinds=tuple(Kind(one) for one in value["kinds"]), tone=Tone(value["tone"]), before=before, after=after
    )
    return Told(at=int(datetime.fromisoformat(value["at"]).timestamp()), change=change)
