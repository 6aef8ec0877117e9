"""Files into raw: what loads, what is set aside and why, what stops the source."""

import datetime as dt
import os
from decimal import Decimal

import pytest

from connectors.errors import SourceError
from connectors.files import FileForm, FilesSource, planned_files
from tests.connectors.file_drops import INVOICES, LOADED_AT, load, reasons, write


def test_a_clean_file_loads_whole_with_exact_sums_by_currency(warehouse, tmp_path):
    source = write(
        tmp_path,
        invoices=INVOICES
        + "A,C,2024-01-31,EUR,0.10\nB,C,2024-02-29,EUR,0.20\nD,C,2024-01-01,USD,3\n",
    )
    row = load(warehouse, source)["invoices"]
    assert (row.rows_in, row.loaded, row.exact_duplicates, row.quarantined) == (3, 3, 0, 0)
    assert row.amounts == {"EUR": "0.30", "USD": "3.00"}


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ("A,C,31/01/2024,EUR,1.00", "invoice_date", "unreadable_date"),
        ("A,C,2024-02-30,EUR,1.00", "invoice_date", "unreadable_date"),
        ("A,C,0001-01-01,EUR,1.00", "invoice_date", "date_out_of_range"),
        ("A,C,9999-12-31,EUR,1.00", "invoice_date", "date_out_of_range"),
        ("A,C,2024-01-31,EUX,1.00", "currency", "unknown_currency"),
        ('A,C,2024-01-31,EUR,"1,00"', "gross_amount", "unreadable_amount"),
        ("A,C,2024-01-31,EUR,1.005", "gross_amount", "too_many_decimals"),
        ("A,C,2024-01-31,EUR,NaN", "gross_amount", "unreadable_amount"),
        ("A,C,2024-01-31,EUR,1e5", "gross_amount", "unreadable_amount"),
        ("A,C,2024-01-31,EUR,-1.00", "gross_amount", "negative_amount"),
        ("A,,2024-01-31,EUR,1.00", "customer_id", "missing_value"),
    ],
)
def test_a_bad_value_goes_to_quarantine_with_its_place_and_reason(
    warehouse, tmp_path, cells, column, reason
):
    source = write(tmp_path, invoices=INVOICES + "OK,C,2024-01-31,EUR,5.00\n" + cells + "\n")
    row = load(warehouse, source)["invoices"]
    assert (row.rows_in, row.loaded, row.quarantined) == (2, 1, 1)
    [(line, found_column, _, found_reason)] = reasons(warehouse)
    assert (line, found_column, found_reason) == (3, column, reason)


def test_a_ragged_row_is_set_aside_and_the_rest_loads(warehouse, tmp_path):
    source = write(
        tmp_path,
        invoices=INVOICES + "A,C,2024-01-31,EUR,1.00\nB,C,2024-01-31\nD,C,2024-01-31,EUR,2.00\n",
    )
    row = load(warehouse, source)["invoices"]
    assert (row.rows_in, row.loaded, row.quarantined) == (3, 2, 1)
    assert [(line, reason) for line, _, _, reason in reasons(warehouse)] == [(3, "malformed_row")]


def test_a_quoted_line_break_does_not_break_a_row(warehouse, tmp_path):
    source = write(
        tmp_path,
        invoices=INVOICES + "A,C,2024-01-31,EUR,1.00\n",
        customers='customer_id,customer_name\nC,"Two\nlines"\nD,One\n',
    )
    assert load(warehouse, source)["customers"].loaded == 2


def test_one_id_with_two_contents_is_not_believed(warehouse, tmp_path):
    source = write(
        tmp_path,
        invoices=INVOICES
        + "A,C,2024-01-31,EUR,1.00\nA,C,2024-01-31,EUR,2.00\nB,C,2024-01-31,EUR,3.00\n",
    )
    row = load(warehouse, source)["invoices"]
    assert (row.loaded, row.quarantined) == (1, 2)
    assert {reason for *_, reason in reasons(warehouse)} == {"duplicate_id"}


def test_an_exact_duplicate_is_counted_once(warehouse, tmp_path):
    source = write(tmp_path, invoices=INVOICES + "A,C,2024-01-31,EUR,1.00\n" * 2)
    row = load(warehouse, source)["invoices"]
    assert (row.rows_in, row.loaded, row.exact_duplicates, row.quarantined) == (2, 1, 1, 0)


def test_a_correction_with_a_later_record_time_is_a_new_version(warehouse, tmp_path):
    text = "invoice_id,customer_id,invoice_date,currency,gross_amount,recorded_at\n"
    rows = "A,C,2024-01-31,EUR,1.00,2024-01-31T10:00:00Z\nA,C,2024-01-31,EUR,2.00,2024-02-05 09:00:00\n"
    assert load(warehouse, write(tmp_path, invoices=text + rows))["invoices"].loaded == 2
    again = write(
        tmp_path, invoices=text + rows + "B,C,2024-02-01,EUR,3.00,2024-02-06T00:00:00+02:00\n"
    )
    assert load(warehouse, again)["invoices"].loaded == 1
    newest = warehouse.execute("select max(recorded_at) from raw_files.invoices").fetchone()
    assert newest == (dt.datetime(2024, 2, 5, 22, 0),)  # 6 February 00:00 two hours east of UTC


