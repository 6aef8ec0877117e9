"""Rows out of a database into Parquet files, by dlt's `sql_table` source and its Arrow backend.

Belongs here: what is selected from where, how rows travel. Does not belong here: the window of a
load and what becomes of the rows (`loading`), the connection and its errors (`database`).

Every column is written out as text by the database itself; only the cursor keeps its type.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.dlt_pipeline import causes, parquet_files, unwritable
from connectors.errors import SourceError
from connectors.sql.database import Snapshot, as_text, columns_of, missing_column
from connectors.sql.declaration import SqlEntity, SqlSource
from connectors.sql.faults import explained
from connectors.sql.statements import checked_query

CURSOR = "_cursor"
CHUNK_ROWS = 50_000
CursorValue = dt.datetime | dt.date | int | Decimal


@dataclass(frozen=True)
class Selection:
    """One entity's rows in the database.

    Attributes:
        entity: Name of the entity.
        place: Table or query, for messages.
        subquery: SQLAlchemy subquery: contract columns as text, and `_cursor` where there is one.
        cursor_kind: What its cursor holds; None where it has none, or no row a value in it.
    """

    entity: str
    place: str
    subquery: Any
    cursor_kind: str | None


def kind_of(value: CursorValue) -> str | None:
    """What a cursor holds, None where it is nothing that a load could start from."""
    if isinstance(value, dt.datetime):
        return "time" if value.tzinfo is None else "time with offset"
    if isinstance(value, dt.date):
        return "date"
    if isinstance(value, int) and not isinstance(value, bool):
        return "integer"
    return "decimal" if isinstance(value, Decimal) else None


def select_entity(snapshot: Snapshot, name: str, mapped: SqlEntity) -> Selection:
    """Resolve a mapped entity against the database. Reads no more than one row.

    Raises:
        SourceError: The table or a column does not exist, the query is not one SELECT, or the
            cursor is of a kind that has no order.
    """
    import sqlalchemy as sa

    relation, kinds = _relation(snapshot, name, mapped)
    wanted = [c.column for c in mapped.columns.values() if c.column]
    for column in [*wanted, *([mapped.cursor] if mapped.cursor else [])]:
        if column not in kinds:
            raise missing_column(name, mapped.place, column, list(kinds))
    selected = [
        as_text(snapshot, relation.c[source.column], kinds[source.column]).label(column)
        for column, source in mapped.columns.items()
        if source.column
    ]
    kind = None
    if mapped.cursor:
        kind = _cursor_kind(snapshot, name, mapped, relation.c[mapped.cursor])
    if kind:
        selected.append(sa.type_coerce(relation.c[mapped.cursor], _column_type(kind)).label(CURSOR))
    return Selection(name, mapped.place, sa.select(*selected).subquery(name), kind)


def _relation(snapshot: Snapshot, name: str, mapped: SqlEntity) -> tuple[Any, dict[str, Any]]:
    import sqlalchemy as sa

    if mapped.table is not None:
        kinds = columns_of(snapshot, name, mapped.table, mapped.schema_name)
        columns = [sa.column(column, kind) for column, kind in kinds.items()]
        return sa.table(mapped.table, *columns, schema=mapped.schema_name), kinds
    query = checked_query(name, mapped.query or "", snapshot.dialect)
    # A colon is no parameter here. A line break ends a comment on the last line.
    text = sa.text(query.replace(":", r"\:") + "\n")
    nothing = sa.select(sa.text("*")).select_from(text.columns().subquery("q")).where(sa.false())
    names = list(snapshot.connection.execute(nothing).keys())
    kinds = {column: sa.types.NullType() for column in names}
    return text.columns(*(sa.column(column) for column in names)).subquery("q"), kinds


def _cursor_kind(snapshot: Snapshot, name: str, mapped: SqlEntity, column: Any) -> str | None:
    """What the cursor's first value is; None where no row has one."""
    import sqlalchemy as sa

    first = sa.select(column).where(column.is_not(None)).limit(1)
    value = snapshot.connection.execute(first).scalar()
    if value is None:
        return None
    if kind := kind_of(value):
        return kind
    raise SourceError(
        f"{name}: cursor '{mapped.cursor}' of {mapped.place} holds {type(value).__name__}.",
        "Name a column that holds dates, times or whole numbers, or leave out 'cursor'.",
    )


