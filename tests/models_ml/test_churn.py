"""Churn on simulated customer months: method by events, causes, calibration, honest fallbacks."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from simulated_ledgers import AS_OF, simulate_customer_months

from models_ml.checks import ModelInputError
from models_ml.churn import PREDICTION_COLUMNS, label, predict_churn, train_churn
from models_ml.churn_figures import average_precision, roc_auc
from models_ml.churn_model import fit
from models_ml.churn_scorer import rate_interval, smoothed_rate


def _figures(model) -> dict[str, tuple[float, float]]:
    return {
        row["metric"]: (row["value"], row["baseline_value"])
        for row in model.card["evaluation"]
        if row["segment"] == "all"
    }


@pytest.fixture(scope="module")
def many():
    return simulate_customer_months(customers=600)


@pytest.fixture(scope="module")
def trees(many):
    return train_churn(*many[:2], AS_OF)


def test_with_enough_events_trees_beat_the_base_rate_on_later_months(trees):
    figures = _figures(trees)
    assert trees.method == "blend"
    assert "the Brier score gained" in trees.card["reason"]
    assert figures["brier"][0] < figures["brier"][1]
    assert figures["pr_auc"][0] > 2 * figures["pr_auc"][1]
    assert figures["roc_auc"][0] > 0.7
    assert figures["calibration_error"][0] < 0.03


def test_trees_are_calibrated_out_of_fold(trees):
    assert trees.main.calibration["method"] in ("beta", "isotonic")


def test_voluntary_churn_and_payment_failure_add_up_to_churn(many, trees):
    predictions = predict_churn(trees, many[2])
    parts = predictions[["p_churn_voluntary", "p_churn_payment_failure"]]
    assert (parts >= 0).all(axis=None)
    assert parts.sum(axis=1).to_numpy() == pytest.approx(predictions["p_churn"].to_numpy())
    # One leaver in eight, by the law of the simulation.
    share = predictions["p_churn_payment_failure"].sum() / predictions["p_churn"].sum()
    assert share == pytest.approx(1 / 8, abs=0.04)
    assert trees.card["causes"]["payment_failure"].startswith("a scorer of its own")


def test_few_payment_failures_are_a_stated_share_larger_where_a_payment_is_failing():
    """40 leavers, 8 of them for a failed payment: overall 0.2. Of the 6 whose payment was failing 5;
    shrunk by five: (5 + 5 x 0.2) / (6 + 5). Of the 34 others 3: (3 + 1) / (34 + 5)."""
    months, _, _ = simulate_customer_months(customers=60, months=6)
    last = months[months["as_of_date"] == months["as_of_date"].max()].reset_index(drop=True)
    number = np.arange(60)
    failing = np.isin(number, [0, 1, 2, 3, 4, 8, 50])
    last["is_subscription_past_due"] = failing
    happened, failed = number < 40, number < 8
    happened[8] = True
    model = fit(last, happened, 1, failed, strongest="base_rate")
    assert model.failure_shares == pytest.approx((4 / 39, 6 / 11))
    voluntary, failure = model.parts(last)
    assert voluntary + failure == pytest.approx(model.base_rate)
    assert failure[50] == pytest.approx(model.base_rate * 6 / 11)
    assert failure[59] == pytest.approx(model.base_rate * 4 / 39)


def test_a_model_that_does_not_beat_the_base_rate_on_later_months_is_not_used(many):
    """Labels drawn at random: whatever is fitted is noise."""
    months, outcomes, scoring = many
    noise = np.random.default_rng(5).permutation(outcomes["is_churned"].dropna().to_numpy(bool))
    known = outcomes["is_churned"].notna()
    shuffled = outcomes["is_churned"].copy()
    shuffled[known] = noise
    model = train_churn(months, outcomes.assign(is_churned=shuffled), AS_OF)
    assert model.method == "base_rate"
    assert "no model was shown to beat the base rate" in model.card["reason"]
    assert predict_churn(model, scoring)["p_churn"].nunique() == 1
    assert _figures(model)["brier"][0] == _figures(model)["brier"][1]


def test_a_customer_under_notice_is_not_predicted_and_says_why(many, trees):
    scoring = many[2].assign(is_under_notice=many[2].index == 3)
    predictions = predict_churn(trees, scoring)
    assert predictions.loc[3, "method"] == "notice_given"
    assert pd.isna(predictions.loc[3, "p_churn"])
    assert predictions.loc[3, "reason_codes"] == "[]"
    assert predictions["p_churn"].isna().sum() == 1


def test_labels_are_joined_by_key_and_a_failed_payment_is_churn_of_its_own_kind(many):
    labels = label(many[0], many[1], AS_OF)
    known = many[1][many[1]["is_churned"].notna()]
    assert len(labels.table) == len(known)
    assert labels.happened.sum() == known["is_churned"].sum()
    assert labels.failed.sum() == (known["churn_cause"] == "payment_failure").sum()
    assert not (labels.failed & ~labels.happened).any()


def test_ranking_figures_are_those_of_the_library_ties_included():
    from sklearn.metrics import average_precision_score, roc_auc_score

    draw = np.random.default_rng(4)
    probability, happened = draw.random(400).round(1), draw.random(400) < 0.2
    assert roc_auc(probability, happened) == pytest.approx(roc_auc_score(happened, probability))
    assert average_precision(probability, happened) == pytest.approx(
        average_precision_score(happened, probability)
    )


def test_the_evaluation_has_segments_and_intervals(trees):
    segments = {row["segment"] for row in trees.card["evaluation"]}
    assert segments == {"all", "segment large", "segment small"}
    for row in trees.card["evaluation"]:
        assert row["low_95"] <= row["value"] <= row["high_95"] or row["metric"] == (
            "calibration_error"
        )


def test_a_base_rate_is_never_zero_and_carries_its_interval():
    """No event in 30 rows, which count as 10: (0 + 0.5) / (10 + 1). Ten in 60: (10/3 + 0.5) / 21."""
    nobody, some = np.zeros(30, dtype=bool), np.arange(60) < 10
    assert smoothed_rate(nobody) == pytest.approx(0.5 / 11)
    assert smoothed_rate(some) == pytest.approx((10 / 3 + 0.5) / 21)
    low, high = rate_interval(nobody)
    assert 0 < low < 0.5 / 11 < high < 0.2
    wide, narrow = rate_interval(some), rate_interval(np.tile(some, 10))
    assert wide[0] < narrow[0] < 1 / 6 < narrow[1] < wide[1]


def test_with_few_events_a_penalised_logistic_is_used_and_stated():
    months, outcomes, scoring = simulate_customer_months(customers=500, monthly_rate=0.006)
    model = train_churn(months, outcomes, AS_OF)
    assert model.method == "logistic"
    assert 30 <= model.card["events"] < 300
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
    matured = outcomes["is_churned"].dropna().to_numpy(bool)
    assert predictions["p_churn"].to_numpy() == pytest.approx(smoothed_rate(matured))
    assert model.card["base_rate"]["low_80"] < matured.mean() < model.card["base_rate"]["high_80"]
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
    outcomes = many[1].assign(
        is_churned=pd.array([None] * len(many[1]), dtype="boolean"), churn_cause=None
    )
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
