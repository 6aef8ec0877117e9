"""Where the cash lands: by week and month, with intervals, its lines apart.

Belongs here: the tables of a day. Does not belong here: what a window is (landing_windows.py), how
wide an interval is (landing_calibration.py), what is kept of the past (landing_training.py).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.checks import check_as_of_date, check_columns
from models_ml.churn import NOTICE_METHOD
from models_ml.features import to_float
from models_ml.landing_book import CHURN_SPAN_DAYS, NEW, LandingTables, Leaving
from models_ml.landing_calibration import ALL_LINES, TOTAL, WalkedWindow, known_past
from models_ml.landing_intervals import forecast
from models_ml.landing_training import Calibration, past_from_document
from models_ml.landing_windows import CashHistory, build_window

if TYPE_CHECKING:
    import pandas as pd

    from models_ml.hazard import TimeToPayModel

WEEKS = 13
FORECAST_COLUMNS = (
    "as_of_date",
    "horizon",
    "horizon_date",
    "line",
    "p10_amount",
    "p50_amount",
    "p90_amount",
    "expected_amount",
    "method",
    "is_calibrated",
    "windows",
)
MONTH_COLUMNS = (
    "as_of_date",
    "month_start_date",
    "line",
    "p10_amount",
    "p50_amount",
    "p90_amount",
    "expected_amount",
    "method",
    "is_calibrated",
)


def landing_horizons(as_of_date: date) -> list[tuple[str, date]]:
    """Return (name, last day) of every horizon: 13 Sundays, two month ends, 7 to 60 days."""
    sunday = as_of_date + timedelta(days=7 - as_of_date.isoweekday() or 7)
    weeks = [(f"week_{n + 1}", sunday + timedelta(weeks=n)) for n in range(WEEKS)]
    month_end = _month_end(as_of_date)
    months = [("month_end", month_end), ("next_month_end", _month_end(month_end + timedelta(1)))]
    return weeks + months + [(f"{n}d", as_of_date + timedelta(n)) for n in (7, 14, 30, 60)]


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def forecast_landing(
    model: TimeToPayModel,
    calibration: Calibration | None,
    tables: LandingTables,
    as_of_date: date,
    leaving: Leaving,
    seed: int = 1,
) -> pd.DataFrame:
    """Return what is expected to land from the morning of a day to each horizon's last evening.

    Args:
        model: the time-to-pay model that is served.
        calibration: from ``calibrate_landing``; None: everything is uncalibrated.
        tables: with the rows of ``as_of_date``.
        as_of_date: the day; known is what was known before it.
        leaving: how fast subscriptions end.
        seed: of the draws.

    Returns:
        FORECAST_COLUMNS, a row a horizon and line (ALL_LINES), amounts in the reporting currency. A
        line of which nothing is known, or that was never there, has no row; without a distribution
        for any open invoice and without history there is no row at all. Expectations of the lines
        add up to the total's; quantiles do not.

    Raises:
        ModelInputError: a table or argument is not what is needed.
    """
    check_as_of_date(as_of_date)
    day = np.datetime64(as_of_date, "D")
    window = build_window(model, tables.checked(), CashHistory(tables.cash), day, day, leaving)
    horizons = landing_horizons(as_of_date)
    days = np.array([(last - as_of_date).days + 1 for _, last in horizons])
    past = known_past([], day) if calibration is None else past_from_document(calibration)
    # Two horizons that end on one day have one forecast.
    distinct, place = np.unique(days, return_inverse=True)
    item = forecast(window, past, distinct, seed)
    _make_rising(item)
    return _forecast_table(item, horizons, place, as_of_date)


def _make_rising(item: WalkedWindow) -> None:
    """Let no amount fall from one horizon to a later one, where only receipts are in it.

    Neighbouring horizons may be corrected and measured apart; what has landed stays landed. New
    business holds refunds and may fall.
    """
    receipts = [line for line in range(TOTAL + 1) if line != NEW]
    # All that lands is no less than a part of it, though each is measured on its own past.
    adds = ~(item.expected[NEW] < 0.0)
    parts = np.fmax.reduce(item.shown[:NEW], axis=0)
    item.shown[TOTAL, adds] = np.where(
        np.isnan(item.shown[TOTAL, adds]),
        np.nan,
        np.fmax(item.shown[TOTAL, adds], parts[adds]),
    )
    item.shown[receipts] = np.maximum.accumulate(item.shown[receipts], axis=1)
    item.expected[:NEW] = np.maximum.accumulate(item.expected[:NEW], axis=1)
    # New business known for thirty days and not yet for ninety counts as far as it is known: the total of a
    # later day is not smaller for it.
    known = ~np.isnan(item.expected[NEW])
    last = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
    item.expected[NEW] = np.where(last >= 0, item.expected[NEW, last], np.nan)
    nothing = np.isnan(item.expected[:TOTAL]).all(axis=0)
    total = np.nansum(item.expected[:TOTAL], axis=0)
    item.expected[TOTAL] = np.where(nothing, np.nan, total)


def _forecast_table(
    item: WalkedWindow, horizons: list[tuple[str, date]], place: np.ndarray, as_of_date: date
) -> pd.DataFrame:
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    never = (item.window.raw == 0.0).all(axis=1)
    nothing = bool(np.isnan(item.window.raw[NEW]).all() and never[:NEW].all())
    for line, name in enumerate(ALL_LINES):
        if nothing or (line < TOTAL and (never[line] or np.isnan(item.expected[line]).all())):
            continue
        for position, (horizon, last) in zip(place, horizons, strict=True):
            if np.isnan(item.expected[line, position]):
                continue
            rows.append(
                (
                    as_of_date,
                    horizon,
                    last,
                    name,
                    *(None if np.isnan(v) else float(v) for v in item.shown[line, position]),
                    float(item.expected[line, position]),
                    item.methods[line][position],
                    bool(item.is_calibrated[position]),
                    int(item.windows[position]),
                )
            )
    return pd.DataFrame(rows, columns=list(FORECAST_COLUMNS))


def month_forecasts(calibration: Calibration | None, as_of_date: date) -> pd.DataFrame:
    """Return MONTH_COLUMNS: the forecasts of past months that training remade, as of a day."""
    import pandas as pd

    rows = [] if calibration is None else calibration["months"]
    table = pd.DataFrame(rows, columns=[*MONTH_COLUMNS[1:], "landed_amount"])
    table["month_start_date"] = pd.to_datetime(table["month_start_date"]).dt.date
    table.insert(0, "as_of_date", as_of_date)
    return table[list(MONTH_COLUMNS)]


def leaving_by_customer(base: Leaving, churn_predictions: pd.DataFrame) -> Leaving:
    """Return the daily rates that predicted chances of leaving in days 31 to 120 amount to.

    Who has given notice is not predicted and leaves for sure.
    """
    needed = ("customer_id", "method", "p_churn")
    check_columns(churn_predictions, needed, "churn_predictions")
    chance = to_float(churn_predictions["p_churn"]).copy()
    chance[(churn_predictions["method"] == NOTICE_METHOD).to_numpy(bool)] = 1.0
    chance = np.clip(chance, 0.0, 0.99)
    rates = -np.log1p(-chance) / CHURN_SPAN_DAYS
    known = ~np.isnan(rates)
    pairs = zip(churn_predictions["customer_id"][known], rates[known], strict=True)
    return Leaving(base.rate, dict(pairs))
