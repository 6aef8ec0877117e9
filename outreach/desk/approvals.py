"""What people decide at the desk about messages: approve, refuse, stop, and what waits for them.

Belongs here: those acts, each in the journal with its author, and the list of what waits. Does not
belong here: what holds a message back by itself (`readiness`), what became of it (`outcomes`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from outreach.delivery.settings import DeliverySettings
from outreach.desk.outcomes import StateError, add_journal, finish, message_row
from outreach.desk.readiness import batch_messages, judge, read_day
from outreach.desk.reasons import Reason
from outreach.desk.store import transaction
from outreach.desk.times import UTC_ZONE, utc_text

# Of a hash; a person reads and types it.
REVISION_LENGTH = 8


@dataclass(frozen=True)
class Waiting:
    """A message that somebody may want to look at.

    Attributes:
        message_no: by which it is approved, reconciled or posted.
        state: pending, claimed or unknown.
        reason: what keeps it back, `post_by_hand` for a letter to print; None: it may leave.
        will_cancel: whether the reason ends it as soon as sending comes to it.
        asked_amounts: JSON text of one total a currency.
        revision: changes with the content; given to `approve`, it approves what was read only.
    """

    message_no: int
    business_date: dt.date
    customer_id: str
    customer_name: str | None
    kind: str
    step: str
    channel: str
    state: str
    reason: Reason | str | None
    will_cancel: bool
    is_approved: bool
    subject: str | None
    file: str | None
    asked_amounts: str
    revision: str


def approve(
    connection: sqlite3.Connection,
    numbers: Sequence[int],
    author: str,
    now: dt.datetime,
    revisions: Mapping[int, str] | None = None,
) -> list[int]:
    """Approve pending messages; all of them or, with an error, none.

    Args:
        connection: the desk.
        numbers: the messages.
        author: who approves.
        now: the moment.
        revisions: `Waiting.revision` of what was read, by number; a number without one is approved
            as it is now.

    Returns:
        Those that were not approved before.

    Raises:
        StateError: one does not exist, is no longer pending, or is not what was read.
    """
    done = []
    with transaction(connection):
        for number in numbers:
            row = message_row(connection, number, ("pending",))
            content, read = row["content_sha256"], (revisions or {}).get(number)
            if read is not None and read != content[:REVISION_LENGTH]:
                raise StateError(f"message {number} has changed since it was read; read it again")
            if row["approved_by"] is not None or not row["needs_approval"]:
                continue
            connection.execute(
                "update messages set approved_by = ?, approved_at = ? where message_no = ?",
                (author, utc_text(now), number),
            )
            # The journal says which content was approved.
            add_journal(connection, "approve", row["message_id"], content, author, now)
            done.append(number)
    return done


def refuse(
    connection: sqlite3.Connection,
    numbers: Sequence[int],
    author: str,
    comment: str | None,
    now: dt.datetime,
) -> None:
    """Refuse pending messages: they do not leave today; a later day decides anew.

    Raises:
        StateError: one does not exist or is no longer pending.
    """
    with transaction(connection):
        for number in numbers:
            row = message_row(connection, number, ("pending",))
            finish(connection, number, "refused", Reason.REFUSED_BY_PERSON, now, comment)
            add_journal(connection, "refuse", row["message_id"], comment, author, now)


def numbers_of(connection: sqlite3.Connection, customer_id: str) -> list[int]:
    """Return the numbers of a customer's pending messages."""
    rows = connection.execute(
        "select message_no from messages where state = 'pending' and customer_id = ?"
        " order by message_no",
        (customer_id,),
    )
    return [row["message_no"] for row in rows]


def batch_revision(connection: sqlite3.Connection) -> str | None:
    """Return by what the batch of the day, as it is now, is approved; None before the first day."""
    facts = connection.execute("select business_date from day_facts").fetchone()
    return None if facts is None else _revision(batch_messages(connection, facts["business_date"]))


