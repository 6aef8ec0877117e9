"""The load of a folder of files into `raw_files`, entity by entity.

Belongs here: which file feeds which entity, the projection of headings onto contract columns.
Does not belong here: reading bytes (`reading`), typing, quarantine and append (`connectors.landing`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.contract import ENTITIES, Entity
from connectors.errors import SourceError
from connectors.files.declaration import FileForm, FilesSource, MappedEntity, load_mapping
from connectors.files.reading import (
    FILE_TABLE,
    SUFFIXES,
    content_hash,
    headings_of,
    read_text_table,
)
from connectors.landing import land_entity, prepare_raw
from connectors.manifest import ManifestRow, last_manifest_row
from connectors.source import Source, contract_parties
from connectors.validation import identifier, quoted

SOURCE = "files"
PROJECTED = "_projected"


@dataclass(frozen=True)
class PlannedFile:
    """One entity and the file that feeds it."""

    entity: Entity
    path: Path
    form: FileForm
    mapped: MappedEntity | None = None

    @property
    def declaration(self) -> str:
        """Everything but the bytes that decides how the file is read."""
        return (
            f"{self.form.model_dump_json()}{self.mapped.model_dump_json() if self.mapped else ''}"
        )


def planned_files(source: FilesSource) -> list[PlannedFile]:
    """Which file feeds which entity, in the contract's order. Reads no data.

    Raises:
        SourceError: The folder or a required file is missing, or an entity has two files.
    """
    if source.mapping:
        mapping = load_mapping(source.mapping)
        return [
            PlannedFile(
                ENTITIES[name],
                source.path / mapping.files[mapped.file].path
                if mapping.files[mapped.file].path
                else source.path,
                mapping.files[mapped.file],
                mapped,
            )
            for name, mapped in sorted(
                mapping.entities.items(), key=lambda item: list(ENTITIES).index(item[0])
            )
        ]
    if not source.path.is_dir():
        raise SourceError(
            f"Folder {source.path} does not exist.",
            "Create it with your files, or correct [sources.files] path.",
        )
    planned = []
    for entity in ENTITIES.values():
        found = [p for suffix in SUFFIXES if (p := source.path / f"{entity.name}{suffix}").exists()]
        if len(found) > 1:
            raise SourceError(
                f"Folder {source.path} holds both {found[0].name} and {found[1].name}.",
                "Keep one of them.",
            )
        if found:
            planned.append(PlannedFile(entity, found[0], source.form))
        elif entity.is_required and source.needs_invoices:
            raise SourceError(
                f"File {source.path / entity.name}.csv is missing.",
                "Export it there (or as .parquet or .xlsx), or declare a mapping file.",
            )
    return planned


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
        progress: Called with the entity's name before each file.

    Returns:
        The manifest rows of this load; entities whose file is unchanged have none.

    Raises:
        SourceError: A file cannot be read at all or lacks a required column. Nothing is loaded
            then: headers of all files are checked before the first row is written.
    """
    planned = planned_files(source)
    connection.execute("set TimeZone = 'UTC'")
    prepare_raw(connection, SOURCE)
    hashes = {file.entity.name: _hash(file) for file in planned}
    changed = [file for file in planned if _is_changed(connection, file, hashes[file.entity.name])]
    # Two passes: a file that cannot be read stops the load before any row of another is written.
    for file in changed:
        _check_headings(connection, file)
    prepared = [_prepare(connection, file, progress) for file in changed]
    rows = [
        land_entity(
            connection,
            SOURCE,
            file.entity,
            relation=_table(PROJECTED, file),
            form=file.form.text_form,
            file=file.path.name,
            content_hash=hashes[file.entity.name],
            loaded_at=loaded_at,
            extra_columns=extra,
            malformed=malformed,
            malformed_relation=_table("_malformed", file),
        )
        for file, (extra, malformed) in zip(changed, prepared, strict=True)
    ]
    for file in changed:
        connection.execute(
            f"drop table {_table(PROJECTED, file)}; drop table {_table('_malformed', file)}"
        )
    return rows


