"""Forecasts of a window with their intervals, and past windows walked through in their order.

Belongs here: expectation, simulation and ratios put together, what is shown, how it did. Does not
belong here: what the past says (landing_calibration.py), tables (landing.py).

In ``walk`` each window is forecast with what the windows before it had shown by its first morning,
so every score, coverage and width is of a forecast that did not see its outcome.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models_ml.copula import simulate_sums
from models_ml.landing_book import NEW
from models_ml.landing_calibration import (
    ALL_LINES,
    COPULA,
    GRID_DAYS,
    METHODS,
    RATIOS,
    TOTAL,
    WHOLE_MONTH_DAYS,
    HorizonCalibration,
    Past,
    WalkedWindow,
    is_measured,
    known_past,
    nearest,
    with_total,
)
from models_ml.landing_windows import Window
from models_ml.ratios import MINIMUM_FOR_RATIOS, ratio_factors

LEVELS = (0.1, 0.5, 0.9)
# Where nothing can be measured the logarithm of the copula's interval is this much wider.
UNMEASURED_WIDENING = 1.5
# Neither bound lies further from the middle than this factor: five times the expected cash says nothing more
# than "anything may come", and a month of outage would say 10^26.
MAXIMUM_WIDENING = 5.0


def forecast(
    window: Window,
    past: Past,
    days: np.ndarray,
    seed: int,
) -> WalkedWindow:
    """Return expectation and intervals of a window at horizons of ``days`` (its first day is 1)."""
    chosen = [nearest(past.horizons, int(day)) for day in days]
    measured = is_measured(window.start, days)
    # Inside a month the bias of whole months: that of its first days is not that of its last.
    spans = np.where(measured, days, np.maximum(days, WHOLE_MONTH_DAYS))
    bias = np.array([nearest(past.horizons, int(span)).bias for span in spans]).T
    expected = with_total(window.expected_raw(past.kept)[:, days - 1] * bias)
    if np.isnan(window.raw[NEW]).all():
        expected[TOTAL] = expected[:NEW].sum(axis=0)
    quantiles = np.full((2, TOTAL + 1, len(days), 3), np.nan)
    simulated = _copula_quantiles(window, chosen, bias, past, days, seed)
    stretch = np.array([one.stretch for one in chosen]).T
    quantiles[COPULA] = _stretched(simulated, stretch[:, :, None])
    for line in range(TOTAL + 1):
        for position, one in enumerate(chosen):
            if len(one.ratios[line]) >= MINIMUM_FOR_RATIOS and one.windows >= MINIMUM_FOR_RATIOS:
                by = np.array(ratio_factors(one.ratios[line], one.windows))
                by = np.clip(by, by[1] / MAXIMUM_WIDENING, by[1] * MAXIMUM_WIDENING)
                # Ascending factors of a negative expectation (refunds) descend.
                quantiles[RATIOS, line, position] = np.sort(by * expected[line, position])
    methods = [[one.method(line) for one in chosen] for line in range(TOTAL + 1)]
    shown = np.full((TOTAL + 1, len(days), 3), np.nan)
    for line in range(TOTAL + 1):
        for position in range(len(days)):
            shown[line, position] = _shown(quantiles[:, line, position], methods[line][position])
    windows = np.array([one.windows for one in chosen])
    return WalkedWindow(window, expected, quantiles, simulated, shown, methods, windows, measured)


def _stretched(quantiles: np.ndarray, factor: np.ndarray | float) -> np.ndarray:
    """Return P10, P50, P90 moved apart on the logarithm; plainly, where one of them is not positive.

    A bound moves by MAXIMUM_WIDENING of the middle at most: a month that brought almost nothing is
    infinitely far away on the logarithm.
    """
    middle = quantiles[..., 1:2]
    positive = (quantiles > 0.0).all(axis=-1, keepdims=True)
    ratio = np.divide(quantiles, middle, out=np.ones_like(quantiles), where=positive)
    ratio = np.clip(ratio**factor, 1.0 / MAXIMUM_WIDENING, MAXIMUM_WIDENING)
    return np.where(positive, middle * ratio, middle + factor * (quantiles - middle))


def _copula_quantiles(
    window: Window,
    chosen: list[HorizonCalibration],
    bias: np.ndarray,
    past: Past,
    days: np.ndarray,
    seed: int,
) -> np.ndarray:
    """Return (4 x days x 3); new business has no copula, in the total its past errors are drawn."""
    result = np.full((TOTAL + 1, len(days), 3), np.nan)
    book = window.book
    probability = book.landed_by(past.kept)[:, days - 1]
    draws = simulate_sums(book.by_line, book.customer, probability, past.factors, seed)
    draws *= bias[None, :NEW, :]
    total = draws.sum(axis=1)
    random = np.random.default_rng([seed, 1])
    for position, one in enumerate(chosen):
        mean = window.raw[NEW, days[position] - 1] * bias[NEW, position]
        fresh = _new_business_draws(window, one, int(days[position]), mean, len(draws), random)
        total[:, position] += fresh
    result[:NEW] = np.moveaxis(np.quantile(draws, LEVELS, axis=0), 0, -1)
    result[TOTAL] = np.quantile(total, LEVELS, axis=0).T
    return result


def _new_business_draws(
    window: Window,
    one: HorizonCalibration,
    days: int,
    mean: float,
    count: int,
    random: np.random.Generator,
) -> np.ndarray:
    """Draw from the past errors of new business, else from what it brought in the last months."""
    if np.isnan(mean):
        return np.zeros(count)
    if len(one.ratios[NEW]) >= MINIMUM_FOR_RATIOS:
        ratios = np.exp(one.ratios[NEW])
        return mean * random.choice(ratios / ratios.mean(), count)
    seen = window.new_business[:, days - 1]
    return random.choice(seen[~np.isnan(seen)], count)


def _shown(quantiles: np.ndarray, method: str) -> np.ndarray:
    """Return P10, P50, P90 of a method; "wider" takes both ends of both, or widens the copula."""
    if method in METHODS:
        return quantiles[METHODS.index(method)]
    copula, ratios = quantiles
    if np.isnan(ratios[0]) and np.isnan(copula[0]):
        return np.full(3, np.nan)
    if np.isnan(copula[0]):
        return ratios
    if not np.isnan(ratios[0]):
        return np.array([min(copula[0], ratios[0]), ratios[1], max(copula[2], ratios[2])])
    return _stretched(copula, UNMEASURED_WIDENING)


def walk(windows: list[Window], seed: int) -> list[WalkedWindow]:
    """Forecast each window from those before it, in order of their first morning."""
    walked: list[WalkedWindow] = []
    for number, window in enumerate(windows):
        walked.append(forecast(window, known_past(walked, window.start), GRID_DAYS, seed + number))
    return walked


def figures(walked: list[WalkedWindow]) -> list[dict[str, Any]]:
    """Return coverage, width, WAPE and bias of what would have been shown, by horizon and line."""
    rows = []
    for position, days in enumerate(GRID_DAYS):
        for line, name in enumerate(ALL_LINES):
            landed = np.array([item.landed[line, position] for item in walked])
            shown = np.array([item.shown[line, position] for item in walked]).reshape(-1, 3)
            calibrated = [item.is_calibrated[position] for item in walked]
            used = (
                np.array(calibrated, dtype=bool) & ~np.isnan(landed) & ~np.isnan(shown).any(axis=1)
            )
            if used.any():
                rows.append(
                    {"days": int(days), "line": name, **_figures(shown[used], landed[used])}
                )
    return rows


def _figures(shown: np.ndarray, landed: np.ndarray) -> dict[str, Any]:
    inside = (shown[:, 0] <= landed) & (landed <= shown[:, 2])
    scale = np.abs(landed).sum()
    middle = np.abs(shown[:, 1]).sum()
    return {
        "windows": len(landed),
        "coverage_80": float(inside.mean()),
        "width_to_p50": float((shown[:, 2] - shown[:, 0]).sum() / middle) if middle else None,
        "wape": float(np.abs(shown[:, 1] - landed).sum() / scale) if scale else None,
        "bias": float((shown[:, 1] - landed).sum() / scale) if scale else None,
    }
