"""Bias, choice, interval and table of the landing, on pasts made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from landing_ledgers import GivenCurves, cash, landmark, part, promised, steps, tables
from simulated_ledgers import AS_OF, Ledger

from models_ml.copula import Residuals
from models_ml.landing import (
    FORECAST_COLUMNS,
    forecast_landing,
    landing_horizons,
    leaving_by_customer,
    month_forecasts,
)
from models_ml.landing_book import REACH_DAYS, Book, LandingTables, Leaving
from models_ml.landing_calibration import (
    ALL_LINES,
    COPULA,
    GRID_DAYS,
    RATIOS,
    TOTAL,
    HorizonCalibration,
    kept_share,
    known_past,
)
from models_ml.landing_intervals import _shown, _stretched, forecast, walk
from models_ml.landing_training import (
    LandingHistory,
    calibrate_landing,
    past_from_document,
)
from models_ml.landing_windows import Window

DAY = date(2026, 3, 18)
END = np.datetime64("2026-07-01")
AT_30 = int(np.flatnonzero(GRID_DAYS == 30)[0])


def _window(month: str, expected: float, landed: float, first_day: float = 0.0) -> Window:
    """Ten invoices of one customer each; a tenth of new business that comes as expected."""
    raw = np.zeros((3, REACH_DAYS))
    raw[0] = np.linspace(first_day or expected / 92, expected, REACH_DAYS)
    raw[2] = 0.1 * expected
    came = np.zeros((3, REACH_DAYS))
    came[0], came[2] = landed, 0.1 * expected
    start = np.datetime64(f"{month}-01", "D")
    probability = np.tile(raw[0] / expected, (10, 1))
    book = Book(np.full(10, expected / 10), np.zeros(10), np.arange(10), probability, expected)
    known = (start + np.arange(REACH_DAYS)) < END
    return Window(
        start=start,
        raw=raw,
        landed=np.where(known, came, np.nan),
        book=book,
        new_business=np.full((6, REACH_DAYS), 0.1 * expected),
        residuals=Residuals(10, 0.0, 10.0, 10.0, 0, 10),
    )


def _months(count: int) -> list[str]:
    return [str(np.datetime64("2026-06") - back) for back in range(count - 1, -1, -1)]


def test_the_bias_of_a_line_is_what_landed_over_what_was_expected():
    """Expected 100 each at day 92; 60, 80 and 100 landed: 240 of 300."""
    windows = [
        _window(month, 100.0, landed)
        for month, landed in zip(
            ("2025-10", "2025-11", "2025-12"), (60.0, 80.0, 100.0), strict=True
        )
    ]
    walked = walk(windows, seed=1)
    at_92 = known_past(walked, END).horizons[-1]
    assert at_92.bias == pytest.approx([0.8, 1.0, 1.0])
    # Each ratio with the bias of the others: 60 / 90, 80 / 80, 100 / 70.
    assert np.exp(at_92.ratios[0]) == pytest.approx([60 / 90, 1.0, 100 / 70])
    # The total: 70 of 90 + 10, 90 of 80 + 10, 110 of 70 + 10.
    assert np.exp(at_92.ratios[TOTAL]) == pytest.approx([0.7, 1.0, 110 / 80])


def test_a_window_is_corrected_by_those_that_had_ended_before_it():
    windows = [_window(month, 100.0, 50.0) for month in _months(9)]
    walked = walk(windows, seed=1)
    expected = [item.expected[0, AT_30] for item in walked]
    full = windows[0].raw[0, 29]
    assert expected[:3] == pytest.approx([full] * 3)
    assert expected[4:] == pytest.approx([50.0] * 5)


def test_the_first_days_of_past_months_say_nothing_of_the_last_days_of_this_one():
    # Half of what was expected came in each month's first weeks, all of it by the end of four.
    windows = []
    for month in _months(18):
        window = _window(month, 9200.0, 0.0)
        came = window.raw.copy()
        came[0, 1:27] *= 0.5
        known = ~np.isnan(window.landed)
        windows.append(replace(window, landed=np.where(known, came, np.nan)))
    past = known_past(walk(windows, seed=1), np.datetime64("2026-06-23"))
    first = _window("2026-06", 9200.0, 0.0)
    days = np.array([8, 30])
    at_first = forecast(first, past, days, seed=1)
    inside = forecast(replace(first, start=np.datetime64("2026-06-23")), past, days, seed=1)
    assert at_first.expected[0] == pytest.approx([400, 3000], rel=0.02)
    assert inside.expected[0] == pytest.approx([800, 3000], rel=0.02)
    assert at_first.is_calibrated.tolist() == [True, True]
    assert inside.is_calibrated.tolist() == [False, True]
    assert np.isfinite(inside.shown[TOTAL]).all()


def test_cash_received_before_but_not_recorded_is_not_expected_again():
    """Of 40 a window expected on the first day, 10 are dated on it."""
    windows = [_window(month, 100.0, 10.0, first_day=40.0) for month in _months(4)]
    walked = walk(windows, seed=1)
    assert kept_share(walked, END) == pytest.approx(0.25)
    assert kept_share(walked[:2], END) == 1.0
    assert windows[0].expected_raw(0.25)[0, 0] == pytest.approx(10.0)
    assert windows[0].expected_raw(0.25)[0, -1] == pytest.approx(70.0)
    assert windows[0].book.landed_by(0.25)[0, 0] == pytest.approx(0.1)


def _calibration(windows: int, score: tuple[float, float], scored: int = 9) -> HorizonCalibration:
    return HorizonCalibration(
        days=30,
        windows=windows,
        bias=np.ones(3),
        ratios=tuple(np.zeros(windows) for _ in ALL_LINES),
        score=np.array([score] * 4),
        scored=np.full(4, scored),
        stretch=np.ones(4),
    )


def test_the_better_score_chooses_and_below_eight_windows_nothing_is_chosen():
    assert _calibration(8, (0.4, 0.5)).method(TOTAL) == "copula"
    assert _calibration(8, (0.5, 0.4)).method(TOTAL) == "ratios"
    assert _calibration(7, (0.5, 0.4)).method(TOTAL) == "wider"
    assert not _calibration(7, (0.5, 0.4)).is_calibrated
    assert _calibration(8, (0.5, 0.4), scored=3).method(TOTAL) == "wider"
    assert _calibration(8, (np.nan, np.nan)).method(TOTAL) == "wider"


def test_the_wider_interval_takes_both_ends_and_alone_the_copula_is_widened():
    both = np.array([[80.0, 100.0, 110.0], [85.0, 95.0, 130.0]])
    assert _shown(both, "wider").tolist() == [80.0, 95.0, 130.0]
    assert _shown(both, "copula").tolist() == [80.0, 100.0, 110.0]
    alone = np.array([[50.0, 100.0, 200.0], [np.nan] * 3])
    # 100 x .5^1.5 and 100 x 2^1.5.
    assert _shown(alone, "wider") == pytest.approx([35.355, 100.0, 282.843], abs=1e-3)
    assert np.isnan(_shown(np.full((2, 3), np.nan), "wider")).all()


def test_an_interval_that_reaches_nought_is_stretched_plainly():
    assert _stretched(np.array([0.0, 10.0, 30.0]), 2.0).tolist() == [-10.0, 10.0, 50.0]


def test_no_bound_lies_further_from_the_middle_than_five_times():
    assert _stretched(np.array([1.0, 10.0, 100.0]), 30.0).tolist() == [2.0, 10.0, 50.0]


def test_a_month_of_outage_does_not_say_that_anything_may_come():
    """A tenth of the expected cash landed in one month of nine."""
    windows = [
        _window(month, 100.0, 10.0 if number == 7 else 100.0)
        for number, month in enumerate(_months(9))
    ]
    shown = walk(windows, seed=1)[-1].shown[TOTAL, AT_30]
    assert shown[2] <= 5.0 * shown[1]


def test_bounds_of_expected_refunds_are_in_order():
    """New business of -5 after eight months in which it came at .8 to 1.2 of what was expected."""
    windows = [
        replace(window, landed=window.landed * (0.8 + 0.05 * number))
        for number, window in enumerate(_window(month, 100.0, 50.0) for month in _months(9))
    ]
    refunds = windows[-1].raw.copy()
    refunds[2] = -5.0
    windows[-1] = replace(windows[-1], raw=refunds)
    item = walk(windows, seed=1)[-1]
    bounds = item.quantiles[RATIOS, 2, AT_30]
    assert (bounds < 0).all()
    assert (np.diff(bounds) >= 0).all()


def test_the_copula_is_stretched_to_what_it_missed_before():
    """Every month lands at twice or half of what is expected: factors see nothing of it."""
    windows = [
        _window(month, 100.0, 200.0 if number % 2 else 50.0)
        for number, month in enumerate(_months(14))
    ]
    past = known_past(walk(windows, seed=1), END)
    assert past.horizons[AT_30].stretch[0] > 1.5
    steady = [_window(month, 100.0, 100.0 * 30 / 92) for month in _months(14)]
    assert known_past(walk(steady, seed=1), END).horizons[AT_30].stretch[0] == 0.5


def test_intervals_of_a_noisy_past_cover_about_eight_in_ten():
    """Ten invoices make lumps: the copula's interval may be wider, not narrower."""
    random = np.random.default_rng(3)
    months = [str(np.datetime64("2026-06") - back) for back in range(71, -1, -1)]
    windows = [
        _window(month, 100.0, 100.0 * np.exp(0.3 * random.standard_normal())) for month in months
    ]
    walked = [item for item in walk(windows, seed=1) if item.is_calibrated[AT_30]]
    landed = np.array([item.landed[TOTAL, AT_30] for item in walked[:-1]])
    coverage = []
    for method in (COPULA, RATIOS):
        interval = np.array([item.quantiles[method, TOTAL, AT_30] for item in walked[:-1]])
        coverage.append(((interval[:, 0] <= landed) & (landed <= interval[:, 2])).mean())
    assert 0.7 <= coverage[COPULA] <= 0.97
    assert coverage[RATIOS] == pytest.approx(0.8, abs=0.1)


