"""A mapping: which row of an export belongs to which entity, and which cell to which column."""

import datetime as dt
from decimal import Decimal

import pytest

from connectors.errors import SourceError
from connectors.files import FilesSource, planned_files
from tests.connectors.file_drops import LOADED_AT, load, mapped, reasons

LEDGER = """
[files.ledger]
path = "ledger.csv"
separator = ";"
decimal = ","
date_format = "%d/%m/%Y"
"""
INVOICE_COLUMNS = """
invoice_id = "No"
customer_id = "Client"
invoice_date = "Date"
currency = { value = "EUR" }
gross_amount = "Montant"
"""


def drop(folder, text, mapping, name="ledger.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    return mapped(folder, mapping)


def invoices(connection):
    return connection.execute(
        "select invoice_id, gross_amount from raw_files.invoices order by 1"
    ).fetchall()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            'columns = {invoice="No"}',
            "entities.invoices.columns has 'invoice', which the contract does not know",
        ),
        (
            'columns = {invoice_id="No"}',
            "entities.invoices.columns has no 'customer_id', which is required",
        ),
        ("rows = 1\ncolumns = {}", "entities.invoices.rows: Extra inputs are not permitted"),
        (
            'columns = {invoice_id={heading="No", value="1"}}',
            "entities.invoices.columns.invoice_id: give one of 'heading', 'headings' and 'value'",
        ),
        (
            'where = {heading="Type"}\ncolumns = {}',
            "entities.invoices.where: give one of 'equals', 'differs_from' and 'starts_with'",
        ),
        (
            'columns = {invoice_id={heading="No", negate=true}, customer_id="C", invoice_date="D",'
            ' currency={value="EUR"}, gross_amount="A"}',
            "entities.invoices.columns.invoice_id.negate is for amounts",
        ),
        (
            'columns = {invoice_id="No", customer_id={heading="C", values={A="B"}}, invoice_date="D",'
            ' currency={value="EUR"}, gross_amount="A"}',
            "entities.invoices.columns.customer_id.values is for a closed vocabulary",
        ),
        (
            'columns = {invoice_id="No", customer_id={heading="C", default="B"}}',
            "columns.customer_id.default: Extra inputs are not permitted",
        ),
    ],
)
def test_a_wrong_mapping_is_explained_in_one_line(tmp_path, change, message):
    path = tmp_path / "mapping.toml"
    path.write_text(f'[files.ledger]\npath="l.csv"\n[entities.invoices]\nfile="ledger"\n{change}\n')
    with pytest.raises(SourceError) as error:
        planned_files(FilesSource(path=tmp_path, mapping=path))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ('date_format = "%d/%m"', "lacks day, month or year"),
        ('decimal = ","\nthousands = ","', "cannot be both decimal and thousands"),
        ('thousands = "0"', "holds a digit"),
        ("header_row = 0", "greater than or equal to 1"),
        ("skip_rows_where = {heading = 'A', starts_with = []}", "at least 1 item"),
    ],
)
def test_a_form_that_means_nothing_is_refused(tmp_path, form, message):
    path = tmp_path / "mapping.toml"
    path.write_text(f'[files.ledger]\npath="l.csv"\n{form}\n')
    with pytest.raises(SourceError, match=message):
        planned_files(FilesSource(path=tmp_path, mapping=path))


def test_headings_that_no_entity_takes_are_kept_and_reported(warehouse, tmp_path):
    source = drop(
        tmp_path,
        "No;Client;Date;Montant;Commercial;Payée\nA;C;31/01/2024;1,00;Léa;oui\n",
        f'{LEDGER}[entities.invoices]\nfile="ledger"\n[entities.invoices.columns]{INVOICE_COLUMNS}',
    )
    assert load(warehouse, source)["invoices"].extra_columns == ("Commercial", "Payée")
    assert warehouse.execute("select _extra->>'Commercial' from raw_files.invoices").fetchall() == [
        ("Léa",)
    ]


def test_invoices_and_credit_notes_of_one_file_are_told_apart_by_their_type(warehouse, tmp_path):
    source = drop(
        tmp_path,
        "No;Client;Date;Montant;Type\nF1;C;31/01/2024;10,00;Facture\nA1;C;01/02/2024;-4,00;AVOIR\n",
        f"""{LEDGER}
[entities.invoices]
file = "ledger"
where = {{ heading = "Type", equals = ["facture"] }}
[entities.invoices.columns]{INVOICE_COLUMNS}
[entities.credit_notes]
file = "ledger"
where = [{{ heading = "Type", starts_with = ["av"] }}]
[entities.credit_notes.columns]
credit_note_id = "No"
customer_id = "Client"
credit_date = "Date"
currency = {{ value = "EUR" }}
gross_amount = {{ heading = "Montant", negate = true }}
""",
    )
    rows = load(warehouse, source)
    assert rows["invoices"].amounts == {"EUR": "10.00"}
    assert rows["credit_notes"].amounts == {"EUR": "4.00"}


