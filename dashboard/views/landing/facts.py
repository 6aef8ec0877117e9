"""The landing as the publication states it: the month, what lands by when, how forecasts did.

Belongs here: the shape of what is read from the marts of the landing. Does not belong here: SQL
(`reading.py`), wording and rounding.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

LANDING_LINES = ("open_invoices", "contracted_invoices", "new_business")


@dataclass(frozen=True)
class LandingPoint:
    """What lands on one line from the day's morning to one evening.

    `p10`, `p50` and `p90` are None where no interval can be made; what is expected in the week
    alone is stated for weeks only; the amount received is that of the month before the day, stated
    for the total at its end only.
    """

    horizon: str
    horizon_date: dt.date
    line: str
    p10_amount_reporting: Decimal | None
    p50_amount_reporting: Decimal | None
    p90_amount_reporting: Decimal | None
    expected_amount_reporting: Decimal
    expected_in_week_amount_reporting: Decimal | None
    received_amount_reporting: Decimal | None
    open_amount_reporting: Decimal
    scored_amount_reporting: Decimal
    is_calibrated: bool
    window_count: int


@dataclass(frozen=True)
class WholeMonth:
    """This month or the next: what came in before the day, what is still forecast, the target.

    The bounds are None without an interval and for the next month; the lines are what each is still
    expected to bring; the target is None where none was entered, the gap is P50 less target.
    """

    month_start_date: dt.date
    month_end_date: dt.date
    received_amount_reporting: Decimal
    p10_amount_reporting: Decimal | None
    p50_amount_reporting: Decimal | None
    p90_amount_reporting: Decimal | None
    expected_amount_reporting: Decimal | None
    open_invoices_amount_reporting: Decimal | None
    contracted_invoices_amount_reporting: Decimal | None
    new_business_amount_reporting: Decimal | None
    target_amount_reporting: Decimal | None
    gap_to_target_amount_reporting: Decimal | None
    is_calibrated: bool | None

    @property
    def is_forecast(self) -> bool:
        """Whether anything is forecast of the month."""
        return self.expected_amount_reporting is not None

    @property
    def has_interval(self) -> bool:
        """Whether the month has bounds."""
        return self.p50_amount_reporting is not None

    def amount(self, name: str) -> Decimal | None:
        """Return one of its amounts, of LANDING_LINES or by the column's name before `_amount`."""
        amount: Decimal | None = getattr(self, f"{name}_amount_reporting")
        return amount


@dataclass(frozen=True)
class IssuedForecast:
    """The whole month as the forecast of one day had it; changes are of P50."""

    forecast_date: dt.date
    received_amount_reporting: Decimal
    p10_amount_reporting: Decimal
    p50_amount_reporting: Decimal
    p90_amount_reporting: Decimal
    change_amount_reporting: Decimal | None
    change_since_first_amount_reporting: Decimal


@dataclass(frozen=True)
class LandingMonth:
    """A past month: what its first morning expected of all lines, and what landed.

    The naive forecast is what landed in the month before; errors are landed less forecast.
    """

    month_start_date: dt.date
    p10_amount_reporting: Decimal
    p50_amount_reporting: Decimal
    p90_amount_reporting: Decimal
    landed_amount_reporting: Decimal
    error_amount_reporting: Decimal
    naive_error_amount_reporting: Decimal | None
    is_in_interval: bool
    is_issued: bool
    is_calibrated: bool


@dataclass(frozen=True)
class LandingInvoice:
    """An open invoice and its chance of being paid within the month.

    A median date of None lies beyond the horizon of the model.
    """

    customer_id: str
    customer_name: str
    invoice_number: str
    due_date: dt.date
    open_amount_reporting: Decimal
    p50_date: dt.date | None
    p_paid_by_month_end: float
    expected_by_month_end_amount_reporting: Decimal


@dataclass(frozen=True)
class LandingFacts:
    """The view's figures.

    Attributes:
        as_of_date: the business date.
        points: of every horizon and line, by date; empty when nothing could be forecast.
        this_month: the month of the day; None in a company without a single record.
        next_month: the one after.
        forecasts: of this month's end, oldest first; the last is the day's own.
        invoices: of the customers from whom most is expected within the month, theirs together.
        invoices_expected_amount_reporting: what all open invoices are expected to bring within the
            month, each on its own; None without a prediction.
        months: up to twelve past months, oldest first.
    """

    as_of_date: dt.date
    points: tuple[LandingPoint, ...]
    this_month: WholeMonth | None
    next_month: WholeMonth | None
    forecasts: tuple[IssuedForecast, ...]
    invoices: tuple[LandingInvoice, ...]
    invoices_expected_amount_reporting: Decimal | None
    months: tuple[LandingMonth, ...]

    @property
    def totals(self) -> tuple[LandingPoint, ...]:
        """The points of all lines together."""
        return tuple(point for point in self.points if point.line == "total")

    @property
    def weeks(self) -> tuple[LandingPoint, ...]:
        """The totals by the coming Sundays."""
        return tuple(point for point in self.totals if point.horizon.startswith("week_"))

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
