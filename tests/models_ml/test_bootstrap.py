"""Intervals over whole customers, against outcomes that can be counted on paper."""

from __future__ import annotations

import numpy as np
import pytest

from models_ml.bootstrap import interval_of_mean, interval_of_ratio, resampled_rows
from models_ml.checks import ModelInputError


def test_two_customers_give_the_four_outcomes_counted_by_hand():
    """Means 0, 1/2, 1/2, 1: the middle half lies on 1/2, the middle 95 % reaches both ends."""
    values, customers = np.array([0.0, 1.0]), np.array(["a", "b"])
    wide = interval_of_mean(values, customers, level=0.95)
    assert (wide.value, wide.low, wide.high) == (0.5, 0.0, 1.0)
    narrow = interval_of_mean(values, customers, level=0.4)
    assert (narrow.low, narrow.high) == (0.5, 0.5)
    assert (wide.rows, wide.blocks) == (2, 2)


def test_a_customer_is_drawn_with_all_its_rows():
    """a has rows 0, 0, 0 and b one row 1: the four outcomes are 0, 1/4, 1/4, 1, never 1/2."""
    values = np.array([0.0, 0.0, 0.0, 1.0])
    customers = np.array(["a", "a", "a", "b"])
    middle = interval_of_mean(values, customers, level=0.4)
    assert (middle.low, middle.high) == (0.25, 0.25)
    assert {tuple(np.sort(rows)) for rows in resampled_rows(customers, 40)} == {
        (0, 0, 1, 1, 2, 2),
        (0, 1, 2, 3),
        (3, 3),
    }


def test_rows_of_one_customer_do_not_narrow_the_interval():
    customers = np.arange(40)
    values = np.random.default_rng(3).normal(size=40)
    once = interval_of_mean(values, customers)
    often = interval_of_mean(np.repeat(values, 50), np.repeat(customers, 50))
    assert often.half_width == pytest.approx(once.half_width, rel=1e-9)
    by_rows = interval_of_mean(np.repeat(values, 50), np.arange(2_000))
    assert by_rows.half_width < once.half_width / 5


def test_the_interval_of_a_mean_is_that_of_the_textbook():
    """Independent rows: the half width is 1.96 standard errors."""
    values = np.random.default_rng(5).normal(size=900)
    interval = interval_of_mean(values, np.arange(900))
    assert interval.half_width == pytest.approx(1.96 * values.std() / 30, rel=0.06)


def test_a_ratio_is_of_sums_and_not_a_mean_of_ratios():
    interval = interval_of_ratio(np.array([1.0, 9.0]), np.array([10.0, 10.0]), np.array([1, 2]))
    assert interval.value == 0.5
    assert (
        interval_of_ratio(np.array([1.0, 2.0]), np.array([1.0, 3.0]), np.array([1, 2])).value
        == 0.75
    )


def test_one_customer_has_a_figure_and_no_interval():
    interval = interval_of_mean(np.array([1.0, 3.0]), np.array(["a", "a"]))
    assert interval.value == 2.0
    assert np.isnan([interval.low, interval.high]).all()
    assert interval.to_json()["low"] is None


@pytest.mark.parametrize(
    ("values", "blocks", "message"),
    [
        ([], [], "at least one row"),
        ([1.0], ["a", "b"], "of one length, got 1, 1 and 2"),
        ([np.nan], ["a"], "finite numbers"),
    ],
)
def test_rows_that_cannot_be_resampled_are_refused(values, blocks, message):
    with pytest.raises(ModelInputError, match=message):
        interval_of_mean(np.array(values), np.array(blocks))


def test_a_denominator_of_zero_is_refused():
    with pytest.raises(ModelInputError, match="more than zero"):
        interval_of_ratio(np.array([1.0]), np.array([0.0]), np.array(["a"]))
