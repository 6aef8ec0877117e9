"""Text as a database writes it, turned into text as the contract reads it.

Belongs here: the SQL expression of each contract column over the extracted columns. Does not belong
here: parsing and checking the text (`connectors.validation`), fetching it (`extraction`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from connectors.contract import Column, Entity
from connectors.sql.declaration import SqlColumn, SqlEntity
from connectors.validation import identifier, quoted

_NAIVE = r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d+)?"
_WITH_OFFSET = _NAIVE + r" ?(Z|[+-]\d{2}(:?\d{2})?)"


def project(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    entity: Entity,
    mapped: SqlEntity,
    files: list[Path],
    timezone: str,
) -> None:
    """Temp table `table`: the entity's columns as text, `_line` and `_extra`, as landing takes them.

    Args:
        connection: The warehouse.
        table: Name of the temp table.
        entity: The entity.
        mapped: Where its columns come from.
        files: Parquet files of text columns named as in the contract; none for no row.
        timezone: Zone of times without offset, and of the days that times with one fall on.
    """
    columns = ", ".join(
        f"{_expression(column, mapped.columns.get(column.name), timezone)} as {identifier(column.name)}"
        for column in entity.typed_columns
    )
    connection.execute(
        f"create or replace temp table {table} as select {columns}, row_number() over () as _line,"
        f" cast(null as json) as _extra from {_rows(mapped, files)}"
    )


def _rows(mapped: SqlEntity, files: list[Path]) -> str:
    if files:
        names = ", ".join(quoted(str(path)) for path in files)
        return f"read_parquet([{names}], union_by_name = true)"
    columns = [name for name, source in mapped.columns.items() if source.column]
    empty = ", ".join(f"cast(null as varchar) as {identifier(name)}" for name in columns)
    return f"(select {empty} where false)"


def _expression(column: Column, source: SqlColumn | None, timezone: str) -> str:
    if source is None:
        return "cast(null as varchar)"
    if source.value is not None:
        return quoted(source.value)
    text = f"nullif(trim({identifier(column.name)}), '')"
    if source.values:
        cases = " ".join(f"when {quoted(k)} then {quoted(v)}" for k, v in source.values.items())
        text = f"case {text} {cases} else {text} end"
    if source.prefix:
        text = f"{quoted(source.prefix)} || {text}"
    return _in_the_form_of_the_contract(column, text, timezone)


def _in_the_form_of_the_contract(column: Column, text: str, timezone: str) -> str:
    """Text of a wider type than the contract's, where nothing is lost by narrowing it."""
    zone = quoted(timezone)
    if column.type == "date":
        # A time without offset is written in the source's zone, so its day is the one it names.
        return (
            f"case when regexp_full_match({text}, '{_NAIVE}') then left({text}, 10)"
            f" when regexp_full_match({text}, '{_WITH_OFFSET}')"
            f" then coalesce(strftime(timezone({zone}, try_cast({text} as timestamptz)), '%Y-%m-%d'), {text})"
            f" else {text} end"
        )
    if column.type == "timestamp" and timezone != "UTC":
        return (
            f"case when regexp_full_match({text}, '{_NAIVE}')"
            f" then coalesce(cast(timezone({zone}, try_cast({text} as timestamp)) as varchar), {text})"
            f" else {text} end"
        )
    if column.type == "integer":
        return f"regexp_replace({text}, '[.]0+$', '')"
    return text
