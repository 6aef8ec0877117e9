"""The desk's entries as rows of the warehouse: `raw_desk`, copied whole before each day.

Belongs here: tables, types and the copy. Does not belong here: entries and outbox (`outreach.desk`),
what a hold or promise means (dbt). The desk keeps every version, so the copy is its history.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.contract import ENTITIES
from outreach.desk.store import desk, transaction

# Entities of the import contract to which people at the desk add.
DESK_ENTITIES = ("promises", "disputes", "activities")

_ENTRY = {"author": "varchar", "origin": "varchar", "recorded_at": "timestamp"}
# What staging asks of every raw table; each entry of the desk is a load of one row.
_VERSION = {
    "_load_id": "bigint",
    "_line": "bigint",
    "_loaded_at": "timestamp",
    "_is_first_load": "boolean",
    "_is_deleted": "boolean",
}
_VERSION_VALUES = "entry_no as _load_id, 0 as _line, recorded_at as _loaded_at, 0 as _is_first_load, 0 as _is_deleted"

DESK_TABLES: dict[str, dict[str, str]] = {
    **{
        name: {column.name: column.sql_type for column in ENTITIES[name].columns}
        | _ENTRY
        | _VERSION
        for name in DESK_ENTITIES
    },
    "holds": {
        "entry_no": "bigint",
        "hold_id": "varchar",
        "customer_id": "varchar",
        "invoice_id": "varchar",
        "start_date": "date",
        "end_date": "date",
        "comment": "varchar",
        **_ENTRY,
    },
    "releases": {
        "entry_no": "bigint",
        "release_id": "varchar",
        "customer_id": "varchar",
        "hold_reason": "varchar",
        "start_date": "date",
        "end_date": "date",
        "comment": "varchar",
        **_ENTRY,
    },
    "unreachable_addresses": {
        "entry_no": "bigint",
        "email": "varchar",
        "since_date": "date",
        "cause": "varchar",
        **_ENTRY,
    },
    "deliveries": {
        "message_id": "varchar",
        "invoice_id": "varchar",
        "business_date": "date",
        "customer_id": "varchar",
        "step": "varchar",
        "channel": "varchar",
        "kind": "varchar",
        "state": "varchar",
        "finished_at": "timestamp",
        "is_rehearsal": "boolean",
    },
}

# No content and no address: what was said of which invoice, and what came of it. A digest is of none.
_DELIVERIES = (
    "select messages.message_id, message_lines.invoice_id, business_date, customer_id, messages.step,"
    " channel, kind, state, finished_at, :is_rehearsal as is_rehearsal"
    " from messages inner join message_lines using (message_id)"
)


def prepare_desk(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of `raw_desk`, where absent."""
    connection.execute("create schema if not exists raw_desk")
    for table in DESK_TABLES:
        connection.execute(f"create table if not exists raw_desk.{table} ({_columns(table)})")
    connection.execute("create table if not exists raw_desk.copied (copied_at timestamp)")


def copy_desk(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    copied_at: datetime,
    is_rehearsal: bool = True,
) -> dict[str, int]:
    """Replace `raw_desk` by what the desk holds at one moment.

    Args:
        connection: The warehouse, writable.
        path: The `desk.sqlite`; created where absent.
        copied_at: A moment not after the copy, UTC: what is entered later, the day does not know.
        is_rehearsal: Delivery is a dry run: what is queued is as good as told.

    Returns:
        Rows by table.

    Raises:
        sqlite3.Error: The desk cannot be read.
        duckdb.ConversionException: An entry holds what its column cannot; nothing was replaced.
    """
    with desk(path) as entries, transaction(entries):
        copied = {table: _rows(entries, table, is_rehearsal) for table in DESK_TABLES}
    connection.execute("create schema if not exists raw_desk")
    connection.execute("begin")
    try:
        for table, rows in copied.items():
            connection.execute(f"create or replace table raw_desk.{table} ({_columns(table)})")
            if rows:
                connection.register("_desk_rows", pa.Table.from_pylist(rows))
                names = ", ".join(DESK_TABLES[table])
                connection.execute(
                    f"insert into raw_desk.{table} ({names}) select {_casts(table)} from _desk_rows"
                )
                connection.unregister("_desk_rows")
        connection.execute("create or replace table raw_desk.copied (copied_at timestamp)")
        connection.execute("insert into raw_desk.copied values (?)", [copied_at])
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
    return {table: len(rows) for table, rows in copied.items()}


def _rows(
    entries: sqlite3.Connection, table: str, is_rehearsal: bool
) -> list[dict[str, str | None]]:
    parameters = {}
    if table == "deliveries":
        query, parameters = _DELIVERIES, {"is_rehearsal": int(is_rehearsal)}
    elif table in DESK_ENTITIES:
        query = f"select *, {_VERSION_VALUES} from {table} order by entry_no"
    else:
        query = f"select * from {table} order by entry_no"
    # As text: a column that is empty everywhere would have no type of its own.
    return [
        {name: None if row[name] is None else str(row[name]) for name in DESK_TABLES[table]}
        for row in entries.execute(query, parameters)
    ]


def _columns(table: str) -> str:
    return ", ".join(f"{name} {type_}" for name, type_ in DESK_TABLES[table].items())


def _casts(table: str) -> str:
    # UTC text may end in +00:00, which a timestamp without zone would refuse or shift.
    return ", ".join(
        f"cast(cast({name} as timestamptz) at time zone 'UTC' as timestamp)"
        if type_ == "timestamp"
        else f"cast({name} as {type_})"
        for name, type_ in DESK_TABLES[table].items()
    )