def _table(name: str, file: PlannedFile) -> str:
    return f"{name}_{file.entity.name}"


def _prepare(
    connection: duckdb.DuckDBPyConnection, file: PlannedFile, progress: Callable[[str], None]
) -> tuple[tuple[str, ...], int]:
    """Read one file into temporary tables of its own; its extra headings and malformed rows."""
    progress(file.entity.name)
    headings, malformed = read_text_table(connection, file.path, file.form)
    extra = _project(connection, file, headings)
    connection.execute(
        f"create or replace temp table {_table('_malformed', file)} as from _malformed; drop table {FILE_TABLE}"
    )
    if file.entity.is_required:
        [(rows,)] = connection.execute(f"select count(*) from {_table(PROJECTED, file)}").fetchall()
        if rows + malformed == 0:
            raise SourceError(
                f"File {file.path} has no rows.", "Export it again with its invoices."
            )
    return extra, malformed


def _hash(file: PlannedFile) -> str:
    try:
        return content_hash(file.path, file.declaration)
    except FileNotFoundError:
        raise SourceError(
            f"File {file.path} does not exist.", "Put it there or correct the path."
        ) from None
    except PermissionError:
        raise SourceError(
            f"File {file.path} may not be read.", "Give the user read permission."
        ) from None


def _is_changed(connection: duckdb.DuckDBPyConnection, file: PlannedFile, digest: str) -> bool:
    last = last_manifest_row(connection, SOURCE, file.entity.name)
    return last is None or last.content_hash != digest


def _check_headings(connection: duckdb.DuckDBPyConnection, file: PlannedFile) -> None:
    headings = headings_of(connection, file.path, file.form)
    if file.mapped:
        wanted = [h.column for h in file.mapped.columns.values() if h.column] + list(
            file.mapped.require
        )
        remedy = f"Map entities.{file.entity.name} to a heading it has: {', '.join(headings)}."
    else:
        wanted = [c.name for c in file.entity.columns if c.is_required]
        remedy = "Add it to the export, or declare a mapping file that says which heading holds it."
    missing = [name for name in wanted if name not in headings]
    if missing:
        raise SourceError(f"File {file.path} has no column '{missing[0]}'.", remedy)


def _project(
    connection: duckdb.DuckDBPyConnection, file: PlannedFile, headings: list[str]
) -> tuple[str, ...]:
    """Table `_projected_<entity>`: the contract's columns as text, `_line`, `_extra`. Returns the extra headings."""
    if file.mapped:
        used = {h.column for h in file.mapped.columns.values()}
        extra: tuple[str, ...] = ()
    else:
        used = set(file.entity.column_names)
        extra = tuple(h for h in headings if h and h not in used)
    columns = ", ".join(
        f"{_source_expression(file, name, headings)} as {identifier(name)}"
        for name in file.entity.column_names
    )
    kept = (
        "to_json(struct_pack("
        + ", ".join(f"{identifier(h)} := {identifier(h)}" for h in extra)
        + "))"
        if extra
        else "cast(null as json)"
    )
    required = [
        f"{identifier(h)} is not null" for h in (file.mapped.require if file.mapped else ())
    ]
    where = f" where {' and '.join(required)}" if required else ""
    distinct = ""
    if file.mapped and file.mapped.is_distinct:
        names = ", ".join(identifier(name) for name in file.entity.column_names)
        distinct = f" qualify row_number() over (partition by {names} order by _line) = 1"
    connection.execute(
        f"create or replace temp table {_table(PROJECTED, file)} as select * from ("
        f"select {columns}, _line, {kept} as _extra from {FILE_TABLE}{where}){distinct}"
    )
    return extra


def _source_expression(file: PlannedFile, name: str, headings: list[str]) -> str:
    if not file.mapped:
        return identifier(name) if name in headings else "cast(null as varchar)"
    heading = file.mapped.columns.get(name)
    if heading is None:
        return "cast(null as varchar)"
    if heading.value is not None:
        return quoted(heading.value)
    column = identifier(str(heading.column))
    return f"{quoted(heading.prefix)} || {column}" if heading.prefix else column
