"""From a drawn story to the tables: the sixteen entities and the truth.

Belongs here: which module writes which table from which part of the story. Does not belong here:
columns (each entity's module) and corrections (corrections.py).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from connectors.contract import ENTITIES
from connectors.simulator import (
    activities,
    columns,
    contacts,
    credits,
    crm,
    customers,
    disputes,
    fx,
    invoices,
    payments,
    support,
    truth,
    versions,
)
from connectors.simulator.churn import Decisions, Ends
from connectors.simulator.credits import SetOffs
from connectors.simulator.days import NEVER
from connectors.simulator.spec import SimulationSpec
from connectors.simulator.story import Base, Story

Tables = dict[str, pa.Table]


def entity_tables(
    spec: SimulationSpec,
    base: Base,
    story: Story,
    ends: Ends,
    number: np.ndarray,
    set_offs: SetOffs,
) -> tuple[Tables, pa.Table]:
    """All entities in the contract's order, and the truth of the reminders among them.

    Args:
        spec: the specification.
        base: who is there.
        story: what happened to the kept claims.
        ends: who left.
        number: identifier number of each claim's invoice.
        set_offs: loose credits with their later target.
    """
    found, reminder_truth = _contact_history(spec, base, story, number)
    found |= _master(spec, base, ends)
    found |= _billing(spec, base, story, number)
    found |= _settling(spec, base, story, number, set_offs)
    return {name: found[name] for name in ENTITIES}, reminder_truth


def _master(spec: SimulationSpec, base: Base, ends: Ends) -> Tables:
    """Customers and what concerns them, not their invoices."""
    timeline, people, subs = base.timeline, base.customers, base.subscriptions
    known = np.where(people.insolvency <= timeline.end, people.insolvency, NEVER)
    master = customers.customer_table(spec, replace(people, insolvency=known))
    domains = master["email_domain"].to_pylist()
    deals = crm.collect_opportunities(spec, timeline, people, subs, base.periods, ends)
    rows = versions.collect_versions(subs, base.periods, ends)
    return {
        "customers": master,
        "contacts": contacts.contact_table(spec, people, domains, base.reach),
        "subscription_versions": versions.version_table(spec, timeline, people, subs, ends, rows),
        "opportunities": crm.opportunity_table(spec, timeline, people, deals),
        "tickets": support.ticket_table(timeline, base.tickets, ends.customer_end),
    }


def _billing(spec: SimulationSpec, base: Base, story: Story, number: np.ndarray) -> Tables:
    """Invoices, their due dates, and exchange rates from before the first of them."""
    timeline, people, claims = base.timeline, base.customers, story.claims
    first = np.flatnonzero(claims.number == 1)
    instalments = story.invoices.instalments[claims.invoice]
    first_day = int(claims.issued.min(initial=timeline.start)) - 40
    return {
        "invoices": invoices.invoice_table(spec, timeline, people, story.invoices, number[first]),
        "invoice_due_dates": invoices.due_date_table(
            spec, timeline, claims, number, instalments, story.course.first_day
        ),
        "fx_rates": fx.fx_table(spec, timeline, first_day),
    }


def _settling(
    spec: SimulationSpec, base: Base, story: Story, number: np.ndarray, set_offs: SetOffs
) -> Tables:
    """Payments, credit notes, write-offs and disputes."""
    timeline, people, claims, course = base.timeline, base.customers, story.claims, story.course
    paid, applied = payments.collect_payments(
        spec, people, claims, story.payment.payer_type, course
    )
    payment_rows, allocations = payments.payment_tables(
        spec, timeline, people, paid, applied, number
    )
    notes = credits.collect_notes(spec, course)
    disputed = columns.take_rows(story.disputes, course.is_disputed)
    return {
        "payments": payment_rows,
        "payment_allocations": allocations,
        "credit_notes": credits.credit_note_table(timeline, people, claims, notes),
        "credit_note_allocations": credits.credit_note_allocation_table(
            spec, timeline, notes, set_offs, number
        ),
        "write_offs": credits.write_off_table(spec, timeline, claims, course, number),
        "disputes": disputes.dispute_table(spec, timeline, disputed, number[course.is_disputed]),
    }


def _contact_history(
    spec: SimulationSpec, base: Base, story: Story, number: np.ndarray
) -> tuple[Tables, pa.Table]:
    """Activities and promises, and the truth of each reminder."""
    timeline, claims = base.timeline, story.claims
    rows = activities.collect_activities(
        spec, claims, base.reach, story.plan, story.reactions, story.course, story.sent,
        story.held_out, story.felt,
    )  # fmt: skip
    entity, reminder_truth = activities.activity_table(spec, timeline, claims, rows, number)
    promises = activities.promise_table(
        spec,
        timeline,
        claims,
        story.reactions,
        story.course,
        story.sent,
        story.invoices.void[claims.invoice],
        number,
    )
    return {"activities": entity, "promises": promises}, reminder_truth


def truth_tables(
    base: Base,
    story: Story,
    decisions: Decisions,
    ends: Ends,
    number: np.ndarray,
    reminder_truth: pa.Table,
) -> Tables:
    """Everything that models are to find, by name of the truth table."""
    people, timeline = base.customers, base.timeline
    return {
        "customers": truth.customer_truth(people, base.payers, base.reach, base.holdout, ends),
        "invoices": truth.invoice_truth(
            base.calendar, people, story.claims, story.payment, story.plan, story.course, number
        ),
        "churn_decisions": truth.decision_truth(decisions, ends),
        "customer_months": truth.customer_month_truth(timeline, people, decisions, ends),
        "holdout": truth.holdout_truth(timeline, base.holdout),
        "reminders": reminder_truth,
        "reminder_effects": truth.effect_truth(),
    }
