"""What customers write to support: tickets, outages, and what tickets lead to.

Belongs here: tickets and their monthly burden on a customer. Does not belong here: the disputes
that billing tickets turn into (settlement.py) and the leaving they cause (churn.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from connectors.simulator import columns
from connectors.simulator.customers import Customers
from connectors.simulator.days import NEVER, first_of_month, weekday_of
from connectors.simulator.payers import DISPUTER, Payers
from connectors.simulator.spec import SimulationSpec, Timeline

PRIORITIES = ("low", "normal", "high", "urgent")
CATEGORIES = ("billing", "technical", "other")
BILLING, TECHNICAL, OTHER = range(3)
SATISFACTIONS = ("good", "bad")
GOOD, BAD = range(2)

_RATE = np.array([0.07, 0.18, 0.55])
"""Tickets a month by segment."""


@dataclass(frozen=True)
class Tickets:
    """One row per ticket, ordered by customer and opening day; `closed_second` may be after the end."""

    customer: np.ndarray
    opened: np.ndarray
    opened_second: np.ndarray
    closed_second: np.ndarray
    priority: np.ndarray
    category: np.ndarray
    is_escalated: np.ndarray
    satisfaction: np.ndarray

    def burden(self, customers: int, timeline: Timeline) -> np.ndarray:
        """Weight of each customer's tickets by month, shape (customers, months).

        One ticket weighs 1, an escalated one 3, a bad rating adds 1.
        """
        weight = 1.0 + 2.0 * self.is_escalated + (self.satisfaction == BAD)
        key = self.customer * timeline.month_count + timeline.month_index(self.opened)
        total = np.bincount(key, weight, customers * timeline.month_count)
        return total.reshape(customers, timeline.month_count)


def draw_discontent(spec: SimulationSpec, timeline: Timeline) -> np.ndarray:
    """How discontent each customer is by month, shape (customers, months), unit variance.

    It wanders slowly (0.94 from month to month), brings tickets, and in the end makes them leave.
    """
    random = spec.stream("discontent")
    state = random.standard_normal((spec.customers, timeline.month_count)).astype(np.float32)
    for month in range(1, timeline.month_count):
        state[:, month] = 0.94 * state[:, month - 1] + 0.341 * state[:, month]
    return state


def draw_tickets(
    spec: SimulationSpec,
    timeline: Timeline,
    customers: Customers,
    payers: Payers,
    rise_by_month: np.ndarray,
    discontent: np.ndarray,
) -> Tickets:
    """Poisson tickets by customer and month; outages and price rises bring more of them.

    Args:
        spec: the specification.
        timeline: its day grid.
        customers: the customers.
        payers: their latent payer types; disputers write about bills.
        rise_by_month: shape (customers, months), relative price rise of the month.
        discontent: same shape; a discontent customer writes more, and escalates more.
    """
    random = spec.stream("tickets")
    count, months = rise_by_month.shape
    own = np.asarray(random.gamma(1.6, 1 / 1.6, count))
    outage = np.where(random.random(months) < 0.10, random.uniform(2.0, 3.5, months), 1.0)
    rate = _RATE[customers.segment][:, None] * own[:, None] * outage[None, :]
    rate = rate * (1 + 8 * rise_by_month) * np.exp(0.75 * discontent - 0.28)
    first_day = first_of_month(timeline.first_month + np.arange(months))
    rate = rate * (first_day[None, :] >= customers.live[:, None] - 31)
    drawn = random.poisson(rate)
    key = np.repeat(np.arange(count * months), drawn.ravel())
    customer, month = key // months, key % months
    opened = first_day[month] + random.integers(0, 28, len(key))
    opened = opened - np.where(weekday_of(opened) >= 5, 2, 0)
    order = np.lexsort((opened, customer))
    customer, month, opened = customer[order], month[order], opened[order].astype(np.int64)
    is_disputer = payers.type_on(customer, opened) == DISPUTER
    billing = np.where(rise_by_month[customer, month] > 0, 0.5, 0.22)
    chance = np.where(outage[month] > 1, 0.12, 0.05) * np.exp(0.4 * discontent[customer, month])
    return _describe(random, customer, opened, np.where(is_disputer, 0.65, billing), chance)


def _describe(
    random: np.random.Generator,
    customer: np.ndarray,
    opened: np.ndarray,
    billing: np.ndarray,
    escalation: np.ndarray,
) -> Tickets:
    """Category, priority, length and rating; `billing` and `escalation` are probabilities."""
    count = len(customer)
    draw = random.random(count)
    category = np.where(draw < billing, BILLING, np.where(draw < 0.92, TECHNICAL, OTHER))
    is_escalated = random.random(count) < escalation
    priority = random.choice(4, count, p=(0.2, 0.55, 0.18, 0.07))
    hours = np.exp(np.log(30) + 1.2 * random.standard_normal(count))
    hours = np.clip(hours * np.where(is_escalated, 3.0, 1.0), 0.2, 2400)
    opened_second = columns.office_seconds(random, opened)
    rated, bad = random.random(count) < 0.4, random.random(count)
    is_bad = bad < np.where(is_escalated, 0.6, np.where(hours > 72, 0.3, 0.12))
    return Tickets(
        customer=customer,
        opened=opened,
        opened_second=opened_second,
        closed_second=(opened_second + hours * 3600).astype(np.int64),
        priority=np.where(is_escalated, np.maximum(priority, 2), priority),
        category=category,
        is_escalated=is_escalated,
        satisfaction=np.where(rated, np.where(is_bad, BAD, GOOD), -1),
    )


def ticket_table(timeline: Timeline, tickets: Tickets, left: np.ndarray) -> pa.Table:
    """The `tickets` entity; customers that left stop writing 20 days after they left.

    Args:
        timeline: the day grid.
        tickets: all tickets drawn.
        left: day each customer left, `NEVER` while it stays.
    """
    is_kept = (tickets.opened <= timeline.end) & (tickets.opened <= left[tickets.customer] + 20)
    kept = columns.take_rows(tickets, is_kept)
    kept = columns.take_rows(kept, np.argsort(kept.opened_second, kind="stable"))
    is_closed = kept.closed_second < timeline.end_second
    closed = np.where(is_closed, kept.closed_second, NEVER * 86_400)
    return columns.table(
        {
            "ticket_id": columns.identifiers("TIC", np.arange(len(closed))),
            "customer_id": columns.identifiers("CUS", kept.customer),
            "opened_at": columns.timestamps(kept.opened_second),
            "closed_at": columns.timestamps(closed),
            "priority": columns.labels(PRIORITIES, kept.priority),
            "category": columns.labels(CATEGORIES, kept.category),
            "is_escalated": pa.array(kept.is_escalated),
            "satisfaction": columns.labels(
                SATISFACTIONS, np.where(is_closed, kept.satisfaction, -1)
            ),
            "recorded_at": columns.timestamps(kept.opened_second),
        }
    )
