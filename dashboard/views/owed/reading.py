"""The publication to the facts of the view `owed`: no arithmetic beyond sums and ranking.

Belongs here: SQL over schema `marts` of a published file. Does not belong here: wording, metric
definitions (the marts hold them), the live warehouse.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from dashboard.publication import rows_of
from dashboard.views.owed.facts import AgedBalance, CurrencyBalance, Exposure, OwedFacts

TABLES = (
    "fct_dso",
    "fct_aged_balance",
    "fct_open_items",
    "fct_customer_360",
    "fct_invoice_predictions",
    "fct_at_risk_accounts",
)
TOP_COUNT = 10


def read_owed(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> OwedFacts:
    """Read who owes what, today and at the month end before."""
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
    return OwedFacts(
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