def test_horizons_are_sundays_month_ends_and_days():
    """18 March 2026 is a Wednesday."""
    horizons = dict(landing_horizons(DAY))
    assert len(horizons) == 19
    assert horizons["week_1"] == date(2026, 3, 22)
    assert horizons["week_13"] == date(2026, 6, 14)
    assert horizons["month_end"] == date(2026, 3, 31)
    assert horizons["next_month_end"] == date(2026, 4, 30)
    assert horizons["60d"] == date(2026, 5, 17)
    assert dict(landing_horizons(date(2026, 3, 22)))["week_1"] == date(2026, 3, 29)
    assert dict(landing_horizons(date(2026, 12, 31)))["next_month_end"] == date(2027, 1, 31)


def _forecast(
    given: LandingTables, curves: dict[str, np.ndarray], calibration=None
) -> pd.DataFrame:
    model = GivenCurves(curves)
    return forecast_landing(model, calibration, given, DAY, Leaving(0.0))  # type: ignore[arg-type]


def _one(table: pd.DataFrame, horizon: str, line: str) -> pd.Series:
    return table[(table["horizon"] == horizon) & (table["line"] == line)].iloc[0]


def test_without_a_past_the_forecast_says_uncalibrated_and_keeps_its_lines_apart():
    given = tables(
        [landmark("2026-03-18", f"I{n}", f"C{n}") for n in range(40)]
        + [landmark("2026-02-20", "S1", "C1")],
        [part("2026-03-18", f"I{n}", 100.0, customer=f"C{n}") for n in range(40)],
        [promised("2026-03-18", "2026-03-20", "S1", 500.0)],
    )
    curves = {f"I{n}": steps((0, 0.1), (10, 0.5), (50, 0.9)) for n in range(40)}
    table = _forecast(given, {**curves, "S1": steps((20, 0.8))})
    assert tuple(table.columns) == FORECAST_COLUMNS
    assert set(table["line"]) == {"open_invoices", "contracted_invoices", "total"}
    assert not table["is_calibrated"].any()
    assert set(table["method"]) == {"wider"}
    assert _one(table, "month_end", "open_invoices")["expected_amount"] == pytest.approx(2_000.0)
    assert _one(table, "60d", "contracted_invoices")["expected_amount"] == pytest.approx(400.0)
    total = _one(table, "60d", "total")
    assert total["expected_amount"] == pytest.approx(4_000.0)
    bounds = table.pivot(index="horizon", columns="line", values="p90_amount")
    assert (bounds["total"] >= bounds["open_invoices"]).all()
    assert total["p10_amount"] < total["p50_amount"] < total["p90_amount"]


