"""What is held back today, for what reason, and what the day asks for all the same.

Belongs here: `fct_holds` and `fct_collections_days` in words. Does not belong here: why one customer
is held (`encours desk why`).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from dashboard.charts import NAVY, Series, bars
from dashboard.parts import Block, Cell, Chart, Column, Table, count_cell, date_cell, money_cell
from dashboard.views.collecting.facts import CollectingFacts, HoldGroup
from dashboard.wording import Wording


def holding_block(facts: CollectingFacts, as_of_date: dt.date, wording: Wording) -> Block:
    """Say how many customers are left alone today, what that defers and why."""
    heading = wording.say("held.heading")
    active = tuple(group for group in facts.holds if not group.is_overridden)
    if not facts.holds or facts.worklist is None:
        return Block(heading, answers=(wording.say("held.none"),))
    answers = [wording.say("held.none")]
    if active:
        answers = [
            wording.say(
                "held.answer",
                accounts=wording.counted("customer", facts.worklist.hold_account_count),
                amount=wording.money(facts.worklist.deferred_amount_reporting),
                largest_amount=wording.money(active[0].attributed_amount_reporting),
                reason=wording.say(f"hold.{active[0].hold_reason}"),
            )
        ]
    return Block(
        heading,
        answers=tuple(answers),
        cautions=_cautions(facts, active, as_of_date, wording),
        charts=(_chart(active, wording),) if active else (),
        tables=(_table(facts, active, wording),),
    )


def _cautions(
    facts: CollectingFacts, active: tuple[HoldGroup, ...], as_of_date: dt.date, wording: Wording
) -> tuple[str, ...]:
    cautions = []
    overridden = [group for group in facts.holds if group.is_overridden]
    if overridden:
        accounts = wording.counted("customer", sum(group.account_count for group in overridden))
        cautions.append(wording.say("held.overridden", accounts=accounts))
    cautions += [
        wording.say(
            "held.overdue_review",
            date=wording.date(group.first_review_date),
            reason=wording.say(f"hold.{group.hold_reason}"),
        )
        for group in active
        if group.first_review_date < as_of_date
    ]
    return tuple(cautions)


def _chart(active: tuple[HoldGroup, ...], wording: Wording) -> Chart:
    names = [wording.say(f"hold.{group.hold_reason}") for group in active]
    amounts = [wording.money(group.attributed_amount_reporting) for group in active]
    series = Series(
        name=wording.say("held.deferred"),
        values=[group.attributed_amount_reporting for group in active],
        texts=amounts,
        color=NAVY,
    )
    points = ", ".join(f"{name} {amount}" for name, amount in zip(names, amounts, strict=True))
    return Chart(
        element_id="chart-collecting-holds",
        caption=wording.say("held.chart"),
        description=wording.say("held.chart_text", points=points),
        figure=bars(names, series, [NAVY] * len(names), wording.locale),
    )


def _table(facts: CollectingFacts, active: tuple[HoldGroup, ...], wording: Wording) -> Table:
    columns = (
        Column(wording.say("held.reason"), is_figure=False),
        Column(wording.say("held.accounts")),
        Column(wording.say("held.invoices")),
        Column(wording.say("held.deferred")),
        Column(wording.say("held.since")),
        Column(wording.say("held.review")),
    )
    rows = tuple(
        (
            Cell(
                wording.say(f"hold.{group.hold_reason}"),
                detail=wording.say("held.is_overridden") if group.is_overridden else None,
            ),
            count_cell(wording, group.account_count),
            count_cell(wording, group.invoice_count),
            money_cell(wording, group.attributed_amount_reporting),
            date_cell(wording, group.oldest_start_date),
            date_cell(wording, group.first_review_date),
        )
        for group in facts.holds
    )
    blank = Cell("")
    deferred = sum((group.attributed_amount_reporting for group in active), Decimal(0))
    total = (
        Cell(wording.say("general.total")),
        count_cell(wording, facts.held_account_count),
        blank,
        money_cell(wording, deferred),
        blank,
        blank,
    )
    return Table(
        wording.say("held.table"), columns, rows, total=total, note=wording.say("held.note")
    )


def worklist_block(facts: CollectingFacts, wording: Wording) -> Block:
    """Say what the day's list asks for, and whether anybody was left out as a comparison."""
    heading = wording.say("worklist.heading")
    day = facts.worklist
    if day is None:
        return Block(heading, missing=(wording.say("worklist.missing"),))
    answers = [
        wording.say(
            "worklist.answer",
            amount=wording.money(day.asked_amount_reporting),
            emails=wording.counted("email", day.email_count),
            calls=wording.counted("call", day.call_count),
            letters=wording.counted("letter", day.letter_count),
            tasks=wording.counted("task", day.task_count),
            held=wording.counted("customer", day.hold_account_count),
            waiting=wording.counted("customer", day.wait_account_count),
        )
    ]
    held_out = wording.counted("customer", day.holdout_account_count)
    if day.holdout_account_count:
        answers.append(wording.say("worklist.holdout", accounts=held_out))
        return Block(heading, answers=tuple(answers))
    return Block(heading, answers=tuple(answers), cautions=(wording.say("worklist.no_holdout"),))
