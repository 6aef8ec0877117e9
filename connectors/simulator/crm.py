"""What sales works on: new, expansion and renewal opportunities.

Belongs here: the `opportunities` entity, derived from subscriptions and from who left. Does not
belong here: prices and endings themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from connectors.simulator import columns
from connectors.simulator.churn import Ends
from connectors.simulator.customers import CURRENCIES, Customers
from connectors.simulator.days import NEVER
from connectors.simulator.spec import SimulationSpec, Timeline
from connectors.simulator.subscriptions import Periods, Subscriptions

KINDS = ("new", "expansion", "renewal")
NEW, EXPANSION, RENEWAL = range(3)
STAGES = ("qualification", "proposal", "negotiation", "won", "lost")
WON, LOST = 3, 4


@dataclass(frozen=True)
class Opportunities:
    """One row per opportunity; cents of the yearly amount in the customer's currency."""

    customer: np.ndarray
    kind: np.ndarray
    cents: np.ndarray
    opened: np.ndarray
    expected: np.ndarray
    closed: np.ndarray
    is_won: np.ndarray


def collect_opportunities(
    spec: SimulationSpec,
    timeline: Timeline,
    customers: Customers,
    subscriptions: Subscriptions,
    periods: Periods,
    ends: Ends,
) -> Opportunities:
    """Deals that led to what happened, deals that failed, and deals still open at the end."""
    random = spec.stream("opportunities")
    parts = (
        _new(customers, timeline),
        _expansions(random, subscriptions, periods, ends),
        _failed_expansions(random, timeline, customers),
        _renewals(random, subscriptions, periods, ends),
    )
    rows = columns.stack_rows(*parts)
    is_alive = rows.opened < ends.customer_end[rows.customer]
    is_known = (rows.opened <= timeline.end) & (rows.opened >= timeline.run_in)
    return columns.take_rows(rows, is_alive & is_known)


def _new(customers: Customers, timeline: Timeline) -> Opportunities:
    rows = np.flatnonzero(customers.live >= timeline.run_in)
    live = customers.live[rows]
    return Opportunities(
        customer=rows,
        kind=np.full(len(rows), NEW),
        cents=customers.base_cents[rows] * 12,
        opened=np.maximum(customers.created[rows], timeline.run_in),
        expected=live,
        closed=live,
        is_won=np.ones(len(rows), bool),
    )


def _expansions(
    random: np.random.Generator, subscriptions: Subscriptions, periods: Periods, ends: Ends
) -> Opportunities:
    """Larger plans were sold in 20 to 90 days, two in three through sales."""
    rows = np.flatnonzero(periods.is_expansion & (random.random(len(periods.start)) < 0.66))
    sub, day = periods.subscription[rows], periods.start[rows]
    gain = periods.amount_cents[rows] * (1 - 1 / periods.step[rows])
    yearly = np.rint(gain * 12 / subscriptions.interval[sub] / 100) * 100
    return Opportunities(
        customer=subscriptions.customer[sub],
        kind=np.full(len(rows), EXPANSION),
        cents=yearly.astype(np.int64),
        opened=day - random.integers(20, 90, len(rows)),
        expected=day + random.integers(-10, 20, len(rows)),
        closed=day,
        is_won=ends.end[sub] > day,
    )


def _failed_expansions(
    random: np.random.Generator, timeline: Timeline, customers: Customers
) -> Opportunities:
    """Deals that come to nothing: about one per customer and five years."""
    years = np.maximum(timeline.end - np.maximum(customers.live, timeline.run_in), 0) / 365
    counts = random.poisson(years * np.array([0.08, 0.25, 0.6])[customers.segment])
    rows = np.repeat(np.arange(len(customers)), counts)
    first = np.maximum(customers.live[rows], timeline.run_in)
    opened = first + (random.random(len(rows)) * (timeline.end - first)).astype(np.int64)
    length = random.integers(25, 130, len(rows))
    size = random.uniform(0.1, 0.6, len(rows))
    yearly = np.rint(customers.base_cents[rows] * 12 * size / 100) * 100
    return Opportunities(
        customer=rows,
        kind=np.full(len(rows), EXPANSION),
        cents=yearly.astype(np.int64),
        opened=opened,
        expected=opened + random.integers(30, 100, len(rows)),
        closed=opened + length,
        is_won=np.zeros(len(rows), bool),
    )


def _renewals(
    random: np.random.Generator, subscriptions: Subscriptions, periods: Periods, ends: Ends
) -> Opportunities:
    """Yearly contracts: opened 60 to 90 days ahead; a loss is known 10 to 50 days before the end."""
    yearly = subscriptions.interval[periods.subscription] == 12
    rows = np.flatnonzero(yearly & ~periods.is_first)
    sub, day = periods.subscription[rows], periods.start[rows]
    is_won = ends.end[sub] > day
    notice = np.where(is_won, random.integers(-3, 30, len(rows)), random.integers(10, 50, len(rows)))  # fmt: skip
    is_due = ends.end[sub] >= day
    return columns.take_rows(
        Opportunities(
            customer=subscriptions.customer[sub],
            kind=np.full(len(rows), RENEWAL),
            cents=periods.amount_cents[rows],
            opened=day - random.integers(60, 90, len(rows)),
            expected=day,
            closed=day - notice,
            is_won=is_won,
        ),
        is_due,
    )


def opportunity_table(
    spec: SimulationSpec, timeline: Timeline, customers: Customers, rows: Opportunities
) -> pa.Table:
    """The `opportunities` entity; a deal closed after the end is still open in it."""
    random = spec.stream("opportunity columns")
    rows = columns.take_rows(rows, np.lexsort((rows.kind, rows.customer, rows.opened)))
    is_closed = rows.closed <= timeline.end
    progress = (timeline.end - rows.opened) / np.maximum(rows.closed - rows.opened, 1)
    stage = np.where(is_closed, np.where(rows.is_won, WON, LOST), np.clip(progress * 3, 0, 2))
    return columns.table(
        {
            "opportunity_id": columns.identifiers("OPP", np.arange(len(rows.closed))),
            "customer_id": columns.identifiers("CUS", rows.customer),
            "kind": columns.labels(KINDS, rows.kind),
            "stage": columns.labels(STAGES, stage.astype(int)),
            "amount": columns.money(rows.cents),
            "currency": columns.labels(CURRENCIES, customers.currency[rows.customer]),
            "opened_date": columns.dates(rows.opened),
            "expected_close_date": columns.dates(rows.expected),
            "closed_date": columns.dates(np.where(is_closed, rows.closed, NEVER)),
            "is_won": pa.array(rows.is_won, mask=~is_closed),
            "recorded_at": columns.timestamps(columns.office_seconds(random, rows.opened)),
        }
    )
