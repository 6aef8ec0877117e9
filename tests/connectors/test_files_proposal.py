"""A mapping proposed from what files show: what is decided, what a person must choose."""

import datetime as dt

import pytest
from openpyxl import Workbook

from connectors.errors import SourceError
from connectors.files import FilesSource, load_mapping
from connectors.files.proposal import propose
from connectors.files.proposal_entities import file_pattern
from connectors.files.proposal_forms import date_form, number_form
from connectors.files.proposal_headings import normalised
from connectors.files.proposal_text import open_choices
from tests.connectors.file_drops import load


def accepted(folder, proposal):
    path = folder / "mapping.toml"
    path.write_text(proposal.text, encoding="utf-8")
    return FilesSource(path=folder, mapping=path)


def french_drop(folder):
    book = Workbook()
    sheet = book.active
    sheet.append(["Factures 2025"])
    sheet.append(
        ["N° facture", "Code client", "Date de facture", "Échéance", "Montant TTC", "État"]
    )
    for n in range(1, 13):
        day = dt.datetime(2025, n, 5)
        sheet.append([f"F{n}", "C1", day, day + dt.timedelta(30), 100.5 * n, "Payée"])
    sheet.append([None, "Total", None, None, 7839, None])
    book.save(folder / "Factures 2025.xlsx")
    (folder / "export clients.csv").write_bytes(
        "Code client;Raison sociale;Pays\r\nC1;Société Générale d’Essai;FR\r\n".encode("cp1252")
    )
    (folder / "Règlements.csv").write_text(
        "Date de règlement;Code client;N° facture;Montant réglé\n"
        + "05/02/2025;C1;F1;100,50\n25/03/2025;C1;F12;1\u202f206,00\n",
        encoding="utf-8-sig",
    )


def test_a_folder_of_everyday_exports_loads_by_its_proposal_to_the_cent(warehouse, tmp_path):
    french_drop(tmp_path)
    proposal = propose(FilesSource(path=tmp_path), "EUR")
    assert proposal.choices == ()
    rows = load(warehouse, accepted(tmp_path, proposal))
    assert {name: (row.loaded, row.quarantined) for name, row in rows.items()} == {
        "customers": (1, 0),
        "invoices": (12, 0),
        "payments": (2, 0),
        "payment_allocations": (2, 0),
    }
    assert rows["invoices"].amounts == {"EUR": "7839.00"}  # 100.50 × (1 + … + 12)
    assert rows["payments"].amounts == {"EUR": "1306.50"}


def test_a_proposal_shows_its_evidence_and_no_customers_name(tmp_path):
    french_drop(tmp_path)
    text = propose(FilesSource(path=tmp_path), "EUR").text
    for shown in (
        'encoding = "cp1252"',
        "header_row = 2",
        'starts_with = ["Total"]',
        "25/03/2025 decides",
        "no heading holds a currency",
        '# Not used, kept with each row: "État"',
        "2 of 2 are invoices of this drop",
    ):
        assert shown in text
    assert "Générale" not in text


AMBIGUOUS = (
    "Invoice number,Customer,Invoice date,Amount\nA,C,01/02/2024,10.00\nB,C,03/04/2024,1.50\n"
)


def test_dates_that_no_value_decides_are_left_for_a_person_to_choose(warehouse, tmp_path):
    (tmp_path / "invoices 2024.csv").write_text(AMBIGUOUS)
    proposal = propose(FilesSource(path=tmp_path), "EUR")
    [choice] = proposal.choices
    assert "no value decides" in choice
    assert '# date_format = "%d/%m/%Y"' in proposal.text
    assert '# date_format = "%m/%d/%Y"' in proposal.text
    chosen = proposal.text.replace('# date_format = "%m/%d/%Y"', 'date_format = "%m/%d/%Y"')
    assert open_choices(chosen) == []
    path = tmp_path / "mapping.toml"
    path.write_text(chosen)
    load(warehouse, FilesSource(path=tmp_path, mapping=path))
    assert warehouse.execute("select max(invoice_date) from raw_files.invoices").fetchone() == (
        dt.date(2024, 3, 4),
    )


def test_one_mark_before_three_digits_is_left_for_a_person_to_choose():
    found = number_form(["1.234", "15.000"], prefers_comma=True)
    assert [(form.decimal, form.thousands) for form in found.options] == [(",", "."), (".", "")]


@pytest.mark.parametrize(
    ("values", "decimal", "thousands"),
    [
        (["1 234,56", "12,00"], ",", " \u00a0\u202f"),
        (["1.234,56"], ",", "."),
        (["1,234.56"], ".", ","),
        (["1.234", "12,50"], ",", "."),
        (["12", "13"], ",", ""),
        (["12.5"], ".", ""),
        (["1 234,56 €"], ",", " \u00a0\u202f"),
        (["1'234.50"], ".", "'"),
    ],
)
def test_the_form_of_numbers_is_told_from_values_that_decide(values, decimal, thousands):
    [form] = number_form(values, prefers_comma=True).options
    assert (form.decimal, form.thousands) == (decimal, thousands)


