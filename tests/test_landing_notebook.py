"""The notebook on past landings finds what a pencil finds."""

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from tests.notebook_rig import run_named

OUTCOMES = (
    "as_of_date date, month_start_date date, line varchar, is_issued boolean,"
    " is_calibrated boolean, is_in_interval boolean, p10_amount_reporting decimal(18, 2),"
    " p50_amount_reporting decimal(18, 2), p90_amount_reporting decimal(18, 2),"
    " expected_amount_reporting decimal(18, 2), landed_amount_reporting decimal(18, 2)"
)


def find(
    folder: Path, monkeypatch: pytest.MonkeyPatch, months: list[tuple[str, int, int]]
) -> dict[str, Any]:
    """Run it on months: first day, P50, landed; bounds are 100 to both sides of the P50."""
    path = folder / "publication.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.fct_cash_landing_outcomes ({OUTCOMES})")
        for month, middle, landed in months:
            inside = middle - 100 <= landed <= middle + 100
            bounds = (middle - 100, middle, middle + 100)
            rows = [
                ("total", inside, *bounds, middle, landed),
                # Two parts that miss by 30 to either side, and a third that has nothing expected.
                ("open_invoices", None, None, None, None, middle - 230, landed - 200),
                ("contracted_invoices", None, None, None, None, 230, 200),
                ("new_business", None, None, None, None, None, 0),
            ]
            connection.executemany(
                "insert into marts.fct_cash_landing_outcomes"
                f" values ('2026-06-10', '{month}', $1, false, '{month}' > '2026-02-01', $2, $3,"
                " $4, $5, $6, $7)",
                rows,
            )
    monkeypatch.setenv("ENCOURS_PUBLICATION", str(path))
    return run_named("landing_forecast")


MONTHS = [
    ("2026-01-01", 1000, 1000),
    ("2026-02-01", 1000, 1100),
    ("2026-03-01", 1000, 900),
    ("2026-04-01", 1000, 1050),
    ("2026-05-01", 1000, 750),
]


def test_the_middle_is_judged_beside_rules_on_the_months_that_have_both(
    tmp_path, monkeypatch, capsys
):
    errors = find(tmp_path, monkeypatch, MONTHS)["errors"]
    # April and May: landed 1050 and 750; the month before 900 and 1050; three months 1000, 1016.67.
    assert errors.loc["forecast, P50", "weighted_error"] == pytest.approx(300 / 1800)
    assert errors.loc["forecast, P50", "bias"] == pytest.approx(-200 / 1800)
    assert errors.loc["the month before", "weighted_error"] == pytest.approx(450 / 1800)
    mean = errors.loc["mean of three months before"]
    assert mean["weighted_error"] == pytest.approx((50 + 266.6667) / 1800, rel=1e-5)
    assert errors["months"].tolist() == [2, 2, 2]
    assert "0.95 times that of the better rule, over 2 months." in capsys.readouterr().out


def test_a_missing_month_is_not_bridged(tmp_path, monkeypatch, capsys):
    months = [row for row in MONTHS if row[0] != "2026-03-01"]
    errors = find(tmp_path, monkeypatch, months)["errors"]
    assert errors["months"].tolist() == [0, 0, 0]
    assert errors["weighted_error"].isna().all()
    assert "Fewer than four months in a row" in capsys.readouterr().out


def test_bounds_are_counted_with_what_chance_allows(tmp_path, monkeypatch):
    bounds = find(tmp_path, monkeypatch, MONTHS)["bounds"]
    assert bounds.loc["all", ["months", "inside", "below_p10", "above_p90"]].tolist() == [
        5,
        4,
        1,
        0,
    ]
    assert bounds.loc["calibrated", "months"] == 3
    # Wilson's interval of 4 in 5, from a table.
    assert bounds.loc["all", "share_from"] == pytest.approx(0.3755, abs=1e-4)
    assert bounds.loc["all", "share_to"] == pytest.approx(0.9638, abs=1e-4)
    widths = [200 / landed for _, _, landed in MONTHS]
    assert bounds.loc["all", "mean_width"] == pytest.approx(sum(widths) / 5)


def test_errors_of_parts_that_cancel_are_said(tmp_path, monkeypatch):
    found = find(tmp_path, monkeypatch, [("2026-05-01", 1000, 1000)])
    # The parts are off by +30 and -30, the total by nothing.
    assert found["hidden_by_parts"] == 1
    by_part = found["by_part"]
    assert by_part["error"].tolist() == [30, -30]
    assert by_part["weighted_error"].tolist() == pytest.approx([30 / 800, 30 / 200])


def test_a_company_without_past_months_is_told_so(tmp_path, monkeypatch, capsys):
    found = find(tmp_path, monkeypatch, [])
    assert "No past month has a forecast with bounds yet" in capsys.readouterr().out
    assert isinstance(found["errors"], pd.DataFrame)
    assert found["bounds"]["months"].tolist() == [0, 0]
