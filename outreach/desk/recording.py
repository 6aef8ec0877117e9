"""How an entry gets into the desk's file: as a new version, or not at all where nothing is new.

Belongs here: versions, what an entry did. Does not belong here: checks (`validation`), what an entry
means (`entries`).
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from outreach.desk.live import latest
from outreach.desk.stopping import StoppedMessage
from outreach.desk.times import utc_text
from outreach.desk.validation import EntryError, check_text

# Table and column of the id, by what a person calls the entry.
KEYS: dict[str, tuple[str, str]] = {
    "promise": ("promises", "promise_id"),
    "dispute": ("disputes", "dispute_id"),
    "activity": ("activities", "activity_id"),
    "hold": ("holds", "hold_id"),
    "release": ("releases", "release_id"),
    "address": ("unreachable_addresses", "email"),
}
_STAMP = ("entry_no", "author", "origin", "recorded_at")


@dataclass(frozen=True)
class Stamp:
    """Who enters something, from where, and when (UTC)."""

    author: str
    origin: str
    now: dt.datetime


@dataclass(frozen=True)
class Entered:
    """What an entry did.

    Attributes:
        entry_id: Its id; for an address the address.
        is_new: False where the desk knew exactly this already.
        stopped: The messages that will not leave because of it.
    """

    entry_id: str
    is_new: bool
    stopped: tuple[StoppedMessage, ...] = ()


def record(
    connection: sqlite3.Connection,
    what: str,
    entry_id: str,
    values: Mapping[str, str | None],
    stamp: Stamp,
) -> bool:
    """Write a version of an entry unless its newest one says the same; whether it was written."""
    table, key = KEYS[what]
    row = latest(connection, table, key, entry_id)
    if row is not None and all(row[column] == value for column, value in values.items()):
        return False
    return _insert(connection, table, {key: entry_id, **values}, stamp)


def change(
    connection: sqlite3.Connection,
    what: str,
    row: sqlite3.Row,
    values: Mapping[str, str | None],
    stamp: Stamp,
) -> Entered:
    """Write a version of an entry that differs from its newest one in `values` only."""
    table, key = KEYS[what]
    old = {column: row[column] for column in row.keys() if column not in _STAMP}  # noqa: SIM118
    _insert(connection, table, {**old, **values}, stamp)
    return Entered(row[key], True)


def known(connection: sqlite3.Connection, what: str, entry_id: str) -> sqlite3.Row:
    """The newest version of an entry.

    Raises:
        EntryError: The desk has no such entry.
    """
    row = latest(connection, *KEYS[what], entry_id)
    if row is None:
        raise EntryError(
            f"The desk has no {what} '{entry_id}'.",
            f"List those it has; a {what} of a source is changed in that source.",
        )
    return row


def _insert(
    connection: sqlite3.Connection, table: str, values: Mapping[str, str | None], stamp: Stamp
) -> bool:
    row = {
        **values,
        "author": check_text("author", stamp.author),
        "origin": check_text("origin", stamp.origin),
        "recorded_at": utc_text(stamp.now),
    }
    for name in ("author", "origin"):
        if row[name] is None:
            raise EntryError(f"The entry has no {name}.", "Say who enters it, and from where.")
    columns = ", ".join(row)
    places = ", ".join(f":{column}" for column in row)
    connection.execute(f"insert into {table} ({columns}) values ({places})", row)
    return True
