"""Loading 500,000 invoices from PostgreSQL, as a ratio to the cheapest ways out of that server.

Prints, medians of one run: the connector's reading (database to Parquet), the whole load (into raw
with checks, quarantine and manifest), the reload of the same rows, `COPY … TO STDOUT` to a CSV file
that DuckDB reads as text, and `pandas.read_sql`. Machines differ: read the ratios. Says so and ends
where no server program is installed.

    python benchmarks/sql_load.py [invoices]
"""

import datetime as dt
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent.parent))

from connectors.dlt_pipeline import parquet_pipeline
from connectors.sql import SqlSource, build_source
from connectors.sql.database import open_snapshot
from connectors.sql.extraction import extract, select_entity
from tests.postgres_rig import MISSING, PostgresServer, postgres_server, server_programs

REPEATS = 3
LOADED_AT = dt.datetime(2026, 3, 2, 6)  # noqa: DTZ001 - UTC without offset
COLUMNS = {
    "invoice_id": "id",
    "customer_id": "customer",
    "invoice_date": "issued",
    "currency": "currency",
    "gross_amount": "total",
    "net_amount": "net",
    "due_date": "due",
    "invoice_number": "number",
}
SOURCE = SqlSource.model_validate(
    {"entities": {"invoices": {"table": "invoices", "columns": COLUMNS, "cursor": "updated_at"}}}
)
TABLE = """
create table invoices as
select
    n as id, 'C' || n % 20000 as customer, date '2022-01-01' + n % 1400 as issued,
    (array['EUR', 'USD', 'GBP'])[1 + n % 3] as currency,
    ((n::bigint * 7919 % 1000000) / 100.0)::numeric(18, 2) as total,
    ((n::bigint * 7919 % 900000) / 100.0)::numeric(18, 2) as net,
    date '2022-02-01' + n % 1400 as due, 'FA-' || n as number,
    timestamptz '2022-01-01' + n * interval '2 minutes' as updated_at
from generate_series(1, {rows}) n
"""


def median_seconds(run: Callable[[Path], None], repeats: int = REPEATS) -> float:
    """Median wall time of a function that gets an empty folder."""
    times = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            run(Path(folder))
            times.append(time.perf_counter() - started)
    return statistics.median(times)


def read(folder: Path) -> None:
    with (
        parquet_pipeline("benchmark", folder / "sql") as pipeline,
        open_snapshot(SOURCE) as snapshot,
    ):
        selection = select_entity(snapshot, "invoices", SOURCE.entities["invoices"])
        extract(SOURCE, snapshot, pipeline, folder / "sql", [(selection, None)], lambda _: None)


def load(folder: Path, days: tuple[int, ...] = (0,)) -> None:
    source = build_source(SOURCE, folder)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        source.prepare(connection)
        for day in days:
            source.load(connection, LOADED_AT + dt.timedelta(days=day), lambda _: None)


def copy_and_read(folder: Path, engine: sa.Engine) -> None:
    raw = engine.raw_connection()
    with raw.cursor() as cursor, (folder / "rows.csv").open("wb") as stream:
        cursor.copy_expert("copy invoices to stdout with (format csv)", stream)
    raw.close()
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(
            "create table rows as select * from read_csv($file, header = false, all_varchar = true)",
            {"file": str(folder / "rows.csv")},
        )


def measure(server: PostgresServer, rows: int) -> None:
    engine = sa.create_engine(server.url())
    with engine.begin() as connection:
        connection.execute(sa.text(TABLE.format(rows=rows)))
    os.environ["ENCOURS_SQL_URL"] = server.url()
    read_sql = "select * from invoices"
    floor = median_seconds(lambda folder: copy_and_read(folder, engine))
    pandas_seconds = median_seconds(lambda _: len(pd.read_sql(read_sql, engine)), repeats=1)
    reading = median_seconds(read)
    first = median_seconds(load)
    again = median_seconds(lambda folder: load(folder, (0, 1)), repeats=1) - first
    everything = median_seconds(lambda folder: load(folder, (0, 7)), repeats=1) - first
    print(f"{rows:,} invoices, {len(COLUMNS)} columns and a cursor")
    print(f"{'':<44}{'seconds':>9}{'ratio':>8}")
    for name, seconds in (
        ("COPY to CSV, read by DuckDB as text", floor),
        ("pandas.read_sql", pandas_seconds),
        ("connector: database to Parquet", reading),
        ("connector: first load into raw", first),
        ("connector: a day without changes", again),
        ("connector: full sweep without changes", everything),
    ):
        print(f"{name:<44}{seconds:>9.2f}{seconds / floor:>8.2f}")


def main(rows: int) -> None:
    if not (programs := server_programs()):
        print(f"Skipped: {MISSING}.")
        return
    with postgres_server(programs) as server:
        measure(server, rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500_000)
