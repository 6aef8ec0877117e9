"""Baselines every model is shown beside, and what stands in for it on a small ledger.

Belongs here: due date, customer median, cohort median, with the observed spread around them. Does
not belong here: learned models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.features import to_float
from models_ml.intervals import HORIZON_DAYS

if TYPE_CHECKING:
    import pandas as pd

    from models_ml.panel import Panel

# Fewer settled invoices do not make a habit.
MINIMUM_PAID_FOR_HABIT = 3
# Fewer payments do not make a spread: nothing is predicted then.
MINIMUM_PAID_FOR_SPREAD = 10
REACH_DAYS = 400


def due_date_days(table: pd.DataFrame) -> np.ndarray:
    """Return days until the due date; an invoice past due is expected today (0)."""
    return np.maximum(to_float(table["days_to_due"]), 0.0)


@dataclass(frozen=True)
class MedianBaseline:
    """Due date plus the customer's (else the cohort's) median days late, with observed spread.

    The spread is the product-limit estimate of the days from that point to payment. Landmark rows
    enter it on their landmark (left truncation) and leave it censored when still open, so neither
    slow payers nor invoices already past their habit are forgotten (Klein and Moeschberger,
    Survival Analysis, 4.6).
    """

    ledger_days_late: float
    """Stands in for a cohort without a settled invoice; NaN if nothing was ever paid."""
    cumulative_hazard: dict[str, list[float]]
    """Per method ("customer_median", "cohort_median"): -log P(unpaid) by days past the point."""
    widening: float
    """Factor on the spread for few payments: 1 + 1 / sqrt(paid rows)."""

    def methods(self, table: pd.DataFrame) -> np.ndarray:
        """Return "customer_median" or "cohort_median" per row."""
        count = np.nan_to_num(to_float(table["customer_paid_count"]))
        has_habit = ~np.isnan(to_float(table["customer_days_late_median"]))
        return np.where(
            has_habit & (count >= MINIMUM_PAID_FOR_HABIT), "customer_median", "cohort_median"
        )

    def point_days(self, table: pd.DataFrame) -> np.ndarray:
        """Return days to the expected payment, negative where the habit has already passed."""
        return _point_days(table, self.methods(table), self.ledger_days_late)

    def incidence(self, table: pd.DataFrame) -> np.ndarray:
        """Return P(paid by day 0..HORIZON_DAYS) per row; NaN where no spread is known."""
        methods, point = self.methods(table), self.point_days(table)
        result = np.full((len(table), HORIZON_DAYS + 1), np.nan)
        days = np.arange(HORIZON_DAYS + 1)
        for method, values in self.cumulative_hazard.items():
            rows = np.flatnonzero((methods == method) & ~np.isnan(point))
            curve = np.asarray(values)
            start = _lookup(curve, (-point[rows] - 1.0) / self.widening)
            later = _lookup(curve, (days[None, :] - point[rows][:, None]) / self.widening)
            result[rows] = 1.0 - np.exp(start[:, None] - later)
        return result

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` reads back."""
        known = not np.isnan(self.ledger_days_late)
        return {
            "ledger_days_late": self.ledger_days_late if known else None,
            "cumulative_hazard": self.cumulative_hazard,
            "widening": self.widening,
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> MedianBaseline:
        """Rebuild a baseline from ``to_json``'s document."""
        level = document["ledger_days_late"]
        return cls(
            float("nan") if level is None else level,
            document["cumulative_hazard"],
            document["widening"],
        )


def fit_median_baseline(panel: Panel) -> MedianBaseline:
    """Return the baseline of a panel; without a single payment it predicts nothing (NaN)."""
    days_late = panel.exit_days - to_float(panel.table["days_to_due"])
    paid_late = days_late[panel.is_paid]
    level = float(np.median(paid_late)) if len(paid_late) else float("nan")
    empty = MedianBaseline(level, {}, 1.0)
    paid_count = int(panel.table.loc[panel.is_paid, "invoice_id"].nunique())
    if paid_count < MINIMUM_PAID_FOR_SPREAD:
        return empty
    methods = empty.methods(panel.table)
    point = _point_days(panel.table, methods, level)
    curves = {}
    for method in ("customer_median", "cohort_median"):
        rows = methods == method
        if panel.is_paid[rows].sum() < MINIMUM_PAID_FOR_SPREAD:
            rows = np.ones(len(panel), dtype=bool)
        curves[method] = _cumulative_hazard(panel, point, rows)
    return MedianBaseline(level, curves, 1.0 + 1.0 / paid_count**0.5)


def _point_days(table: pd.DataFrame, methods: np.ndarray, ledger_days_late: float) -> np.ndarray:
    cohort = to_float(table["cohort_days_late_median"])
    cohort = np.where(np.isnan(cohort), ledger_days_late, cohort)
    customer = to_float(table["customer_days_late_median"])
    late = np.where(methods == "customer_median", customer, cohort)
    return np.round(to_float(table["days_to_due"]) + late)


def _cumulative_hazard(panel: Panel, point: np.ndarray, rows: np.ndarray) -> list[float]:
    """Return -log P(unpaid) on days -REACH_DAYS..REACH_DAYS past the point, with delayed entry.

    One more at risk than there were: a single row that pays first cannot make everyone certain.
    """
    ends = np.where(np.isnan(panel.exit_days), panel.observed_days, panel.exit_days)
    size = 2 * REACH_DAYS + 1

    def counted(days: np.ndarray) -> np.ndarray:
        cells = np.clip(days + REACH_DAYS, 0, size - 1).astype(np.int64)
        return np.bincount(cells, minlength=size)

    entered = np.cumsum(counted(-point[rows]))
    left = np.cumsum(counted((ends - point)[rows]))
    at_risk = entered - np.concatenate([[0], left[:-1]])
    paid = counted((ends - point)[rows & panel.is_paid])
    cumulative = np.cumsum(-np.log1p(-paid / (at_risk + 1.0)))
    return [float(value) for value in cumulative]


def _lookup(curve: np.ndarray, days: np.ndarray) -> np.ndarray:
    cells = np.clip(np.floor(days) + REACH_DAYS, 0, len(curve) - 1).astype(np.int64)
    return curve[cells]
