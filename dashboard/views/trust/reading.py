"""The publication to the facts of the view `trust`: no arithmetic beyond sums and ranking.

Belongs here: SQL over schema `marts` of a published file. Does not belong here: wording, metric
definitions (the marts hold them), the live warehouse.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb

from dashboard.publication import rows_of
from dashboard.views.trust.facts import ModelFigure, SourceLoad, TrustFacts

TABLES = (
    "fct_source_loads",
    "fct_entity_records",
    "fct_model_evaluations",
    "fct_open_items",
    "fct_aged_balance",
    "fct_customer_360",
    "fct_dso",
    "fct_invoice_predictions",
)


def read_trust(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> TrustFacts:
    """Read loads, model figures and what ties."""
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
    return TrustFacts(
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
