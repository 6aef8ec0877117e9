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


def floor_costs(warehouse: Path, entities: list[str]) -> dict[str, dict[str, float]]:
    """Seconds and CPU seconds of the floor's three parts, medians of three."""
    parts = {
        "scan": [f"select bit_xor(hash(t)) from raw_files.{name} as t" for name in entities],
        "aggregate": [
            "create or replace temp table floor as select customer_id, count(*), sum(amount)"
            f" from ({DATED}) group by customer_id"
        ],
        "sort": [f"create or replace temp table floor as from ({DATED}) order by customer_id, day"],
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in parts}
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set preserve_insertion_order = false")
        for _ in range(3):
            for name, statements in parts.items():
                begun, cpu = time.perf_counter(), time.process_time()
                for statement in statements:
                    connection.execute(statement).fetchall()
                taken[name].append((time.perf_counter() - begun, time.process_time() - cpu))
    return {
        name: {
            "seconds": statistics.median(seconds for seconds, _ in times),
            "cpu_seconds": statistics.median(cpu for _, cpu in times),
        }
        for name, times in taken.items()
    }


def selected(with_features: bool) -> list[str]:
    """Every model that needs no predictions, with or without the features."""
    return ["--exclude", "tag:after_scoring"] + ([] if with_features else ["path:models/features"])


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call in a process of its own, so that its peak of memory is its own.

    Forked: DuckDB takes a spawned one for an interactive session and draws progress bars.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as process:
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
    measured["floor"] = apart(floor_costs, warehouse, list(measured["inputs"]["rows"]))
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
    rows, models = measured["inputs"]["rows"], measured["models"]
    print(
        f"{rows['invoices']:,} invoices to {measured['as_of_date']}, {measured['inputs']['open_rate']:.1%} open;"
        f" {sum(rows.values()):,} rows of {len(rows)} entities,"
        f" {rows['payments'] / rows['invoices']:.2f} payments an invoice;"
        f" generated in {measured['generating_seconds']:.1f} s\n"
    )
    print(f"{'model':<36}{'seconds':>9}{'in SQL':>9}{'CPU, s':>9}{'rows':>14}{'memory, MB':>12}")
    tables = {name: cost for name, cost in models.items() if cost["rows"] is not None}
    for name, cost in tables.items():
        times = f"{cost['seconds']:>9.2f}{cost['sql_seconds']:>9.2f}{cost['cpu_seconds']:>9.2f}"
        print(f"{name:<36}{times}{cost['rows']:>14,}{cost['memory_mb']:>12,.0f}")
    views = [cost["seconds"] for name, cost in models.items() if name not in tables]
    print(f"{f'{len(views)} views':<36}{sum(views):>9.2f}")
    print(
        "Memory: the most DuckDB held while the model ran, without cached pages of tables (duckdb_memory()"
        f" every {SAMPLE_SECONDS * 1000:.0f} ms).\nModels that run at once share memory and CPU in this table:"
        " --threads 1 separates them.\n"
    )
    floor = sum(part["seconds"] for part in measured["floor"].values())
    spent = sum(cost["seconds"] for cost in models.values())
    print(f"{'slowest':<36}{'seconds':>9}{'share':>9}{'floors':>9}")
    for name, cost in sorted(models.items(), key=lambda item: -item[1]["seconds"])[:10]:
        seconds = cost["seconds"]
        print(f"{name:<36}{seconds:>9.2f}{seconds / spent:>9.0%}{seconds / floor:>9.1f}")
    print_totals(measured, floor)


def print_totals(measured: dict[str, Any], floor: float) -> None:
    parts = ", ".join(f"{name} {part['seconds']:.2f}" for name, part in measured["floor"].items())
    floor_cpu = sum(part["cpu_seconds"] for part in measured["floor"].values())
    print(f"\n{'':<36}{'seconds':>9}{'floors':>9}{'CPU, s':>9}{'floors':>9}")
    print(f"{'floor':<36}{floor:>9.2f}{1:>9.1f}{floor_cpu:>9.2f}{1:>9.1f}   ({parts})")
    seconds, cpu = measured["seconds"], measured["cpu_seconds"]
    print(
        f"{'layer, first model to last':<36}{seconds:>9.2f}{seconds / floor:>9.1f}"
        f"{cpu:>9.2f}{cpu / floor_cpu:>9.1f}   (dbt imported and started in {measured['startup_seconds']:.1f} s)"
    )
    print(
        f"peak memory {measured['process_mb']:,.0f} MB of the process (ru_maxrss),"
        f" {measured['database_mb']:,.0f} MB in DuckDB; {measured['spilled_mb']:,.0f} MB spilled to disk\n"
        "The layer ties to the raw tables: open invoices and unapplied money by currency, sales, MRR, on each date.\n"
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
