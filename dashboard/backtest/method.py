"""What a backtest used, and what its figures cannot say.

Belongs here: cutoffs, rows, methods, versions, known limits. Does not belong here: figures.
"""

from __future__ import annotations

from dashboard.backtest.facts import BacktestFacts
from dashboard.parts import Cell, Column, Section, Table, count_cell, date_cell
from dashboard.wording import Wording

LIMITS = ("matured", "rows", "credited", "calibration_bias", "cash", "c_index", "recorded")
_COUNTS = ("train_rows", "paid_invoices", "test_rows", "book_rows")


def method_section(facts: BacktestFacts, wording: Wording) -> Section:
    """Say how every figure was made."""
    columns = (
        Column(wording.say("backtest_cash.cutoff"), is_figure=False),
        Column(wording.say("backtest_method.method"), is_figure=False),
        *(Column(wording.say(f"backtest_method.{name}")) for name in _COUNTS),
    )
    rows = tuple(
        (
            date_cell(wording, run["cutoff"]),
            Cell(wording.say(f"backtest_method.{run['method']}")),
            *(count_cell(wording, run[name]) for name in _COUNTS),
        )
        for run in facts.runs
    )
    versions = ", ".join(f"{name} {version}" for name, version in sorted(facts.versions.items()))
    return Section(
        section_id="method",
        question=wording.say("backtest_method.question"),
        topic=wording.say("backtest_method.topic"),
        answers=(
            wording.say(
                "backtest_method.answer",
                cutoffs=wording.whole_number(len(facts.runs)),
                days=wording.whole_number(facts.horizon_days),
            ),
            wording.say(
                "backtest_method.versions",
                versions=versions,
                seed=wording.whole_number(facts.seed),
            ),
        ),
        cautions=tuple(wording.say(f"backtest_limit.{name}") for name in LIMITS),
        tables=(Table(wording.say("backtest_method.table"), columns, rows),),
    )
