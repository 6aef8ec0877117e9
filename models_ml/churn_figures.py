"""Churn figures with their intervals, whole customers resampled.

Belongs here: ROC-AUC, PR-AUC, Brier, calibration error, top-decile lift, fast enough to be taken
two hundred times, and their bootstrap. Does not belong here: which rows are tested
(churn_skill.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models_ml.bootstrap import resampled_rows
from models_ml.evaluation import brier, calibration_error, evaluate_churn

# 200 draws place the ends of a 95 % interval well enough to be read to two digits.
DRAWS = 200


def figures_with_intervals(
    probability: np.ndarray,
    baseline: np.ndarray,
    happened: np.ndarray,
    customer_id: np.ndarray,
    seed: int = 1,
    draws: int = DRAWS,
) -> list[dict[str, Any]]:
    """Return the rows of ``evaluate_churn`` with ``low_95`` and ``high_95`` of ``value``.

    Percentiles of resamples of whole customers; both None below two customers, or where no
    resample had both outcomes. The calibration error of a resample is above that of the rows (noise
    adds to an absolute value): its interval may lie above the figure.
    """
    drawn: dict[str, list[float]] = {}
    if len(np.unique(customer_id.astype(str))) > 1:
        for rows in resampled_rows(customer_id, draws, seed):
            for metric, value in _figures(probability[rows], happened[rows]).items():
                drawn.setdefault(metric, []).append(value)
    figures = []
    for figure in evaluate_churn(probability, baseline, happened):
        values = drawn.get(figure["metric"])
        low, high = np.percentile(values, [2.5, 97.5]) if values else (None, None)
        ends = [None if end is None else float(end) for end in (low, high)]
        figures.append({**figure, "low_95": ends[0], "high_95": ends[1]})
    return figures


def roc_auc(probability: np.ndarray, happened: np.ndarray) -> float:
    """Return P(one that happened has the higher probability), ties half (Mann and Whitney, 1947).

    Args:
        probability: one per row.
        happened: boolean; both outcomes must occur.
    """
    _, code, count = np.unique(probability, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(count) - (count - 1) / 2.0
    events = int(happened.sum())
    above = float(mean_rank[code[happened]].sum()) - events * (events + 1) / 2.0
    return above / (events * (len(happened) - events))


def average_precision(probability: np.ndarray, happened: np.ndarray) -> float:
    """Return the area under precision by recall: sum of (recall gained) x precision, by threshold.

    Rows of one probability pass the threshold together.
    """
    distinct, code = np.unique(probability, return_inverse=True)
    rows = np.bincount(code, minlength=len(distinct))[::-1]
    hits = np.bincount(code, happened, len(distinct))[::-1]
    precision = np.cumsum(hits) / np.cumsum(rows)
    return float((hits * precision).sum() / happened.sum())


def _figures(probability: np.ndarray, happened: np.ndarray) -> dict[str, float]:
    """Return the figures of ``evaluate_churn``, of the model alone."""
    figures = {
        "brier": brier(probability, happened),
        "calibration_error": calibration_error(probability, happened),
    }
    if not 0 < happened.sum() < len(happened):
        return figures
    top = np.argsort(-probability, kind="stable")[: max(1, len(happened) // 10)]
    return {
        **figures,
        "pr_auc": average_precision(probability, happened),
        "roc_auc": roc_auc(probability, happened),
        "top_decile_lift": float(happened[top].mean() / happened.mean()),
    }
