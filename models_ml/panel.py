"""Landmark rows and what became of them, as arrays a model can be fitted on.

Belongs here: joining features to outcomes, censoring them at a cutoff. Does not belong here: which
cutoff (splits.py), the model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from models_ml.checks import (
    ModelInputError,
    check_columns,
    check_no_null,
    check_numbers,
    check_unique,
)
from models_ml.days_late import LEVELS
from models_ml.features import (
    INVOICE_CATEGORICAL,
    INVOICE_FLAGS,
    INVOICE_KEYS,
    INVOICE_NUMERIC,
    to_day,
    to_float,
)
from models_ml.intervals import Anchors

if TYPE_CHECKING:
    import pandas as pd

OUTCOME_KEYS = ["landmark_date", "invoice_id"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OUTCOMES = ("open", "paid", "credited", "written_off", "void")


@dataclass(frozen=True)
class Panel:
    """Landmark rows as arrays of equal length."""

    table: pd.DataFrame
    """Feature columns, in the order of the arrays."""
    landmark: np.ndarray
    """datetime64[D]."""
    is_paid: np.ndarray
    is_other_exit: np.ndarray
    exit_days: np.ndarray
    """Days from the landmark to the exit, NaN while open."""
    known_days: np.ndarray
    """Days from the landmark until the exit was known, NaN while open."""
    observed_days: np.ndarray
    """Days from the landmark to the last day before the cutoff."""

    def __len__(self) -> int:
        return len(self.table)

    def take(self, rows: np.ndarray) -> Panel:
        """Return the rows of a mask or of indices, in that order."""
        table = self.table.loc[rows] if rows.dtype == bool else self.table.iloc[rows]
        return Panel(
            table.reset_index(drop=True),
            *(
                getattr(self, name)[rows]
                for name in (
                    "landmark",
                    "is_paid",
                    "is_other_exit",
                    "exit_days",
                    "known_days",
                    "observed_days",
                )
            ),
        )

    @property
    def grid(self) -> Panel:
        """The rows on the training grid."""
        return self.take(self.table["is_grid"].to_numpy(bool))

    @property
    def issues(self) -> Panel:
        """The rows of the evenings on which invoices became known, one an invoice."""
        return self.take(self.table["is_issue"].to_numpy(bool))

    @property
    def month_starts(self) -> Panel:
        """The rows of the first days of months."""
        return self.take(self.table["is_month_start"].to_numpy(bool))

    def censored_at(self, cutoff: np.datetime64) -> Panel:
        """Return the rows with a landmark before the cutoff, with what was known before that day.

        What becomes known on the cutoff itself is not known yet: strict, as the features are.
        """
        rows = self.take(self.landmark < cutoff)
        observed = np.minimum(rows.observed_days, (cutoff - rows.landmark).astype(np.int64) - 1)
        is_known = rows.known_days <= observed
        return replace(
            rows,
            is_paid=rows.is_paid & is_known,
            is_other_exit=rows.is_other_exit & is_known,
            exit_days=np.where(is_known, rows.exit_days, np.nan),
            known_days=np.where(is_known, rows.known_days, np.nan),
            observed_days=observed,
        )

    def paid_by(self, horizon_days: int) -> np.ndarray:
        """Return days to payment, infinite where not paid within the horizon (days)."""
        within = self.is_paid & (self.exit_days <= horizon_days)
        return np.where(within, self.exit_days, np.inf)


def check_landmarks(landmarks: pd.DataFrame, name: str = "landmarks") -> None:
    """Raise ModelInputError unless ``landmarks`` has the columns and key the models read."""
    needed = (*INVOICE_KEYS, *INVOICE_NUMERIC, *INVOICE_CATEGORICAL)
    check_columns(landmarks, needed, name)
    check_no_null(landmarks, (*INVOICE_KEYS, "days_to_due"), name)
    check_numbers(landmarks, INVOICE_NUMERIC, name)
    check_unique(landmarks, OUTCOME_KEYS, name)


def build_panel(landmarks: pd.DataFrame, outcomes: pd.DataFrame) -> Panel:
    """Join landmark features to their outcomes.

    Args:
        landmarks: feat_invoice_landmarks; rows without an outcome are left out.
        outcomes: feat_invoice_outcomes (landmark_date, invoice_id, outcome, days_to_settlement,
            days_to_known, observed_days).

    Raises:
        ModelInputError: a column is missing, a key repeats, an outcome is unknown or contradicts
            its days.
    """
    import pandas as pd

    check_landmarks(landmarks)
    check_columns(landmarks, INVOICE_FLAGS, "landmarks")
    labels = ["outcome", "days_to_settlement", "days_to_known", "observed_days"]
    check_columns(outcomes, [*OUTCOME_KEYS, *labels], "outcomes")
    check_unique(outcomes, OUTCOME_KEYS, "outcomes")
    check_no_null(outcomes, ["outcome", "observed_days"], "outcomes")
    unknown = sorted(set(outcomes["outcome"].unique()) - set(OUTCOMES))
    if unknown:
        raise ModelInputError(
            f"outcomes.outcome must be one of {', '.join(OUTCOMES)}; found {', '.join(unknown)}."
        )
    left, right = landmarks.copy(), outcomes[[*OUTCOME_KEYS, *labels]].copy()
    for table in (left, right):
        table["landmark_date"] = pd.to_datetime(table["landmark_date"]).astype("datetime64[s]")
    table = left.merge(right, on=OUTCOME_KEYS, how="inner").sort_values(
        OUTCOME_KEYS, ignore_index=True
    )
    exit_days, observed = to_float(table["days_to_settlement"]), to_float(table["observed_days"])
    is_open = (table["outcome"] == "open").to_numpy(bool)
    wrong = (np.isnan(exit_days) != is_open) | (exit_days < 0) | (observed < 0)
    if wrong.any():
        raise ModelInputError(
            f"outcomes has {int(wrong.sum())} row(s) whose days contradict the outcome: "
            "days_to_settlement must be empty exactly where the outcome is open, and no days "
            "negative."
        )
    is_paid = (table["outcome"] == "paid").to_numpy(bool)
    return Panel(
        table=table.drop(columns=labels),
        landmark=to_day(table["landmark_date"]),
        is_paid=is_paid,
        is_other_exit=~is_open & ~is_paid,
        exit_days=exit_days,
        known_days=np.fmax(to_float(table["days_to_known"]), exit_days),
        observed_days=observed.astype(np.int64),
    )


def anchors_of(table: pd.DataFrame, days_late: np.ndarray | None) -> Anchors:
    """Return what the interval terms of landmark rows are measured from.

    A customer without settled invoices is anchored on its cohort; without a cohort on the due date.

    Args:
        table: landmark rows.
        days_late: (rows x 5) quantiles of stage 1, None where there is none.
    """
    days_to_due = to_float(table["days_to_due"])
    cohort = np.nan_to_num(to_float(table["cohort_days_late_median"]))
    median = to_float(table["customer_days_late_median"])
    last3 = to_float(table["customer_days_late_last3"])
    if days_late is None:
        days_late = np.full((len(table), len(LEVELS)), np.nan)
    shares = [to_float(table[f"customer_{day}_share"]) for day in WEEKDAYS]
    weekend = [np.where(np.isnan(shares[0]), np.nan, (1.0 - np.sum(shares, axis=0)) / 2.0)] * 2
    return Anchors(
        landmark=to_day(table["landmark_date"]),
        days_to_due=days_to_due,
        days_to_habit=days_to_due + np.where(np.isnan(median), cohort, median),
        days_to_last3=days_to_due + np.where(np.isnan(last3), cohort, last3),
        days_to_promised=to_float(table["days_to_promised"]),
        days_to_quantiles=days_to_due[:, None] + days_late,
        weekday_shares=np.column_stack([*shares, *weekend]),
    )
