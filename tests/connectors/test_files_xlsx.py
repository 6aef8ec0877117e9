"""Workbooks: titles, totals, typed cells, and what a workbook may not be."""

import datetime as dt
import zipfile
from decimal import Decimal

import pytest
from openpyxl import Workbook

from connectors.errors import SourceError
from tests.connectors.file_drops import load, mapped, reasons

MAPPING = """
[files.book]
path = "Factures 2024.xlsx"
sheet = "Ventes"
header_row = 3
decimal = ","
thousands = " \u00a0"
date_format = "%d/%m/%Y"
skip_rows_where = { heading = "Client", starts_with = ["Total"], and_empty = ["No"] }
[entities.invoices]
file = "book"
[entities.invoices.columns]
invoice_id = "No"
customer_id = "Client"
invoice_date = "Date"
currency = { value = "EUR" }
gross_amount = "Montant"
"""
HEADINGS = ["No", "Client", "Date", "Montant"]


def workbook(folder, *rows, change=lambda sheet: None):
    book = Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Ventes")
    sheet.append(["Factures émises"])
    sheet.append([])
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append(row)
    change(sheet)
    book.save(folder / "Factures 2024.xlsx")
    return mapped(folder, MAPPING)


def invoices(connection):
    return connection.execute(
        "select invoice_id, invoice_date, gross_amount, _line from raw_files.invoices order by _line"
    ).fetchall()


def test_titles_and_totals_are_left_out_and_rows_keep_their_number(warehouse, tmp_path):
    source = workbook(
        tmp_path,
        ["F1", "C", dt.datetime(2024, 1, 31), 1234.5],
        [None, None, None, None],
        ["F2", "Total SA", dt.date(2024, 2, 1), 10],
        [None, "Total", None, 1244.5],
    )
    row = load(warehouse, source)["invoices"]
    assert (row.rows_in, row.file) == (2, "Factures 2024.xlsx#Ventes")
    assert invoices(warehouse) == [
        ("F1", dt.date(2024, 1, 31), Decimal("1234.50"), 4),
        ("F2", dt.date(2024, 2, 1), Decimal("10.00"), 6),
    ]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (0.1 + 0.2, "0.30"),
        (1e14, "100000000000000.00"),
        (99999999999.99, "99999999999.99"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
    ],
)
def test_numbers_are_exact_whether_typed_or_text(warehouse, tmp_path, cell, amount):
    load(warehouse, workbook(tmp_path, ["F1", "C", dt.datetime(2024, 1, 31), cell]))
    assert invoices(warehouse)[0][2] == Decimal(amount)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["F1", "C", dt.datetime(2024, 1, 31), 1234.567], "too_many_decimals"),
        (["F1", "C", dt.datetime(2024, 1, 31), "#N/A"], "error_cell"),
        (["F1", "#REF!", dt.datetime(2024, 1, 31), 1], "error_cell"),
        (["F1", "C", "2024-01-31", 1], "unreadable_date"),
        (["F1", "C", dt.datetime(2024, 1, 31), True], "unreadable_amount"),
        (["F1", "C", dt.datetime(2024, 1, 31), "=1+1"], "missing_value"),
    ],
)
def test_a_cell_that_is_no_value_is_set_aside(warehouse, tmp_path, row, reason):
    load(warehouse, workbook(tmp_path, ["F0", "C", dt.datetime(2024, 1, 31), 1], row))
    assert [found for *_, found in reasons(warehouse)] == [reason]


def test_a_formula_counts_as_the_value_it_last_had(warehouse, tmp_path):
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "Factures 2024.xlsx")
    sheet = book.add_worksheet("Ventes")
    sheet.write_row(2, 0, HEADINGS)
    sheet.write_row(3, 0, ["F1", "C", "31/01/2024"])
    sheet.write_formula(3, 3, "=SUM(1,2)", None, 3)
    book.close()
    load(warehouse, mapped(tmp_path, MAPPING))
    assert invoices(warehouse)[0][2] == Decimal("3.00")


def test_a_merged_cell_holds_its_value_once_unless_filled_down(warehouse, tmp_path):
    def merge(sheet):
        sheet.merge_cells("B4:B5")

    rows = [["F1", "C", dt.datetime(2024, 1, 31), 1], ["F2", None, dt.datetime(2024, 1, 31), 2]]
    source = workbook(tmp_path, *rows, change=merge)
    load(warehouse, source)
    assert reasons(warehouse) == [(5, "customer_id", None, "missing_value")]
    filled = mapped(
        tmp_path, MAPPING.replace("header_row = 3", 'header_row = 3\nfill_down = ["Client"]')
    )
    assert load(warehouse, filled)["invoices"].quarantined == 0


def test_a_hidden_sheet_is_read_only_by_name(warehouse, tmp_path):
    def hide_first(sheet):
        sheet.parent["Notes"].sheet_state = "hidden"

    row = ["F1", "C", dt.datetime(2024, 1, 31), 1]
    workbook(tmp_path, row, change=hide_first)
    visible = mapped(tmp_path, MAPPING.replace('sheet = "Ventes"\n', ""))
    assert load(warehouse, visible)["invoices"].loaded == 1
    hidden = mapped(tmp_path, MAPPING.replace('"Ventes"', '"Notes"'))
    with pytest.raises(SourceError, match="has no header row"):
        load(warehouse, hidden)


def test_a_missing_sheet_is_named_with_those_there_are(warehouse, tmp_path):
    workbook(tmp_path)
    with pytest.raises(SourceError, match=r"no sheet 'Achats'\. It has: Notes, Ventes"):
        load(warehouse, mapped(tmp_path, MAPPING.replace('"Ventes"', '"Achats"')))


def test_a_workbook_of_before_2007_is_refused_with_the_remedy(warehouse, tmp_path):
    (tmp_path / "Factures.xls").write_bytes(b"\xd0\xcf\x11\xe0" * 100)
    source = mapped(tmp_path, MAPPING.replace("Factures 2024.xlsx", "Factures.xls"))
    with pytest.raises(SourceError, match=r"before 2007 \(\.xls\)\. Save it as \.xlsx or \.csv"):
        load(warehouse, source)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>login</html>"])
def test_what_is_no_workbook_is_refused(warehouse, tmp_path, content):
    (tmp_path / "Factures 2024.xlsx").write_bytes(content)
    with pytest.raises(SourceError, match="is not an XLSX workbook"):
        load(warehouse, mapped(tmp_path, MAPPING))


def test_a_workbook_cut_short_is_refused(warehouse, tmp_path):
    source = workbook(tmp_path, *[[f"F{n}", "C", "31/01/2024", n] for n in range(500)])
    path = tmp_path / "Factures 2024.xlsx"
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(SourceError, match="is not an XLSX workbook"):
        load(warehouse, source)


def test_a_zip_bomb_is_refused_before_it_unpacks(warehouse, tmp_path):
    with zipfile.ZipFile(tmp_path / "Factures 2024.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (80 << 20))
    with pytest.raises(SourceError, match=r"would unpack to 83,886,080 bytes"):
        load(warehouse, mapped(tmp_path, MAPPING))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_xml_bomb_is_refused_before_it_expands(warehouse, tmp_path, encoding):
    source = workbook(tmp_path, ["F1", "C", "31/01/2024", 1])
    path = tmp_path / "Factures 2024.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    entities = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'
    text = parts["xl/workbook.xml"].decode()
    head = '<?xml version="1.0"?>' + entities
    parts["xl/workbook.xml"] = (head + text[text.index("<workbook") :]).encode(encoding)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(SourceError, match="declares XML entities"):
        load(warehouse, source)
