"""Text from sources stays text in charts, on a screen and on paper."""

import datetime as dt
import json
import re
from decimal import Decimal
from html import unescape

import pytest
from collecting_rows import step

from dashboard.backtest.charts import bars_beside
from dashboard.charts import NAVY, TEAL, Series, bars, lines, stacked_bars
from dashboard.charts_bounds import Band, Mark, band, bars_against
from dashboard.charts_heatmap import heatmap
from dashboard.charts_split import split_bars
from dashboard.charts_waterfall import Level, Step, waterfall
from dashboard.paper_charts import chart_svg

HOSTILE = '<a href="https://example.org">Retail & Wholesale</a>'
DAYS = [dt.date(2026, 1, 31), dt.date(2026, 2, 28)]
SERIES = Series(HOSTILE, [1.0, 2.0], [HOSTILE, "2"], NAVY)
LABELS = [HOSTILE, "Public"]
LEVEL = Level(HOSTILE, 1.0, HOSTILE)
FIGURES = {
    "bars": lambda: bars(LABELS, SERIES, [NAVY, TEAL], "en"),
    "stacked": lambda: stacked_bars(LABELS, [SERIES], "en"),
    "lines": lambda: lines(DAYS, LABELS, [SERIES], HOSTILE, "en"),
    "split": lambda: split_bars(LABELS, [SERIES, SERIES], LABELS, "en"),
    "heatmap": lambda: heatmap(LABELS, [HOSTILE], [[1.0, 2.0]], [[HOSTILE, "2"]], HOSTILE, "en"),
    "band": lambda: band(
        DAYS, LABELS, Band(HOSTILE, [1, 1], [2, 2], LABELS), [SERIES], HOSTILE, "en"
    ),
    "against": lambda: bars_against(
        LABELS, [SERIES], [Mark(1.0, HOSTILE, (1.0, 2.0), HOSTILE)] * 2, HOSTILE, HOSTILE, "en"
    ),
    "waterfall": lambda: waterfall(
        LEVEL, [Step(HOSTILE, Decimal(1), HOSTILE)], LEVEL, (HOSTILE, "down"), "en"
    ),
    "backtest": lambda: bars_beside(LABELS, [SERIES], HOSTILE, "en"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_chart_escapes_what_it_is_given_once(name):
    drawn = json.dumps(FIGURES[name]())
    assert "&lt;a" in drawn
    assert "<a" not in drawn
    assert "&amp;lt;" not in drawn


@pytest.mark.parametrize("name", sorted(set(FIGURES) - {"backtest"}))
def test_paper_reads_what_the_source_wrote(name):
    texts = re.findall(r"<text [^>]*>([^<]*)</text>", chart_svg(FIGURES[name]()).decode())
    read = [unescape(text) for text in texts]
    assert HOSTILE in read
    assert not [text for text in read if "&amp;" in text or "&lt;" in text]


def test_our_own_line_breaks_stay_and_the_lines_between_are_text():
    drawn = bars_beside(["one & two three four"], [SERIES], "", "en")
    assert drawn["data"][0]["x"] == ["one &amp; two<br>three four"]


def test_a_share_too_small_to_write_is_no_tag():
    drawn = bars(["a"], Series("s", [0.0], ["<0.1%"], NAVY), [NAVY], "en")
    assert drawn["data"][0]["text"] == ["&lt;0.1%"]


def test_steps_and_channels_that_sources_made_up_are_no_markup(rows, page_of):
    rows["fct_step_effectiveness"] = [step("<b>bold</b>", "<i>pigeon</i>", 30, 12, "10.00")]
    html = page_of(rows)
    found = re.search(r'data-chart="chart-collecting-steps">(.*?)</script>', html, re.S)
    label = "&lt;b&gt;bold&lt;/b&gt; (&lt;i&gt;pigeon&lt;/i&gt;)"
    assert json.loads(found[1])["layout"]["yaxis"]["ticktext"] == [label]
    assert "<i>pigeon" not in html


@pytest.mark.parametrize("kind", ["bars", "split"])
def test_bars_whose_labels_are_alike_stand_apart(kind):
    labels, series = ["pre due", "pre due"], Series("s", [30.0, 40.0], ["30", "40"], NAVY)
    drawn = (
        bars(labels, series, [NAVY, NAVY], "en")
        if kind == "bars"
        else split_bars(labels, [series], ["30", "40"], "en")
    )
    assert drawn["data"][0]["y"] == [0, 1]
    assert drawn["layout"]["yaxis"]["ticktext"] == labels
    drawing = chart_svg(drawn).decode()
    assert re.findall(r"<text [^>]*>([^<]*)</text>", drawing).count("pre due") == 2
    starts = [
        re.findall(r"[ML] ([-\d.]+) ([-\d.]+)", path)
        for path in re.findall(rf'd="([^"]*)"[^>]*style="fill: {NAVY}', drawing)
    ]
    assert len({min(float(y) for _, y in points) for points in starts}) == 2
    # Both begin at zero: neither lies behind the other.
    assert len({min(float(x) for x, _ in points) for points in starts}) == 1