def test_lines_add_up_in_expectation_and_quantiles_rise_with_the_horizon():
    received = [cash(f"2026-{month:02}-20", 50.0, f"2026-{month:02}-19") for month in (1, 2)]
    received += [cash(f"2025-{month:02}-20", 40.0, f"2025-{month:02}-19") for month in range(8, 13)]
    given = tables([landmark("2026-03-18", "I1")], [part("2026-03-18", "I1", 100.0)], [], received)
    table = _forecast(given, {"I1": steps((0, 0.2), (12, 0.7))})
    wide = table.pivot(index="horizon", columns="line", values="expected_amount")
    assert (wide["open_invoices"] + wide["new_business"]).to_numpy() == pytest.approx(
        wide["total"].to_numpy()
    )
    total = table[table["line"] == "total"].sort_values("horizon_date")
    for level in ("p10_amount", "p50_amount", "p90_amount"):
        assert (np.diff(total[level]) >= 0).all()


def test_a_total_does_not_fall_where_new_business_is_not_known_yet():
    """Four months of history: windows of 30 days have ended, windows of 91 have not."""
    received = [cash(f"2026-{month:02}-20", 50.0, f"2026-{month:02}-19") for month in (1, 2)]
    received += [cash(f"2025-{month:02}-20", 50.0, f"2025-{month:02}-19") for month in (11, 12)]
    given = tables([landmark("2026-03-18", "I1")], [part("2026-03-18", "I1", 100.0)], [], received)
    table = _forecast(given, {"I1": steps((0, 0.2), (12, 0.7))})
    totals = table[table["line"] == "total"].sort_values("horizon_date")["expected_amount"]
    assert totals.notna().all()
    assert (totals.diff().dropna() >= 0).all()
    assert _one(table, "week_13", "new_business")["expected_amount"] > 0


