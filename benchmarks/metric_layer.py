"""What the metric layer costs: seconds, memory and rows of each model, the total in floors.

Usage: `python benchmarks/metric_layer.py [--invoices 100000 2000000] [--features] [--models a,b]
[--threads 1] [--folder KEPT] [--json]`. A ledger of the given size is generated in the raw tables, as
landing leaves them; dbt builds every model that needs no predictions on it, in process, with the
settings of the product. The floor is what nothing can beat: reading every column of the inputs once,
one hash aggregate by customer and one sort by customer and date, in the same run. The result is
compared with sums over the raw tables before a figure is printed: a fast wrong layer is an error.

With `--folder` the warehouse is kept and used again, so that `--models` rebuilds only those.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.layer.dbt_costs import SAMPLE_SECONDS, run_layer
from benchmarks.layer.ledger import AS_OF_DATE, count_inputs, differences, is_built, write_ledger

# The rows of the inputs that name their customer.
DATED = " union all ".join(
    f"select customer_id, {day} as day, {amount} as amount from raw_files.{entity}"
    for entity, day, amount in (
        ("invoices", "invoice_date", "gross_amount"),
        ("payments", "payment_date", "amount"),
        ("credit_notes", "credit_date", "gross_amount"),
        ("activities", "activity_date", "null"),
    )
)


def floor_seconds(warehouse: Path, entities: list[str]) -> dict[str, float]:
    """Seconds of the floor's three parts, medians of three."""
    scan = ";".join(f"select bit_xor(hash(t)) from raw_files.{name} as t" for name in entities)
    parts = {
        "scan": scan,
        "aggregate": "create or replace temp table floor as select customer_id, count(*), sum(amount)"
        f" from ({DATED}) group by customer_id",
        "sort": f"create or replace temp table floor as from ({DATED}) order by customer_id, day",
    }
    seconds: dict[str, list[float]] = {name: [] for name in parts}
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set preserve_insertion_order = false")
        for _ in range(3):
            for name, statement in parts.items():
                begun = time.perf_counter()
                for query in statement.split(";"):
                    connection.execute(query).fetchall()
                seconds[name].append(time.perf_counter() - begun)
    return {name: statistics.median(times) for name, times in seconds.items()}


def selected(with_features: bool) -> list[str]:
    """Every model that needs no predictions, with or without the features."""
    return ["--exclude", "tag:after_scoring"] + ([] if with_features else ["path:models/features"])


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call in a process of its own, so that its peak of memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(function, *arguments).result()


def measure(given: argparse.Namespace, invoices: int, folder: Path) -> dict[str, Any]:
    """One size of ledger: generate, floor, layer, check."""
    # The file's stem names the catalog that dbt was parsed for.
    warehouse = folder / f"ledger_{invoices}_{given.seed}" / "warehouse.duckdb"
    measured: dict[str, Any] = {"invoices": invoices, "as_of_date": AS_OF_DATE.isoformat()}
    begun = time.perf_counter()
    if not warehouse.exists():
        apart(write_ledger, warehouse, invoices, given.seed)
    measured["generating_seconds"] = time.perf_counter() - begun
    measured["inputs"] = apart(count_inputs, warehouse)
    measured["floor"] = apart(floor_seconds, warehouse, list(measured["inputs"]["rows"]))
    selection = selected(given.features)
    if given.models:
        if not apart(is_built, warehouse):
            apart(run_layer, warehouse, AS_OF_DATE, selection)
        selection = ["--select", *given.models.split(",")]
    try:
        cost = apart(run_layer, warehouse, AS_OF_DATE, selection, given.threads)
    except RuntimeError as error:
        sys.exit(str(error))
    if wrong := apart(differences, warehouse):
        sys.exit("The layer does not tie to its inputs:\n" + "\n".join(wrong[:20]))
    return measured | asdict(cost) | {"seconds": cost.seconds}


def print_costs(measured: dict[str, Any]) -> None:
    rows, floor, models = measured["inputs"]["rows"], measured["floor"], measured["models"]
    print(
        f"{rows['invoices']:,} invoices to {measured['as_of_date']}, {measured['inputs']['open_rate']:.1%} open;"
        f" {sum(rows.values()):,} rows of {len(rows)} entities,"
        f" {rows['payments'] / rows['invoices']:.2f} payments an invoice;"
        f" generated in {measured['generating_seconds']:.1f} s"
    )
    parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in floor.items())
    total = sum(floor.values())
    print(f"floor {total:.2f} s ({parts}; medians of 3)\n")
    tables = {name: cost for name, cost in models.items() if cost["rows"] is not None}
    views = [cost for name, cost in models.items() if name not in tables]
    spent = sum(cost["seconds"] for cost in models.values())
    print(f"{'model':<36}{'seconds':>9}{'in SQL':>9}{'rows':>14}{'memory, MB':>12}")
    for name, cost in tables.items():
        print(
            f"{name:<36}{cost['seconds']:>9.2f}{cost['sql_seconds']:>9.2f}{cost['rows']:>14,}"
            f"{cost['memory_mb']:>12,.0f}"
        )
    print(
        f"{f'{len(views)} views':<36}{sum(c['seconds'] for c in views):>9.2f}"
        f"{sum(c['sql_seconds'] for c in views):>9.2f}"
    )
    print(f"\n{'slowest':<36}{'seconds':>9}{'share':>9}{'floors':>14}")
    for name, cost in sorted(models.items(), key=lambda item: -item[1]["seconds"])[:10]:
        seconds = cost["seconds"]
        print(f"{name:<36}{seconds:>9.2f}{seconds / spent:>9.0%}{seconds / total:>14.1f}")
    in_sql = sum(cost["sql_seconds"] for cost in models.values())
    print(
        f"\nfirst model to last  {measured['seconds']:>8.1f} s = {measured['seconds'] / total:.1f} floors;"
        f" its statements one by one {in_sql:.1f} s = {in_sql / total:.1f} floors;"
        f" dbt imported and started in {measured['startup_seconds']:.1f} s"
    )
    print(
        f"peak memory          {measured['process_mb']:>8,.0f} MB of the process (ru_maxrss),"
        f" {measured['database_mb']:,.0f} MB in DuckDB, {measured['spilled_mb']:,.0f} MB spilled to disk"
    )
    print(
        "A model's memory is the most DuckDB held while it ran without cached pages of tables"
        f" (duckdb_memory(), every {SAMPLE_SECONDS * 1000:.0f} ms); models that run at once share it"
        " and the cores: --threads 1 separates them. The layer ties to the raw tables.\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, nargs="+", default=[100_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--features", action="store_true", help="build the features too")
    parser.add_argument("--models", help="rebuild only these, comma separated")
    parser.add_argument("--threads", type=int, help="models at once; the profile's where absent")
    parser.add_argument("--folder", type=Path, help="keep the warehouses here and use them again")
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for invoices in given.invoices:
            measured = measure(given, invoices, folder)
            if given.json:
                print(json.dumps(measured))
            else:
                print_costs(measured)


if __name__ == "__main__":
    main()
