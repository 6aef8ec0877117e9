"""Charts on paper show what the page's charts show, and are the same bytes every time."""

import re

import pytest

from dashboard.charts import NAVY, RED, TEAL, Series, bars, figure, stacked_bars
from dashboard.charts_heatmap import heatmap
from dashboard.paper_axes import scale_of
from dashboard.paper_charts import chart_svg


def texts(drawing):
    return re.findall(r"<text [^>]*>([^<]*)</text>", drawing.decode())


def band(*traces, **layout):
    days = ["2026-03-01", "2026-03-08", "2026-03-15"]
    return figure([{"type": "scatter", "x": days, **trace} for trace in traces], "en", **layout)


LOW = {"y": [1, 2, 3], "line": {"width": 0}, "name": "low", "showlegend": False}
HIGH = {"y": [2, 4, 6], "line": {"width": 0}, "fill": "tonexty", "name": "Eight in ten"}
MIDDLE = {"y": [1.5, None, 4], "line": {"color": NAVY}, "name": "Middle"}


@pytest.mark.parametrize(
    "drawn",
    [
        bars(["Due", "Late"], Series("Open", [5, 3], ["€5", "€3"], NAVY), [NAVY, RED], "en"),
        stacked_bars(["Jan"], [Series("New", [5], ["€5"], TEAL, pattern="/")], "fr"),
        band(LOW, HIGH, MIDDLE),
        heatmap(["0", "1"], ["Jan"], [[1.0, None]], [["100%", ""]], "Months", "en"),
    ],
    ids=["bars", "stacked", "band", "heatmap"],
)
def test_a_figure_is_the_same_bytes_every_time(drawn):
    first = chart_svg(drawn)
    assert first.startswith(b"<?xml")
    assert chart_svg(drawn) == first
    assert b"dc:date" not in first


def test_a_bar_carries_its_written_amount_and_its_length():
    drawing = chart_svg(
        bars(["Due", "Late"], Series("Open", [50, 25], ["€50", "€25"], NAVY), [NAVY, RED], "en")
    )
    assert {"Due", "Late", "€50", "€25"} <= set(texts(drawing))
    (due,), (late,) = (
        [
            max(xs) - min(xs)
            for path in re.findall(rf'd="([^"]*)"[^>]*style="fill: {color}', drawing.decode())
            if (xs := [float(x) for x in re.findall(r"[ML] ([-\d.]+) [-\d.]+", path)])
        ]
        for color in (NAVY, RED)
    )
    assert due == pytest.approx(2 * late, rel=1e-3)


def test_gains_stack_above_and_losses_below_zero_and_the_legend_names_both():
    months = ["Jan", "Feb"]
    drawing = chart_svg(
        stacked_bars(
            months,
            [
                Series("New", [5_000, 20_000], ["", ""], TEAL),
                Series("Left", [-10_000, 0], ["", ""], RED, pattern="/"),
            ],
            "fr",
        )
    )
    assert {"New", "Left", "Jan", "Feb", "20k", "-10k"} <= set(texts(drawing))
    assert b"<pattern" in drawing


def test_the_legend_of_a_band_is_the_band():
    drawing = chart_svg(band(LOW, HIGH, MIDDLE))
    assert {"Eight in ten", "Middle"} <= set(texts(drawing))
    assert "low" not in texts(drawing)


def test_every_cell_of_a_grid_is_written_and_an_unknown_one_is_not():
    drawing = chart_svg(
        heatmap(
            ["0", "1"], ["Jan", "Feb"], [[1, 0.5], [0.9, None]], [["a", "b"], ["c", ""]], "M", "en"
        )
    )
    assert {"a", "b", "c", "Jan", "Feb", "0", "1", "M"} <= set(texts(drawing))


def test_ticks_are_written_in_the_readers_marks():
    french = scale_of({"tickformat": ".1%"}, [], ",\u202f")
    assert french.written(0.125) == "12,5%"
    assert scale_of({"tickformat": "~s"}, [], ",\u202f").written(1_500_000) == "1,5M"
    assert scale_of({}, [], ".,").written(2.5) == "2.5"
    assert scale_of({"ticksuffix": " d"}, [], ".,").written(40) == "40 d"


def test_what_has_no_rule_on_paper_is_refused_by_name():
    with pytest.raises(ValueError, match="'pie' on paper; known: bar, heatmap, scatter"):
        chart_svg({"data": [{"type": "pie", "x": [1], "y": [1]}], "layout": {}})
    with pytest.raises(ValueError, match="'%d' on paper"):
        scale_of({"tickformat": "%d"}, [], ".,").written(1)
    with pytest.raises(ValueError, match="draw shapes on paper; draw them as traces"):
        chart_svg(band(MIDDLE, shapes=[{"type": "line", "x0": 0, "x1": 1, "y0": 3, "y1": 3}]))
