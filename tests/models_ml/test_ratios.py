"""Intervals from past ratios, worked out on paper."""

from __future__ import annotations

import numpy as np
import pytest

from models_ml.ratios import interval_score, log_ratios, ratio_factors, separate_windows


def test_the_interval_is_the_t_interval_of_the_logarithm():
    """Ratios 1.1, 1, 1 / 1.1 nine times: m = 0, s = .09531 x sqrt(18 / 26) = .07930.

    t(.9; 8) = 1.39682 and sqrt(1 + 1 / 9) = 1.05409: reach .11676, factors .8898 and 1.1239.
    """
    ratios = np.log(np.array([1.1, 1.0, 1 / 1.1] * 9))
    low, middle, high = ratio_factors(ratios, 9)
    assert middle == pytest.approx(1.0)
    assert (low, high) == pytest.approx((0.8898, 1.1239), abs=1e-4)


def test_a_forecast_that_was_always_twice_too_high_is_halved():
    assert ratio_factors(np.log([0.5, 0.5, 0.5]), 3) == pytest.approx((0.5, 0.5, 0.5))


def test_fewer_separate_windows_make_a_wider_interval():
    ratios = np.log(np.array([1.1, 1.0, 1 / 1.1] * 9))
    assert ratio_factors(ratios, 3)[2] > ratio_factors(ratios, 9)[2]


def test_a_ratio_needs_both_sides_above_nought():
    ratios = log_ratios(
        np.array([2.0, 0.0, -1.0, 1.0, np.nan]), np.array([1.0, 1.0, 1.0, 0.0, 1.0])
    )
    assert ratios[0] == pytest.approx(np.log(2.0))
    assert np.isnan(ratios[1:]).all()


def test_windows_that_overlap_are_counted_once():
    months = np.array(["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"], "datetime64[D]")
    assert separate_windows(months, 7) == 4
    # 31 days from 1 February end on 4 March: a tenth of overlap is let pass.
    assert separate_windows(months, 31) == 4
    assert separate_windows(months, 61) == 2
    assert separate_windows(months, 92) == 2
    assert separate_windows(months[:0], 7) == 0


def test_the_score_adds_ten_times_what_the_interval_missed():
    score = interval_score(np.array([8.0, 8.0, 8.0]), 12.0, np.array([10.0, 7.0, 12.5]))
    assert score == pytest.approx([4.0, 14.0, 9.0])
