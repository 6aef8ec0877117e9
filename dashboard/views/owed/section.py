"""Who owes us? The aged balance in words, how it changed, and the parts that explain it.

Belongs here: the balance of the company by age, today and by month. Does not belong here: customers
(`drill.py`), groups, concentration, losses (modules of their own).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from dashboard.charts import NAVY, Series, bars, stacked_bars
from dashboard.facts import CockpitFacts
from dashboard.parts import (
    Block,
    Cell,
    Chart,
    Column,
    Section,
    Table,
    date_cell,
    money_cell,
    share_cell,
)
from dashboard.views.owed.beside import beside_block
from dashboard.views.owed.buckets import BUCKET_COLORS, BUCKET_PATTERNS
from dashboard.views.owed.drill import drill_block
from dashboard.views.owed.exposures import exposures_block
from dashboard.views.owed.facts import AGING_BUCKETS, AgedBalance, OwedFacts
from dashboard.views.owed.groups import groups_block
from dashboard.views.owed.losses import losses_block, rolling_block
from dashboard.wording import Wording, share_of


def owed_section(facts: CockpitFacts, wording: Wording) -> Section:
    """Answer how much is owed, how old it is, by whom, and what it may cost."""
    owed = facts.owed
    has_balance = owed.today.open_invoices_amount_reporting > 0
    return Section(
        section_id="owed",
        question=wording.say("owed.question"),
        topic=wording.say("owed.topic"),
        answers=_answers(owed, wording) if has_balance else (wording.say("owed.nothing"),),
        cautions=_cautions(owed, wording),
        charts=(_chart(owed, wording), *_trend_chart(owed, wording)) if has_balance else (),
        tables=_tables(owed, wording) if has_balance else (),
        blocks=_blocks(owed, facts.as_of_date, wording) if has_balance else (),
    )


def _blocks(owed: OwedFacts, as_of_date: dt.date, wording: Wording) -> tuple[Block, ...]:
    blocks = (
        drill_block(owed, wording),
        exposures_block(owed, wording),
        groups_block(owed, wording),
        rolling_block(owed, as_of_date, wording),
        losses_block(owed, wording),
        beside_block(owed, wording),
    )
    return tuple(block for block in blocks if block is not None)


def _answers(owed: OwedFacts, wording: Wording) -> tuple[str, ...]:
    today, exposures = owed.today, owed.top_exposures
    open_amount = today.open_invoices_amount_reporting
    answers = [
        wording.say(
            "owed.total",
            owing=wording.counted("owing_customer", owed.owing_customer_count),
            invoices=wording.counted("invoice", owed.open_invoice_count),
            open=wording.money(open_amount),
        ),
        wording.say(
            "owed.past_due" if today.d90_plus_amount_reporting else "owed.past_due_recent",
            past_due=wording.money(today.past_due_amount_reporting),
            share=wording.share(share_of(today.past_due_amount_reporting, open_amount)),
            oldest=wording.money(today.d90_plus_amount_reporting),
        ),
    ]
    if owed.previous is not None:
        answers.append(_change(today, owed.previous, wording))
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


def _change(today: AgedBalance, previous: AgedBalance, wording: Wording) -> str:
    def moved(column: str) -> str:
        change: Decimal = getattr(today, column) - getattr(previous, column)
        key = "same" if change == 0 else "more" if change > 0 else "less"
        return wording.say(f"owed.{key}", amount=wording.money(abs(change)))

    return wording.say(
        "owed.change",
        date=wording.date(previous.as_of_date),
        open=moved("open_invoices_amount_reporting"),
        past_due=moved("past_due_amount_reporting"),
    )


def _cautions(owed: OwedFacts, wording: Wording) -> tuple[str, ...]:
    today = owed.today
    cautions = []
    if today.unapplied != 0:
        cautions.append(
            wording.say(
                "owed.unapplied",
                amount=wording.money(today.unapplied),
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


def _chart(owed: OwedFacts, wording: Wording) -> Chart:
    today = owed.today
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
        figure=bars(names, series, BUCKET_COLORS, wording.locale),
    )


def _trend_chart(owed: OwedFacts, wording: Wording) -> tuple[Chart, ...]:
    known = [point for point in owed.trend if point.open_invoices_amount_reporting > 0]
    if len(known) < 2:
        return ()
    shown = owed.trend[owed.trend.index(known[0]) :]
    stacks = [
        Series(
            name=wording.say(f"bucket.{bucket}"),
            values=[point.bucket(bucket) for point in shown],
            texts=[wording.money(point.bucket(bucket)) for point in shown],
            color=color,
            pattern=pattern,
        )
        for bucket, color, pattern in zip(
            AGING_BUCKETS, BUCKET_COLORS, BUCKET_PATTERNS, strict=True
        )
    ]
    first, last = shown[0], shown[-1]
    description = wording.say(
        "owed.trend_text",
        first=wording.money(first.open_invoices_amount_reporting),
        first_past_due=wording.money(first.past_due_amount_reporting),
        first_month=wording.month(first.as_of_date),
        last=wording.money(last.open_invoices_amount_reporting),
        last_past_due=wording.money(last.past_due_amount_reporting),
        last_month=wording.month(last.as_of_date),
    )
    labels = [wording.month(point.as_of_date) for point in shown]
    figure = stacked_bars(labels, stacks, wording.locale)
    return (Chart("chart-owed-trend", wording.say("owed.trend"), description, figure),)


def _tables(owed: OwedFacts, wording: Wording) -> tuple[Table, ...]:
    tables = [_aged_table(owed, wording)]
    if len(owed.trend) > 1:
        tables.append(_trend_table(owed, wording))
    return tuple(tables)


def _aged_table(owed: OwedFacts, wording: Wording) -> Table:
    today, previous = owed.today, owed.previous
    columns = [
        Column(wording.say("owed.bucket"), is_figure=False),
        Column(wording.say("column.amount")),
        Column(wording.say("column.share")),
    ]
    if previous is not None:
        columns.append(Column(wording.say("owed.previous", date=wording.date(previous.as_of_date))))
        columns.append(Column(wording.say("owed.difference")))

    def row(label: str, column: str) -> tuple[Cell, ...]:
        now: Decimal = getattr(today, column)
        share = share_of(now, today.open_invoices_amount_reporting)
        cells = (Cell(label), money_cell(wording, now), share_cell(wording, share))
        if previous is None:
            return cells
        before: Decimal = getattr(previous, column)
        return (*cells, money_cell(wording, before), money_cell(wording, now - before))

    return Table(
        caption=wording.say("owed.topic"),
        columns=tuple(columns),
        rows=tuple(
            row(wording.say(f"bucket.{bucket}"), f"{bucket}_amount_reporting")
            for bucket in AGING_BUCKETS
        ),
        total=row(wording.say("general.total"), "open_invoices_amount_reporting"),
    )


def _trend_table(owed: OwedFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("column.date"), is_figure=False),
        *(Column(wording.say(f"bucket.{bucket}")) for bucket in AGING_BUCKETS),
        Column(wording.say("column.open")),
        Column(wording.say("owed.past_due_share")),
    )
    rows = tuple(
        (
            date_cell(wording, point.as_of_date),
            *(money_cell(wording, point.bucket(bucket)) for bucket in AGING_BUCKETS),
            money_cell(wording, point.open_invoices_amount_reporting),
            share_cell(
                wording,
                share_of(point.past_due_amount_reporting, point.open_invoices_amount_reporting),
            ),
        )
        for point in reversed(owed.trend)
    )
    return Table(wording.say("owed.trend"), columns, rows, is_folded=True)
