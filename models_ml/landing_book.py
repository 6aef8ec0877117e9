"""The book of a morning: open invoices and invoices under contract, with the chance to have landed.

Belongs here: rows of the feature tables turned into amounts and curves. Does not belong here: what
landed (landing_windows.py), the curves themselves (hazard.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models_ml.features import to_day, to_float
from models_ml.intervals import HORIZON_DAYS
from models_ml.landing_windows import CONTRACTED, OPEN, REACH_DAYS, Book, LandingTables, Leaving

if TYPE_CHECKING:
    import pandas as pd

    from models_ml.hazard import TimeToPayModel


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
