"""Charts on paper: the Plotly figures of the cockpit as SVG, the same bytes for the same figure.

Belongs here: from a figure to a drawing, its legend, marks and size. Does not belong here: traces
(`paper_traces.py`), axes (`paper_axes.py`), which figures there are (`charts*.py`).

The bytes repeat because ids come from a fixed salt, no date is written and no state outlives a
drawing (no pyplot). They depend on the library's version.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from dashboard.charts import PlotlyFigure
from dashboard.paper_axes import INK, dress_axis, scale_of
from dashboard.paper_traces import Canvas, draw_trace

PAPER_WIDTH_MM = 174.0
_MM_PER_INCH = 25.4
# A chart is some 1000 pixels wide on a screen.
_MM_PER_PX = 0.165
_LEGEND_CHARACTERS = 105
_SETTINGS: Any = {
    "svg.hashsalt": "encours",
    # Text as text: a reader can search it, and a page draws in half the time of outlines.
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.spines.bottom": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "hatch.linewidth": 0.7,
    "legend.frameon": False,
    "text.parse_math": False,
}


def chart_svg(figure: PlotlyFigure, width_mm: float = PAPER_WIDTH_MM) -> bytes:
    """Draw a figure as SVG, as wide as a page of A4 between its margins.

    Args:
        figure: data and layout as plotly.js takes them; traces of type scatter, bar or heatmap,
            without shapes or annotations.
        width_mm: its width, in millimetres.

    Raises:
        ValueError: there is no rule for a trace, tick format or part of the figure on paper.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    layout = figure["layout"]
    # What is drawn on a screen and not here would be missing without a word.
    for part in ("shapes", "annotations"):
        if layout.get(part):
            raise ValueError(f"No rule to draw {part} on paper; draw them as traces.")
    height_mm = float(layout.get("height", 320)) * _MM_PER_PX
    with matplotlib.rc_context(_SETTINGS):
        size = (width_mm / _MM_PER_INCH, height_mm / _MM_PER_INCH)
        drawing = Figure(figsize=size, layout="constrained")
        canvas = FigureCanvasSVG(drawing)
        axes = drawing.add_subplot()
        _draw(axes, figure)
        _legend(drawing, axes, layout)
        content = io.BytesIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        canvas.print_svg(content, metadata=nothing)
    return content.getvalue()


def _draw(axes: Any, figure: PlotlyFigure) -> None:
    layout, traces = figure["layout"], figure["data"]
    separators = str(layout.get("separators", ".,"))
    x = scale_of(layout.get("xaxis", {}), [trace.get("x", ()) for trace in traces], separators)
    y = scale_of(layout.get("yaxis", {}), [trace.get("y", ()) for trace in traces], separators)
    bars = [trace for trace in traces if trace.get("type") == "bar"]
    canvas = Canvas(axes, x, y, layout.get("barmode", "group"), max(1, len(bars)))
    for trace in traces:
        draw_trace(canvas, trace)
    if bars:
        is_lying = any(trace.get("orientation") == "h" for trace in traces)
        (axes.axvline if is_lying else axes.axhline)(0, color="#9aa5b1", linewidth=0.8, zorder=2.5)
    dress_axis(axes, "x", x)
    dress_axis(axes, "y", y)


def _legend(drawing: Any, axes: Any, layout: Mapping[str, Any]) -> None:
    handles, names = axes.get_legend_handles_labels()
    if layout.get("showlegend") is False or len(names) < 2:
        return
    widest = max(len(name) for name in names) + 5
    columns = max(1, min(len(names), _LEGEND_CHARACTERS // widest))
    drawing.legend(
        handles,
        names,
        loc="outside upper left",
        ncols=columns,
        handlelength=2.6,
        columnspacing=1.4,
        borderpad=0.2,
        labelcolor=INK,
    )
