"""Has the churn model earned its place? Its score on later months, beside the base rate's.

Belongs here: expanding windows over month ends, scores per row, the verdict. Does not belong here:
the bootstrap as such (bootstrap.py), champion against challenger (gate.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.bootstrap import Interval, interval_of_mean
from models_ml.churn_model import CUSTOMER_COLUMNS, ChurnColumns, fit
from models_ml.churn_scorer import METHODS
from models_ml.features import to_day

if TYPE_CHECKING:
    import pandas as pd

# The label window ends after 120 days; a gap of up to 30 more is a late renewal, not churn.
LABEL_DAYS = 150
# Six cutoffs two months apart: a year of later months, each scored by what was known before it.
CUTOFFS = 6
MONTHS_PER_CUTOFF = 2
NOT_EVALUATED = "Not evaluated: the history is too short for a later holdout."


@dataclass(frozen=True)
class Skill:
    """What later months say.

    Attributes:
        method: the strongest method that beat the base rate, else "base_rate".
        statement: the same in words, with the figure.
        rows: per later row (as_of_date, cutoff, customer_id, segment, happened, base_rate) and one
            column of probabilities per method tried; empty where nothing could be tested.
        skills: by method tried, the Brier score gained on the base rate's, per row.
        holdout: what was tested, for the card.
    """

    method: str
    statement: str
    rows: pd.DataFrame
    skills: dict[str, Interval]
    holdout: dict[str, Any] | str

    def to_json(self) -> dict[str, Any]:
        """Return method, statement and intervals as JSON types."""
        gained = {name: interval.to_json() for name, interval in self.skills.items()}
        return {"method": self.method, "statement": self.statement, "brier_gained": gained}


def churned_customers(table: pd.DataFrame, happened: np.ndarray) -> int:
    """Return how many different customers churned."""
    return int(table.loc[happened, "customer_id"].nunique())


def measure_skill(
    table: pd.DataFrame,
    happened: np.ndarray,
    failed: np.ndarray,
    seed: int,
    columns: ChurnColumns = CUSTOMER_COLUMNS,
) -> Skill:
    """Return the strongest method whose Brier score on later months beats the base rate's.

    Beats: the 95 % interval of the mean difference, whole customers resampled, lies above zero.
    Every cutoff fits on labels known by then. A method that later months could not use (too few
    events then) fell back at those cutoffs, as it would have.
    """
    rows, tried = later_scores(table, happened, failed, seed, columns)
    if not len(rows):
        return Skill("base_rate", NOT_EVALUATED, rows, {}, NOT_EVALUATED)
    skills = {name: brier_gained(rows, name, seed) for name in tried}
    proven = [name for name in tried if skills[name].low > 0]
    method = proven[0] if proven else "base_rate"
    described = {
        "first_test_month": str(to_day(rows["as_of_date"]).min()),
        "cutoffs": int(rows["cutoff"].nunique()),
        "test_rows": len(rows),
        "test_customers": int(rows["customer_id"].nunique()),
        "test_events": churned_customers(rows, rows["happened"].to_numpy(bool)),
        "method": method,
    }
    return Skill(method, _statement(method, skills, rows), rows, skills, described)


def later_scores(
    table: pd.DataFrame,
    happened: np.ndarray,
    failed: np.ndarray,
    seed: int,
    columns: ChurnColumns = CUSTOMER_COLUMNS,
) -> tuple[pd.DataFrame, list[str]]:
    """Return the probabilities of every method on later months, and the methods, strongest first.

    Args:
        table: customer months in order of key, with the columns to read.
        happened, failed: labels per row.
        seed: of the fits.
        columns: what to read.
    """
    import pandas as pd

    months = to_day(table["as_of_date"])
    known_on = months + np.timedelta64(LABEL_DAYS, "D")
    distinct = np.unique(months)
    starts = distinct[max(0, len(distinct) - CUTOFFS * MONTHS_PER_CUTOFF) :: MONTHS_PER_CUTOFF]
    parts, strongest = [], 0
    for cutoff, until in pairwise([*starts, np.datetime64("9999-12-31")]):
        train, test = known_on < cutoff, (months >= cutoff) & (months < until)
        if not train.any():
            continue
        known = table.loc[train].reset_index(drop=True)
        fitted = {"blend": fit(known, happened[train], seed, failed[train], columns)}
        used = METHODS.index(fitted["blend"].method)
        strongest = max(strongest, used)
        fitted["logistic"] = (
            fit(known, happened[train], seed, failed[train], columns, "logistic")
            if used > 1
            else fitted["blend"]
        )
        later = table.loc[test].reset_index(drop=True)
        part = later[["as_of_date", "customer_id"]].assign(
            cutoff=cutoff,
            segment=later.get("segment"),
            happened=happened[test],
            # The plain share, not the smoothed one: what a reader would have said.
            base_rate=float(happened[train].mean()),
            **{name: model.probability(later) for name, model in fitted.items()},
        )
        parts.append(part)
    if not parts:
        return pd.DataFrame(), []
    return pd.concat(parts, ignore_index=True), list(METHODS[strongest:0:-1])


def brier_gained(rows: pd.DataFrame, method: str, seed: int) -> Interval:
    """Return the mean of (base rate - outcome)^2 - (probability - outcome)^2, with its interval."""
    outcome = rows["happened"].to_numpy(float)
    ours, base = ((rows[name].to_numpy(float) - outcome) ** 2 for name in (method, "base_rate"))
    return interval_of_mean(base - ours, rows["customer_id"].to_numpy(), seed=seed)


def _statement(method: str, skills: dict[str, Interval], rows: pd.DataFrame) -> str:
    months = f"{to_day(rows['as_of_date']).min()} to {to_day(rows['as_of_date']).max()}"
    if not skills:
        return f"Too few had churned before {months} to test a model on later months."
    base = float(((rows["base_rate"] - rows["happened"].astype(float)) ** 2).mean())
    shown = skills[method if method in skills else min(skills, key=METHODS.index)]
    gained = (
        f"{100 * shown.value / base:.1f} % (95 % interval {100 * shown.low / base:.1f} to "
        f"{100 * shown.high / base:.1f})"
    )
    if method == "base_rate":
        return f"On {months} no model was shown to beat the base rate: the Brier score gained {gained}."
    return f"On {months} the Brier score gained {gained} on the base rate."
