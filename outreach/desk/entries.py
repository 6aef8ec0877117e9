"""What a person enters at the desk: promises, disputes, contacts, holds, overrides, dead addresses.

Belongs here: one function an entry, its checks, its one transaction. Does not belong here: what
counts on a day (`live`), reading files (`outreach.inbox.reading`), sending (`outbox`).

Nothing is changed or deleted: a later entry of the same id is its new version. Entering the same
again writes nothing. A promise, dispute or hold stops the pending messages it concerns in the same
transaction. Each function joins a transaction that is open and has one of its own otherwise. Every
entry says its `author`, its `origin` ("desk", or the file) and `now`, an aware moment; without an
id of its own it gets a random one. All raise `EntryError`, and have written nothing, where a value
cannot be.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass
from decimal import Decimal

from outreach.desk import stopping
from outreach.desk.recording import Entered, Stamp, change, known, record
from outreach.desk.stopping import Span, in_transaction
from outreach.desk.validation import (
    EntryError,
    check_address,
    check_amount,
    check_choice,
    check_date,
    check_id,
    check_order,
    check_overridable,
    check_text,
    new_id,
)

ACTIVITY_KINDS = ("reminder", "call", "letter", "reply", "note")
DIRECTIONS = ("out", "in", "internal")
# Beyond these a date is a slip of the keyboard.
LONGEST_PROMISE_DAYS = 366
LONGEST_HOLD_DAYS = 3660


@dataclass(frozen=True)
class Activity:
    """A contact or a note, columns as in the import contract; `minutes` whole minutes of work."""

    activity_date: dt.date
    kind: str
    direction: str
    customer_id: str | None = None
    invoice_id: str | None = None
    channel: str | None = None
    minutes: int | None = None
    collector_id: str | None = None
    step: str | None = None
    template: str | None = None
    experiment_arm: str | None = None


def add_promise(
    connection: sqlite3.Connection,
    invoice_id: str,
    made_date: dt.date,
    promised_date: dt.date,
    amount: Decimal,
    author: str,
    origin: str,
    now: dt.datetime,
    promise_id: str | None = None,
) -> Entered:
    """Record that a customer will pay an amount of an invoice by a date; stops its reminders.

    The amount is in the invoice's currency, exact to the cent; the promised day lies at most a
    year after the day it was made.
    """
    check_id("invoice", invoice_id)
    check_date("day it was made", made_date)
    check_date("promised day", promised_date)
    check_order("promised day", promised_date, "day it was made", made_date, LONGEST_PROMISE_DAYS)
    entry_id = promise_id or new_id()
    values = {
        "invoice_id": invoice_id,
        "made_date": made_date.isoformat(),
        "promised_date": promised_date.isoformat(),
        "amount": check_amount(amount),
        "cancelled_date": None,
    }
    with in_transaction(connection):
        is_new = record(connection, "promise", entry_id, values, Stamp(author, origin, now))
        span = stopping.promised_span(connection, made_date, promised_date)
        stopped = stopping.stop_invoice(connection, invoice_id, span, "promise", now)
    return Entered(entry_id, is_new, stopped)


def cancel_promise(
    connection: sqlite3.Connection,
    promise_id: str,
    cancelled_date: dt.date,
    author: str,
    origin: str,
    now: dt.datetime,
) -> Entered:
    """Take back a promise of the desk: from that day on it holds nothing and counts as none."""
    check_date("day of cancelling", cancelled_date)
    with in_transaction(connection):
        row = known(connection, "promise", promise_id)
        made = dt.date.fromisoformat(row["made_date"])
        check_order("day of cancelling", cancelled_date, "day it was made", made)
        if row["cancelled_date"]:
            return Entered(promise_id, False)
        values = {"cancelled_date": cancelled_date.isoformat()}
        return change(connection, "promise", row, values, Stamp(author, origin, now))


def add_dispute(
    connection: sqlite3.Connection,
    invoice_id: str,
    raised_date: dt.date,
    author: str,
    origin: str,
    now: dt.datetime,
    amount: Decimal | None = None,
    reason: str | None = None,
    logged_date: dt.date | None = None,
    dispute_id: str | None = None,
) -> Entered:
    """Record that a customer contests an invoice; stops its reminders.

    `amount` is what is contested, in the invoice's currency, None where it was not said;
    `logged_date` the day it was written down, by default the day it was raised.
    """
    check_id("invoice", invoice_id)
    check_date("day it was raised", raised_date)
    logged = logged_date or raised_date
    check_date("day it was written down", logged)
    check_order("day it was written down", logged, "day it was raised", raised_date)
    entry_id = dispute_id or new_id()
    values = {
        "invoice_id": invoice_id,
        "raised_date": raised_date.isoformat(),
        "logged_date": logged.isoformat(),
        "resolved_date": None,
        "amount": None if amount is None else check_amount(amount),
        "reason": check_text("reason", reason),
        "outcome": None,
    }
    with in_transaction(connection):
        is_new = record(connection, "dispute", entry_id, values, Stamp(author, origin, now))
        span = Span(raised_date)
        stopped = stopping.stop_disputed(connection, invoice_id, span, "dispute", now)
    return Entered(entry_id, is_new, stopped)


def resolve_dispute(
    connection: sqlite3.Connection,
    dispute_id: str,
    resolved_date: dt.date,
    author: str,
    origin: str,
    now: dt.datetime,
    outcome: str | None = None,
) -> Entered:
    """Close a dispute of the desk; from that day on it holds nothing."""
    check_date("day of resolution", resolved_date)
    with in_transaction(connection):
        row = known(connection, "dispute", dispute_id)
        raised = dt.date.fromisoformat(row["raised_date"])
        check_order("day of resolution", resolved_date, "day it was raised", raised)
        if row["resolved_date"]:
            return Entered(dispute_id, False)
        values = {
            "resolved_date": resolved_date.isoformat(),
            "outcome": check_text("outcome", outcome),
        }
        return change(connection, "dispute", row, values, Stamp(author, origin, now))


def add_activity(
    connection: sqlite3.Connection,
    activity: Activity,
    author: str,
    origin: str,
    now: dt.datetime,
    activity_id: str | None = None,
) -> Entered:
    """Record a contact or a note; a call or letter out is a contact that tomorrow's caps count."""
    check_date("day", activity.activity_date)
    check_choice("kind", activity.kind, ACTIVITY_KINDS)
    check_choice("direction", activity.direction, DIRECTIONS)
    if activity.customer_id is None and activity.invoice_id is None:
        raise EntryError("The activity has no customer and no invoice.", "Name one of them.")
    for name, entity_id in (("customer", activity.customer_id), ("invoice", activity.invoice_id)):
        if entity_id is not None:
            check_id(name, entity_id)
    minutes = activity.minutes
    if minutes is not None and not 0 <= minutes <= 24 * 60:
        raise EntryError(f"{minutes} minutes are not one contact.", "Give 0 to 1440 minutes.")
    values: dict[str, str | None] = {
        name: check_text(name, getattr(activity, name))
        for name in ("channel", "collector_id", "step", "template", "experiment_arm")
    }
    values |= {
        "activity_date": activity.activity_date.isoformat(),
        "kind": activity.kind,
        "direction": activity.direction,
        "customer_id": activity.customer_id,
        "invoice_id": activity.invoice_id,
        "minutes": None if minutes is None else str(minutes),
    }
    entry_id = activity_id or new_id()
    with in_transaction(connection):
        is_new = record(connection, "activity", entry_id, values, Stamp(author, origin, now))
    return Entered(entry_id, is_new)


