"""What a publication says of itself: the run, its checks, the meaning of its columns.

Belongs here: schema `about`, comments, which of it belongs to a publication's identity. Does not
belong here: where checks (`checks`) and descriptions (`descriptions`) come from, the marts (dbt).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import duckdb

ABOUT = "about"
MARTS = "marts"

# They ask what arrived since they last passed: a day run again has nothing left to ask them.
ASKED_ON_ARRIVAL = ("expectations", "unusual")

# Column, type, meaning; the order is that of the tables.
_TABLES: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "publication": (
        "One row: the publication and the run that made it.",
        (
            ("publication_id", "varchar", "Name of its folder: business date and content."),
            ("as_of_date", "date", "Business date: nothing dated later is in the figures."),
            ("run_id", "varchar", "Dagster run that made it."),
            ("run_started_at", "timestamp", "UTC time at which that run was created."),
            ("company_name", "varchar", "The company, as configured."),
            ("reporting_currency", "varchar", "ISO 4217 code of all `_reporting` amounts."),
            ("source_names", "varchar", "Configured sources, in order of precedence."),
            (
                "desk_copied_at",
                "timestamp",
                "UTC time of the copy of the desk: what was entered later is not in it; null where none was made.",
            ),
            (
                "quarantined_row_count",
                "bigint",
                "Rows set aside as they arrived and not dealt with; fct_source_loads has them by source and entity.",
            ),
            (
                "suspense_record_count",
                "bigint",
                "Records that cannot count (no exchange rate, unknown invoice); fct_suspense has the reasons.",
            ),
            (
                "ledger_difference_count",
                "bigint",
                "Records that contradict each other and count as they stand; see fct_ledger_differences.",
            ),
            ("check_count", "bigint", "Checks evaluated in the run."),
            (
                "failed_check_count",
                "bigint",
                "Of them, those of severity `error` that failed; none of them blocking.",
            ),
            (
                "warned_check_count",
                "bigint",
                "Of them, those of severity `warn` that found something for a person to look at.",
            ),
        ),
    ),
    "checks": (
        "One row per check that the run evaluated.",
        (
            ("asset", "varchar", "Table asked, as schema.table; of an invariant all its tables."),
            ("check_name", "varchar", "Name of the check."),
            ("severity", "varchar", "`error`, or `warn` for what a person should look at."),
            ("passed", "boolean", "Whether it passed."),
            ("blocking", "boolean", "Whether a failure stops the day."),
            ("description", "varchar", "What must hold; null where only the name says it."),
            ("detail", "varchar", "What was found; null where it found nothing to tell."),
        ),
    ),
    "columns": (
        "One row per column of the marts, in the order of the tables.",
        (
            ("table_name", "varchar", "The mart."),
            ("column_name", "varchar", "Its column."),
            ("data_type", "varchar", "DuckDB type."),
            ("description", "varchar", "Meaning, unit, why it may be null; null: not described."),
        ),
    ),
}


@dataclass(frozen=True)
class CheckOutcome:
    """What a check found in a run.

    Attributes:
        asset: Table asked, as `schema.table`; several tables joined by commas.
        check_name: Its name.
        severity: `error` or `warn`.
        passed: Whether it passed.
        blocking: Whether a failure stops the day.
        description: What must hold; None where only the name says it.
        detail: What was found; None where there is nothing to tell.
    """

    asset: str
    check_name: str
    severity: str
    passed: bool
    blocking: bool
    description: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Description:
    """What a table means: its grain first, then its columns by name."""

    text: str
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class About:
    """What is known of a publication beside its marts.

    Attributes:
        company_name: The company, as configured.
        reporting_currency: ISO 4217 code.
        source_names: Configured sources, in order of precedence.
        run_started_at: When the run was created, aware.
        checks: What the run's checks found.
        descriptions: Meaning of the marts, by table name.
    """

    company_name: str | None = None
    reporting_currency: str | None = None
    source_names: Sequence[str] = ()
    run_started_at: datetime | None = None
    checks: Sequence[CheckOutcome] = ()
    descriptions: Mapping[str, Description] = field(default_factory=dict)

    def of_table(self, table: str) -> Description:
        """A table's description; an empty one where it has none."""
        return self.descriptions.get(table, Description(""))


Column = tuple[str, str, str, str | None]


def described_columns(connection: duckdb.DuckDBPyConnection, about: About) -> list[Column]:
    """Table, column, DuckDB type and description of every column of a database's marts."""
    found = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where schema_name = ? order by table_name, column_index",
        [MARTS],
    ).fetchall()
    return [
        (table, column, data_type, about.of_table(table).columns.get(column) or None)
        for table, column, data_type in found
    ]


