"""Late-payment interest and the fixed fee, on a small ledger worked out on paper."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from orchestration.cli.checking import examine
from orchestration.config import ConfigError, load_company
from orchestration.dbt import dbt_variables
from orchestration.dbt_run import DbtError
from orchestration.late_payment_checks import (
    contradictions,
    late_payment_warnings,
    refuse_unlawful_interest,
)
from tests.ledger_rig import dbt_build, land, rows

# A Friday: nothing is written to customers on weekends.
DAY = dt.date(2024, 8, 30)
MODELS = ["--select", "+fct_late_payment_charges", "+fct_late_payment_interest"]
LATE_PAYMENT = [
    "--select",
    "path:models/intermediate/decisions/late_payment",
    "path:models/marts/collections/lists/late_payment",
]
NO_TESTS = ["--exclude", "resource_type:unit_test", "resource_type:test"]
LEDGER = {
    "customers": "customer_id,customer_name,country,segment,insolvency_date\n"
    "C1,Atelier Martin,FR,small,\nC2,Baker & Sons,GB,small,\nC3,Une personne,FR,consumers,\n",
    "invoices": "invoice_id,customer_id,invoice_date,due_date,currency,gross_amount\n"
    "F1,C1,2024-03-15,2024-04-15,EUR,15000.00\n"
    "F2,C1,2024-05-01,2024-05-31,USD,1000.00\n"
    "F3,C2,2024-05-01,2024-05-31,GBP,1000.00\n"
    "F4,C3,2024-05-01,2024-05-31,EUR,1000.00\n"
    # Fresh entries: stale data would hold everything.
    "F5,C3,2024-08-28,2024-09-28,EUR,1000.00\n",
    "payments": "payment_id,customer_id,payment_date,currency,amount,kind\n"
    "P1,C1,2024-05-15,EUR,5000.00,receipt\nP2,C3,2024-08-28,EUR,1.00,receipt\n",
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
    dbt_build(path, DAY, *MODELS, *NO_TESTS)
    return path


def company(folder, text=FRENCH):
    path = folder / "encours.toml"
    path.write_text(f'[company]\nname = "A"\n[sources.files]\npath = "source"\n{text}')
    return load_company(path)


def charge(warehouse, text, *selection):
    """What one configuration charges; only the models of late payment are built anew."""
    configured = company(warehouse.parent, text)
    late_payment = dbt_variables(configured, DAY)["late_payment"]
    selection = selection or NO_TESTS
    ran = dbt_build(warehouse, DAY, *LATE_PAYMENT, *selection, late_payment=late_payment)
    assert "fct_late_payment_charges" in ran
    refuse_unlawful_interest(configured)
    return rows(
        warehouse,
        "select invoice_id, principal_amount, currency, interest_amount, fixed_fee_amount, fixed_fee_currency"
        " from marts.fct_late_payment_charges order by 1",
    )


def refusal(warehouse, text):
    with pytest.raises(DbtError) as refused:
        charge(warehouse, text)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_nothing_is_charged_until_it_is_configured(warehouse):
    # The fixture built with the project's defaults.
    assert rows(warehouse, "select count(*) from marts.fct_late_payment_charges") == [(0,)]
    assert rows(warehouse, "select count(*) from marts.fct_reminder_batch_invoices") == [(4,)]


def test_penalties_run_by_half_year_from_the_day_after_the_due_date_to_the_as_of_date(warehouse):
    # F1: 30 days of 15,000 and 46 of 10,000 at 14.50 %, 61 of 10,000 at 14.25 %: 178.7671 + 182.7397
    # + 238.1507. The day of payment counts, the day of its allocation does not. F2 in dollars: 11.9178 +
    # 23.8151, its fee in euros. C2 is in no named country, C3 a consumer.
    tests = ["--exclude", "resource_type:unit_test", "--indirect-selection", "buildable"]
    assert charge(warehouse, FRENCH, *tests) == [
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
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        [unverified] = late_payment_warnings(connection, DAY)
    assert "(2024-S1, 2024-S2)" in unverified


def test_a_missing_half_year_stops_the_day_with_regime_and_remedy(warehouse):
    british = '[late_payment]\nregime = "uk"\nfixed_fee = true\ncountries = ["GB"]\n'
    assert refusal(warehouse, british) == (
        "Regime uk has no reference rate for 2024-S1, and 1 invoice of today's messages would be charged"
        ' interest. Add [[late_payment.rates]] with semester = "2024-S1", reference_rate and source to'
        " encours.toml, or remove [late_payment]."
    )
    # 91 days from 1 June at 5.25 + 8 %, the rate of the half-year in which they began: 33.0342.
    rate = '[[late_payment.rates]]\nsemester = "2024-S1"\nreference_rate = 0.0525\nsource = "Bank of England"\n'
    assert charge(warehouse, british + rate) == [
        ("F3", Decimal("1000.00"), "GBP", Decimal("33.03"), Decimal("70.00"), "GBP")
    ]


def test_a_french_contract_says_at_least_three_times_the_legal_rate(warehouse):
    contract = (
        '[late_payment]\nregime = "contract"\ncontract_law = "fr"\ncountries = ["FR", "GB"]\n'
    )
    # 3 x 5.07 % in the first half of 2024.
    assert "0.15 is below 0.1521, three times the legal rate of 2024-S1" in refusal(
        warehouse, contract + "contract_yearly_rate = 0.15\n"
    )


@pytest.mark.parametrize(
    ("day", "told"),
    [(dt.date(2026, 12, 31), 0), (dt.date(2027, 1, 1), 1)],
)
def test_a_new_version_of_the_law_is_announced_from_its_day_on(tmp_path, day, told):
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(
            f"create table marts.fct_late_payment_interest as select date '{day}' as as_of_date,"
            " '2026-S2' as rate_semester, true as is_rate_verified, date '2027-01-01' as review_date"
        )
        lines = late_payment_warnings(connection, day)
    assert (
        len([line for line in lines if "L441-10 has a new version from 2027-01-01" in line]) == told
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('regime = "us"', "'late_payment.regime'"),
        ('regime = "fr_b2b"', "'late_payment.countries' is missing"),
        ('regime = "fr_b2b"\ncountries = []', "at least 1 item"),
        ('regime = "fr_b2b"\ncountries = ["France"]', "'France' is not an ISO 3166 country code"),
        ('regime = "fr_b2b"\ncountries = ["FR"]\ncontract_yearly_rate = 0.2', "regime is fr_b2b"),
        ('regime = "contract"\ncountries = ["FR"]', "needs contract_yearly_rate above 0"),
        (
            'regime = "contract"\ncountries = ["FR"]\ncontract_yearly_rate = 12',
            "12 is not a rate of 0 to 1; write 0.12 for 12 % a year",
        ),
        (
            'regime = "contract"\ncountries = ["FR"]\ncontract_yearly_rate = 0.2',
            "needs contract_law: fr, eu or other",
        ),
        (
            'regime = "contract"\ncountries = ["GB"]\ncontract_yearly_rate = 0.2\ncontract_law = "other"\n'
            "fixed_fee = true",
            "fixed_fee has no law to rest on",
        ),
        (
            'regime = "uk"\ncountries = ["GB"]\nrates = [{semester = "2024-S3", source = "x"}]',
            "'late_payment.rates.0.semester'",
        ),
        (
            'regime = "uk"\ncountries = ["GB"]\nrates = [{semester = "2024-S1", source = "x"}]',
            "2024-S1 has neither reference_rate nor legal_rate",
        ),
        (
            'regime = "uk"\ncountries = ["GB"]\nrates = [{semester = "2024-S1", source = "x", reference_rate = 0.05},'
            ' {semester = "2024-S1", source = "y", reference_rate = 0.04}]',
            "2024-S1 is there twice",
        ),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_with_its_place(tmp_path, text, message):
    with pytest.raises(ConfigError) as refused:
        company(tmp_path, f"[late_payment]\n{text}\n")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ('regime = "uk"\ncountries = ["GB"]', "regime uk without [[late_payment.rates]]"),
        (
            'regime = "fr_b2b"\ncountries = ["FR"]\nsegments = ["a", "b"]\nexcluded_segments = ["b"]',
            "late_payment: b in segments and in excluded_segments",
        ),
        (
            'regime = "eu_directive"\ncountries = ["FR"]\n'
            'rates = [{semester = "2027-S1", source = "x", reference_rate = 0.02, legal_rate = 0.03}]',
            "2027-S1: legal_rate is not used by regime eu_directive",
        ),
        (
            'regime = "fr_b2b"\ncountries = ["FR"]\n'
            'rates = [{semester = "2027-S1", source = "x", legal_rate = 0.03}]',
            "2027-S1: regime fr_b2b needs reference_rate. Add it",
        ),
    ],
)
def test_check_names_settings_that_contradict_each_other(tmp_path, text, finding):
    [line] = contradictions(company(tmp_path, f"[late_payment]\n{text}\n").config.late_payment)
    assert finding in line


def test_check_says_where_nobody_would_be_charged(warehouse):
    belgian = '[late_payment]\nregime = "eu_directive"\ncountries = ["BE"]\n'
    report = examine(company(warehouse.parent, belgian))
    assert report.findings == []
    assert (
        "late_payment: no customer of the files is in BE (their countries: FR, GB): nobody is charged."
        in report.notes
    )
    assert not [line for line in examine(company(warehouse.parent)).notes if "late_payment" in line]
