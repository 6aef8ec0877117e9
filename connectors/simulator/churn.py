"""Why and when customers leave: the true hazard and the day every subscription ends.

Belongs here: the hazard's formula, its draw, ends by payment failure and insolvency. Does not
belong here: subscriptions as such (subscriptions.py) or renewal deals (crm.py).

A customer decides at the start of each billing period of its main subscription. With h = logistic
of the sum below, a monthly decision has hazard h, a quarterly 1-(1-h)^2.4, a yearly 1-(1-h)^7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.simulator.customers import Customers
from connectors.simulator.days import NEVER
from connectors.simulator.invoices import Claims
from connectors.simulator.payers import CARD, DIRECT_DEBIT, PROMPT, SCHEDULED, Payers, PaymentDay
from connectors.simulator.settlement import Course
from connectors.simulator.spec import SimulationSpec, Timeline
from connectors.simulator.subscriptions import Periods, Subscriptions

END_REASONS = ("voluntary", "payment_failure", "other")
VOLUNTARY, PAYMENT_FAILURE, OTHER_REASON = range(3)

BASE = np.array([-4.85, -5.3, -5.9])
PER_TENURE_YEAR = -0.22
PER_DISCONTENT = 0.9
PER_TICKET_WEIGHT = 0.22
PER_PRICE_RISE = 9.0
AFTER_FAILURE = 1.0
PER_PRESSURE = 0.42
WEIGHTS = {1: 1.0, 3: 2.4, 12: 7.0}
MEMORY = (1.0, 0.8, 0.6, 0.4, 0.2)
"""Weight of last month, the month before, and so on: customers remember for five months."""


@dataclass(frozen=True)
class Decisions:
    """One row per decision to stay or leave, within the history.

    Attributes: `period` indexes Periods; `hazard` is the true probability of leaving,
    `hazard_unpressed` the same had no reminder put pressure on the customer.
    """

    customer: np.ndarray
    period: np.ndarray
    day: np.ndarray
    discontent: np.ndarray
    tickets: np.ndarray
    price_rise: np.ndarray
    failures: np.ndarray
    pressure: np.ndarray
    hazard: np.ndarray
    hazard_unpressed: np.ndarray
    leaves: np.ndarray


@dataclass(frozen=True)
class Ends:
    """When it is over: `customer_end` per customer; `end`, `reason`, `failed_on` per subscription."""

    customer_end: np.ndarray
    customer_reason: np.ndarray
    end: np.ndarray
    reason: np.ndarray
    failed_on: np.ndarray


def rises_by_month(
    customers: int, timeline: Timeline, subscriptions: Subscriptions, periods: Periods
) -> np.ndarray:
    """Relative price rise of the main subscription, shape (customers, months)."""
    chosen = periods.is_rise & subscriptions.is_main[periods.subscription]
    customer = subscriptions.customer[periods.subscription[chosen]]
    month = timeline.month_index(periods.start[chosen])
    key = customer * timeline.month_count + month
    total = np.bincount(key, periods.step[chosen] - 1, customers * timeline.month_count)
    return total.reshape(customers, timeline.month_count)


def sum_by_month(
    customers: int, timeline: Timeline, claims: Claims, day: np.ndarray, felt: np.ndarray
) -> np.ndarray:
    """Sum of what was felt by customer and month, from arrays of shape (claims, steps)."""
    row, step = np.nonzero(felt)
    month = timeline.month_index(day[row, step])
    key = claims.customer[row] * timeline.month_count + month
    total = np.bincount(key, felt[row, step], customers * timeline.month_count)
    return total.reshape(customers, timeline.month_count)


@dataclass(frozen=True)
class Causes:
    """What drives leaving, by customer and month: arrays of shape (customers, months).

    Attributes: `rises` relative price rises, `failures` failed debits and cards, `pressure` that of
    reminders, `tickets` their weight, `discontent` the latent state.
    """

    discontent: np.ndarray
    tickets: np.ndarray
    rises: np.ndarray
    failures: np.ndarray
    pressure: np.ndarray


def draw_decisions(
    spec: SimulationSpec,
    timeline: Timeline,
    customers: Customers,
    payers: Payers,
    subscriptions: Subscriptions,
    periods: Periods,
    causes: Causes,
) -> Decisions:
    """Computes the hazard of every decision within the history and draws it."""
    random = spec.stream("decisions")
    own_end = subscriptions.own_end[periods.subscription]
    is_decision = subscriptions.is_main[periods.subscription] & ~periods.is_first
    is_decision &= (periods.start >= timeline.start) & (periods.start <= timeline.end)
    period = np.flatnonzero(is_decision & (periods.start < own_end))
    sub, day = periods.subscription[period], periods.start[period]
    customer, month = subscriptions.customer[sub], timeline.month_index(day)
    tickets = np.minimum(_remembered(causes.tickets, customer, month), 8)
    failed = np.minimum(_remembered(causes.failures, customer, month), 1.5)
    pressed = np.minimum(_remembered(causes.pressure, customer, month), 5)
    # The rise of this very period counts too: it was announced, and the renewal shows its amount.
    own_rise = np.where(periods.is_rise[period], periods.step[period] - 1, 0)
    rise = own_rise + 0.7 * _remembered(causes.rises, customer, month)
    discontent = causes.discontent[customer, np.maximum(month - 1, 0)]
    calm = (
        BASE[customers.segment[customer]]
        + PER_TENURE_YEAR * np.clip((day - customers.live[customer]) / 365.25, 0, 4)
        + PER_DISCONTENT * discontent
        + PER_TICKET_WEIGHT * tickets
        + PER_PRICE_RISE * rise
        + AFTER_FAILURE * failed
    )
    # Prompt payers resent being pressed more than those who know why they are.
    resents = np.where(np.isin(payers.type_on(customer, day), (PROMPT, SCHEDULED)), 1.5, 0.8)
    interval = subscriptions.interval[sub]
    weight = np.select([interval == months for months in WEIGHTS], list(WEIGHTS.values()))
    hazard = _decision_hazard(calm + PER_PRESSURE * resents * pressed, weight)
    return Decisions(
        customer=customer,
        period=period,
        day=day,
        discontent=discontent,
        tickets=tickets,
        price_rise=rise,
        failures=failed,
        pressure=pressed,
        hazard=hazard,
        hazard_unpressed=_decision_hazard(calm, weight),
        leaves=random.random(len(period)) < hazard,
    )


def _remembered(by_month: np.ndarray, customer: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Weighted sum over the months before each decision."""
    total = np.zeros(len(customer))
    for back, weight in enumerate(MEMORY, start=1):
        total += weight * by_month[customer, np.maximum(month - back, 0)]
    return total


