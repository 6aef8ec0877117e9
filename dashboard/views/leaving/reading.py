"""The publication to the facts of the view `leaving`: no arithmetic beyond sums and ranking.

Belongs here: SQL over schema `marts` of a published file. Does not belong here: wording, metric
definitions (the marts hold them), the live warehouse.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb

from dashboard.publication import rows_of
from dashboard.views.leaving.facts import LeavingCustomer, LeavingFacts, MrrMovement

TABLES = (
    "fct_mrr_movements",
    "fct_customer_360",
    "fct_open_items",
    "fct_churn_predictions",
)
MOVEMENT_MONTHS = 12
TOP_COUNT = 10
# DEFINITIONS section 3: a customer puts its MRR at risk from an item this late.
AT_RISK_DAYS_PAST_DUE = 31


def read_leaving(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> LeavingFacts:
    """Read recurring revenue, what moved it, and what is at stake."""
    columns = ", ".join(MrrMovement.__dataclass_fields__)
    trend_sql = f"""
        select {columns}
        from marts.fct_mrr_movements
        where
            as_of_date <= $as_of_date
            and as_of_date >= last_day($as_of_date::date - interval {MOVEMENT_MONTHS} month)
        order by as_of_date
    """
    at_risk_sql = f"""
        select
            cast(coalesce(sum(mrr_reporting), 0) as decimal(38, 2)) as mrr_at_risk_reporting,
            count(*) as mrr_at_risk_customer_count
        from marts.fct_customer_360
        where
            as_of_date = $as_of_date
            and mrr_reporting > 0
            and customer_id in (
                select customer_id
                from marts.fct_open_items
                where
                    as_of_date = $as_of_date
                    and days_past_due >= {AT_RISK_DAYS_PAST_DUE}
                    and open_amount > 0
            )
    """
    day = {"as_of_date": as_of_date}
    (at_risk,) = rows_of(connection, at_risk_sql, day)
    return LeavingFacts(
        trend=tuple(MrrMovement(**row) for row in rows_of(connection, trend_sql, day)),
        **at_risk,
        **_churn(connection, as_of_date),
    )


def _churn(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> dict[str, Any]:
    sql = """
        select
            customers.customer_id, customers.customer_name, customers.mrr_reporting,
            customers.past_due_amount_reporting, customers.oldest_days_past_due,
            predictions.p_churn, predictions.method
        from marts.fct_churn_predictions as predictions
        inner join marts.fct_customer_360 as customers
            on
                predictions.customer_id = customers.customer_id
                and predictions.as_of_date = customers.as_of_date
        where
            predictions.as_of_date = ?
            and customers.mrr_reporting > 0
            and predictions.p_churn is not null
        order by predictions.p_churn * customers.mrr_reporting desc, customers.customer_id
    """
    rows = rows_of(connection, sql, [as_of_date])
    methods = {row.pop("method") for row in rows}
    customers = [LeavingCustomer(**row) for row in rows]
    expected = [c.mrr_reporting * Decimal(str(c.p_churn)) for c in customers]
    return {
        "churn_methods": tuple(sorted(methods)),
        "predicted_customer_count": len(customers),
        "expected_mrr_loss_reporting": sum(expected, Decimal(0)) if customers else None,
        "likely_to_leave": () if methods <= {"base_rate"} else tuple(customers[:TOP_COUNT]),
    }
