"""What ends a reminder or task for good: it is paid, promised, disputed, held, or was written.

Belongs here: the questions asked of the desk's entries and the day's facts. Does not belong here:
what a message waits for (`readiness`). Nothing here writes.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from outreach.desk import live
from outreach.desk.reasons import Reason
from outreach.desk.stopping import address_of
from outreach.desk.times import moment_of, utc_text


@dataclass(frozen=True)
class Day:
    """The day as one transaction sees it.

    Attributes:
        known_at: moment at which the decisions knew the desk.
        today: the company's date at the moment of asking; an entry that counts on either ends a
            message.
        blocked: what keeps everything back; None where nothing does.
        extra: messages that a rehearsal already counts as sent today.
    """

    business_date: str
    today: str
    promise_days_after: int
    dispute_scope: str
    known_at: dt.datetime
    blocked: Reason | None
    is_batch_free: bool
    sent_today: int
    extra: int = 0

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """The dates for which entries are asked."""
        return tuple(map(dt.date.fromisoformat, {self.business_date, self.today}))


def ending_of(connection: sqlite3.Connection, row: sqlite3.Row, day: Day) -> Reason | None:
    """Return what ends a reminder or task for good."""
    customer = connection.execute(
        "select * from customer_facts where customer_id = ?", (row["customer_id"],)
    ).fetchone()
    if (
        customer is None
        or customer["decision"] != "send"
        or (customer["step"], customer["channel"]) != (row["step"], row["channel"])
    ):
        return Reason.DECISION_CHANGED
    address = address_of(row["recipient"])
    if row["channel"] == "email" and address and address_of(customer["email"]) != address:
        return Reason.ADDRESS_CHANGED
    lines = connection.execute(
        "select * from message_lines where message_id = ?", (row["message_id"],)
    ).fetchall()
    for line in lines:
        reason = _line_ending(connection, row["customer_id"], line, day)
        if reason is not None:
            return reason
    of_customer = row["customer_id"]
    if day.dispute_scope == "customer" and _has_dispute(
        connection, of_customer, _invoices_of(connection, of_customer), day
    ):
        return Reason.DISPUTE
    if _is_held(connection, of_customer, {line["invoice_id"] for line in lines}, day):
        return Reason.MANUAL_HOLD
    return Reason.ALREADY_CONTACTED if _was_contacted(connection, row, day) else None


def _line_ending(
    connection: sqlite3.Connection, customer_id: str, line: sqlite3.Row, day: Day
) -> Reason | None:
    invoice = connection.execute(
        "select * from invoice_facts where invoice_id = ?", (line["invoice_id"],)
    ).fetchone()
    if (
        invoice is None
        or (invoice["customer_id"], invoice["currency"]) != (customer_id, line["currency"])
        or Decimal(invoice["open_amount"]) != Decimal(line["open_amount"])
    ):
        return Reason.BALANCE_CHANGED
    if invoice["is_held"]:
        return Reason.HELD
    if _has_promise(connection, customer_id, line["invoice_id"], day):
        return Reason.PROMISE
    if _has_dispute(connection, customer_id, [line["invoice_id"]], day):
        return Reason.DISPUTE
    return None


def _has_promise(
    connection: sqlite3.Connection, customer_id: str, invoice_id: str, day: Day
) -> bool:
    return any(
        not _is_released(connection, customer_id, "promise", date, promise)
        for date in day.dates
        for promise in live.live_promises(connection, date, invoice_id, day.promise_days_after)
    )


def _has_dispute(
    connection: sqlite3.Connection, customer_id: str, invoices: Iterable[str], day: Day
) -> bool:
    return any(
        not _is_released(connection, customer_id, "dispute", date, dispute)
        for date in day.dates
        for invoice_id in invoices
        for dispute in live.open_disputes(connection, date, invoice_id)
    )


def _invoices_of(connection: sqlite3.Connection, customer_id: str) -> list[str]:
    """Invoices of former messages too: a disputed one need not be open any more."""
    rows = connection.execute(
        "select invoice_id from invoice_facts where customer_id = :customer"
        " union select line.invoice_id from message_lines as line"
        " inner join messages using (message_id) where messages.customer_id = :customer",
        {"customer": customer_id},
    )
    return [row["invoice_id"] for row in rows]


def _is_held(
    connection: sqlite3.Connection, customer_id: str, invoices: set[str], day: Day
) -> bool:
    return any(
        (hold["invoice_id"] is None or hold["invoice_id"] in invoices)
        and not _is_released(connection, customer_id, "manual", date, hold)
        for date in day.dates
        for hold in live.live_holds(connection, date, customer_id)
    )


def _is_released(
    connection: sqlite3.Connection,
    customer_id: str,
    hold_reason: str,
    date: dt.date,
    entry: sqlite3.Row,
) -> bool:
    """Return whether a person has overridden it, knowing of it: later than it was recorded."""
    return any(
        release["hold_reason"] in (hold_reason, "*")
        and moment_of(release["recorded_at"]) > moment_of(entry["recorded_at"])
        for release in live.live_releases(connection, date, customer_id)
    )


def _was_contacted(connection: sqlite3.Connection, row: sqlite3.Row, day: Day) -> bool:
    """Return whether the customer was sent something which the decision cannot have known.

    Another message of the same day or sent since the desk was copied for the decisions, or the same
    step of one of these invoices: midnight and a second run write to nobody twice.
    """
    # Moments are kept to the second: what ended in the second of the copy may not be in it.
    unknown_since = utc_text(day.known_at - dt.timedelta(seconds=1))
    other = connection.execute(
        "select 1 from messages where customer_id = ? and message_id <> ? and state = 'sent'"
        " and kind in ('reminder', 'task') and (business_date >= ? or finished_at >= ?) limit 1",
        (row["customer_id"], row["message_id"], day.business_date, unknown_since),
    ).fetchone()
    same_step = connection.execute(
        "select 1 from message_lines as line"
        " inner join message_lines as sent_line"
        " on line.invoice_id = sent_line.invoice_id and line.step = sent_line.step"
        " inner join messages as sent on sent_line.message_id = sent.message_id"
        " where line.message_id = ? and sent.message_id <> ? and sent.state = 'sent' limit 1",
        (row["message_id"], row["message_id"]),
    ).fetchone()
    return other is not None or same_step is not None
