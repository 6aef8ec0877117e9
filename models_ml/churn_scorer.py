"""One binary cause of leaving: a base rate, a penalised logistic, or trees blended with one.

Belongs here: which method the number of events allows, fitting, the probability, its contributions.
Does not belong here: how causes add up (churn_model.py), labels, which method has earned its place
(churn_skill.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.calibration import Calibration, calibrate, fit_calibration
from models_ml.features import Encoding, learn_encoding
from models_ml.logistic import Logistic, fit_logistic, logistic_contributions, predict_logistic
from models_ml.splits import customer_folds

if TYPE_CHECKING:
    import pandas as pd
    import xgboost

# Weakest first; a cap names the strongest that may be used.
METHODS = ("base_rate", "logistic", "blend")
# Events are customers who left, not rows: one who left is churned in about three month ends.
MINIMUM_EVENTS_FOR_TREES = 300
MINIMUM_EVENTS_FOR_LOGISTIC = 30
ROWS_PER_EVENT = 3
FOLDS = 3
# Chosen on one simulated company (6,000 customers, a seed that no figure is reported on) by log-loss
# on later months: shallow trees that each see a third of the columns.
ROUNDS = 200
PARAMETERS = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "max_depth": 2,
    "eta": 0.06,
    "min_child_weight": 1.0,
    "reg_lambda": 5.0,
    "colsample_bytree": 0.3,
    "subsample": 0.8,
    # As in hazard.py: the same model on every machine.
    "nthread": 1,
}
TREE_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
EDGE = 1e-6


@dataclass(frozen=True)
class ScorerColumns:
    """What a scorer reads.

    Attributes:
        numeric, categorical: everything known, for many events.
        core_numeric, core_categorical: those of them that a regression reads; on few events few,
            some ten events a column is the usual rule (Peduzzi and others, 1996).
    """

    numeric: tuple[str, ...]
    categorical: tuple[str, ...]
    core_numeric: tuple[str, ...]
    core_categorical: tuple[str, ...]


@dataclass
class Scorer:
    """A fitted cause; ``method`` is one of METHODS."""

    method: str
    base_rate: float
    encoding: Encoding
    booster: xgboost.Booster | None = None
    logistic: Logistic | None = None
    tree_weight: float = 0.0
    calibration: Calibration | None = None

    def probability(self, table: pd.DataFrame) -> np.ndarray:
        """Return the probability per row."""
        if self.logistic is None:
            return np.full(len(table), self.base_rate)
        score = predict_logistic(self.logistic, table)
        if self.booster is not None:
            trees = self.booster.predict(as_matrix(self.encoding.matrix(table), self.encoding))
            score = blended(trees, score, self.tree_weight)
        return score if self.calibration is None else calibrate(self.calibration, score)

    def contributions(self, table: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
        """Return log-odds contributions (rows x columns) against the average row, and the columns.

        No column for a base rate.
        """
        if self.logistic is None:
            return np.zeros((len(table), 0)), []
        linear, names = logistic_contributions(self.logistic, table)
        if self.booster is None:
            return linear, names
        matrix = as_matrix(self.encoding.matrix(table), self.encoding)
        trees = self.booster.predict(matrix, pred_contribs=True)[:, :-1]
        contributions = self.tree_weight * trees.astype(np.float64)
        contributions[:, [self.encoding.names.index(name) for name in names]] += (
            1.0 - self.tree_weight
        ) * linear
        return contributions, self.encoding.names

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` reads back."""
        from models_ml.card import booster_document

        return {
            "method": self.method,
            "base_rate": self.base_rate,
            "encoding": self.encoding.to_json(),
            "booster": booster_document(self.booster),
            "logistic": self.logistic,
            "tree_weight": self.tree_weight,
            "calibration": self.calibration,
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Scorer:
        """Rebuild a scorer from ``to_json``'s document."""
        from models_ml.card import booster_from_document

        return cls(
            **{
                **document,
                "encoding": Encoding.from_json(document["encoding"]),
                "booster": booster_from_document(document["booster"]),
            }
        )


def fit_scorer(
    table: pd.DataFrame,
    happened: np.ndarray,
    columns: ScorerColumns,
    seed: int,
    strongest: str = "blend",
) -> Scorer:
    """Fit on every row; the number of events decides the method, up to the strongest allowed.

    Log-loss without class weights: weights moved the calibration error from .022 to .140 at equal
    AUC (MODELS.md).

    Args:
        table: the columns named, and ``customer_id``; at least one row.
        happened: boolean per row.
        columns: what to read.
        seed: of the trees and the folds.
        strongest: one of METHODS.
    """
    events = int(table.loc[happened, "customer_id"].nunique())
    encoding = learn_encoding(table, columns.numeric, columns.categorical)
    allowed = METHODS.index(strongest)
    scorer = Scorer("base_rate", smoothed_rate(happened), encoding)
    if events < MINIMUM_EVENTS_FOR_LOGISTIC or happened.all() or allowed < 1:
        return scorer
    core = learn_encoding(table, columns.core_numeric, columns.core_categorical)
    if events < MINIMUM_EVENTS_FOR_TREES or allowed < 2:
        scorer.method, scorer.logistic = "logistic", fit_logistic(table, happened, core)
        return scorer
    return _fit_blend(scorer, core, table, happened, seed)


def smoothed_rate(happened: np.ndarray) -> float:
    """Return the share of events with half an event added: never zero, never one.

    Jeffreys' estimate with one observation for ROWS_PER_EVENT overlapping rows.
    """
    observations = len(happened) / ROWS_PER_EVENT
    return float((happened.sum() / ROWS_PER_EVENT + 0.5) / (observations + 1.0))


def rate_interval(happened: np.ndarray, level: float = 0.8) -> tuple[float, float]:
    """Return Jeffreys' interval of the base rate (Brown, Cai and DasGupta, 2001, 4.3)."""
    from scipy.stats import beta

    events = happened.sum() / ROWS_PER_EVENT
    others = len(happened) / ROWS_PER_EVENT - events
    low, high = beta.ppf([(1 - level) / 2, (1 + level) / 2], events + 0.5, others + 0.5)
    return float(low), float(high)


def _fit_blend(
    scorer: Scorer, core: Encoding, table: pd.DataFrame, happened: np.ndarray, seed: int
) -> Scorer:
    """Fit trees and regression; their weight and the calibration from rows of customers left out.

    The regression keeps to the core columns: with 440 leavers it still ranked better than on all.
    """
    encoding = scorer.encoding
    matrix = encoding.matrix(table)
    folds = customer_folds(table["customer_id"].to_numpy(), FOLDS, seed)
    trees, linear = np.empty(len(table)), np.empty(len(table))
    for fold in range(FOLDS):
        inside = folds != fold
        booster = _fit_booster(matrix[inside], happened[inside], encoding, seed)
        trees[~inside] = booster.predict(as_matrix(matrix[~inside], encoding))
        regression = fit_logistic(table.loc[inside], happened[inside], core)
        linear[~inside] = predict_logistic(regression, table.loc[~inside])
    losses = [_log_loss(blended(trees, linear, weight), happened) for weight in TREE_WEIGHTS]
    scorer.tree_weight = TREE_WEIGHTS[int(np.argmin(losses))]
    scorer.calibration = fit_calibration(blended(trees, linear, scorer.tree_weight), happened)
    scorer.booster = _fit_booster(matrix, happened, encoding, seed)
    scorer.logistic = fit_logistic(table, happened, core)
    scorer.method = "blend"
    return scorer


def blended(trees: np.ndarray, linear: np.ndarray, tree_weight: float) -> np.ndarray:
    """Return the probability whose log-odds are the weighted mean of two probabilities' log-odds."""
    inside = [np.clip(part.astype(np.float64), EDGE, 1.0 - EDGE) for part in (trees, linear)]
    logits = [np.log(part / (1.0 - part)) for part in inside]
    probability: np.ndarray = 1.0 / (
        1.0 + np.exp(-(tree_weight * logits[0] + (1.0 - tree_weight) * logits[1]))
    )
    return probability


def _log_loss(probability: np.ndarray, happened: np.ndarray) -> float:
    return float(-np.mean(np.log(np.where(happened, probability, 1.0 - probability))))


def _fit_booster(
    matrix: np.ndarray, happened: np.ndarray, encoding: Encoding, seed: int
) -> xgboost.Booster:
    import xgboost

    data = as_matrix(matrix, encoding, label=happened.astype(np.float32))
    return xgboost.train({**PARAMETERS, "seed": seed}, data, num_boost_round=ROUNDS)


def as_matrix(
    matrix: np.ndarray, encoding: Encoding, label: np.ndarray | None = None
) -> xgboost.DMatrix:
    """Return XGBoost's form of an encoded matrix."""
    import xgboost

    return xgboost.DMatrix(
        matrix, label=label, feature_types=encoding.types, enable_categorical=True
    )
