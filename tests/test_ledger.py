"""The hand-made ledger of `tests/ledgers/small`, read against figures worked out on paper."""

import datetime as dt
import shutil
from decimal import Decimal

import duckdb
import pytest
import yaml

from orchestration.dbt import PROJECT_DIR
from tests.ledger_rig import LEDGER_MODELS, LEDGERS, dbt_build, land, rows

MARCH = dt.date(2024, 3, 31)
FEBRUARY = dt.date(2024, 2, 29)
NO_PREDICTIONS = ["--exclude", "tag:after_scoring", "resource_type:unit_test"]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "warehouse.duckdb"
    land(path, LEDGERS / "small")
    dbt_build(path, MARCH, *LEDGER_MODELS, *NO_PREDICTIONS)
    return path


def small_ledger_with(tmp_path, **lines):
    """The small ledger with lines added to its files, built for the end of March."""
    source, warehouse = tmp_path / "source", tmp_path / "warehouse.duckdb"
    shutil.copytree(LEDGERS / "small", source)
    for entity, added in lines.items():
        with (source / f"{entity}.csv").open("a") as stream:
            stream.write(added)
    land(warehouse, source)
    dbt_build(warehouse, MARCH, *LEDGER_MODELS, *NO_PREDICTIONS)
    return warehouse


def open_items(warehouse, day):
    return rows(
        warehouse,
        "select invoice_id, instalment_no, days_past_due, aging_bucket, open_amount, open_amount_reporting"
        f" from marts.fct_open_items where as_of_date = date '{day}' order by 1, 2",
    )


def test_open_items_of_a_past_month_end_know_nothing_of_later_payments(warehouse):
    assert open_items(warehouse, FEBRUARY) == [
        ("I2", 1, -11, "not_due", Decimal("600.00"), Decimal("600.00")),
        ("I3", 1, 15, "d1_30", Decimal("1000.00"), Decimal("1170.00")),
        ("I4", 1, 14, "d1_30", Decimal("300.00"), Decimal("300.00")),
        ("I4", 2, -17, "not_due", Decimal("600.00"), Decimal("600.00")),
    ]


def test_a_part_payment_consumes_the_oldest_instalment_and_a_chargeback_reopens(warehouse):
    assert open_items(warehouse, MARCH) == [
        ("I2", 1, 20, "d1_30", Decimal("500.00"), Decimal("500.00")),  # 600 less credit note 100
        (
            "I3",
            1,
            46,
            "d31_60",
            Decimal("1000.00"),
            Decimal("1200.00"),
        ),  # charged back, old due date
        ("I4", 2, 14, "d1_30", Decimal("500.00"), Decimal("500.00")),  # 400 = 300 + 100
    ]


def test_a_receipt_without_allocation_is_unapplied_and_outside_the_buckets(warehouse):
    assert rows(
        warehouse,
        "select open_invoices_amount, unapplied_cash_amount, ar_net_amount from marts.fct_aged_balance"
        f" where customer_id = 'C1' and as_of_date = date '{MARCH}'",
    ) == [(Decimal("500.00"), Decimal("150.00"), Decimal("350.00"))]


def test_dso_in_its_forms(warehouse):
    # Sales: January 1200 + 1000 x 1.16, February 600 + 900, March 500 void - credit note 100.
    [(sales, simple, rolling, countback, best, delinquent)] = rows(
        warehouse,
        "select net_sales_3m_reporting, dso_simple_1m, dso_rolling_3m, dso_countback, bpdso_3m, add_3m"
        f" from marts.fct_dso where as_of_date = date '{MARCH}'",
    )
    assert sales == Decimal("3760.00")
    assert simple is None  # sales of March are negative
    assert rolling == pytest.approx(2050 * 91 / 3760, abs=1e-6)
    assert countback == pytest.approx(31 + 29 + 550 / 2360 * 31, abs=1e-6)
    assert (best, delinquent) == (0.0, pytest.approx(rolling))


def test_days_to_pay_is_weighted_by_what_each_receipt_paid(warehouse):
    # 1200 after 40 days (10 late), 300 after 29 (15 late), 100 after 29 (16 early); R3 charged back.
    assert rows(
        warehouse,
        "select receipt_count, weighted_avg_days_to_pay, weighted_avg_days_late, weighted_avg_terms_days"
        f" from marts.fct_days_to_pay where as_of_date = date '{MARCH}'",
    ) == [(2, 37.25, 9.3125, 27.9375)]


