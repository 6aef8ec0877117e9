"""Who owes us? The aged balance, its currencies, and the customers who owe most.

Belongs here: `fct_aged_balance` and the largest of `fct_customer_360`. Does not belong here: roll
rates, expected credit loss, drill-down to invoices.
"""

from __future__ import annotations

from decimal import Decimal

from dashboard.charts import AMBER, NAVY, RED, TEAL, Series, bars
from dashboard.facts import CockpitFacts
from dashboard.parts import (
    Cell,
    Chart,
    Column,
    Section,
    Table,
    count_cell,
    money_cell,
    share_cell,
)
from dashboard.views.owed.facts import AGING_BUCKETS, Exposure, OwedFacts
from dashboard.wording import Wording, share_of

_BUCKET_COLORS = (TEAL, NAVY, NAVY, AMBER, RED)


def owed_section(facts: CockpitFacts, wording: Wording) -> Section:
    """Answer how much is owed, how old it is, by whom."""
    receivables = facts.owed
    has_balance = receivables.today.open_invoices_amount_reporting > 0
    tables = [_aged_table(receivables, wording)]
    if len(receivables.by_currency) > 1:
        tables.append(_currency_table(receivables, wording))
    if receivables.top_exposures:
        tables.append(_exposure_table(receivables, wording))
    return Section(
        section_id="owed",
        question=wording.say("owed.question"),
        topic=wording.say("owed.topic"),
        answers=_answers(receivables, wording) if has_balance else (wording.say("owed.nothing"),),
        cautions=_cautions(receivables, wording),
        charts=(_chart(receivables, wording),) if has_balance else (),
        tables=tuple(tables) if has_balance else (),
    )


def _answers(receivables: OwedFacts, wording: Wording) -> tuple[str, ...]:
    today, exposures = receivables.today, receivables.top_exposures
    open_amount = today.open_invoices_amount_reporting
    answers = [
        wording.say(
            "owed.total",
            customers=wording.counted("customer", receivables.owing_customer_count),
            invoices=wording.counted("invoice", receivables.open_invoice_count),
            open=wording.money(open_amount),
        ),
        wording.say(
            "owed.past_due" if today.d90_plus_amount_reporting else "owed.past_due_recent",
            past_due=wording.money(today.past_due_amount_reporting),
            share=wording.share(share_of(today.past_due_amount_reporting, open_amount)),
            oldest=wording.money(today.d90_plus_amount_reporting),
        ),
    ]
    if len(exposures) > 1:
        largest = sum((one.open_amount_reporting for one in exposures), Decimal(0))
        answers.append(
            wording.say(
                "owed.concentration",
                count=wording.whole_number(len(exposures)),
                share=wording.share(share_of(largest, open_amount)),
                customer=exposures[0].customer_name,
                amount=wording.money(exposures[0].open_amount_reporting),
            )
        )
    return tuple(answers)


def _cautions(receivables: OwedFacts, wording: Wording) -> tuple[str, ...]:
    today = receivables.today
    cautions = []
    unapplied = (
        today.unapplied_cash_amount_reporting + today.unapplied_credit_notes_amount_reporting
    )
    if unapplied != 0:
        cautions.append(
            wording.say(
                "owed.unapplied",
                amount=wording.money(unapplied),
                net=wording.money(today.ar_net_amount_reporting),
            )
        )
    if today.prepayments_amount_reporting != 0:
        cautions.append(
            wording.say(
                "owed.prepayments", amount=wording.money(today.prepayments_amount_reporting)
            )
        )
    return tuple(cautions)


def _chart(receivables: OwedFacts, wording: Wording) -> Chart:
    today = receivables.today
    names = [wording.say(f"bucket.{bucket}") for bucket in AGING_BUCKETS]
    amounts = [wording.money(today.bucket(bucket)) for bucket in AGING_BUCKETS]
    series = Series(
        name=wording.say("column.open"),
        values=[today.bucket(bucket) for bucket in AGING_BUCKETS],
        texts=amounts,
        color=NAVY,
    )
    pairs = ", ".join(f"{name} {amount}" for name, amount in zip(names, amounts, strict=True))
    return Chart(
        element_id="chart-owed",
        caption=wording.say("owed.chart"),
        description=wording.say("owed.chart_text", points=pairs),
        figure=bars(names, series, _BUCKET_COLORS, wording.locale),
    )


