"""What the views of the cockpit show, asked of the marts by queries of their own.

Belongs here: for each view the figures that its main tables must show, and a comparison to the
cent. Does not belong here: how the views read the marts.
"""

import datetime as dt
from decimal import Decimal

import duckdb
from playwright.sync_api import Page

# Figures by view; each query is asked with the business date.
QUERIES = {
    "landing": (
        """select received_amount_reporting, p10_amount_reporting, p50_amount_reporting,
            p90_amount_reporting, expected_amount_reporting
        from marts.fct_month_landing where as_of_date = ?""",
        """select p10_amount_reporting, p50_amount_reporting, p90_amount_reporting
        from marts.fct_cash_landing
        where as_of_date = ? and line = 'total' and horizon like 'week_%'""",
        """select p50_amount_reporting, landed_amount_reporting
        from marts.fct_cash_landing_outcomes where as_of_date = ? and line = 'total'
        order by month_start_date desc limit 6""",
    ),
    "speed": (
        """select dso_simple_1m, dso_rolling_3m, dso_countback, bpdso_3m, add_3m
        from marts.fct_dso where as_of_date = ?""",
        """select weighted_avg_days_to_pay, weighted_avg_days_late, paid_on_time_value_rate
        from marts.fct_days_to_pay where as_of_date = ?""",
    ),
    "owed": (
        """select sum(not_due_amount_reporting), sum(d1_30_amount_reporting),
            sum(d31_60_amount_reporting), sum(d61_90_amount_reporting),
            sum(d90_plus_amount_reporting), sum(open_invoices_amount_reporting)
        from marts.fct_aged_balance where as_of_date = ?""",
        """select sum(open_amount_reporting) from marts.fct_open_items where as_of_date = ?
        group by customer_id order by 1 desc limit 10""",
    ),
    "leaving": (
        """select closing_mrr_reporting, new_mrr_reporting, expansion_mrr_reporting,
            contraction_mrr_reporting, churn_voluntary_mrr_reporting, churn_involuntary_mrr_reporting
        from marts.fct_mrr_movements where as_of_date = ?""",
    ),
    "collecting": (
        """select sent_count, response_count, cash_in_response_days_reporting
        from marts.fct_step_effectiveness where as_of_date = ?""",
        """select collector_cost_yearly_reporting, awareness_delay_mean_days, first_reminder_response
        from marts.fct_collections_performance where as_of_date = ?""",
        """select sum(attributed_amount_reporting) from marts.fct_holds
        where as_of_date = ? group by hold_reason, is_overridden""",
    ),
    "trust": (
        "select rows_in, loaded, quarantined from marts.fct_source_loads where ? is not null",
    ),
}


def figures_of(marts: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> list[tuple[str, object]]:
    """Every figure that must be shown, with its view; what is null has none."""
    return [
        (view, figure)
        for view, queries in QUERIES.items()
        for query in queries
        for row in marts.execute(query, [as_of_date]).fetchall()
        for figure in row
        if figure is not None
    ]


def not_shown(page: Page, figures: list[tuple[str, object]]) -> list[tuple[str, object]]:
    """The figures that their view does not show exactly."""
    shown = {}
    for view in {view for view, _ in figures}:
        values = page.locator(f"#{view} data").evaluate_all("all => all.map(one => one.value)")
        # Cells may hold dates, too.
        shown[view] = {_rounded(value) for value in values if value.count("-") < 2}
    return [(view, figure) for view, figure in figures if _rounded(figure) not in shown[view]]


def _rounded(figure: object) -> Decimal:
    # Losses are shown with their sign or without it.
    return abs(round(Decimal(str(figure)), 9))
