"""Figures of a backtest against numbers worked out by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models_ml.backtest_cash import CashRows, Ledger
from models_ml.backtest_figures import cash_figures, segments_of
from models_ml.blocks import interval, make_blocks
from models_ml.checks import ModelInputError
from models_ml.concordance import concordance, pair_counts
from models_ml.evaluation import coverage, relative_bias, wape, width
from models_ml.scores import certain_incidence, expected_days, row_scores


def test_concordance_counts_pairs_in_order_and_halves_ties():
    # Paid on days 1, 2, 3; the fourth stays unpaid. Comparable pairs: 3 + 2 + 1 = 6.
    paid = np.array([1.0, 2.0, 3.0, np.inf])
    assert concordance(np.array([1.0, 2.0, 3.0, 4.0]), paid) == 1.0
    assert concordance(np.array([4.0, 3.0, 2.0, 1.0]), paid) == 0.0
    # In order: (1,4), (2,4), (3,4); tied: (1,2), (1,3), (2,3): (3 + 1.5) / 6.
    assert concordance(np.array([5.0, 5.0, 5.0, 9.0]), paid) == 0.75


def test_two_unpaid_invoices_say_nothing_of_the_order():
    assert np.isnan(concordance(np.array([1.0, 2.0]), np.array([np.inf, np.inf])))


def test_pairs_counted_by_customer_add_up_to_the_index_of_a_resample():
    paid = np.array([1.0, 2.0, 3.0])
    forecast = np.array([1.0, 3.0, 2.0])
    ordered, comparable = pair_counts(forecast, paid, np.array([0, 1, 1]))
    # Customer 0 pays before both rows of customer 1, in order; inside customer 1 out of order.
    assert ordered.tolist() == [[0, 2], [0, 0]]
    assert comparable.tolist() == [[0, 2], [0, 1]]
    # Customer 1 drawn twice: pairs of 0 with it count twice, pairs inside it four times.
    draw = np.array([1.0, 2.0])
    assert draw @ ordered @ draw / (draw @ comparable @ draw) == pytest.approx(4 / 8)


def test_coverage_and_width_of_the_90_percent_interval():
    # Twenty equally likely days 0..19: 5 % is reached on day 0, 95 % on day 18.
    uniform = np.repeat(np.linspace(0.05, 1.0, 20)[None, :], 4, axis=0)
    paid = np.array([0.0, 17.0, 19.0, np.inf])
    assert width(uniform, paid, 19, share=90) == 18.0
    assert coverage(uniform, paid, 19, share=90) == 0.5
    assert coverage(uniform, paid, 19, share=80) == 0.25


def test_scores_of_rows_average_to_the_figures():
    uniform = np.repeat(np.linspace(0.1, 1.0, 10)[None, :], 2, axis=0)
    scores = row_scores(uniform, np.array([0.0, 9.0]), 9)
    assert scores["mae_median_days"].tolist() == [4.0, 5.0]
    assert scores["coverage_80"].tolist() == [1.0, 0.0]
    assert scores["width_80_days"].tolist() == [8.0, 8.0]
    # Days 0..8: sum of (F - 1)^2 with F = .1 .. .9.
    assert scores["crps_days"][0] == pytest.approx(sum((k / 10) ** 2 for k in range(1, 10)))


def test_a_date_is_a_distribution_that_is_certain():
    table = certain_incidence(np.array([2.0, np.nan]), 4)
    assert table.tolist() == [[0, 0, 1, 1], [0, 0, 0, 0]]
    assert expected_days(table, 4).tolist() == [2.0, 4.0]


def test_wape_and_bias():
    expected, actual = np.array([90.0, 130.0]), np.array([100.0, 100.0])
    assert wape(expected, actual) == pytest.approx(0.2)
    assert relative_bias(expected, actual) == pytest.approx(0.1)
    assert np.isnan(wape(expected, np.zeros(2)))


def test_resampled_means_follow_customers_not_rows():
    # Ninety rows of one customer and one row of each of nine others.
    customer = np.array(["big"] * 90 + [f"c{k}" for k in range(9)])
    values = np.where(customer == "big", 1.0, 0.0)
    blocks = make_blocks(customer, seed=1, draws=2_000)
    low, high = interval(values.mean(), blocks.means(values[:, None])[:, 0], blocks.customers)
    # Without the big customer, which happens in (1 - 1/10)^10 = 35 % of draws, the mean is 0.
    drawn = blocks.means(values[:, None])[:, 0]
    assert np.mean(drawn == 0) == pytest.approx(0.9**10, abs=0.03)
    assert high - low > 0.9
    # Rows drawn one by one would give 1.96 sqrt(.91 x .09 / 99), a twelfth of it.
    by_row = make_blocks(np.arange(99).astype(str), seed=1)
    less, more = interval(values.mean(), by_row.means(values[:, None])[:, 0], 99)
    assert more - less == pytest.approx(2 * 1.96 * np.sqrt(0.0909 * 0.909 / 99), rel=0.2)


def test_one_constant_has_an_interval_without_width():
    blocks = make_blocks(np.arange(20).astype(str), seed=1)
    assert interval(3.0, blocks.means(np.full((20, 1), 3.0))[:, 0], 20) == (3.0, 3.0)


def test_an_error_has_no_interval_below_zero():
    low, high = interval(0.01, np.array([0.0, 0.05, 0.1] * 20), 20)
    assert low == 0.0
    assert high == pytest.approx(0.1 - 0.04)
    assert interval(-0.01, np.array([-0.05, 0.0, 0.02] * 20), 20)[0] < 0


def test_a_handful_of_customers_gets_no_interval():
    assert np.isnan(interval(1.0, np.ones(10), customers=3)).all()


def _cash() -> CashRows:
    march, april = dt.date(2026, 3, 1), dt.date(2026, 4, 1)
    rows = [
        (march, "1_week", 7, "A", 100.0, 60.0, 50.0, 100.0, 0.0),
        (march, "1_week", 7, "B", 100.0, 40.0, 30.0, 0.0, 100.0),
        (april, "1_week", 7, "A", 200.0, 100.0, 130.0, 200.0, 200.0),
    ]
    columns = ["cutoff", "horizon", "days", "customer_id", "open_amount", "actual"]
    table = pd.DataFrame(rows, columns=[*columns, "ours", "customer_median", "due_date"])
    bounds = pd.DataFrame(
        {
            "cutoff": [march, april],
            "horizon": "1_week",
            "low": [70.0, 110.0],
            "high": [110.0, 150.0],
        }
    )
    return CashRows(table, bounds)


def test_cash_is_added_up_by_cutoff_before_errors_are_taken():
    figures = cash_figures(_cash(), seed=1).set_index("metric")
    # March: 80 expected, 100 came; April: 130 and 100. Inside a cutoff customers cancel out.
    assert figures.loc["wape", "value"] == pytest.approx((20 + 30) / 200)
    assert figures.loc["relative_bias", "value"] == pytest.approx(10 / 200)
    assert figures.loc["wape", "baseline_value"] == pytest.approx((0 + 100) / 200)
    assert figures.loc["wape", "due_date_value"] == pytest.approx((0 + 100) / 200)
    assert figures.loc["coverage_80", "value"] == 0.5
    assert figures.loc["relative_width_80", "value"] == pytest.approx((40 / 80 + 40 / 130) / 2)


def _ledger() -> Ledger:
    book = pd.DataFrame(
        {
            "landmark_date": ["2026-03-01", "2026-03-01"],
            "invoice_id": ["I1", "I2"],
            "open_amount": [100.0, 50.0],
            "rate": [1.0, 0.5],
        }
    )
    receipts = pd.DataFrame(
        {
            "invoice_id": ["I1", "I1", "I1", "I2"],
            "cash_date": ["2026-02-20", "2026-02-27", "2026-03-08", "2026-03-09"],
            "known_date": ["2026-02-21", "2026-03-02", "2026-03-08", "2026-03-09"],
            "amount": [30.0, 10.0, 20.0, 50.0],
        }
    )
    return Ledger(book, receipts)


def test_a_receipt_counts_once_it_is_known_after_the_cutoff_and_dated_by_the_horizon():
    ledger = _ledger()
    rows = ledger.book
    cutoff = np.datetime64("2026-03-01")
    # I1: 30 was known before and is no longer open; 10 was dated before but known later.
    assert ledger.received(rows, cutoff, 7).tolist() == [30.0, 0.0]
    assert ledger.received(rows, cutoff, 8).tolist() == [30.0, 50.0]


def test_an_open_invoice_without_an_amount_is_refused():
    rows = pd.DataFrame({"landmark_date": ["2026-03-01"], "invoice_id": ["I9"]})
    with pytest.raises(ModelInputError, match="book lacks 1 of the landmark rows; the first is I9"):
        _ledger().rates(rows)


def test_rows_at_issue_are_a_segment_of_their_own():
    scored = pd.DataFrame(
        {
            "is_issue": [False] * 60 + [True] * 3,
            "days_to_due": [10.0] * 30 + [-5.0] * 30 + [30.0] * 3,
            "age_days": [20.0] * 63,
            "cutoff": np.datetime64("2026-03-01"),
            "country": ["FR"] * 40 + [None] * 23,
            "segment": ["small"] * 63,
            "gross_amount": np.arange(63.0),
        }
    )
    sizes = {(group, name): int(mask.sum()) for group, name, mask in segments_of(scored)}
    assert sizes[("age", "all")] == 60
    assert sizes[("age", "at_issue")] == 3
    assert sizes[("age", "not_due")] == 30
    assert sizes[("country", "unknown")] == 20
    assert sizes[("cutoff", "2026-03-01")] == 60
    assert sizes[("size", "smallest_third")] == 20
    assert ("segment", "small") not in sizes
