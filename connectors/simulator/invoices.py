"""What customers are billed: invoices and the claims (instalments) they consist of.

Belongs here: amounts, tax, numbers, due dates, instalment plans, renegotiated dates, voids. Does
not belong here: how and when claims are settled (settlement.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from connectors.simulator import columns
from connectors.simulator.customers import (
    CURRENCIES,
    UNITS_PER_EUR,
    VAT_BASIS_POINTS,
    Customers,
)
from connectors.simulator.days import NEVER, month_of
from connectors.simulator.spec import SimulationSpec, Timeline
from connectors.simulator.subscriptions import Periods, Subscriptions


@dataclass(frozen=True)
class Invoices:
    """One row per invoice, ordered by customer and invoice day. Amounts in cents of its currency.

    Attributes: `subscription` is -1 for services; `due` is the last instalment's original due day;
    `void` is the day it was voided or `NEVER`; `period` is its billing period or -1.
    """

    customer: np.ndarray
    issued: np.ndarray
    due: np.ndarray
    net: np.ndarray
    tax: np.ndarray
    subscription: np.ndarray
    period: np.ndarray
    void: np.ndarray
    instalments: np.ndarray

    @property
    def gross(self) -> np.ndarray:
        """Gross amount in cents."""
        return self.net + self.tax


@dataclass(frozen=True)
class Claims:
    """One row per instalment, ordered by invoice and instalment number.

    Attributes: `due` as first agreed; `agreed_due` after renegotiation on day `renegotiated`
    (`NEVER` if none); `amount_eur` is the size at list-price exchange rates.
    """

    invoice: np.ndarray
    customer: np.ndarray
    number: np.ndarray
    issued: np.ndarray
    due: np.ndarray
    amount: np.ndarray
    amount_eur: np.ndarray
    renegotiated: np.ndarray
    agreed_due: np.ndarray


def draw_invoices(
    spec: SimulationSpec,
    timeline: Timeline,
    customers: Customers,
    subscriptions: Subscriptions,
    periods: Periods,
) -> Invoices:
    """Bills every period in advance, adds metered usage to some, and services now and then."""
    random = spec.stream("invoices")
    billed = np.flatnonzero((periods.start <= timeline.end) & (periods.start >= timeline.run_in))
    sub = periods.subscription[billed]
    kept = periods.start[billed] < subscriptions.own_end[sub]
    billed, sub = billed[kept], sub[kept]
    amount = periods.amount_cents[billed] + _usage(random, subscriptions, periods, billed)
    # Services: one invoice per six customer-months, one to six monthly prices.
    per_customer = (timeline.end - np.maximum(customers.live, timeline.run_in)) / 30.4
    counts = random.poisson(np.maximum(per_customer, 0) * 0.17)
    service_customer = np.repeat(np.arange(len(customers)), counts)
    first = np.maximum(customers.live[service_customer], timeline.run_in)
    within = random.random(len(service_customer)) * (timeline.end - first)
    service_day = first + within.astype(np.int64)
    size = random.uniform(1, 6, len(service_customer))
    service_amount = np.rint(customers.base_cents[service_customer] * size / 5000) * 5000
    service_amount = np.maximum(service_amount, 5000).astype(np.int64)
    none = np.full(len(service_customer), -1)
    rows = (
        np.concatenate([subscriptions.customer[sub], service_customer]),
        np.concatenate([periods.start[billed], service_day]),
        np.concatenate([amount, service_amount]),
        np.concatenate([sub, none]),
        np.concatenate([billed, none]),
    )
    order = np.lexsort((rows[3], rows[1], rows[0]))
    customer, issued, net, sub, period = (column[order] for column in rows)
    tax = (net * VAT_BASIS_POINTS[customers.country[customer]] + 5_000) // 10_000
    is_void = random.random(len(net)) < 0.004
    void = np.where(is_void, issued + random.integers(0, 9, len(net)), NEVER)
    return Invoices(
        customer=customer,
        issued=issued,
        due=issued + customers.terms_days[customer],
        net=net,
        tax=tax,
        subscription=sub,
        period=period,
        void=void,
        instalments=_instalments(random, customers, customer, net),
    )


def _usage(
    random: np.random.Generator, subscriptions: Subscriptions, periods: Periods, billed: np.ndarray
) -> np.ndarray:
    """Metered cents on top: three subscriptions in ten, about a fifth of the price, to the cent."""
    is_metered = random.random(len(subscriptions.customer)) < 0.3
    share = 0.15 * np.exp(0.6 * random.standard_normal(len(billed)))
    usage = np.rint(periods.amount_cents[billed] * np.minimum(share, 1.0))
    is_charged = is_metered[periods.subscription[billed]] & ~periods.is_first[billed]
    return np.where(is_charged, usage, 0).astype(np.int64)


def _instalments(
    random: np.random.Generator, customers: Customers, customer: np.ndarray, net: np.ndarray
) -> np.ndarray:
    """A third of the invoices above 15,000 euro outside card terms is payable in three or four."""
    amount_eur = net / 100 / UNITS_PER_EUR[customers.currency[customer]]
    is_split = (amount_eur > 15_000) & (customers.terms_days[customer] > 0)
    is_split &= random.random(len(net)) < 0.33
    return np.where(is_split, random.integers(3, 5, len(net)), 1)


def split_claims(
    spec: SimulationSpec, customers: Customers, invoices: Invoices, is_slow: np.ndarray
) -> tuple[Invoices, Claims]:
    """Splits invoices into claims a month apart; cents left over fall on the last instalment.

    Args:
        spec: the specification.
        customers: the customers.
        invoices: their invoices.
        is_slow: whether the customer of each invoice is of a slow payer type, which asks for later
            due dates.

    Returns:
        The invoices with `due` moved to the last instalment, and their claims.
    """
    random = spec.stream("claims")
    counts = invoices.instalments
    own = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(own)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    gross = invoices.gross
    part = gross // counts
    is_last = number == counts[own]
    amount = np.where(is_last, gross[own] - part[own] * (counts[own] - 1), part[own])
    due = invoices.due[own] + 30 * (number - 1)
    customer = invoices.customer[own]
    chance = np.where(is_slow, 0.012, 0.001)[own]
    asks = (counts[own] == 1) & (random.random(len(own)) < chance)
    asked = due + random.integers(-5, 12, len(own))
    # Nobody renegotiates before the invoice is there.
    asked = np.maximum(asked, invoices.issued[own] + 1)
    longer = random.choice(np.array([15, 30]), len(own))
    moved = replace(invoices, due=invoices.due + 30 * (counts - 1))
    return moved, Claims(
        invoice=own,
        customer=customer,
        number=number,
        issued=invoices.issued[own],
        due=due,
        amount=amount,
        amount_eur=amount / 100 / UNITS_PER_EUR[customers.currency[customer]],
        renegotiated=np.where(asks, asked, NEVER),
        agreed_due=np.where(asks, due + longer, due),
    )


def invoice_table(
    spec: SimulationSpec,
    timeline: Timeline,
    customers: Customers,
    invoices: Invoices,
    number: np.ndarray,
) -> pa.Table:
    """The `invoices` entity, in the order of invoice_id.

    Args:
        spec: the specification.
        timeline: its day grid.
        customers: the customers.
        invoices: the invoices to write, in any order.
        number: position of each in the order of issue; it makes the identifier.
    """
    random = spec.stream("invoice columns")
    order = np.argsort(number)
    rows = columns.take_rows(invoices, order)
    segment = customers.segment[rows.customer]
    has_order = random.random(len(order)) < np.array([0.03, 0.30, 0.85])[segment]
    purchase_order = 4_500_000 + random.integers(0, 99_999, len(order))
    year = month_of(rows.issued) // 12
    # Invoice numbers begin anew with each year, as accountants want them.
    since_new_year = np.arange(len(order)) - np.searchsorted(year, year) + 1
    is_seen = rows.void <= timeline.end
    return columns.table(
        {
            "invoice_id": columns.identifiers("INV", number[order], 7),
            "customer_id": columns.identifiers("CUS", rows.customer),
            "invoice_date": columns.dates(rows.issued),
            "currency": columns.labels(CURRENCIES, customers.currency[rows.customer]),
            "gross_amount": columns.money(rows.gross),
            "net_amount": columns.money(rows.net),
            "tax_amount": columns.money(rows.tax),
            "void_date": columns.dates(np.where(is_seen, rows.void, NEVER)),
            "invoice_number": columns.joined(
                columns.labels([f"F{y}" for y in range(1990, 2060)], year - 1990),
                columns.padded(since_new_year, 6),
            ),
            "subscription_id": columns.identifiers("SUB", rows.subscription),
            "purchase_order": columns.identifiers("PO", np.where(has_order, purchase_order, -1)),
            "due_date": columns.dates(rows.due),
            # By customer, one in twelve through a portal of its own; it moves no payment.
            "delivery_channel": columns.labels(
                ("email", "portal"), (rows.customer % 12 == 0).astype(np.int64)
            ),
            "recorded_at": columns.timestamps(columns.office_seconds(random, rows.issued)),
        }
    )


def due_date_table(
    spec: SimulationSpec,
    timeline: Timeline,
    claims: Claims,
    number: np.ndarray,
    instalments: np.ndarray,
    paid: np.ndarray,
) -> pa.Table:
    """The `invoice_due_dates` entity: instalment plans, and both versions of renegotiated dates.

    Args:
        spec: the specification.
        timeline: its day grid.
        claims: claims of the written invoices.
        number: identifier number of each claim's invoice.
        instalments: instalments of each claim's invoice.
        paid: day each claim was paid; a date is not renegotiated after that.
    """
    random = spec.stream("due dates")
    is_moved = (claims.renegotiated <= timeline.end) & (claims.renegotiated < paid)
    first = np.flatnonzero((instalments > 1) | is_moved)
    second = np.flatnonzero(is_moved)
    row = np.concatenate([first, second])
    since = np.concatenate([claims.issued[first], claims.renegotiated[second]])
    due = np.concatenate([claims.due[first], claims.agreed_due[second]])
    order = np.lexsort((since, claims.number[row], number[row]))
    row, since, due = row[order], since[order], due[order]
    return columns.table(
        {
            "invoice_id": columns.identifiers("INV", number[row], 7),
            "instalment_no": columns.whole_numbers(claims.number[row]),
            "due_date": columns.dates(due),
            "amount": columns.money(claims.amount[row]),
            "valid_from": columns.dates(since),
            "recorded_at": columns.timestamps(columns.office_seconds(random, since)),
        }
    )
