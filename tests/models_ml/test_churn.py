"""Churn on simulated customer months: method by events, calibration, honest fallbacks."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from simulated_ledgers import AS_OF, simulate_customer_months

from models_ml.checks import ModelInputError
from models_ml.churn import PREDICTION_COLUMNS, predict_churn, train_churn


def _figures(model) -> dict[str, tuple[float, float]]:
    return {
        row["metric"]: (row["value"], row["baseline_value"]) for row in model.card["evaluation"]
    }


@pytest.fixture(scope="module")
def many():
    return simulate_customer_months(customers=600)


@pytest.fixture(scope="module")
def trees(many):
    return train_churn(*many[:2], AS_OF)


def test_with_enough_events_trees_beat_the_base_rate_on_later_months(trees):
    figures = _figures(trees)
    assert trees.method == "xgboost"
    assert figures["brier"][0] < figures["brier"][1]
    assert figures["pr_auc"][0] > 2 * figures["pr_auc"][1]
    assert figures["roc_auc"][0] > 0.7
    assert figures["calibration_error"][0] < 0.03


def test_trees_are_calibrated_out_of_fold(trees):
    assert trees.calibration["method"] in ("beta", "isotonic")


def test_with_few_events_a_penalised_logistic_is_used_and_stated():
    months, outcomes, scoring = simulate_customer_months(customers=150, monthly_rate=0.01)
    model = train_churn(months, outcomes, AS_OF)
    assert model.method == "logistic"
    assert "fewer than the 300 trees need" in model.card["reason"]
    predictions = predict_churn(model, scoring)
    assert predictions["p_churn"].between(0, 1).all()
    assert _figures(model)["roc_auc"][0] > 0.6


def test_with_hardly_any_events_everybody_gets_the_base_rate():
    months, outcomes, scoring = simulate_customer_months(customers=8, monthly_rate=0.005)
    model = train_churn(months, outcomes, AS_OF)
    assert model.method == "base_rate"
    assert "every customer gets the base rate" in model.card["reason"]
    predictions = predict_churn(model, scoring)
    matured = outcomes["is_churned"].dropna()
    assert predictions["p_churn"].to_numpy() == pytest.approx(matured.mean())
    assert (predictions["reason_codes"] == "[]").all()


def test_no_subscriptions_give_an_empty_table_and_a_reason(many):
    model = train_churn(many[0].iloc[:0], many[1].iloc[:0], AS_OF)
    predictions = predict_churn(model, many[2].iloc[:0])
    assert len(predictions) == 0
    assert tuple(predictions.columns) == PREDICTION_COLUMNS
    assert model.card["reason"] == (
        "No customer with recurring revenue: no subscriptions, no churn prediction."
    )


def test_no_matured_month_predicts_nothing_and_says_so(many):
    outcomes = many[1].assign(is_churned=pd.array([None] * len(many[1]), dtype="boolean"))
    model = train_churn(many[0], outcomes, AS_OF)
    assert model.card["reason"] == (
        "No month is old enough to know its label: nothing is predicted."
    )
    assert predict_churn(model, many[2])["p_churn"].isna().all()


def test_a_label_that_ends_after_the_cutoff_is_not_learnt_from(many):
    """Even if the outcome table claims to know it."""
    recent = many[1]["as_of_date"] > pd.Timestamp("2026-01-31")
    leaking = many[1].assign(is_churned=many[1]["is_churned"].mask(recent, True))
    assert train_churn(many[0], leaking, AS_OF).version == train_churn(*many[:2], AS_OF).version


def test_reasons_of_a_customer_with_many_tickets_name_the_tickets(many, trees):
    scoring = many[2]
    unhappy = scoring[scoring["ticket_count_90d"] >= 3]
    codes = predict_churn(trees, unhappy)["reason_codes"].map(json.loads)
    tickets = [reason for row in codes for reason in row if "ticket" in reason["feature"]]
    assert len(tickets) == len(unhappy)
    assert {reason["effect"] for reason in tickets} == {"raises"}


def test_a_missing_column_is_named(many):
    with pytest.raises(ModelInputError, match=r"customer_months lacks the column\(s\) mrr_amount"):
        train_churn(many[0].drop(columns="mrr_amount"), many[1], AS_OF)
