"""How fast we are paid: the reason DSO moved comes first, and every figure is that of the marts."""

import calendar
import datetime as dt
import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from handmade_publication import AS_OF
from page_reading import Page
from speed_rows import FEBRUARY, step, target

from dashboard.views.key_figures import key_figures
from dashboard.views.speed.benchmarks import benchmark_block
from dashboard.views.speed.reading import BENCHMARKED
from dashboard.views.speed.section import speed_section
from dashboard.wording import Wording

NBSP, MINUS = "\u00a0", "\u2212"


def speed_of(page_of, rows, locale="en") -> str:
    return Page(page_of(rows, locale)).sections["speed"]


def year_of_steps(days: str) -> list[dict]:
    """March 2025 to February 2026, the same lines each month: late payment moves DSO by `days`."""
    rows, opening = [], Decimal("48.00")
    for number in range(2, 14):
        year, month = 2025 + number // 12, number % 12 + 1
        date = dt.date(year, month, calendar.monthrange(year, month)[1])
        rows.append(step(date, str(opening), delinquency=days))
        opening = rows[-1]["closing_dso_rolling_3m"]
    return rows


def test_the_change_of_dso_is_said_with_its_largest_part_first(rows, page_of):
    speed = speed_of(page_of, rows)
    assert (
        "With the month in progress DSO over three months is 52.3 days on 20 Mar 2026, 1.8 days "
        "shorter than on 28 Feb 2026, but the month counts to date: its invoices are in, much of its "
        "cash is still to come. "
        f"The largest part of it is less late payment ({MINUS}1.3 days); then volume, timing and mix "
        f"of sales ({MINUS}0.5 days), longer terms (+0.3 days), "
        f"more money waiting to be matched ({MINUS}0.3 days)." in speed
    )
    assert "it would be 40.3 days; lateness costs 12.0 days" in speed
    assert "came 41.3 days after the invoice on average, 8.5 days after the due date" in speed
    assert "61.5% of it was on time" in speed


def test_the_parts_add_up_as_they_are_read(rows, page_of):
    # 1.44 + 0.84 + 0.74 + 0.64 are read as 1.4 + 0.8 + 0.7 + 0.6; all of it is 3.66, read 3.7.
    lines = {"delinquency": "1.44", "terms": "0.84", "disputes": "0.74", "fx": "0.64"}
    rows["fct_dso_bridge"] = [step(AS_OF, "48.59", **lines)]
    speed = speed_of(page_of, rows)
    assert "3.7 days longer than on 28 Feb 2026" in speed
    assert "exchange rates (+0.6 days), everything else (+0.2 days)." in speed


def test_the_reason_is_the_largest_part_in_the_direction_of_the_change(rows, page_of):
    rows["fct_dso_bridge"] = [
        step(AS_OF, "50.00", terms="-3.00", disputes="1.00", delinquency="2.75")
    ]
    assert (
        "The largest part of it is more late payment (+2.8 days); then shorter terms"
        in speed_of(page_of, rows)
    )


def test_dso_that_stands_still_says_what_moved_below_it(rows, page_of):
    rows["fct_dso_bridge"] = [step(AS_OF, "52.25", terms="-3.00", delinquency="3.01")]
    speed = speed_of(page_of, rows)
    assert "52.3 days on 20 Mar 2026, as on 28 Feb 2026, but" in speed
    assert "more late payment (+3.0 days); then shorter terms" in speed


def test_the_last_complete_month_and_twelve_of_them_have_reasons_of_their_own(rows, page_of):
    rows["fct_dso_bridge"] = [*year_of_steps("0.50"), step(AS_OF, "54.00", fx="-1.75")]
    speed = speed_of(page_of, rows)
    assert (
        "How fast are we paid? Over the last complete month (February 2026) DSO over three months "
        "grew from 53.5 days to 54.0 days; the largest part in that direction: more late payment (+0.5 days). "
        "With the month in progress" in speed
    )
    # Twelve months of half a day.
    assert (
        "Over the twelve months to 28 Feb 2026 DSO grew from 48.0 days to 54.0 days; "
        "the largest part in that direction: more late payment (+6.0 days)." in speed
    )


def test_the_largest_part_against_the_change_is_named_beside_the_largest_for_it(rows, page_of):
    rows["fct_dso_bridge"] = [
        step(FEBRUARY, "52.50", delinquency="1.40", terms="-1.70", disputes="0.60"),
        step(AS_OF, "52.80", fx="-0.55"),
    ]
    assert (
        "the largest part in that direction: more late payment (+1.4 days); "
        f"the largest against it: shorter terms ({MINUS}1.7 days)." in speed_of(page_of, rows)
    )


def test_a_bridge_over_a_missing_month_is_none(rows, facts_of):
    steps = year_of_steps("0.50")
    rows["fct_dso_bridge"] = steps
    assert facts_of(rows).speed.last_year.lines["delinquency"] == Decimal("6.000000")
    rows["fct_dso_bridge"] = [*steps[:5], *steps[6:]]
    speed = facts_of(rows).speed
    assert speed.last_year is None
    assert speed.last_month is not None


