"""Stage 1: days late at issue, censored payers weighted, each row by a fit that did not see it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models_ml import days_late
from models_ml.days_late import (
    LEVELS,
    MINIMUM_SETTLED,
    censoring_weights,
    fit_days_late,
    out_of_fold,
)
from models_ml.features import to_float
from models_ml.panel import Panel, build_panel
from tests.models_ml.simulated_ledgers import AS_OF, Ledger, simulate_ledger


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return simulate_ledger(customers=60)


@pytest.fixture(scope="module")
def panel(ledger: Ledger) -> Panel:
    return build_panel(ledger.landmarks, ledger.outcomes)


def issues_of(observed: list[int], took: list[float]) -> Panel:
    """Rows issued so many days before the cutoff; the days until paid, NaN while open."""
    days = np.array(took, dtype=float)
    return Panel(
        table=pd.DataFrame({"invoice_id": [f"i{n}" for n in range(len(took))], "is_issue": True}),
        landmark=np.datetime64("2026-06-30") - np.array(observed),
        is_paid=~np.isnan(days),
        is_other_exit=np.zeros(len(days), dtype=bool),
        exit_days=days,
        known_days=days,
        observed_days=np.array(observed),
    )


def test_a_slow_payer_stands_for_those_like_it_that_are_still_open():
    """Observed 10, 20, 30, 40 days. Paid after 5: all were observed so long. After 25: half were."""
    issues = issues_of([10, 20, 30, 40], [5.0, np.nan, 25.0, 35.0])
    assert censoring_weights(issues).tolist() == [1.0, 0.0, 2.0, 4.0]


def test_no_row_stands_for_more_than_ten():
    observed = list(range(1, 101))
    took = [np.nan] * 99 + [99.0]
    assert censoring_weights(issues_of(observed, took))[-1] == 10.0


def test_quantiles_are_ordered_and_cover_as_they_say(panel: Panel):
    cutoff = np.datetime64("2026-01-15")
    model = fit_days_late(panel.censored_at(cutoff).issues, seed=1)
    assert model is not None
    later = panel.issues
    later = later.take((later.landmark >= cutoff) & later.is_paid & (later.observed_days > 90))
    quantiles = model.predict(later.table)
    late = later.exit_days - to_float(later.table["days_to_due"])
    assert quantiles.shape == (len(later), len(LEVELS))
    assert (np.diff(quantiles, axis=1) >= 0).all()
    below = [(late <= quantiles[:, column]).mean() for column in range(len(LEVELS))]
    assert np.abs(np.array(below) - LEVELS).max() < 0.12
    # Habits of this ledger never change: its customers' medians are as good as can be.
    habit = np.abs(late - np.nan_to_num(to_float(later.table["customer_days_late_median"]))).mean()
    assert np.abs(late - quantiles[:, 2]).mean() < 1.1 * habit
    assert habit < 0.5 * np.abs(late - np.median(late)).mean()


def test_every_row_is_predicted_by_a_fit_that_did_not_see_its_invoice(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
):
    """A memory of the invoices it was fitted on, in place of trees."""

    class Memory:
        def __init__(self, seen: set[str]) -> None:
            self.seen = seen

        def predict(self, table: pd.DataFrame) -> np.ndarray:
            assert not self.seen & set(table["invoice_id"])
            return np.zeros((len(table), len(LEVELS)))

    def remember(issues: Panel, seed: int) -> Memory:
        return Memory(set(issues.table["invoice_id"]))

    monkeypatch.setattr(days_late, "fit_days_late", remember)
    rows = out_of_fold(panel, seed=1)
    assert rows is not None
    assert not np.isnan(rows).any()


def test_few_settled_invoices_give_no_stage_1(panel: Panel):
    settled = panel.issues.take(panel.issues.is_paid)
    few = settled.take(np.arange(MINIMUM_SETTLED - 1))
    assert fit_days_late(few, seed=1) is None
    assert out_of_fold(few, seed=1) is None


def test_an_open_invoice_does_not_count_itself(panel: Panel):
    """The same invoice at issue and on a landmark past due, where it is one of the open ones itself."""
    model = fit_days_late(panel.issues, seed=1)
    assert model is not None
    row = panel.issues.table.iloc[:1].assign(customer_open_count=2, customer_past_due_count=1)
    counted = row.assign(customer_open_count=3, is_issue=False)
    assert (model.predict(row) == model.predict(counted)).all()
    matrix = days_late._matrix(row.assign(days_to_due=-3, is_issue=False), model.encoding)
    names = model.encoding.names
    assert matrix[0, names.index("customer_open_count")] == 1
    assert matrix[0, names.index("customer_past_due_count")] == 0


def test_the_due_day_is_a_term(panel: Panel):
    """Due on Friday 31 July 2026: weekday 4, day 31, no day to the month's end."""
    model = fit_days_late(panel.issues, seed=1)
    assert model is not None
    row = panel.issues.table.iloc[:1].assign(landmark_date=date(2026, 7, 1), days_to_due=30)
    assert days_late._matrix(row, model.encoding)[0, -3:].tolist() == [4, 31, 0]
    assert date(2026, 7, 31).weekday() == 4
    assert date(2026, 7, 31) > AS_OF
