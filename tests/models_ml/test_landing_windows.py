"""Books, curves and cash of a window, worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from landing_ledgers import GivenCurves, cash, landmark, part, promised, steps, tables

from models_ml.checks import ModelInputError
from models_ml.landing_book import (
    CONTRACTED,
    NEW,
    OPEN,
    LandingTables,
    Leaving,
    _drawn,
    leaving_known,
)
from models_ml.landing_windows import CashHistory, build_window, months_before

DAY = np.datetime64("2026-03-01")
STAYS = Leaving(0.0)


def _window(given: LandingTables, model: GivenCurves, leaving: Leaving = STAYS, **more: object):
    return build_window(model, given, CashHistory(given.cash), DAY, DAY, leaving, **more)  # type: ignore[arg-type]


def test_an_open_invoice_is_expected_along_its_curve():
    given = tables([landmark("2026-03-01", "I1")], [part("2026-03-01", "I1", 200.0)])
    window = _window(given, GivenCurves({"I1": steps((0, 0.1), (9, 0.6))}))
    assert window.raw[OPEN, [0, 8, 9, 91]] == pytest.approx([20.0, 20.0, 120.0, 120.0])
    assert not window.raw[CONTRACTED].any()
    assert np.isnan(window.raw[NEW]).all()


def test_an_earlier_instalment_lands_as_many_days_before_as_it_is_due_before():
    """The curve of the last instalment reaches .6 on day 40; one due 31 days earlier on day 9."""
    given = tables(
        [landmark("2026-03-01", "I1")],
        [part("2026-03-01", "I1", 100.0), part("2026-03-01", "I1", 50.0, before=31)],
    )
    window = _window(given, GivenCurves({"I1": steps((40, 0.6))}))
    assert window.raw[OPEN, [8, 9, 39, 40]] == pytest.approx([0.0, 30.0, 30.0, 90.0])


def test_an_invoice_without_a_curve_is_in_the_book_but_expected_by_no_day():
    given = tables(
        [landmark("2026-03-01", "I1"), landmark("2026-03-01", "I2")],
        [part("2026-03-01", one, 10.0) for one in ("I1", "I2", "I3")],
    )
    window = _window(given, GivenCurves({"I1": steps((0, 1.0)), "I2": np.full(121, np.nan)}))
    assert window.book.open_amount == 30.0
    assert window.raw[OPEN, 91] == pytest.approx(10.0)


def test_an_invoice_under_contract_is_paid_from_its_issue_on_if_the_customer_stays():
    """Issued on day 10 with P(paid by 5 days) = .5; at 1 % a day, e^-.1 = .9048 are still there."""
    given = tables(
        [landmark("2026-02-11", "I1", paid_share=0.4, is_disputed=True)],
        [],
        [promised("2026-03-01", "2026-03-11", "I1", 100.0)],
    )
    model = GivenCurves({"I1": steps((5, 0.5))})
    window = _window(given, model, Leaving(0.0, {"C1": 0.01}))
    assert window.raw[CONTRACTED, [14, 15, 91]] == pytest.approx([0.0, 45.24, 45.24], abs=0.01)
    asked = model.asked[-1].iloc[0]
    assert asked["landmark_date"] == pd.Timestamp("2026-03-11")
    assert (asked["days_to_due"], asked["age_days"], asked["paid_share"]) == (30, 0, 0)
    assert not asked["is_disputed"]


def test_an_invoice_under_contract_is_like_the_first_sight_of_its_predecessor():
    """What was seen on the morning itself or later was not known."""
    rows = [
        landmark(day, "I1", age_days=number)
        for number, day in enumerate(["2026-02-11", "2026-02-20"])
    ]
    given = tables(rows, [], [promised("2026-03-01", "2026-03-01", "I1", 100.0)])
    model = GivenCurves({"I1": steps((0, 1.0))})
    _window(given, model)
    assert len(model.asked[-1]) == 1
    late = tables(
        [landmark("2026-03-01", "I1")], [], [promised("2026-03-01", "2026-03-01", "I1", 1.0)]
    )
    assert not _window(late, model).raw[CONTRACTED].any()


def test_cash_is_of_the_line_its_invoice_had_that_morning():
    received = [
        cash("2026-02-28", 1_000.0, "2026-01-01"),
        cash("2026-03-01", 1.0, "2026-02-28"),
        cash("2026-03-02", 2.0, "2026-03-01", "2026-02-01"),
        cash("2026-03-03", 4.0, "2026-03-02", "2026-03-01"),
        cash("2026-03-04", 8.0),
        cash("2026-03-05", -3.0),
    ]
    history = CashHistory(tables([], [], received=received).cash)
    landed = history.landed(DAY)
    assert landed[:, 0] == pytest.approx([1.0, 0.0, 0.0])
    assert landed[:, 4] == pytest.approx([1.0, 2.0, 9.0])
    known = history.landed_before(DAY, np.datetime64("2026-03-04"))
    assert known[:, 2].tolist() == [1.0, 2.0, 4.0]
    assert np.isnan(known[:, 3:]).all()


def test_new_business_is_what_the_last_months_brought_from_the_same_day_on():
    """7, 8 and 9 on the third day from the first of December, January and February; mean 8."""
    received = [cash("2025-10-15", 100.0, "2025-10-01")] + [
        cash(f"{month}-03", amount, f"{month}-02")
        for month, amount in (("2025-12", 7.0), ("2026-01", 8.0), ("2026-02", 9.0))
    ]
    window = _window(tables([], [], received=received), GivenCurves({}))
    # November brought nothing, from its own invoices or any.
    assert window.raw[NEW, 2] == pytest.approx(24.0 / 4)
    assert sorted(window.new_business[:4, 2]) == [0.0, 7.0, 8.0, 9.0]
    # Windows of 60 days from January on have not ended by March.
    assert np.isnan(window.new_business[:, 60]).all()


def test_new_business_without_three_months_is_not_known():
    received = [cash("2026-01-03", 7.0, "2026-01-02")]
    assert np.isnan(_window(tables([], [], received=received), GivenCurves({})).raw[NEW]).all()


def test_the_day_a_month_before_is_cut_at_the_month():
    assert months_before(np.datetime64("2026-03-31"), 1) == np.datetime64("2026-02-28")
    assert months_before(np.datetime64("2026-03-15"), 14) == np.datetime64("2025-01-15")


def test_customers_leave_as_fast_as_labels_known_by_then_say():
    """1 of 4 left in 90 days: -log(.75) / 90 a day; a label of February was not known in March."""
    labels = pd.DataFrame(
        {
            "as_of_date": pd.to_datetime(["2025-09-30"] * 4 + ["2026-02-28", "2025-09-30"]),
            "is_churned": [True, False, False, False, True, None],
        }
    )
    assert leaving_known(labels, DAY).rate == pytest.approx(-np.log(0.75) / 90)
    assert leaving_known(labels.iloc[:0], DAY).rate == 0.0


def test_drawn_rows_stand_for_all_and_large_ones_are_always_drawn():
    rows = pd.DataFrame({"amount": [1_000.0] + [1.0] * 400})
    drawn, amounts = _drawn(rows, "amount", 50)
    assert 0 in drawn.index
    assert len(drawn) <= 51
    assert amounts[0] == 1_000.0
    assert amounts.sum() == pytest.approx(1_400.0, rel=0.05)


def test_negative_amounts_lower_the_sum_and_break_nothing():
    given = tables(
        [landmark("2026-03-01", "I1"), landmark("2026-03-01", "I2")],
        [part("2026-03-01", "I1", -50.0), part("2026-03-01", "I2", 80.0)],
    )
    window = _window(given, GivenCurves({one: steps((3, 0.5)) for one in ("I1", "I2")}))
    assert window.raw[OPEN, 3] == pytest.approx(15.0)


def test_a_missing_column_is_named():
    given = tables([], [])
    with pytest.raises(
        ModelInputError, match=r"parts lacks the column\(s\) days_before_last_due\."
    ):
        LandingTables(
            given.landmarks,
            given.parts.drop(columns="days_before_last_due"),
            given.contracted,
            given.cash,
        ).checked()
