"""A load of an API: which windows, then everything extracted, then all of it landed or none.

Belongs here: the windows, worked out from the manifest, and the one transaction. Does not belong here:
requests (`extraction`), what is new (`landing`).

The cursor is the manifest's `window_to`, committed with the rows it stands for: a load killed anywhere
before its commit has moved nothing, and the next one asks again from the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import duckdb

from connectors.dlt_pipeline import drop_left_over
from connectors.manifest import MANIFEST, ManifestRow, last_manifest_row, write_manifest_row
from connectors.rest.declaration import Api, ApiObject, Read, names_of
from connectors.rest.extraction import Extract, Task, extract, probe_api
from connectors.rest.landing import drop_staged, land_objects, prepare_objects, stage_objects
from connectors.source import Source


@dataclass(frozen=True)
class Plan:
    """What a load asks for one object.

    Attributes:
        of: The object.
        reads: Its lists.
        since: Start of the window, UTC, aware.
        is_complete: Whether the lists hold every id in scope.
    """

    of: ApiObject
    reads: tuple[Read, ...]
    since: datetime
    is_complete: bool


def build_api_source(
    api: Api,
    objects: Sequence[ApiObject],
    folder: Path,
    *,
    parties: str,
    is_ledger: bool,
    staged: Sequence[ApiObject] = (),
) -> Source:
    """A declared API as a source of the pipeline.

    Args:
        api: The API as configured.
        objects: Its objects in load order.
        folder: The company's landing folder; a load works in `<folder>/<source>` and leaves nothing.
        parties: See `Source.parties`.
        is_ledger: See `Source.is_ledger`.
        staged: Objects whose tables staging reads whether they are asked for or not.
    """
    objects = tuple(objects)
    return Source(
        name=api.source,
        tables=names_of(objects),
        prepare=lambda connection: prepare_objects(connection, api.source, (*objects, *staged)),
        load=lambda connection, loaded_at, progress: load_api(
            connection, api, objects, folder, loaded_at, progress
        ),
        parties=parties,
        is_ledger=is_ledger,
        probe=lambda: probe_api(api),
    )


def load_api(
    connection: duckdb.DuckDBPyConnection,
    api: Api,
    objects: Sequence[ApiObject],
    folder: Path,
    loaded_at: datetime,
    progress: Callable[[str], None] = lambda _: None,
) -> list[ManifestRow]:
    """Bring the raw tables of an API up to date.

    Args:
        connection: The warehouse, writable, no transaction open.
        api: The API as configured.
        objects: Its objects.
        folder: The company's landing folder.
        loaded_at: UTC time of the load, naive.
        progress: Called with a line of text for each page.

    Returns:
        One manifest row an object.

    Raises:
        SourceError: Something could not be read whole, or not be believed. Raw is as it was.
    """
    connection.execute("set TimeZone = 'UTC'")
    prepare_objects(connection, api.source, objects)
    plans = [_plan(connection, api, each, loaded_at) for each in objects]
    tasks = [Task(plan.of, read, plan.since) for plan in plans for read in plan.reads]
    own = folder / api.source
    if drop_left_over(own):
        progress(f"{api.source}: an interrupted load left files behind; asking again")
    try:
        extracts = extract(api, tasks, own, progress)
        return _land(connection, api, plans, extracts, loaded_at)
    finally:
        for each in objects:
            drop_staged(connection, each)
        drop_left_over(own)


def _land(
    connection: duckdb.DuckDBPyConnection,
    api: Api,
    plans: Sequence[Plan],
    extracts: Sequence[Extract],
    loaded_at: datetime,
) -> list[ManifestRow]:
    of_object = {plan.of.name: [e for e in extracts if e.task.of is plan.of] for plan in plans}
    for plan in plans:
        stage_objects(
            connection,
            api.source,
            plan.of,
            of_object[plan.of.name],
            is_complete=plan.is_complete,
            scope_start=api.first_moment,
            max_deleted_share=api.max_deleted_share,
        )
    rows = []
    connection.execute("begin transaction")
    try:
        for plan in plans:
            started = perf_counter()
            asked = of_object[plan.of.name]
            cursor = _cursor(connection, api.source, plan.of, loaded_at)
            row = land_objects(connection, api.source, plan.of, asked, loaded_at)
            row = replace(
                row,
                window_from=None if plan.is_complete else _text(plan.since),
                window_to=cursor,
                duration_seconds=round(sum(e.seconds for e in asked) + perf_counter() - started, 3),
            )
            write_manifest_row(connection, row, loaded_at)
            rows.append(row)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return rows


def _plan(
    connection: duckdb.DuckDBPyConnection, api: Api, of: ApiObject, loaded_at: datetime
) -> Plan:
    if not of.is_incremental and not of.sweep:
        return Plan(of, of.reads, api.first_moment, is_complete=True)
    last = last_manifest_row(connection, api.source, of.name)
    since = api.first_moment
    if last and last.window_to:
        days = api.overlap_days if of.reread_days is None else of.reread_days
        cursor = datetime.fromisoformat(last.window_to).replace(tzinfo=UTC)
        since = max(api.first_moment, cursor - timedelta(days=days))
    if not _is_sweep_due(connection, api, of, loaded_at):
        return Plan(of, of.reads, since, is_complete=False)
    if any(read.is_keys_only for read in of.sweep):
        return Plan(of, (*of.reads, *of.sweep), since, is_complete=True)
    deletes = tuple(read for read in of.reads if read.is_deleted)
    return Plan(of, (*of.sweep, *deletes), api.first_moment, is_complete=True)


def _is_sweep_due(
    connection: duckdb.DuckDBPyConnection, api: Api, of: ApiObject, loaded_at: datetime
) -> bool:
    if not of.sweep:
        return False
    [(swept_at,)] = connection.execute(
        f"select max(loaded_at) from raw_{api.source}.{MANIFEST} where entity = ? and window_from is null",
        [of.name],
    ).fetchall()
    return swept_at is None or loaded_at - swept_at >= timedelta(days=api.sweep_days)


def _cursor(
    connection: duckdb.DuckDBPyConnection, source: str, of: ApiObject, loaded_at: datetime
) -> str | None:
    """How far the object is known: never past the load itself, whatever a vendor's clock says."""
    [(seen,)] = connection.execute(f"select max(updated_at) from _arrived_{of.name}").fetchall()
    last = last_manifest_row(connection, source, of.name)
    before = last.window_to if last else None
    if seen is None:
        return before
    reached = _text(min(seen, loaded_at))
    return max(before, reached) if before else reached


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds")
