"""The list that comes back: every form in which programs save it, and what may be wrong with it."""

import datetime as dt
import io
import shutil
import subprocess
import zipfile
from decimal import Decimal

import pytest
from hostile_text import ALL
from hypothesis import given, settings
from hypothesis import strategies as st
from list_rig import LOOKUP, SOON, TODAY, as_text, filled_csv, filled_xlsx, short_csv
from openpyxl import Workbook, load_workbook

from outreach.inbox.annotated import read_annotated
from outreach.inbox.words import _WORDS, RefusedFileError, problem_words

TYPED = {
    "c1": {"promised_date": SOON, "comment": "will pay, says Anna"},
    "c2": {"is_disputed": "yes", "next_contact_date": dt.datetime(2026, 3, 16)},
}


def read(content: bytes, suffix: str = ".csv", locale: str = "en", lookup=LOOKUP):
    return read_annotated(content, suffix, lookup, TODAY, locale)


def row_of(text: str, locale: str = "en"):
    """The one annotation of a one-row list."""
    (found,) = read(short_csv(text), locale=locale).taken
    return found


def fault_of(text: str, locale: str = "en"):
    """The one problem of a one-row list."""
    got = read(short_csv(text), locale=locale)
    assert got.taken == ()
    (problem,) = got.problems
    assert problem.line == 2
    return problem


def check_typed(got) -> None:
    """What `TYPED` means, worked out by hand."""
    assert got.problems == ()
    assert got.row_count == 2
    first, second = got.taken
    assert (first.customer_id, first.promised_date, first.comment) == (
        "c1",
        SOON,
        "will pay, says Anna",
    )
    assert [(line.invoice_id, amount) for line, amount in first.promises] == [
        ("i1", Decimal("1200.50")),
        ("i2", Decimal("300.00")),
    ]
    assert (first.disputed, first.next_contact_date) == ((), None)
    assert (second.customer_id, second.disputed, second.promises) == ("c2", ("i4",), ())
    assert second.next_contact_date == dt.date(2026, 3, 16)


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_workbook_of_the_day_comes_back(locale):
    check_typed(read(filled_xlsx(TYPED, locale), ".xlsx", locale))


FORMS = [
    ("en", ",", "utf-8"),
    ("en", "\t", "utf-16"),
    ("en", ";", "utf-8-sig"),
    ("fr", ";", "utf-8-sig"),
    ("fr", ";", "cp1252"),
    ("fr", ",", "utf-8"),
    ("fr", "\t", "utf-16"),
]


@pytest.mark.parametrize(("locale", "separator", "encoding"), FORMS)
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%y"])
def test_delimited_text_of_every_program_comes_back(locale, separator, encoding, form):
    cells = {
        "c1": {"promised_date": SOON.strftime(form), "comment": "will pay, says Anna"},
        "c2": {
            "is_disputed": "yes" if locale == "en" else "OUI",
            "next_contact_date": dt.date(2026, 3, 16).strftime(form),
        },
    }
    check_typed(read(as_text(filled_csv(cells, locale), separator, encoding), locale=locale))


def test_line_that_names_the_separator_is_passed_over():
    content = b"sep=;\r\n" + short_csv("c1;2026-03-20;;;;")
    (found,) = read(content).taken
    assert found.line == 3


def test_columns_added_moved_and_hidden_are_tolerated():
    workbook = load_workbook(io.BytesIO(filled_xlsx(TYPED)))
    sheet = workbook.worksheets[0]
    sheet.move_range("A1:AC4", cols=50)
    sheet.insert_cols(2)
    sheet["B1"], sheet["B2"] = "Our own", "=1/0"
    sheet.insert_rows(1)
    sheet["A1"] = "Thursday's list"
    sheet.column_dimensions["D"].hidden = True
    buffer = io.BytesIO()
    workbook.save(buffer)
    check_typed(read(buffer.getvalue(), ".xlsx"))


def test_untouched_list_asks_for_nothing():
    got = read(filled_xlsx({}), ".xlsx")
    assert (got.row_count, got.taken, got.problems) == (0, (), ())


def test_list_saved_by_libreoffice_comes_back(tmp_path):
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice is not installed: its own files are not tried here")
    (tmp_path / "list.xlsx").write_bytes(filled_xlsx(TYPED))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for form in ("csv:Text - txt - csv (StarCalc):59,34,76,1", "xlsx:Calc MS Excel 2007 XML"):
        command = [office, profile, "--headless", "--convert-to", form, "--outdir"]
        try:
            subprocess.run(
                [*command, str(tmp_path / "saved"), str(tmp_path / "list.xlsx")],
                check=True,
                capture_output=True,
                timeout=120,
            )
        except subprocess.SubprocessError:
            pytest.skip("LibreOffice does not start here: its own files are not tried")
    check_typed(read((tmp_path / "saved" / "list.csv").read_bytes()))
    check_typed(read((tmp_path / "saved" / "list.xlsx").read_bytes(), ".xlsx"))


