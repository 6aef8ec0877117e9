"""The `subscription_versions` entity: trial, each price, past due, canceled.

Belongs here: turning billing periods and endings into dated versions. Does not belong here: prices
(subscriptions.py) and endings (churn.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from connectors.simulator import columns
from connectors.simulator.churn import END_REASONS, Ends
from connectors.simulator.customers import CURRENCIES, Customers
from connectors.simulator.days import NEVER
from connectors.simulator.spec import SimulationSpec, Timeline
from connectors.simulator.subscriptions import Periods, Subscriptions

STATUSES = ("trialing", "active", "past_due", "canceled")
TRIALING, ACTIVE, PAST_DUE, CANCELED = range(4)


@dataclass(frozen=True)
class Versions:
    """One row per version; `since` is its first day, cents are those of a billing interval."""

    subscription: np.ndarray
    since: np.ndarray
    cents: np.ndarray
    status: np.ndarray


def collect_versions(subscriptions: Subscriptions, periods: Periods, ends: Ends) -> Versions:
    """All versions, ordered by subscription and first day; the trial comes before the first price.

    A subscription that ends has a last version `canceled`, of the amount it had; one that ends for
    payment failure is `past_due` from the day of the failure.
    """
    changed = periods.is_first | (periods.step != 1.0)
    limit = np.minimum(ends.end, ends.failed_on)[periods.subscription]
    # The row of the period in which it starts counts even if that is its last.
    chosen = changed & ((periods.start < limit) | periods.is_first)
    sub, cents = periods.subscription[chosen], periods.amount_cents[chosen]
    # The first row in the span speaks for the subscription since its first paid day.
    since = np.where(periods.is_first[chosen], subscriptions.start[sub], periods.start[chosen])
    last = np.zeros(len(subscriptions.start), np.int64)
    last[sub] = cents
    first = np.zeros(len(subscriptions.start), np.int64)
    first[sub[::-1]] = cents[::-1]
    trial = np.flatnonzero(subscriptions.trial_days > 0)
    late = np.flatnonzero((ends.failed_on < ends.end) & (ends.failed_on > subscriptions.start))
    gone = np.flatnonzero((ends.end < NEVER) & (ends.end > subscriptions.start))
    trial_start = subscriptions.start[trial] - subscriptions.trial_days[trial]
    rows = columns.stack_rows(
        Versions(sub, since, cents, np.full(len(sub), ACTIVE)),
        Versions(trial, trial_start, first[trial], np.full(len(trial), TRIALING)),
        Versions(late, ends.failed_on[late], last[late], np.full(len(late), PAST_DUE)),
        Versions(gone, ends.end[gone], last[gone], np.full(len(gone), CANCELED)),
    )
    is_real = rows.since <= ends.end[rows.subscription]
    # Subscriptions that would have begun after their customer left never were.
    is_real &= subscriptions.start[rows.subscription] < ends.end[rows.subscription]
    rows = columns.take_rows(rows, is_real)
    return columns.take_rows(rows, np.lexsort((rows.status, rows.since, rows.subscription)))


def version_table(
    spec: SimulationSpec,
    timeline: Timeline,
    customers: Customers,
    subscriptions: Subscriptions,
    ends: Ends,
    versions: Versions,
) -> pa.Table:
    """The entity. `end_reason` stands on the last paid version and on the canceled one.

    `recorded_at` is when a version began; a `valid_to` is known from its own day on.
    """
    random, sub = spec.stream("versions"), versions.subscription
    is_last = np.append(sub[1:] != sub[:-1], True)
    until = np.where(is_last, NEVER, np.append(versions.since[1:], NEVER))
    is_canceled = versions.status == CANCELED
    ends_now = is_canceled | np.append(is_canceled[1:], False)
    reason = np.where(ends_now & (ends.end[sub] <= timeline.end), ends.reason[sub], -1)
    is_real = (versions.since < until) & (versions.since <= timeline.end)
    rows, until, reason = columns.take_rows(versions, is_real), until[is_real], reason[is_real]
    sub, customer = rows.subscription, subscriptions.customer[rows.subscription]
    return columns.table(
        {
            "subscription_id": columns.identifiers("SUB", sub),
            "customer_id": columns.identifiers("CUS", customer),
            "valid_from": columns.dates(rows.since),
            "valid_to": columns.dates(np.where(until > timeline.end, NEVER, until)),
            "interval_months": columns.whole_numbers(subscriptions.interval[sub]),
            "amount": columns.money(rows.cents),
            "currency": columns.labels(CURRENCIES, customers.currency[customer]),
            "status": columns.labels(STATUSES, rows.status),
            "end_reason": columns.labels(END_REASONS, reason),
            "recorded_at": columns.timestamps(columns.office_seconds(random, rows.since)),
        }
    )
