"""How customers pay: latent payer types, their drift, and the distribution of the payment day.

Belongs here: everything about payment timing that no data set shows, and the formula for it. Does
not belong here: reminders (dunning.py) and the payments themselves (payments.py).

The day a claim is paid without any reminder is `run(due + X)`: X is a mixture of two logistic
variables, "on plan" and "slipped", and `run` moves a day to the payer's next payment run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.simulator.customers import Customers
from connectors.simulator.days import (
    ANY_BUSINESS_DAY,
    ANY_DAY,
    FRIDAY,
    MID_AND_MONTH_END,
    MONTH_END,
    NEVER,
    TUESDAY_AND_THURSDAY,
    day_of_year_month,
)
from connectors.simulator.invoices import Claims
from connectors.simulator.spec import SimulationSpec, Timeline

PAYER_TYPES = (
    "direct_debit",
    "card",
    "prompt",
    "scheduled",
    "habitual_late",
    "cash_strapped",
    "disputer",
)
DIRECT_DEBIT, CARD, PROMPT, SCHEDULED, HABITUAL_LATE, CASH_STRAPPED, DISPUTER = range(7)
SLOW_TYPES = (HABITUAL_LATE, CASH_STRAPPED)

# By payer type, in the order above. Locations and scales in days relative to the due date.
LOCATION = np.array([-1.0, -0.8, -7.0, -7.5, 7.5, 13.0, 0.0])
LOCATION_SPREAD = np.array([0.0, 0.0, 4.0, 4.0, 5.5, 7.0, 4.0])
PLAN_SCALE = np.array([0.15, 0.15, 1.2, 1.2, 3.0, 6.0, 3.0])
SLIP_SHARE = np.array([0.012, 0.035, 0.06, 0.06, 0.12, 0.25, 0.15])
SLIP_SHIFT = np.array([6.0, 8.0, 12.0, 12.0, 20.0, 30.0, 20.0])
SLIP_SCALE = np.array([2.0, 3.0, 5.0, 5.0, 8.0, 14.0, 10.0])
NEVER_SHARE = np.array([0.002, 0.008, 0.001, 0.001, 0.005, 0.045, 0.008])
MONTH_SPREAD = np.array([0.0, 0.0, 1.2, 1.0, 2.5, 5.0, 2.0])

_TYPE_SHARES = np.array(
    [
        [0.28, 0.20, 0.21, 0.07, 0.13, 0.07, 0.04],
        [0.16, 0.05, 0.26, 0.23, 0.18, 0.05, 0.07],
        [0.04, 0.00, 0.22, 0.40, 0.20, 0.02, 0.12],
    ]
)
_SWITCH_TO = np.array(
    [PROMPT, CASH_STRAPPED, HABITUAL_LATE, HABITUAL_LATE, PROMPT, HABITUAL_LATE, SCHEDULED]
)


@dataclass(frozen=True)
class Payers:
    """Latent state. Arrays of one row per customer, `state` of shape (customers, months) in days.

    Attributes: `first_type` holds until day `switch`, `second_type` from it; `run_kind` indexes
    days.RUN_KINDS; `offset` is the customer's own lateness in days at unit spread.
    """

    first_type: np.ndarray
    second_type: np.ndarray
    switch: np.ndarray
    run_kind: np.ndarray
    offset: np.ndarray
    state: np.ndarray
    macro: np.ndarray

    def type_on(self, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Payer type of each customer on each day."""
        is_first = day < self.switch[customer]
        return np.where(is_first, self.first_type[customer], self.second_type[customer])


def draw_payers(spec: SimulationSpec, timeline: Timeline, customers: Customers) -> Payers:
    """Draws types by segment, one switch for 14 % of customers, and monthly states."""
    random, count = spec.stream("payers"), len(customers)
    ladder = np.cumsum(_TYPE_SHARES, axis=1)[customers.segment]
    first_type = (random.random((count, 1)) > ladder).sum(axis=1).clip(0, 6)
    switches = random.random(count) < 0.14
    switch = np.where(switches, random.integers(timeline.start, timeline.end, count), NEVER)
    second_type = np.where(switches, _SWITCH_TO[first_type], first_type)
    months = timeline.month_count
    # Month by month, a customer's lateness wanders: first-order autoregression, unit variance.
    state = random.standard_normal((count, months)).astype(np.float32)
    for month in range(1, months):
        state[:, month] = 0.85 * state[:, month - 1] + 0.527 * state[:, month]
    macro = random.standard_normal(months) * 0.5
    for month in range(1, months):
        macro[month] += 0.9 * macro[month - 1]
    return Payers(
        first_type=first_type,
        second_type=second_type,
        switch=switch,
        run_kind=_draw_run_kind(random, customers, first_type, second_type),
        offset=random.standard_normal(count),
        state=state,
        macro=macro,
    )


def _draw_run_kind(
    random: np.random.Generator, customers: Customers, first: np.ndarray, second: np.ndarray
) -> np.ndarray:
    """Scheduled payers have a run; a third of the other larger transfer payers has one too."""
    kinds = np.array([FRIDAY, MONTH_END, MID_AND_MONTH_END, TUESDAY_AND_THURSDAY])
    run_kind = kinds[random.choice(4, len(customers), p=(0.34, 0.26, 0.20, 0.20))]
    is_scheduled = (first == SCHEDULED) | (second == SCHEDULED)
    by_transfer = first >= PROMPT
    chance = np.array([0.08, 0.30, 0.45])[customers.segment]
    has_run = is_scheduled | (by_transfer & (random.random(len(customers)) < chance))
    return np.where(has_run, run_kind, ANY_BUSINESS_DAY)


