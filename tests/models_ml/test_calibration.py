"""Calibration: the map from a score to the share that happened, in the order of the scores."""

from __future__ import annotations

import numpy as np
import pytest

from models_ml.calibration import MINIMUM_EVENTS_FOR_ISOTONIC, calibrate, fit_calibration


def _drawn(rows: int, seed: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, their true probabilities (the score's square) and outcomes."""
    draw = np.random.default_rng(seed)
    score = draw.uniform(0.02, 0.98, rows)
    return score, score**2, draw.random(rows) < score**2


def test_beta_calibration_finds_a_law_of_its_own_family():
    """logit p = c + a ln s - b ln(1 - s) with a = 2, b = 1, c = 0 is p = s^2 / (s^2 + 1 - s)."""
    draw = np.random.default_rng(3)
    score = draw.uniform(0.01, 0.6, 2_500)
    truth = score**2 / (score**2 + 1 - score)
    fitted = fit_calibration(score, draw.random(2_500) < truth)
    assert fitted["method"] == "beta"
    assert calibrate(fitted, np.array([0.2, 0.4])) == pytest.approx(
        [0.04 / 0.84, 0.16 / 0.76], abs=0.03
    )


def test_a_score_without_information_is_calibrated_to_the_share():
    draw = np.random.default_rng(4)
    score, happened = draw.uniform(0.1, 0.9, 2_000), draw.random(2_000) < 0.1
    probability = calibrate(fit_calibration(score, happened), score)
    assert probability.mean() == pytest.approx(happened.mean(), abs=0.005)
    assert np.ptp(probability) < 0.05


def test_a_negative_slope_is_dropped_so_that_the_order_is_never_turned_round():
    score, _, happened = _drawn(1_500)
    fitted = fit_calibration(1.0 - score, happened)
    assert fitted["a"] >= 0 and fitted["b"] >= 0
    assert (np.diff(calibrate(fitted, np.linspace(0.05, 0.95, 50))) >= -1e-12).all()


def test_above_a_thousand_events_the_map_is_isotonic_true_and_without_ties():
    score, truth, happened = _drawn(6_000)
    assert happened.sum() > MINIMUM_EVENTS_FOR_ISOTONIC
    fitted = fit_calibration(score, happened)
    assert fitted["method"] == "isotonic"
    probability = calibrate(fitted, np.sort(score))
    assert np.abs(calibrate(fitted, score) - truth).mean() < 0.03
    assert (np.diff(probability) > 0).all()
    assert probability.min() > 0 and probability.max() < 1


def test_the_steps_of_an_isotonic_map_are_joined_at_their_centres():
    """Scores .1 .2 .3 .4 with shares 0, 1, 0, 1, repeated 1,001 times: steps 0 (at .1), 1/2 (at .25)
    and 1 (at .4); the outer two are the corners."""
    score = np.tile([0.1, 0.2, 0.3, 0.4], 1_001)
    fitted = fit_calibration(score, np.tile([False, True, False, True], 1_001))
    assert fitted["scores"] == pytest.approx([0.0, 0.25, 1.0])
    assert fitted["probabilities"] == pytest.approx([0.0, 0.5, 1.0])
