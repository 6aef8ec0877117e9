"""The files of a publication: a DuckDB file and a Parquet file of each mart, with the same rows.

Belongs here: writing them, totals they must hold, making them durable. Does not belong here: the
comparison in a fresh process (`audit`), which publication readers see (`orchestration.publishing`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publication.about import MARTS, About, Column, literal, write_about

# Not named as its schema: `marts.fct_dso` must read as schema and table wherever it is opened.
DATABASE = "publication.duckdb"
FACTS = "publication.json"
PARQUET = "parquet"
GUIDE = "README.md"


def fingerprint(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, Any]:
    """What two copies of a table must share.

    Args:
        connection: Where the relation can be read.
        relation: A table, or a function that reads one.

    Returns:
        `columns` with their types, `rows`, the exact sum of each decimal column in `totals`, and an
        order-free `hash` of all rows; numbers as text.
    """
    described = connection.execute(f"describe select * from {relation}").fetchall()
    columns = {name: data_type for name, data_type, *_ in described}
    money = [name for name, data_type in columns.items() if data_type.startswith("DECIMAL")]
    sums = "".join(f', sum("{name}")::varchar' for name in money)
    rows, digest, *totals = connection.execute(
        f"select count(*), coalesce(sum(hash(t)::hugeint), 0)::varchar{sums} from {relation} as t"
    ).fetchall()[0]
    return {
        "columns": columns,
        "rows": str(rows),
        "totals": dict(zip(money, totals, strict=True)),
        "hash": digest,
    }


def fingerprints(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """The fingerprint of every mart of a database, by table name."""
    tables = connection.execute(
        "select table_name from information_schema.tables where table_schema = ? order by 1",
        [MARTS],
    ).fetchall()
    return {table: fingerprint(connection, f'{MARTS}."{table}"') for (table,) in tables}


def write_files(
    warehouse: Path,
    folder: Path,
    facts: Mapping[str, Any],
    columns: Sequence[Column],
    about: About,
) -> None:
    """Write the DuckDB file and the Parquet files of a publication.

    Args:
        warehouse: The pipeline's database; opened read-only.
        folder: An empty folder.
        facts: The row of `about.publication`.
        columns: The described columns of its marts.
        about: Checks and descriptions.
    """
    (folder / PARQUET).mkdir()
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        # v1.4.0 opens in today's BI tools and refuses a stray write-ahead log.
        target = literal(str(folder / DATABASE))
        connection.execute(f"attach {target} as publication (storage_version 'v1.4.0')")
        # One commit for a thousand statements, or each waits for the disk.
        connection.execute(f"begin; create schema publication.{MARTS}")
        for table in dict.fromkeys(column[0] for column in columns):
            # Sorted: the order of rows is the marts' own accident, and would change a file's bytes.
            connection.execute(
                f'create table publication.{MARTS}."{table}" as'
                f' select * from warehouse.{MARTS}."{table}" order by all'
            )
            _write_parquet(connection, folder, table, facts["as_of_date"], columns, about)
        write_about(connection, "publication", facts, columns, about)
        connection.execute("commit; checkpoint publication; detach publication")
    finally:
        connection.close()


def _write_parquet(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    table: str,
    as_of_date: date,
    columns: Sequence[Column],
    about: About,
) -> None:
    """Write one mart; the same rows give the same bytes, so nothing of the run is in it."""
    meanings = {name: meaning for owner, name, _, meaning in columns if owner == table and meaning}
    metadata = {
        "as_of_date": as_of_date.isoformat(),
        "description": about.of_table(table).text,
        "columns": json.dumps(meanings, ensure_ascii=False),
    }
    pairs = ", ".join(f"{key}: {literal(value)}" for key, value in metadata.items())
    target = literal(str(folder / PARQUET / f"{table}.parquet"))
    connection.execute(
        f'copy publication.{MARTS}."{table}" to {target}'
        f" (format parquet, compression zstd, kv_metadata {{{pairs}}})"
    )


def settle(folder: Path) -> None:
    """Have every file of a finished publication on the disk, read-only, and each folder know it.

    Raises:
        FileExistsError: A write-ahead log stands beside the DuckDB file: it was not closed.
    """
    paths = sorted(folder.rglob("*"), key=lambda path: path.is_dir())
    for path in paths:
        if path.suffix == ".wal":
            raise FileExistsError(f"{path.name} was left beside the new file")
        if path.is_file():
            flush(path)
            path.chmod(0o444)
    for path in (path for path in paths if path.is_dir()):
        flush(path)
    flush(folder)


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_whole(folder: Path, tables: Sequence[str]) -> bool:
    """Whether a publication's folder holds all its files."""
    names = [DATABASE, FACTS, GUIDE, *(f"{PARQUET}/{table}.parquet" for table in tables)]
    return all((folder / name).is_file() for name in names)
