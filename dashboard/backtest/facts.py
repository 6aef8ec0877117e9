"""The tables of a backtest as the page reads them.

Belongs here: shapes and look-ups. Does not belong here: words (words.yml), how figures were made
(models_ml.backtest).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

Row = Mapping[str, Any]
AGES = ("all", "new", "not_due", "d1_30", "d31_90", "d90_plus", "at_issue")
CASH_HORIZONS = ("1_week", "2_weeks", "4_weeks", "month_end")


@dataclass(frozen=True)
class Figure:
    """One figure of some rows, with what stands beside it; None is not known.

    Attributes:
        part: invoices, cash or churn.
        group: what the segment is one of: age, cutoff, country, segment, size, horizon, all.
        low, high: 95 % interval of the value.
        baseline_value: the same figure of the customer median (churn: of the base rate).
        difference: value less baseline_value, with its own interval.
    """

    part: str
    group: str
    segment: str
    metric: str
    value: float | None
    low: float | None = None
    high: float | None = None
    baseline_value: float | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    due_date_value: float | None = None
    n: int = 0
    customers: int | None = None

    @property
    def is_lower(self) -> bool | None:
        """Whether the value is lower than the baseline's beyond chance; None where unclear."""
        if self.difference_low is None or self.difference_high is None:
            return None
        if self.difference_high < 0:
            return True
        return False if self.difference_low > 0 else None


@dataclass(frozen=True)
class BacktestFacts:
    """One backtest, in plain values.

    Attributes:
        runs, churn_runs: a row a cutoff.
        figures: every figure.
        reliability: a row a method, horizon and bin.
        cash: a row a cutoff and horizon.
        worst_customers: a row a customer, by identifier.
        notes: what is to be said, by code.
    """

    as_of_date: dt.date
    horizon_days: int
    reporting_currency: str
    runs: tuple[Row, ...]
    figures: tuple[Figure, ...]
    reliability: tuple[Row, ...]
    cash: tuple[Row, ...]
    worst_customers: tuple[Row, ...]
    churn_runs: tuple[Row, ...]
    notes: tuple[Row, ...]
    seed: int
    versions: Mapping[str, str]

    @cached_property
    def _by_key(self) -> dict[tuple[str, str, str, str], Figure]:
        return {(row.part, row.group, row.segment, row.metric): row for row in self.figures}

    def figure(self, part: str, group: str, segment: str, metric: str) -> Figure | None:
        """Return a figure; None where it was not computed."""
        return self._by_key.get((part, group, segment, metric))

    def segments(self, part: str, group: str) -> tuple[str, ...]:
        """Return the segments of a group that have figures, in the order they were computed."""
        found = {
            row.segment: None for row in self.figures if (row.part, row.group) == (part, group)
        }
        return tuple(found)

    @property
    def has_notes(self) -> frozenset[str]:
        """The codes of the notes."""
        return frozenset(str(note["code"]) for note in self.notes)


def figures_of(rows: Iterable[Row]) -> tuple[Figure, ...]:
    """Return figures from rows of their fields' names; not-a-number becomes None."""
    names = [field.name for field in fields(Figure)]
    return tuple(Figure(**{name: row[name] for name in names}) for row in plain_rows(rows))


def plain_rows(rows: Iterable[Row]) -> tuple[dict[str, Any], ...]:
    """Return rows with None for not-a-number and plain numbers for numpy's."""
    return tuple({key: _plain(value) for key, value in row.items()} for row in rows)


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and value != value else value
