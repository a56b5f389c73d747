"""Days of a scheme's calendar: periods end as the Civil Code of Japan has it (Art. 143)."""

from datetime import date

import pytest

from schemas.days import confirmation_due, day_of, months_after, start_of
from schemas.times import DAY, HOUR, MAX_TIME

JAPAN = 9 * HOUR


def test_a_day_begins_where_the_scheme_is() -> None:
    midnight = start_of(date(2027, 4, 1), JAPAN)
    assert midnight == start_of(date(2027, 4, 1), 0) - 9 * HOUR
    assert [day_of(midnight + second, JAPAN) for second in (-1, 0, DAY - 1)] == [
        date(2027, 3, 31), date(2027, 4, 1), date(2027, 4, 1),
    ]  # fmt: skip


def test_the_calendar_ends_with_the_year_9999() -> None:
    assert day_of(MAX_TIME, JAPAN) == day_of(MAX_TIME - 1, 0) == date(9999, 12, 31)


@pytest.mark.parametrize(
    ("began", "months", "over"),
    [
        (date(2027, 4, 1), 12, date(2028, 4, 1)),
        (date(2027, 1, 31), 1, date(2027, 3, 1)),
        (date(2028, 2, 29), 12, date(2029, 3, 1)),
        (date(2027, 12, 31), 2, date(2028, 3, 1)),
        (date(2027, 11, 30), 3, date(2028, 3, 1)),
    ],
)
def test_a_period_of_months_includes_the_last_day_of_a_short_month(
    began: date, months: int, over: date
) -> None:
    assert months_after(began, months) == over


def test_confirmations_are_due_by_the_end_of_each_period_until_the_mark_ends() -> None:
    first, end = (start_of(date(year, 2, day), JAPAN) for year, day in ((2028, 29), (2030, 28)))
    due = [confirmation_due(first, end, every=12, made=made, offset=JAPAN) for made in (0, 1)]
    assert due == [date(2029, 3, 1), None]
    assert confirmation_due(first, end, every=None, made=0, offset=JAPAN) is None
