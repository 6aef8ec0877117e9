"""Champion, challenger and naive forecast scored on the same later, matured rows.

Belongs here: a training run's trial (its twin and the rows after the twin's cutoff), the scores a
verdict is made of. Does not belong here: the rules (gate.py), fitting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.evaluation import age_segments
from models_ml.features import to_day, to_float
from models_ml.gate import Contest, LeakProbe, Scores, judge, without_contest
from models_ml.scores import covered_rows, crps_rows, stated_rows, width_rows
from models_ml.splits import MINIMUM_TEST_ROWS, InvoiceHoldout

if TYPE_CHECKING:
    import pandas as pd

    from models_ml.churn_model import ChurnModel
    from models_ml.hazard import TimeToPayModel

# Bounds the memory of a contest: a distribution is a kilobyte a row.
SCORED_AT_ONCE = 20_000
TOO_SHORT = "The history is too short for a later holdout."


@dataclass(frozen=True)
class InvoiceTrial:
    """The twin of a time-to-pay model, and the holdout it was not fitted on."""

    twin: TimeToPayModel
    holdout: InvoiceHoldout

    @property
    def cutoff(self) -> str:
        """First day of the holdout: the twin knows nothing of it or later."""
        return str(self.holdout.cutoff)

    def contest(self, champion: TimeToPayModel | None, later_than: str) -> Contest | None:
        """Return the scores on rows with a landmark on or after both cutoffs; None for too few.

        Args:
            champion: the champion's twin; None for none.
            later_than: that twin's cutoff, or any earlier day.
        """
        test = self.holdout.test
        test = test.take(test.landmark >= np.datetime64(later_than, "D"))
        if len(test) < MINIMUM_TEST_ROWS:
            return None
        paid, horizon = test.paid_by(self.holdout.horizon_days), self.holdout.horizon_days
        segments = age_segments(
            to_float(test.table["days_to_due"]), to_float(test.table["age_days"])
        )
        return Contest(
            metric="crps_days",
            customers=test.table["customer_id"].to_numpy(),
            segments={**segments, **_customer_segments(test.table)},
            challenger=_invoice_scores(self.twin, test.table, paid, horizon),
            baseline=_invoice_scores(self.twin.baseline, test.table, paid, horizon),
            champion=_invoice_scores(champion, test.table, paid, horizon) if champion else None,
        )


@dataclass(frozen=True)
class ChurnTrial:
    """The twin of a churn model, and the later customer months it was not fitted on."""

    twin: ChurnModel
    table: pd.DataFrame
    happened: np.ndarray

    @property
    def cutoff(self) -> str:
        """First month of the holdout."""
        return str(to_day(self.table["as_of_date"]).min())

    def contest(self, champion: ChurnModel | None, later_than: str) -> Contest | None:
        """Return the squared errors on months on or after both cutoffs; None for too few rows."""
        rows = to_day(self.table["as_of_date"]) >= np.datetime64(later_than, "D")
        table, happened = self.table.loc[rows].reset_index(drop=True), self.happened[rows]
        if len(table) < MINIMUM_TEST_ROWS or self.twin.base_rate is None:
            return None
        base_rate = np.full(len(table), self.twin.base_rate)

        def scores(probability: np.ndarray) -> Scores:
            return Scores((probability - happened) ** 2)

        return Contest(
            metric="brier",
            customers=table["customer_id"].to_numpy(),
            segments={"all": np.ones(len(table), dtype=bool), **_customer_segments(table)},
            challenger=scores(self.twin.probability(table)),
            baseline=scores(base_rate),
            champion=scores(champion.probability(table)) if champion else None,
        )


def decide(
    trial: InvoiceTrial | ChurnTrial | None,
    champion_twin: Any,
    champion_cutoff: str | None,
    has_champion: bool,
    leak: LeakProbe,
) -> dict[str, Any]:
    """Return the verdict on a challenger (``gate.judge``'s document).

    Args:
        trial: of the challenger; None where the history is too short.
        champion_twin: of the champion; None where it has none.
        champion_cutoff: of that twin.
        has_champion: whether a learned model is in use.
        leak: what the probe of the features found.
    """
    if trial is None:
        return without_contest(TOO_SHORT, has_champion)
    contest = trial.contest(champion_twin, max(trial.cutoff, champion_cutoff or ""))
    if contest is None:
        later = f"Fewer than {MINIMUM_TEST_ROWS} matured rows are later than both cutoffs."
        return without_contest(later, has_champion)
    return judge(contest, leak)


def _invoice_scores(model: Any, table: pd.DataFrame, paid: np.ndarray, horizon: int) -> Scores:
    parts = []
    for start in range(0, len(table), SCORED_AT_ONCE):
        rows = slice(start, start + SCORED_AT_ONCE)
        incidence = np.nan_to_num(model.incidence(table.iloc[rows]))
        parts.append(
            (
                crps_rows(incidence, paid[rows], horizon),
                covered_rows(incidence, paid[rows], horizon),
                stated_rows(incidence, horizon),
                width_rows(incidence, horizon),
            )
        )
    return Scores(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _customer_segments(table: pd.DataFrame) -> dict[str, np.ndarray]:
    values = table["segment"]
    return {
        f"{value} customers": (values == value).to_numpy(bool)
        for value in sorted(values.dropna().unique())
    }
