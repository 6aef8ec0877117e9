"""Pending messages that an entry of a person's stops, in the transaction of that entry.

Belongs here: which pending messages an entry concerns, their cancelling. Does not belong here: the
entries themselves (`entries`), claiming and sending (`outbox`).

Only reminders and tasks are stopped: an alert or a digest asks no customer for money. A claimed
message may already be on its way and is left; its sender looks at the entries once more itself.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parseaddr

from outreach.desk.store import transaction
from outreach.desk.times import utc_text

_OF_INVOICE = "message_id in (select message_id from message_lines where invoice_id = :invoice_id)"
# Where the policy lets a dispute hold the customer, it stops what else that customer would get.
_OF_ITS_CUSTOMER = (
    "customer_id in (select customer_id from invoice_facts where invoice_id = :invoice_id"
    " union select messages.customer_id from message_lines inner join messages using (message_id)"
    " where message_lines.invoice_id = :invoice_id)"
)
# A message of an earlier day may still wait to leave today; the days of a replay are not today.
_IN_SPAN = (
    "((:first_day <= business_date and business_date < :free_day)"
    " or (:first_day <= :today and :today < :free_day))"
)
_FOREVER = dt.date(9999, 12, 31)


@dataclass(frozen=True)
class Span:
    """The days an entry holds: from `first_day` until the day before `free_day`."""

    first_day: dt.date
    free_day: dt.date = _FOREVER


@dataclass(frozen=True)
class StoppedMessage:
    """A message that will not leave."""

    message_id: str
    business_date: dt.date
    customer_id: str
    customer_name: str | None
    step: str
    channel: str


@contextmanager
def in_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction of its own, or a part of the one that the caller has open."""
    if connection.in_transaction:
        yield
    else:
        with transaction(connection):
            yield


def stop_invoice(
    connection: sqlite3.Connection, invoice_id: str, span: Span, reason: str, now: dt.datetime
) -> tuple[StoppedMessage, ...]:
    """Cancel the pending messages that ask for an invoice on a day of the span, or today.

    Args:
        connection: The desk, within a transaction.
        invoice_id: The invoice.
        span: The days on which nothing may ask for it.
        reason: Code of why, kept as the message's `state_reason`.
        now: The moment of the entry, UTC.
    """
    parameters = {"invoice_id": invoice_id, **_days(span, now)}
    return _cancel(connection, f"{_OF_INVOICE} and {_IN_SPAN}", parameters, reason, now)


def stop_disputed(
    connection: sqlite3.Connection, invoice_id: str, span: Span, reason: str, now: dt.datetime
) -> tuple[StoppedMessage, ...]:
    """As `stop_invoice`, for the whole customer where the policy lets a dispute hold it."""
    row = connection.execute("select dispute_scope from day_facts").fetchone()
    if row is None or row["dispute_scope"] != "customer":
        return stop_invoice(connection, invoice_id, span, reason, now)
    parameters = {"invoice_id": invoice_id, **_days(span, now)}
    condition = f"({_OF_INVOICE} or {_OF_ITS_CUSTOMER}) and {_IN_SPAN}"
    return _cancel(connection, condition, parameters, reason, now)


def stop_customer(
    connection: sqlite3.Connection, customer_id: str, span: Span, reason: str, now: dt.datetime
) -> tuple[StoppedMessage, ...]:
    """As `stop_invoice`, for all messages to a customer."""
    parameters = {"customer_id": customer_id, **_days(span, now)}
    condition = f"customer_id = :customer_id and {_IN_SPAN}"
    return _cancel(connection, condition, parameters, reason, now)


def promised_span(
    connection: sqlite3.Connection, made_date: dt.date, promised_date: dt.date
) -> Span:
    """The days a promise holds, by the policy of the newest emitted day; else until the day after."""
    row = connection.execute("select promise_days_after from day_facts").fetchone()
    days_after = row["promise_days_after"] if row else 1
    return Span(made_date, promised_date + dt.timedelta(days=days_after))


def stop_address(
    connection: sqlite3.Connection, email: str, reason: str, now: dt.datetime
) -> tuple[StoppedMessage, ...]:
    """Cancel the pending e-mails to an address that is gone."""
    pending = connection.execute(
        "select message_id, recipient from messages where state = 'pending' and channel = 'email'"
    ).fetchall()
    found = [row["message_id"] for row in pending if address_of(row["recipient"]) == email]
    stopped: list[StoppedMessage] = []
    for message_id in found:
        parameters = {"message_id": message_id}
        stopped += _cancel(connection, "message_id = :message_id", parameters, reason, now)
    return tuple(stopped)


def address_of(recipient: str | None) -> str:
    """The bare address of a recipient, lower case; empty where there is none."""
    return parseaddr(recipient or "")[1].strip().lower()


def _days(span: Span, now: dt.datetime) -> dict[str, object]:
    return {
        "first_day": span.first_day.isoformat(),
        "free_day": span.free_day.isoformat(),
        "today": utc_text(now)[:10],
    }


def _cancel(
    connection: sqlite3.Connection,
    condition: str,
    parameters: dict[str, object],
    reason: str,
    now: dt.datetime,
) -> tuple[StoppedMessage, ...]:
    stopped = connection.execute(
        "select message_id, business_date, customer_id, customer_name, step, channel from messages"
        f" where state = 'pending' and kind in ('reminder', 'task') and ({condition})"
        " order by business_date, customer_id, message_id",
        parameters,
    ).fetchall()
    connection.executemany(
        "update messages set state = 'cancelled', state_reason = ?, finished_at = ?"
        " where message_id = ? and state = 'pending'",
        [(reason, utc_text(now), row["message_id"]) for row in stopped],
    )
    return tuple(
        StoppedMessage(
            row["message_id"],
            dt.date.fromisoformat(row["business_date"]),
            row["customer_id"],
            row["customer_name"],
            row["step"],
            row["channel"],
        )
        for row in stopped
    )
