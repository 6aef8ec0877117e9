"""The load of a folder of files into `raw_files`, entity by entity.

Belongs here: what is new or changed, the order of reading and landing. Does not belong here: which
file feeds what (`planning`), reading bytes (`reading`), typing and append (`connectors.landing`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.contract import ENTITIES
from connectors.errors import SourceError
from connectors.files.declaration import FileForm, FilesSource
from connectors.files.planning import PlannedFile, planned_files
from connectors.files.projection import extra_headings, projection
from connectors.files.reading import content_hash, drop_table, headings_of, read_table
from connectors.landing import land_entity, prepare_raw
from connectors.manifest import ManifestRow
from connectors.source import Source, contract_parties

SOURCE = "files"


@dataclass(frozen=True)
class _Prepared:
    """One entity's rows of one file, read and waiting to be landed.

    Attributes:
        file: Which.
        relation: View of its rows.
        table: The file's tables.
        extra: Headings nobody takes.
        malformed: Broken rows counted with this entity.
    """

    file: PlannedFile
    relation: str
    table: str
    extra: tuple[str, ...]
    malformed: int


def build_source(settings: FilesSource) -> Source:
    """The files as a source of the pipeline.

    Args:
        settings: The configured source, paths absolute.
    """
    return Source(
        name=SOURCE,
        tables=tuple(ENTITIES),
        prepare=lambda connection: prepare_raw(connection, SOURCE),
        load=lambda connection, loaded_at, progress: load_files(
            connection, settings, loaded_at, progress
        ),
        parties=contract_parties(SOURCE),
        is_ledger=True,
        entities=tuple(ENTITIES),
    )


def load_files(
    connection: duckdb.DuckDBPyConnection,
    source: FilesSource,
    loaded_at: datetime,
    progress: Callable[[str], None] = lambda _: None,
) -> list[ManifestRow]:
    """Load every file that is new or changed since its last load.

    Args:
        connection: The warehouse, writable.
        source: The configured source, paths absolute.
        loaded_at: UTC time of the load.
        progress: Called with the names of the entities of each file before it is read.

    Returns:
        The manifest rows of this load; entities whose files are unchanged have none.

    Raises:
        SourceError: A file cannot be read at all or lacks a required column. Nothing is loaded
            then: all files are read before the first row is written.
    """
    planned = planned_files(source)
    # Lines are counted by the order in which rows were read.
    connection.execute("set TimeZone = 'UTC'; set preserve_insertion_order = true")
    prepare_raw(connection, SOURCE)
    digests = _digests(planned)
    changed = [file for file in planned if _is_changed(connection, file, digests[file])]
    # Two passes: a file that cannot be read stops the load before any row of another is written.
    for file in changed:
        _check_headings(connection, file)
    prepared = []
    for number, together in enumerate(_by_file(changed)):
        prepared += _prepare(connection, together, f"_file_{number}", progress)
    _require_rows(connection, planned, prepared)
    try:
        order = {file: place for place, file in enumerate(changed)}
        return [
            _land(connection, one, digests[one.file], loaded_at)
            for one in sorted(prepared, key=lambda one: order[one.file])
        ]
    finally:
        for one in prepared:
            connection.execute(f"drop view if exists {one.relation}")
            drop_table(connection, one.table)


def _land(
    connection: duckdb.DuckDBPyConnection, one: _Prepared, digest: str, loaded_at: datetime
) -> ManifestRow:
    # A broken row is counted once, with the first entity the file feeds.
    rows = f"{one.table}_malformed"
    return land_entity(
        connection,
        SOURCE,
        one.file.entity,
        relation=one.relation,
        form=one.file.form.text_form,
        file=one.file.label,
        content_hash=digest,
        loaded_at=loaded_at,
        extra_columns=one.extra,
        malformed=one.malformed,
        malformed_relation=rows if one.malformed else f"(select * from {rows} limit 0)",
        is_complete=one.file.form.is_complete,
    )


def _digests(planned: list[PlannedFile]) -> dict[PlannedFile, str]:
    """SHA-256 of each file's bytes and of how it is declared: either change is a reason to load."""
    content: dict[Path, str] = {}
    for file in planned:
        try:
            if file.path not in content:
                content[file.path] = content_hash(file.path)
        except (FileNotFoundError, IsADirectoryError):
            raise SourceError(
                f"File {file.path} does not exist.", "Put it there or correct the path."
            ) from None
        except PermissionError:
            raise SourceError(
                f"File {file.path} may not be read.", "Give the user read permission."
            ) from None
    return {
        file: hashlib.sha256(f"{file.declaration}{content[file.path]}".encode()).hexdigest()
        for file in planned
    }


def _is_changed(connection: duckdb.DuckDBPyConnection, file: PlannedFile, digest: str) -> bool:
    last = connection.execute(
        f"select content_hash from raw_{SOURCE}._manifest where entity = ? and file = ?"
        " order by load_id desc limit 1",
        [file.entity.name, file.label],
    ).fetchone()
    return last is None or last[0] != digest


def _by_file(changed: list[PlannedFile]) -> list[list[PlannedFile]]:
    """Entities that come from the same file, so that it is read once."""
    together: dict[tuple[Path, FileForm], list[PlannedFile]] = {}
    for file in changed:
        together.setdefault((file.path, file.form), []).append(file)
    return list(together.values())


def _prepare(
    connection: duckdb.DuckDBPyConnection,
    together: list[PlannedFile],
    table: str,
    progress: Callable[[str], None],
) -> list[_Prepared]:
    """Read one file and make a view of the rows of each entity it feeds."""
    progress(", ".join(file.entity.name for file in together))
    first = together[0]
    # A mapping reads words and joins texts; so does what the form itself declares of rows.
    keeps_types = not (first.parts or first.form.headings or first.form.empty)
    headings, malformed = read_table(connection, first.path, first.form, table, keeps_types)
    prepared = []
    for file in together:
        relation = f"{table}_{file.entity.name}"
        connection.execute(
            f"create or replace temp view {relation} as {projection(file, headings, table)}"
        )
        counted = malformed if file is first else 0
        prepared.append(_Prepared(file, relation, table, extra_headings(file, headings), counted))
    return prepared


def _require_rows(
    connection: duckdb.DuckDBPyConnection, planned: list[PlannedFile], prepared: list[_Prepared]
) -> None:
    """Refuse a drop without a single row of an entity that must have some."""
    for entity in {file.entity.name: file.entity for file in planned}.values():
        mine = [one for one in prepared if one.file.entity is entity]
        files = [file for file in planned if file.entity is entity]
        if not entity.is_required or len(mine) < len(files):
            continue
        if not any(one.malformed or _has_rows(connection, one.relation) for one in mine):
            raise SourceError(
                f"File {files[0].path} has no rows.", f"Export it again with its {entity.name}."
            )


def _has_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    return connection.execute(f"select 1 from {relation} limit 1").fetchone() is not None


def _check_headings(connection: duckdb.DuckDBPyConnection, file: PlannedFile) -> None:
    headings = headings_of(connection, file.path, file.form)
    missing = [name for name in file.headings if name not in headings]
    if not missing:
        return
    if file.parts:
        has = ", ".join(heading for heading in headings if heading)
        remedy = f"Map entities.{file.entity.name} to a heading it has: {has}."
    else:
        remedy = (
            "Add it to the export, or declare a mapping that says which heading holds it:"
            " `encours check` proposes one."
        )
    raise SourceError(f"File {file.path} has no column '{missing[0]}'.", remedy)
