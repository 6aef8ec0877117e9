"""How fast the company is paid, as the publication states it, before any word is put to it.

Belongs here: the shape of what is read. Does not belong here: SQL (`reading.py`), wording, rounding.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class SpeedPoint:
    """How fast the company is paid on one date (`fct_dso` beside `fct_days_to_pay`).

    All figures are days but `paid_on_time_value_rate` (0 to 1). The three months are those up to
    the date; for a date inside a month the month counts to date (DEFINITIONS K7).
    """

    as_of_date: dt.date
    dso_simple_1m: float | None
    dso_rolling_3m: float | None
    dso_countback: float | None
    is_countback_truncated: bool
    bpdso_3m: float | None
    add_3m: float | None
    weighted_avg_days_to_pay: float | None
    weighted_avg_days_late: float | None
    weighted_avg_terms_days: float | None
    paid_on_time_value_rate: float | None


@dataclass(frozen=True)
class SpeedFacts:
    """The view's figures.

    Attributes:
        points: up to 36 month ends and the day itself, oldest first; the last is the day.
    """

    points: tuple[SpeedPoint, ...]

    @property
    def today(self) -> SpeedPoint:
        """How fast the company is paid on the day."""
        return self.points[-1]

    @property
    def previous(self) -> SpeedPoint | None:
        """The same at the month end before the day's month; None where history starts later."""
        return self.on(self.today.as_of_date.replace(day=1) - dt.timedelta(days=1))

    @property
    def year_ago(self) -> SpeedPoint | None:
        """The same at the end of the month twelve months before; None where history starts later.

        The window of that month is whole, so a day inside a month is compared with a month end.
        """
        year, month = self.today.as_of_date.year - 1, self.today.as_of_date.month
        return self.on(dt.date(year, month, calendar.monthrange(year, month)[1]))

    def on(self, date: dt.date) -> SpeedPoint | None:
        """Return the point of one date, None without it."""
        return next((point for point in self.points if point.as_of_date == date), None)
