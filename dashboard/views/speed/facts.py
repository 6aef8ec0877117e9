"""How fast the company is paid, as the publication states it, before any word is put to it.

Belongs here: the shape of what is read, sums of the bridge's lines over months. Does not belong
here: SQL (`reading.py`), wording, rounding.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

BRIDGE_LINES = (
    "sales_volume_and_mix",
    "terms",
    "delinquency",
    "disputes",
    "unapplied",
    "fx",
)
GROUPINGS = ("segment", "country", "currency")


@dataclass(frozen=True)
class SpeedPoint:
    """How fast the company is paid on one date (`fct_dso` beside `fct_days_to_pay` and others).

    All figures are days but `_rate`, `on_time_rate_value` and `cei_` (0 to 1; CEI may leave it).
    The three months are those up to the date; for a date inside a month the month counts to date
    (DEFINITIONS K7).
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
    on_time_rate_value: float | None
    cei_1m: float | None
    cei_1m_ex_write_offs: float | None


@dataclass(frozen=True)
class Bridge:
    """What moved DSO over three months from one date to another, in days; the lines add up exactly.

    Attributes:
        from_date: the date before, a month end.
        to_date: the date after.
        opening_dso: DSO on the date before.
        closing_dso: DSO on the date after.
        lines: days by line, in the order of BRIDGE_LINES.
    """

    from_date: dt.date
    to_date: dt.date
    opening_dso: Decimal
    closing_dso: Decimal
    lines: dict[str, Decimal]

    @property
    def change(self) -> Decimal:
        """Days by which DSO became longer."""
        return self.closing_dso - self.opening_dso

    @property
    def main_line(self) -> str:
        """The line that moved DSO furthest in the direction in which it went."""
        sign = 1 if self.change >= 0 else -1
        return max(self.lines, key=lambda line: sign * self.lines[line])

    @property
    def main_line_against(self) -> str:
        """The line that moved DSO furthest against the direction in which it went."""
        sign = -1 if self.change >= 0 else 1
        return max(self.lines, key=lambda line: sign * self.lines[line])


@dataclass(frozen=True)
class SpeedGroup:
    """How fast one segment, country or currency pays on the day (`fct_dso_by_group`).

    `group_value` is None where the source names none; amounts in the reporting currency.
    """

    group_value: str | None
    ar_net_amount_reporting: Decimal
    open_invoices_amount_reporting: Decimal
    past_due_amount_reporting: Decimal
    dso_rolling_3m: float | None
    bpdso_3m: float | None
    add_3m: float | None
    weighted_avg_days_to_pay: float | None
    weighted_avg_days_late: float | None
    on_time_rate_value: float | None


@dataclass(frozen=True)
class Benchmark:
    """A published value of others beside ours of the same name, of the last complete month.

    Attributes:
        metric: name of the figure in the marts.
        value: what the source states, in days or 0 to 1.
        unit: "days" or "rate".
        population: of whom it was measured.
        source: where it can be read.
        source_date: when it was published.
        ours: our figure; None where it is undefined.
    """

    metric: str
    value: float
    unit: str
    population: str
    source: str
    source_date: dt.date
    ours: float | None

    @property
    def difference(self) -> float | None:
        """Ours less theirs."""
        return None if self.ours is None else self.ours - self.value


@dataclass(frozen=True)
class SpeedFacts:
    """The view's figures.

    Attributes:
        points: up to 36 month ends and the day itself, oldest first; the last is the day.
        steps: the bridge to each of them from the month end before, oldest first; none where DSO
            is undefined on either.
        groups: by grouping (GROUPINGS) its groups on the day, those who owe most first.
        benchmarks: what others reach, as the company has entered it.
        target_dso: DSO over three months that the company means to reach, of every month; None
            where none was entered.
    """

    points: tuple[SpeedPoint, ...]
    steps: tuple[Bridge, ...] = ()
    groups: dict[str, tuple[SpeedGroup, ...]] = field(default_factory=dict)
    benchmarks: tuple[Benchmark, ...] = ()
    target_dso: float | None = None

    @property
    def today(self) -> SpeedPoint:
        """How fast the company is paid on the day."""
        return self.points[-1]

    @property
    def is_month_end(self) -> bool:
        """Whether the day is the last of its month."""
        return self.today.as_of_date == _month_end(self.today.as_of_date, 0)

    @property
    def complete_month_end(self) -> dt.date:
        """The end of the last complete month: the day itself where it is a month end."""
        return last_complete_month_end(self.today.as_of_date)

    @property
    def previous(self) -> SpeedPoint | None:
        """The same at the month end before the day's month; None where history starts later."""
        return self.on(_month_end(self.today.as_of_date, 1))

    @property
    def year_ago(self) -> SpeedPoint | None:
        """The same at the end of the month twelve months before; None where history starts later.

        The window of that month is whole, so a day inside a month is compared with a month end.
        """
        return self.on(_month_end(self.today.as_of_date, 12))

    def year_before(self, month_end: dt.date) -> dt.date:
        """Return the end of the month twelve months before."""
        return _month_end(month_end, 12)

    def on(self, date: dt.date) -> SpeedPoint | None:
        """Return the point of one date, None without it."""
        return next((point for point in self.points if point.as_of_date == date), None)

    @property
    def since_previous(self) -> Bridge | None:
        """What moved DSO since the month end before the day; None where either is unknown."""
        return self.bridge(_month_end(self.today.as_of_date, 1), self.today.as_of_date)

    @property
    def last_month(self) -> Bridge | None:
        """What moved DSO over the last complete month."""
        return self.bridge(_month_end(self.complete_month_end, 1), self.complete_month_end)

    @property
    def last_year(self) -> Bridge | None:
        """What moved DSO over the twelve months to the end of the last complete month."""
        return self.bridge(_month_end(self.complete_month_end, 12), self.complete_month_end)

    def bridge(self, from_date: dt.date, to_date: dt.date) -> Bridge | None:
        """Return the bridge between two dates: the sums of the months' lines.

        Args:
            from_date: a month end.
            to_date: a later month end, or the day.

        Returns:
            None where a step between them is missing: its lines cannot be added.
        """
        steps = [step for step in self.steps if from_date < step.to_date <= to_date]
        reached = from_date
        for step in steps:
            if step.from_date != reached:
                return None
            reached = step.to_date
        if not steps or reached != to_date:
            return None
        return Bridge(
            from_date=from_date,
            to_date=to_date,
            opening_dso=steps[0].opening_dso,
            closing_dso=steps[-1].closing_dso,
            lines={
                line: sum((step.lines[line] for step in steps), Decimal(0)) for line in BRIDGE_LINES
            },
        )


def last_complete_month_end(day: dt.date) -> dt.date:
    """Return the day where it ends its month, else the end of the month before."""
    return day if day == _month_end(day, 0) else _month_end(day, 1)


def _month_end(date: dt.date, months_back: int) -> dt.date:
    months = date.year * 12 + date.month - 1 - months_back
    year, month = divmod(months, 12)
    return dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1])
