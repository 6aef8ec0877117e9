"""The churn benchmarks: the truth they compare with, and the public table within its known range."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.churn_telco import LEAK_AUC, TABLE, predict, read_table
from benchmarks.churn_truth import true_probabilities
from connectors.simulator import SimulationSpec, simulate
from models_ml.churn_figures import roc_auc

TELCO = Path("../shared/data/telco")


@pytest.fixture(scope="module")
def truth():
    """A simulated company: customers still there at month ends, with ends and probabilities."""
    spec = SimulationSpec(customers=1_000, months=24, seed=5, end_date=date(2026, 6, 30))
    ends = simulate(spec).truth["customers"].to_pandas().set_index("customer_id")
    months = pd.date_range("2025-01-31", "2026-02-28", freq="ME")
    rows = pd.DataFrame(
        [(day, key) for day in months for key in ends.index],
        columns=["as_of_date", "customer_id"],
    )
    end = pd.to_datetime(rows["customer_id"].map(ends["end_date"]))
    days = (end - rows["as_of_date"]).dt.days
    rows = rows[days.isna() | (days > 30)]
    days = days[rows.index]
    left = (days <= 120) & (rows["customer_id"].map(ends["end_reason"]) == "voluntary")
    rows = rows.reset_index(drop=True)
    return left.to_numpy(bool), true_probabilities(spec, rows)


def test_what_happened_agrees_with_the_hindsight_probability(truth):
    left, probabilities = truth
    # Customers who have not started yet, and those who fail to pay first, lower what happens a little.
    assert left.mean() == pytest.approx(probabilities["hindsight"].mean(), rel=0.25)


def test_the_less_is_known_the_worse_the_ranking(truth):
    left, probabilities = truth
    ranked = [
        roc_auc(probabilities[name], left)
        for name in ("hindsight", "known state", "observable state")
    ]
    assert ranked[0] > ranked[1] > ranked[2] > 0.6


@pytest.mark.shared_data
def test_the_public_table_is_learnt_as_well_as_published_and_not_better_than_possible():
    if not (TELCO / TABLE).exists():
        pytest.skip(f"{TELCO / TABLE} is not there")
    table, happened, columns = read_table(TELCO)
    train = np.arange(len(table)) % 2 == 0
    probability = predict(table, happened, columns, train)
    assert 0.83 < roc_auc(probability, happened[~train]) < LEAK_AUC
    assert probability.mean() == pytest.approx(happened[~train].mean(), abs=0.02)
