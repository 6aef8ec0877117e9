"""Days late at issue, as quantiles: what the hazard is anchored on (stage 1).

Belongs here: multi-quantile trees on signed days late, their censoring weights, predictions out of
fold. Does not belong here: time passing since issue (hazard.py), which rows are tested (splits.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.features import (
    INVOICE_CATEGORICAL,
    INVOICE_NUMERIC,
    Encoding,
    learn_encoding,
    to_day,
    to_float,
)

if TYPE_CHECKING:
    import pandas as pd
    import xgboost

    from models_ml.panel import Panel

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
# What says how long the invoice is open already, or counts the invoice itself among the open ones.
ELAPSED = (
    "days_to_due",
    "age_days",
    "paid_share",
    "days_to_promised",
    "invoice_reminder_count",
    "customer_oldest_days_past_due",
    "customer_open_to_habit_ratio",
    "customer_past_due_share",
)
ISSUE_NUMERIC = tuple(name for name in INVOICE_NUMERIC if name not in ELAPSED)
# No month: with less than two years of history it is a date, and trees extrapolate it. On a ledger of
# ten months the mean absolute error rose from 2.6 to 5.0 days with it.
DUE_TERMS = ("due_weekday", "due_day_of_month", "due_days_to_month_end")
# Below this many settled invoices there is no stage 1; the hazard has its other anchors.
MINIMUM_SETTLED = 300
FOLDS = 4
# The most recent settled invoices are kept: habits drift, and 60,000 took three minutes of a training.
MAXIMUM_ISSUES = 20_000
# A settled row stands for those like it that are still open; never for more than this many.
MAXIMUM_WEIGHT = 10.0
# (settled rows below, depth, least weight of a leaf, rounds), chosen on cutoffs other than those that
# benchmarks report (IBM: 2012-12-15, 2013-03-20; HighRadius: 2019-06-15, 2019-08-01).
SIZES: tuple[tuple[int | None, int, float, int], ...] = (
    (5_000, 4, 5.0, 100),
    (None, 6, 10.0, 150),
)
PARAMETERS = {
    "objective": "reg:quantileerror",
    "tree_method": "hist",
    "eta": 0.05,
    "reg_lambda": 1.0,
    "subsample": 0.8,
    "colsample_bytree": 0.5,
    "max_bin": 128,
    # As in hazard.py: the same model on every machine.
    "nthread": 1,
}


@dataclass(frozen=True)
class DaysLate:
    """Fitted quantiles of signed days late at issue."""

    encoding: Encoding
    booster: xgboost.Booster

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        """Return (rows x LEVELS) signed days late, ordered; of any landmark row, not only of issues."""
        import xgboost

        matrix = xgboost.DMatrix(_matrix(table, self.encoding), **_column_types(self.encoding))
        return np.sort(self.booster.predict(matrix).astype(np.float64), axis=1)


def fit_days_late(issues: Panel, seed: int) -> DaysLate | None:
    """Fit on rows of issue, censored at the cutoff; None where too few are settled.

    Args:
        issues: one row an invoice; credited and written-off ones carry no weight.
        seed: of the sampling of rows and columns.
    """
    import xgboost

    rows = np.flatnonzero(issues.is_paid)
    if len(rows) < MINIMUM_SETTLED:
        return None
    weight = censoring_weights(issues)[rows]
    kept = np.sort(np.argsort(issues.landmark[rows], kind="stable")[-MAXIMUM_ISSUES:])
    panel, weight = issues.take(rows[kept]), weight[kept]
    encoding = learn_encoding(panel.table, ISSUE_NUMERIC, INVOICE_CATEGORICAL)
    _, depth, leaf, rounds = next(size for size in SIZES if size[0] is None or len(rows) < size[0])
    matrix = xgboost.QuantileDMatrix(
        _matrix(panel.table, encoding),
        label=panel.exit_days - to_float(panel.table["days_to_due"]),
        weight=weight,
        max_bin=PARAMETERS["max_bin"],
        **_column_types(encoding),
    )
    parameters = {
        **PARAMETERS,
        "quantile_alpha": list(LEVELS),
        "max_depth": depth,
        "min_child_weight": leaf,
        "seed": seed,
    }
    return DaysLate(encoding, xgboost.train(parameters, matrix, num_boost_round=rounds))


def censoring_weights(issues: Panel) -> np.ndarray:
    """Return 1 / P(observed at least as long as the row took) per settled row, 0 for others.

    Without it the slow payers of the last months, still open, are missing from what is learned.
    Every row is observed from its issue to the cutoff, so that probability is the share of rows
    observed so long (inverse probability of censoring; Robins and Rotnitzky, 1992).
    """
    observed = np.sort(issues.observed_days)
    took = np.where(issues.is_paid, issues.known_days, 0.0)
    shorter = np.searchsorted(observed, took, side="left") / max(len(observed), 1)
    weight = 1.0 / np.maximum(1.0 - shorter, 1.0 / MAXIMUM_WEIGHT)
    return np.where(issues.is_paid, weight, 0.0)


def out_of_fold(panel: Panel, seed: int) -> np.ndarray | None:
    """Return (rows x LEVELS) of every row of the panel by a model that did not see its invoice.

    Invoices are cut into FOLDS blocks of time by their issue; each block is predicted by a fit on the
    others. None where there is no stage 1.
    """
    issues = panel.issues
    block_of = _blocks(issues)
    block = panel.table["invoice_id"].map(block_of).fillna(0).to_numpy(np.int64)
    issue_block = issues.table["invoice_id"].map(block_of).to_numpy(np.int64)
    result = np.full((len(panel), len(LEVELS)), np.nan)
    for number in range(FOLDS):
        model = fit_days_late(issues.take(issue_block != number), seed)
        rows = np.flatnonzero(block == number)
        if model is None:
            return None
        if len(rows):
            result[rows] = model.predict(panel.table.iloc[rows])
    return result


def _blocks(issues: Panel) -> dict[str, int]:
    order = np.argsort(issues.landmark, kind="stable")
    block = np.empty(len(issues), dtype=np.int64)
    block[order] = np.arange(len(issues)) * FOLDS // max(len(issues), 1)
    return dict(zip(issues.table["invoice_id"], block.tolist(), strict=True))


def _matrix(table: pd.DataFrame, encoding: Encoding) -> np.ndarray:
    """Return the float32 matrix of rows: features, open counts less the invoice itself, due day."""
    matrix = encoding.matrix(table)
    days_to_due = to_float(table["days_to_due"])
    counts_itself = ~table["is_issue"].to_numpy(bool)
    names = encoding.names
    matrix[:, names.index("customer_open_count")] -= counts_itself
    matrix[:, names.index("customer_past_due_count")] -= counts_itself & (days_to_due < 0)
    due = to_day(table["landmark_date"]) + days_to_due.astype(np.int64).astype("timedelta64[D]")
    month = due.astype("datetime64[M]")
    # 1970-01-01 was a Thursday; Monday is 0.
    terms = (
        (due.astype(np.int64) + 3) % 7,
        (due - month.astype("datetime64[D]")).astype(np.int64) + 1,
        ((month + 1).astype("datetime64[D]") - due).astype(np.int64) - 1,
    )
    return np.hstack([matrix, np.column_stack(terms).astype(np.float32)])


def _column_types(encoding: Encoding) -> dict[str, Any]:
    return {
        "feature_types": [*encoding.types, *["q"] * len(DUE_TERMS)],
        "enable_categorical": True,
    }