def content_hash(tables: Mapping[str, Any], columns: Sequence[Column], about: About) -> str:
    """SHA-256 of what a publication says, whoever ran it and when.

    Rows, columns with their meaning, the company and how each check ended belong to it; run ids,
    times and the wording of what a check found do not, nor do checks that ask arrivals only.

    Args:
        tables: Rows and hash of each mart.
        columns: Its described columns.
        about: What else is known of it.
    """
    content = {
        "tables": tables,
        "columns": columns,
        "grains": {table: about.of_table(table).text for table in tables},
        "company": [about.company_name, about.reporting_currency, *about.source_names],
        "checks": sorted(
            (check.asset, check.check_name, check.severity, check.passed)
            for check in about.checks
            if check.check_name not in ASKED_ON_ARRIVAL
        ),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def set_aside_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int | None]:
    """Rows in quarantine, records in suspense, differences in the ledger; None where a mart is absent."""
    queries = {
        "quarantined_row_count": ("fct_source_loads", "coalesce(sum(quarantined), 0)"),
        "suspense_record_count": ("fct_suspense", "coalesce(sum(record_count), 0)"),
        "ledger_difference_count": ("fct_ledger_differences", "count(*)"),
    }
    counts: dict[str, int | None] = {}
    for name, (table, expression) in queries.items():
        rows = _rows_where_present(connection, table, expression)
        counts[name] = int(rows[0][0]) if rows else None
    return counts


def quarantined_rows(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows in quarantine by source and entity, where there are any."""
    rows = _rows_where_present(
        connection, "fct_source_loads", "source_name, entity, quarantined", "quarantined > 0"
    )
    return [dict(zip(("source_name", "entity", "row_count"), row, strict=True)) for row in rows]


def _rows_where_present(
    connection: duckdb.DuckDBPyConnection, table: str, expressions: str, where: str = "true"
) -> list[tuple[Any, ...]]:
    present = connection.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
        [MARTS, table],
    ).fetchone()
    if not present:
        return []
    return connection.execute(
        f"select {expressions} from {MARTS}.{table} where {where} order by all"
    ).fetchall()


def facts_row(
    publication_id: str,
    as_of_date: date,
    run_id: str,
    about: About,
    desk_copied_at: datetime | None,
    counts: Mapping[str, int | None],
) -> dict[str, Any]:
    """The row of `about.publication`, by column name; times in UTC without zone."""
    return {
        "publication_id": publication_id,
        "as_of_date": as_of_date,
        "run_id": run_id,
        "run_started_at": _utc(about.run_started_at),
        "company_name": about.company_name,
        "reporting_currency": about.reporting_currency,
        "source_names": ", ".join(about.source_names) or None,
        "desk_copied_at": _utc(desk_copied_at),
        **counts,
        "check_count": len(about.checks),
        "failed_check_count": _not_passed(about, "error"),
        "warned_check_count": _not_passed(about, "warn"),
    }


def _not_passed(about: About, severity: str) -> int:
    return sum(not check.passed and check.severity == severity for check in about.checks)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


def _storable(text: str | None) -> str | None:
    # A check quotes what arrived, and half a surrogate pair cannot be written as UTF-8.
    return text.encode("utf-8", "replace").decode() if text else text


def write_about(
    connection: duckdb.DuckDBPyConnection,
    database: str,
    facts: Mapping[str, Any],
    columns: Sequence[Column],
    about: About,
) -> None:
    """Write schema `about` and the comments of all tables and columns of an attached database.

    Args:
        connection: A connection to which it is attached, writable, with its marts.
        database: The name it is attached under.
        facts: The row of `about.publication`.
        columns: The described columns of its marts.
        about: Checks and descriptions.
    """
    checks = [
        (
            c.asset,
            c.check_name,
            c.severity,
            c.passed,
            c.blocking,
            c.description,
            _storable(c.detail),
        )
        for c in sorted(about.checks, key=lambda c: (c.asset, c.check_name))
    ]
    rows = {"publication": [tuple(facts.values())], "checks": checks, "columns": list(columns)}
    connection.execute(f"create schema {database}.{ABOUT}")
    for table, (text, parts) in _TABLES.items():
        path = f"{database}.{ABOUT}.{table}"
        shape = ", ".join(f"{name} {data_type}" for name, data_type, _ in parts)
        connection.execute(f"create table {path} ({shape})")
        _insert(connection, path, [part[:2] for part in parts], rows[table])
        _comment(connection, path, text, {name: meaning for name, _, meaning in parts})
    for table in dict.fromkeys(column[0] for column in columns):
        meanings = {name: meaning for owner, name, _, meaning in columns if owner == table}
        path = f'{database}.{MARTS}."{table}"'
        _comment(connection, path, about.of_table(table).text or None, meanings)


def _insert(
    connection: duckdb.DuckDBPyConnection,
    path: str,
    columns: Sequence[tuple[str, ...]],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    if not rows:
        return
    # One statement: hundreds of bound rows one by one would take longer than the marts.
    values = [json.dumps(row, default=str) for row in rows]
    read = ", ".join(
        f"cast(row_text ->> '$[{number}]' as {data_type})"
        for number, (_, data_type) in enumerate(columns)
    )
    connection.execute(
        f"insert into {path} select {read} from (select unnest(?::json[]) as row_text)", [values]
    )


def _comment(
    connection: duckdb.DuckDBPyConnection,
    path: str,
    text: str | None,
    columns: Mapping[str, str | None],
) -> None:
    if text:
        connection.execute(f"comment on table {path} is {literal(text)}")
    for name, meaning in columns.items():
        if meaning:
            connection.execute(f'comment on column {path}."{name}" is {literal(meaning)}')


def literal(text: str) -> str:
    """A text as an SQL literal, where no parameter may stand."""
    return "'" + text.replace("'", "''") + "'"
