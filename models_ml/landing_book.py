"""The book of a morning: open invoices and invoices under contract, with the chance to have landed.

Belongs here: the tables a landing is made of, their rows turned into amounts and curves, how fast
subscriptions end. Does not belong here: what landed (landing_windows.py), the curves themselves
(hazard.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from models_ml.checks import check_columns, check_no_null
from models_ml.churn_skill import LABEL_DAYS
from models_ml.features import to_day, to_float
from models_ml.intervals import HORIZON_DAYS

if TYPE_CHECKING:
    import pandas as pd

    from models_ml.hazard import TimeToPayModel

LINES = ("open_invoices", "contracted_invoices", "new_business")
OPEN, CONTRACTED, NEW = range(3)
# Thirteen week ends, the last at most 91 days after the day itself.
REACH_DAYS = 92
CHURN_SPAN_DAYS = 90


@dataclass(frozen=True)
class LandingTables:
    """feat_invoice_landmarks, feat_landing_parts, feat_contracted_invoices, feat_cash_received."""

    landmarks: pd.DataFrame
    parts: pd.DataFrame
    contracted: pd.DataFrame
    cash: pd.DataFrame

    def checked(self) -> LandingTables:
        """Return the tables; raise ModelInputError where a column is missing or empty."""
        needed = {
            "landmarks": ("landmark_date", "invoice_id", "customer_id"),
            "parts": (
                "landmark_date",
                "invoice_id",
                "customer_id",
                "days_before_last_due",
                "open_amount_reporting",
            ),
            "contracted": (
                "landmark_date",
                "invoice_date",
                "customer_id",
                "last_invoice_id",
                "amount_reporting",
            ),
            "cash": (
                "cash_date",
                "invoice_known_date",
                "contracted_since_date",
                "amount_reporting",
            ),
        }
        for name, columns in needed.items():
            check_columns(getattr(self, name), columns, name)
            check_no_null(getattr(self, name), columns, name)
        return self


@dataclass(frozen=True)
class Book:
    """Amounts that may land, with the chance that each has by each day."""

    amounts: np.ndarray
    """(rows), reporting currency."""
    line: np.ndarray
    """(rows), OPEN or CONTRACTED."""
    customer: np.ndarray
    """(rows), integer codes."""
    probability: np.ndarray
    """(rows x REACH_DAYS), P(landed by the end of day d of the window)."""
    open_amount: float
    """Of every open invoice, those without a distribution included."""

    @property
    def by_line(self) -> np.ndarray:
        """(rows x 2), each amount under its line."""
        return self.amounts[:, None] * (self.line[:, None] == np.arange(2)[None, :])

    def expected(self) -> np.ndarray:
        """Return (2 x REACH_DAYS), the expected amount by day of the two lines."""
        return self.by_line.T @ self.probability

    def landed_by(self, kept: float) -> np.ndarray:
        """Return ``probability`` with only a share of the first day's of open invoices kept."""
        before = (1.0 - kept) * self.probability[:, :1] * (self.line == OPEN)[:, None]
        return self.probability - before


@dataclass(frozen=True)
class Leaving:
    """How fast subscriptions end, per day; customers without a rate of their own have the base."""

    rate: float
    by_customer: dict[str, float] = field(default_factory=dict)

    def rates(self, customer_id: np.ndarray) -> np.ndarray:
        """Return the rate of each customer."""
        return np.array([self.by_customer.get(one, self.rate) for one in customer_id], dtype=float)


def leaving_known(churn_outcomes: pd.DataFrame, end: np.datetime64) -> Leaving:
    """Return the base rate from churn labels known before ``end``; 0 where there is none."""
    labelled = churn_outcomes[churn_outcomes["is_churned"].notna()]
    known = to_day(labelled["as_of_date"]) + np.timedelta64(LABEL_DAYS, "D") < end
    happened = labelled["is_churned"].to_numpy(dtype=float)[known]
    share = min(float(happened.mean()), 0.99) if len(happened) else 0.0
    return Leaving(float(-np.log1p(-share)) / CHURN_SPAN_DAYS)


