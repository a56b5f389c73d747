"""Days of the scheme's calendar and the seconds they begin at. `offset`: seconds east of UTC."""

from calendar import monthrange
from datetime import date, timedelta

from schemas.times import DAY

__all__ = ["day_of", "months_after", "start_of"]

_EPOCH = date(1970, 1, 1)


def day_of(seconds: int, offset: int) -> date:
    """The day POSIX seconds fall on."""
    return _EPOCH + timedelta(days=(seconds + offset) // DAY)


def start_of(day: date, offset: int) -> int:
    """POSIX seconds at which a day begins."""
    return (day - _EPOCH).days * DAY - offset


def months_after(day: date, months: int) -> date:
    """The day on which a period of months that began with `day` has ended.

    It is the day of the same number; where its month is too short, the first of the next (Civil Code of Japan, Art. 143:
    the period then includes the month's last day).
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    if day.day <= monthrange(year, month)[1]:
        return date(year, month, day.day)
    return date(year, month, monthrange(year, month)[1]) + timedelta(days=1)