def test_mrr_movements_with_fx_on_its_own_line(warehouse):
    # C1 500 -> 600; C2 1000 GBP from 1.17 to 1.20; C3 900 a quarter ended for payment failure.
    assert rows(
        warehouse,
        "select opening_mrr_reporting, expansion_mrr_reporting, churn_involuntary_mrr_reporting, fx_mrr_reporting,"
        f" closing_mrr_reporting, logo_churn from marts.fct_mrr_movements where as_of_date = date '{MARCH}'",
    ) == [
        (
            Decimal("1970.00"),
            Decimal("100.00"),
            Decimal("-300.00"),
            Decimal("30.00"),
            Decimal("1800.00"),
            0.333333,
        )
    ]


def test_retention_of_the_small_ledger(warehouse):
    # At 1.20 the opening is 500 + 1200 + 300; 300 churned, 100 expanded. One churn on the openings of
    # February and March, 3 + 3: 1/6 a month. LTV 900 x 0.75 x 6; C2 (1200) is 46 days past due.
    assert rows(
        warehouse,
        "select opening_mrr_cc_reporting, arr, gross_revenue_churn, net_revenue_churn, involuntary_churn_share,"
        " quick_ratio, ltv, mrr_at_risk, ltv_at_risk, nrr_12m"
        f" from marts.fct_retention where as_of_date = date '{MARCH}'",
    ) == [
        (
            Decimal("2000.00"),
            Decimal("21600.00"),
            0.15,
            0.1,
            1.0,
            0.333333,
            Decimal("4050.00"),
            Decimal("1200.00"),
            Decimal("5400.00"),
            None,
        )
    ]
    assert rows(
        warehouse,
        "select cohort_month, months_since, logo_retention_rate, mrr_retention_rate"
        f" from marts.fct_cohort_retention where as_of_date = date '{MARCH}'",
    ) == [(dt.date(2024, 1, 1), 2, 0.666667, 0.9)]


@pytest.fixture(scope="module")
def awkward_subscriptions(tmp_path_factory):
    """C1's plan ends and its discount stays open, C2 pays in a currency first quoted on 5 March, C3's EUR 100
    less GBP 85 is 1.40 at 1.16, below zero at 1.20 and 6.50 at 1.10. Built with the data tests of retention."""
    folder = tmp_path_factory.mktemp("awkward")
    source, path = folder / "source", folder / "warehouse.duckdb"
    shutil.copytree(LEDGERS / "small", source)
    (source / "fx_rates.csv").write_text(
        "rate_date,from_currency,to_currency,rate\n"
        "2024-01-01,GBP,EUR,1.16\n2024-02-10,GBP,EUR,1.20\n2024-04-10,GBP,EUR,1.10\n"
        "2024-03-05,USD,EUR,0.90\n"
    )
    (source / "subscription_versions.csv").write_text(
        "subscription_id,customer_id,valid_from,valid_to,interval_months,amount,currency,status,end_reason\n"
        "S1,C1,2024-01-01,2024-03-10,1,100.00,EUR,active,\n"
        "S2,C1,2024-01-01,,1,-10.00,EUR,active,\n"
        "S3,C2,2024-01-01,,1,1000.00,USD,active,\n"
        "S4,C3,2024-01-01,,1,100.00,EUR,active,\n"
        "S5,C3,2024-01-01,,1,-85.00,GBP,active,\n"
    )
    land(path, source)
    ran = dbt_build(
        path,
        dt.date(2024, 4, 15),
        *["--select", "+path:models/marts/retention", "+fct_customer_360"],
        *["--indirect-selection", "buildable"],
        *NO_PREDICTIONS,
    )
    assert {test.stem for test in (PROJECT_DIR / "tests" / "retention").glob("*.sql")} <= ran
    return path


def test_a_currency_first_quoted_brings_its_customers_through_the_fx_line(awkward_subscriptions):
    assert rows(
        awkward_subscriptions,
        "select opening_mrr_reporting, fx_mrr_reporting, movement, closing_mrr_reporting"
        " from marts.fct_customer_mrr where customer_id = 'C2' order by as_of_date",
    ) == [(0, 900, None, 900), (900, 0, None, 900)]
    # March: C1 and C2 at the closing rate, of whom C1 left; February closed with C1 alone.
    assert rows(
        awkward_subscriptions,
        "select opening_mrr_reporting, fx_mrr_reporting, closing_mrr_reporting, opening_customer_count,"
        " new_customer_count + reactivation_customer_count, churned_customer_count, closing_customer_count"
        " from marts.fct_mrr_movements order by as_of_date",
    ) == [
        (0, 0, Decimal("91.40"), 0, 2, 0, 2),
        (Decimal("91.40"), Decimal("-1.40"), 90, 1, 0, 0, 1),
        (90, 900, 900, 2, 0, 1, 1),
        (900, Decimal("6.50"), Decimal("906.50"), 2, 0, 0, 2),
    ]


