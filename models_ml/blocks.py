"""Intervals of figures when rows come in blocks: customers are drawn again, not rows.

Belongs here: resampled means, calibration errors and differences by customer. Does not belong here:
which figures (backtest_figures.py). A customer's rows are not independent: intervals over rows would
be too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models_ml.concordance import pair_counts

DRAWS = 400
# Of fewer customers no interval is given: the draws would be the same few again and again.
MINIMUM_CUSTOMERS = 8
LEVELS = (0.025, 0.975)
BINS = 10


@dataclass(frozen=True)
class Blocks:
    """Rows in customer blocks, and how often each customer is drawn."""

    code: np.ndarray
    """Customer number per row, from 0."""
    weights: np.ndarray
    """(draws x customers) counts; each draw is as many customers as there are."""

    @property
    def customers(self) -> int:
        """How many different customers the rows have."""
        return self.weights.shape[1]

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the (customers x columns) sums of row values given as (rows x columns)."""
        return np.column_stack(
            [np.bincount(self.code, column, self.customers) for column in values.T]
        )

    def means(self, values: np.ndarray) -> np.ndarray:
        """Return the (draws x columns) means of row values given as (rows x columns)."""
        counts = self.weights @ np.bincount(self.code, minlength=self.customers)
        means: np.ndarray = (self.weights @ self.sums(values)) / counts[:, None]
        return means

    def calibration_errors(self, probability: np.ndarray, happened: np.ndarray) -> np.ndarray:
        """Return the calibration error per draw, in the bins of all rows."""
        gaps = np.zeros((len(self.code), BINS))
        gaps[np.arange(len(self.code)), equal_bins(probability)] = probability - happened
        counts = self.weights @ np.bincount(self.code, minlength=self.customers)
        errors: np.ndarray = np.abs(self.weights @ self.sums(gaps)).sum(axis=1) / counts
        return errors

    def concordances(self, expected_days: np.ndarray, paid_days: np.ndarray) -> np.ndarray:
        """Return the C-index per draw."""
        ordered, comparable = pair_counts(expected_days, paid_days, self.code)
        above = ((self.weights @ ordered) * self.weights).sum(axis=1)
        below = ((self.weights @ comparable) * self.weights).sum(axis=1)
        shares: np.ndarray = above / np.where(below > 0, below, np.nan)
        return shares


def make_blocks(customer_id: np.ndarray, seed: int, draws: int = DRAWS) -> Blocks:
    """Return the blocks of rows by customer, resampled with replacement ``draws`` times."""
    distinct, code = np.unique(customer_id.astype(str), return_inverse=True)
    count = max(len(distinct), 1)
    weights = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), draws)
    return Blocks(code, weights.astype(np.float64))


def interval(value: float, drawn: np.ndarray, customers: int) -> tuple[float, float]:
    """Return the 95 % interval of a figure from its draws; NaN for too few customers.

    Percentiles less the bias of the draws: a calibration error, being a sum of absolute values, is
    larger in every resample than in the sample (Efron and Tibshirani, 1993, 10.3).
    """
    usable = drawn[~np.isnan(drawn)]
    if customers < MINIMUM_CUSTOMERS or not len(usable) or np.isnan(value):
        return np.nan, np.nan
    bias = float(usable.mean()) - value
    low, high = np.quantile(usable, LEVELS) - bias
    # What is never below zero has no interval below zero.
    return max(float(low), 0.0) if usable.min() >= 0 else float(low), float(high)


def equal_bins(probability: np.ndarray) -> np.ndarray:
    """Return the bin 0..BINS-1 per row, bins of equal size by prediction."""
    result = np.empty(len(probability), np.int64)
    order = np.argsort(probability, kind="stable")
    for number, part in enumerate(np.array_split(order, BINS)):
        result[part] = number
    return result
