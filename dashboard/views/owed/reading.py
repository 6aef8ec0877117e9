"""The publication to the facts of the view `owed`: no arithmetic beyond sums and ranking.

Belongs here: SQL over schema `marts` of a published file. Does not belong here: wording, metric
definitions (the marts hold them), the live warehouse.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from dashboard.publication import rows_of
from dashboard.views.owed.facts import (
    AgedBalance,
    Buckets,
    CurrencyBalance,
    Exposure,
    GroupBalance,
    OwedFacts,
)
from dashboard.views.owed.ledger import columns_of, read_ledger, sums_of
from dashboard.views.owed.risk_facts import (
    BadDebt,
    Concentration,
    ExpectedLoss,
    Position,
    RollCell,
    RollRate,
)

TABLES = (
    "fct_dso",
    "fct_aged_balance",
    "fct_receivables_position",
    "fct_open_items",
    "fct_customer_360",
    "fct_invoice_predictions",
    "fct_invoice_decisions",
    "fct_at_risk_accounts",
    "fct_exposure_concentration",
    "fct_roll_rates",
    "fct_roll_matrix",
    "fct_expected_credit_loss",
    "fct_bad_debt",
    "dim_customers",
)
TOP_COUNT = 10
TREND_MONTHS = 36


def read_owed(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> OwedFacts:
    """Read who owes what, today and at month ends before."""

    def rows(sql: str) -> list[dict[str, Any]]:
        return rows_of(connection, sql, {"as_of_date": as_of_date})

    def of_day(mart: str, shape: type, order: str = "as_of_date") -> list[Any]:
        sql = f"""
            select {columns_of(shape)}
            from marts.{mart}
            where as_of_date = $as_of_date
            order by {order}
        """
        return [shape(**row) for row in rows(sql)]

    def one_of_day(mart: str, shape: type) -> Any:
        found = of_day(mart, shape)
        return found[0] if found else None

    previous_date = as_of_date.replace(day=1) - dt.timedelta(days=1)
    has_previous = rows_of(
        connection, "select 1 from marts.fct_dso where as_of_date = ?", [previous_date]
    )
    return OwedFacts(
        today=_aged_balance(connection, as_of_date),
        previous=_aged_balance(connection, previous_date) if has_previous else None,
        trend=tuple(AgedBalance(**row) for row in rows(_TREND)),
        by_currency=tuple(CurrencyBalance(**row) for row in rows(_CURRENCIES)),
        by_segment=tuple(GroupBalance(**row) for row in rows(_group("segment"))),
        by_country=tuple(GroupBalance(**row) for row in rows(_group("country"))),
        top_exposures=tuple(Exposure(**row) for row in rows(_TOP_EXPOSURES)),
        ledger=read_ledger(connection, as_of_date),
        position=one_of_day("fct_receivables_position", Position),
        concentration=one_of_day("fct_exposure_concentration", Concentration),
        roll_rates=tuple(of_day("fct_roll_rates", RollRate, "bucket_no")),
        roll_matrix=tuple(of_day("fct_roll_matrix", RollCell, "from_bucket_no, to_bucket_no")),
        expected_losses=tuple(
            of_day("fct_expected_credit_loss", ExpectedLoss, "segment, bucket_no")
        ),
        bad_debt=one_of_day("fct_bad_debt", BadDebt),
        **rows(_COUNTS)[0],
    )


def _aged_balance(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> AgedBalance:
    columns = [name for name in AgedBalance.__dataclass_fields__ if name != "as_of_date"]
    # No row on a date means that nothing is open: a true zero.
    sql = f"select {sums_of(columns)} from marts.fct_aged_balance where as_of_date = ?"
    (row,) = rows_of(connection, sql, [as_of_date])
    return AgedBalance(as_of_date=as_of_date, **row)


def _group(column: str) -> str:
    # A customer without a row of its own, or without the value, still owes: nothing is left out.
    return f"""
        select
            customers.{column} as group_name,
            count(distinct balances.customer_id) filter (
                where balances.open_invoices_amount_reporting > 0
            ) as customer_count,
            {sums_of(Buckets.__dataclass_fields__, "balances")}
        from marts.fct_aged_balance as balances
        left join marts.dim_customers as customers
            on balances.customer_id = customers.customer_id
        where balances.as_of_date = $as_of_date
        group by customers.{column}
        order by open_invoices_amount_reporting desc, group_name nulls last
    """


_COUNTS = """
    select
        count(distinct invoice_id) as open_invoice_count,
        count(distinct customer_id) as owing_customer_count
    from marts.fct_open_items
    where as_of_date = $as_of_date and open_amount > 0
"""

_TREND = f"""
    select {columns_of(AgedBalance)}
    from marts.fct_receivables_position
    where
        as_of_date <= $as_of_date
        and as_of_date >= last_day($as_of_date::date - interval {TREND_MONTHS} month)
    order by as_of_date
"""

_CURRENCIES = """
    select
        currency,
        sum(open_invoices_amount) as open_invoices_amount,
        sum(past_due_amount) as past_due_amount,
        sum(open_invoices_amount_reporting) as open_invoices_amount_reporting
    from marts.fct_aged_balance
    where as_of_date = $as_of_date
    group by currency
    order by open_invoices_amount_reporting desc, currency
"""

# Predictions are of every open invoice; only decisions are of the accounts at risk.
_TOP_EXPOSURES = f"""
    with open_invoices as (
        select
            customer_id, invoice_id, min(due_date) as due_date,
            max(days_past_due) > 0 as is_past_due,
            sum(open_amount_reporting) as open_amount_reporting
        from marts.fct_open_items
        where as_of_date = $as_of_date and open_amount > 0
        group by customer_id, invoice_id
    ),
    shown_invoices as (
        select customer_id, invoice_id
        from open_invoices
        qualify row_number() over (
            partition by customer_id
            order by
                is_past_due desc, case when is_past_due then due_date end,
                open_amount_reporting desc, invoice_id
        ) = 1
    )
    select
        customers.customer_id, customers.customer_name, customers.open_amount_reporting,
        customers.past_due_amount_reporting, customers.oldest_days_past_due,
        predictions.p_unpaid_120d is not null as has_prediction,
        predictions.p50_date as predicted_payment_date,
        predictions.p10_date as predicted_p10_date,
        predictions.p90_date as predicted_p90_date,
        accounts.decision, accounts.hold_reason
    from marts.fct_customer_360 as customers
    left join shown_invoices on customers.customer_id = shown_invoices.customer_id
    left join marts.fct_invoice_predictions as predictions
        on
            shown_invoices.invoice_id = predictions.invoice_id
            and customers.as_of_date = predictions.as_of_date
    left join marts.fct_at_risk_accounts as accounts
        on
            customers.customer_id = accounts.customer_id
            and customers.as_of_date = accounts.as_of_date
    where customers.as_of_date = $as_of_date and customers.open_amount_reporting > 0
    order by customers.open_amount_reporting desc, customers.customer_id
    limit {TOP_COUNT}
"""
