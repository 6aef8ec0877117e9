"""A figure by month as a chart and as the table behind it.

Belongs here: what the trends of this view share. Does not belong here: which figures, how lines are
drawn (`dashboard.charts`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dashboard.charts import Series, lines
from dashboard.parts import Cell, Chart, Column, Table, date_cell
from dashboard.wording import Wording

# Every point on a date, whichever mart it comes from, becomes a row by its column's name.
CellOf = Callable[["Dated", str], Cell]


class Dated(Protocol):
    """Figures of one date."""

    @property
    def as_of_date(self) -> dt.date:
        """The date."""


@dataclass(frozen=True)
class Line:
    """One figure of a trend: its column, its name, and how its line is drawn."""

    column: str
    name: str
    color: str
    dash: str = "solid"


@dataclass(frozen=True)
class Trend:
    """A chart of lines by month: where it stands, what it shows.

    Attributes:
        element_id: as `Chart.element_id`.
        words: prefix of its `_chart` caption and `_chart_text` description in the words.
        unit: "days" or "rate" (0 to 1, drawn in percent).
        lines: the figures; the description names the first.
    """

    element_id: str
    words: str
    unit: str
    lines: tuple[Line, ...]


def trend_charts(points: Sequence[Dated], trend: Trend, wording: Wording) -> tuple[Chart, ...]:
    """Draw a trend; nothing where fewer than two dates have its first figure."""
    first_line = trend.lines[0].column
    known = [point for point in points if getattr(point, first_line) is not None]
    if len(known) < 2:
        return ()
    # Nothing to see before the first known figure.
    shown = points[points.index(known[0]) :]
    scale = 100 if trend.unit == "rate" else 1
    write = wording.share if trend.unit == "rate" else wording.days
    series = [
        Series(
            name=line.name,
            values=[
                None if value is None else value * scale
                for value in (getattr(point, line.column) for point in shown)
            ],
            texts=[write(getattr(point, line.column)) for point in shown],
            color=line.color,
            dash=line.dash,
        )
        for line in trend.lines
    ]
    dates = [point.as_of_date for point in shown]
    figure = lines(
        dates,
        [wording.month(date) for date in dates],
        series,
        wording.say(f"collecting.{trend.unit}_axis"),
        wording.locale,
    )
    description = wording.say(
        f"{trend.words}chart_text",
        first=write(getattr(known[0], first_line)),
        first_month=wording.month(known[0].as_of_date),
        last=write(getattr(known[-1], first_line)),
        last_month=wording.month(known[-1].as_of_date),
    )
    caption = wording.say(f"{trend.words}chart")
    return (Chart(trend.element_id, caption, description, figure),)


def trend_table(
    points: Sequence[Dated],
    caption: str,
    columns: Sequence[tuple[str, str]],
    cell: CellOf,
    wording: Wording,
) -> Table:
    """Write figures by month as a folded table, the newest first; `columns` are names by column."""
    headings = (
        Column(wording.say("column.date"), is_figure=False),
        *(Column(name) for _, name in columns),
    )
    rows = tuple(
        (date_cell(wording, point.as_of_date), *(cell(point, column) for column, _ in columns))
        for point in reversed(points)
    )
    return Table(caption, headings, rows, is_folded=True)
