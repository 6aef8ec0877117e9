"""A desk with messages in it, for the tests of what people and mail give back."""

import datetime as dt
import json
import sqlite3
from decimal import Decimal

DAY = dt.date(2026, 3, 12)
NOW = dt.datetime(2026, 3, 12, 9, 30, tzinfo=dt.UTC)
SIGNED = {"author": "Alice", "origin": "desk", "now": NOW}


def put_message(
    connection: sqlite3.Connection,
    message_id: str,
    customer_id: str = "c1",
    invoices: tuple[str, ...] = ("i1",),
    **changes: object,
) -> None:
    """Write a reminder with its lines as the outbox would."""
    row = {
        "message_id": message_id,
        "business_date": DAY.isoformat(),
        "customer_id": customer_id,
        "customer_name": f"Customer {customer_id}",
        "step": "first_reminder",
        "channel": "email",
        "kind": "reminder",
        "invoice_set": json.dumps([message_id, *invoices]),
        "state": "pending",
        "needs_approval": 0,
        "recipient": f"{customer_id}@client.example",
        "content": b"x",
        "content_sha256": "x",
        "asked_amounts": "[]",
        "asked_amount_reporting": "10.00",
        "template": "reminder",
        "created_at": "2026-03-12T06:00:00+00:00",
        **changes,
    }
    columns = ", ".join(row)
    places = ", ".join(f":{column}" for column in row)
    connection.execute(f"insert into messages ({columns}) values ({places})", row)
    connection.executemany(
        "insert into message_lines values (?, ?, 'first_reminder', 'EUR', '10.00')",
        [(message_id, invoice_id) for invoice_id in invoices],
    )


def put_facts(connection: sqlite3.Connection, dispute_scope: str = "invoice") -> None:
    """Write what the newest emitted day knows."""
    connection.execute(
        "insert into day_facts values (1, ?, 'p', 1, ?, 'x', 'x', 'x')",
        (DAY.isoformat(), dispute_scope),
    )


def states(connection: sqlite3.Connection) -> dict[str, str]:
    """State of each message."""
    rows = connection.execute("select message_id, state from messages order by message_id")
    return {row["message_id"]: row["state"] for row in rows}


def table(connection: sqlite3.Connection, name: str) -> list[dict]:
    """All rows of a table, in the order they were entered."""
    return [dict(row) for row in connection.execute(f"select * from {name} order by rowid")]


def contents(connection: sqlite3.Connection) -> dict[str, list[dict]]:
    """Everything in the desk that people gave."""
    names = ("promises", "disputes", "activities", "holds", "releases", "unreachable_addresses")
    return {name: table(connection, name) for name in (*names, "journal", "messages")}


EUR = Decimal("1200.50")
