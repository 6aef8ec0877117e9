"""Who may leave: what is left of revenue and customers, and lateness beside it, never as its cause."""

import datetime as dt
import json
import re
from html import unescape

import pytest
from handmade_publication import movement
from leaving_rows import band
from page_reading import Page


def chart(html, element_id):
    found = re.search(rf'data-chart="{element_id}">(.*?)</script>', html, re.S)
    return json.loads(unescape(found[1])) if found else None


def test_the_answers_say_what_is_left_of_last_years_revenue(rows, page_of):
    leaving = Page(page_of(rows)).sections["leaving"]
    assert "Of the revenue of 28 February 2025, 105.0% is there today" in leaving
    assert "90.0% without it (GRR)" in leaving


def test_revenue_at_risk_is_what_the_mart_states(rows, page_of):
    leaving = Page(page_of(rows)).sections["leaving"]
    assert (
        "€600 of it a month (48.0%) stands with 1 customer with an item 31 or more days past due"
        in (leaving)
    )
    assert "worth €18,000 over the time" in leaving
    rows["fct_retention"][-1].update(mrr_at_risk="0.00", at_risk_customer_count=0)
    assert "No customer with recurring revenue has an item 31" in Page(page_of(rows)).text


def test_without_churn_a_lifetime_is_not_defined_and_not_said(rows, page_of):
    rows["fct_retention"][-1]["ltv_at_risk"] = None
    leaving = Page(page_of(rows)).sections["leaving"]
    assert "an item 31 or more days past due." in leaving


def test_involuntary_churn_is_an_amount_and_a_share_of_twelve_months(rows, page_of):
    # 200 by choice, 55 for failed payment: 21.6 %.
    leaving = Page(page_of(rows)).sections["leaving"]
    assert "2 customers left with €255 of monthly revenue; €55 of it (21.6%)" in leaving
    assert "2.5% of customers a month" in leaving


def test_twelve_months_end_with_the_day_and_leave_the_month_of_a_year_ago_out(rows, facts_of):
    month_ends = [dt.date(2025, month, 1) - dt.timedelta(days=1) for month in range(4, 13)]
    rows["fct_mrr_movements"][:0] = [movement(date, "1200.00", 4) for date in month_ends]
    rows["fct_mrr_movements"][:0] = [
        movement(date, "1200.00", 4) for date in (dt.date(2025, 12, 31), dt.date(2026, 1, 31))
    ]
    leaving = facts_of(rows).leaving
    assert [leaving.trend[0].as_of_date, len(leaving.trend)] == [dt.date(2025, 3, 31), 13]
    assert [leaving.twelve_months[0].as_of_date, len(leaving.twelve_months)] == [
        dt.date(2025, 4, 30),
        12,
    ]


def test_three_years_of_retention_are_drawn_in_percent(rows, page_of):
    drawn = chart(page_of(rows), "chart-staying")
    assert [trace["name"] for trace in drawn["data"]] == [
        "NRR",
        "GRR, snapshots",
        "GRR, movements",
    ]
    assert drawn["data"][0]["y"] == [102.0, 105.0]
    assert drawn["data"][0]["customdata"] == ["102.0%", "105.0%"]
    table = Page(page_of(rows)).tables["Retention and churn by month"]
    assert table[1] == [
        *("20 Mar 2026", "105.0%", "90.0%", "85.0%"),
        *("50.0%", "25.0%", "25.3%", "1.15"),
    ]


def test_before_there_is_a_year_of_subscriptions_the_page_says_so(rows, page_of):
    for row in rows["fct_retention"]:
        row.update(nrr_12m=None, grr_12m_snapshot=None, grr_12m_movement=None, base_date_12m=None)
    html = page_of(rows)
    assert "no recurring revenue of a year ago yet" in Page(html).sections["leaving"]
    assert chart(html, "chart-staying") is None


