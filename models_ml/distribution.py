"""From hazards to a distribution over days: cumulative incidence, quantiles, probabilities.

Belongs here: arithmetic on (rows x days) arrays of the probability to have been paid by a day. Does
not belong here: fitting, scoring against what happened (evaluation.py).
"""

from __future__ import annotations

import numpy as np

from models_ml.intervals import HORIZON_DAYS, WIDTH_DAYS


def incidence_from_hazards(paid_hazard: np.ndarray, other_hazard: np.ndarray) -> np.ndarray:
    """Return the cumulative incidence of payment by day under competing exits.

    F(b) = sum over intervals up to b of S(b-1) h_paid(b), with S the product of 1 - h_paid - h_other
    (Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 8.2, discrete form);
    inside an interval of several days the increment is spread evenly.

    Args:
        paid_hazard: (rows x intervals), probability of payment in the interval given still open.
        other_hazard: the same for credit, write-off or void.

    Returns:
        (rows x HORIZON_DAYS + 1) array; column d is P(paid by the end of day d).
    """
    other = np.minimum(other_hazard, 1.0 - paid_hazard)
    survival = np.cumprod(1.0 - paid_hazard - other, axis=1)
    before = np.hstack([np.ones((len(survival), 1)), survival[:, :-1]])
    daily = np.repeat(before * paid_hazard / WIDTH_DAYS, WIDTH_DAYS, axis=1)
    return np.minimum(np.cumsum(daily, axis=1), 1.0)


def quantile_days(incidence: np.ndarray, level: float) -> np.ndarray:
    """Return the first day by which payment has probability ``level``; NaN beyond the horizon."""
    reached = incidence >= level
    return np.where(reached.any(axis=1), reached.argmax(axis=1), np.nan)


def probability_by(incidence: np.ndarray, days: int | np.ndarray) -> np.ndarray:
    """Return P(paid by day ``days``) per row; ``days`` is one number or one per row."""
    columns = np.clip(np.broadcast_to(days, len(incidence)), 0, HORIZON_DAYS).astype(np.int64)
    return incidence[np.arange(len(incidence)), columns]


def days_to_month_end(landmark: np.ndarray) -> np.ndarray:
    """Return the days from each landmark (datetime64[D]) to the last day of its month."""
    month_end = (landmark.astype("datetime64[M]") + 1).astype("datetime64[D]")
    return (month_end - landmark).astype(np.int64) - 1
