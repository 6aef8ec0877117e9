"""The page of a backtest says what its figures say, safely, in the reader's language."""

import dataclasses
import datetime as dt
import json
import re

import pytest
from page_reading import Page

from dashboard.backtest import BacktestFacts, Figure, render_backtest, verdict
from dashboard.backtest.verdict import outcome
from dashboard.wording import Wording

HOSTILE = "</script><script>alert(1)</script>"
MARCH = dt.date(2026, 3, 1)


def _figure(part, group, segment, metric, value, baseline, difference=(-0.5, -0.1), n=600):
    return Figure(
        part=part,
        group=group,
        segment=segment,
        metric=metric,
        value=value,
        low=value * 0.9,
        high=value * 1.1,
        baseline_value=baseline,
        difference=value - baseline,
        difference_low=difference[0],
        difference_high=difference[1],
        due_date_value=None if metric.startswith(("coverage", "width")) else baseline * 2,
        n=n,
        customers=50,
    )


INVOICES = {
    "mae_median_days": (4.25, 5.5),
    "crps_days": (3.0, 4.0),
    "pinball_days": (1.25, 1.5),
    "coverage_80": (0.8125, 0.75),
    "coverage_80_stated": (0.83, 0.8),
    "width_80_days": (9.5, 12.25),
    "coverage_90": (0.95, 0.86),
    "coverage_90_stated": (0.93, 0.9),
    "width_90_days": (15.25, 20.5),
    "c_index": (0.8125, 0.75),
    "brier_30d": (0.1125, 0.125),
    "calibration_error_30d": (0.0175, 0.0325),
    "bias_30d": (-0.0125, 0.02),
}


def _facts(segment: str = "FR", customer: str = "C-1", notes=()) -> BacktestFacts:
    figures = [
        _figure("invoices", group, name, metric, *values)
        for group, name in (("age", "all"), ("age", "not_due"), ("cutoff", "2026-03-01"))
        for metric, values in INVOICES.items()
    ]
    figures.append(_figure("invoices", "country", segment, "crps_days", 3.5, 4.5))
    figures.append(_figure("invoices", "age", "d1_30", "crps_days", 6.0, 5.0, (0.2, 1.8)))
    figures.append(_figure("invoices", "age", "d31_90", "crps_days", 6.0, 6.5, (-1.2, 0.4)))
    figures += [
        _figure("cash", "horizon", "4_weeks", "wape", 0.075, 0.18, (-0.15, -0.05), 6),
        _figure("cash", "horizon", "4_weeks", "relative_bias", -0.0625, 0.16, (-0.3, -0.1), 6),
        Figure("churn", "all", "all", "roc_auc", 0.7, 0.61, 0.79, 0.5, n=900),
        Figure("churn", "all", "all", "brier", 0.03, 0.02, 0.04, 0.031, n=900),
    ]
    bins = [
        {"part": "invoices", "method": "ours", "horizon": "30d", "bin": k + 1, "n": 60}
        | {"predicted": k / 10, "observed": k / 10 + 0.01, "low": None, "high": None}
        for k in range(10)
    ]
    cash = {"cutoff": MARCH, "horizon": "4_weeks", "days": 28, "open_amount": 900.5}
    amounts = {"actual": 512.25, "ours": 480.75, "low": 400.0, "high": 560.5}
    run = {"cutoff": MARCH, "train_rows": 5000, "test_rows": 600}
    return BacktestFacts(
        as_of_date=dt.date(2026, 11, 23),
        horizon_days=90,
        reporting_currency="EUR",
        runs=({**run, "method": "hazard", "paid_invoices": 1200, "book_rows": 300},),
        figures=tuple(figures),
        reliability=tuple(bins),
        cash=({**cash, **amounts, "customer_median": 610.0, "due_date": 700.0},),
        worst_customers=(
            {"customer_id": customer, "country": segment, "segment": segment, "n": 9}
            | {"crps_days": 20.5, "baseline_crps_days": 22.5, "mae_median_days": 25.0}
            | {"coverage_80": 0.5},
        ),
        churn_runs=({**run, "method": "logistic", "train_events": 40, "test_events": 12},),
        notes=tuple(notes),
        seed=1,
        versions={"xgboost": "3.2.0"},
    )


@pytest.fixture(autouse=True)
def without_charts_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.shell.plotly_script", lambda: "/* charts library */")


def test_every_figure_of_the_page_is_exact_underneath():
    page = Page(render_backtest(_facts(), "Lumière", "en"))
    rows = {row[0]: row for row in page.tables["All open invoices, over all cutoffs"][1:]}
    crps = "Error of the whole distribution (CRPS), days"
    assert rows[crps] == [crps, "3.00", "2.70 to 3.30", "4.00", "8.00", "600"]
    exact = page.exact["All open invoices, over all cutoffs"]
    assert exact == [
        *("4.25", "5.5", "11.0", "600"),
        *("3.0", "4.0", "8.0", "600"),
        *("1.25", "1.5", "3.0", "600"),
        *("0.8125", "0.75", "1.5", "600"),
    ]
    cash = page.exact["Expected and actual by cutoff"]
    assert cash == ["900.5", "512.25", "480.75", "400.0", "560.5", "610.0", "700.0"]


