"""Bridges and split bars say their signs and wholes in words, on screen and on paper."""

from decimal import Decimal

from dashboard.charts import AMBER, TEAL, Series
from dashboard.charts_split import split_bars
from dashboard.charts_waterfall import Level, Step, waterfall
from dashboard.paper_charts import chart_svg


def test_a_waterfall_steps_from_one_level_to_the_other_and_prints():
    steps = [Step("Terms", Decimal("2"), "+2"), Step("Late", Decimal("-3"), "−3")]
    figure = waterfall(Level("A", 30.0, "30"), steps, Level("B", 29.0, "29"), ("up", "down"), "en")
    connectors, rises, falls, levels = figure["data"]
    # 30 to 32, then 32 down to 29: the fall is drawn from its lower end.
    assert (rises["base"], rises["x"], rises["marker"]["pattern"]["shape"]) == ([30.0], [2.0], "/")
    assert (falls["base"], falls["x"], falls["marker"]["pattern"]["shape"]) == ([29.0], [3.0], "")
    assert levels["x"] == [30.0, 29.0]
    assert connectors["x"] == [30.0, 30.0, None, 32.0, 32.0, None, 29.0, 29.0, None]
    assert chart_svg(figure).startswith(b"<?xml")


def test_split_bars_write_their_whole_behind_the_last_part_and_print():
    parts = [
        Series("not due", [20.0, 40.0], ["20", "40"], TEAL),
        Series("late", [5.0, None], ["5", "–"], AMBER, pattern="/"),
    ]
    figure = split_bars(["small", "mid"], parts, ["25 days", "40 days"], "en")
    first, last = figure["data"]
    assert "text" not in first
    assert last["text"] == ["25 days", "40 days"]
    assert [trace["marker"]["pattern"]["shape"] for trace in (first, last)] == ["", "/"]
    assert chart_svg(figure).startswith(b"<?xml")
