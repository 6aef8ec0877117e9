"""Late-payment interest and the fixed fee, on a small ledger worked out on paper."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from orchestration.config import load_company
from orchestration.dbt import dbt_variables
from orchestration.dbt_run import DbtError
from orchestration.late_payment_checks import late_payment_warnings, refuse_unlawful_interest
from tests.ledger_rig import dbt_build, land, rows

# A Friday: nothing is written to customers on weekends.
DAY = dt.date(2024, 8, 30)
MODELS = [
    "--select",
    "+fct_late_payment_charges",
    "+fct_late_payment_interest",
    "--exclude",
    "resource_type:unit_test",
    "--indirect-selection",
    "buildable",
]
LATE_PAYMENT = [
    "--select",
    "path:models/intermediate/decisions/late_payment",
    "path:models/marts/collections/lists/late_payment",
    *MODELS[3:],
]
LEDGER = {
    "customers": "customer_id,customer_name,country,segment,insolvency_date\n"
    "C1,Atelier Martin,FR,small,\nC2,Baker & Sons,GB,small,\nC3,Une personne,FR,consumers,\n",
    "invoices": "invoice_id,customer_id,invoice_date,due_date,currency,gross_amount\n"
    "F1,C1,2024-03-15,2024-04-15,EUR,15000.00\n"
    "F2,C1,2024-05-01,2024-05-31,USD,1000.00\n"
    "F3,C2,2024-05-01,2024-05-31,GBP,1000.00\n"
    "F4,C3,2024-05-01,2024-05-31,EUR,1000.00\n",
    "payments": "payment_id,customer_id,payment_date,currency,amount,kind\n"
    "P1,C1,2024-05-15,EUR,5000.00,receipt\n",
    "payment_allocations": "allocation_id,payment_id,invoice_id,allocation_date,amount\n"
    "A1,P1,F1,2024-05-22,5000.00\n",
    "fx_rates": "rate_date,from_currency,to_currency,rate\n"
    "2024-01-01,USD,EUR,0.9\n2024-01-01,GBP,EUR,1.2\n",
}
FRENCH = '[late_payment]\nregime = "fr_b2b"\nfixed_fee = true\ncountries = ["FR"]\nexcluded_segments = ["consumers"]\n'


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("late")
    (folder / "source").mkdir()
    for entity, text in LEDGER.items():
        (folder / "source" / f"{entity}.csv").write_text(text)
    path = folder / "warehouse.duckdb"
    land(path, folder / "source")
    dbt_build(path, DAY, *MODELS)
    return path


def company(folder, text=FRENCH):
    path = folder / "encours.toml"
    path.write_text(f'[company]\nname = "A"\n[sources.files]\npath = "source"\n{text}')
    return load_company(path)


def charge(warehouse, text, day=DAY):
    """What one configuration charges; only the models of late payment are built anew."""
    configured = company(warehouse.parent, text)
    late_payment = dbt_variables(configured, day)["late_payment"]
    ran = dbt_build(warehouse, day, *LATE_PAYMENT, late_payment=late_payment)
    assert "assert_late_payment_interest_is_that_of_every_day" in ran
    refuse_unlawful_interest(configured)
    return rows(
        warehouse,
        "select invoice_id, principal_amount, currency, interest_amount, fixed_fee_amount, fixed_fee_currency"
        " from marts.fct_late_payment_charges order by 1",
    )


def test_nothing_is_charged_until_it_is_configured(warehouse):
    assert charge(warehouse, "") == []


def test_penalties_run_by_half_year_from_the_day_after_the_due_date_to_the_as_of_date(warehouse):
    # F1: 30 days of 15,000 and 46 of 10,000 at 14.50 %, 61 of 10,000 at 14.25 %: 178.7671 + 182.7397
    # + 238.1507. The day of payment counts, the day of its allocation does not. F2 in dollars: 11.9178 +
    # 23.8151, its fee in euros. C2 is in no named country, C3 a consumer.
    assert charge(warehouse, FRENCH) == [
        ("F1", Decimal("10000.00"), "EUR", Decimal("599.66"), Decimal("40.00"), "EUR"),
        ("F2", Decimal("1000.00"), "USD", Decimal("35.73"), Decimal("40.00"), "EUR"),
    ]
    assert rows(
        warehouse,
        "select invoice_id, period_start_date, period_end_date, days, balance_amount, interest_amount"
        " from marts.fct_late_payment_interest order by 1, 2",
    ) == [
        ("F1", dt.date(2024, 4, 16), dt.date(2024, 5, 15), 30, 15000, Decimal("178.77")),
        ("F1", dt.date(2024, 5, 16), dt.date(2024, 6, 30), 46, 10000, Decimal("182.74")),
        ("F1", dt.date(2024, 7, 1), DAY, 61, 10000, Decimal("238.15")),
        ("F2", dt.date(2024, 6, 1), dt.date(2024, 6, 30), 30, 1000, Decimal("11.92")),
        ("F2", dt.date(2024, 7, 1), DAY, 61, 1000, Decimal("23.81")),
    ]
