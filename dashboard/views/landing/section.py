"""Where do we land? The month in words, cash by week between its bounds, and what must be known.

Belongs here: the answer, the weeks, the cautions. Does not belong here: the blocks below them
(`month.py`, `hanging.py`, `past.py`), computing an interval.
"""

from __future__ import annotations

from dataclasses import replace

from dashboard.charts import NAVY, Series, stacked_bars
from dashboard.charts_bounds import band
from dashboard.facts import CockpitFacts
from dashboard.parts import Block, Chart, Column, Section, Table, date_cell, money_cell
from dashboard.views.landing.bounds import band_of, middle_of
from dashboard.views.landing.facts import LandingFacts, LandingPoint, WholeMonth
from dashboard.views.landing.hanging import hanging_block
from dashboard.views.landing.month import month_block, target_sentence
from dashboard.views.landing.past import forecasts_block, moved_sentence, past_block
from dashboard.wording import Wording

LEVELS = ("p10", "p50", "p90")
# Behind calibrated bounds, as `fct_cash_landing` says.
_ENOUGH_WINDOWS = 8


def landing_section(facts: CockpitFacts, wording: Wording) -> Section:
    """Answer how much cash lands by when, between which bounds, and from what."""
    heading = Section("landing", wording.say("landing.question"), wording.say("landing.topic"))
    landing = facts.landing
    if not landing.points:
        return _without_forecast(heading, facts, wording)
    weeks = landing.weeks
    bounded = tuple(week for week in weeks if week.p50_amount_reporting is not None)
    return replace(
        heading,
        answers=_answers(landing, wording),
        cautions=_cautions(landing, wording),
        charts=(
            *((_chart(bounded, wording),) if len(bounded) > 1 else ()),
            *((_weeks_chart(weeks, wording),) if len(weeks) > 1 else ()),
        ),
        tables=(_table(weeks, wording),) if weeks else (),
        blocks=_blocks(landing, wording),
    )


def _without_forecast(heading: Section, facts: CockpitFacts, wording: Wording) -> Section:
    """Say what came in, what no forecast says, and why; what is known of past forecasts stays."""
    month = facts.landing.this_month
    open_amount = facts.owed.today.open_invoices_amount_reporting
    answers, missing = [], []
    if month is not None and month.received_amount_reporting:
        answers.append(
            wording.say(
                "landing.only_received",
                month=wording.long_month(month.month_start_date),
                received=wording.money(month.received_amount_reporting),
            )
        )
    if open_amount == 0:
        answers.append(wording.say("landing.nothing_open"))
    else:
        missing.append(wording.say("landing.missing", open=wording.money(open_amount)))
    return replace(
        heading,
        answers=tuple(answers),
        missing=tuple(missing),
        blocks=_blocks(facts.landing, wording),
    )


def _blocks(landing: LandingFacts, wording: Wording) -> tuple[Block, ...]:
    blocks = (
        month_block(landing, wording),
        hanging_block(landing, wording),
        forecasts_block(landing, wording),
        past_block(landing, wording),
    )
    return tuple(block for block in blocks if block is not None)


def _answers(landing: LandingFacts, wording: Wording) -> tuple[str, ...]:
    month = landing.this_month
    answers = []
    if month is not None and month.is_forecast:
        answers.append(_month_sentence(month, wording))
        if month.target_amount_reporting is not None:
            answers.append(target_sentence(month, wording))
        if moved := moved_sentence(landing, wording):
            answers.append(moved)
    point = landing.at("next_month_end")
    if point is not None:
        answers.append(_next_sentence(point, landing.next_month, wording))
    return tuple(answers)


def _month_sentence(month: WholeMonth, wording: Wording) -> str:
    gaps = {
        "month": wording.long_month(month.month_start_date),
        "received": wording.money(month.received_amount_reporting),
    }
    if not month.has_interval:
        expected = wording.money(month.expected_amount_reporting)
        return wording.say("landing.month_expected", expected=expected, **gaps)
    return wording.say(
        "landing.month_interval" if month.is_calibrated else "landing.month_uncalibrated",
        p10=wording.money(month.p10_amount_reporting),
        p50=wording.money(month.p50_amount_reporting),
        p90=wording.money(month.p90_amount_reporting),
        **gaps,
    )


