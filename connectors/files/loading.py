"""The load of a folder of files into `raw_files`, entity by entity.

Belongs here: what is new or changed, the order of reading and landing. Does not belong here: which
file feeds what (`planning`), reading bytes (`reading`), typing and append (`connectors.landing`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.contract import ENTITIES
from connectors.errors import SourceError
from connectors.files.declaration import FileForm, FilesSource
from connectors.files.planning import PlannedFile, planned_files
from connectors.files.projection import extra_headings, projection
from connectors.files.reading import content_hash, headings_of, read_text_table
from connectors.files.text_rows import FILE_TABLE, MALFORMED, ROWS
from connectors.landing import land_entity, prepare_raw
from connectors.manifest import ManifestRow
from connectors.source import Source, contract_parties

SOURCE = "files"
PROJECTED = "_projected"


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
    connection.execute("set TimeZone = 'UTC'")
    prepare_raw(connection, SOURCE)
    digests = _digests(planned)
    changed = [file for file in planned if _is_changed(connection, file, digests[file])]
    # Two passes: a file that cannot be read stops the load before any row of another is written.
    for file in changed:
        _check_headings(connection, file)
    prepared: dict[PlannedFile, tuple[tuple[str, ...], int, int]] = {}
    for together in _by_file(changed):
        prepared |= _prepare(connection, together, progress, first_number=len(prepared))
    _require_rows(connection, planned, prepared)
    rows = []
    for file in changed:
        extra, malformed, number = prepared[file]
        rows.append(
            land_entity(
                connection,
                SOURCE,
                file.entity,
                relation=f"{PROJECTED}_{number}",
                form=file.form.text_form,
                file=file.label,
                content_hash=digests[file],
                loaded_at=loaded_at,
                extra_columns=extra,
                malformed=malformed,
                malformed_relation=f"{MALFORMED}_{number}",
                is_complete=file.form.is_complete,
            )
        )
        connection.execute(f"drop table {PROJECTED}_{number}; drop table {MALFORMED}_{number}")
    return rows


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
    progress: Callable[[str], None],
    first_number: int,
) -> dict[PlannedFile, tuple[tuple[str, ...], int, int]]:
    """Read one file into temporary tables, two an entity; extra headings, malformed rows, number."""
    progress(", ".join(file.entity.name for file in together))
    headings, malformed = read_text_table(connection, together[0].path, together[0].form)
    prepared = {}
    for number, file in enumerate(together, first_number):
        connection.execute(
            f"create or replace temp table {PROJECTED}_{number} as {projection(file, headings)}"
        )
        # A broken row is counted once, with the first entity the file feeds.
        mine = "" if number == first_number else " limit 0"
        connection.execute(
            f"create or replace temp table {MALFORMED}_{number} as select * from {MALFORMED}{mine}"
        )
        counted = malformed if number == first_number else 0
        prepared[file] = (extra_headings(file, headings), counted, number)
    connection.execute(f"drop view {FILE_TABLE}; drop table {ROWS}")
    return prepared


def _require_rows(
    connection: duckdb.DuckDBPyConnection,
    planned: list[PlannedFile],
    prepared: dict[PlannedFile, tuple[tuple[str, ...], int, int]],
) -> None:
    for file in planned:
        same = [other for other in planned if other.entity is file.entity]
        if not file.entity.is_required or any(other not in prepared for other in same):
            continue
        rows = 0
        for other in same:
            _, malformed, number = prepared[other]
            [(count,)] = connection.execute(f"select count(*) from {PROJECTED}_{number}").fetchall()
            rows += count + malformed
        if rows == 0:
            raise SourceError(
                f"File {file.path} has no rows.", f"Export it again with its {file.entity.name}."
            )


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
