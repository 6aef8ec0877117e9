"""Figures of a forecast against what happened, always with a baseline beside them.

Belongs here: error, interval and calibration figures, by segment. Does not belong here: which rows
are tested (splits.py), fitting, scores row by row (scores.py), many cutoffs (backtest.py).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.concordance import concordance, sampled_rows
from models_ml.distribution import quantile_days
from models_ml.scores import (
    covered_rows,
    crps_rows,
    expected_days,
    pinball_rows,
    stated_rows,
    width_rows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    import pandas as pd

    from models_ml.churn_model import ChurnModel
    from models_ml.hazard import TimeToPayModel

EvaluationRow = dict[str, Any]
"""{"segment", "metric", "value", "baseline_value", "n"}."""

# A figure of fewer rows is noise.
MINIMUM_SEGMENT_ROWS = 30
CALIBRATION_BINS = 10


def age_segments(days_to_due: np.ndarray, age_days: np.ndarray) -> dict[str, np.ndarray]:
    """Return masks by age at the landmark: all, new, not_due, d1_30, d31_90, d90_plus.

    ``new`` (issued within 17 days, one landmark step) is also part of the class of its due date.
    """
    past_due = -days_to_due
    return {
        "all": np.ones(len(past_due), dtype=bool),
        "new": age_days <= 17,
        "not_due": past_due <= 0,
        "d1_30": (past_due >= 1) & (past_due <= 30),
        "d31_90": (past_due >= 31) & (past_due <= 90),
        "d90_plus": past_due >= 91,
    }


def median_error(incidence: np.ndarray, paid_days: np.ndarray, horizon_days: int) -> float:
    """Return the mean absolute error (days) of the median; both ends cut at the horizon."""
    return point_error(quantile_days(incidence, 0.5), paid_days, horizon_days)


def point_error(forecast_days: np.ndarray, paid_days: np.ndarray, horizon_days: int) -> float:
    """Return the mean absolute error (days) of a point; NaN forecasts mean beyond the horizon."""
    forecast = np.clip(np.nan_to_num(forecast_days, nan=np.inf), 0, horizon_days)
    return float(np.mean(np.abs(forecast - np.minimum(paid_days, horizon_days))))


def crps(incidence: np.ndarray, paid_days: np.ndarray, horizon_days: int) -> float:
    """Return the continuous ranked probability score (days), cut at the horizon."""
    return float(np.mean(crps_rows(incidence, paid_days, horizon_days)))


def pinball(incidence: np.ndarray, paid_days: np.ndarray, horizon_days: int) -> float:
    """Return the mean pinball loss (days) of the 10, 50 and 90 % quantiles, cut at the horizon."""
    return float(np.mean(pinball_rows(incidence, paid_days, horizon_days)))


def coverage(
    incidence: np.ndarray, paid_days: np.ndarray, horizon_days: int, share: int = 80
) -> float:
    """Return the share of payments inside the central interval of ``share`` % (80 or 90)."""
    return float(np.mean(covered_rows(incidence, paid_days, horizon_days, share)))


def stated_coverage(incidence: np.ndarray, paid_days: np.ndarray, horizon_days: int) -> float:
    """Return the mean probability the forecast itself puts on its 10 to 90 % interval."""
    return float(np.mean(stated_rows(incidence, horizon_days)))


def width(
    incidence: np.ndarray, paid_days: np.ndarray, horizon_days: int, share: int = 80
) -> float:
    """Return the mean width (days) of the central interval, both ends cut at the horizon."""
    return float(np.mean(width_rows(incidence, horizon_days, share)))


def concordance_index(incidence: np.ndarray, paid_days: np.ndarray, horizon_days: int) -> float:
    """Return Harrell's C of the mean days to payment cut at the horizon; see concordance.py."""
    rows = sampled_rows(len(paid_days))
    expected = expected_days(incidence[rows], horizon_days)
    return concordance(expected, np.where(paid_days <= horizon_days, paid_days, np.inf)[rows])


def brier(probability: np.ndarray, happened: np.ndarray) -> float:
    """Return the mean squared difference between probability and outcome."""
    return float(np.mean((probability - happened) ** 2))


def calibration_error(probability: np.ndarray, happened: np.ndarray) -> float:
    """Return the mean |predicted - observed| share over ten bins of equal size by prediction."""
    order = np.argsort(probability, kind="stable")
    gaps = [
        len(part) * abs(float(np.mean(probability[part]) - np.mean(happened[part])))
        for part in np.array_split(order, CALIBRATION_BINS)
        if len(part)
    ]
    return float(sum(gaps) / len(probability))


