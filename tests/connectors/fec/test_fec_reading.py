"""Files of every spelling the law allows and packages use: the same rows, or a line that says why not."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.errors import SourceError
from connectors.fec import FecSource, build_source, load_fec
from connectors.fec.law import amount_expression
from tests.connectors.fec.book import HEADER, LOADED_AT, Book, Line, Rebuilt

NAME = "123456789FEC20231231.txt"


def book() -> Book:
    return (
        Book()
        .sale("20230110", "C1", "100.00", piece="F1", label="Été à l'œuvre", lettering="A")
        .receipt("20230201", "C1", "120.00", lettering="A")
    )


def entries(rebuilt: Rebuilt) -> list[tuple]:
    return rebuilt.rows(
        "select journal_code, entry_number, entry_date, account, auxiliary, label, amount"
        " from raw_fec.entries order by _line"
    )


EXPECTED = [
    ("VE", "1", dt.date(2023, 1, 10), "411000", "C1", "Été à l'œuvre", Decimal("120.00")),
    ("VE", "1", dt.date(2023, 1, 10), "701000", None, "X", Decimal("-100.00")),
    ("VE", "1", dt.date(2023, 1, 10), "445710", None, "X", Decimal("-20.00")),
    ("BQ", "2", dt.date(2023, 2, 1), "512000", None, "X", Decimal("120.00")),
    ("BQ", "2", dt.date(2023, 2, 1), "411000", "C1", "X", Decimal("-120.00")),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso8859-15"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("separator", ["\t", "|"])
@pytest.mark.parametrize("is_trailing", [False, True])
def test_every_legal_form_of_a_file_gives_the_same_rows(
    tmp_path, encoding, line_end, separator, is_trailing
):
    path = tmp_path / NAME
    path.write_bytes(book().text(separator, line_end, is_trailing=is_trailing).encode(encoding))
    assert entries(Rebuilt(path, encoding=encoding.removesuffix("-sig"))) == EXPECTED


def test_ascii_is_read_as_ascii_and_a_byte_outside_it_is_named_by_its_line(tmp_path):
    plain = Book().sale("20230110", "C1", "100.00", label="VENTE")
    assert len(entries(Rebuilt(plain.write(tmp_path), encoding="ascii"))) == 3
    path = book().write(tmp_path)
    with pytest.raises(SourceError, match="is not ascii: line 2 "):
        Rebuilt(path, encoding="ascii")


def test_a_file_that_marks_itself_as_utf_8_is_not_read_as_anything_else(tmp_path):
    path = book().write(tmp_path, encoding="utf-8-sig")
    with pytest.raises(SourceError, match="begins with the mark of UTF-8"):
        Rebuilt(path, encoding="iso8859-15")


def test_another_encoding_can_be_declared_for_one_file(tmp_path):
    path = book().write(tmp_path, encoding="iso8859-15")
    assert entries(Rebuilt(path, file_encodings={NAME: "iso8859-15"})) == EXPECTED


@pytest.mark.parametrize(("debit", "credit"), [("D", "C"), ("+1", "-1"), ("1", "-1")])
def test_an_amount_with_its_side_takes_the_place_of_debit_and_credit(tmp_path, debit, credit):
    written = book()
    for row in written.rows:
        is_debit = row["Debit"] != "0,00"
        row["Montant"] = row["Debit"] if is_debit else row["Credit"]
        row["Sens"] = debit if is_debit else credit
    headings = [{"Debit": "Montant", "Credit": "Sens"}.get(name, name) for name in HEADER]
    assert entries(Rebuilt(written.write(tmp_path, headings=headings))) == EXPECTED


@pytest.mark.parametrize(
    ("debit", "credit", "amount"),
    [
        ("0000000120,00", "0000000000,00", "120.00"),
        ("120", "", "120.00"),
        ("120,5", "", "120.50"),
        ("120,", "", "120.00"),
        ("  120,00  ", "   ", "120.00"),
        ("-120,00", "0", "-120.00"),
        ("120,00-", "0,00", "-120.00"),
        ("+120,00", "", "120.00"),
        ("", "120,00-", "120.00"),
        ("", "120,00", "-120.00"),
        ("120,0000", "0,00", "120.00"),
    ],
)
def test_amounts_padded_signed_before_or_behind_are_exact(tmp_path, debit, credit, amount):
    written = Book().sale("20230110", "C1", "100.00")
    written.rows[0] |= {"Debit": debit, "Credit": credit}
    rebuilt = Rebuilt(written.write(tmp_path))
    assert entries(rebuilt)[0][-1] == Decimal(amount)


def test_cells_padded_with_blanks_are_trimmed(tmp_path):
    written = book()
    for row in written.rows:
        for name in row:
            row[name] = f"{row[name]}    "
    assert entries(Rebuilt(written.write(tmp_path))) == EXPECTED


@pytest.mark.parametrize("is_trailing", [False, True])
@pytest.mark.parametrize("label", ["A | B", "|", "A || B|C"])
def test_a_label_may_hold_the_separator(tmp_path, label, is_trailing):
    written = book()
    written.rows[0]["EcritureLib"] = label
    path = tmp_path / NAME
    path.write_text(written.text("|", is_trailing=is_trailing), encoding="utf-8")
    found = entries(Rebuilt(path))
    assert found[0][-2:] == (label, Decimal("120.00"))
    assert found[1:] == EXPECTED[1:]


def test_one_line_may_end_with_a_separator_that_the_header_does_not_have(tmp_path):
    lines = book().text("|", "\n").split("\n")
    lines[1] += "|"
    path = tmp_path / NAME
    path.write_text("\n".join(lines), encoding="utf-8")
    assert entries(Rebuilt(path)) == EXPECTED


def test_appended_columns_are_kept_and_the_due_date_is_read(tmp_path):
    written = Book().sale("20230110", "C1", "100.00", due="20230325")
    for row in written.rows:
        row["NumFacture"] = "FA-17"
    path = written.write(tmp_path, headings=[*HEADER, "DateLimitReglmt", "NumFacture"])
    rebuilt = Rebuilt(path)
    assert rebuilt.rows("select due_date, _extra->>'$.due_date_source' from raw_fec.invoices") == [
        (dt.date(2023, 3, 25), "file")
    ]
    assert rebuilt.rows("select extra->>'$.numfacture' from raw_fec.entries limit 1") == [
        ("FA-17",)
    ]


@pytest.mark.parametrize(
    "cash", [["DateRglt", "ModeRglt", "NatOp"], ["DateRglt", "ModeRglt", "NatOp", "IdClient"]]
)
def test_the_cash_variants_of_21_and_22_columns_are_read(tmp_path, cash):
    written = book()
    for row in written.rows:
        row |= {"DateRglt": "20230201", "ModeRglt": "VIR", "NatOp": "", "IdClient": "C1"}
    rebuilt = Rebuilt(written.write(tmp_path, headings=[*HEADER, *cash]))
    assert entries(rebuilt) == EXPECTED
    assert rebuilt.rows("select distinct extra->>'$.moderglt' from raw_fec.entries") == [("VIR",)]


def test_a_book_of_cash_receipts_has_no_receivables_to_rebuild(tmp_path):
    path = Book().entry("20230101", Line("512", "5.00"), Line("701", "-5.00")).write(tmp_path)
    with pytest.raises(SourceError, match="no row on a customer's account"):
        Rebuilt(path)


@pytest.mark.parametrize(
    ("change", "reason", "column"),
    [
        ({"Debit": "1.000,00"}, "unreadable_amount", "debit/credit"),
        ({"Debit": "12x"}, "unreadable_amount", "debit/credit"),
        ({"Debit": "-12-"}, "unreadable_amount", "debit/credit"),
        ({"Debit": "1,005"}, "unreadable_amount", "debit/credit"),
        ({"Debit": "", "Credit": ""}, "unreadable_amount", "debit/credit"),
        ({"EcritureDate": "2023-01-10"}, "unreadable_date", "EcritureDate"),
        ({"EcritureDate": "20230230"}, "unreadable_date", "EcritureDate"),
        ({"EcritureDate": "99991231"}, "unreadable_date", "EcritureDate"),
        ({"EcritureDate": ""}, "missing_date", "EcritureDate"),
    ],
)
def test_a_row_that_cannot_be_read_goes_to_quarantine_with_its_place(
    tmp_path, change, reason, column
):
    written = book()
    written.rows[1] |= change
    rebuilt = Rebuilt(written.write(tmp_path))
    assert rebuilt.rows("select line, column_name, reason from raw_fec._quarantine") == [
        (3, column, reason)
    ]
    load = rebuilt.loads["entries"]
    assert (load.rows_in, load.loaded, load.quarantined) == (5, 4, 1)
    assert rebuilt.report.quarantined == 1
    assert rebuilt.report.unbalanced_entries == 1


def test_a_customers_row_that_cannot_be_read_stops_the_load_and_stands_in_quarantine(tmp_path):
    written = book()
    written.rows[0]["Debit"] = "12O,00"
    source = FecSource(path=written.write(tmp_path), encoding="utf-8", currency="EUR")
    with duckdb.connect(":memory:") as connection:
        with pytest.raises(SourceError, match=r"line 2: unreadable_amount.*balance is not known"):
            load_fec(connection, source, LOADED_AT)
        [(line, reason)] = connection.execute(
            "select line, reason from raw_fec._quarantine"
        ).fetchall()
        assert (line, reason) == (2, "unreadable_amount")
        assert connection.execute("select count(*) from raw_fec.invoices").fetchall() == [(0,)]


@pytest.mark.parametrize("line", ["VE|x|1", "VE|\0" + "|" * 16])
def test_a_ragged_line_or_one_with_nul_is_no_row(tmp_path, line):
    path = tmp_path / NAME
    path.write_text(book().text("|", "\n") + line + "\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"line 7: (malformed_row|nul_character)"):
        Rebuilt(path)


def test_blank_lines_and_an_end_mark_are_no_rows(tmp_path):
    path = tmp_path / NAME
    path.write_text(book().text("|", "\n") + "\n" + "|" * 17 + "\n\x1a", encoding="utf-8")
    rebuilt = Rebuilt(path)
    assert entries(rebuilt) == EXPECTED
    assert rebuilt.loads["entries"].rows_in == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("VE;x;1\n", "neither a tab nor"),
        ("JournalCode\tJournalLib\n", "no column 'ecriturenum'"),
        ("\t".join([*HEADER, "Debit"]) + "\n", "one column twice"),
        ("\t".join(HEADER) + "\n", "has no rows"),
    ],
)
def test_a_file_that_is_no_fec_is_refused_in_one_line(tmp_path, text, message):
    path = tmp_path / NAME
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=message) as caught:
        Rebuilt(path)
    assert "\n" not in str(caught.value)


def test_a_file_without_its_legal_name_needs_a_declared_closing_date(tmp_path):
    path = book().write(tmp_path, "export.txt")
    with pytest.raises(SourceError, match="its closing date is not known"):
        Rebuilt(path)
    rebuilt = Rebuilt(path, closing_dates={"export.txt": dt.date(2023, 12, 31)})
    assert rebuilt.report.closing_dates == ("2023-12-31",)


def test_a_name_that_its_entries_contradict_is_reported_and_the_balance_dated_by_them(tmp_path):
    rebuilt = Rebuilt(book().write(tmp_path, "123456789FEC20221231.txt"))
    assert rebuilt.report.closing_dates == ("2023-02-01",)
    [finding] = rebuilt.report.findings
    assert "named after 2022-12-31 and holds entries of 2023-01-10 to 2023-02-01" in finding


def test_a_copy_of_a_file_is_left_out_and_another_file_of_the_year_refused(tmp_path):
    book().write(tmp_path)
    book().write(tmp_path, "123456789FEC20231231_copie.txt")
    rebuilt = Rebuilt(tmp_path)
    assert rebuilt.report.rows == 5
    assert "is a copy of" in rebuilt.report.findings[0]
    book().sale("20230301", "C2", "1.00").write(tmp_path, "123456789FEC20231231_bis.txt")
    with pytest.raises(SourceError, match="both close on 2023-12-31"):
        Rebuilt(tmp_path)


def test_the_books_of_two_companies_are_not_mixed(tmp_path):
    book().write(tmp_path)
    book().write(tmp_path, "987654321FEC20221231.txt", encoding="utf-8-sig")
    with pytest.raises(SourceError, match="books of 2 companies"):
        Rebuilt(tmp_path)


@pytest.mark.parametrize("folder", ["absent", "empty"])
def test_a_folder_without_files_is_named(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match=folder):
        Rebuilt(tmp_path / folder)


@pytest.mark.parametrize(
    "wrong",
    [
        {"encoding": "utf-9"},
        {"currency": "EUX"},
        {"customer_account_prefixes": ["C"]},
        {"default_terms_days": -1},
        {"separator": ";"},
    ],
)
def test_a_wrong_declaration_is_refused(tmp_path, wrong):
    with pytest.raises(ValidationError):
        FecSource(path=tmp_path, **{"encoding": "utf-8", "currency": "EUR", **wrong})


def test_encoding_and_currency_have_no_default(tmp_path):
    with pytest.raises(ValidationError):
        FecSource(path=tmp_path)


def test_an_unchanged_file_is_not_loaded_again_and_a_changed_one_is_a_complete_export(tmp_path):
    rebuilt = Rebuilt(book().write(tmp_path))
    assert rebuilt.load(LOADED_AT + dt.timedelta(days=1)) == {}
    changed = Book().sale("20230110", "C1", "50.00", piece="F1")
    changed.write(tmp_path)
    loads = rebuilt.load(LOADED_AT + dt.timedelta(days=2))
    assert loads["payments"].deleted == 1
    assert loads["payment_allocations"].deleted == 1
    assert loads["invoices"].loaded == 1
    assert rebuilt.rows("select count(*) from raw_fec.entries") == [(8,)]
    assert rebuilt.rows("select count(*) from raw_fec.report") == [(2,)]


def test_a_load_cut_off_between_entities_is_finished_by_the_next(tmp_path, monkeypatch):
    path = book().write(tmp_path)
    source = build_source(FecSource(path=path, encoding="utf-8", currency="EUR"))
    from connectors.fec import loading

    land = loading.land_entity

    def killed(connection, name, entity, **rest):
        if entity.name == "payments":
            raise KeyboardInterrupt
        return land(connection, name, entity, **rest)

    with duckdb.connect(":memory:") as connection:
        monkeypatch.setattr(loading, "land_entity", killed)
        with pytest.raises(KeyboardInterrupt):
            source.load(connection, LOADED_AT, lambda _: None)
        monkeypatch.undo()
        loads = source.load(connection, LOADED_AT, lambda _: None)
        assert "entries" not in {row.entity for row in loads}
        assert connection.execute("select count(*) from raw_fec.payments").fetchall() == [(1,)]
        assert connection.execute("select count(*) from raw_fec.entries").fetchall() == [(5,)]
        assert source.load(connection, LOADED_AT, lambda _: None) == []


def test_parties_are_the_customers_by_their_codes(tmp_path):
    source = build_source(FecSource(path=book().write(tmp_path), encoding="utf-8", currency="EUR"))
    with duckdb.connect(":memory:") as connection:
        source.prepare(connection)
        source.load(connection, LOADED_AT, lambda _: None)
        assert connection.execute(
            f"select party_id, party_name, company_number from ({source.parties})"
        ).fetchall() == [("fec-C1", "CLIENT C1", None)]


@settings(max_examples=60, deadline=None)
@given(
    cents=st.integers(0, 10**12),
    padding=st.integers(0, 6),
    sign=st.sampled_from(["", "-", "+"]),
    is_behind=st.booleans(),
)
def test_any_amount_of_cents_is_read_exactly(cents, padding, sign, is_behind):
    digits = f"{'0' * padding}{cents // 100},{cents % 100:02}"
    text = f"{digits}{sign}" if is_behind else f"{sign}{digits}"
    with duckdb.connect(":memory:") as connection:
        [(value,)] = connection.execute(
            f"select {amount_expression('text', ',')} from (select ? as text)", [text]
        ).fetchall()
    assert value == Decimal(cents if sign != "-" else -cents) / 100
