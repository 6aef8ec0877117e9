"""Rows set aside: what they are, out for correction, and back in.

Belongs here: the view on quarantine, the file a person corrects, landing what was corrected. Does not
belong here: why a row is set aside (`connectors.validation`), the command line (`cli.desk`).

A corrected row is a load of its own, named `correction …`. The bad row stays in quarantine; that a person
has dealt with it is a row of `audit.corrections`, by its content: the next export does not ask again.
"""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.contract import ENTITIES, Entity
from connectors.errors import SourceError
from connectors.landing import land_entity
from connectors.manifest import CORRECTION, MANIFEST, QUARANTINE, ManifestRow
from connectors.validation import TextForm, identifier, quoted

DECISIONS = ("correct", "ignore")
_ABOUT = ("decision", "reason", "written_as", "source", "file", "line", "row_id")
# Characters that make a spreadsheet take a text for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class QuarantinedRows:
    """Rows of one entity set aside for one reason, newest load only, not dealt with yet.

    Attributes:
        source: Name of the source.
        entity: Entity or object.
        file: File or endpoint.
        reason: Why, as in quarantine.
        column: Which column; empty where the row could not be read at all.
        rows: How many.
        first_line: The first of them in the file.
    """

    source: str
    entity: str
    file: str
    reason: str
    column: str
    rows: int
    first_line: int


def open_rows(source: str) -> str:
    """SQL of a source's faults that nobody has dealt with, each row with its `row_id`.

    Of a file or whole table those of its newest load; of loads by window those since the last whole
    one, because a window does not come back to what was wrong before it.

    Args:
        source: Name of the source.
    """
    manifest = f"raw_{source}.{MANIFEST}"
    return (
        f"select quarantine.*, md5(cast(raw_row as varchar)) as row_id from raw_{source}.{QUARANTINE} as quarantine"
        f" semi join (select loads.entity, loads.file, loads.load_id from {manifest} as loads inner join"
        f" (select entity, file, coalesce(max(load_id) filter (where window_from is null), 0) as whole"
        f" from {manifest} group by entity, file) as last_whole on loads.entity = last_whole.entity"
        f" and loads.file = last_whole.file and loads.load_id >= last_whole.whole"
        f" where not starts_with(loads.file, {quoted(CORRECTION)})) as current_loads"
        " using (entity, file, load_id)"
        " anti join audit.corrections as corrections on corrections.source = quarantine.source"
        " and corrections.entity = quarantine.entity"
        " and corrections.row_id = md5(cast(quarantine.raw_row as varchar))"
        # The same bad row of two windows is one.
        " qualify load_id = max(load_id) over (partition by quarantine.entity, quarantine.file,"
        " md5(cast(raw_row as varchar)))"
    )


def summary(
    connection: duckdb.DuckDBPyConnection, sources: tuple[str, ...]
) -> list[QuarantinedRows]:
    """What is set aside, by source, entity, file, column and reason.

    Args:
        connection: The warehouse.
        sources: Names of the sources that have been loaded.
    """
    found = []
    for source in sources:
        found += connection.execute(
            "select source, entity, file, reason, coalesce(column_name, ''), count(*), coalesce(min(line), 0)"
            f" from ({open_rows(source)}) group by all order by all"
        ).fetchall()
    return [QuarantinedRows(*row) for row in found]


def _shown(text: str | None) -> str:
    """A value for a cell: what a spreadsheet would take for a formula gets a leading quote."""
    if not text:
        return ""
    is_number = text[0] in "+-" and text[1:].replace(".", "").replace(",", "").isdigit()
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text


def _kept(text: str) -> str | None:
    """A cell as it was before `_shown`."""
    text = text.strip()
    if text.startswith("'") and text[1:].startswith(_FORMULA):
        text = text[1:]
    return text or None


