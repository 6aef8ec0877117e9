"""Who owes what, as the publication states it, before any word is put to it.

Belongs here: the shape of what is read; amounts are exact, in the reporting currency unless named
otherwise. Does not belong here: SQL (`reading.py`, `ledger.py`), wording, rounding.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from dashboard.views.owed.risk_facts import (
    BadDebt,
    Concentration,
    ExpectedLoss,
    Position,
    RollCell,
    RollRate,
)

AGING_BUCKETS = ("not_due", "d1_30", "d31_60", "d61_90", "d90_plus")


@dataclass(frozen=True)
class Buckets:
    """What is open by days past due, and what stands beside the buckets."""

    not_due_amount_reporting: Decimal
    d1_30_amount_reporting: Decimal
    d31_60_amount_reporting: Decimal
    d61_90_amount_reporting: Decimal
    d90_plus_amount_reporting: Decimal
    open_invoices_amount_reporting: Decimal
    past_due_amount_reporting: Decimal
    unapplied_cash_amount_reporting: Decimal
    unapplied_credit_notes_amount_reporting: Decimal

    def bucket(self, aging_bucket: str) -> Decimal:
        """Return the amount of one of AGING_BUCKETS."""
        amount: Decimal = getattr(self, f"{aging_bucket}_amount_reporting")
        return amount

    @property
    def unapplied(self) -> Decimal:
        """Money and credit notes that no invoice has taken up yet."""
        return self.unapplied_cash_amount_reporting + self.unapplied_credit_notes_amount_reporting


@dataclass(frozen=True)
class AgedBalance(Buckets):
    """The aged balance of one date over all customers and currencies."""

    as_of_date: dt.date
    prepayments_amount_reporting: Decimal
    ar_net_amount_reporting: Decimal


@dataclass(frozen=True)
class GroupBalance(Buckets):
    """The aged balance of the customers of one segment or country; None: the source names none."""

    group_name: str | None
    customer_count: int


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
class OpenInvoice:
    """One open invoice.

    Attributes:
        invoice_number: as printed.
        invoice_date: day of issue.
        due_date: of its oldest open instalment.
        days_past_due: of the same; zero or less is not due.
        currency: ISO 4217 code.
        open_amount: in that currency.
        open_amount_reporting: at the closing rate.
        disputed_amount_reporting: the part of it in dispute.
        has_prediction: a payment date was predicted; then a date of None lies beyond the horizon.
        p10_date: the invoice is paid before it one time in ten.
        p50_date: one time in two.
        p90_date: nine times in ten.
        hold_reason: why nobody is written to about it; None where nothing holds it.
    """

    invoice_number: str
    invoice_date: dt.date
    due_date: dt.date
    days_past_due: int
    currency: str
    open_amount: Decimal
    open_amount_reporting: Decimal
    disputed_amount_reporting: Decimal
    has_prediction: bool
    p10_date: dt.date | None
    p50_date: dt.date | None
    p90_date: dt.date | None
    hold_reason: str | None


@dataclass(frozen=True)
class CustomerBalance(Buckets):
    """One customer's aged balance and its open invoices, or those that fit the page.

    `open_invoice_count` counts all of them, `invoices` holds the oldest.
    """

    customer_name: str
    open_invoice_count: int
    invoices: tuple[OpenInvoice, ...]


@dataclass(frozen=True)
class Rest(Buckets):
    """The aged balance of customers who are not listed one by one."""

    customer_count: int


@dataclass(frozen=True)
class Ledger:
    """The aged balance customer by customer; its three parts add up to that of the company.

    Attributes:
        customers: the largest by open amount.
        others: further customers who owe.
        credit_only: customers with nothing open whose money or credit notes wait to be matched.
    """

    customers: tuple[CustomerBalance, ...]
    others: Rest
    credit_only: Rest


@dataclass(frozen=True)
class OwedFacts:
    """Who owes what, how old it is, and what it may cost.

    Attributes:
        today: the day.
        previous: the month end before; None where history starts later.
        trend: up to 36 month ends and the day, oldest first.
        open_invoice_count: invoices with anything open.
        owing_customer_count: customers with anything open.
        by_currency: largest first.
        by_segment: largest first.
        by_country: largest first.
        top_exposures: the ten largest customers.
        ledger: customer by customer, with invoices.
        position: disputes, allowance and shares of the day; None where nothing was built.
        concentration: of the day; None where nothing was built.
        roll_rates: by bucket, since the month end before.
        roll_matrix: from bucket to bucket, since the month end before.
        expected_losses: by segment and bucket.
        bad_debt: of the twelve months to the day; None where nothing was built.
    """

    today: AgedBalance
    previous: AgedBalance | None
    trend: tuple[AgedBalance, ...]
    open_invoice_count: int
    owing_customer_count: int
    by_currency: tuple[CurrencyBalance, ...]
    by_segment: tuple[GroupBalance, ...]
    by_country: tuple[GroupBalance, ...]
    top_exposures: tuple[Exposure, ...]
    ledger: Ledger
    position: Position | None
    concentration: Concentration | None
    roll_rates: tuple[RollRate, ...]
    roll_matrix: tuple[RollCell, ...]
    expected_losses: tuple[ExpectedLoss, ...]
    bad_debt: BadDebt | None
