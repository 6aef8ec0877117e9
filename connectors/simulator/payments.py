"""Money on the bank account: payments that settle one or many claims, and their allocation.

Belongs here: grouping by payment run, duplicates, refunds, chargebacks, unapplied cash, the
`payments` and `payment_allocations` entities. Does not belong here: when a claim is paid.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from connectors.simulator import columns
from connectors.simulator.customers import CURRENCIES, Customers
from connectors.simulator.days import NEVER
from connectors.simulator.invoices import Claims
from connectors.simulator.payers import CARD, DIRECT_DEBIT, PROMPT
from connectors.simulator.settlement import Course
from connectors.simulator.spec import SimulationSpec, Timeline

KINDS = ("receipt", "prepayment", "refund", "chargeback")
RECEIPT, PREPAYMENT, REFUND, CHARGEBACK = range(4)
METHODS = ("direct_debit", "card", "bank_transfer", "cheque")

_KEY = 1 << 20


@dataclass(frozen=True)
class Payments:
    """One row per payment; `reverses` indexes Payments or is -1; cents are signed."""

    customer: np.ndarray
    day: np.ndarray
    cents: np.ndarray
    kind: np.ndarray
    method: np.ndarray
    reverses: np.ndarray
    lag: np.ndarray


@dataclass(frozen=True)
class Allocations:
    """One row per payment and claim; `day` is `NEVER` for cash that nobody ever applies."""

    payment: np.ndarray
    claim: np.ndarray
    day: np.ndarray
    cents: np.ndarray


def collect_payments(
    spec: SimulationSpec,
    customers: Customers,
    claims: Claims,
    payer_type: np.ndarray,
    course: Course,
) -> tuple[Payments, Allocations]:
    """Gathers what a customer pays on one day into one transfer; debits and cards stay single."""
    random = spec.stream("payments")
    paid = np.flatnonzero(course.first > 0)
    again = np.flatnonzero(course.second > 0)
    regained = np.flatnonzero(course.recovery > 0)
    claim = np.concatenate([paid, again, regained])
    day = np.concatenate(
        [course.first_day[paid], course.second_day[again], course.recovery_day[regained]]
    )
    cents = np.concatenate([course.first[paid], course.second[again], course.recovery[regained]])
    part = np.repeat([0, 1, 2], [len(paid), len(again), len(regained)])
    is_prepaid = course.is_prepaid[claim] & (part == 0)
    customer = claims.customer[claim]
    group = (customer.astype(np.int64) * _KEY + day) * 4 + is_prepaid + 2 * (part == 2)
    is_single = payer_type[claim] < PROMPT
    group = np.where(is_single, -1 - np.arange(len(claim)), group)
    _, first, payment = np.unique(group, return_index=True, return_inverse=True)
    total = np.bincount(payment, cents, len(first))
    lag = np.zeros(len(first), np.int64)
    np.maximum.at(lag, payment, course.lag[claim])
    may_cheque = np.isin(customers.country, (0, 3))
    pays_by_cheque = may_cheque & (random.random(len(customers)) < 0.12)
    kind = payer_type[claim][first]
    transfer = np.where(pays_by_cheque[customer[first]], 3, 2)
    receipts = Payments(
        customer=customer[first],
        day=day[first],
        cents=np.rint(total).astype(np.int64),
        kind=np.where(is_prepaid[first], PREPAYMENT, RECEIPT),
        method=np.where(kind == DIRECT_DEBIT, 0, np.where(kind == CARD, 1, transfer)),
        reverses=np.full(len(first), -1),
        lag=lag,
    )
    apply_lag = _apply_lag(random, len(first))
    # Debits and cards are applied by the bank file; recovered cash is applied as it comes.
    at_once = is_single | (part == 2)
    applied = np.where(at_once, day, np.minimum(day + apply_lag[payment], NEVER))
    applied = np.where(is_prepaid, claims.issued[claim], applied)
    allocations = Allocations(payment, claim, applied, cents)
    return _add_reversals(random, claims, course, receipts, allocations, part)


def _apply_lag(random: np.random.Generator, count: int) -> np.ndarray:
    """Days from receipt to application: 84 % the same day, two in ten thousand never."""
    draw = random.random(count)
    lag = np.select(
        [draw < 0.84, draw < 0.94, draw < 0.985, draw < 0.9975, draw < 0.9998],
        [
            np.zeros(count, np.int64),
            random.integers(1, 4, count),
            random.integers(4, 16, count),
            random.integers(16, 60, count),
            random.integers(60, 150, count),
        ],
        NEVER,
    )
    return lag.astype(np.int64)


def _add_reversals(
    random: np.random.Generator,
    claims: Claims,
    course: Course,
    receipts: Payments,
    allocations: Allocations,
    part: np.ndarray,
) -> tuple[Payments, Allocations]:
    """Adds chargebacks, payments made twice, and the refunds of most of those."""
    returned = np.flatnonzero((part == 0) & (course.returned_day[allocations.claim] < NEVER))
    claim, source = allocations.claim[returned], allocations.payment[returned]
    back = Payments(
        customer=receipts.customer[source],
        day=course.returned_day[claim],
        cents=-allocations.cents[returned],
        kind=np.full(len(source), CHARGEBACK),
        method=receipts.method[source],
        reverses=source,
        lag=np.zeros(len(source), np.int64),
    )
    offset = len(receipts.day)
    reopened = Allocations(offset + np.arange(len(source)), claim, back.day, back.cents)
    is_transfer = (receipts.method >= 2) & (receipts.kind == RECEIPT)
    twice = np.flatnonzero(is_transfer & (random.random(offset) < 0.003))
    double = columns.take_rows(receipts, twice)
    later = receipts.day[twice] + random.integers(1, 10, len(twice))
    double = replace(double, day=later, lag=np.ones(len(twice), np.int64))
    refunded = np.flatnonzero(random.random(len(twice)) < 0.7)
    refund = Payments(
        customer=double.customer[refunded],
        day=double.day[refunded] + random.integers(10, 50, len(refunded)),
        cents=-double.cents[refunded],
        kind=np.full(len(refunded), REFUND),
        method=np.full(len(refunded), 2),
        reverses=offset + len(source) + refunded,
        lag=np.zeros(len(refunded), np.int64),
    )
    payments = columns.stack_rows(receipts, back, double, refund)
    return payments, columns.stack_rows(allocations, reopened)


def payment_tables(
    spec: SimulationSpec,
    timeline: Timeline,
    customers: Customers,
    payments: Payments,
    allocations: Allocations,
    invoice_number: np.ndarray,
) -> tuple[pa.Table, pa.Table]:
    """The `payments` and `payment_allocations` entities, known by the end.

    Args:
        spec: the specification.
        timeline: its day grid.
        customers: the customers.
        payments: all payments, also future ones.
        allocations: all allocations.
        invoice_number: identifier number of each claim's invoice.
    """
    random = spec.stream("payment columns")
    number = columns.ranks(payments.kind, payments.customer, payments.day)
    recorded = columns.office_seconds(random, payments.day + payments.lag)
    is_known = (payments.day <= timeline.end) & (recorded < timeline.end_second)
    is_known &= (payments.reverses < 0) | is_known[payments.reverses]
    own = allocations.payment
    booked = np.maximum(columns.office_seconds(random, allocations.day), recorded[own])
    is_booked = is_known[own] & (allocations.day <= timeline.end) & (booked < timeline.end_second)
    return (
        _payment_table(customers, payments, number, recorded, is_known),
        _allocation_table(allocations, number[own], invoice_number, booked, is_booked),
    )


def _payment_table(
    customers: Customers,
    payments: Payments,
    number: np.ndarray,
    recorded: np.ndarray,
    is_known: np.ndarray,
) -> pa.Table:
    kept = np.argsort(number)
    kept = kept[is_known[kept]]
    rows = columns.take_rows(payments, kept)
    reversed_number = np.where(rows.reverses >= 0, number[rows.reverses], -1)
    return columns.table(
        {
            "payment_id": columns.identifiers("PAY", number[kept], 7),
            "customer_id": columns.identifiers("CUS", rows.customer),
            "payment_date": columns.dates(rows.day),
            "currency": columns.labels(CURRENCIES, customers.currency[rows.customer]),
            "amount": columns.money(rows.cents),
            "kind": columns.labels(KINDS, rows.kind),
            "reverses_payment_id": columns.identifiers("PAY", reversed_number, 7),
            "method": columns.labels(METHODS, rows.method),
            "recorded_at": columns.timestamps(recorded[kept]),
        }
    )


def _allocation_table(
    allocations: Allocations,
    payment_number: np.ndarray,
    invoice_number: np.ndarray,
    booked: np.ndarray,
    is_booked: np.ndarray,
) -> pa.Table:
    number = columns.ranks(allocations.claim, payment_number, allocations.day)
    kept = np.argsort(number)
    kept = kept[is_booked[kept]]
    rows = columns.take_rows(allocations, kept)
    return columns.table(
        {
            "allocation_id": columns.identifiers("ALL", number[kept], 7),
            "payment_id": columns.identifiers("PAY", payment_number[kept], 7),
            "invoice_id": columns.identifiers("INV", invoice_number[rows.claim], 7),
            "allocation_date": columns.dates(rows.day),
            "amount": columns.money(rows.cents),
            "recorded_at": columns.timestamps(booked[kept]),
        }
    )
