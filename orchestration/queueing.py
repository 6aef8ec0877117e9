"""From a published day to the outbox: what the newest day knows, and the messages it decided.

Belongs here: reading the publication into the desk's facts and messages. Does not belong here:
states of a message (`outreach.desk`), rendering (`outreach`), sending (`delivering`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from orchestration.config import Company
from orchestration.publishing import Publication
from orchestration.warehouse import reading, rows_of
from outreach.day import DayRows
from outreach.day_messages import day_messages
from outreach.desk.enqueuing import Enqueued, enqueue
from outreach.desk.facts import CustomerFact, DayFacts, InvoiceFact, sync_facts
from outreach.desk.store import desk
from outreach.policy import DEFAULT_POLICY_PATH, load_policy


@dataclass(frozen=True)
class Queued:
    """What became of a day's messages.

    Attributes:
        is_past: A later day has been emitted: an earlier one is only looked at, never sent.
        enqueued: Counts; None for a day of the past.
    """

    is_past: bool
    enqueued: Enqueued | None = None

    @property
    def size(self) -> int:
        """Messages of the day that are pending now."""
        done = self.enqueued
        return done.added + done.unchanged + done.replaced + done.reopened if done else 0


def queue_day(company: Company, publication: Publication, rows: DayRows, now: datetime) -> Queued:
    """Tell the desk what the day knows and put its messages into the outbox. Nothing is sent.

    Args:
        company: The company.
        publication: The day; a day before the newest emitted one is left alone.
        rows: Its decided rows, of `emitting.read_day`.
        now: UTC time of the emission.
    """
    with reading(publication.database) as connection:
        facts = day_facts(company, connection, publication)
    messages = day_messages(rows, company.config.company.locale)
    with desk(company.desk) as entries:
        if not sync_facts(entries, facts, now):
            return Queued(is_past=True)
        return Queued(False, enqueue(entries, messages, publication.as_of_date, now))


def day_facts(
    company: Company, connection: duckdb.DuckDBPyConnection, publication: Publication
) -> DayFacts:
    """What a claim asks of the day: decision of each candidate, money and holds of its invoices."""
    holds = load_policy(company.policy_path or DEFAULT_POLICY_PATH).holds
    day = f"where as_of_date = date '{publication.as_of_date.isoformat()}'"
    customers = rows_of(
        connection,
        "select customer_id, decision, decision_reason, step, channel, hold_reason, contact_email"
        f" from marts.fct_reminder_batch {day} order by customer_id",
    )
    invoices = rows_of(
        connection,
        "select invoice_id, customer_id, currency, asked_amount, hold_reason is not null as is_held"
        f" from marts.fct_invoice_decisions {day} order by invoice_id",
    )
    return DayFacts(
        business_date=publication.as_of_date,
        publication=publication.folder.name,
        published_at=publication.published_at,
        # Marts without a copy of the desk know of no contact at all.
        known_at=publication.desk_copied_at or datetime(1970, 1, 1, tzinfo=UTC),
        promise_days_after=holds.promise.days_after,
        dispute_scope=holds.dispute.scope,
        customers=[
            CustomerFact(
                row["customer_id"],
                row["decision"],
                row["decision_reason"],
                row["step"],
                row["channel"],
                row["hold_reason"],
                row["contact_email"],
            )
            for row in customers
        ],
        invoices=[
            InvoiceFact(
                row["invoice_id"],
                row["customer_id"],
                row["currency"],
                row["asked_amount"],
                row["is_held"],
            )
            for row in invoices
        ],
    )


def unannounced_promises(company: Company, publication: Publication) -> list[str]:
    """Customers whose promise has just run out unpaid and of whom no alert is in the outbox."""
    day = publication.as_of_date.isoformat()
    with reading(publication.database) as connection:
        broken = rows_of(
            connection,
            "select distinct customer_id from marts.fct_broken_promises"
            f" where as_of_date = date '{day}' and is_new order by customer_id",
        )
    with desk(company.desk) as entries:
        known = entries.execute(
            "select customer_id from messages where kind = 'alert' and business_date = ?", (day,)
        )
        announced = {row["customer_id"] for row in known}
    return [row["customer_id"] for row in broken if row["customer_id"] not in announced]
