"""When invoices are paid: error, intervals, calibration, and where the forecast is worse.

Belongs here: the sections made of figures of invoices. Does not belong here: cash and churn
(money.py), what was used (method.py), words (words.yml).
"""

from __future__ import annotations

import datetime as dt

from dashboard.backtest.cells import (
    beside_table,
    metric_text,
    metrics_table,
    segments_table,
    value_cell,
)
from dashboard.backtest.charts import Curve, bars_beside, reliability, shares_by_label
from dashboard.backtest.facts import AGES, BacktestFacts, Row
from dashboard.backtest.verdict import (
    accuracy_sentence,
    calibration_sentence,
    coverage_sentence,
    weak_ages_sentence,
)
from dashboard.charts import AMBER, GREY, NAVY, TEAL, Series
from dashboard.parts import Cell, Chart, Column, Section, Table, count_cell
from dashboard.wording import Wording

ERRORS = ("mae_median_days", "crps_days", "pinball_days", "c_index")
INTERVALS = ("coverage_80", "width_80_days", "coverage_90", "width_90_days")
CHANCES = tuple(
    f"{metric}_{days}d"
    for days in (7, 30, 60, 120)
    for metric in ("brier", "calibration_error", "bias")
)
RELIABILITY_LINES = (
    ("7d", TEAL, "dash", "square"),
    ("30d", NAVY, "solid", "circle"),
    ("60d", AMBER, "dot", "diamond"),
)
LOWEST_COVERAGE = 0.4


def accuracy_section(facts: BacktestFacts, wording: Wording) -> Section:
    """Answer by how many days forecasts were out, overall and by age."""
    ages = [age for age in AGES if facts.figure("invoices", "age", age, "crps_days")]
    labels = [wording.say(f"backtest_age.{age}") for age in ages]
    rows_of = [(label, ("invoices", "age", age)) for label, age in zip(labels, ages, strict=True)]
    return Section(
        section_id="accuracy",
        question=wording.say("backtest_accuracy.question"),
        topic=wording.say("backtest_accuracy.topic"),
        answers=tuple(
            filter(None, (accuracy_sentence(facts, wording), weak_ages_sentence(facts, wording)))
        ),
        cautions=notes_of(facts, wording),
        charts=(
            Chart(
                "chart-error-by-age",
                wording.say("backtest_accuracy.chart"),
                wording.say("backtest_accuracy.chart_words"),
                bars_beside(
                    labels,
                    _by_segment(facts, ages, "mae_median_days", wording),
                    wording.say("backtest.days"),
                    wording.locale,
                ),
            ),
        ),
        tables=(
            metrics_table(
                facts,
                wording,
                wording.say("backtest_accuracy.overall"),
                ("invoices", "age", "all"),
                ERRORS,
                wording.say(
                    "backtest_accuracy.note", days=wording.whole_number(facts.horizon_days)
                ),
            ),
            beside_table(
                facts, wording, wording.say("backtest_accuracy.crps_by_age"), rows_of, "crps_days"
            ),
            segments_table(
                facts,
                wording,
                wording.say("backtest_accuracy.by_age"),
                rows_of,
                ERRORS,
                wording.say("backtest_accuracy.by_age_note"),
            ),
        ),
    )


def notes_of(facts: BacktestFacts, wording: Wording) -> tuple[str, ...]:
    """Return what is to be known before the figures: fewer cutoffs, a shorter horizon."""
    return tuple(
        wording.say(f"backtest_note.{note['code']}", **_gaps(note, wording)) for note in facts.notes
    )


def _gaps(note: Row, wording: Wording) -> dict[str, str]:
    return {
        key: ", ".join(wording.date(dt.date.fromisoformat(day)) for day in value)
        if isinstance(value, list)
        else wording.whole_number(value)
        for key, value in note.items()
        if key != "code"
    }


