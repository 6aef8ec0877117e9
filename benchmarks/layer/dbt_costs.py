"""What each model of one dbt run took: seconds, rows, memory.

Belongs here: running dbt in this process and listening to it. Does not belong here: what is built
(`metric_layer.py`), on which ledger (`ledger`).
"""

from __future__ import annotations

import json
import os
import resource
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

SAMPLE_SECONDS = 0.02


@dataclass
class ModelCost:
    """What one model took.

    Attributes:
        seconds: From the start to the end of its node.
        sql_seconds: Of these, inside the database.
        cpu_seconds: Of the whole process meanwhile, all threads together.
        memory_mb: Most the database held meanwhile, without cached pages of tables.
        rows: Rows of its table; None for a view.
        started: Seconds since the start of dbt.
    """

    seconds: float = 0.0
    sql_seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_mb: float = 0.0
    rows: int | None = None
    started: float = 0.0

    @property
    def ended(self) -> float:
        return self.started + self.seconds


@dataclass
class LayerCost:
    """What one run of dbt took: its models, seconds before the first, CPU, the most it held."""

    models: dict[str, ModelCost] = field(default_factory=dict)
    startup_seconds: float = 0.0
    cpu_seconds: float = 0.0
    database_mb: float = 0.0
    spilled_mb: float = 0.0
    process_mb: float = 0.0

    @property
    def seconds(self) -> float:
        """From the start of the first model to the end of the last."""
        return max(cost.ended for cost in self.models.values()) - self.startup_seconds


class MemorySampler(threading.Thread):
    """Asks DuckDB from a cursor beside dbt's what it holds, many times a second."""

    QUERY = """
    select
        sum(memory_usage_bytes) filter (tag <> 'BASE_TABLE') / 1e6,
        sum(memory_usage_bytes) / 1e6,
        sum(temporary_storage_bytes) / 1e6
    from duckdb_memory()
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.samples: list[tuple[float, float, float, float]] = []
        self.is_done = threading.Event()

    def run(self) -> None:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        cursor: Any = None
        while not self.is_done.wait(SAMPLE_SECONDS):
            # The database opens after the first models are compiled and closes with dbt.
            with suppress(AttributeError, duckdb.Error):
                cursor = cursor or DuckDBConnectionManager._ENV.conn.cursor()
                [sample] = cursor.execute(self.QUERY).fetchall()
                self.samples.append((time.perf_counter(), *sample))

    def most(self, position: int, begun: float, ended: float) -> float:
        """Most of one column between two times; 0 where nothing was sampled."""
        return max((s[position] for s in self.samples if begun <= s[0] <= ended), default=0.0)


def run_layer(
    warehouse: Path, as_of_date: date, selection: list[str], threads: int | None = None
) -> LayerCost:
    """Run dbt's models once, with the threads of the profile where none are given.

    Raises:
        RuntimeError: A model broke, or nothing was selected.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    cost = LayerCost()
    sampler = MemorySampler()
    begun = time.perf_counter()
    cpu_begun: list[float] = []

    def note(event: Any) -> None:
        if event.info.name not in ("NodeStart", "NodeFinished", "SQLQueryStatus"):
            return
        name, cpu = event.data.node_info.node_name, time.process_time()
        if event.info.name == "NodeStart":
            cpu_begun.append(cpu)
            cost.models[name] = ModelCost(started=time.perf_counter() - begun, cpu_seconds=-cpu)
        elif event.info.name == "NodeFinished":
            cost.models[name].seconds = time.perf_counter() - begun - cost.models[name].started
            cost.models[name].cpu_seconds += cpu
            cost.cpu_seconds = cpu - cpu_begun[0]
        elif name in cost.models:
            cost.models[name].sql_seconds += event.data.elapsed

    sampler.start()
    try:
        outcomes = _invoke(warehouse, as_of_date, selection, threads, note)
    finally:
        sampler.is_done.set()
        sampler.join()
        DuckDBConnectionManager.close_all_connections()
    cost.startup_seconds = min(model.started for model in cost.models.values())
    cost.database_mb = sampler.most(2, begun, time.perf_counter())
    cost.spilled_mb = sampler.most(3, begun, time.perf_counter())
    cost.process_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for outcome in outcomes:
            model = cost.models[outcome.node.name]
            model.memory_mb = sampler.most(1, begun + model.started, begun + model.ended)
            if outcome.node.config.materialized != "view":
                relation = f"{outcome.node.schema}.{outcome.node.alias}"
                [(model.rows,)] = connection.execute(f"select count(*) from {relation}").fetchall()
    return cost


def _invoke(
    warehouse: Path,
    as_of_date: date,
    selection: list[str],
    threads: int | None,
    callback: Callable[[Any], None],
) -> list[Any]:
    """Results of the models, all of them successes."""
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    from orchestration.dbt import FOLDERS, ensure_manifest

    manifest = ensure_manifest()
    os.environ["ENCOURS_WAREHOUSE"] = str(warehouse)
    parsed = manifest.with_name("partial_parse.msgpack").read_bytes()
    folder = str(warehouse.parent / "dbt")
    arguments = ["--quiet", "run", *FOLDERS, "--target-path", folder, "--log-path", folder]
    arguments += ["--log-level-file", "none", *selection]
    arguments += ["--threads", str(threads)] if threads else []
    arguments += ["--vars", json.dumps({"as_of_date": as_of_date.isoformat()})]
    runner = dbtRunner(manifest=Manifest.from_msgpack(parsed), callbacks=[callback])
    result = runner.invoke(arguments)
    outcomes = list(getattr(result.result, "results", []))
    broken = [f"{o.node.name}: {o.message}" for o in outcomes if str(o.status) != "success"]
    if not result.success or not outcomes:
        raise RuntimeError("\n".join(broken) or str(result.exception or "Nothing was selected."))
    return outcomes
