"""What the models are to find, written down: for tests and benchmarks only.

Belongs here: the truth tables and the exact probability of payment by a day. Does not belong here:
anything that the company's own files contain. Nothing outside the simulator, tests and benchmarks
may read these tables; a test asserts it.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from connectors.simulator import columns
from connectors.simulator.churn import Decisions, Ends
from connectors.simulator.contacts import Reach
from connectors.simulator.customers import Customers
from connectors.simulator.days import (
    ANY_BUSINESS_DAY,
    NEVER,
    RUN_KINDS,
    RunCalendar,
    first_of_month,
)
from connectors.simulator.dunning import TIMINGS, WAVE_DAYS, Holdout, Plan
from connectors.simulator.invoices import Claims
from connectors.simulator.payers import PAYER_TYPES, Payers, PaymentDay
from connectors.simulator.reactions import reaction_run_kind, unmoved_share
from connectors.simulator.settlement import Course, earliest_pay
from connectors.simulator.spec import Timeline

HORIZONS = (7, 14, 30, 60)


def share_paid_by(
    calendar: RunCalendar,
    customers: Customers,
    claims: Claims,
    payment: PaymentDay,
    plan: Plan,
    day: np.ndarray,
) -> np.ndarray:
    """Exact P(claim paid by `day`), shape (claims,), for claims whose course is plain.

    P = 1 - (1 - F(run(day) - due)) * product over reminders of (1 - P(its reaction paid by day)),
    given the latent state at issue and the reminder plan (arm, channel, tone, timing).
    """
    country = customers.country[claims.customer]
    own_run = calendar.last_run(country, payment.run_kind, day)
    by_time = np.where(
        own_run >= earliest_pay(claims, payment), payment.share_by(own_run - claims.agreed_due), 0.0
    )
    business_day = calendar.last_run(country, ANY_BUSINESS_DAY, day)
    reply_run = calendar.last_run(country, reaction_run_kind(payment), day)
    return 1 - (1 - by_time) * unmoved_share(plan, payment, reply_run, business_day)


def customer_truth(
    customers: Customers, payers: Payers, reach: Reach, holdout: Holdout, ends: Ends
) -> pa.Table:
    """One row per customer: payer types, drift, payment run, standing control, true end."""
    return pa.table(
        {
            "customer_id": columns.identifiers("CUS", np.arange(len(customers))),
            "payer_type": columns.labels(PAYER_TYPES, payers.first_type),
            "later_payer_type": columns.labels(PAYER_TYPES, payers.second_type),
            "switch_date": columns.dates(payers.switch),
            "payment_run": columns.labels(RUN_KINDS, payers.run_kind),
            "own_lateness": pa.array(payers.offset),
            "is_standing_control": pa.array(holdout.standing),
            "bounce_from_date": columns.dates(reach.bounce_from),
            "insolvency_date": columns.dates(customers.insolvency),
            "end_date": columns.dates(ends.customer_end),
            "end_reason": columns.labels(
                ("voluntary", "payment_failure", "other"), ends.customer_reason
            ),
        }
    )


def invoice_truth(
    calendar: RunCalendar,
    customers: Customers,
    claims: Claims,
    payment: PaymentDay,
    plan: Plan,
    course: Course,
    invoice_number: np.ndarray,
) -> pa.Table:
    """One row per invoice: parameters and probabilities of its first claim, true payment dates.

    `eventual_payment_date` is null for what is never paid in full by cash; it may lie after the end.
    The probabilities hold where `is_analytic`.
    """
    full = np.where(course.second > 0, course.second_day, course.first_day)
    is_paid = course.first + course.second - np.where(course.returned_day < NEVER, course.first, 0)
    full = np.where(is_paid + course.credit >= claims.amount, full, NEVER)
    full = np.where(is_paid > 0, full, NEVER)
    first = np.flatnonzero(claims.number == 1)
    eventual = np.maximum.reduceat(full, first)
    order = first[np.argsort(invoice_number[first])]
    rows = columns.take_rows(claims, order)
    law, steps = columns.take_rows(payment, order), columns.take_rows(plan, order)
    probabilities = {
        f"p_paid_{days}d_after_{name}": pa.array(
            share_paid_by(calendar, customers, rows, law, steps, since + days)
        )
        for name, since in (("issue", rows.issued), ("due", rows.due))
        for days in HORIZONS
    }
    return pa.table(
        {
            "invoice_id": columns.identifiers("INV", invoice_number[order], 7),
            "payer_type": columns.labels(PAYER_TYPES, law.payer_type),
            "payment_run": columns.labels(RUN_KINDS, law.run_kind),
            "location_days": pa.array(law.location),
            "plan_scale_days": pa.array(law.plan_scale),
            "slip_share": pa.array(law.slip_share),
            "slip_shift_days": pa.array(law.slip_shift),
            "slip_scale_days": pa.array(law.slip_scale),
            "never_share": pa.array(law.never_share),
            "is_holdout": pa.array(steps.is_holdout),
            "wave": columns.whole_numbers(steps.wave),
            "timing": columns.labels(TIMINGS, steps.timing),
            **probabilities,
            "unprompted_payment_date": columns.dates(course.unmoved_pay[order]),
            "first_payment_date": columns.dates(course.first_day[order]),
            "eventual_payment_date": columns.dates(eventual[np.argsort(invoice_number[first])]),
            "is_disputed": pa.array(course.is_disputed[order]),
            "is_analytic": pa.array(course.is_plain[order]),
        }
    )


def decision_truth(decisions: Decisions, ends: Ends) -> pa.Table:
    """One row per decision to stay or leave of a customer still there: hazard and what made it."""
    alive = decisions.day <= ends.customer_end[decisions.customer]
    rows = columns.take_rows(decisions, alive)
    return pa.table(
        {
            "customer_id": columns.identifiers("CUS", rows.customer),
            "decision_date": columns.dates(rows.day),
            "discontent": pa.array(rows.discontent.astype(np.float64)),
            "ticket_weight": pa.array(rows.tickets),
            "price_rise": pa.array(rows.price_rise),
            "payment_failures": pa.array(rows.failures),
            "dunning_pressure": pa.array(rows.pressure),
            "hazard": pa.array(rows.hazard),
            "hazard_without_dunning": pa.array(rows.hazard_unpressed),
            "is_end": pa.array(rows.leaves),
        }
    )


def customer_month_truth(
    timeline: Timeline, customers: Customers, decisions: Decisions, ends: Ends
) -> pa.Table:
    """One row per customer and month of life: probability of a voluntary end within that month."""
    months = timeline.month_count
    key = decisions.customer * months + timeline.month_index(decisions.day)
    stay = np.bincount(key, np.log1p(-decisions.hazard), len(customers) * months)
    first_day = first_of_month(timeline.first_month + np.arange(months))
    lives = (first_day[None, :] >= customers.live[:, None]) & (first_day >= timeline.start)[None, :]
    lives &= (first_day[None, :] <= ends.customer_end[:, None]) & (first_day <= timeline.end)[
        None, :
    ]
    customer, month = np.nonzero(lives)
    return pa.table(
        {
            "customer_id": columns.identifiers("CUS", customer),
            "month_start_date": columns.dates(first_day[month]),
            "hazard": pa.array(-np.expm1(stay.reshape(-1, months)[customer, month])),
        }
    )


def holdout_truth(timeline: Timeline, holdout: Holdout) -> pa.Table:
    """One row per customer and wave: the arm drawn and the timing of reminders."""
    customer, wave = np.indices(holdout.arm.shape).reshape(2, -1)
    first = (holdout.first_wave + wave) * WAVE_DAYS
    kept = (first + WAVE_DAYS > timeline.start) & (first <= timeline.end)
    customer, wave, first = customer[kept], wave[kept], first[kept]
    return pa.table(
        {
            "customer_id": columns.identifiers("CUS", customer),
            "wave": columns.whole_numbers(wave),
            "wave_start_date": columns.dates(first),
            "experiment_arm": columns.labels(
                ("treated", "holdout"), holdout.arm[customer, wave].astype(int)
            ),
            "timing": columns.labels(TIMINGS, holdout.timing[customer, wave]),
        }
    )


def effect_truth() -> pa.Table:
    """The true multipliers of reminder effects, one row per factor and level."""
    from connectors.simulator import dunning

    rows: list[tuple[str, str, float]] = []
    rows += [("step", str(k), float(v)) for k, v in enumerate(dunning.STEP_EFFECT)]
    rows += [("payer_type", PAYER_TYPES[k], float(v)) for k, v in enumerate(dunning.PAYER_EFFECT)]
    rows += [("timing", TIMINGS[k], float(v)) for k, v in enumerate(dunning.TIMING_EFFECT)]
    rows += [("weekday", str(k), float(v)) for k, v in enumerate(dunning.WEEKDAY_EFFECT)]
    for size, name in enumerate(("up_to_2000_eur", "above_2000_eur")):
        for k, v in enumerate(dunning.CHANNEL_EFFECT[size]):
            rows.append((f"channel, {name}", dunning.CHANNELS[k], float(v)))
    for kind, name in enumerate(PAYER_TYPES):
        for k, v in enumerate(dunning.TONE_EFFECT[kind]):
            rows.append((f"tone, {name}", dunning.TONES[k], float(v)))
    factors, levels, values = zip(*rows, strict=True)
    return pa.table({"factor": list(factors), "level": list(levels), "value": list(values)})
