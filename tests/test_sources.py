"""Several sources in one ledger, built by dbt: nothing twice, nothing lost, nothing that is gone."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from connectors.files import FilesSource, load_files
from connectors.landing import prepare_raw
from orchestration.desk_copy import copy_desk
from orchestration.warehouse import prepare_schemas
from outreach.desk.store import desk
from tests.ledger_rig import dbt_build, rows

DAY = dt.date(2026, 2, 28)
STAGES = (
    *("--select", "+fct_suspense", "+fct_entity_records", "+fct_source_loads"),
    *("--exclude", "resource_type:unit_test"),
)


def _desk(path):
    """A promise that was later cancelled, and a call."""
    entry = "'Ann', 'desk', '2026-02-10T09:00:00+01:00'"
    with desk(path) as connection:
        connection.execute(
            "insert into promises (promise_id, invoice_id, made_date, promised_date, amount, cancelled_date,"
            " author, origin, recorded_at) values"
            f" ('desk-1', 'F1', '2026-02-10', '2026-02-20', '100.00', null, {entry}),"
            " ('desk-1', 'F1', '2026-02-10', '2026-02-20', '100.00', '2026-02-12', 'Bob', 'desk',"
            " '2026-02-12T08:00:00+00:00')"
        )
        connection.execute(
            "insert into activities (activity_id, activity_date, kind, direction, customer_id, minutes,"
            f" author, origin, recorded_at) values ('desk-2', '2026-02-11', 'call', 'out', 'A', '5', {entry})"
        )
    return path


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """Files with two customers and a tombstone; the `sql` source holds the same customer A by another id."""
    home = tmp_path_factory.mktemp("sources")
    source = home / "source"
    source.mkdir()
    (source / "customers.csv").write_text(
        "customer_id,customer_name,segment,terms_days\nA,Alpha,,30\nB,Beta,small,15\n"
    )
    (source / "invoices.csv").write_text(
        "invoice_id,customer_id,invoice_date,currency,gross_amount\n"
        "F1,A,2026-01-05,EUR,100.00\nF2,B,2026-01-06,EUR,50.00\nF3,B,2026-01-07,EUR,7.00\n"
    )
    path = home / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        prepare_schemas(connection)
        load_files(connection, FilesSource(path=source), dt.datetime(2026, 2, 1))
        prepare_raw(connection, "sql")
        for table, values in {
            "raw_sql.customers (customer_id, customer_name, segment)": "('900', 'Alpha Holding', 'large')",
            "raw_sql.invoices (invoice_id, customer_id, invoice_date, currency, gross_amount)": (
                "('S1', '900', date '2026-01-08', 'EUR', 30.00)"
            ),
            "raw_sql.tickets (ticket_id, customer_id, opened_at)": (
                "('T1', '900', timestamp '2026-01-09 10:00:00')"
            ),
        }.items():
            name, columns = table.rstrip(")").split(" (")
            connection.execute(
                f"insert into {name} ({columns}, _load_id, _line, _loaded_at, _is_first_load)"
                f" select *, 1, 1, timestamp '2026-02-01', true from (values {values})"
            )
        # F3 is gone from a later, complete export.
        connection.execute(
            "insert into raw_files.invoices (invoice_id, _load_id, _line, _loaded_at, _is_first_load, _is_deleted)"
            " values ('F3', 2, 0, timestamp '2026-02-02', false, true)"
        )
        connection.execute(
            "insert into identity.customer_links (source, party_id, customer_id, method, confidence)"
            " values ('files', 'A', 'A', 'own_id', 1), ('files', 'B', 'B', 'own_id', 1),"
            " ('sql', '900', 'A', 'override', 1)"
        )
        copy_desk(connection, _desk(home / "desk.sqlite"), dt.datetime(2026, 2, 28))
    dbt_build(path, DAY, *STAGES, "--indirect-selection", "buildable", sources=("files", "sql"))
    return path


def test_one_customer_of_two_systems_is_one_row_with_the_first_known_value(warehouse):
    found = rows(
        warehouse,
        "select customer_id, customer_name, segment, terms_days, source_name"
        " from intermediate.int_customers_unioned order by 1",
    )
    assert found == [("A", "Alpha", "large", 30, "files"), ("B", "Beta", "small", 15, "files")]


def test_money_and_tickets_of_both_systems_are_that_customer_s(warehouse):
    assert rows(
        warehouse,
        "select customer_id, invoice_id, source_name from intermediate.int_invoices_unioned order by 2",
    ) == [("A", "F1", "files"), ("B", "F2", "files"), ("A", "S1", "sql")]
    assert rows(warehouse, "select customer_id from intermediate.int_tickets_unioned") == [("A",)]


def test_a_record_that_is_gone_counts_no_more(warehouse):
    assert rows(warehouse, "select count(*) from staging.stg_files__invoices") == [(2,)]


def test_records_are_counted_by_entity_and_source(warehouse):
    assert rows(
        warehouse,
        "select entity, record_count, source_names from marts.fct_entity_records"
        " where entity in ('invoices', 'tickets', 'disputes') order by 1",
    ) == [("disputes", 0, None), ("invoices", 3, "files, sql"), ("tickets", 1, "sql")]


def test_what_people_enter_at_the_desk_is_a_record_by_its_latest_version(warehouse):
    assert rows(
        warehouse,
        "select promise_id, invoice_id, amount, cancelled_date, source_name, known_date"
        " from intermediate.int_promises_unioned",
    ) == [
        ("desk-1", "F1", Decimal("100.00"), dt.date(2026, 2, 12), "desk", dt.date(2026, 2, 10)),
    ]


def test_a_call_of_the_desk_keeps_its_customer_without_a_link_of_identity(warehouse):
    assert rows(
        warehouse,
        "select activity_id, customer_id, minutes, source_name from intermediate.int_activities_unioned",
    ) == [("desk-2", "A", 5, "desk")]


def test_the_desk_is_copied_whole_and_in_utc(warehouse, tmp_path):
    copied = rows(warehouse, "select recorded_at from raw_desk.promises order by _load_id")
    assert copied == [(dt.datetime(2026, 2, 10, 8),), (dt.datetime(2026, 2, 12, 8),)]
