"""The whole company: the order in which its parts are drawn, and the cut at the as-of day.

Belongs here: wiring only. Does not belong here: any distribution (each part has its module).

Everything is first drawn as if nobody left; claims, reminders and tickets then give the hazard of
leaving, and what would have come after the end is dropped. So no part needs a loop over months.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from connectors.simulator import (
    activities,
    churn,
    columns,
    contacts,
    corrections,
    credits,
    crm,
    customers,
    disputes,
    dunning,
    fx,
    invoices,
    payers,
    payments,
    reactions,
    settlement,
    subscriptions,
    support,
    truth,
)
from connectors.simulator.contacts import Reach
from connectors.simulator.customers import Customers
from connectors.simulator.days import NEVER, RunCalendar
from connectors.simulator.disputes import Disputes
from connectors.simulator.dunning import Plan
from connectors.simulator.invoices import Claims, Invoices
from connectors.simulator.payers import Payers, PaymentDay
from connectors.simulator.reactions import Reactions
from connectors.simulator.settlement import Course
from connectors.simulator.spec import SimulationSpec, Timeline
from connectors.simulator.subscriptions import Periods, Subscriptions
from connectors.simulator.support import Tickets

ENTITIES = (
    "customers",
    "contacts",
    "invoices",
    "invoice_due_dates",
    "payments",
    "payment_allocations",
    "credit_notes",
    "credit_note_allocations",
    "write_offs",
    "disputes",
    "promises",
    "activities",
    "subscription_versions",
    "opportunities",
    "tickets",
    "fx_rates",
)


@dataclass(frozen=True)
class SimulatedCompany:
    """A company on its as-of day.

    Attributes:
        spec: what was asked for.
        entities: one table per entity of the import contract, dates as date32, amounts as
            decimal(18,2), `recorded_at` in UTC.
        truth: what only tests and benchmarks may see.
        bad_rows: text rows that no reader should accept, by entity; empty unless `spec.dirty`.
    """

    spec: SimulationSpec
    entities: dict[str, pa.Table]
    truth: dict[str, pa.Table]
    bad_rows: dict[str, pa.Table]


@dataclass(frozen=True)
class _Base:
    """Who is there, what they buy, how they pay."""

    timeline: Timeline
    calendar: RunCalendar
    customers: Customers
    reach: Reach
    payers: Payers
    subscriptions: Subscriptions
    periods: Periods
    rises: np.ndarray
    tickets: Tickets


@dataclass(frozen=True)
class _Story:
    """What happens to every claim; arrays of one row per claim unless said otherwise."""

    invoices: Invoices
    claims: Claims
    payment: PaymentDay
    plan: Plan
    reactions: Reactions
    disputes: Disputes
    course: Course
    sent: np.ndarray
    felt: np.ndarray
    held_out: np.ndarray


def simulate(spec: SimulationSpec) -> SimulatedCompany:
    """Simulates a company; equal specifications give equal tables.

    Args:
        spec: size, span, seed and as-of day.

    Returns:
        The entities as known at the end of `spec.end_date`, and their truth.
    """
    base = _draw_base(spec)
    holdout = dunning.draw_holdout(spec, base.timeline)
    story = _draw_story(spec, base, holdout)
    decisions, ends = _draw_ends(spec, base, story)
    story, number, set_offs = _cut(spec, base, story, ends)
    entities, reminder_truth = _entities(spec, base, story, ends, number, set_offs)
    found = {
        "customers": truth.customer_truth(base.customers, base.payers, base.reach, holdout, ends),
        "invoices": truth.invoice_truth(
            base.calendar, base.customers, story.claims, story.payment, story.plan, story.course,
            number,
        ),
        "churn_decisions": truth.decision_truth(decisions, ends),
        "customer_months": truth.customer_month_truth(
            base.timeline, base.customers, decisions, ends
        ),
        "holdout": truth.holdout_truth(base.timeline, holdout),
        "reminders": reminder_truth,
        "reminder_effects": truth.effect_truth(),
    }  # fmt: skip
    bad = corrections.bad_rows(spec, entities)
    entities = corrections.correct(spec, base.timeline, entities)
    return SimulatedCompany(spec, {name: entities[name] for name in ENTITIES}, found, bad)


def _draw_base(spec: SimulationSpec) -> _Base:
    timeline = Timeline.of(spec)
    # Two years beyond the end hold the payments that the truth knows.
    calendar = RunCalendar.between(timeline.run_in - 60, timeline.end + 730)
    people = customers.draw_customers(spec, timeline)
    paying = payers.draw_payers(spec, timeline, people)
    by_card = paying.first_type == payers.CARD
    people = replace(
        people,
        terms_days=np.where(by_card, 0, people.terms_days),
        insolvency=payers.draw_insolvencies(spec, timeline, paying, people.live),
    )
    subs = subscriptions.draw_subscriptions(spec, timeline, people)
    periods = subscriptions.billing_periods(spec, timeline, subs)
    rises = churn.rises_by_month(len(people), timeline, subs, periods)
    return _Base(
        timeline=timeline,
        calendar=calendar,
        customers=people,
        reach=contacts.draw_reach(spec, timeline, people),
        payers=paying,
        subscriptions=subs,
        periods=periods,
        rises=rises,
        tickets=support.draw_tickets(spec, timeline, people, paying, rises),
    )


def _draw_story(spec: SimulationSpec, base: _Base, holdout: dunning.Holdout) -> _Story:
    people, calendar = base.customers, base.calendar
    bills = invoices.draw_invoices(spec, base.timeline, people, base.subscriptions, base.periods)
    bills, claims = invoices.split_claims(spec, people, base.payers, bills)
    law = payers.payment_day(
        base.payers, people, base.timeline, claims.customer, claims.issued, claims.agreed_due,
        claims.amount_eur,
    )  # fmt: skip
    plan = dunning.draw_plan(spec, calendar, people, base.reach, holdout, claims, law)
    reacts = reactions.draw_reactions(spec, calendar, people, claims, law, plan)
    fights = disputes.draw_disputes(spec, people, base.tickets, claims, law)
    course = settlement.draw_courses(
        spec, calendar, people, bills, claims, law, plan, reacts, fights
    )
    facts = (spec, people, bills, claims, plan, course, fights)
    sent, in_dispute = settlement.sent_steps(*facts)
    would_send, _ = settlement.sent_steps(*facts, holdout_day=True)
    felt = dunning.pressure(plan, claims, sent, in_dispute)
    held_out = would_send[:, 1] & plan.is_holdout
    return _Story(bills, claims, law, plan, reacts, fights, course, sent, felt, held_out)


def _draw_ends(
    spec: SimulationSpec, base: _Base, story: _Story
) -> tuple[churn.Decisions, churn.Ends]:
    count, timeline = len(base.customers), base.timeline
    failed, failure_end = churn.failure_days(spec, story.claims, story.payment, story.course)
    pressure = churn.pressure_by_month(count, timeline, story.claims, story.plan.day, story.felt)
    happens = (failed < NEVER).astype(np.float32)[:, None]
    failures = churn.pressure_by_month(count, timeline, story.claims, failed[:, None], happens)
    decisions = churn.draw_decisions(
        spec, timeline, base.customers, base.payers, base.subscriptions, base.periods,
        base.tickets.burden(count, timeline), base.rises, failures, pressure,
    )  # fmt: skip
    ends = churn.draw_ends(
        timeline, base.customers, base.subscriptions, decisions, story.claims, failed, failure_end
    )
    return decisions, ends


def _cut(
    spec: SimulationSpec, base: _Base, story: _Story, ends: churn.Ends
) -> tuple[_Story, np.ndarray, credits.SetOffs]:
    """Keeps invoices of subscriptions still running and, before the history, only open ones.

    Returns:
        The story of the kept invoices, the identifier number of each claim's invoice, and the
        set-offs of loose credits.
    """
    bills = story.invoices
    limit = np.where(
        bills.subscription >= 0, ends.end[bills.subscription], ends.customer_end[bills.customer]
    )
    kept = (bills.issued < limit) & (bills.issued <= base.timeline.end)
    first = np.flatnonzero(story.claims.number == 1)
    last_day = np.maximum.reduceat(story.course.last_day, first)
    is_void = bills.void < base.timeline.start
    kept &= (bills.issued >= base.timeline.start) | ((last_day >= base.timeline.start) & ~is_void)
    on_claim = kept[story.claims.invoice]
    parts = {
        name: columns.take_rows(value, on_claim) if not isinstance(value, np.ndarray) else value[on_claim]
        for name, value in vars(story).items()
        if name != "invoices"
    }  # fmt: skip
    renumbered = np.cumsum(kept) - 1
    claims = parts["claims"]
    parts["claims"] = replace(claims, invoice=renumbered[claims.invoice])
    cut = _Story(invoices=columns.take_rows(bills, kept), **parts)
    by_issue = np.lexsort((cut.invoices.customer, cut.invoices.issued))
    number = np.empty(len(by_issue), np.int64)
    number[by_issue] = np.arange(len(by_issue))
    own = cut.claims.invoice
    is_taken = (cut.invoices.void[own] < NEVER) | (cut.invoices.instalments[own] > 1)
    course, set_offs = credits.set_off_loose_credits(spec, cut.claims, cut.course, is_taken)
    return replace(cut, course=course), number[own], set_offs


def _entities(
    spec: SimulationSpec,
    base: _Base,
    story: _Story,
    ends: churn.Ends,
    number: np.ndarray,
    set_offs: credits.SetOffs,
) -> tuple[dict[str, pa.Table], pa.Table]:
    timeline, people, claims, course = base.timeline, base.customers, story.claims, story.course
    known = np.where(people.insolvency <= timeline.end, people.insolvency, NEVER)
    seen = replace(people, insolvency=known)
    master = customers.customer_table(spec, seen)
    first = np.flatnonzero(claims.number == 1)
    paid, applied = payments.collect_payments(
        spec, people, claims, story.payment.payer_type, course
    )
    payment_rows, allocation_rows = payments.payment_tables(
        spec, timeline, people, paid, applied, number
    )
    notes, note_allocations = credits.credit_tables(
        spec, timeline, people, claims, course, set_offs, number
    )
    acts = activities.collect_activities(
        spec, claims, base.reach, story.plan, story.reactions, course, story.sent, story.held_out,
        story.felt,
    )  # fmt: skip
    activity_rows, reminder_truth = activities.activity_table(spec, timeline, claims, acts, number)
    is_disputed = course.is_disputed
    deals = crm.collect_opportunities(
        spec, timeline, people, base.subscriptions, base.periods, ends
    )
    first_day = int(min(timeline.start, claims.issued.min(initial=timeline.start))) - 40
    tables = {
        "customers": master,
        "contacts": contacts.contact_table(
            spec, people, master["email_domain"].to_pylist(), base.reach
        ),
        "invoices": invoices.invoice_table(spec, timeline, people, story.invoices, number[first]),
        "invoice_due_dates": invoices.due_date_table(
            spec, timeline, claims, number, story.invoices.instalments[claims.invoice],
            course.first_day,
        ),
        "payments": payment_rows,
        "payment_allocations": allocation_rows,
        "credit_notes": notes,
        "credit_note_allocations": note_allocations,
        "write_offs": credits.write_off_table(spec, timeline, claims, course, number),
        "disputes": disputes.dispute_table(
            spec, timeline, columns.take_rows(story.disputes, is_disputed), number[is_disputed]
        ),
        "promises": activities.promise_table(
            spec, timeline, claims, story.reactions, course, story.sent, number
        ),
        "activities": activity_rows,
        "subscription_versions": subscriptions.version_table(
            spec, timeline, people, base.subscriptions, base.periods, ends.end, ends.reason,
            ends.failed_on,
        ),
        "opportunities": crm.opportunity_table(spec, timeline, people, deals),
        "tickets": support.ticket_table(timeline, base.tickets, ends.customer_end),
        "fx_rates": fx.fx_table(spec, timeline, first_day),
    }  # fmt: skip
    return tables, reminder_truth
