"""Ingestion: what the sources hold, landed in raw.

Belongs here: one asset a raw table, with what arrived as metadata. Does not belong here: reading
and checking rows (`connectors`), expectations on them (`checks.raw`).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import dagster as dg
import duckdb

from connectors.contract import ENTITIES
from connectors.manifest import MANIFEST, ManifestRow, last_manifest_row
from connectors.source import Source
from orchestration.config import Company
from orchestration.previews import markdown_table
from orchestration.resources import ONE_DAY_A_RUN, CompanyResource, load_time
from orchestration.sources import build_sources
from orchestration.stages import stage
from orchestration.warehouse import prepare_schemas, reading, writing

GROUP = "ingestion"
# Tables that name persons show no preview.
_PERSONAL = {"contacts", "customers"}


def source_of(company: Company, name: str) -> Source:
    """The configured source of a name."""
    return next(source for source in build_sources(company) if source.name == name)


def land(
    company: Company, name: str, loaded_at: datetime
) -> tuple[list[ManifestRow], dict[str, ManifestRow]]:
    """Load one source of the company.

    Args:
        company: Whose source.
        name: Name of the source.
        loaded_at: UTC time of the load.

    Returns:
        The loads made now, and the newest load of every table that ever had one.
    """
    source = source_of(company, name)
    with stage("Ingest") as note, writing(company.warehouse) as connection:
        prepare_schemas(connection)
        source.prepare(connection)
        loads = source.load(connection, loaded_at, lambda text: note(f"{name} {text}"))
        newest = {
            table: row
            for table in source.tables
            if (row := last_manifest_row(connection, name, table))
        }
    return loads, newest


def _preview_query(source: Source, table: str) -> str:
    # Objects of a vendor are shown without their content, which may name persons.
    columns = "object_id, updated_at, _load_id"
    if table in source.entities:
        columns = ", ".join(column.name for column in ENTITIES[table].columns[:8])
    return f"select {columns} from raw_{source.name}.{table} order by _load_id desc, _line limit 5"


def _metadata(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    table: str,
    row: ManifestRow | None,
    is_new: bool,
) -> dict[str, Any]:
    if row is None:
        return {"state": "nothing arrived: an empty entity", "dagster/row_count": 0}
    metadata: dict[str, Any] = {
        "state": "loaded" if is_new else "unchanged since its last load",
        "file": row.file,
        "rows in": row.rows_in,
        "loaded": row.loaded,
        "exact duplicates": row.exact_duplicates,
        "quarantined": row.quarantined,
        "deleted": row.deleted,
        "amounts loaded": row.amounts,
        "extra columns": list(row.extra_columns),
        "seconds": row.duration_seconds,
    }
    if row.window_to:
        metadata["window"] = f"{row.window_from or 'the beginning'} to {row.window_to}"
    if table not in _PERSONAL or table not in source.entities:
        preview = markdown_table(connection, _preview_query(source, table))
        metadata["preview"] = dg.MetadataValue.md(preview)
        count = connection.execute(f"select count(*) from raw_{source.name}.{table}").fetchall()
        metadata["dagster/row_count"] = count[0][0]
    return metadata


def raw_key(source: str, table: str) -> dg.AssetKey:
    """Asset key of a raw table."""
    return dg.AssetKey([f"raw_{source}", table])


def build_raw_assets(
    sources: Sequence[Source], partitions: dg.PartitionsDefinition
) -> list[dg.AssetsDefinition]:
    """The raw tables of every source, each source one step."""
    return [_build_raw(source, partitions) for source in sources]


def _build_raw(source: Source, partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    name, tables = source.name, source.tables

    @dg.multi_asset(
        name=f"raw_{name}",
        specs=[
            *(
                dg.AssetSpec(
                    raw_key(name, table),
                    group_name=GROUP,
                    description=f"Rows of `{table}` as they arrived; append-only, bad rows in quarantine.",
                    kinds={"duckdb"},
                )
                for table in tables
            ),
            dg.AssetSpec(
                raw_key(name, MANIFEST),
                group_name=GROUP,
                description="One row per load of one table: rows in, loaded, duplicate, quarantined.",
                kinds={"duckdb"},
            ),
        ],
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def raw_tables(
        context: dg.AssetExecutionContext, company: CompanyResource
    ) -> Iterator[dg.MaterializeResult]:
        with company.writer() as current:
            loads, newest = land(current, name, load_time(context))
            loaded_now = {row.entity for row in loads}
            with reading(current.warehouse) as connection:
                details = {
                    table: _metadata(
                        connection, source, table, newest.get(table), table in loaded_now
                    )
                    for table in tables
                }
            for table, metadata in details.items():
                yield dg.MaterializeResult(asset_key=raw_key(name, table), metadata=metadata)
            yield dg.MaterializeResult(
                asset_key=raw_key(name, MANIFEST),
                metadata={
                    "loads made": len(loads),
                    "rows in": sum(row.rows_in for row in loads),
                    "quarantined": sum(row.quarantined for row in loads),
                },
            )

    return raw_tables
