"""Short connections to a company's warehouse.

Belongs here: opening, settings, closing. Does not belong here: what is read or written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from connectors.identity import prepare_identity
from orchestration.desk_copy import prepare_desk
from orchestration.yardsticks import prepare_yardsticks

ML_TABLES = {
    "invoice_predictions": (
        "as_of_date date, invoice_id varchar, customer_id varchar, method varchar, model_version varchar,"
        " p10_date date, p50_date date, p90_date date, p_paid_7d double, p_paid_14d double, p_paid_30d double,"
        " p_paid_60d double, p_paid_by_month_end double, p_unpaid_120d double, reason_codes varchar,"
        " p_within_interval double"
    ),
    "churn_predictions": (
        "as_of_date date, customer_id varchar, method varchar, model_version varchar, p_churn double,"
        " p_churn_voluntary double, p_churn_payment_failure double, reason_codes varchar"
    ),
    "landing_forecasts": (
        "as_of_date date, horizon varchar, horizon_date date, line varchar, p10_amount double, p50_amount double,"
        " p90_amount double, expected_amount double, method varchar, is_calibrated boolean, windows integer"
    ),
    "landing_months": (
        "as_of_date date, month_start_date date, line varchar, p10_amount double, p50_amount double,"
        " p90_amount double, expected_amount double, method varchar, is_calibrated boolean"
    ),
    "model_evaluations": (
        "as_of_date date, model varchar, segment varchar, metric varchar, value double, baseline_value double,"
        " n bigint"
    ),
    "model_drift": (
        "as_of_date date, model varchar, feature varchar, psi double, critical_value double, usual_psi double,"
        " is_drifted boolean, is_severe boolean, training_customers bigint, scored_customers bigint"
    ),
    "feature_changes": "as_of_date date, model varchar, feature varchar, compared bigint, changed bigint",
}

# Rows of past dates as they were first built: `recipe` is the hash of the SQL that built them.
FEATURE_SAMPLES = "model varchar, row_date varchar, row_id varchar, built_on date, recipe varchar, features varchar"

# What was checked and what persons decided: `row_id` is the hash of a row set aside.
AUDIT_TABLES = {
    "checked_loads": "source varchar, entity varchar, load_id bigint",
    "corrections": "source varchar, entity varchar, row_id varchar, decision varchar, decided_at timestamp",
}


@contextmanager
def writing(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A writable connection, checkpointed and closed at the end of the block."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(warehouse), config={"autoinstall_known_extensions": "false"})
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
        connection.execute("checkpoint")
    finally:
        connection.close()


@contextmanager
def reading(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection, closed at the end of the block."""
    connection = duckdb.connect(str(database), read_only=True)
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def prepare_schemas(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables that Python fills beside dbt, where absent."""
    connection.execute("create schema if not exists ml")
    for name, columns in ML_TABLES.items():
        connection.execute(f"create table if not exists ml.{name} ({columns})")
        # A warehouse of an earlier version lacks what was added since.
        for column in columns.split(","):
            connection.execute(f"alter table ml.{name} add column if not exists {column}")
    connection.execute(f"create table if not exists ml.feature_samples ({FEATURE_SAMPLES})")
    connection.execute("create schema if not exists audit")
    for name, columns in AUDIT_TABLES.items():
        connection.execute(f"create table if not exists audit.{name} ({columns})")
    prepare_identity(connection)
    prepare_desk(connection)
    prepare_yardsticks(connection)


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries."""
    relation = connection.execute(query)
    names = [column[0] for column in relation.description or []]
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
