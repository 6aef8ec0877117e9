"""A synthetic ledger in the raw tables, and what must be true of a layer built on it.

Belongs here: filling, counting and comparing. Does not belong here: the shape of the company
(`ledger.sql`), the sums it is compared with (`ties.sql`), running dbt (`dbt_costs`).
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from connectors.contract import ENTITIES
from connectors.landing import prepare_raw

FIRST_DATE = date(2023, 7, 1)
# In the middle of a month: thirty-five month ends and the run's own date.
AS_OF_DATE = date(2026, 6, 17)
HERE = Path(__file__).resolve().parent
BUILT = "benchmark_built"


def write_ledger(warehouse: Path, invoices: int, seed: int) -> dict[str, int]:
    """Write a warehouse with `raw_files` as landing leaves it after a first load; rows by entity."""
    from orchestration.policy import write_policy
    from orchestration.warehouse import prepare_schemas, writing
    from outreach.policy import DEFAULT_POLICY_PATH

    rows = {}
    loaded_at = datetime.combine(AS_OF_DATE, datetime.min.time())
    unfinished = warehouse.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with writing(unfinished) as connection:
        prepare_schemas(connection)
        write_policy(connection, DEFAULT_POLICY_PATH, AS_OF_DATE)
        prepare_raw(connection, "files")
        variables = {"invoices": invoices, "seed": seed}
        dates = {"first_date": FIRST_DATE, "as_of_date": AS_OF_DATE}
        for name, value in (variables | dates).items():
            connection.execute(f"set variable {name} = $value", {"value": value})
        connection.execute((HERE / "ledger.sql").read_text())
        for entity in ENTITIES.values():
            table, names = f"raw_files.{entity.name}", ", ".join(entity.column_names)
            known = f"{entity.effective_date}::timestamp" if entity.effective_date else "null"
            # The empty branch gives the contract's types, and columns that are not made.
            connection.execute(
                f"insert into {table} by name"
                f" with made as (select {names} from {table} where false union all by name"
                f" select columns(c -> c in {list(entity.column_names)}), {known} as recorded_at"
                f" from made_{entity.name})"
                f" select *, '{entity.name}.parquet' as _file, row_number() over () + 1 as _line, 1 as _load_id,"
                " $loaded_at as _loaded_at, true as _is_first_load from made",
                {"loaded_at": loaded_at},
            )
            [(rows[entity.name],)] = connection.execute(f"select count(*) from {table}").fetchall()
            connection.execute(
                "insert into raw_files._manifest (source, entity, load_id, file, content_hash, rows_in, loaded,"
                " exact_duplicates, quarantined, amounts, extra_columns, loaded_at) values"
                " ('files', $name, 1, $name || '.parquet', '', $rows, $rows, 0, 0, '{}', [], $loaded_at)",
                {"name": entity.name, "rows": rows[entity.name], "loaded_at": loaded_at},
            )
    unfinished.rename(warehouse)
    return rows


def count_inputs(warehouse: Path) -> dict[str, Any]:
    """Rows by entity, and the share of invoices that are open at the end."""
    rows = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for name in ENTITIES:
            [(rows[name],)] = connection.execute(
                f"select count(*) from raw_files.{name}"
            ).fetchall()
        [(open_invoices,)] = connection.execute(
            """
            with settled as (
                select invoice_id, amount from raw_files.payment_allocations
                union all
                select invoice_id, amount from raw_files.credit_note_allocations
                union all
                select invoice_id, amount from raw_files.write_offs
            ),
            by_invoice as (select invoice_id, sum(amount) as amount from settled group by invoice_id)
            select count(*) from raw_files.invoices as invoices
            left join by_invoice on invoices.invoice_id = by_invoice.invoice_id
            where invoices.void_date is null and coalesce(by_invoice.amount, 0) < invoices.gross_amount
            """
        ).fetchall()
    return {"rows": rows, "open_rate": open_invoices / rows["invoices"]}


def is_built(warehouse: Path) -> bool:
    """Whether an earlier run left a whole layer that ties."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            "select 1 from duckdb_tables() where table_name = $name", {"name": BUILT}
        )
        return found.fetchone() is not None


def differences(warehouse: Path) -> list[str]:
    """Figures of the layer that do not tie to sums over the raw tables; marks a layer that does."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"set variable as_of_date = date '{AS_OF_DATE}'")
        connection.execute(f"set variable first_date = date '{FIRST_DATE}'")
        rows = connection.execute((HERE / "ties.sql").read_text()).fetchall()
        if not rows:
            connection.execute(f"create table if not exists {BUILT} as select 1 as built")
    return [
        f"{figure} on {day}, {key}: layer {got}, raw {raw}" for figure, day, key, got, raw in rows
    ]
