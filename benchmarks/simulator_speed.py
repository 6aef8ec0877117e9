"""How fast a company is simulated, against plainly generating and writing rows of the same count.

Usage: `python -m benchmarks.simulator_speed [--customers 66000] [--format csv]`. The plain side lets
DuckDB generate tables of the same numbers of rows, columns and types, from hashes and without any
structure, and write them in the same format in the same process; the ratio says what structure
costs.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.simulator import SimulationSpec, simulate, write_company

FORMATS = {
    "csv": "format csv, header, timestampformat '%Y-%m-%dT%H:%M:%SZ'",
    "parquet": "format parquet, compression zstd",
}


def plain_expression(position: int, field: pa.Field) -> str:
    """A value of the field's type, different from row to row."""
    bits = f"hash(row_number + {position})"
    if pa.types.is_decimal(field.type):
        return f"(({bits} % 1000000) / 100)::decimal(18, 2)"
    if pa.types.is_date(field.type):
        return f"date '2023-07-01' + ({bits} % 1095)::int"
    if pa.types.is_timestamp(field.type):
        return f"timestamp '2023-07-01' + to_seconds(({bits} % 94608000)::int)"
    if pa.types.is_boolean(field.type):
        return f"{bits} % 2 = 0"
    if pa.types.is_integer(field.type):
        return f"({bits} % 100)::bigint"
    if field.name.endswith("_id"):
        return f"'ABC-' || lpad(({bits} % 10000000)::varchar, 7, '0')"
    return f"['EUR', 'USD', 'GBP', 'CHF'][1 + ({bits} % 4)::int]"


def write_plainly(tables: dict[str, pa.Table], folder: Path, file_format: str) -> None:
    """Generates and writes tables of the same shape, without structure."""
    with duckdb.connect() as connection:
        for name, rows in tables.items():
            columns = ", ".join(
                f"{plain_expression(position, field)} as {field.name}"
                for position, field in enumerate(rows.schema)
            )
            connection.execute(
                f"copy (select {columns} from range({rows.num_rows}) as numbers(row_number))"
                f" to '{folder / name}.{file_format}' ({FORMATS[file_format]})"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=66_000)
    parser.add_argument("--format", choices=sorted(FORMATS), default="csv")
    given = parser.parse_args()
    spec = SimulationSpec(customers=given.customers, end_date=date(2026, 6, 30))
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        company = simulate(spec)
        simulated = time.perf_counter()
        write_company(company, Path(folder) / "company", given.format)
        written = time.perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        plain = Path(folder) / "plain"
        plain.mkdir()
        plainly = time.perf_counter()
        write_plainly(company.entities, plain, given.format)
        done = time.perf_counter()
    rows = sum(table.num_rows for table in company.entities.values())
    print(f"invoices                  {company.entities['invoices'].num_rows:12,}")
    print(f"rows of all entities      {rows:12,}")
    print(f"simulate, with truth      {simulated - begun:10.1f} s")
    print(f"write {given.format:20}{written - simulated:10.1f} s")
    print(f"together                  {written - begun:10.1f} s")
    print(f"plain DuckDB, same rows   {done - plainly:10.1f} s")
    print(f"ratio                     {(written - begun) / (done - plainly):10.2f}")
    print(f"peak memory               {peak:10.1f} GB")


if __name__ == "__main__":
    main()