def wape(expected: np.ndarray, actual: np.ndarray) -> float:
    """Return sum |expected - actual| / sum actual, 0 to infinite; NaN where nothing came."""
    total = float(np.sum(actual))
    return float(np.sum(np.abs(expected - actual))) / total if total > 0 else float("nan")


def relative_bias(expected: np.ndarray, actual: np.ndarray) -> float:
    """Return sum (expected - actual) / sum actual, above zero for too much; NaN where nothing came."""
    total = float(np.sum(actual))
    return float(np.sum(expected - actual)) / total if total > 0 else float("nan")


def evaluate_invoices(
    incidence: np.ndarray,
    baseline_incidence: np.ndarray,
    point_forecasts: dict[str, np.ndarray],
    paid_days: np.ndarray,
    segments: dict[str, np.ndarray],
    horizon_days: int,
) -> list[EvaluationRow]:
    """Return the time-to-pay figures by segment, baselines beside.

    Args:
        incidence: (rows x days), the model's P(paid by day).
        baseline_incidence: the same of the customer median with its observed spread.
        point_forecasts: days of the point baselines, "customer_median" and "due_date".
        paid_days: days to payment, infinite where not paid within the horizon.
        segments: row masks by name.
        horizon_days: every row was observed this long.
    """
    scores: dict[str, Callable[[np.ndarray, np.ndarray, int], float]] = {
        "crps_days": crps,
        "pinball_days": pinball,
        "coverage_80": coverage,
        "coverage_80_stated": stated_coverage,
        "width_80_days": width,
        "coverage_90": partial(coverage, share=90),
        "width_90_days": partial(width, share=90),
        "c_index": concordance_index,
    }
    days = [day for day in (7, 30, 60) if day <= horizon_days]
    rows: list[EvaluationRow] = []
    for segment, mask in segments.items():
        n = int(mask.sum())
        if n < MINIMUM_SEGMENT_ROWS:
            continue
        ours, base, paid = incidence[mask], baseline_incidence[mask], paid_days[mask]
        value = median_error(ours, paid, horizon_days)
        for name, point in point_forecasts.items():
            beside = point_error(point[mask], paid, horizon_days)
            suffix = "" if name == "customer_median" else f"_beside_{name}"
            rows.append(_row(segment, f"mae_median_days{suffix}", value, beside, n))
        for metric, score in scores.items():
            pair = [score(table, paid, horizon_days) for table in (ours, base)]
            # Ranking is undefined where nobody paid within the horizon: no row, rather than no number.
            if np.isfinite(pair).all():
                rows.append(_row(segment, metric, pair[0], pair[1], n))
        for day in days:
            happened = paid <= day
            for metric, compare in (("brier", brier), ("calibration_error", calibration_error)):
                pair = [compare(table[:, day], happened) for table in (ours, base)]
                rows.append(_row(segment, f"{metric}_{day}d", pair[0], pair[1], n))
    return rows


def evaluate_churn(
    probability: np.ndarray, baseline: np.ndarray, happened: np.ndarray
) -> list[EvaluationRow]:
    """Return the churn figures beside those of the base rate; ranking needs both outcomes."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    n = len(happened)
    rows = [
        _row("all", "brier", brier(probability, happened), brier(baseline, happened), n),
        _row(
            "all",
            "calibration_error",
            calibration_error(probability, happened),
            calibration_error(baseline, happened),
            n,
        ),
    ]
    if 0 < happened.sum() < n:
        for metric, score in (("pr_auc", average_precision_score), ("roc_auc", roc_auc_score)):
            pair = [float(score(happened, values)) for values in (probability, baseline)]
            rows.append(_row("all", metric, pair[0], pair[1], n))
        top = np.argsort(-probability, kind="stable")[: max(1, n // 10)]
        lift = float(happened[top].mean() / happened.mean())
        rows.append(_row("all", "top_decile_lift", lift, 1.0, n))
    return rows


def evaluation_rows(
    models: Iterable[TimeToPayModel | ChurnModel], as_of_date: date
) -> pd.DataFrame:
    """Return the figures on the models' cards as one table.

    Columns: as_of_date, model, segment, metric, value, baseline_value, n; no row for a model whose
    history was too short to evaluate.
    """
    import pandas as pd

    columns = ["as_of_date", "model", "segment", "metric", "value", "baseline_value", "n"]
    rows = [
        {"as_of_date": as_of_date, "model": model.card["model"], **figure}
        for model in models
        for figure in model.card["evaluation"]
    ]
    return pd.DataFrame(rows, columns=columns)


def _row(segment: str, metric: str, value: float, baseline_value: float, n: int) -> EvaluationRow:
    return {
        "segment": segment,
        "metric": metric,
        "value": value,
        "baseline_value": baseline_value,
        "n": n,
    }
