"""Curves that show how a trial went: calibration, forecast against actual, effects by group.

Belongs here: the points, as JSON types for the model card. Does not belong here: drawing them
(orchestration), judging (gate.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models_ml.contest import ChurnTrial, InvoiceTrial
from models_ml.reasons import CUSTOMER_GROUPS, INVOICE_GROUPS, Groups

CALIBRATED_DAYS = 30
BINS = 10
# Explaining costs about fifty times a prediction.
EXPLAINED_ROWS = 500
SCORED_ROWS = 20_000


def trial_curves(trial: InvoiceTrial | ChurnTrial | None) -> dict[str, Any]:
    """Return the curves of a trial on its later rows; empty without one.

    Returns:
        calibration: [mean predicted, observed share, rows] by tenth; paid_by_day: [day, expected
        share, actual share]; effects: [group, mean absolute contribution in log-odds], largest first.
    """
    if trial is None:
        return {}
    if isinstance(trial, ChurnTrial):
        probability = trial.twin.probability(trial.table)
        curves = {"calibration": calibration_points(probability, trial.happened)}
        return {**curves, "effects": effects(trial.twin, trial.table, CUSTOMER_GROUPS)}
    test = trial.holdout.test
    if len(test) > SCORED_ROWS:
        draw = np.random.default_rng(1)
        test = test.take(np.sort(draw.choice(len(test), SCORED_ROWS, replace=False)))
    horizon = trial.holdout.horizon_days
    incidence = np.nan_to_num(trial.twin.incidence(test.table))
    paid = test.paid_by(horizon)
    return {
        "calibration_days": CALIBRATED_DAYS,
        "calibration": calibration_points(incidence[:, CALIBRATED_DAYS], paid <= CALIBRATED_DAYS),
        "paid_by_day": [
            [day, float(incidence[:, day].mean()), float((paid <= day).mean())]
            for day in range(horizon + 1)
        ],
        "effects": effects(trial.twin, test.table, INVOICE_GROUPS),
    }


def calibration_points(probability: np.ndarray, happened: np.ndarray) -> list[list[float]]:
    """Return [mean predicted, observed share, rows] of ten bins of equal size by prediction."""
    order = np.argsort(probability, kind="stable")
    return [
        [float(probability[part].mean()), float(happened[part].mean()), len(part)]
        for part in np.array_split(order, BINS)
        if len(part)
    ]


def effects(model: Any, table: Any, groups: Groups) -> list[list[Any]]:
    """Return [group, mean absolute contribution] over some rows, largest first.

    A group is what reasons are given in; columns in none (elapsed time, calendar) are "time and
    calendar". Contributions within a row are added up by group before their size is taken.
    """
    if not model.is_learned or not len(table):
        return []
    step = max(1, len(table) // EXPLAINED_ROWS)
    contributions, columns = model.contributions(table.iloc[::step].head(EXPLAINED_ROWS))
    group_of = {c: name for name, (shown, more) in groups.items() for c in (*shown, *more)}
    by_group: dict[str, np.ndarray] = {}
    for position, column in enumerate(columns):
        name = group_of.get(column, "time and calendar")
        by_group[name] = by_group.get(name, 0.0) + contributions[:, position]
    sizes = [[name, float(np.abs(values).mean())] for name, values in by_group.items()]
    return sorted(sizes, key=lambda pair: -pair[1])
