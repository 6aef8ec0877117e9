"""Churn: will this paying customer's recurring revenue be zero in 31 to 120 days?

Belongs here: fit, predict and evaluate on customer x month-end rows; boosted trees with enough
events, else a penalised logistic, else the base rate. Does not belong here: label arithmetic (SQL),
what a churn costs (decisions).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.calibration import Calibration, calibrate, fit_calibration
from models_ml.checks import (
    check_as_of_date,
    check_columns,
    check_no_null,
    check_numbers,
    check_seed,
    check_unique,
)
from models_ml.contest import ChurnTrial
from models_ml.evaluation import EvaluationRow, evaluate_churn
from models_ml.features import (
    CUSTOMER_CATEGORICAL,
    CUSTOMER_KEYS,
    CUSTOMER_NUMERIC,
    Encoding,
    learn_encoding,
    to_day,
)
from models_ml.logistic import Logistic, fit_logistic, logistic_contributions, predict_logistic
from models_ml.reasons import CUSTOMER_GROUPS, Peers, learn_peers, reason_codes
from models_ml.splits import customer_folds, customer_holdout

if TYPE_CHECKING:
    import pandas as pd
    import xgboost

# The label window ends after 120 days; a gap of up to 30 more is a late renewal, not churn.
LABEL_DAYS = 150
# Events are customers who left, not rows: one who left is churned in about three month ends.
MINIMUM_EVENTS_FOR_TREES = 300
MINIMUM_EVENTS_FOR_LOGISTIC = 30
FOLDS = 3
ROUNDS = 80
PARAMETERS = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "max_depth": 3,
    "eta": 0.08,
    "min_child_weight": 5.0,
    "reg_lambda": 5.0,
    "colsample_bytree": 0.7,
    "subsample": 0.8,
    # As in hazard.py: the same model on every machine.
    "nthread": 1,
}
PREDICTION_COLUMNS = (
    "as_of_date",
    "customer_id",
    "method",
    "model_version",
    "p_churn",
    "reason_codes",
)
KNOWN_LIMITS = (
    "Voluntary churn and payment failure are one label in this version.",
    "A customer's months are not independent: figures are of rows, not of customers.",
    "Notice given is not a dated fact of the import contract: customers under notice are included.",
)


@dataclass
class ChurnModel:
    """A fitted model; ``method`` is "xgboost", "logistic" or "base_rate"."""

    method: str
    encoding: Encoding
    peers: Peers
    base_rate: float | None
    """None: nothing was ever observed, nothing is predicted."""
    booster: xgboost.Booster | None = None
    logistic: Logistic | None = None
    calibration: Calibration | None = None
    card: dict[str, Any] = field(default_factory=dict)
    trial: ChurnTrial | None = None
    """Of a training run: what the gate judges (contest.py)."""

    @property
    def version(self) -> str:
        """Name of this model, from its content; set by training."""
        return str(self.card["model_version"])

    def score(self, table: pd.DataFrame) -> np.ndarray:
        """Return the uncalibrated probability per row."""
        if self.booster is not None:
            return self.booster.predict(_as_matrix(self.encoding.matrix(table), self.encoding))
        if self.logistic is not None:
            return predict_logistic(self.logistic, table)
        return np.full(len(table), np.nan if self.base_rate is None else self.base_rate)

    def probability(self, table: pd.DataFrame) -> np.ndarray:
        """Return P(churn in days 31 to 120) per row; NaN where nothing is known."""
        score = self.score(table)
        return score if self.calibration is None else calibrate(self.calibration, score)

    def explain(self, table: pd.DataFrame) -> list[str]:
        """Return the reason codes (JSON) per row; empty lists for the base rate."""
        if self.booster is not None:
            matrix = _as_matrix(self.encoding.matrix(table), self.encoding)
            contributions = self.booster.predict(matrix, pred_contribs=True)[:, :-1]
            names = self.encoding.names
        elif self.logistic is not None:
            contributions, names = logistic_contributions(self.logistic, table)
        else:
            return ["[]"] * len(table)
        effects = ("raises", "lowers")
        return reason_codes(contributions, names, table, CUSTOMER_GROUPS, self.peers, effects)


def train_churn(
    customer_months: pd.DataFrame, churn_outcomes: pd.DataFrame, as_of_date: date, seed: int = 1
) -> ChurnModel:
    """Fit the churn model and evaluate it on later months.

    Args:
        customer_months: feat_customer_months.
        churn_outcomes: feat_churn_outcomes (as_of_date, customer_id, is_churned; empty where the
            label has not matured).
        as_of_date: the training cutoff; labels end on or before it.
        seed: of the trees and the folds.

    Raises:
        ModelInputError: a table or argument is not what the model needs.
    """
    from models_ml.card import complete_card

    check_as_of_date(as_of_date)
    check_seed(seed)
    table, happened = _labelled(customer_months, churn_outcomes, as_of_date)
    model = fit(table, happened, seed)
    evaluation, holdout, model.trial = _evaluate_holdout(table, happened, seed)
    model.card = {
        "model": "churn",
        "method": model.method,
        "reason": _reason_for_method(
            model, len(customer_months), churned_customers(table, happened)
        ),
        "training_cutoff": as_of_date.isoformat(),
        "seed": seed,
        "rows": len(table),
        "churned_rows": int(happened.sum()),
        "events": churned_customers(table, happened),
        "features": model.encoding.names,
        "holdout": holdout,
        "evaluation": evaluation,
        "known_limits": list(KNOWN_LIMITS),
    }
    complete_card(model)
    return model


def _labelled(
    customer_months: pd.DataFrame, churn_outcomes: pd.DataFrame, as_of_date: date
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the rows whose label was known at ``as_of_date``, ordered by key, and the labels."""
    import pandas as pd

    check_customer_months(customer_months, "customer_months")
    keys = list(CUSTOMER_KEYS)
    check_columns(churn_outcomes, [*keys, "is_churned"], "churn_outcomes")
    check_unique(churn_outcomes, keys, "churn_outcomes")
    known = churn_outcomes.loc[churn_outcomes["is_churned"].notna(), [*keys, "is_churned"]]
    left, right = customer_months.copy(), known.copy()
    for table in (left, right):
        table["as_of_date"] = pd.to_datetime(table["as_of_date"]).astype("datetime64[s]")
    joined = left.merge(right, on=keys, how="inner").sort_values(keys, ignore_index=True)
    known_on = to_day(joined["as_of_date"]) + np.timedelta64(LABEL_DAYS, "D")
    matured = np.asarray(known_on <= np.datetime64(as_of_date, "D"))
    joined = joined.loc[matured].reset_index(drop=True)
    return joined.drop(columns="is_churned"), joined["is_churned"].to_numpy(bool)


