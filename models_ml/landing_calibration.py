"""What past windows say of the next forecast of cash.

Belongs here: bias and spread by horizon and line, the choice between copula and ratios by a
backtested interval score. Does not belong here: windows (landing_windows.py), the intervals
themselves (landing_intervals.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from models_ml.copula import Factors, estimate_factors
from models_ml.landing_book import LINES, NEW, OPEN
from models_ml.landing_windows import RESIDUAL_DAYS, Window
from models_ml.ratios import (
    MINIMUM_FOR_RATIOS,
    MINIMUM_WINDOWS,
    interval_score,
    log_ratios,
    separate_windows,
)

# Days of a window at which the past is looked at: every length of one and of two months is there.
GRID = (*range(1, 9), 10, 12, 14, 15, 17, 21, 24, 28, 29, 30, 31, 35, 42, 49, 56, 59, 60, 61, 62)
GRID_DAYS = np.array([*GRID, 63, 70, 77, 84, 92])
TOTAL = len(LINES)
ALL_LINES = (*LINES, "total")
METHODS = ("copula", "ratios")
COPULA, RATIOS = range(2)
# Windows behind a forecast from which its interval is scored: with fewer both are t-wide, not good.
MINIMUM_BEHIND = 5
# A method is chosen by score from this many scored windows on; before, the wider interval is shown.
MINIMUM_SCORED = 4
# Past windows begin with a month. What they say of its first days holds for no other days: cash has its
# calendar within the month. It holds for a forecast of about then, and for one that spans a whole month.
LAST_MEASURED_DAY = 3
WHOLE_MONTH_DAYS = 28


@dataclass(frozen=True)
class HorizonCalibration:
    """What the past says of one horizon."""

    days: int
    windows: int
    """Windows that do not overlap."""
    bias: np.ndarray
    """(3), landed over expected of each line; 1 where it cannot be said."""
    ratios: tuple[np.ndarray, ...]
    """Of each line and the total: log(landed / expected) of past windows after the bias."""
    score: np.ndarray
    """(4 x 2), mean interval score over expectation of each method; NaN where none was scored."""
    scored: np.ndarray
    """(4), windows in which both methods were scored."""
    stretch: np.ndarray
    """(4), how much wider than simulated past errors were, on the logarithm."""

    @property
    def is_calibrated(self) -> bool:
        """Whether enough windows lie behind the interval."""
        return self.windows >= MINIMUM_WINDOWS

    def method(self, line: int) -> str:
        """Return how the line's interval is made: copula, ratios, or the wider of both."""
        known = ~np.isnan(self.score[line])
        if self.is_calibrated and known.all() and self.scored[line] >= MINIMUM_SCORED:
            return METHODS[int(np.argmin(self.score[line]))]
        if line == NEW and self.is_calibrated and len(self.ratios[line]) >= MINIMUM_WINDOWS:
            return METHODS[RATIOS]
        return "wider"


@dataclass(frozen=True)
class Past:
    """What past windows say of the next forecast."""

    horizons: list[HorizonCalibration]
    factors: Factors
    kept: float


@dataclass
class WalkedWindow:
    """A window with its forecast as it would have been made on its first morning."""

    window: Window
    expected: np.ndarray
    """(4 x grid), after the bias known then."""
    quantiles: np.ndarray
    """(2 methods x 4 x grid x 3), NaN where the method gives none."""
    simulated: np.ndarray
    """(4 x grid x 3), the copula's quantiles before they were stretched."""
    shown: np.ndarray
    """(4 x grid x 3)."""
    methods: list[list[str]] = field(default_factory=list)
    """[line][grid], what ``shown`` was made by."""
    windows: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """(grid), how many windows that do not overlap lay behind it."""
    measured: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """(grid), whether past windows cover the same part of a month, see ``is_measured``."""

    @property
    def is_calibrated(self) -> np.ndarray:
        """Return (grid), whether they were enough and of the same part of a month."""
        return (self.windows >= MINIMUM_WINDOWS) & self.measured

    @property
    def landed(self) -> np.ndarray:
        """Return (4 x grid), NaN where it is not known."""
        return with_total(self.window.landed)[:, GRID_DAYS - 1]


def with_total(lines: np.ndarray) -> np.ndarray:
    """Return lines (3 x anything) with their sum as a fourth; NaN where a line is."""
    return np.vstack([lines, lines.sum(axis=0, keepdims=True)])


def calibrate(walked: list[WalkedWindow], end: np.datetime64) -> list[HorizonCalibration]:
    """Return one calibration for each of GRID_DAYS from windows that had ended before ``end``."""
    starts = np.array([item.window.start for item in walked], dtype="datetime64[D]")
    kept = kept_share(walked, end)
    return [
        _calibrate_horizon(
            [
                one
                for one, last in zip(walked, starts + np.timedelta64(days, "D"), strict=True)
                if last <= end
            ],
            position,
            int(days),
            kept,
        )
        for position, days in enumerate(GRID_DAYS)
    ]


def kept_share(walked: list[WalkedWindow], end: np.datetime64) -> float:
    """Return which share of the cash expected on the first day was dated on it.

    The rest had been received before and was not recorded yet: the model puts it on the first day,
    the bank had it. 1 where it cannot be said.
    """
    ended = [item.window for item in walked if item.window.start < end]
    expected = sum(float(window.raw[OPEN, 0]) for window in ended)
    landed = sum(float(window.landed[OPEN, 0]) for window in ended)
    if len(ended) < MINIMUM_FOR_RATIOS or expected <= 0.0:
        return 1.0
    return min(max(landed / expected, 0.0), 1.0)


