"""The heatmap: a grid of shares, darker where there is more, each cell with its figure.

Belongs here: how a grid is drawn. Does not belong here: which grid, any word or number format (they
come written out).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dashboard.charts import PlotlyFigure, figure, floats
from dashboard.wording import Locale

_INK = "#1b2733"
_ROW_PX, _HEAD_PX = 24, 64
# Dark figures read well on either end (contrast above 5).
_PALE, _FULL = "#eef3f8", "#7fa8d3"


def heatmap(
    columns: Sequence[str],
    rows: Sequence[str],
    values: Sequence[Sequence[float | Decimal | None]],
    texts: Sequence[Sequence[str]],
    column_title: str,
    locale: Locale,
    short_texts: Sequence[Sequence[str]] | None = None,
    most: float | None = None,
) -> PlotlyFigure:
    """Return a figure of a grid, its first row on top.

    Args:
        columns: labels of the columns, left to right, no two alike.
        rows: labels of the rows, top to bottom, no two alike.
        values: a value a row and column; None leaves the cell empty.
        texts: the same written out; what a reader sees, so that no cell is told by its colour.
        column_title: what the columns count.
        locale: language of the reader.
        short_texts: what stands in narrow cells instead; then `texts` show at a touch.
        most: what lies above is no darker, so that one large value does not pale all others.
    """
    shown = [value for row in values for value in floats(row) if value is not None]
    low, high = (min(shown), max(shown)) if shown else (0.0, 1.0)
    high = high if most is None else min(high, most)
    trace = {
        "type": "heatmap",
        "x": list(columns),
        "y": list(rows),
        "z": [floats(row) for row in values],
        "text": [list(row) for row in short_texts or texts],
        "customdata": [list(row) for row in texts],
        "texttemplate": "%{text}",
        "textfont": {"size": 11, "color": _INK},
        "hovertemplate": "%{y} · %{x}<br>%{customdata}<extra></extra>",
        "hoverongaps": False,
        "colorscale": [[0, _PALE], [1, _FULL]],
        # Cells that are all alike are all pale, not all dark.
        "zmin": low,
        "zmax": high if high > low else low + 1,
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
    }
    return figure(
        [trace],
        locale,
        height=_ROW_PX * len(rows) + _HEAD_PX,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        xaxis={
            "type": "category",
            "side": "top",
            "tickangle": 0,
            "title": {"text": column_title, "standoff": 8},
        },
        yaxis={
            "type": "category",
            "autorange": "reversed",
            "showgrid": False,
            "ticklabelstandoff": 6,
        },
    )
