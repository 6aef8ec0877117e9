"""Tables of a page in a browser: saved, searched, ordered, opened; the page tells its age."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest

from dashboard.page import render_page, write_page
from dashboard.parts import Block, Cell, Column, KeyFigure, Section, Table, date_cell, money_cell
from dashboard.wording import Wording
from tests.chromium_rig import accessibility_violations, visit

AS_OF = dt.date(2026, 3, 20)
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", '"quoted", <b>', "</script><script>x()</script>"]


def invoices(wording, customer):
    columns = (
        Column("Invoice", False),
        Column("Due", False),
        Column("Open"),
    )
    rows = tuple(
        (
            Cell(f"F-{customer}-{n}"),
            date_cell(wording, dt.date(2026, 3, 1)),
            money_cell(wording, amount),
        )
        for n, amount in ((1, Decimal("100.25")), (2, Decimal("0.50")))
    )
    return Table(f"Invoices of {customer}", columns, rows)


def customers(wording):
    """Thirty customers, of which the first two have invoices that open."""
    names = [*HOSTILE, "Crème Brûlée", *(f"Customer {n}" for n in range(30 - len(HOSTILE) - 1))]
    amounts = [Decimal("1234.56") * n for n in range(len(names))]
    rows = tuple(
        (
            Cell(name, detail="late" if n == 1 else None),
            money_cell(wording, amount if n else None),
            Cell("12.5 %", "0.125"),
        )
        for n, (name, amount) in enumerate(zip(names, amounts, strict=True))
    )
    return Table(
        caption="Qui nous doit quoi ?",
        columns=(Column("Customer", False), Column("Open"), Column("Share")),
        rows=rows,
        total=(Cell("Total"), money_cell(wording, sum(amounts)), Cell("–")),
        is_searchable=True,
        details=(invoices(wording, "A"), invoices(wording, "B"), *[None] * (len(rows) - 2)),
    )


def page_file(folder, locale="en"):
    wording = Wording(locale, "EUR")
    table = customers(wording)
    sections = [
        Section("owed", "Who owes us?", "Open", answers=("Thirty owe.",), tables=(table,)),
        Section(
            "speed",
            "How fast?",
            "DSO",
            blocks=(Block("By segment", tables=(invoices(wording, "S"),)),),
        ),
    ]
    html = render_page(
        company_name="Lumière",
        title="Cockpit",
        as_of=wording.long_date(AS_OF),
        footer="–",
        wording=wording,
        figures=(KeyFigure("Open", "€1", "", "owed"),),
        sections=sections,
        as_of_date=AS_OF,
        tells_age=True,
    )
    return write_page(html, folder / f"{locale}.html")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    return {locale: page_file(folder, locale) for locale in ("en", "fr")}


@pytest.fixture
def open_page(browser, files):
    """Open the small page; in the end nothing may have been complained of or asked for."""
    opened = []

    def open_one(locale="en", **options):
        opened.append(visit(browser, files[locale], **options))
        return opened[-1].page

    yield open_one
    for one in opened:
        assert one.complaints == []
        assert {address.split("#")[0] for address in one.requests} == {one.address}
        one.page.context.close()


def saved(page, table_id, delimiter):
    with page.expect_download() as download:
        page.locator(f'button.csv[data-table="{table_id}"]').click()
    content = download.value.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert {len(row) for row in rows} == {len(rows[0])}
    return download.value.suggested_filename, rows


def test_a_saved_table_holds_every_row_exactly(open_page):
    name, rows = saved(open_page(), "owed-table-1", ",")
    assert name == "owed_qui-nous-doit-quoi_2026-03-20.csv"
    heads = ["Customer", "Customer: detail", "Open", "Share", "Invoice", "Due", "Open (Invoice)"]
    assert rows[0] == heads
    # 30 customers, four invoices of two of them, the total.
    assert len(rows) == 1 + 30 + 4 + 1
    assert sum(Decimal(row[2]) for row in rows[1:-1] if row[2]) == Decimal(rows[-1][2])
    assert rows[-1][2] == str(Decimal("1234.56") * sum(range(30)))
    assert rows[1][2] == "", "what is unknown is empty, not a dash and not zero"
    assert rows[4][:4] == ["'+1", "late", "1234.56", "0.125"]


def test_invoices_follow_their_customer_and_double_no_sum(open_page):
    _, rows = saved(open_page(), "owed-table-1", ",")
    assert rows[2] == ["'=1+1", "", "", "", "F-A-1", "2026-03-01", "100.25"]
    assert rows[3] == ["'=1+1", "", "", "", "F-A-2", "2026-03-01", "0.50"]


def test_no_saved_text_is_a_formula_and_numbers_stay_numbers(open_page):
    _, rows = saved(open_page(), "owed-table-1", ",")
    names = {row[0] for row in rows}
    assert {"'=1+1", "'+1", "'-1", "'@SUM(A1)", '"quoted", <b>'} <= names
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t"))]


def test_a_french_table_is_saved_as_a_french_spreadsheet_reads_it(open_page):
    _, rows = saved(open_page("fr"), "owed-table-1", ";")
    assert rows[4][:4] == ["'+1", "late", "1234,56", "0,125"]
    assert rows[2][5:] == ["2026-03-01", "100,25"]


@pytest.mark.parametrize(("locale", "shown"), [("en", "1 Mar 2026"), ("fr", "1 mars 2026")])
def test_dates_are_read_in_words_and_saved_in_iso_form(open_page, locale, shown):
    page = open_page(locale)
    page.locator('nav a[href="#speed"]').click()
    assert page.locator("#speed-1-table-1 time").first.inner_text() == shown
    name, rows = saved(page, "speed-1-table-1", {"en": ",", "fr": ";"}[locale])
    assert name == "speed_invoices-of-s_2026-03-20.csv"
    assert [row[1] for row in rows[1:]] == ["2026-03-01", "2026-03-01"]


def test_a_search_shows_matching_rows_and_says_how_many(open_page):
    page = open_page()
    rows = page.locator("#owed-table-1 > tbody > tr")
    count = page.locator("#owed-table-1-tools output")
    assert rows.filter(visible=True).count() == 15
    assert count.inner_text() == "Rows shown: 15 of 30"
    page.get_by_label("Search").fill("creme brulee")
    assert rows.filter(visible=True).all_inner_texts()[0].startswith("Crème Brûlée")
    assert count.inner_text() == "Rows shown: 1 of 30"
    assert not page.locator("#owed-table-1 > tfoot").is_visible()
    page.get_by_label("Search").fill("F-B-2")
    assert count.inner_text() == "Rows shown: 1 of 30", "a customer is found by an invoice"
    _, saved_rows = saved(page, "owed-table-1", ",")
    assert len(saved_rows) == 36, "what a search hides is saved all the same"
    page.get_by_label("Search").fill("")
    page.get_by_role("button", name="Show all 30 rows").click()
    assert rows.filter(visible=True).count() == 30


def test_a_customer_opens_its_invoices_by_keyboard(open_page):
    page = open_page()
    button = page.locator("button.open-row").nth(1)
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    detail = page.locator(".detail-row")
    assert detail.locator("caption").inner_text() == "Invoices of B"
    exact = detail.locator("data").evaluate_all("all => all.map(one => one.value)")
    assert exact == ["2026-03-01", "100.25", "2026-03-01", "0.50"]
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "false"
    assert detail.count() == 0


def test_a_table_with_an_open_row_can_be_used_without_seeing_it(open_page):
    page = open_page()
    page.locator("button.open-row").first.click()
    assert accessibility_violations(page) == []


def test_a_column_is_ordered_by_its_exact_values_and_back(open_page):
    page = open_page()
    heading = page.locator("#owed-table-1 th").nth(1)
    first = page.locator("#owed-table-1 > tbody > tr:first-child")
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert first.inner_text().startswith("Customer 21")
    heading.get_by_role("button").click()
    assert first.inner_text().startswith("+1")
    unknown = page.locator("#owed-table-1 > tbody > tr:last-child")
    assert unknown.inner_text().strip().startswith("=1+1"), "unknown comes last in either direction"
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") is None
    assert first.inner_text().strip().startswith("=1+1")


def test_without_scripts_every_view_and_row_is_there(open_page):
    page = open_page(java_script_enabled=False)
    assert page.locator(".view").filter(visible=True).count() == 2
    assert page.locator("#owed-table-1 > tbody > tr").filter(visible=True).count() == 30
    assert page.locator("button.csv, input").filter(visible=True).count() == 0


@pytest.mark.parametrize(
    ("now", "english", "french"),
    [
        ("2026-03-20T23:30:00+01:00", "(today)", "(aujourd'hui)"),
        ("2026-03-21T00:30:00+01:00", "(yesterday)", "(hier)"),
        # Over the night in which clocks go forward.
        ("2026-03-30T00:10:00+02:00", "(10 days old)", "(il y a 10 jours)"),
        ("2026-03-19T12:00:00+01:00", "(later than", "(après la date"),
    ],
)
def test_the_page_says_how_old_its_figures_are(open_page, now, english, french):
    for locale, expected in (("en", english), ("fr", french)):
        page = open_page(locale, now=now, timezone_id="Europe/Paris")
        assert page.locator("#age").inner_text().startswith(expected)
        assert page.locator("#age-notice").is_visible() == ("10" in english)
        page.emulate_media(media="print")
        assert not page.locator("#age, #age-notice").filter(visible=True).count()


def test_what_opens_never_widens_the_table(open_page):
    page = open_page(viewport={"width": 420, "height": 800})
    width = "document.getElementById('owed-table-1').offsetWidth"
    before = page.evaluate(width)
    page.locator("button.open-row").first.click()
    page.add_style_tag(content=".detail-row .inner table { min-width: 90rem; }")
    assert page.evaluate(width) == before


def test_paper_says_how_many_rows_it_leaves_out_and_shows_no_focus(open_page):
    page = open_page()
    said = page.locator("#owed .rows-left")
    assert not said.is_visible()
    page.locator("#owed .scroll").first.focus()
    page.emulate_media(media="print")
    assert said.is_visible()
    assert said.text_content() == "Rows shown: 15 of 30"
    outline = "getComputedStyle(document.querySelector('#owed .scroll')).outlineStyle"
    assert page.evaluate(outline) == "none"
