"""The desk's file: its tables and how it is opened.

Belongs here: schema, connection, transaction. Does not belong here: what is written (`entries`,
`outbox`, `facts`).

Dates are ISO text, times UTC ISO text, money exact decimal text. Entries of people are never changed
or deleted: a later entry of the same id is its new version.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

# How long a writer waits for another before it gives up.
BUSY_SECONDS = 30.0

_ENTRY = "author text not null, origin text not null, recorded_at text not null"

# Columns of promises, disputes and activities are those of the import contract.
TABLES: dict[str, str] = {
    "promises": (
        "entry_no integer primary key autoincrement, promise_id text not null, invoice_id text not null,"
        " made_date text not null, promised_date text not null, amount text not null, cancelled_date text,"
        f" {_ENTRY}"
    ),
    "disputes": (
        "entry_no integer primary key autoincrement, dispute_id text not null, invoice_id text not null,"
        " raised_date text not null, logged_date text, resolved_date text, amount text, reason text,"
        f" outcome text, {_ENTRY}"
    ),
    "activities": (
        "entry_no integer primary key autoincrement, activity_id text not null, activity_date text not null,"
        " kind text not null, direction text not null, customer_id text, invoice_id text, channel text,"
        " minutes text, collector_id text, step text, template text, experiment_arm text,"
        f" {_ENTRY}"
    ),
    # A hold of a person's: on a customer, or on one of its invoices.
    "holds": (
        "entry_no integer primary key autoincrement, hold_id text not null, customer_id text not null,"
        " invoice_id text, start_date text not null, end_date text not null, comment text,"
        f" {_ENTRY}"
    ),
    # An override: a hold of this reason (`*`: of every reason that may be overridden) does not count.
    "releases": (
        "entry_no integer primary key autoincrement, release_id text not null, customer_id text not null,"
        " hold_reason text not null, start_date text not null, end_date text not null, comment text,"
        f" {_ENTRY}"
    ),
    # Addresses that bounced for good, lower case.
    "unreachable_addresses": (
        "entry_no integer primary key autoincrement, email text not null, since_date text not null,"
        f" cause text not null, {_ENTRY}"
    ),
    # A file of the inbox that was read, by the hash of its content.
    "imports": (
        "file_sha256 text primary key, file_name text not null, kind text not null, rows_in integer not null,"
        " rows_accepted integer not null, rows_rejected integer not null, imported_at text not null"
    ),
    "messages": (
        "message_no integer primary key autoincrement, message_id text not null unique,"
        " business_date text not null, customer_id text not null,"
        " step text not null, channel text not null"
        " check (channel in ('email', 'letter', 'slack_task', 'slack')),"
        " kind text not null check (kind in ('reminder', 'task', 'alert', 'digest')),"
        " invoice_set text not null, state text not null default 'pending'"
        " check (state in ('pending', 'claimed', 'sent', 'refused', 'unknown', 'cancelled')),"
        " state_reason text, needs_approval integer not null, approved_by text, approved_at text,"
        " customer_name text, recipient text, subject text, file text, content blob not null,"
        " content_sha256 text not null, asked_amounts text not null, asked_amount_reporting text not null,"
        " template text, tone text, experiment_arm text, attempts integer not null default 0,"
        " not_before text, created_at text not null, claimed_at text, finished_at text, reply text,"
        " unique (business_date, customer_id, step, channel)"
    ),
    "message_lines": (
        "message_id text not null references messages (message_id), invoice_id text not null, step text,"
        " currency text not null, open_amount text not null, primary key (message_id, invoice_id)"
    ),
    # What the newest emitted day knows; one transaction replaces all three.
    "day_facts": (
        "only_row integer primary key check (only_row = 1), business_date text not null,"
        " publication text not null, promise_days_after integer not null, dispute_scope text not null,"
        " synced_at text not null, published_at text not null, known_at text not null"
    ),
    "customer_facts": (
        "customer_id text primary key, decision text not null, decision_reason text, step text, channel text,"
        " hold_reason text, email text"
    ),
    "invoice_facts": (
        "invoice_id text primary key, customer_id text not null, currency text not null,"
        " open_amount text not null, is_held integer not null"
    ),
    # Who did what at the desk, in order: approvals, stops, reconciliations, sends.
    "journal": (
        "entry_no integer primary key autoincrement, action text not null, subject text not null, detail text,"
        " author text not null, recorded_at text not null"
    ),
    "switches": "name text primary key, value text not null, author text not null, recorded_at text not null",
    # A batch far above the usual waits until somebody has looked at it.
    "batch_approvals": (
        "business_date text primary key, message_count integer not null, revision text not null,"
        " author text not null, recorded_at text not null"
    ),
    # What was looked at; the approval is of these, or fewer of them.
    "batch_approval_messages": (
        "business_date text not null, message_id text not null, content_sha256 text not null,"
        " primary key (business_date, message_id)"
    ),
}

INDEXES = (
    # The same invoices are never asked for twice by the same step and channel, whatever the date.
    "create unique index if not exists one_living_message on messages (invoice_set, step, channel)"
    " where state in ('pending', 'claimed', 'sent', 'unknown')",
    # What a claim looks up, so that thousands of claims stay quick.
    "create index if not exists messages_of_batch on messages"
    " (business_date, state, kind, channel, message_id, content_sha256)",
    "create index if not exists messages_of_state on messages (state)",
    "create index if not exists messages_of_customer on messages (customer_id, state)",
    "create index if not exists lines_of_invoice on message_lines (invoice_id)",
    "create index if not exists promises_of_invoice on promises (invoice_id)",
    "create index if not exists promises_by_id on promises (promise_id)",
    "create index if not exists disputes_of_invoice on disputes (invoice_id)",
    "create index if not exists disputes_by_id on disputes (dispute_id)",
    "create index if not exists holds_of_customer on holds (customer_id)",
    "create index if not exists holds_by_id on holds (hold_id)",
    "create index if not exists releases_of_customer on releases (customer_id)",
    "create index if not exists releases_by_id on releases (release_id)",
    "create index if not exists invoices_of_customer on invoice_facts (customer_id)",
)


def open_desk(path: Path) -> sqlite3.Connection:
    """Open the desk's file, with its tables; durable at every commit, transactions by hand.

    Args:
        path: The `desk.sqlite`; created where absent.

    Raises:
        sqlite3.Error: The file is no desk, is damaged, or cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("pragma foreign_keys = on")
    with transaction(connection):
        for name, columns in TABLES.items():
            connection.execute(f"create table if not exists {name} ({columns})")
        for statement in INDEXES:
            connection.execute(statement)
    return connection


@contextmanager
def desk(path: Path) -> Iterator[sqlite3.Connection]:
    """The desk's file, closed at the end of the block."""
    with closing(open_desk(path)) as connection:
        yield connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction that holds the write lock from its start, so that what it read stays true."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
