"""Who may leave? Recurring revenue, what moved it, and what late payment puts at stake.

Belongs here: the answers and the movements of MRR. Does not belong here: the parts below them
(`staying.py`, `cohorts.py`, `dunning.py`, `predicted.py`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from dashboard.charts import AMBER, GREY, NAVY, RED, TEAL, Series, stacked_bars
from dashboard.facts import CockpitFacts
from dashboard.parts import (
    Chart,
    Column,
    Section,
    Table,
    count_cell,
    date_cell,
    money_cell,
    share_cell,
)
from dashboard.views.leaving.cohorts import cohort_block
from dashboard.views.leaving.dunning import dunning_block, late_sentence
from dashboard.views.leaving.facts import MRR_GAINS, MRR_LOSSES, LeavingFacts, MrrMovement
from dashboard.views.leaving.predicted import predicted_block
from dashboard.views.leaving.staying import staying_block, staying_sentence
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
    """Answer how much revenue recurs, what is left of it, and what late payment has to do with it."""
    heading = Section(
        "leaving",
        wording.say("leave.question"),
        wording.say("leave.topic"),
        short_question=wording.say("leave.short_question"),
    )
    leaving = facts.leaving
    if leaving is None:
        missing = (wording.say("leave.missing"), wording.say("leave.how"))
        return replace(heading, missing=missing)
    blocks = (
        staying_block(leaving, wording),
        dunning_block(leaving, wording),
        cohort_block(leaving, wording),
        predicted_block(leaving, facts.trust, wording),
    )
    return replace(
        heading,
        answers=_answers(leaving, wording),
        charts=(_chart(leaving, wording),),
        tables=(_movement_table(leaving, wording),),
        blocks=tuple(block for block in blocks if block is not None),
    )


def _answers(leaving: LeavingFacts, wording: Wording) -> tuple[str, ...]:
    today = leaving.today
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
        staying_sentence(leaving, wording),
        _at_risk(leaving, wording),
        late_sentence(leaving, wording),
    ]
    return tuple(answer for answer in answers if answer is not None)


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


def _at_risk(leaving: LeavingFacts, wording: Wording) -> str:
    if leaving.mrr_at_risk_customer_count == 0:
        return wording.say("leave.no_risk")
    at_risk = leaving.mrr_at_risk_reporting
    gaps = {
        "customers": wording.counted("customer", leaving.mrr_at_risk_customer_count),
        "amount": wording.money(at_risk),
        "share": wording.share(share_of(at_risk, leaving.today.closing_mrr_reporting)),
    }
    ltv = leaving.ratios.ltv_at_risk
    if ltv is None:
        return wording.say("leave.at_risk", **gaps)
    return wording.say("leave.at_risk_ltv", ltv=wording.money(ltv), **gaps)


def _chart(leaving: LeavingFacts, wording: Wording) -> Chart:
    trend = leaving.trend
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


def _movement_table(leaving: LeavingFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("leave.month"), is_figure=False),
        Column(wording.say("leave.closing")),
        *(Column(wording.say(f"movement.{name}")) for name, _, _ in _STACKS),
        Column(wording.say("leave.customers")),
        Column(wording.say("leave.logo_churn")),
    )
    rows = tuple(
        (
            date_cell(wording, month.as_of_date),
            money_cell(wording, month.closing_mrr_reporting),
            *(money_cell(wording, month.movement(name)) for name, _, _ in _STACKS),
            count_cell(wording, month.closing_customer_count),
            share_cell(wording, month.logo_churn),
        )
        for month in reversed(leaving.trend)
    )
    return Table(wording.say("leave.chart"), columns, rows, is_folded=True)


def _sum(month: MrrMovement, names: tuple[str, ...]) -> Decimal:
    return sum((month.movement(name) for name in names), Decimal(0))
