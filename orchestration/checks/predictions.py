"""Checks on predictions: in range, ordered, complete; and warnings of what wears out.

Belongs here: what must hold of any prediction before a decision reads it, the checks of `matured` as
Dagster checks. Does not belong here: how good a model is (`models_ml.evaluation`).
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

import dagster as dg
import duckdb

from orchestration.assets.scoring import ml_key
from orchestration.checks.matured import (
    Warned,
    calibration_of_matured,
    coverage_of_matured,
    drift_of_features,
    stability_of_past_features,
)
from orchestration.resources import CompanyResource, as_of_date
from orchestration.warehouse import reading

_PROBABILITIES = (
    "p_paid_7d",
    "p_paid_14d",
    "p_paid_30d",
    "p_paid_60d",
    "p_paid_by_month_end",
    "p_unpaid_120d",
)

# Each query counts the rows of one day that break the rule in its name.
_INVOICE_RULES = {
    "probabilities_in_range": "select count(*) from ml.invoice_predictions where as_of_date = $day and ("
    + " or ".join(f"not ({name} between 0 and 1)" for name in _PROBABILITIES)
    + ")",
    "quantiles_in_order": "select count(*) from ml.invoice_predictions where as_of_date = $day"
    " and (p10_date > p50_date or p50_date > p90_date or p10_date < as_of_date"
    " or p_paid_7d > p_paid_14d or p_paid_14d > p_paid_30d or p_paid_30d > p_paid_60d)",
    "every_open_invoice_is_predicted": "select count(*) from (select distinct invoice_id from marts.fct_open_items"
    " where as_of_date = $day and open_amount > 0) as open_items"
    " anti join (select invoice_id from ml.invoice_predictions where as_of_date = $day) using (invoice_id)",
}
_CHURN_RULES = {
    "probabilities_in_range": "select count(*) from ml.churn_predictions where as_of_date = $day"
    " and not (p_churn between 0 and 1)",
    "causes_add_up": "select count(*) from ml.churn_predictions where as_of_date = $day"
    " and (p_churn_voluntary < 0 or p_churn_payment_failure < 0"
    " or abs(p_churn_voluntary + p_churn_payment_failure - p_churn) > 1e-9)",
}


# Warnings: a model that wears out is trained again, it does not stop the day.
_WARNINGS: dict[tuple[str, str], Callable[[duckdb.DuckDBPyConnection, date], Warned]] = {
    ("invoice_predictions", "intervals_cover_matured_payments"): coverage_of_matured,
    ("invoice_predictions", "chances_of_30_days_came_true"): calibration_of_matured,
    ("invoice_predictions", "features_have_not_drifted"): partial(
        drift_of_features, model="time_to_pay"
    ),
    ("churn_predictions", "features_have_not_drifted"): partial(drift_of_features, model="churn"),
    ("invoice_predictions", "past_features_are_unchanged"): partial(
        stability_of_past_features, model="time_to_pay"
    ),
    ("churn_predictions", "past_features_are_unchanged"): partial(
        stability_of_past_features, model="churn"
    ),
}

_LANDING_RULES = {
    "quantiles_in_order": "select count(*) from ml.landing_forecasts where as_of_date = $day"
    " and (p10_amount > p50_amount or p50_amount > p90_amount or horizon_date < as_of_date"
    " or isnan(p50_amount) or isnan(expected_amount))",
    "lines_add_up_in_expectation": "select count(*) from (select horizon,"
    " sum(expected_amount) filter (where line <> 'total') as lines,"
    " sum(expected_amount) filter (where line = 'total') as total"
    " from ml.landing_forecasts where as_of_date = $day group by horizon)"
    " where not coalesce(abs(lines - total) <= 0.01 + abs(total) * 1e-9, false)",
    "calibrated_on_enough_windows": "select count(*) from ml.landing_forecasts where as_of_date = $day"
    " and is_calibrated and windows < 8",
}


def broken_rows(connection: duckdb.DuckDBPyConnection, query: str, day: str) -> int:
    """Rows of a day that break a rule."""
    return int(connection.execute(query, {"day": day}).fetchall()[0][0])


def build_prediction_checks() -> list[dg.AssetChecksDefinition]:
    """The checks on `ml` tables: rules that stop decisions, and warnings that stop nothing."""
    return [_build_rules(), _build_warnings()]


def _build_rules() -> dg.AssetChecksDefinition:
    rules = {
        **{("invoice_predictions", name): query for name, query in _INVOICE_RULES.items()},
        **{("churn_predictions", name): query for name, query in _CHURN_RULES.items()},
        **{("landing_forecasts", name): query for name, query in _LANDING_RULES.items()},
    }

    @dg.multi_asset_check(
        name="prediction_rules",
        specs=[
            dg.AssetCheckSpec(
                name,
                asset=ml_key(table),
                blocking=True,
                description=name.replace("_", " ").capitalize(),
            )
            for table, name in rules
        ],
        pool="warehouse",
    )
    def prediction_rules(
        context: dg.AssetCheckExecutionContext, company: CompanyResource
    ) -> Iterator[dg.AssetCheckResult]:
        day = as_of_date(context).isoformat()
        with company.writer() as current, reading(current.warehouse) as connection:
            for (table, name), query in rules.items():
                count = broken_rows(connection, query, day)
                yield dg.AssetCheckResult(
                    passed=count == 0,
                    asset_key=ml_key(table),
                    check_name=name,
                    metadata={"broken rows": count},
                )

    return prediction_rules


def _build_warnings() -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(
        name="prediction_warnings",
        specs=[
            dg.AssetCheckSpec(
                name,
                asset=ml_key(table),
                blocking=False,
                description=f"{name.replace('_', ' ').capitalize()}. A warning; stops nothing.",
            )
            for table, name in _WARNINGS
        ],
        pool="warehouse",
    )
    def prediction_warnings(
        context: dg.AssetCheckExecutionContext, company: CompanyResource
    ) -> Iterator[dg.AssetCheckResult]:
        day = as_of_date(context)
        with company.writer() as current, reading(current.warehouse) as connection:
            for (table, name), judge in _WARNINGS.items():
                found = judge(connection, day)
                yield dg.AssetCheckResult(
                    passed=found.passed,
                    severity=dg.AssetCheckSeverity.WARN,
                    asset_key=ml_key(table),
                    check_name=name,
                    description=found.detail,
                    metadata=found.metadata,
                )

    return prediction_warnings
