"""Intervals, incidence and quantiles against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models_ml.distribution import (
    days_to_month_end,
    incidence_from_hazards,
    probability_by,
    quantile_days,
)
from models_ml.intervals import (
    HORIZON_DAYS,
    INTERVAL_COUNT,
    INTERVAL_TERMS,
    Anchors,
    interval_of,
    interval_terms,
    intervals_at_risk,
)


def test_a_hazard_of_one_half_halves_what_is_left_every_day():
    incidence = incidence_from_hazards(
        np.full((1, INTERVAL_COUNT), 0.5), np.zeros((1, INTERVAL_COUNT))
    )
    assert incidence.shape == (1, HORIZON_DAYS + 1)
    assert incidence[0, :4] == pytest.approx([0.5, 0.75, 0.875, 0.9375])


def test_a_competing_exit_takes_its_share_of_what_could_be_paid():
    # Each day one quarter pays and one quarter is credited: half of all is paid in the end.
    quarter = np.full((1, INTERVAL_COUNT), 0.25)
    incidence = incidence_from_hazards(quarter, quarter)
    assert incidence[0, :3] == pytest.approx([0.25, 0.375, 0.4375])
    assert incidence[0, -1] == pytest.approx(0.5)


def test_an_interval_of_several_days_spreads_its_increment_evenly():
    hazard = np.zeros((1, INTERVAL_COUNT))
    hazard[0, interval_of(np.array([32]))] = 0.6  # days 31 to 33
    incidence = incidence_from_hazards(hazard, np.zeros_like(hazard))
    assert incidence[0, 30:35] == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.6])


def test_a_quantile_is_the_first_day_that_reaches_it_and_empty_beyond_the_horizon():
    incidence = np.array([[0.1, 0.4, 0.5, 0.7], [0.0, 0.1, 0.2, 0.3]])
    assert quantile_days(incidence, 0.5).tolist() == pytest.approx([2.0, np.nan], nan_ok=True)


def test_probability_by_a_day_takes_one_day_or_one_per_row():
    incidence = np.array([[0.1, 0.4], [0.2, 0.3]])
    assert probability_by(incidence, 1).tolist() == [0.4, 0.3]
    assert probability_by(incidence, np.array([0, 1])).tolist() == [0.1, 0.3]


def test_the_month_end_of_a_last_day_is_that_day():
    landmarks = np.array(["2026-02-28", "2026-02-01", "2024-02-28"], dtype="datetime64[D]")
    assert days_to_month_end(landmarks).tolist() == [0, 27, 1]


def test_a_settled_row_is_at_risk_through_its_interval_and_a_censored_one_through_full_ones():
    # Settled on day 2: intervals 0, 1, 2. Open after 32 days: 0..30, not the part-seen 31-33.
    # Settled on day 200: all intervals survived.
    counts, at = intervals_at_risk(np.array([2.0, np.nan, 200.0]), np.array([300, 32, 300]))
    assert counts.tolist() == [3, 31, INTERVAL_COUNT]
    assert at.tolist() == [2, -1, -1]


def test_an_invoice_seen_only_on_its_landmark_day_counts_as_open_that_day():
    counts, _ = intervals_at_risk(np.array([np.nan]), np.array([0]))
    assert counts.tolist() == [1]


def test_interval_terms_know_fridays_weekends_and_month_ends():
    # 2026-07-27 is a Monday; day 4 is Friday 31 July; days 31 to 33 are 27 to 29 August.
    one = np.zeros(1)
    anchors = Anchors(
        landmark=np.array(["2026-07-27"], dtype="datetime64[D]"),
        days_to_due=one + 3.0,
        days_to_habit=one + 10.0,
        days_to_last3=one,
        days_to_promised=np.array([np.nan]),
        days_to_quantiles=np.array([[2.0, 3.0, 4.0, 6.0, 9.0]]),
        weekday_shares=np.array([[0.1, 0.0, 0.0, 0.2, 0.7, 0.0, 0.0]]),
    )
    friday, saturday, late = np.array([4]), np.array([5]), np.array([31])
    named = [
        dict(zip(INTERVAL_TERMS, interval_terms(anchors, np.array([0]), at)[0], strict=True))
        for at in (friday, saturday, late)
    ]
    assert [row["weekday"] for row in named] == [4, 5, 3]
    assert [row["has_friday"] for row in named] == [1, 0, 1]
    assert named[1]["weekend_share"] == 1.0
    assert named[2]["weekend_share"] == pytest.approx(1 / 3)
    assert [row["has_month_end"] for row in named] == [1, 0, 0]
    assert [row["days_to_month_end"] for row in named] == [0, 30, 4]
    assert named[0]["days_past_due_then"] == 1
    assert named[0]["days_past_habit_then"] == -6
    assert np.isnan(named[0]["days_past_promise_then"])
    assert [row["weekday_share_then"] for row in named] == pytest.approx([0.7, 0.0, 0.2])
    assert [named[0][f"days_past_p{level}_then"] for level in (10, 25, 50, 75, 90)] == [
        *(2, 1, 0, -2, -5)
    ]
