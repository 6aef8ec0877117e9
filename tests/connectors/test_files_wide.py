"""Wide exports: an invoice row that carries its payment becomes three entities."""

import datetime as dt
from decimal import Decimal

import pytest

from tests.connectors.file_drops import LOADED_AT, load, mapped, reasons

HEADER = "No,Cust,Issued,Amount,Paid on,Paid\n"
WIDE = """
[files.ledger]
path = "ledger.csv"
[wide.ledger]
payment_date = "Paid on"
paid_amount = "Paid"
[wide.ledger.columns]
invoice_id = "No"
customer_id = "Cust"
invoice_date = "Issued"
currency = { value = "EUR" }
gross_amount = "Amount"
"""


def drop(folder, rows, mapping=WIDE):
    (folder / "ledger.csv").write_text(HEADER + rows, encoding="utf-8")
    return mapped(folder, mapping)


def payments(connection):
    return connection.execute(
        "select payment_id, payment_date, amount from raw_files.payments order by all"
    ).fetchall()


def allocations(connection):
    return connection.execute(
        "select payment_id, invoice_id, amount from raw_files.payment_allocations order by all"
    ).fetchall()


def test_an_invoice_row_with_its_payment_becomes_three_entities(warehouse, tmp_path):
    rows = load(
        warehouse,
        drop(tmp_path, "1,C,2024-01-01,10.00,2024-02-01,4.00\n2,C,2024-01-02,20.00,,\n"),
    )
    assert {name: row.loaded for name, row in rows.items()} == {
        "invoices": 2,
        "payments": 1,
        "payment_allocations": 1,
    }
    assert payments(warehouse) == [("paid-1", dt.date(2024, 2, 1), Decimal("4.00"))]
    assert allocations(warehouse) == [("paid-1", "1", Decimal("4.00"))]


def test_without_a_paid_amount_a_dated_row_was_paid_in_full(warehouse, tmp_path):
    mapping = WIDE.replace('paid_amount = "Paid"\n', "")
    load(warehouse, drop(tmp_path, "1,C,2024-01-01,10.00,2024-02-01,\n2,C,2024-01-02,20.00,,\n", mapping))  # fmt: skip
    assert payments(warehouse) == [("paid-1", dt.date(2024, 2, 1), Decimal("10.00"))]


def test_a_paid_amount_without_a_date_is_set_aside_and_no_date_is_made_up(warehouse, tmp_path):
    rows = load(warehouse, drop(tmp_path, "1,C,2024-01-01,10.00,,10.00\n"))
    assert (rows["invoices"].loaded, rows["payments"].loaded, rows["payments"].quarantined) == (1, 0, 1)  # fmt: skip
    assert reasons(warehouse, "payments") == [(2, "payment_date", None, "missing_value")]
    assert reasons(warehouse, "payment_allocations") == [
        (2, "allocation_date", None, "missing_value")
    ]


def test_a_date_without_its_paid_amount_is_set_aside(warehouse, tmp_path):
    load(warehouse, drop(tmp_path, "1,C,2024-01-01,10.00,2024-02-01,\n"))
    assert reasons(warehouse, "payments") == [(2, "amount", None, "missing_value")]


@pytest.mark.parametrize("zero", ["0", "0.00", "-0.0"])
def test_nothing_paid_is_no_payment(warehouse, tmp_path, zero):
    rows = load(warehouse, drop(tmp_path, f"1,C,2024-01-01,10.00,,{zero}\n"))
    assert rows["payments"].rows_in == 0


def test_what_was_paid_above_the_invoice_stays_unallocated(warehouse, tmp_path):
    load(warehouse, drop(tmp_path, "1,C,2024-01-01,9.00,2024-02-01,10.00\n"))
    assert payments(warehouse)[0][2] == Decimal("10.00")
    assert allocations(warehouse) == [("paid-1", "1", Decimal("9.00"))]


def test_an_invoice_with_a_row_for_each_payment_is_one_invoice(warehouse, tmp_path):
    mapping = WIDE.replace("[wide.ledger]", "[wide.ledger]\nhas_several_rows = true")
    rows = load(
        warehouse,
        drop(
            tmp_path,
            "1,C,2024-01-01,10.00,2024-02-01,4.00\n1,C,2024-01-01,10.00,2024-03-01,6.00\n",
            mapping,
        ),
    )
    assert rows["invoices"].amounts == {"EUR": "10.00"}
    assert rows["payments"].amounts == {"EUR": "10.00"}
    assert [date for _, date, _ in payments(warehouse)] == [
        dt.date(2024, 2, 1),
        dt.date(2024, 3, 1),
    ]


def test_a_later_export_corrects_what_was_paid(warehouse, tmp_path):
    load(warehouse, drop(tmp_path, "1,C,2024-01-01,10.00,2024-02-01,4.00\n"))
    load(
        warehouse,
        drop(tmp_path, "1,C,2024-01-01,10.00,2024-03-01,10.00\n"),
        LOADED_AT + dt.timedelta(days=1),
    )
    assert {payment for payment, _, _ in payments(warehouse)} == {"paid-1"}


def test_a_negative_row_is_a_credit_note_where_that_is_declared(warehouse, tmp_path):
    mapping = WIDE.replace("[wide.ledger]", '[wide.ledger]\nnegative = "credit_notes"')
    rows = load(
        warehouse,
        drop(tmp_path, "1,C,2024-01-01,10.00,2024-02-01,10.00\n2,C,2024-01-02,-3.00,,\n", mapping),
    )
    assert rows["invoices"].amounts == {"EUR": "10.00"}
    assert rows["credit_notes"].amounts == {"EUR": "3.00"}


def test_without_that_declaration_a_negative_invoice_is_set_aside(warehouse, tmp_path):
    load(warehouse, drop(tmp_path, "2,C,2024-01-02,-3.00,,\n"))
    assert reasons(warehouse) == [(2, "gross_amount", "-3.00", "negative_amount")]