def draw_insolvencies(
    spec: SimulationSpec, timeline: Timeline, payers: Payers, live: np.ndarray
) -> np.ndarray:
    """Insolvency day of each customer, mostly `NEVER`: 0.2 % a year, 2 % of the cash-strapped."""
    random = spec.stream("insolvency")
    is_weak = (payers.first_type == CASH_STRAPPED) | (payers.second_type == CASH_STRAPPED)
    chance = np.where(is_weak, 0.02, 0.002) * spec.months / 12
    fails = random.random(len(chance)) < chance
    day = random.integers(timeline.start + 60, timeline.end + 60, len(chance))
    return np.where(fails & (day > live + 120), day, NEVER)


@dataclass(frozen=True)
class PaymentDay:
    """Parameters of X for each claim; see the module's charter for the formula.

    Attributes: `location`, `plan_scale`, `slip_shift`, `slip_scale` in days, `slip_share` and
    `never_share` as probabilities, `payer_type` and `run_kind` as codes.
    """

    payer_type: np.ndarray
    run_kind: np.ndarray
    location: np.ndarray
    plan_scale: np.ndarray
    slip_share: np.ndarray
    slip_shift: np.ndarray
    slip_scale: np.ndarray
    never_share: np.ndarray

    def share_by(self, days: np.ndarray) -> np.ndarray:
        """P(X <= days), with the claims that are never paid counted as later than any day."""
        from_plan = days - self.location
        plan = _logistic(from_plan / self.plan_scale)
        slip = _logistic((from_plan - self.slip_shift) / self.slip_scale)
        mixed = plan + self.slip_share * (slip - plan)
        return (1 - self.never_share) * mixed

    def draw(self, random: np.random.Generator) -> np.ndarray:
        """Whole days relative to the due date, `NEVER` for claims never paid unasked."""
        count = len(self.location)
        uniform = np.clip(random.random(count), 1e-9, 1 - 1e-9)
        noise = np.log(uniform / (1 - uniform))
        slips = random.random(count) < self.slip_share
        days = self.location + np.where(
            slips, self.slip_shift + self.slip_scale * noise, self.plan_scale * noise
        )
        is_never = random.random(count) < self.never_share
        return np.where(is_never, NEVER, np.ceil(days)).astype(np.int64)


def payment_day(
    payers: Payers, customers: Customers, timeline: Timeline, claims: Claims
) -> PaymentDay:
    """Parameters of the payment day for each claim.

    Lateness moves with the customer (own offset, monthly state, economy), the amount (1.2 days per
    factor e above the segment's usual invoice), the terms (short ones are overrun), the first
    invoice (4 days for the supplier set-up), holidays (France in August, year end) and the last
    four months before an insolvency (15 days).
    """
    customer, issued, due = claims.customer, claims.issued, claims.agreed_due
    kind = payers.type_on(customer, issued)
    month = timeline.month_index(issued)
    by_transfer = kind >= PROMPT
    usual = np.array([160.0, 900.0, 5500.0])[customers.segment[customer]]
    terms = due - issued
    moved = 1.2 * np.clip(np.log(np.maximum(claims.amount_eur, 1) / usual), -2.5, 3.5)
    moved += np.where(terms <= 15, 2.0, 0.0) - np.where(terms >= 60, 3.0, 0.0)
    moved += np.where(issued < customers.live[customer] + 45, 4.0, 0.0)
    moved += 0.8 * payers.macro[month] + holiday_delay(customers.country[customer], due)
    before_insolvency = customers.insolvency[customer] - issued
    moved += np.where(before_insolvency < 120, 15.0, 0.0)
    own = LOCATION_SPREAD[kind] * payers.offset[customer]
    own += MONTH_SPREAD[kind] * payers.state[customer, month]
    return PaymentDay(
        payer_type=kind,
        run_kind=np.where(
            by_transfer,
            payers.run_kind[customer],
            np.where(kind == CARD, ANY_DAY, ANY_BUSINESS_DAY),
        ),
        location=LOCATION[kind] + own + np.where(by_transfer, moved, 0.0),
        plan_scale=PLAN_SCALE[kind],
        slip_share=SLIP_SHARE[kind],
        slip_shift=SLIP_SHIFT[kind],
        slip_scale=SLIP_SCALE[kind],
        never_share=NEVER_SHARE[kind],
    )


def holiday_delay(country: np.ndarray, due: np.ndarray) -> np.ndarray:
    """Days of delay of claims due in August (9 in France, 5 in Spain) and at the year end (3)."""
    month, day = day_of_year_month(due)
    in_august = ((month == 7) & (day >= 25)) | (month == 8)
    at_year_end = ((month == 12) & (day >= 20)) | ((month == 1) & (day <= 2))
    august = np.array([9.0, 0.5, 0.5, 0.0, 1.0, 5.0])[country]
    return np.where(in_august, august, 0.0) + np.where(at_year_end, 3.0, 0.0)


def _logistic(value: np.ndarray) -> np.ndarray:
    return 0.5 * (1.0 + np.tanh(0.5 * value))
