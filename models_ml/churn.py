"""Churn: will this paying customer's recurring revenue be zero in 31 to 120 days?

Belongs here: training, evaluation and prediction on customer x month-end rows. Does not belong
here: the model (churn_model.py), whether it has earned its place (churn_skill.py), label
arithmetic (SQL), what a churn costs (decisions).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.checks import (
    check_as_of_date,
    check_columns,
    check_no_null,
    check_numbers,
    check_seed,
    check_unique,
)
from models_ml.churn_figures import figures_with_intervals
from models_ml.churn_model import ChurnModel, fit
from models_ml.churn_scorer import (
    MINIMUM_EVENTS_FOR_LOGISTIC,
    MINIMUM_EVENTS_FOR_TREES,
    rate_interval,
)
from models_ml.churn_skill import LABEL_DAYS, Skill, churned_customers, measure_skill
from models_ml.contest import ChurnTrial
from models_ml.evaluation import EvaluationRow
from models_ml.features import CUSTOMER_CATEGORICAL, CUSTOMER_KEYS, CUSTOMER_NUMERIC, to_day
from models_ml.splits import customer_holdout

if TYPE_CHECKING:
    import pandas as pd

CAUSES = ("voluntary", "payment_failure")
# A share of fewer rows or events is noise.
MINIMUM_SEGMENT_EVENTS = 10
# What predict_churn says where nothing is to be predicted: the customer has said it.
NOTICE_METHOD = "notice_given"
PREDICTION_COLUMNS = (
    "as_of_date",
    "customer_id",
    "method",
    "model_version",
    "p_churn",
    "p_churn_voluntary",
    "p_churn_payment_failure",
    "reason_codes",
)
KNOWN_LIMITS = (
    "Churn for any reason but a failed payment counts as voluntary, insolvency among them.",
    "A pause of more than 30 days is churn; coming back is a new customer relation.",
    "Notice is known only where the source dates it: a cancellation recorded ahead of its day.",
    "The next renewal is counted in whole intervals from the first day of the version in force.",
)


@dataclass(frozen=True)
class Labels:
    """Customer months whose label was known, ordered by key, and what happened to each."""

    table: pd.DataFrame
    happened: np.ndarray
    failed: np.ndarray
    """Churned for a failed payment."""


def train_churn(
    customer_months: pd.DataFrame, churn_outcomes: pd.DataFrame, as_of_date: date, seed: int = 1
) -> ChurnModel:
    """Fit the churn model, evaluated on later months; the base rate where it does not beat that.

    Args:
        customer_months: feat_customer_months.
        churn_outcomes: feat_churn_outcomes (as_of_date, customer_id, is_churned, churn_cause;
            is_churned empty where the label has not matured or notice was given).
        as_of_date: the training cutoff; labels end on or before it.
        seed: of the trees, the folds and the bootstrap.

    Raises:
        ModelInputError: a table or argument is not what the model needs.
    """
    from models_ml.card import complete_card

    check_as_of_date(as_of_date)
    check_seed(seed)
    labels = label(customer_months, churn_outcomes, as_of_date)
    skill = measure_skill(labels.table, labels.happened, labels.failed, seed)
    model = fit(labels.table, labels.happened, seed, labels.failed, strongest=skill.method)
    model.trial = _trial(labels, skill.method, seed)
    events = churned_customers(labels.table, labels.happened)
    model.card = {
        "model": "churn",
        "method": model.method,
        "reason": _reason_for_method(model, len(customer_months), events, skill),
        "training_cutoff": as_of_date.isoformat(),
        "seed": seed,
        "rows": len(labels.table),
        "churned_rows": int(labels.happened.sum()),
        "events": events,
        "base_rate": _base_rate(labels.happened),
        "causes": _causes(model, labels),
        "features": _features(model),
        "skill": skill.to_json(),
        "holdout": skill.holdout,
        "evaluation": _evaluation(skill),
        "known_limits": list(KNOWN_LIMITS),
    }
    complete_card(model)
    return model


def label(customer_months: pd.DataFrame, churn_outcomes: pd.DataFrame, as_of_date: date) -> Labels:
    """Return the rows whose label was known at ``as_of_date``.

    Raises:
        ModelInputError: a column is missing, a key repeats.
    """
    import pandas as pd

    check_customer_months(customer_months, "customer_months")
    keys = list(CUSTOMER_KEYS)
    check_columns(churn_outcomes, [*keys, "is_churned", "churn_cause"], "churn_outcomes")
    check_unique(churn_outcomes, keys, "churn_outcomes")
    known = churn_outcomes.loc[
        churn_outcomes["is_churned"].notna(), [*keys, "is_churned", "churn_cause"]
    ]
    left, right = customer_months.copy(), known.copy()
    for table in (left, right):
        table["as_of_date"] = pd.to_datetime(table["as_of_date"]).astype("datetime64[s]")
    joined = left.merge(right, on=keys, how="inner").sort_values(keys, ignore_index=True)
    known_on = to_day(joined["as_of_date"]) + np.timedelta64(LABEL_DAYS, "D")
    matured = np.asarray(known_on < np.datetime64(as_of_date, "D"))
    joined = joined.loc[matured].reset_index(drop=True)
    happened = joined["is_churned"].to_numpy(bool)
    failed = happened & (joined["churn_cause"] == "payment_failure").to_numpy(bool, na_value=False)
    return Labels(joined.drop(columns=["is_churned", "churn_cause"]), happened, failed)


def check_customer_months(customer_months: pd.DataFrame, name: str) -> None:
    """Raise ModelInputError unless the table has the columns and key the model reads."""
    needed = (*CUSTOMER_KEYS, *CUSTOMER_NUMERIC, *CUSTOMER_CATEGORICAL, "is_under_notice")
    check_columns(customer_months, needed, name)
    check_no_null(customer_months, (*CUSTOMER_KEYS, "is_under_notice"), name)
    check_numbers(customer_months, CUSTOMER_NUMERIC, name)
    check_unique(customer_months, list(CUSTOMER_KEYS), name)


def _reason_for_method(model: ChurnModel, rows_given: int, events: int, skill: Skill) -> str:
    if rows_given == 0:
        return "No customer with recurring revenue: no subscriptions, no churn prediction."
    if model.base_rate is None:
        return "No month is old enough to know its label: nothing is predicted."
    known = f"{events} churned customers known by the cutoff"
    if events < MINIMUM_EVENTS_FOR_LOGISTIC:
        return (
            f"{known}, fewer than the {MINIMUM_EVENTS_FOR_LOGISTIC} a regression needs: every "
            "customer gets the base rate."
        )
    if model.method == "base_rate":
        return f"{known}. {skill.statement} Every customer gets the base rate."
    if events < MINIMUM_EVENTS_FOR_TREES:
        needed = f"fewer than the {MINIMUM_EVENTS_FOR_TREES} trees need: penalised logistic"
        return f"{known}, {needed}. {skill.statement}"
    return f"{known}. {skill.statement}"


def _trial(labels: Labels, method: str, seed: int) -> ChurnTrial | None:
    """Return a twin fitted before the latest quarter of the months, and those months: for the gate."""
    masks = customer_holdout(to_day(labels.table["as_of_date"]), LABEL_DAYS)
    if masks is None:
        return None
    train, test = masks
    known = labels.table.loc[train].reset_index(drop=True)
    twin = fit(known, labels.happened[train], seed, labels.failed[train], strongest=method)
    return ChurnTrial(twin, labels.table.loc[test].reset_index(drop=True), labels.happened[test])


def _base_rate(happened: np.ndarray) -> dict[str, float] | None:
    """Return the share that churned with its 80 % interval: what is known where a model is not."""
    if not len(happened):
        return None
    low, high = rate_interval(happened)
    return {"share": float(happened.mean()), "low_80": low, "high_80": high}


def _causes(model: ChurnModel, labels: Labels) -> dict[str, Any]:
    failures = churned_customers(labels.table, labels.failed)
    if model.payment_failure is not None:
        method = f"a scorer of its own ({model.payment_failure.method})"
    else:
        method = (
            f"a share of p_churn, {model.failure_shares[0]:.3f}, of customers whose payment is "
            f"failing {model.failure_shares[1]:.3f}: fewer than {MINIMUM_EVENTS_FOR_LOGISTIC} "
            "customers of one cause"
        )
    return {"payment_failure_events": failures, "payment_failure": method}


def _features(model: ChurnModel) -> list[str]:
    if model.main is None or model.main.logistic is None:
        return []
    if model.main.booster is not None:
        return model.main.encoding.names
    return [*model.main.logistic["numeric"], *(n for n, _ in model.main.logistic["categories"])]


def _evaluation(skill: Skill) -> list[EvaluationRow]:
    """Return the figures on later months, of all and of each segment with enough events."""
    rows = skill.rows
    if not len(rows):
        return []
    segments = {"all": np.ones(len(rows), dtype=bool)}
    for name in sorted(rows["segment"].dropna().unique()):
        segments[f"segment {name}"] = (rows["segment"] == name).to_numpy(bool)
    figures: list[EvaluationRow] = []
    for name, mask in segments.items():
        part = rows.loc[mask]
        if name == "all" or part.loc[part["happened"], "customer_id"].nunique() >= (
            MINIMUM_SEGMENT_EVENTS
        ):
            rows_of = figures_with_intervals(
                part[skill.method].to_numpy(float),
                part["base_rate"].to_numpy(float),
                part["happened"].to_numpy(bool),
                part["customer_id"].to_numpy(),
            )
            figures += [{**row, "segment": name} for row in rows_of]
    return figures


def predict_churn(model: ChurnModel, customer_months_scoring: pd.DataFrame) -> pd.DataFrame:
    """Return one prediction per paying customer: PREDICTION_COLUMNS, empty for an empty table.

    The two parts add up to ``p_churn``. All are empty where nothing was ever observed (the card's
    ``reason`` says so), and for a customer under notice, whose method is NOTICE_METHOD.

    Raises:
        ModelInputError: a column is missing or the key repeats.
    """
    import pandas as pd

    check_customer_months(customer_months_scoring, "customer_months_scoring")
    table = customer_months_scoring.reset_index(drop=True)
    voluntary, failure = model.parts(table)
    under_notice = table["is_under_notice"].to_numpy(bool)
    reasons = np.array(model.explain(table), dtype=object)
    return pd.DataFrame(
        {
            "as_of_date": to_day(table["as_of_date"]).astype(object),
            "customer_id": table["customer_id"],
            "method": np.where(under_notice, NOTICE_METHOD, model.method).astype(object),
            "model_version": pd.Series([model.version] * len(table), dtype=object),
            "p_churn": np.where(under_notice, np.nan, voluntary + failure),
            "p_churn_voluntary": np.where(under_notice, np.nan, voluntary),
            "p_churn_payment_failure": np.where(under_notice, np.nan, failure),
            "reason_codes": np.where(under_notice, "[]", reasons),
        },
        columns=list(PREDICTION_COLUMNS),
    )
