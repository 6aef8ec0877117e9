"""Who may leave? Recurring revenue, what moved it, what late payment and churn put at stake.

Belongs here: `fct_mrr_movements`, MRR at risk, churn predictions in words. Does not belong here:
cohorts, NRR and GRR, retention by dunning intensity.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from dashboard.charts import AMBER, GREY, NAVY, RED, TEAL, Series, stacked_bars
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
from dashboard.views.leaving.facts import MRR_GAINS, MRR_LOSSES, LeavingFacts, MrrMovement
from dashboard.views.trust.facts import TrustFacts
from dashboard.views.trust.section import verdict
from dashboard.wording import Wording, share_of

_STACKS = (
    ("new", TEAL, ""),
    ("reactivation", TEAL, "/"),
    ("expansion", NAVY, ""),
    ("contraction", AMBER, ""),
    ("churn_voluntary", RED, ""),
    ("churn_involuntary", RED, "/"),
    ("fx", GREY, ""),
)


def leaving_section(facts: CockpitFacts, wording: Wording) -> Section:
    """Answer how much revenue recurs, what moved it, and which of it is at stake."""
    heading = Section("leaving", wording.say("leave.question"), wording.say("leave.topic"))
    retention = facts.leaving
    if retention is None:
        return replace(heading, missing=(wording.say("leave.missing"),))
    ranked = (_likely_table(retention, wording),) if retention.likely_to_leave else ()
    return replace(
        heading,
        answers=_answers(retention, wording),
        cautions=_cautions(facts.trust, retention, wording),
        charts=(_chart(retention, wording),),
        tables=(_movement_table(retention, wording), *ranked),
    )


def _answers(retention: LeavingFacts, wording: Wording) -> tuple[str, ...]:
    today = retention.today
    if today.closing_customer_count == 0:
        return (wording.say("leave.none"), _moves(today, wording))
    answers = [
        wording.say(
            "leave.mrr",
            mrr=wording.money(today.closing_mrr_reporting),
            arr=wording.money(today.arr_reporting),
            customers=wording.counted("customer", today.closing_customer_count),
        ),
        _moves(today, wording),
    ]
    if retention.mrr_at_risk_customer_count == 0:
        answers.append(wording.say("leave.no_risk"))
    else:
        at_risk = retention.mrr_at_risk_reporting
        answers.append(
            wording.say(
                "leave.at_risk",
                customers=wording.counted("customer", retention.mrr_at_risk_customer_count),
                amount=wording.money(at_risk),
                share=wording.share(share_of(at_risk, today.closing_mrr_reporting)),
            )
        )
    if retention.expected_mrr_loss_reporting is not None:
        amount = wording.money(retention.expected_mrr_loss_reporting)
        answers.append(wording.say("leave.expected_loss", amount=amount))
    return tuple(answers)


def _moves(today: MrrMovement, wording: Wording) -> str:
    month_before = today.as_of_date.replace(day=1) - dt.timedelta(days=1)
    left = today.churn_voluntary_mrr_reporting + today.churn_involuntary_mrr_reporting
    return wording.say(
        "leave.moves",
        date=wording.long_date(month_before),
        gained=wording.money(_sum(today, MRR_GAINS)),
        lost=wording.money(-_sum(today, MRR_LOSSES)),
        left=wording.money(-left),
    )


def _cautions(trust: TrustFacts, retention: LeavingFacts, wording: Wording) -> tuple[str, ...]:
    if not retention.churn_methods:
        return (wording.say("leave.no_predictions"),)
    if retention.churn_methods == ("base_rate",):
        return (wording.say("leave.base_rate"),)
    ranking = trust.figure("churn", "roc_auc")
    if ranking is not None and verdict(ranking) in ("worse", "same"):
        return (wording.say("leave.not_proven"),)
    return ()


def _chart(retention: LeavingFacts, wording: Wording) -> Chart:
    trend = retention.trend
    stacks = [
        Series(
            name=wording.say(f"movement.{name}"),
            values=[month.movement(name) for month in trend],
            texts=[wording.money(month.movement(name)) for month in trend],
            color=color,
            pattern=pattern,
        )
        for name, color, pattern in _STACKS
        if any(month.movement(name) != 0 for month in trend)
    ]
    labels = [wording.month(month.as_of_date) for month in trend]
    return Chart(
        element_id="chart-leaving",
        caption=wording.say("leave.chart"),
        description=wording.say("leave.chart_text"),
        figure=stacked_bars(labels, stacks, wording.locale),
    )


def _movement_table(retention: LeavingFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("leave.month"), is_figure=False),
        Column(wording.say("leave.closing")),
        *(Column(wording.say(f"movement.{name}")) for name, _, _ in _STACKS),
        Column(wording.say("leave.customers")),
        Column(wording.say("leave.logo_churn")),
    )
    rows = tuple(
        (
            Cell(wording.date(month.as_of_date)),
            money_cell(wording, month.closing_mrr_reporting),
            *(money_cell(wording, month.movement(name)) for name, _, _ in _STACKS),
            count_cell(wording, month.closing_customer_count),
            share_cell(wording, month.logo_churn),
        )
        for month in reversed(retention.trend)
    )
    return Table(wording.say("leave.chart"), columns, rows, is_folded=True)


def _likely_table(retention: LeavingFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("column.customer"), is_figure=False),
        Column(wording.say("leave.closing")),
        Column(wording.say("leave.probability")),
        Column(wording.say("column.past_due")),
        Column(wording.say("column.oldest")),
    )
    rows = tuple(
        (
            Cell(customer.customer_name),
            money_cell(wording, customer.mrr_reporting),
            share_cell(wording, customer.p_churn),
            money_cell(wording, customer.past_due_amount_reporting),
            count_cell(wording, customer.oldest_days_past_due),
        )
        for customer in retention.likely_to_leave
    )
    note = wording.say("leave.likely_note")
    return Table(wording.say("leave.likely"), columns, rows, note=note)


def _sum(month: MrrMovement, names: tuple[str, ...]) -> Decimal:
    return sum((month.movement(name) for name in names), Decimal(0))
