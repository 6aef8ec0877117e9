"""Drift: do today's rows still look like those a model was trained on?

Belongs here: the population stability index by feature, its critical value, the training shares kept
beside a model. Does not belong here: what a drift leads to (a warning, never a stop).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.features import Encoding, to_day, to_float

if TYPE_CHECKING:
    import pandas as pd

MAXIMUM_BINS = 10
# Chance that any feature of a model is called drifted while none is (Bonferroni over features).
FALSE_ALARM_RATE = 0.05
# The customary bounds (Siddiqi, 2006, Credit Risk Scorecards): below .10 nothing worth a look however
# sure; above .25 a shift that matters.
MINIMUM_PSI = 0.10
SEVERE_PSI = 0.25
SEVERE_RATIO = 2.0
# Of customers, what is trained on is seen at month ends only, and these count days and invoices that come
# round with the month: on the 23rd all customers are another number of days from their renewal.
MONTH_BOUND = (
    "days_to_renewal",
    "renewal_mrr_share",
    "open_invoice_count",
    "past_due_invoice_count",
    "oldest_days_past_due",
    "open_to_habit_ratio",
)
# A feature that grows with the history (invoices paid so far) differs from the mean of a long window on
# the day of training: the latest rows are what a model leaves off from.
REFERENCE_DAYS = 210
DRIFT_COLUMNS = (
    "feature",
    "psi",
    "critical_value",
    "usual_psi",
    "is_drifted",
    "is_severe",
    "training_customers",
    "scored_customers",
)

Reference = dict[str, Any]
"""{"customers", "since", "features": {name: {"edges" or "categories", "shares", "usual_psi"}}}."""


def learn_reference(table: pd.DataFrame, encoding: Encoding, date_column: str) -> Reference:
    """Return the shares of the latest training rows by bin of each feature, as JSON types.

    Numbers are cut at their deciles (equal ones once); what is missing is a bin of its own, as is a
    category never seen; MONTH_BOUND is left out. ``usual_psi`` is the largest index of one date of
    those rows against all of them: invoices issued on the first of the month are of other ages on the tenth than on the
    twentieth, and all customers of a cohort share one figure, without anything having drifted.

    Args:
        table: training rows; those of the last REFERENCE_DAYS are used.
        encoding: of the model.
        date_column: the rows' date.
    """
    dates = to_day(table[date_column])
    if len(dates):
        since = dates.max() - np.timedelta64(REFERENCE_DAYS, "D")
        table, dates = table.loc[dates > since], dates[dates > since]
    features: dict[str, Any] = {}
    for name in (name for name in encoding.numeric if name not in MONTH_BOUND):
        values = to_float(table[name])
        known = values[~np.isnan(values)]
        inner = np.arange(1, MAXIMUM_BINS) / MAXIMUM_BINS
        cuts = np.unique(np.quantile(known, inner, method="lower")) if len(known) else known
        features[name] = {"edges": [float(edge) for edge in cuts]}
    for name, categories in encoding.categories.items():
        features[name] = {"categories": categories}
    for name, bins in features.items():
        counts = _counts(table[name], bins)
        bins["shares"] = [float(share) for share in counts / max(counts.sum(), 1)]
        bins["usual_psi"] = 0.0
    reference = {
        "customers": int(table["customer_id"].nunique()),
        "since": str(dates.min()) if len(dates) else None,
        "features": features,
    }
    for day in np.unique(dates):
        of_day = measure_drift(reference, table.loc[dates == day])
        for name, psi in zip(of_day["feature"], of_day["psi"], strict=True):
            features[name]["usual_psi"] = max(features[name]["usual_psi"], float(psi))
    return reference


def measure_drift(reference: Reference, table: pd.DataFrame) -> pd.DataFrame:
    """Return DRIFT_COLUMNS, a row per feature, the most drifted first; empty without rows.

    Rows of one customer are alike, so the sample sizes are customers, not rows. A feature is drifted
    beyond its critical value and its usual index, severely so beyond twice the larger of them.

    Args:
        reference: from ``learn_reference``.
        table: the rows to score today; a feature it lacks counts as missing everywhere.
    """
    import pandas as pd

    trained, scored = reference["customers"], int(table["customer_id"].nunique())
    rows = []
    if trained and scored:
        level = FALSE_ALARM_RATE / max(len(reference["features"]), 1)
        for name, bins in reference["features"].items():
            column = table[name] if name in table else pd.Series([None] * len(table), dtype=object)
            counts = _counts(column, bins)
            expected = np.asarray(bins["shares"]) * trained
            found = counts / counts.sum() * scored
            psi, used = _smoothed_index(expected, found)
            limit = critical_value(used, trained, scored, level)
            usual = bins["usual_psi"]
            is_drifted = psi > max(limit, usual, MINIMUM_PSI)
            is_severe = psi > max(SEVERE_RATIO * max(limit, usual), SEVERE_PSI)
            rows.append((name, psi, limit, usual, is_drifted, is_severe, trained, scored))
    result = pd.DataFrame(rows, columns=list(DRIFT_COLUMNS))
    return result.sort_values("psi", ascending=False, ignore_index=True)


def stability_index(expected: np.ndarray, found: np.ndarray) -> float:
    """Return PSI = sum (found - expected) ln(found / expected) of two sets of positive shares."""
    return float(np.sum((found - expected) * np.log(found / expected)))


def critical_value(bins: int, trained: int, scored: int, level: float) -> float:
    """Return the PSI that two samples of one population exceed with probability ``level``.

    PSI / (1/n + 1/m) is about chi-square with bins - 1 degrees of freedom (Yurdakul and Naranjo,
    2020, Statistical properties of the population stability index, J. Risk Model Validation 14(4)).
    """
    from scipy.stats import chi2

    if bins < 2:
        return 0.0
    return float(chi2.isf(level, bins - 1) * (1.0 / trained + 1.0 / scored))


def _smoothed_index(expected: np.ndarray, found: np.ndarray) -> tuple[float, int]:
    """Return the index of counts and the bins used; half a customer is added to each bin.

    An empty bin on one side would make the index infinite; one empty on both is no bin.
    """
    used = (expected > 0) | (found > 0)
    shares = [counts[used] + 0.5 for counts in (expected, found)]
    index = stability_index(*(counts / counts.sum() for counts in shares))
    return index, int(used.sum())


def _counts(column: pd.Series, bins: dict[str, Any]) -> np.ndarray:
    """Return rows by bin: numbers by edge, then missing; categories, then unseen, then missing."""
    if "categories" in bins:
        known = bins["categories"]
        code_of = {category: code for code, category in enumerate(known)}
        codes = column.map(code_of).fillna(len(known)).to_numpy(np.int64)
        codes = np.where(column.isna(), len(known) + 1, codes)
        return np.bincount(codes, minlength=len(known) + 2).astype(np.float64)
    values, edges = to_float(column), np.asarray(bins["edges"], dtype=np.float64)
    codes = np.searchsorted(edges, np.nan_to_num(values), side="left")
    codes = np.where(np.isnan(values), len(edges) + 1, codes)
    return np.bincount(codes, minlength=len(edges) + 2).astype(np.float64)
