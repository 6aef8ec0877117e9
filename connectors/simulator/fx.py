"""Exchange rates into the euro: plausible random walks on business days.

Belongs here: the `fx_rates` entity. Does not belong here: conversion of anything.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from connectors.simulator import columns
from connectors.simulator.customers import CURRENCIES, UNITS_PER_EUR
from connectors.simulator.days import weekday_of
from connectors.simulator.spec import SimulationSpec, Timeline

YEARLY_VOLATILITY = np.array([0.0, 0.07, 0.055, 0.05])


def fx_table(spec: SimulationSpec, timeline: Timeline, first_day: int) -> pa.Table:
    """Daily rates from each foreign currency, from the business day on or before `first_day`."""
    random = spec.stream("fx")
    day = np.arange(first_day - 3, timeline.end + 1)
    day = day[weekday_of(day) < 5]
    steps = random.standard_normal((len(day), len(CURRENCIES)))
    walk = np.cumsum(steps * YEARLY_VOLATILITY / np.sqrt(261), axis=0)
    # Ends near the list-price rate, so that price lists look sane on the as-of day.
    walk = walk - walk[-1] * 0.7
    units = np.rint(np.exp(walk) / UNITS_PER_EUR * 10**8 / 100) * 100
    foreign = np.arange(1, len(CURRENCIES))
    code = np.tile(foreign, len(day))
    rate_day = np.repeat(day, len(foreign))
    # Central banks publish in the afternoon.
    second = rate_day.astype(np.int64) * 86_400 + 15 * 3600
    return columns.table(
        {
            "rate_date": columns.dates(rate_day),
            "from_currency": columns.labels(CURRENCIES, code),
            "to_currency": columns.labels(CURRENCIES, np.zeros(len(code), int)),
            "rate": columns.rates(units[:, 1:].ravel().astype(np.int64)),
            "recorded_at": columns.timestamps(second),
        }
    )
