"""Extracted items into `raw_<source>.<object>`: checked, only what is new, with tombstones.

Belongs here: what is wrong with an item, which items are new versions, which ids are gone, what the
manifest says. Does not belong here: asking the vendor (`extraction`), when to ask (`loading`).

`stage_objects` looks and refuses, changing nothing but temporary tables; `land_objects` writes, in the
transaction of its caller. A row equal to the latest version before it is an exact duplicate; a row that
goes back to an older content is a new version.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import duckdb

from connectors.errors import SourceError
from connectors.manifest import QUARANTINE, ManifestRow, last_manifest_row, prepare_ledgers
from connectors.rest.declaration import ApiObject, Field
from connectors.rest.extraction import Extract
from connectors.tombstones import FEW_RECORDS
from connectors.validation import quoted

# What of a version is compared: its content stays where it is.
_COMPARED = "object_id, updated_at, _row_hash, _is_deleted"
_JSON_TYPES = {
    "text": ("VARCHAR",),
    "integer": ("BIGINT", "UBIGINT", "HUGEINT"),
    "number": ("BIGINT", "UBIGINT", "HUGEINT", "DOUBLE"),
    "boolean": ("BOOLEAN",),
    "object": ("OBJECT",),
    "list": ("ARRAY",),
}


def prepare_objects(
    connection: duckdb.DuckDBPyConnection, source: str, objects: Sequence[ApiObject]
) -> None:
    """Create schema `raw_<source>`, manifest, quarantine and one table an object where absent."""
    prepare_ledgers(connection, source)
    for each in objects:
        connection.execute(
            f"create table if not exists raw_{source}.{each.name} (object_id varchar, updated_at timestamp,"
            " payload json, _row_hash varchar, _file varchar, _line bigint, _load_id bigint,"
            " _loaded_at timestamp, _is_first_load boolean, _is_deleted boolean default false)"
        )


def stage_objects(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    of: ApiObject,
    extracts: Sequence[Extract],
    *,
    is_complete: bool,
    scope_start: datetime,
    max_deleted_share: float,
) -> None:
    """Temporary tables of what arrived for one object, each row with what is wrong with it.

    Args:
        connection: The warehouse.
        source: Name of the source.
        of: The object.
        extracts: What its lists gave, in the order they were asked.
        is_complete: The lists hold every id in scope.
        scope_start: Objects whose cursor is before it are out of scope of a complete list.
        max_deleted_share: More of the known objects may not be missing from a complete list.

    Raises:
        SourceError: A field is missing or of another type in every item, or too many ids are missing.
    """
    items = " union all ".join(_items(number, each) for number, each in enumerate(extracts))
    connection.execute(
        f"create or replace temp view _read_{of.name} as select * from ({items or _NO_ITEMS})"
    )
    connection.execute(
        f"create or replace temp table _arrived_{of.name} as with typed as ("
        "select object_id, updated_at, cast(payload as json) as payload, _file,"
        f" _is_told_deleted or {_says_deleted(of)} as _is_deleted, _read, line,"
        " md5(payload || case when _is_told_deleted then '-' else '' end) as _row_hash,"
        f" json_type(payload) as _type, {_field_types(of.fields)} as _types"
        f" from _read_{of.name} where not _is_key)"
        " select * exclude (_type, _types, _read, line), row_number() over"
        " (order by updated_at nulls first, _read, line) as _line,"
        f" list_filter([{_errors(of)}], lambda e: e.reason is not null) as _errors from typed"
    )
    _refuse_changed_fields(connection, source, of)
    if is_complete:
        _find_gone(connection, source, of, scope_start, max_deleted_share)
    else:
        connection.execute(f"create or replace temp table _gone_{of.name} (object_id varchar)")


def land_objects(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    of: ApiObject,
    extracts: Sequence[Extract],
    loaded_at: datetime,
) -> ManifestRow:
    """Append what `stage_objects` found new. The caller holds the transaction.

    Returns:
        The manifest row, not yet written, without its window.
    """
    previous = last_manifest_row(connection, source, of.name)
    load_id = previous.load_id + 1 if previous else 1
    table = f"raw_{source}.{of.name}"
    file = "; ".join(dict.fromkeys(each.place for each in extracts))
    [(is_filled,)] = connection.execute(f"select count(*) > 0 from {table}").fetchall()
    connection.execute(
        f"insert into {table} by name select object_id, updated_at, payload, _row_hash, _file, _line,"
        " ? as _load_id, ? as _loaded_at, ? as _is_first_load, _is_deleted from ("
        "  select arrived.*, coalesce(lag(arrived._row_hash) over (partition by arrived.object_id"
        "   order by _line), held._row_hash) as _before"
        f"  from _arrived_{of.name} as arrived left join ({latest_rows(table, _COMPARED)}) as held using (object_id)"
        "  where len(_errors) = 0) where _row_hash is distinct from _before order by _line",
        [load_id, loaded_at, not is_filled],
    )
    connection.execute(
        f"insert into {table} (object_id, _file, _line, _load_id, _loaded_at, _is_first_load, _is_deleted)"
        f" select object_id, ?, 0, ?, ?, false, true from _gone_{of.name} order by 1",
        [file, load_id, loaded_at],
    )
    connection.execute(
        f"insert into raw_{source}.{QUARANTINE} (source, entity, load_id, file, line, column_name,"
        " raw_value, reason, raw_row) select ?, ?, ?, _file, _line, error.column_name,"
        " error.raw_value, error.reason, payload from (select _file, _line, payload,"
        f" unnest(_errors) as error from _arrived_{of.name})",
        [source, of.name, load_id],
    )
    return _counted(connection, source, of, load_id, file)


def _items(number: int, extract: Extract) -> str:
    facts = (
        f"{number} as _read, {quoted(extract.place)} as _file,"
        f" {extract.task.read.is_deleted} as _is_told_deleted, {extract.task.read.is_keys_only} as _is_key"
    )
    if not extract.files:
        return _NO_ITEMS
    files = ", ".join(quoted(str(path)) for path in extract.files)
    return (
        "select object_id, cast(timezone('UTC', updated_at) as timestamp) as updated_at, payload, line,"
        f" {facts} from read_parquet([{files}], union_by_name = true)"
    )


_NO_ITEMS = (
    "select null::varchar as object_id, null::timestamp as updated_at, null::varchar as payload,"
    " null::bigint as line, 0 as _read, null::varchar as _file, false as _is_told_deleted,"
    " true as _is_key where false"
)


def _path(dotted: str) -> str:
    return quoted("$" + "".join(f'."{name}"' for name in dotted.split(".") if name))


def _says_deleted(of: ApiObject) -> str:
    if of.deleted_when is None:
        return "false"
    path, value = of.deleted_when
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"coalesce(json_extract_string(payload, {_path(path)}) = {quoted(text)}, false)"


def _field_types(fields: Sequence[Field]) -> str:
    # One list: the item is parsed once for all its fields.
    paths = ", ".join(_path(each.path) for each in fields)
    return f"json_type(payload, [{paths}])" if fields else "cast([] as varchar[])"


def _errors(of: ApiObject) -> str:
    errors = [
        "struct_pack(column_name := cast(null as varchar), raw_value := left(payload, 200),"
        " reason := case when _type <> 'OBJECT' then 'not_an_object' end)",
        f"struct_pack(column_name := {quoted(of.id_path)}, raw_value := cast(null as varchar),"
        " reason := case when _type = 'OBJECT' and object_id is null then 'missing_value' end)",
    ]
    # A deleted item is a stub: its id and little else.
    living = "_type = 'OBJECT' and not _is_deleted"
    for number, each in enumerate(of.fields, 1):
        allowed = ", ".join(quoted(t) for t in _JSON_TYPES[each.type])
        kind = f"_types[{number}]"
        absent = (
            f"when {kind} is null then {'null' if each.is_optional else quoted('missing_value')}"
        )
        null = (
            f"when {kind} = 'NULL' then {'null' if each.is_nullable else quoted('missing_value')}"
        )
        errors.append(
            f"struct_pack(column_name := {quoted(each.path)},"
            f" raw_value := left(json_extract_string(payload, {_path(each.path)}), 200),"
            f" reason := case when {living} then case {absent} {null}"
            f" when {kind} not in ({allowed}) then {quoted('not_' + each.type)} end end)"
        )
    return ", ".join(errors)


def _refuse_changed_fields(
    connection: duckdb.DuckDBPyConnection, source: str, of: ApiObject
) -> None:
    """One item without a field is a bad item; no item with it is a vendor who changed something."""
    worst = connection.execute(
        f"select error.column_name, error.reason, count(*) as bad,"
        f" (select count(*) from _arrived_{of.name}) as arrived"
        f" from (select unnest(_errors) as error from _arrived_{of.name})"
        " group by all having bad = arrived and arrived > 1 order by 1 nulls first limit 1"
    ).fetchone()
    if worst:
        column, reason, count, _ = worst
        field = f"field '{column}' is '{reason}'" if column else f"an item is '{reason}'"
        raise SourceError(
            f"{source}: in all {count} {of.name} {field}.",
            "The vendor may have renamed or changed it; check the API version.",
        )


def latest_rows(table: str, columns: str = "*") -> str:
    """SQL of the newest row of each object of a raw table, tombstones included.

    Args:
        table: The raw table, schema included.
        columns: The columns that are wanted.
    """
    return (
        f"select {columns} from {table}"
        " qualify row_number() over (partition by object_id order by _load_id desc, _line desc) = 1"
    )


def _find_gone(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    of: ApiObject,
    scope_start: datetime,
    max_share: float,
) -> None:
    """Table `_gone_<object>`: living objects in scope whose id did not arrive."""
    in_scope = (
        "(updated_at is null or updated_at >= ?)" if of.is_incremental else "(true or ? is null)"
    )
    living = f"({latest_rows(f'raw_{source}.{of.name}', _COMPARED)}) where not _is_deleted and {in_scope}"
    start = scope_start.replace(tzinfo=None)
    # An item whose id cannot be read may be any of them.
    unread = f"exists (select 1 from _read_{of.name} where object_id is null)"
    connection.execute(
        f"create or replace temp table _gone_{of.name} as select object_id from (select * from {living})"
        f" anti join _read_{of.name} using (object_id) where not {unread}",
        [start],
    )
    [(gone,)] = connection.execute(f"select count(*) from _gone_{of.name}").fetchall()
    [(known,)] = connection.execute(f"select count(*) from {living}", [start]).fetchall()
    if known > FEW_RECORDS and gone > max_share * known:
        raise SourceError(
            f"{source}: the complete list of {of.name} lacks {gone} of {known} known ones.",
            "Run again later; if they are truly deleted, raise max_deleted_share for one run.",
        )


def _counted(
    connection: duckdb.DuckDBPyConnection, source: str, of: ApiObject, load_id: int, file: str
) -> ManifestRow:
    table = f"raw_{source}.{of.name}"
    [(arrived, bad)] = connection.execute(
        f"select count(*), count(*) filter (where len(_errors) > 0) from _arrived_{of.name}"
    ).fetchall()
    [(loaded, told, digest)] = connection.execute(
        "select count(_row_hash), count(*) filter (where _is_deleted and _row_hash is not null),"
        " sha256(coalesce(string_agg(_row_hash, '' order by _line), ''))"
        f" from {table} where _load_id = ?",
        [load_id],
    ).fetchall()
    [(swept,)] = connection.execute(f"select count(*) from _gone_{of.name}").fetchall()
    return ManifestRow(
        source=source,
        entity=of.name,
        load_id=load_id,
        file=file,
        content_hash=digest,
        rows_in=arrived,
        loaded=loaded,
        exact_duplicates=arrived - bad - loaded,
        quarantined=bad,
        amounts=_amounts(connection, table, of, load_id),
        extra_columns=_unknown_fields(connection, source, of, load_id),
        deleted=swept + told,
    )


def _amounts(
    connection: duckdb.DuckDBPyConnection, table: str, of: ApiObject, load_id: int
) -> dict[str, str]:
    if of.money is None:
        return {}
    sums = connection.execute(
        f"select upper(json_extract_string(payload, {_path(of.money.currency)})) as currency,"
        f" cast(sum(cast(json_extract_string(payload, {_path(of.money.amount)}) as decimal(38, 9))) as varchar)"
        f" from {table} where _load_id = ? and not _is_deleted group by 1 having currency is not null order by 1",
        [load_id],
    ).fetchall()
    amounts = {}
    for currency, total in sums:
        if total is not None:
            amount = Decimal(total)
            if of.money.digits is not None:
                amount = amount.scaleb(-of.money.digits.get(currency, 2))
            exact = amount.normalize()
            amounts[currency] = f"{exact:.2f}" if exact == round(exact, 2) else f"{exact:f}"
    return amounts


def _unknown_fields(
    connection: duckdb.DuckDBPyConnection, source: str, of: ApiObject, load_id: int
) -> tuple[str, ...]:
    """Fields that neither the connector declares nor an earlier manifest row has reported."""
    prefix = f"{of.fields_at}." if of.fields_at else ""
    declared = [f.path.removeprefix(prefix).split(".")[0] for f in of.fields]
    rows = connection.execute(
        f"select distinct unnest(json_keys(payload, {_path(of.fields_at)})) as field"
        f" from raw_{source}.{of.name} where _load_id = ? and payload is not null"
        f" except select unnest(extra_columns) from raw_{source}._manifest where entity = ?"
        " except select unnest(cast(? as varchar[])) order by 1",
        [load_id, of.name, [*declared, of.id_path]],
    ).fetchall()
    return tuple(row[0] for row in rows)


def drop_staged(connection: duckdb.DuckDBPyConnection, of: ApiObject) -> None:
    """Remove the temporary tables of `stage_objects`."""
    connection.execute(f"drop view if exists _read_{of.name}")
    for name in ("arrived", "gone"):
        connection.execute(f"drop table if exists _{name}_{of.name}")
