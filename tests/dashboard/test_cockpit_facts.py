"""The figures of the summary are those of the published rows, worked out by hand."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml
from handmade_publication import AS_OF, FEBRUARY, SCHEMAS, movement, publish

from dashboard import PublicationError, cockpit_facts
from dashboard.cockpit import TABLES
from dashboard.publication import open_publication

MARTS = Path(__file__).parents[2] / "dbt_project" / "models" / "marts"


def test_speed_is_compared_with_the_month_end_before_and_a_year_ago(rows, facts_of):
    facts = facts_of(rows)
    assert facts.speed.today.dso_rolling_3m == 52.25
    assert facts.speed.previous.as_of_date == FEBRUARY
    assert facts.speed.year_ago.dso_rolling_3m == 48.0
    assert facts.speed.year_ago.weighted_avg_days_to_pay is None


def test_speed_has_no_comparison_where_history_starts_later(rows, facts_of):
    rows["fct_dso"] = rows["fct_dso"][-1:]
    facts = facts_of(rows)
    assert (facts.speed.previous, facts.speed.year_ago) == (None, None)


def test_trend_goes_back_thirty_six_months_and_not_further(rows, facts_of):
    oldest = dict(rows["fct_dso"][0])
    for date in (dt.date(2023, 2, 28), dt.date(2023, 3, 31), dt.date(2026, 4, 30)):
        rows["fct_dso"].append({**oldest, "as_of_date": date})
    dates = [point.as_of_date for point in facts_of(rows).speed.points]
    assert dates == [dt.date(2023, 3, 31), dt.date(2025, 3, 31), FEBRUARY, AS_OF]


def test_aged_balance_sums_customers_and_currencies(rows, facts_of):
    receivables = facts_of(rows).owed
    today = receivables.today
    # 600 + 400; 100.50 + 99.50; 300; 0; 500
    buckets = [today.bucket(name) for name in ("not_due", "d1_30", "d31_60", "d61_90", "d90_plus")]
    assert buckets == [Decimal(x) for x in ("1000.00", "200.00", "300.00", "0.00", "500.00")]
    assert today.open_invoices_amount_reporting == Decimal("2000.00")
    assert today.past_due_amount_reporting == Decimal("1000.00")
    assert today.ar_net_amount_reporting == Decimal("1949.75")
    assert receivables.previous.open_invoices_amount_reporting == Decimal("2100.00")
    assert (receivables.open_invoice_count, receivables.owing_customer_count) == (6, 2)


def test_balance_in_another_currency_stands_beside_its_conversion(rows, facts_of):
    euro, pound = facts_of(rows).owed.by_currency
    assert (euro.currency, pound.currency) == ("EUR", "GBP")
    assert pound.open_invoices_amount == Decimal("427.00")
    assert pound.open_invoices_amount_reporting == Decimal("499.50")


def test_largest_exposures_come_first_with_what_was_decided(rows, facts_of):
    first, second = facts_of(rows).owed.top_exposures
    assert (first.customer_id, first.decision, first.hold_reason) == ("C1", "hold", "dispute")
    assert (first.has_prediction, first.predicted_p90_date) == (True, None)
    assert (second.customer_id, second.decision, second.has_prediction) == ("C2", None, False)


def test_mrr_at_risk_is_the_marts_and_not_computed_again(rows, facts_of):
    rows["fct_open_items"] = []
    retention = facts_of(rows).leaving
    assert retention.mrr_at_risk_reporting == Decimal("600.00")
    assert retention.mrr_at_risk_customer_count == 1


def test_expected_loss_is_mrr_times_probability(rows, facts_of):
    retention = facts_of(rows).leaving
    # 600 x 0.1 + 400 x 0.25 + 250 x 0.02
    assert retention.expected_mrr_loss_reporting == Decimal("165.00")
    assert [c.customer_id for c in retention.likely_to_leave] == ["C2", "C1", "C3"]


def test_a_base_rate_ranks_nobody(rows, facts_of):
    for row in rows["fct_churn_predictions"]:
        row["method"] = "base_rate"
    retention = facts_of(rows).leaving
    assert retention.likely_to_leave == ()
    assert retention.churn_methods == ("base_rate",)


def test_no_retention_without_subscriptions_rather_than_zeros(rows, facts_of):
    rows["fct_entity_records"] = [
        row for row in rows["fct_entity_records"] if row["entity"] != "subscription_versions"
    ]
    rows["fct_mrr_movements"] = [movement(AS_OF, "0", 0)]
    assert facts_of(rows).leaving is None


def test_a_day_that_is_not_published_is_a_named_error(rows, tmp_path):
    path = publish(tmp_path / "marts.duckdb", rows)
    expected = pytest.raises(PublicationError, match=r"no figures as of 2026-03-19.*--as-of")
    with open_publication(path) as connection, expected:
        cockpit_facts(connection, dt.date(2026, 3, 19))


def test_a_missing_mart_is_named(rows, tmp_path):
    path = publish(tmp_path / "small.duckdb", rows)
    expected = pytest.raises(PublicationError, match=r"lacks marts\.fct_cash_landing\.")
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table marts.fct_cash_landing")
        with expected:
            cockpit_facts(connection, AS_OF)


def test_a_missing_publication_is_a_named_error(tmp_path):
    with pytest.raises(PublicationError, match=r"No publication at .*marts\.duckdb"):
        open_publication(tmp_path / "marts.duckdb")


def test_a_file_that_is_no_database_is_a_named_error(tmp_path):
    path = tmp_path / "marts.duckdb"
    path.write_text("not a database", encoding="utf-8")
    with pytest.raises(PublicationError, match="Cannot read the publication"):
        open_publication(path)


def test_the_publication_is_never_written_to(rows, tmp_path):
    path = publish(tmp_path / "marts.duckdb", rows)
    expected = pytest.raises(duckdb.InvalidInputException, match="read-only")
    with open_publication(path) as connection, expected:
        connection.execute("delete from marts.fct_dso")


def test_the_handmade_columns_are_those_of_the_contracts():
    models = {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for path in MARTS.rglob("_*__models.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    }
    for table in TABLES:
        handmade = {name: kind.replace(" ", "") for name, kind in SCHEMAS[table].items()}
        declared = {name: kind.replace(" ", "") for name, kind in models[table].items()}
        assert handmade.items() <= declared.items(), table
