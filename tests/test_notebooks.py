"""The notebooks run from top to bottom on a publication, and are kept without outputs."""

import ast
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.notebook_rig import NOTEBOOKS, cells, code, run_named

PREDICTIONS = (
    "as_of_date date, invoice_id varchar, customer_id varchar, method varchar, p10_date date,"
    " p50_date date, p90_date date, p_paid_30d double, p_unpaid_120d double, reasons_en varchar"
)
ITEMS = "as_of_date date, invoice_id varchar, due_date date, open_amount_reporting decimal(18, 2)"
FIGURES = (
    "as_of_date date, model varchar, segment varchar, metric varchar, value double,"
    " baseline_value double, n bigint"
)


def publish_customers(path: Path, customers: list[tuple[Any, ...]]) -> Path:
    """Write a publication of customers: id, segment, country, terms, invoices, days late."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_customer_360 (as_of_date date, customer_id varchar,"
            " segment varchar, country varchar, terms_days integer,"
            " settled_invoice_count_12m bigint, avg_days_late_12m double,"
            " median_days_late_12m double)"
        )
        if customers:
            connection.executemany(
                "insert into marts.fct_customer_360"
                " values ('2026-03-20', $1, $2, $3, $4, $5, $6, $6)",
                customers,
            )
        for table, columns in (
            ("fct_invoice_predictions", PREDICTIONS),
            ("fct_open_items", ITEMS),
            ("fct_model_evaluations", FIGURES),
        ):
            connection.execute(f"create table marts.{table} ({columns})")
        connection.execute(
            "create table marts.fct_days_to_pay (as_of_date date, weighted_avg_days_to_pay double,"
            " weighted_avg_terms_days double, weighted_avg_days_late double)"
        )
        connection.execute(
            "insert into marts.fct_days_to_pay values ('2026-02-28', 50, 40, 10),"
            " ('2026-03-20', 60, 45, 15)"
        )
    return path


@pytest.fixture
def days_to_pay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `days_to_pay` finds where small customers are 20 days late and the others never."""
    groups = [
        (segment, country, terms)
        for segment in ("small", "mid")
        for country in ("FR", "DE")
        for terms in (30, 60)
    ]
    customers: list[tuple[Any, ...]] = [
        (f"C{number}", segment, country, terms, 10, 20.0 if segment == "small" else 0.0)
        for number, (segment, country, terms) in enumerate(groups)
    ]
    customers += [
        ("new", "small", "FR", 30, 0, None),
        ("no terms", "small", "FR", None, 10, 99.0),
    ]
    path = publish_customers(tmp_path / "publication.duckdb", customers)
    monkeypatch.setenv("ENCOURS_PUBLICATION", str(path))
    return run_named("days_to_pay")


def test_customers_without_habit_or_terms_are_left_out_and_counted(days_to_pay):
    assert days_to_pay["population"].to_dict() == {
        "customers": 10,
        "with a settled invoice": 9,
        "analysed": 8,
        "invoices analysed": 80,
    }


def test_days_to_pay_is_terms_plus_days_late_beside_the_headline(days_to_pay):
    level = days_to_pay["level"]
    # Terms 30 and 60, late 20 and 0, in equal parts.
    assert level["by invoice, 12 months"].to_dict() == {
        "days_to_pay": 55.0,
        "terms_days": 45.0,
        "days_late": 10.0,
    }
    assert level.loc["days_to_pay", "by amount, 3 months"] == 60.0


def test_groups_are_averaged_by_invoice(days_to_pay):
    segments = days_to_pay["by_driver"]["segment"]
    assert segments["days_to_pay"].to_dict() == {"small": 65.0, "mid": 45.0}
    assert segments["days_late"].to_dict() == {"small": 20.0, "mid": 0.0}
    assert segments["invoices"].to_dict() == {"small": 40, "mid": 40}
    assert not segments["is_small"].any()


def test_segment_explains_all_lateness_and_terms_most_of_days_to_pay(days_to_pay):
    explained = days_to_pay["explained"]
    assert explained.loc["segment", "days_late"] == pytest.approx(1.0)
    # 8 customers, 2 groups: 1 - (1 - R2) x 7 / 6. Spread of days to pay: terms 15^2, late 10^2.
    assert explained.loc["terms_days", "days_to_pay"] == pytest.approx(1 - 100 / 325 * 7 / 6)
    assert explained.loc["segment", "days_to_pay"] == pytest.approx(1 - 225 / 325 * 7 / 6)
    assert explained.loc["country", "days_to_pay"] == pytest.approx(1 - 7 / 6)
    assert explained.loc["all three", "days_to_pay"] == pytest.approx(1.0)


def test_a_single_customer_explains_nothing_and_breaks_nothing(tmp_path, monkeypatch):
    path = publish_customers(tmp_path / "one.duckdb", [("C1", "small", "FR", 30, 4, 5.0)])
    monkeypatch.setenv("ENCOURS_PUBLICATION", str(path))
    found = run_named("days_to_pay")
    assert found["explained"].isna().all(axis=None)


