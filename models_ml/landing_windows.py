"""What is expected to land from one morning on, line by line, and what landed.

Belongs here: what a book came to, the cash of a window and its line, the history new business is read
from. Does not belong here: the book itself (landing_book.py), intervals (copula.py, ratios.py), which
windows are used (landing_calibration.py).

A window starts on the morning of its day: known is what was known before it, landed is money dated
on it or later. Lines are those of that morning: invoices known by then, invoices of subscriptions
that had been invoiced by then, and everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models_ml.copula import Residuals, generalised_residuals, summarise
from models_ml.features import to_day, to_float
from models_ml.landing_book import (
    CONTRACTED,
    LINES,
    NEW,
    OPEN,
    REACH_DAYS,
    Book,
    LandingTables,
    Leaving,
    contracted_book,
    join_books,
    open_book,
)

if TYPE_CHECKING:
    import pandas as pd

    from models_ml.hazard import TimeToPayModel
    from models_ml.panel import Panel

RESIDUAL_DAYS = 30
# Months of history that new business is the mean of: more are steadier, fewer follow growth.
NEW_BUSINESS_MONTHS = 6
MINIMUM_NEW_BUSINESS_MONTHS = 3


class CashHistory:
    """Cash received, asked for any window."""

    def __init__(self, cash: pd.DataFrame) -> None:
        order = np.argsort(to_day(cash["cash_date"]), kind="stable")
        self.day = to_day(cash["cash_date"])[order]
        self.known = to_day(cash["invoice_known_date"])[order]
        self.since = to_day(cash["contracted_since_date"])[order]
        self.amount = to_float(cash["amount_reporting"])[order]
        self._landed: dict[np.datetime64, np.ndarray] = {}

    def landed(self, start: np.datetime64) -> np.ndarray:
        """Return (3 x REACH_DAYS), what had landed by the end of each day since ``start``."""
        if start not in self._landed:
            first, last = np.searchsorted(self.day, [start, start + np.timedelta64(REACH_DAYS)])
            rows = slice(int(first), int(last))
            # Unapplied money and refunds have the end of time for a day: they are of the last line.
            is_open = self.known[rows] < start
            is_contracted = ~is_open & (self.since[rows] < start)
            line = np.where(is_open, OPEN, np.where(is_contracted, CONTRACTED, NEW))
            cell = line * REACH_DAYS + (self.day[rows] - start).astype(np.int64)
            daily = np.bincount(cell, weights=self.amount[rows], minlength=3 * REACH_DAYS)
            self._landed[start] = np.cumsum(daily.reshape(3, REACH_DAYS), axis=1)
        return self._landed[start]

    def landed_before(self, start: np.datetime64, end: np.datetime64) -> np.ndarray:
        """Return ``landed(start)`` with NaN from the day ``end`` on, which is not known yet."""
        days = np.arange(REACH_DAYS) < (end - start).astype(np.int64)
        return np.where(days, self.landed(start), np.nan)

    def new_business(self, start: np.datetime64) -> np.ndarray:
        """Return (months x REACH_DAYS), what new business brought in windows of the same day of month.

        For each horizon the latest NEW_BUSINESS_MONTHS windows that had ended before ``start``; all
        NaN where fewer than MINIMUM_NEW_BUSINESS_MONTHS had.
        """
        seen = []
        for months in range(1, NEW_BUSINESS_MONTHS + 4):
            earlier = months_before(start, months)
            if len(self.day) and earlier >= self.day[0]:
                seen.append(self.landed_before(earlier, start)[NEW])
        history = np.full((NEW_BUSINESS_MONTHS, REACH_DAYS), np.nan)
        if len(seen) < MINIMUM_NEW_BUSINESS_MONTHS:
            return history
        stacked = np.array(seen)
        for day in range(REACH_DAYS):
            ended = stacked[~np.isnan(stacked[:, day]), day][:NEW_BUSINESS_MONTHS]
            if len(ended) >= MINIMUM_NEW_BUSINESS_MONTHS:
                history[: len(ended), day] = ended
        return history


@dataclass(frozen=True)
class Window:
    """One morning: what was expected, what landed, and what the copula is fed with."""

    start: np.datetime64
    raw: np.ndarray
    """(3 x REACH_DAYS), expected by line before any correction; NaN: nothing is known of the line."""
    landed: np.ndarray
    """(3 x REACH_DAYS), NaN where it is not known yet."""
    book: Book
    new_business: np.ndarray
    """(months x REACH_DAYS), what the third line is the mean of."""
    residuals: Residuals | None

    def expected_raw(self, kept: float) -> np.ndarray:
        """Return ``raw`` with only a share of what open invoices bring on the first day."""
        first = np.zeros((len(LINES), 1))
        first[OPEN] = (1.0 - kept) * self.raw[OPEN, 0]
        return self.raw - first


def months_before(day: np.datetime64, months: int) -> np.datetime64:
    """Return the same day of an earlier month, or that month's last day."""
    month = day.astype("datetime64[M]") - months
    last = (month + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    offset = day - day.astype("datetime64[M]").astype("datetime64[D]")
    moved: np.datetime64 = min(month.astype("datetime64[D]") + offset, last)
    return moved


def build_window(
    model: TimeToPayModel,
    tables: LandingTables,
    cash: CashHistory,
    start: np.datetime64,
    end: np.datetime64,
    leaving: Leaving,
    outcomes: Panel | None = None,
    maximum_rows: int | None = None,
) -> Window:
    """Return the window of one morning.

    Args:
        model: fitted on what was known before ``start``.
        tables: rows of other mornings are left aside.
        cash: of ``tables.cash``.
        start: the morning.
        end: the first day whose cash is not known.
        leaving: how fast subscriptions end.
        outcomes: what became of the invoices open at ``start``; None where it is not known yet.
        maximum_rows: open invoices looked at, drawn in proportion to their amount; None: all.
    """
    book, scored, incidence = open_book(model, tables, start, maximum_rows)
    book = join_books(book, contracted_book(model, tables, start, leaving, maximum_rows))
    history = cash.new_business(start)
    months = np.maximum((~np.isnan(history)).sum(axis=0), 1)
    mean = np.where(np.isnan(history).all(axis=0), np.nan, np.nansum(history, axis=0) / months)
    residuals = None
    if outcomes is not None and end >= start + np.timedelta64(RESIDUAL_DAYS + 1, "D"):
        residuals = _residuals(outcomes, scored, incidence)
    return Window(
        start=start,
        raw=np.vstack([book.expected(), mean]),
        landed=cash.landed_before(start, end),
        book=book,
        new_business=history,
        residuals=residuals,
    )


def _residuals(outcomes: Panel, scored: pd.DataFrame, incidence: np.ndarray) -> Residuals:
    """Return the residual sums of scored invoices, each followed for RESIDUAL_DAYS."""
    import pandas as pd

    known = pd.DataFrame(
        {
            "invoice_id": outcomes.table["invoice_id"],
            "exit_days": np.minimum(outcomes.exit_days, outcomes.observed_days + 1.0),
            "is_paid": outcomes.is_paid,
        }
    )
    joined = scored[["invoice_id", "customer_id"]].merge(known, on="invoice_id", how="left")
    exit_days = joined["exit_days"].to_numpy(float)
    followed = joined["is_paid"].notna().to_numpy() & ~np.isnan(incidence[:, 0])
    paid = (joined["is_paid"] == True).to_numpy() & (exit_days <= RESIDUAL_DAYS)  # noqa: E712
    last = np.nan_to_num(np.minimum(exit_days, RESIDUAL_DAYS), nan=RESIDUAL_DAYS).astype(np.int64)
    rows = np.arange(len(joined))
    high = np.where(paid, incidence[rows, last], 1.0)
    before = np.where(last > 0, incidence[rows, np.maximum(last - 1, 0)], 0.0)
    low = np.where(paid, before, incidence[rows, last])
    codes = pd.factorize(joined["customer_id"])[0]
    return summarise(generalised_residuals(low[followed], high[followed]), codes[followed])
