"""Exits other than payment: credited, written off or voided invoices.

Belongs here: their small cause-specific hazard. Does not belong here: payment (time_to_pay.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models_ml.features import to_float
from models_ml.intervals import HORIZON_DAYS, LAST_DAY, WIDTH_DAYS

if TYPE_CHECKING:
    import pandas as pd

    from models_ml.panel import Panel

CLASSES = ("disputed", "past_due_61", "usual")
# Early and late in the horizon; the rate is constant inside each.
SPANS = ((0, 30), (31, HORIZON_DAYS))
# Row-days of the pooled rate mixed into each class, so that a small class borrows from all.
PRIOR_ROW_DAYS = 2_000.0


def exit_class(table: pd.DataFrame) -> np.ndarray:
    """Return the index into CLASSES per row: these exits follow disputes and age, little else."""
    disputed = np.nan_to_num(to_float(table["is_disputed"])) > 0
    old = to_float(table["days_to_due"]) < -60
    return np.where(disputed, 0, np.where(old, 1, 2))


def fit_other_exits(panel: Panel) -> list[list[float]]:
    """Return daily exit rates, [class][span], from exits per row-day at risk, shrunk to the pool."""
    ends = np.where(np.isnan(panel.exit_days), panel.observed_days, panel.exit_days)
    classes = exit_class(panel.table)
    rates: list[list[float]] = [[] for _ in CLASSES]
    for first, last in SPANS:
        exposed = np.clip(ends - first + 1, 0, last - first + 1)
        left = panel.is_other_exit & (ends >= first) & (ends <= last)
        pooled = left.sum() / max(exposed.sum(), 1.0)
        for index in range(len(CLASSES)):
            rows = classes == index
            exits = left[rows].sum() + pooled * PRIOR_ROW_DAYS
            rates[index].append(float(exits / (exposed[rows].sum() + PRIOR_ROW_DAYS)))
    return rates


def other_exit_hazard(rates: list[list[float]], table: pd.DataFrame) -> np.ndarray:
    """Return the (rows x intervals) hazard of another exit from ``fit_other_exits``'s rates."""
    is_late = np.greater(LAST_DAY, SPANS[0][1])
    daily = np.asarray(rates)[:, is_late.astype(np.int64)]
    hazard = 1.0 - (1.0 - daily) ** WIDTH_DAYS
    return hazard[exit_class(table)]
