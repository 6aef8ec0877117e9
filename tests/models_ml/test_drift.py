"""The population stability index against figures worked out on paper."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from models_ml.drift import critical_value, learn_reference, measure_drift, stability_index
from models_ml.features import Encoding

ENCODING = Encoding(("late",), {"segment": ["large", "small"]})


def rows(late: list[float | None], segment: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [f"C{number}" for number in range(len(late))],
            "day": np.datetime64("2026-06-01"),
            "late": pd.array(late, dtype="Float64"),
            "segment": segment,
        }
    )


def test_the_index_of_two_halves_that_became_a_quarter_and_three():
    """(.25 - .5) ln .5 + (.75 - .5) ln 1.5 = .1733 + .1014."""
    index = stability_index(np.array([0.5, 0.5]), np.array([0.25, 0.75]))
    assert index == pytest.approx(0.2747, abs=5e-5)


def test_the_critical_value_is_that_of_the_table_over_the_sample_sizes():
    """Chi-square with 9 degrees of freedom at 5 %: 16.919; 100 and 400 customers: x (.01 + .0025)."""
    assert critical_value(10, 100, 400, 0.05) == pytest.approx(16.919 * 0.0125, rel=1e-4)
    assert critical_value(1, 100, 400, 0.05) == 0.0


def test_the_bins_are_deciles_with_a_bin_for_what_is_missing():
    reference = learn_reference(rows([*range(1, 11), None, None], ["small"] * 12), ENCODING, "day")
    late = reference["features"]["late"]
    assert late["edges"] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    assert late["shares"] == pytest.approx([1 / 12] * 10 + [2 / 12])
    assert reference["features"]["segment"]["shares"] == [0.0, 1.0, 0.0, 0.0]
    assert json.loads(json.dumps(reference)) == reference


def test_a_shift_is_measured_by_hand():
    """Half large, half small; then 10 of 40: with half a customer a bin 20.5/41 against 10.5/41."""
    reference = learn_reference(rows([1.0] * 40, ["large"] * 20 + ["small"] * 20), ENCODING, "day")
    today = rows([1.0] * 40, ["large"] * 10 + ["small"] * 30)
    found = measure_drift(reference, today).set_index("feature")
    small, large = 30.5 / 41, 10.5 / 41
    by_hand = (large - 0.5) * np.log(large / 0.5) + (small - 0.5) * np.log(small / 0.5)
    assert found.loc["segment", "psi"] == pytest.approx(by_hand)
    assert found.loc["late", "psi"] == 0.0
    # 5 % over two features, one degree of freedom: 5.024 x (1/40 + 1/40) = .2512.
    assert found.loc["segment", "critical_value"] == pytest.approx(0.2512, abs=1e-4)


@pytest.mark.parametrize(("customers", "is_drifted"), [(24, False), (400, True)])
def test_the_same_shift_is_chance_in_few_customers_and_drift_in_many(
    customers: int, is_drifted: bool
):
    half, quarter = customers // 2, customers // 4
    reference = learn_reference(
        rows([1.0] * customers, ["large"] * half + ["small"] * half), ENCODING, "day"
    )
    today = rows([1.0] * customers, ["large"] * quarter + ["small"] * (customers - quarter))
    found = measure_drift(reference, today).set_index("feature")
    assert bool(found.loc["segment", "is_drifted"]) is is_drifted


def test_a_sure_shift_too_small_to_matter_is_no_drift():
    half, more = 50_000, 52_000
    reference = learn_reference(
        rows([1.0] * 2 * half, ["large"] * half + ["small"] * half), ENCODING, "day"
    )
    today = rows([1.0] * 2 * half, ["large"] * more + ["small"] * (2 * half - more))
    found = measure_drift(reference, today).set_index("feature")
    assert found.loc["segment", "psi"] > found.loc["segment", "critical_value"]
    assert not found["is_drifted"].any()


def test_rows_of_one_customer_count_once():
    table = rows([1.0] * 40, ["large"] * 20 + ["small"] * 20).assign(customer_id="C1")
    found = measure_drift(learn_reference(table, ENCODING, "day"), table)
    assert set(found["training_customers"]) == set(found["scored_customers"]) == {1}


def test_a_column_gone_and_a_category_never_seen_are_severe():
    reference = learn_reference(
        rows(list(range(300)), ["large"] * 150 + ["small"] * 150), ENCODING, "day"
    )
    today = rows([1.0] * 300, ["public"] * 300).drop(columns="late")
    assert measure_drift(reference, today)["is_severe"].all()


def test_what_differs_from_day_to_day_anyway_is_no_drift():
    """Ages swing with the billing cycle: the index of each half against both is the usual one."""
    early = rows([1.0] * 200, ["large"] * 200)
    late = rows([9.0] * 200, ["large"] * 200).assign(day=np.datetime64("2026-06-18"))
    reference = learn_reference(pd.concat([early, late]), ENCODING, "day")
    found = measure_drift(reference, late).set_index("feature").loc["late"]
    assert found["psi"] == found["usual_psi"] > found["critical_value"]
    assert not found["is_drifted"]


def test_what_comes_round_with_the_month_is_not_compared_with_month_ends():
    """On every month end trained on, 40 days to the renewal; on the 23rd, 47: the month's doing."""
    table = rows([1.0, 2.0] * 50, ["small"] * 100).assign(days_to_renewal=40)
    reference = learn_reference(table, Encoding(("late", "days_to_renewal"), {}), "day")
    assert list(reference["features"]) == ["late"]
    assert set(measure_drift(reference, table.assign(days_to_renewal=47))["feature"]) == {"late"}


def test_only_the_latest_rows_are_the_reference():
    old = rows([1.0] * 40, ["large"] * 40).assign(day=np.datetime64("2025-06-01"))
    new = rows([1.0] * 40, ["small"] * 40)
    reference = learn_reference(pd.concat([old, new]), ENCODING, "day")
    assert reference["since"] == "2026-06-01"
    assert reference["features"]["segment"]["shares"] == [0.0, 1.0, 0.0, 0.0]


def test_no_row_to_score_measures_nothing():
    reference = learn_reference(rows([1.0], ["large"]), ENCODING, "day")
    assert measure_drift(reference, rows([], [])).empty
