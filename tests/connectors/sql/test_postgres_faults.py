"""What goes wrong with a database: a named error and no change, or the clean run's tables."""

import errno
import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa
from killed_load import POINTS

from connectors.errors import SourceError
from connectors.sql import SqlSource, build_source, extraction
from tests.postgres_rig import free_port

HERE = Path(__file__).parent
ROOT = HERE.parent.parent.parent
LOADED_AT = "2026-03-02T06:00:00"
ENTITIES = {
    "customers": {
        "table": "clients",
        "columns": {"customer_id": "id", "customer_name": "name"},
    },
    "invoices": {
        "table": "invoices",
        "columns": {
            "invoice_id": "id",
            "customer_id": "customer",
            "invoice_date": "issued",
            "currency": "currency",
            "gross_amount": "total",
        },
        "cursor": "updated_at",
    },
}


@pytest.fixture
def erp(rig):
    rig.sql(
        "create table clients (id text, name text);"
        "insert into clients values ('C1', 'One'), ('C2', 'Two');"
        "create table invoices (id text, customer text, issued date, currency text,"
        " total numeric(18, 2), updated_at timestamptz);"
        "insert into invoices select 'I' || n, 'C1', '2026-01-01', 'EUR', n, '2026-03-01'"
        " from generate_series(1, 500) n"
    )
    return rig


def refused(rig, match, **entities):
    """The named error of a load that must change nothing."""
    with pytest.raises(SourceError, match=match) as caught:
        rig.load(**(entities or ENTITIES))
    assert "\n" not in str(caught.value)
    tables = rig.raw(
        "select table_name from information_schema.tables where table_schema='raw_sql'"
    )
    assert all(rig.raw(f"select count(*) from raw_sql.{name}") == [(0,)] for (name,) in tables)
    assert not (rig.folder / "sql").exists()
    return str(caught.value)


# --- The connection ---------------------------------------------------------------------------


def test_wrong_password_is_named_without_the_password(erp, monkeypatch):
    monkeypatch.setenv("ENCOURS_SQL_URL", erp.server.url(erp.name, password="hunter2"))
    said = refused(erp, "The database of ENCOURS_SQL_URL refused the user or the password")
    assert "hunter2" not in said
    assert "127.0.0.1" not in said


def test_no_cause_of_the_error_is_shown_with_it(erp, monkeypatch):
    monkeypatch.setenv("ENCOURS_SQL_URL", erp.server.url(erp.name, password="hunter2"))
    with pytest.raises(SourceError) as caught:
        erp.load(**ENTITIES)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "ENCOURS_SQL_URL is not set"),
        ("user:hunter2@host/erp", "does not hold a database URL"),
        ("postgresql://u:hunter2@h:p@ss/erp", "does not hold a database URL"),
        ("nosuch://u:hunter2@host/erp", "No driver for the kind of database"),
        ("mssql+pymssql://u:hunter2@host/erp", "No driver for the kind of database"),
        ("postgresql://u:hunter2@127.0.0.1:{port}/erp", "cannot be reached"),
        ("sqlite:////nowhere/erp.db", "The SQLite file of ENCOURS_SQL_URL does not exist"),
    ],
)
def test_wrong_url_is_named_and_not_shown(erp, monkeypatch, url, said):
    monkeypatch.setenv("ENCOURS_SQL_URL", url.replace("{port}", str(free_port())))
    assert "hunter2" not in refused(erp, said)


def test_unknown_database_is_named(erp, monkeypatch):
    monkeypatch.setenv("ENCOURS_SQL_URL", erp.server.url("nowhere"))
    refused(erp, "does not exist on that server")


def test_url_without_a_driver_works(erp, monkeypatch):
    url = erp.server.url(erp.name).replace("postgresql+psycopg2", "postgresql")
    monkeypatch.setenv("ENCOURS_SQL_URL", url)
    assert erp.load(**ENTITIES)["invoices"].loaded == 500


def test_password_is_in_no_table_and_no_file(erp, monkeypatch):
    """dlt's packages, state and trace are looked at before they are cleared away."""
    seen = []

    def look(*args):
        files = [path for path in erp.folder.rglob("*") if path.is_file()]
        seen.extend(path.read_bytes() for path in files)
        return project(*args)

    from connectors.sql import loading

    project = loading.project
    monkeypatch.setattr(loading, "project", look)
    erp.load(**ENTITIES)
    assert len(seen) > 5
    secret = erp.server.password
    assert not any(secret.encode() in content for content in seen)
    assert secret not in str(erp.raw("from raw_sql._manifest"))


