"""A bridge from one level to another, step by step, in the look of the other charts.

Belongs here: how steps are drawn. Does not belong here: which steps, any word or number format (they
come written out).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

from dashboard.charts import AMBER, NAVY, TEAL, Markup, PlotlyFigure, escaped, figure
from dashboard.wording import Locale

_ROW_PX = 40
# Room beside the outermost marks, as a share of the way they span; texts go into the margin.
_ROOM = 0.06
_TEXT_PX = 76


@dataclass(frozen=True)
class Level:
    """Where a bridge begins or ends: its label, its height and the height written out."""

    label: str
    value: float
    text: str


@dataclass(frozen=True)
class Step:
    """What moved a bridge: its label, by how much (signed), and the same written out with its sign."""

    label: str
    value: Decimal
    text: str


def waterfall(
    opening: Level,
    steps: Sequence[Step],
    closing: Level,
    directions: tuple[str, str],
    locale: Locale,
) -> PlotlyFigure:
    """Return a figure of a bridge, from top to bottom.

    Levels are marks and not bars, so that the axis may begin beside them: steps of half a day are
    seen although the level is forty. Rises are striped and falls plain, each with its sign written.

    Args:
        opening: the level before.
        steps: what moved it, in order; their sum leads to the closing level.
        closing: the level after.
        directions: names of a rise and of a fall, for the legend.
        locale: language of the reader.
    """
    heights = list(accumulate((float(step.value) for step in steps), initial=opening.value))
    rises = [(step, start) for step, start in zip(steps, heights, strict=False) if step.value >= 0]
    falls = [(step, start) for step, start in zip(steps, heights, strict=False) if step.value < 0]
    labels = [opening.label, *(step.label for step in steps), closing.label]
    low, high = min(heights), max(heights)
    room = max(high - low, 1.0) * _ROOM
    return figure(
        [
            _connectors(labels, heights),
            _bars(directions[0], rises, AMBER, "/"),
            _bars(directions[1], falls, TEAL, ""),
            _levels((opening, closing)),
        ],
        locale,
        height=_ROW_PX * len(labels) + 90,
        margin={"l": 8, "r": _TEXT_PX, "t": 8, "b": 40},
        barmode="overlay",
        bargap=0.35,
        xaxis={"range": [low - room, high + room], "nticks": 5, "showgrid": True},
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": labels,
            "autorange": "reversed",
            "ticklabelstandoff": 6,
            "showgrid": False,
        },
    )


def _bars(name: str, steps: list[tuple[Step, float]], color: str, pattern: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        # Drawn from the lower end whatever the sign, so that all texts stand on the right.
        "base": [start + min(float(step.value), 0.0) for step, start in steps],
        "x": [abs(float(step.value)) for step, _ in steps],
        "y": [step.label for step, _ in steps],
        "text": [step.text for step, _ in steps],
        "textposition": "outside",
        "constraintext": "none",
        "cliponaxis": False,
        "marker": {"color": color, "pattern": {"shape": pattern}},
        "hovertemplate": "%{y}<br>%{text}<extra></extra>",
    }


def _levels(levels: Sequence[Level]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [level.value for level in levels],
        "y": [level.label for level in levels],
        "text": [Markup(f"<b>{escaped(level.text)}</b>") for level in levels],
        "textposition": "middle right",
        "cliponaxis": False,
        "marker": {"color": NAVY, "symbol": "diamond", "size": 13},
        "hovertemplate": "%{y}<br>%{text}<extra></extra>",
        "showlegend": False,
    }


def _connectors(labels: list[str], heights: list[float]) -> dict[str, Any]:
    # From each row to the next at the height the one leaves and the other begins; gaps between.
    x: list[float | None] = []
    y: list[str | None] = []
    for label, following, height in zip(labels, labels[1:], heights, strict=False):
        x += [height, height, None]
        y += [label, following, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": "#9aa5b1", "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
        "showlegend": False,
    }
