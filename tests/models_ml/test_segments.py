"""Figures by customer, amount and history, and how often what was predicted came true."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models_ml.segments import profile_segments, reliability_rows


def test_rows_are_found_by_profile_size_within_currency_and_history():
    table = pd.DataFrame(
        {
            "segment": ["small", "small", None, "large", "large", "large"],
            "country": ["FR", "DE", "FR", None, "FR", "FR"],
            "currency": ["EUR", "EUR", "EUR", "JPY", "JPY", "JPY"],
            # A yen is not a euro: each currency has its own thirds.
            "gross_amount": [10.0, 30.0, 20.0, 9_000.0, 1_000.0, 5_000.0],
            "customer_paid_count": [0, 2, 3, 9, 10, np.nan],
        }
    )
    found = {name: list(np.flatnonzero(mask)) for name, mask in profile_segments(table).items()}
    assert found == {
        "segment=large": [3, 4, 5],
        "segment=small": [0, 1],
        "country=DE": [1],
        "country=FR": [0, 2, 4, 5],
        "size=smallest_third": [0, 4],
        "size=middle_third": [2, 5],
        "size=largest_third": [1, 3],
        "history=none": [0, 5],
        "history=1_to_2": [1],
        "history=3_to_9": [2, 3],
        "history=10_or_more": [4],
    }


def test_reliability_sets_what_was_predicted_beside_what_came():
    """Ten groups of 40: chances 0.05 to 0.95; of group g, 4 x g rows were paid in time."""
    chance = np.repeat(np.arange(10) / 10 + 0.05, 40)
    paid = np.tile(np.arange(40), 10) < np.repeat(np.arange(10) * 4, 40)
    incidence = np.zeros((400, 121))
    incidence[:, 30] = chance
    baseline = np.full((400, 121), 0.5)
    rows = reliability_rows(incidence, baseline, np.where(paid, 12.0, np.inf))
    assert len(rows) == 20
    predicted, observed = rows[6], rows[7]
    assert predicted["segment"] == observed["segment"] == "tenth=04"
    assert (predicted["metric"], observed["metric"]) == ("predicted_paid_30d", "observed_paid_30d")
    assert predicted["value"] == pytest.approx(0.35)
    assert predicted["baseline_value"] == 0.5
    assert observed["value"] == pytest.approx(0.3)
    assert predicted["n"] == 40


def test_a_handful_of_rows_has_no_reliability():
    assert reliability_rows(np.zeros((299, 121)), np.zeros((299, 121)), np.zeros(299)) == []
