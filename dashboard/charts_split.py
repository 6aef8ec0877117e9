"""Lying bars made of parts, their whole written at the end, in the look of the other charts.

Belongs here: how they are drawn. Does not belong here: which figures, any word or number format (they
come written out).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.charts import PlotlyFigure, Series, figure, floats, rows_axis
from dashboard.wording import Locale

_BAR_PX = 40


def split_bars(
    labels: Sequence[str], parts: Sequence[Series], wholes: Sequence[str], locale: Locale
) -> PlotlyFigure:
    """Return a figure of labelled bars from top to bottom, each split into its parts.

    A part below zero goes to the left. The whole stands behind the last part, written out; each
    part is told by its pattern as well as by its colour.
    """
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": series.name,
            "x": floats(series.values),
            "y": list(range(len(labels))),
            "customdata": list(series.texts),
            "marker": {"color": series.color, "pattern": {"shape": series.pattern}},
            "hovertemplate": "%{customdata}",
        }
        for series in parts
    ]
    traces[-1] |= {
        "text": list(wholes),
        "textposition": "outside",
        "constraintext": "none",
        "cliponaxis": False,
    }
    return figure(
        traces,
        locale,
        height=_BAR_PX * len(labels) + 110,
        margin={"l": 8, "r": 84, "t": 8, "b": 40},
        barmode="relative",
        hovermode="y unified",
        xaxis={"nticks": 5, "showgrid": True, "rangemode": "tozero"},
        yaxis=rows_axis(labels),
    )