def test_an_empty_ledger_forecasts_nothing():
    assert len(_forecast(tables([], []), {})) == 0


def test_open_invoices_of_which_nothing_is_known_forecast_nothing():
    given = tables([landmark("2026-03-18", "I1")], [part("2026-03-18", "I1", 100.0)])
    assert len(_forecast(given, {"I1": np.full(121, np.nan)})) == 0


def test_one_customer_gives_an_interval():
    given = tables(
        [landmark("2026-03-18", f"I{n}") for n in range(5)],
        [part("2026-03-18", f"I{n}", 10.0) for n in range(5)],
    )
    table = _forecast(given, {f"I{n}": steps((3, 0.5)) for n in range(5)})
    row = _one(table, "7d", "total")
    assert row["p10_amount"] <= row["p50_amount"] <= row["p90_amount"]
    assert row["expected_amount"] == pytest.approx(25.0)


def test_a_predicted_chance_of_leaving_becomes_a_daily_rate():
    """Who has given notice leaves: 99 % in 90 days."""
    table = pd.DataFrame(
        {
            "customer_id": ["C1", "C2", "C3"],
            "method": ["logistic", "none", "notice_given"],
            "p_churn": [0.5, np.nan, np.nan],
        }
    )
    rates = leaving_by_customer(Leaving(0.002), table).rates(np.array(["C1", "C2", "C3"]))
    assert rates == pytest.approx([np.log(2.0) / 90, 0.002, np.log(100.0) / 90])


