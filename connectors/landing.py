"""Landing, shared by all connectors: append-only raw tables, a manifest, a quarantine.

Belongs here: what happens to rows once a source has handed them over as text. Does not belong here:
how a source is read (its own folder), which version of a record counts (dbt staging).

One load of one entity is one transaction: its rows, its quarantine and its manifest row become
visible together or not at all. `rows_in = loaded + exact_duplicates + quarantined` holds for each.
A record that a complete export no longer holds gets a tombstone: its key, and `_is_deleted`.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from datetime import datetime

import duckdb

from connectors.contract import ENTITIES, Entity
from connectors.control import prove_landed
from connectors.incoming import INCOMING, Incoming
from connectors.manifest import (
    QUARANTINE,
    ManifestRow,
    last_manifest_row,
    prepare_ledgers,
    write_manifest_row,
)
from connectors.tombstones import MAX_DELETED_SHARE, bury
from connectors.validation import TextForm, identifier


def prepare_raw(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Create schema `raw_<source>` with its sixteen tables, manifest and quarantine where absent."""
    schema = f"raw_{source}"
    prepare_ledgers(connection, source)
    for entity in ENTITIES.values():
        columns = ", ".join(f"{identifier(c.name)} {c.sql_type}" for c in entity.typed_columns)
        connection.execute(
            f"create table if not exists {schema}.{entity.name} ({columns}, _extra json,"
            " _file varchar, _line bigint, _load_id bigint, _loaded_at timestamp, _is_first_load boolean,"
            " _is_deleted boolean default false)"
        )
        # A warehouse of an earlier version.
        connection.execute(
            f"alter table {schema}.{entity.name} add column if not exists _is_deleted boolean default false"
        )
        types = {
            row[0]: str(row[1]).lower()
            for row in connection.execute(f"describe {schema}.{entity.name}").fetchall()
        }
        for column in entity.typed_columns:
            if column.name not in types:
                connection.execute(
                    f"alter table {schema}.{entity.name}"
                    f" add column {identifier(column.name)} {column.sql_type}"
                )
            elif types[column.name] != column.sql_type:
                connection.execute(
                    f"alter table {schema}.{entity.name} alter {identifier(column.name)}"
                    f" set data type {column.sql_type}"
                )


def land_entity(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    entity: Entity,
    *,
    relation: str,
    form: TextForm,
    file: str,
    content_hash: str,
    loaded_at: datetime,
    extra_columns: tuple[str, ...] = (),
    malformed: int = 0,
    malformed_relation: str,
    is_complete: bool = False,
    max_deleted_share: float = MAX_DELETED_SHARE,
    window: tuple[str | None, str | None] = (None, None),
) -> ManifestRow:
    """Append the new rows of one entity, quarantine the bad ones, write the manifest row.

    Args:
        connection: The warehouse, writable.
        source: Name of the source; tables live in `raw_<source>`.
        entity: The entity the rows belong to.
        relation: A table or view of columns named as in the contract, plus `_line` (bigint, 1-based
            line in the file) and `_extra` (json or null). Text is trimmed, empty text null; a column
            of another type is taken at its value, without the form.
        form: How the source writes numbers and dates in text.
        file: File name for manifest and quarantine.
        content_hash: SHA-256 of content and declaration.
        loaded_at: UTC time of the load.
        extra_columns: Headings outside the contract.
        malformed: Rows in `malformed_relation`, broken before any column could be read.
        malformed_relation: A table of line and raw_row (json).
        is_complete: The rows are all there are: a record of earlier loads that is not among them is
            gone. Where a row could not be read nothing is taken for gone: it may be that one.
        max_deleted_share: More of the known records may not be gone from a complete export.
        window: First and last cursor value of an incremental load.

    Returns:
        The manifest row written.

    Raises:
        SourceError: A complete export lacks more than `max_deleted_share` of the known records, or
            what raw holds is not what arrived.
    """
    started = time.perf_counter()
    previous = last_manifest_row(connection, source, entity.name)
    load_id = previous.load_id + 1 if previous else 1
    schema = f"raw_{source}"
    incoming = Incoming(connection, entity, relation, form)
    connection.execute("begin transaction")
    try:
        _quarantine(connection, source, incoming, load_id, file, malformed_relation)
        loaded = _append(connection, f"{schema}.{entity.name}", incoming, load_id, file, loaded_at)
        prove_landed(connection, f"{schema}.{entity.name}", entity, load_id, file)
        deleted = 0
        if is_complete and not malformed:
            deleted = bury(
                connection, source, entity, INCOMING, load_id, file, loaded_at, max_deleted_share
            )
        row = replace(
            _count(connection, source, incoming, load_id, file, loaded, malformed),
            content_hash=content_hash,
            extra_columns=extra_columns,
            deleted=deleted,
            window_from=window[0],
            window_to=window[1],
            duration_seconds=round(time.perf_counter() - started, 3),
        )
        write_manifest_row(connection, row, loaded_at)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    finally:
        incoming.drop()
    return row