def publish_predictions(path: Path, predictions: list[tuple[Any, ...]]) -> None:
    """Add open invoices: id, customer, method, P10, P50, P90, chances, reasons."""
    with duckdb.connect(str(path)) as connection:
        connection.executemany(
            "insert into marts.fct_invoice_predictions"
            " values ('2026-03-20', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            predictions,
        )
        # Two instalments: the invoice is as old as its older one.
        for due_date in ("2026-03-10", "2026-04-10"):
            connection.executemany(
                f"insert into marts.fct_open_items values ('2026-03-20', ?, '{due_date}', 50)",
                [row[:1] for row in predictions],
            )


def test_what_the_predictions_rest_on_is_said_with_their_width(tmp_path, monkeypatch, capsys):
    path = publish_customers(tmp_path / "p.duckdb", [("C1", "small", "FR", 30, 4, 5.0)])
    habits = [
        ("I1", "C1", "customer_median", "2026-03-22", "2026-03-25", "2026-04-01", 0.9, 0.0, None),
        ("I2", "C1", "customer_median", "2026-03-22", "2026-03-25", None, 0.5, 0.2, None),
        ("I3", "new", "none", None, None, None, None, None, None),
    ]
    publish_predictions(path, habits)
    monkeypatch.setenv("ENCOURS_PUBLICATION", str(path))
    found = run_named("days_to_pay")
    said = capsys.readouterr().out
    assert "No payment model is in use" in said
    assert "No model was evaluated" in said
    assert "No reasons" in said
    habit = found["rests_on"].loc["the customer's own habit"]
    assert habit.to_dict() == {
        "invoices": 2,
        "open_amount": 200,
        "mean_width_days": 10,
        "p90_beyond_horizon": 0.5,
    }
    nothing = found["rests_on"].loc["nothing: too few payments are known"]
    assert nothing["invoices"] == 1
    assert found["predictions"]["days_past_due"].tolist() == [10, 10, 10]


def test_errors_stand_beside_coverage_width_and_baseline_by_kind(tmp_path, monkeypatch, capsys):
    path = publish_customers(tmp_path / "p.duckdb", [("C1", "small", "FR", 30, 4, 5.0)])
    text = (
        "pays later: paid its last three invoices 14 days late on average (other customers: 2 days "
        "late), has 1,200 invoices past due (other customers: none); pays earlier: payment promised "
        "for 27 November"
    )
    publish_predictions(
        path, [("I1", "C1", "hazard", "2026-03-22", "2026-03-25", "2026-04-01", 0.9, 0.0, text)]
    )
    metrics = {"crps_days": 6.0, "coverage_80": 0.8, "width_80_days": 20.0, "brier_7d": 0.1}
    rows = [
        ("2026-03-20", "time_to_pay", segment, metric, value, value + 1, n)
        for segment, n in (("all", 500), ("d1_30", 90), ("country=FR", 400))
        for metric, value in metrics.items()
    ]
    rows += [
        ("2026-03-20", "time_to_pay", "tenth=01", "predicted_paid_30d", 0.2, 0.3, 40),
        ("2026-03-20", "time_to_pay", "tenth=01", "observed_paid_30d", 0.26, 0.26, 40),
        ("2026-02-28", "time_to_pay", "all", "crps_days", 99.0, 99.0, 1),
        ("2026-03-20", "churn", "all", "brier", 99.0, 99.0, 1),
    ]
    with duckdb.connect(str(path)) as connection:
        connection.executemany(
            "insert into marts.fct_model_evaluations values (?, ?, ?, ?, ?, ?, ?)", rows
        )
    monkeypatch.setenv("ENCOURS_PUBLICATION", str(path))
    found = run_named("days_to_pay")
    said = capsys.readouterr().out
    assert "The payment model is in use." in said
    assert "500 open invoices of later months were predicted and then followed." in said
    assert "Largest gap between predicted and observed share: 6%." in said
    by_kind = found["by_kind"]
    assert by_kind.index.tolist() == [
        ("age", "all", 500),
        ("age", "d1_30", 90),
        ("country", "FR", 400),
    ]
    assert by_kind[("CRPS, days", "model")].tolist() == [6.0, 6.0, 6.0]
    assert by_kind[("width, days", "baseline")].tolist() == [21.0, 21.0, 21.0]
    assert by_kind["is_small"].tolist() == [False, True, False]
    assert sorted(found["reasons"].index) == [
        ("pays earlier", "payment promised for …"),
        ("pays later", "has … invoices past due"),
        ("pays later", "paid its last three invoices … days late or early"),
    ]


def test_an_empty_company_is_told_so(tmp_path, monkeypatch, capsys):
    path = publish_customers(tmp_path / "empty.duckdb", [])
    monkeypatch.setenv("ENCOURS_PUBLICATION", str(path))
    run_named("days_to_pay")
    said = capsys.readouterr().out
    assert "No invoice is open, so nothing is predicted." in said
    assert "No customer has settled an invoice yet" in said


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_kept_without_outputs(path):
    for cell in cells(path):
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_import_and_never_define(path):
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    for source in code(path):
        assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, defined)]
