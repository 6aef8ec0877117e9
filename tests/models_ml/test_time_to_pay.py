"""The hazard on ledgers whose payment law is known."""

from __future__ import annotations

import json
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from simulated_ledgers import AS_OF, Ledger, simulate_ledger

from models_ml.checks import ModelInputError
from models_ml.hazard import TimeToPayModel, fit
from models_ml.panel import build_panel
from models_ml.splits import invoice_holdout
from models_ml.time_to_pay import (
    PREDICTION_COLUMNS,
    evaluate,
    predict_time_to_pay,
    train_time_to_pay,
)


def _figures(model: TimeToPayModel, segment: str = "all") -> dict[str, tuple[float, float]]:
    return {
        row["metric"]: (row["value"], row["baseline_value"])
        for row in model.card["evaluation"]
        if row["segment"] == segment
    }


def test_the_hazard_beats_the_customer_median_and_the_due_date(hazard: TimeToPayModel):
    figures = _figures(hazard)
    assert hazard.method == "hazard"
    for metric in ("crps_days", "mae_median_days", "mae_median_days_beside_due_date", "brier_7d"):
        value, baseline = figures[metric]
        assert value < baseline, metric


def test_the_interval_covers_what_it_states_within_five_points(hazard: TimeToPayModel):
    figures = _figures(hazard)
    assert figures["coverage_80"][0] == pytest.approx(figures["coverage_80_stated"][0], abs=0.05)
    assert figures["coverage_80"][0] >= 0.77
    assert 0 < figures["width_80_days"][0] < figures["width_80_days"][1]


def test_the_probability_of_thirty_days_is_calibrated(hazard: TimeToPayModel):
    assert _figures(hazard)["calibration_error_30d"][0] <= 0.04


def test_forecasts_agree_with_the_truth_that_nobody_has_seen(
    ledger: Ledger, hazard: TimeToPayModel
):
    predictions = predict_time_to_pay(hazard, ledger.scoring)
    truth = predictions.merge(ledger.true_days, on="invoice_id")
    truth = truth[truth["kind"] == "paid"]
    paid = truth["paid_date"] <= pd.Timestamp(AS_OF) + pd.Timedelta(days=14)
    assert truth["p_paid_14d"].mean() == pytest.approx(paid.mean(), abs=0.06)


def test_training_on_closed_invoices_only_overpredicts():
    """Dropping the open ones forgets the slow payers; censoring them does not."""
    ledger = simulate_ledger(customers=120, months=24, never_rate=0.08)
    panel = build_panel(ledger.landmarks, ledger.outcomes)
    holdout = invoice_holdout(panel, AS_OF)
    assert holdout is not None
    closed = holdout.train.take(~np.isnan(holdout.train.exit_days))
    happened = (holdout.test.paid_by(90) <= 30).mean()
    bias = {
        name: fit(train, seed=1).incidence(holdout.test.table)[:, 30].mean() - happened
        for name, train in (("censored", holdout.train), ("closed", closed))
    }
    assert bias["closed"] > 0.05
    assert abs(bias["censored"]) < bias["closed"] / 2


def test_customers_who_pay_on_fridays_are_expected_on_fridays(
    ledger: Ledger, hazard: TimeToPayModel
):
    incidence = hazard.incidence(ledger.scoring)
    daily = np.diff(incidence, axis=1)[:, :28]
    weekday = (np.datetime64(AS_OF, "D").astype(np.int64) + np.arange(1, 29) + 3) % 7
    by_weekday = [daily[:, weekday == day].sum() for day in range(7)]
    assert np.argmax(by_weekday) == 4


def test_the_same_seed_gives_the_same_model_and_another_seed_another(ledger: Ledger):
    small = ledger.landmarks["customer_id"] < "C0030"
    rows = ledger.landmarks[small]
    versions = [
        train_time_to_pay(rows, ledger.outcomes, AS_OF, seed=seed).version for seed in (1, 1, 2)
    ]
    assert versions[0] == versions[1] != versions[2]


def test_the_order_of_the_rows_does_not_matter(ledger: Ledger):
    rows = ledger.landmarks[ledger.landmarks["customer_id"] < "C0030"]
    shuffled = rows.sample(frac=1.0, random_state=1)
    first, second = (
        train_time_to_pay(table, ledger.outcomes, AS_OF).version for table in (rows, shuffled)
    )
    assert first == second


