"""What became of a message: sent, refused, to be tried again, unknown, posted, reconciled.

Belongs here: every change of a state after the claim, each in one transaction with the activities
that make tomorrow's decisions know of it. Does not belong here: claiming (`outbox`).

An unknown outcome is shown to a person and never sent again by the machine.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3

from outreach.delivery.settings import DeliverySettings
from outreach.desk.entries import mark_unreachable
from outreach.desk.reasons import Reason
from outreach.desk.store import transaction
from outreach.desk.times import utc_text
from outreach.messages import ASKING_KINDS

# First wait before another try; each further one is twice as long, up to the longest.
FIRST_WAIT = dt.timedelta(minutes=5)
LONGEST_WAIT = dt.timedelta(hours=2)
# A server that asks for longer is not waited for: tomorrow has its own messages.
LONGEST_ASKED_WAIT = dt.timedelta(days=1)
MACHINE = "outbox"
# Kind and direction of an activity, by channel; a reminder to the customer for all others.
_ACTIVITY = {"letter": ("letter", "out"), "slack_task": ("note", "internal")}


class StateError(Exception):
    """A message is not in a state in which this can be done; the message says which."""


def mark_sent(
    connection: sqlite3.Connection, message_no: int, now: dt.datetime, reply: str | None = None
) -> None:
    """Mark a claimed message as taken by the server, and record what it was to the customer.

    Raises:
        StateError: it is not claimed.
    """
    with transaction(connection):
        row = _end_claim(connection, message_no, "sent", None, now, reply)
        _record_activities(connection, row, row["business_date"], MACHINE, now)


def mark_refused(
    connection: sqlite3.Connection,
    message_no: int,
    now: dt.datetime,
    reply: str | None = None,
    is_dead_address: bool = False,
) -> None:
    """Mark a claimed message as refused for good: it has not left, for certain.

    Args:
        connection: the desk.
        message_no: the message.
        now: the moment.
        reply: what the server said.
        is_dead_address: the server has no such address: nobody writes to it again.

    Raises:
        StateError: it is not claimed.
    """
    with transaction(connection):
        row = _end_claim(connection, message_no, "refused", Reason.REFUSED_BY_SERVER, now, reply)
        if is_dead_address and row["channel"] == "email":
            since, cause = dt.date.fromisoformat(row["business_date"]), reply or "refused"
            mark_unreachable(connection, row["recipient"], since, cause, MACHINE, "smtp", now)


def mark_retry(
    connection: sqlite3.Connection,
    message_no: int,
    settings: DeliverySettings,
    now: dt.datetime,
    reply: str | None = None,
    retry_after: dt.timedelta | None = None,
) -> bool:
    """Put back a claimed message that has not left, for certain, or give it up.

    Args:
        connection: the desk.
        message_no: the message.
        settings: how often it may be tried.
        now: the moment.
        reply: what the server said.
        retry_after: how long the server asks to wait; at most a day is waited.

    Returns:
        Whether it will be tried again.

    Raises:
        StateError: it is not claimed.
    """
    with transaction(connection):
        row = message_row(connection, message_no, ("claimed",))
        if row["attempts"] >= settings.maximum_attempts:
            _end_claim(connection, message_no, "refused", Reason.GAVE_UP, now, reply)
            return False
        wait = min(FIRST_WAIT * 2 ** min(row["attempts"] - 1, 10), LONGEST_WAIT)
        wait = max(wait, min(retry_after or dt.timedelta(0), LONGEST_ASKED_WAIT))
        connection.execute(
            "update messages set state = 'pending', state_reason = null, claimed_at = null,"
            " not_before = ?, reply = ? where message_no = ?",
            (utc_text(now + wait), reply, message_no),
        )
    return True


def mark_unknown(
    connection: sqlite3.Connection, message_no: int, now: dt.datetime, reply: str | None = None
) -> None:
    """Mark a claimed message of which nobody knows whether it left.

    Raises:
        StateError: it is not claimed.
    """
    with transaction(connection):
        _end_claim(connection, message_no, "unknown", Reason.NO_ANSWER, now, reply)


def recover(connection: sqlite3.Connection, now: dt.datetime) -> list[int]:
    """Turn claims left by a sender that is no more into unknowns; only under the sender's lock.

    Returns:
        Their numbers.
    """
    with transaction(connection):
        rows = connection.execute("select * from messages where state = 'claimed'").fetchall()
        for row in rows:
            _end_claim(connection, row["message_no"], "unknown", Reason.SENDER_DIED, now, None)
    return [row["message_no"] for row in rows]


def reconcile(
    connection: sqlite3.Connection, message_no: int, was_sent: bool, author: str, now: dt.datetime
) -> None:
    """Record what a person found out about a message of unknown outcome.

    One that had left becomes sent, with its activities. One that had not becomes refused: the
    next day decides anew.

    Raises:
        StateError: its outcome is not unknown.
    """
    with transaction(connection):
        row = message_row(connection, message_no, ("unknown",))
        if was_sent:
            finish(connection, message_no, "sent", Reason.RECONCILED_SENT, now, row["reply"])
            _record_activities(connection, row, row["business_date"], author, now)
        else:
            reason = Reason.RECONCILED_NOT_SENT
            finish(connection, message_no, "refused", reason, now, row["reply"])
        detail = "sent" if was_sent else "not sent"
        add_journal(connection, "reconcile", row["message_id"], detail, author, now)


def mark_posted(
    connection: sqlite3.Connection,
    message_no: int,
    author: str,
    now: dt.datetime,
    posted_date: dt.date | None = None,
) -> None:
    """Record that a person has posted a letter, with its activities.

    A letter that a later day has superseded can still have been posted; its successor of the same
    invoices and step is then cancelled.

    Args:
        connection: the desk.
        message_no: the letter.
        author: who says so.
        now: the moment.
        posted_date: day of posting; its business date where absent.

    Raises:
        StateError: it is no letter, needs an approval that it has not, is finished, or would have
            been posted before it was written or after tomorrow.
    """
    with transaction(connection):
        row = message_row(connection, message_no, ("pending", "cancelled"))
        # East of Greenwich today begins before it does in UTC.
        latest = max((now + dt.timedelta(days=1)).date().isoformat(), row["business_date"])
        if posted_date and not row["business_date"] <= posted_date.isoformat() <= latest:
            raise StateError(
                f"letter {message_no} is of {row['business_date']}: it cannot have been posted on"
                f" {posted_date}"
            )
        if row["channel"] != "letter":
            raise StateError(f"message {message_no} is no letter: it is sent, not posted")
        if row["needs_approval"] and row["approved_by"] is None:
            raise StateError(f"letter {message_no} is not approved; approve it first")
        _cancel_successor(connection, row, now)
        finish(connection, message_no, "sent", Reason.POSTED, now)
        day = posted_date.isoformat() if posted_date else row["business_date"]
        _record_activities(connection, row, day, author, now)
        add_journal(connection, "posted", row["message_id"], day, author, now)


def _end_claim(
    connection: sqlite3.Connection,
    message_no: int,
    state: str,
    reason: Reason | None,
    now: dt.datetime,
    reply: str | None,
) -> sqlite3.Row:
    """Give a claimed message its last state, and say so in the journal."""
    row = message_row(connection, message_no, ("claimed",))
    finish(connection, message_no, state, reason, now, reply)
    add_journal(connection, state, row["message_id"], reply, MACHINE, now)
    return row


def add_journal(
    connection: sqlite3.Connection,
    action: str,
    subject: str,
    detail: str | None,
    author: str,
    now: dt.datetime,
) -> None:
    """Write down who did what, within the caller's transaction."""
    connection.execute(
        "insert into journal (action, subject, detail, author, recorded_at) values (?, ?, ?, ?, ?)",
        (action, subject, detail, author, utc_text(now)),
    )


