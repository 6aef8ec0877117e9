"""Which planned reminders left: a claim must be open in the books on the day of the step.

Belongs here: the company's view of what is open, with its blind spots. Does not belong here: the
plan (dunning.py) and the rows that it leaves (activities.py).
"""

from __future__ import annotations

import numpy as np

from connectors.simulator.customers import Customers
from connectors.simulator.days import NEVER
from connectors.simulator.disputes import Disputes
from connectors.simulator.dunning import Plan
from connectors.simulator.invoices import Claims, Invoices
from connectors.simulator.settlement import Course
from connectors.simulator.spec import SimulationSpec

SKIPPED_IN_DISPUTE = 0.4
"""Share of the steps on disputed claims that somebody remembered to hold back."""


def sent_steps(
    spec: SimulationSpec,
    customers: Customers,
    invoices: Invoices,
    claims: Claims,
    plan: Plan,
    course: Course,
    disputes: Disputes,
    day: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Which steps were sent and which of those days lay in a dispute, shape (claims, STEPS).

    The company of the past wrote to whoever was open in its books: it did not know of payments on
    their way, ignored promises, and skipped only two in five of the claims under dispute.

    Args:
        spec: the specification.
        customers: the customers.
        invoices: their invoices.
        claims: their claims.
        plan: the reminder plan.
        course: what became of each claim.
        disputes: the potential disputes.
        day: the days to judge, `plan.day` or, for the holdout, `plan.intended`.
    """
    closed, reopened, closed_again = _open_in_the_books(customers, invoices, claims, course)
    is_open = (day < closed[:, None]) & (day > claims.issued[:, None]) & (day < NEVER)
    is_open |= (day >= reopened[:, None]) & (day < closed_again[:, None])
    raised = np.where(course.is_disputed, disputes.raised, NEVER)[:, None]
    in_dispute = (day >= raised) & (day < disputes.resolved[:, None])
    draw = spec.stream("skipped in dispute").random(plan.day.shape, dtype=np.float32)
    return is_open & ~(in_dispute & (draw < SKIPPED_IN_DISPUTE)), in_dispute & is_open


def _open_in_the_books(
    customers: Customers, invoices: Invoices, claims: Claims, course: Course
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Day the claim is seen closed, day a chargeback is seen, day it is seen closed again."""
    known_first, known_second = course.first_day + course.lag, course.second_day + course.lag
    is_returned = course.returned_day < NEVER
    has_second = course.second_day < NEVER
    stays_open = ~is_returned & ~has_second & (course.write_off > 0)
    closed = np.where(is_returned | ~has_second, known_first, known_second)
    closed = np.where(stays_open, NEVER, closed)
    is_credited = (course.credit == claims.amount) & (course.credit > 0)
    closed = np.where(is_credited, course.credit_day, closed)
    limits = (
        invoices.void[claims.invoice],
        customers.insolvency[claims.customer] + 15,
        course.write_off_day,
    )
    for limit in limits:
        closed = np.minimum(closed, limit)
    reopened = np.where(is_returned, course.returned_day + 2, NEVER)
    return closed, reopened, np.minimum(known_second, course.write_off_day)
