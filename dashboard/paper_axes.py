"""Axes on paper: where the values of a Plotly axis stand, and how its ticks are written.

Belongs here: positions, tick labels, grids. Does not belong here: what is drawn on them
(`paper_traces.py`), words.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

INK, SOFT = "#1b2733", "#52606d"
_GRID = "#e3e7eb"
_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_TAG = re.compile(r"<(?!br)[^>]+>")
_HEADROOM = 0.06


@dataclass(frozen=True)
class Scale:
    """Where the values of one axis stand: numbers as they are, dates as days, labels in turn.

    Attributes:
        settings: the axis as the layout has it.
        separators: decimal and thousands mark, as Plotly takes them.
        labels: the labels of an axis of categories in their order; None on any other axis.
        is_date: whether values are ISO dates.
    """

    settings: Mapping[str, Any]
    separators: str
    labels: tuple[str, ...] | None
    is_date: bool

    def positions(self, values: Iterable[Any]) -> list[float]:
        """Return where values stand; an unknown one is not a number, which leaves a gap."""
        return [self._position(value) for value in values]

    def _position(self, value: Any) -> float:
        if value is None:
            return float("nan")
        if self.labels is not None and isinstance(value, str):
            return float(self.labels.index(value))
        if self.is_date and isinstance(value, str):
            moment = dt.datetime.fromisoformat(value)
            midnight = dt.datetime.combine(moment.date(), dt.time())
            return moment.toordinal() + (moment - midnight) / dt.timedelta(days=1)
        return float(value)

    def written(self, value: float) -> str:
        """Write a tick as the axis asks for it, in the marks of the reader's language."""
        form = str(self.settings.get("tickformat", ""))
        suffix = str(self.settings.get("ticksuffix", ""))
        prefix = str(self.settings.get("tickprefix", ""))
        return f"{prefix}{self._marks(_number(value, form))}{suffix}"

    def _marks(self, text: str) -> str:
        decimal, thousands = self.separators[0], self.separators[1:]
        swapped = {".": decimal, ",": thousands}
        return "".join(swapped.get(character, character) for character in text)


def scale_of(
    settings: Mapping[str, Any], values: Sequence[Sequence[Any]], separators: str
) -> Scale:
    """Return the scale of an axis.

    Args:
        settings: `xaxis` or `yaxis` of a Plotly layout.
        values: the values of every trace along it.
        separators: `separators` of the layout.
    """
    flat = [value for trace in values for value in trace if value is not None]
    kind = settings.get("type") or _kind(flat)
    labels = tuple(dict.fromkeys(str(value) for value in flat)) if kind == "category" else None
    return Scale(settings, separators, labels, kind == "date")


def dress_axis(axes: Any, name: str, scale: Scale) -> None:
    """Give a matplotlib axis the range, ticks, labels and grid of a Plotly axis.

    Args:
        axes: the matplotlib axes; its data are drawn already.
        name: "x" or "y".
        scale: the axis.
    """
    axis = axes.xaxis if name == "x" else axes.yaxis
    settings = scale.settings
    _set_range(axes, name, scale)
    _set_ticks(axis, scale)
    if settings.get("side") == "top":
        axis.tick_top()
        axis.set_label_position("top")
    if settings.get("showticklabels") is False or settings.get("visible") is False:
        axis.set_ticklabels([])
    title = settings.get("title") or {}
    words = title.get("text", "") if isinstance(title, Mapping) else str(title)
    axis.set_label_text(plain(words), color=SOFT)
    has_grid = settings.get("showgrid", name == "y") and settings.get("visible") is not False
    if has_grid:
        axis.grid(visible=True, color=_GRID, linewidth=0.6)
    axis.set_tick_params(length=0, pad=5, labelcolor=INK)


def plain(text: str) -> str:
    """Return a text of Plotly without its markup, what was escaped as it reads."""
    lines = _TAG.sub("", text).replace("<br>", "\n").replace("<br />", "\n")
    return html.unescape(lines)


def _kind(values: Sequence[Any]) -> str:
    if not all(isinstance(value, str) for value in values) or not values:
        return "linear"
    try:
        for value in values:
            dt.datetime.fromisoformat(value)
    except ValueError:
        return "category"
    return "date"


def _set_range(axes: Any, name: str, scale: Scale) -> None:
    low, high = axes.get_xlim() if name == "x" else axes.get_ylim()
    asked = scale.settings.get("range")
    if scale.labels is not None:
        low, high = -0.5, len(scale.labels) - 0.5
    elif asked:
        low, high = scale.positions(asked)
    elif scale.settings.get("rangemode") == "tozero":
        low, high = min(low, 0.0), max(high, 0.0)
        # What stays on one side of zero ends at it.
        low = 0.0 if _data_low(axes, name) >= 0 else low
        high += (high - low) * _HEADROOM
    if scale.settings.get("autorange") == "reversed":
        low, high = high, low
    if name == "x":
        axes.set_xlim(low, high)
    else:
        axes.set_ylim(low, high)


def _data_low(axes: Any, name: str) -> float:
    bounds = axes.dataLim
    return float(bounds.x0 if name == "x" else bounds.y0)


def _set_ticks(axis: Any, scale: Scale) -> None:
    from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator

    places = scale.settings.get("tickvals")
    if places is not None or scale.labels is not None:
        shown = list(places if places is not None else scale.labels or ())
        texts = scale.settings.get("ticktext") or [str(value) for value in shown]
        axis.set_major_locator(FixedLocator(scale.positions(shown)))
        axis.set_major_formatter(FixedFormatter([plain(str(text)) for text in texts]))
        return
    axis.set_major_locator(MaxNLocator(nbins=scale.settings.get("nticks", 6), steps=[1, 2, 5, 10]))
    if scale.is_date:
        axis.set_major_formatter(FuncFormatter(lambda day, _: _day(day)))
    else:
        axis.set_major_formatter(FuncFormatter(lambda value, _: scale.written(value)))


def _day(day: float) -> str:
    return dt.date.fromordinal(int(day)).strftime("%d/%m/%Y")


def _number(value: float, form: str) -> str:
    """Write a number by one of the d3 forms that the charts use."""
    value = 0.0 if abs(value) < 1e-12 else value
    percent = re.fullmatch(r",?\.(\d)~?%", form)
    fixed = re.fullmatch(r"(,?)\.(\d)~?f", form)
    if percent:
        return f"{value:.{percent[1]}%}"
    if fixed:
        return f"{value:{fixed[1]}.{fixed[2]}f}"
    if form in (",d", "d", ","):
        return f"{value:,.0f}" if "," in form else f"{value:.0f}"
    if form not in ("", "~s"):
        raise ValueError(f"No rule to write ticks as '{form}' on paper.")
    for size, prefix in _PREFIXES:
        if abs(value) >= size and (form == "~s" or abs(value) >= 10_000):
            return f"{value / size:.3g}{prefix}"
    return f"{value:.10g}"
