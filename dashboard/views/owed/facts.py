"""Who owes what, as the publication states it, before any word is put to it.

Belongs here: the shape of what is read; amounts are exact, in the reporting currency unless named
otherwise. Does not belong here: SQL (`reading.py`), wording, rounding.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

AGING_BUCKETS = ("not_due", "d1_30", "d31_60", "d61_90", "d90_plus")


@dataclass(frozen=True)
class AgedBalance:
    """The aged balance of one date over all customers and currencies (`fct_aged_balance`)."""

    as_of_date: dt.date
    not_due_amount_reporting: Decimal
    d1_30_amount_reporting: Decimal
    d31_60_amount_reporting: Decimal
    d61_90_amount_reporting: Decimal
    d90_plus_amount_reporting: Decimal
    open_invoices_amount_reporting: Decimal
    past_due_amount_reporting: Decimal
    unapplied_cash_amount_reporting: Decimal
    unapplied_credit_notes_amount_reporting: Decimal
    prepayments_amount_reporting: Decimal
    ar_net_amount_reporting: Decimal

    def bucket(self, aging_bucket: str) -> Decimal:
        """Return the amount of one of AGING_BUCKETS."""
        amount: Decimal = getattr(self, f"{aging_bucket}_amount_reporting")
        return amount


@dataclass(frozen=True)
class CurrencyBalance:
    """What is owed in one currency, in that currency and in the reporting currency."""

    currency: str
    open_invoices_amount: Decimal
    past_due_amount: Decimal
    open_invoices_amount_reporting: Decimal


@dataclass(frozen=True)
class Exposure:
    """One of the customers who owe most, with what the day decided about it.

    The predicted dates are those of its oldest past-due, else largest open invoice; the decision is
    None for a customer who is not on the at-risk list. With a prediction, a date of None lies beyond
    the horizon of the model.
    """

    customer_id: str
    customer_name: str
    open_amount_reporting: Decimal
    past_due_amount_reporting: Decimal
    oldest_days_past_due: int | None
    has_prediction: bool
    predicted_payment_date: dt.date | None
    predicted_p10_date: dt.date | None
    predicted_p90_date: dt.date | None
    decision: str | None
    hold_reason: str | None


@dataclass(frozen=True)
class OwedFacts:
    """Who owes what: today, at the previous month end where there is one, and the largest."""

    today: AgedBalance
    previous: AgedBalance | None
    open_invoice_count: int
    owing_customer_count: int
    by_currency: tuple[CurrencyBalance, ...]
    top_exposures: tuple[Exposure, ...]