def test_the_sign_tells_a_credit_note_and_every_row_goes_to_one_side(warehouse, tmp_path):
    source = drop(
        tmp_path,
        "No;Client;Date;Montant;TVA\nF1;C;31/01/2024;10,00;2,00\nA1;C;01/02/2024;-4,00;-0,80\n"
        "F2;C;01/02/2024;abc;\nF3;C;01/02/2024;;\nF4;C;01/02/2024;0,00;0,00\n",
        f"""{LEDGER}
[entities.invoices]
file = "ledger"
sign = "positive"
[entities.invoices.columns]{INVOICE_COLUMNS}
[entities.credit_notes]
file = "ledger"
sign = "negative"
[entities.credit_notes.columns]
credit_note_id = "No"
customer_id = "Client"
credit_date = "Date"
currency = {{ value = "EUR" }}
gross_amount = "Montant"
tax_amount = "TVA"
""",
    )
    rows = load(warehouse, source)
    assert (rows["invoices"].rows_in, rows["invoices"].quarantined) == (4, 2)
    assert invoices(warehouse) == [("F1", Decimal("10.00")), ("F4", Decimal("0.00"))]
    assert warehouse.execute(
        "select credit_note_id, gross_amount, tax_amount from raw_files.credit_notes"
    ).fetchall() == [("A1", Decimal("4.00"), Decimal("0.80"))]


def test_the_words_of_a_source_are_translated_and_an_unknown_one_is_set_aside(warehouse, tmp_path):
    source = drop(
        tmp_path,
        "No;Client;Date;Montant;Sens;Monnaie\nP1;C;31/01/2024;10,00;Encaissement;€\n"
        "P2;C;31/01/2024;-5,00;REMBOURSEMENT;€\nP3;C;31/01/2024;5,00;Virement interne;€\n",
        f"""{LEDGER}
[entities.payments]
file = "ledger"
[entities.payments.columns]
payment_id = "No"
customer_id = "Client"
payment_date = "Date"
amount = "Montant"
currency = {{ heading = "Monnaie", values = {{ "€" = "EUR" }} }}
kind = {{ heading = "Sens", values = {{ "Encaissement" = "receipt", "Remboursement" = "refund" }} }}
""",
    )
    assert load(warehouse, source)["payments"].amounts == {"EUR": "5.00"}
    assert reasons(warehouse, "payments") == [
        (4, "kind", "Virement interne", "value_not_in_contract")
    ]


def test_several_files_of_one_entity_have_a_manifest_row_each(warehouse, tmp_path):
    mapping = LEDGER.replace("ledger.csv", "factures_*.csv") + (
        f'[entities.invoices]\nfile="ledger"\n[entities.invoices.columns]{INVOICE_COLUMNS}'
    )
    header = "No;Client;Date;Montant\n"
    drop(tmp_path, header + "A;C;31/12/2023;1,00\n", mapping, "factures_2023.csv")
    source = drop(tmp_path, header + "B;C;01/01/2024;2,00\n", mapping, "factures_2024.csv")
    load(warehouse, source)
    manifest = "select file, load_id, loaded from raw_files._manifest order by load_id"
    assert warehouse.execute(manifest).fetchall() == [
        ("factures_2023.csv", 1, 1),
        ("factures_2024.csv", 2, 1),
    ]
    drop(tmp_path, header + "B;C;01/01/2024;3,00\n", mapping, "factures_2024.csv")
    (tmp_path / "factures_2023.csv").unlink()
    later = LOADED_AT + dt.timedelta(days=1)
    assert load(warehouse, source, later)["invoices"].file == "factures_2024.csv"
    # What a file that vanished had brought stays.
    assert {number for number, _ in invoices(warehouse)} == {"A", "B"}


def test_one_entity_may_come_from_files_of_different_form(warehouse, tmp_path):
    (tmp_path / "old.csv").write_text("Number,Cust,Day,Total\nX,C,2023-01-31,7.00\n")
    source = drop(
        tmp_path,
        "No;Client;Date;Montant\nA;C;31/01/2024;1,00\n",
        f"""{LEDGER}
[files.old]
path = "old.csv"
[[entities.invoices]]
file = "ledger"
[entities.invoices.columns]{INVOICE_COLUMNS}
[[entities.invoices]]
file = "old"
[entities.invoices.columns]
invoice_id = "Number"
customer_id = "Cust"
invoice_date = "Day"
gross_amount = "Total"
currency = {{ value = "USD" }}
""",
    )
    load(warehouse, source)
    assert invoices(warehouse) == [("A", Decimal("1.00")), ("X", Decimal("7.00"))]


