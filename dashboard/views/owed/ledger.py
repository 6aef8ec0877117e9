"""The aged balance customer by customer, down to the open invoices of the largest.

Belongs here: SQL of the drill, its caps; what does not fit is summed, never dropped. Does not belong
here: wording, the balance of the company (`reading.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import duckdb

from dashboard.publication import rows_of
from dashboard.views.owed.facts import Buckets, CustomerBalance, Ledger, OpenInvoice, Rest

# What a page of HTML can carry; the rest stands in one row, and all of it in the published tables.
MOST_CUSTOMERS = 500
MOST_INVOICES = 3000
_ZERO = Decimal("0.00")


def columns_of(shape: type, table: str = "") -> str:
    """Return the columns of a dataclass as a select list, qualified by a table where one is named."""
    fields: dict[str, Any] = shape.__dataclass_fields__  # type: ignore[attr-defined]
    return ", ".join(f"{table}.{name}" if table else name for name in fields)


def sums_of(columns: Iterable[str], table: str = "") -> str:
    """Return sums of amounts as a select list, exact; of no rows they are a true zero."""
    prefix = f"{table}." if table else ""
    return ", ".join(
        f"cast(coalesce(sum({prefix}{column}), 0) as decimal(38, 2)) as {column}"
        for column in columns
    )


def read_ledger(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: dt.date,
    most_customers: int = MOST_CUSTOMERS,
    most_invoices: int = MOST_INVOICES,
) -> Ledger:
    """Read the largest customers with their invoices, and the sums of all others.

    Args:
        connection: a publication.
        as_of_date: the business date.
        most_customers: customers listed one by one, largest first.
        most_invoices: invoices listed in all, those of the largest customers first.
    """
    given = {"as_of_date": as_of_date, "most_customers": most_customers}
    rests = {row.pop("part"): Rest(**row) for row in rows_of(connection, _BALANCES + _RESTS, given)}
    nobody = Rest(customer_count=0, **dict.fromkeys(Buckets.__dataclass_fields__, _ZERO))
    invoices: dict[str, list[OpenInvoice]] = {}
    for row in rows_of(
        connection, _BALANCES + _INVOICES, {**given, "most_invoices": most_invoices}
    ):
        invoices.setdefault(row.pop("customer_id"), []).append(OpenInvoice(**row))
    return Ledger(
        customers=tuple(
            CustomerBalance(invoices=tuple(invoices.get(row.pop("customer_id"), ())), **row)
            for row in rows_of(connection, _BALANCES + _CUSTOMERS, given)
        ),
        others=rests.get("others", nobody),
        credit_only=rests.get("credit_only", nobody),
    )


_BALANCES = f"""
    with sums as (
        select customer_id, {sums_of(Buckets.__dataclass_fields__)}
        from marts.fct_aged_balance
        where as_of_date = $as_of_date
        group by customer_id
    ),

    ranked as (
        select
            sums.*,
            row_number() over (
                order by open_invoices_amount_reporting desc, customer_id
            ) as position_no
        from sums
    ),

    balances as (
        select
            ranked.*,
            case
                when open_invoices_amount_reporting <= 0 then 'credit_only'
                when position_no > $most_customers then 'others'
                else 'listed'
            end as part
        from ranked
    )
"""

_RESTS = f"""
    select part, count(*) as customer_count, {sums_of(Buckets.__dataclass_fields__)}
    from balances
    where part <> 'listed'
    group by part
"""

_CUSTOMERS = f"""
    , invoice_counts as (
        select customer_id, count(distinct invoice_id) as open_invoice_count
        from marts.fct_open_items
        where as_of_date = $as_of_date
        group by customer_id
    )

    select
        balances.customer_id,
        coalesce(customers.customer_name, balances.customer_id) as customer_name,
        coalesce(invoice_counts.open_invoice_count, 0) as open_invoice_count,
        {columns_of(Buckets, "balances")}
    from balances
    left join marts.dim_customers as customers on balances.customer_id = customers.customer_id
    left join invoice_counts on balances.customer_id = invoice_counts.customer_id
    where balances.part = 'listed'
    order by balances.position_no
"""

# An invoice is as old as its oldest open instalment. The cut takes whole customers, largest first,
# and within the last of them its oldest invoices.
_INVOICES = """
    , open_invoices as (
        select
            customer_id,
            invoice_id,
            any_value(invoice_number) as invoice_number,
            any_value(invoice_date) as invoice_date,
            min(due_date) as due_date,
            max(days_past_due) as days_past_due,
            any_value(currency) as currency,
            cast(sum(open_amount) as decimal(38, 2)) as open_amount,
            cast(sum(open_amount_reporting) as decimal(38, 2)) as open_amount_reporting,
            cast(sum(disputed_amount_reporting) as decimal(38, 2)) as disputed_amount_reporting
        from marts.fct_open_items
        where as_of_date = $as_of_date
        group by customer_id, invoice_id
    )

    select
        open_invoices.* exclude (invoice_id),
        predictions.p_unpaid_120d is not null as has_prediction,
        predictions.p10_date,
        predictions.p50_date,
        predictions.p90_date,
        decisions.hold_reason
    from open_invoices
    inner join balances on open_invoices.customer_id = balances.customer_id
    left join marts.fct_invoice_predictions as predictions
        on
            open_invoices.invoice_id = predictions.invoice_id
            and predictions.as_of_date = $as_of_date
    left join marts.fct_invoice_decisions as decisions
        on open_invoices.invoice_id = decisions.invoice_id and decisions.as_of_date = $as_of_date
    where balances.part = 'listed'
    order by
        balances.position_no,
        open_invoices.due_date,
        open_invoices.open_amount_reporting desc,
        open_invoices.invoice_id
    limit $most_invoices
"""
