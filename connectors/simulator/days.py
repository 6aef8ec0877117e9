"""Days as numbers: conversions, months, and the days on which payers run their payments.

Belongs here: calendar arithmetic on int32 day numbers since 1970-01-01. Does not belong here: who
pays when.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

import numpy as np

NEVER = 1_000_000
"""Day number that stands for "does not happen"; it becomes null in the tables."""

COUNTRIES = ("FR", "DE", "GB", "US", "CH", "ES")

ANY_BUSINESS_DAY, FRIDAY, MONTH_END, MID_AND_MONTH_END, TUESDAY_AND_THURSDAY, ANY_DAY = range(6)
RUN_KINDS = (
    "any_business_day",
    "friday",
    "month_end",
    "mid_and_month_end",
    "tuesday_and_thursday",
    "any_day",
)

_EPOCH = date(1970, 1, 1).toordinal()


def to_day(value: date) -> int:
    """Day number of a date."""
    return value.toordinal() - _EPOCH


def from_day(value: int) -> date:
    """Date of a day number."""
    return date.fromordinal(int(value) + _EPOCH)


def add_months(value: date, months: int) -> date:
    """The same day of the month, clipped to the month's last day."""
    month = value.year * 12 + value.month - 1 + months
    year, month = divmod(month, 12)
    return date(year, month + 1, min(value.day, calendar.monthrange(year, month + 1)[1]))


def month_of(day: np.ndarray) -> np.ndarray:
    """Month number (year * 12 + month - 1) of each day number."""
    months = np.asarray(day).astype("datetime64[D]").astype("datetime64[M]")
    return months.astype(np.int64) + 1970 * 12


def first_of_month(month: np.ndarray) -> np.ndarray:
    """Day number of the first day of each month number."""
    months = (np.asarray(month) - 1970 * 12).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64).astype(np.int32)


def day_of_year_month(day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Month of the year (1 to 12) and day of the month (1 to 31) of each day number."""
    month = month_of(day)
    return month % 12 + 1, day - first_of_month(month) + 1


def weekday_of(day: np.ndarray) -> np.ndarray:
    """Weekday of each day number, Monday = 0."""
    return (day + 3) % 7


@dataclass(frozen=True)
class RunCalendar:
    """For each country and run kind: the next and the last payment-run day at any day.

    Attributes:
        first: day number of the first row.
        upcoming: int32, shape (countries, run kinds, days): first run day on or after the day.
        latest: int32, same shape: last run day on or before the day.
    """

    first: int
    upcoming: np.ndarray
    latest: np.ndarray

    @classmethod
    def between(cls, first: int, last: int) -> RunCalendar:
        """Builds the calendar for days `first` to `last`, with each country's public holidays."""
        # A margin of 40 days on both sides holds a monthly run before the first and after the last.
        days = np.arange(first - 40, last + 41, dtype=np.int32)
        shape = (len(COUNTRIES), len(RUN_KINDS), len(days))
        upcoming, latest = np.empty(shape, np.int32), np.empty(shape, np.int32)
        for row, country in enumerate(COUNTRIES):
            is_open = _is_business_day(days, country)
            for kind in range(len(RUN_KINDS)):
                is_run = _is_run_day(days, is_open, kind)
                after = np.where(is_run, days, NEVER)
                before = np.where(is_run, days, -NEVER)
                upcoming[row, kind] = np.minimum.accumulate(after[::-1])[::-1]
                latest[row, kind] = np.maximum.accumulate(before)
        return cls(int(days[0]), upcoming, latest)

    def next_run(self, country: np.ndarray, kind: np.ndarray | int, day: np.ndarray) -> np.ndarray:
        """First run day on or after each day; days beyond the calendar are returned unchanged."""
        return self._look_up(self.upcoming, country, kind, day)

    def last_run(self, country: np.ndarray, kind: np.ndarray | int, day: np.ndarray) -> np.ndarray:
        """Last run day on or before each day; days beyond the calendar are returned unchanged."""
        return self._look_up(self.latest, country, kind, day)

    def _look_up(
        self, table: np.ndarray, country: np.ndarray, kind: np.ndarray | int, day: np.ndarray
    ) -> np.ndarray:
        position = np.asarray(day) - self.first
        is_inside = (position >= 0) & (position < table.shape[2] - 40)
        found = table[country, kind, np.where(is_inside, position, 0)]
        return np.where(is_inside, found, day).astype(np.int32)


def _is_business_day(days: np.ndarray, country: str) -> np.ndarray:
    """Weekdays that are no public holiday of the country."""
    import holidays

    years = range(from_day(int(days[0])).year, from_day(int(days[-1])).year + 1)
    closed = [to_day(day) for day in holidays.country_holidays(country, years=years)]
    return (weekday_of(days) < 5) & ~np.isin(days, closed)


def _is_run_day(days: np.ndarray, is_open: np.ndarray, kind: int) -> np.ndarray:
    """Days of one run kind; a run that meets a closed day moves to the open day before it."""
    if kind == ANY_DAY:
        return np.ones(len(days), bool)
    if kind == ANY_BUSINESS_DAY:
        return is_open
    if kind == FRIDAY:
        wanted = weekday_of(days) == 4
    elif kind == TUESDAY_AND_THURSDAY:
        wanted = np.isin(weekday_of(days), (1, 3))
    else:
        _, day_of_month = day_of_year_month(days)
        wanted = day_of_year_month(days + 1)[1] == 1
        if kind == MID_AND_MONTH_END:
            wanted |= day_of_month == 15
    last_open = np.maximum.accumulate(np.where(is_open, np.arange(len(days)), 0))
    is_run = np.zeros(len(days), bool)
    is_run[last_open[wanted]] = True
    return is_run & is_open
