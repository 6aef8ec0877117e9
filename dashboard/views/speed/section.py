"""How fast are we paid? DSO and why it moved, first; then all its forms, effectiveness, groups.

Belongs here: what is said first, the order of the parts. Does not belong here: the parts themselves
(`bridge.py`, `trend.py`, `groups.py`,
`benchmarks.py`).
"""

from __future__ import annotations

from decimal import Decimal

from dashboard.facts import CockpitFacts
from dashboard.parts import Block, Section
from dashboard.views.speed.benchmarks import benchmark_block
from dashboard.views.speed.bridge import (
    bridge_chart,
    bridge_table,
    months_table,
    period_answer,
    reason,
    way,
)
from dashboard.views.speed.facts import GROUPINGS, SpeedFacts
from dashboard.views.speed.groups import group_block
from dashboard.views.speed.trend import effectiveness_block, forms_block
from dashboard.wording import Wording


def speed_section(facts: CockpitFacts, wording: Wording) -> Section:
    """Answer how many days pass until the company is paid, and what made them more or fewer."""
    speed = facts.speed
    bridge = speed.since_previous
    return Section(
        section_id="speed",
        question=wording.say("speed.question"),
        topic=wording.say("speed.topic"),
        answers=(
            *_dso_answers(speed, wording),
            *_target_answer(speed, wording),
            *_year_answer(speed, wording),
            *_late_part(speed, wording),
            _days_to_pay_answer(speed, wording),
        ),
        cautions=_cautions(speed, wording),
        missing=_missing(speed, wording),
        charts=() if bridge is None else (bridge_chart(bridge, wording),),
        tables=tuple(
            table
            for table in (bridge_table(speed, wording), months_table(speed, wording))
            if table is not None
        ),
        blocks=_blocks(speed, wording),
    )


def _blocks(speed: SpeedFacts, wording: Wording) -> tuple[Block, ...]:
    return (
        forms_block(speed, wording),
        effectiveness_block(speed, wording),
        *(group_block(speed, grouping, wording) for grouping in GROUPINGS),
        benchmark_block(speed, wording),
    )


def _dso_answers(speed: SpeedFacts, wording: Wording) -> tuple[str, ...]:
    return (*_complete_month(speed, wording), _today(speed, wording))


def _complete_month(speed: SpeedFacts, wording: Wording) -> tuple[str, ...]:
    """Lead with the last complete month: a part of one moves for reasons of the calendar."""
    if speed.is_month_end:
        return ()
    if speed.last_month is not None:
        return (period_answer(speed.last_month, "month", wording),)
    month = speed.on(speed.complete_month_end)
    if month is None or month.dso_rolling_3m is None:
        return ()
    return (
        wording.say(
            "speed.month",
            dso=wording.days(month.dso_rolling_3m),
            date=wording.date(month.as_of_date),
        ),
    )


def _today(speed: SpeedFacts, wording: Wording) -> str:
    dso = speed.today.dso_rolling_3m
    if dso is None:
        return wording.say("speed.no_dso")
    gaps = {"dso": wording.days(dso), "date": wording.date(speed.today.as_of_date)}
    bridge = speed.since_previous
    if bridge is None:
        return wording.say("speed.dso", **gaps)
    moved = wording.say(
        f"speed.{'dso' if speed.is_month_end else 'in_progress'}_{way(bridge.change)}",
        change=wording.days(float(abs(bridge.change))),
        before=wording.date(bridge.from_date),
        **gaps,
    )
    why = reason(bridge, wording)
    return moved if why is None else f"{moved} {why}"


def _target_answer(speed: SpeedFacts, wording: Wording) -> tuple[str, ...]:
    """Hold the last complete month against the target: inside a month DSO counts it to date."""
    target = speed.target_dso
    if target is None:
        return ()
    month = speed.on(speed.complete_month_end)
    if month is None or month.dso_rolling_3m is None:
        return (wording.say("speed.target_unjudged", target=wording.days(target)),)
    gap = Decimal(str(month.dso_rolling_3m)) - Decimal(str(target))
    return (
        wording.say(
            f"speed.target_{way(gap)}",
            target=wording.days(target),
            dso=wording.days(month.dso_rolling_3m),
            date=wording.date(month.as_of_date),
            gap=wording.days(float(abs(gap))),
        ),
    )


def _year_answer(speed: SpeedFacts, wording: Wording) -> tuple[str, ...]:
    if speed.last_year is None:
        return ()
    return (period_answer(speed.last_year, "year", wording),)


def _late_part(speed: SpeedFacts, wording: Wording) -> tuple[str, ...]:
    today = speed.today
    if today.bpdso_3m is None or today.add_3m is None:
        return ()
    return (
        wording.say(
            "speed.late_part", bpdso=wording.days(today.bpdso_3m), add=wording.days(today.add_3m)
        ),
    )


def _days_to_pay_answer(speed: SpeedFacts, wording: Wording) -> str:
    today = speed.today
    late = today.weighted_avg_days_late
    if today.weighted_avg_days_to_pay is None or late is None:
        return wording.say("speed.no_payments")
    return wording.say(
        "speed.days_to_pay" if late >= 0 else "speed.days_to_pay_early",
        paid=wording.days(today.weighted_avg_days_to_pay),
        late=wording.days(abs(late)),
        share=wording.share(today.paid_on_time_value_rate),
    )


def _cautions(speed: SpeedFacts, wording: Wording) -> tuple[str, ...]:
    if speed.is_month_end or speed.previous is None:
        return ()
    return (wording.say("speed.part_month", month=wording.long_month(speed.today.as_of_date)),)


def _missing(speed: SpeedFacts, wording: Wording) -> tuple[str, ...]:
    if speed.since_previous is not None or speed.today.dso_rolling_3m is None:
        return ()
    return (wording.say("speed.no_bridge"),)
