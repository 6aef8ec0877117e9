"""Which tables hold entities of the import contract, and what of them has not been checked yet.

Belongs here: the relations that are asked, their rows in batches, loads in figures, shares of quarantine.
Does not belong here: the expectations (`checks.expectations`), the asset checks (`checks.raw`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from connectors.contract import ENTITIES, Entity
from connectors.manifest import CORRECTION, MANIFEST
from connectors.source import Source
from connectors.validation import quoted
from orchestration.config import Company
from orchestration.dbt import PROJECT_DIR
from orchestration.quarantine import open_rows
from orchestration.warehouse import reading

if TYPE_CHECKING:
    import pandas as pd

# DuckDB's vectors of 2,048 rows: batches of half a million.
_VECTORS_A_BATCH = 244
# Ledgers that stand still are stale; a help desk may be quiet for a week.
_MUST_BE_FRESH = ("invoices", "payments")


@dataclass(frozen=True)
class CheckedTable:
    """A table that holds rows of an entity.

    Attributes:
        source: Name of the source.
        entity: Name of the entity.
        is_staged: It is the staging model of a source whose raw tables hold a vendor's objects.
    """

    source: str
    entity: str
    is_staged: bool = False

    @property
    def relation(self) -> str:
        """Its name in the warehouse."""
        if self.is_staged:
            return f"staging.stg_{self.source}__{self.entity}"
        return f"raw_{self.source}.{self.entity}"


def staged_entities(source: Source) -> list[str]:
    """Entities that a source's staging folder makes of a vendor's objects, in the contract's order."""
    folder = PROJECT_DIR / "models" / "staging" / source.name
    return [name for name in ENTITIES if (folder / f"stg_{source.name}__{name}.sql").exists()]


def checked_tables(sources: Sequence[Source]) -> list[CheckedTable]:
    """Every table that holds an entity: raw ones, staged ones where raw holds a vendor's objects."""
    raw = [CheckedTable(s.name, name) for s in sources for name in s.entities]
    staged = [
        CheckedTable(s.name, name, is_staged=True)
        for s in sources
        if not s.entities
        for name in staged_entities(s)
    ]
    return raw + staged


def _columns(entity: Entity, is_staged: bool) -> str:
    # pandas holds decimals as objects; a double is enough to see a sign.
    columns = [
        f"cast({c.name} as double) as {c.name}" if c.type in ("amount", "rate") else c.name
        for c in entity.typed_columns
    ]
    if entity.name == "payments":
        outgoing = "kind in ('refund', 'chargeback')"
        columns.append(f"case when {outgoing} then cast(amount as double) end as outgoing_amount")
    return ", ".join([*columns, "0 as _load_id" if is_staged else "_load_id"])


def newest_load(connection: duckdb.DuckDBPyConnection, table: CheckedTable) -> int:
    """The number of a table's newest load, which grows with each; 0 before the first.

    A staged table comes of all objects of its source: the sum of their loads stands for it.
    """
    where = "" if table.is_staged else f" where entity = {quoted(table.entity)}"
    figure = "sum(newest)" if table.is_staged else "max(newest)"
    [(load_id,)] = connection.execute(
        f"select coalesce({figure}, 0) from (select max(load_id) as newest"
        f" from raw_{table.source}.{MANIFEST}{where} group by entity)"
    ).fetchall()
    return int(load_id)


def passed_load(connection: duckdb.DuckDBPyConnection, table: CheckedTable) -> int:
    """The newest load of a table whose rows have passed; 0 where none has."""
    [(load_id,)] = connection.execute(
        "select coalesce(max(load_id), 0) from audit.checked_loads where source = ? and entity = ?",
        [table.source, table.entity],
    ).fetchall()
    return int(load_id)


def new_rows(
    connection: duckdb.DuckDBPyConnection, table: CheckedTable, passed: int
) -> Iterator[pd.DataFrame]:
    """Rows of the loads after one that passed, in batches; one empty batch where there are none.

    A staged table is asked whole.
    """
    where = "" if table.is_staged else f" where not _is_deleted and _load_id > {passed}"
    columns = _columns(ENTITIES[table.entity], table.is_staged)
    cursor = connection.execute(f"select {columns} from {table.relation}{where}")
    batch = cursor.fetch_df_chunk(_VECTORS_A_BATCH)
    while True:
        yield batch
        batch = cursor.fetch_df_chunk(_VECTORS_A_BATCH)
        if batch.empty:
            return


