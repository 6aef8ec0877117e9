"""What landing costs: seconds of `load_files` in reads of the same files by DuckDB alone.

Usage: `python benchmarks/loading.py [--invoices 2000000] [--forms parquet csv french] [--json]`. A ledger of the
given size (invoices, their payments and allocations) is written as Parquet, as CSV, and as CSV in
French form (`;`, decimal comma, dd/mm/yyyy, cp1252). The floor is DuckDB's own
`create table as select` with the contract's types declared, into a new database file. Landing
checks, hashes, accounts for and appends every row, into a new database file too. Medians of three, in
turn; the rows and sums of both are compared before a figure is printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.contract import ENTITIES
from connectors.files import FileForm, FilesSource, load_files

LOADED_AT = datetime(2026, 1, 1)  # noqa: DTZ001
FRENCH = FileForm(encoding="cp1252", separator=";", decimal=",", date_format="%d/%m/%Y")
LEDGER = {
    "invoices": """
        select
            'F' || range as invoice_id,
            'C' || hash(range) % 20000 as customer_id,
            date '2023-01-01' + cast(range % 1000 as integer) as invoice_date,
            ['EUR', 'USD', 'GBP'][range % 3 + 1] as currency,
            cast(hash(range + 1) % 1000000 / 100 as decimal(18, 2)) as gross_amount,
            'Société n° ' || range as invoice_number,
            date '2023-01-31' + cast(range % 1000 as integer) as due_date
        from range({invoices})""",
    "payments": """
        select
            'P' || range as payment_id,
            'C' || hash(range % {invoices}) % 20000 as customer_id,
            date '2023-02-10' + cast(range % 1000 as integer) as payment_date,
            ['EUR', 'USD', 'GBP'][range % 3 + 1] as currency,
            cast(hash(range + 1) % 1000000 / 100 as decimal(18, 2)) as amount,
            'receipt' as kind,
            'transfer' as method
        from range({payments})""",
    "payment_allocations": """
        select
            'A' || range as allocation_id,
            'P' || range as payment_id,
            'F' || range % {invoices} as invoice_id,
            date '2023-02-10' + cast(range % 1000 as integer) as allocation_date,
            cast(hash(range + 1) % 1000000 / 100 as decimal(18, 2)) as amount
        from range({payments})""",
}


def write_drop(folder: Path, form: str, invoices: int) -> None:
    """Write the ledger's three files in one form."""
    folder.mkdir()
    for name, query in LEDGER.items():
        rows = query.format(invoices=invoices, payments=invoices * 13 // 10)
        path = folder / f"{name}.{'parquet' if form == 'parquet' else 'csv'}"
        if form != "french":
            duckdb.execute(f"copy ({rows}) to '{path}'")
            continue
        relation = duckdb.sql(rows)
        texts = ", ".join(
            _in_french(c, str(t)) for c, t in zip(relation.columns, relation.types, strict=True)
        )
        duckdb.execute(f"copy (select {texts} from ({rows})) to '{path}' (delimiter ';')")
        path.write_bytes(path.read_bytes().decode().encode("cp1252"))


def _in_french(column: str, kind: str) -> str:
    if kind == "DATE":
        return f"strftime({column}, '%d/%m/%Y') as {column}"
    if kind.startswith("DECIMAL"):
        return f"replace(cast({column} as varchar), '.', ',') as {column}"
    return column


def read_directly(
    folder: Path, form: str, database: Path
) -> tuple[float, dict[str, tuple[int, str]]]:
    """Seconds of DuckDB's own typed read into tables, and what it read."""
    begun = time.perf_counter()
    with duckdb.connect(str(database)) as connection:
        for name in LEDGER:
            connection.execute(
                f"create table {name} as select * from {_reader(folder, form, name)}"
            )
    seconds = time.perf_counter() - begun
    return seconds, _totals(database, "")


def _reader(folder: Path, form: str, name: str) -> str:
    if form == "parquet":
        return f"read_parquet('{folder}/{name}.parquet')"
    kinds = {column.name: column.sql_type for column in ENTITIES[name].columns}
    path = folder / f"{name}.csv"
    separator = ";" if form == "french" else ","
    encoding = "cp1252" if form == "french" else "utf-8"
    headings = path.open(encoding=encoding).readline().strip().split(separator)
    columns = ", ".join(f"'{heading}': '{kinds[heading]}'" for heading in headings)
    options = f"header = true, auto_detect = false, delim = '{separator}', columns = {{{columns}}}"
    if form == "french":
        options += ", decimal_separator = ',', dateformat = '%d/%m/%Y', encoding = 'latin-1'"
    return f"read_csv('{path}', {options})"


def land(folder: Path, form: str, database: Path) -> tuple[float, dict[str, tuple[int, str]]]:
    """Seconds of landing the same files, and what it landed."""
    source = FilesSource(path=folder, form=FRENCH if form == "french" else FileForm())
    begun = time.perf_counter()
    with duckdb.connect(str(database)) as connection:
        load_files(connection, source, LOADED_AT)
    seconds = time.perf_counter() - begun
    return seconds, _totals(database, "raw_files.")


def _totals(database: Path, schema: str) -> dict[str, tuple[int, str]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return {
            name: connection.execute(
                f"select count(*), cast(sum({ENTITIES[name].amount}) as varchar) from {schema}{name}"
            ).fetchall()[0]
            for name in LEDGER
        }


def measure(form: str, invoices: int, repeats: int) -> dict[str, object]:
    """Medians of both, and their ratio.

    Raises:
        ValueError: They did not read the same.
    """
    with tempfile.TemporaryDirectory(prefix="encours-loading-") as name:
        folder = Path(name) / "drop"
        write_drop(folder, form, invoices)
        direct, landed = [], []
        for turn in range(repeats):
            read_seconds, read = read_directly(folder, form, Path(name) / f"read{turn}.duckdb")
            land_seconds, raw = land(folder, form, Path(name) / f"land{turn}.duckdb")
            if read != raw:
                raise ValueError(f"{form}: read {read}, landed {raw}")
            direct.append(read_seconds)
            landed.append(land_seconds)
            for made in Path(name).glob("*.duckdb"):
                made.unlink()
    return {
        "form": form,
        "invoices": invoices,
        "read_seconds": round(statistics.median(direct), 2),
        "landing_seconds": round(statistics.median(landed), 2),
        "ratio": round(statistics.median(landed) / statistics.median(direct), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=2_000_000)
    parser.add_argument("--forms", nargs="+", default=["parquet", "csv", "french"])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = [measure(form, options.invoices, options.repeats) for form in options.forms]
    if options.json:
        print(json.dumps(results))
        return
    for result in results:
        print(
            f"{result['form']:<8} {result['invoices']:>9,} invoices, their payments and allocations:"
            f" DuckDB reads in {result['read_seconds']} s, landing takes {result['landing_seconds']} s,"
            f" ratio {result['ratio']}"
        )


if __name__ == "__main__":
    main()
