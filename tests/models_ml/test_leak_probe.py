"""A past row is remembered as it was first built; a later build that differs is named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models_ml.leak import GONE, ROWS_A_DATE, compare, draw_sample, probe

KEY = ("landmark_date", "invoice_id")
NAMES = ["days_to_due", "customer_paid_count", "is_disputed", "segment"]


def build(rows: int = 100, dates: int = 2) -> pd.DataFrame:
    days = [np.datetime64("2026-03-01") + 17 * n for n in range(dates)]
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "landmark_date": day,
                    "invoice_id": [f"I{number}" for number in range(rows)],
                    "days_to_due": np.arange(rows) / 3.0,
                    "customer_paid_count": np.arange(rows) % 7,
                    "is_disputed": pd.array([None, True] * (rows // 2), dtype="boolean"),
                    "segment": ["small", None] * (rows // 2),
                }
            )
            for day in days
        ],
        ignore_index=True,
    )


def changed(table: pd.DataFrame, later: pd.DataFrame) -> dict[str, int]:
    found = compare(draw_sample(table, KEY, NAMES, set()), later, KEY, NAMES)
    return {row.feature: row.changed for row in found.itertuples() if row.changed}


def test_some_rows_of_each_date_are_remembered_and_always_the_same_ones():
    sample = draw_sample(build(), KEY, NAMES, set())
    assert sample.groupby("row_date").size().to_dict() == {
        "2026-03-01": ROWS_A_DATE,
        "2026-03-18": ROWS_A_DATE,
    }
    shuffled = build().sample(frac=1.0, random_state=4)
    again = draw_sample(shuffled, KEY, NAMES, set())
    assert set(again["row_id"]) == set(sample["row_id"])


def test_a_date_already_remembered_is_not_drawn_again():
    assert set(draw_sample(build(), KEY, NAMES, {"2026-03-01"})["row_date"]) == {"2026-03-18"}
    assert draw_sample(build(), KEY, NAMES, {"2026-03-01", "2026-03-18"}).empty


def test_the_same_build_again_changes_nothing():
    assert changed(build(), build().sample(frac=1.0, random_state=4)) == {}


def test_the_last_digits_of_a_sum_are_no_change():
    later = build()
    later["days_to_due"] += 1e-12
    assert changed(build(), later) == {}


def test_a_feature_that_changed_is_named_with_its_rows():
    later = build()
    later["customer_paid_count"] += 1
    assert changed(build(), later) == {"customer_paid_count": 2 * ROWS_A_DATE}


@pytest.mark.parametrize("column", ["is_disputed", "segment"])
def test_a_value_that_came_or_went_is_a_change(column: str):
    later = build()
    value = {"is_disputed": True, "segment": "small"}[column]
    later[column] = pd.Series(
        [value if empty else None for empty in later[column].isna()], dtype=object
    )
    assert changed(build(), later) == {column: 2 * ROWS_A_DATE}


def test_a_row_that_is_gone_is_a_change_and_a_date_that_is_gone_is_not():
    later = build()
    assert changed(build(), later[later["landmark_date"] > "2026-03-01"]) == {}
    sample = draw_sample(build(), KEY, NAMES, set())
    first = sample["row_id"].iloc[0]
    gone = later[~((later["invoice_id"] == first) & (later["landmark_date"] == "2026-03-01"))]
    assert changed(build(), gone) == {GONE: 1}


def test_a_new_row_is_no_change():
    assert changed(build(100), build(140)) == {}


def test_the_probe_tells_an_overwritten_record_from_a_leak():
    def found(count: int) -> pd.DataFrame:
        return pd.DataFrame({"feature": ["segment"], "compared": [1_000], "changed": [count]})

    assert probe(found(20)).passed
    failed = probe(found(21))
    assert not failed.passed
    assert "segment in 21 of 1000" in failed.detail


def test_the_probe_says_that_there_was_nothing_to_compare():
    nothing = probe(pd.DataFrame({"feature": [], "compared": [], "changed": []}))
    assert nothing.passed
    assert "nothing to compare yet" in nothing.detail
