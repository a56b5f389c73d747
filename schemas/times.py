"""Times on the wire are POSIX seconds UTC; in code they are aware datetimes (docs/format.md §0)."""

from datetime import UTC, datetime, timedelta, timezone

__all__ = ["DAY", "HOUR", "MAX_TIME", "in_zone", "iso", "last_day", "to_datetime", "to_seconds"]

MAX_TIME = 253402300800  # 10000-01-01T00:00:00Z, exclusive
HOUR = 3600
DAY = 86400


def to_datetime(seconds: int) -> datetime:
    """Give the aware UTC datetime of POSIX seconds below MAX_TIME."""
    return datetime.fromtimestamp(seconds, UTC)


def to_seconds(moment: datetime) -> int:
    """Give whole POSIX seconds; a naive datetime is refused, it names no moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone, for example datetime.now(UTC)")
    return int(moment.timestamp())


def iso(seconds: int) -> str:
    """Write POSIX seconds as RFC 3339 UTC with a trailing Z."""
    return to_datetime(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def last_day(until: int, *, offset: int) -> str:
    """Name the last whole day before `until` in the scheme's fixed offset (seconds east of UTC)."""
    return in_zone(until - 1, offset=offset).strftime("%Y-%m-%d")


def in_zone(seconds: int, *, offset: int) -> datetime:
    """Give a moment in a fixed offset; what would fall into the year 10000 there, as the last second before it."""
    zone = timezone(timedelta(seconds=offset))
    return datetime.fromtimestamp(min(seconds, MAX_TIME - 1 - max(offset, 0)), zone)
