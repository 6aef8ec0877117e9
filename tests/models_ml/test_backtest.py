"""Where a backtest stands, and what it may know there."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from simulated_ledgers import AS_OF, simulate_customer_months

from models_ml.backtest import rows_of_cutoff
from models_ml.backtest_churn import backtest_churn
from models_ml.checks import ModelInputError
from models_ml.cutoffs import churn_cutoffs, plan_cutoffs
from models_ml.panel import Panel

DAY = np.timedelta64(1, "D")


def _panel(as_of: str, first: str = "2025-01-01", paid_a_month: int = 20) -> Panel:
    """Month starts from ``first``; each open row is one invoice, paid and known after 20 days."""
    end = np.datetime64(as_of)
    months = np.arange(np.datetime64(first, "M"), end.astype("datetime64[M]") + 1)
    starts = months.astype("datetime64[D]")
    landmark = np.repeat(starts[starts < end], paid_a_month)
    observed = (end - landmark).astype(np.int64) - 1
    paid = observed >= 20
    days = np.where(paid, 20.0, np.nan)
    table = pd.DataFrame(
        {"invoice_id": [f"I{k}" for k in range(len(landmark))], "is_month_start": True}
    )
    return Panel(table, landmark, paid, np.zeros(len(paid), bool), days, days, observed)


def _dates(plan) -> list[str]:
    return [str(cutoff) for cutoff in plan.cutoffs]


def test_the_latest_month_starts_watched_for_90_days_are_used():
    plan = plan_cutoffs(_panel("2026-06-30"), dt.date(2026, 6, 30), months=3)
    # 1 April would need 30 June to have passed: 1 April + 90 days = 30 June, not before it.
    assert _dates(plan) == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert plan.horizon_days == 90
    assert plan.notes == ()


def test_a_short_history_is_watched_for_less_and_says_so():
    panel = _panel("2025-07-10")
    plan = plan_cutoffs(panel, dt.date(2025, 7, 10), months=6)
    # 50 paid are known on 1 April: 20 + 20 from January and February, 20 more by 21 March.
    # At 90 days only 1 April is left (to 30 June), at 60 also May, at 30 also June.
    assert _dates(plan) == ["2025-04-01", "2025-05-01", "2025-06-01"]
    assert plan.horizon_days == 30
    assert [note["code"] for note in plan.notes] == ["fewer", "horizon"]
    assert plan.notes[0] == {"code": "fewer", "wanted": 6, "used": 3}


@pytest.mark.parametrize(("days", "first"), [(30.0, "2025-02-01"), (31.0, "2025-03-01")])
def test_a_payment_known_on_the_cutoff_itself_is_not_known_yet(days, first):
    # Fifty invoices, paid and known 30 or 31 days after 1 January: on 31 January or 1 February.
    panel = _panel("2025-06-01", paid_a_month=50)
    known = np.where(panel.landmark == np.datetime64("2025-01-01"), days, np.nan)
    panel = Panel(
        panel.table,
        panel.landmark,
        ~np.isnan(known),
        panel.is_other_exit,
        known,
        known,
        panel.observed_days,
    )
    plan = plan_cutoffs(panel, dt.date(2025, 6, 1), months=9)
    assert _dates(plan)[0] == first


def test_cutoffs_that_cannot_be_tested_are_named():
    panel = _panel("2026-06-30")
    asked = [dt.date(2026, 2, 1), dt.date(2026, 6, 1), dt.date(2025, 1, 1)]
    plan = plan_cutoffs(panel, dt.date(2026, 6, 30), asked)
    assert _dates(plan) == ["2026-02-01"]
    assert plan.notes == ({"code": "left_out", "dates": ["2025-01-01", "2026-06-01"]},)


def test_a_cutoff_inside_a_month_is_refused():
    with pytest.raises(ModelInputError, match="must be the first of a month, got 2026-02-15"):
        plan_cutoffs(_panel("2026-06-30"), dt.date(2026, 6, 30), [dt.date(2026, 2, 15)])


def test_a_ledger_of_few_payments_is_told_what_it_lacks():
    with pytest.raises(ModelInputError) as caught:
        plan_cutoffs(_panel("2025-03-20"), dt.date(2025, 3, 20))
    assert str(caught.value) == (
        "The history is too short to test on: it lacks a month start with 50 invoices known to be"
        " paid before it and 30 days after it. It has 40 paid invoices before 2025-03-20; month"
        " starts run from 2025-01-01 to 2025-03-01."
    )


def test_an_empty_ledger_has_nothing_to_test():
    panel = _panel("2025-03-20").take(np.zeros(60, bool))
    with pytest.raises(ModelInputError, match="No open invoice was seen before 2025-03-20"):
        plan_cutoffs(panel, dt.date(2025, 3, 20))


def test_rows_of_a_cutoff_lie_in_its_month_and_were_watched_to_the_end():
    panel = _panel("2026-06-30")
    rows = rows_of_cutoff(panel, np.datetime64("2026-03-01"), 90)
    assert set(rows.landmark) == {np.datetime64("2026-03-01")}
    assert len(rows_of_cutoff(panel, np.datetime64("2026-04-01"), 90)) == 0


def test_a_churn_cutoff_needs_labels_before_it():
    months = np.array(["2025-01-31", "2025-06-30", "2025-07-31"], dtype="datetime64[D]")
    # January's label is known on 30 June, 150 days later: learned from on 1 July.
    cutoffs = churn_cutoffs(months, months + 150 * DAY, 6)
    assert [str(cutoff) for cutoff in cutoffs] == ["2025-07-01", "2025-08-01"]


def test_churn_learns_only_from_labels_known_at_the_cutoff():
    months, outcomes, _ = simulate_customer_months(customers=300, months=14)
    found = backtest_churn(months, outcomes, AS_OF, None, 3, seed=1)
    ends = pd.to_datetime(months["as_of_date"])
    for run in found.runs.to_dict("records"):
        cutoff = pd.Timestamp(run["cutoff"])
        assert run["train_rows"] == int((ends + pd.Timedelta(days=150) <= cutoff).sum())
        assert cutoff + pd.Timedelta(days=149) <= pd.Timestamp(AS_OF)
        assert run["test_rows"] == 300
    figures = found.figures.set_index(["group", "metric"])["value"]
    assert figures[("all", "roc_auc")] > 0.55
    assert len(found.runs) == 3


def test_a_ledger_without_subscriptions_has_no_churn_to_test():
    months, outcomes, _ = simulate_customer_months(customers=5, months=3)
    found = backtest_churn(months.head(0), outcomes, AS_OF, None, 6, seed=1)
    assert found.notes == ({"code": "no_subscriptions"},)
    short = backtest_churn(months, outcomes, AS_OF, None, 6, seed=1)
    assert short.notes == ({"code": "churn_too_short"},)
