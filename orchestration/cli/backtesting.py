"""`encours backtest`: progress, the table on the terminal, the page and the CSV file.

Belongs here: what is shown and where it is written. Does not belong here: figures (`models_ml`),
the page's words (`dashboard.backtest`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dashboard.backtest import BacktestFacts, Figure, render_backtest, verdict
from dashboard.backtest.cells import interval_text, metric_text
from dashboard.backtest.facts import AGES, CASH_HORIZONS
from dashboard.backtest.payments import notes_of
from dashboard.page import write_page
from dashboard.wording import Wording
from orchestration.backtests import backtest, facts_of, read_backtest_inputs
from orchestration.cli.common import fail
from orchestration.config import Company, ConfigError
from orchestration.lock import writer_lock
from outreach.safe_text import spreadsheet_text

FOLDER = "backtest"
_OVERALL = (
    "mae_median_days",
    "crps_days",
    "coverage_80",
    "width_80_days",
    "coverage_90",
    "width_90_days",
    "c_index",
    "calibration_error_7d",
    "calibration_error_30d",
    "calibration_error_60d",
    "calibration_error_120d",
    "brier_30d",
)
_CHURN = ("roc_auc", "pr_auc", "top_decile_lift", "brier", "calibration_error")


def parse_cutoffs(text: str | None) -> list[date] | None:
    """Dates out of `2026-01-01,2026-02-01`; None for none.

    Raises:
        ConfigError: One of them is not a date.
    """
    if text is None:
        return None
    days = []
    for part in text.split(","):
        try:
            days.append(date.fromisoformat(part.strip()))
        except ValueError:
            raise ConfigError(
                f"--cutoffs {part.strip()!r} is not a date such as 2026-01-01."
            ) from None
    return days


def run_backtest(
    company: Company,
    as_of: date | None,
    cutoffs: Sequence[date] | None,
    months: int,
    targets: tuple[Path | None, Path | None],
    console: Console,
) -> None:
    """Backtest a company whose day has run: print the figures, write page and CSV file.

    Args:
        company: The company.
        as_of: Nothing known on this day or later is used; None for the last day that has run.
        cutoffs: First days of months; None for the latest `months`.
        months: How many, where none are named.
        targets: The page (None for the home folder's) and the CSV file (None for no such file).
        console: Where to print.

    Raises:
        ConfigError: No day has run, or not the one asked for.
        HeldError: A run is writing the warehouse.
    """
    from models_ml.checks import ModelInputError

    started = time.perf_counter()
    with console.status("reading features and ledger …") as status:
        # Held while reading only: a backtest of minutes must not keep a day from running.
        with writer_lock(company.home, 0):
            inputs = read_backtest_inputs(company, as_of)
        try:
            found = backtest(inputs, cutoffs, months, lambda text: status.update(f"{text} …"))
        except ModelInputError as error:
            fail(str(error))
        status.update("writing …")
        facts = facts_of(found, company.config.company.reporting_currency)
        page, csv_file = targets
        page = page or company.home / FOLDER / f"{facts.as_of_date}.html"
        name, locale = company.config.company.name, company.config.company.locale
        write_page(render_backtest(facts, name, locale), page)
        if csv_file:
            write_csv(facts, csv_file)
    print_backtest(facts, name, console)
    console.print(f"\nReport: {escape(str(page))}", highlight=False, soft_wrap=True)
    if csv_file:
        console.print(f"All figures: {escape(str(csv_file))}", highlight=False, soft_wrap=True)
    console.print(f"[dim]seconds: {time.perf_counter() - started:.1f}[/]", highlight=False)


def write_csv(facts: BacktestFacts, target: Path) -> None:
    """Write every figure, one a line; what is not known is empty.

    Segments are words of the ledger: none may act as a formula where the file is opened.
    """
    import csv
    import io

    names = [field.name for field in fields(Figure)]
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(["as_of_date", "horizon_days", *names])
    for figure in facts.figures:
        values = [getattr(figure, name) for name in names]
        values = [spreadsheet_text(value) if isinstance(value, str) else value for value in values]
        writer.writerow([facts.as_of_date, facts.horizon_days, *values])
    write_page(sink.getvalue(), target)


def print_backtest(facts: BacktestFacts, company_name: str, console: Console) -> None:
    """Print the figures beside those of the customer median and the due date, then the verdict."""
    words = Wording("en", facts.reporting_currency)
    console.print()
    cutoffs = ", ".join(str(run["cutoff"])[:10] for run in facts.runs)
    console.print(
        f"{escape(company_name)} · backtest as of {facts.as_of_date}, cutoffs {cutoffs};"
        f" every row followed {facts.horizon_days} days",
        highlight=False,
    )
    for note in notes_of(facts, words):
        console.print(f"[yellow]![/] {escape(note)}", highlight=False)
    console.print(_figures_table(facts, words))
    console.print()
    for sentence in verdict(facts, words):
        console.print(escape(sentence), highlight=False)


def _figures_table(facts: BacktestFacts, words: Wording) -> Table:
    """All figures as one table that fits a terminal of 80 columns."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("")
    for heading in ("forecast", "95% interval", "median", "due date", "rows"):
        table.add_column(heading, justify="right", no_wrap=True)
    blocks = (
        ("All open invoices", "short", [("invoices", "age", "all", name) for name in _OVERALL]),
        ("CRPS, days", "age", [("invoices", "age", age, "crps_days") for age in AGES[1:]]),
        (
            "Cash of the open book, WAPE",
            "horizon",
            [("cash", "horizon", name, "wape") for name in CASH_HORIZONS],
        ),
        (
            "Churn, beside the base rate",
            "short",
            [("churn", "all", "all", name) for name in _CHURN],
        ),
    )
    for title, words_group, keys in blocks:
        shown = [figure for key in keys if (figure := facts.figure(*key))]
        if not shown:
            continue
        table.add_row(f"[bold]{title}[/]")
        for figure in shown:
            named = figure.metric if words_group == "short" else figure.segment
            table.add_row(
                "  " + words.say(f"backtest_{words_group}.{named}"),
                metric_text(figure.metric, figure.value, words),
                interval_text(figure, words),
                metric_text(figure.metric, figure.baseline_value, words),
                metric_text(figure.metric, figure.due_date_value, words),
                words.whole_number(figure.n),
            )
        table.add_section()
    return table
