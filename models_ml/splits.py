"""Temporal splits: what is trained on came before what is tested, as it was known then.

Belongs here: choosing cutoffs, horizons and test rows; grouped folds for calibration. Does not
belong here: any random split over dated rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from models_ml.panel import Panel

# The longest horizon that leaves enough rows on both sides is used: slow payers show only there.
HORIZONS_DAYS = (90, 60, 30)
TEST_WINDOW_DAYS = 60
MINIMUM_TEST_ROWS = 50
MINIMUM_TRAIN_PAID_INVOICES = 50


@dataclass(frozen=True)
class InvoiceHoldout:
    """Train on what was known at ``cutoff``; test on later landmarks matured by the as-of date."""

    cutoff: np.datetime64
    horizon_days: int
    train: Panel
    test: Panel


def invoice_holdout(panel: Panel, as_of_date: date) -> InvoiceHoldout | None:
    """Return the temporal holdout with the longest horizon that the history allows, else None.

    What is trained on keeps its rows of all kinds; tested and counted are those of the grid. Test
    landmarks lie in [cutoff, cutoff + TEST_WINDOW_DAYS] and each has its whole horizon behind
    it at ``as_of_date``, so that no test label is censored.
    """
    as_of = np.datetime64(as_of_date, "D")
    for horizon_days in HORIZONS_DAYS:
        last = as_of - np.timedelta64(horizon_days + 1, "D")
        cutoff = last - np.timedelta64(TEST_WINDOW_DAYS, "D")
        train = panel.censored_at(cutoff)
        grid = panel.grid
        test = grid.take((grid.landmark >= cutoff) & (grid.landmark <= last))
        enough_train = paid_invoice_count(train.grid) >= MINIMUM_TRAIN_PAID_INVOICES
        if len(test) >= MINIMUM_TEST_ROWS and enough_train:
            return InvoiceHoldout(cutoff, horizon_days, train, test)
    return None


def paid_invoice_count(panel: Panel) -> int:
    """Return how many different invoices of the panel were paid."""
    return int(panel.table.loc[panel.is_paid, "invoice_id"].nunique())


def customer_holdout(
    months: np.ndarray, label_days: int, test_share: float = 0.25
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return masks of training and test rows of a customer-month panel, or None if one is empty.

    The latest quarter of the months tests; a training row's label window ends before the first test
    month, so that its label was known then.

    Args:
        months: datetime64[D] of each (labelled) row.
        label_days: days after the month until the label is known.
        test_share: share of the distinct months used to test.
    """
    distinct = np.unique(months)
    if len(distinct) < 3:
        return None
    first_test = distinct[-max(1, round(len(distinct) * test_share))]
    train = months + np.timedelta64(label_days, "D") < first_test
    test = months >= first_test
    return (train, test) if train.any() else None


def customer_folds(customer_id: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return a fold number per row with every customer whole in one fold, drawn by ``seed``."""
    distinct, codes = np.unique(customer_id.astype(str), return_inverse=True)
    fold_of = np.random.default_rng(seed).permutation(len(distinct)) % count
    folds: np.ndarray = fold_of[codes]
    return folds
