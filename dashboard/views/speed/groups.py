"""How fast each segment, country and currency pays.

Belongs here: `fct_dso_by_group` in words, bars and tables. Does not belong here: the company's own
figures over time (`trend.py`).
"""

from __future__ import annotations

from decimal import Decimal

from dashboard.charts import AMBER, TEAL, Series
from dashboard.charts_split import split_bars
from dashboard.parts import Block, Cell, Chart, Column, Table, days_cell, money_cell, share_cell
from dashboard.views.speed.facts import SpeedFacts, SpeedGroup
from dashboard.wording import Wording, share_of

_MOST_BARS = 10
_LONGEST_LABEL = 22
# A group of less of what is open says nothing about how fast the company is paid.
_WORTH_NAMING = 0.05


def group_block(speed: SpeedFacts, grouping: str, wording: Wording) -> Block:
    """Return how fast the groups of one of GROUPINGS pay, those who owe most first."""
    groups = speed.groups.get(grouping, ())
    heading = wording.say(f"speed_by.{grouping}")
    if not groups:
        return Block(heading=heading, missing=(wording.say("speed_by.empty"),))
    if len(groups) == 1:
        name = group_name(groups[0], grouping, wording)
        only = (wording.say("speed_by.only_one", group=name),)
        return Block(heading=heading, answers=only, tables=(_table(speed, grouping, wording),))
    return Block(
        heading=heading,
        answers=_answers(groups, grouping, wording),
        charts=_charts(groups, grouping, wording),
        tables=(_table(speed, grouping, wording),),
    )


def group_name(group: SpeedGroup, grouping: str, wording: Wording) -> str:
    """Return the group as its reader calls it: countries by name."""
    if group.group_value is None:
        return wording.say("speed_by.none")
    return wording.country(group.group_value) if grouping == "country" else group.group_value


def _answers(groups: tuple[SpeedGroup, ...], grouping: str, wording: Wording) -> tuple[str, ...]:
    open_amount = sum((group.open_invoices_amount_reporting for group in groups), Decimal(0))
    shares = [share_of(group.open_invoices_amount_reporting, open_amount) or 0 for group in groups]
    largest = groups[0]
    answers = [
        wording.say(
            "speed_by.largest",
            group=group_name(largest, grouping, wording),
            share=wording.share(shares[0]),
            dso=wording.days(largest.dso_rolling_3m),
        )
    ]
    weighty = [
        group
        for group, share in zip(groups, shares, strict=True)
        if share >= _WORTH_NAMING and group.dso_rolling_3m is not None
    ]
    if len(weighty) > 1:
        slowest = max(weighty, key=lambda group: group.dso_rolling_3m or 0)
        latest = max(weighty, key=lambda group: group.add_3m or 0)
        answers.append(_sentence("speed_by.slowest", slowest, grouping, wording))
        if latest is not slowest:
            answers.append(_sentence("speed_by.most_late", latest, grouping, wording))
    return tuple(answers)


def _sentence(key: str, group: SpeedGroup, grouping: str, wording: Wording) -> str:
    return wording.say(
        key,
        group=group_name(group, grouping, wording),
        dso=wording.days(group.dso_rolling_3m),
        add=wording.days(group.add_3m),
    )


def _charts(groups: tuple[SpeedGroup, ...], grouping: str, wording: Wording) -> tuple[Chart, ...]:
    drawn = [group for group in groups if group.dso_rolling_3m is not None][:_MOST_BARS]
    if not drawn:
        return ()
    stacks = [
        Series(
            name=wording.say("speed_by.not_due"),
            values=[group.bpdso_3m for group in drawn],
            texts=[wording.days(group.bpdso_3m) for group in drawn],
            color=TEAL,
        ),
        Series(
            name=wording.say("speed_by.late"),
            values=[group.add_3m for group in drawn],
            texts=[wording.days(group.add_3m) for group in drawn],
            color=AMBER,
            pattern="/",
        ),
    ]
    figure = split_bars(
        _labels([group_name(group, grouping, wording) for group in drawn]),
        stacks,
        [wording.days(group.dso_rolling_3m) for group in drawn],
        wording.locale,
    )
    points = ", ".join(_sentence("speed_by.point", group, grouping, wording) for group in drawn)
    return (
        Chart(
            f"chart-dso-by-{grouping}",
            wording.say(f"speed_by.chart.{grouping}"),
            wording.say("speed_by.chart_text", points=points),
            figure,
        ),
    )


def _labels(names: list[str]) -> list[str]:
    """Cut what leaves no room for bars: at the end, or before it where names begin alike."""
    room = _LONGEST_LABEL - 1
    cut = [name if len(name) <= _LONGEST_LABEL else f"{name[:room]}…" for name in names]
    middle = [f"{name[: room // 2]}…{name[-(room - room // 2) :]}" for name in names]
    return [
        between if cut.count(end) > 1 and len(name) > _LONGEST_LABEL else end
        for name, end, between in zip(names, cut, middle, strict=True)
    ]


def _table(speed: SpeedFacts, grouping: str, wording: Wording) -> Table:
    groups = speed.groups.get(grouping, ())
    columns = (
        Column(wording.say(f"speed_by.group.{grouping}"), is_figure=False),
        Column(wording.say("column.open")),
        Column(wording.say("column.past_due")),
        *(
            Column(wording.say(f"metric.{metric}"))
            for metric in (
                "dso_rolling_3m",
                "bpdso_3m",
                "add_3m",
                "weighted_avg_days_to_pay",
                "weighted_avg_days_late",
                "on_time_rate_value",
            )
        ),
    )
    return Table(
        caption=wording.say(f"speed_by.table.{grouping}"),
        columns=columns,
        rows=tuple(
            (
                Cell(group_name(group, grouping, wording)),
                money_cell(wording, group.open_invoices_amount_reporting),
                money_cell(wording, group.past_due_amount_reporting),
                days_cell(wording, group.dso_rolling_3m),
                days_cell(wording, group.bpdso_3m),
                days_cell(wording, group.add_3m),
                days_cell(wording, group.weighted_avg_days_to_pay),
                days_cell(wording, group.weighted_avg_days_late),
                share_cell(wording, group.on_time_rate_value),
            )
            for group in groups
        ),
        total=_company(speed, groups, wording),
        note=wording.say("speed_by.table_note"),
    )


def _company(
    speed: SpeedFacts, groups: tuple[SpeedGroup, ...], wording: Wording
) -> tuple[Cell, ...]:
    today = speed.today
    return (
        Cell(wording.say("speed_by.company")),
        money_cell(
            wording, sum((group.open_invoices_amount_reporting for group in groups), Decimal(0))
        ),
        money_cell(wording, sum((group.past_due_amount_reporting for group in groups), Decimal(0))),
        days_cell(wording, today.dso_rolling_3m),
        days_cell(wording, today.bpdso_3m),
        days_cell(wording, today.add_3m),
        days_cell(wording, today.weighted_avg_days_to_pay),
        days_cell(wording, today.weighted_avg_days_late),
        share_cell(wording, today.on_time_rate_value),
    )
