"""Records that are gone from a complete export.

Belongs here: finding them and writing their tombstones. Does not belong here: what a tombstone means
to a reader (dbt staging drops the record).
"""

from __future__ import annotations

from datetime import datetime

import duckdb

from connectors.contract import Entity
from connectors.errors import SourceError
from connectors.manifest import CORRECTION
from connectors.validation import identifier

# A complete export without more than this share of the known records is cut short, not emptied.
MAX_DELETED_SHARE = 0.5
# Below so few records a share says nothing.
FEW_RECORDS = 20


def living_records(table: str, entity: Entity) -> str:
    """SQL of the records that raw holds and no tombstone follows: key and `_file` of the newest row.

    Args:
        table: A raw table, schema included, or rows of one in brackets.
        entity: Whose records they are.
    """
    keys = ", ".join(identifier(name) for name in entity.key)
    return (
        f"select {keys}, _file from {table} qualify row_number() over"
        f" (partition by {keys} order by _load_id desc, _line desc) = 1 and not _is_deleted"
    )


def bury(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    entity: Entity,
    incoming: str,
    load_id: int,
    file: str,
    loaded_at: datetime,
    max_share: float = MAX_DELETED_SHARE,
) -> int:
    """Write a tombstone for every living record whose key did not arrive.

    Args:
        connection: The warehouse, in the transaction of the load.
        source: Name of the source; the table lives in `raw_<source>`.
        entity: The entity.
        incoming: A table of all that arrived, bad rows included, keys under `_parsed_<name>`.
        load_id: Number of the load.
        file: File name for the tombstones.
        loaded_at: UTC time of the load.
        max_share: More of the known records than this may not be gone at once.

    Returns:
        Tombstones written; 0 where a row arrived without its key, which may be any record.

    Raises:
        SourceError: More than `max_share` of the known records did not arrive.
    """
    table = f"raw_{source}.{entity.name}"
    keys = ", ".join(identifier(name) for name in entity.key)
    arrived = ", ".join(f"{identifier('_parsed_' + n)} as {identifier(n)}" for n in entity.key)
    without_key = " or ".join(f"{identifier('_parsed_' + n)} is null" for n in entity.key)
    if connection.execute(f"select 1 from {incoming} where {without_key} limit 1").fetchone():
        return 0
    connection.execute(
        f"create or replace temp table _gone as select {keys} from ({living_records(table, entity)})"
        f" anti join (select {arrived} from {incoming}) as arrived using ({keys})"
        # What a person corrected stands for a row that the export still holds wrong.
        f" where not starts_with(_file, '{CORRECTION}')"
    )
    [(gone,)] = connection.execute("select count(*) from _gone").fetchall()
    if gone:
        before = living_records(f"(select * from {table} where _load_id < {load_id})", entity)
        [(known,)] = connection.execute(f"select count(*) from ({before})").fetchall()
        if known > FEW_RECORDS and gone > max_share * known:
            raise SourceError(
                f"{file} is declared complete and lacks {gone} of {known} known {entity.name}.",
                "Export it again in full, or declare it a part (is_complete = false) or truly shrunk"
                " (max_deleted_share).",
            )
        connection.execute(
            f"insert into {table} ({keys}, _file, _line, _load_id, _loaded_at, _is_first_load, _is_deleted)"
            f" select {keys}, ?, 0, ?, ?, false, true from _gone order by all",
            [file, load_id, loaded_at],
        )
    connection.execute("drop table _gone")
    return int(gone)