def test_the_table_of_the_bridge_adds_up_and_explains_each_line(rows, page_of):
    page = Page(page_of(rows))
    table = page.tables["What moved DSO, in days"]
    assert table[0] == ["Line", "Since 28 Feb 2026", "In Feb 2026"]
    assert table[1] == ["DSO at the start", "54.0 days", "52.5 days"]
    assert "and what no other line explains" in table[2][0]
    assert table[4][0].startswith("Late payment More (+) or less")
    assert table[4][1:] == [f"{MINUS}1.3 days", "0.0 days"]
    assert table[-1] == ["DSO at the end", "52.3 days", "54.0 days"]
    exact = [Decimal(value) for value in page.exact["What moved DSO, in days"][0:16:2]]
    assert sum(exact[:-1]) == exact[-1] == Decimal("52.25")


def test_without_a_bridge_the_page_says_why(rows, page_of):
    rows["fct_dso_bridge"] = []
    page = Page(page_of(rows))
    assert "What moved DSO cannot be said yet" in page.sections["speed"]
    assert "What moved DSO, in days" not in page.tables
    assert "13.0 days of it from lateness; today 52.3 days, month in progress" in page.text


def test_the_strip_at_the_top_sets_no_part_month_against_a_month_end(rows, page_of):
    text = Page(page_of(rows)).text
    assert (
        "DSO, end of February 54.0 days "
        "+1.5 days in the month, mostly longer terms; today 52.3 days, month in progress" in text
    )
    assert "since 28 Feb" not in text
    french = Page(page_of(rows, "fr")).text
    assert (
        "DSO, fin février 54,0 jours +1,5 jour sur le mois, surtout délais accordés plus longs ; "
        "52,3 jours ce jour, mois en cours" in french
    )


def test_on_a_month_end_the_strip_and_the_view_lead_with_the_day(rows, facts_of):
    facts = facts_of(rows)
    speed = replace(facts.speed, points=facts.speed.points[:-1], steps=facts.speed.steps[:-1])
    wording = Wording("en", "EUR")
    figure = key_figures(replace(facts, speed=speed), wording)[1]
    assert (figure.label, figure.value) == ("DSO, three months", f"54.0{NBSP}days")
    assert figure.note == f"+1.5{NBSP}days since 31 Jan, mostly longer terms"
    first, *_ = speed_section(replace(facts, speed=speed), wording).answers
    assert first.startswith(
        f"DSO over three months is 54.0{NBSP}days on 28 Feb 2026, 1.5{NBSP}days l"
    )


def test_undefined_dso_is_said_and_never_zero(rows, page_of):
    rows["fct_dso"][-1].update(
        dso_simple_1m=None, dso_rolling_3m=None, bpdso_3m=None, add_3m=None, dso_countback=None
    )
    for mart in ("fct_days_to_pay", "fct_dso_bridge", "fct_on_time", "fct_cei"):
        rows[mart] = []
    page = Page(page_of(rows))
    assert "DSO is not defined" in page.sections["speed"]
    assert "days to pay is not defined" in page.sections["speed"]
    today = [row[1] for row in page.tables["DSO and days to pay"][1:]]
    assert set(today) == {"–"}


def test_a_month_in_progress_is_marked(rows, page_of):
    assert "(March 2026) is counted to date" in speed_of(page_of, rows)


def test_effectiveness_is_that_of_the_last_complete_month(rows, page_of):
    rows["fct_dso"].insert(0, {**rows["fct_dso"][0], "as_of_date": dt.date(2025, 2, 28)})
    speed = speed_of(page_of, rows)
    assert "(CEI) In February 2026, the last complete month, 93.0% of what could be" in speed
    assert (
        "it was 88.0% a year earlier. Counting cash only and no write-offs, it is 92.0%." in speed
    )


def test_groups_come_by_what_they_owe_and_add_up_to_the_company(rows, page_of):
    page = Page(page_of(rows))
    table = page.tables["How fast each segment pays"]
    assert [row[0] for row in table[1:]] == ["small", "mid", "Whole company"]
    assert table[1][1:] == [
        *("€1,501", "€901", "50.0 days", "20.0 days", "30.0 days"),
        *("41.3 days", "8.5 days", "60.0%"),
    ]
    assert table[-1][1:4] == ["€2,000", "€1,000", "52.3 days"]
    speed = page.sections["speed"]
    assert "Largest balance: small, 75.0% of what is open, with a DSO of 50.0 days." in speed
    assert "Longest DSO: mid, 60.0 days, of which 5.0 days are lateness." in speed
    assert "Most lateness: small, 30.0 days of a DSO of 50.0 days." in speed


def test_countries_have_names_and_unknown_ones_are_not_a_code(rows, page_of):
    french = Page(page_of(rows, "fr")).tables["La vitesse de paiement de chaque pays"]
    assert [row[0] for row in french[1:]] == ["France", "non renseigné", "Ensemble"]


