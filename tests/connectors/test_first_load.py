"""Which rows count as known from their own date: those of the first load, of all its files."""

import datetime as dt

import duckdb

from connectors.files import FilesSource, load_files

MAPPING = """
[files.months]
path = "months_*.csv"

[entities.invoices]
file = "months"

[entities.invoices.columns]
invoice_id = "no"
customer_id = "client"
invoice_date = "date"
currency = { value = "EUR" }
gross_amount = "amount"
"""


def test_every_file_of_the_first_drop_is_its_first_load_and_a_later_one_is_not(tmp_path):
    source = FilesSource(path=tmp_path, mapping=tmp_path / "mapping.toml")
    (tmp_path / "mapping.toml").write_text(MAPPING)

    def drop(month, day, connection):
        (tmp_path / f"months_{month}.csv").write_text(
            f"no,client,date,amount\nI{month},C,2026-0{month}-01,1.00\n"
        )
        load_files(connection, source, dt.datetime(2026, 6, day))

    with duckdb.connect(":memory:") as connection:
        (tmp_path / "months_1.csv").write_text("no,client,date,amount\nI1,C,2026-01-01,1.00\n")
        drop(2, 1, connection)
        drop(3, 2, connection)
        assert connection.execute(
            "select invoice_id, _is_first_load from raw_files.invoices order by 1"
        ).fetchall() == [("I1", True), ("I2", True), ("I3", False)]
