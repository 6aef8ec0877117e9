"""A load that would lose or change a row does not happen."""

import datetime as dt

import duckdb
import pytest

from connectors import landing
from connectors.errors import SourceError
from connectors.files import FilesSource, load_files

LOADED_AT = dt.datetime(2026, 3, 1)
HEADER = "invoice_id,customer_id,invoice_date,currency,gross_amount\n"


@pytest.fixture
def load(tmp_path):
    with duckdb.connect(":memory:") as connection:

        def run(rows, day=0):
            (tmp_path / "invoices.csv").write_text(HEADER + rows)
            load_files(connection, FilesSource(path=tmp_path), LOADED_AT + dt.timedelta(days=day))
            return connection.execute(
                "select invoice_id, cast(gross_amount as varchar) from raw_files.invoices order by all"
            ).fetchall()

        run.connection = connection
        yield run


GOOD = "A,C,2026-01-05,EUR,10.00\nB,C,2026-01-05,EUR,2.00\n"


def spoil(monkeypatch, statement):
    """Have the append do something to raw that no row asked for."""
    append = landing._append

    def spoiled(connection, *arguments):
        loaded = append(connection, *arguments)
        connection.execute(statement)
        return loaded

    monkeypatch.setattr(landing, "_append", spoiled)


@pytest.mark.parametrize(
    "statement",
    [
        "delete from raw_files.invoices where invoice_id = 'B'",
        "update raw_files.invoices set gross_amount = 20.00 where invoice_id = 'B'",
        "update raw_files.invoices set invoice_date = date '2026-01-06' where invoice_id = 'B'",
        "update raw_files.invoices set currency = 'USD' where invoice_id = 'B'",
    ],
)
def test_row_lost_or_changed_on_its_way_is_named_and_nothing_is_loaded(
    load, monkeypatch, statement
):
    spoil(monkeypatch, statement)
    with pytest.raises(
        SourceError, match=r"1 rows of invoices\.csv did not reach raw_files\.invoices"
    ):
        load(GOOD)
    assert load.connection.execute("select count(*) from raw_files.invoices").fetchall() == [(0,)]
    assert load.connection.execute("select count(*) from raw_files._manifest").fetchall() == [(0,)]


def test_rows_that_raw_held_before_are_no_loss(load):
    load(GOOD)
    assert load(
        GOOD + "A,C,2026-01-05,EUR,10.00\nD,C,2026-01-07,EUR,x\nE,C,2026-01-07,EUR,1.00\n", 1
    ) == [
        ("A", "10.00"),
        ("B", "2.00"),
        ("E", "1.00"),
    ]
