"""Targets and benchmarks in the warehouse: `raw_company`, replaced on every run.

Belongs here: the typed tables and writing them. Does not belong here: what may be entered
(`config_targets`), the asset (`assets.yardsticks`), comparing with them (dbt).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from orchestration.config_tables import Config

# By table: what a row is, and the columns.
YARDSTICK_TABLES = {
    "targets": (
        "One row per figure and month that has a target; without a month it holds for every month.",
        "metric varchar, month_start_date date, amount decimal(18, 2), unit varchar, currency varchar",
    ),
    "benchmarks": (
        "One row per figure and population with a published value and its source.",
        "metric varchar, value decimal(18, 6), unit varchar, population varchar, source varchar,"
        " source_date date",
    ),
}


def prepare_yardsticks(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of `raw_company`, empty, where absent."""
    connection.execute("create schema if not exists raw_company")
    for table, (_, columns) in YARDSTICK_TABLES.items():
        connection.execute(f"create table if not exists raw_company.{table} ({columns})")


def write_yardsticks(connection: duckdb.DuckDBPyConnection, config: Config) -> dict[str, int]:
    """Replace `raw_company` by what the configuration says now; rows by table.

    Args:
        connection: The warehouse.
        config: The company's configuration; cash targets are in its reporting currency.
    """
    import pyarrow as pa

    tables = {"targets": _target_rows(config), "benchmarks": _benchmark_rows(config)}
    connection.execute("create schema if not exists raw_company")
    for table, (_, columns) in YARDSTICK_TABLES.items():
        connection.execute(f"create or replace table raw_company.{table} ({columns})")
        if tables[table]:
            connection.register("_yardstick_rows", pa.Table.from_pylist(tables[table]))
            connection.execute(f"insert into raw_company.{table} by name from _yardstick_rows")
            connection.unregister("_yardstick_rows")
    return {table: len(rows) for table, rows in tables.items()}


def _target_rows(config: Config) -> list[dict[str, Any]]:
    currency = config.company.reporting_currency
    rows: list[dict[str, Any]] = [
        {
            "metric": "cash",
            "month_start_date": date.fromisoformat(f"{month}-01"),
            "amount": amount,
            "unit": "money",
            "currency": currency,
        }
        for month, amount in config.targets.cash.items()
    ]
    if config.targets.dso_rolling_3m is not None:
        row = {"metric": "dso_rolling_3m", "amount": config.targets.dso_rolling_3m, "unit": "days"}
        rows.append({"month_start_date": None, "currency": None, **row})
    return rows


def _benchmark_rows(config: Config) -> list[dict[str, Any]]:
    return [{**one.model_dump(), "unit": one.unit} for one in config.benchmarks]