def test_comment_that_names_an_invoice_narrows_the_dispute_to_it():
    found = row_of("c1;2026-03-20;;yes;f-101 was never delivered;")
    assert found.disputed == ("i2",)
    assert [line.invoice_id for line, _ in found.promises] == ["i1"]


@pytest.mark.parametrize("comment", ["see F-1010", "see XF-101", "see F-101-2", "called"])
def test_comment_that_names_another_invoice_narrows_nothing(comment):
    assert row_of(f"c1;;;x;{comment};").disputed == ("i1", "i2")


def test_invoice_not_yet_due_is_disputed_where_it_is_named():
    assert row_of("c3;;;oui;F-300 is wrong;").disputed == ("i5",)


def test_promised_amount_goes_to_the_oldest_first():
    promises = row_of("c1;2026-03-20;1,300.50;;;").promises
    assert [(line.invoice_id, amount) for line, amount in promises] == [
        ("i1", Decimal("1200.50")),
        ("i2", Decimal("100.00")),
    ]
    (only,) = row_of("c1;2026-03-20;1\u202f000,5;;;", "fr").promises
    assert only[1] == Decimal("1000.50")


def test_no_disputes_nothing():
    assert row_of("c1;;;no;spoke to Anna;").disputed == ()


@pytest.mark.parametrize("shown", ["'=c4", "=c4"])
def test_id_made_safe_for_spreadsheets_is_found_again(shown):
    assert row_of(f"{shown};;;;hello;").customer_id == "=c4"


def test_id_whose_zeros_a_spreadsheet_dropped_is_found_again():
    assert row_of("42;;;;hello;").customer_id == "0042"
    twins = {**LOOKUP, "042": ()}
    (problem,) = read(short_csv("42;;;;hello;"), lookup=twins).problems
    assert "No customer" in problem.what


FAULTS = {
    "unknown customer": ("c9;2026-03-20;;;;", "No customer has"),
    "no customer": (" ;2026-03-20;;;;", "names no customer"),
    "past date": ("c1;2026-03-11;;;;", "before 2026-03-12"),
    "no date": ("c1;soon;;;;", "no date"),
    "month thirteen": ("c1;03/20/2026;;;;", "No calendar"),
    "year zero": ("c1;0000-01-01;;;;", "No calendar"),
    "serial number": ("c1;46101;;;;", "number"),
    "formula as text": ("c1;=TODAY();;;;", "no date"),
    "next year's slip": ("c1;2062-03-20;;;;", "year"),
    "contact today": ("c1;;;;;2026-03-12", "not after"),
    "perhaps": ("c1;;;perhaps;;", "neither"),
    "letters for an amount": ("c1;2026-03-20;all;;;", "amount"),
    "nan": ("c1;2026-03-20;NaN;;;", "amount"),
    "infinity": ("c1;2026-03-20;inf;;;", "amount"),
    "negative": ("c1;2026-03-20;-5;;;", "amount"),
    "nothing": ("c1;2026-03-20;0;;;", "amount"),
    "tenth of a cent": ("c1;2026-03-20;1.001;;;", "amount"),
    "exponent": ("c1;2026-03-20;1e3;;;", "amount"),
    "other digits": ("c1;2026-03-20;١٢;;;", "amount"),
    "comma of another country": ("c1;2026-03-20;12,5;;;", "amount"),
    "too much": ("c1;2026-03-20;1500.51;;;", "1500.50 EUR"),
    "amount alone": ("c1;;100;;;", "no date"),
    "nothing past due": ("c3;2026-03-20;;;;", "past due"),
    "nothing open": ("c5;;;yes;;", "past due"),
    "promised and disputed": ("c2;2026-03-20;;yes;;", "both"),
    "novel": (f"c1;;;;{'x' * 1001};", "1000 characters"),
    "one cell more": ("c1;2026-03-20;;;;;and more", "more cells"),
}


@pytest.mark.parametrize(("text", "words"), FAULTS.values(), ids=FAULTS)
def test_row_that_cannot_be_taken_says_why(text, words):
    problem = fault_of(text)
    assert words in problem.what + problem.remedy
    assert problem.remedy


