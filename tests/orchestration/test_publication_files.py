"""What a publication holds: the marts twice, what they mean, and what is known of the run."""

import dataclasses
import datetime as dt
import hashlib
import json
import shutil
from decimal import Decimal

import duckdb
import pyarrow.parquet as pq
import pytest
from publication_rig import ABOUT, DAY, fill

from orchestration.publication.about import content_hash, described_columns
from orchestration.publication.audit import differences
from orchestration.publication.files import DATABASE, fingerprints
from orchestration.publishing import publish


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    path = tmp_path_factory.mktemp("company") / "warehouse.duckdb"
    fill(path)
    return path


@pytest.fixture(scope="module")
def folder(warehouse):
    return publish(warehouse, warehouse.parent / "published", DAY, "run-1", ABOUT).folder


@pytest.fixture
def published(folder):
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        yield connection


def test_every_mart_is_there_as_a_parquet_file_with_the_same_rows(folder, published):
    assert {path.name for path in (folder / "parquet").iterdir()} == {
        "fct_dso.parquet",
        "fct_items.parquet",
    }
    file = f"read_parquet('{folder}/parquet/fct_items.parquet')"
    rows = published.sql(f"select * from {file}").fetchall()
    assert rows == published.sql("select * from marts.fct_items").fetchall()
    assert rows[0][:2] == ("F1", Decimal("100.00"))
    types = published.sql(f"select * from {file}").types
    assert types == published.sql("select * from marts.fct_items").types


def test_a_parquet_file_says_what_it_holds(folder):
    metadata = pq.read_metadata(folder / "parquet" / "fct_items.parquet").metadata
    assert metadata[b"as_of_date"] == b"2024-03-31"
    assert metadata[b"description"].decode() == ABOUT.descriptions["fct_items"].text
    assert json.loads(metadata[b"columns"]) == ABOUT.descriptions["fct_items"].columns


def test_every_column_has_its_description_as_a_comment(published):
    comments = published.sql(
        "select table_name, column_name, comment from duckdb_columns() where schema_name = 'marts'"
    ).fetchall()
    assert {(table, column): text for table, column, text in comments} == {
        (table, column): text
        for table, description in ABOUT.descriptions.items()
        for column, text in description.columns.items()
    }
    assert published.sql(
        "select count(*) from duckdb_columns() where schema_name = 'about' and comment is null"
    ).fetchall() == [(0,)]
    [(grain,)] = published.sql(
        "select comment from duckdb_tables() where table_name = 'fct_items'"
    ).fetchall()
    assert grain == ABOUT.descriptions["fct_items"].text


def test_descriptions_are_rows_too_in_the_order_of_the_columns(published):
    rows = published.sql(
        "select column_name, data_type from about.columns where table_name = 'fct_items'"
    ).fetchall()
    assert rows == [
        ("invoice_id", "VARCHAR"),
        ("open_amount", "DECIMAL(18,2)"),
        ("labels", "VARCHAR[]"),
        ("seen_at", "TIMESTAMP"),
    ]


def test_the_file_knows_its_run(published, folder):
    relation = published.sql("select * from about.publication")
    row = dict(zip(relation.columns, relation.fetchone(), strict=True))
    assert row == {
        "publication_id": folder.name,
        "as_of_date": DAY,
        "run_id": "run-1",
        "run_started_at": dt.datetime(2024, 4, 1, 4, 0),
        "company_name": "Exemple SAS",
        "reporting_currency": "EUR",
        "source_names": "files, stripe",
        "desk_copied_at": None,
        "quarantined_row_count": None,
        "suspense_record_count": None,
        "ledger_difference_count": None,
        "check_count": 2,
        # The one that did not pass is a warning.
        "failed_check_count": 0,
        "warned_check_count": 1,
    }
    facts = json.loads((folder / "publication.json").read_text(encoding="utf-8"))
    assert facts["run_started_at"] == "2024-04-01T04:00:00+00:00"
    assert facts["tables"]["fct_items"]["rows"] == "3"


def test_what_the_checks_found_is_published(published):
    assert published.sql("select * from about.checks").fetchall() == [
        ("marts.fct_dso", "unique", "error", True, True, "One row per as_of_date.", None),
        ("raw_files.invoices", "unusual", "warn", False, False, None, "40 rows fewer."),
    ]


def test_a_check_that_quotes_half_a_character_is_published(tmp_path):
    warehouse = tmp_path / "warehouse.duckdb"
    fill(warehouse)
    quoting = dataclasses.replace(ABOUT.checks[0], detail="Value 'caf\ud83d' is unknown.")
    about = dataclasses.replace(ABOUT, checks=(quoting,))
    folder = publish(warehouse, tmp_path / "published", DAY, "run-1", about).folder
    with duckdb.connect(str(folder / "publication.duckdb"), read_only=True) as connection:
        [(detail,)] = connection.execute("select detail from about.checks").fetchall()
    assert detail == "Value 'caf?' is unknown."


