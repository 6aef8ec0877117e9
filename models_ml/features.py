"""Which columns of the feature tables the models read, and how they become a matrix.

Belongs here: column lists (the contract with dbt_project/models/features), encoding of categories.
Does not belong here: how a feature is computed (SQL), terms that change inside a prediction
(intervals.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

INVOICE_KEYS = ("landmark_date", "invoice_id", "customer_id")

# Which rows a model reads: the grid trains the hazard, the evenings of issue stage 1, the first days of
# months are where past landings are forecast from.
INVOICE_FLAGS = ("is_grid", "is_month_start", "is_issue")

INVOICE_NUMERIC = (
    # The invoice itself.
    "days_to_due",
    "age_days",
    "invoice_terms_days",
    "instalment_count",
    "gross_amount",
    "amount_to_habit_ratio",
    "paid_share",
    "is_disputed",
    "days_to_promised",
    # The customer's habit: signed days late of invoices known to be settled.
    "customer_paid_count",
    "customer_days_late_mean",
    "customer_days_late_median",
    "customer_days_late_last3",
    "customer_days_late_last5",
    "customer_days_late_spread",
    "customer_days_late_trend",
    "customer_late_share",
    "customer_days_late_low",
    "customer_days_late_high",
    "customer_monday_share",
    "customer_tuesday_share",
    "customer_wednesday_share",
    "customer_thursday_share",
    "customer_friday_share",
    "customer_month_end_share",
    "customer_partial_share",
    # The habit of similar customers.
    "cohort_days_late_mean",
    "cohort_days_late_median",
    "customer_to_cohort_days_late",
    # What the customer owed then.
    "customer_open_count",
    "customer_past_due_count",
    "customer_past_due_share",
    "customer_open_to_habit_ratio",
    "customer_oldest_days_past_due",
    "customer_open_dispute_count",
    "customer_promise_kept_share",
    "customer_dispute_count",
    "customer_credit_count",
    # Support, sales, contacts, contract.
    "customer_open_ticket_count",
    "customer_weighty_ticket_count_30d",
    "customer_open_opportunity_count",
    "customer_contact_count_14d",
    "customer_reminder_count_30d",
    "invoice_reminder_count",
    "mrr_amount",
    "customer_tenure_days",
)
INVOICE_CATEGORICAL = ("currency", "segment", "country", "payment_method", "delivery_channel")

CUSTOMER_KEYS = ("as_of_date", "customer_id")

CUSTOMER_NUMERIC = (
    "mrr_amount",
    "mrr_change_90d_rate",
    "mrr_change_180d_rate",
    "is_price_raised_90d",
    "is_price_raised_180d",
    "is_price_cut_180d",
    "is_subscription_past_due",
    "subscription_count",
    "interval_months",
    "days_to_renewal",
    "renewal_mrr_share",
    "customer_tenure_days",
    "customer_paid_count",
    "customer_days_late_mean",
    "customer_days_late_last3",
    "customer_days_late_trend",
    "customer_late_share",
    "customer_days_late_to_cohort",
    "open_invoice_count",
    "past_due_invoice_count",
    "oldest_days_past_due",
    "open_to_habit_ratio",
    "promise_broken_count_180d",
    "chargeback_count_180d",
    "dispute_count_180d",
    "open_dispute_count",
    "open_ticket_count",
    "ticket_count_90d",
    "ticket_count_trend",
    "weighty_ticket_count_90d",
    "weighty_ticket_count_180d",
    "bad_satisfaction_count_180d",
    "reminder_count_30d",
    "reminder_count_90d",
    "reminder_count_180d",
    "contact_count_30d",
    "open_opportunity_count",
    "lost_opportunity_count_180d",
)
CUSTOMER_CATEGORICAL = ("segment", "country")

# A few columns for few events, one or two of each theme: what a regression on 30 to 300 leavers can
# weigh. On simulated companies it gained twice the log-loss that all columns did.
CUSTOMER_CORE_NUMERIC = (
    "renewal_mrr_share",
    "interval_months",
    "customer_tenure_days",
    "subscription_count",
    "mrr_amount",
    "mrr_change_180d_rate",
    "is_price_raised_180d",
    "ticket_count_90d",
    "open_ticket_count",
    "weighty_ticket_count_180d",
    "bad_satisfaction_count_180d",
    "reminder_count_30d",
    "reminder_count_180d",
    "is_subscription_past_due",
    "chargeback_count_180d",
    "customer_late_share",
)
CUSTOMER_CORE_CATEGORICAL = ("segment",)


@dataclass(frozen=True)
class Encoding:
    """Numeric and categorical columns in matrix order, with the categories seen in training."""

    numeric: tuple[str, ...]
    categories: dict[str, list[str]]

    @property
    def names(self) -> list[str]:
        """Column names in matrix order."""
        return [*self.numeric, *self.categories]

    @property
    def types(self) -> list[str]:
        """XGBoost's feature types in matrix order: ``q`` quantity, ``c`` category."""
        return ["q"] * len(self.numeric) + ["c"] * len(self.categories)

    def matrix(self, table: pd.DataFrame) -> np.ndarray:
        """Return the float32 matrix (rows x names); a null or an unseen category is NaN."""
        matrix = np.full((len(table), len(self.names)), np.nan, dtype=np.float32)
        for position, column in enumerate(self.numeric):
            matrix[:, position] = to_float(table[column])
        for offset, (column, known) in enumerate(self.categories.items()):
            codes = {category: float(code) for code, category in enumerate(known)}
            matrix[:, len(self.numeric) + offset] = table[column].map(codes).to_numpy(np.float32)
        return matrix

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` reads back."""
        # Pairs, not an object: the order of the columns is part of the model.
        pairs = [[name, known] for name, known in self.categories.items()]
        return {"numeric": list(self.numeric), "categories": pairs}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Encoding:
        """Rebuild an encoding from ``to_json``'s document."""
        return cls(tuple(document["numeric"]), dict(document["categories"]))


def learn_encoding(
    table: pd.DataFrame, numeric: tuple[str, ...], categorical: tuple[str, ...]
) -> Encoding:
    """Return the encoding of ``table``: the sorted categories of each categorical column."""
    return Encoding(
        numeric,
        {
            name: sorted(str(value) for value in table[name].dropna().unique())
            for name in categorical
        },
    )


def to_float(column: pd.Series) -> np.ndarray:
    """Return a column of numbers, decimals, booleans or nulls as float64 with NaN for null."""
    import pandas as pd

    values: np.ndarray = pd.to_numeric(column, errors="coerce").to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    return values


def to_day(column: pd.Series) -> np.ndarray:
    """Return a column of dates, strings or timestamps as ``datetime64[D]``."""
    import pandas as pd

    return pd.to_datetime(column).to_numpy().astype("datetime64[D]")