def test_width_stands_beside_coverage():
    table = Page(render_backtest(_facts(), "Lumière", "en")).tables["Coverage and width by age"]
    assert table[0][1:9:2] == [
        "Held at 80%",
        "Width at 80%, days",
        "Held at 90%",
        "Width at 90%, days",
    ]
    assert table[1] == [
        *("All open", "81.3%", "75.0%", "9.50", "12.25"),
        *("95.0%", "86.0%", "15.25", "20.50", "600"),
    ]


def test_the_charts_draw_the_figures_of_the_tables():
    html = render_backtest(_facts(), "Lumière", "en")
    charts = dict(
        re.findall(r'<script type="application/json" data-chart="([\w-]+)">(.*?)</script>', html)
    )
    errors = json.loads(charts["chart-error-by-age"])["data"]
    assert [trace["y"][0] for trace in errors] == [4.25, 5.5, 11.0]
    cash = json.loads(charts["chart-cash-4_weeks"])["data"]
    assert [trace["y"] for trace in cash] == [[480.75], [512.25], [610.0]]
    assert cash[0]["error_y"]["array"] == [pytest.approx(79.75)]
    assert cash[0]["error_y"]["arrayminus"] == [pytest.approx(80.75)]
    line = json.loads(charts["chart-reliability"])["data"][1]
    assert line["x"][3] == 0.3
    assert line["y"][3] == pytest.approx(0.31)


def test_the_verdict_says_where_it_is_better_where_not_and_whether_intervals_hold():
    said = " ".join(verdict(_facts(), Wording("en", "EUR"))).replace("\u00a0", " ")
    assert "better than the customer median: CRPS 3.00 against 4.00 days, 25.0% less" in said
    assert "It is worse for: 1 to 30 days late." in said
    assert "No clear difference for: 31 to 90 days late." in said
    assert "The 80% interval held 81.3% of payments, in the band of 77.0% to 83.0%" in said
    assert "The 90% interval held 95.0% of payments, above the band" in said
    assert "itself given a chance of 93.0%" in said
    assert "out by 1.8 points on average, within the limit of 3.0 points" in said
    assert "missed by 7.5% against 18.0%, better than" in said
    assert "In all 6.3% less was expected than came." in said
    assert "ROC-AUC 0.700 (0.610 to 0.790)" in said


def test_a_difference_whose_interval_holds_zero_is_unclear():
    assert outcome(_figure("cash", "horizon", "1_week", "wape", 0.1, 0.2, (-0.3, 0.1))) == "unclear"
    assert outcome(_figure("cash", "horizon", "1_week", "wape", 0.3, 0.2, (0.01, 0.2))) == "worse"
    figure = _figure("invoices", "age", "all", "c_index", 0.8, 0.7, (0.01, 0.2))
    assert outcome(figure, is_low_better=False) == "better"


def test_notes_are_said_before_the_figures():
    notes = ({"code": "fewer", "wanted": 6, "used": 2}, {"code": "horizon", "days": 30})
    section = Page(render_backtest(_facts(notes=notes), "Lumière", "en")).sections["accuracy"]
    assert "2 cutoffs instead of the 6 asked for" in section
    assert "followed for 30 days instead of 90" in section


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_hostile_names_are_text(locale):
    page = Page(render_backtest(_facts(HOSTILE, HOSTILE), HOSTILE, locale))
    scripts = [attributes for tag, attributes in page.tags if tag == "script"]
    clean = Page(render_backtest(_facts(), "Lumière", locale))
    assert len(scripts) == len([tag for tag, _ in clean.tags if tag == "script"])
    assert page.text.count("alert(1)") >= 4


def test_the_page_asks_nothing_of_a_network():
    html = render_backtest(_facts(), "Lumière", "fr")
    assert not re.search(r"https?:", html)
    addresses = [
        str(value)
        for _, attributes in Page(html).tags
        for name, value in attributes.items()
        if name in ("src", "href", "action", "srcset", "poster")
    ]
    assert all(address.startswith("#") for address in addresses)


def test_a_ledger_without_churn_or_cash_says_so():
    facts = dataclasses.replace(
        _facts(notes=({"code": "no_subscriptions"},)), cash=(), churn_runs=(), figures=()
    )
    page = Page(render_backtest(facts, "Lumière", "en"))
    assert "No recurring revenue in the sources" in page.sections["churn"]
    assert "No open book was watched long enough" in page.sections["cash"]
    assert "Too few rows were seen" in page.sections["accuracy"]
