"""How fast are we paid? DSO in three forms, what lateness adds, days to pay, 36 months of it.

Belongs here: `fct_dso` and `fct_days_to_pay` in words. Does not belong here: what moved DSO (the
bridge), by segment or country.
"""

from __future__ import annotations

import calendar

from dashboard.charts import AMBER, GREY, NAVY, TEAL, Series, lines
from dashboard.facts import CockpitFacts
from dashboard.parts import Cell, Chart, Column, Section, Table, days_cell, share_cell
from dashboard.views.speed.facts import SpeedPoint
from dashboard.wording import Wording

METRICS = (
    "dso_rolling_3m",
    "dso_simple_1m",
    "dso_countback",
    "bpdso_3m",
    "add_3m",
    "weighted_avg_days_to_pay",
    "weighted_avg_terms_days",
    "weighted_avg_days_late",
    "paid_on_time_value_rate",
)
_LINES = (
    ("dso_rolling_3m", NAVY, "solid"),
    ("bpdso_3m", TEAL, "dash"),
    ("dso_countback", GREY, "dot"),
    ("weighted_avg_days_to_pay", AMBER, "dashdot"),
)
# A change that the reader would see written as 0.0 days is none.
_SAME_DAYS = 0.05


def speed_section(facts: CockpitFacts, wording: Wording) -> Section:
    """Answer how many days pass until the company is paid, and how that compares."""
    return Section(
        section_id="speed",
        question=wording.say("speed.question"),
        topic=wording.say("speed.topic"),
        answers=(*_dso_answers(facts, wording), _days_to_pay_answer(facts, wording)),
        cautions=_cautions(facts, wording),
        charts=_charts(facts, wording),
        tables=(_table(facts, wording), _trend_table(facts, wording)),
    )


def _dso_answers(facts: CockpitFacts, wording: Wording) -> list[str]:
    today, year_ago = facts.speed.today, facts.speed.year_ago
    if today.dso_rolling_3m is None:
        return [wording.say("speed.no_dso")]
    gaps = {"dso": wording.days(today.dso_rolling_3m)}
    key = "speed.dso"
    if year_ago is not None and year_ago.dso_rolling_3m is not None:
        change = today.dso_rolling_3m - year_ago.dso_rolling_3m
        gaps["change"] = wording.days(abs(change))
        if abs(change) < _SAME_DAYS:
            key = "speed.dso_same"
        else:
            key = "speed.dso_longer" if change > 0 else "speed.dso_shorter"
    answers = [wording.say(key, **gaps)]
    if today.bpdso_3m is not None and today.add_3m is not None:
        answers.append(
            wording.say(
                "speed.late_part",
                bpdso=wording.days(today.bpdso_3m),
                add=wording.days(today.add_3m),
            )
        )
    return answers


def _days_to_pay_answer(facts: CockpitFacts, wording: Wording) -> str:
    today = facts.speed.today
    late = today.weighted_avg_days_late
    if today.weighted_avg_days_to_pay is None or late is None:
        return wording.say("speed.no_payments")
    return wording.say(
        "speed.days_to_pay" if late >= 0 else "speed.days_to_pay_early",
        paid=wording.days(today.weighted_avg_days_to_pay),
        late=wording.days(abs(late)),
        share=wording.share(today.paid_on_time_value_rate),
    )


def _cautions(facts: CockpitFacts, wording: Wording) -> tuple[str, ...]:
    cautions = []
    day = facts.as_of_date
    if day.day < calendar.monthrange(day.year, day.month)[1]:
        cautions.append(wording.say("speed.part_month", month=wording.month(day)))
    if facts.speed.today.is_countback_truncated:
        cautions.append(wording.say("speed.truncated"))
    return tuple(cautions)


def _charts(facts: CockpitFacts, wording: Wording) -> tuple[Chart, ...]:
    known = [point for point in facts.speed.points if point.dso_rolling_3m is not None]
    if len(known) < 2:
        return ()
    series = [
        Series(
            name=wording.say(f"metric.{metric}"),
            values=[getattr(point, metric) for point in facts.speed.points],
            texts=[wording.days(getattr(point, metric)) for point in facts.speed.points],
            color=color,
            dash=dash,
        )
        for metric, color, dash in _LINES
    ]
    dates = [point.as_of_date for point in facts.speed.points]
    figure = lines(
        dates,
        [wording.month(date) for date in dates],
        series,
        wording.say("speed.chart_axis"),
        wording.locale,
    )
    description = wording.say(
        "speed.chart_text",
        first=wording.days(known[0].dso_rolling_3m),
        first_month=wording.month(known[0].as_of_date),
        last=wording.days(known[-1].dso_rolling_3m),
        last_month=wording.month(known[-1].as_of_date),
    )
    return (Chart("chart-speed", wording.say("speed.chart"), description, figure),)


def _table(facts: CockpitFacts, wording: Wording) -> Table:
    compared = (facts.speed.previous, facts.speed.year_ago)
    points = [facts.speed.today, *(point for point in compared if point is not None)]
    columns = (
        Column(wording.say("speed.metric"), is_figure=False),
        *(Column(wording.date(point.as_of_date)) for point in points),
    )
    rows = tuple(
        (
            Cell(wording.say(f"metric.{metric}"), detail=wording.say(f"meaning.{metric}")),
            *(_metric_cell(point, metric, wording) for point in points),
        )
        for metric in METRICS
    )
    return Table(caption=wording.say("speed.topic"), columns=columns, rows=rows)


def _trend_table(facts: CockpitFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("column.date"), is_figure=False),
        *(Column(wording.say(f"metric.{metric}")) for metric, _, _ in _LINES),
    )
    rows = tuple(
        (
            Cell(wording.date(point.as_of_date)),
            *(_metric_cell(point, metric, wording) for metric, _, _ in _LINES),
        )
        for point in reversed(facts.speed.points)
    )
    return Table(wording.say("speed.chart"), columns, rows, is_folded=True)


def _metric_cell(point: SpeedPoint, metric: str, wording: Wording) -> Cell:
    figure = getattr(point, metric)
    if metric.endswith("_rate"):
        return share_cell(wording, figure)
    return days_cell(wording, figure)
