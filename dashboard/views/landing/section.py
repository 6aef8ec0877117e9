"""Where do we land? Cash by week and month end, its interval and its lines, and how past months did.

Belongs here: the landing as `fct_cash_landing` and `fct_cash_landing_outcomes` state it. Does not
belong here: targets, computing an interval.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from dashboard.charts import AMBER, GREY, NAVY, Series, lines
from dashboard.facts import CockpitFacts
from dashboard.parts import Cell, Chart, Column, Section, Table, money_cell, share_cell
from dashboard.views.landing.facts import LANDING_LINES, LandingFacts, LandingMonth, LandingPoint
from dashboard.wording import Wording

_HORIZONS = ("7d", "14d", "month_end", "30d", "next_month_end", "60d")


def landing_section(facts: CockpitFacts, wording: Wording) -> Section:
    """Answer how much cash lands by when, between which bounds, and from what."""
    heading = Section("landing", wording.say("landing.question"), wording.say("landing.topic"))
    landing = facts.landing
    if not landing.points:
        open_amount = facts.owed.today.open_invoices_amount_reporting
        if open_amount == 0:
            return replace(heading, answers=(wording.say("landing.nothing_open"),))
        missing = wording.say("landing.missing", open=wording.money(open_amount))
        return replace(heading, missing=(missing,))
    tables = [_table(landing, wording)]
    if landing.months:
        tables.append(_past_table(landing.months, wording))
    return replace(
        heading,
        answers=_answers(facts, wording),
        cautions=_cautions(facts, wording),
        charts=(_chart(landing.weeks, wording),) if len(landing.weeks) > 1 else (),
        tables=tuple(tables),
    )


def _answers(facts: CockpitFacts, wording: Wording) -> tuple[str, ...]:
    answers = []
    for point in (facts.landing.month_end, facts.landing.at("next_month_end")):
        if point is not None:
            answers.append(_interval_sentence(point, wording))
    past = facts.landing.calibrated_months
    if past:
        inside = sum(month.is_in_interval for month in past)
        answers.append(
            wording.say(
                "landing.past",
                inside=wording.whole_number(inside),
                months=wording.counted("month", len(past)),
                error=wording.share(_mean_error(past)),
            )
        )
    return tuple(answers)


def _interval_sentence(point: LandingPoint, wording: Wording) -> str:
    gaps = {
        "date": wording.long_date(point.horizon_date),
        "expected": wording.money(point.expected_amount_reporting),
    }
    if point.p50_amount_reporting is None:
        return wording.say("landing.only_expected", **gaps)
    gaps["p10"] = wording.money(point.p10_amount_reporting)
    gaps["p50"] = wording.money(point.p50_amount_reporting)
    gaps["p90"] = wording.money(point.p90_amount_reporting)
    if point.received_amount_reporting is None:
        return wording.say("landing.interval", **gaps)
    gaps["received"] = wording.money(point.received_amount_reporting)
    return wording.say("landing.interval_of_month", **gaps)


def _mean_error(months: tuple[LandingMonth, ...]) -> Decimal | None:
    landed = sum(abs(month.landed_amount_reporting) for month in months)
    missed = sum(abs(month.error_amount_reporting) for month in months)
    return missed / landed if landed else None


def _cautions(facts: CockpitFacts, wording: Wording) -> tuple[str, ...]:
    landing = facts.landing
    cautions = [wording.say("landing.what_lands")]
    uncalibrated = [point for point in landing.totals if not point.is_calibrated]
    if len(uncalibrated) == len(landing.totals):
        cautions.append(wording.say("landing.uncalibrated"))
    elif uncalibrated:
        date = wording.date(uncalibrated[0].horizon_date)
        cautions.append(wording.say("landing.uncalibrated_from", date=date))
    for line in ("contracted_invoices", "new_business"):
        if not landing.has_line(line):
            cautions.append(wording.say(f"landing.no_{line}"))
    first = landing.points[0]
    unscored = first.open_amount_reporting - first.scored_amount_reporting
    if unscored != 0:
        cautions.append(wording.say("landing.unscored", amount=wording.money(unscored)))
    return tuple(cautions)


def _chart(weeks: tuple[LandingPoint, ...], wording: Wording) -> Chart:
    drawn = (("p90", AMBER, "dash"), ("p50", NAVY, "solid"), ("p10", GREY, "dot"))
    amounts = {
        level: [getattr(point, f"{level}_amount_reporting") for point in weeks]
        for level, _, _ in drawn
    }
    series = [
        Series(
            name=wording.say(f"landing.{level}"),
            values=amounts[level],
            texts=[wording.money(amount) for amount in amounts[level]],
            color=color,
            dash=dash,
        )
        for level, color, dash in drawn
    ]
    dates = [point.horizon_date for point in weeks]
    described = {
        level: wording.money(getattr(weeks[-1], f"{level}_amount_reporting"))
        for level, _, _ in drawn
    }
    return Chart(
        element_id="chart-landing",
        caption=wording.say("landing.chart"),
        description=wording.say("landing.chart_text", date=wording.date(dates[-1]), **described),
        figure=lines(
            dates,
            [wording.short_date(date) for date in dates],
            series,
            wording.reporting_currency,
            wording.locale,
        ),
    )


def _table(landing: LandingFacts, wording: Wording) -> Table:
    """The intervals of the total, then what each line is expected to bring."""
    shown = [line for line in LANDING_LINES if landing.has_line(line)]
    columns = (
        Column(wording.say("landing.horizon"), is_figure=False),
        *(Column(wording.say(f"landing.{level}")) for level in ("p10", "p50", "p90")),
        *(Column(wording.say(f"landing.{line}")) for line in shown),
    )
    points = [point for point in landing.totals if point.horizon in _HORIZONS]
    rows = tuple(
        (
            Cell(
                wording.say(f"horizon.{point.horizon}"),
                detail=wording.say("landing.by", date=wording.date(point.horizon_date)),
            ),
            money_cell(wording, point.p10_amount_reporting),
            money_cell(wording, point.p50_amount_reporting),
            money_cell(wording, point.p90_amount_reporting),
            *(_line_cell(landing.at(point.horizon, line), wording) for line in shown),
        )
        for point in points
    )
    return Table(
        caption=wording.say("landing.table"),
        columns=columns,
        rows=rows,
        note=wording.say("landing.table_note"),
    )


def _line_cell(point: LandingPoint | None, wording: Wording) -> Cell:
    return money_cell(wording, point.expected_amount_reporting if point else None)


def _past_table(months: tuple[LandingMonth, ...], wording: Wording) -> Table:
    headings = ("p10", "p50", "p90", "landed", "error")
    columns = (
        Column(wording.say("landing.month"), is_figure=False),
        *(Column(wording.say(f"landing.{heading}")) for heading in headings),
        Column(wording.say("landing.inside"), is_figure=False),
    )
    rows = tuple(
        (
            Cell(
                wording.month(month.month_start_date),
                detail=None if month.is_calibrated else wording.say("landing.was_uncalibrated"),
            ),
            money_cell(wording, month.p10_amount_reporting),
            money_cell(wording, month.p50_amount_reporting),
            money_cell(wording, month.p90_amount_reporting),
            money_cell(wording, month.landed_amount_reporting),
            share_cell(wording, _mean_error((month,))),
            Cell(wording.say("landing.yes" if month.is_in_interval else "landing.no")),
        )
        for month in months
    )
    note = (
        "landing.past_issued" if all(month.is_issued for month in months) else "landing.past_note"
    )
    return Table(
        caption=wording.say("landing.past_table"),
        columns=columns,
        rows=rows,
        note=wording.say(note),
    )
