"""Traces on paper: lines, bars and grids of a Plotly figure, drawn by matplotlib.

Belongs here: one drawing function a trace type. Does not belong here: axes (`paper_axes.py`),
choosing what is drawn (`charts*.py`).
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.paper_axes import INK, Scale, plain

_DASHES: dict[str, Any] = {
    "solid": "solid",
    "dash": (0, (5, 2.5)),
    "dot": (0, (1, 1.6)),
    "dashdot": (0, (5, 2, 1, 2)),
    "longdash": (0, (9, 3)),
    "longdashdot": (0, (9, 2, 1, 2)),
}
_HATCHES = {
    "": None,
    "/": "/////",
    "\\": "\\\\\\\\\\",
    "x": "xxxx",
    "-": "-----",
    "|": "|||||",
    "+": "++++",
    ".": "....",
}
_MARKS = {"circle": "o", "square": "s", "diamond": "D", "triangle-up": "^", "x": "x"}
_RGBA = re.compile(r"rgba?\(([^)]+)\)")
_LINE_POINTS = 0.68
_TEXT_POINTS = 7.5
_BAR_SHARE = 0.8
# matplotlib keeps names that begin so out of the legend.
_UNNAMED = "_unnamed"


@dataclass
class Canvas:
    """What traces are drawn on, and what they leave for those after them.

    Attributes:
        axes: the matplotlib axes.
        x: the x axis.
        y: the y axis.
        bar_mode: `barmode` of the layout.
        bar_count: bars side by side at each position.
        stacks: for each position how far bars reach above and below zero.
        previous: positions of the last line, to which the next one may fill.
        bars_drawn: bar traces drawn so far.
    """

    axes: Any
    x: Scale
    y: Scale
    bar_mode: str = "group"
    bar_count: int = 1
    stacks: dict[tuple[float, bool], float] = field(default_factory=dict)
    previous: tuple[list[float], list[float]] | None = None
    bars_drawn: int = 0


def draw_trace(canvas: Canvas, trace: Mapping[str, Any]) -> None:
    """Draw one trace.

    Raises:
        ValueError: there is no rule for its type on paper.
    """
    kind = trace.get("type", "scatter")
    if kind not in _DRAWN:
        known = ", ".join(sorted(_DRAWN))
        raise ValueError(f"No rule to draw a trace of type '{kind}' on paper; known: {known}.")
    _DRAWN[kind](canvas, trace)


def color_of(color: str) -> Any:
    """Return a colour of Plotly as matplotlib takes it."""
    found = _RGBA.fullmatch(color.strip())
    if not found:
        return color
    red, green, blue, *alpha = (float(part) for part in found[1].split(","))
    return (red / 255, green / 255, blue / 255, alpha[0] if alpha else 1.0)


def _scatter(canvas: Canvas, trace: Mapping[str, Any]) -> None:
    xs, ys = canvas.x.positions(trace["x"]), canvas.y.positions(trace["y"])
    line, mode = trace.get("line", {}), trace.get("mode", "lines")
    shape = {"hv": "steps-post", "vh": "steps-pre", "hvh": "steps-mid"}.get(line.get("shape", ""))
    width = line.get("width", 2) * _LINE_POINTS if "lines" in mode else 0
    marker = trace.get("marker", {})
    name = _name(trace)
    # The legend shows what is seen: of a line of no width its band.
    _fill(canvas, trace, xs, ys, None if width else name)
    canvas.previous = (xs, ys)
    canvas.axes.plot(
        xs,
        ys,
        color=color_of(line.get("color") or marker.get("color") or INK),
        linewidth=width,
        linestyle=_DASHES[line.get("dash", "solid")] if width else "none",
        drawstyle=shape or "default",
        marker=_MARKS[marker.get("symbol", "circle")] if "markers" in mode else None,
        markersize=marker.get("size", 7) * _LINE_POINTS,
        label=(name if width or "markers" in mode else None) or _UNNAMED,
        zorder=3,
    )
    if "text" in mode:
        is_beside = trace.get("textposition") == "middle right"
        place = ((6, 0), "left", "center") if is_beside else ((0, 3), "center", "bottom")
        for x, y, text in zip(xs, ys, trace.get("text", ()), strict=True):
            _write(canvas, x, y, text, *place)


def _name(trace: Mapping[str, Any]) -> str | None:
    name = trace.get("name") if trace.get("showlegend", True) else None
    return plain(name) if name else None


def _fill(
    canvas: Canvas,
    trace: Mapping[str, Any],
    xs: list[float],
    ys: list[float],
    name: str | None,
) -> None:
    fill = trace.get("fill", "none")
    if fill == "none":
        return
    base: Any = 0.0
    if fill == "tonexty" and canvas.previous is not None:
        if canvas.previous[0] != xs:
            raise ValueError("A band on paper needs the same positions for both of its edges.")
        base = canvas.previous[1]
    # Fills without a colour of their own are the line's, pale, as in Plotly.
    color = color_of(trace.get("fillcolor") or trace.get("line", {}).get("color", INK))
    alpha = None if "fillcolor" in trace else 0.25
    canvas.axes.fill_between(
        xs, ys, base, color=color, alpha=alpha, linewidth=0, label=name or _UNNAMED, zorder=1
    )


def _bar(canvas: Canvas, trace: Mapping[str, Any]) -> None:
    is_lying = trace.get("orientation") == "h"
    along, across = (canvas.y, canvas.x) if is_lying else (canvas.x, canvas.y)
    places = along.positions(trace["y" if is_lying else "x"])
    lengths = across.positions(trace["x" if is_lying else "y"])
    bases = [0.0] * len(places)
    thickness = _BAR_SHARE * _spacing(places)
    if canvas.bar_mode in ("relative", "stack"):
        bases = [_stacked(canvas, *pair) for pair in zip(places, lengths, strict=True)]
    elif canvas.bar_mode == "group":
        thickness /= canvas.bar_count
        shift = (canvas.bars_drawn - (canvas.bar_count - 1) / 2) * thickness
        places = [place + shift for place in places]
    if trace.get("base") is not None:
        given = trace["base"]
        bases = across.positions(given if isinstance(given, Sequence) else [given] * len(places))
    canvas.bars_drawn += 1
    marker = trace.get("marker", {})
    colors = marker.get("color", INK)
    colors = [colors] * len(places) if isinstance(colors, str) else list(colors)
    hatch = _HATCHES[str((marker.get("pattern") or {}).get("shape") or "")]
    _rectangles(canvas, places, lengths, bases, thickness, is_lying, colors, hatch, trace)
    ends = [base + length for base, length in zip(bases, lengths, strict=True)]
    if trace.get("text") and trace.get("textposition", "none") != "none":
        _write_ends(canvas, places, ends, trace["text"], is_lying)


def _rectangles(
    canvas: Canvas,
    places: Sequence[float],
    lengths: Sequence[float],
    bases: Sequence[float],
    thickness: float,
    is_lying: bool,
    colors: Sequence[str],
    hatch: str | None,
    trace: Mapping[str, Any],
) -> None:
    draw = canvas.axes.barh if is_lying else canvas.axes.bar
    sizes = {"height" if is_lying else "width": thickness}
    filled = [color_of(color) for color in colors]
    draw(
        list(places),
        [0.0 if math.isnan(length) else length for length in lengths],
        **sizes,
        **{"left" if is_lying else "bottom": list(bases)},
        color=["white"] * len(filled) if hatch else filled,
        edgecolor=filled if hatch else "none",
        linewidth=0.5 if hatch else 0,
        hatch=hatch,
        label=_name(trace) or _UNNAMED,
        zorder=2,
    )


def _stacked(canvas: Canvas, place: float, length: float) -> float:
    if math.isnan(length):
        return 0.0
    side = (place, length >= 0)
    base = canvas.stacks.get(side, 0.0)
    canvas.stacks[side] = base + length
    return base


def _heatmap(canvas: Canvas, trace: Mapping[str, Any]) -> None:
    from matplotlib.colors import LinearSegmentedColormap, Normalize
    from matplotlib.patches import Rectangle

    places = [(float(at), color) for at, color in trace["colorscale"]]
    tones = LinearSegmentedColormap.from_list("grid", places)
    share = Normalize(trace["zmin"], trace["zmax"], clip=True)
    texts = trace.get("text")
    xs, ys = canvas.x.positions(trace["x"]), canvas.y.positions(trace["y"])
    for row, (y, values) in enumerate(zip(ys, trace["z"], strict=True)):
        for column, (x, value) in enumerate(zip(xs, values, strict=True)):
            if value is None:
                continue
            tone = tones(share(value))
            cell = Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, facecolor=tone, linewidth=0)
            canvas.axes.add_patch(cell)
            if texts is not None:
                color = "white" if _is_dark(tone) else INK
                _write(canvas, x, y, texts[row][column], (0, 0), "center", "center", color)


def _is_dark(tone: Sequence[float]) -> bool:
    """Whether white reads better on a tone than black (WCAG 2.1, relative luminance)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in tone[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return (1 + 0.05) / (luminance + 0.05) > (luminance + 0.05) / 0.05


def _write_ends(
    canvas: Canvas, places: Sequence[float], ends: Sequence[float], texts: Any, is_lying: bool
) -> None:
    for place, end, text in zip(places, ends, texts, strict=True):
        if math.isnan(end):
            continue
        is_below = end < 0
        if is_lying:
            side = "right" if is_below else "left"
            _write(canvas, end, place, text, (-3 if is_below else 3, 0), side, "center")
        else:
            side = "top" if is_below else "bottom"
            _write(canvas, place, end, text, (0, -2 if is_below else 2), "center", side)


def _write(
    canvas: Canvas,
    x: float,
    y: float,
    text: Any,
    offset: tuple[float, float],
    across: str,
    up: str,
    color: str = INK,
) -> None:
    if math.isnan(x) or math.isnan(y) or not text:
        return
    canvas.axes.annotate(
        plain(str(text)),
        (x, y),
        xytext=offset,
        textcoords="offset points",
        ha=across,
        va=up,
        color=color,
        fontsize=_TEXT_POINTS,
        annotation_clip=False,
        zorder=4,
    )


def _spacing(places: Sequence[float]) -> float:
    ordered = sorted(set(places))
    steps = [after - before for before, after in itertools.pairwise(ordered)]
    return min(steps, default=1.0)


_DRAWN: dict[str, Callable[[Canvas, Mapping[str, Any]], None]] = {
    "scatter": _scatter,
    "bar": _bar,
    "heatmap": _heatmap,
}
