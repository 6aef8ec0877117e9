"""Plotly figures of the summary: bars, stacked bars and lines in one plain look.

Belongs here: how figures are drawn, that text from sources stays text. Does not belong here: which
figures, any word or number format (they come written out).
"""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dashboard.wording import Locale

# Dark enough on white for text (contrast above 4.5) and apart for colour-blind readers.
NAVY, TEAL, AMBER, RED, GREY = "#1f3a5f", "#0b7a75", "#a85d00", "#a4262c", "#5b6770"
PlotlyFigure = dict[str, Any]
"""A figure as plotly.js takes it: {"data": [...], "layout": {...}}."""

_SEPARATORS = {"en": ".,", "fr": ",\u202f"}
_HEIGHT_PX, _BAR_PX = 320, 44
_MOST_TICKS = 5
# Settings that are written here and in no source: how Plotly fills in texts.
_TEMPLATES = ("hovertemplate", "texttemplate")


class Markup(str):
    """A text that Plotly draws with the markup in it; whoever makes one escapes what it holds."""

    __slots__ = ()


@dataclass(frozen=True)
class Series:
    """One named series: a value a position, the same written out, and how it is drawn.

    None leaves a gap. `dash` is a Plotly dash (lines); `pattern` a Plotly fill pattern (bars): no
    series is told from another by its colour alone.
    """

    name: str
    values: Sequence[float | Decimal | None]
    texts: Sequence[str]
    color: str
    dash: str = "solid"
    pattern: str = ""


def bars(
    labels: Sequence[str], series: Series, colors: Sequence[str], locale: Locale
) -> PlotlyFigure:
    """Return a figure of labelled bars from top to bottom, a colour each, whatever their labels.

    Lying bars leave room for labels and amounts on a phone.
    """
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": floats(series.values),
        "y": list(range(len(labels))),
        "text": list(series.texts),
        "textposition": "outside",
        "constraintext": "none",
        "cliponaxis": False,
        "marker": {"color": list(colors)},
        "hovertemplate": "%{y}<br>%{text}<extra></extra>",
    }
    return figure(
        [trace],
        locale,
        height=_BAR_PX * len(labels) + 60,
        margin={"l": 8, "r": 96, "t": 8, "b": 40},
        showlegend=False,
        xaxis={"tickformat": "~s", "nticks": 5, "showgrid": True, "rangemode": "tozero"},
        yaxis=rows_axis(labels),
    )


def rows_axis(labels: Sequence[str]) -> dict[str, Any]:
    """Return an axis of lying bars, first on top, that stand at 0, 1, 2 and so on.

    By position and not by label: bars whose labels are alike would lie on one another.
    """
    return {
        "type": "linear",
        "range": [len(labels) - 0.45, -0.55],
        "tickvals": list(range(len(labels))),
        "ticktext": list(labels),
        "ticklabelstandoff": 6,
        "showgrid": False,
        "zeroline": False,
    }


def stacked_bars(labels: Sequence[str], stacks: Sequence[Series], locale: Locale) -> PlotlyFigure:
    """Return a figure of gains above and losses below zero, stacked."""
    traces = [
        {
            "type": "bar",
            "name": series.name,
            "x": list(labels),
            "y": floats(series.values),
            "customdata": list(series.texts),
            "marker": {"color": series.color, "pattern": {"shape": series.pattern}},
            "hovertemplate": "%{customdata}",
        }
        for series in stacks
    ]
    shown = [labels[index] for index in _shown_ticks(len(labels))]
    return figure(
        traces,
        locale,
        barmode="relative",
        hovermode="x unified",
        xaxis={"type": "category", "tickvals": shown, "tickangle": 0, "ticklabelstandoff": 6},
        yaxis={"tickformat": "~s"},
    )