@pytest.mark.parametrize(
    ("values", "options"),
    [
        (["31/01/2024", "01/02/2024"], ("%d/%m/%Y",)),
        (["01/31/2024"], ("%m/%d/%Y",)),
        (["01/02/2024"], ("%d/%m/%Y", "%m/%d/%Y")),
        (["31/12/23"], ("%d/%m/%y",)),
        (["20240131"], ("%Y%m%d",)),
        (["2024-01-31 00:00:00"], ("%Y-%m-%d %H:%M:%S",)),
        # The same day either way: nothing to choose.
        (["01/01/2024"], ("%d/%m/%Y",)),
    ],
)
def test_the_form_of_dates_is_told_from_values_that_decide(values, options):
    assert date_form(values).options == options


def test_a_wide_export_is_proposed_as_one(warehouse, tmp_path):
    (tmp_path / "ledger.csv").write_text(
        "invoiceNumber,customerID,InvoiceDate,InvoiceAmount,SettledDate,PaidAmount\n"
        "1,C,2024-01-31,10.00,2024-02-28,4.00\n2,C,2024-02-29,-3.00,,\n"
    )
    proposal = propose(FilesSource(path=tmp_path), "EUR")
    assert "[wide.ledger]" in proposal.text
    rows = load(warehouse, accepted(tmp_path, proposal))
    assert rows["payments"].amounts == {"EUR": "4.00"}
    assert rows["credit_notes"].amounts == {"EUR": "3.00"}
    assert rows["customers"].loaded == 1


def test_credit_notes_are_told_by_a_type_column(warehouse, tmp_path):
    (tmp_path / "ventes.csv").write_text(
        "Type;N° pièce;Client;Date pièce;Montant TTC\nFacture;F1;C;31/01/2024;10,00\nAvoir;A1;C;28/02/2024;-4,00\n"
    )
    rows = load(warehouse, accepted(tmp_path, propose(FilesSource(path=tmp_path), "EUR")))
    assert (rows["invoices"].amounts, rows["credit_notes"].amounts) == (
        {"EUR": "10.00"},
        {"EUR": "4.00"},
    )


def test_files_of_one_kind_are_named_by_a_pattern(warehouse, tmp_path):
    for year in (2023, 2024):
        (tmp_path / f"factures_{year}.csv").write_text(
            f"N° facture;Client;Date;Total TTC\nF{year};C;31/01/{year};10,00\n"
        )
    proposal = propose(FilesSource(path=tmp_path), "EUR")
    assert 'path = "factures_*.csv"' in proposal.text
    load(warehouse, accepted(tmp_path, proposal))
    assert warehouse.execute("select count(*) from raw_files.invoices").fetchone() == (2,)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("é".encode("utf-16"), 'encoding = "utf-16"'),
        ("é’".encode("cp1252"), 'encoding = "cp1252"'),
        ("é€".encode("iso8859-15"), '# encoding = "iso8859-15"'),
    ],
)
def test_the_encoding_is_told_from_the_bytes_or_left_to_choose(tmp_path, content, shown):
    encoding = "utf-16" if content.startswith(b"\xff\xfe") else "ascii"
    head = "Invoice number;Customer;Invoice date;Amount\nA;".encode(encoding)
    tail = ";31/01/2024;1,00\n".encode("utf-16-le" if encoding == "utf-16" else "ascii")
    (tmp_path / "invoices.csv").write_bytes(head + content.removeprefix(b"\xff\xfe") + tail)
    assert shown in propose(FilesSource(path=tmp_path), "EUR").text


def test_floating_point_noise_is_proposed_to_be_rounded(tmp_path):
    (tmp_path / "invoices.csv").write_text(
        "Invoice no,Customer,Invoice date,Amount\nA,C,2024-01-31,2309.7899999999995\n"
    )
    text = propose(FilesSource(path=tmp_path), "EUR").text
    assert 'gross_amount = { heading = "Amount", round = true }' in text


def test_what_is_not_understood_is_said(tmp_path):
    french_drop(tmp_path)
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf")
    text = propose(FilesSource(path=tmp_path), "EUR").text
    assert "# notes.csv: not used, its headings are no entity's." in text
    assert "# old.xls: a workbook of before 2007. Save it as .xlsx or .csv." in text


def test_a_folder_without_any_export_gets_no_proposal(tmp_path):
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SourceError, match="no file that looks like invoices"):
        propose(FilesSource(path=tmp_path), "EUR")


def test_every_proposal_is_a_valid_mapping(tmp_path):
    french_drop(tmp_path)
    load_mapping(accepted(tmp_path, propose(FilesSource(path=tmp_path), "EUR")).mapping)


@pytest.mark.parametrize(
    ("heading", "bare"),
    [("N° de facture", "n de facture"), ("InvoiceDate", "invoice date"), ("Échéance ", "echeance")],
)
def test_headings_are_compared_without_case_accents_and_marks(heading, bare):
    assert normalised(heading) == bare


@pytest.mark.parametrize(
    ("names", "pattern"),
    [
        (["a.csv"], "a.csv"),
        (["f_2023.csv", "f_2024.csv"], "f_*.csv"),
        (["x.csv", "y.csv"], "*.csv"),
    ],
)
def test_a_pattern_keeps_what_names_share(names, pattern):
    assert file_pattern(names) == pattern
