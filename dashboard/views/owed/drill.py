"""Customer by customer and invoice by invoice: who owes what, when it is expected, what holds it.

Belongs here: the searchable table and the invoices that open below a row. Does not belong here:
which customers fit (`ledger.py`), how rows open (`templates`).
"""

from __future__ import annotations

from decimal import Decimal

from dashboard.parts import Block, Cell, Column, Table, count_cell, date_cell, money_cell
from dashboard.views.owed.buckets import bucket_cells, bucket_columns
from dashboard.views.owed.facts import CustomerBalance, OpenInvoice, OwedFacts, Rest
from dashboard.wording import Wording


def drill_block(facts: OwedFacts, wording: Wording) -> Block:
    """List the customers who owe most, each opening to its invoices; the rest as one row."""
    ledger = facts.ledger
    answers = [
        wording.say("drill.how", customers=wording.counted("customer", len(ledger.customers)))
    ]
    if ledger.others.customer_count:
        answers.append(
            wording.say(
                "drill.others_said",
                customers=wording.counted("customer", ledger.others.customer_count),
                amount=wording.money(ledger.others.open_invoices_amount_reporting),
            )
        )
    shown = sum(len(customer.invoices) for customer in ledger.customers)
    existing = sum(customer.open_invoice_count for customer in ledger.customers)
    if shown < existing:
        answers.append(
            wording.say(
                "drill.invoices_cut",
                shown=wording.whole_number(shown),
                invoices=wording.counted("invoice", existing),
            )
        )
    return Block(
        wording.say("drill.heading"), answers=tuple(answers), tables=(_table(facts, wording),)
    )


def _table(facts: OwedFacts, wording: Wording) -> Table:
    ledger = facts.ledger
    rows = [
        (Cell(customer.customer_name), *bucket_cells(wording, customer))
        for customer in ledger.customers
    ]
    details = [_invoices(customer, wording) for customer in ledger.customers]
    for rest, name in ((ledger.others, "others"), (ledger.credit_only, "credit_only")):
        if rest.customer_count:
            rows.append(_rest_row(rest, name, wording))
            details.append(None)
    return Table(
        caption=wording.say("drill.table"),
        columns=bucket_columns(wording, wording.say("column.customer")),
        rows=tuple(rows),
        total=(Cell(wording.say("general.total")), *bucket_cells(wording, facts.today)),
        note=wording.say("drill.note", currency=wording.reporting_currency),
        is_searchable=True,
        details=tuple(details),
    )


def _rest_row(rest: Rest, name: str, wording: Wording) -> tuple[Cell, ...]:
    customers = wording.counted("customer", rest.customer_count)
    return (Cell(wording.say(f"drill.{name}", customers=customers)), *bucket_cells(wording, rest))


def _invoices(customer: CustomerBalance, wording: Wording) -> Table | None:
    if not customer.invoices:
        return None
    columns = (
        Column(wording.say("drill.invoice"), is_figure=False),
        Column(wording.say("drill.issued")),
        Column(wording.say("drill.due")),
        Column(wording.say("drill.days_past_due")),
        Column(wording.say("column.currency"), is_figure=False),
        Column(wording.say("column.open")),
        Column(wording.say("drill.in_currency", currency=wording.reporting_currency)),
        Column(wording.say("drill.disputed")),
        Column(wording.say("owed.expected_payment"), is_figure=False),
        Column(wording.say("drill.held"), is_figure=False),
    )
    rows = [_invoice_row(invoice, wording) for invoice in customer.invoices]
    missing = customer.open_invoice_count - len(customer.invoices)
    if missing:
        shown = sum((one.open_amount_reporting for one in customer.invoices), Decimal(0))
        rest = wording.counted("invoice", missing)
        amount = customer.open_invoices_amount_reporting - shown
        name = wording.say("drill.further_invoices", invoices=rest)
        rows.append(_sum_row(name, amount, wording))
    return Table(
        caption=wording.say("drill.invoices_of", customer=customer.customer_name),
        columns=columns,
        rows=tuple(rows),
        total=_sum_row(
            wording.say("general.total"), customer.open_invoices_amount_reporting, wording
        ),
    )


def _invoice_row(invoice: OpenInvoice, wording: Wording) -> tuple[Cell, ...]:
    disputed = invoice.disputed_amount_reporting
    return (
        Cell(invoice.invoice_number),
        date_cell(wording, invoice.invoice_date),
        date_cell(wording, invoice.due_date),
        count_cell(wording, invoice.days_past_due),
        Cell(invoice.currency),
        money_cell(wording, invoice.open_amount, invoice.currency),
        money_cell(wording, invoice.open_amount_reporting),
        money_cell(wording, disputed) if disputed else Cell(""),
        _expected(invoice, wording),
        Cell(wording.say(f"hold.{invoice.hold_reason}") if invoice.hold_reason else ""),
    )


def _expected(invoice: OpenInvoice, wording: Wording) -> Cell:
    """Write the middle of the prediction, its P10 and P90 in small print."""
    if not invoice.has_prediction:
        return Cell(wording.say("general.unknown"))
    if invoice.p50_date is None or invoice.p10_date is None:
        return Cell(wording.say("owed.beyond"))
    p10 = wording.date(invoice.p10_date)
    if invoice.p90_date is None:
        bounds = wording.say("owed.bounds_open", p10=p10)
    else:
        bounds = wording.say("owed.bounds", p10=p10, p90=wording.date(invoice.p90_date))
    return date_cell(wording, invoice.p50_date, bounds)


def _sum_row(name: str, amount: Decimal, wording: Wording) -> tuple[Cell, ...]:
    blank = Cell("")
    return (Cell(name), *[blank] * 5, money_cell(wording, amount), *[blank] * 3)