@pytest.fixture(scope="module")
def history(ledger: Ledger) -> LandingHistory:
    """The simulated ledger with month starts made of its grid days, a part and a payment each."""
    rows = pd.concat([ledger.landmarks, ledger.scoring], ignore_index=True)
    day = rows["landmark_date"].to_numpy().astype("datetime64[D]")
    month = day.astype("datetime64[M]").astype("datetime64[D]")
    first_seen = pd.Series(day).groupby(month).transform("min").to_numpy()
    moved = (day == first_seen) & (day < np.datetime64(AS_OF))
    starts = rows[moved].assign(landmark_date=month[moved].astype("datetime64[s]"))
    paid = ledger.true_days[ledger.true_days["kind"] == "paid"]
    known = rows.groupby("invoice_id")["landmark_date"].min().rename("known") - pd.Timedelta(
        days=20
    )
    paid = paid.merge(known, left_on="invoice_id", right_index=True)
    amounts = rows.drop_duplicates("invoice_id").set_index("invoice_id")["gross_amount"]
    received = pd.DataFrame(
        {
            "cash_date": paid["paid_date"],
            "invoice_known_date": paid["known"],
            "contracted_since_date": np.datetime64("9999-12-31", "s"),
            "amount_reporting": paid["invoice_id"].map(amounts).astype(float),
        }
    )
    outcomes = ledger.outcomes[ledger.outcomes["landmark_date"].isin(day[moved])]
    outcomes = outcomes.assign(
        landmark_date=outcomes["landmark_date"]
        .to_numpy()
        .astype("datetime64[M]")
        .astype("datetime64[s]")
    )
    book = pd.concat([starts, ledger.scoring], ignore_index=True)
    empty = tables([], [])
    return LandingHistory(
        LandingTables(
            pd.concat([starts, ledger.scoring], ignore_index=True).drop_duplicates(
                ["landmark_date", "invoice_id"]
            ),
            pd.DataFrame(
                {
                    "landmark_date": book["landmark_date"],
                    "invoice_id": book["invoice_id"],
                    "customer_id": book["customer_id"],
                    "days_before_last_due": 0,
                    "open_amount_reporting": book["gross_amount"],
                }
            ),
            empty.contracted,
            received[received["cash_date"] < pd.Timestamp(AS_OF)],
        ),
        outcomes,
        pd.DataFrame({"as_of_date": pd.to_datetime([]), "is_churned": []}),
    )


@pytest.fixture(scope="module")
def document(history: LandingHistory) -> dict:
    return calibrate_landing(history, AS_OF, with_hazard=False)


def test_the_calibration_is_json_and_comes_back_whole(document: dict):
    back = json.loads(json.dumps(document, allow_nan=False))
    past = past_from_document(back)
    assert len(document["cutoffs"]) == 4
    assert [one.days for one in past.horizons] == GRID_DAYS.tolist()
    assert past.horizons[AT_30].windows >= 8
    assert past.factors.windows >= 3


def test_a_forecast_with_a_past_says_by_what_and_from_how_many_windows(
    history: LandingHistory, document: dict, hazard
):
    table = forecast_landing(hazard, document, history.tables, AS_OF, Leaving(0.0))
    row = _one(table, "30d", "total")
    assert row["is_calibrated"]
    assert row["windows"] >= 8
    assert row["method"] in ("copula", "ratios")
    assert row["p10_amount"] < row["p50_amount"] < row["p90_amount"]
    far = _one(table, "week_13", "total")
    assert far["is_calibrated"] == (far["windows"] >= 8)


def test_past_months_stand_with_what_was_forecast_of_them(document: dict):
    table = month_forecasts(document, AS_OF)
    total = table[table["line"] == "total"]
    assert len(total) == len(document["months"]) / 3 or len(total) > 6
    assert set(total["as_of_date"]) == {AS_OF}
    assert isinstance(total["month_start_date"].iloc[0], date)
    assert len(month_forecasts(None, AS_OF)) == 0


def test_a_history_of_a_few_months_has_no_windows(history: LandingHistory):
    early = date(2025, 1, 5)
    cut = LandingHistory(
        LandingTables(
            *(
                frame[pd.to_datetime(frame[day]) < pd.Timestamp(early)]
                for frame, day in (
                    (history.tables.landmarks, "landmark_date"),
                    (history.tables.parts, "landmark_date"),
                    (history.tables.contracted, "landmark_date"),
                    (history.tables.cash, "cash_date"),
                )
            )
        ),
        history.outcomes.assign(outcome="open", days_to_settlement=np.nan, days_to_known=np.nan),
        history.churn_outcomes,
    )
    document = calibrate_landing(cut, early, with_hazard=False)
    assert document["cutoffs"] == document["months"] == document["figures"] == []
    assert not past_from_document(document).horizons[AT_30].is_calibrated
