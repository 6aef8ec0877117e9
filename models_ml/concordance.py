"""Concordance: of two invoices, was the one paid first also forecast first?

Belongs here: the C-index of rows and of resampled customers. Does not belong here: other figures
(evaluation.py).
"""

from __future__ import annotations

import numpy as np

# Pairs grow with the square of the rows: above this many a fixed random part stands for all.
MAXIMUM_ROWS = 3_000


def sampled_rows(count: int, seed: int = 1) -> np.ndarray:
    """Return the row numbers compared: all, or MAXIMUM_ROWS drawn by ``seed``, in order."""
    if count <= MAXIMUM_ROWS:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, MAXIMUM_ROWS, replace=False))


def concordance(expected_days: np.ndarray, paid_days: np.ndarray) -> float:
    """Return Harrell's C: the share of comparable pairs in the forecast's order; NaN without pairs.

    A pair is comparable when one is known to be paid before the other, which may be unpaid at the
    horizon; a tied forecast counts one half (Harrell, Lee and Mark, 1996). Rows here are all
    observed for the whole horizon, so that every inverse-probability weight is 1 and this is also
    Uno's C; what was credited never gets paid (Wolbers and others, 2009).

    Args:
        expected_days: forecast per row, smaller is sooner.
        paid_days: days to payment, infinite where not paid within the horizon.
    """
    ordered, comparable = pair_counts(expected_days, paid_days, np.zeros(len(paid_days), np.int64))
    return (
        float(ordered[0, 0] / comparable[0, 0]) if comparable.size and comparable.any() else np.nan
    )


def pair_counts(
    expected_days: np.ndarray, paid_days: np.ndarray, block: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (blocks x blocks) counts of pairs in order and of comparable pairs.

    Entry [a, b] counts pairs whose earlier payment lies in block a. With block counts w of a
    resample, its C-index is (w' ordered w) / (w' comparable w).

    Args:
        expected_days: forecast per row.
        paid_days: outcome per row.
        block: customer number per row, 0 to the number of customers less one.
    """
    if not len(block):
        return np.zeros((0, 0)), np.zeros((0, 0))
    order = np.argsort(block, kind="stable")
    expected, paid, block = expected_days[order], paid_days[order], block[order]
    starts = np.searchsorted(block, np.arange(block[-1] + 1))
    comparable = paid[:, None] < paid[None, :]
    ordered = (expected[:, None] < expected[None, :]).astype(np.float32)
    ordered += np.float32(0.5) * (expected[:, None] == expected[None, :])
    ordered *= comparable
    sums = [
        np.add.reduceat(np.add.reduceat(table, starts, axis=0), starts, axis=1)
        for table in (ordered, comparable.astype(np.float32))
    ]
    return sums[0].astype(np.float64), sums[1].astype(np.float64)
