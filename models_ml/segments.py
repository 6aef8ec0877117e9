"""Which rows a figure is shown for, besides all of them: by customer, amount, history and forecast.

Belongs here: row masks by name, observed shares by predicted chance. Does not belong here: the figures
themselves, segments by age (evaluation.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models_ml.evaluation import MINIMUM_SEGMENT_ROWS, EvaluationRow
from models_ml.features import to_float

if TYPE_CHECKING:
    import pandas as pd

PROFILES = ("segment", "country")
SIZES = ("smallest_third", "middle_third", "largest_third")
# Paid invoices known of the customer: none, too few for a habit, some, many.
HISTORIES = (("none", 0, 0), ("1_to_2", 1, 2), ("3_to_9", 3, 9), ("10_or_more", 10, np.inf))
RELIABILITY_DAYS = 30
RELIABILITY_GROUPS = 10


def profile_segments(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return masks by segment and country, size of the invoice, and history of its customer.

    Names are "segment=small", "country=FR", "size=largest_third", "history=none". Sizes are thirds
    within a currency: amounts of several do not compare.

    Args:
        table: landmark rows.
    """
    masks: dict[str, np.ndarray] = {}
    for name in PROFILES:
        for value in sorted(str(value) for value in table[name].dropna().unique()):
            masks[f"{name}={value}"] = (table[name] == value).to_numpy(dtype=bool, na_value=False)
    currency = table["currency"].astype(object).fillna("")
    rank = table["gross_amount"].astype(float).groupby(currency).rank(pct=True, method="first")
    third = np.ceil(rank.to_numpy(dtype=np.float64, na_value=np.nan) * 3.0)
    for number, name in enumerate(SIZES, start=1):
        masks[f"size={name}"] = third == number
    paid = np.nan_to_num(to_float(table["customer_paid_count"]))
    for name, low, high in HISTORIES:
        masks[f"history={name}"] = (paid >= low) & (paid <= high)
    return masks


def reliability_rows(
    incidence: np.ndarray, baseline_incidence: np.ndarray, paid_days: np.ndarray
) -> list[EvaluationRow]:
    """Return predicted and observed shares paid within 30 days, by tenth of the predicted chance.

    A calibrated forecast has the two equal in every tenth. ``baseline_value`` is what the customer
    median predicts for the same rows; of the observed share it is the share itself.

    Args:
        incidence: (rows x days), the model's P(paid by day).
        baseline_incidence: the same of the customer median.
        paid_days: days to payment, infinite where not paid within the horizon.
    """
    chance, beside = (table[:, RELIABILITY_DAYS] for table in (incidence, baseline_incidence))
    happened = paid_days <= RELIABILITY_DAYS
    if len(chance) < RELIABILITY_GROUPS * MINIMUM_SEGMENT_ROWS:
        return []
    rows: list[EvaluationRow] = []
    order = np.argsort(chance, kind="stable")
    for number, part in enumerate(np.array_split(order, RELIABILITY_GROUPS), start=1):
        observed = float(happened[part].mean())
        for metric, value, baseline in (
            ("predicted_paid_30d", float(chance[part].mean()), float(beside[part].mean())),
            ("observed_paid_30d", observed, observed),
        ):
            rows.append(
                {
                    "segment": f"tenth={number:02}",
                    "metric": metric,
                    "value": value,
                    "baseline_value": baseline,
                    "n": len(part),
                }
            )
    return rows
