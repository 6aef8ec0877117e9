"""The time grid of the hazard: intervals from the landmark, and the terms that change along it.

Belongs here: interval edges, expansion of a landmark row into one row per interval at risk, calendar
and anchor terms of an interval. Does not belong here: fitting (time_to_pay.py), what the hazards add
up to (distribution.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HORIZON_DAYS = 120

# Daily for a month, since payment runs are days (Fridays, month ends); then ever coarser.
LAST_DAY = np.array([*range(31), 33, 37, 41, 45, 52, 60, 75, 90, 105, HORIZON_DAYS])
FIRST_DAY = np.concatenate([[0], LAST_DAY[:-1] + 1])
WIDTH_DAYS = LAST_DAY - FIRST_DAY + 1
INTERVAL_COUNT = len(LAST_DAY)

INTERVAL_TERMS = (
    "interval_first_day",
    "interval_width_days",
    "days_past_due_then",
    "days_past_habit_then",
    "days_past_last3_then",
    "days_past_promise_then",
    "days_past_p10_then",
    "days_past_p25_then",
    "days_past_p50_then",
    "days_past_p75_then",
    "days_past_p90_then",
    "weekday",
    "weekday_share_then",
    "has_friday",
    "weekend_share",
    "day_of_month",
    "days_to_month_end",
    "has_month_end",
)
# A payment run "at month end" leaves on the last days of the month, weekend or not.
MONTH_END_DAYS = 3


@dataclass(frozen=True)
class Anchors:
    """Per landmark row, what the interval terms are measured from (days from the landmark)."""

    landmark: np.ndarray
    """datetime64[D]."""
    days_to_due: np.ndarray
    days_to_habit: np.ndarray
    """Until the due date plus the customer's (else the cohort's) median days late."""
    days_to_last3: np.ndarray
    """Until the due date plus the mean days late of the last three invoices."""
    days_to_promised: np.ndarray
    """NaN without a live promise."""
    days_to_quantiles: np.ndarray
    """(rows x 5): until the due date plus the quantiles of days late of stage 1; NaN without it."""
    weekday_shares: np.ndarray
    """(rows x 7): share of the customer's invoices settled on each weekday, Monday first."""


def interval_of(days: np.ndarray) -> np.ndarray:
    """Return the index of the interval a day since the landmark falls in; beyond: the count."""
    return np.searchsorted(LAST_DAY, days, side="left")


def intervals_at_risk(
    days_to_settlement: np.ndarray, observed_days: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return how many intervals each row was at risk in, and the interval of its settlement.

    A settled row is at risk up to and including the interval of its settlement; a censored one in
    the intervals it was observed through to their last day, so that a part-observed interval is
    never counted as survived.

    Args:
        days_to_settlement: float, NaN where not settled.
        observed_days: days from the landmark to the cutoff.

    Returns:
        Counts (int), and interval indices (int, -1 where not settled within the horizon).
    """
    settled = ~np.isnan(days_to_settlement) & (days_to_settlement <= HORIZON_DAYS)
    at = np.where(settled, interval_of(np.where(settled, days_to_settlement, 0)), -1)
    survived = np.searchsorted(LAST_DAY, observed_days, side="right")
    beyond = ~np.isnan(days_to_settlement) & ~settled
    counts = np.where(settled, at + 1, np.where(beyond, INTERVAL_COUNT, survived))
    return counts.astype(np.int64), at.astype(np.int64)


def interval_terms(anchors: Anchors, rows: np.ndarray, intervals: np.ndarray) -> np.ndarray:
    """Return the float32 matrix (pairs x INTERVAL_TERMS) of (row, interval) pairs.

    Args:
        anchors: of the landmark rows.
        rows: row number of each pair.
        intervals: interval index of each pair.
    """
    first, width = FIRST_DAY[intervals], WIDTH_DAYS[intervals]
    start = anchors.landmark[rows] + first.astype("timedelta64[D]")
    # 1970-01-01 was a Thursday; Monday is 0.
    weekday = (start.astype(np.int64) + 3) % 7
    month = start.astype("datetime64[M]")
    day_of_month = (start - month.astype("datetime64[D]")).astype(np.int64) + 1
    month_end = (month + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    to_month_end = (month_end - start).astype(np.int64)
    columns = (
        first,
        width,
        first - anchors.days_to_due[rows],
        first - anchors.days_to_habit[rows],
        first - anchors.days_to_last3[rows],
        first - anchors.days_to_promised[rows],
        *(first[:, None] - anchors.days_to_quantiles[rows]).T,
        weekday,
        anchors.weekday_shares[rows, weekday],
        (4 - weekday) % 7 < width,
        _weekend_days(weekday, width) / width,
        day_of_month,
        to_month_end,
        to_month_end < np.maximum(width, MONTH_END_DAYS),
    )
    return np.column_stack([np.asarray(column, dtype=np.float32) for column in columns])


def _weekend_days(weekday: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Return how many of ``width`` days from ``weekday`` (Monday 0) are Saturday or Sunday."""
    weeks, rest = width // 7, width % 7
    last = weekday + rest - 1
    has_saturday = (rest > 0) & (weekday <= 5) & (last >= 5)
    has_sunday = (rest > 0) & (last >= 6)
    return weeks * 2 + has_saturday.astype(np.int64) + has_sunday
