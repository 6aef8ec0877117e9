"""The publication to the facts of the view `speed`: no arithmetic beyond sums and ranking.

Belongs here: SQL over schema `marts` of a published file. Does not belong here: wording, metric
definitions (the marts hold them), the live warehouse.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from dashboard.publication import rows_of
from dashboard.views.speed.facts import (
    BRIDGE_LINES,
    GROUPINGS,
    Benchmark,
    Bridge,
    SpeedFacts,
    SpeedGroup,
    SpeedPoint,
    last_complete_month_end,
)

TABLES = (
    "fct_dso",
    "fct_dso_bridge",
    "fct_dso_by_group",
    "fct_cei",
    "fct_days_to_pay",
    "fct_on_time",
    "fct_benchmarks",
    "fct_targets",
    # Of these only what a benchmark may name.
    "fct_bad_debt",
    "fct_retention",
    "fct_collections_performance",
)
# The figures that a benchmark may name, by the mart that holds ours (one row a date).
BENCHMARKED = {
    "fct_dso": (
        "dso_simple_1m",
        "dso_rolling_3m",
        "dso_rolling_12m",
        "dso_crf_quarterly",
        "dso_countback",
        "bpdso_3m",
        "add_3m",
        "pct_past_due",
        "pct_90_plus",
    ),
    "fct_cei": ("cei_1m", "cei_3m_crf"),
    "fct_days_to_pay": ("weighted_avg_days_to_pay", "weighted_avg_days_late"),
    "fct_on_time": ("on_time_rate_count", "on_time_rate_value"),
    "fct_bad_debt": ("bad_debt_ratio",),
    "fct_retention": ("logo_churn", "nrr_12m", "grr_12m_snapshot"),
    "fct_collections_performance": ("awareness_delay_mean_days",),
}
TREND_MONTHS = 36
# The mart's name for customers of whom the source names no segment or country.
_NO_GROUP = "(none)"


def read_speed(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> SpeedFacts:
    """Read how fast the company was paid at month ends up to the day, what moved it, and by whom."""
    return SpeedFacts(
        points=_points(connection, as_of_date),
        steps=_steps(connection, as_of_date),
        groups={grouping: _groups(connection, as_of_date, grouping) for grouping in GROUPINGS},
        benchmarks=_benchmarks(connection, last_complete_month_end(as_of_date)),
        target_dso=_target_dso(connection, as_of_date),
    )


def _points(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> tuple[SpeedPoint, ...]:
    sql = f"""
        select
            dso.as_of_date, dso.dso_simple_1m, dso.dso_rolling_3m, dso.dso_countback,
            dso.is_countback_truncated, dso.bpdso_3m, dso.add_3m,
            days_to_pay.weighted_avg_days_to_pay, days_to_pay.weighted_avg_days_late,
            days_to_pay.weighted_avg_terms_days, days_to_pay.paid_on_time_value_rate,
            on_time.on_time_rate_value, cei.cei_1m, cei.cei_1m_ex_write_offs
        from marts.fct_dso as dso
        left join marts.fct_days_to_pay as days_to_pay on dso.as_of_date = days_to_pay.as_of_date
        left join marts.fct_on_time as on_time on dso.as_of_date = on_time.as_of_date
        left join marts.fct_cei as cei on dso.as_of_date = cei.as_of_date
        where
            dso.as_of_date <= $as_of_date
            and dso.as_of_date >= last_day($as_of_date::date - interval {TREND_MONTHS} month)
        order by dso.as_of_date
    """
    rows = rows_of(connection, sql, {"as_of_date": as_of_date})
    return tuple(SpeedPoint(**row) for row in rows)


def _steps(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> tuple[Bridge, ...]:
    lines = ", ".join(f"{line}_days" for line in BRIDGE_LINES)
    sql = f"""
        select
            (date_trunc('month', as_of_date) - interval 1 day)::date as from_date,
            as_of_date as to_date, opening_dso_rolling_3m as opening_dso,
            closing_dso_rolling_3m as closing_dso, {lines}
        from marts.fct_dso_bridge
        where
            as_of_date <= $as_of_date
            and as_of_date >= last_day($as_of_date::date - interval {TREND_MONTHS} month)
            and opening_dso_rolling_3m is not null
            and closing_dso_rolling_3m is not null
        order by as_of_date
    """
    return tuple(
        Bridge(lines={line: row.pop(f"{line}_days") for line in BRIDGE_LINES}, **row)
        for row in rows_of(connection, sql, {"as_of_date": as_of_date})
    )


def _groups(
    connection: duckdb.DuckDBPyConnection, as_of_date: dt.date, grouping: str
) -> tuple[SpeedGroup, ...]:
    sql = """
        select
            nullif(group_value, $no_group) as group_value, ar_net_amount_reporting,
            open_invoices_amount_reporting, past_due_amount_reporting, dso_rolling_3m, bpdso_3m,
            add_3m, weighted_avg_days_to_pay, weighted_avg_days_late, on_time_rate_value
        from marts.fct_dso_by_group
        where as_of_date = $as_of_date and grouping = $grouping
        order by ar_net_amount_reporting desc, group_value
    """
    parameters = {"as_of_date": as_of_date, "grouping": grouping, "no_group": _NO_GROUP}
    return tuple(SpeedGroup(**row) for row in rows_of(connection, sql, parameters))


def _benchmarks(
    connection: duckdb.DuckDBPyConnection, as_of_date: dt.date
) -> tuple[Benchmark, ...]:
    columns = (f"{mart}.{metric}" for mart, metrics in BENCHMARKED.items() for metric in metrics)
    joins = (
        f"left join marts.{mart} on day.as_of_date = {mart}.as_of_date" for mart in BENCHMARKED
    )
    sql = f"""
        select {", ".join(columns)}
        from (select $as_of_date::date as as_of_date) as day
        {" ".join(joins)}
    """
    ours = rows_of(connection, sql, {"as_of_date": as_of_date})[0]
    sql = """
        select metric, value, unit, population, source, source_date
        from marts.fct_benchmarks
        order by metric, population
    """
    return tuple(Benchmark(**row, ours=ours[row["metric"]]) for row in rows_of(connection, sql, []))


def _target_dso(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> float | None:
    sql = """
        select amount::double as days
        from marts.fct_targets
        where metric = 'dso_rolling_3m' and month_start_date = date_trunc('month', ?::date)
    """
    rows = rows_of(connection, sql, [as_of_date])
    return rows[0]["days"] if rows else None
