"""Cells and tables of the backtest page: a figure, its interval, what stands beside it.

Belongs here: number formats by metric, rows of figures. Does not belong here: which tables there
are (sections), words.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.backtest.facts import BacktestFacts, Figure
from dashboard.parts import Cell, Column, Table, count_cell
from dashboard.wording import Wording

_SHARES = ("coverage", "wape", "relative", "bias")
_THREE_PLACES = ("brier", "calibration", "c_index", "pr_auc", "roc_auc")


def metric_text(metric: str, value: float | None, wording: Wording) -> str:
    """Write a figure as its metric is written; None is a dash."""
    if metric.startswith(_SHARES):
        return wording.share(value)
    return wording.number(value, 3 if metric.startswith(_THREE_PLACES) else 2)


def value_cell(metric: str, value: float | None, wording: Wording) -> Cell:
    """Return a figure, its exact value kept for machines."""
    text = metric_text(metric, value, wording)
    return Cell(text, None if value is None else repr(value))


def interval_text(figure: Figure, wording: Wording) -> str:
    """Write the interval of a figure; a dash where there is none."""
    if figure.low is None or figure.high is None:
        return wording.say("general.unknown")
    low, high = (metric_text(figure.metric, end, wording) for end in (figure.low, figure.high))
    return wording.say("backtest.range", low=low, high=high)


def beside_cells(figure: Figure, wording: Wording) -> tuple[Cell, ...]:
    """Return value, interval, customer median, due date and rows of a figure."""
    return (
        value_cell(figure.metric, figure.value, wording),
        Cell(interval_text(figure, wording)),
        value_cell(figure.metric, figure.baseline_value, wording),
        value_cell(figure.metric, figure.due_date_value, wording),
        count_cell(wording, figure.n),
    )


def metrics_table(
    facts: BacktestFacts,
    wording: Wording,
    caption: str,
    key: tuple[str, str, str],
    metrics: Sequence[str],
    note: str | None = None,
) -> Table:
    """Return a table of one segment: a row a metric, ours beside what is free."""
    found = [facts.figure(*key, metric) for metric in metrics]
    rows = tuple(
        (_metric_cell(figure.metric, wording), *beside_cells(figure, wording))
        for figure in found
        if figure
    )
    return Table(caption, _beside_columns(wording, "backtest.figure"), rows, note=note)


def beside_table(
    facts: BacktestFacts,
    wording: Wording,
    caption: str,
    rows_of: Sequence[tuple[str, tuple[str, str, str]]],
    metric: str,
    note: str | None = None,
) -> Table:
    """Return a table of one metric: a row a segment, with its interval and what is free."""
    found = [(label, facts.figure(*key, metric)) for label, key in rows_of]
    rows = tuple((Cell(label), *beside_cells(figure, wording)) for label, figure in found if figure)
    return Table(caption, _beside_columns(wording, "backtest.segment"), rows, note=note)


def segments_table(
    facts: BacktestFacts,
    wording: Wording,
    caption: str,
    rows_of: Sequence[tuple[str, tuple[str, str, str]]],
    metrics: Sequence[str],
    note: str | None = None,
) -> Table:
    """Return a table of several segments: ours and the customer median for each metric."""
    columns = [Column(wording.say("backtest.segment"), is_figure=False)]
    for metric in metrics:
        columns.append(Column(wording.say(f"backtest_short.{metric}")))
        columns.append(Column(wording.say("backtest.median_short")))
    columns.append(Column(wording.say("backtest.rows")))
    rows = []
    for label, key in rows_of:
        found = [facts.figure(*key, metric) for metric in metrics]
        if not any(found):
            continue
        cells = [Cell(label)]
        for metric, figure in zip(metrics, found, strict=True):
            cells.append(value_cell(metric, figure.value if figure else None, wording))
            cells.append(value_cell(metric, figure.baseline_value if figure else None, wording))
        cells.append(count_cell(wording, next(figure.n for figure in found if figure)))
        rows.append(tuple(cells))
    return Table(caption, tuple(columns), tuple(rows), note=note)


def _metric_cell(metric: str, wording: Wording) -> Cell:
    return Cell(wording.say(f"backtest_metric.{metric}"))


def _beside_columns(wording: Wording, first: str) -> tuple[Column, ...]:
    return (
        Column(wording.say(first), is_figure=False),
        Column(wording.say("backtest.ours")),
        Column(wording.say("backtest.interval")),
        Column(wording.say("backtest.customer_median")),
        Column(wording.say("backtest.due_date")),
        Column(wording.say("backtest.rows")),
    )