def open_book(
    model: TimeToPayModel,
    tables: LandingTables,
    start: np.datetime64,
    maximum_rows: int | None,
) -> tuple[Book, pd.DataFrame, np.ndarray]:
    """Return the open invoices of a morning, their landmark rows and their incidence.

    A curve is that of the last instalment: an earlier one lands as many days before it as it is due
    before it.
    """
    import pandas as pd

    parts = tables.parts[to_day(tables.parts["landmark_date"]) == start]
    rows = tables.landmarks[to_day(tables.landmarks["landmark_date"]) == start]
    open_amount = float(to_float(parts["open_amount_reporting"]).sum())
    parts, amounts = _drawn(parts, "open_amount_reporting", maximum_rows)
    rows = rows[rows["invoice_id"].isin(set(parts["invoice_id"]))].reset_index(drop=True)
    incidence = model.incidence(rows) if len(rows) else np.empty((0, HORIZON_DAYS + 1))
    place = pd.Index(rows["invoice_id"]).get_indexer(pd.Index(parts["invoice_id"]))
    scored = place >= 0
    scored[scored] = ~np.isnan(incidence[place[scored], 0])
    place, parts, amounts = place[scored], parts[scored], amounts[scored]
    shift = to_float(parts["days_before_last_due"]).astype(np.int64)
    days = np.minimum(np.arange(REACH_DAYS)[None, :] + shift[:, None], HORIZON_DAYS)
    return (
        Book(
            amounts=amounts,
            line=np.full(len(parts), OPEN),
            customer=parts["customer_id"].to_numpy(object),
            probability=incidence[place[:, None], days],
            open_amount=open_amount,
        ),
        rows,
        incidence,
    )


def contracted_book(
    model: TimeToPayModel,
    tables: LandingTables,
    start: np.datetime64,
    leaving: Leaving,
    maximum_rows: int | None,
) -> Book:
    """Return the invoices that subscriptions promise: P(still there) x P(paid since issue).

    Each is expected to be paid as its predecessor looked on the evening it was issued, moved to the
    new day of issue. One whose predecessor was never seen has no curve and is left to the rest.
    """
    import pandas as pd

    rows = tables.contracted[to_day(tables.contracted["landmark_date"]) == start]
    rows, amounts = _drawn(rows, "amount_reporting", maximum_rows)
    seen = tables.landmarks[tables.landmarks["invoice_id"].isin(set(rows["last_invoice_id"]))]
    seen = seen[to_day(seen["landmark_date"]) < start].sort_values("landmark_date")
    seen = seen.drop_duplicates("invoice_id").reset_index(drop=True)
    place = pd.Index(seen["invoice_id"]).get_indexer(pd.Index(rows["last_invoice_id"]))
    known = place >= 0
    rows, amounts = rows[known].reset_index(drop=True), amounts[known]
    issued = to_day(rows["invoice_date"])
    incidence = np.empty((0, HORIZON_DAYS + 1))
    if len(rows):
        incidence = np.nan_to_num(model.incidence(_as_issued(seen.iloc[place[known]], issued)))
    wait = (issued - start).astype(np.int64)
    days = np.arange(REACH_DAYS)[None, :] - wait[:, None]
    paid = incidence[np.arange(len(rows))[:, None], np.clip(days, 0, HORIZON_DAYS)]
    still = np.exp(-leaving.rates(rows["customer_id"].to_numpy(object)) * wait)
    return Book(
        amounts=amounts,
        line=np.full(len(rows), CONTRACTED),
        customer=rows["customer_id"].to_numpy(object),
        probability=still[:, None] * np.where(days >= 0, paid, 0.0),
        open_amount=0.0,
    )


def _as_issued(rows: pd.DataFrame, issued: np.ndarray) -> pd.DataFrame:
    """Return landmark rows as they would look on the evening of another day of issue."""
    return rows.reset_index(drop=True).assign(
        landmark_date=issued.astype("datetime64[s]"),
        days_to_due=to_float(rows["invoice_terms_days"]),
        age_days=0.0,
        paid_share=0.0,
        is_disputed=False,
        days_to_promised=np.nan,
        invoice_reminder_count=0.0,
    )


def join_books(first: Book, second: Book) -> Book:
    """Return both books as one, customers coded together."""
    import pandas as pd

    return Book(
        amounts=np.concatenate([first.amounts, second.amounts]),
        line=np.concatenate([first.line, second.line]),
        customer=pd.factorize(np.concatenate([first.customer, second.customer]))[0],
        probability=np.vstack([first.probability, second.probability]),
        open_amount=first.open_amount + second.open_amount,
    )


def _drawn(
    rows: pd.DataFrame, amount: str, maximum_rows: int | None
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return at most ``maximum_rows`` rows and what each stands for, large amounts surely.

    Systematic sampling in proportion to the amount: a row drawn with probability p stands for
    amount / p, so that sums are unbiased (Särndal et al., Model Assisted Survey Sampling, 3.6.2).
    """
    amounts = to_float(rows[amount])
    if maximum_rows is None or len(rows) <= maximum_rows or amounts.sum() <= 0.0:
        return rows, amounts
    size = np.maximum(amounts, 0.0)
    share = np.minimum(size * maximum_rows / size.sum(), 1.0)
    passed = np.floor(np.cumsum(share) + 0.5)
    drawn = (np.diff(passed, prepend=0.0) > 0) | (share >= 1.0)
    return rows[drawn], amounts[drawn] / share[drawn]
