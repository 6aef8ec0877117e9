"""The notebook on the change of DSO adds up to the headline, by cause, group and customer."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.notebook_rig import run_named

DSO = (
    "as_of_date date, dso_rolling_3m double, dso_simple_1m double, dso_countback double,"
    " bpdso_3m double, add_3m double, net_sales_3m_reporting decimal(18, 2), days_3m integer"
)
BRIDGE = (
    "as_of_date date, sales_volume_and_mix_days decimal(28, 6), terms_days decimal(28, 6),"
    " delinquency_days decimal(28, 6), disputes_days decimal(28, 6),"
    " unapplied_days decimal(28, 6), fx_days decimal(28, 6)"
)
TABLES = {
    "fct_dso": DSO,
    "fct_days_to_pay": (
        "as_of_date date, weighted_avg_days_to_pay double, weighted_avg_days_late double"
    ),
    "fct_dso_bridge": BRIDGE,
    "fct_dso_by_group": (
        "as_of_date date, grouping varchar, group_value varchar,"
        " ar_net_amount_reporting decimal(18, 2), dso_rolling_3m double"
    ),
    "fct_aged_balance": (
        "as_of_date date, customer_id varchar, currency varchar,"
        " past_due_amount_reporting decimal(18, 2)"
    ),
    "dim_customers": "customer_id varchar, customer_name varchar",
}

# Net receivables 400, 500, 600 over sales of 900 in 90 days: DSO 40, 50, 60. The day itself is
# in the middle of a month and must not count.
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "fct_dso": [
        ("2026-01-31", 40, 41, 42, 30, 10, 900, 90),
        ("2026-02-28", 50, 51, 52, 35, 15, 900, 90),
        ("2026-03-31", 60, 61, 62, 38, 22, 900, 90),
        ("2026-04-10", 99, 99, 99, 99, 0, 900, 70),
    ],
    "fct_days_to_pay": [("2026-01-31", 44, 4), ("2026-03-31", 45, 5)],
    "fct_dso_bridge": [
        ("2026-01-31", None, None, None, None, None, None),
        ("2026-02-28", 3, 1, 6, 0, 0.5, -0.5),
        ("2026-03-31", -2, 1, 12, 0, -0.5, -0.5),
        ("2026-04-10", 39, 0, 0, 0, 0, 0),
    ],
    "fct_dso_by_group": [
        ("2026-01-31", "country", "FR", 400, 40.0),
        ("2026-03-31", "country", "FR", 350, 35.0),
        ("2026-03-31", "country", "(none)", 250, None),
        ("2026-04-10", "country", "FR", 9999, 99.0),
    ],
    "fct_aged_balance": [
        ("2026-01-31", "C1", "EUR", 100),
        ("2026-03-31", "C1", "EUR", 150),
        ("2026-03-31", "C1", "GBP", 100),
        ("2026-01-31", "C2", "EUR", 30),
        ("2026-03-31", "C3", "EUR", 20),
        ("2026-01-31", "C3", "EUR", 20),
    ],
    "dim_customers": [("C1", "Ariane"), ("C2", "Bessemer"), ("C3", "Célia")],
}


def find(
    folder: Path, monkeypatch: pytest.MonkeyPatch, rows: dict[str, list[tuple[Any, ...]]]
) -> dict[str, Any]:
    path = folder / "publication.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        for table, columns in TABLES.items():
            connection.execute(f"create table marts.{table} ({columns})")
            if rows.get(table):
                gaps = ", ".join("?" * len(rows[table][0]))
                connection.executemany(f"insert into marts.{table} values ({gaps})", rows[table])
    monkeypatch.setenv("ENCOURS_PUBLICATION", str(path))
    return run_named("dso_change")


@pytest.fixture
def found(tmp_path, monkeypatch):
    return find(tmp_path, monkeypatch, ROWS)


def test_the_month_in_progress_is_left_out(found, capsys):
    level = found["level"]
    assert level.loc["DSO, three months"].tolist() == [40, 60, 20]
    assert level.loc["days late"].tolist() == [4, 5, 1]


def test_causes_of_every_month_are_summed_and_add_up(found):
    days = found["by_cause"]["days"].to_dict()
    assert days == {
        "when and how much was billed": 1,
        "terms granted": 2,
        "later payment": 18,
        "disputes": 0,
        "cash and credits not matched yet": 0,
        "exchange rates": -1,
    }
    assert found["by_cause"].loc["later payment", "share_of_movement"] == 18 / 22
    assert found["by_cause"].loc["terms granted", ["months_up", "months"]].tolist() == [2, 2]


def test_a_bridge_that_misses_a_day_stops_the_notebook(tmp_path, monkeypatch):
    bridge = [*ROWS["fct_dso_bridge"][:2], ("2026-03-31", -2, 1, 11, 0, -0.5, -0.5)]
    with pytest.raises(ValueError, match="The bridge misses -1"):
        find(tmp_path, monkeypatch, {**ROWS, "fct_dso_bridge": bridge})


def test_groups_add_up_to_the_headline_and_new_ones_count(found):
    by_group = found["by_group"]
    assert by_group.loc[("country", "FR"), ["adds_before", "adds_after"]].tolist() == [40, 35]
    assert by_group.loc[("country", "(none)"), "change"] == 25
    assert by_group["own_dso_after"].isna().tolist() == [True, False]


def test_customers_are_ranked_by_what_they_added_in_days(found):
    by_customer = found["by_customer"]
    # 150 more and 30 less past due, at 0.1 days per unit of sales; who did not move is not shown.
    assert by_customer.index.get_level_values("customer_name").tolist() == ["Ariane", "Bessemer"]
    assert by_customer["days"].tolist() == pytest.approx([15, -3])


def test_the_window_starts_after_the_last_undefined_month(tmp_path, monkeypatch):
    dso = [ROWS["fct_dso"][0], ("2026-02-28", *[None] * 5, 0, 90), *ROWS["fct_dso"][2:]]
    found = find(tmp_path, monkeypatch, {**ROWS, "fct_dso": dso})
    assert len(found["window"]) == 1
    assert not found["is_comparable"]


def test_a_company_without_history_is_told_so(tmp_path, monkeypatch, capsys):
    find(tmp_path, monkeypatch, {})
    assert "there is no change to take apart yet" in capsys.readouterr().out
