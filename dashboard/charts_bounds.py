"""Plotly figures of what is uncertain: a band between two bounds, and lying bars with a target.

Belongs here: how bounds and targets are drawn. Does not belong here: which figures, any word or
number format (they come written out).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dashboard.charts import GREY, RED, PlotlyFigure, Series, dates_axis, figure, floats, rows_axis
from dashboard.wording import Locale

_INK = "#111820"
# Plotly turns the order round where areas or bars are stacked.
_LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"}
_BAND_FILL = "rgba(31, 58, 95, 0.14)"
_MOST_TICKS = 5
_BAR_PX = 78
# Half the height of a bar, in rows, and of the mark of a target, which stands out of it.
_HALF_BAR, _HALF_MARK = 0.28, 0.42


@dataclass(frozen=True)
class Band:
    """Two bounds, None where there are none: `name` and `texts` speak of both together."""

    name: str
    low: Sequence[Decimal | None]
    high: Sequence[Decimal | None]
    texts: Sequence[str]


@dataclass(frozen=True)
class Mark:
    """What one lying bar is held against: a target, and the bounds of where it ends.

    None draws nothing; texts are the amounts written out.
    """

    target: float | None
    target_text: str
    bounds: tuple[float, float] | None
    bounds_text: str


def band(
    dates: Sequence[dt.date],
    labels: Sequence[str],
    bounds: Band,
    others: Sequence[Series],
    axis_title: str,
    locale: Locale,
) -> PlotlyFigure:
    """Return a filled band between two bounds, and lines in and around it.

    Args:
        dates: positions, rising.
        labels: the dates written out, shown at up to five positions counted back from the last.
        bounds: what the band lies between.
        others: lines drawn over the band; dash "markers" draws points joined by a line.
        axis_title: what the amounts are counted in.
        locale: language of the reader.
    """
    positions = [date.isoformat() for date in dates]
    step = max(1, -(-len(dates) // _MOST_TICKS))
    span = (dates[-1] - dates[0]).days
    edge_line = {"color": GREY, "width": 1, "dash": "dot"}
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": bounds.name,
            "x": positions,
            "y": floats(bounds.low),
            "line": edge_line,
            "showlegend": False,
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "name": bounds.name,
            "x": positions,
            "y": floats(bounds.high),
            "customdata": list(bounds.texts),
            "line": edge_line,
            "fill": "tonexty",
            "fillcolor": _BAND_FILL,
            "hovertemplate": "%{customdata}",
        },
        *(_line(one, positions) for one in others),
    ]
    return figure(
        traces,
        locale,
        hovermode="x unified",
        xaxis=dates_axis(
            dates,
            labels,
            range(len(dates) - 1, -1, -step)[::-1],
            max(1, round(span / 16)),
            "%d/%m/%Y",
        ),
        yaxis={"title": {"text": axis_title}, "rangemode": "tozero", "tickformat": "~s"},
        legend=_LEGEND,
    )


def bars_against(
    labels: Sequence[str],
    stacks: Sequence[Series],
    marks: Sequence[Mark],
    target_name: str,
    bounds_name: str,
    locale: Locale,
) -> PlotlyFigure:
    """Return lying bars made of parts, each with its target and the bounds of where it ends.

    Args:
        labels: what each bar is, from top to bottom.
        stacks: the parts, a value a bar.
        marks: what each bar is held against.
        target_name: legend of the targets.
        bounds_name: legend of the bounds.
        locale: language of the reader.
    """
    rows = list(range(len(labels)))
    furthest = _furthest(stacks, marks)
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": series.name,
            "x": floats(series.values),
            "y": rows,
            "width": 2 * _HALF_BAR,
            "customdata": list(series.texts),
            "marker": {"color": series.color, "pattern": {"shape": series.pattern}},
            "hovertemplate": "%{customdata}",
        }
        for series in stacks
    ]
    bounds = [(row, mark.bounds, mark.bounds_text) for row, mark in zip(rows, marks, strict=True)]
    xs: list[float | None] = [x for _, pair, _ in bounds if pair for x in (*pair, None)]
    ys: list[float | None] = [y for row, pair, _ in bounds if pair for y in (row, row, None)]
    texts = [text for _, pair, text in bounds if pair for _ in range(3)]
    if xs:
        traces.append(_segments(bounds_name, xs, ys, texts, _INK, width=5))
    targets = [(row, mark) for row, mark in zip(rows, marks, strict=True) if mark.target]
    if targets:
        xs = [x for _, mark in targets for x in (mark.target, mark.target, None)]
        ys = [y for row, _ in targets for y in (row - _HALF_MARK, row + _HALF_MARK, None)]
        texts = [mark.target_text for _, mark in targets for _ in range(3)]
        traces.append(_segments(target_name, xs, ys, texts, RED, width=4))
    return figure(
        traces,
        locale,
        barmode="stack",
        height=_BAR_PX * len(labels) + 130,
        margin={"l": 8, "r": 24, "t": 16, "b": 40},
        legend=_LEGEND,
        xaxis={
            "tickformat": "~s",
            "nticks": 5,
            "showgrid": True,
            "rangemode": "tozero",
            # A target on the very edge of the range is drawn by half.
            **({"range": [0, 1.04 * furthest]} if furthest else {}),
        },
        yaxis=rows_axis(labels),
    )


def _furthest(stacks: Sequence[Series], marks: Sequence[Mark]) -> float | None:
    """Return where the longest bar or its marks end; None where a part is below zero."""
    parts = [floats(series.values) for series in stacks]
    if any(part is not None and part < 0 for values in parts for part in values):
        return None
    ends = [sum(part or 0 for part in bar) for bar in zip(*parts, strict=True)]
    ends += [mark.target for mark in marks if mark.target is not None]
    return max([*ends, *(mark.bounds[1] for mark in marks if mark.bounds)], default=None)


def _line(series: Series, positions: Sequence[str]) -> dict[str, Any]:
    has_markers = series.dash == "markers"
    return {
        "type": "scatter",
        "mode": "lines+markers" if has_markers else "lines",
        "name": series.name,
        "x": list(positions),
        "y": floats(series.values),
        "customdata": list(series.texts),
        "line": {
            "color": series.color,
            "width": 2.5,
            "dash": "solid" if has_markers else series.dash,
        },
        **({"marker": {"size": 8, "color": series.color}} if has_markers else {}),
        "hovertemplate": "%{customdata}",
    }


def _segments(
    name: str,
    xs: Sequence[float | None],
    ys: Sequence[float | None],
    texts: Sequence[str],
    color: str,
    width: float,
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(xs),
        "y": list(ys),
        "customdata": list(texts),
        "line": {"color": color, "width": width},
        "hovertemplate": "%{customdata}",
    }