def test_user_without_the_right_to_read_is_told_so(erp, monkeypatch):
    erp.sql(f"drop role if exists reader_{erp.name}")
    erp.sql(f"create role reader_{erp.name} login password 'p'")
    url = erp.server.url(erp.name, user=f"reader_{erp.name}", password="p")
    monkeypatch.setenv("ENCOURS_SQL_URL", url)
    refused(erp, r"does not allow its user to read this, reading invoices \(invoices\)",
            invoices=ENTITIES["invoices"])  # fmt: skip
    # The grants of the README are enough.
    erp.sql(
        f"grant connect on database {erp.name} to reader_{erp.name};"
        f" grant usage on schema public to reader_{erp.name};"
        f" grant select on clients, invoices to reader_{erp.name}"
    )
    assert erp.load(**ENTITIES)["invoices"].loaded == 500
    erp.sql(f"drop owned by reader_{erp.name}; drop role reader_{erp.name}")


def end_other_sessions(rig):
    rig.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )


def test_server_that_ends_the_session_between_two_tables_changes_nothing(erp):
    class Ends(list):
        def append(self, said):
            if said == "invoices":
                end_other_sessions(erp)

    with pytest.raises(SourceError, match=r"went away, reading invoices \(invoices\)"):
        erp.load(said=Ends(), **ENTITIES)
    assert erp.raw("select count(*) from raw_sql.customers") == [(0,)]
    assert erp.raw("select count(*) from raw_sql._manifest") == [(0,)]
    assert erp.load(**ENTITIES)["invoices"].loaded == 500


def test_server_that_ends_the_session_in_mid_table_changes_nothing(erp, monkeypatch):
    from dlt.sources.sql_database import TableLoader

    convert = TableLoader._convert_result

    def interrupted(self, result, kwargs):
        for number, rows in enumerate(convert(self, result, kwargs)):
            yield rows
            if self.table.name == "invoices" and number == 1:
                end_other_sessions(erp)

    monkeypatch.setattr(extraction, "CHUNK_ROWS", 100)
    with monkeypatch.context() as patched:
        patched.setattr(TableLoader, "_convert_result", interrupted)
        refused(erp, r"went away, reading invoices \(invoices\)")
    assert erp.load(**ENTITIES)["invoices"].loaded == 500


def test_landing_folder_that_cannot_be_made_is_named(erp, tmp_path):
    (tmp_path / "landing").write_text("a file where the folder should be")
    with pytest.raises(SourceError, match="The landing folder cannot be written: Not a directory"):
        erp.load(**ENTITIES)


# The writer that could not write is never closed.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_disk_that_fills_up_while_reading_is_named_and_changes_nothing(erp, monkeypatch):
    import pyarrow.parquet

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pyarrow.parquet.ParquetWriter, "write_table", full)
    refused(erp, "The landing folder cannot be written: No space left on device")
    gc.collect()


# --- Killed -----------------------------------------------------------------------------------


def contents(warehouse):
    tables = ("customers", "invoices")
    with duckdb.connect(str(warehouse)) as connection:
        return [
            connection.execute(f"from raw_sql.{table} order by all").fetchall() for table in tables
        ]


