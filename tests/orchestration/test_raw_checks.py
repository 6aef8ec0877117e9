"""What the expectations on raw find, and what they let pass."""

import dataclasses
import datetime as dt
import os
import re

import duckdb
import pytest

from connectors.contract import ENTITIES
from connectors.files import FilesSource, build_source
from connectors.landing import prepare_raw
from orchestration.checks.raw import check_raw
from orchestration.checks.tables import CheckedTable, arrivals, checked_tables
from orchestration.config import load_company
from orchestration.templates import configuration_text
from orchestration.warehouse import prepare_schemas

# Great Expectations warns of itself on import.
pytestmark = pytest.mark.filterwarnings("default")

DAY = dt.date(2026, 1, 31)
INVOICES = "invoice_id,customer_id,invoice_date,currency,gross_amount,due_date\n"
PAYMENTS = "payment_id,customer_id,payment_date,currency,amount,kind\n"


@pytest.fixture
def company(tmp_path):
    (tmp_path / "encours.toml").write_text(configuration_text("Test", "source", DAY, DAY))
    (tmp_path / "source").mkdir()
    return load_company(tmp_path / "encours.toml")


def load(company, invoices, payments="", loaded_at=dt.datetime(2026, 1, 31)):
    source = company.home / "source"
    (source / "invoices.csv").write_text(INVOICES + invoices)
    (source / "payments.csv").write_text(PAYMENTS + payments)
    built = build_source(FilesSource(path=source))
    with duckdb.connect(str(company.warehouse)) as connection:
        prepare_schemas(connection)
        built.prepare(connection)
        built.load(connection, loaded_at, lambda _: None)
    return built


def change(company, statement):
    with duckdb.connect(str(company.warehouse)) as connection:
        connection.execute(statement)


def finding(findings, table):
    return next(found for found in findings if found.table == table)


GOOD = "1,A,2026-01-05,EUR,10.00,2026-02-04\n2,A,2026-01-30,EUR,5.00,2026-02-28\n"


def test_good_rows_pass_and_are_asked_once(company):
    built = load(company, GOOD, "P,A,2026-01-30,EUR,10.00,receipt\n")
    first = check_raw(company, [built], DAY)
    assert all(found.passed and not found.odd for found in first)
    assert finding(first, "invoices").rows == 2
    assert finding(check_raw(company, [built], DAY), "invoices").rows == 0


def test_data_docs_open_offline_and_link_every_page(company):
    check_raw(company, [load(company, GOOD)], DAY)
    docs = company.home / "data_docs" / "raw"
    pages = list(docs.rglob("*.html"))
    assert len(pages) > 3
    for page in pages:
        text = page.read_text()
        assert "<script" not in text
        assert not re.search(r"<(link|img|iframe)[^>]*//", text)
    [target] = re.findall(r'href="([^"]*)">files\.invoices<', (docs / "index.html").read_text())
    assert "gross_amount" in (docs / target).read_text()


@pytest.mark.parametrize(
    ("statement", "table", "words"),
    [
        ("update raw_files.invoices set currency = 'ZZZ'", "invoices", "InSet|in_set"),
        ("update raw_files.invoices set gross_amount = -1", "invoices", "gross_amount"),
        ("update raw_files.invoices set customer_id = null", "invoices", "customer_id"),
        ("update raw_files.invoices set invoice_id = '1'", "invoices", "invoice_id"),
        (
            "update raw_files.invoices set invoice_date = date '0021-01-05'",
            "invoices",
            "invoice_date",
        ),
        ("update raw_files.payments set kind = 'refund'", "payments", "outgoing_amount"),
        ("update raw_files.payments set kind = 'gift'", "payments", "kind"),
        ("alter table raw_files.payments add column colour varchar", "payments", None),
        ("delete from raw_files.invoices", "invoices", "holds no row"),
        (
            "update raw_files._manifest set loaded = loaded - 1 where entity = 'invoices'",
            "_manifest",
            "unaccounted_rows",
        ),
    ],
)
def test_rows_that_no_connector_may_leave_are_found(company, statement, table, words):
    built = load(company, GOOD, "P,A,2026-01-30,EUR,10.00,receipt\n")
    change(company, statement)
    found = finding(check_raw(company, [built], DAY), table)
    if words is None:
        # Only the contract's columns are asked for: another one does not disturb.
        assert found.passed
    else:
        assert not found.passed
        assert any(part in " ".join(found.broken) for part in words.split("|"))
        # What did not pass is asked again.
        assert not finding(check_raw(company, [built], DAY), table).passed


def test_stale_ledger_and_sudden_volume_are_odd_and_stop_nothing(company):
    for day in range(1, 5):
        rows = "".join(f"{day}-{n},A,2026-01-0{day},EUR,1.00,2026-02-01\n" for n in range(10))
        built = load(company, rows, loaded_at=dt.datetime(2026, 1, day))
    built = load(company, GOOD, loaded_at=dt.datetime(2026, 1, 31))
    with duckdb.connect(str(company.warehouse)) as connection:
        frame = arrivals(connection, built, dt.date(2026, 2, 15))
    invoices = frame.set_index("entity").loc["invoices"]
    assert (invoices.unaccounted_rows, invoices.volume_ratio, invoices.days_since_newest) == (
        0,
        0.2,
        16,
    )
    manifest = finding(check_raw(company, [built], dt.date(2026, 2, 15)), "_manifest")
    assert manifest.passed
    assert sum("volume_ratio" in line for line in manifest.odd) == 1
    assert sum("days_since_newest" in line for line in manifest.odd) == 1


def test_due_dates_before_issue_are_odd_where_they_are_many(company):
    rows = "".join(f"{n},A,2026-01-30,EUR,1.00,2026-01-0{n}\n" for n in range(1, 9))
    found = finding(check_raw(company, [load(company, rows)], DAY), "invoices")
    assert found.passed
    assert any("due_date" in line for line in found.odd)


def test_every_entity_of_the_contract_is_checked(company):
    built = load(company, GOOD)
    assert checked_tables([built]) == [CheckedTable("files", name) for name in ENTITIES]


def test_telemetry_is_off(company):
    check_raw(company, [load(company, GOOD)], DAY)
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"


def test_two_ledgers_with_the_same_invoice_number_are_named_before_anything_is_built(company):
    built = load(company, GOOD)
    other = dataclasses.replace(built, name="sql")
    with duckdb.connect(str(company.warehouse)) as connection:
        prepare_raw(connection, "sql")
        connection.execute(
            "insert into raw_sql.invoices by name from (from raw_files.invoices where invoice_id = '2')"
        )
    found = check_raw(company, [built, other], DAY)
    [broken] = [f.broken for f in found if (f.source, f.table) == ("sql", "invoices")]
    assert "1 ids of raw_sql.invoices are in raw_files.invoices too" in broken[0]
    assert finding(found, "invoices").passed
