"""Disputes: which claims would be disputed, from which billing ticket, and how it ends.

Belongs here: the draw of potential disputes and the `disputes` entity. Does not belong here:
whether the claim was paid before anybody disputed it (settlement.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from connectors.simulator import columns
from connectors.simulator.customers import Customers
from connectors.simulator.days import NEVER
from connectors.simulator.invoices import Claims
from connectors.simulator.payers import DISPUTER, PROMPT, PaymentDay
from connectors.simulator.spec import SimulationSpec, Timeline
from connectors.simulator.support import BILLING, Tickets

REASONS = ("price", "quantity", "service_quality", "duplicate", "purchase_order_missing")
PURCHASE_ORDER_MISSING = 4
OUTCOMES = ("credited", "rejected", "clarified")
CREDITED, REJECTED, CLARIFIED = range(3)

_KEY = 1 << 20


@dataclass(frozen=True)
class Disputes:
    """One row per claim; `raised` is `NEVER` where no dispute could arise.

    Attributes: `logged` is the day the company wrote it down, `amount` in cents, `credit` the cents
    granted, `extra_days` the days from resolution to payment.
    """

    raised: np.ndarray
    logged: np.ndarray
    resolved: np.ndarray
    amount: np.ndarray
    reason: np.ndarray
    outcome: np.ndarray
    credit: np.ndarray
    extra_days: np.ndarray


def draw_disputes(
    spec: SimulationSpec,
    customers: Customers,
    tickets: Tickets,
    claims: Claims,
    payment: PaymentDay,
) -> Disputes:
    """A billing ticket disputes the customer's latest claim, at most 45 days old, half the time."""
    random, count = spec.stream("disputes"), len(claims.invoice)
    raised = np.full(count, NEVER)
    reason = np.full(count, -1)
    # Claims are ordered by customer and issue day: the latest claim is found by bisection.
    asks = np.flatnonzero(tickets.category == BILLING)
    keys = claims.customer.astype(np.int64) * _KEY + claims.issued
    wanted = tickets.customer[asks].astype(np.int64) * _KEY + tickets.opened[asks]
    found = np.searchsorted(keys, wanted, side="right") - 1
    age = wanted - keys[np.maximum(found, 0)]
    is_near = (found >= 0) & (age >= 0) & (age <= 45)
    is_disputer = payment.payer_type[np.maximum(found, 0)] == DISPUTER
    becomes = random.random(len(asks)) < np.where(is_disputer, 0.85, 0.5)
    chosen = is_near & becomes
    claim, first = np.unique(found[chosen], return_index=True)
    raised[claim] = tickets.opened[asks][chosen][first] + random.integers(0, 3, len(claim))
    reason[claim] = random.choice(4, len(claim), p=(0.35, 0.2, 0.3, 0.15))
    # Enterprises send back invoices without the order number, with no ticket before it.
    lacks_order = (customers.segment[claims.customer] == 2) & (payment.payer_type >= PROMPT)
    lacks_order &= (random.random(count) < 0.012) & (raised == NEVER)
    raised = np.where(lacks_order, claims.issued + random.integers(2, 25, count), raised)
    reason = np.where(lacks_order, PURCHASE_ORDER_MISSING, reason)
    return _course(random, claims, raised, reason)


def _course(
    random: np.random.Generator, claims: Claims, raised: np.ndarray, reason: np.ndarray
) -> Disputes:
    """Logging delay, length, amount, outcome and credit of each potential dispute."""
    count = len(raised)
    happens = raised < NEVER
    length = np.clip(np.exp(np.log(18) + 0.7 * random.standard_normal(count)), 1, 240)
    # A third is written down the same day; the rest waits in somebody's mailbox.
    delay = np.where(random.random(count) < 0.35, 0, random.geometric(0.16, count))
    resolved = raised + np.rint(length).astype(np.int64)
    is_full = random.random(count) < 0.6
    share = np.where(is_full, 1.0, random.uniform(0.2, 0.8, count))
    amount = np.rint(claims.amount * share).astype(np.int64)
    outcome = random.choice(3, count, p=(0.36, 0.34, 0.30))
    outcome = np.where(reason == PURCHASE_ORDER_MISSING, CLARIFIED, outcome)
    granted = np.where(random.random(count) < 0.15, 1.0, random.uniform(0.2, 0.9, count))
    credit = np.rint(amount * granted).astype(np.int64)
    return Disputes(
        raised=raised,
        logged=np.where(happens, np.minimum(raised + delay, resolved), NEVER),
        resolved=np.where(happens, resolved, NEVER),
        amount=amount,
        reason=reason,
        outcome=outcome,
        credit=np.where(happens & (outcome == CREDITED), credit, 0),
        extra_days=3 + np.rint(random.exponential(8, count)).astype(np.int64),
    )


def dispute_table(
    spec: SimulationSpec, timeline: Timeline, disputes: Disputes, invoice_number: np.ndarray
) -> pa.Table:
    """The `disputes` entity of the disputes given, known from the day they were logged.

    Args:
        spec: the specification.
        timeline: its day grid.
        disputes: realised disputes of written claims.
        invoice_number: identifier number of each one's invoice.
    """
    random = spec.stream("dispute columns")
    known = np.flatnonzero(disputes.logged <= timeline.end)
    known = known[np.lexsort((invoice_number[known], disputes.raised[known]))]
    rows = columns.take_rows(disputes, known)
    is_over = rows.resolved <= timeline.end
    return columns.table(
        {
            "dispute_id": columns.identifiers("DIS", np.arange(len(known))),
            "invoice_id": columns.identifiers("INV", invoice_number[known], 7),
            "raised_date": columns.dates(rows.raised),
            "logged_date": columns.dates(rows.logged),
            "resolved_date": columns.dates(np.where(is_over, rows.resolved, NEVER)),
            "amount": columns.money(rows.amount),
            "reason": columns.labels(REASONS, rows.reason),
            "outcome": columns.labels(OUTCOMES, np.where(is_over, rows.outcome, -1)),
            "recorded_at": columns.timestamps(columns.office_seconds(random, rows.logged)),
        }
    )