@pytest.mark.parametrize("point", POINTS)
def test_load_killed_at_any_point_is_made_up_for_by_the_next(erp, tmp_path, point):
    settings = json.dumps({"entities": ENTITIES})
    killed, clean, folder = (
        tmp_path / "killed.duckdb",
        tmp_path / "clean.duckdb",
        tmp_path / "under way",
    )
    arguments = [point, str(killed), str(folder), settings, LOADED_AT]
    done = subprocess.run(
        [sys.executable, str(HERE / "killed_load.py"), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -9, done.stderr.decode()
    assert (folder / "sql").exists()

    # Rows that come after the kill do not hide those from before it.
    erp.sql("insert into invoices values ('I501', 'C1', '2026-01-01', 'EUR', 1, '2026-03-09')")
    said = {}
    for warehouse in (killed, clean):
        with duckdb.connect(str(warehouse)) as connection:
            source = build_source(SqlSource(entities=ENTITIES), folder)
            source.prepare(connection)
            source.load(connection, erp.first_load, said.setdefault(warehouse, []).append)
    assert contents(killed) == contents(clean)
    assert len(contents(clean)[1]) == 501
    assert "drops what an interrupted load left, and reads it again" in said[killed]
    assert "drops what an interrupted load left, and reads it again" not in said[clean]


# --- Names ------------------------------------------------------------------------------------

COLUMNS = ENTITIES["invoices"]["columns"]


def invoices(**changes):
    return {"invoices": {"table": "invoices", "columns": COLUMNS, **changes}}


def test_unknown_table_is_answered_with_those_that_exist(erp):
    erp.sql("create view open_invoices as select * from invoices")
    refused(erp, "no table or view 'invoice' in its default schema, which invoices names."
            " It has: clients, invoices, open_invoices", **invoices(table="invoice"))  # fmt: skip


def test_unknown_schema_is_answered_with_those_that_exist(erp):
    refused(erp, "no schema 'sales', which invoices names. It has: .*public",
            **invoices(schema="sales"))  # fmt: skip


def test_unknown_column_is_answered_with_those_that_exist(erp):
    wrong = COLUMNS | {"due_date": "echeance"}
    refused(erp, "invoices: invoices has no column 'echeance'. It has: currency, customer, id,"
            " issued, total, updated_at", **invoices(columns=wrong))  # fmt: skip
    refused(erp, "invoices: query has no column 'echeance'. It has: currency, customer",
            **invoices(table=None, query="select * from invoices", columns=wrong))  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        'invoices"; drop table clients; --',
        "invoices; drop table clients",
        "invoices) q; drop table clients; --",
        "(select 1)",
        "public.invoices",
        "invoices'--",
    ],
)
def test_sql_in_a_name_is_a_name_that_does_not_exist(erp, name):
    refused(erp, "no table or view", **invoices(table=name))
    refused(erp, "no schema", **invoices(schema=name))
    refused(erp, "no column", **invoices(columns=COLUMNS | {"due_date": name}))
    refused(erp, "no column", **invoices(cursor=name))
    assert erp.sql("select count(*) from clients") == [(2,)]


def test_sql_in_a_value_a_prefix_or_a_word_is_text(erp):
    hostile = "'); drop table raw_sql.invoices; --"
    columns = COLUMNS | {
        "purchase_order": {"value": hostile},
        "invoice_number": {"column": "id", "prefix": hostile},
        "subscription_id": {"column": "customer", "values": {"C1": hostile}},
    }
    assert erp.load(**invoices(columns=columns))["invoices"].loaded == 500
    found = "select purchase_order, invoice_number, subscription_id from raw_sql.invoices limit 1"
    assert erp.raw(found) == [(hostile, hostile + "I1", hostile)]


def test_table_and_columns_with_capitals_spaces_and_quotes_are_read(erp):
    erp.sql(
        'create schema "Ventes 2026"; create table "Ventes 2026"."Facture Client" '
        '("Id" int, "N° pièce" text, "select" text, "a""b" date, "Montant TTC (€)" numeric, "%p" timestamp);'
        "insert into \"Ventes 2026\".\"Facture Client\" values (1, 'F1', 'C1', '2026-01-31', 10.5, '2026-02-01')"
    )
    columns = {
        "invoice_id": "Id",
        "invoice_number": "N° pièce",
        "customer_id": "select",
        "invoice_date": 'a"b',
        "gross_amount": "Montant TTC (€)",
        "currency": {"value": "EUR"},
    }
    mapped = {"table": "Facture Client", "schema": "Ventes 2026", "columns": columns}
    row = erp.load(invoices=mapped | {"cursor": "%p"})["invoices"]
    assert (row.file, row.amounts) == ("Ventes 2026.Facture Client", {"EUR": "10.50"})
    assert row.window_to == "2026-02-01 00:00:00"


def test_views_and_two_schemas_are_read_side_by_side(erp):
    erp.sql(
        "create schema crm; create table crm.invoices (id text, name text);"
        "insert into crm.invoices values ('C1', 'In the other schema');"
        "create view paid as select * from invoices where total < 3;"
        "create materialized view kept as select * from invoices where total < 5"
    )
    names = {"customer_id": "id", "customer_name": "name"}
    customers = {"table": "invoices", "schema": "crm", "columns": names}
    assert erp.load(customers=customers, **invoices(table="paid"))["invoices"].loaded == 2
    assert erp.raw("select customer_name from raw_sql.customers") == [("In the other schema",)]
    assert erp.load(day=1, **invoices(table="kept"))["invoices"].rows_in == 4


