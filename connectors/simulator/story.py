"""The drawn story of a company: who is there, what happens to every claim, who leaves.

Belongs here: the order in which the parts are drawn, and the cut of what never came about. Does not
belong here: any distribution (each part has its module) and the entities (assembly.py).

Everything is first drawn as if nobody left; claims, reminders and tickets then give the hazard of
leaving, and what would have come after an end is dropped. So no part needs a loop over months.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from connectors.simulator import (
    churn,
    columns,
    contacts,
    customers,
    disputes,
    dunning,
    invoices,
    payers,
    reactions,
    sending,
    settlement,
    subscriptions,
    support,
)
from connectors.simulator.contacts import Reach
from connectors.simulator.credits import SetOffs, set_off_loose_credits
from connectors.simulator.customers import Customers
from connectors.simulator.days import NEVER, RunCalendar
from connectors.simulator.disputes import Disputes
from connectors.simulator.dunning import Holdout, Plan
from connectors.simulator.invoices import Claims, Invoices
from connectors.simulator.payers import Payers, PaymentDay
from connectors.simulator.reactions import Reactions
from connectors.simulator.settlement import Course
from connectors.simulator.spec import SimulationSpec, Timeline
from connectors.simulator.subscriptions import Periods, Subscriptions
from connectors.simulator.support import Tickets

TRUTH_DAYS = 730
"""Days beyond the end for which the calendar knows payment runs: the truth sees that far."""


@dataclass(frozen=True)
class Base:
    """Who is there, what they buy, how they pay.

    Attributes: `rises` (relative price rises) and `discontent` have shape (customers, months).
    """

    timeline: Timeline
    calendar: RunCalendar
    customers: Customers
    reach: Reach
    payers: Payers
    holdout: Holdout
    subscriptions: Subscriptions
    periods: Periods
    rises: np.ndarray
    discontent: np.ndarray
    tickets: Tickets


@dataclass(frozen=True)
class Story:
    """What happens to every claim: one row per claim in everything but `invoices`.

    Attributes: `sent` and `felt` have shape (claims, steps); `held_out` marks claims whose first
    reminder the holdout held back.
    """

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


def draw_base(spec: SimulationSpec) -> Base:
    """Draws customers, their habits, what they subscribe to and what they write to support."""
    timeline = Timeline.of(spec)
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
    mood = support.draw_discontent(spec, timeline)
    return Base(
        timeline=timeline,
        calendar=RunCalendar.between(timeline.run_in - 60, timeline.end + TRUTH_DAYS),
        customers=people,
        reach=contacts.draw_reach(spec, timeline, people),
        payers=paying,
        holdout=dunning.draw_holdout(spec, timeline),
        subscriptions=subs,
        periods=periods,
        rises=rises,
        discontent=mood,
        tickets=support.draw_tickets(spec, timeline, people, paying, rises, mood),
    )


def draw_story(spec: SimulationSpec, base: Base) -> Story:
    """Bills every period and runs every claim to its end, as if nobody left."""
    people, calendar = base.customers, base.calendar
    bills = invoices.draw_invoices(spec, base.timeline, people, base.subscriptions, base.periods)
    is_slow = np.isin(base.payers.type_on(bills.customer, bills.issued), payers.SLOW_TYPES)
    bills, claims = invoices.split_claims(spec, people, bills, is_slow)
    law = payers.payment_day(base.payers, people, base.timeline, claims)
    plan = dunning.draw_plan(spec, calendar, people, base.reach, base.holdout, claims, law)
    reacts = reactions.draw_reactions(spec, calendar, people, claims, law, plan)
    fights = disputes.draw_disputes(spec, people, base.tickets, claims, law)
    course = settlement.draw_courses(
        spec, calendar, people, bills, claims, law, plan, reacts, fights
    )
    facts = (spec, people, bills, claims, plan, course, fights)
    sent, in_dispute = sending.sent_steps(*facts, plan.day)
    would_be_sent, _ = sending.sent_steps(*facts, plan.intended)
    return Story(
        invoices=bills,
        claims=claims,
        payment=law,
        plan=plan,
        reactions=reacts,
        disputes=fights,
        course=course,
        sent=sent,
        felt=dunning.pressure(plan, claims, sent, in_dispute),
        held_out=would_be_sent[:, 1] & plan.is_holdout,
    )


def draw_ends(spec: SimulationSpec, base: Base, story: Story) -> tuple[churn.Decisions, churn.Ends]:
    """Who leaves, from tickets, price rises, failed payments and the pressure of reminders."""
    count, timeline, claims = len(base.customers), base.timeline, story.claims
    failed, failure_end = churn.failure_days(spec, claims, story.payment, story.course)
    pressure = churn.sum_by_month(count, timeline, claims, story.plan.day, story.felt)
    happens = (failed < NEVER).astype(np.float32)[:, None]
    failures = churn.sum_by_month(count, timeline, claims, failed[:, None], happens)
    causes = churn.Causes(
        discontent=base.discontent,
        tickets=base.tickets.burden(count, timeline),
        rises=base.rises,
        failures=failures,
        pressure=pressure,
    )
    decisions = churn.draw_decisions(
        spec, timeline, base.customers, base.payers, base.subscriptions, base.periods, causes
    )
    ends = churn.draw_ends(
        timeline, base.customers, base.subscriptions, decisions, claims, failed, failure_end
    )
    return decisions, ends


def cut_story(
    spec: SimulationSpec, base: Base, story: Story, ends: churn.Ends
) -> tuple[Story, np.ndarray, SetOffs]:
    """Keeps invoices of subscriptions still running and, before the history, only open ones.

    Returns:
        The story of the kept invoices, the identifier number of each claim's invoice, and the
        set-offs of loose credits.
    """
    bills, start = story.invoices, base.timeline.start
    by_subscription = bills.subscription >= 0
    limit = ends.customer_end[bills.customer]
    limit = np.where(by_subscription, ends.end[bills.subscription], limit)
    kept = (bills.issued < limit) & (bills.issued <= base.timeline.end)
    first = np.flatnonzero(story.claims.number == 1)
    last_day = np.maximum.reduceat(story.course.last_day, first)
    kept &= (bills.issued >= start) | ((last_day >= start) & (bills.void >= start))
    on_claim = kept[story.claims.invoice]
    parts = {
        name: rows[on_claim] if isinstance(rows, np.ndarray) else columns.take_rows(rows, on_claim)
        for name, rows in vars(story).items()
        if name != "invoices"
    }
    claims = parts["claims"]
    parts["claims"] = replace(claims, invoice=(np.cumsum(kept) - 1)[claims.invoice])
    cut = Story(invoices=columns.take_rows(bills, kept), **parts)
    number = columns.ranks(cut.invoices.customer, cut.invoices.issued)
    own = cut.claims.invoice
    is_taken = (cut.invoices.void[own] < NEVER) | (cut.invoices.instalments[own] > 1)
    course, set_offs = set_off_loose_credits(spec, cut.claims, cut.course, is_taken)
    return replace(cut, course=course), number[own], set_offs
