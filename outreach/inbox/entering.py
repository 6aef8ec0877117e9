"""An annotated list written to the desk: promises, disputes, notes and holds.

Belongs here: ids of what came from a list, what the desk knows already. Does not belong here:
reading the list (`annotated`), the entries themselves (`desk.entries`).

An entry's id comes from what it is about and the day it was read: a list dropped again the same
day with a change corrects it, and one dropped again unchanged adds nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from outreach.desk import entries, live
from outreach.desk.recording import Entered
from outreach.desk.stopping import StoppedMessage
from outreach.desk.times import utc_text
from outreach.desk.validation import EntryError
from outreach.inbox.meaning import Annotation
from outreach.inbox.words import Problem

_LIST_PREFIX = "list-"


@dataclass(frozen=True)
class Signature:
    """Who drops files, which one, on which business date, and when (an aware moment)."""

    author: str
    origin: str
    business_date: dt.date
    now: dt.datetime


@dataclass
class EnteredFile:
    """What a file did: entries that are new, by kind, and the messages they stopped."""

    counts: Counter[str] = field(default_factory=Counter)
    stopped: list[StoppedMessage] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def note(self, kind: str, entered: Entered) -> None:
        """Count an entry, unless the desk knew it."""
        self.counts[kind] += entered.is_new
        self.stopped += entered.stopped


def enter_annotations(
    connection: sqlite3.Connection, taken: Sequence[Annotation], signature: Signature
) -> EnteredFile:
    """Write the rows of a list to the desk, within the transaction of its file."""
    done = EnteredFile()
    for annotation in taken:
        connection.execute("savepoint one_row")
        before = EnteredFile(done.counts.copy(), list(done.stopped), done.problems)
        try:
            _enter(connection, annotation, signature, done)
        except EntryError as error:
            connection.execute("rollback to one_row")
            done.counts, done.stopped = before.counts, before.stopped
            fault = Problem(
                annotation.line, annotation.customer_id, "", "", error.what, error.remedy
            )
            done.problems.append(fault)
        connection.execute("release one_row")
    return done


def _enter(
    connection: sqlite3.Connection, row: Annotation, signature: Signature, done: EnteredFile
) -> None:
    _enter_promises(connection, row, signature, done)
    _enter_disputes(connection, row, signature, done)
    if row.comment:
        _enter_comment(connection, row, signature, done)
    if row.next_contact_date:
        _enter_hold(connection, row, row.next_contact_date, signature, done)


def _enter_promises(
    connection: sqlite3.Connection, row: Annotation, signature: Signature, done: EnteredFile
) -> None:
    if row.promised_date is None:
        return
    today = signature.business_date
    for line, amount in row.promises:
        entry_id = list_id("promise", line.invoice_id, today.isoformat())
        known = live.live_promises(connection, today, line.invoice_id)
        if any(
            each["promised_date"] == row.promised_date.isoformat()
            and each["promise_id"] != entry_id
            for each in known
        ):
            continue
        entered = entries.add_promise(
            connection,
            line.invoice_id,
            today,
            row.promised_date,
            amount,
            signature.author,
            signature.origin,
            signature.now,
            promise_id=entry_id,
        )
        done.note("promises", entered)


def _enter_disputes(
    connection: sqlite3.Connection, row: Annotation, signature: Signature, done: EnteredFile
) -> None:
    today = signature.business_date
    for invoice_id in row.disputed:
        if live.open_disputes(connection, today, invoice_id):
            continue
        entered = entries.add_dispute(
            connection,
            invoice_id,
            today,
            signature.author,
            signature.origin,
            signature.now,
            dispute_id=list_id("dispute", invoice_id, today.isoformat()),
        )
        done.note("disputes", entered)


def _enter_comment(
    connection: sqlite3.Connection, row: Annotation, signature: Signature, done: EnteredFile
) -> None:
    """A note among the contacts; its words stay in the desk's journal."""
    today, comment = signature.business_date, row.comment or ""
    entered = entries.add_activity(
        connection,
        entries.Activity(today, "note", "internal", customer_id=row.customer_id),
        signature.author,
        signature.origin,
        signature.now,
        activity_id=list_id("note", row.customer_id, today.isoformat(), comment),
    )
    done.note("notes", entered)
    if entered.is_new:
        connection.execute(
            "insert into journal (action, subject, detail, author, recorded_at)"
            " values ('comment', ?, ?, ?, ?)",
            (row.customer_id, comment, signature.author, utc_text(signature.now)),
        )


def _enter_hold(
    connection: sqlite3.Connection,
    row: Annotation,
    until: dt.date,
    signature: Signature,
    done: EnteredFile,
) -> None:
    """A hold until the next contact; the team's last word moves the one of an earlier list."""
    today = signature.business_date
    hold_id, start = list_id("hold", row.customer_id, today.isoformat()), today
    comment = row.comment
    for held in live.live_holds(connection, today, row.customer_id):
        if held["hold_id"].startswith(_LIST_PREFIX) and held["invoice_id"] is None:
            hold_id, start = held["hold_id"], dt.date.fromisoformat(held["start_date"])
            comment = comment or held["comment"]
    entered = entries.add_hold(
        connection,
        row.customer_id,
        start,
        until,
        signature.author,
        signature.origin,
        signature.now,
        comment=comment,
        hold_id=hold_id,
    )
    done.note("holds", entered)


def list_id(*parts: str) -> str:
    """Return the id of an entry of a list: the same for the same parts."""
    return _LIST_PREFIX + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