def test_an_unchanged_file_is_not_loaded_again(warehouse, tmp_path):
    source = write(tmp_path, invoices=INVOICES + "A,C,2024-01-31,EUR,1.00\n")
    assert set(load(warehouse, source)) == {"invoices"}
    assert load(warehouse, source) == {}


def test_a_value_that_goes_back_to_what_it_was_is_loaded_again(warehouse, tmp_path):
    for number, amount in enumerate(("1.00", "2.00", "1.00"), 1):
        source = write(tmp_path, invoices=INVOICES + f"A,C,2024-01-31,EUR,{amount}\n")
        assert (
            load(warehouse, source, LOADED_AT + dt.timedelta(days=number))["invoices"].loaded == 1
        )
    latest = warehouse.execute(
        "select gross_amount from raw_files.invoices order by _load_id desc"
    ).fetchone()
    assert latest == (Decimal("1.00"),)


def test_a_column_that_the_contract_gained_is_added_to_the_table_of_an_earlier_version(
    warehouse, tmp_path
):
    load(warehouse, write(tmp_path, invoices=INVOICES + "A,C,2024-01-31,EUR,1.00\n"))
    warehouse.execute("alter table raw_files.invoices drop column delivery_channel")
    heading = INVOICES.strip() + ",delivery_channel\n"
    load(warehouse, write(tmp_path, invoices=heading + "B,C,2024-01-31,EUR,1.00,paper\n"))
    found = "select invoice_id, delivery_channel from raw_files.invoices order by 1"
    assert warehouse.execute(found).fetchall() == [("A", None), ("B", "paper")]


def test_extra_columns_are_kept_and_reported(warehouse, tmp_path):
    source = write(tmp_path, invoices=INVOICES.strip() + ",status\nA,C,2024-01-31,EUR,1.00,paid\n")
    assert load(warehouse, source)["invoices"].extra_columns == ("status",)
    assert warehouse.execute("select _extra->>'status' from raw_files.invoices").fetchone() == (
        "paid",
    )


def test_a_missing_required_column_stops_the_source_before_anything_is_loaded(warehouse, tmp_path):
    source = write(
        tmp_path,
        customers="customer_id,customer_name\nC,Name\n",
        invoices="invoice_id,customer_id,invoice_date,currency\nA,C,2024-01-31,EUR\n",
    )
    with pytest.raises(SourceError, match=r"invoices\.csv has no column 'gross_amount'\. Add it"):
        load(warehouse, source)
    assert warehouse.execute("select count(*) from raw_files.customers").fetchone() == (0,)


def test_a_missing_required_file_is_named(tmp_path):
    source = write(tmp_path, customers="customer_id,customer_name\nC,Name\n")
    with pytest.raises(SourceError, match=r"invoices\.csv is missing\. Export it there"):
        planned_files(source)


def test_a_file_that_is_not_in_its_declared_encoding_is_refused(warehouse, tmp_path):
    source = write(tmp_path, invoices=INVOICES + "A,C,2024-01-31,EUR,1.00\n")
    (tmp_path / "customers.csv").write_bytes(
        "customer_id,customer_name\nC,Société\n".encode("cp1252")
    )
    with pytest.raises(SourceError, match=r"customers\.csv is not utf-8.*Declare its encoding"):
        load(warehouse, source)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_a_declared_everyday_form_is_read_exactly(warehouse, tmp_path, encoding):
    text = "invoice_id;customer_id;invoice_date;currency;gross_amount\n"
    text += "F1;Café;31/01/2024;EUR;1 234,56\nF2;C;01/02/2024;EUR;1\u00a0000,5\n"
    (tmp_path / "invoices.csv").write_bytes(text.encode(encoding))
    form = FileForm(
        encoding=encoding, separator=";", decimal=",", thousands=" \u00a0", date_format="%d/%m/%Y"
    )
    load(warehouse, FilesSource(path=tmp_path, form=form))
    assert warehouse.execute(
        "select customer_id, invoice_date, gross_amount from raw_files.invoices order by 2"
    ).fetchall() == [
        ("Café", dt.date(2024, 1, 31), Decimal("1234.56")),
        ("C", dt.date(2024, 2, 1), Decimal("1000.50")),
    ]


def test_parquet_and_xlsx_load_like_csv(warehouse, tmp_path):
    from openpyxl import Workbook

    warehouse.execute(
        f"copy (select 'A' as invoice_id, 'C' as customer_id, date '2024-01-31' as invoice_date, 'EUR' as currency,"
        f" 12.30::decimal(18,2) as gross_amount) to '{tmp_path}/invoices.parquet'"
    )
    book = Workbook()
    book.active.append(["customer_id", "customer_name", "created_date", "terms_days"])
    book.active.append(["C", "Name", dt.datetime(2023, 5, 4), 30])
    book.save(tmp_path / "customers.xlsx")
    rows = load(warehouse, FilesSource(path=tmp_path))
    assert rows["invoices"].amounts == {"EUR": "12.30"}
    assert warehouse.execute(
        "select created_date, terms_days from raw_files.customers"
    ).fetchone() == (dt.date(2023, 5, 4), 30)