def lines(
    dates: Sequence[dt.date],
    labels: Sequence[str],
    series: Sequence[Series],
    axis_title: str,
    locale: Locale,
) -> PlotlyFigure:
    """Return a figure of lines over dates; `labels` are the dates written out."""
    positions = [date.isoformat() for date in dates]
    return figure(
        [_line_trace(one, positions) for one in series],
        locale,
        hovermode="x unified",
        xaxis=dates_axis(dates, labels, _shown_ticks(len(dates)), 10, "%m/%Y"),
        yaxis={"title": {"text": axis_title}, "rangemode": "tozero"},
    )


def dates_axis(
    dates: Sequence[dt.date],
    labels: Sequence[str],
    shown: Sequence[int],
    edge_days: int,
    hover_format: str,
) -> dict[str, Any]:
    """Return an axis of dates that names some of them.

    Args:
        dates: positions, rising.
        labels: the dates written out.
        shown: which of them are named.
        edge_days: room on either side: the label of a tick on the very edge is not drawn.
        hover_format: how a date is written at a touch, as d3 takes it.
    """
    edge = dt.timedelta(days=edge_days)
    return {
        "type": "date",
        "range": [(dates[0] - edge).isoformat(), (dates[-1] + edge).isoformat()],
        "tickangle": 0,
        "tickvals": [dates[index].isoformat() for index in shown],
        "ticktext": [labels[index] for index in shown],
        "hoverformat": hover_format,
        "ticklabelstandoff": 6,
    }


def _shown_ticks(months: int) -> list[int]:
    """Positions of at most five labels, counted back from the last month, which matters most."""
    step = max(1, -(-months // _MOST_TICKS))
    # Over years, the same month each year.
    step = -(-step // 12) * 12 if months > 24 else step
    return list(range(months - 1, -1, -step))[::-1]


def _line_trace(series: Series, positions: list[str]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": series.name,
        "x": positions,
        "y": floats(series.values),
        "customdata": list(series.texts),
        "line": {"color": series.color, "width": 2.5, "dash": series.dash},
        "hovertemplate": "%{customdata}",
    }


def figure(traces: list[dict[str, Any]], locale: Locale, **layout: Any) -> PlotlyFigure:
    """Return a figure of traces in the pages' plain look; ``layout`` adds to it.

    Plotly draws tags in labels, names and texts, links too: what is not `Markup` is escaped here,
    and nowhere else.
    """
    # Imported where used: the command line starts without Plotly.
    import plotly.graph_objects as go

    axis = {"fixedrange": True, "gridcolor": "#e3e7eb", "zerolinecolor": "#9aa5b1"}
    plain: dict[str, Any] = {
        "template": "none",
        "height": _HEIGHT_PX,
        "autosize": True,
        "margin": {"l": 56, "r": 40, "t": 16, "b": 40},
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": "#1b2733"},
        "separators": _SEPARATORS[locale],
        "dragmode": False,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        **layout,
        "xaxis": {**axis, "automargin": True, "showgrid": False, **layout.get("xaxis", {})},
        "yaxis": {**axis, "automargin": True, **layout.get("yaxis", {})},
    }
    drawn: dict[str, Any] = json.loads(
        go.Figure(data=_as_text(traces), layout=_as_text(plain)).to_json()
    )
    return drawn


def escaped(text: str) -> str:
    """Return a text that Plotly draws as it stands."""
    # Plotly knows no entity of quotes, and needs none.
    return html.escape(text, quote=False)


def _as_text(value: Any) -> Any:
    if isinstance(value, str):
        return str(value) if isinstance(value, Markup) else escaped(value)
    if isinstance(value, dict):
        return {
            key: setting if key in _TEMPLATES else _as_text(setting)
            for key, setting in value.items()
        }
    return [_as_text(one) for one in value] if isinstance(value, (list, tuple)) else value


def floats(values: Sequence[float | Decimal | None]) -> list[float | None]:
    """Return positions on a screen; None leaves a gap."""
    # Positions on a screen; every amount a reader sees is written from the exact value.
    return [None if value is None else float(value) for value in values]
