"""Cash of the open book, and churn: forecast against what came.

Belongs here: the two sections. Does not belong here: payments of invoices (payments.py), words.
"""

from __future__ import annotations

from decimal import Decimal

from dashboard.backtest.cells import beside_table, metrics_table, segments_table, value_cell
from dashboard.backtest.charts import bars_with_whiskers
from dashboard.backtest.facts import CASH_HORIZONS, BacktestFacts
from dashboard.backtest.verdict import cash_sentence, churn_sentence
from dashboard.charts import GREY, NAVY, TEAL, Series
from dashboard.parts import Cell, Chart, Column, Section, Table, count_cell, date_cell, money_cell
from dashboard.wording import Wording

CHURN_METRICS = ("pr_auc", "roc_auc", "top_decile_lift", "brier", "calibration_error")


def cash_section(facts: BacktestFacts, wording: Wording) -> Section:
    """Answer what cash was expected of the open book, and what came."""
    shown = [name for name in CASH_HORIZONS if any(row["horizon"] == name for row in facts.cash)]
    rows_of = [
        (wording.say(f"backtest_horizon.{name}"), ("cash", "horizon", name)) for name in shown
    ]
    if not shown:
        return _cash_frame(facts, wording, (wording.say("backtest_cash.none"),), (), ())
    has_intervals = any(row["low"] is not None for row in facts.cash)
    missing = () if has_intervals else (wording.say("backtest_cash.no_interval"),)
    notes = {"wape": wording.say("backtest_cash.note")}
    tables = [
        beside_table(
            facts,
            wording,
            wording.say(f"backtest_cash.{metric}"),
            rows_of,
            metric,
            notes.get(metric),
        )
        for metric in ("wape", "relative_bias")
    ]
    if has_intervals:
        caption = wording.say("backtest_cash.coverage")
        tables.append(
            segments_table(facts, wording, caption, rows_of, ("coverage_80", "relative_width_80"))
        )
    tables.append(_cash_table(facts, wording, has_intervals))
    charts = tuple(
        _cash_chart(facts, wording, name) for name in ("4_weeks", "month_end") if name in shown
    )
    return _cash_frame(facts, wording, missing, charts, tuple(tables))


def _cash_frame(
    facts: BacktestFacts,
    wording: Wording,
    missing: tuple[str, ...],
    charts: tuple[Chart, ...],
    tables: tuple[Table, ...],
) -> Section:
    return Section(
        section_id="cash",
        question=wording.say("backtest_cash.question"),
        topic=wording.say("backtest_cash.topic"),
        answers=tuple(filter(None, (cash_sentence(facts, wording),))),
        missing=missing,
        charts=charts,
        tables=tables,
    )


def _cash_chart(facts: BacktestFacts, wording: Wording, horizon: str) -> Chart:
    rows = [row for row in facts.cash if row["horizon"] == horizon]
    labels = [wording.date(row["cutoff"]) for row in rows]
    series = []
    for key, color, pattern in (
        ("ours", NAVY, ""),
        ("actual", TEAL, "/"),
        ("customer_median", GREY, "."),
    ):
        title = wording.say(f"backtest_cash.{key}")
        texts = [f"{title}: {wording.money(_amount(row[key]))}" for row in rows]
        series.append(Series(title, [row[key] for row in rows], texts, color, pattern=pattern))
    caption = wording.say(
        "backtest_cash.chart", horizon=wording.say(f"backtest_horizon.{horizon}").lower()
    )
    figure = bars_with_whiskers(
        labels,
        series[0],
        [(row["low"], row["high"]) for row in rows],
        series[1:],
        facts.reporting_currency,
        wording.locale,
    )
    return Chart(f"chart-cash-{horizon}", caption, wording.say("backtest_cash.chart_words"), figure)


def _amount(value: float | None) -> Decimal | None:
    # Expected amounts are means, not money: the float's own text, rounded for the eye.
    return None if value is None else Decimal(repr(value))


def _cash_table(facts: BacktestFacts, wording: Wording, has_intervals: bool) -> Table:
    bounds = ("low", "high") if has_intervals else ()
    keys = ("open_amount", "actual", "ours", *bounds, "customer_median", "due_date")
    columns = (
        Column(wording.say("backtest_cash.cutoff"), is_figure=False),
        *(Column(wording.say(f"backtest_cash.{key}")) for key in keys),
    )
    rows = tuple(
        (
            Cell(
                wording.date(row["cutoff"]),
                detail=wording.say(f"backtest_horizon.{row['horizon']}"),
            ),
            *(money_cell(wording, _amount(row[key])) for key in keys),
        )
        for row in facts.cash
    )
    return Table(wording.say("backtest_cash.table"), columns, rows)


def churn_section(facts: BacktestFacts, wording: Wording) -> Section:
    """Answer whether customers who left were seen coming."""
    codes = facts.has_notes & {"no_subscriptions", "churn_too_short"}
    sentence = churn_sentence(facts, wording)
    tables: tuple[Table, ...] = ()
    if facts.churn_runs:
        tables = (
            metrics_table(
                facts,
                wording,
                wording.say("backtest_churn.table"),
                ("churn", "all", "all"),
                CHURN_METRICS,
                wording.say("backtest_churn.note"),
            ),
            _churn_runs_table(facts, wording),
        )
    return Section(
        section_id="churn",
        question=wording.say("backtest_churn.question"),
        topic=wording.say("backtest_churn.topic"),
        answers=(sentence,) if sentence else (),
        missing=tuple(wording.say(f"backtest_note.{code}") for code in sorted(codes)),
        tables=tables,
    )


def _churn_runs_table(facts: BacktestFacts, wording: Wording) -> Table:
    metrics = ("roc_auc", "pr_auc", "top_decile_lift", "brier")
    columns = (
        Column(wording.say("backtest_cash.cutoff"), is_figure=False),
        Column(wording.say("backtest_method.method"), is_figure=False),
        Column(wording.say("backtest_churn.train_events")),
        Column(wording.say("backtest_churn.test_rows")),
        Column(wording.say("backtest_churn.test_events")),
        *(Column(wording.say(f"backtest_short.{metric}")) for metric in metrics),
    )
    rows = []
    for run in facts.churn_runs:
        key = str(run["cutoff"])[:10]
        found = [facts.figure("churn", "cutoff", key, metric) for metric in metrics]
        rows.append(
            (
                date_cell(wording, run["cutoff"]),
                Cell(wording.say(f"backtest_method.{run['method']}")),
                *(
                    count_cell(wording, run[name])
                    for name in ("train_events", "test_rows", "test_events")
                ),
                *(
                    value_cell(metric, figure.value if figure else None, wording)
                    for metric, figure in zip(metrics, found, strict=True)
                ),
            )
        )
    return Table(wording.say("backtest_churn.by_cutoff"), columns, tuple(rows))
