"""The publication to facts: one query a figure group, no arithmetic beyond sums and ranking.

Belongs here: SQL over schema `marts` of a published file. Does not belong here: wording, metric
definitions (the marts hold them), the live warehouse.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb

from dashboard.facts import (
    AgedBalance,
    CurrencyBalance,
    Exposure,
    LeavingCustomer,
    ModelFigure,
    MrrMovement,
    PublicationError,
    Receivables,
    Retention,
    SourceLoad,
    SpeedPoint,
    SummaryFacts,
    Trust,
)
from dashboard.landing_facts import Landing, LandingMonth, LandingPoint
from dashboard.publication import check_tables, rows_of

TREND_MONTHS = 36
MOVEMENT_MONTHS = 12
TOP_COUNT = 10
# DEFINITIONS section 3: a customer puts its MRR at risk from an item this late.
AT_RISK_DAYS_PAST_DUE = 31


def summary_facts(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> SummaryFacts:
    """Read the figures of the CFO summary.

    Args:
        connection: a publication (schema `marts`); nothing is written to it.
        as_of_date: the business date; the publication must hold it.

    Returns:
        The figures, exact; see `SummaryFacts`.

    Raises:
        PublicationError: a mart is missing, or none of its rows is of the date.
    """
    check_tables(connection)
    speed = _speed(connection, as_of_date)
    if not speed or speed[-1].as_of_date != as_of_date:
        raise PublicationError(
            f"The publication holds no figures as of {as_of_date}.",
            f"Publish that day: `encours run --as-of {as_of_date}`.",
        )
    (currency,) = rows_of(
        connection,
        "select reporting_currency from marts.fct_dso where as_of_date = ?",
        [as_of_date],
    )
    trust = _trust(connection, as_of_date)
    return SummaryFacts(
        as_of_date=as_of_date,
        reporting_currency=currency["reporting_currency"],
        landing=_landing(connection, as_of_date),
        speed=speed,
        receivables=_receivables(connection, as_of_date),
        retention=_retention(connection, as_of_date)
        if trust.has_rows("subscription_versions")
        else None,
        trust=trust,
    )


def _landing(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> Landing:
    points = """
        select
            horizon, horizon_date, line, p10_amount_reporting, p50_amount_reporting,
            p90_amount_reporting, expected_amount_reporting, received_amount_reporting,
            open_amount_reporting, scored_amount_reporting, is_calibrated, window_count
        from marts.fct_cash_landing
        where as_of_date = ? and expected_amount_reporting is not null
        order by horizon_date, horizon, line
    """
    months = """
        select
            month_start_date, p10_amount_reporting, p50_amount_reporting, p90_amount_reporting,
            landed_amount_reporting, error_amount_reporting, is_in_interval, is_issued,
            is_calibrated
        from marts.fct_cash_landing_outcomes
        where as_of_date = ? and line = 'total' and is_in_interval is not null
        qualify row_number() over (order by month_start_date desc) <= 12
        order by month_start_date
    """
    return Landing(
        tuple(LandingPoint(**row) for row in rows_of(connection, points, [as_of_date])),
        tuple(LandingMonth(**row) for row in rows_of(connection, months, [as_of_date])),
    )


def _speed(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> tuple[SpeedPoint, ...]:
    sql = f"""
        select
            dso.as_of_date, dso.dso_simple_1m, dso.dso_rolling_3m, dso.dso_countback,
            dso.is_countback_truncated, dso.bpdso_3m, dso.add_3m,
            days_to_pay.weighted_avg_days_to_pay, days_to_pay.weighted_avg_days_late,
            days_to_pay.weighted_avg_terms_days, days_to_pay.paid_on_time_value_rate
        from marts.fct_dso as dso
        left join marts.fct_days_to_pay as days_to_pay on dso.as_of_date = days_to_pay.as_of_date
        where
            dso.as_of_date <= $as_of_date
            and dso.as_of_date >= last_day($as_of_date::date - interval {TREND_MONTHS} month)
        order by dso.as_of_date
    """
    return tuple(SpeedPoint(**row) for row in rows_of(connection, sql, {"as_of_date": as_of_date}))


def _receivables(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> Receivables:
    today = _aged_balance(connection, as_of_date)
    previous_date = as_of_date.replace(day=1) - dt.timedelta(days=1)
    has_previous = rows_of(
        connection, "select 1 from marts.fct_dso where as_of_date = ?", [previous_date]
    )
    counts_sql = """
        select
            count(distinct invoice_id) as open_invoice_count,
            count(distinct customer_id) as owing_customer_count
        from marts.fct_open_items
        where as_of_date = ? and open_amount > 0
    """
    (counts,) = rows_of(connection, counts_sql, [as_of_date])
    currencies_sql = """
        select
            currency,
            sum(open_invoices_amount) as open_invoices_amount,
            sum(past_due_amount) as past_due_amount,
            sum(open_invoices_amount_reporting) as open_invoices_amount_reporting
        from marts.fct_aged_balance
        where as_of_date = ?
        group by currency
        order by open_invoices_amount_reporting desc, currency
    """
    return Receivables(
        today=today,
        previous=_aged_balance(connection, previous_date) if has_previous else None,
        by_currency=tuple(
            CurrencyBalance(**row) for row in rows_of(connection, currencies_sql, [as_of_date])
        ),
        top_exposures=_top_exposures(connection, as_of_date),
        **counts,
    )


def _aged_balance(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> AgedBalance:
    columns = [name for name in AgedBalance.__dataclass_fields__ if name != "as_of_date"]
    # No row on a date means that nothing is open: a true zero.
    sums = ", ".join(
        f"cast(coalesce(sum({column}), 0) as decimal(38, 2)) as {column}" for column in columns
    )
    sql = f"select {sums} from marts.fct_aged_balance where as_of_date = ?"
    (row,) = rows_of(connection, sql, [as_of_date])
    return AgedBalance(as_of_date=as_of_date, **row)


def _top_exposures(
    connection: duckdb.DuckDBPyConnection, as_of_date: dt.date
) -> tuple[Exposure, ...]:
    sql = f"""
        select
            customers.customer_id, customers.customer_name, customers.open_amount_reporting,
            customers.past_due_amount_reporting, customers.oldest_days_past_due,
            accounts.customer_id is not null and customers.customer_id in (
                select customer_id
                from marts.fct_invoice_predictions
                where as_of_date = $as_of_date and p_unpaid_120d is not null
            ) as has_prediction,
            accounts.predicted_payment_date, accounts.predicted_p10_date,
            accounts.predicted_p90_date, accounts.decision, accounts.hold_reason
        from marts.fct_customer_360 as customers
        left join marts.fct_at_risk_accounts as accounts
            on
                customers.customer_id = accounts.customer_id
                and customers.as_of_date = accounts.as_of_date
        where customers.as_of_date = $as_of_date and customers.open_amount_reporting > 0
        order by customers.open_amount_reporting desc, customers.customer_id
        limit {TOP_COUNT}
    """
    rows = rows_of(connection, sql, {"as_of_date": as_of_date})
    return tuple(Exposure(**row) for row in rows)


def _retention(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> Retention:
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
    return Retention(
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


def _trust(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> Trust:
    loads_sql = """
        select source_name, entity, rows_in, loaded, exact_duplicates, quarantined, quarantined_share
        from marts.fct_source_loads
        order by source_name, entity
    """
    figures_sql = """
        select as_of_date, model, segment, metric, value, baseline_value, n
        from marts.fct_model_evaluations
        where as_of_date <= ? and segment = 'all'
        qualify as_of_date = max(as_of_date) over (partition by model)
        order by model, metric
    """
    totals_sql = """
        select 'fct_open_items' as mart, sum(open_amount_reporting) as amount
        from marts.fct_open_items where as_of_date = $as_of_date
        union all
        select 'fct_aged_balance', sum(open_invoices_amount_reporting)
        from marts.fct_aged_balance where as_of_date = $as_of_date
        union all
        select 'fct_customer_360', sum(open_amount_reporting)
        from marts.fct_customer_360 where as_of_date = $as_of_date
        union all
        select 'fct_dso', sum(open_invoices_amount_reporting)
        from marts.fct_dso where as_of_date = $as_of_date
    """
    entities_sql = "select entity from marts.fct_entity_records where record_count > 0"
    fallbacks_sql = """
        select if(p_unpaid_120d is null, 'nothing', method) as basis, count(*) as invoice_count
        from marts.fct_invoice_predictions
        where as_of_date = ? and method <> 'hazard'
        group by basis
        order by basis
    """
    fallbacks = rows_of(connection, fallbacks_sql, [as_of_date])
    totals = rows_of(connection, totals_sql, {"as_of_date": as_of_date})
    return Trust(
        loads=tuple(SourceLoad(**row) for row in rows_of(connection, loads_sql, [])),
        model_figures=tuple(
            ModelFigure(**row) for row in rows_of(connection, figures_sql, [as_of_date])
        ),
        open_totals={
            row["mart"]: row["amount"] if row["amount"] is not None else Decimal("0.00")
            for row in totals
        },
        entities=frozenset(row["entity"] for row in rows_of(connection, entities_sql, [])),
        fallbacks={row["basis"]: row["invoice_count"] for row in fallbacks},
    )
