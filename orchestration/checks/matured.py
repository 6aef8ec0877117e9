"""Predictions that have matured, drift and past features: warnings, never a stop.

Belongs here: reading what was predicted and what happened since, as results of asset checks. Does not
belong here: judging (`models_ml.matured`, `models_ml.leak`), rules that stop the day (`predictions`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import numpy as np

from models_ml.leak import probe
from models_ml.matured import Judgement, judge_calibration, judge_coverage

COVERED_DAYS = 60
CALIBRATED_DAYS = 30
# Predictions of successive days say nearly the same: cohorts are so far apart, and so many are pooled.
DAYS_BETWEEN_COHORTS = 30
COHORTS = 6
WORST_SHOWN = 5

# Days are counted from the day of the prediction; what the run's date brought is not known yet.
_MATURED = """
with issued as (
    select distinct as_of_date from ml.invoice_predictions where as_of_date + $horizon::int < $day::date
),
newest as (select max(as_of_date) as as_of_date from issued),
cohorts as (
    select max(issued.as_of_date) as as_of_date from issued, newest
    group by (newest.as_of_date - issued.as_of_date) // $apart
    order by 1 desc limit $cohorts
)
select
    predictions.customer_id,
    predictions.p10_date - predictions.as_of_date as low_days,
    predictions.p90_date - predictions.as_of_date as high_days,
    predictions.p_paid_30d,
    predictions.p_within_interval,
    case
        when settlements.settlement_kind = 'paid' and settlements.settled_known_date < $day::date
            then greatest(settlements.settled_cash_date - predictions.as_of_date, 0)
    end as paid_days
from ml.invoice_predictions as predictions
semi join cohorts using (as_of_date)
left join intermediate.int_invoice_settlements as settlements using (invoice_id)
where predictions.p_paid_30d is not null
"""


@dataclass(frozen=True)
class Warned:
    """What a warning check found: passed, in words, with its figures."""

    passed: bool
    detail: str
    metadata: dict[str, Any] = field(default_factory=dict)


def coverage_of_matured(connection: duckdb.DuckDBPyConnection, day: date) -> Warned:
    """Whether 80 % intervals issued at least 60 days ago held what happened."""
    rows = _matured(connection, day, COVERED_DAYS)
    return _warned(
        judge_coverage(
            _days(rows["low_days"]),
            _days(rows["high_days"]),
            _days(rows["paid_days"]),
            rows["p_within_interval"].to_numpy(np.float64),
            rows["customer_id"].to_numpy(),
            COVERED_DAYS,
        )
    )


def calibration_of_matured(connection: duckdb.DuckDBPyConnection, day: date) -> Warned:
    """Whether chances of payment within 30 days, issued at least so long ago, came true as often."""
    rows = _matured(connection, day, CALIBRATED_DAYS)
    return _warned(
        judge_calibration(
            rows["p_paid_30d"].to_numpy(np.float64),
            _days(rows["paid_days"]) <= CALIBRATED_DAYS,
            rows["customer_id"].to_numpy(),
            CALIBRATED_DAYS,
        )
    )


def drift_of_features(connection: duckdb.DuckDBPyConnection, day: date, model: str) -> Warned:
    """Whether the day's rows are still like those the model was trained on."""
    rows = connection.execute(
        "select feature, psi, greatest(critical_value, usual_psi) as expected, is_drifted, is_severe"
        " from ml.model_drift where as_of_date = $day and model = $model order by psi desc",
        {"day": day, "model": model},
    ).fetchall()
    drifted = [row for row in rows if row[3]]
    detail = ", ".join(
        f"{name} {psi:.2f} ({expected:.2f} expected{', severe' if severe else ''})"
        for name, psi, expected, _, severe in drifted[:WORST_SHOWN]
    )
    counts = {"features": len(rows), "drifted": len(drifted), "severe": sum(r[4] for r in rows)}
    return Warned(not drifted, f"PSI: {detail}" if drifted else "no feature has drifted", counts)


def stability_of_past_features(
    connection: duckdb.DuckDBPyConnection, day: date, model: str
) -> Warned:
    """Whether features of past dates are still what they were when first built."""
    changes = connection.execute(
        "select feature, compared, changed from ml.feature_changes"
        " where as_of_date = $day and model = $model order by changed desc, feature",
        {"day": day, "model": model},
    ).df()
    found = probe(changes)
    changed = changes[changes["changed"] > 0]
    named = ", ".join(f"{row.feature} {row.changed}" for row in changed.head(10).itertuples())
    compared = int(changes["compared"].max()) if len(changes) else 0
    return Warned(
        found.passed, found.detail, {"compared rows": compared, "changed": named or "none"}
    )


def _matured(connection: duckdb.DuckDBPyConnection, day: date, horizon: int) -> Any:
    values = {"day": day, "horizon": horizon, "apart": DAYS_BETWEEN_COHORTS, "cohorts": COHORTS}
    return connection.execute(_MATURED, values).df()


def _days(column: Any) -> np.ndarray:
    """Days as numbers; none is never."""
    return np.asarray(column.astype("float64").fillna(np.inf).to_numpy())


def _warned(judgement: Judgement) -> Warned:
    figures: dict[str, Any] = {"matured predictions": judgement.rows}
    if judgement.value is not None:
        figures["value"] = judgement.value
    return Warned(judgement.passed, judgement.detail, figures)