def add_hold(
    connection: sqlite3.Connection,
    customer_id: str,
    start_date: dt.date,
    end_date: dt.date,
    author: str,
    origin: str,
    now: dt.datetime,
    invoice_id: str | None = None,
    comment: str | None = None,
    hold_id: str | None = None,
) -> Entered:
    """Keep a customer, or one of its invoices, from being written to; stops what is pending.

    `start_date` is the first day held, `end_date` the first day on which one may write again.
    """
    check_id("customer", customer_id)
    if invoice_id is not None:
        check_id("invoice", invoice_id)
    _check_span(start_date, end_date)
    entry_id = hold_id or new_id()
    values = {
        "customer_id": customer_id,
        "invoice_id": invoice_id,
        "start_date": start_date.isoformat(),
        "end_date": end_date.isoformat(),
        "comment": check_text("comment", comment),
    }
    span, why = Span(start_date, end_date), "manual_hold"
    with in_transaction(connection):
        is_new = record(connection, "hold", entry_id, values, Stamp(author, origin, now))
        if invoice_id is None:
            stopped = stopping.stop_customer(connection, customer_id, span, why, now)
        else:
            stopped = stopping.stop_invoice(connection, invoice_id, span, why, now)
    return Entered(entry_id, is_new, stopped)


def end_hold(
    connection: sqlite3.Connection,
    hold_id: str,
    end_date: dt.date,
    author: str,
    origin: str,
    now: dt.datetime,
) -> Entered:
    """Let a hold of the desk end earlier: `end_date` is the first day without it."""
    check_date("last day", end_date)
    with in_transaction(connection):
        row = known(connection, "hold", hold_id)
        start = dt.date.fromisoformat(row["start_date"])
        check_order("first day without the hold", end_date, "day it began", start)
        if row["end_date"] <= end_date.isoformat():
            return Entered(hold_id, False)
        values = {"end_date": end_date.isoformat()}
        return change(connection, "hold", row, values, Stamp(author, origin, now))


def add_release(
    connection: sqlite3.Connection,
    customer_id: str,
    hold_reason: str,
    start_date: dt.date,
    end_date: dt.date,
    author: str,
    origin: str,
    now: dt.datetime,
    comment: str | None = None,
    release_id: str | None = None,
) -> Entered:
    """Override the holds of one reason, `*` of all that may be, from a day until before another."""
    check_id("customer", customer_id)
    check_overridable(hold_reason)
    _check_span(start_date, end_date)
    entry_id = release_id or new_id()
    values = {
        "customer_id": customer_id,
        "hold_reason": hold_reason,
        "start_date": start_date.isoformat(),
        "end_date": end_date.isoformat(),
        "comment": check_text("comment", comment),
    }
    with in_transaction(connection):
        is_new = record(connection, "release", entry_id, values, Stamp(author, origin, now))
    return Entered(entry_id, is_new)


def mark_unreachable(
    connection: sqlite3.Connection,
    email: str,
    since_date: dt.date,
    cause: str,
    author: str,
    origin: str,
    now: dt.datetime,
) -> Entered:
    """Record that mail to an address comes back for good; stops what is pending to it."""
    address = check_address(email)
    check_date("day", since_date)
    with in_transaction(connection):
        values = {"since_date": since_date.isoformat(), "cause": check_text("cause", cause) or "-"}
        is_new = record(connection, "address", address, values, Stamp(author, origin, now))
        stopped = stopping.stop_address(connection, address, "unreachable", now)
    return Entered(address, is_new, stopped)


def _check_span(start_date: dt.date, end_date: dt.date) -> None:
    check_date("first day", start_date)
    check_date("first day without it", end_date)
    after = start_date + dt.timedelta(days=1)
    check_order("first day without it", end_date, "day after it begins", after, LONGEST_HOLD_DAYS)
