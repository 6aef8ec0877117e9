"""Time to pay: a discrete-time hazard on landmark snapshots, as a distribution per open invoice.

Belongs here: a training run with its holdout and card, the prediction table. Does not belong here:
the hazard itself (hazard.py), baselines (baselines.py), files (store.py).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.baselines import MINIMUM_PAID_FOR_SPREAD, due_date_days
from models_ml.checks import ModelInputError, check_as_of_date, check_seed
from models_ml.contest import InvoiceTrial
from models_ml.distribution import days_to_month_end, probability_by, quantile_days
from models_ml.evaluation import EvaluationRow, age_segments, evaluate_invoices
from models_ml.features import to_day, to_float
from models_ml.hazard import MINIMUM_PAID_INVOICES, TimeToPayModel, fit
from models_ml.intervals import HORIZON_DAYS
from models_ml.panel import Panel, build_panel, check_landmarks
from models_ml.scores import stated_rows
from models_ml.segments import profile_segments, reliability_rows
from models_ml.splits import InvoiceHoldout, invoice_holdout, paid_invoice_count

if TYPE_CHECKING:
    import pandas as pd

# Explaining costs about fifty times a prediction: done for the rows a person may see.
MAXIMUM_EXPLAINED = 3_000

PREDICTION_COLUMNS = (
    "as_of_date",
    "invoice_id",
    "customer_id",
    "method",
    "model_version",
    "p10_date",
    "p50_date",
    "p90_date",
    "p_paid_7d",
    "p_paid_14d",
    "p_paid_30d",
    "p_paid_60d",
    "p_paid_by_month_end",
    "p_unpaid_120d",
    "p_within_interval",
    "reason_codes",
)
KNOWN_LIMITS = (
    "An invoice paid but not yet known to be paid at the cutoff counts as open until then.",
    "Credited, written-off and voided invoices leave at a rate by dispute and age, not by customer.",
    "Invoices of one customer are scored one by one: their sum has no interval from this model.",
    "Beyond 120 days nothing is dated: a quantile there is empty.",
)


def train_time_to_pay(
    landmarks: pd.DataFrame, outcomes: pd.DataFrame, as_of_date: date, seed: int = 1
) -> TimeToPayModel:
    """Fit the time-to-pay model and evaluate it on a later holdout.

    Args:
        landmarks: feat_invoice_landmarks; rows on or after ``as_of_date`` are not trained on.
        outcomes: feat_invoice_outcomes, nothing after ``as_of_date``.
        as_of_date: the training cutoff.
        seed: of the sampling of rows and of the trees.

    Returns:
        The model refitted on everything known; ``card["evaluation"]`` holds the figures of the same
        recipe fitted before the holdout.

    Raises:
        ModelInputError: a table or argument is not what the model needs.
    """
    from models_ml.card import complete_card

    check_as_of_date(as_of_date)
    check_seed(seed)
    panel = build_panel(landmarks, outcomes).censored_at(np.datetime64(as_of_date, "D"))
    holdout = invoice_holdout(panel, as_of_date)
    evaluation, beaten, trial = _evaluate_holdout(holdout, seed)
    model = fit(panel, seed, with_hazard=beaten is None)
    model.trial = trial
    paid = paid_invoice_count(panel.grid)
    model.card = {
        "model": "time_to_pay",
        "method": model.method,
        "reason": beaten or _reason_for_method(model, paid),
        "training_cutoff": as_of_date.isoformat(),
        "seed": seed,
        "rows": len(panel),
        "paid_invoices": paid,
        "features": model.encoding.names,
        "holdout": _describe(holdout),
        "evaluation": evaluation,
        "known_limits": list(KNOWN_LIMITS),
    }
    complete_card(model)
    return model


def _evaluate_holdout(
    holdout: InvoiceHoldout | None, seed: int
) -> tuple[list[EvaluationRow], str | None, InvoiceTrial | None]:
    """Return the figures of the recipe to be used, and why it is not the hazard (None: it may be).

    The trial is what the gate compares with the champion's. A hazard that does not beat the
    customer median on the holdout is not used.
    """
    if holdout is None:
        return [], None, None
    model = fit(holdout.train, seed)
    figures = evaluate(model, holdout.test, holdout.horizon_days)
    crps = next(row for row in figures if row["metric"] == "crps_days")
    if model.method != "hazard" or crps["value"] < crps["baseline_value"]:
        return figures, None, InvoiceTrial(model, holdout)
    median = fit(holdout.train, seed, with_hazard=False)
    beaten = (
        f"On the holdout the hazard's CRPS was {crps['value']:.2f} days, the customer median's "
        f"{crps['baseline_value']:.2f}: the customer's or the cohort's median days late is used, "
        "with the observed spread."
    )
    figures = evaluate(median, holdout.test, holdout.horizon_days)
    return figures, beaten, InvoiceTrial(median, holdout)


def _reason_for_method(model: TimeToPayModel, paid_invoices: int) -> str:
    if model.method == "hazard":
        return f"{paid_invoices} paid invoices known by the cutoff."
    if model.baseline.cumulative_hazard:
        return (
            f"{paid_invoices} paid invoices known by the cutoff, fewer than the "
            f"{MINIMUM_PAID_INVOICES} a hazard needs: due date plus the customer's or the cohort's "
            "median days late, with the observed spread, widened."
        )
    return (
        f"{paid_invoices} paid invoices known by the cutoff, fewer than the "
        f"{MINIMUM_PAID_FOR_SPREAD} a spread needs: nothing is predicted."
    )


def _describe(holdout: InvoiceHoldout | None) -> dict[str, Any] | str:
    if holdout is None:
        return "Not evaluated: the history is too short for a later holdout."
    return {
        "cutoff": str(holdout.cutoff),
        "horizon_days": holdout.horizon_days,
        "train_rows": len(holdout.train),
        "test_rows": len(holdout.test),
    }


def evaluate(model: TimeToPayModel, test: Panel, horizon_days: int) -> list[EvaluationRow]:
    """Return the figures of ``model`` on landmark rows that were observed for the whole horizon.

    Raises:
        ModelInputError: a row was observed for less than ``horizon_days``.
    """
    if (test.observed_days < horizon_days).any():
        raise ModelInputError(f"Every test row must be observed for {horizon_days} days.")
    days_to_due = to_float(test.table["days_to_due"])
    incidence = np.nan_to_num(model.incidence(test.table))
    baseline = np.nan_to_num(model.baseline.incidence(test.table))
    # The median of the naive forecast given that the invoice is still open. Its habit alone says "today" of
    # everything older than that: 85 days off for the oldest, which would flatter the model.
    point = quantile_days(baseline, 0.5)
    segments = {
        **age_segments(days_to_due, to_float(test.table["age_days"])),
        **profile_segments(test.table),
    }
    paid = test.paid_by(horizon_days)
    points = {"customer_median": point, "due_date": due_date_days(test.table)}
    return [
        *evaluate_invoices(incidence, baseline, points, paid, segments, horizon_days),
        *reliability_rows(incidence, baseline, paid),
    ]


def predict_time_to_pay(model: TimeToPayModel, landmarks_scoring: pd.DataFrame) -> pd.DataFrame:
    """Return one prediction per open invoice.

    Args:
        model: from ``train_time_to_pay`` or ``store.load_model``.
        landmarks_scoring: the rows of feat_invoice_landmarks to score; their landmark_date becomes
            as_of_date.

    Returns:
        PREDICTION_COLUMNS. Dates are empty beyond 120 days; where nothing is known ``method`` is
        "none" and probabilities are empty; ``p_unpaid_120d`` is 1 - P(paid by day 120), credited and
        written off included; ``p_within_interval`` is the probability from P10 to P90, both days
        included; ``reason_codes`` is empty for rows that were not explained (MAXIMUM_EXPLAINED).

    Raises:
        ModelInputError: a column is missing or the key repeats.
    """
    import pandas as pd

    check_landmarks(landmarks_scoring, "landmarks_scoring")
    table = landmarks_scoring.reset_index(drop=True)
    incidence = model.incidence(table)
    landmark = to_day(table["landmark_date"])
    method = np.full(len(table), "hazard")
    if model.method != "hazard":
        is_known = ~np.isnan(incidence).any(axis=1)
        method = np.where(is_known, model.baseline.methods(table), "none")
    result = pd.DataFrame(
        {
            "as_of_date": landmark.astype(object),
            "invoice_id": table["invoice_id"],
            "customer_id": table["customer_id"],
            "method": method,
            "model_version": model.version,
        }
    )
    for level in (10, 50, 90):
        result[f"p{level}_date"] = _dates(landmark, quantile_days(incidence, level / 100))
    for days in (7, 14, 30, 60):
        result[f"p_paid_{days}d"] = probability_by(incidence, days)
    result["p_paid_by_month_end"] = probability_by(incidence, days_to_month_end(landmark))
    result["p_unpaid_120d"] = 1.0 - probability_by(incidence, HORIZON_DAYS)
    result["p_within_interval"] = stated_rows(incidence, HORIZON_DAYS)
    rows = rows_to_explain(table)
    codes = pd.Series([None] * len(table), dtype=object)
    codes.iloc[rows] = model.explain(table.iloc[rows])
    result["reason_codes"] = codes
    return result[list(PREDICTION_COLUMNS)]


def rows_to_explain(table: pd.DataFrame) -> np.ndarray:
    """Return the row numbers a person may see: each customer's oldest due first, then the rest."""
    order = table.assign(row=np.arange(len(table))).sort_values(["days_to_due", "invoice_id"])
    place = order.groupby("customer_id").cumcount()
    chosen = order.assign(place=place).sort_values(["place", "days_to_due", "invoice_id"])
    return np.sort(chosen["row"].to_numpy()[:MAXIMUM_EXPLAINED])


def _dates(landmark: np.ndarray, days: np.ndarray) -> pd.Series:
    """Return landmark + days as Python dates, None where the days are NaN."""
    import pandas as pd

    known = ~np.isnan(days)
    dates = pd.Series([None] * len(days), dtype=object)
    moved = landmark[known] + days[known].astype(np.int64).astype("timedelta64[D]")
    dates[known] = moved.astype(object)
    return dates
