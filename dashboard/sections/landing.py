"""Where do we land? Expected cash of the open invoices by horizon.

Belongs here: the landing as `fct_cash_landing` states it. Does not belong here: intervals, targets
and forecasts of invoices still to be issued, which the mart does not hold yet.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from dashboard.charts import NAVY, TEAL, Series, bars
from dashboard.facts import LandingPoint, SummaryFacts
from dashboard.parts import Cell, Chart, Column, Section, Table, money_cell, share_cell
from dashboard.wording import Wording, share_of


def landing_section(facts: SummaryFacts, wording: Wording) -> Section:
    """Answer how much of the open balance is expected as cash, and by when."""
    heading = Section("landing", wording.say("landing.question"), wording.say("landing.topic"))
    open_amount = facts.receivables.today.open_invoices_amount_reporting
    if open_amount == 0:
        return replace(heading, answers=(wording.say("landing.nothing_open"),))
    if not facts.landing:
        missing = wording.say("landing.missing", open=wording.money(open_amount))
        return replace(heading, missing=(missing,))
    return replace(
        heading,
        answers=_answers(facts, wording),
        cautions=_cautions(facts, wording),
        charts=(_chart(facts.landing, wording),),
        tables=(_table(facts.landing, wording),),
    )


def _answers(facts: SummaryFacts, wording: Wording) -> tuple[str, ...]:
    answers = []
    month_end, days_30 = facts.landing_month_end, facts.landing_at("30d")
    if month_end is not None:
        answers.append(
            wording.say(
                "landing.month_end",
                open=wording.money(month_end.open_amount_reporting),
                expected=wording.money(month_end.expected_amount_reporting),
                share=wording.share(_share(month_end)),
                date=wording.long_date(month_end.horizon_date),
            )
        )
    else:
        open_amount = facts.receivables.today.open_invoices_amount_reporting
        answers.append(wording.say("landing.open", open=wording.money(open_amount)))
    if days_30 is not None:
        answers.append(
            wording.say(
                "landing.days",
                date=wording.long_date(days_30.horizon_date),
                expected=wording.money(days_30.expected_amount_reporting),
            )
        )
    return tuple(answers)


def _cautions(facts: SummaryFacts, wording: Wording) -> tuple[str, ...]:
    cautions = [wording.say("landing.no_interval"), wording.say("landing.open_only")]
    first = facts.landing[0]
    unscored = first.open_amount_reporting - first.scored_amount_reporting
    if unscored != 0:
        cautions.append(wording.say("landing.unscored", amount=wording.money(unscored)))
    return tuple(cautions)


def _chart(points: tuple[LandingPoint, ...], wording: Wording) -> Chart:
    names = [wording.say(f"horizon.{point.horizon}") for point in points]
    amounts = [wording.money(point.expected_amount_reporting) for point in points]
    series = Series(
        name=wording.say("landing.expected"),
        values=[point.expected_amount_reporting for point in points],
        texts=amounts,
        color=NAVY,
    )
    labels = [
        f"{name}<br>{wording.short_date(point.horizon_date)}"
        for name, point in zip(names, points, strict=True)
    ]
    colors = [TEAL if point.horizon == "month_end" else NAVY for point in points]
    pairs = ", ".join(f"{name} {amount}" for name, amount in zip(names, amounts, strict=True))
    return Chart(
        element_id="chart-landing",
        caption=wording.say("landing.chart"),
        description=wording.say("landing.chart_text", points=pairs),
        figure=bars(labels, series, colors, wording.locale),
    )


def _table(points: tuple[LandingPoint, ...], wording: Wording) -> Table:
    columns = (
        Column(wording.say("landing.horizon"), is_figure=False),
        Column(wording.say("landing.expected")),
        Column(wording.say("landing.share")),
    )
    rows = tuple(
        (
            Cell(
                wording.say(f"horizon.{point.horizon}"),
                detail=wording.say("landing.by", date=wording.date(point.horizon_date)),
            ),
            money_cell(wording, point.expected_amount_reporting),
            share_cell(wording, _share(point)),
        )
        for point in points
    )
    return Table(caption=wording.say("landing.table"), columns=columns, rows=rows)


def _share(point: LandingPoint) -> Decimal | None:
    return share_of(point.expected_amount_reporting, point.open_amount_reporting)