def test_a_prediction_row_is_ordered_and_between_nought_and_one(
    ledger: Ledger, hazard: TimeToPayModel
):
    predictions = predict_time_to_pay(hazard, ledger.scoring)
    assert tuple(predictions.columns) == PREDICTION_COLUMNS
    assert len(predictions) == len(ledger.scoring)
    assert set(predictions["as_of_date"]) == {AS_OF}
    rising = predictions[["p_paid_7d", "p_paid_14d", "p_paid_30d", "p_paid_60d"]].to_numpy()
    assert ((rising >= 0) & (rising <= 1)).all()
    assert (np.diff(rising, axis=1) >= 0).all()
    assert (predictions["p_unpaid_120d"] <= 1 - rising[:, -1] + 1e-9).all()
    dated = predictions.dropna(subset=["p10_date", "p50_date", "p90_date"])
    assert len(dated) > 0.8 * len(predictions)
    assert (dated["p10_date"] <= dated["p50_date"]).all()
    assert (dated["p50_date"] <= dated["p90_date"]).all()


def test_reasons_name_a_feature_its_value_its_peer_and_the_effect(
    ledger: Ledger, hazard: TimeToPayModel
):
    codes = predict_time_to_pay(hazard, ledger.scoring)["reason_codes"].map(json.loads)
    assert codes.map(len).max() <= 3
    reasons = [reason for row in codes for reason in row]
    assert {frozenset(reason) for reason in reasons} == {
        frozenset({"feature", "value", "peer", "effect", "en", "fr"})
    }
    assert {reason["effect"] for reason in reasons} == {"earlier", "later"}
    features = {reason["feature"] for reason in reasons}
    assert "customer_days_late_last3" in features
    assert not features & {"days_to_due", "age_days", "weekday", "interval_first_day", "month"}


def test_a_slow_payer_is_said_to_pay_later_because_of_its_habit(
    ledger: Ledger, hazard: TimeToPayModel
):
    slow = ledger.scoring["customer_days_late_last3"] > 20
    not_due = ledger.scoring["days_to_due"] > 0
    codes = predict_time_to_pay(hazard, ledger.scoring[slow & not_due])["reason_codes"]
    first = codes.map(json.loads).map(lambda reasons: reasons[0])
    share = np.mean([r["feature"].startswith("customer_days_late") for r in first])
    assert share > 0.9
    assert np.mean([r["effect"] == "later" for r in first]) > 0.9


def test_a_ledger_of_fifty_invoices_falls_back_to_medians_with_a_stated_reason():
    ledger = simulate_ledger(customers=7, months=8)
    model = train_time_to_pay(ledger.landmarks, ledger.outcomes, AS_OF)
    assert model.method == "customer_median"
    assert "fewer than the 300 a hazard needs" in model.card["reason"]
    predictions = predict_time_to_pay(model, ledger.scoring)
    assert set(predictions["method"]) <= {"customer_median", "cohort_median"}
    assert predictions["p50_date"].notna().all()
    assert (predictions["reason_codes"] == "[]").all()