def test_the_last_row_of_a_customer_stands_for_all_of_them(warehouse, tmp_path):
    source = drop(
        tmp_path,
        "No;Client;Nom;Date;Montant\nA;C;Old name;31/01/2024;1,00\nB;C;New name;31/01/2024;1,00\n",
        f"""{LEDGER}
[entities.customers]
file = "ledger"
is_last_of_key = true
columns = {{ customer_id = "Client", customer_name = "Nom" }}
[entities.invoices]
file = "ledger"
[entities.invoices.columns]{INVOICE_COLUMNS}
""",
    )
    load(warehouse, source)
    assert warehouse.execute("select customer_name from raw_files.customers").fetchall() == [
        ("New name",)
    ]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2309,7899999999995", "2309.79"),
        ("0,005", "0.01"),
        ("-0,005", "-0.01"),
        ("7", "7.00"),
        ("7,1", "7.10"),
    ],
)
def test_floating_point_noise_is_rounded_where_that_is_declared(warehouse, tmp_path, text, amount):
    source = drop(
        tmp_path,
        f"No;Client;Date;Montant\nP;C;31/01/2024;{text}\n",
        f"""{LEDGER}
[entities.payments]
file = "ledger"
[entities.payments.columns]
payment_id = "No"
customer_id = "Client"
payment_date = "Date"
currency = {{ value = "EUR" }}
kind = {{ value = "receipt" }}
amount = {{ heading = "Montant", round = true }}
""",
    )
    assert load(warehouse, source)["payments"].amounts == {"EUR": amount}


@pytest.mark.parametrize(
    ("text", "number"),
    [("0042", "42"), ("0", "0"), ("000", "0"), ("4200", "4200"), ("00A0", "A0")],
)
def test_leading_zeros_are_taken_off_where_that_is_declared(warehouse, tmp_path, text, number):
    columns = INVOICE_COLUMNS.replace('"Client"', '{ heading = "Client", strip_zeros = true }')
    source = drop(
        tmp_path,
        f"No;Client;Date;Montant\nA;{text};31/01/2024;1,00\n",
        f'{LEDGER}[entities.invoices]\nfile="ledger"\n[entities.invoices.columns]{columns}',
    )
    load(warehouse, source)
    assert warehouse.execute("select customer_id from raw_files.invoices").fetchall() == [(number,)]


def test_total_rows_are_skipped_and_a_customer_called_total_stays(warehouse, tmp_path):
    rule = 'skip_rows_where = { heading = "Client", starts_with = ["total"], and_empty = ["No"] }\n'
    source = drop(
        tmp_path,
        "Factures de 2024;;;\n\nNo;Client;Date;Montant\n"
        "A;TotalEnergies;31/01/2024;1,00\n;TOTAL général;;1,00\n;Total\n",
        f"{LEDGER}{rule}header_row = 3\n"
        f'[entities.invoices]\nfile="ledger"\n[entities.invoices.columns]{INVOICE_COLUMNS}',
    )
    row = load(warehouse, source)["invoices"]
    assert (row.rows_in, row.loaded) == (1, 1)
    assert warehouse.execute("select _line from raw_files.invoices").fetchall() == [(4,)]


def test_empty_cells_below_a_group_repeat_its_value_where_that_is_declared(warehouse, tmp_path):
    source = drop(
        tmp_path,
        "No;Client;Date;Montant\nA;C;31/01/2024;1,00\nB;;31/01/2024;2,00\nX;D;31/01/2024;-\n",
        f'{LEDGER}fill_down = ["Client"]\nempty = ["-"]\n'
        f'[entities.invoices]\nfile="ledger"\n[entities.invoices.columns]{INVOICE_COLUMNS}',
    )
    load(warehouse, source)
    assert warehouse.execute("select distinct customer_id from raw_files.invoices").fetchall() == [
        ("C",)
    ]
    assert reasons(warehouse) == [(4, "gross_amount", None, "missing_value")]


@pytest.mark.parametrize("path", ["../outside.csv", "link.csv", "link_*.csv"])
def test_a_file_outside_the_source_is_not_read_unless_that_is_declared(warehouse, tmp_path, path):
    (tmp_path / "source").mkdir()
    (tmp_path / "outside.csv").write_text("No;Client;Date;Montant\nA;C;31/01/2024;1,00\n")
    for name in ("link.csv", "link_1.csv"):
        (tmp_path / "source" / name).symlink_to(tmp_path / "outside.csv")
    entities = f'[entities.invoices]\nfile="ledger"\n[entities.invoices.columns]{INVOICE_COLUMNS}'
    mapping = LEDGER.replace("ledger.csv", path)
    with pytest.raises(SourceError, match=r"lies outside .*allow_outside = true"):
        load(warehouse, mapped(tmp_path / "source", mapping + entities))
    declared = mapped(tmp_path / "source", f"{mapping}allow_outside = true\n{entities}")
    assert load(warehouse, declared)["invoices"].loaded == 1


def test_an_entity_that_has_two_files_is_never_complete(tmp_path):
    mapping = LEDGER.replace("ledger.csv", "*.csv") + "is_complete = true\n"
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).touch()
    source = mapped(
        tmp_path,
        f'{mapping}[entities.invoices]\nfile="ledger"\n[entities.invoices.columns]{INVOICE_COLUMNS}',
    )
    with pytest.raises(SourceError, match=r"invoices has 2 files, so a\.csv cannot be complete"):
        planned_files(source)
