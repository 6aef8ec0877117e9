"""Files as they come: cut short, ragged, hostile, of another form. Every row is accounted for."""

import datetime as dt
from decimal import Decimal

import pytest

from connectors.errors import SourceError
from connectors.files import FileForm, FilesSource
from connectors.landing import prepare_raw
from tests.connectors.file_drops import INVOICES, LOADED_AT, load, reasons, write

ROW = "A,C,2024-01-31,EUR,1.00\n"


def accounted(row):
    return row.rows_in == row.loaded + row.exact_duplicates + row.quarantined


def lines(connection):
    return connection.execute(
        "select invoice_id, _line from raw_files.invoices order by 2"
    ).fetchall()


@pytest.mark.parametrize(
    "text",
    [
        INVOICES + ROW + "\n" + "B,C,2024-01-31,EUR,1.00\n",
        INVOICES + '"A",C,2024-01-31,EUR,1.00\n\nB,C,2024-01-31,EUR,1.00\n\n\n',
        INVOICES.replace("\n", "\r\n") + ROW + "\r\nB,C,2024-01-31,EUR,1.00",
    ],
)
def test_empty_lines_do_not_shift_the_line_a_row_is_known_by(warehouse, tmp_path, text):
    (tmp_path / "invoices.csv").write_bytes(text.encode())
    load(warehouse, FilesSource(path=tmp_path))
    assert lines(warehouse) == [("A", 2), ("B", 4)]


def test_lines_are_right_whatever_order_the_connection_allows(warehouse, tmp_path):
    warehouse.execute("set preserve_insertion_order = false")
    rows = "".join(f"I{n},C,2024-01-31,EUR,1.00\n" for n in range(300_000))
    load(warehouse, write(tmp_path, invoices=INVOICES + rows))
    assert warehouse.execute(
        "select count(*) from raw_files.invoices where invoice_id <> 'I' || (_line - 2)"
    ).fetchone() == (0,)


def test_a_row_cut_in_the_middle_is_set_aside(warehouse, tmp_path):
    row = load(warehouse, write(tmp_path, invoices=INVOICES + ROW + "B,C,2024-01"))["invoices"]
    assert (row.rows_in, row.loaded, row.quarantined) == (2, 1, 1)
    assert reasons(warehouse) == [(3, None, None, "malformed_row")]


def test_a_nul_byte_sets_its_row_aside(warehouse, tmp_path):
    row = load(warehouse, write(tmp_path, invoices=INVOICES + ROW + "B\0,C,2024-01-31,EUR,1.00\n"))[
        "invoices"
    ]
    assert (row.loaded, row.quarantined) == (1, 1)


@pytest.mark.parametrize("separator", [";", "|", "\t"])
def test_a_declared_separator_cuts_the_fields(warehouse, tmp_path, separator):
    (tmp_path / "invoices.csv").write_text((INVOICES + ROW).replace(",", separator))
    source = FilesSource(path=tmp_path, form=FileForm(separator=separator))
    assert load(warehouse, source)["invoices"].loaded == 1


@pytest.mark.parametrize("encoding", ["iso8859-15", "cp1252", "utf-16", "utf-16-le"])
def test_a_ragged_file_of_any_encoding_is_accounted_for(warehouse, tmp_path, encoding):
    text = INVOICES + ROW.replace("C", "Café €") + "B,C\n" + 'D,"x\ny",2024-01-31,EUR,2.00\n'
    (tmp_path / "invoices.csv").write_bytes(text.encode(encoding))
    row = load(warehouse, FilesSource(path=tmp_path, form=FileForm(encoding=encoding)))["invoices"]
    assert (row.rows_in, row.loaded, row.quarantined) == (3, 2, 1)
    assert warehouse.execute(
        "select customer_id, _line from raw_files.invoices order by _line"
    ).fetchall() == [("Café €", 2), ("x\ny", 5)]


def test_a_byte_that_is_not_in_the_encoding_is_named_with_its_line(warehouse, tmp_path):
    (tmp_path / "invoices.csv").write_bytes((INVOICES + ROW).encode() + b"B,\xe9,x,EUR,1\n")
    with pytest.raises(SourceError, match=r"is not utf-8: .* in line 3\."):
        load(warehouse, FilesSource(path=tmp_path))