def test_good_rows_go_in_beside_bad_ones_and_all_faults_of_a_row_are_told():
    got = read(short_csv("c1;soon;;perhaps;;yesterday", "c2;2026-03-20;;;;", ";;;;;"))
    assert [found.customer_id for found in got.taken] == ["c2"]
    assert got.row_count == 2
    assert [(p.line, p.customer_id, p.column, p.value) for p in got.problems] == [
        (2, "c1", "Promised for", "soon"),
        (2, "c1", "Disputed? (yes/no)", "perhaps"),
        (2, "c1", "Next contact", "yesterday"),
    ]


def test_two_rows_of_one_customer_are_both_refused():
    got = read(short_csv("c1;2026-03-20;;;;", "c2;;;;hello;", "c1;2026-03-21;;;;", "c1;;;;;"))
    assert [found.customer_id for found in got.taken] == ["c2"]
    assert [(p.line, "2, 4" in p.what) for p in got.problems] == [(2, True), (4, True)]


def test_promised_amount_is_in_the_currency_of_the_oldest_invoice():
    lines = (LOOKUP["c2"][0], *LOOKUP["c1"])
    (found,) = read(short_csv("c1;2026-03-20;70;;;"), lookup={"c1": lines}).taken
    assert [(line.invoice_id, amount) for line, amount in found.promises] == [
        ("i4", Decimal("70.00"))
    ]
    (problem,) = read(short_csv("c1;2026-03-20;81;;;"), lookup={"c1": lines}).problems
    assert "80.00 USD" in problem.what


@pytest.mark.parametrize(
    "value", ["=1+1", "=NOW()", '=HYPERLINK("http://x")', "#N/A", True, dt.time(12)]
)
def test_cell_of_a_workbook_that_is_no_date_is_refused(value):
    got = read(filled_xlsx({"c1": {"promised_date": value}}), ".xlsx")
    assert got.taken == ()
    (problem,) = got.problems
    assert (problem.line, problem.column) == (2, "Promised for")


def test_formula_in_a_comment_or_an_id_is_refused():
    got = read(filled_xlsx({"c1": {"comment": "=1+1"}}), ".xlsx")
    assert "formula" in got.problems[0].what
    got = read(filled_xlsx({"c1": {"comment": "x", "customer_id": '="c"&"1"'}}), ".xlsx")
    assert "formula" in got.problems[0].what


@pytest.mark.parametrize("text", ALL)
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_hostile_comment_is_one_line_of_text_or_refused(text, suffix):
    if suffix == ".csv":
        content = as_text(filled_csv({"c1": {"comment": text}}))
    else:
        if any(ord(character) < 32 for character in text) or text.startswith("="):
            return  # No workbook holds the first; the second is a formula.
        content = filled_xlsx({"c1": {"comment": text}})
    try:
        got = read(content, suffix)
    except RefusedFileError as refusal:
        assert refusal.code == "not_text"
        return
    for found in got.taken:
        assert found.comment is not None
        assert not {"\n", "\r", "\0", "\u2028", "\u202e"} & set(found.comment)
    assert len(got.taken) + len(got.problems) == 1


def refusal_of(content: bytes, suffix: str = ".csv") -> str:
    with pytest.raises(RefusedFileError) as refused:
        read(content, suffix)
    return refused.value.code


def zipped(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def replaced(content: bytes, name: str, change) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part.filename, change(data) if part.filename == name else data)
    return buffer.getvalue()


LAUGHS = b'<!DOCTYPE a [<!ENTITY b "' + b"ha" * 10 + b'">]><a>&b;</a>'
TORN = b'<!DOCTYPE a SYSTEM "x"><a/>'
SHEET = "xl/worksheets/sheet1.xml"
BOMBS = {
    "text": (b"hello", "not_a_workbook"),
    "nothing": (b"", "not_a_workbook"),
    "another archive": (zipped(a=b"b"), "not_a_workbook"),
    "half": (filled_xlsx(TYPED)[:3000], "not_a_workbook"),
    "zip bomb": (zipped(**{SHEET: b"0" * (9 << 20)}), "too_large_unpacked"),
    "entities": (replaced(filled_xlsx({}), SHEET, lambda data: LAUGHS), "xml_entities"),
    "entities far down": (
        replaced(filled_xlsx({}), SHEET, lambda data: b"<!--" + b"x" * 70_000 + b"-->" + LAUGHS),
        "xml_entities",
    ),
    "entities torn between blocks": (
        replaced(
            filled_xlsx({}), SHEET, lambda data: b"<!--" + b"x" * ((1 << 20) - 10) + b"-->" + TORN
        ),
        "xml_entities",
    ),
    "entities in UTF-16": (
        replaced(filled_xlsx({}), SHEET, lambda data: LAUGHS.decode().encode("utf-16")),
        "xml_entities",
    ),
    "rare encoding": (
        replaced(filled_xlsx({}), SHEET, lambda data: b'<?xml version="1.0" encoding="cp037"?>'),
        "xml_entities",
    ),
    "broken XML": (replaced(filled_xlsx(TYPED), SHEET, lambda data: data[:900]), "not_a_workbook"),
}


