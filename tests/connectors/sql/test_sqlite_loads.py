"""The same connector on SQLite, which needs no server: what holds for any database."""

import datetime as dt
import sqlite3

import duckdb
import pytest
from pydantic import ValidationError

from connectors.contract import ENTITIES
from connectors.errors import SourceError
from connectors.sql import SqlSource, build_source

LOADED_AT = dt.datetime(2026, 3, 2, 6)
COLUMNS = {
    "invoice_id": "id",
    "customer_id": "customer",
    "invoice_date": "issued",
    "currency": {"value": "EUR"},
    "gross_amount": "total",
}
INVOICES = {"table": "Sales Invoices", "columns": COLUMNS, "cursor": "touched"}


@pytest.fixture
def erp(tmp_path, monkeypatch):
    path = tmp_path / "erp.db"
    monkeypatch.setenv("ENCOURS_SQL_URL", f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute(
            'create table "Sales Invoices" (id integer primary key, customer text, issued date,'
            " total numeric, touched timestamp, scan blob)"
        )
        connection.executemany(
            'insert into "Sales Invoices" values (?, ?, ?, ?, ?, ?)',
            [
                (1, "C1", "2026-01-31", "0.10", "2026-03-01 10:00:00", b"\x00\xff"),
                (2, "C1", "2026-02-28", 1234567.89, "2026-03-01 10:00:00", None),
                (3, "C2", "2026-02-28", 3, "2026-03-01 11:30:00", None),
            ],
        )
        connection.commit()
        yield connection


@pytest.fixture
def load(tmp_path):
    """Loads entities a number of days after the first load; the manifest row of each."""
    connection = duckdb.connect(":memory:")

    def run(day=0, **entities):
        source = build_source(SqlSource(entities=entities), tmp_path / "landing")
        source.prepare(connection)
        at = LOADED_AT + dt.timedelta(days=day)
        return {row.entity: row for row in source.load(connection, at, lambda _: None)}

    run.warehouse = connection
    yield run
    connection.close()


def test_table_is_loaded_then_its_changes(erp, load):
    row = load(invoices=INVOICES)["invoices"]
    assert (row.loaded, row.amounts, row.window_to) == (
        3,
        {"EUR": "1234570.99"},
        "2026-03-01 11:30:00",
    )
    erp.execute(
        "update \"Sales Invoices\" set total = 4, touched = '2026-03-03 09:00:00' where id = 3"
    )
    erp.commit()
    row = load(day=1, invoices=INVOICES)["invoices"]
    assert (row.loaded, row.window_to) == (1, "2026-03-03 09:00:00")
    assert load(day=2, invoices=INVOICES)["invoices"].loaded == 0
    erp.execute('delete from "Sales Invoices" where id = 1')
    erp.commit()
    assert load(day=7, invoices=INVOICES)["invoices"].deleted == 1


def test_query_joins_and_binary_arrives_as_digits(erp, load):
    text = 'select i.id, i.customer, i.issued, i.total, hex(i.scan) as scan from "Sales Invoices" i'
    mapped = {"query": text, "columns": COLUMNS | {"purchase_order": "scan"}}
    assert load(invoices=mapped)["invoices"].loaded == 3
    found = "select purchase_order from raw_sql.invoices where invoice_id = '1'"
    assert load.warehouse.execute(found).fetchall() == [("00FF",)]
    table = INVOICES | {"columns": COLUMNS | {"purchase_order": "scan"}}
    assert load(invoices=table)["invoices"].exact_duplicates == 3


def test_query_cannot_write(erp, load):
    with pytest.raises(SourceError, match="does more than read"):
        load(invoices={"query": 'delete from "Sales Invoices"', "columns": COLUMNS})
    assert erp.execute('select count(*) from "Sales Invoices"').fetchall() == [(3,)]


def test_session_itself_cannot_write(erp):
    """What the check of a query does not see, the database refuses."""
    import sqlalchemy as sa

    from connectors.sql.database import open_snapshot

    source = SqlSource(entities={"invoices": INVOICES})
    with (
        pytest.raises(SourceError, match="was asked to write"),
        open_snapshot(source) as snapshot,
    ):
        snapshot.connection.execute(sa.text('delete from "Sales Invoices"'))
    assert erp.execute('select count(*) from "Sales Invoices"').fetchall() == [(3,)]


def test_missing_column_is_named(erp, load):
    wrong = INVOICES | {"columns": COLUMNS | {"due_date": "echeance"}}
    with pytest.raises(
        SourceError, match=r"Sales Invoices has no column 'echeance'. It has: customer"
    ):
        load(invoices=wrong)


def test_source_offers_every_entity_of_the_contract(tmp_path, load):
    source = build_source(SqlSource(entities={"invoices": INVOICES}), tmp_path)
    assert source.tables == tuple(ENTITIES)
    assert (source.name, source.is_ledger) == ("sql", True)
    source.prepare(load.warehouse)
    assert load.warehouse.execute(source.parties).fetchall() == []


# --- What the configuration may say -------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"entities": {}}, "map at least one entity"),
        ({"entities": {"bills": INVOICES}}, "'bills' is not an entity"),
        ({"entities": {"invoices": {"columns": COLUMNS}}}, "give either 'table' or 'query'"),
        (
            {"entities": {"invoices": INVOICES | {"query": "select 1"}}},
            "give either 'table' or 'query'",
        ),
        (
            {"entities": {"invoices": {"query": "select 1", "schema": "x", "columns": COLUMNS}}},
            "'schema' goes with 'table'",
        ),
        (
            {"entities": {"invoices": INVOICES | {"columns": COLUMNS | {"colour": "c"}}}},
            "'colour', which the contract does not know",
        ),
        (
            {"entities": {"invoices": INVOICES | {"columns": {"invoice_id": "id"}}}},
            "invoices.columns has no 'customer_id', which is required",
        ),
        (
            {
                "entities": {
                    "invoices": INVOICES | {"columns": COLUMNS | {"invoice_id": {"value": "1"}}}
                }
            },
            "gives every row one key",
        ),
        (
            {"entities": {"invoices": INVOICES | {"is_complete": True}}},
            "leave out 'cursor'",
        ),
        (
            {"entities": {"invoices": INVOICES | {"columns": COLUMNS | {"due_date": {}}}}},
            "give either 'column' or 'value'",
        ),
        ({"entities": {"invoices": INVOICES}, "timezone": "Paris"}, "is not a time zone"),
        (
            {"entities": {"invoices": INVOICES}, "url_env": "postgresql://u:hunter2@host/erp"},
            "give the name of an environment variable",
        ),
        ({"entities": {"invoices": INVOICES | {"overlap": -1}}}, "greater than or equal to 0"),
        ({"entities": {"invoices": INVOICES | {"tabel": "x"}}}, "Extra inputs are not permitted"),
    ],
)
def test_configuration_that_cannot_work_is_refused(settings, said):
    with pytest.raises(ValidationError) as caught:
        SqlSource.model_validate(settings)
    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_statement_for_sql_server_writes_times_and_money_in_full():
    """No such server is tested against; what it would be asked is at least looked at."""
    import sqlalchemy as sa
    from sqlalchemy.dialects import mssql, mysql

    from connectors.sql.database import Snapshot, as_text

    kinds = {"d": sa.DateTime(), "m": mssql.MONEY(), "t": sa.String(), "n": sa.Numeric(18, 2)}
    asked = Snapshot(None, "mssql", "erp")
    columns = [as_text(asked, sa.column(name, kind), kind) for name, kind in kinds.items()]
    assert " ".join(str(sa.select(*columns).compile(dialect=mssql.dialect())).split()) == (
        "SELECT convert(nvarchar(40), d, 126) AS convert_1, convert(nvarchar(40), m, 2) AS convert_2,"
        " CAST(t AS NVARCHAR(max)) AS t, CAST(n AS NVARCHAR(max)) AS n"
    )
    asked = Snapshot(None, "mysql", "erp")
    statement = sa.select(as_text(asked, sa.column("n", sa.Numeric(18, 2)), kinds["n"]))
    assert str(statement.compile(dialect=mysql.dialect())) == "SELECT CAST(n AS CHAR) AS n"


def test_probe_names_what_does_not_exist_and_loads_nothing(erp, tmp_path):
    def probe(**changes):
        mapped = INVOICES | changes
        build_source(SqlSource(entities={"invoices": mapped}), tmp_path / "landing").probe()

    probe()
    with pytest.raises(SourceError, match="has no column 'totl'"):
        probe(columns=COLUMNS | {"gross_amount": "totl"})
    assert not (tmp_path / "landing").exists()
