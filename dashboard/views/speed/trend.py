"""The level of DSO and days to pay: all forms today and before, and 36 months of them.

Belongs here: `fct_dso`, `fct_days_to_pay`, `fct_on_time` and `fct_cei` as tables and lines. Does not
belong here: what moved DSO (`bridge.py`), groups (`groups.py`).
"""

from __future__ import annotations

from dashboard.charts import AMBER, GREY, NAVY, TEAL, Series, lines
from dashboard.parts import Block, Cell, Chart, Column, Table, date_cell, days_cell, share_cell
from dashboard.views.speed.facts import SpeedFacts, SpeedPoint
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
    "on_time_rate_value",
    "cei_1m",
)
_DSO_LINES = (
    ("dso_rolling_3m", NAVY, "solid"),
    ("bpdso_3m", TEAL, "dash"),
    ("dso_countback", GREY, "dot"),
    ("weighted_avg_days_to_pay", AMBER, "dashdot"),
)
_CEI_LINES = (("cei_1m", NAVY, "solid"), ("cei_1m_ex_write_offs", AMBER, "dash"))


def forms_block(speed: SpeedFacts, wording: Wording) -> Block:
    """Return every form of DSO and days to pay, today and before, with 36 months of them."""
    return Block(
        heading=wording.say("speed.forms"),
        answers=_forms_answers(speed, wording),
        cautions=(wording.say("speed.truncated"),) if speed.today.is_countback_truncated else (),
        charts=_dso_chart(speed, wording),
        tables=(
            _compared_table(speed, wording),
            _trend_table(speed, "speed.chart", [metric for metric, _, _ in _DSO_LINES], wording),
        ),
    )


def effectiveness_block(speed: SpeedFacts, wording: Wording) -> Block:
    """Return how much of what could be collected was, in the last complete month and before."""
    return Block(
        heading=wording.say("effectiveness.heading"),
        answers=_cei_answers(speed, wording),
        charts=_cei_chart(speed, wording),
        tables=(
            _trend_table(
                speed, "effectiveness.chart", [metric for metric, _, _ in _CEI_LINES], wording
            ),
        ),
    )


def _forms_answers(speed: SpeedFacts, wording: Wording) -> tuple[str, ...]:
    today = speed.today
    if today.dso_rolling_3m is None:
        return ()
    return (
        wording.say(
            "speed.forms_text",
            rolling=wording.days(today.dso_rolling_3m),
            simple=wording.days(today.dso_simple_1m),
            countback=wording.days(today.dso_countback),
        ),
    )


def _cei_answers(speed: SpeedFacts, wording: Wording) -> tuple[str, ...]:
    month = speed.on(speed.complete_month_end)
    if month is None or month.cei_1m is None:
        return (wording.say("effectiveness.unknown"),)
    before = speed.on(speed.year_before(month.as_of_date))
    has_before = before is not None and before.cei_1m is not None
    answers = [
        wording.say(
            "effectiveness.month_and_year" if has_before else "effectiveness.month",
            month=wording.long_month(month.as_of_date),
            cei=wording.share(month.cei_1m),
            before=wording.share(before.cei_1m if before else None),
        )
    ]
    if month.cei_1m_ex_write_offs is not None:
        answers.append(
            wording.say("effectiveness.write_offs", cei=wording.share(month.cei_1m_ex_write_offs))
        )
    return tuple(answers)


def _dso_chart(speed: SpeedFacts, wording: Wording) -> tuple[Chart, ...]:
    known = [point for point in speed.points if point.dso_rolling_3m is not None]
    if len(known) < 2:
        return ()
    series = [
        Series(
            name=wording.say(f"metric.{metric}"),
            values=[getattr(point, metric) for point in speed.points],
            texts=[wording.days(getattr(point, metric)) for point in speed.points],
            color=color,
            dash=dash,
        )
        for metric, color, dash in _DSO_LINES
    ]
    description = wording.say(
        "speed.chart_text",
        first=wording.days(known[0].dso_rolling_3m),
        first_month=wording.month(known[0].as_of_date),
        last=wording.days(known[-1].dso_rolling_3m),
        last_month=wording.month(known[-1].as_of_date),
    )
    figure = _lines(speed.points, series, wording.say("speed.chart_axis"), wording)
    return (Chart("chart-speed", wording.say("speed.chart"), description, figure),)


def _cei_chart(speed: SpeedFacts, wording: Wording) -> tuple[Chart, ...]:
    # A month to date is no month: on its first days next to nothing was collected.
    points = [point for point in speed.points if point.as_of_date <= speed.complete_month_end]
    known = [point for point in points if point.cei_1m is not None]
    if len(known) < 2:
        return ()
    series = [
        Series(
            name=wording.say(f"metric.{metric}"),
            values=[_per_cent(getattr(point, metric)) for point in points],
            texts=[wording.share(getattr(point, metric)) for point in points],
            color=color,
            dash=dash,
        )
        for metric, color, dash in _CEI_LINES
    ]
    description = wording.say(
        "effectiveness.chart_text",
        first=wording.share(known[0].cei_1m),
        first_month=wording.month(known[0].as_of_date),
        last=wording.share(known[-1].cei_1m),
        last_month=wording.month(known[-1].as_of_date),
    )
    figure = _lines(points, series, wording.say("effectiveness.chart_axis"), wording)
    return (Chart("chart-cei", wording.say("effectiveness.chart"), description, figure),)


def _lines(
    points: list[SpeedPoint] | tuple[SpeedPoint, ...],
    series: list[Series],
    axis_title: str,
    wording: Wording,
) -> dict[str, object]:
    dates = [point.as_of_date for point in points]
    return lines(dates, [wording.month(date) for date in dates], series, axis_title, wording.locale)


def _compared_table(speed: SpeedFacts, wording: Wording) -> Table:
    compared = (speed.previous, speed.year_ago)
    points = [speed.today, *(point for point in compared if point is not None)]
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


def _trend_table(speed: SpeedFacts, caption: str, metrics: list[str], wording: Wording) -> Table:
    columns = (
        Column(wording.say("column.date"), is_figure=False),
        *(Column(wording.say(f"metric.{metric}")) for metric in metrics),
    )
    rows = tuple(
        (
            date_cell(wording, point.as_of_date),
            *(_metric_cell(point, metric, wording) for metric in metrics),
        )
        for point in reversed(speed.points)
    )
    return Table(wording.say(caption), columns, rows, is_folded=True)


def _metric_cell(point: SpeedPoint, metric: str, wording: Wording) -> Cell:
    figure = getattr(point, metric)
    if metric.startswith("cei_") or "rate" in metric:
        return share_cell(wording, figure)
    return days_cell(wording, figure)


def _per_cent(rate: float | None) -> float | None:
    return None if rate is None else rate * 100
