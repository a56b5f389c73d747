"""Days of a scheme's calendar and the seconds they begin at. `offset`: seconds east of UTC, the scheme's."""

from calendar import monthrange
from datetime import date, timedelta

from schemas.times import DAY, in_zone

__all__ = ["confirmation_due", "day_of", "months_after", "start_of"]

_EPOCH = date(1970, 1, 1)


def day_of(seconds: int, offset: int) -> date:
    """The day POSIX seconds fall on; the year 9999 is the last there is."""
    return in_zone(seconds, offset=offset).date()


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


def confirmation_due(nbf: int, exp: int, *, every: int | None, made: int, offset: int) -> date | None:
    """The day by which the next confirmation is to be in, one every `every` months from a mark's first day.

    `made`: how many were given. None where the scheme asks for none, or the mark has ended by then.
    """
    if not every:
        return None
    due = months_after(day_of(nbf, offset), every * (made + 1))
    return due if due < day_of(exp, offset) else None
