"""What people entered at the desk and still counts on a day.

Belongs here: the newest version of each entry, filtered by date. Does not belong here: entering
(`entries`), what sources know (the warehouse).
"""

from __future__ import annotations

import datetime as dt
import sqlite3

_LATEST = "entry_no = (select max(newer.entry_no) from {table} as newer where newer.{key} = {table}.{key})"


def latest(
    connection: sqlite3.Connection, table: str, key: str, entry_id: str
) -> sqlite3.Row | None:
    """The newest version of one entry; None where there is none."""
    row: sqlite3.Row | None = connection.execute(
        f"select * from {table} where {key} = ? order by entry_no desc limit 1", (entry_id,)
    ).fetchone()
    return row


def live_promises(
    connection: sqlite3.Connection,
    on_date: dt.date,
    invoice_id: str | None = None,
    days_after: int = 1,
) -> list[sqlite3.Row]:
    """Promises made by `on_date`, not cancelled, that still hold; the next due first.

    One may write again `days_after` days after the promised date, by the policy.
    """
    return _live(
        connection,
        ("promises", "promise_id"),
        "made_date <= :day and date(promised_date, :days_after) > :day"
        " and (cancelled_date is null or cancelled_date > :day)",
        "promised_date, entry_no",
        on_date,
        invoice_id=invoice_id,
        days_after=f"{days_after:+d} days",
    )


def open_disputes(
    connection: sqlite3.Connection, on_date: dt.date, invoice_id: str | None = None
) -> list[sqlite3.Row]:
    """Disputes raised by `on_date` and not resolved, the oldest first."""
    return _live(
        connection,
        ("disputes", "dispute_id"),
        "raised_date <= :day and (resolved_date is null or resolved_date > :day)",
        "raised_date, entry_no",
        on_date,
        invoice_id=invoice_id,
    )


def live_holds(
    connection: sqlite3.Connection, on_date: dt.date, customer_id: str | None = None
) -> list[sqlite3.Row]:
    """Manual holds begun by `on_date` whose `end_date`, the first free day, has not come."""
    return _live(
        connection,
        ("holds", "hold_id"),
        "start_date <= :day and end_date > :day",
        "end_date, entry_no",
        on_date,
        customer_id=customer_id,
    )


def live_releases(
    connection: sqlite3.Connection, on_date: dt.date, customer_id: str | None = None
) -> list[sqlite3.Row]:
    """Overrides begun by `on_date` whose `end_date`, the first day without them, has not come."""
    return _live(
        connection,
        ("releases", "release_id"),
        "start_date <= :day and end_date > :day",
        "end_date, entry_no",
        on_date,
        customer_id=customer_id,
    )


def is_unreachable(connection: sqlite3.Connection, address: str) -> bool:
    """Whether mail to an address, lower case, comes back for good, whatever day that was entered."""
    return latest(connection, "unreachable_addresses", "email", address) is not None


def _live(
    connection: sqlite3.Connection,
    entry: tuple[str, str],
    condition: str,
    order: str,
    on_date: dt.date,
    days_after: str | None = None,
    **narrowed: str | None,
) -> list[sqlite3.Row]:
    table, key = entry
    wanted = {column: value for column, value in narrowed.items() if value is not None}
    conditions = [_LATEST.format(table=table, key=key), condition]
    conditions += [f"{column} = :{column}" for column in wanted]
    return connection.execute(
        f"select * from {table} where {' and '.join(conditions)} order by {order}",
        {"day": on_date.isoformat(), "days_after": days_after, **wanted},
    ).fetchall()
