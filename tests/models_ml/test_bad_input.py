"""Bad input gives a named error or a stated fallback: never a crash, a NaN or a made-up number."""

from __future__ import annotations

import warnings
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simulated_ledgers import (
    AS_OF,
    Ledger,
    simulate_customer_months,
    simulate_ledger,
)

from models_ml.checks import ModelInputError, check_numbers
from models_ml.churn import predict_churn, train_churn
from models_ml.features import (
    CUSTOMER_CATEGORICAL,
    CUSTOMER_NUMERIC,
    INVOICE_CATEGORICAL,
    INVOICE_NUMERIC,
)
from models_ml.hazard import TimeToPayModel
from models_ml.panel import build_panel
from models_ml.time_to_pay import predict_time_to_pay, train_time_to_pay

PROBABILITIES = ["p_paid_7d", "p_paid_14d", "p_paid_30d", "p_paid_60d"]
METHODS = {"hazard", "customer_median", "cohort_median", "none"}


def assert_sound(predictions: pd.DataFrame) -> None:
    """Ordered, in range, whole where a method is stated and empty where none is."""
    assert set(predictions["method"]) <= METHODS
    chances = [*PROBABILITIES, "p_paid_by_month_end", "p_unpaid_120d"]
    is_known = (predictions["method"] != "none").to_numpy(bool)
    known, unknown = predictions[is_known], predictions[~is_known]
    assert known[chances].notna().all(axis=None)
    assert unknown[[*chances, "p10_date", "p50_date", "p90_date"]].isna().all(axis=None)
    values = known[chances].to_numpy(float)
    assert ((values >= 0) & (values <= 1)).all()
    assert (np.diff(known[PROBABILITIES].to_numpy(float), axis=1) >= 0).all()
    assert (known["p_paid_60d"] + known["p_unpaid_120d"] <= 1 + 1e-9).all()
    for earlier, later in (
        ("as_of_date", "p10_date"),
        ("p10_date", "p50_date"),
        ("p50_date", "p90_date"),
    ):
        both = known.dropna(subset=[earlier, later])
        assert (both[earlier] <= both[later]).all()
        # A later quantile is never known where an earlier one is beyond the horizon.
        assert not (known[earlier].isna() & known[later].notna()).any()


@pytest.mark.parametrize("column", [*INVOICE_NUMERIC, *INVOICE_CATEGORICAL])
def test_a_missing_feature_of_invoices_is_named(ledger: Ledger, column: str):
    message = rf"^landmarks lacks the column\(s\) {column}\.$"
    with pytest.raises(ModelInputError, match=message):
        build_panel(ledger.landmarks.iloc[:5].drop(columns=column), ledger.outcomes)


@pytest.mark.parametrize("column", [*CUSTOMER_NUMERIC, *CUSTOMER_CATEGORICAL])
def test_a_missing_feature_of_customers_is_named(column: str):
    months, outcomes, _ = simulate_customer_months(customers=5, months=3)
    message = rf"^customer_months lacks the column\(s\) {column}\.$"
    with pytest.raises(ModelInputError, match=message):
        train_churn(months.drop(columns=column), outcomes, AS_OF)


def test_a_feature_missing_when_scoring_is_named_too(ledger: Ledger, hazard: TimeToPayModel):
    with pytest.raises(ModelInputError, match=r"^landmarks_scoring lacks the column\(s\) age_days"):
        predict_time_to_pay(hazard, ledger.scoring.drop(columns="age_days"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0, np.inf], r"^t\.x is infinite in 1 row\(s\)\.$"),
        ([1.0, "n/a"], r"^t\.x must hold numbers; 1 row\(s\) do not, the first holds 'n/a'\.$"),
        (["1,5", None], r"^t\.x must hold numbers; 1 row\(s\) do not, the first holds '1,5'\.$"),
    ],
)
def test_a_feature_that_is_no_number_is_named(values: list[object], message: str):
    with pytest.raises(ModelInputError, match=message):
        check_numbers(pd.DataFrame({"x": values}), ["x"], "t")


def test_numbers_flags_decimals_and_nulls_are_numbers():
    table = pd.DataFrame(
        {
            "double": [1.5, None],
            "flag": pd.array([True, None], dtype="boolean"),
            "count": pd.array([3, None], dtype="Int64"),
            "text": ["1.5", None],
            "nothing": [None, None],
        }
    )
    check_numbers(table, table.columns, "t")


def test_an_infinite_feature_does_not_reach_the_trees(ledger: Ledger):
    broken = ledger.landmarks.iloc[:20].assign(amount_to_habit_ratio=np.inf)
    with pytest.raises(
        ModelInputError, match=r"landmarks\.amount_to_habit_ratio is infinite in 20"
    ):
        train_time_to_pay(broken, ledger.outcomes, AS_OF)


def test_one_customer_is_dated_by_its_own_habit():
    only = simulate_ledger(customers=1, months=24)
    model = train_time_to_pay(only.landmarks, only.outcomes, AS_OF)
    predictions = predict_time_to_pay(model, only.landmarks[only.landmarks["is_grid"]].tail(1))
    assert set(predictions["method"]) == {"customer_median"}
    assert_sound(predictions)


def test_all_paid_on_one_day_is_learned_without_a_spread_of_nothing(ledger: Ledger):
    """Everyone settles on one day, whatever was due: still a distribution, and no certainty."""
    rows = ledger.landmarks[ledger.landmarks["landmark_date"] < "2026-03-16"]
    days = (pd.Timestamp("2026-03-16") - rows["landmark_date"]).dt.days.astype(float)
    observed = (pd.Timestamp(AS_OF) - rows["landmark_date"]).dt.days - 1
    outcomes = rows[["landmark_date", "invoice_id"]].assign(
        outcome="paid", days_to_settlement=days, days_to_known=days, observed_days=observed
    )
    model = train_time_to_pay(rows, outcomes, AS_OF)
    assert_sound(predict_time_to_pay(model, ledger.scoring))


