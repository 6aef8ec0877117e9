"""Backtests: features and ledger out of the warehouse, through `models_ml`, into plain facts.

Belongs here: which tables a backtest reads, as of which day, and what the page is given. Does not
belong here: the backtest itself (`models_ml.backtest`), the page (`dashboard.backtest`), the command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb

from dashboard.backtest import BacktestFacts
from dashboard.backtest.facts import figures_of, plain_rows
from orchestration.config import Company, ConfigError
from orchestration.features import Features, read_features
from orchestration.warehouse import reading

if TYPE_CHECKING:
    import pandas as pd

    from models_ml.backtest import Backtest
    from models_ml.backtest_cash import Ledger

# What was open at each landmark, at the rate of that day: a change of rates is no error of a forecast.
_BOOK = """
select
    open_invoices.landmark_date,
    open_invoices.invoice_id,
    cast(open_invoices.balance as double) as open_amount,
    cast(rates.rate as double) as rate
from features.feat_open_invoices as open_invoices
left join intermediate.int_fx_rates_every_day as rates
    on open_invoices.currency = rates.from_currency and open_invoices.landmark_date = rates.rate_date
"""
_RECEIPTS = """
select
    invoice_id,
    cash_date,
    known_date,
    cast(-sum(amount) as double) as amount
from intermediate.int_receivable_events
where event_type = 'payment_allocation' and invoice_id is not null and known_date < $as_of_date
group by invoice_id, cash_date, known_date
"""


def features_day(company: Company) -> date:
    """The day whose features the warehouse holds: they contain every earlier landmark.

    Raises:
        ConfigError: No day has run.
    """
    if not company.warehouse.exists():
        raise ConfigError(f"{company.warehouse} does not exist. Run `encours run` first.")
    with reading(company.warehouse) as connection:
        try:
            [(day,)] = connection.execute(
                "select max(landmark_date + cast(observed_days as integer) + 1)"
                " from features.feat_invoice_outcomes"
            ).fetchall()
        except duckdb.CatalogException:
            day = None
    if day is None:
        raise ConfigError(
            f"{company.warehouse} holds no features of past days. Run `encours run` first."
        )
    return day if isinstance(day, date) and not hasattr(day, "hour") else day.date()


def read_ledger(company: Company, as_of_date: date) -> Ledger:
    """Open amounts at each landmark, and what was known to be paid on invoices before the date."""
    from models_ml.backtest_cash import Ledger

    with reading(company.warehouse) as connection:
        return Ledger(
            connection.execute(_BOOK).df(),
            connection.execute(_RECEIPTS, {"as_of_date": as_of_date}).df(),
        )


def read_backtest_inputs(company: Company, as_of: date | None) -> tuple[Features, Ledger, date]:
    """Features, ledger and the day up to which they are used.

    Raises:
        ConfigError: No day has run, or not yet the one asked for.
    """
    built = features_day(company)
    day = as_of or built
    if day > built:
        raise ConfigError(
            f"The last day that has run is {built}. Run `encours run --as-of {day}` first, or choose"
            f" {built} or an earlier date."
        )
    return read_features(company.warehouse, built), read_ledger(company, day), day


def backtest(
    inputs: tuple[Features, Ledger, date],
    cutoffs: Sequence[date] | None,
    months: int,
    on_progress: Callable[[str], None],
) -> Backtest:
    """Run the backtest on what was read.

    Raises:
        ModelInputError: The history is too short; the message says what is missing.
    """
    from models_ml.backtest import run_backtest

    features, ledger, day = inputs
    return run_backtest(
        features.landmarks,
        features.outcomes,
        features.customer_months,
        features.churn_outcomes,
        ledger,
        day,
        cutoffs=cutoffs,
        months=months,
        on_progress=on_progress,
    )


def facts_of(found: Backtest, reporting_currency: str) -> BacktestFacts:
    """The backtest's tables as the page reads them."""
    return BacktestFacts(
        as_of_date=found.as_of_date,
        horizon_days=found.horizon_days,
        reporting_currency=reporting_currency,
        runs=_rows(found.runs),
        figures=figures_of(_rows(found.figures)),
        reliability=_rows(found.reliability),
        cash=_rows(found.cash),
        worst_customers=_rows(found.worst_customers),
        churn_runs=_rows(found.churn_runs),
        notes=found.notes,
        seed=found.seed,
        versions=found.versions,
    )


def _rows(table: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    return plain_rows(
        {str(key): value for key, value in row.items()} for row in table.to_dict("records")
    )
