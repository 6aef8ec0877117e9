"""The notebooks run from top to bottom on a publication, and are kept without outputs."""

import ast
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def cells(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def code(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "code"]


def run(path: Path) -> dict[str, Any]:
    """Execute the code cells in order in one namespace and return it."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for number, source in enumerate(code(path), start=1):
        exec(compile(source, f"{path.name} cell {number}", "exec"), namespace)
    return namespace


def publish_customers(path: Path, customers: list[tuple[Any, ...]]) -> Path:
    """Write a publication of customers: id, segment, country, terms, invoices, days late."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_customer_360 (as_of_date date, customer_id varchar,"
            " segment varchar, country varchar, terms_days integer,"
            " settled_invoice_count_12m bigint, avg_days_late_12m double)"
        )
        connection.executemany(
            "insert into marts.fct_customer_360 values ('2026-03-20', ?, ?, ?, ?, ?, ?)", customers
        )
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
    return run(next(path for path in NOTEBOOKS if path.stem == "days_to_pay"))


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
    found = run(next(path for path in NOTEBOOKS if path.stem == "days_to_pay"))
    assert found["explained"].isna().all(axis=None)


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
