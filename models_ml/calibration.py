"""Calibration of churn scores: beta by default, centred isotonic above a thousand events.

Belongs here: maps from an out-of-fold score to a probability, as JSON. Does not belong here: the
scores.
"""

from __future__ import annotations

from typing import Any

import numpy as np

MINIMUM_EVENTS_FOR_ISOTONIC = 1_000
EDGE = 1e-6

Calibration = dict[str, Any]
"""{"method": "beta", "a", "b", "c"} or {"method": "isotonic", "scores", "probabilities"}."""


def fit_calibration(score: np.ndarray, happened: np.ndarray) -> Calibration:
    """Fit the map from out-of-fold scores to probabilities.

    Beta: logit p = c + a ln s - b ln(1 - s) with a, b >= 0; a negative one is dropped and the other
    refitted (Kull, Silva Filho and Flach, 2017, Beyond sigmoids).

    Args:
        score: in (0, 1), made by models that did not see the row's customer.
        happened: boolean; both outcomes must occur.
    """
    if happened.sum() > MINIMUM_EVENTS_FOR_ISOTONIC:
        return _fit_isotonic(score, happened)
    terms = _beta_terms(score)
    used = [0, 1]
    while True:
        intercept, slopes = _fit_logit(terms[:, used], happened)
        negative = [index for index, slope in zip(used, slopes, strict=True) if slope < 0]
        if not negative:
            break
        used = [index for index in used if index != negative[0]]
    slope_of = dict(zip(used, slopes, strict=True))
    return {
        "method": "beta",
        "a": slope_of.get(0, 0.0),
        "b": slope_of.get(1, 0.0),
        "c": intercept,
    }


def calibrate(calibration: Calibration, score: np.ndarray) -> np.ndarray:
    """Return probabilities for scores."""
    if calibration["method"] == "isotonic":
        return np.interp(score, calibration["scores"], calibration["probabilities"])
    terms = _beta_terms(score)
    logit = calibration["c"] + calibration["a"] * terms[:, 0] + calibration["b"] * terms[:, 1]
    probability: np.ndarray = 1.0 / (1.0 + np.exp(-logit))
    return probability


def _beta_terms(score: np.ndarray) -> np.ndarray:
    inside = np.clip(score.astype(np.float64), EDGE, 1.0 - EDGE)
    return np.column_stack([np.log(inside), -np.log1p(-inside)])


def _fit_logit(terms: np.ndarray, happened: np.ndarray) -> tuple[float, list[float]]:
    from sklearn.linear_model import LogisticRegression

    if terms.shape[1] == 0:
        rate = float(np.clip(happened.mean(), EDGE, 1.0 - EDGE))
        return float(np.log(rate / (1.0 - rate))), []
    fitted = LogisticRegression(C=1e4, max_iter=1_000).fit(terms, happened)
    return float(fitted.intercept_[0]), [float(value) for value in fitted.coef_[0]]


def _fit_isotonic(score: np.ndarray, happened: np.ndarray) -> Calibration:
    """Fit a centred isotonic map: straight lines between the centres of its steps.

    The flat steps of a plain one make ties, which cost PR-AUC .02 on a table of 7,000 customers
    (Oron and Flournoy, 2017, Centered isotonic regression). Beyond the outer centres the lines go on
    to (0, 0) and (1, 1), so that the order of the scores is kept everywhere.
    """
    from sklearn.isotonic import IsotonicRegression

    order = np.argsort(score, kind="stable")
    ordered = score[order].astype(np.float64)
    level = IsotonicRegression().fit_transform(ordered, happened[order].astype(float))
    _, step, rows = np.unique(level, return_inverse=True, return_counts=True)
    centre = np.bincount(step, ordered) / rows
    height = np.bincount(step, level) / rows
    inside = (height > 0) & (height < 1)
    return {
        "method": "isotonic",
        "scores": [0.0, *centre[inside].tolist(), 1.0],
        "probabilities": [0.0, *height[inside].tolist(), 1.0],
    }
