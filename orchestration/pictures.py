"""Small pictures as SVG, for places that show an image and run no script.

Belongs here: drawing points with axes that can be read. Does not belong here: where the points come
from.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

WIDTH, HEIGHT, MARGIN = 560, 320, 48
COLOURS = ("#1f4e79", "#c55a11")
GREY = "#767676"


def markdown_image(title: str, svg: str) -> str:
    """An SVG as an inline Markdown image."""
    data = base64.b64encode(svg.encode()).decode()
    return f"![{title}](data:image/svg+xml;base64,{data})"


def scatter(title: str, points: Sequence[Sequence[float]]) -> str:
    """Predicted against observed shares with the line of perfect calibration.

    Args:
        title: What is drawn.
        points: (predicted, observed, rows).
    """
    top = _round_up(max(max(x, y) for x, y, _ in points))
    frame = _Frame(top, top)
    diagonal = f'<line {frame.ends(0, 0, top, top)} stroke="{GREY}" stroke-dasharray="4 4"/>'
    dots = "".join(
        f'<circle cx="{frame.x(x):.1f}" cy="{frame.y(y):.1f}" r="5" fill="{COLOURS[0]}">'
        f"<title>{x:.3f} predicted, {y:.3f} happened, {rows:.0f} rows</title></circle>"
        for x, y, rows in points
    )
    axes = frame.axes(_share, _share, "predicted", "happened")
    return _svg(title, axes + diagonal + dots)


def lines(title: str, names: Sequence[str], points: Sequence[Sequence[float]]) -> str:
    """Lines over days.

    Args:
        title: What is drawn.
        names: Name of each line, two at most.
        points: (day, value, second value).
    """
    top = _round_up(max(value for point in points for value in point[1:]))
    frame = _Frame(points[-1][0], top)
    drawn = "".join(
        f'<polyline fill="none" stroke="{COLOURS[n]}" stroke-width="2" points="'
        + " ".join(f"{frame.x(point[0]):.1f},{frame.y(point[n + 1]):.1f}" for point in points)
        + f'"/><text x="{MARGIN + 10 + 110 * n}" y="40" fill="{COLOURS[n]}">{escape(name)}</text>'
        for n, name in enumerate(names)
    )
    return _svg(
        title, frame.axes(lambda day: f"{day:.0f}", _share, "days from then", "", 3) + drawn
    )


def bars(title: str, values: Sequence[Sequence[Any]]) -> str:
    """One bar a name, largest first.

    Args:
        title: What is drawn, with its unit.
        values: (name, value).
    """
    top = max(value for _, value in values) or 1.0
    room, step, left = WIDTH - 230.0, 20, 150
    drawn = "".join(
        f'<text x="{left - 8}" y="{52 + n * step}" text-anchor="end">{escape(name.replace("_", " "))}</text>'
        f'<rect x="{left}" y="{40 + n * step}" width="{value / top * room:.1f}" height="14" fill="{COLOURS[0]}"/>'
        f'<text x="{left + 6 + value / top * room:.1f}" y="{52 + n * step}" fill="{GREY}">{value:.2f}</text>'
        for n, (name, value) in enumerate(values)
    )
    return _svg(title, drawn, 56 + step * len(values))


class _Frame:
    """Axes from zero to a top in both directions."""

    def __init__(self, right: float, top: float) -> None:
        self.right, self.top = right or 1.0, top or 1.0

    def x(self, value: float) -> float:
        return MARGIN + value / self.right * (WIDTH - 2 * MARGIN)

    def y(self, value: float) -> float:
        return HEIGHT - MARGIN - value / self.top * (HEIGHT - 2 * MARGIN)

    def ends(self, x1: float, y1: float, x2: float, y2: float) -> str:
        return f'x1="{self.x(x1):.1f}" y1="{self.y(y1):.1f}" x2="{self.x(x2):.1f}" y2="{self.y(y2):.1f}"'

    def axes(self, x_text: Any, y_text: Any, x_name: str, y_name: str, steps: int = 4) -> str:
        parts = []
        for step in range(steps + 1):
            x, y = self.right * step / steps, self.top * step / steps
            parts.append(f'<line {self.ends(0, y, self.right, y)} stroke="#e4e4e4"/>')
            parts.append(
                f'<text x="{MARGIN - 6}" y="{self.y(y) + 4:.1f}" text-anchor="end" fill="{GREY}">{y_text(y)}</text>'
            )
            parts.append(
                f'<text x="{self.x(x):.1f}" y="{HEIGHT - MARGIN + 16}" text-anchor="middle" fill="{GREY}">'
                f"{x_text(x)}</text>"
            )
        parts.append(
            f'<text x="{WIDTH - MARGIN}" y="{HEIGHT - 12}" text-anchor="end" fill="{GREY}">{x_name}</text>'
        )
        parts.append(f'<text x="{MARGIN}" y="40" fill="{GREY}">{y_name}</text>')
        return "".join(parts)


def _share(value: float) -> str:
    return f"{value:.0%}" if value >= 0.1 or value == 0 else f"{value:.1%}"


def _round_up(value: float) -> float:
    return next(
        (top for top in (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if value <= top), value
    )


def _svg(title: str, content: str, height: int = HEIGHT) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif"'
        f' font-size="12"><rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="20" y="20" font-size="14">{escape(title)}</text>{content}</svg>'
    )
