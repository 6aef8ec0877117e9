"""A discrete-time hazard of payment on landmark rows, with competing exits (stage 2).

Belongs here: the fitted model, its distribution and contributions; how it is fitted. Does not belong
here: training runs, holdouts and the prediction table (time_to_pay.py), the fallback's arithmetic
(baselines.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.baselines import MedianBaseline, fit_median_baseline
from models_ml.competing import fit_other_exits, other_exit_hazard
from models_ml.days_late import DaysLate, fit_days_late, out_of_fold
from models_ml.distribution import incidence_from_hazards
from models_ml.features import (
    INVOICE_CATEGORICAL,
    INVOICE_NUMERIC,
    Encoding,
    learn_encoding,
)
from models_ml.intervals import (
    HORIZON_DAYS,
    INTERVAL_COUNT,
    INTERVAL_TERMS,
    interval_of,
    interval_terms,
    intervals_at_risk,
)
from models_ml.panel import Panel, anchors_of
from models_ml.reasons import INVOICE_GROUPS, Peers, learn_peers, reason_codes
from models_ml.splits import paid_invoice_count

if TYPE_CHECKING:
    import pandas as pd
    import xgboost

    from models_ml.contest import InvoiceTrial

# Below this many different paid invoices the trees have nothing to learn that a median has not.
MINIMUM_PAID_INVOICES = 300
# Landmark rows and survived intervals kept: costs little accuracy, bounds the time (MODELS.md).
MAXIMUM_ROWS = 60_000
MAXIMUM_SURVIVED = 100_000
# (paid rows below, depth, rounds). On the IBM table, at cutoffs other than the reported one (2012-12-15
# and 2013-03-20), depth 4 and 45 rounds gave a CRPS of 4.20 and 4.38 days where depth 6 gave 4.29 and
# 4.45, and 90 rounds were worse at either depth.
SIZES: tuple[tuple[int | None, int, int], ...] = ((5_000, 4, 45), (None, 6, 90))
MAXIMUM_CELLS = 128
PARAMETERS = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "eta": 0.12,
    "min_child_weight": 20.0,
    "reg_lambda": 2.0,
    "colsample_bytree": 0.7,
    "max_bin": MAXIMUM_CELLS,
    # One thread: the same model on every machine, and no waiting at barriers where cores are busy
    # (2 threads save a third of the time on an idle machine and cost up to ten times on a full one).
    "nthread": 1,
}
# Days from the landmark at which contributions are read, then averaged.
EXPLAINED_DAYS = (3, 17)
SCORED_AT_ONCE = 5_000
EXPLAINED_AT_ONCE = 500


@dataclass
class TimeToPayModel:
    """A fitted model; ``method`` is "hazard", or "customer_median" for the stated fallback."""

    method: str
    baseline: MedianBaseline
    encoding: Encoding
    other_exit_rates: list[list[float]]
    peers: Peers
    booster: xgboost.Booster | None = None
    days_late: DaysLate | None = None
    card: dict[str, Any] = field(default_factory=dict)
    trial: InvoiceTrial | None = None
    """Of a training run: what the gate judges (contest.py)."""

    @property
    def version(self) -> str:
        """Name of this model, from its content; set by training."""
        return str(self.card["model_version"])

    @property
    def is_learned(self) -> bool:
        """Whether trees predict, and there is something to explain."""
        return self.booster is not None

    def incidence(self, table: pd.DataFrame) -> np.ndarray:
        """Return P(paid by day 0..HORIZON_DAYS) per landmark row; NaN where nothing is known."""
        if self.booster is None:
            return self.baseline.incidence(table)
        parts = [
            self._hazard_incidence(self.booster, table.iloc[start : start + SCORED_AT_ONCE])
            for start in range(0, len(table), SCORED_AT_ONCE)
        ]
        return np.vstack([np.empty((0, HORIZON_DAYS + 1)), *parts])

    def _hazard_incidence(self, booster: xgboost.Booster, table: pd.DataFrame) -> np.ndarray:
        rows = np.repeat(np.arange(len(table)), INTERVAL_COUNT)
        intervals = np.tile(np.arange(INTERVAL_COUNT), len(table))
        hazard = booster.predict(self._matrix(table, rows, intervals))
        hazard = hazard.astype(np.float64).reshape(len(table), INTERVAL_COUNT)
        return incidence_from_hazards(hazard, other_exit_hazard(self.other_exit_rates, table))

    def _matrix(
        self, table: pd.DataFrame, rows: np.ndarray, intervals: np.ndarray
    ) -> xgboost.DMatrix:
        import xgboost

        late = self.days_late.predict(table) if self.days_late and len(table) else None
        pairs = _pairs(table, late, self.encoding, rows, intervals)
        return xgboost.DMatrix(pairs, **_column_types(self.encoding))

    def explain(self, table: pd.DataFrame) -> list[str]:
        """Return the reason codes (JSON) of landmark rows; empty lists without a booster."""
        if self.booster is None:
            return ["[]"] * len(table)
        codes: list[str] = []
        for start in range(0, len(table), EXPLAINED_AT_ONCE):
            part = table.iloc[start : start + EXPLAINED_AT_ONCE]
            contributions, names = self.contributions(part)
            effects = ("earlier", "later")
            codes += reason_codes(contributions, names, part, INVOICE_GROUPS, self.peers, effects)
        return codes

    def contributions(self, table: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
        """Return the (rows x columns) contributions in log-odds, and the columns; needs a booster."""
        names = [*self.encoding.names, *INTERVAL_TERMS]
        total = np.zeros((len(table), len(names)))
        for interval in interval_of(np.array(EXPLAINED_DAYS)):
            at = np.full(len(table), interval)
            matrix = self._matrix(table, np.arange(len(table)), at)
            read = self.booster.predict(matrix, pred_contribs=True)  # type: ignore[union-attr]
            total += read[:, :-1] / len(EXPLAINED_DAYS)
        return total, names


def fit(panel: Panel, seed: int, with_hazard: bool = True) -> TimeToPayModel:
    """Fit on the grid of the panel; too few payments, or no hazard wanted, give the fallback."""
    grid = panel.grid
    model = TimeToPayModel(
        method="customer_median",
        baseline=fit_median_baseline(grid),
        encoding=learn_encoding(grid.table, INVOICE_NUMERIC, INVOICE_CATEGORICAL),
        other_exit_rates=fit_other_exits(grid),
        peers=learn_peers(grid.table, INVOICE_GROUPS),
    )
    if with_hazard and paid_invoice_count(grid) >= MINIMUM_PAID_INVOICES:
        model.method = "hazard"
        late = out_of_fold(panel, seed)
        if late is not None:
            model.days_late = fit_days_late(panel.issues, seed)
            late = late[panel.table["is_grid"].to_numpy(bool)]
        model.booster = _fit_booster(grid, late, model.encoding, seed)
    return model


def _fit_booster(
    panel: Panel, days_late: np.ndarray | None, encoding: Encoding, seed: int
) -> xgboost.Booster:
    import xgboost

    draw = np.random.default_rng(seed)
    if len(panel) > MAXIMUM_ROWS:
        chosen = np.sort(draw.choice(len(panel), MAXIMUM_ROWS, replace=False))
        panel = panel.take(chosen)
        days_late = None if days_late is None else days_late[chosen]
    counts, exit_interval = intervals_at_risk(panel.exit_days, panel.observed_days)
    rows = np.repeat(np.arange(len(panel)), counts)
    intervals = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    paid = panel.is_paid[rows] & (intervals == exit_interval[rows])
    keep_rate = min(1.0, MAXIMUM_SURVIVED / max(int((~paid).sum()), 1))
    kept = paid | (draw.random(len(rows)) < keep_rate)
    rows, intervals, paid = rows[kept], intervals[kept], paid[kept]
    matrix = xgboost.QuantileDMatrix(
        _pairs(panel.table, days_late, encoding, rows, intervals),
        label=paid.astype(np.float32),
        # A survived interval that was kept stands for those that were not.
        weight=np.where(paid, 1.0, 1.0 / keep_rate),
        max_bin=MAXIMUM_CELLS,
        **_column_types(encoding),
    )
    _, depth, rounds = next(
        size for size in SIZES if size[0] is None or panel.is_paid.sum() < size[0]
    )
    parameters = {**PARAMETERS, "max_depth": depth, "seed": seed}
    return xgboost.train(parameters, matrix, num_boost_round=rounds)


def _pairs(
    table: pd.DataFrame,
    days_late: np.ndarray | None,
    encoding: Encoding,
    rows: np.ndarray,
    intervals: np.ndarray,
) -> np.ndarray:
    """Return the float32 matrix of (landmark row, interval) pairs: features, then terms."""
    terms = interval_terms(anchors_of(table, days_late), rows, intervals)
    return np.hstack([encoding.matrix(table)[rows], terms])


def _column_types(encoding: Encoding) -> dict[str, Any]:
    types = [*encoding.types, *["q"] * len(INTERVAL_TERMS)]
    return {"feature_types": types, "enable_categorical": True}