def _column_type(kind: str) -> Any:
    import sqlalchemy as sa

    return {
        "time": sa.DateTime(),
        "time with offset": sa.DateTime(timezone=True),
        "date": sa.Date(),
        "integer": sa.BigInteger(),
        "decimal": sa.Numeric(38, 9),
    }[kind]


def extract(
    source: SqlSource,
    snapshot: Snapshot,
    pipeline: Any,
    folder: Path,
    selections: list[tuple[Selection, CursorValue | None]],
    progress: Callable[[str], None],
) -> dict[str, list[Path]]:
    """Read every selection, from its cursor on where one is given.

    Args:
        source: The configured source, for messages.
        snapshot: The open database.
        pipeline: A pipeline of `parquet_pipeline`.
        folder: Its folder.
        selections: What to read, and the cursor to start from, that value included; None for all.
        progress: Called with the entity's name before it is read.

    Returns:
        Parquet files by entity; none where no row came.

    Raises:
        SourceError: The database broke off; none of the entities may be landed.
    """
    at_work = _AtWork("what it gave")

    def begin(entity: str, place: str) -> None:
        progress(entity)
        at_work.place = f"{entity} ({place})"

    resources = [_resource(snapshot, selection, start, begin) for selection, start in selections]
    try:
        # One package for all: dlt takes a quarter of a second a package, whatever is in it.
        pipeline.extract(resources, loader_file_format="parquet")
        at_work.place = "what it gave"
        pipeline.normalize()
        pipeline.load()
    except Exception as error:
        raise _cause(source, error, at_work.place) from None
    return {s.entity: parquet_files(folder, s.entity) for s, _ in selections}


@dataclass
class _AtWork:
    """What is being read, for the message if it fails."""

    place: str


def _cause(source: SqlSource, error: BaseException, place: str) -> SourceError:
    """What lies at the bottom of dlt's report; dlt's own words quote rows."""
    from sqlalchemy.exc import SQLAlchemyError

    chain = list(causes(error))
    for each in chain:
        if isinstance(each, SQLAlchemyError):
            return explained(source, each, place)
    for each in chain:
        if isinstance(each, OSError):
            return unwritable(each)
    return explained(source, chain[-1], place)


def _resource(
    snapshot: Snapshot,
    selection: Selection,
    start: CursorValue | None,
    begin: Callable[[str, str], None],
) -> Any:
    import dlt
    import sqlalchemy as sa
    from dlt.sources.sql_database import sql_table

    incremental = None
    if start is not None:
        incremental = dlt.sources.incremental(
            CURSOR,
            initial_value=start,
            # Landing drops what raw already holds, by content; dlt need not compare rows.
            primary_key=(),
            range_start="closed",
            on_cursor_value_missing="include",
            allow_external_schedulers=False,
        )
    metadata = sa.MetaData()
    sa.Table(selection.entity, metadata)
    return sql_table(
        snapshot.connection.engine,
        table=selection.entity,
        metadata=metadata,
        incremental=incremental,
        backend="pyarrow",
        chunk_size=CHUNK_ROWS,
        table_adapter_callback=lambda _: selection.subquery,
        table_loader_class=_loader_class(
            snapshot, lambda: begin(selection.entity, selection.place)
        ),
    )


def _loader_class(snapshot: Snapshot, begin: Callable[[], None]) -> Any:
    """dlt's loader, reading inside the snapshot's transaction instead of a connection of its own."""
    from dlt.sources.sql_database import TableLoader

    class SnapshotLoader(TableLoader):
        def _load_rows(self, query: Any, backend_kwargs: dict[str, Any]) -> Iterator[Any]:
            begin()
            result = snapshot.connection.execute(
                query, execution_options={"yield_per": self.chunk_size}
            )
            try:
                yield from self._convert_result(result, backend_kwargs)
            finally:
                result.close()

    return SnapshotLoader