def test_a_title_above_the_headings_does_not_hide_the_lines_below(warehouse, tmp_path):
    (tmp_path / "invoices.csv").write_text('Export "du jour\n' + INVOICES + ROW)
    source = FilesSource(path=tmp_path, form=FileForm(header_row=2))
    load(warehouse, source)
    assert lines(warehouse) == [("A", 3)]


@pytest.mark.parametrize(
    ("currency", "amount", "quarantined", "reason"),
    [
        ("KWD", "1.234", 1, "too_many_decimals"),
        ("KWD", "1.230", 0, None),
        ("JPY", "1234", 0, None),
        ("XBT", "1.00", 1, "unknown_currency"),
        ("XXX", "1.00", 1, "unknown_currency"),
    ],
)
def test_the_third_decimal_is_never_rounded_away(
    warehouse, tmp_path, currency, amount, quarantined, reason
):
    text = f"A,C,2024-01-31,{currency},{amount}\n"
    row = load(warehouse, write(tmp_path, invoices=INVOICES + text))["invoices"]
    assert row.quarantined == quarantined
    assert [found for *_, found in reasons(warehouse)] == ([reason] if reason else [])


def test_a_due_date_before_the_invoice_loads_as_it_stands(warehouse, tmp_path):
    text = INVOICES.strip() + ",due_date\nA,C,2024-01-31,EUR,1.00,2024-01-01\n"
    assert load(warehouse, write(tmp_path, invoices=text))["invoices"].loaded == 1


@pytest.mark.parametrize("name", ["=1+1", "+33", "-x", "@cmd", "O'Brien; drop table x; --"])
def test_a_formula_or_a_statement_in_a_name_is_a_name(warehouse, tmp_path, name):
    source = write(
        tmp_path,
        invoices=INVOICES + ROW,
        customers=f'customer_id,customer_name\nC,"{name}"\n',
    )
    load(warehouse, source)
    assert warehouse.execute("select customer_name from raw_files.customers").fetchall() == [
        (name,)
    ]


@pytest.mark.parametrize("heading", ['a"b', "drop table x; --", "sel'ect", "_Line"])
def test_a_hostile_heading_is_a_heading_or_refused(warehouse, tmp_path, heading):
    quoted = heading.replace('"', '""')
    text = INVOICES.strip() + f',"{quoted}"\n' + ROW.strip() + ",x\n"
    source = write(tmp_path, invoices=text)
    if heading == "_Line":
        with pytest.raises(SourceError, match="Rename it"):
            load(warehouse, source)
    else:
        assert load(warehouse, source)["invoices"].extra_columns == (heading,)


