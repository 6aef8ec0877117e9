"""Expanding-window backtest: fit at each cutoff on what was known, score what came after.

Belongs here: the loop over cutoffs, the scored rows, the tables it results in. Does not belong here:
choosing cutoffs (cutoffs.py), averages and intervals (backtest_figures.py), cash (backtest_cash.py),
churn (backtest_churn.py), words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.backtest_cash import CASH_HORIZONS, CashInterval, Ledger, cash_of_cutoff
from models_ml.baselines import due_date_days
from models_ml.checks import ModelInputError, check_as_of_date, check_columns, check_seed
from models_ml.cutoffs import DEFAULT_MONTHS, CutoffPlan, Note, plan_cutoffs
from models_ml.features import to_float
from models_ml.hazard import TimeToPayModel, fit
from models_ml.intervals import HORIZON_DAYS
from models_ml.panel import Panel, build_panel
from models_ml.scores import certain_incidence, expected_days, row_scores
from models_ml.splits import paid_invoice_count

if TYPE_CHECKING:
    import pandas as pd

# What is compared on the same rows, in this order.
METHODS = ("ours", "customer_median", "due_date")
PROBABILITY_DAYS = (7, 30, 60, HORIZON_DAYS)
FLAGS = ("is_grid", "is_month_start", "is_issue")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Backtest:
    """What a backtest found; every table is tidy and holds identifiers, never names."""

    as_of_date: date
    horizon_days: int
    runs: pd.DataFrame
    """One row a cutoff: cutoff, method, train_rows, paid_invoices, test_rows, book_rows."""
    figures: pd.DataFrame
    """One row a figure: see backtest_figures.COLUMNS."""
    reliability: pd.DataFrame
    """One row a method, horizon and bin: predicted and observed share."""
    cash: pd.DataFrame
    """One row a cutoff and horizon: see backtest_cash.COLUMNS."""
    worst_customers: pd.DataFrame
    churn_runs: pd.DataFrame
    notes: tuple[Note, ...] = ()
    seed: int = 1
    versions: dict[str, str] = field(default_factory=dict)


def run_backtest(
    landmarks: pd.DataFrame,
    outcomes: pd.DataFrame,
    customer_months: pd.DataFrame,
    churn_outcomes: pd.DataFrame,
    ledger: Ledger,
    as_of_date: date,
    cutoffs: Sequence[date] | None = None,
    months: int = DEFAULT_MONTHS,
    seed: int = 1,
    cash_interval: CashInterval | None = None,
    on_progress: Progress = lambda _: None,
) -> Backtest:
    """Backtest time to pay, cash and churn on one ledger.

    Args:
        landmarks: feat_invoice_landmarks with FLAGS, built as of ``as_of_date`` or later; the rows
            to score are left out.
        outcomes: feat_invoice_outcomes of the same build.
        customer_months: feat_customer_months.
        churn_outcomes: feat_churn_outcomes.
        ledger: open amounts and receipts, for cash.
        as_of_date: nothing known on this day or later is used.
        cutoffs: first days of months; None for the latest ``months`` that can be tested.
        months: how many cutoffs, where none are named.
        seed: of fits and of resampling.
        cash_interval: intervals of expected cash; None leaves them empty.
        on_progress: called with a few words as each step begins.

    Raises:
        ModelInputError: a table lacks a column, or the history is too short; the message says what
            is missing.
    """
    from models_ml.backtest_churn import backtest_churn
    from models_ml.backtest_figures import cash_figures, invoice_figures, reliability_table
    from models_ml.backtest_figures import worst_customers as worst

    check_as_of_date(as_of_date)
    check_seed(seed)
    if months < 1:
        raise ModelInputError(f"months must be 1 or more, got {months}.")
    check_columns(landmarks, FLAGS, "landmarks")
    panel = build_panel(landmarks[~landmarks["is_scoring"].astype(bool)], outcomes).censored_at(
        np.datetime64(as_of_date, "D")
    )
    plan = plan_cutoffs(panel, as_of_date, cutoffs, months)
    scored, cash, runs = _score_cutoffs(panel, plan, ledger, seed, cash_interval, on_progress)
    on_progress("churn")
    churn = backtest_churn(customer_months, churn_outcomes, as_of_date, cutoffs, months, seed)
    on_progress("figures and intervals")
    return Backtest(
        as_of_date=as_of_date,
        horizon_days=plan.horizon_days,
        runs=runs,
        figures=_together(
            invoice_figures(scored, plan.horizon_days, seed),
            cash_figures(cash, seed),
            churn.figures,
        ),
        reliability=_together(reliability_table(scored, seed), churn.reliability),
        cash=cash.totals(),
        worst_customers=worst(scored),
        churn_runs=churn.runs,
        notes=(*plan.notes, *churn.notes),
        seed=seed,
        versions=_versions(),
    )


def _score_cutoffs(
    panel: Panel,
    plan: CutoffPlan,
    ledger: Ledger,
    seed: int,
    cash_interval: CashInterval | None,
    on_progress: Progress,
) -> tuple[pd.DataFrame, Any, pd.DataFrame]:
    import pandas as pd

    from models_ml.backtest_cash import CashRows

    scored, books, runs = [], [], []
    for number, cutoff in enumerate(plan.cutoffs, start=1):
        where = f"cutoff {number} of {len(plan.cutoffs)}, {cutoff}"
        on_progress(f"{where}: learning from what was known")
        train = panel.censored_at(cutoff)
        model = fit(train, seed)
        on_progress(f"{where}: scoring what came after")
        test = rows_of_cutoff(panel, cutoff, plan.horizon_days)
        scored.append(score_rows(model, test, plan.horizon_days, cutoff, ledger))
        book = panel.take(panel.table["is_month_start"].to_numpy(bool) & (panel.landmark == cutoff))
        books.append(cash_of_cutoff(model, train, book, ledger, cutoff, cash_interval))
        runs.append(
            {
                "cutoff": cutoff.astype(object),
                "method": model.method,
                "train_rows": len(train),
                "paid_invoices": paid_invoice_count(train),
                "test_rows": len(test),
                "book_rows": len(book),
            }
        )
    return pd.concat(scored, ignore_index=True), CashRows.together(books), pd.DataFrame(runs)


def rows_of_cutoff(panel: Panel, cutoff: np.datetime64, horizon_days: int) -> Panel:
    """Return what is tested at a cutoff: rows of its month that were watched the whole horizon.

    The open book on the first, the grid's landmarks until the next first, and each invoice that
    became known meanwhile, on the evening of that day.
    """
    next_month = (cutoff.astype("datetime64[M]") + 1).astype("datetime64[D]")
    inside = (panel.landmark >= cutoff) & (panel.landmark < next_month)
    return panel.take(inside & (panel.observed_days >= horizon_days))


def score_rows(
    model: TimeToPayModel,
    test: Panel,
    horizon_days: int,
    cutoff: np.datetime64,
    ledger: Ledger,
) -> pd.DataFrame:
    """Return one row per test row: what it is, what happened, and every score of every method.

    Columns: cutoff, landmark_date, invoice_id, customer_id, country, segment, is_issue,
    days_to_due, age_days, gross_amount (reporting currency), paid_days, observed_days; and
    ``<method>.<score>`` for METHODS.
    """
    import pandas as pd

    kept = ["landmark_date", "invoice_id", "customer_id", "country", "segment", "is_issue"]
    result = test.table[kept].copy()
    result["cutoff"] = cutoff
    result["is_issue"] = result["is_issue"].astype(bool)
    for name in ("days_to_due", "age_days"):
        result[name] = to_float(test.table[name])
    result["gross_amount"] = to_float(test.table["gross_amount"]) * ledger.rates(test.table)
    result["paid_days"] = test.paid_by(HORIZON_DAYS)
    result["observed_days"] = test.observed_days
    paid = test.paid_by(horizon_days)
    columns: dict[str, np.ndarray] = {}
    for method, incidence in forecasts(model, test.table).items():
        scores = row_scores(incidence, paid, horizon_days)
        scores["expected_days"] = expected_days(incidence, horizon_days)
        scores |= {f"p_paid_{days}d": incidence[:, days] for days in PROBABILITY_DAYS}
        columns |= {f"{method}.{name}": values for name, values in scores.items()}
    return pd.concat([result, pd.DataFrame(columns, index=result.index)], axis=1)


def forecasts(model: TimeToPayModel, table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return P(paid by day) per method of METHODS; what is not known counts as never."""
    return {
        "ours": np.nan_to_num(model.incidence(table)),
        "customer_median": np.nan_to_num(model.baseline.incidence(table)),
        "due_date": certain_incidence(due_date_days(table), HORIZON_DAYS + 1),
    }


def _together(*tables: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([table for table in tables if len(table)], ignore_index=True)


def _versions() -> dict[str, str]:
    import sklearn
    import xgboost

    return {"xgboost": xgboost.__version__, "scikit-learn": sklearn.__version__}


__all__ = ["CASH_HORIZONS", "METHODS", "Backtest", "Ledger", "run_backtest"]
