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
from dashboard.views.leaving.facts import (
    DUNNING_BANDS,
    Cohort,
    DunningBand,
    LeavingCustomer,
    LeavingFacts,
    MrrMovement,
    RetentionPoint,
)

TABLES = (
    "fct_mrr_movements",
    "fct_retention",
    "fct_cohort_retention",
    "fct_retention_by_dunning",
    "fct_customer_360",
    "fct_churn_predictions",
)
MOVEMENT_MONTHS = 12
TREND_MONTHS = 36
COHORT_MONTHS = 24
TOP_COUNT = 10


def read_leaving(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> LeavingFacts:
    """Read recurring revenue, what moved it, what is left of it and what is at stake."""
    trend = _history(connection, as_of_date, "fct_mrr_movements", MrrMovement, MOVEMENT_MONTHS)
    retention = _history(connection, as_of_date, "fct_retention", RetentionPoint, TREND_MONTHS)
    return LeavingFacts(
        trend=tuple(MrrMovement(**row) for row in trend),
        retention=tuple(RetentionPoint(**row) for row in retention),
        cohorts=_cohorts(connection, as_of_date),
        bands=_bands(connection, as_of_date),
        **_churn(connection, as_of_date),
    )


def _history(
    connection: duckdb.DuckDBPyConnection, as_of_date: dt.date, mart: str, shape: Any, months: int
) -> list[dict[str, Any]]:
    sql = f"""
        select {", ".join(shape.__dataclass_fields__)}
        from marts.{mart}
        where
            as_of_date <= $as_of_date
            and as_of_date >= last_day($as_of_date::date - interval {months} month)
        order by as_of_date
    """
    return rows_of(connection, sql, {"as_of_date": as_of_date})


def _cohorts(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> tuple[Cohort, ...]:
    sql = f"""
        select
            cohort_month, months_since, cohort_customer_count, logo_retention_rate,
            mrr_retention_rate
        from marts.fct_cohort_retention
        where
            as_of_date <= $as_of_date
            and cohort_month
            >= date_trunc('month', $as_of_date::date) - interval {COHORT_MONTHS - 1} month
        order by cohort_month, months_since
    """
    cohorts: dict[dt.date, Cohort] = {}
    for row in rows_of(connection, sql, {"as_of_date": as_of_date}):
        month = row["cohort_month"]
        empty = Cohort(month, row["cohort_customer_count"], {}, {})
        cohort = cohorts.setdefault(month, empty)
        cohort.logo_retention[row["months_since"]] = row["logo_retention_rate"]
        cohort.mrr_retention[row["months_since"]] = row["mrr_retention_rate"]
    return tuple(cohorts.values())


def _bands(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> tuple[DunningBand, ...]:
    sql = f"""
        select {", ".join(DunningBand.__dataclass_fields__)}
        from marts.fct_retention_by_dunning
        where as_of_date = ?
        order by list_position({list(DUNNING_BANDS)}, dunning_band)
    """
    return tuple(DunningBand(**row) for row in rows_of(connection, sql, [as_of_date]))


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
