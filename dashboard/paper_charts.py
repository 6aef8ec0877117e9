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
from dashboard.paper_axes import INK, SOFT, dress_axis, plain, scale_of
from dashboard.paper_traces import Canvas, color_of, draw_trace

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
        figure: data and layout as plotly.js takes them; traces of type scatter, bar, waterfall or
            heatmap.
        width_mm: its width, in millimetres.

    Raises:
        ValueError: there is no rule for a trace or tick format of the figure on paper.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    layout = figure["layout"]
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
    if bars or any(trace.get("type") == "waterfall" for trace in traces):
        is_lying = any(trace.get("orientation") == "h" for trace in traces)
        (axes.axvline if is_lying else axes.axhline)(0, color="#9aa5b1", linewidth=0.8, zorder=2.5)
    dress_axis(axes, "x", x)
    dress_axis(axes, "y", y)
    for shape in layout.get("shapes", ()):
        _mark(canvas, shape)
    for note in layout.get("annotations", ()):
        _annotate(canvas, note)


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


def _mark(canvas: Canvas, shape: Mapping[str, Any]) -> None:
    """Draw a line or rectangle of the layout; on paper coordinates 0 to 1 span the axes."""
    line = shape.get("line", {})
    xs, x_on_paper = _ends(canvas, shape, "x")
    ys, y_on_paper = _ends(canvas, shape, "y")
    axes = canvas.axes
    if x_on_paper and y_on_paper:
        place = axes.transAxes
    elif x_on_paper:
        place = axes.get_yaxis_transform()
    else:
        place = axes.get_xaxis_transform() if y_on_paper else axes.transData
    color = color_of(line.get("color", SOFT))
    if shape.get("type") == "rect":
        from matplotlib.patches import Rectangle

        corner, size = (xs[0], ys[0]), (xs[1] - xs[0], ys[1] - ys[0])
        fill = color_of(shape.get("fillcolor", "rgba(0,0,0,0)"))
        alpha = shape.get("opacity")
        axes.add_patch(
            Rectangle(corner, *size, transform=place, facecolor=fill, alpha=alpha, zorder=0.5)
        )
        return
    style = {"dash": "--", "dot": ":", "dashdot": "-."}.get(line.get("dash", ""), "-")
    width = line.get("width", 1.5) * 0.68
    axes.plot(xs, ys, transform=place, color=color, linewidth=width, linestyle=style, label="_mark")


def _ends(canvas: Canvas, shape: Mapping[str, Any], name: str) -> tuple[list[float], bool]:
    ends = [shape[f"{name}0"], shape[f"{name}1"]]
    if str(shape.get(f"{name}ref", name)) in ("paper", f"{name} domain"):
        return [float(end) for end in ends], True
    return (canvas.x if name == "x" else canvas.y).positions(ends), False


def _annotate(canvas: Canvas, note: Mapping[str, Any]) -> None:
    sides, on_paper = [], []
    for name, scale in (("x", canvas.x), ("y", canvas.y)):
        paper = str(note.get(f"{name}ref", name)) in ("paper", f"{name} domain")
        on_paper.append(paper)
        sides.append(float(note[name]) if paper else scale.positions([note[name]])[0])
    axes = canvas.axes
    systems = tuple("axes fraction" if paper else "data" for paper in on_paper)
    canvas.axes.annotate(
        plain(str(note.get("text", ""))),
        tuple(sides),
        xycoords=systems,
        xytext=(note.get("xshift", 0) * 0.6, note.get("yshift", 0) * 0.6),
        textcoords="offset points",
        ha={"left": "left", "right": "right"}.get(str(note.get("xanchor")), "center"),
        va={"top": "top", "bottom": "bottom"}.get(str(note.get("yanchor")), "center"),
        color=color_of((note.get("font") or {}).get("color", INK)),
        annotation_clip=False,
    )
    axes.set_label("")
