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
from connectors.manifest import (
    QUARANTINE,
    ManifestRow,
    last_manifest_row,
    prepare_ledgers,
    write_manifest_row,
)
from connectors.tombstones import MAX_DELETED_SHARE, bury
from connectors.validation import (
    TextForm,
    identifier,
    parsed_expression,
    quoted,
    reason_expression,
)

INCOMING = "_incoming"


def prepare_raw(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Create schema `raw_<source>` with its sixteen tables, manifest and quarantine where absent."""
    schema = f"raw_{source}"
    prepare_ledgers(connection, source)
    for entity in ENTITIES.values():
        columns = ", ".join(f"{identifier(c.name)} {c.sql_type}" for c in entity.typed_columns)
        connection.execute(
            f"create table if not exists {schema}.{entity.name} ({columns}, _extra json, _row_hash varchar,"
            " _file varchar, _line bigint, _load_id bigint, _loaded_at timestamp, _is_first_load boolean,"
            " _is_deleted boolean default false)"
        )
        # A warehouse of an earlier version.
        connection.execute(
            f"alter table {schema}.{entity.name} add column if not exists _is_deleted boolean default false"
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
        relation: A table of text columns named as in the contract, plus `_line` (bigint, 1-based
            line in the file) and `_extra` (json or null). Empty text is null.
        form: How the source writes numbers and dates.
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
        SourceError: A complete export lacks more than `max_deleted_share` of the known records.
    """
    started = time.perf_counter()
    previous = last_manifest_row(connection, source, entity.name)
    load_id = previous.load_id + 1 if previous else 1
    schema = f"raw_{source}"
    _parse(connection, entity, relation, form)
    connection.execute("begin transaction")
    try:
        _quarantine(connection, source, entity, load_id, file, malformed_relation, form)
        connection.execute(
            _append_statement(schema, entity),
            {
                "file": file,
                "load": load_id,
                "loaded_at": loaded_at,
                "first": _holds_nothing(connection, schema, entity),
            },
        )
        deleted = 0
        if is_complete and not malformed:
            deleted = bury(
                connection, source, entity, INCOMING, load_id, file, loaded_at, max_deleted_share
            )
        row = replace(
            _count(connection, source, entity, load_id, file, malformed),
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
        connection.execute(f"drop table if exists {INCOMING}")
    return row


def _holds_nothing(connection: duckdb.DuckDBPyConnection, schema: str, entity: Entity) -> bool:
    """Whether this load brings the entity's first rows, however many failed before it."""
    return connection.execute(f"select 1 from {schema}.{entity.name} limit 1").fetchone() is None


def _parse(
    connection: duckdb.DuckDBPyConnection, entity: Entity, relation: str, form: TextForm
) -> None:
    """Table `_incoming`: text and parsed columns, `_errors`, `_row_hash` and `_key_hash` of each row."""
    columns = entity.typed_columns
    parsed = ", ".join(
        f"{parsed_expression(c, form)} as {identifier('_parsed_' + c.name)}" for c in columns
    )
    errors = ", ".join(
        f"struct_pack(column_name := {quoted(c.name)}, raw_value := {identifier(c.name)},"
        f" reason := {reason_expression(c, entity, form)})"
        for c in columns
    )
    content = ", ".join(
        f"coalesce(cast({identifier('_parsed_' + c.name)} as varchar), chr(0))" for c in columns
    )
    key = ", ".join(
        f"coalesce(cast({identifier('_parsed_' + name)} as varchar), '')" for name in entity.key
    )
    connection.execute(
        f"create or replace temp table {INCOMING} as"
        f" with parsed as (select *, {parsed} from {relation})"
        f" select *, list_filter([{errors}], lambda e: e.reason is not null) as _errors,"
        f" md5(concat_ws(chr(31), {content})) as _row_hash, md5(concat_ws(chr(31), {key})) as _key_hash"
        " from parsed"
    )
    # One id with two contents and nothing to say which came later: neither is believed.
    connection.execute(
        f"update {INCOMING} set _errors = [struct_pack(column_name := {quoted(entity.key[0])},"
        f" raw_value := {identifier(entity.key[0])}, reason := 'duplicate_id')]"
        f" where len(_errors) = 0 and (_key_hash, coalesce(_parsed_recorded_at, timestamp '0001-01-01')) in ("
        f"  select (_key_hash, coalesce(_parsed_recorded_at, timestamp '0001-01-01')) from {INCOMING}"
        "   where len(_errors) = 0 group by all having count(distinct _row_hash) > 1)"
    )


def _quarantine(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    entity: Entity,
    load_id: int,
    file: str,
    malformed_relation: str,
    form: TextForm,
) -> None:
    written = json.dumps(asdict(form), ensure_ascii=False)
    target = f"raw_{source}.{QUARANTINE}"
    texts = ", ".join(f"{identifier(n)} := {identifier(n)}" for n in entity.column_names)
    connection.execute(
        f"insert into {target} select ?, ?, ?, ?, _line, error.column_name, error.raw_value, error.reason,"
        f" raw_row, ? from (select _line, unnest(_errors) as error, to_json(struct_pack({texts})) as raw_row"
        f" from {INCOMING} where len(_errors) > 0)",
        [source, entity.name, load_id, file, written],
    )
    connection.execute(
        f"insert into {target} select ?, ?, ?, ?, line, null, null, 'malformed_row', raw_row, ?"
        f" from {malformed_relation}",
        [source, entity.name, load_id, file, written],
    )


def _append_statement(schema: str, entity: Entity) -> str:
    """Insert rows whose content raw does not hold: not the latest version, nor one the source dated."""
    fresh = ", ".join(
        f"fresh.{identifier('_parsed_' + n)} as {identifier(n)}" for n in entity.column_names
    )
    keys = ", ".join(identifier(n) for n in entity.key)
    return (
        f"insert into {schema}.{entity.name} by name"
        f" with fresh as (select * from {INCOMING} where len(_errors) = 0"
        "   qualify row_number() over (partition by _key_hash, _row_hash order by _line) = 1),"
        # What came before a tombstone is no longer held: the record may come back as it was.
        f" versions as (select _row_hash, recorded_at, _load_id, row_number() over (partition by {keys}"
        "   order by _load_id desc, _line desc) as age, max(case when _is_deleted then _load_id end)"
        f"   over (partition by {keys}) as buried_in from {schema}.{entity.name}),"
        " held as (select _row_hash from versions where _load_id > coalesce(buried_in, 0)"
        "   and (recorded_at is not null or age = 1))"
        f" select {fresh},"
        " fresh._extra, fresh._row_hash, $file as _file, fresh._line, $load as _load_id,"
        " $loaded_at as _loaded_at, $first as _is_first_load"
        " from fresh anti join held on held._row_hash = fresh._row_hash order by fresh._line"
    )


def _count(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    entity: Entity,
    load_id: int,
    file: str,
    malformed: int,
) -> ManifestRow:
    table = f"raw_{source}.{entity.name}"
    arrived, bad = connection.execute(
        f"select count(*), count(*) filter (where len(_errors) > 0) from {INCOMING}"
    ).fetchall()[0]
    loaded = connection.execute(
        f"select count(*) from {table} where _load_id = ? and not _is_deleted", [load_id]
    ).fetchall()[0][0]
    amounts: dict[str, str] = {}
    if entity.amount:
        currency = "currency" if entity.has_currency else "'-'"
        sums = connection.execute(
            f"select {currency}, cast(sum({entity.amount}) as varchar) from {table}"
            f" where _load_id = ? group by 1 order by 1",
            [load_id],
        ).fetchall()
        amounts = {str(code): total for code, total in sums if total is not None}
    return ManifestRow(
        source=source,
        entity=entity.name,
        load_id=load_id,
        file=file,
        content_hash="",
        rows_in=arrived + malformed,
        loaded=loaded,
        exact_duplicates=arrived - bad - loaded,
        quarantined=bad + malformed,
        amounts=amounts,
    )