def approve_batch(
    connection: sqlite3.Connection, author: str, now: dt.datetime, revision: str | None = None
) -> int:
    """Approve the batch of the day as it is; what is added or changed must be approved again.

    Args:
        connection: the desk.
        author: who approves.
        now: the moment.
        revision: `batch_revision` of what was read; None approves the batch as it is now.

    Returns:
        Its number of messages.

    Raises:
        StateError: no day has been emitted, or the batch is not what was read.
    """
    with transaction(connection):
        facts = connection.execute("select business_date from day_facts").fetchone()
        if facts is None:
            raise StateError("no day has been emitted; `encours run` first")
        day = facts["business_date"]
        batch = batch_messages(connection, day)
        present = _revision(batch)
        if revision not in (None, present):
            raise StateError("the batch has changed since it was read; read it again")
        known = connection.execute(
            "select revision from batch_approvals where business_date = ?", (day,)
        ).fetchone()
        if known is not None and known["revision"] == present:
            return len(batch)
        connection.execute(
            "insert or replace into batch_approvals values (?, ?, ?, ?, ?)",
            (day, len(batch), present, author, utc_text(now)),
        )
        connection.execute("delete from batch_approval_messages where business_date = ?", (day,))
        connection.executemany(
            "insert into batch_approval_messages values (?, ?, ?)",
            [(day, message_id, content) for message_id, content in batch],
        )
        detail = f"{len(batch)} messages, {present}"
        add_journal(connection, "approve_batch", day, detail, author, now)
    return len(batch)


def _revision(batch: Sequence[tuple[str, str]]) -> str:
    text = "\n".join(f"{message_id} {content}" for message_id, content in batch)
    return hashlib.sha256(text.encode()).hexdigest()[:REVISION_LENGTH]


def stop(
    connection: sqlite3.Connection, author: str, comment: str | None, now: dt.datetime
) -> None:
    """Stop all sending: nothing is claimed until somebody starts it again."""
    _switch(connection, "off", "stop", author, comment, now)


def start(
    connection: sqlite3.Connection, author: str, comment: str | None, now: dt.datetime
) -> None:
    """Let messages leave again."""
    _switch(connection, "on", "start", author, comment, now)


def _switch(
    connection: sqlite3.Connection,
    value: str,
    action: str,
    author: str,
    comment: str | None,
    now: dt.datetime,
) -> None:
    with transaction(connection):
        connection.execute(
            "insert or replace into switches values ('sending', ?, ?, ?)",
            (value, author, utc_text(now)),
        )
        add_journal(connection, action, "sending", comment, author, now)


def day_counts(connection: sqlite3.Connection) -> dict[tuple[str, str, str], int]:
    """Return the messages of the newest day by kind, channel and state."""
    rows = connection.execute(
        "select kind, channel, state, count(*) as message_count from messages"
        " where business_date = (select business_date from day_facts)"
        " group by kind, channel, state order by kind, channel, state"
    )
    return {(row["kind"], row["channel"], row["state"]): row["message_count"] for row in rows}


def waiting(
    connection: sqlite3.Connection,
    settings: DeliverySettings,
    now: dt.datetime,
    zone: ZoneInfo = UTC_ZONE,
    newest_publication: Callable[[], str | None] = lambda: None,
) -> list[Waiting]:
    """Return every message that has not ended, with what it waits for, and every unknown outcome.

    Unknown outcomes come first, since only a person can end them. Nothing is changed.

    Args:
        connection: the desk.
        settings: whom they allow, and how much.
        now: the moment.
        zone: in which the company's days begin and end.
        newest_publication: asks for the name of the newest publication; until its facts are here
            nothing leaves. None: nothing is known of one.
    """
    listed = []
    connection.execute("begin")
    try:
        day = read_day(connection, settings, now, zone, newest_publication())
        rows = connection.execute(
            "select * from messages where state in ('unknown', 'claimed', 'pending')"
            " order by state = 'pending', message_no"
        ).fetchall()
        for row in rows:
            reason, will_cancel = row["state_reason"], False
            if row["state"] == "pending" and isinstance(day, Reason):
                reason = day
            elif row["state"] == "pending" and not isinstance(day, Reason):
                verdict = judge(connection, row, day, settings, now)
                reason, will_cancel = verdict.reason, verdict.outcome == "cancel"
            listed.append(_listed(row, reason, will_cancel))
    finally:
        connection.execute("rollback")
    return listed


def _listed(row: sqlite3.Row, reason: Reason | str | None, will_cancel: bool) -> Waiting:
    return Waiting(
        message_no=row["message_no"],
        business_date=dt.date.fromisoformat(row["business_date"]),
        customer_id=row["customer_id"],
        customer_name=row["customer_name"],
        kind=row["kind"],
        step=row["step"],
        channel=row["channel"],
        state=row["state"],
        reason=reason,
        will_cancel=will_cancel,
        is_approved=row["approved_by"] is not None,
        subject=row["subject"],
        file=row["file"],
        asked_amounts=row["asked_amounts"],
        revision=row["content_sha256"][:REVISION_LENGTH],
    )