def _by_segment(
    facts: BacktestFacts, ages: list[str], metric: str, wording: Wording
) -> list[Series]:
    found = [facts.figure("invoices", "age", age, metric) for age in ages]
    series = []
    for name, field, color, pattern in (
        ("ours", "value", NAVY, ""),
        ("customer_median", "baseline_value", TEAL, "/"),
        ("due_date", "due_date_value", GREY, "."),
    ):
        values = [getattr(one, field) if one else None for one in found]
        title = wording.say(f"backtest.{name}")
        texts = [f"{title}: {metric_text(metric, value, wording)}" for value in values]
        series.append(Series(title, values, texts, color, pattern=pattern))
    return series


def intervals_section(facts: BacktestFacts, wording: Wording) -> Section:
    """Answer whether the intervals held what they promised, and how wide they were."""
    cutoffs = facts.segments("invoices", "cutoff")
    labels = [wording.date(dt.date.fromisoformat(cutoff)) for cutoff in cutoffs]
    chart = Chart(
        "chart-coverage",
        wording.say("backtest_intervals.chart"),
        wording.say("backtest_intervals.chart_words"),
        shares_by_label(
            labels,
            [_coverage_curve(facts, cutoffs, share, wording) for share in (80, 90)],
            (0.8, 0.9),
            wording.locale,
            LOWEST_COVERAGE,
        ),
    )
    rows_by = {
        "by_age": [(wording.say(f"backtest_age.{age}"), ("invoices", "age", age)) for age in AGES],
        "by_cutoff": [
            (label, ("invoices", "cutoff", cutoff))
            for label, cutoff in zip(labels, cutoffs, strict=True)
        ],
    }
    note = wording.say("backtest_intervals.note")
    return Section(
        section_id="intervals",
        question=wording.say("backtest_intervals.question"),
        topic=wording.say("backtest_intervals.topic"),
        answers=tuple(filter(None, (coverage_sentence(facts, wording),))),
        charts=(chart,) if cutoffs else (),
        tables=tuple(
            segments_table(
                facts, wording, wording.say(f"backtest_intervals.{name}"), rows_of, INTERVALS, note
            )
            for name, rows_of in rows_by.items()
        ),
    )


def _coverage_curve(
    facts: BacktestFacts, cutoffs: tuple[str, ...], share: int, wording: Wording
) -> Curve:
    found, widths = (
        [facts.figure("invoices", "cutoff", cutoff, metric) for cutoff in cutoffs]
        for metric in (f"coverage_{share}", f"width_{share}_days")
    )
    nominal = wording.whole_number(share)
    texts = [
        wording.say(
            "backtest_intervals.hover",
            nominal=nominal,
            held=wording.share(one.value if one else None),
            width=wording.days(width.value if width else None),
        )
        for one, width in zip(found, widths, strict=True)
    ]
    ends = {
        name: [getattr(one, name) if one else None for one in found]
        for name in ("value", "low", "high")
    }
    style = (NAVY, "solid", "circle") if share == 80 else (TEAL, "dash", "square")
    title = wording.say("backtest_intervals.line", nominal=nominal)
    places = [float(place) for place in range(len(cutoffs))]
    return Curve(title, places, ends["value"], texts, *style, ends["low"], ends["high"])


def calibration_section(facts: BacktestFacts, wording: Wording) -> Section:
    """Answer whether a chance of 70 % comes true seven times in ten."""
    rows = [row for row in facts.reliability if row["part"] == "invoices"]
    curves = []
    for horizon, color, dash, symbol in RELIABILITY_LINES:
        bins = [row for row in rows if (row["horizon"], row["method"]) == (horizon, "ours")]
        if not bins:
            continue
        name = wording.say("backtest_calibration.line", days=horizon.removesuffix("d"))
        texts = [_bin_text(name, row, wording) for row in bins]
        x, y, low, high = (
            [row[key] for row in bins] for key in ("predicted", "observed", "low", "high")
        )
        curves.append(Curve(name, x, y, texts, color, dash, symbol, low, high))
    chart = Chart(
        "chart-reliability",
        wording.say("backtest_calibration.chart"),
        wording.say("backtest_calibration.chart_words"),
        reliability(
            curves,
            wording.say("backtest_calibration.predicted"),
            wording.say("backtest_calibration.observed"),
            wording.say("backtest_calibration.diagonal"),
            wording.locale,
        ),
    )
    return Section(
        section_id="calibration",
        question=wording.say("backtest_calibration.question"),
        topic=wording.say("backtest_calibration.topic"),
        answers=tuple(filter(None, (calibration_sentence(facts, wording),))),
        charts=(chart,) if curves else (),
        tables=(
            metrics_table(
                facts,
                wording,
                wording.say("backtest_calibration.table"),
                ("invoices", "age", "all"),
                CHANCES,
                wording.say("backtest_calibration.note"),
            ),
            _bins_table(facts, wording),
        ),
    )


