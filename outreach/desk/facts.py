"""What the newest day knows, copied beside the outbox so that a claim can ask it at once.

Belongs here: replacing the facts, whole. Does not belong here: reading a publication
(`orchestration`), judging a message by them (`readiness`).
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from outreach.desk.store import transaction
from outreach.desk.times import moment_of, utc_text


@dataclass(frozen=True)
class CustomerFact:
    """What was decided for a customer: a row of `fct_reminder_batch`.

    Attributes:
        email: address a reminder may go to; None where nobody may be written to.
    """

    customer_id: str
    decision: str
    decision_reason: str | None
    step: str | None
    channel: str | None
    hold_reason: str | None
    email: str | None


@dataclass(frozen=True)
class InvoiceFact:
    """What is open of an invoice, in its own currency, and whether a hold keeps it back."""

    invoice_id: str
    customer_id: str
    currency: str
    open_amount: Decimal
    is_held: bool


@dataclass(frozen=True)
class DayFacts:
    """The facts of one published day.

    Attributes:
        business_date: the day.
        publication: name of the publication they were read from.
        published_at: moment of the publication; of one day the newest counts.
        known_at: moment at which the decisions knew the desk: when it was copied for them.
        promise_days_after: days after the promised date from which one may write again.
        dispute_scope: whether a dispute holds its invoice or all of the customer's.
        customers: every candidate of the day.
        invoices: every open invoice of those customers.
    """

    business_date: dt.date
    publication: str
    published_at: dt.datetime
    known_at: dt.datetime
    promise_days_after: int
    dispute_scope: Literal["invoice", "customer"]
    customers: Sequence[CustomerFact]
    invoices: Sequence[InvoiceFact]


def sync_facts(connection: sqlite3.Connection, facts: DayFacts, now: dt.datetime) -> bool:
    """Replace the facts, all of them in one transaction.

    A day before the one known is only looked at, never sent: its facts are not taken. A day known
    that still lies in the future (a run with a wrong date) stands in nobody's way. An earlier
    publication of the same day knows less than the one known and is not taken either. The same
    publication again is no younger for it: its facts keep their age.

    Returns:
        False where the facts were refused; the desk then knows others.

    Raises:
        ValueError: an amount that is no finite number, or a scope that does not exist.
    """
    if facts.dispute_scope not in ("invoice", "customer"):
        raise ValueError(f"dispute scope '{facts.dispute_scope}'; use invoice or customer")
    synced_at, published_at = utc_text(now), utc_text(facts.published_at)
    tomorrow = (moment_of(synced_at) + dt.timedelta(days=1)).date()
    invoices = [
        (i.invoice_id, i.customer_id, i.currency, exact_text(i.open_amount), int(i.is_held))
        for i in facts.invoices
    ]
    customers = [
        (c.customer_id, c.decision, c.decision_reason, c.step, c.channel, c.hold_reason, c.email)
        for c in facts.customers
    ]
    with transaction(connection):
        known = known_day(connection)
        if known is not None and facts.business_date < known <= tomorrow:
            return False
        same_day = _known_of(connection, facts.business_date)
        if same_day is not None and published_at < same_day["published_at"]:
            return False
        if same_day is not None and same_day["publication"] == facts.publication:
            synced_at = same_day["synced_at"]
        for table in ("day_facts", "customer_facts", "invoice_facts"):
            connection.execute(f"delete from {table}")
        connection.execute(
            "insert into day_facts values (1, ?, ?, ?, ?, ?, ?, ?)",
            (
                facts.business_date.isoformat(),
                facts.publication,
                facts.promise_days_after,
                facts.dispute_scope,
                synced_at,
                published_at,
                utc_text(facts.known_at),
            ),
        )
        connection.executemany("insert into customer_facts values (?, ?, ?, ?, ?, ?, ?)", customers)
        connection.executemany("insert into invoice_facts values (?, ?, ?, ?, ?)", invoices)
    return True


def _known_of(connection: sqlite3.Connection, business_date: dt.date) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(
        "select * from day_facts where business_date = ?", (business_date.isoformat(),)
    ).fetchone()
    return row


def known_day(connection: sqlite3.Connection) -> dt.date | None:
    """Return the day whose facts are here; None before the first."""
    row = connection.execute("select business_date from day_facts").fetchone()
    return dt.date.fromisoformat(row["business_date"]) if row else None


def exact_text(amount: Decimal) -> str:
    """Return an amount as plain decimal text.

    Raises:
        ValueError: it is not a finite number.
    """
    if not amount.is_finite():
        raise ValueError(f"amount {amount} is not a finite number")
    return format(amount, "f")