def arrivals(connection: duckdb.DuckDBPyConnection, source: Source, day: date) -> pd.DataFrame:
    """One row per table of a source that had a load: what its newest load says.

    Args:
        connection: The warehouse.
        source: The source.
        day: The business date.

    Returns:
        entity, unaccounted_rows, volume_ratio (null before the fourth load), days_since_newest (null
        for tables that may rest and for a table without a record by that day).
    """
    newest = {}
    for name in set(_MUST_BE_FRESH) & set(source.tables):
        dated = ENTITIES[name].effective_date if name in source.entities else "updated_at"
        newest[name] = connection.execute(
            f"select ? - max(cast({dated} as date)) from raw_{source.name}.{name} where {dated} < ? + 1",
            [day, day],
        ).fetchall()[0][0]
    frame = connection.execute(
        "with loads as (select *, row_number() over (partition by entity order by load_id desc) as age"
        f" from raw_{source.name}.{MANIFEST}), earlier as (select entity, median(rows_in) as rows_in"
        " from loads where age between 2 and 11 group by entity having count(*) >= 3)"
        " select loads.entity, loads.rows_in - loads.loaded - loads.exact_duplicates - loads.quarantined"
        " as unaccounted_rows, loads.rows_in / nullif(earlier.rows_in, 0) as volume_ratio"
        " from loads left join earlier on loads.entity = earlier.entity where age = 1 order by 1"
    ).df()
    # Null where the table may rest, so that the expectation does not ask it.
    frame["days_since_newest"] = frame["entity"].map(newest).astype("float64")
    return frame


def tables_without_rows(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[CheckedTable]
) -> dict[CheckedTable, str]:
    """Tables of entities that the ledger needs and that no source holds, with what to say."""
    missing: dict[CheckedTable, str] = {}
    for name in [name for name, entity in ENTITIES.items() if entity.is_required]:
        holding = [table for table in tables if table.entity == name]
        if not any(
            connection.execute(f"select 1 from {table.relation} limit 1").fetchone()
            for table in holding
        ):
            missing |= {table: f"{table.relation} holds no row" for table in holding}
    return missing


def tables_sharing_ids(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[CheckedTable]
) -> dict[CheckedTable, str]:
    """Raw tables with ids that an earlier source uses for the same entity, with what to do.

    Customers are one or two by identity resolution, a rate is that of the first source; any other
    record of one id in two sources would count once or stop the models.
    """
    shared: dict[CheckedTable, str] = {}
    for name, entity in ENTITIES.items():
        if name in ("customers", "fx_rates"):
            continue
        keys = ", ".join(entity.key)
        raw = [table for table in tables if table.entity == name and not table.is_staged]
        for place, table in enumerate(raw):
            for other in raw[:place]:
                [(count,)] = connection.execute(
                    f"select count(*) from (select distinct {keys} from {table.relation}) as own"
                    f" semi join {other.relation} as other using ({keys})"
                ).fetchall()
                if count:
                    shared[table] = (
                        f"{count} ids of {table.relation} are in {other.relation} too: give one source's ids a"
                        " prefix in its mapping, or leave the entity out of one"
                    )
    return shared


def quarantined_shares(
    company: Company, tables: list[tuple[str, str]]
) -> dict[tuple[str, str], tuple[int, int]]:
    """Rows set aside and not dealt with, and all that arrived, of each raw table's newest export."""
    shares: dict[tuple[str, str], tuple[int, int]] = {}
    with reading(company.warehouse) as connection:
        for source in sorted({source for source, _ in tables}):
            found = connection.execute(
                f"with exports as (select * from raw_{source}.{MANIFEST} where not starts_with(file, ?)),"
                # A small window with one bad row is no bad export: rows since the last whole load count.
                " whole as (select entity, coalesce(max(loaded_at) filter (where window_from is null),"
                "   timestamp '0001-01-01') as since from exports group by entity),"
                " current_loads as (select exports.* from exports inner join whole using (entity)"
                "   where loaded_at >= since),"
                f" aside as (select open_rows.entity, count(distinct (open_rows.file, row_id)) as aside"
                f"   from ({open_rows(source)}) as open_rows semi join current_loads using (entity, file, load_id)"
                "   group by open_rows.entity)"
                " select entity, coalesce(any_value(aside), 0), sum(rows_in)"
                " from current_loads left join aside using (entity) group by entity",
                [CORRECTION],
            ).fetchall()
            shares |= {(source, entity): (int(bad), int(rows)) for entity, bad, rows in found}
    return {key: shares[key] for key in tables if key in shares}
