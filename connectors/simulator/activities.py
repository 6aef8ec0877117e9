"""What the company did and heard about its claims: the `activities` and `promises` entities.

Belongs here: rows of reminders, calls, letters, holdout notes, replies, bounces and promises. Does
not belong here: the plan (dunning.py) and what a reminder sets off (reactions.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from connectors.simulator import columns
from connectors.simulator.contacts import Reach
from connectors.simulator.days import NEVER, weekday_of
from connectors.simulator.dunning import CALL, CHANNELS, EMAIL, TONES, Plan
from connectors.simulator.invoices import Claims
from connectors.simulator.reactions import BREAKS, KEEPS, NOTHING, PAYS, Reactions
from connectors.simulator.settlement import Course
from connectors.simulator.spec import SimulationSpec, Timeline

KINDS = ("reminder", "call", "letter", "reply", "note")
REMINDER, CALLED, LETTERED, REPLY, NOTE = range(5)
"""The first three are in the order of the channels: a reminder's kind is its channel's code."""
DIRECTIONS = ("out", "in", "internal")
OUT, IN, INTERNAL = range(3)
ARMS = ("treated", "holdout")
COLLECTORS = ("COL-01", "COL-02", "COL-03", "COL-04", "COL-05", "COL-06")

HOLDOUT_TEMPLATE = "holdout"
BOUNCE_TEMPLATE = "bounce"
TEMPLATES = (
    *(f"{tone}_{channel}" for tone in TONES for channel in CHANNELS),
    HOLDOUT_TEMPLATE,
    BOUNCE_TEMPLATE,
)
_HOLDOUT, _BOUNCE = len(TEMPLATES) - 2, len(TEMPLATES) - 1


@dataclass(frozen=True)
class Activities:
    """One row per activity; codes index the tuples above, -1 is null."""

    claim: np.ndarray
    day: np.ndarray
    kind: np.ndarray
    direction: np.ndarray
    channel: np.ndarray
    minutes: np.ndarray
    collector: np.ndarray
    step: np.ndarray
    template: np.ndarray
    arm: np.ndarray
    effect: np.ndarray
    pressure: np.ndarray


def collect_activities(
    spec: SimulationSpec,
    claims: Claims,
    reach: Reach,
    plan: Plan,
    reactions: Reactions,
    course: Course,
    sent: np.ndarray,
    held_out: np.ndarray,
    felt: np.ndarray,
) -> Activities:
    """Lists everything sent, held back, bounced and answered.

    Args:
        spec: the specification.
        claims: the written claims.
        reach: how their customers can be reached.
        plan: the reminder plan.
        reactions: what each reminder would set off.
        course: what became of each claim.
        sent: shape (claims, steps), steps that were sent.
        held_out: shape (claims,), claims whose first reminder was held back by the holdout.
        felt: shape (claims, steps), pressure of each sent step.
    """
    random = spec.stream("activities")
    claim, step = np.nonzero(sent)
    channel, day = plan.channel[claim, step].astype(int), plan.day[claim, step]
    arm = np.where(step == 0, -1, plan.is_holdout[claim].astype(int))
    minutes = np.select(
        [channel == EMAIL, channel == CALL],
        [random.integers(1, 4, len(claim)), 3 + random.geometric(0.12, len(claim))],
        random.integers(5, 11, len(claim)),
    )
    reminders = Activities(
        claim=claim,
        day=day,
        kind=channel,
        direction=np.full(len(claim), OUT),
        channel=channel,
        minutes=np.minimum(minutes, 45),
        collector=_collector(claims, claim),
        step=step,
        template=plan.tone[claim, step].astype(int) * len(CHANNELS) + channel,
        arm=arm,
        effect=plan.effect[claim, step],
        pressure=felt[claim, step],
    )
    held = np.flatnonzero(held_out)
    notes = _plain(held, plan.intended[held, 1], NOTE, INTERNAL)
    notes.step[:], notes.template[:], notes.arm[:] = 1, _HOLDOUT, 1
    notes.channel[:], notes.collector[:] = plan.channel[held, 1], _collector(claims, held)
    mailed = (channel == EMAIL) & (day >= reach.bounce_from[claims.customer[claim]])
    bounces = _plain(claim[mailed], day[mailed], NOTE, IN)
    bounces.channel[:], bounces.template[:], bounces.step[:] = EMAIL, _BOUNCE, step[mailed]
    bounces.arm[:] = arm[mailed]
    replies = _replies(random, plan, reactions, course, sent)
    return columns.stack_rows(reminders, notes, bounces, replies)


def _plain(claim: np.ndarray, day: np.ndarray, kind: int, direction: int) -> Activities:
    """Rows that only have a claim, a day, a kind and a direction."""
    count = len(claim)
    none, nothing = np.full(count, -1), np.zeros(count)
    return Activities(
        claim=claim,
        day=day,
        kind=np.full(count, kind),
        direction=np.full(count, direction),
        channel=none.copy(),
        minutes=none.copy(),
        collector=none.copy(),
        step=none.copy(),
        template=none.copy(),
        arm=none.copy(),
        effect=nothing,
        pressure=nothing,
    )


def _collector(claims: Claims, claim: np.ndarray) -> np.ndarray:
    """Each customer has one collector."""
    return claims.customer[claim] * 7 % len(COLLECTORS)


def _replies(
    random: np.random.Generator, plan: Plan, reactions: Reactions, course: Course, sent: np.ndarray
) -> Activities:
    """Answers before payment: to one mail or letter in four that works, one in 30 that does not."""
    chance = np.where(reactions.kind == PAYS, 0.25, np.where(reactions.kind == NOTHING, 0.03, 0.6))
    chance = np.where(plan.channel == CALL, 0.0, chance) * (plan.effect > 0)
    answers = sent & (random.random(sent.shape, dtype=np.float32) < chance)
    claim, step = np.nonzero(answers)
    day = plan.day[claim, step] + random.integers(0, 4, len(claim))
    day = day + np.where(weekday_of(day) >= 5, 2, 0)
    is_open = day <= course.first_day[claim]
    rows = _plain(claim[is_open], day[is_open], REPLY, IN)
    rows.channel[:] = EMAIL
    return rows


def activity_table(
    spec: SimulationSpec,
    timeline: Timeline,
    claims: Claims,
    activities: Activities,
    invoice_number: np.ndarray,
) -> tuple[pa.Table, pa.Table]:
    """The `activities` entity, and the truth of each reminder in it, in the same order."""
    random = spec.stream("activity columns")
    invoice = invoice_number[activities.claim]
    order = np.lexsort((activities.kind, activities.step, invoice, activities.day))
    order = order[activities.day[order] <= timeline.end]
    rows, number = columns.take_rows(activities, order), np.arange(len(order))
    second = columns.office_seconds(random, rows.day)
    activity_id = columns.identifiers("ACT", number, 7)
    entity = columns.table(
        {
            "activity_id": activity_id,
            "activity_date": columns.dates(rows.day),
            "kind": columns.labels(KINDS, rows.kind),
            "direction": columns.labels(DIRECTIONS, rows.direction),
            "customer_id": columns.identifiers("CUS", claims.customer[rows.claim]),
            "invoice_id": columns.identifiers("INV", invoice_number[rows.claim], 7),
            "channel": columns.labels(CHANNELS, rows.channel),
            "minutes": columns.whole_numbers(rows.minutes, rows.minutes < 0),
            "collector_id": columns.labels(COLLECTORS, rows.collector),
            "step": columns.whole_numbers(rows.step, rows.step < 0),
            "template": columns.labels(TEMPLATES, rows.template),
            "experiment_arm": columns.labels(ARMS, rows.arm),
            "recorded_at": columns.timestamps(second),
        }
    )
    is_reminder = rows.kind <= LETTERED
    truth = pa.table(
        {
            "activity_id": activity_id,
            "response_probability": pa.array(rows.effect.astype(np.float64)),
            "pressure": pa.array(rows.pressure.astype(np.float64)),
        }
    ).filter(pa.array(is_reminder))
    return entity, truth


def promise_table(
    spec: SimulationSpec,
    timeline: Timeline,
    claims: Claims,
    reactions: Reactions,
    course: Course,
    sent: np.ndarray,
    void: np.ndarray,
    invoice_number: np.ndarray,
) -> pa.Table:
    """The `promises` entity: made in answer to a sent reminder while the claim was unpaid.

    Args:
        spec: the specification.
        timeline: its day grid.
        claims: the written claims.
        reactions: what each reminder would set off.
        course: what became of each claim.
        sent: shape (claims, steps), steps that were sent.
        void: day each claim's invoice was voided, `NEVER` if not.
        invoice_number: identifier number of each claim's invoice.
    """
    random = spec.stream("promises")
    says = sent & ((reactions.kind == KEEPS) | (reactions.kind == BREAKS))
    claim, step = np.nonzero(says)
    made, promised = reactions.made[claim, step], reactions.promised[claim, step]
    is_real = (made < course.first_day[claim]) & (made < void[claim]) & (made <= timeline.end)
    claim, made, promised = claim[is_real], made[is_real], promised[is_real]
    is_part = random.random(len(claim)) < 0.07
    amount = claims.amount[claim] - course.credit[claim]
    amount = np.where(is_part, amount // 2, amount)
    recalled = random.random(len(claim)) < 0.02
    recall_day = np.minimum(made + random.integers(1, 6, len(claim)), promised)
    cancelled = np.where(recalled, recall_day, NEVER)
    order = np.lexsort((invoice_number[claim], made))
    claim, made = claim[order], made[order]
    cancelled = np.where(cancelled[order] <= timeline.end, cancelled[order], NEVER)
    return columns.table(
        {
            "promise_id": columns.identifiers("PRO", np.arange(len(claim))),
            "invoice_id": columns.identifiers("INV", invoice_number[claim], 7),
            "made_date": columns.dates(made),
            "promised_date": columns.dates(promised[order]),
            "amount": columns.money(amount[order]),
            "cancelled_date": columns.dates(cancelled),
            "recorded_at": columns.timestamps(columns.office_seconds(random, made)),
        }
    )
