"""The publication to the facts of the view `landing`: no arithmetic beyond sums and ranking.

Belongs here: SQL over schema `marts` of a published file. Does not belong here: wording, metric
definitions (the marts hold them), the live warehouse.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb

from dashboard.publication import rows_of
from dashboard.views.landing.facts import (
    IssuedForecast,
    LandingFacts,
    LandingInvoice,
    LandingMonth,
    LandingPoint,
    WholeMonth,
)

TABLES = (
    "fct_cash_landing",
    "fct_cash_landing_outcomes",
    "fct_month_landing",
    "fct_landing_forecasts",
    "fct_landing_invoices",
    "fct_customer_360",
)
TOP_CUSTOMERS = 10
PAST_MONTHS = 12


def read_landing(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> LandingFacts:
    """Read what lands by when, what it is made of, and how forecasts did."""
    points = """
        select
            horizon, horizon_date, line, p10_amount_reporting, p50_amount_reporting,
            p90_amount_reporting, expected_amount_reporting, expected_in_week_amount_reporting,
            received_amount_reporting, open_amount_reporting, scored_amount_reporting,
            is_calibrated, window_count
        from marts.fct_cash_landing
        where as_of_date = ? and expected_amount_reporting is not null
        order by horizon_date, horizon, line
    """
    return LandingFacts(
        as_of_date,
        tuple(LandingPoint(**row) for row in rows_of(connection, points, [as_of_date])),
        _whole_month(connection, as_of_date, is_current=True),
        _whole_month(connection, as_of_date, is_current=False),
        _forecasts(connection, as_of_date),
        _invoices(connection, as_of_date),
        _invoices_expected(connection, as_of_date),
        _months(connection, as_of_date),
    )


def _whole_month(
    connection: duckdb.DuckDBPyConnection, as_of_date: dt.date, is_current: bool
) -> WholeMonth | None:
    sql = """
        select
            month_start_date, month_end_date, received_amount_reporting, p10_amount_reporting,
            p50_amount_reporting, p90_amount_reporting, expected_amount_reporting,
            open_invoices_amount_reporting, contracted_invoices_amount_reporting,
            new_business_amount_reporting, target_amount_reporting, gap_to_target_amount_reporting,
            is_calibrated
        from marts.fct_month_landing
        where as_of_date = ? and is_current_month = ?
    """
    rows = rows_of(connection, sql, [as_of_date, is_current])
    return WholeMonth(**rows[0]) if rows else None


def _forecasts(
    connection: duckdb.DuckDBPyConnection, as_of_date: dt.date
) -> tuple[IssuedForecast, ...]:
    sql = """
        select
            forecast_date, received_amount_reporting, p10_amount_reporting, p50_amount_reporting,
            p90_amount_reporting, change_amount_reporting, change_since_first_amount_reporting
        from marts.fct_landing_forecasts
        where
            as_of_date = $as_of_date
            and month_start_date = date_trunc('month', $as_of_date::date)
            and p50_amount_reporting is not null
        order by forecast_date
    """
    rows = rows_of(connection, sql, {"as_of_date": as_of_date})
    return tuple(IssuedForecast(**row) for row in rows)


def _invoices(
    connection: duckdb.DuckDBPyConnection, as_of_date: dt.date
) -> tuple[LandingInvoice, ...]:
    """The invoices of the customers who bring most, the customers and then their invoices ranked."""
    sql = f"""
        with invoices as (
            select
                *,
                sum(expected_by_month_end_amount_reporting) over (partition by customer_id)
                    as customer_amount
            from marts.fct_landing_invoices
            where as_of_date = $as_of_date and expected_by_month_end_amount_reporting > 0
        )
        select
            invoices.customer_id,
            coalesce(customers.customer_name, invoices.customer_id) as customer_name,
            invoices.invoice_number, invoices.due_date, invoices.open_amount_reporting,
            invoices.p50_date, invoices.p_paid_by_month_end,
            invoices.expected_by_month_end_amount_reporting
        from invoices
        left join marts.fct_customer_360 as customers
            on invoices.customer_id = customers.customer_id and customers.as_of_date = $as_of_date
        qualify
            dense_rank() over (order by customer_amount desc, invoices.customer_id)
            <= {TOP_CUSTOMERS}
        order by
            customer_amount desc, invoices.customer_id,
            expected_by_month_end_amount_reporting desc, invoices.invoice_id
    """
    return tuple(
        LandingInvoice(**row) for row in rows_of(connection, sql, {"as_of_date": as_of_date})
    )


def _invoices_expected(
    connection: duckdb.DuckDBPyConnection, as_of_date: dt.date
) -> Decimal | None:
    sql = """
        select sum(expected_by_month_end_amount_reporting) as amount
        from marts.fct_landing_invoices
        where as_of_date = ?
    """
    amount: Decimal | None = rows_of(connection, sql, [as_of_date])[0]["amount"]
    return amount


def _months(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> tuple[LandingMonth, ...]:
    sql = f"""
        select
            month_start_date, p10_amount_reporting, p50_amount_reporting, p90_amount_reporting,
            landed_amount_reporting, error_amount_reporting, naive_error_amount_reporting,
            is_in_interval, is_issued, is_calibrated
        from marts.fct_cash_landing_outcomes
        where as_of_date = ? and line = 'total' and is_in_interval is not null
        qualify row_number() over (order by month_start_date desc) <= {PAST_MONTHS}
        order by month_start_date
    """
    return tuple(LandingMonth(**row) for row in rows_of(connection, sql, [as_of_date]))
