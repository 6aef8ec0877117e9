"""A penalised logistic regression kept as plain numbers, for ledgers with few churn events.

Belongs here: fit, predict, contributions. Does not belong here: when it is used (churn.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.features import Encoding, to_float

if TYPE_CHECKING:
    import pandas as pd

Logistic = dict[str, Any]
"""{"numeric", "categories" (pairs of column and values), "fill", "mean", "scale", "weights", "intercept"}."""

# Ridge strength on standardised terms. On simulated companies of some 100 events the log-loss is flat
# from 0.03 to 1.0; below, the weights are too small.
INVERSE_PENALTY = 0.1


def fit_logistic(table: pd.DataFrame, happened: np.ndarray, encoding: Encoding) -> Logistic:
    """Fit on standardised numbers (empty: the median) and one indicator per category."""
    from sklearn.linear_model import LogisticRegression

    numbers = np.column_stack([to_float(table[name]) for name in encoding.numeric])
    has_value = ~np.isnan(numbers).all(axis=0)
    fill = np.zeros(numbers.shape[1])
    fill[has_value] = np.nanmedian(numbers[:, has_value], axis=0)
    numbers = np.where(np.isnan(numbers), fill, numbers)
    scale = numbers.std(axis=0)
    logistic: Logistic = {
        "numeric": list(encoding.numeric),
        "categories": [[name, known] for name, known in encoding.categories.items()],
        "fill": fill.tolist(),
        "mean": numbers.mean(axis=0).tolist(),
        "scale": np.where(scale > 0, scale, 1.0).tolist(),
    }
    fitted = LogisticRegression(C=INVERSE_PENALTY, max_iter=2_000).fit(
        _design(logistic, table), happened
    )
    logistic["weights"] = fitted.coef_[0].tolist()
    logistic["intercept"] = float(fitted.intercept_[0])
    return logistic


def predict_logistic(logistic: Logistic, table: pd.DataFrame) -> np.ndarray:
    """Return the probability per row."""
    logit = _design(logistic, table) @ np.array(logistic["weights"]) + logistic["intercept"]
    probability: np.ndarray = 1.0 / (1.0 + np.exp(-logit))
    return probability


def logistic_contributions(logistic: Logistic, table: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
    """Return log-odds contributions (rows x columns) against the average row, and the columns."""
    terms = _design(logistic, table) * np.array(logistic["weights"])
    count = len(logistic["numeric"])
    columns, start = [terms[:, :count]], count
    for _, known in logistic["categories"]:
        columns.append(terms[:, start : start + len(known)].sum(axis=1, keepdims=True))
        start += len(known)
    return np.hstack(columns), [
        *logistic["numeric"],
        *(name for name, _ in logistic["categories"]),
    ]


def _design(logistic: Logistic, table: pd.DataFrame) -> np.ndarray:
    numbers = np.column_stack([to_float(table[name]) for name in logistic["numeric"]])
    numbers = np.where(np.isnan(numbers), np.array(logistic["fill"]), numbers)
    # Five standard deviations: an outlier must not decide alone.
    numbers = np.clip((numbers - logistic["mean"]) / np.array(logistic["scale"]), -5.0, 5.0)
    indicators = [
        (table[name] == category).to_numpy(dtype=float, na_value=0.0)
        for name, known in logistic["categories"]
        for category in known
    ]
    return np.column_stack([numbers, *indicators])
