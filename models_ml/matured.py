"""Predictions as they were issued against what happened since: do intervals and chances still hold?

Belongs here: coverage and calibration of matured predictions, judged with their sampling error. Does
not belong here: finding the predictions (orchestration), figures of a training's holdout
(evaluation.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models_ml.bootstrap import interval_of_mean
from models_ml.evaluation import CALIBRATION_BINS
from models_ml.gate import COVERAGE_BAND, COVERAGE_SLACK

MINIMUM_ROWS = 500
MAXIMUM_CALIBRATION_ERROR = 0.03


@dataclass(frozen=True)
class Judgement:
    """What came of a check; ``passed`` also where there is too little to judge, which is said."""

    passed: bool
    detail: str
    rows: int
    value: float | None = None


def judge_coverage(
    low_days: np.ndarray,
    high_days: np.ndarray,
    paid_days: np.ndarray,
    stated: np.ndarray,
    customers: np.ndarray,
    horizon_days: int,
) -> Judgement:
    """Judge the share of payments inside the 80 % interval, both ends cut at the horizon.

    Args:
        low_days, high_days: the interval as issued, infinite beyond what was dated.
        paid_days: days to payment, infinite where not paid within the horizon.
        stated: probability the forecast put on its interval; whole days hold more than 80 %.
        customers: of each row; rows of one customer are no independent evidence.
        horizon_days: every prediction is at least so old.
    """
    n = len(paid_days)
    if n < MINIMUM_ROWS:
        return _too_few(n, horizon_days)
    actual = np.minimum(paid_days, horizon_days)
    inside = np.minimum(low_days, horizon_days) <= actual
    inside &= actual <= np.minimum(high_days, horizon_days)
    share = interval_of_mean(inside.astype(np.float64), customers)
    error, known = np.nan_to_num(share.half_width), stated[~np.isnan(stated)]
    expected = float(known.mean()) if len(known) else 0.8
    low = COVERAGE_BAND[0] - error
    high = max(COVERAGE_BAND[1], expected + COVERAGE_SLACK) + error
    detail = (
        f"{share.value:.3f} of {n} payments lay in their 80 % interval (which stated {expected:.3f}); "
        f"{low:.3f} to {high:.3f} is expected, sampling error {error:.3f} included"
    )
    return Judgement(bool(low <= share.value <= high), detail, n, share.value)


def judge_calibration(
    probability: np.ndarray, happened: np.ndarray, customers: np.ndarray, days: int
) -> Judgement:
    """Judge the mean |predicted - observed| share over ten bins of equal size by prediction.

    A perfect forecast has an error too, since few rows scatter: what each bin's sampling error
    (customers resampled) makes expect, sqrt(2 / pi) standard errors, is allowed on top.
    """
    n = len(probability)
    if n < MINIMUM_ROWS:
        return _too_few(n, days)
    error = noise = 0.0
    order = np.argsort(probability, kind="stable")
    for part in np.array_split(order, CALIBRATION_BINS):
        gap = interval_of_mean(probability[part] - happened[part], customers[part], replicates=500)
        error += abs(gap.value) * len(part) / n
        standard_error = np.nan_to_num(gap.half_width) / 1.96
        noise += float(np.sqrt(2.0 / np.pi) * standard_error) * len(part) / n
    allowed = MAXIMUM_CALIBRATION_ERROR + noise
    detail = (
        f"calibration error {error:.3f} at {days} days on {n} predictions; {allowed:.3f} is allowed, "
        f"of which {noise:.3f} for their number"
    )
    return Judgement(error <= allowed, detail, n, error)


def _too_few(rows: int, days: int) -> Judgement:
    return Judgement(
        True,
        f"not enough matured predictions: {rows} issued at least {days} days ago, {MINIMUM_ROWS} "
        "are needed",
        rows,
    )
