"""The backtest as one HTML file.

Belongs here: the strip of key figures, the order of sections. Does not belong here: what sections
say (payments.py, money.py, method.py), the template (dashboard.page).
"""

from __future__ import annotations

from dashboard.backtest.cells import interval_text, metric_text
from dashboard.backtest.facts import BacktestFacts
from dashboard.backtest.method import method_section
from dashboard.backtest.money import cash_section, churn_section
from dashboard.backtest.payments import (
    accuracy_section,
    calibration_section,
    intervals_section,
    segments_section,
)
from dashboard.page import render_page
from dashboard.parts import KeyFigure
from dashboard.wording import Locale, Wording

SECTIONS = (
    accuracy_section,
    intervals_section,
    calibration_section,
    cash_section,
    segments_section,
    churn_section,
    method_section,
)
# (part, group, segment, metric, section that explains it); the unit is in the label.
STRIP = (
    ("invoices", "age", "all", "mae_median_days", "accuracy"),
    ("invoices", "age", "all", "crps_days", "accuracy"),
    ("invoices", "age", "all", "coverage_80", "intervals"),
    ("invoices", "age", "all", "calibration_error_30d", "calibration"),
    ("cash", "horizon", "4_weeks", "wape", "cash"),
)


def render_backtest(facts: BacktestFacts, company_name: str, locale: Locale) -> str:
    """Return the HTML of a backtest: self-contained, the same bytes for the same facts.

    Raises:
        ValueError: the locale is unknown.
    """
    wording = Wording(locale, facts.reporting_currency)
    return render_page(
        company_name=company_name,
        title=wording.say("backtest.title"),
        as_of=wording.long_date(facts.as_of_date),
        footer=wording.say("backtest.footer", date=wording.long_date(facts.as_of_date)),
        wording=wording,
        figures=_strip(facts, wording),
        sections=[section(facts, wording) for section in SECTIONS],
        as_of_date=facts.as_of_date,
    )


def _strip(facts: BacktestFacts, wording: Wording) -> tuple[KeyFigure, ...]:
    shown = []
    for part, group, segment, metric, section_id in STRIP:
        figure = facts.figure(part, group, segment, metric)
        if figure is None:
            continue
        note = wording.say(
            "backtest.strip_note",
            interval=interval_text(figure, wording),
            theirs=metric_text(metric, figure.baseline_value, wording),
        )
        value = metric_text(metric, figure.value, wording)
        shown.append(KeyFigure(wording.say(f"backtest_strip.{metric}"), value, note, section_id))
    return tuple(shown)