def _aged_table(receivables: OwedFacts, wording: Wording) -> Table:
    today, previous = receivables.today, receivables.previous
    columns = [
        Column(wording.say("owed.bucket"), is_figure=False),
        Column(wording.say("column.amount")),
        Column(wording.say("column.share")),
    ]
    if previous is not None:
        columns.append(Column(wording.say("owed.previous", date=wording.date(previous.as_of_date))))

    def row(label: str, now: Decimal, before: Decimal | None) -> tuple[Cell, ...]:
        share = share_of(now, today.open_invoices_amount_reporting)
        cells = (Cell(label), money_cell(wording, now), share_cell(wording, share))
        return cells if previous is None else (*cells, money_cell(wording, before))

    return Table(
        caption=wording.say("owed.topic"),
        columns=tuple(columns),
        rows=tuple(
            row(
                wording.say(f"bucket.{bucket}"),
                today.bucket(bucket),
                None if previous is None else previous.bucket(bucket),
            )
            for bucket in AGING_BUCKETS
        ),
        total=row(
            wording.say("general.total"),
            today.open_invoices_amount_reporting,
            None if previous is None else previous.open_invoices_amount_reporting,
        ),
    )


def _currency_table(receivables: OwedFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("column.currency"), is_figure=False),
        Column(wording.say("column.open")),
        Column(wording.say("column.past_due")),
        Column(wording.say("owed.converted", currency=wording.reporting_currency)),
    )
    rows = tuple(
        (
            Cell(balance.currency),
            money_cell(wording, balance.open_invoices_amount, balance.currency),
            money_cell(wording, balance.past_due_amount, balance.currency),
            money_cell(wording, balance.open_invoices_amount_reporting),
        )
        for balance in receivables.by_currency
    )
    return Table(wording.say("owed.by_currency"), columns, rows)


def _exposure_table(receivables: OwedFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("column.customer"), is_figure=False),
        Column(wording.say("column.open")),
        Column(wording.say("column.share")),
        Column(wording.say("column.past_due")),
        Column(wording.say("column.oldest")),
        Column(wording.say("owed.expected_payment"), is_figure=False),
        Column(wording.say("owed.today"), is_figure=False),
    )
    open_amount = receivables.today.open_invoices_amount_reporting
    rows = tuple(
        (
            Cell(one.customer_name),
            money_cell(wording, one.open_amount_reporting),
            share_cell(wording, share_of(one.open_amount_reporting, open_amount)),
            money_cell(wording, one.past_due_amount_reporting),
            count_cell(wording, one.oldest_days_past_due),
            Cell(_expected_payment(one, wording)),
            Cell(_decision(one, wording)),
        )
        for one in receivables.top_exposures
    )
    return Table(wording.say("owed.top"), columns, rows, note=wording.say("owed.top_note"))


def _expected_payment(exposure: Exposure, wording: Wording) -> str:
    if not exposure.has_prediction:
        return wording.say("general.unknown")
    if exposure.predicted_payment_date is None or exposure.predicted_p10_date is None:
        return wording.say("owed.beyond")
    late_end = exposure.predicted_p90_date
    return wording.say(
        "owed.interval",
        p50=wording.date(exposure.predicted_payment_date),
        p10=wording.date(exposure.predicted_p10_date),
        p90=wording.say("owed.later") if late_end is None else wording.date(late_end),
    )


def _decision(exposure: Exposure, wording: Wording) -> str:
    if exposure.decision is None:
        return wording.say("general.unknown")
    if exposure.decision == "hold":
        reason = wording.say(f"hold.{exposure.hold_reason}")
        return wording.say("decision.hold", reason=reason)
    return wording.say(f"decision.{exposure.decision}")
