"""Factors by moments and sums that move together, against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from models_ml.copula import (
    DEFAULT_COMMON,
    DEFAULT_CUSTOMER,
    Factors,
    Residuals,
    estimate_factors,
    generalised_residuals,
    simulate_sums,
    summarise,
)


def test_the_residual_of_the_lower_half_is_minus_the_mean_of_a_half_normal():
    """E[z | z < 0] = -sqrt(2 / pi) = -0.79788."""
    low, high = np.array([0.0, 0.5, 0.0]), np.array([0.5, 1.0, 1.0])
    residuals = generalised_residuals(low, high)
    assert residuals == pytest.approx([-0.79788, 0.79788, 0.0], abs=1e-5)


def test_the_residual_of_a_payment_lies_in_its_day():
    residuals = generalised_residuals(np.array([0.2, 0.9]), np.array([0.3, 0.91]))
    assert ndtr(residuals) == pytest.approx([0.25, 0.905], abs=0.005)


def test_a_certain_payment_day_gives_a_finite_residual():
    assert np.isfinite(generalised_residuals(np.array([0.0, 1.0]), np.array([0.0, 1.0]))).all()


def test_sums_of_a_window_are_those_of_its_rows_and_customers():
    """Rows 1, -2 of customer 0 and 3 of customer 1."""
    summed = summarise(np.array([1.0, -2.0, 3.0]), np.array([0, 0, 1]))
    assert summed == Residuals(3, 2.0, 14.0, 10.0, 2, 5)


def test_factors_are_mean_products_over_pairs():
    """Three windows of customers {1, 1} and {1}: squares 9 of 9 rows, so v = 1.

    Pairs of different customers: (9 - 5) = 4 products over 9 - 5 = 4 ordered pairs a window: 1, cut
    at .5. With the third of each window at -0.5 instead: squares 6.75 of 9, v = .75, v^2 = .5625;
    products (1.5^2 - 4.25) = -2 over 4 pairs: -.5 / .5625, cut at 0; of one customer 2 over 2: 1.78,
    cut at .9.
    """
    customers = np.array([0, 0, 1])
    alike = [summarise(np.array([1.0, 1.0, 1.0]), customers)] * 3
    assert estimate_factors(alike) == Factors(0.5, 0.4, 3)
    apart = [summarise(np.array([1.0, 1.0, -0.5]), customers)] * 3
    assert estimate_factors(apart) == Factors(0.0, 0.9, 3)


def test_factors_of_a_simulated_past_come_back():
    """Invoices in days of a tenth each, half of them cut off at the median."""
    random = np.random.default_rng(5)
    customer = np.repeat(np.arange(80), 3)
    windows = []
    for _ in range(150):
        z = (
            np.sqrt(0.1) * random.standard_normal()
            + np.sqrt(0.2) * random.standard_normal(80)[customer]
        )
        u = ndtr(z + np.sqrt(0.7) * random.standard_normal(len(customer)))
        low = np.where(u < 0.5, np.floor(u * 10) / 10, 0.5)
        high = np.where(u < 0.5, low + 0.1, 1.0)
        windows.append(summarise(generalised_residuals(low, high), customer))
    factors = estimate_factors(windows)
    assert factors.common == pytest.approx(0.1, abs=0.03)
    assert factors.customer == pytest.approx(0.2, abs=0.03)


def test_without_three_windows_the_defaults_are_taken_and_said():
    assert estimate_factors([]) == Factors(DEFAULT_COMMON, DEFAULT_CUSTOMER, 0)
    two = [summarise(np.ones(3), np.arange(3))] * 2
    assert estimate_factors(two).windows == 0


def test_one_customer_has_no_pairs_apart():
    one = [summarise(np.array([1.0, 1.0]), np.zeros(2, dtype=int))] * 3
    factors = estimate_factors(one)
    assert factors.common == DEFAULT_COMMON
    assert 0.0 <= factors.customer <= 0.9


def _sums(factors: Factors, customers: int = 100) -> np.ndarray:
    amounts = np.full((100, 1), 10.0)
    customer = np.arange(100) % customers
    return simulate_sums(amounts, customer, np.full((100, 2), 0.3), factors, seed=3, draws=4_000)


def test_the_mean_of_the_sum_is_that_of_the_curves_whatever_the_factors():
    for factors in (Factors(0.0, 0.0, 0), Factors(0.2, 0.3, 9)):
        assert _sums(factors)[:, 0, :].mean(axis=0) == pytest.approx([300.0, 300.0], rel=0.03)


def test_independent_invoices_spread_as_a_binomial():
    """sqrt(100 x .3 x .7) x 10 = 45.8."""
    assert _sums(Factors(0.0, 0.0, 0)).std() == pytest.approx(45.8, rel=0.05)


def test_a_common_factor_spreads_as_two_invoices_are_paid_together():
    """With c = .5, P(both) = Phi_2(z, z; .5) = .1540 for p = .3: 99 x 100 x (.154 - .09) more."""
    z = ndtri(0.3)
    grid = np.linspace(-8, 8, 4_001)
    weight = np.exp(-0.5 * grid**2) / np.sqrt(2 * np.pi) * (grid[1] - grid[0])
    both = float((weight * ndtr((z - np.sqrt(0.5) * grid) / np.sqrt(0.5)) ** 2).sum())
    expected = 10.0 * np.sqrt(100 * 0.3 * 0.7 + 100 * 99 * (both - 0.09))
    assert _sums(Factors(0.5, 0.0, 9)).std() == pytest.approx(expected, rel=0.05)


def test_one_customer_is_as_wide_as_a_common_factor():
    assert _sums(Factors(0.0, 0.5, 9), customers=1).std() == pytest.approx(
        _sums(Factors(0.5, 0.0, 9)).std(), rel=0.06
    )


def test_cash_by_a_later_day_is_never_less_and_lines_stay_apart():
    amounts = np.array([[5.0, 0.0], [0.0, 7.0]])
    probability = np.array([[0.2, 0.6], [0.0, 1.0]])
    sums = simulate_sums(amounts, np.array([0, 1]), probability, Factors(0.1, 0.1, 9), 1, 500)
    assert (np.diff(sums, axis=2) >= 0).all()
    assert set(np.unique(sums[:, 0])) == {0.0, 5.0}
    assert (sums[:, 1] == [0.0, 7.0]).all()


def test_no_invoice_gives_sums_of_nothing():
    empty = simulate_sums(
        np.empty((0, 2)), np.empty(0, dtype=int), np.empty((0, 3)), Factors(0.1, 0.1, 9), 1, 50
    )
    assert empty.shape == (50, 2, 3)
    assert not empty.any()
