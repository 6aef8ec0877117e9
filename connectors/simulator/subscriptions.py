"""What customers subscribe to: billing periods, price rises, expansions, trials, pauses.

Belongs here: subscriptions as they would run if nobody ever left. Does not belong here: why
customers leave (churn.py) and the rows of the entity (versions.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.simulator.customers import Customers
from connectors.simulator.days import NEVER, day_of_year_month, first_of_month, month_of
from connectors.simulator.spec import SimulationSpec, Timeline

_INTERVAL_SHARES = np.array([[0.85, 0.05, 0.10], [0.76, 0.11, 0.13], [0.60, 0.20, 0.20]])
_INTERVALS = np.array([1, 3, 12])


@dataclass(frozen=True)
class Subscriptions:
    """One row per subscription.

    Attributes: `start` is the first paid day, `trial_days` precede it, `interval` is in months,
    `billing_day` the day of the month, `monthly_cents` the first price; `is_main` marks the
    customer's main subscription, also the one it comes back with after a pause; `own_end` is the
    day a subscription is dropped while the customer stays or pauses.
    """

    customer: np.ndarray
    start: np.ndarray
    trial_days: np.ndarray
    interval: np.ndarray
    billing_day: np.ndarray
    monthly_cents: np.ndarray
    is_main: np.ndarray
    own_end: np.ndarray


@dataclass(frozen=True)
class Periods:
    """One row per billing period, ordered by subscription and start.

    Attributes: `amount_cents` for the whole interval, net of tax; `is_first` marks the first row of
    a subscription, `is_rise` a price rise by `step` (a factor), `is_expansion` a larger plan.
    """

    subscription: np.ndarray
    start: np.ndarray
    amount_cents: np.ndarray
    step: np.ndarray
    is_first: np.ndarray
    is_rise: np.ndarray
    is_expansion: np.ndarray


def draw_subscriptions(
    spec: SimulationSpec, timeline: Timeline, customers: Customers
) -> Subscriptions:
    """One main subscription each, a second one for about one customer in four."""
    random, count = spec.stream("subscriptions"), len(customers)
    has_second = random.random(count) < np.array([0.16, 0.36, 0.75])[customers.segment]
    second = np.flatnonzero(has_second)
    earliest = np.maximum(customers.live[second] + 60, timeline.run_in)
    span = np.maximum(timeline.horizon - earliest, 1)
    second_start = earliest + (random.random(len(second)) * span).astype(np.int64)
    pauser, pause, back = _draw_pauses(random, timeline, customers, has_second)
    customer = np.concatenate([np.arange(count), pauser, second])
    start = np.concatenate([customers.live, back, second_start])
    is_main = np.arange(len(customer)) < count + len(pauser)
    is_first = np.arange(len(customer)) < count
    share = np.where(is_main, 1.0, random.uniform(0.15, 0.7, len(customer)))
    ladder = np.cumsum(_INTERVAL_SHARES, axis=1)[customers.segment[customer]]
    interval = _INTERVALS[(random.random((len(customer), 1)) > ladder).sum(axis=1).clip(0, 2)]
    # Half of the subscriptions are billed on the first of the month.
    own_day = np.minimum(day_of_year_month(start)[1], 28)
    billing_day = np.where(random.random(len(customer)) < 0.5, 1, own_day)
    has_trial = is_first & (random.random(len(customer)) < 0.3)
    trial = random.choice(np.array([14, 30]), len(customer))
    dropped = ~is_main & (random.random(len(customer)) < 0.25)
    own_end = np.where(dropped, start + random.integers(120, 1000, len(customer)), NEVER)
    own_end[pauser] = pause
    cents = customers.base_cents[customer] * share
    return Subscriptions(
        customer=customer,
        start=start,
        trial_days=np.where(has_trial & (customers.segment[customer] < 2), trial, 0),
        interval=interval,
        billing_day=billing_day,
        monthly_cents=(np.maximum(np.rint(cents / 100), 9) * 100).astype(np.int64),
        is_main=is_main,
        own_end=own_end,
    )


def _draw_pauses(
    random: np.random.Generator, timeline: Timeline, customers: Customers, has_second: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One customer in thirty pauses for two to nine months and comes back: reactivation."""
    count = len(customers)
    pause = random.integers(timeline.start + 60, timeline.end, count)
    back = pause + random.integers(70, 270, count)
    chosen = (random.random(count) < 1 / 30) & ~has_second & (pause > customers.live + 120)
    pauser = np.flatnonzero(chosen)
    return pauser, pause[pauser], back[pauser]


