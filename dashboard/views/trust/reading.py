"""The publication to the facts of the view `trust`: no arithmetic beyond sums and ranking.

Belongs here: SQL over schemas `marts` and `about` of a published file. Does not belong here: wording,
metric definitions (the marts hold them), the live warehouse.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import Any

import duckdb

from dashboard.publication import rows_of
from dashboard.views.trust.facts import (
    Check,
    CloseItem,
    ControlTotal,
    DriftedFeature,
    Freshness,
    ModelFigure,
    ModelInUse,
    SourceLoad,
    TrustFacts,
)

TABLES = (
    "fct_source_loads",
    "fct_source_freshness",
    "fct_entity_records",
    "fct_reconciliation",
    "fct_close_readiness",
    "fct_model_evaluations",
    "fct_model_drift",
    "fct_invoice_predictions",
    "fct_churn_predictions",
)


def read_trust(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> TrustFacts:
    """Read what arrived and when, what ties, what the checks and the close found, the models."""
    loads_sql = f"""
        select {_columns(SourceLoad)}
        from marts.fct_source_loads
        order by source_name, entity
    """
    freshness_sql = f"""
        select {_columns(Freshness)}
        from marts.fct_source_freshness
        where as_of_date = ?
        order by must_be_fresh desc, entity, source_name
    """
    controls_sql = f"""
        select {_columns(ControlTotal)}
        from marts.fct_reconciliation
        where as_of_date = ?
        order by control, source_name, entity, currency
    """
    entities_sql = "select entity from marts.fct_entity_records where record_count > 0"
    checks = _checks(connection)
    return TrustFacts(
        loads=tuple(SourceLoad(**row) for row in rows_of(connection, loads_sql, [])),
        freshness=tuple(
            Freshness(**row) for row in rows_of(connection, freshness_sql, [as_of_date])
        ),
        controls=tuple(
            ControlTotal(**row) for row in rows_of(connection, controls_sql, [as_of_date])
        ),
        close_items=_close_items(connection, as_of_date, checks),
        checks=checks,
        entities=frozenset(row["entity"] for row in rows_of(connection, entities_sql, [])),
        **_models(connection, as_of_date),
    )


def _columns(shape: type) -> str:
    """The columns of a mart that a dataclass takes, which bears their names."""
    return ", ".join(field.name for field in fields(shape))


def _checks(connection: duckdb.DuckDBPyConnection) -> tuple[Check, ...] | None:
    known = rows_of(
        connection,
        "select 1 from information_schema.tables where table_schema = 'about' and table_name = 'checks'",
        [],
    )
    if not known:
        return None
    sql = f"select {_columns(Check)} from about.checks order by asset, check_name"
    return tuple(Check(**row) for row in rows_of(connection, sql, []))


def _close_items(
    connection: duckdb.DuckDBPyConnection, as_of_date: dt.date, checks: tuple[Check, ...] | None
) -> tuple[CloseItem, ...]:
    """The items of the mart; checks, which the publication holds beside the marts, after them."""
    sql = """
        select item, is_blocking, record_count, amount_reporting
        from marts.fct_close_readiness
        where as_of_date = ?
        order by position_no
    """
    items = [CloseItem(**row) for row in rows_of(connection, sql, [as_of_date])]
    if not items:
        return ()
    failed = odd = None
    if checks is not None:
        failed = sum(check.is_failed for check in checks)
        odd = sum(not check.passed for check in checks) - failed
    return (
        *items,
        CloseItem("failed_check", True, failed, None),
        CloseItem("odd_check", False, odd, None),
    )


def _models(connection: duckdb.DuckDBPyConnection, as_of_date: dt.date) -> dict[str, Any]:
    figures_sql = f"""
        select {_columns(ModelFigure)}
        from marts.fct_model_evaluations
        where as_of_date <= ? and segment = 'all'
        qualify as_of_date = max(as_of_date) over (partition by model)
        order by model, metric
    """
    in_use_sql = """
        select 'time_to_pay' as model, model_version, count(*) as prediction_count
        from marts.fct_invoice_predictions
        where as_of_date = $as_of_date and model_version is not null
        group by model_version
        union all
        select 'churn', model_version, count(*)
        from marts.fct_churn_predictions
        where as_of_date = $as_of_date and model_version is not null
        group by model_version
        order by model desc, prediction_count desc, model_version
    """
    watched_sql = """
        select model, count(*) as features
        from marts.fct_model_drift
        where as_of_date = ?
        group by model
        order by model desc
    """
    drifted_sql = f"""
        select {_columns(DriftedFeature)}
        from marts.fct_model_drift
        where as_of_date = ? and is_drifted
        order by model desc, is_severe desc, psi desc, feature
    """
    fallbacks_sql = """
        select if(p_unpaid_120d is null, 'nothing', method) as basis, count(*) as invoice_count
        from marts.fct_invoice_predictions
        where as_of_date = ? and method <> 'hazard'
        group by basis
        order by basis
    """
    day = [as_of_date]
    return {
        "model_figures": tuple(ModelFigure(**row) for row in rows_of(connection, figures_sql, day)),
        "models_in_use": tuple(
            ModelInUse(**row) for row in rows_of(connection, in_use_sql, {"as_of_date": as_of_date})
        ),
        "watched_features": {
            row["model"]: row["features"] for row in rows_of(connection, watched_sql, day)
        },
        "drifted": tuple(DriftedFeature(**row) for row in rows_of(connection, drifted_sql, day)),
        "fallbacks": {
            row["basis"]: row["invoice_count"] for row in rows_of(connection, fallbacks_sql, day)
        },
    }
