"""The publication to the facts of the view `speed`: no arithmetic beyond sums and ranking.

Belongs here: SQL over schema `marts` of a published file. Does not belong here: wording, metric
definitions (the marts hold them), the live warehouse.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from dashboard.publication import rows_of
from dashboard.views.speed.facts import SpeedFacts, SpeedPoint

TABLES = (
    "fct_dso",
    "fct_days_to_pay",
)
TREND_MONTHS = 36


def read_speed(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> SpeedFacts:
    """Read how fast the company was paid at month ends up to the day."""
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
    rows = rows_of(connection, sql, {"as_of_date": as_of_date})
    return SpeedFacts(tuple(SpeedPoint(**row) for row in rows))
