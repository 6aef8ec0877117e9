"""Ingestion: what the sources hold, landed in raw.

Belongs here: one asset a raw table, with what arrived as metadata. Does not belong here: reading
and checking rows (`connectors`), expectations on them (`checks.raw`).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import dagster as dg
import duckdb

from connectors.contract import ENTITIES
from connectors.files import load_files
from connectors.manifest import MANIFEST, ManifestRow, last_manifest_row
from orchestration.config import Company
from orchestration.previews import markdown_table
from orchestration.resources import ONE_DAY_A_RUN, CompanyResource, load_time
from orchestration.stages import stage
from orchestration.warehouse import prepare_schemas, reading, writing

GROUP = "ingestion"
SOURCE = "files"
# Tables that name persons show no preview.
_PERSONAL = {"contacts", "customers"}


def land(company: Company, loaded_at: datetime) -> tuple[list[ManifestRow], dict[str, ManifestRow]]:
    """Load the company's files.

    Returns:
        The loads made now, and the newest load of every entity that ever had one.
    """
    with stage("Ingest") as note, writing(company.warehouse) as connection:
        prepare_schemas(connection)
        loads = load_files(connection, company.files_source, loaded_at, note)
        newest = {
            name: row for name in ENTITIES if (row := last_manifest_row(connection, SOURCE, name))
        }
    return loads, newest


def _preview_query(entity: str) -> str:
    columns = ", ".join(column.name for column in ENTITIES[entity].columns[:8])
    return f"select {columns} from raw_{SOURCE}.{entity} order by _load_id desc, _line limit 5"


def _metadata(
    connection: duckdb.DuckDBPyConnection, entity: str, row: ManifestRow | None, is_new: bool
) -> dict[str, Any]:
    if row is None:
        return {"state": "no such file: an empty entity", "dagster/row_count": 0}
    metadata: dict[str, Any] = {
        "state": "loaded" if is_new else "unchanged since its last load",
        "file": row.file,
        "rows in": row.rows_in,
        "loaded": row.loaded,
        "exact duplicates": row.exact_duplicates,
        "quarantined": row.quarantined,
        "amounts loaded": row.amounts,
        "extra columns": list(row.extra_columns),
    }
    if entity not in _PERSONAL:
        preview = markdown_table(connection, _preview_query(entity))
        metadata["preview"] = dg.MetadataValue.md(preview)
        count = connection.execute(f"select count(*) from raw_{SOURCE}.{entity}").fetchall()
        metadata["dagster/row_count"] = count[0][0]
    return metadata


def raw_key(entity: str) -> dg.AssetKey:
    """Asset key of a raw table."""
    return dg.AssetKey([f"raw_{SOURCE}", entity])


def build_raw_files(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The sixteen raw tables of the `files` source, and their manifest, as one step."""

    @dg.multi_asset(
        name="raw_files",
        specs=[
            *(
                dg.AssetSpec(
                    raw_key(entity.name),
                    group_name=GROUP,
                    description=f"Rows of `{entity.name}` as they arrived; append-only, bad rows in quarantine.",
                    kinds={"duckdb"},
                )
                for entity in ENTITIES.values()
            ),
            dg.AssetSpec(
                raw_key(MANIFEST),
                group_name=GROUP,
                description="One row per load of one entity: rows in, loaded, duplicate, quarantined.",
                kinds={"duckdb"},
            ),
        ],
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def raw_files(
        context: dg.AssetExecutionContext, company: CompanyResource
    ) -> Iterator[dg.MaterializeResult]:
        with company.writer() as current:
            loads, newest = land(current, load_time(context))
            loaded_now = {row.entity for row in loads}
            with reading(current.warehouse) as connection:
                details = {
                    entity: _metadata(connection, entity, newest.get(entity), entity in loaded_now)
                    for entity in ENTITIES
                }
            for entity, metadata in details.items():
                yield dg.MaterializeResult(asset_key=raw_key(entity), metadata=metadata)
            yield dg.MaterializeResult(
                asset_key=raw_key(MANIFEST),
                metadata={
                    "loads made": len(loads),
                    "rows in": sum(row.rows_in for row in loads),
                    "quarantined": sum(row.quarantined for row in loads),
                },
            )

    return raw_files