def _calibrate_horizon(
    ended: list[WalkedWindow], position: int, days: int, kept: float
) -> HorizonCalibration:
    starts = np.array([item.window.start for item in ended], dtype="datetime64[D]")
    raw = np.array([item.window.expected_raw(kept)[:, days - 1] for item in ended])
    raw = raw.reshape(-1, len(LINES))
    landed = np.array([item.window.landed[:, days - 1] for item in ended]).reshape(-1, len(LINES))
    whole = ~np.isnan(raw).any(axis=1)
    bias, without_own = _bias(raw, landed)
    expected = with_total((raw * without_own).T)
    ratios = log_ratios(with_total(landed.T), expected)
    score, scored = _scores(ended, position)
    windows = separate_windows(starts[whole], days)
    return HorizonCalibration(
        days=days,
        windows=windows,
        bias=bias,
        ratios=tuple(line[~np.isnan(line)] for line in ratios),
        score=score,
        scored=scored,
        stretch=_stretch(ended, position, windows),
    )


def _stretch(ended: list[WalkedWindow], position: int, windows: int) -> np.ndarray:
    """Return how much wider the copula's interval must be to hold what it missed before.

    k = sqrt(mean e^2) t(.9; windows) / z(.9) with e = log(landed / P50) over the simulated standard
    deviation of the logarithm. The factors know how invoices move together, not how wrong the model
    was about a whole month. Below 1 only where enough windows say so, and never below a half.
    """
    from scipy.stats import norm, t

    result = np.ones(TOTAL + 1)
    if windows < MINIMUM_FOR_RATIOS:
        return result
    simulated = np.array([item.simulated[:, position] for item in ended])
    landed = np.array([item.landed[:, position] for item in ended])
    error = np.abs(log_ratios(landed, simulated[..., 1]))
    spread = log_ratios(simulated[..., 2], simulated[..., 0]) / (2.0 * norm.ppf(0.9))
    usable = ~np.isnan(error) & (np.nan_to_num(spread) > 0.0)
    squares = np.divide(error, spread, out=np.zeros_like(error), where=usable) ** 2
    factor = t.ppf(0.9, windows) / norm.ppf(0.9)
    lowest = 0.5 if windows >= MINIMUM_WINDOWS else 1.0
    for line in np.flatnonzero(usable.sum(axis=0) >= MINIMUM_FOR_RATIOS):
        result[line] = max(lowest, factor * np.sqrt(squares[usable[:, line], line].mean()))
    return result


def _bias(raw: np.ndarray, landed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return landed over expected by line, and for each window the same without that window."""
    known = ~np.isnan(raw)
    expected, came = np.where(known, raw, 0.0), np.where(known, landed, 0.0)
    enough = known.sum(axis=0) >= MINIMUM_FOR_RATIOS

    def ratio(above: np.ndarray, below: np.ndarray, usable: np.ndarray) -> np.ndarray:
        usable = usable & (above > 0.0) & (below > 0.0)
        return np.divide(above, below, out=np.ones_like(below), where=usable)

    above, below = came.sum(axis=0), expected.sum(axis=0)
    return (
        ratio(above, below, enough),
        ratio(above[None, :] - came, below[None, :] - expected, np.broadcast_to(enough, raw.shape)),
    )


def _scores(ended: list[WalkedWindow], position: int) -> tuple[np.ndarray, np.ndarray]:
    score, scored = np.full((TOTAL + 1, 2), np.nan), np.zeros(TOTAL + 1, dtype=np.int64)
    ended = [item for item in ended if item.windows[position] >= MINIMUM_BEHIND]
    if not ended:
        return score, scored
    quantiles = np.array([item.quantiles[:, :, position] for item in ended])
    landed = np.array([item.landed[:, position] for item in ended])
    scale = np.array([item.expected[:, position] for item in ended])
    scores = interval_score(quantiles[..., 0], quantiles[..., 2], landed[:, None, :])
    scores = scores / np.where(scale > 0.0, scale, np.nan)[:, None, :]
    both = np.asarray(~np.isnan(scores).any(axis=1))
    scored = both.sum(axis=0)
    for line in np.flatnonzero(scored):
        score[line] = scores[both[:, line], :, line].mean(axis=0)
    return score, scored


def is_measured(start: np.datetime64, days: np.ndarray) -> np.ndarray:
    """Return for each horizon whether windows that begin with a month say something of it."""
    day_of_month = (start - start.astype("datetime64[M]").astype("datetime64[D]")).astype(int) + 1
    return (days >= WHOLE_MONTH_DAYS) | bool(day_of_month <= LAST_MEASURED_DAY)


def nearest(calibrations: list[HorizonCalibration], days: int) -> HorizonCalibration:
    """Return the calibration of the horizon nearest in proportion."""
    return min(calibrations, key=lambda one: abs(np.log(one.days / days)))


def known_past(walked: list[WalkedWindow], end: np.datetime64) -> Past:
    """Return what windows show before the day ``end``."""
    return Past(calibrate(walked, end), factors_known(walked, end), kept_share(walked, end))


def factors_known(walked: list[WalkedWindow], end: np.datetime64) -> Factors:
    """Return the factors estimated from windows whose residuals were known before ``end``."""
    span = np.timedelta64(RESIDUAL_DAYS + 1, "D")
    return estimate_factors(
        [
            item.window.residuals
            for item in walked
            if item.window.residuals is not None and item.window.start + span <= end
        ]
    )