def billing_periods(
    spec: SimulationSpec, timeline: Timeline, subscriptions: Subscriptions
) -> Periods:
    """Every billing period that begins between the run-in and the horizon.

    A subscription's first period in the span stands for all earlier ones, at the price of then.
    """
    random = spec.stream("periods")
    first_month = month_of(subscriptions.start)
    # Periods that began before the run-in are skipped, whole intervals at a time.
    behind = np.maximum(month_of(np.array([timeline.run_in]))[0] - first_month, 0)
    skipped = behind // subscriptions.interval
    last_month = month_of(np.array([timeline.horizon]))[0]
    left = np.maximum(last_month - first_month - skipped * subscriptions.interval, -1)
    counts = left // subscriptions.interval + 1
    row = np.repeat(np.arange(len(counts)), counts)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    number = skipped[row] + offset
    month = first_month[row] + number * subscriptions.interval[row]
    start = first_of_month(month) + subscriptions.billing_day[row] - 1
    # The very first period begins on the first paid day, whatever the billing day.
    start = np.where(number == 0, subscriptions.start[row], start)
    is_rise, is_expansion, step = _price_steps(random, subscriptions, row, number)
    step = np.where(offset == 0, 1.0, step)
    factor = _running_product(step, offset == 0)
    monthly = np.rint(subscriptions.monthly_cents[row] * factor / 100) * 100
    return Periods(
        subscription=row,
        start=start.astype(np.int64),
        # Yearly billing is ten months' price for twelve.
        amount_cents=(
            monthly * np.where(subscriptions.interval[row] == 12, 10, subscriptions.interval[row])
        ).astype(np.int64),
        step=step,
        is_first=offset == 0,
        is_rise=is_rise & (offset > 0),
        is_expansion=is_expansion & (offset > 0),
    )


def _price_steps(
    random: np.random.Generator, subscriptions: Subscriptions, row: np.ndarray, number: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Price rises at anniversaries (60 %), expansions and contractions at any period."""
    interval, count = subscriptions.interval[row], len(row)
    is_anniversary = (number > 0) & (number * interval % 12 == 0)
    is_rise = is_anniversary & (random.random(count) < 0.6)
    # One rise in six is steep.
    is_steep = random.random(count) < 1 / 6
    rise = np.where(is_steep, random.uniform(1.10, 1.18, count), random.uniform(1.02, 1.06, count))
    draw = random.random(count)
    grows = 1 - (1 - 0.010) ** interval
    shrinks = 1 - (1 - 0.004) ** interval
    is_expansion = ~is_rise & (draw < grows)
    is_contraction = ~is_rise & (draw > 1 - shrinks)
    step = np.where(is_rise, rise, 1.0)
    step = np.where(is_expansion, random.uniform(1.1, 1.6, count), step)
    step = np.where(is_contraction, random.uniform(0.6, 0.95, count), step)
    return is_rise, is_expansion, step


def _running_product(step: np.ndarray, is_first: np.ndarray) -> np.ndarray:
    """Product of the steps since the last first row, by cumulative logarithms."""
    total = np.cumsum(np.log(step))
    begins = np.flatnonzero(is_first)
    base = total[begins] - np.log(step[begins])
    group = np.cumsum(is_first) - 1
    return np.exp(total - base[group])