def test_a_link_out_of_the_source_is_not_followed(warehouse, tmp_path):
    source = write(tmp_path / "source", customers="customer_id,customer_name\nC,N\n")
    (tmp_path / "secret.csv").write_text(INVOICES + ROW)
    (tmp_path / "source" / "invoices.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(SourceError, match="lies outside"):
        load(warehouse, source)


def test_a_discount_kept_as_a_line_of_its_own_loads_below_zero(warehouse, tmp_path):
    source = write(
        tmp_path,
        invoices=INVOICES + ROW,
        subscription_versions="subscription_id,customer_id,valid_from,interval_months,amount,currency,status\n"
        "S,C,2024-01-01,1,-10.00,EUR,active\n",
    )
    row = load(warehouse, source)["subscription_versions"]
    assert (row.loaded, row.quarantined, row.amounts) == (1, 0, {"EUR": "-10.00"})


def test_the_same_rows_load_alike_from_every_kind_of_file(warehouse, tmp_path):
    rows = "".join(f"I{n},C{n % 7},2024-01-{n % 28 + 1:02},EUR,{n}.5\n" for n in range(1, 400))
    csv = write(tmp_path / "csv", invoices=INVOICES + rows)
    load(warehouse, csv)
    (tmp_path / "parquet").mkdir()
    warehouse.execute(
        "copy (select invoice_id, customer_id, invoice_date::timestamp as invoice_date, currency,"
        " gross_amount::double as gross_amount from raw_files.invoices order by _line)"
        f" to '{tmp_path}/parquet/invoices.parquet'"
    )
    later = LOADED_AT + dt.timedelta(days=1)
    row = load(warehouse, FilesSource(path=tmp_path / "parquet"), later)["invoices"]
    assert (row.rows_in, row.loaded, row.exact_duplicates) == (399, 0, 399)


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ("12.30::decimal(18,3)", Decimal("12.30")),
        ("12.345::decimal(18,3)", "too_many_decimals"),
        ("12.5::double", Decimal("12.50")),
        ("'nan'::double", "unreadable_amount"),
        ("1e300::double", "unreadable_amount"),
        ("7::bigint", Decimal("7.00")),
        ("-7::bigint", "negative_amount"),
        ("true", "unreadable_amount"),
        ("'7,00'", "unreadable_amount"),
    ],
)
def test_a_typed_amount_is_exact_or_set_aside(warehouse, tmp_path, value, outcome):
    warehouse.execute(
        f"copy (select 'A' as invoice_id, 'C' as customer_id, date '2024-01-31' as invoice_date,"
        f" 'EUR' as currency, {value} as gross_amount) to '{tmp_path}/invoices.parquet'"
    )
    load(warehouse, FilesSource(path=tmp_path))
    if isinstance(outcome, str):
        assert [found for *_, found in reasons(warehouse)] == [outcome]
    else:
        assert warehouse.execute("select gross_amount from raw_files.invoices").fetchone() == (
            outcome,
        )


def test_thousands_of_duplicates_and_conflicts_are_counted_exactly(warehouse, tmp_path):
    rows = "".join(f"I{n},C,2024-01-31,EUR,{n}.00\n" for n in range(5_000))
    again = "".join(f"I{n},C,2024-01-31,EUR,{n}.00\n" for n in range(1_000))
    against = "".join(f"I{n},C,2024-01-31,EUR,{n}.01\n" for n in range(4_000, 4_500))
    row = load(warehouse, write(tmp_path, invoices=INVOICES + rows + again + against))["invoices"]
    assert accounted(row)
    assert (row.loaded, row.exact_duplicates, row.quarantined) == (4_500, 1_000, 1_000)
    assert len(reasons(warehouse)) == 1_000


def test_an_export_with_one_changed_row_adds_one_version(warehouse, tmp_path):
    rows = [f"I{n},C,2024-01-31,EUR,{n}.00\n" for n in range(2_000)]
    load(warehouse, write(tmp_path, invoices=INVOICES + "".join(rows)))
    rows[7] = "I7,C,2024-01-31,EUR,8.00\n"
    row = load(
        warehouse,
        write(tmp_path, invoices=INVOICES + "".join(rows)),
        LOADED_AT + dt.timedelta(days=1),
    )["invoices"]
    assert (row.loaded, row.exact_duplicates) == (1, 1_999)


def test_a_record_that_a_complete_export_lacks_is_deleted(warehouse, tmp_path):
    form = FileForm(is_complete=True)
    write(tmp_path, invoices=INVOICES + ROW + "B,C,2024-01-31,EUR,1.00\n")
    load(warehouse, FilesSource(path=tmp_path, form=form))
    write(tmp_path, invoices=INVOICES + ROW)
    source = FilesSource(path=tmp_path, form=form)
    assert load(warehouse, source, LOADED_AT + dt.timedelta(days=1))["invoices"].deleted == 1


def test_a_warehouse_of_an_earlier_version_gets_the_wider_rate(warehouse):
    prepare_raw(warehouse, "files")
    warehouse.execute("alter table raw_files.fx_rates alter rate set data type decimal(18,8)")
    warehouse.execute("insert into raw_files.fx_rates (rate) values (1.5)")
    prepare_raw(warehouse, "files")
    described = warehouse.execute("describe raw_files.fx_rates").fetchall()
    assert {row[0]: row[1] for row in described}["rate"] == "DECIMAL(28,15)"
    assert warehouse.execute("select rate from raw_files.fx_rates").fetchone() == (Decimal("1.5"),)