# --- Queries ----------------------------------------------------------------------------------


def query(text, **changes):
    return invoices(table=None, query=text, **changes)


def test_query_is_read_like_a_table_with_its_cursor(erp):
    text = """
        with chosen as (select * from invoices where id like 'I1%' /* 111 of them */)
        select id, customer, issued::date, currency, total, updated_at, ' :not_bound' as note
        from chosen -- without the rest
    """
    mapped = query(text, cursor="updated_at", columns=COLUMNS | {"purchase_order": "note"})
    row = erp.load(**mapped)["invoices"]
    assert (row.rows_in, row.file, row.window_to) == (111, "query", "2026-03-01 00:00:00+00")
    assert erp.raw("select distinct purchase_order from raw_sql.invoices") == [(":not_bound",)]
    erp.sql("insert into invoices values ('I10000', 'C1', '2026-01-01', 'EUR', 1, '2026-03-05')")
    row = erp.load(day=1, **mapped)["invoices"]
    assert (row.loaded, row.window_from) == (1, "2026-02-28 00:00:00+00:00")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("delete from clients", "does more than read"),
        ("drop table clients", "does more than read"),
        ("select 1; drop table clients", "has 2 statements"),
        (
            "with gone as (delete from clients returning *) select * from gone",
            "does more than read",
        ),
        ("select * into copied from clients", "does more than read"),
        ("select * from clients for update", "does more than read"),
        ("copy clients to program 'true'", "does more than read"),
        ("select * from clients) q; drop table clients; --", "cannot be read as SQL"),
        ("selec 1", "cannot be read as SQL|does more than read"),
        ("-- nothing", "has 0 statements"),
        ("select nextval('counter') as id", "was asked to write"),
        ("select * from nowhere", "does not understand the statement .*nowhere"),
        ("select id, id from clients", "\\(column reference .id. is ambiguous\\)"),
    ],
)
def test_query_that_is_not_one_select_is_refused(erp, text, said):
    erp.sql("create sequence counter")
    columns = {name: {"value": "1"} for name in COLUMNS} | {"invoice_id": "id"}
    refused(erp, said, **query(text, columns=columns))
    assert erp.sql("select count(*) from clients") == [(2,)]
    assert erp.sql("select is_called from counter") == [(False,)]


# --- The schema changes -----------------------------------------------------------------------


def test_new_column_at_the_source_changes_nothing(erp):
    erp.load(**ENTITIES)
    before = erp.state()
    erp.sql("alter table invoices add column colour text default 'red'")
    erp.load(day=1, **ENTITIES)
    assert erp.state() == before


@pytest.mark.parametrize(
    "change", ["drop column total", "rename column total to amount", "rename to factures"]
)
def test_missing_or_renamed_column_or_table_is_named_and_changes_nothing(erp, change):
    erp.load(**ENTITIES)
    before = (erp.state(), erp.state("customers"))
    erp.sql(f"alter table invoices {change}; insert into clients values ('C3', 'Three')")
    with pytest.raises(SourceError, match=r"no column 'total'|no table or view 'invoices'"):
        erp.load(day=1, **ENTITIES)
    assert (erp.state(), erp.state("customers")) == before


def test_retyped_columns_keep_their_values(erp):
    erp.load(**ENTITIES)
    before = erp.state()
    erp.sql(
        "alter table invoices alter total type text, alter issued type timestamp,"
        " alter id type varchar(20), alter updated_at type date"
    )
    row = erp.load(day=1, **ENTITIES)["invoices"]
    assert (row.rows_in, row.loaded) == (500, 0)
    # The cursor is of another type: everything is read again, from a new one on.
    assert (row.window_from, row.window_to) == (None, "2026-03-01")
    assert erp.state() == before


def test_column_retyped_to_what_the_contract_cannot_read_goes_to_quarantine(erp):
    erp.sql("alter table invoices alter total type text using total || ' €'")
    row = erp.load(**ENTITIES)["invoices"]
    assert (row.loaded, row.quarantined) == (0, 500)


def test_server_user_has_its_sessions_back_after_a_load(erp):
    erp.load(**ENTITIES)
    open_sessions = sa.text(
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and pid <> pg_backend_pid()"
    )
    with erp.engine.connect() as connection:
        assert connection.execute(open_sessions).scalar() == 0
