"""The feature tables of a day, as pandas tables.

Belongs here: reading them, which rows train and which are scored. Does not belong here: how they are
made (dbt), what is done with them (`modelling`, `training`, `backtests`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.warehouse import reading

if TYPE_CHECKING:
    import pandas as pd


class FeaturesOfAnotherDayError(Exception):
    """The warehouse holds the features of another date; the message says which and what to do."""


@dataclass(frozen=True)
class Features:
    """The feature tables of one as-of date.

    Attributes:
        landmarks: `feat_invoice_landmarks`, training and scoring rows.
        outcomes: `feat_invoice_outcomes`, outcomes known by the date.
        customer_months: `feat_customer_months`, training and scoring rows.
        churn_outcomes: `feat_churn_outcomes`, matured labels.
        landing_parts: `feat_landing_parts`, the open book of past months and of the date.
        contracted_invoices: `feat_contracted_invoices`, what subscriptions promise.
        cash_received: `feat_cash_received`, what landed.
    """

    landmarks: pd.DataFrame
    outcomes: pd.DataFrame
    customer_months: pd.DataFrame
    churn_outcomes: pd.DataFrame
    landing_parts: pd.DataFrame
    contracted_invoices: pd.DataFrame
    cash_received: pd.DataFrame

    @property
    def by_model(self) -> dict[str, pd.DataFrame]:
        """The rows with features, by model."""
        return {"time_to_pay": self.landmarks, "churn": self.customer_months}

    def to_score(self, model: str) -> pd.DataFrame:
        """The rows of the run's date that a model scores."""
        table = self.by_model[model]
        return table[table["is_scoring"]]


def read_features(warehouse: Path, as_of_date: date) -> Features:
    """The feature tables as pandas tables.

    Raises:
        FeaturesOfAnotherDayError: The last day that ran was another one, or none did.
    """
    tables = (
        "feat_invoice_landmarks",
        "feat_invoice_outcomes",
        "feat_customer_months",
        "feat_churn_outcomes",
        "feat_landing_parts",
        "feat_contracted_invoices",
        "feat_cash_received",
    )
    if not warehouse.exists():
        raise FeaturesOfAnotherDayError(
            f"{warehouse} does not exist. Run `encours run --as-of {as_of_date}` first."
        )
    with reading(warehouse) as connection:
        # In one order, whatever threads wrote first: simulations draw row by row.
        features = Features(
            *(connection.execute(f"from features.{t} order by all").df() for t in tables)
        )
    days = {str(day)[:10] for day in features.to_score("time_to_pay")["landmark_date"].unique()}
    days |= {str(day)[:10] for day in features.to_score("churn")["as_of_date"].unique()}
    if days - {as_of_date.isoformat()}:
        raise FeaturesOfAnotherDayError(
            f"The warehouse holds the features of {max(days)}, not of {as_of_date}. Run"
            f" `encours run --as-of {as_of_date}` first."
        )
    return features
