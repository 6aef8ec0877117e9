"""On whom the month hangs: the customers from whom most is expected, and their invoices.

Belongs here: ranking as read, sums over a customer's invoices. Does not belong here: what is owed in
all (view `owed`), whom to contact (the at-risk list).
"""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby

from dashboard.parts import (
    Block,
    Cell,
    Column,
    Table,
    count_cell,
    date_cell,
    money_cell,
    share_cell,
)
from dashboard.views.landing.facts import LandingFacts, LandingInvoice
from dashboard.wording import Wording, share_of


def hanging_block(landing: LandingFacts, wording: Wording) -> Block | None:
    """Return the customers the month hangs on; None where no invoice has a prediction."""
    expected = landing.invoices_expected_amount_reporting
    if not landing.invoices or expected is None:
        return None
    customers = [
        tuple(invoices) for _, invoices in groupby(landing.invoices, lambda one: one.customer_id)
    ]
    sums = [_expected(invoices) for invoices in customers]
    largest = max(landing.invoices, key=lambda one: one.expected_by_month_end_amount_reporting)
    answer = wording.say(
        "landing.hangs_on",
        customers=wording.counted("customer", len(customers)),
        share=wording.share(share_of(sum(sums, Decimal(0)), expected)),
        customer=customers[0][0].customer_name,
        amount=wording.money(sums[0]),
    )
    largest_one = wording.say(
        "landing.largest",
        invoice=largest.invoice_number,
        customer=largest.customer_name,
        open=wording.money(largest.open_amount_reporting),
        chance=wording.share(largest.p_paid_by_month_end),
    )
    return Block(
        heading=wording.say("landing.hanging"),
        answers=(answer, largest_one),
        tables=(_table(customers, wording),),
    )


def _expected(invoices: tuple[LandingInvoice, ...]) -> Decimal:
    return sum((one.expected_by_month_end_amount_reporting for one in invoices), Decimal(0))


def _table(customers: list[tuple[LandingInvoice, ...]], wording: Wording) -> Table:
    columns = (
        Column(wording.say("column.customer"), is_figure=False),
        Column(wording.say("landing.invoices")),
        Column(wording.say("column.open")),
        Column(wording.say("landing.expected_in_month")),
    )
    rows = tuple(
        (
            Cell(invoices[0].customer_name),
            count_cell(wording, len(invoices)),
            money_cell(wording, sum((one.open_amount_reporting for one in invoices), Decimal(0))),
            money_cell(wording, _expected(invoices)),
        )
        for invoices in customers
    )
    return Table(
        caption=wording.say("landing.hanging_table"),
        columns=columns,
        rows=rows,
        note=wording.say("landing.hanging_note"),
        details=tuple(_invoices(invoices, wording) for invoices in customers),
    )


def _invoices(invoices: tuple[LandingInvoice, ...], wording: Wording) -> Table:
    columns = (
        Column(wording.say("landing.invoice"), is_figure=False),
        Column(wording.say("landing.due"), is_figure=False),
        Column(wording.say("column.open")),
        Column(wording.say("landing.chance")),
        Column(wording.say("landing.likely_date"), is_figure=False),
        Column(wording.say("landing.expected_in_month")),
    )
    rows = tuple(
        (
            Cell(one.invoice_number),
            date_cell(wording, one.due_date),
            money_cell(wording, one.open_amount_reporting),
            share_cell(wording, one.p_paid_by_month_end),
            Cell(wording.say("landing.beyond"))
            if one.p50_date is None
            else date_cell(wording, one.p50_date),
            money_cell(wording, one.expected_by_month_end_amount_reporting),
        )
        for one in invoices
    )
    caption = wording.say("landing.invoices_of", customer=invoices[0].customer_name)
    return Table(caption=caption, columns=columns, rows=rows)
