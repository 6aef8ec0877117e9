"""The landing as the publication states it: what lands by when, and how past months did.

Belongs here: the shape of what is read from `fct_cash_landing` and `fct_cash_landing_outcomes`. Does
not belong here: SQL (`reading.py`), wording and rounding.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

LANDING_LINES = ("open_invoices", "contracted_invoices", "new_business")


@dataclass(frozen=True)
class LandingPoint:
    """What lands on one line from the day's morning to one evening.

    `p10`, `p50` and `p90` are None where no interval can be made; the amount received is that of
    the month before the day, stated for the total at its end only.
    """

    horizon: str
    horizon_date: dt.date
    line: str
    p10_amount_reporting: Decimal | None
    p50_amount_reporting: Decimal | None
    p90_amount_reporting: Decimal | None
    expected_amount_reporting: Decimal
    received_amount_reporting: Decimal | None
    open_amount_reporting: Decimal
    scored_amount_reporting: Decimal
    is_calibrated: bool
    window_count: int


@dataclass(frozen=True)
class LandingMonth:
    """A past month: what its first morning expected of all lines, and what landed."""

    month_start_date: dt.date
    p10_amount_reporting: Decimal
    p50_amount_reporting: Decimal
    p90_amount_reporting: Decimal
    landed_amount_reporting: Decimal
    error_amount_reporting: Decimal
    is_in_interval: bool
    is_issued: bool
    is_calibrated: bool


@dataclass(frozen=True)
class LandingFacts:
    """The view's figures.

    Attributes:
        as_of_date: the business date.
        points: of every horizon and line, by date; empty when nothing could be forecast.
        months: up to twelve past months, oldest first.
    """

    as_of_date: dt.date
    points: tuple[LandingPoint, ...]
    months: tuple[LandingMonth, ...]

    @property
    def totals(self) -> tuple[LandingPoint, ...]:
        """The points of all lines together."""
        return tuple(point for point in self.points if point.line == "total")

    @property
    def weeks(self) -> tuple[LandingPoint, ...]:
        """The totals by the coming Sundays that have an interval."""
        return tuple(
            point
            for point in self.totals
            if point.horizon.startswith("week_") and point.p50_amount_reporting is not None
        )

    @property
    def calibrated_months(self) -> tuple[LandingMonth, ...]:
        """The past months with enough windows behind their forecast."""
        return tuple(month for month in self.months if month.is_calibrated)

    def at(self, horizon: str, line: str = "total") -> LandingPoint | None:
        """Return one point, None without it."""
        found = (one for one in self.points if (one.horizon, one.line) == (horizon, line))
        return next(found, None)

    def has_line(self, line: str) -> bool:
        """Whether anything is forecast of a line."""
        return any(point.line == line for point in self.points)

    @property
    def month_end(self) -> LandingPoint | None:
        """The total at the end of the month; None on its last day, when nothing is left of it."""
        point = self.at("month_end")
        return point if point is not None and point.horizon_date > self.as_of_date else None