def check_customer_months(customer_months: pd.DataFrame, name: str) -> None:
    """Raise ModelInputError unless the table has the columns and key the model reads."""
    check_columns(customer_months, (*CUSTOMER_KEYS, *CUSTOMER_NUMERIC, *CUSTOMER_CATEGORICAL), name)
    check_no_null(customer_months, CUSTOMER_KEYS, name)
    check_numbers(customer_months, CUSTOMER_NUMERIC, name)
    check_unique(customer_months, list(CUSTOMER_KEYS), name)


def _reason_for_method(model: ChurnModel, rows_given: int, events: int) -> str:
    if rows_given == 0:
        return "No customer with recurring revenue: no subscriptions, no churn prediction."
    if model.base_rate is None:
        return "No month is old enough to know its label: nothing is predicted."
    if model.method == "base_rate":
        return (
            f"{events} churned customers known by the cutoff, fewer than the "
            f"{MINIMUM_EVENTS_FOR_LOGISTIC} a regression needs: every customer gets the base rate."
        )
    if model.method == "logistic":
        return (
            f"{events} churned customers known by the cutoff, fewer than the "
            f"{MINIMUM_EVENTS_FOR_TREES} trees need: penalised logistic."
        )
    return f"{events} churned customers known by the cutoff."


def churned_customers(table: pd.DataFrame, happened: np.ndarray) -> int:
    """Return how many different customers churned."""
    return int(table.loc[happened, "customer_id"].nunique())


