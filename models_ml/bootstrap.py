"""Intervals of a mean or ratio over rows of which those of one customer belong together.

Belongs here: the customer-block bootstrap. Does not belong here: what the rows hold, what an
interval decides (gate.py).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.checks import ModelInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

REPLICATES = 2_000
# Weights drawn at once: bounds the memory to about 80 MB whatever the number of customers.
_WEIGHTS_AT_ONCE = 10_000_000


@dataclass(frozen=True)
class Interval:
    """A figure with its percentile interval; ``low`` and ``high`` are NaN below two customers."""

    value: float
    low: float
    high: float
    level: float
    rows: int
    blocks: int
    """Different customers."""

    @property
    def half_width(self) -> float:
        """Half the interval's width, in the figure's unit."""
        return (self.high - self.low) / 2.0

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON types, None for NaN."""
        return {k: None if isinstance(v, float) and v != v else v for k, v in asdict(self).items()}


def interval_of_mean(
    values: np.ndarray,
    blocks: np.ndarray,
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = 1,
) -> Interval:
    """Return the mean of ``values`` and its interval, whole customers resampled.

    Args:
        values: one number a row, in any unit.
        blocks: the customer of each row.
        level: coverage of the interval, 0 to 1.
        replicates: resamples drawn.
        seed: of the draw.

    Raises:
        ModelInputError: no row, arrays of different lengths, a value missing or infinite.
    """
    return interval_of_ratio(values, np.ones(len(values)), blocks, level, replicates, seed)


def interval_of_ratio(
    numerator: np.ndarray,
    denominator: np.ndarray,
    blocks: np.ndarray,
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = 1,
) -> Interval:
    """Return sum(numerator) / sum(denominator) and its interval, whole customers resampled.

    As many customers as there are, drawn with replacement, each with all its rows; the interval's
    ends are percentiles of the resampled figures (Davison and Hinkley, 1997, Bootstrap Methods and
    their Application, 3.8 and 5.3). Rows of one customer are alike: resampling rows would give an
    interval that is too narrow.

    Raises:
        ModelInputError: as ``interval_of_mean``; or the denominator does not add up above zero.
    """
    above, below = _checked(numerator, denominator, blocks)
    if below.sum() <= 0:
        raise ModelInputError("The denominator must add up to more than zero.")
    value = float(above.sum() / below.sum())
    distinct, codes = np.unique(np.asarray(blocks).astype(str), return_inverse=True)
    n = len(distinct)
    sums = np.column_stack([np.bincount(codes, column, n) for column in (above, below)])
    if n < 2:
        return Interval(value, np.nan, np.nan, level, len(above), n)
    drawn = np.vstack([weights @ sums for weights in _weights(n, replicates, seed)])
    drawn = drawn[drawn[:, 1] > 0]
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high), level, len(above), n)


def resampled_rows(blocks: np.ndarray, replicates: int, seed: int = 1) -> Iterator[np.ndarray]:
    """Yield row indices of each resample of whole customers, for figures that are no ratio."""
    distinct, codes = np.unique(np.asarray(blocks).astype(str), return_inverse=True)
    order = np.argsort(codes, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    draw = np.random.default_rng(seed)
    for _ in range(replicates):
        chosen = draw.integers(0, len(distinct), len(distinct))
        yield np.concatenate([groups[index] for index in chosen])


def _weights(n: int, replicates: int, seed: int) -> Iterator[np.ndarray]:
    """Yield (resamples x customers) counts of how often each customer was drawn."""
    draw = np.random.default_rng(seed)
    at_once = max(1, min(replicates, _WEIGHTS_AT_ONCE // n))
    for start in range(0, replicates, at_once):
        size = min(at_once, replicates - start)
        yield draw.multinomial(n, np.full(n, 1.0 / n), size=size).astype(np.float64)


def _checked(
    numerator: np.ndarray, denominator: np.ndarray, blocks: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    above = np.asarray(numerator, dtype=np.float64)
    below = np.asarray(denominator, dtype=np.float64)
    if len(above) == 0:
        raise ModelInputError("A bootstrap needs at least one row, got none.")
    if not len(above) == len(below) == len(blocks):
        raise ModelInputError(
            f"values, denominator and blocks must be of one length, got {len(above)}, "
            f"{len(below)} and {len(blocks)}."
        )
    if not (np.isfinite(above).all() and np.isfinite(below).all()):
        raise ModelInputError("values and denominator must be finite numbers.")
    return above, below