def _next_sentence(point: LandingPoint, month: WholeMonth | None, wording: Wording) -> str:
    said = []
    if month is not None and month.is_forecast:
        key = "landing.next" if month.target_amount_reporting is None else "landing.next_target"
        said.append(
            wording.say(
                key,
                month=wording.long_month(month.month_start_date),
                expected=wording.money(month.expected_amount_reporting),
                target=wording.money(month.target_amount_reporting),
            )
        )
    if point.p50_amount_reporting is None:
        key = "landing.only_expected"
    else:
        key = "landing.interval" if point.is_calibrated else "landing.interval_uncalibrated"
    said.append(
        wording.say(
            key,
            date=wording.long_date(point.horizon_date),
            expected=wording.money(point.expected_amount_reporting),
            p10=wording.money(point.p10_amount_reporting),
            p50=wording.money(point.p50_amount_reporting),
            p90=wording.money(point.p90_amount_reporting),
        )
    )
    return " ".join(said)


def _cautions(landing: LandingFacts, wording: Wording) -> tuple[str, ...]:
    cautions = [wording.say("landing.what_lands")]
    month = landing.this_month
    if month is not None and month.month_end_date == landing.as_of_date:
        name = wording.long_month(month.month_start_date)
        cautions.append(wording.say("landing.last_day", month=name[0].upper() + name[1:]))
    unmeasured = [point for point in landing.totals if not point.is_calibrated]
    uncalibrated = [point for point in unmeasured if point.window_count < _ENOUGH_WINDOWS]
    if len(unmeasured) > len(uncalibrated):
        cautions.append(wording.say("landing.inside_month"))
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
    dates = [week.horizon_date for week in weeks]
    last = {
        level: wording.money(getattr(weeks[-1], f"{level}_amount_reporting")) for level in LEVELS
    }
    return Chart(
        element_id="chart-landing",
        caption=wording.say(
            "landing.chart"
            if all(week.is_calibrated for week in weeks)
            else "landing.chart_uncalibrated"
        ),
        description=wording.say("landing.chart_text", date=wording.date(dates[-1]), **last),
        figure=band(
            dates,
            [wording.short_date(date) for date in dates],
            band_of(weeks, wording),
            (middle_of(weeks, wording),),
            wording.reporting_currency,
            wording.locale,
        ),
    )


def _weeks_chart(weeks: tuple[LandingPoint, ...], wording: Wording) -> Chart:
    amounts = [week.expected_in_week_amount_reporting for week in weeks]
    texts = [wording.money(amount) for amount in amounts]
    most = max(range(len(weeks)), key=lambda index: amounts[index] or 0)
    series = Series(wording.say("landing.in_week"), amounts, texts, NAVY)
    return Chart(
        element_id="chart-landing-weeks",
        caption=wording.say("landing.weeks_chart"),
        description=wording.say(
            "landing.weeks_text",
            date=wording.date(weeks[most].horizon_date),
            most=texts[most],
        ),
        figure=stacked_bars(
            [wording.short_date(week.horizon_date) for week in weeks], [series], wording.locale
        ),
    )


def _table(weeks: tuple[LandingPoint, ...], wording: Wording) -> Table:
    """What each week is expected to bring alone, and the bounds of all until then."""
    columns = (
        Column(wording.say("landing.week"), is_figure=False),
        Column(wording.say("landing.in_week")),
        *(Column(wording.say(f"landing.until_{level}")) for level in LEVELS),
    )
    rows = tuple(
        (
            date_cell(
                wording,
                week.horizon_date,
                detail=None if week.is_calibrated else wording.say("landing.was_uncalibrated"),
            ),
            money_cell(wording, week.expected_in_week_amount_reporting),
            *(money_cell(wording, getattr(week, f"{level}_amount_reporting")) for level in LEVELS),
        )
        for week in weeks
    )
    return Table(
        caption=wording.say("landing.weeks"),
        columns=columns,
        rows=rows,
        note=wording.say("landing.weeks_note"),
        is_folded=True,
    )
