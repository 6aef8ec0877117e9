"""The outreach policy in the warehouse: `raw_policy`, replaced on every run.

Belongs here: the typed tables and writing them. Does not belong here: what a valid policy is and
its rows (`outreach`), the asset (`assets.outreach`), applying it (dbt).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pyarrow as pa

from outreach.policy import holiday_rows, load_policy, policy_rows

# By table: what a row is, and the columns.
POLICY_TABLES = {
    "segments": (
        "One row per segment, in order: its scenario, lane and conditions.",
        "segment_no integer, segment varchar, scenario varchar, lane varchar, customer_ids varchar[],"
        " account_segments varchar[], countries varchar[], minimum_mrr decimal(18, 2),"
        " minimum_open_amount decimal(18, 2), maximum_open_amount decimal(18, 2),"
        " minimum_tenure_days integer, maximum_tenure_days integer, minimum_usual_days_late integer,"
        " maximum_usual_days_late integer, minimum_churn_probability decimal(9, 6)",
    ),
    "steps": (
        "One row per scenario and step: offset from the due date, channel, tone, template.",
        "scenario varchar, step_no integer, step varchar, offset_days integer, channel varchar,"
        " template varchar, tone varchar, minimum_amount decimal(18, 2),"
        " only_if_predicted_late boolean, needs_approval boolean",
    ),
    "settings": (
        "One row per setting of the policy: caps, quiet days, holds, experiment, value.",
        "key varchar, value varchar",
    ),
    "holidays": (
        "One row per country with a public holiday on the business date.",
        "country varchar, holiday_date date, name varchar",
    ),
}


def write_policy(
    connection: duckdb.DuckDBPyConnection, path: Path, business_date: dt.date
) -> dict[str, int]:
    """Replace `raw_policy` by the rows of a policy file; rows by table.

    Args:
        connection: The warehouse.
        path: The policy file.
        business_date: The day whose public holidays are written.

    Raises:
        PolicyError: The policy cannot be used.
    """
    tables = {**policy_rows(load_policy(path)), "holidays": holiday_rows(business_date)}
    connection.execute("create schema if not exists raw_policy")
    for table, (_, columns) in POLICY_TABLES.items():
        connection.execute(f"create or replace table raw_policy.{table} ({columns})")
        if tables[table]:
            connection.register("_policy_rows", pa.Table.from_pylist(tables[table]))
            connection.execute(f"insert into raw_policy.{table} by name from _policy_rows")
            connection.unregister("_policy_rows")
    return {table: len(tables[table]) for table in POLICY_TABLES}
