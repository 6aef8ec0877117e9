"""Files of a simulated company: the import-contract folder and, apart from it, the truth.

Belongs here: writing tables to CSV or Parquet, whole or not at all. Does not belong here: what the
tables contain.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.simulator.company import SimulatedCompany


def write_company(
    company: SimulatedCompany, folder: Path | str, file_format: str = "csv"
) -> list[Path]:
    """Writes `<folder>/<entity>.<file_format>` for each entity, each file whole or not at all.

    CSV is UTF-8 with commas, ISO dates, decimal points, ISO 8601 UTC timestamps, quotes where
    needed, empty for null. The bad rows of a dirty company are the last lines of CSV files; a
    typed Parquet file cannot hold them and goes without.

    Args:
        company: the simulated company.
        folder: created if missing.
        file_format: `csv` or `parquet`.

    Returns:
        The paths written, in the order of the entities.

    Raises:
        ValueError: for another format.
        OSError: if the folder cannot be written.
    """
    if file_format not in ("csv", "parquet"):
        raise ValueError(f"file_format must be csv or parquet, got {file_format!r}")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for entity, rows in company.entities.items():
        path = target / f"{entity}.{file_format}"
        _write(rows, path, company.bad_rows.get(entity) if file_format == "csv" else None)
        paths.append(path)
    return paths


def write_truth(company: SimulatedCompany, truth_folder: Path | str) -> list[Path]:
    """Writes `<truth_folder>/<name>.parquet` for each truth table; keep it apart from the company.

    Returns:
        The paths written.
    """
    target = Path(truth_folder)
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, rows in company.truth.items():
        path = target / f"{name}.parquet"
        _write(rows, path, None)
        paths.append(path)
    return paths


def read_truth(truth_folder: Path | str) -> dict[str, pa.Table]:
    """Truth tables by name. For tests and benchmarks only: nothing else may call this.

    Raises:
        FileNotFoundError: if the folder holds no truth.
    """
    paths = sorted(Path(truth_folder).glob("*.parquet"))
    if not paths:
        raise FileNotFoundError(f"no truth tables in {truth_folder}")
    return {path.stem: pq.read_table(path) for path in paths}


def _write(rows: pa.Table, path: Path, bad_rows: pa.Table | None) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if path.suffix == ".csv":
            _write_csv(rows, temporary)
            if bad_rows is not None:
                _append_csv(bad_rows.select(rows.column_names), temporary)
        else:
            pq.write_table(rows, temporary, compression="zstd")
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write_csv(rows: pa.Table, path: Path) -> None:
    """DuckDB writes rows in their order, on all cores, with quotes only where they are needed."""
    with duckdb.connect() as connection:
        connection.register("rows_to_write", _without_zone(rows))
        connection.execute(
            "copy rows_to_write to ? (format csv, header, delimiter ',', timestampformat ?)",
            [str(path), "%Y-%m-%dT%H:%M:%SZ"],
        )


def _append_csv(rows: pa.Table, path: Path) -> None:
    with path.open("a", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerows(zip(*(rows[name].to_pylist() for name in rows.column_names), strict=True))


def _without_zone(rows: pa.Table) -> pa.Table:
    """UTC timestamps without their zone: the written `Z` states it, whatever the session's zone."""
    for position, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type):
            plain = rows.column(position).cast(pa.timestamp("us"))
            rows = rows.set_column(position, field.name, plain)
    return rows