def _decision_hazard(score: np.ndarray, weight: np.ndarray) -> np.ndarray:
    monthly = 0.5 * (1 + np.tanh(0.5 * score))
    return 1 - (1 - np.minimum(monthly, 0.6)) ** weight


def failure_days(
    spec: SimulationSpec, claims: Claims, payment: PaymentDay, course: Course
) -> tuple[np.ndarray, np.ndarray]:
    """Day each claim's debit or card failed, and the day that ends the customer, else `NEVER`.

    Three in four debits that fail for good end the customer, 30 to 60 days later.
    """
    random, count = spec.stream("failures"), len(claims.invoice)
    is_debit = (payment.payer_type == DIRECT_DEBIT) | (payment.payer_type == CARD)
    declined = is_debit & (course.first_day == NEVER) & (course.write_off > 0)
    failed = np.where(is_debit, course.returned_day, NEVER)
    failed = np.where(declined, claims.due, failed)
    is_final = (failed < NEVER) & (course.write_off > 0) & (random.random(count) < 0.75)
    return failed, np.where(is_final, failed + random.integers(30, 60, count), NEVER)


def draw_ends(
    timeline: Timeline,
    customers: Customers,
    subscriptions: Subscriptions,
    decisions: Decisions,
    claims: Claims,
    failed: np.ndarray,
    failure_end: np.ndarray,
) -> Ends:
    """The earliest of a decision, a final payment failure, an insolvency; per subscription."""
    count = len(customers)
    by_choice, by_failure = np.full(count, NEVER), np.full(count, NEVER)
    np.minimum.at(by_choice, decisions.customer[decisions.leaves], decisions.day[decisions.leaves])
    final = (failure_end < NEVER) & (failure_end >= timeline.start)
    np.minimum.at(by_failure, claims.customer[final], failure_end[final])
    first_failed = np.full(count, NEVER)
    ends_it = np.flatnonzero(final & (failure_end == by_failure[claims.customer]))
    np.minimum.at(first_failed, claims.customer[ends_it], failed[ends_it])
    by_insolvency = np.where(customers.insolvency < NEVER, customers.insolvency + 20, NEVER)
    candidates = np.stack([by_choice, by_failure, by_insolvency])
    which, end = candidates.argmin(axis=0), candidates.min(axis=0)
    reason = np.array([VOLUNTARY, PAYMENT_FAILURE, OTHER_REASON])[which]
    own = np.where(subscriptions.own_end <= timeline.end, subscriptions.own_end, NEVER)
    customer_end = end[subscriptions.customer]
    sub_end = np.minimum(customer_end, own)
    sub_reason = np.where(own < customer_end, VOLUNTARY, reason[subscriptions.customer])
    is_failure = (sub_reason == PAYMENT_FAILURE) & (sub_end < NEVER)
    return Ends(
        customer_end=end,
        customer_reason=np.where(end < NEVER, reason, -1),
        end=sub_end,
        reason=np.where(sub_end < NEVER, sub_reason, -1),
        failed_on=np.where(is_failure, first_failed[subscriptions.customer], NEVER),
    )
