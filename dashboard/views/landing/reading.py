"""The publication to the facts of the view `landing`: no arithmetic beyond sums and ranking.

Belongs here: SQL over schema `marts` of a published file. Does not belong here: wording, metric
definitions (the marts hold them), the live warehouse.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from dashboard.publication import rows_of
from dashboard.views.landing.facts import LandingFacts, LandingMonth, LandingPoint

TABLES = (
    "fct_cash_landing",
    "fct_cash_landing_outcomes",
)


def read_landing(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> LandingFacts:
    """Read what lands by when, and how past months did."""
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
    return LandingFacts(
        as_of_date,
        tuple(LandingPoint(**row) for row in rows_of(connection, points, [as_of_date])),
        tuple(LandingMonth(**row) for row in rows_of(connection, months, [as_of_date])),
    )
