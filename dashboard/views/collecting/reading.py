"""The publication to the facts of the view `collecting`: no arithmetic beyond sums and ranking.

Belongs here: SQL over schema `marts` of a published file. Does not belong here: wording, metric
definitions (the marts hold them), the live warehouse.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from dashboard.publication import rows_of
from dashboard.views.collecting.facts import (
    BrokenPromise,
    CollectingFacts,
    Disputes,
    HoldGroup,
    LeakingInvoice,
    Performance,
    PromiseRates,
    StepEffect,
    Worklist,
)

TABLES = (
    "fct_collections_performance",
    "fct_step_effectiveness",
    "fct_holds",
    "fct_promise_rates",
    "fct_broken_promises",
    "fct_invoice_awareness",
    "fct_open_items",
    "dim_customers",
    "fct_disputes",
    "fct_collections_days",
)
TREND_MONTHS = 36
LONGEST_LIST = 20


def read_collecting(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> CollectingFacts:
    """Read how the company collects, today and at month ends up to the day."""

    def rows(sql: str) -> list[dict[str, Any]]:
        return rows_of(connection, sql, {"as_of_date": as_of_date})

    def trend(mart: str, shape: type) -> str:
        return f"""
            select {_columns(shape)}
            from marts.{mart}
            where
                as_of_date <= $as_of_date
                and as_of_date >= last_day($as_of_date::date - interval {TREND_MONTHS} month)
            order by as_of_date
        """

    worklists = rows(
        f"select {_columns(Worklist)} from marts.fct_collections_days"
        " where as_of_date = $as_of_date"
    )
    return CollectingFacts(
        trend=tuple(
            Performance(**row) for row in rows(trend("fct_collections_performance", Performance))
        ),
        steps=tuple(StepEffect(**row) for row in rows(_STEPS)),
        holds=tuple(HoldGroup(**row) for row in rows(_HOLDS)),
        held_account_count=next(row["account_count"] for row in rows(_HELD)),
        promises=tuple(
            PromiseRates(**row) for row in rows(trend("fct_promise_rates", PromiseRates))
        ),
        broken_promises=tuple(BrokenPromise(**row) for row in rows(_BROKEN_PROMISES)),
        leaking_invoices=tuple(LeakingInvoice(**row) for row in rows(_LEAKING_INVOICES)),
        disputes=tuple(Disputes(**row) for row in rows(trend("fct_disputes", Disputes))),
        worklist=Worklist(**worklists[0]) if worklists else None,
    )


def _columns(shape: type) -> str:
    return ", ".join(shape.__dataclass_fields__)  # type: ignore[attr-defined]


_STEPS = f"""
    select {_columns(StepEffect)}
    from marts.fct_step_effectiveness
    where as_of_date = $as_of_date
    order by step, channel
"""

# A hold names an invoice, or the whole customer.
_HOLDS = """
    select
        holds.hold_reason,
        holds.is_overridden,
        count(distinct holds.customer_id) as account_count,
        nullif(count(distinct holds.invoice_id), 0) as invoice_count,
        cast(sum(holds.attributed_amount_reporting) as decimal(38, 2))
            as attributed_amount_reporting,
        min(holds.hold_start_date) as oldest_start_date,
        min(holds.review_date) as first_review_date
    from marts.fct_holds as holds
    where holds.as_of_date = $as_of_date
    group by holds.hold_reason, holds.is_overridden
    order by holds.is_overridden, attributed_amount_reporting desc, holds.hold_reason
"""

_HELD = """
    select count(distinct customer_id) as account_count
    from marts.fct_holds
    where as_of_date = $as_of_date and not is_overridden
"""

_BROKEN_PROMISES = f"""
    select {_columns(BrokenPromise)}
    from marts.fct_broken_promises
    where as_of_date = $as_of_date
    order by missing_amount_reporting desc nulls last, missing_amount desc, promise_id
    limit {LONGEST_LIST}
"""

_LEAKING_INVOICES = f"""
    with open_invoices as (
        select
            invoice_id,
            any_value(invoice_number) as invoice_number,
            min(due_date) as due_date,
            max(days_past_due) as days_past_due
        from marts.fct_open_items
        where as_of_date = $as_of_date
        group by invoice_id
    )
    select
        customers.customer_name, open_invoices.invoice_number, open_invoices.due_date,
        open_invoices.days_past_due, awareness.leakage_amount_reporting
    from marts.fct_invoice_awareness as awareness
    inner join open_invoices on awareness.invoice_id = open_invoices.invoice_id
    inner join marts.dim_customers as customers on awareness.customer_id = customers.customer_id
    where awareness.as_of_date = $as_of_date and awareness.is_leakage
    order by awareness.leakage_amount_reporting desc, awareness.invoice_id
    limit {LONGEST_LIST}
"""
