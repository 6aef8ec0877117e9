"""The rows on which true and predicted probabilities may be compared, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.truth_probabilities import compare_at_issue, compare_later, figures
from models_ml.panel import Panel

DAYS = (7, 14, 30, 60)
TRUTH = pd.DataFrame(
    {
        **{
            f"p_paid_{days}d_after_issue": [p]
            for days, p in zip(DAYS, (0.2, 0.4, 0.6, 0.9), strict=True)
        },
        **{
            f"p_paid_{days}d_after_due": [p]
            for days, p in zip(DAYS, (0.7, 0.8, 0.92, 0.95), strict=True)
        },
    },
    index=["I1"],
)


def _seen(age: float, to_due: float, is_issue: bool, invoice: str = "I1") -> Panel:
    table = pd.DataFrame(
        {"invoice_id": [invoice], "age_days": [age], "days_to_due": [to_due], "is_issue": is_issue}
    )
    nothing = np.array([np.nan])
    no = np.array([False])
    return Panel(table, np.array(["2026-01-01"], "M8[D]"), no, no, nothing, nothing, np.array([0]))


def _flat(chance: float) -> dict[str, np.ndarray]:
    return {name: np.full((1, 121), chance) for name in ("ours", "customer_median")}


def test_at_issue_the_truth_stands_as_written():
    rows = compare_at_issue(_seen(0, 40, True), TRUTH, _flat(0.5))
    assert rows["true"].tolist() == [0.2, 0.4, 0.6, 0.9]
    assert rows["ours"].tolist() == [0.5] * 4


def test_an_invoice_known_late_is_not_compared_at_issue():
    assert not len(compare_at_issue(_seen(2, 38, True), TRUTH, _flat(0.5)))


def test_an_open_invoice_is_compared_given_that_it_was_unpaid_the_day_before():
    # Eight days after issue, due in 32: F was .2 the evening before; due + 7 lies 39 days ahead.
    rows = compare_later(_seen(8, 32, False), TRUTH, _flat(0.5))
    expected = [
        (0.4 - 0.2) / 0.8,
        (0.6 - 0.2) / 0.8,
        (0.9 - 0.2) / 0.8,
        *((0.7 - 0.2) / 0.8, (0.8 - 0.2) / 0.8),
    ]
    assert rows["true"].tolist() == pytest.approx(expected)
    assert rows["kind"].tolist() == ["open, 0-10 d", "open, 11-30 d", *["open, 31-60 d"] * 3]


def test_an_open_invoice_on_any_other_day_is_left_out():
    assert not len(compare_later(_seen(9, 31, False), TRUTH, _flat(0.5)))


def test_an_invoice_without_an_exact_truth_is_left_out():
    assert not len(compare_later(_seen(8, 32, False, "I2"), TRUTH, _flat(0.5)))


def test_figures_against_truth_by_hand():
    predicted = np.repeat([0.2, 0.8], 10)
    true = np.tile([0.1, 0.5], 10) + np.repeat([0.0, 0.4], 10)
    found = figures(predicted, true)
    # Means of truth: .3 where .2 was predicted, .7 where .8 was: bins out by .1 either way.
    assert found["bias"] == pytest.approx(0.0)
    assert found["calibration"] == pytest.approx(0.1)
    assert found["difference"] == pytest.approx(np.mean([0.1, 0.3, 0.3, 0.1]))