def test_a_load_that_fails_half_way_leaves_no_row(warehouse, tmp_path, monkeypatch):
    source = write(tmp_path, invoices=INVOICES + "A,C,2024-01-31,EUR,1.00\n")
    monkeypatch.setattr(
        "connectors.landing._count", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        load(warehouse, source)
    assert warehouse.execute("select count(*) from raw_files.invoices").fetchone() == (0,)
    monkeypatch.undo()
    assert load(warehouse, source)["invoices"].loaded == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(warehouse, tmp_path):
    source = write(tmp_path, invoices=INVOICES + "A,C,2024-01-31,EUR,1.00\n")
    (tmp_path / "invoices.csv").chmod(0)
    with pytest.raises(SourceError, match=r"invoices\.csv may not be read"):
        load(warehouse, source)


@pytest.mark.parametrize("closes_again", [False, True])
def test_a_stray_quote_stops_the_file_instead_of_swallowing_rows(warehouse, tmp_path, closes_again):
    rows = [f"I{n},C,2024-01-31,EUR,1.00" for n in range(200)]
    rows[100] = 'I100,"C,2024-01-31,EUR,1.00'
    if closes_again:
        rows[140] = 'I140,C",2024-01-31,EUR,1.00'
    source = write(tmp_path, invoices=INVOICES + "\n".join(rows) + "\n")
    with pytest.raises(
        SourceError, match=r"invoices\.csv has a (quote|cell).*(Close|Close the quote)"
    ):
        load(warehouse, source)
    assert warehouse.execute("select count(*) from raw_files.invoices").fetchone() == (0,)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({"decimal": ","}, "1.230"),
        ({"decimal": ",", "thousands": "."}, "12.34"),
        ({"decimal": ",", "thousands": "."}, "1.2345,00"),
        ({}, "1,234.00"),
    ],
)
def test_a_number_of_another_form_is_not_reinterpreted(warehouse, tmp_path, form, text):
    write(tmp_path, invoices=INVOICES + f'A,C,2024-01-31,EUR,"{text}"\n')
    row = load(warehouse, FilesSource(path=tmp_path, form=FileForm(**form)))["invoices"]
    assert (row.loaded, row.quarantined) == (0, 1)


def test_numbers_and_dates_of_typed_files_do_not_pass_through_the_declared_form(
    warehouse, tmp_path
):
    warehouse.execute(
        "copy (select 'A' as invoice_id, 'C' as customer_id, timestamp '2024-01-31' as invoice_date,"
        f" 'EUR' as currency, 1234.50::decimal(18,2) as gross_amount) to '{tmp_path}/invoices.parquet'"
    )
    form = FileForm(decimal=",", thousands=".", date_format="%d/%m/%Y")
    load(warehouse, FilesSource(path=tmp_path, form=form))
    assert warehouse.execute(
        "select invoice_date, gross_amount from raw_files.invoices"
    ).fetchone() == (
        dt.date(2024, 1, 31),
        Decimal("1234.50"),
    )


def test_a_bad_byte_in_one_file_keeps_every_other_from_loading(warehouse, tmp_path):
    source = write(tmp_path, invoices=INVOICES + "A,C,2024-01-31,EUR,1.00\n")
    heading = b"payment_id,customer_id,payment_date,currency,amount,kind\n"
    (tmp_path / "payments.csv").write_bytes(heading + b"P,Caf\xe9,2024-01-31,EUR,1.00,receipt\n")
    with pytest.raises(SourceError, match=r"payments\.csv is not utf-8"):
        load(warehouse, source)
    assert warehouse.execute("select count(*) from raw_files.invoices").fetchone() == (0,)


def test_history_counts_as_known_on_its_own_dates_after_a_first_load_that_failed(
    warehouse, tmp_path
):
    load(warehouse, write(tmp_path, invoices=INVOICES + "A,C,31/01/2024,EUR,1.00\n"))
    load(warehouse, write(tmp_path, invoices=INVOICES + "A,C,2024-01-31,EUR,1.00\n"))
    assert warehouse.execute("select _is_first_load from raw_files.invoices").fetchall() == [
        (True,)
    ]


def test_a_positive_refund_is_set_aside(warehouse, tmp_path):
    source = write(
        tmp_path,
        invoices=INVOICES + "A,C,2024-01-31,EUR,1.00\n",
        payments="payment_id,customer_id,payment_date,currency,amount,kind\nP,C,2024-02-01,EUR,5.00,refund\n",
    )
    assert load(warehouse, source)["payments"].quarantined == 1
