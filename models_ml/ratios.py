"""Intervals from how far past forecasts of the same horizon were off.

Belongs here: log(actual / forecast) ratios, their t interval, the score of an interval. Does not
belong here: the forecasts.
"""

from __future__ import annotations

import numpy as np

LEVEL = 0.8
# Below this many windows that do not overlap an interval is called uncalibrated.
MINIMUM_WINDOWS = 8
# Fewer have no spread worth the name.
MINIMUM_FOR_RATIOS = 3


def log_ratios(actual: np.ndarray, forecast: np.ndarray) -> np.ndarray:
    """Return log(actual / forecast), NaN where one of them is not above zero."""
    known = (np.nan_to_num(actual) > 0.0) & (np.nan_to_num(forecast) > 0.0)
    ratio = np.divide(actual, forecast, out=np.ones_like(forecast), where=known)
    return np.where(known, np.log(ratio), np.nan)


def separate_windows(starts: np.ndarray, days: int) -> int:
    """Return how many of the windows [start, start + days) can be chosen without overlap.

    A tenth of overlap is let pass: months differ in length, and 31 days from 1 April end on 1 May.
    """
    count, end = 0, None
    for start in np.sort(starts):
        if end is None or start >= end:
            count, end = count + 1, start + np.timedelta64(int(np.ceil(0.9 * days)), "D")
    return count


def ratio_factors(ratios: np.ndarray, windows: int) -> tuple[float, float, float]:
    """Return the factors that turn a forecast into its P10, P50 and P90.

    exp(m -/+ t(.9; windows - 1) s sqrt(1 + 1 / windows)), m and s the mean and standard deviation of
    all past ratios (overlapping ones included), the degrees of freedom of those that do not overlap:
    the prediction interval of a normal variable of unknown mean and variance (Hahn and Meeker,
    Statistical Intervals, 4.7).

    Args:
        ratios: log(actual / forecast) of past windows, without NaN.
        windows: how many of them do not overlap, at least 2.
    """
    from scipy.stats import t

    centre, spread = float(np.mean(ratios)), float(np.std(ratios, ddof=1))
    reach = float(t.ppf(0.5 + LEVEL / 2, windows - 1)) * spread * np.sqrt(1.0 + 1.0 / windows)
    return tuple(float(np.exp(centre + side * reach)) for side in (-1.0, 0.0, 1.0))  # type: ignore[return-value]


def interval_score(
    low: np.ndarray | float, high: np.ndarray | float, actual: np.ndarray | float
) -> np.ndarray:
    """Return (high - low) + 2 / a (low - x)+ + 2 / a (x - high)+ with a = .2; smaller is better.

    A proper score of the interval between the 10 and the 90 % quantile (Gneiting and Raftery, 2007,
    eq. 43).
    """
    below, above = np.maximum(low - actual, 0.0), np.maximum(actual - high, 0.0)
    return np.asarray(high - low + 2.0 / (1.0 - LEVEL) * (below + above))
