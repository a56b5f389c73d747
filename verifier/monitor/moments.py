"""When a leaf was logged, beside what it says of itself (docs/format.md §6 Times).

A leaf is bounded by the checkpoints on both sides of it: logged after the one before, and by the first that covers it.
A registry keeps every checkpoint, and each publication has one, so there the two times are the same publication's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from schemas.times import DAY, iso
from verifier.checks import CLOCK_ROOM, LOGGED_WITHIN
from verifier.monitor.findings import Finding, Kind
from verifier.monitor.judge import Signed

__all__ = ["SNAPSHOT_EVERY", "Moment", "check_times"]

SNAPSHOT_EVERY = DAY // 4 + 600  # seconds: six hours, and room for a publication


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A publication: logged after `after`, by `by` (POSIX seconds); equal where its own checkpoint is held."""

    after: int
    by: int


def check_times(signed: Iterable[Signed], moment: Moment, *, log: str) -> Iterator[Finding]:
    """Name every leaf that claims another time than it was logged at, or was logged outside its key's window."""
    for one in signed:
        about = {"log": log, "index": one.index, "number": one.number}
        if moment.by < one.iat - CLOCK_ROOM or moment.after > one.iat + LOGGED_WITHIN:
            detail = f"says it was signed {iso(one.iat)}, logged by {iso(moment.by)}"
            yield Finding(kind=Kind.BACKDATED, detail=detail, **about)  # type: ignore[arg-type]
        elif one.key is not None and (moment.by < one.key.start or moment.after >= one.key.until):
            detail = f"logged by {iso(moment.by)}, outside the window of {one.key.owner}'s key"
            yield Finding(kind=Kind.KEY_WINDOW, detail=detail, **about)  # type: ignore[arg-type]