def test_a_customer_that_nets_to_below_zero_pays_nothing(awkward_subscriptions):
    assert rows(
        awkward_subscriptions,
        "select month(as_of_date), customer_id, fx_mrr_reporting, movement, movement_mrr_reporting,"
        " closing_mrr_reporting from marts.fct_customer_mrr where customer_id <> 'C2' order by 2, 1",
    ) == [
        (1, "C1", 0, "new", 90, 90),
        (2, "C1", 0, None, 0, 90),
        (3, "C1", 0, "churn_voluntary", -90, 0),
        (1, "C3", 0, "new", Decimal("1.40"), Decimal("1.40")),
        (2, "C3", Decimal("-1.40"), None, 0, 0),
        (4, "C3", Decimal("6.50"), None, 0, Decimal("6.50")),
    ]
    # Month 0 at the rates of each date, C3's share of it: 1.40, nothing, nothing, 6.50.
    assert rows(
        awkward_subscriptions,
        "select month_zero_mrr_cc_reporting, mrr_reporting, customer_count from marts.fct_cohort_retention"
        " order by as_of_date",
    ) == [
        (Decimal("91.40"), Decimal("91.40"), 2),
        (90, 90, 1),
        (990, 900, 1),
        (Decimal("996.50"), Decimal("906.50"), 2),
    ]
    assert rows(
        awkward_subscriptions,
        "select mrr_at_risk, at_risk_customer_count from marts.fct_retention where as_of_date = date '2024-04-15'",
    ) == rows(
        awkward_subscriptions,
        "select sum(closing_mrr_reporting), count(*) from marts.fct_customer_mrr"
        " where as_of_date = date '2024-04-15' and is_at_risk",
    )


def test_customer_360_puts_a_customer_on_one_row(warehouse):
    assert rows(
        warehouse,
        "select past_due_amount_reporting, oldest_days_past_due, disputed_amount_reporting, mrr_reporting"
        " from marts.fct_customer_360 where customer_id = 'C2'",
    ) == [(Decimal("1200.00"), 46, Decimal("480.00"), Decimal("1200.00"))]
    assert rows(
        warehouse, "select live_promise_count from marts.fct_customer_360 where customer_id = 'C1'"
    ) == [(1,)]


def test_a_currency_without_a_rate_is_in_suspense_with_its_reason_and_totals_still_tie(tmp_path):
    warehouse = small_ledger_with(tmp_path, invoices="I9,C9,2024-03-01,JPY,5000.00,,,,,\n")
    assert rows(
        warehouse, "select entity, record_id, amount, reason from intermediate.int_suspense_items"
    ) == [("invoices", "I9", Decimal("5000.00"), "missing_exchange_rate")]
    assert rows(warehouse, "select count(*) from marts.fct_open_items where currency = 'JPY'") == [
        (0,)
    ]


def test_a_customer_that_only_the_ledger_knows_keeps_its_money(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "invoices.csv").write_text(
        "invoice_id,customer_id,invoice_date,currency,gross_amount\nA,NEW,2024-03-01,EUR,10.00\n"
    )
    warehouse = tmp_path / "warehouse.duckdb"
    land(warehouse, source)
    dbt_build(warehouse, MARCH, *LEDGER_MODELS, *NO_PREDICTIONS)
    assert rows(
        warehouse, "select customer_id, customer_name, is_inferred from marts.dim_customers"
    ) == [("NEW", "NEW", True)]
    assert rows(
        warehouse,
        "select past_due_amount from marts.fct_aged_balance where as_of_date = date '2024-03-31'",
    ) == [(Decimal("10.00"),)]


RECONCILIATION = (
    *("--select", "int_current_loads", "int_quarantined_rows", "int_replaced_amounts"),
    *("int_records_reconciled", "int_ledger_movements", "fct_reconciliation"),
    *("--indirect-selection", "buildable", "--exclude-resource-type", "unit_test"),
)


def test_a_cent_lost_after_arrival_stops_the_day(warehouse, tmp_path):
    lossy = tmp_path / "warehouse.duckdb"
    shutil.copy(warehouse, lossy)
    dbt_build(lossy, MARCH, *RECONCILIATION)
    credited = (
        "select arrived_amount, found_amount, difference_amount from marts.fct_reconciliation"
        " where control = 'records' and entity = 'credit_notes'"
    )
    assert rows(lossy, credited) == [(Decimal("100.00"), Decimal("100.00"), Decimal("0.00"))]
    with duckdb.connect(str(lossy)) as connection:
        # The manifest says what was counted on arrival; a cent of it is nowhere any more.
        connection.execute(
            "update raw_files._manifest set amounts = ? where entity = 'credit_notes'",
            ['{"EUR": "100.01"}'],
        )
    with pytest.raises(AssertionError, match="assert_what_arrived_is_accounted_for"):
        dbt_build(lossy, MARCH, *RECONCILIATION)