@pytest.mark.parametrize(("content", "code"), BOMBS.values(), ids=BOMBS)
def test_workbook_that_is_a_trap_is_refused(content, code):
    assert refusal_of(content, ".xlsx") == code


def test_sheet_that_claims_a_million_rows_is_refused_in_time(monkeypatch):
    monkeypatch.setattr("outreach.inbox.sheets.MOST_LINES", 2000)
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    content = replaced(filled_xlsx(TYPED), SHEET, lambda data: data.replace(b"</sheetData>", far))
    assert refusal_of(content, ".xlsx") == "too_many_lines"


def test_two_sheets_of_the_list_are_refused():
    workbook = load_workbook(io.BytesIO(filled_xlsx(TYPED)))
    workbook.copy_worksheet(workbook.worksheets[0])
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert refusal_of(buffer.getvalue(), ".xlsx") == "two_sheets"


def test_sheet_of_holds_alone_is_no_list():
    workbook = load_workbook(io.BytesIO(filled_xlsx(TYPED)))
    workbook.remove(workbook.worksheets[0])
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert refusal_of(buffer.getvalue(), ".xlsx") == "no_headings"


def test_other_workbook_is_refused():
    buffer = io.BytesIO()
    Workbook().save(buffer)
    assert refusal_of(buffer.getvalue(), ".xlsx") == "no_headings"


UNREADABLE = {
    "no key": (short_csv("c1;x", headings="Customer;Comment"), "no_headings"),
    "no column of the team": (short_csv("c1;x", headings="Customer id;Open"), "no_headings"),
    "nothing": (b"", "no_headings"),
    "two comments": (
        short_csv("c1;x;y", headings="Customer id;Next contact;next  contact "),
        "heading_twice",
    ),
    "open quote": (short_csv('c1;"2026-03-20;;;;'), "broken_quotes"),
    "binary": (b"Customer id;Comment\r\nc1;\x81\x8d\x00", "not_text"),
    "UTF-16 without its mark": (short_csv("c1;;;;x;").decode().encode("utf-16-le"), "not_text"),
    "endless cell": (short_csv(f"c1;;;;{'x' * 140_000};"), "broken_quotes"),
}


@pytest.mark.parametrize(("content", "code"), UNREADABLE.values(), ids=UNREADABLE)
def test_text_that_is_no_list_is_refused(content, code):
    assert refusal_of(content) == code


def test_every_problem_has_its_words_in_both_languages():
    for code in _WORDS:
        values = dict.fromkeys(("what", "remedy", "today", "key", "team", "most", "line"), "V")
        values |= dict.fromkeys(("total", "lines", "heading", "sheets", "cause"), "V")
        english, french = (problem_words(code, locale, **values) for locale in ("en", "fr"))
        assert all(english) and all(french)
        assert english != french or code == "refused_entry"


cell = st.one_of(
    st.just(""),
    st.text(max_size=20),
    st.dates(dt.date(2025, 1, 1), dt.date(2028, 1, 1)).map(str),
    st.decimals(allow_nan=True).map(str),
    st.sampled_from(["c1", "c2", "=c4", "42", "yes", "non", "F-100", "2026-03-20", "12.50"]),
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(*[cell] * 6), max_size=6), locale=st.sampled_from(["en", "fr"]))
def test_whatever_is_typed_each_filled_row_is_taken_or_explained(rows, locale):
    headings = short_csv().decode().strip().split(";")
    content = as_text([headings, *map(list, rows)], ";")
    try:
        got = read(content, locale=locale)
    except RefusedFileError as refusal:
        assert refusal.code in {"not_text", "broken_quotes"}
        return
    refused = {problem.line for problem in got.problems}
    assert len(got.taken) + len(refused) == got.row_count
    assert not refused & {found.line for found in got.taken}
    for found in got.taken:
        assert all(0 < amount <= line.open_amount for line, amount in found.promises)
        assert found.promised_date is None or found.promised_date >= TODAY
        assert found.next_contact_date is None or found.next_contact_date > TODAY
    assert len({found.customer_id for found in got.taken}) == len(got.taken)