def test_one_group_alone_needs_no_chart(rows, page_of):
    page = Page(page_of(rows))
    assert "By currency All of it is EUR." in page.sections["speed"]
    ids = [attributes.get("id") for _, attributes in page.tags]
    assert "chart-dso-by-segment" in ids
    assert "chart-dso-by-currency" not in ids


def test_hostile_segments_stay_text_in_charts(rows, page_of):
    rows["fct_dso_by_group"][0]["group_value"] = "<b>bold</b>"
    assert "\\u0026lt;b\\u0026gt;bold" in page_of(rows)


def test_groups_whose_names_begin_alike_are_two_bars_told_apart(rows, page_of):
    names = ["Public sector – Ministry of Finance", "Public sector – Ministry of Health"]
    groups = [row for row in rows["fct_dso_by_group"] if row["grouping"] == "segment"][:2]
    for row, name in zip(groups, names, strict=True):
        row["group_value"] = name
    html = page_of(rows)
    found = re.search(r'data-chart="chart-dso-by-segment">(.*?)</script>', html, re.S)
    drawn = json.loads(found[1])
    assert all(trace["y"][:2] == [0, 1] for trace in drawn["data"])
    labels = drawn["layout"]["yaxis"]["ticktext"]
    assert {"Public sec… of Finance", "Public sec…y of Health"} <= set(labels)


def test_a_benchmark_stands_beside_our_figure_of_the_same_name_and_month(rows, page_of):
    page = Page(page_of(rows))
    table = page.tables["Our figures and others'"]
    assert table[0][1] == "Ours, 28 Feb 2026"
    population, source = "France, software, median", "Survey of payment delays, page 12 31 Dec 2025"
    # 0.73 of the CRF form, not 0.93 of the month.
    assert table[1] == ["CEI, CRF form", "73.0%", "70.0%", "+3.0 points", population, source]
    assert table[2][:4] == ["DSO, three months", "54.0 days", "42.0 days", "+12.0 days"]
    speed = page.sections["speed"]
    assert f"DSO, three months: 54.0 days against 42.0 days ({population}), worse." in speed
    assert f"CEI, CRF form: 73.0% against 70.0% ({population}), better." in speed
    # A figure of another view, of the same month end: 1.02, not the 1.05 of the day.
    assert table[3][:4] == [
        *("Net revenue retention, twelve months (NRR)", "102.0%", "104.0%", f"{MINUS}2.0 points"),
    ]
    assert f"(NRR): 102.0% against 104.0% ({population}), worse." in speed


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_figure_that_a_benchmark_may_name_is_compared(rows, facts_of, locale):
    given = rows["fct_benchmarks"][0]
    named = [metric for metrics in BENCHMARKED.values() for metric in metrics]
    rows["fct_benchmarks"] = [{**given, "metric": metric} for metric in named]
    [table] = benchmark_block(facts_of(rows).speed, Wording(locale, "EUR")).tables
    assert len(table.rows) == len(named)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (
            "40.00",
            "The target is 40.0 days; on 28 Feb 2026, the end of the last complete month,"
            " DSO was 54.0 days, 14.0 days longer.",
        ),
        ("54.70", "DSO was 54.0 days, 0.7 days better than that."),
        ("54.00", "DSO was just that."),
    ],
)
def test_the_last_complete_month_is_held_against_the_target_of_dso(rows, page_of, amount, said):
    rows["fct_targets"].append(target("dso_rolling_3m", amount))
    assert said in speed_of(page_of, rows)


def test_without_a_target_or_a_complete_month_dso_is_held_against_none(rows, page_of):
    assert "The target is" not in speed_of(page_of, rows)
    rows["fct_targets"] = [target("dso_rolling_3m", "40.00")]
    rows["fct_dso"] = rows["fct_dso"][-1:]
    assert "The target is 40.0 days; the last complete month has no DSO" in speed_of(page_of, rows)


def test_without_a_benchmark_the_page_says_how_to_enter_one(rows, page_of):
    rows["fct_benchmarks"] = []
    page = Page(page_of(rows))
    assert "Add [[benchmarks]] to encours.toml" in page.sections["speed"]
    assert "Our figures and others'" not in page.tables


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_line_of_the_bridge_has_its_words(locale):
    wording = Wording(locale, "EUR")
    for line in ("sales_volume_and_mix", "terms", "delinquency", "disputes", "unapplied", "fx"):
        for kind in ("label", "up", "down", "meaning"):
            assert wording.say(f"bridge.{kind}.{line}")


def test_changes_are_written_with_a_sign_and_nothing_without_one():
    wording = Wording("en", "EUR")
    written = [wording.signed_days(days) for days in (1.25, -1.25, 0.04, -0.04, None)]
    assert written == [f"+1.3{NBSP}days", f"{MINUS}1.3{NBSP}days", *[f"0.0{NBSP}days"] * 2, "–"]
    assert wording.signed_points(-0.0315) == f"{MINUS}3.2{NBSP}points"
    assert (wording.country("FR"), wording.country("ZZ9")) == ("France", "ZZ9")
