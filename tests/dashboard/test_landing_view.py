"""The view says where the month lands, against what, on whom it hangs and how forecasts did."""

import datetime as dt
import json
import re
from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest
from handmade_publication import AS_OF, fill, handmade_rows
from page_reading import Page

from dashboard import cockpit_facts
from dashboard.cockpit import render_cockpit
from dashboard.paper_charts import chart_svg
from dashboard.views.landing.month import target_sentence
from dashboard.views.landing.section import landing_section
from dashboard.wording import Wording


@pytest.fixture(scope="module")
def facts():
    """The facts of the rows as they are written, read once."""
    with duckdb.connect(":memory:") as connection:
        fill(connection, handmade_rows())
        return cockpit_facts(connection, AS_OF)


@pytest.fixture(scope="module")
def html(facts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.shell.plotly_script", lambda: "/* charts library */")
        return render_cockpit(facts, "Lumière", "en")


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def this_month(rows):
    return next(row for row in rows["fct_month_landing"] if row["is_current_month"])


def chart(html, element_id):
    [source] = re.findall(rf'data-chart="{element_id}">(.*?)</script>', html, re.DOTALL)
    return json.loads(source)


def test_the_first_sentence_is_the_whole_month_with_its_bounds(page):
    landing = page.sections["landing"]
    assert landing.startswith(
        "Expected cash Where do we land? March 2026 should bring in €1,685; €1,235 of it had come"
        " in before today. Eight times in ten the month ends between €1,635 and €1,755."
    )
    assert "April 2026 is expected to bring in €850." in landing
    assert "From today to 30 April 2026, between €1,250 and €1,370 should land" in landing


@pytest.mark.parametrize(
    ("target", "gap", "said"),
    [
        ("1700.00", "-15.00", "€15 below the target of €1,700, which lies between the bounds"),
        ("1755.01", "-70.01", "€70 below the target of €1,755, which lies above the upper bound"),
        ("1650.00", "35.00", "€35 above the target of €1,650, which lies between the bounds"),
        ("1634.99", "50.01", "€50 above the target of €1,635, which lies below the lower bound"),
        ("1234.50", "450.50", "The target of €1,235 has been reached"),
    ],
)
def test_the_month_is_held_against_its_target_and_its_bounds(facts, target, gap, said):
    month = replace(
        facts.landing.this_month,
        target_amount_reporting=Decimal(target),
        gap_to_target_amount_reporting=Decimal(gap),
    )
    assert said in target_sentence(month, Wording("en", "EUR"))


@pytest.mark.parametrize(
    ("target", "gap", "bound"), [("1755.01", "-70.01", "upper"), ("1634.99", "50.01", "lower")]
)
def test_outside_bounds_that_are_not_calibrated_a_target_gets_no_odds(facts, target, gap, bound):
    month = replace(
        facts.landing.this_month,
        target_amount_reporting=Decimal(target),
        gap_to_target_amount_reporting=Decimal(gap),
        is_calibrated=False,
    )
    said = target_sentence(month, Wording("en", "EUR"))
    assert f"the {bound} bound; the bounds are not calibrated yet" in said
    assert "one time in ten" not in said
    french = target_sentence(month, Wording("fr", "EUR"))
    assert "pas encore calibrées" in french
    assert "sur dix" not in french


def test_a_month_without_a_target_is_held_against_none_and_says_how_to_enter_one(
    rows, page, page_of
):
    this_month(rows).update(target_amount_reporting=None, gap_to_target_amount_reporting=None)
    # April has none in any of these tests: only the month that is judged asks for one.
    assert "No target was entered" not in page.text
    page = Page(page_of(rows))
    assert "No target was entered for March 2026" in page.sections["landing"]
    assert "Write “2026-03 = …” under [targets.cash] in encours.toml" in page.sections["landing"]
    assert "below the target" not in page.text
    [target] = [row for row in page.tables["The whole month"] if row[0] == "Target"]
    assert target[1:] == ["–", "–"]


def test_the_key_figure_is_the_whole_month_against_its_target(page):
    assert "Cash of March 2026 €1,685 between €1,635 and €1,755; €15 below target" in page.text


def test_the_move_since_the_last_forecast_and_the_months_first_is_said(page):
    landing = page.sections["landing"]
    assert (
        "Since the forecast before, of 10 March 2026, the middle has moved down by €15." in landing
    )
    assert "Since the month's first, of 1 March 2026, it has moved up by €35." in landing
    # The newest first; February's forecasts are of another month.
    assert [row[0] for row in page.tables["Forecasts of this month"][1:]] == [
        *("20 Mar 2026", "10 Mar 2026", "1 Mar 2026"),
    ]


def test_the_first_forecast_of_a_month_has_not_moved(rows, page_of):
    rows["fct_landing_forecasts"] = rows["fct_landing_forecasts"][-1:]
    page = Page(page_of(rows))
    assert "This is the first forecast of the month" in page.sections["landing"]
    assert "Forecasts of this month" not in page.tables


def test_the_parts_of_the_month_are_said_and_exact(page):
    assert (
        "March 2026: €1,235 is in; of what is still expected, €300 comes from invoices that are"
        " open, €101 from invoices that subscriptions will bring and €60 from new business."
    ) in page.sections["landing"]
    assert page.exact["The whole month"][:10] == [
        *("1234.50", "0.00"),
        *("300.00", "500.00"),
        *("100.50", "249.50"),
        *("60.00", "100.00"),
        *("1695.00", "849.50"),
    ]


def test_weeks_have_their_own_amount_beside_what_lands_by_their_end(page):
    assert page.exact["Week by week"] == [
        *("130.00", "70.00", "120.00", "190.00"),
        *("280.00", "350.00", "400.00", "470.00"),
    ]


def test_the_customers_the_month_hangs_on_are_ranked_by_what_is_expected(page):
    landing = page.sections["landing"]
    assert "Atelier Martin with €450, amounts before the landing's corrections" in landing
    assert "2 customers bring 100.0% of what open invoices are expected to bring" in landing
    assert "The invoice that weighs most is F-1 of Atelier Martin: €800 open" in landing
    assert "with a chance of 50.0%" in landing
    table = page.tables["Customers by what is expected of them this month"]
    # F-4 has no prediction: nobody knows what it brings.
    assert [row[1:] for row in table[1:]] == [["2", "€1,000", "€450"], ["1", "€900", "€90"]]


def test_past_months_are_judged_against_bounds_bias_and_the_month_before(page):
    landing = page.sections["landing"]
    assert "In 1 of the last 2 months, what landed lay between the bounds" in landing
    # Off by 80 and 120 of 2,200, both times too low.
    assert "the middle was 9.1% off" in landing
    assert "It was too low in 2 months; in all it promised 9.1% less than came in" in landing
    # Of February only: 40 of 1,120 against 120.
    assert "the month before again would have been 3.6% off, no more than the 10.7%" in landing
    assert page.tables["Past months"][1][4:] == ["€1,120", "10.7%", "no"]


def test_a_forecast_that_beats_the_month_before_says_by_how_much(rows, page_of):
    rows["fct_cash_landing_outcomes"][1]["naive_error_amount_reporting"] = "-224.00"
    landing = Page(page_of(rows)).sections["landing"]
    assert "the month before again would have been 20.0% off, against 10.7%" in landing


def test_a_landing_without_enough_past_says_that_it_is_uncalibrated(rows, page_of):
    for row in rows["fct_cash_landing"]:
        row.update(is_calibrated=False, window_count=6)
    for row in rows["fct_month_landing"]:
        row["is_calibrated"] = False
    for row in rows["fct_cash_landing_outcomes"]:
        row["is_calibrated"] = False
    page = Page(page_of(rows))
    landing = page.sections["landing"]
    assert "fewer than eight past windows lie behind these bounds" in landing
    assert "end between €1,635 and €1,755, bounds not calibrated yet." in landing
    assert "between €1,250 and €1,370 should land, bounds not calibrated yet" in landing
    assert "in ten" not in landing
    assert "between €1,635 and €1,755, uncalibrated" in page.text
    assert "None of these months had enough history" in page.sections["landing"]
    rows["fct_cash_landing_outcomes"] = []
    assert "Past months" not in Page(page_of(rows)).tables


def test_bounds_inside_a_month_are_uncalibrated_for_their_own_reason(rows, page_of):
    for row in rows["fct_cash_landing"]:
        if row["horizon"] in ("week_1", "7d", "month_end"):
            row.update(is_calibrated=False, window_count=12)
    landing = Page(page_of(rows)).sections["landing"]
    assert "measured on the first mornings of months only" in landing
    # The other reason keeps its own horizon.
    assert "From 19 May 2026 on the bounds are uncalibrated" in landing


def test_on_the_last_day_the_day_itself_is_still_forecast(rows, page_of):
    assert "ends today" not in Page(page_of(rows)).sections["landing"]
    this_month(rows)["month_end_date"] = AS_OF
    landing = Page(page_of(rows)).sections["landing"]
    assert "March 2026 ends today: what today brings is still forecast here" in landing


def test_where_bounds_become_uncalibrated_is_said(page):
    landing = page.sections["landing"]
    assert "From 19 May 2026 on the bounds are uncalibrated" in landing
    assert "€100 of the open balance has no payment prediction" in landing


def test_lines_that_are_not_there_are_named(rows, page_of):
    rows["fct_cash_landing"] = [
        row for row in rows["fct_cash_landing"] if row["line"] in ("open_invoices", "total")
    ]
    this_month(rows).update(
        contracted_invoices_amount_reporting=None, new_business_amount_reporting=None
    )
    landing = Page(page_of(rows)).sections["landing"]
    assert "No subscription promises invoices here" in landing
    assert "New business is in none of these figures" in landing
    assert "of what is still expected, €300 comes from invoices that are open." in landing


def test_a_landing_without_bounds_is_an_expected_value_and_says_so(rows, page_of):
    for row in [*rows["fct_cash_landing"], *rows["fct_month_landing"]]:
        for level in ("p10", "p50", "p90"):
            row[f"{level}_amount_reporting"] = None
    this_month(rows)["gap_to_target_amount_reporting"] = None
    rows["fct_landing_forecasts"] = []
    page = Page(page_of(rows))
    landing = page.sections["landing"]
    assert (
        "March 2026 is expected to bring in €1,695; €1,235 of it had come in before today."
        in landing
    )
    assert "The target is €1,700; without bounds nobody can say" in landing
    assert "no interval can be made yet" in page.text
    assert "Cash of March 2026 €1,695" in page.text


def test_a_day_without_predictions_says_what_came_in_and_why_there_is_no_landing(rows, page_of):
    rows["fct_cash_landing"] = rows["fct_landing_forecasts"] = rows["fct_landing_invoices"] = []
    for row in rows["fct_month_landing"]:
        for name in row:
            if name.endswith("_amount_reporting") and not name.startswith(("received", "target")):
                row[name] = None
    page = Page(page_of(rows))
    assert "€1,235 has come in since the first of March 2026." in page.sections["landing"]
    assert "No landing was computed for this day." in page.sections["landing"]
    assert "The whole month" not in page.tables
    assert "not computed" in page.text


def test_the_months_last_day_still_has_its_month(rows, facts_of):
    for row in rows["fct_cash_landing"]:
        if row["horizon"] == "month_end":
            row["horizon_date"] = AS_OF
    landing = facts_of(rows).landing
    assert landing.month_end is None
    assert landing.this_month.p50_amount_reporting == Decimal("1685.00")


def test_past_months_are_the_last_twelve_in_order(rows, facts_of):
    (first, second) = rows["fct_cash_landing_outcomes"]
    older = [{**first, "month_start_date": dt.date(2024, month, 1)} for month in range(1, 13)]
    rows["fct_cash_landing_outcomes"] = [second, *older, first]
    months = facts_of(rows).landing.months
    assert len(months) == 12
    assert months[0].month_start_date == dt.date(2024, 3, 1)
    assert months[-1].month_start_date == dt.date(2026, 2, 1)


def test_points_are_ordered_by_date_and_exact(facts):
    landing = facts.landing
    assert [point.horizon for point in landing.totals] == [
        *("week_1", "7d", "week_2", "month_end"),
        *("14d", "30d", "next_month_end", "60d"),
    ]
    assert landing.at("7d").p50_amount_reporting == Decimal("300.40")
    assert landing.at("7d", "new_business").expected_amount_reporting == Decimal("310.40")


def test_the_bars_end_where_the_parts_do_and_carry_target_and_bounds(html):
    figure = chart(html, "chart-landing-months")
    bars = [trace for trace in figure["data"] if trace["type"] == "bar"]
    assert [trace["name"] for trace in bars] == [
        *("Received", "Open invoices", "Under contract", "New business"),
    ]
    assert [sum(trace["x"][month] for trace in bars) for month in (0, 1)] == [1695.0, 849.5]
    bounds, target = (trace for trace in figure["data"] if trace["type"] == "scatter")
    # April has neither.
    assert bounds["x"] == [1635.0, 1755.0, None]
    assert target["x"] == [1700.0, 1700.0, None]


@pytest.mark.parametrize("name", ["", "-months", "-forecasts", "-past"])
def test_every_chart_of_the_view_is_drawn_on_paper_too(html, name):
    drawing = chart_svg(chart(html, f"chart-landing{name}"))
    assert drawing.startswith(b"<?xml")
    assert (b"P10 to P90" in drawing) == (name != "none")


def test_the_band_lies_between_the_bounds_of_the_weeks(html):
    low, high, middle = chart(html, "chart-landing")["data"]
    assert (low["y"], middle["y"], high["y"]) == ([70.0, 350.0], [120.0, 400.0], [190.0, 470.0])
    assert high["fill"] == "tonexty"
    assert high["customdata"] == ["between €70 and €190", "between €350 and €470"]


def test_the_view_speaks_french(facts):
    said = landing_section(facts, Wording("fr", "EUR")).answers[0]
    assert re.sub(r"\s", " ", said).startswith(
        "En mars 2026, 1 685 € devraient rentrer, dont 1 235 € encaissés avant ce jour."
    )
