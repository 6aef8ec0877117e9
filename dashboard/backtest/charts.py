"""Figures of the backtest page: bars side by side, reliability, coverage, cash with intervals.

Belongs here: how they are drawn. Does not belong here: which figures, any word or number format.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.charts import GREY, Markup, PlotlyFigure, Series, escaped, figure, floats
from dashboard.wording import Locale


@dataclass(frozen=True)
class Curve:
    """A named line of points with their texts; ``low`` and ``high`` draw whiskers."""

    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    texts: Sequence[str]
    color: str
    dash: str = "solid"
    symbol: str = "circle"
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()


LABEL_WIDTH = 14


def _wrapped(labels: Sequence[str]) -> list[str]:
    """Return labels broken into lines, so that neighbours do not overlap."""
    wrapped = [[escaped(line) for line in textwrap.wrap(label, LABEL_WIDTH)] for label in labels]
    return [Markup("<br>".join(lines)) for lines in wrapped]


def bars_beside(
    labels: Sequence[str], series: Sequence[Series], axis_title: str, locale: Locale
) -> PlotlyFigure:
    """Return bars side by side per label."""
    traces = [
        {
            "type": "bar",
            "name": one.name,
            "x": _wrapped(labels),
            "y": floats(one.values),
            "customdata": list(one.texts),
            "marker": {"color": one.color, "pattern": {"shape": one.pattern}},
            "hovertemplate": "%{customdata}",
        }
        for one in series
    ]
    return figure(
        traces,
        locale,
        barmode="group",
        hovermode="x unified",
        xaxis={"type": "category", "tickangle": 0, "ticklabelstandoff": 6},
        yaxis={"title": {"text": axis_title}, "rangemode": "tozero"},
    )


def bars_with_whiskers(
    labels: Sequence[str],
    expected: Series,
    bounds: Sequence[tuple[float | None, float | None]],
    others: Sequence[Series],
    axis_title: str,
    locale: Locale,
) -> PlotlyFigure:
    """Return bars side by side, the first with an interval where there is one."""
    drawn = bars_beside(labels, [expected, *others], axis_title, locale)
    values = floats(expected.values)
    if any(low is not None for low, _ in bounds):
        drawn["data"][0]["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": [_distance(high, at) for (_, high), at in zip(bounds, values, strict=True)],
            "arrayminus": [_distance(at, low) for (low, _), at in zip(bounds, values, strict=True)],
            "color": GREY,
        }
    drawn["layout"]["yaxis"]["tickformat"] = "~s"
    return drawn


def reliability(
    curves: Sequence[Curve], x_title: str, y_title: str, diagonal: str, locale: Locale
) -> PlotlyFigure:
    """Return observed against predicted shares; on the diagonal chances are true."""
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": diagonal,
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": GREY, "dash": "dot", "width": 1.5},
        "hoverinfo": "skip",
    }
    axis = {"range": [-0.02, 1.02], "tickformat": ".0%", "dtick": 0.2, "showgrid": True}
    return figure(
        [line, *(_curve_trace(curve) for curve in curves)],
        locale,
        height=460,
        xaxis={**axis, "title": {"text": x_title}},
        yaxis={**axis, "title": {"text": y_title}},
    )


def shares_by_label(
    labels: Sequence[str],
    curves: Sequence[Curve],
    wanted: Sequence[float],
    locale: Locale,
    lowest: float,
) -> PlotlyFigure:
    """Return lines of shares over labels, with dotted lines where they should be."""
    shapes = [
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": at,
            "y1": at,
            "line": {"color": GREY, "dash": "dot", "width": 1.5},
        }
        for at in wanted
    ]
    traces = [{**_curve_trace(curve), "x": list(labels)} for curve in curves]
    return figure(
        traces,
        locale,
        shapes=shapes,
        xaxis={"type": "category", "tickangle": 0, "ticklabelstandoff": 6},
        yaxis={"tickformat": ".0%", "range": [lowest, 1.02]},
    )


def _curve_trace(curve: Curve) -> dict[str, object]:
    trace: dict[str, object] = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": curve.name,
        "x": list(curve.x),
        "y": list(curve.y),
        "customdata": list(curve.texts),
        "line": {"color": curve.color, "width": 2, "dash": curve.dash},
        "marker": {"symbol": curve.symbol, "size": 8},
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    if curve.low:
        pairs = list(zip(curve.low, curve.y, curve.high, strict=True))
        trace["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": [_distance(high, at) for _, at, high in pairs],
            "arrayminus": [_distance(at, low) for low, at, _ in pairs],
            "thickness": 1,
            "width": 3,
        }
    return trace


def _distance(more: float | None, less: float | None) -> float:
    return 0.0 if more is None or less is None else max(more - less, 0.0)