def _quarantine(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    incoming: Incoming,
    load_id: int,
    file: str,
    malformed_relation: str,
) -> None:
    target = f"raw_{source}.{QUARANTINE}"
    origin = [source, incoming.entity.name, load_id, file]
    written = json.dumps(asdict(incoming.written_form), ensure_ascii=False)
    if incoming.bad + incoming.conflicting:
        incoming.gather_faulty()
        connection.execute(
            f"insert into {target} select ?, ?, ?, ?, *, ? from ({incoming.quarantined()})",
            [*origin, written],
        )
    connection.execute(
        f"insert into {target} select ?, ?, ?, ?, line, null, null, 'malformed_row', raw_row, ?"
        f" from {malformed_relation}",
        [*origin, written],
    )


def _append(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    incoming: Incoming,
    load_id: int,
    file: str,
    loaded_at: datetime,
) -> int:
    """Append the rows that raw does not hold; how many they are."""
    if connection.execute(f"select 1 from {table} limit 1").fetchone():
        incoming.set_held_aside(table)
    # Several files of one entity in the first drop are all its first load.
    earlier = connection.execute(f"select 1 from {table} where _loaded_at < ? limit 1", [loaded_at])
    is_first = earlier.fetchone() is None
    columns = ", ".join(
        f"{identifier('_parsed_' + name)} as {identifier(name)}"
        for name in incoming.entity.column_names
    )
    [(loaded,)] = connection.execute(
        f"insert into {table} by name select {columns}, _extra, $file as _file, _line, $load as _load_id,"
        f" $loaded_at as _loaded_at, $first as _is_first_load from {incoming.fresh()}",
        {"file": file, "load": load_id, "loaded_at": loaded_at, "first": is_first},
    ).fetchall()
    return int(loaded)


def _count(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    incoming: Incoming,
    load_id: int,
    file: str,
    loaded: int,
    malformed: int,
) -> ManifestRow:
    entity = incoming.entity
    amounts: dict[str, str] = {}
    if entity.amount:
        currency = "currency" if entity.has_currency else "'-'"
        sums = connection.execute(
            f"select {currency}, cast(sum({entity.amount}) as varchar) from raw_{source}.{entity.name}"
            f" where _load_id = ? group by 1 order by 1",
            [load_id],
        ).fetchall()
        amounts = {str(code): total for code, total in sums if total is not None}
    set_aside = incoming.bad + incoming.conflicting
    return ManifestRow(
        source=source,
        entity=entity.name,
        load_id=load_id,
        file=file,
        content_hash="",
        rows_in=incoming.rows + malformed,
        loaded=loaded,
        exact_duplicates=incoming.rows - set_aside - loaded,
        quarantined=set_aside + malformed,
        amounts=amounts,
    )