def _bin_text(name: str, row: Row, wording: Wording) -> str:
    return wording.say(
        "backtest_calibration.hover",
        name=name,
        predicted=wording.share(row["predicted"]),
        observed=wording.share(row["observed"]),
        n=wording.whole_number(row["n"]),
    )


def _bins_table(facts: BacktestFacts, wording: Wording) -> Table:
    columns = tuple(
        Column(wording.say(key), is_figure=place > 0)
        for place, key in enumerate(
            (
                "backtest_calibration.tenth",
                "backtest_calibration.predicted",
                "backtest_calibration.observed",
                "backtest.interval",
                "backtest.rows",
            )
        )
    )
    rows = tuple(
        (
            Cell(f"{row['horizon'].removesuffix('d')} · {row['bin']}"),
            value_cell("bias", row["predicted"], wording),
            value_cell("bias", row["observed"], wording),
            Cell(_range(row["low"], row["high"], wording)),
            count_cell(wording, row["n"]),
        )
        for row in facts.reliability
        if (row["part"], row["method"]) == ("invoices", "ours")
    )
    return Table(wording.say("backtest_calibration.bins"), columns, rows, is_folded=True)


def _range(low: float | None, high: float | None, wording: Wording) -> str:
    if low is None or high is None:
        return wording.say("general.unknown")
    return wording.say("backtest.range", low=wording.share(low), high=wording.share(high))


def segments_section(facts: BacktestFacts, wording: Wording) -> Section:
    """Answer where forecasts are worse: by cutoff, country, segment, size, and which customers."""
    metrics = ("mae_median_days", "crps_days", "coverage_80", "width_80_days")
    tables = []
    for group in ("cutoff", "country", "segment", "size"):
        rows_of = [
            (_segment_label(group, name, wording), ("invoices", group, name))
            for name in facts.segments("invoices", group)
        ]
        if rows_of:
            caption = wording.say(f"backtest_segments.{group}")
            tables.append(segments_table(facts, wording, caption, rows_of, metrics))
    tables.append(_worst_table(facts, wording))
    return Section(
        section_id="segments",
        question=wording.say("backtest_segments.question"),
        topic=wording.say("backtest_segments.topic"),
        answers=(wording.say("backtest_segments.answer"),),
        tables=tuple(tables),
    )


def _segment_label(group: str, name: str, wording: Wording) -> str:
    if group == "cutoff":
        return wording.date(dt.date.fromisoformat(name))
    if group == "size":
        return wording.say(f"backtest_size.{name}")
    return wording.say("backtest.no_segment") if name == "unknown" else name.replace("_", " ")


def _worst_table(facts: BacktestFacts, wording: Wording) -> Table:
    keys = ("crps_days", "baseline_crps_days", "mae_median_days", "coverage_80")
    columns = (
        Column(wording.say("column.customer"), is_figure=False),
        Column(wording.say("backtest_segments.country_short"), is_figure=False),
        Column(wording.say("backtest_short.crps_days")),
        Column(wording.say("backtest.median_short")),
        Column(wording.say("backtest_short.mae_median_days")),
        Column(wording.say("backtest_short.coverage_80")),
        Column(wording.say("backtest.rows")),
    )
    rows = tuple(
        (
            Cell(str(row["customer_id"])),
            Cell(str(row["country"] or wording.say("general.unknown"))),
            *(value_cell(key.removeprefix("baseline_"), row[key], wording) for key in keys),
            count_cell(wording, row["n"]),
        )
        for row in facts.worst_customers
    )
    note = wording.say("backtest_segments.worst_note")
    return Table(wording.say("backtest_segments.worst"), columns, rows, note=note)
