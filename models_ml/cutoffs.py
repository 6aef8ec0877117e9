"""When a backtest pretends to stand: month starts with enough before them and enough after.

Belongs here: choosing cutoffs and the common horizon, saying why there are fewer than asked. Does
not belong here: fitting and scoring (backtest.py), the single holdout of a training run (splits.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from models_ml.checks import ModelInputError
from models_ml.features import to_day
from models_ml.panel import Panel
from models_ml.splits import HORIZONS_DAYS, MINIMUM_TRAIN_PAID_INVOICES

DEFAULT_MONTHS = 6

Note = dict[str, Any]
"""{"code": what is to be said, ...: the figures in it}."""


@dataclass(frozen=True)
class CutoffPlan:
    """The cutoffs of a backtest, oldest first, and how long every test row was watched."""

    cutoffs: tuple[np.datetime64, ...]
    horizon_days: int
    notes: tuple[Note, ...] = ()


def plan_cutoffs(
    panel: Panel,
    as_of_date: date,
    asked: Sequence[date] | None = None,
    months: int = DEFAULT_MONTHS,
) -> CutoffPlan:
    """Return the latest month starts that can be tested, or those asked for that can be.

    A month start can be tested when MINIMUM_TRAIN_PAID_INVOICES were known to be paid before it and
    its open book was then watched for the whole horizon. The horizon is the longest of
    HORIZONS_DAYS that leaves as many cutoffs as a shorter one would.

    Args:
        panel: landmark rows censored at ``as_of_date``, with ``is_month_start``.
        as_of_date: what became known on this day or later is not used.
        asked: cutoffs wanted; None for the latest ``months``.
        months: how many, where none are named.

    Raises:
        ModelInputError: a date asked for is not the first of a month, or no month start can be
            tested; the message says what is missing.
    """
    as_of = np.datetime64(as_of_date, "D")
    odd = [day for day in asked or () if day.day != 1]
    if odd:
        raise ModelInputError(
            f"A cutoff must be the first of a month, got {odd[0]}: the open book is kept at month starts."
        )
    is_start = panel.table["is_month_start"].to_numpy(bool)
    starts = np.unique(panel.landmark[is_start])
    if asked:
        starts = np.intersect1d(starts, np.array(sorted(set(asked)), dtype="datetime64[D]"))
    known = _first_known_payments(panel)
    # What became known on the start itself is not known yet: strict, as the features are.
    trained = starts[np.searchsorted(known, starts, side="left") >= MINIMUM_TRAIN_PAID_INVOICES]
    wanted = len(set(asked)) if asked else months
    best: tuple[np.datetime64, ...] = ()
    horizon = HORIZONS_DAYS[-1]
    for days in HORIZONS_DAYS:
        ripe = tuple(trained[trained + np.timedelta64(days, "D") < as_of][-wanted:])
        if len(ripe) > len(best):
            best, horizon = ripe, days
    if not best:
        raise ModelInputError(_what_is_missing(panel, starts, known, as_of_date))
    return CutoffPlan(best, horizon, _notes(best, horizon, wanted, asked))


def churn_cutoffs(
    months: np.ndarray, known_on: np.ndarray, count: int, asked: Sequence[date] | None = None
) -> tuple[np.datetime64, ...]:
    """Return the month starts whose month end before has labels, and earlier labels to learn from.

    Args:
        months: datetime64[D] month ends of labelled rows.
        known_on: datetime64[D], the day each row's label became known; it counts from the next day on.
        count: how many at most, the latest.
        asked: only these, where given.
    """
    starts = np.unique(months) + np.timedelta64(1, "D")
    if asked:
        starts = np.intersect1d(starts, np.array(sorted(set(asked)), dtype="datetime64[D]"))
    learned = [start for start in starts if (known_on < start).any()]
    return tuple(learned[-count:])


def _first_known_payments(panel: Panel) -> np.ndarray:
    """Return the sorted days on which each paid invoice was first known to be paid."""
    paid = panel.is_paid
    days = panel.landmark[paid] + panel.known_days[paid].astype(np.int64).astype("timedelta64[D]")
    first = (
        panel.table.loc[paid, ["invoice_id"]].assign(day=days).groupby("invoice_id")["day"].min()
    )
    return np.sort(to_day(first))


def _notes(
    used: tuple[np.datetime64, ...], horizon: int, wanted: int, asked: Sequence[date] | None
) -> tuple[Note, ...]:
    notes: list[Note] = []
    if asked:
        taken = {str(day) for day in used}
        left_out = [str(day) for day in sorted(set(asked)) if str(day) not in taken]
        if left_out:
            notes.append({"code": "left_out", "dates": left_out})
    elif len(used) < wanted:
        notes.append({"code": "fewer", "wanted": wanted, "used": len(used)})
    if horizon < HORIZONS_DAYS[0]:
        notes.append({"code": "horizon", "days": horizon})
    return tuple(notes)


def _what_is_missing(panel: Panel, starts: np.ndarray, known: np.ndarray, as_of_date: date) -> str:
    if not len(panel):
        return f"No open invoice was seen before {as_of_date}: there is nothing to test."
    needed = (
        f"a month start with {MINIMUM_TRAIN_PAID_INVOICES} invoices known to be paid before it and"
        f" {HORIZONS_DAYS[-1]} days after it"
    )
    if not len(starts):
        return f"The history before {as_of_date} is too short to test on: it lacks {needed}."
    return (
        f"The history is too short to test on: it lacks {needed}. It has {len(known)} paid invoices"
        f" before {as_of_date}; month starts run from {starts[0]} to {starts[-1]}."
    )
