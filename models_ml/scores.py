"""What one forecast of one row was worth, row by row, so that any block of rows can be averaged.

Belongs here: error, interval and ranking scores per row on a daily distribution cut at a horizon.
Does not belong here: averages and segments (evaluation.py), resampling of customers (blocks.py).
"""

from __future__ import annotations

import numpy as np

from models_ml.distribution import quantile_days

# Share of payments an interval is to hold -> its two levels.
INTERVALS = {80: (0.1, 0.9), 90: (0.05, 0.95)}
PINBALL_LEVELS = (0.1, 0.5, 0.9)
# The figures made of one number a row, in the order they are reported.
ROW_METRICS = (
    "mae_median_days",
    "crps_days",
    "pinball_days",
    "coverage_80",
    "coverage_80_stated",
    "width_80_days",
    "coverage_90",
    "coverage_90_stated",
    "width_90_days",
)


def row_scores(
    incidence: np.ndarray, paid_days: np.ndarray, horizon_days: int
) -> dict[str, np.ndarray]:
    """Return ROW_METRICS per row; their means are the figures of the same name.

    Args:
        incidence: (rows x days), P(paid by the end of day d).
        paid_days: days to payment, infinite where not paid within the horizon.
        horizon_days: every row was observed this long; quantiles and payments are cut there.
    """
    actual = np.minimum(paid_days, horizon_days)
    scores = {
        "mae_median_days": np.abs(_cut_quantile(incidence, 0.5, horizon_days) - actual),
        "crps_days": crps_rows(incidence, paid_days, horizon_days),
        "pinball_days": pinball_rows(incidence, paid_days, horizon_days),
    }
    for share in INTERVALS:
        covered = covered_rows(incidence, paid_days, horizon_days, share)
        scores[f"coverage_{share}"] = covered.astype(np.float64)
        scores[f"coverage_{share}_stated"] = stated_rows(incidence, horizon_days, share)
        scores[f"width_{share}_days"] = width_rows(incidence, horizon_days, share)
    return scores


def crps_rows(incidence: np.ndarray, paid_days: np.ndarray, horizon_days: int) -> np.ndarray:
    """Return the continuous ranked probability score (days) per row, cut at the horizon.

    Sum over days d < horizon of (F(d) - 1{paid by d})^2 (Gneiting and Raftery, 2007, eq. 20, on a
    daily grid); for a point forecast it equals the absolute error.
    """
    happened = paid_days[:, None] <= np.arange(horizon_days)[None, :]
    score: np.ndarray = np.sum((incidence[:, :horizon_days] - happened) ** 2, axis=1)
    return score


def pinball_rows(incidence: np.ndarray, paid_days: np.ndarray, horizon_days: int) -> np.ndarray:
    """Return the pinball loss (days) per row, mean of the 10, 50 and 90 % quantiles."""
    actual = np.minimum(paid_days, horizon_days)
    losses = []
    for level in PINBALL_LEVELS:
        over = actual - _cut_quantile(incidence, level, horizon_days)
        losses.append(np.maximum(level * over, (level - 1.0) * over))
    mean: np.ndarray = np.mean(losses, axis=0)
    return mean


def interval_days(
    incidence: np.ndarray, horizon_days: int, share: int = 80
) -> tuple[np.ndarray, np.ndarray]:
    """Return both ends of the central interval of ``share`` %, cut at the horizon (days)."""
    low, high = (_cut_quantile(incidence, level, horizon_days) for level in INTERVALS[share])
    return low, high


def covered_rows(
    incidence: np.ndarray, paid_days: np.ndarray, horizon_days: int, share: int = 80
) -> np.ndarray:
    """Return per row whether the payment lay inside the central interval of ``share`` %."""
    low, high = interval_days(incidence, horizon_days, share)
    actual = np.minimum(paid_days, horizon_days)
    return np.asarray((low <= actual) & (actual <= high))


def width_rows(incidence: np.ndarray, horizon_days: int, share: int = 80) -> np.ndarray:
    """Return the width (days) of the interval per row, both ends cut at the horizon."""
    low, high = interval_days(incidence, horizon_days, share)
    return high - low


def stated_rows(incidence: np.ndarray, horizon_days: int, share: int = 80) -> np.ndarray:
    """Return the probability each forecast itself puts on its interval.

    Whole days hold more than ``share`` %: a customer who pays on one weekday has an interval of one
    day. Coverage is to be read against this.
    """
    low, high = (cut.astype(np.int64) for cut in interval_days(incidence, horizon_days, share))
    rows = np.arange(len(incidence))
    until = np.where(high >= horizon_days, 1.0, incidence[rows, high])
    before = np.where(low > 0, incidence[rows, np.maximum(low - 1, 0)], 0.0)
    stated: np.ndarray = until - before
    return stated


def expected_days(incidence: np.ndarray, horizon_days: int) -> np.ndarray:
    """Return the mean days until payment, cut at the horizon: the sum of P(unpaid) by day.

    Ranks rows for the concordance index: unlike the median it has no ties beyond the horizon.
    """
    days: np.ndarray = np.sum(1.0 - incidence[:, :horizon_days], axis=1)
    return days


def certain_incidence(days: np.ndarray, day_count: int) -> np.ndarray:
    """Return the (rows x day_count) distribution of a point forecast: nothing before, all after.

    Args:
        days: forecast days from the landmark; NaN is never.
        day_count: columns, day 0 first.
    """
    reached = np.nan_to_num(days, nan=np.inf)[:, None] <= np.arange(day_count)[None, :]
    return reached.astype(np.float64)


def _cut_quantile(incidence: np.ndarray, level: float, horizon_days: int) -> np.ndarray:
    days = np.nan_to_num(quantile_days(incidence, level), nan=np.inf)
    return np.minimum(days, horizon_days)
