"""Expected against actual cash of the open book at each cutoff.

Belongs here: open amounts, receipts on them, what each method expected by 1, 2 and 4 weeks and the
month end. Does not belong here: how an interval of expected cash is made (landing), errors over
cutoffs (backtest_figures.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models_ml.baselines import due_date_days
from models_ml.checks import ModelInputError, check_columns, check_unique
from models_ml.distribution import days_to_month_end
from models_ml.features import to_day, to_float

if TYPE_CHECKING:
    import pandas as pd

    from models_ml.hazard import TimeToPayModel
    from models_ml.panel import Panel

CASH_HORIZONS = {"1_week": 7, "2_weeks": 14, "4_weeks": 28, "month_end": None}
"""Horizon -> days after the cutoff; None is the last day of the cutoff's month."""
CASH_METHODS = ("ours", "customer_median", "due_date")
COLUMNS = (
    "cutoff",
    "horizon",
    "days",
    "open_amount",
    "actual",
    "ours",
    "low",
    "high",
    "customer_median",
    "due_date",
)

_BY_CUSTOMER = ["cutoff", "horizon", "days", "customer_id", "open_amount", "actual", *CASH_METHODS]

CashInterval = Callable[
    ["TimeToPayModel", "Panel", "Panel", np.ndarray, tuple[int, ...]],
    tuple[np.ndarray, np.ndarray],
]
"""(model, training panel, open book, open amounts, days) -> low and high per days, 80 % interval."""


@dataclass(frozen=True)
class Ledger:
    """What was open, and what came in.

    Attributes:
        book: landmark_date, invoice_id, open_amount (own currency), rate (to the reporting
            currency on that day): one row a landmark row.
        receipts: invoice_id, cash_date, known_date, amount (own currency, negative for a bounced
            payment): one row a payment of an invoice.
    """

    book: pd.DataFrame
    receipts: pd.DataFrame

    def __post_init__(self) -> None:
        check_columns(self.book, ["landmark_date", "invoice_id", "open_amount", "rate"], "book")
        check_unique(self.book, ["landmark_date", "invoice_id"], "book")
        check_columns(
            self.receipts, ["invoice_id", "cash_date", "known_date", "amount"], "receipts"
        )

    def rates(self, table: pd.DataFrame) -> np.ndarray:
        """Return the rate to the reporting currency per landmark row."""
        return self._of(table, "rate")

    def open_amounts(self, table: pd.DataFrame) -> np.ndarray:
        """Return the open amount per landmark row in its own currency."""
        return self._of(table, "open_amount")

    def received(self, table: pd.DataFrame, cutoff: np.datetime64, days: int) -> np.ndarray:
        """Return what was received per row by the end of day ``days``, in its own currency.

        A receipt known before the cutoff has lowered the open amount already; one dated before the
        cutoff and known later counts on day 0, as it does for the outcomes.
        """
        counted = (to_day(self.receipts["known_date"]) >= cutoff) & (
            to_day(self.receipts["cash_date"]) <= cutoff + np.timedelta64(days, "D")
        )
        amounts = to_float(self.receipts["amount"])[counted]
        sums = (
            self.receipts.loc[counted, ["invoice_id"]]
            .assign(amount=amounts)
            .groupby("invoice_id")["amount"]
            .sum()
        )
        received: np.ndarray = table["invoice_id"].map(sums).fillna(0.0).to_numpy(np.float64)
        return received

    def _of(self, table: pd.DataFrame, column: str) -> np.ndarray:
        import pandas as pd

        wanted = pd.MultiIndex.from_arrays(
            [to_day(table["landmark_date"]), table["invoice_id"].astype(str)]
        )
        held = pd.MultiIndex.from_arrays(
            [to_day(self.book["landmark_date"]), self.book["invoice_id"].astype(str)]
        )
        place = held.get_indexer(wanted)
        if (place < 0).any():
            raise ModelInputError(
                f"book lacks {int((place < 0).sum())} of the landmark rows; the first is"
                f" {table['invoice_id'].iloc[int(np.argmax(place < 0))]}."
            )
        return to_float(self.book[column])[place]


@dataclass(frozen=True)
class CashRows:
    """Cash of every cutoff by customer, and the intervals of its totals."""

    by_customer: pd.DataFrame
    """cutoff, horizon, days, customer_id, open_amount, actual and CASH_METHODS."""
    intervals: pd.DataFrame
    """cutoff, horizon, low, high."""

    @classmethod
    def together(cls, parts: list[CashRows]) -> CashRows:
        """Return the rows of several cutoffs as one."""
        import pandas as pd

        kept = [part for part in parts if len(part.by_customer)] or parts[:1]
        return cls(
            pd.concat([part.by_customer for part in kept], ignore_index=True),
            pd.concat([part.intervals for part in kept], ignore_index=True),
        )

    def totals(self) -> pd.DataFrame:
        """Return COLUMNS, one row a cutoff and horizon, in reporting currency."""
        sums = self.by_customer.groupby(["cutoff", "horizon", "days"], as_index=False, sort=False)[
            ["open_amount", "actual", *CASH_METHODS]
        ].sum()
        return sums.merge(self.intervals, on=["cutoff", "horizon"])[list(COLUMNS)]


def cash_of_cutoff(
    model: TimeToPayModel,
    train: Panel,
    book: Panel,
    ledger: Ledger,
    cutoff: np.datetime64,
    interval: CashInterval | None,
) -> CashRows:
    """Return expected and actual cash of the invoices open at the cutoff.

    Horizons that had not fully passed when the outcomes were read are left out. Ours is the open
    amount times P(paid by the day); customer median and due date put the whole amount on their day.

    Args:
        model: fitted on ``train``.
        train: what was known at the cutoff.
        book: the open book, landmark rows of the cutoff's day.
        ledger: open amounts and receipts.
        cutoff: the day.
        interval: makes the intervals; None leaves them empty.
    """
    import pandas as pd

    month_end = int(days_to_month_end(np.array([cutoff]))[0])
    days_of = {name: days or month_end for name, days in CASH_HORIZONS.items()}
    watched = int(book.observed_days.min()) if len(book) else -1
    ripe = {name: days for name, days in days_of.items() if days <= watched}
    amount = ledger.open_amounts(book.table)
    rate = ledger.rates(book.table)
    incidence = np.nan_to_num(model.incidence(book.table))
    points = {
        "customer_median": np.maximum(model.baseline.point_days(book.table), 0.0),
        "due_date": due_date_days(book.table),
    }
    parts = []
    for name, days in ripe.items():
        columns = {"open_amount": amount * rate, "ours": amount * rate * incidence[:, days]}
        columns["actual"] = ledger.received(book.table, cutoff, days) * rate
        columns |= {method: amount * rate * (point <= days) for method, point in points.items()}
        rows = pd.DataFrame({"customer_id": book.table["customer_id"].to_numpy(), **columns})
        sums = rows.groupby("customer_id", as_index=False)[list(columns)].sum()
        parts.append(sums.assign(cutoff=cutoff.astype(object), horizon=name, days=days))
    low = high = np.full(len(ripe), np.nan)
    if interval is not None and ripe:
        low, high = interval(model, train, book, amount * rate, tuple(ripe.values()))
    bounds = pd.DataFrame(
        {"cutoff": cutoff.astype(object), "horizon": list(ripe), "low": low, "high": high}
    )
    return CashRows(pd.concat(parts) if parts else pd.DataFrame(columns=_BY_CUSTOMER), bounds)
