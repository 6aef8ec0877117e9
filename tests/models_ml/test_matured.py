"""Matured predictions: coverage and calibration judged with their sampling error."""

from __future__ import annotations

import numpy as np
import pytest

from models_ml.matured import judge_calibration, judge_coverage

N = 1_000
CUSTOMERS = np.arange(N)


def coverage(inside: float, stated: float = 0.8, n: int = N):
    """Intervals of days 5 to 20; a share paid on day 10, the rest on day 30."""
    paid = np.where(np.arange(n) < inside * n, 10.0, 30.0)
    low, high = np.full(n, 5.0), np.full(n, 20.0)
    return judge_coverage(low, high, paid, np.full(n, stated), CUSTOMERS[:n], 60)


@pytest.mark.parametrize(
    ("inside", "passed"), [(0.80, True), (0.76, True), (0.70, False), (0.95, False)]
)
def test_coverage_is_held_to_its_band(inside: float, passed: bool):
    found = coverage(inside)
    assert (found.passed, found.value) == (passed, pytest.approx(inside))
    assert f"{inside:.3f} of 1000 payments" in found.detail


def test_whole_days_may_cover_what_they_stated():
    assert coverage(0.95, stated=0.95).passed


def test_four_hundred_ninety_nine_predictions_are_not_enough():
    found = coverage(0.2, n=499)
    assert found.passed
    assert found.detail.startswith("not enough matured predictions: 499")
    assert found.value is None


def test_an_interval_without_end_holds_what_was_never_paid():
    never, open_end = np.full(N, np.inf), np.full(N, np.inf)
    found = judge_coverage(np.full(N, 3.0), open_end, never, np.full(N, 0.95), CUSTOMERS, 60)
    assert found.value == 1.0


def test_a_calibrated_forecast_passes_and_one_that_is_off_by_a_tenth_does_not():
    draw = np.random.default_rng(2)
    probability = draw.uniform(0.1, 0.8, N)
    happened = draw.random(N) < probability
    assert judge_calibration(probability, happened, CUSTOMERS, 30).passed
    off = judge_calibration(probability + 0.1, happened, CUSTOMERS, 30)
    assert not off.passed
    assert off.value == pytest.approx(0.1, abs=0.03)


def test_the_calibration_error_is_that_counted_by_hand():
    """Everyone at .5, 600 of 1,000 happened, spread evenly: ten gaps of .1."""
    happened = np.tile(np.arange(10) < 6, 100)
    assert judge_calibration(np.full(N, 0.5), happened, CUSTOMERS, 30).value == pytest.approx(0.1)