def fit(table: pd.DataFrame, happened: np.ndarray, seed: int) -> ChurnModel:
    """Fit on every row; the number of events decides the method.

    Log-loss without class weights: weights moved the calibration error from .022 to .140 at equal
    AUC.
    """
    events = churned_customers(table, happened)
    model = ChurnModel(
        method="base_rate",
        encoding=learn_encoding(table, CUSTOMER_NUMERIC, CUSTOMER_CATEGORICAL),
        peers=learn_peers(table, CUSTOMER_GROUPS),
        base_rate=float(happened.mean()) if len(happened) else None,
    )
    if events < MINIMUM_EVENTS_FOR_LOGISTIC or happened.all():
        return model
    if events < MINIMUM_EVENTS_FOR_TREES:
        model.method = "logistic"
        model.logistic = fit_logistic(table, happened, model.encoding)
        return model
    model.method = "xgboost"
    matrix = model.encoding.matrix(table)
    model.booster = _fit_booster(matrix, happened, model.encoding, seed)
    folds = customer_folds(table["customer_id"].to_numpy(), FOLDS, seed)
    score = np.empty(len(table))
    for fold in range(FOLDS):
        inside = folds != fold
        booster = _fit_booster(matrix[inside], happened[inside], model.encoding, seed)
        score[~inside] = booster.predict(_as_matrix(matrix[~inside], model.encoding))
    model.calibration = fit_calibration(score, happened)
    return model


def _fit_booster(
    matrix: np.ndarray, happened: np.ndarray, encoding: Encoding, seed: int
) -> xgboost.Booster:
    import xgboost

    data = _as_matrix(matrix, encoding, label=happened.astype(np.float32))
    return xgboost.train({**PARAMETERS, "seed": seed}, data, num_boost_round=ROUNDS)


def _as_matrix(
    matrix: np.ndarray, encoding: Encoding, label: np.ndarray | None = None
) -> xgboost.DMatrix:
    import xgboost

    return xgboost.DMatrix(
        matrix, label=label, feature_types=encoding.types, enable_categorical=True
    )


def _evaluate_holdout(
    table: pd.DataFrame, happened: np.ndarray, seed: int
) -> tuple[list[EvaluationRow], dict[str, Any] | str, ChurnTrial | None]:
    """Return the figures of the recipe fitted on earlier months, what the holdout was, the trial."""
    months = to_day(table["as_of_date"])
    masks = customer_holdout(months, LABEL_DAYS)
    if masks is None:
        return [], "Not evaluated: the history is too short for a later holdout.", None
    train, test = masks
    model = fit(table.loc[train].reset_index(drop=True), happened[train], seed)
    later = table.loc[test].reset_index(drop=True)
    baseline = np.full(len(later), model.base_rate)
    figures = evaluate_churn(model.probability(later), baseline, happened[test])
    described = {
        "first_test_month": str(months[test].min()),
        "train_rows": int(train.sum()),
        "test_rows": int(test.sum()),
        "train_events": churned_customers(table, happened & train),
        "test_events": churned_customers(table, happened & test),
        "method": model.method,
    }
    return figures, described, ChurnTrial(model, later, happened[test])


def predict_churn(model: ChurnModel, customer_months_scoring: pd.DataFrame) -> pd.DataFrame:
    """Return one prediction per paying customer: PREDICTION_COLUMNS, empty for an empty table.

    ``p_churn`` is empty where nothing was ever observed; the card's ``reason`` says so.

    Raises:
        ModelInputError: a column is missing or the key repeats.
    """
    import pandas as pd

    check_customer_months(customer_months_scoring, "customer_months_scoring")
    table = customer_months_scoring.reset_index(drop=True)
    return pd.DataFrame(
        {
            "as_of_date": to_day(table["as_of_date"]).astype(object),
            "customer_id": table["customer_id"],
            "method": pd.Series([model.method] * len(table), dtype=object),
            "model_version": pd.Series([model.version] * len(table), dtype=object),
            "p_churn": model.probability(table) if len(table) else np.empty(0),
            "reason_codes": pd.Series(model.explain(table) if len(table) else [], dtype=object),
        },
        columns=list(PREDICTION_COLUMNS),
    )
