"""From the messages of a day to rows of the outbox: once each, however often the day is emitted.

Belongs here: adding, replacing and cancelling what has not been claimed. Does not belong here: what
becomes of a row afterwards (`outbox`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from outreach.desk.facts import exact_text, known_day
from outreach.desk.reasons import Reason
from outreach.desk.store import transaction
from outreach.desk.times import utc_text
from outreach.messages import ASKING_KINDS, Message

# Columns that a decision fills; the rest is what became of the message.
_CONTENT = (
    "message_id",
    "business_date",
    "customer_id",
    "step",
    "channel",
    "kind",
    "invoice_set",
    "needs_approval",
    "customer_name",
    "recipient",
    "subject",
    "file",
    "content",
    "content_sha256",
    "asked_amounts",
    "asked_amount_reporting",
    "template",
    "tone",
    "experiment_arm",
)
# An approval is of these: with any of them changed it must be given again.
_APPROVED = ("content_sha256", "recipient", "subject", "invoice_set", "needs_approval", "kind")


@dataclass
class Enqueued:
    """What became of a day's messages.

    Attributes:
        added: new rows.
        unchanged: rows that stay pending as they are.
        replaced: rows whose content is new.
        reopened: cancelled rows that are wanted again.
        left_alone: rows claimed, sent, refused or unknown: they stay as they are.
        cancelled: rows of this day that are no longer decided.
        superseded: pending rows of other days.
        already_sent: numbers of earlier messages that asked for the same invoices by the same step
            and channel: what repeats them was not taken.
        is_past: the day is not the one whose facts are known; nothing was done.
    """

    added: int = 0
    unchanged: int = 0
    replaced: int = 0
    reopened: int = 0
    left_alone: int = 0
    cancelled: int = 0
    superseded: int = 0
    already_sent: list[int] = field(default_factory=list)
    is_past: bool = False


def enqueue(
    connection: sqlite3.Connection,
    messages: Sequence[Message],
    business_date: dt.date,
    now: dt.datetime,
) -> Enqueued:
    """Make the outbox hold exactly these messages of a day, in one transaction.

    Args:
        connection: the desk; `sync_facts` of the same day comes first.
        messages: all messages of the day, also those enqueued before.
        business_date: the day, since a day may have no message.
        now: the moment.

    Raises:
        ValueError: a message of another day, two of one key or for the same invoices, or one that
            asks for money without a step, or twice for an invoice.
    """
    _validate(messages, business_date)
    done = Enqueued()
    with transaction(connection):
        if known_day(connection) != business_date:
            return Enqueued(is_past=True)
        day = business_date.isoformat()
        wanted = {_key(message) for message in messages}
        _cancel_unwanted(connection, day, wanted, utc_text(now), done)
        for message in messages:
            _put(connection, message, utc_text(now), done)
    return done


def _validate(messages: Sequence[Message], business_date: dt.date) -> None:
    keys: set[tuple[str, ...]] = set()
    sets: set[tuple[str, str, str]] = set()
    for message in messages:
        where = f"message of customer '{message.customer_id}', step '{message.step}'"
        if message.business_date != business_date:
            raise ValueError(f"{where}: of {message.business_date}, not of {business_date}")
        if message.kind in ASKING_KINDS and not any(line.step for line in message.invoice_set):
            raise ValueError(f"{where}: no invoice takes a step with it")
        invoices = {line.invoice_id for line in message.invoice_set}
        if message.kind in ASKING_KINDS and len(invoices) < len(message.invoice_set):
            raise ValueError(f"{where}: asks for an invoice twice")
        asks = (message.invoice_key, message.step, message.channel)
        if _key(message) in keys or asks in sets:
            raise ValueError(f"{where}: there twice by channel '{message.channel}'")
        keys.add(_key(message))
        sets.add(asks)


def _key(message: Message) -> tuple[str, str, str]:
    return (message.customer_id, message.step, message.channel)


def _cancel_unwanted(
    connection: sqlite3.Connection,
    day: str,
    wanted: set[tuple[str, str, str]],
    moment: str,
    done: Enqueued,
) -> None:
    for row in connection.execute("select * from messages where state = 'pending'").fetchall():
        if row["business_date"] != day:
            reason, done.superseded = Reason.SUPERSEDED, done.superseded + 1
        elif (row["customer_id"], row["step"], row["channel"]) not in wanted:
            reason, done.cancelled = Reason.NO_LONGER_DECIDED, done.cancelled + 1
        else:
            continue
        connection.execute(
            "update messages set state = 'cancelled', state_reason = ?, finished_at = ?"
            " where message_no = ?",
            (reason, moment, row["message_no"]),
        )


def _put(connection: sqlite3.Connection, message: Message, moment: str, done: Enqueued) -> None:
    row = connection.execute(
        "select * from messages"
        " where business_date = ? and customer_id = ? and step = ? and channel = ?",
        (message.business_date.isoformat(), *_key(message)),
    ).fetchone()
    if row is not None and row["state"] not in ("pending", "cancelled"):
        done.left_alone += 1
        return
    # The states are those of the index `one_living_message`, word for word: without it each message
    # would be compared with all others.
    earlier = connection.execute(
        "select message_no from messages where invoice_set = ? and step = ? and channel = ?"
        " and state in ('pending', 'claimed', 'sent', 'unknown') and state <> 'pending'",
        (message.invoice_key, message.step, message.channel),
    ).fetchone()
    if earlier is not None:
        done.already_sent.append(earlier["message_no"])
    elif row is None:
        _insert(connection, message, moment)
        done.added += 1
    else:
        _replace(connection, message, row, done)


def _insert(connection: sqlite3.Connection, message: Message, moment: str) -> None:
    values = (*_values(message), moment)
    connection.execute(
        f"insert into messages ({', '.join(_CONTENT)}, created_at)"
        f" values ({', '.join('?' * len(values))})",
        values,
    )
    _insert_lines(connection, message)


def _replace(
    connection: sqlite3.Connection, message: Message, row: sqlite3.Row, done: Enqueued
) -> None:
    """Give a row that has not left its new content; an approval is of the old one.

    Its id may be another than before, since the domain of an e-mail's is configured.
    """
    values = dict(zip(_CONTENT, _values(message), strict=True))
    is_same = all(row[column] == values[column] for column in _APPROVED) and _same_lines(
        connection, row["message_id"], message
    )
    if row["state"] == "cancelled":
        done.reopened += 1
    elif is_same:
        done.unchanged += 1
    else:
        done.replaced += 1
    fresh = (
        ""
        if is_same
        else ", approved_by = null, approved_at = null, attempts = 0, not_before = null"
    )
    assignments = ", ".join(f"{column} = ?" for column in _CONTENT)
    connection.execute("delete from message_lines where message_id = ?", (row["message_id"],))
    connection.execute(
        f"update messages set {assignments}, state = 'pending', state_reason = null,"
        f" finished_at = null{fresh} where message_no = ?",
        (*values.values(), row["message_no"]),
    )
    _insert_lines(connection, message)


def _values(message: Message) -> tuple[object, ...]:
    return (
        message.message_id,
        message.business_date.isoformat(),
        message.customer_id,
        message.step,
        message.channel,
        message.kind,
        message.invoice_key,
        int(message.needs_approval),
        message.customer_name,
        message.recipient,
        message.subject,
        message.file,
        message.content,
        hashlib.sha256(message.content).hexdigest(),
        message.asked_amounts,
        exact_text(message.asked_amount_reporting),
        message.template,
        message.tone,
        message.experiment_arm,
    )


def _insert_lines(connection: sqlite3.Connection, message: Message) -> None:
    connection.executemany(
        "insert into message_lines values (?, ?, ?, ?, ?)", _line_values(message)
    )


def _line_values(message: Message) -> list[tuple[object, ...]]:
    # An alert names an invoice once for each promise broken on it.
    lines = {line.invoice_id: line for line in message.invoice_set}
    return [
        (
            message.message_id,
            line.invoice_id,
            line.step,
            line.currency,
            exact_text(line.open_amount),
        )
        for line in lines.values()
    ]


def _same_lines(connection: sqlite3.Connection, message_id: str, message: Message) -> bool:
    rows = connection.execute("select * from message_lines where message_id = ?", (message_id,))
    return {tuple(row)[1:] for row in rows} == {line[1:] for line in _line_values(message)}
