"""Credit notes, where they are set off, and write-offs.

Belongs here: the `credit_notes`, `credit_note_allocations` and `write_offs` entities, and finding a
later invoice for a credit that came after payment. Does not belong here: who gets a credit
(settlement.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from connectors.simulator import columns
from connectors.simulator.customers import CURRENCIES, VAT_BASIS_POINTS, Customers
from connectors.simulator.days import NEVER
from connectors.simulator.invoices import Claims
from connectors.simulator.settlement import Course
from connectors.simulator.spec import SimulationSpec, Timeline

_KEY = 1 << 20


@dataclass(frozen=True)
class SetOffs:
    """Loose credits set off against a later claim: `source` and `target` index Claims."""

    source: np.ndarray
    target: np.ndarray
    day: np.ndarray


def set_off_loose_credits(
    spec: SimulationSpec, claims: Claims, course: Course, is_taken: np.ndarray
) -> tuple[Course, SetOffs]:
    """Sets four in five loose credits off against the customer's next simple claim.

    Args:
        spec: the specification.
        claims: the written claims, ordered by customer and issue day.
        course: what became of them.
        is_taken: claims that cannot take a credit (void, instalments).

    Returns:
        The course with the targets' first payment reduced by the credit, and the set-offs.
    """
    random = spec.stream("set-off")
    source = np.flatnonzero(course.loose_credit > 0)
    source = source[random.random(len(source)) < 0.8]
    keys = claims.customer.astype(np.int64) * _KEY + claims.issued
    wanted = claims.customer[source].astype(np.int64) * _KEY + course.credit_day[source]
    target = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    fits = (claims.customer[target] == claims.customer[source]) & (target != source)
    fits &= (claims.issued[target] >= course.credit_day[source]) & ~is_taken[target]
    fits &= (course.credit[target] == 0) & (course.loose_credit[target] == 0)
    fits &= (course.first[target] == claims.amount[target]) & ~course.is_prepaid[target]
    fits &= (course.returned_day[target] == NEVER) & (course.first_day[target] < NEVER)
    fits &= course.first[target] > course.loose_credit[source] + 1000
    source, target = source[fits], target[fits]
    target, once = np.unique(target, return_index=True)
    source = source[once]
    first = course.first.copy()
    first[target] -= course.loose_credit[source]
    return replace(course, first=first), SetOffs(source, target, claims.issued[target])


@dataclass(frozen=True)
class Notes:
    """One row per credit note, in the order of its identifier."""

    claim: np.ndarray
    day: np.ndarray
    cents: np.ndarray
    is_own: np.ndarray
    recorded: np.ndarray


def collect_notes(spec: SimulationSpec, course: Course) -> Notes:
    """All credit notes; one in ten is recorded up to 19 days late.

    `is_own` marks notes set off against the claim they were granted for.
    """
    random = spec.stream("credit notes")
    claim = np.flatnonzero((course.credit > 0) | (course.loose_credit > 0))
    claim = claim[np.lexsort((claim, course.credit_day[claim]))]
    day, count = course.credit_day[claim], len(claim)
    late = np.where(random.random(count) < 0.10, random.integers(1, 20, count), 0)
    return Notes(
        claim=claim,
        day=day,
        cents=course.credit[claim] + course.loose_credit[claim],
        is_own=course.credit[claim] > 0,
        recorded=columns.office_seconds(random, day + late),
    )


def credit_note_table(
    timeline: Timeline, customers: Customers, claims: Claims, notes: Notes
) -> pa.Table:
    """The `credit_notes` entity, known by the end; tax at the rate of the customer's country."""
    kept = np.flatnonzero(_is_known(timeline, notes))
    customer, gross = claims.customer[notes.claim[kept]], notes.cents[kept]
    rate = VAT_BASIS_POINTS[customers.country[customer]]
    net = (gross * 10_000 + (10_000 + rate) // 2) // (10_000 + rate)
    return columns.table(
        {
            "credit_note_id": columns.identifiers("CRN", kept),
            "customer_id": columns.identifiers("CUS", customer),
            "credit_date": columns.dates(notes.day[kept]),
            "currency": columns.labels(CURRENCIES, customers.currency[customer]),
            "gross_amount": columns.money(gross),
            "net_amount": columns.money(net),
            "tax_amount": columns.money(gross - net),
            "recorded_at": columns.timestamps(notes.recorded[kept]),
        }
    )


def credit_note_allocation_table(
    spec: SimulationSpec,
    timeline: Timeline,
    notes: Notes,
    set_offs: SetOffs,
    invoice_number: np.ndarray,
) -> pa.Table:
    """The `credit_note_allocations` entity, known by the end.

    Args:
        spec: the specification.
        timeline: its day grid.
        notes: all credit notes.
        set_offs: loose credits with a later target.
        invoice_number: identifier number of each claim's invoice.
    """
    random = spec.stream("credit allocations")
    own = np.flatnonzero(notes.is_own)
    by_claim = np.full(len(invoice_number), -1)
    by_claim[notes.claim] = np.arange(len(notes.claim))
    note = np.concatenate([own, by_claim[set_offs.source]])
    target = np.concatenate([notes.claim[own], set_offs.target])
    day = np.concatenate([notes.day[own], set_offs.day])
    booked = np.maximum(columns.office_seconds(random, day), notes.recorded[note])
    is_booked = _is_known(timeline, notes)[note] & (day <= timeline.end)
    order = np.lexsort((note, day))
    order = order[(is_booked & (booked < timeline.end_second))[order]]
    return columns.table(
        {
            "credit_note_id": columns.identifiers("CRN", note[order]),
            "invoice_id": columns.identifiers("INV", invoice_number[target[order]], 7),
            "allocation_date": columns.dates(day[order]),
            "amount": columns.money(notes.cents[note[order]]),
            "recorded_at": columns.timestamps(booked[order]),
        }
    )


def _is_known(timeline: Timeline, notes: Notes) -> np.ndarray:
    return (notes.day <= timeline.end) & (notes.recorded < timeline.end_second)


def write_off_table(
    spec: SimulationSpec,
    timeline: Timeline,
    claims: Claims,
    course: Course,
    invoice_number: np.ndarray,
) -> pa.Table:
    """The `write_offs` entity; a recovery is negative and reopens what the recovered cash pays."""
    random = spec.stream("write-off columns")
    lost, back = np.flatnonzero(course.write_off > 0), np.flatnonzero(course.recovery > 0)
    claim = np.concatenate([lost, back])
    day = np.concatenate([course.write_off_day[lost], course.recovery_day[back]])
    cents = np.concatenate([course.write_off[lost], -course.recovery[back]])
    number = columns.ranks(claim, day)
    order = np.argsort(number)
    order = order[day[order] <= timeline.end]
    return columns.table(
        {
            "write_off_id": columns.identifiers("WOF", number[order]),
            "invoice_id": columns.identifiers("INV", invoice_number[claim[order]], 7),
            "write_off_date": columns.dates(day[order]),
            "amount": columns.money(cents[order]),
            "kind": columns.labels(("write_off", "recovery"), cents[order] < 0),
            "recorded_at": columns.timestamps(columns.office_seconds(random, day[order])),
        }
    )