def export(
    connection: duckdb.DuckDBPyConnection, sources: tuple[str, ...], folder: Path
) -> list[Path]:
    """Write the rows set aside for a person to correct, one CSV per entity of the contract.

    Each row stands as it arrived, in the form of its source, with its reasons in front and an empty
    column `decision`: `correct` once it is right, `ignore` to leave it out for good. UTF-8 with byte
    order mark and semicolons, so that a spreadsheet opens it right.

    Args:
        connection: The warehouse.
        sources: Names of the sources that have been loaded.
        folder: Where to write; existing files of the same name are replaced.

    Returns:
        The files written.
    """
    paths = []
    for name, entity in ENTITIES.items():
        rows = [row for source in sources for row in _exported(connection, source, entity)]
        if not rows:
            continue
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.DictWriter(stream, [*_ABOUT, *entity.column_names], delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
        paths.append(path)
    return paths


def _exported(
    connection: duckdb.DuckDBPyConnection, source: str, entity: Entity
) -> list[dict[str, str]]:
    grouped = connection.execute(
        "select row_id, file, line, any_value(raw_row), string_agg(coalesce(column_name || ': ', '') ||"
        f" replace(reason, '_', ' '), '; ' order by column_name), any_value(form) from ({open_rows(source)})"
        " where entity = ? group by row_id, file, line order by file, line",
        [entity.name],
    ).fetchall()
    rows = []
    for row_id, file, line, raw, reasons, form in grouped:
        content = json.loads(raw)
        # A row broken before its columns could be read keeps its text for a person to read.
        values = content if isinstance(content, dict) and "error" not in content else {}
        about = [
            "",
            reasons if values else f"{reasons}: {raw}",
            _in_words(form),
            source,
            file,
            str(line or ""),
            row_id,
        ]
        rows.append(
            dict(zip(_ABOUT, map(_shown, about), strict=True))
            | {column: _shown(values.get(column)) for column in entity.column_names}
        )
    return rows


def _in_words(form: str | None) -> str:
    """How dates and numbers of a row are written, with an example."""
    written = TextForm(**json.loads(form)) if form else TextForm()
    return f"dates {written.date_format}, decimal mark {written.decimal}"


def apply(
    connection: duckdb.DuckDBPyConnection,
    sources: tuple[str, ...],
    path: Path,
    loaded_at: datetime,
) -> tuple[list[ManifestRow], int, list[str]]:
    """Land the corrected rows of a file that `export` wrote, and note what is left out for good.

    A row that is still wrong stays set aside. Rows without a decision stay as they are.

    Args:
        connection: The warehouse, writable.
        sources: Names of the sources that have been loaded.
        path: The file; its name says which entity.
        loaded_at: UTC time of the load.

    Returns:
        A manifest row per source and form, how many rows are left out, what is still wrong in words.

    Raises:
        SourceError: The file is none of `export`'s, or a decision is unknown; nothing is landed.
    """
    entity, rows = _decided(path, sources)
    known = {
        row_id: form
        for source in sources
        for row_id, form in connection.execute(
            f"select md5(cast(raw_row as varchar)), any_value(form) from raw_{source}.{QUARANTINE}"
            " where entity = ? group by 1",
            [entity.name],
        ).fetchall()
    }
    for line, row in rows:
        if row["row_id"] not in known:
            raise SourceError(
                f"{path.name} line {line}: its row_id is not in quarantine.",
                "Export the quarantine again and correct that file.",
            )
    batches: dict[tuple[str, str], list[tuple[int, dict[str, str]]]] = {}
    for line, row in rows:
        if row["decision"] == "correct":
            key = (row["source"], known[row["row_id"]] or json.dumps({}))
            batches.setdefault(key, []).append((line, row))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    landed = [
        _land(
            connection, source, entity, TextForm(**json.loads(form)), batch, path, digest, loaded_at
        )
        for (source, form), batch in batches.items()
    ]
    refused = _still_wrong(connection, entity, landed)
    for line, row in rows:
        # What is still wrong is not dealt with: it stays listed.
        if line in refused.get(row["source"], {}):
            continue
        keys = [row["source"], entity.name, row["row_id"]]
        connection.execute(
            "insert into audit.corrections select ?, ?, ?, ?, ? where not exists (select 1"
            " from audit.corrections where source = ? and entity = ? and row_id = ?)",
            [*keys, row["decision"], loaded_at, *keys],
        )
    faults = [fault for found in refused.values() for fault in found.values()]
    return landed, sum(row["decision"] == "ignore" for _, row in rows), faults


def _still_wrong(
    connection: duckdb.DuckDBPyConnection, entity: Entity, landed: list[ManifestRow]
) -> dict[str, dict[int, str]]:
    """Lines of the corrected file that were set aside again, by source, with what is wrong."""
    found: dict[str, dict[int, str]] = {}
    for row in landed:
        faults = connection.execute(
            "select line, string_agg(column_name || ' ' || replace(reason, '_', ' '), ', ' order by column_name)"
            f" from raw_{row.source}.{QUARANTINE} where entity = ? and file = ? and load_id = ? group by line",
            [entity.name, row.file, row.load_id],
        ).fetchall()
        found.setdefault(row.source, {}).update(
            {line: f"line {line}: {fault}" for line, fault in faults}
        )
    return found


def _decided(
    path: Path, sources: tuple[str, ...]
) -> tuple[Entity, list[tuple[int, dict[str, str]]]]:
    """The entity of a corrected file and its rows with a decision, by line."""
    if path.stem not in ENTITIES:
        raise SourceError(
            f"{path.name} names no entity of the contract.", "Keep the name it was exported under."
        )
    entity = ENTITIES[path.stem]
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            first = stream.readline()
            stream.seek(0)
            # A spreadsheet may save it with its own separator.
            reader = csv.DictReader(stream, delimiter=max(";,\t", key=first.count))
            missing = sorted({*_ABOUT, *entity.column_names} - set(reader.fieldnames or ()))
            rows = [(reader.line_num, row) for row in reader if not missing]
    except (FileNotFoundError, UnicodeDecodeError):
        raise SourceError(
            f"{path} is missing or not UTF-8.", "Save it as CSV UTF-8 where it was exported."
        ) from None
    if missing:
        raise SourceError(
            f"{path.name} has no column '{missing[0]}'.", "Keep every column of the exported file."
        )
    decided = []
    for line, row in rows:
        decision = (row["decision"] or "").strip().lower()
        if decision and (decision not in DECISIONS or row["source"] not in sources):
            raise SourceError(
                f"{path.name} line {line}: decision '{decision}' of source '{row['source']}' is unknown.",
                f"Write {' or '.join(DECISIONS)}, and keep the source.",
            )
        if decision:
            decided.append((line, row | {"decision": decision}))
    return entity, decided


def _land(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    entity: Entity,
    form: TextForm,
    batch: list[tuple[int, dict[str, str]]],
    path: Path,
    digest: str,
    loaded_at: datetime,
) -> ManifestRow:
    import pyarrow as pa

    texts = {
        name: pa.array([_kept(row[name] or "") for _, row in batch], pa.string())
        for name in entity.column_names
    }
    lines = pa.array([line for line, _ in batch], pa.int64())
    connection.register("_corrected_rows", pa.table({**texts, "_line": lines}))
    columns = ", ".join(identifier(name) for name in entity.column_names)
    connection.execute(
        f"create or replace temp table _corrected as select {columns}, _line, cast(null as json) as _extra"
        " from _corrected_rows"
    )
    connection.execute("create or replace temp table _malformed (line bigint, raw_row json)")
    connection.unregister("_corrected_rows")
    return land_entity(
        connection,
        source,
        entity,
        relation="_corrected",
        form=form,
        file=f"{CORRECTION} {path.name}",
        content_hash=digest,
        loaded_at=loaded_at,
        malformed_relation="_malformed",
    )
