"""What the commands understand alike: anchor, times, and what their exit codes mean."""

import argparse
import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from verifier.anchors import AnchorStore, read_anchor
from verifier.checks import CLOCK_ROOM

__all__ = [
    "INVALID",
    "UNDETERMINED",
    "USAGE",
    "UsageError",
    "asked_anchor",
    "asked_clock",
    "asked_time",
    "is_to_come",
]

USAGE, INVALID, UNDETERMINED = 2, 1, 3


class UsageError(Exception):
    """One line for stderr, with a hint; exit 2."""


def asked_anchor(arguments: argparse.Namespace, store: AnchorStore) -> tuple[str | None, Path | None]:
    """Give the anchor, and where to remember: in a folder that was named, or with a pinned anchor."""
    named = arguments.anchor or os.environ.get("AKASHI_ANCHOR")
    asked_to_remember = arguments.state is not None or bool(os.environ.get("AKASHI_STATE"))
    if named:
        return read_anchor(named), (store.folder if asked_to_remember else None)
    pinned = store.pinned()
    return pinned, (store.folder if pinned else None)


def asked_clock(text: str | None) -> Callable[[], float]:
    """Give this machine's clock, or one that stands still where it was told to. Raises UsageError."""
    if text is None:
        return time.time
    try:
        moment = _moment(text)
    except ValueError as error:
        raise UsageError(f"--now: {text!r} is no time; write 2027-03-31T12:00:00Z") from error
    if not isinstance(moment, datetime):
        raise UsageError(f"--now: {text} is a whole day; write 2027-03-31T12:00:00Z")
    seconds = moment.timestamp()
    return lambda: seconds


def asked_time(text: str | None, *, now: float) -> datetime | date | None:
    """Read --at. Raises UsageError, also for a time after `now` (POSIX seconds)."""
    if text is None:
        return None
    try:
        moment = _moment(text)
    except ValueError as error:
        raise UsageError(f"--at: {text!r} is no time; write 2027-03-31 or 2027-03-31T12:00:00Z") from error
    if is_to_come(moment, now=datetime.fromtimestamp(now, UTC)):
        raise UsageError(f"--at: {text} has not come; nobody can say yet how a mark will stand then")
    return moment


def is_to_come(moment: datetime | date, *, now: datetime) -> bool:
    """Whether a time, or a day in every time zone, still lies ahead."""
    if isinstance(moment, datetime):
        return moment > now + timedelta(seconds=CLOCK_ROOM)
    return moment > (now + timedelta(hours=14)).date()


def _moment(text: str) -> datetime | date:
    """Read a date, or an RFC 3339 time with its zone. Raises ValueError."""
    is_date = len(text) <= len("2027-03-31")
    moment = date.fromisoformat(text) if is_date else datetime.fromisoformat(text)
    if not 1970 < moment.year < 9999 or (isinstance(moment, datetime) and moment.tzinfo is None):
        raise ValueError("no time a mark can have")
    return moment
