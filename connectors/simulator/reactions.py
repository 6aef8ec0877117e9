"""What a reminder sets off: payment, a promise kept or broken, or nothing.

Belongs here: the draw of each reminder's outcome and the day it leads to, with the exact
distribution of that day. Does not belong here: what happens to the money (settlement.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.simulator.customers import Customers
from connectors.simulator.days import ANY_BUSINESS_DAY, NEVER, RunCalendar
from connectors.simulator.dunning import STEPS, Plan
from connectors.simulator.invoices import Claims
from connectors.simulator.payers import SCHEDULED, PaymentDay
from connectors.simulator.spec import SimulationSpec

REACTION_DAY_SHARE = 0.35
"""Share of the remaining reactions that come with each further day after the reminder."""

PROMISE_BY_CHANNEL = np.array([0.08, 0.30, 0.05])
PROMISE_BY_PAYER = np.array([0.1, 0.1, 1.0, 0.8, 1.0, 1.5, 0.7])
PROMISE_KEPT = np.array([0.90, 0.85, 0.92, 0.88, 0.68, 0.42, 0.55])
MADE_LAGS, GAPS = 4, 14
SHORTEST_GAP = 5
LATE_KEPT_SHARE, LATE_KEPT_DAYS = 0.15, 2

NOTHING, PAYS, KEEPS, BREAKS = range(4)


@dataclass(frozen=True)
class Reactions:
    """Arrays of shape (claims, STEPS).

    Attributes: `kind` is NOTHING, PAYS, KEEPS or BREAKS; `pay` the day the reaction pays the claim
    (`NEVER` if it does not), `made` and `promised` the days of a promise.
    """

    kind: np.ndarray
    pay: np.ndarray
    made: np.ndarray
    promised: np.ndarray


def promise_share(plan: Plan, payment: PaymentDay) -> np.ndarray:
    """Probability that each reminder brings a promise, shape (claims, STEPS)."""
    share = PROMISE_BY_CHANNEL[plan.channel] * PROMISE_BY_PAYER[payment.payer_type][:, None]
    share[:, 0] = 0.0
    # What does not reach anybody (effect 0) brings no promise either.
    return np.where(plan.effect > 0, np.minimum(share, 0.95 - plan.effect), 0.0)


def reaction_run_kind(payment: PaymentDay) -> np.ndarray:
    """Scheduled payers answer with their next run, all others with any business day."""
    return np.where(payment.payer_type == SCHEDULED, payment.run_kind, ANY_BUSINESS_DAY)


def draw_reactions(
    spec: SimulationSpec,
    calendar: RunCalendar,
    customers: Customers,
    claims: Claims,
    payment: PaymentDay,
    plan: Plan,
) -> Reactions:
    """Draws what every planned reminder would set off if it is sent."""
    random, shape = spec.stream("reactions"), plan.day.shape
    draw = random.random(shape, dtype=np.float32)
    promises = promise_share(plan, payment)
    keeps = PROMISE_KEPT[payment.payer_type][:, None]
    kind = np.full(shape, NOTHING, np.int8)
    kind[draw < plan.effect + promises] = BREAKS
    kind[draw < plan.effect + promises * keeps] = KEEPS
    kind[draw < plan.effect] = PAYS
    step_run = np.broadcast_to(reaction_run_kind(payment)[:, None], shape)
    country = np.broadcast_to(customers.country[claims.customer][:, None], shape)
    pay = np.full(shape, NEVER, np.int32)
    made, promised = pay.copy(), pay.copy()
    acts = kind == PAYS
    lag = random.geometric(REACTION_DAY_SHARE, int(acts.sum()))
    pay[acts] = calendar.next_run(country[acts], step_run[acts], plan.day[acts] + lag)
    says = (kind == KEEPS) | (kind == BREAKS)
    count = int(says.sum())
    made[says] = plan.day[says] + random.integers(0, MADE_LAGS, count)
    gap = random.integers(SHORTEST_GAP, SHORTEST_GAP + GAPS, count)
    raw = made[says] + gap
    promised[says] = calendar.next_run(country[says], ANY_BUSINESS_DAY, raw)
    late = np.where(random.random(count) < LATE_KEPT_SHARE, LATE_KEPT_DAYS, 0)
    kept_day = calendar.next_run(country[says], ANY_BUSINESS_DAY, raw + late)
    pay[says] = np.where(kind[says] == KEEPS, kept_day, NEVER)
    return Reactions(kind, pay, made, promised)


def unmoved_share(
    plan: Plan, payment: PaymentDay, run_day: np.ndarray, business_day: np.ndarray
) -> np.ndarray:
    """Probability that no reminder has led to payment by a day, shape (claims,).

    Reactions of different steps are independent of each other and of X, so this multiplies.

    Args:
        plan: the reminder plan.
        payment: the payment-day parameters.
        run_day: last run day (of the reaction's run kind) on or before the day asked for.
        business_day: last business day on or before the day asked for.
    """
    kept = np.zeros(SHORTEST_GAP + MADE_LAGS + GAPS + LATE_KEPT_DAYS + 1)
    base = np.convolve(np.full(MADE_LAGS, 1 / MADE_LAGS), np.full(GAPS, 1 / GAPS))
    kept[SHORTEST_GAP : SHORTEST_GAP + len(base)] += (1 - LATE_KEPT_SHARE) * base
    late = SHORTEST_GAP + LATE_KEPT_DAYS
    kept[late : late + len(base)] += LATE_KEPT_SHARE * base
    kept_by = np.cumsum(kept)
    never_reacts = np.cumprod(np.full(120, 1 - REACTION_DAY_SHARE))
    share = np.ones(len(run_day))
    keeps = PROMISE_KEPT[payment.payer_type]
    promises = promise_share(plan, payment)
    for step in range(STEPS):
        since_run = run_day - plan.day[:, step]
        acts = np.where(since_run >= 1, 1 - never_reacts[np.clip(since_run - 1, 0, 119)], 0.0)
        since = np.clip(business_day - plan.day[:, step], 0, len(kept_by) - 1)
        share *= 1 - plan.effect[:, step] * acts - promises[:, step] * keeps * kept_by[since]
    return share