def test_every_model_builds_with_its_data_tests_and_unit_tests(tmp_path):
    warehouse = tmp_path / "warehouse.duckdb"
    land(warehouse, LEDGERS / "small")
    ran = dbt_build(warehouse, MARCH)
    written = {
        test["name"]
        for path in (PROJECT_DIR / "models").rglob("_*__unit_tests.yml")
        # Staging of a vendor's objects is built where the vendor is a source.
        if "staging" not in path.parts
        for test in yaml.safe_load(path.read_text(encoding="utf-8"))["unit_tests"]
    }
    assert len(written) > 50
    assert written <= ran
    assert rows(warehouse, "select count(*) from marts.fct_at_risk_accounts") == [(3,)]


def test_a_record_that_is_closed_later_was_known_all_along(tmp_path):
    source, warehouse = tmp_path / "source", tmp_path / "warehouse.duckdb"
    shutil.copytree(LEDGERS / "small", source)
    land(warehouse, source)
    disputes = source / "disputes.csv"
    disputes.write_text(
        disputes.read_text().replace("2024-03-21,2024-03-21,,", "2024-03-21,2024-03-21,2024-04-20,")
    )
    land(warehouse, source, dt.datetime(2024, 9, 1))
    dbt_build(
        warehouse,
        dt.date(2024, 9, 30),
        "--select",
        "+int_disputes_unioned",
        command="run",
    )
    assert rows(
        warehouse,
        "select known_date, resolved_date, cast(recorded_at as date) from intermediate.int_disputes_unioned",
    ) == [(dt.date(2024, 3, 21), dt.date(2024, 4, 20), dt.date(2024, 9, 1))]


def test_a_corrected_amount_is_known_from_its_correction_on(tmp_path):
    source, warehouse = tmp_path / "source", tmp_path / "warehouse.duckdb"
    shutil.copytree(LEDGERS / "small", source)
    land(warehouse, source)
    payments = source / "payments.csv"
    payments.write_text(payments.read_text().replace("EUR,150.00", "EUR,160.00"))
    land(warehouse, source, dt.datetime(2024, 9, 1))
    dbt_build(
        warehouse,
        dt.date(2024, 9, 30),
        "--select",
        "+int_payments_unioned",
        command="run",
    )
    assert rows(
        warehouse,
        "select amount, known_date from intermediate.int_payments_unioned where payment_id = 'R5'",
    ) == [(Decimal("160.00"), dt.date(2024, 9, 1))]


def test_a_schedule_agreed_later_does_not_rewrite_an_earlier_month_end(tmp_path):
    warehouse = small_ledger_with(
        tmp_path,
        invoice_due_dates="I2,1,2024-03-11,600.00,2024-02-10\n"
        "I2,1,2024-04-30,300.00,2024-03-05\nI2,2,2024-05-31,300.00,2024-03-05\n",
    )
    assert [row[:4] for row in open_items(warehouse, FEBRUARY) if row[0] == "I2"] == [
        ("I2", 1, -11, "not_due")
    ]
    assert [row[4] for row in open_items(warehouse, MARCH) if row[0] == "I2"] == [
        Decimal("200.00"),
        Decimal("300.00"),
    ]


def test_amounts_of_a_weak_currency_fit(tmp_path):
    """One customer owing 9,000,000,000,000.00 and one invoice of 0.01 in three months of sales."""
    warehouse = small_ledger_with(
        tmp_path,
        invoices="I90,C1,2023-01-05,EUR,9000000000000.00,,,,,\nI91,C1,2023-06-05,EUR,0.01,,,,,\n",
    )
    assert rows(
        warehouse,
        f"select top_1_rate, herfindahl_index from marts.fct_exposure_concentration where as_of_date = date '{MARCH}'",
    ) == [(1.0, 1.0)]


def test_an_invoice_date_renegotiated_later_does_not_rewrite_an_earlier_month_end(tmp_path):
    warehouse = small_ledger_with(
        tmp_path,
        invoices="I92,C1,2024-01-01,EUR,700.00,,,,,2024-01-31\n",
        invoice_due_dates="I92,1,2024-05-31,700.00,2024-03-10\n",
    )
    assert [row[2] for row in open_items(warehouse, FEBRUARY) if row[0] == "I92"] == [29]
    assert [row[2] for row in open_items(warehouse, MARCH) if row[0] == "I92"] == [-61]
