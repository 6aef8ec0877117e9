"""How well do we collect? Time and its cost, how soon trouble is noticed, what following up brings.

Belongs here: the three pillars in words and side by side. Does not belong here: steps, holds,
promises, leakage and disputes one by one (modules of their own).
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

from dashboard.charts import AMBER, NAVY, TEAL
from dashboard.facts import CockpitFacts
from dashboard.parts import (
    Cell,
    Column,
    Section,
    Table,
    count_cell,
    days_cell,
    money_cell,
    share_cell,
)
from dashboard.views.collecting.facts import CollectingFacts, Performance
from dashboard.views.collecting.holding import holding_block, worklist_block
from dashboard.views.collecting.outcomes import disputes_block, leakage_block, promises_block
from dashboard.views.collecting.steps import steps_block
from dashboard.views.collecting.trends import Dated, Line, Trend, trend_charts, trend_table
from dashboard.wording import Wording

_DELAYS = (
    ("awareness_delay_mean_days", NAVY, "solid"),
    ("awareness_delay_mean_days_incl_unnoticed", AMBER, "dash"),
    ("awareness_delay_median_days", TEAL, "dot"),
)
_PILLARS = (
    "collector_hours_per_week",
    "collector_cost_yearly_reporting",
    "cost_to_collect",
    "awareness_delay_mean_days",
    "awareness_delay_median_days",
    "awareness_delay_mean_days_incl_unnoticed",
    "awareness_unnoticed_count",
    "first_reminder_response",
    "reminders_to_payment",
    "promise_kept_rate_tolerant_12m",
    "dispute_cycle_time_days",
    "leakage_pct",
)


def collecting_section(facts: CockpitFacts, wording: Wording) -> Section:
    """Answer what collecting costs, how soon it reacts and what it brings."""
    collecting = facts.collecting
    today = collecting.today
    blocks = (
        steps_block(collecting, wording),
        holding_block(collecting, facts.as_of_date, wording),
        promises_block(collecting, wording),
        leakage_block(collecting, wording),
        disputes_block(collecting, wording),
        worklist_block(collecting, wording),
    )
    is_known = today is not None and today.awareness_problem_count is not None
    missing = () if is_known else (_nothing_known(today, wording),)
    return Section(
        section_id="collecting",
        question=wording.say("collecting.question"),
        topic=wording.say("collecting.topic"),
        answers=_answers(today, wording) if today is not None and is_known else (),
        missing=missing,
        charts=_charts(collecting, wording),
        tables=_tables(collecting, wording) if is_known else (),
        blocks=tuple(block for block in blocks if block is not None),
    )


def _nothing_known(today: Performance | None, wording: Wording) -> str:
    return wording.say("collecting.nothing" if today is None else "collecting.no_contacts")


def _answers(today: Performance, wording: Wording) -> tuple[str, ...]:
    return (_time(today, wording), _awareness(today, wording), _effect(today, wording))


def _time(today: Performance, wording: Wording) -> str:
    if today.collector_hours_per_week is None:
        return wording.say("collecting.no_minutes")
    gaps = {
        "hours": wording.number(today.collector_hours_per_week, 1),
        "hourly": wording.money(today.hourly_cost_reporting),
        "yearly": wording.money(today.collector_cost_yearly_reporting),
    }
    if today.cost_to_collect is None:
        return wording.say("collecting.time_no_cash", **gaps)
    return wording.say("collecting.time", rate=wording.share(today.cost_to_collect), **gaps)


def _awareness(today: Performance, wording: Wording) -> str:
    if not today.awareness_problem_count:
        return wording.say("collecting.awareness_no_problem")
    problems = wording.counted("problem", today.awareness_problem_count)
    with_unnoticed = wording.days(today.awareness_delay_mean_days_incl_unnoticed)
    if today.awareness_delay_mean_days is None:
        return wording.say(
            "collecting.awareness_none_noticed", problems=problems, with_unnoticed=with_unnoticed
        )
    return wording.say(
        "collecting.awareness",
        mean=wording.days(today.awareness_delay_mean_days),
        median=wording.days(today.awareness_delay_median_days),
        with_unnoticed=with_unnoticed,
        problems=problems,
        unnoticed=wording.whole_number(today.awareness_unnoticed_count),
    )


def _effect(today: Performance, wording: Wording) -> str:
    days = wording.counted("day", today.response_days)
    if today.first_reminder_response is None:
        return wording.say("collecting.no_effect", days=days)
    rate = wording.share(today.first_reminder_response)
    if today.reminders_to_payment is None:
        return wording.say("collecting.effect_no_payment", rate=rate, days=days)
    reminders = wording.number(today.reminders_to_payment, 1)
    return wording.say("collecting.effect", rate=rate, days=days, reminders=reminders)


def _charts(collecting: CollectingFacts, wording: Wording) -> tuple[Any, ...]:
    delays = tuple(
        Line(column, wording.say(f"pillar.{column}"), color, dash)
        for column, color, dash in _DELAYS
    )
    trend = Trend("chart-collecting-awareness", "collecting.awareness_", "days", delays)
    return trend_charts(collecting.trend, trend, wording)


def _tables(collecting: CollectingFacts, wording: Wording) -> tuple[Table, ...]:
    columns = [
        (column, wording.say(f"pillar.{column}"))
        for column in (
            "collector_hours_per_week",
            "cost_to_collect",
            *(column for column, _, _ in _DELAYS),
            "first_reminder_response",
        )
    ]

    def cell(point: Dated, column: str) -> Cell:
        return _cell(getattr(point, column), column, wording)

    trend = trend_table(collecting.trend, wording.say("collecting.trend"), columns, cell, wording)
    return (_scorecard(collecting, wording), trend)


def _scorecard(collecting: CollectingFacts, wording: Wording) -> Table:
    days = _compared_days(collecting)
    columns = (
        Column(wording.say("collecting.figure"), is_figure=False),
        *(Column(wording.date(day)) for day in days),
    )
    rows = tuple(
        (
            Cell(wording.say(f"pillar.{column}"), detail=wording.say(f"pillar_meaning.{column}")),
            *(_cell(_figure(collecting, day, column), column, wording) for day in days),
        )
        for column in _PILLARS
    )
    return Table(wording.say("collecting.scorecard"), columns, rows)


def _compared_days(collecting: CollectingFacts) -> list[dt.date]:
    """The day, the month end before it and the one a year before, as far as history goes."""
    known = [point.as_of_date for point in collecting.trend]
    day = known[-1]
    last_day = calendar.monthrange(day.year - 1, day.month)[1]
    compared = (
        day.replace(day=1) - dt.timedelta(days=1),
        dt.date(day.year - 1, day.month, last_day),
    )
    return [day, *(date for date in compared if date in known)]


def _figure(collecting: CollectingFacts, day: dt.date, column: str) -> Any:
    for points in (collecting.trend, collecting.promises, collecting.disputes):
        for point in points:
            if point.as_of_date == day and hasattr(point, column):
                return getattr(point, column)
    return None


def _cell(figure: Any, column: str, wording: Wording) -> Cell:
    if column.endswith("_reporting"):
        return money_cell(wording, figure)
    if column.endswith("_count"):
        return count_cell(wording, figure)
    if "_days" in column:
        return days_cell(wording, figure)
    if column in ("collector_hours_per_week", "reminders_to_payment"):
        return Cell(wording.number(figure, 1), None if figure is None else str(figure))
    return share_cell(wording, figure)