def test_a_hazard_that_does_not_beat_the_median_is_not_used(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    """A hazard of a single timid tree knows the average day only."""
    monkeypatch.setattr("models_ml.hazard.SIZES", ((None, 1, 1),))
    rows = ledger.landmarks[ledger.landmarks["customer_id"] < "C0060"]
    model = train_time_to_pay(rows, ledger.outcomes, AS_OF)
    assert model.method == "customer_median"
    assert model.card["reason"].startswith("On the holdout the hazard's CRPS was ")
    value, baseline = _figures(model)["crps_days"]
    assert value == baseline
    assert "hazard" not in set(predict_time_to_pay(model, ledger.scoring)["method"])


def test_a_new_customer_is_given_its_cohort_and_a_wider_interval():
    ledger = simulate_ledger(customers=12, months=14)
    model = train_time_to_pay(ledger.landmarks, ledger.outcomes, AS_OF)
    known = ledger.scoring[ledger.scoring["days_to_due"] > 10]
    history = [name for name in known.columns if name.startswith("customer_")]
    new = known.assign(**{name: np.nan for name in history if name != "customer_id"})
    first, second = (predict_time_to_pay(model, table) for table in (known, new))
    assert set(second["method"]) == {"cohort_median"}

    def width(table: pd.DataFrame) -> float:
        low, high = (pd.to_datetime(table[name]) for name in ("p10_date", "p90_date"))
        return float((high - low).dt.days.mean())

    assert width(second) > width(first)


def test_a_ledger_without_payments_predicts_nothing_and_says_so(ledger: Ledger):
    outcomes = ledger.outcomes.assign(
        outcome="open", days_to_settlement=np.nan, days_to_known=np.nan
    )
    model = train_time_to_pay(ledger.landmarks, outcomes, AS_OF)
    assert model.card["reason"] == (
        "0 paid invoices known by the cutoff, fewer than the 10 a spread needs: "
        "nothing is predicted."
    )
    predictions = predict_time_to_pay(model, ledger.scoring)
    assert predictions[["p50_date", "p_paid_30d", "p_unpaid_120d"]].isna().all().all()


def test_empty_tables_give_an_empty_prediction(ledger: Ledger):
    model = train_time_to_pay(ledger.landmarks.iloc[:0], ledger.outcomes.iloc[:0], AS_OF)
    assert len(predict_time_to_pay(model, ledger.scoring.iloc[:0])) == 0
    assert model.card["evaluation"] == []
    assert model.card["holdout"] == "Not evaluated: the history is too short for a later holdout."


def test_everybody_paying_the_same_day_late_is_predicted_to_the_day():
    ledger = simulate_ledger(customers=60, months=18)
    exact = ledger.landmarks["days_to_due"] + 5
    is_open = exact >= (pd.Timestamp(AS_OF) - ledger.landmarks["landmark_date"]).dt.days
    landmarks = ledger.landmarks[exact >= 0].assign(customer_days_late_median=5.0)
    outcomes = ledger.outcomes.assign(
        outcome=np.where(is_open, "open", "paid"),
        days_to_settlement=exact.where(~is_open),
        days_to_known=exact.where(~is_open),
    )[exact >= 0]
    model = train_time_to_pay(landmarks, outcomes, AS_OF)
    value, _ = _figures(model)["mae_median_days"]
    assert value < 0.5


def test_labels_are_what_one_knew_at_the_cutoff(ledger: Ledger):
    late = ledger.outcomes.assign(days_to_known=ledger.outcomes["days_to_settlement"] + 40)
    panel = build_panel(ledger.landmarks, late)
    cutoff = np.datetime64("2026-01-31")
    then = panel.censored_at(cutoff)
    assert (then.landmark < cutoff).all()
    known = then.landmark[then.is_paid] + then.known_days[then.is_paid].astype("timedelta64[D]")
    assert (known < cutoff).all()
    assert (then.landmark + then.observed_days.astype("timedelta64[D]") < cutoff).all()


def test_test_rows_that_have_not_matured_are_refused(ledger: Ledger, hazard: TimeToPayModel):
    panel = build_panel(ledger.landmarks, ledger.outcomes)
    with pytest.raises(ModelInputError, match="Every test row must be observed for 90 days"):
        evaluate(hazard, panel, 90)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda x: (x.landmarks.drop(columns="age_days"), x.outcomes, AS_OF, 1),
            r"landmarks lacks the column\(s\) age_days\.",
        ),
        (
            lambda x: (pd.concat([x.landmarks, x.landmarks.iloc[:1]]), x.outcomes, AS_OF, 1),
            r"landmarks has 1 row\(s\) whose key \(landmark_date, invoice_id\) occurs before",
        ),
        (
            lambda x: (x.landmarks, x.outcomes.assign(outcome="settled"), AS_OF, 1),
            "outcomes.outcome must be one of .*; found settled",
        ),
        (
            lambda x: (x.landmarks, x.outcomes.assign(days_to_settlement=-1.0), AS_OF, 1),
            "days contradict the outcome",
        ),
        (
            lambda x: (x.landmarks, x.outcomes, "2026-06-30", 1),
            "as_of_date must be a datetime.date, got str '2026-06-30'",
        ),
        (
            lambda x: (x.landmarks, x.outcomes, datetime(2026, 6, 30), 1),
            "as_of_date must be a datetime.date, got datetime",
        ),
        (
            lambda x: (x.landmarks, x.outcomes, date(2026, 6, 30), -1),
            "seed must be a non-negative integer, got -1",
        ),
        (
            lambda x: (None, x.outcomes, AS_OF, 1),
            "landmarks must be a pandas DataFrame, got NoneType",
        ),
    ],
)
def test_a_wrong_argument_is_named(ledger: Ledger, change, message: str):
    with pytest.raises(ModelInputError, match=message):
        train_time_to_pay(*change(ledger))
