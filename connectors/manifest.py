"""What each load did, one row a load of one table: the manifest, and the place for bad rows.

Belongs here: the manifest row, its table and the quarantine's. Does not belong here: how rows are
checked and appended (`landing`, and the connectors that land objects).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import duckdb

MANIFEST = "_manifest"
QUARANTINE = "_quarantine"
# How the name of a load begins that brings rows a person corrected.
CORRECTION = "correction"
_MANIFEST_FACTS = (
    "source",
    "entity",
    "load_id",
    "file",
    "content_hash",
    "rows_in",
    "loaded",
    "exact_duplicates",
    "quarantined",
    "deleted",
    "window_from",
    "window_to",
    "duration_seconds",
)


@dataclass(frozen=True)
class ManifestRow:
    """What one load of one entity did.

    Attributes:
        source: Name of the source system.
        entity: Name of the entity.
        load_id: Number of the load within the source, from 1.
        file: The file or endpoint the rows came from.
        content_hash: SHA-256 of the file and of how it was declared.
        rows_in: Rows that arrived; equals loaded + exact_duplicates + quarantined.
        loaded: Rows appended to raw.
        exact_duplicates: Rows whose content raw already held.
        quarantined: Rows set aside with a reason.
        amounts: Sum of the entity's money column by currency over the loaded rows, exact.
        extra_columns: Headings the contract does not know; kept, not used.
        deleted: Tombstones written for records that are gone from a complete export.
        window_from: First cursor value that was asked for; None for a whole file or table.
        window_to: Last cursor value that was seen.
        duration_seconds: How long the landing took.
    """

    source: str
    entity: str
    load_id: int
    file: str
    content_hash: str
    rows_in: int
    loaded: int
    exact_duplicates: int
    quarantined: int
    amounts: dict[str, str]
    extra_columns: tuple[str, ...] = ()
    deleted: int = 0
    window_from: str | None = None
    window_to: str | None = None
    duration_seconds: float = 0.0


def prepare_ledgers(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Create schema `raw_<source>` with manifest and quarantine where absent."""
    schema = f"raw_{source}"
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(
        f"create table if not exists {schema}.{MANIFEST} (source varchar, entity varchar, load_id bigint,"
        " file varchar, content_hash varchar, rows_in bigint, loaded bigint, exact_duplicates bigint,"
        " quarantined bigint, amounts json, extra_columns varchar[], loaded_at timestamp)"
    )
    for column in (
        "deleted bigint default 0",
        "window_from varchar",
        "window_to varchar",
        "duration_seconds double",
    ):
        connection.execute(f"alter table {schema}.{MANIFEST} add column if not exists {column}")
    connection.execute(
        f"create table if not exists {schema}.{QUARANTINE} (source varchar, entity varchar, load_id bigint,"
        " file varchar, line bigint, column_name varchar, raw_value varchar, reason varchar, raw_row json)"
    )
    # How the row writes numbers and dates: a person corrects it in the same form.
    connection.execute(f"alter table {schema}.{QUARANTINE} add column if not exists form varchar")


def last_manifest_row(
    connection: duckdb.DuckDBPyConnection, source: str, entity: str
) -> ManifestRow | None:
    """The entity's newest manifest row, None before its first load."""
    row = connection.execute(
        f"select {', '.join(_MANIFEST_FACTS)}, amounts, extra_columns from raw_{source}.{MANIFEST}"
        " where entity = ? order by load_id desc limit 1",
        [entity],
    ).fetchone()
    if row is None:
        return None
    facts = dict(zip(_MANIFEST_FACTS, row, strict=False))
    return ManifestRow(**facts, amounts=json.loads(row[-2]), extra_columns=tuple(row[-1] or ()))


def write_manifest_row(
    connection: duckdb.DuckDBPyConnection, row: ManifestRow, loaded_at: datetime
) -> None:
    """Append a manifest row to `raw_<source>._manifest`."""
    facts = {name: getattr(row, name) for name in _MANIFEST_FACTS}
    facts |= {
        "amounts": json.dumps(row.amounts),
        "extra_columns": list(row.extra_columns),
        "loaded_at": loaded_at,
    }
    connection.execute(
        f"insert into raw_{row.source}.{MANIFEST} ({', '.join(facts)})"
        f" values ({', '.join('?' for _ in facts)})",
        list(facts.values()),
    )