def test_what_is_set_aside_is_counted_by_source_and_entity(tmp_path):
    warehouse = tmp_path / "warehouse.duckdb"
    fill(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create table marts.fct_source_loads as select * from (values ('files', 'invoices', 3),"
            " ('files', 'payments', 0), ('stripe', 'invoices', 4)) as loads (source_name, entity, quarantined)"
        )
        connection.execute("create table marts.fct_suspense as select 5::bigint as record_count")
        connection.execute("create table marts.fct_ledger_differences (record_id varchar)")
    folder = publish(warehouse, tmp_path / "published", DAY, "run-1", ABOUT).folder
    facts = json.loads((folder / "publication.json").read_text(encoding="utf-8"))
    assert facts["quarantined_rows"] == [
        {"source_name": "files", "entity": "invoices", "row_count": 3},
        {"source_name": "stripe", "entity": "invoices", "row_count": 4},
    ]
    names = ("quarantined_row_count", "suspense_record_count", "ledger_difference_count")
    assert [facts[name] for name in names] == [7, 5, 0]
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        found = connection.sql(f"select {', '.join(names)} from about.publication").fetchone()
    assert found == (7, 5, 0)


def sums(folder):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder / "parquet").iterdir()
    }


def test_the_same_rows_give_the_same_bytes_whatever_their_order_and_run(folder, tmp_path):
    other = tmp_path / "other.duckdb"
    fill(other)
    with duckdb.connect(str(other)) as connection:
        connection.execute(
            "create or replace table marts.fct_items as select * from marts.fct_items order by 1"
        )
    again = publish(other, tmp_path / "elsewhere", DAY, "run-2", ABOUT).folder
    assert again.name == folder.name
    assert sums(again) == sums(folder)


def identity(warehouse, about=ABOUT) -> str:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        columns = described_columns(connection, about)
        return content_hash(fingerprints(connection), columns, about)


@pytest.mark.parametrize(
    ("change", "is_another"),
    [
        ({"run_started_at": dt.datetime(2024, 4, 2, tzinfo=dt.UTC)}, False),
        # Asked when rows arrive, not when the day is run again.
        ({"checks": ABOUT.checks[:1]}, False),
        (
            {"checks": (*ABOUT.checks[1:], dataclasses.replace(ABOUT.checks[0], detail="1 s"))},
            False,
        ),
        ({"checks": (*ABOUT.checks[1:], dataclasses.replace(ABOUT.checks[0], passed=False))}, True),
        ({"reporting_currency": "USD"}, True),
        ({"descriptions": {}}, True),
    ],
)
def test_what_a_publication_says_is_its_identity_and_when_it_was_made_is_not(
    warehouse, change, is_another
):
    other = identity(warehouse, dataclasses.replace(ABOUT, **change))
    assert (other != identity(warehouse)) is is_another


def test_a_renamed_column_is_another_publication(warehouse, tmp_path):
    other = tmp_path / "other.duckdb"
    fill(other)
    assert identity(other) == identity(warehouse)
    with duckdb.connect(str(other)) as connection:
        connection.execute("alter table marts.fct_items rename open_amount to amount")
    assert identity(other) != identity(warehouse)


def test_a_publication_that_lost_a_file_is_made_again(warehouse, tmp_path):
    folder = publish(warehouse, tmp_path / "published", DAY, "run-1", ABOUT).folder
    (folder / "parquet" / "fct_items.parquet").unlink()
    assert publish(warehouse, folder.parent, DAY, "run-2", ABOUT).is_new
    assert (folder / "parquet" / "fct_items.parquet").exists()
    assert not [path for path in folder.parent.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "copy (select * replace (case invoice_id when 'F2' then 0.01 else open_amount end as open_amount)"
            " from '{file}') to '{file}' (format parquet)",
            "Parquet file fct_items holds totals open_amount 112.31 instead of 112.29.",
        ),
        (
            "copy (select * replace (lower(invoice_id) as invoice_id) from '{file}') to '{file}'"
            " (format parquet)",
            "Parquet file fct_items holds hash",
        ),
        (
            "copy (select * replace (open_amount::double as open_amount) from '{file}') to '{file}'"
            " (format parquet)",
            "Parquet file fct_items holds columns open_amount DOUBLE instead of DECIMAL(18,2).",
        ),
        (
            "copy (select 1 as n) to '{folder}/stray.parquet' (format parquet)",
            "Parquet file stray is of no mart.",
        ),
    ],
    ids=["a cent", "a letter", "a type", "a stray file"],
)
def test_a_parquet_file_that_differs_is_found_by_the_audit(folder, tmp_path, statement, said):
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        expected = {"tables": fingerprints(connection), "about": {"checks": 2}, "described": 5}
    copy = shutil.copytree(folder, tmp_path / "copy")
    assert differences(copy, expected) == []
    file = copy / "parquet" / "fct_items.parquet"
    file.chmod(0o644)
    duckdb.sql(statement.format(folder=file.parent, file=file))
    assert differences(copy, expected)[0].startswith(said)


def test_the_audit_finds_a_check_or_a_comment_that_is_missing(folder):
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        expected = {"tables": fingerprints(connection), "about": {"checks": 3}, "described": 6}
    assert differences(folder, expected) == [
        "Table about.checks holds 2 rows instead of 3.",
        "5 columns have a comment instead of 6.",
    ]