def test_cohorts_stand_in_a_grid_and_in_a_table(rows, page_of):
    html = page_of(rows)
    (trace,) = chart(html, "chart-cohorts-mrr")["data"]
    assert trace["y"] == ["Jan 2026 · 4", "Feb 2026 · 4"]
    assert trace["x"] == ["0", "1", "2"]
    assert trace["z"] == [[1.0, 1.104, 0.995], [None, None, None]]
    # Half a percent rounds up.
    assert trace["text"] == [["100", "110", "100"], ["", "", ""]]
    assert trace["customdata"][0] == ["100.0%", "110.4%", "99.5%"]
    tables = Page(html).tables
    assert tables["Monthly revenue still there, % of the first month's"][1:] == [
        ["Jan 2026", "4", "100.0%", "110.4%", "99.5%"],
        # No revenue at the end of the first month is unknown; a month to come is empty.
        ["Feb 2026", "4", "–", "–", ""],
    ]
    assert tables["Customers still there, %"][1] == ["Jan 2026", "4", "100.0%", "75.0%", "50.0%"]


def test_bands_stand_in_the_order_of_contacts_and_small_ones_are_marked(rows, page_of):
    html = page_of(rows)
    table = Page(html).tables["Customers of a year ago, by contacts before (observational)"]
    assert [row[0] for row in table[1:]] == [
        "Never late",
        "Late, never contacted",
        "Late, 1–2 contacts few customers",
        "Late, 6 or more contacts",
    ]
    assert table[2][1:] == ["50", "90.0%", "80.0%", "110.0%", "€500", "€10", "1.5"]
    drawn = chart(html, "chart-dunning")
    (trace,) = drawn["data"]
    assert trace["x"] == [95.0, 90.0, 90.0, 75.0]
    assert drawn["layout"]["yaxis"]["ticktext"][2] == "Late, 1–2 contacts (few customers)"


def test_retention_by_dunning_never_claims_a_cause(rows, page_of):
    leaving = Page(page_of(rows)).sections["leaving"]
    # Late: 45 + 9 + 30 of 100.
    assert (
        "been late before 28 February 2025, 84.0% are still there; of the others 95.0%" in leaving
    )
    assert "An observation, not an effect of lateness or reminders." in leaving
    assert "contacted six times or more, 75.0% stayed and 70.0% of their revenue" in leaving
    assert "Observational: it shows what came after reminders, not what came of them" in leaving
    assert (
        "had something past due in 5.3 of the six months, those never contacted in 1.5" in leaving
    )
    assert "€25 a month against €10" in leaving
    assert "fewer than 30 customers are marked" in leaving


def test_small_groups_are_counted_and_not_compared(rows, page_of):
    rows["fct_retention_by_dunning"] = [
        band("6_plus", 12, 6, 5.25),
        band("none", 50, 45, 1.5),
        band("not_past_due", 100, 95, 0.0),
    ]
    leaving = Page(page_of(rows)).sections["leaving"]
    assert (
        "Late customers of 28 February 2025 contacted six times or more: 12; never contacted: 50."
        " A group of fewer than 30 is too small to compare." in leaving
    )
    assert "stayed and" not in leaving
    assert "had paid later" not in leaving
    # Late of any band: 51 of 62, enough to say.
    assert "82.3% are still there; of the others 95.0%" in leaving


@pytest.mark.parametrize(("late", "punctual"), [(29, 100), (30, 29)])
def test_who_was_late_is_compared_with_who_was_not_only_where_both_are_many(
    rows, page_of, late, punctual
):
    rows["fct_retention_by_dunning"] = [
        band("none", late, 20, 1.5),
        band("not_past_due", punctual, 20, 0.0),
    ]
    assert "been late before" not in Page(page_of(rows)).sections["leaving"]


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_without_recorded_contacts_the_page_says_what_to_bring(rows, page_of, locale):
    rows["fct_retention_by_dunning"] = []
    leaving = Page(page_of(rows, locale)).sections["leaving"]
    assert "activities" in leaving
    assert "NRR" in leaving


def test_without_subscriptions_the_page_says_how_to_bring_them(rows, page_of):
    rows["fct_entity_records"] = []
    leaving = Page(page_of(rows)).sections["leaving"]
    assert "put a table subscription_versions" in leaving
    assert "[sources.stripe] in encours.toml" in leaving
    assert "€" not in leaving
