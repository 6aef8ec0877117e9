"""The churn model: causes that add up to the chance of leaving, and why.

Belongs here: the fitted model, the split of p_churn into voluntary and payment failure. Does not
belong here: one cause's method (churn_scorer.py), training and prediction tables (churn.py).

p_churn = p_voluntary + p_payment_failure: the causes exclude each other, a customer leaves once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.churn_scorer import MINIMUM_EVENTS_FOR_LOGISTIC, Scorer, ScorerColumns, fit_scorer
from models_ml.features import (
    CUSTOMER_CATEGORICAL,
    CUSTOMER_CORE_CATEGORICAL,
    CUSTOMER_CORE_NUMERIC,
    CUSTOMER_NUMERIC,
    Encoding,
    to_float,
)
from models_ml.reasons import CUSTOMER_GROUPS, Groups, Peers, learn_peers, reason_codes

if TYPE_CHECKING:
    import pandas as pd

    from models_ml.contest import ChurnTrial

# Pseudo-events that pull the share of payment failures of a group to that of all.
SHARE_PRIOR = 5.0


@dataclass(frozen=True)
class ChurnColumns:
    """What a churn model reads and shows.

    Attributes:
        scorer: columns of the scorers.
        groups: reasons, as in reasons.CUSTOMER_GROUPS.
        failure_sign: column that is true where a payment is failing; None where there is none.
    """

    scorer: ScorerColumns
    groups: Groups
    failure_sign: str | None = None


CUSTOMER_COLUMNS = ChurnColumns(
    ScorerColumns(
        CUSTOMER_NUMERIC, CUSTOMER_CATEGORICAL, CUSTOMER_CORE_NUMERIC, CUSTOMER_CORE_CATEGORICAL
    ),
    CUSTOMER_GROUPS,
    failure_sign="is_subscription_past_due",
)


@dataclass
class ChurnModel:
    """A fitted model.

    ``payment_failure`` is a scorer of its own where payment failures are many enough; then ``main``
    is of voluntary churn alone. Otherwise ``main`` is of all churn, and ``failure_shares`` says
    which part of it is payment failure, without and with the sign of a failing payment.
    """

    columns: ChurnColumns
    peers: Peers
    base_rate: float | None
    """None: nothing was ever observed, nothing is predicted."""
    main: Scorer | None = None
    payment_failure: Scorer | None = None
    failure_shares: tuple[float, float] = (0.0, 0.0)
    card: dict[str, Any] = field(default_factory=dict)
    trial: ChurnTrial | None = None
    """Of a training run: what the gate judges (contest.py)."""

    @property
    def method(self) -> str:
        """Return the method of the main scorer: "blend", "logistic" or "base_rate"."""
        return self.main.method if self.main else "base_rate"

    @property
    def version(self) -> str:
        """Name of this model, from its content; set by training."""
        return str(self.card["model_version"])

    def parts(self, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Return P(voluntary) and P(payment failure) in days 31 to 120; NaN where nothing is known."""
        if self.main is None:
            unknown = np.full(len(table), np.nan)
            return unknown, unknown
        main = self.main.probability(table)
        if self.payment_failure is not None:
            failure = self.payment_failure.probability(table)
            # Two regressions know nothing of each other; their sum must stay a probability.
            scale = np.maximum(main + failure, 1.0)
            return main / scale, failure / scale
        share = np.full(len(table), self.failure_shares[0])
        if self.columns.failure_sign is not None:
            failing = np.nan_to_num(to_float(table[self.columns.failure_sign])) > 0
            share[failing] = self.failure_shares[1]
        return main * (1.0 - share), main * share

    def probability(self, table: pd.DataFrame) -> np.ndarray:
        """Return P(churn in days 31 to 120) per row; NaN where nothing is known."""
        voluntary, failure = self.parts(table)
        return voluntary + failure

    @property
    def is_learned(self) -> bool:
        """Whether a scorer tells customers apart, and there is something to explain."""
        return self.main is not None and self.main.method != "base_rate"

    @property
    def encoding(self) -> Encoding:
        """Columns read, in matrix order."""
        if self.main is None:
            return Encoding(self.columns.scorer.numeric, {})
        return self.main.encoding

    def contributions(self, table: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
        """Return the main scorer's log-odds contributions (rows x columns) and the columns."""
        if self.main is None:
            return np.zeros((len(table), 0)), []
        return self.main.contributions(table)

    def as_base_rate(self) -> ChurnModel:
        """Return the naive forecast learned on the same rows: everybody's chance, causes by share."""
        naive = replace(self, payment_failure=None, trial=None)
        if self.main is not None and self.base_rate is not None:
            naive.main = Scorer("base_rate", self.base_rate, self.main.encoding)
        if self.main is not None and self.payment_failure is not None and self.base_rate:
            share = self.payment_failure.base_rate / self.base_rate
            naive.failure_shares = (share, share)
        return naive

    def explain(self, table: pd.DataFrame) -> list[str]:
        """Return the reason codes (JSON) per row; empty lists for the base rate.

        Of the main scorer: a failing payment is a fact that the reader sees beside it.
        """
        if self.main is None or self.main.method == "base_rate":
            return ["[]"] * len(table)
        contributions, names = self.main.contributions(table)
        effects = ("raises", "lowers")
        return reason_codes(contributions, names, table, self.columns.groups, self.peers, effects)

    def to_json(self) -> dict[str, Any]:
        """Return everything needed to predict, as JSON types."""
        return {
            "peers": self.peers,
            "base_rate": self.base_rate,
            "main": self.main.to_json() if self.main else None,
            "payment_failure": self.payment_failure.to_json() if self.payment_failure else None,
            "failure_shares": list(self.failure_shares),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any], card: dict[str, Any]) -> ChurnModel:
        """Rebuild a model of the product's own columns from ``to_json``'s document."""
        main, failure = document["main"], document["payment_failure"]
        without, with_sign = document["failure_shares"]
        return cls(
            columns=CUSTOMER_COLUMNS,
            peers=document["peers"],
            base_rate=document["base_rate"],
            main=Scorer.from_json(main) if main else None,
            payment_failure=Scorer.from_json(failure) if failure else None,
            failure_shares=(without, with_sign),
            card=card,
        )