@pytest.mark.parametrize("with_hazard", [True, False], ids=["hazard", "fallback"])
def test_negative_amounts_and_dates_out_of_order_stay_sound(with_hazard: bool):
    """Due before issue, paid before issue, amounts below nought: odd rows among usual ones."""
    ledger = simulate_ledger(customers=60 if with_hazard else 8, months=18)
    rows, scoring = ledger.landmarks.copy(), ledger.scoring.copy()
    for table in (rows, scoring):
        odd = np.arange(len(table)) % 10
        table.loc[odd == 0, "gross_amount"] *= -1.0
        table.loc[odd == 0, "amount_to_habit_ratio"] = -1.0
        table.loc[odd == 1, ["invoice_terms_days", "days_to_due"]] = [-3_650, -3_700]
        table.loc[odd == 2, ["customer_days_late_mean", "customer_days_late_median"]] = -4_000.0
        table.loc[odd == 3, "age_days"] = -5
        table.loc[odd == 4, "paid_share"] = 1.7
        table.loc[odd == 5, "days_to_due"] = 40_000
    model = train_time_to_pay(rows, ledger.outcomes, AS_OF)
    assert model.method == ("hazard" if with_hazard else "customer_median")
    assert_sound(predict_time_to_pay(model, scoring))


def test_unknown_words_and_absent_sources_stay_sound(ledger: Ledger, hazard: TimeToPayModel):
    optional = ["mrr_amount", "customer_tenure_days", "is_disputed", "invoice_reminder_count"]
    strange = ledger.scoring.assign(
        **dict.fromkeys(optional, None), segment="never seen", currency="XXX", country=None
    )
    assert_sound(predict_time_to_pay(hazard, strange))


def test_churn_without_subscriptions_says_so_and_predicts_nothing():
    months, outcomes, scoring = (table.iloc[:0] for table in simulate_customer_months(customers=5))
    model = train_churn(months, outcomes, AS_OF)
    assert "no subscriptions, no churn prediction" in model.card["reason"]
    assert len(predict_churn(model, scoring)) == 0


small = st.integers(min_value=0, max_value=400)
maybe_days = st.one_of(st.none(), st.integers(min_value=-300, max_value=300))


@st.composite
def panels(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A few landmark rows with any features, and outcomes that fit them."""
    count = draw(st.integers(min_value=0, max_value=24))
    rows, outcomes = [], []
    for number in range(count):
        day = pd.Timestamp(AS_OF) - pd.Timedelta(days=draw(st.integers(1, 500)))
        late = draw(maybe_days)
        rows.append(
            {
                "landmark_date": day,
                "invoice_id": f"I{number}",
                "customer_id": f"C{draw(st.integers(0, 3))}",
                "days_to_due": draw(st.integers(-500, 200)),
                "gross_amount": draw(st.floats(-1e6, 1e6)),
                "customer_paid_count": draw(st.integers(0, 5)),
                "customer_days_late_median": late,
                "customer_days_late_last3": late,
                "cohort_days_late_median": draw(maybe_days),
                "is_disputed": draw(st.sampled_from([True, False, None])),
                "days_to_promised": draw(st.one_of(st.none(), st.integers(0, 60))),
                "segment": draw(st.sampled_from(["small", "large", None])),
            }
        )
        observed = (pd.Timestamp(AS_OF) - day).days - 1
        kind = draw(st.sampled_from(["open", "paid", "paid", "paid", "credited", "void"]))
        days = None if kind == "open" or observed == 0 else draw(st.integers(0, observed))
        outcomes.append(
            {
                "outcome": "open" if days is None else kind,
                "days_to_settlement": days,
                "days_to_known": days,
                "observed_days": observed,
            }
        )
    table = pd.DataFrame(rows, columns=list(rows[0]) if rows else ["landmark_date", "invoice_id"])
    table = table.reindex(columns=LANDMARK_COLUMNS).assign(
        is_grid=True, is_month_start=False, is_issue=False
    )
    labels = pd.DataFrame(
        outcomes, columns=["outcome", "days_to_settlement", "days_to_known", "observed_days"]
    )
    return table, pd.concat([table[["landmark_date", "invoice_id"]], labels], axis=1)


LANDMARK_COLUMNS = list(
    dict.fromkeys(
        [
            "landmark_date",
            "invoice_id",
            "customer_id",
            *INVOICE_NUMERIC,
            *INVOICE_CATEGORICAL,
        ]
    )
)


@pytest.mark.parametrize("minimum_for_hazard", [300, 1], ids=["fallback", "hazard"])
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(panel=panels())
def test_any_small_panel_gives_sound_predictions(
    minimum_for_hazard: int, panel: tuple[pd.DataFrame, pd.DataFrame]
):
    landmarks, outcomes = panel
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setattr("models_ml.hazard.MINIMUM_PAID_INVOICES", minimum_for_hazard)
        patch.setattr("models_ml.hazard.SIZES", ((None, 2, 5),))
        model = train_time_to_pay(landmarks, outcomes, AS_OF)
    scored = landmarks.assign(landmark_date=pd.Timestamp(AS_OF))
    predictions = predict_time_to_pay(model, scored)
    assert len(predictions) == len(landmarks)
    assert set(predictions["as_of_date"]) <= {AS_OF}
    assert_sound(predictions)
    assert date.fromisoformat(model.card["training_cutoff"]) == AS_OF
