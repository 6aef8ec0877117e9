"""Our figures against benchmarks that the company has entered, each with its population and source.

Belongs here: `fct_benchmarks` beside the figure of the same name, of whichever view. Does not belong
here: entering them (the configuration), what explains our figure (its own view).
"""

from __future__ import annotations

from dashboard.parts import Block, Cell, Column, Table, days_cell, share_cell
from dashboard.views.speed.facts import Benchmark, SpeedFacts
from dashboard.wording import Wording

# Whether more of it is better.
_HIGH_IS_GOOD = {
    *("on_time_rate_value", "on_time_rate_count", "cei_1m", "cei_3m_crf"),
    *("nrr_12m", "grr_12m_snapshot"),
}


def benchmark_block(speed: SpeedFacts, wording: Wording) -> Block:
    """Return each benchmark beside our figure of that name, else how to enter one."""
    heading = wording.say("benchmark.heading")
    shown = speed.benchmarks
    if not shown:
        return Block(heading, missing=(wording.say("benchmark.none"),))
    return Block(
        heading=heading,
        answers=tuple(_answer(one, wording) for one in shown if one.ours is not None),
        tables=(_table(speed, wording),),
    )


def _answer(one: Benchmark, wording: Wording) -> str:
    return wording.say(
        f"benchmark.{_verdict(one)}",
        metric=wording.say(f"metric.{one.metric}"),
        ours=_written(one, one.ours, wording),
        theirs=_written(one, one.value, wording),
        population=one.population,
    )


def _verdict(one: Benchmark) -> str:
    difference = one.difference or 0
    if abs(difference) < (0.0005 if one.unit == "rate" else 0.05):
        return "same"
    return "better" if (difference > 0) == (one.metric in _HIGH_IS_GOOD) else "worse"


def _table(speed: SpeedFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("speed.metric"), is_figure=False),
        Column(wording.say("benchmark.ours", date=wording.date(speed.complete_month_end))),
        Column(wording.say("benchmark.theirs")),
        Column(wording.say("benchmark.difference")),
        Column(wording.say("benchmark.population"), is_figure=False),
        Column(wording.say("benchmark.source"), is_figure=False),
    )
    rows = tuple(
        (
            Cell(wording.say(f"metric.{one.metric}")),
            _figure_cell(one, one.ours, wording),
            _figure_cell(one, one.value, wording),
            _difference_cell(one, wording),
            Cell(one.population),
            Cell(one.source, detail=wording.date(one.source_date)),
        )
        for one in speed.benchmarks
    )
    note = wording.say("benchmark.note")
    return Table(wording.say("benchmark.table"), columns, rows, note=note)


def _figure_cell(one: Benchmark, figure: float | None, wording: Wording) -> Cell:
    return (share_cell if one.unit == "rate" else days_cell)(wording, figure)


def _written(one: Benchmark, figure: float | None, wording: Wording) -> str:
    return wording.share(figure) if one.unit == "rate" else wording.days(figure)


def _difference_cell(one: Benchmark, wording: Wording) -> Cell:
    exact = None if one.difference is None else str(round(one.difference, 6))
    if one.unit == "rate":
        return Cell(wording.signed_points(one.difference), exact)
    return Cell(wording.signed_days(one.difference), exact)