def fit(
    table: pd.DataFrame,
    happened: np.ndarray,
    seed: int,
    failed: np.ndarray | None = None,
    columns: ChurnColumns = CUSTOMER_COLUMNS,
    strongest: str = "blend",
) -> ChurnModel:
    """Fit on every row; the number of events decides the method.

    Args:
        table: ``customer_id`` and the columns named.
        happened: boolean, churned.
        seed: of trees and folds.
        failed: boolean, churned for a failed payment; None where causes are not known.
        columns: what to read.
        strongest: the strongest method allowed, one of churn_scorer.METHODS.
    """
    failed = np.zeros(len(table), dtype=bool) if failed is None else failed & happened
    model = ChurnModel(
        columns=columns,
        peers=learn_peers(table, columns.groups),
        base_rate=None,
    )
    if len(table) == 0:
        return model
    failures = _customers(table, failed)
    if min(failures, _customers(table, happened & ~failed)) >= MINIMUM_EVENTS_FOR_LOGISTIC:
        model.main = fit_scorer(table, happened & ~failed, columns.scorer, seed, strongest)
        model.payment_failure = fit_scorer(table, failed, columns.scorer, seed, strongest)
        model.base_rate = model.main.base_rate + model.payment_failure.base_rate
        return model
    model.main = fit_scorer(table, happened, columns.scorer, seed, strongest)
    model.base_rate = model.main.base_rate
    model.failure_shares = _failure_shares(table, happened, failed, columns.failure_sign)
    return model


def _failure_shares(
    table: pd.DataFrame, happened: np.ndarray, failed: np.ndarray, sign: str | None
) -> tuple[float, float]:
    """Return the share of payment failures among the churned, without and with the sign."""
    events, failures = _customers(table, happened), _customers(table, failed)
    overall = failures / events if events else 0.0
    if sign is None:
        return overall, overall
    failing = np.nan_to_num(to_float(table[sign])) > 0
    shares = [
        (_customers(table, failed & group) + SHARE_PRIOR * overall)
        / (_customers(table, happened & group) + SHARE_PRIOR)
        for group in (~failing, failing)
    ]
    return shares[0], shares[1]


def _customers(table: pd.DataFrame, rows: np.ndarray) -> int:
    return int(table.loc[rows, "customer_id"].nunique())
