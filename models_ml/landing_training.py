"""The landing's calibration: past months forecast as they would have been, kept as JSON.

Belongs here: the small fits at a few cutoffs, the windows they serve, the document kept in the model's
card. Does not belong here: the table of a day (landing.py).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.checks import check_as_of_date, check_seed
from models_ml.copula import Factors
from models_ml.features import to_day
from models_ml.landing_book import LandingTables, leaving_known
from models_ml.landing_calibration import (
    ALL_LINES,
    GRID_DAYS,
    TOTAL,
    HorizonCalibration,
    Past,
    WalkedWindow,
    known_past,
)
from models_ml.landing_intervals import figures, walk
from models_ml.landing_windows import CashHistory, Window, build_window
from models_ml.panel import Panel, build_panel

if TYPE_CHECKING:
    import pandas as pd

    from models_ml.hazard import TimeToPayModel

FITS = 4
FIRST_MONTHS = 6
# Of a small fit and of a window: enough for a sum, little enough for a weekly training.
FIT_ROWS, WINDOW_ROWS = 12_000, 2_500

Calibration = dict[str, Any]
"""What training keeps in the model's card: JSON types only."""


@dataclass(frozen=True)
class LandingHistory:
    """What past forecasts are remade from.

    Attributes:
        tables: the landing's tables, up to the training date.
        outcomes: feat_invoice_outcomes.
        churn_outcomes: feat_churn_outcomes; empty without subscriptions.
    """

    tables: LandingTables
    outcomes: pd.DataFrame
    churn_outcomes: pd.DataFrame


def calibrate_landing(
    history: LandingHistory, as_of_date: date, with_hazard: bool = True, seed: int = 1
) -> Calibration:
    """Forecast past months as they would have been, and keep what that says of the next forecast.

    Args:
        history: what was known by the date.
        as_of_date: the training cutoff; nothing dated on it or later is read.
        with_hazard: whether the model that is served is a hazard; its past stand-ins are then too.
        seed: of the fits and the draws.

    Returns:
        Cutoffs, factors, one entry a horizon, figures of the walk, the months; see
        ``forecast_landing`` for its use. Without a single past window everything in it is empty.

    Raises:
        ModelInputError: a table or argument is not what is needed.
    """
    check_as_of_date(as_of_date)
    check_seed(seed)
    windows, cutoffs = past_windows(history, as_of_date, with_hazard, seed)
    walked = walk(windows, seed)
    past = known_past(walked, np.datetime64(as_of_date, "D"))
    return {
        "cutoffs": [str(cutoff) for cutoff in cutoffs],
        "seed": seed,
        "factors": asdict(past.factors),
        "kept": round(past.kept, 6),
        "horizons": [_horizon_document(one) for one in past.horizons],
        "figures": [_rounded(row) for row in figures(walked)],
        "months": [row for item in walked for row in _month_rows(item)],
    }


def past_windows(
    history: LandingHistory, as_of_date: date, with_hazard: bool, seed: int
) -> tuple[list[Window], list[np.datetime64]]:
    """Return the windows of past month starts and the cutoffs their models were fitted at."""
    end = np.datetime64(as_of_date, "D")
    days = np.unique(to_day(history.tables.parts["landmark_date"]))
    first_of_month = days == days.astype("datetime64[M]").astype("datetime64[D]")
    starts = days[(days < end) & first_of_month][FIRST_MONTHS:]
    return windows_of(history, starts, end, with_hazard, seed)


def windows_of(
    history: LandingHistory,
    starts: np.ndarray,
    end: np.datetime64,
    with_hazard: bool,
    seed: int,
    fit_rows: int = FIT_ROWS,
    window_rows: int | None = WINDOW_ROWS,
) -> tuple[list[Window], list[np.datetime64]]:
    """Return the windows of given mornings and the cutoffs their models were fitted at.

    Each of FITS models learns what was known at its cutoff and serves the mornings up to the next.

    Args:
        history: what was known by ``end``.
        starts: mornings in order, each with rows in the tables.
        end: the first day of which nothing is known.
        with_hazard: False fits the customer median.
        seed: of the fits and their rows.
        fit_rows: landmark rows a fit sees at most.
        window_rows: open invoices a window looks at; None: all.
    """
    tables = history.tables.checked()
    panel = build_panel(tables.landmarks, history.outcomes).censored_at(end)
    if not len(panel) or not len(starts):
        return [], []
    cash = CashHistory(tables.cash)
    windows, cutoffs = [], []
    for block in np.array_split(starts, FITS):
        if not len(block):
            continue
        cutoffs.append(block[0])
        model = _fit_small(panel.censored_at(block[0]), with_hazard, seed, fit_rows)
        for start in block:
            leaving = leaving_known(history.churn_outcomes, start)
            known = panel.take(panel.landmark == start)
            windows.append(
                build_window(model, tables, cash, start, end, leaving, known, window_rows)
            )
    return windows, cutoffs


def _fit_small(panel: Panel, with_hazard: bool, seed: int, most: int) -> TimeToPayModel:
    from models_ml.hazard import fit

    if len(panel) > most:
        rows = np.random.default_rng(seed).choice(len(panel), most, replace=False)
        panel = panel.take(np.sort(rows))
    return fit(panel, seed, with_hazard=with_hazard)


def _horizon_document(one: HorizonCalibration) -> dict[str, Any]:
    return {
        "days": one.days,
        "windows": one.windows,
        "bias": _numbers(one.bias),
        "ratios": [_numbers(line) for line in one.ratios],
        "score": [_numbers(line) for line in one.score],
        "scored": [int(count) for count in one.scored],
        "stretch": _numbers(one.stretch),
        "method": [one.method(line) for line in range(TOTAL + 1)],
    }


def _horizon_from_document(document: dict[str, Any]) -> HorizonCalibration:
    return HorizonCalibration(
        days=document["days"],
        windows=document["windows"],
        bias=np.array(document["bias"], dtype=float),
        ratios=tuple(np.array(line, dtype=float) for line in document["ratios"]),
        score=np.array(document["score"], dtype=float),
        scored=np.array(document["scored"], dtype=np.int64),
        stretch=np.array(document["stretch"], dtype=float),
    )


def _numbers(values: np.ndarray) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 6) for value in values]


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: round(value, 6) if isinstance(value, float) else value for key, value in row.items()
    }


def _month_rows(item: WalkedWindow) -> list[dict[str, Any]]:
    """Return the forecast of a window's own month by line; lines that give nothing are left out."""
    start = item.window.start
    days = int(((start.astype("datetime64[M]") + 1).astype("datetime64[D]") - start).astype(int))
    position = int(np.flatnonzero(days == GRID_DAYS)[0])
    rows = []
    for line, name in enumerate(ALL_LINES):
        if np.isnan(item.expected[line, position]):
            continue
        p10, p50, p90 = _numbers(item.shown[line, position])
        rows.append(
            {
                "month_start_date": str(start),
                "line": name,
                "p10_amount": p10,
                "p50_amount": p50,
                "p90_amount": p90,
                "expected_amount": round(float(item.expected[line, position]), 6),
                "landed_amount": _numbers(item.landed[line, position : position + 1])[0],
                "method": item.methods[line][position],
                "is_calibrated": bool(item.is_calibrated[position]),
            }
        )
    return rows


def past_from_document(document: Calibration) -> Past:
    """Return what ``calibrate_landing``'s document says of the next forecast."""
    horizons = [_horizon_from_document(one) for one in document["horizons"]]
    return Past(horizons, Factors(**document["factors"]), document["kept"])