def finish(
    connection: sqlite3.Connection,
    message_no: int,
    state: str,
    reason: Reason | None,
    now: dt.datetime,
    reply: str | None = None,
) -> None:
    """Give a message its last state, within the caller's transaction."""
    connection.execute(
        "update messages set state = ?, state_reason = ?, finished_at = ?, reply = ?"
        " where message_no = ?",
        (state, reason, utc_text(now), reply, message_no),
    )


def message_row(
    connection: sqlite3.Connection, message_no: int, states: tuple[str, ...]
) -> sqlite3.Row:
    """Return a message that is in one of these states.

    Raises:
        StateError: it is in another, or does not exist.
    """
    row: sqlite3.Row | None = connection.execute(
        "select * from messages where message_no = ?", (message_no,)
    ).fetchone()
    if row is None:
        raise StateError(f"there is no message {message_no}; `encours desk list` shows all")
    if row["state"] not in states:
        raise StateError(f"message {message_no} is {row['state']}, not {' or '.join(states)}")
    return row


def _cancel_successor(connection: sqlite3.Connection, row: sqlite3.Row, now: dt.datetime) -> None:
    """Cancel the letter of a later day that asks for the same, or refuse where it was posted."""
    others = connection.execute(
        "select * from messages where message_no <> ? and invoice_set = ? and step = ?"
        " and channel = ? and state in ('pending', 'claimed', 'sent', 'unknown')",
        (row["message_no"], row["invoice_set"], row["step"], row["channel"]),
    ).fetchall()
    for other in others:
        if other["state"] != "pending":
            raise StateError(
                f"letter {row['message_no']} asks for the same invoices as message"
                f" {other['message_no']}, which is {other['state']}"
            )
        finish(connection, other["message_no"], "cancelled", Reason.ALREADY_CONTACTED, now)


def _record_activities(
    connection: sqlite3.Connection,
    row: sqlite3.Row,
    activity_date: str,
    author: str,
    now: dt.datetime,
) -> None:
    """Record a reminder, task or letter as activities: one for each invoice that took a step.

    An invoice that is only listed gets none: it has taken no step, and a contact without a step
    would be counted as one.
    """
    if row["kind"] not in ASKING_KINDS:
        return
    lines = connection.execute(
        "select * from message_lines where message_id = ? and step is not null order by invoice_id",
        (row["message_id"],),
    ).fetchall()
    # A task asks a colleague to act: its step is taken, though nobody wrote to the customer yet.
    kind, direction = _ACTIVITY.get(row["channel"], ("reminder", "out"))
    for line in lines:
        key = f"{row['message_id']}\x1f{line['invoice_id']}"
        connection.execute(
            "insert into activities (activity_id, activity_date, kind, direction, customer_id,"
            " invoice_id, channel, step, template, experiment_arm, author, origin, recorded_at)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                f"desk-{hashlib.sha256(key.encode()).hexdigest()[:32]}",
                activity_date,
                kind,
                direction,
                row["customer_id"],
                line["invoice_id"],
                row["channel"],
                line["step"],
                row["template"],
                row["experiment_arm"],
                author,
                MACHINE,
                utc_text(now),
            ),
        )
