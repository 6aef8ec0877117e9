"""How the company chased its money: reminder steps, the randomised holdout, and their true effect.

Belongs here: the historic reminder plan of each claim, who was held out, and how probably each
reminder moves each kind of payer. Does not belong here: which reminders were sent in the end, which
depends on payment (settlement.py), and their rows (activities.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.simulator.contacts import Reach
from connectors.simulator.customers import Customers
from connectors.simulator.days import ANY_BUSINESS_DAY, NEVER, RunCalendar, weekday_of
from connectors.simulator.invoices import Claims
from connectors.simulator.payers import PaymentDay
from connectors.simulator.spec import SimulationSpec, Timeline

STEPS = 5
"""Step 0 leaves a week before the due date, steps 1 to 4 after it."""

HOLDOUT_DELAY_DAYS = 14
STANDING_CONTROL_SHARE = 0.05
WAVE_HOLDOUT_SHARE = 0.12
WAVE_DAYS = 91

CHANNELS = ("email", "call", "letter")
EMAIL, CALL, LETTER = range(3)
TONES = ("friendly", "neutral", "firm", "formal")
FRIENDLY, NEUTRAL, FIRM, FORMAL = range(4)
TIMINGS = ("early", "standard", "late")

STEP_DAYS = np.array([[-7, 1, 9, 20, 38], [-7, 4, 14, 28, 48], [-7, 8, 20, 38, 60]])
"""Days after the due date by timing and step."""

CHANNEL_SHARES = np.array(
    [[1, 0, 0], [0.88, 0.12, 0], [0.60, 0.40, 0], [0.30, 0.45, 0.25], [0.25, 0.10, 0.65]]
)
TONE_SHARES = np.array(
    [
        [1, 0, 0, 0],
        [0.50, 0.32, 0.18, 0],
        [0.15, 0.45, 0.40, 0],
        [0, 0.25, 0.60, 0.15],
        [0, 0, 0.25, 0.75],
    ]
)

# True effects: probability that a reminder alone makes an open claim be paid within days.
STEP_EFFECT = np.array([0.10, 0.20, 0.22, 0.27, 0.32])
PAYER_EFFECT = np.array([0.3, 1.2, 1.3, 0.5, 1.0, 0.55, 0.5])
TIMING_EFFECT = np.array([0.80, 1.0, 1.05])
WEEKDAY_EFFECT = np.array([0.9, 1.1, 1.15, 1.1, 0.8, 0.8, 0.8])
CHANNEL_EFFECT = np.array([[1.0, 1.15, 0.9], [1.0, 1.6, 1.15]])
"""By size (below, above 2,000 euro) and channel."""
TONE_EFFECT = np.array(
    [
        [1.0, 1.0, 1.0, 1.0],
        [1.0, 1.0, 1.1, 1.0],
        [1.15, 1.1, 0.75, 0.7],
        [1.0, 1.0, 0.85, 0.9],
        [0.75, 0.95, 1.4, 1.5],
        [1.15, 1.0, 0.7, 0.75],
        [1.1, 1.0, 0.7, 0.6],
    ]
)
"""By payer type and tone: firmness moves habitual late payers and puts off prompt ones."""

# Pressure that a sent reminder puts on a customer; it feeds the churn hazard.
TONE_PRESSURE = np.array([0.0, 0.1, 0.6, 1.0])
CHANNEL_PRESSURE = np.array([0.0, 0.3, 0.25])
EARLY_PRESSURE = 0.3
DISPUTED_PRESSURE = 1.0


@dataclass(frozen=True)
class Plan:
    """The reminders a claim would get while it is open: arrays of shape (claims, STEPS).

    Attributes: `day` is the sending day (`NEVER`: not planned), `intended` the day without holdout;
    `effect` the probability that the reminder works; `timing` (claims,) and `is_holdout` (claims,).
    """

    day: np.ndarray
    intended: np.ndarray
    channel: np.ndarray
    tone: np.ndarray
    effect: np.ndarray
    timing: np.ndarray
    is_holdout: np.ndarray
    wave: np.ndarray


@dataclass(frozen=True)
class Holdout:
    """The draw: `arm` of shape (customers, waves) is true for held out, `standing` for always."""

    arm: np.ndarray
    standing: np.ndarray
    timing: np.ndarray
    first_wave: int


def draw_holdout(spec: SimulationSpec, timeline: Timeline) -> Holdout:
    """Sticky by customer and wave of 91 days; 5 % of customers are held out in every wave."""
    random = spec.stream("holdout")
    first_wave = timeline.run_in // WAVE_DAYS
    waves = (timeline.horizon + 400) // WAVE_DAYS - first_wave + 1
    shape = (spec.customers, waves)
    standing = random.random(spec.customers) < STANDING_CONTROL_SHARE
    arm = (random.random(shape) < WAVE_HOLDOUT_SHARE) | standing[:, None]
    timing = random.choice(3, shape, p=(0.3, 0.45, 0.25)).astype(np.int8)
    return Holdout(arm, standing, timing, first_wave)


def draw_plan(
    spec: SimulationSpec,
    calendar: RunCalendar,
    customers: Customers,
    reach: Reach,
    holdout: Holdout,
    claims: Claims,
    payment: PaymentDay,
) -> Plan:
    """Plans five steps for each claim, with chance in channel, tone and timing.

    Small claims get no step 3 and 4, step 0 exists above 1,000 euro, one step in ten falls to lack
    of time, one claim in seventeen is never chased, opted-out customers get no e-mail.
    """
    random, count = spec.stream("plan"), len(claims.invoice)
    customer = claims.customer
    wave = np.clip(claims.agreed_due // WAVE_DAYS - holdout.first_wave, 0, holdout.arm.shape[1] - 1)
    timing, is_holdout = holdout.timing[customer, wave], holdout.arm[customer, wave]
    channel = _draw_by_step(random, CHANNEL_SHARES, count)
    tone = _draw_by_step(random, TONE_SHARES, count)
    is_planned = random.random((count, STEPS)) >= 0.10
    is_planned &= (random.random(count) >= 0.06)[:, None]
    is_planned[:, 0] &= (claims.amount_eur > 1000) & (random.random(count) < 0.4)
    is_planned[:, 3:] &= (claims.amount_eur > 150)[:, None]
    can_mail = reach.has_email & ~reach.is_opted_out
    is_planned &= (channel != EMAIL) | can_mail[customer][:, None]
    country = customers.country[customer][:, None]
    target = claims.agreed_due[:, None] + STEP_DAYS[timing]
    intended = calendar.next_run(country, ANY_BUSINESS_DAY, target)
    is_planned[:, 0] &= intended[:, 0] > claims.issued + 3
    delay = np.where(is_holdout, HOLDOUT_DELAY_DAYS, 0)[:, None] * (np.arange(STEPS) > 0)
    day = calendar.next_run(country, ANY_BUSINESS_DAY, target + delay)
    effect = _effect(claims, payment, day, channel, tone, timing)
    bounces = (channel == EMAIL) & (day >= reach.bounce_from[customer][:, None])
    effect[bounces] = 0.0
    return Plan(
        day=np.where(is_planned, day, NEVER).astype(np.int32),
        intended=np.where(is_planned, intended, NEVER).astype(np.int32),
        channel=channel,
        tone=tone,
        effect=np.where(is_planned, effect, 0.0).astype(np.float32),
        timing=timing,
        is_holdout=is_holdout,
        wave=wave,
    )


def _draw_by_step(random: np.random.Generator, shares: np.ndarray, count: int) -> np.ndarray:
    """A code per claim and step with the shares of that step."""
    draw = random.random((count, STEPS), dtype=np.float32)
    ladder = np.cumsum(shares, axis=1)[:, :-1]
    code = np.zeros((count, STEPS), np.int8)
    for rung in range(ladder.shape[1]):
        code += draw > ladder[:, rung]
    return code


def _effect(
    claims: Claims,
    payment: PaymentDay,
    day: np.ndarray,
    channel: np.ndarray,
    tone: np.ndarray,
    timing: np.ndarray,
) -> np.ndarray:
    """True probability that each reminder works, at most 0.75."""
    kind = payment.payer_type
    is_large = (claims.amount_eur > 2000).astype(int)
    effect = STEP_EFFECT[None, :] * PAYER_EFFECT[kind][:, None] * TIMING_EFFECT[timing][:, None]
    effect = effect * WEEKDAY_EFFECT[weekday_of(day)]
    effect *= CHANNEL_EFFECT[is_large[:, None], channel]
    effect *= TONE_EFFECT[kind[:, None], tone]
    return np.minimum(effect, 0.75)


def pressure(plan: Plan, claims: Claims, sent: np.ndarray, is_disputed: np.ndarray) -> np.ndarray:
    """Pressure of each sent reminder, shape (claims, STEPS); 0 where none was sent.

    Args:
        plan: the reminder plan.
        claims: its claims.
        sent: whether each step was sent.
        is_disputed: whether the claim was under dispute on the day of each step.
    """
    felt = TONE_PRESSURE[plan.tone] + CHANNEL_PRESSURE[plan.channel]
    # Step 0 is a courtesy; a reminder within three days after the due date is felt as hasty.
    past_due = plan.day - claims.due[:, None]
    felt += np.where((past_due > 0) & (past_due <= 3), EARLY_PRESSURE, 0.0)
    felt += np.where(is_disputed, DISPUTED_PRESSURE, 0.0)
    return np.where(sent, felt, 0.0).astype(np.float32)
