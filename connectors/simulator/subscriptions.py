"""What customers subscribe to: billing periods, price rises, expansions, trials, versions.

Belongs here: subscriptions as they would run if nobody ever left, and the `subscription_versions`
entity once it is known who left. Does not belong here: why customers leave (churn.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from connectors.simulator import columns
from connectors.simulator.customers import CURRENCIES, Customers
from connectors.simulator.days import NEVER, day_of_year_month, first_of_month, month_of
from connectors.simulator.spec import SimulationSpec, Timeline

STATUSES = ("trialing", "active", "past_due", "canceled")
TRIALING, ACTIVE, PAST_DUE, CANCELED = range(4)
END_REASONS = ("voluntary", "payment_failure", "other")
VOLUNTARY, PAYMENT_FAILURE, OTHER_REASON = range(3)

_INTERVAL_SHARES = np.array([[0.82, 0.07, 0.11], [0.70, 0.15, 0.15], [0.52, 0.26, 0.22]])
_INTERVALS = np.array([1, 3, 12])


@dataclass(frozen=True)
class Subscriptions:
    """One row per subscription.

    Attributes: `start` is the first paid day, `trial_days` precede it, `interval` is in months,
    `billing_day` the day of the month, `monthly_cents` the first price; `is_main` marks the
    customer's first subscription; `own_end` is the day an additional one is dropped.
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
    customer = np.concatenate([np.arange(count), second])
    start = np.concatenate([customers.live, second_start])
    is_main = np.arange(len(customer)) < count
    share = np.where(is_main, 1.0, random.uniform(0.15, 0.7, len(customer)))
    ladder = np.cumsum(_INTERVAL_SHARES, axis=1)[customers.segment[customer]]
    interval = _INTERVALS[(random.random((len(customer), 1)) > ladder).sum(axis=1).clip(0, 2)]
    # Half of the subscriptions are billed on the first of the month.
    own_day = np.minimum(day_of_year_month(start)[1], 28)
    billing_day = np.where(random.random(len(customer)) < 0.5, 1, own_day)
    has_trial = is_main & (random.random(len(customer)) < 0.3)
    trial = random.choice(np.array([14, 30]), len(customer))
    dropped = ~is_main & (random.random(len(customer)) < 0.25)
    cents = customers.base_cents[customer] * share
    return Subscriptions(
        customer=customer,
        start=start,
        trial_days=np.where(has_trial & (customers.segment[customer] < 2), trial, 0),
        interval=interval,
        billing_day=billing_day,
        monthly_cents=(np.maximum(np.rint(cents / 100), 9) * 100).astype(np.int64),
        is_main=is_main,
        own_end=np.where(dropped, start + random.integers(120, 1000, len(customer)), NEVER),
    )


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


def version_table(
    spec: SimulationSpec,
    timeline: Timeline,
    customers: Customers,
    subscriptions: Subscriptions,
    periods: Periods,
    end: np.ndarray,
    end_reason: np.ndarray,
    dunning_from: np.ndarray,
) -> pa.Table:
    """The `subscription_versions` entity: trial, priced versions, past due, canceled.

    Args:
        spec: the specification.
        timeline: its day grid.
        customers: the customers.
        subscriptions: the subscriptions.
        periods: all billing periods, also those after the end.
        end: day each subscription ends, `NEVER` while it lasts.
        end_reason: code of END_REASONS of each subscription, -1 while it lasts.
        dunning_from: day from which a subscription that failed is past due, else `NEVER`.
    """
    random = spec.stream("versions")
    changed = periods.is_first | (periods.step != 1.0)
    own = periods.subscription
    chosen = changed & (periods.start < np.minimum(end, dunning_from)[own])
    sub, since, amount = own[chosen], periods.start[chosen], periods.amount_cents[chosen]
    # The first row in the span speaks for the subscription since its first paid day.
    since = np.where(periods.is_first[chosen], subscriptions.start[sub], since)
    trial = np.flatnonzero(subscriptions.trial_days > 0)
    gone = np.flatnonzero(end < NEVER)
    late = np.flatnonzero((dunning_from < end) & (dunning_from > subscriptions.start))
    last_amount = np.zeros(len(end), np.int64)
    last_amount[sub] = amount
    parts = (
        (sub, since, amount, ACTIVE),
        (trial, subscriptions.start[trial] - subscriptions.trial_days[trial], amount[np.searchsorted(sub, trial)], TRIALING),  # noqa: E501
        (late, dunning_from[late], last_amount[late], PAST_DUE),
        (gone, end[gone], last_amount[gone], CANCELED),
    )  # fmt: skip
    sub = np.concatenate([part[0] for part in parts])
    since = np.concatenate([part[1] for part in parts])
    amount = np.concatenate([part[2] for part in parts])
    status = np.concatenate([np.full(len(part[0]), part[3]) for part in parts])
    order = np.lexsort((status, since, sub))
    sub, since, amount, status = sub[order], since[order], amount[order], status[order]
    next_since = np.append(np.where(sub[1:] == sub[:-1], since[1:], NEVER), NEVER)
    until = np.where(status == CANCELED, NEVER, next_since)
    is_last = np.append(sub[1:] != sub[:-1], True) | np.append(status[1:] == CANCELED, False)
    reason = np.where(is_last & (end[sub] <= timeline.end), end_reason[sub], -1)
    is_real = (since < until) & (since <= timeline.end)
    sub, since, until, amount = sub[is_real], since[is_real], until[is_real], amount[is_real]
    status, reason = status[is_real], reason[is_real]
    customer = subscriptions.customer[sub]
    return columns.table(
        {
            "subscription_id": columns.identifiers("SUB", sub),
            "customer_id": columns.identifiers("CUS", customer),
            "valid_from": columns.dates(since),
            "valid_to": columns.dates(np.where(until > timeline.end, NEVER, until)),
            "interval_months": columns.whole_numbers(subscriptions.interval[sub]),
            "amount": columns.money(amount),
            "currency": columns.labels(CURRENCIES, customers.currency[customer]),
            "status": columns.labels(STATUSES, status),
            "end_reason": columns.labels(END_REASONS, reason),
            "recorded_at": columns.timestamps(columns.office_seconds(random, since)),
        }
    )
