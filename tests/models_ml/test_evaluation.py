"""Figures of a forecast against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models_ml.calibration import calibrate, fit_calibration
from models_ml.evaluation import (
    brier,
    calibration_error,
    coverage,
    crps,
    evaluate_invoices,
    median_error,
    pinball,
    point_error,
    stated_coverage,
    width,
)
from models_ml.splits import customer_folds, customer_holdout


def _certain(day: int, days: int = 11) -> np.ndarray:
    return (np.arange(days) >= day).astype(float)[None, :]


def test_the_crps_of_a_point_forecast_is_its_absolute_error():
    assert crps(_certain(4), np.array([7.0]), 10) == 3.0
    assert median_error(_certain(4), np.array([7.0]), 10) == 3.0
    assert point_error(np.array([4.0]), np.array([7.0]), 10) == 3.0


def test_an_unpaid_invoice_counts_as_the_horizon():
    assert crps(_certain(4), np.array([np.inf]), 10) == 6.0
    assert median_error(_certain(4), np.array([np.inf]), 10) == 6.0


def test_pinball_weighs_a_late_payment_by_its_level():
    # All three quantiles at 4, paid on 7: (.1 + .5 + .9) x 3 / 3.
    assert pinball(_certain(4), np.array([7.0]), 10) == pytest.approx(1.5)


def test_coverage_and_width_of_a_uniform_forecast():
    # Ten equally likely days 0..9: the interval runs from day 0 to day 8.
    uniform = np.repeat(np.linspace(0.1, 1.0, 10)[None, :], 3, axis=0)
    paid = np.array([0.0, 8.0, 9.0])
    assert coverage(uniform, paid, 9) == pytest.approx(2 / 3)
    assert width(uniform, paid, 9) == 8.0
    assert stated_coverage(uniform, paid, 9) == pytest.approx(0.9)


def test_brier_and_calibration_error():
    happened = np.array([True, False] * 50)
    assert brier(np.full(100, 0.5), happened) == 0.25
    assert calibration_error(np.full(100, 0.5), happened) == pytest.approx(0.0, abs=1e-12)
    assert calibration_error(np.full(100, 0.9), happened) == pytest.approx(0.4)


def test_a_segment_that_nobody_paid_has_no_ranking_and_no_number_that_is_none():
    forecast = np.repeat(_certain(4), 30, axis=0)
    unpaid = np.full(30, np.inf)
    rows = evaluate_invoices(
        forecast, forecast, {"customer_median": np.full(30, 4.0)}, unpaid, {"all": unpaid > 0}, 10
    )
    figures = {row["metric"]: row["value"] for row in rows}
    assert figures["crps_days"] == 6.0
    assert "c_index" not in figures
    assert np.isfinite(list(figures.values())).all()


def test_beta_calibration_undoes_overconfidence():
    draw = np.random.default_rng(1)
    true = draw.uniform(0.05, 0.5, 20_000)
    happened = draw.random(20_000) < true
    few = np.flatnonzero(happened)[:900]
    rows = np.concatenate([few, np.flatnonzero(~happened)[: int(900 * (1 - 0.275) / 0.275)]])
    odds = true / (1 - true)
    overconfident = odds**2 / (1 + odds**2)
    fitted = fit_calibration(overconfident[rows], happened[rows])
    assert fitted["method"] == "beta"
    repaired = calibrate(fitted, overconfident)
    assert np.abs(repaired - true).mean() < 0.03 < np.abs(overconfident - true).mean()


def test_above_a_thousand_events_calibration_is_isotonic_and_monotone():
    draw = np.random.default_rng(1)
    score = draw.uniform(0, 1, 4_000)
    fitted = fit_calibration(score, draw.random(4_000) < score**2)
    assert fitted["method"] == "isotonic"
    assert (np.diff(calibrate(fitted, np.linspace(0, 1, 50))) >= 0).all()


def test_every_customer_lies_whole_in_one_fold():
    customer_id = np.array(["a", "b", "c", "a", "b", "c"])
    folds = customer_folds(customer_id, 3, seed=1)
    assert folds[:3].tolist() == folds[3:].tolist()
    assert sorted(folds[:3]) == [0, 1, 2]


def test_no_training_label_of_the_churn_holdout_ends_after_the_first_test_month():
    months = np.array(
        ["2025-01-31", "2025-02-28", "2025-06-30", "2025-07-31"], dtype="datetime64[D]"
    )
    train, test = customer_holdout(months, label_days=120)
    # Test: the last of four months. 2025-02-28 + 120 days = 2025-06-28, known before 07-31.
    assert test.tolist() == [False, False, False, True]
    assert train.tolist() == [True, True, False, False]
