"""The load of a database into `raw_sql`: everything is read, then everything is landed.

Belongs here: the order of a load, and `build_source`. Does not belong here: reading (`extraction`),
windows (`cursors`), typing, quarantine, append and tombstones (`connectors.landing`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.contract import ENTITIES, Entity
from connectors.dlt_pipeline import drop_left_over, parquet_pipeline
from connectors.errors import SourceError
from connectors.landing import land_entity, prepare_raw
from connectors.manifest import ManifestRow
from connectors.source import Source, contract_parties
from connectors.sql.cursors import Window, reached, window_of
from connectors.sql.database import Snapshot, open_snapshot
from connectors.sql.declaration import SqlEntity, SqlSource
from connectors.sql.extraction import Selection, extract, select_entity
from connectors.sql.faults import named_errors
from connectors.sql.projection import project
from connectors.tombstones import FEW_RECORDS, living_records
from connectors.validation import TextForm

NAME = "sql"


@dataclass(frozen=True)
class PlannedEntity:
    """What one load does with one entity.

    Attributes:
        entity: The entity.
        mapped: Its settings.
        declaration: SHA-256 of what decides how its rows are read, the database's name included.
        selection: Its rows in the database.
        window: Which of them are read.
    """

    entity: Entity
    mapped: SqlEntity
    declaration: str
    selection: Selection
    window: Window

    @property
    def table(self) -> str:
        """Temp table of its rows as landing takes them."""
        return f"_sql_{self.entity.name}"

    @property
    def is_complete(self) -> bool:
        """Whether a record that did not come is gone."""
        return self.window.start is None and self.mapped.has_sweeps


def build_source(settings: SqlSource, folder: Path) -> Source:
    """The database as a source.

    Args:
        settings: `[sources.sql]` of the configuration.
        folder: The company's landing folder; a load works in `<folder>/sql` and leaves nothing.
    """

    def load(
        connection: duckdb.DuckDBPyConnection,
        loaded_at: datetime,
        progress: Callable[[str], None] = lambda _: None,
    ) -> list[ManifestRow]:
        return load_sql(connection, settings, folder, loaded_at, progress)

    return Source(
        name=NAME,
        tables=tuple(ENTITIES),
        prepare=lambda connection: prepare_raw(connection, NAME),
        load=load,
        parties=contract_parties(NAME),
        is_ledger=True,
        entities=tuple(ENTITIES),
        probe=lambda: probe_sql(settings),
    )


def probe_sql(settings: SqlSource) -> list[str]:
    """Connect and look up every table, query and column that the configuration names; read no row.

    Returns:
        Nothing: what is as configured needs no word.

    Raises:
        SourceError: The database cannot be reached, or something that is named does not exist.
    """
    with open_snapshot(settings) as snapshot:
        for name, mapped in settings.entities.items():
            select_entity(snapshot, name, mapped)
    return []


def load_sql(
    connection: duckdb.DuckDBPyConnection,
    source: SqlSource,
    folder: Path,
    loaded_at: datetime,
    progress: Callable[[str], None] = lambda _: None,
) -> list[ManifestRow]:
    """Load every mapped entity: what changed since its last load, or everything.

    Args:
        connection: The warehouse, writable.
        source: The configured source.
        folder: The company's landing folder.
        loaded_at: UTC time of the load.
        progress: Called with what is being done.

    Returns:
        One manifest row an entity.

    Raises:
        SourceError: The database cannot be reached or broke off, a table, column or query is not
            as configured, or most of a table is gone. Nothing is loaded then: all entities are
            read before the first row is written.
    """
    connection.execute("set TimeZone = 'UTC'")
    prepare_raw(connection, NAME)
    own = folder / NAME
    if drop_left_over(own):
        progress("drops what an interrupted load left, and reads it again")
    with parquet_pipeline(f"encours_{NAME}", own) as pipeline:
        with open_snapshot(source) as snapshot:
            planned = _plan(connection, source, snapshot, loaded_at)
            wanted = [(plan.selection, plan.window.start) for plan in planned]
            files = extract(source, snapshot, pipeline, own, wanted, progress)
        for plan in planned:
            rows = files[plan.entity.name]
            project(connection, plan.table, plan.entity, plan.mapped, rows, source.timezone)
            _check_shrinking(connection, plan)
        return [
            _land(connection, plan, files[plan.entity.name], loaded_at, progress)
            for plan in planned
        ]


def _plan(
    connection: duckdb.DuckDBPyConnection,
    source: SqlSource,
    snapshot: Snapshot,
    loaded_at: datetime,
) -> list[PlannedEntity]:
    """The load, in the contract's order: what it names exists in the database."""
    planned = []
    for name, entity in ENTITIES.items():
        if not (mapped := source.entities.get(name)):
            continue
        with named_errors(source, f"{name} ({mapped.place})"):
            selection = select_entity(snapshot, name, mapped)
        text = f"{snapshot.dialect} {snapshot.database} {source.timezone} {mapped.selection}"
        declaration = hashlib.sha256(text.encode()).hexdigest()
        window = window_of(
            connection, NAME, name, mapped, declaration, selection.cursor_kind, loaded_at
        )
        planned.append(PlannedEntity(entity, mapped, declaration, selection, window))
    return planned


def _check_shrinking(connection: duckdb.DuckDBPyConnection, plan: PlannedEntity) -> None:
    """Refuse an empty or shrunken table before any entity is landed; landing looks at keys again."""
    if not plan.is_complete:
        return
    known = living_records(f"raw_{NAME}.{plan.entity.name}", plan.entity)
    [(living,)] = connection.execute(f"select count(*) from ({known})").fetchall()
    [(arrived,)] = connection.execute(f"select count(*) from {plan.table}").fetchall()
    if living > FEW_RECORDS and living - arrived > plan.mapped.max_deleted_share * living:
        raise SourceError(
            f"{plan.selection.place} has {arrived} rows where {living} {plan.entity.name} are known.",
            "Check the database; if they are rightly gone, raise max_deleted_share of"
            f" [sources.sql.entities.{plan.entity.name}] for one run.",
        )


def _land(
    connection: duckdb.DuckDBPyConnection,
    plan: PlannedEntity,
    files: list[Path],
    loaded_at: datetime,
    progress: Callable[[str], None],
) -> ManifestRow:
    progress(f"{plan.entity.name} into raw")
    window_to = plan.window.reached
    if plan.selection.cursor_kind:
        window_to = reached(connection, files, plan.window, loaded_at)
    start = plan.window.start
    connection.execute("create or replace temp table _sql_malformed (line bigint, raw_row json)")
    row = land_entity(
        connection,
        NAME,
        plan.entity,
        relation=plan.table,
        form=TextForm(),
        file=plan.selection.place,
        content_hash=plan.declaration,
        loaded_at=loaded_at,
        malformed_relation="_sql_malformed",
        is_complete=plan.is_complete,
        max_deleted_share=float(plan.mapped.max_deleted_share),
        window=(None if start is None else str(start), window_to),
    )
    connection.execute(f"drop table {plan.table}; drop table _sql_malformed")
    return row
