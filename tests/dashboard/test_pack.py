"""The pack says on paper what the marts hold: the same words and figures, the same bytes."""

import dataclasses

import duckdb
import pypdfium2
import pytest
from handmade_publication import AS_OF, SCHEMAS, fill, publish

from dashboard import PaperError, PublicationError, cockpit_facts, write_pack
from dashboard.pack import is_month_end, render_pack
from dashboard.paper_tables import SHOWN_ROWS, column_shares, density, shortened
from dashboard.parts import Cell, Column, Table
from dashboard.views.leaving.section import leaving_section
from dashboard.wording import Wording


@pytest.fixture(scope="module")
def small_words():
    return Wording("en", "EUR")


def text_of(path):
    """The text of each page, white space single."""
    with pypdfium2.PdfDocument(path) as document:
        pages = []
        for page in document:
            words = page.get_textpage().get_text_range()
            pages.append(" ".join(words.replace("\ufffe", "").split()))
        return pages


def bookmarks_of(path):
    with pypdfium2.PdfDocument(path) as document:
        return [(mark.level, mark.get_title()) for mark in document.get_toc()]


def table(rows, columns=3, **changes):
    heads = (Column("Customer", is_figure=False), *(Column("Open") for _ in range(columns - 1)))
    cells = tuple((Cell(f"C{n}"), *(Cell(f"€{n}") for _ in heads[1:])) for n in range(rows))
    return Table("Owing", heads, cells, **changes)


def test_the_pack_holds_the_figures_of_the_marts(rows, tmp_path):
    publication = publish(tmp_path / "publication.duckdb", rows)
    first = write_pack(publication, AS_OF, "Lumière & <Fils>", "en", tmp_path / "first.pdf")
    pages = text_of(first)
    text = " ".join(pages)
    assert "Lumière & <Fils>" in pages[0]
    assert "As of 20 March 2026" in pages[0]
    assert "Amounts in EUR" in pages[0]
    # Money, days, a share, a churn table, and the figures behind a chart.
    assert "€600 48.0% of €1,250" in pages[0]
    assert "52.3 days" in text
    assert "Recurring revenue is €1,250 a month from 3 customers" in text
    assert "Late, never contacted 50 90.0% 80.0% 110.0% €500 €10 1.5" in text
    assert "20 Mar 2026 105.0% 90.0% 85.0% 50.0% 25.0% 25.3% 1.15" in text
    assert text.count(f"{len(pages)} / {len(pages)}") == 1
    assert all("Lumière & <Fils>" in page for page in pages[1:])
    assert (0, "Pack of the day") in bookmarks_of(first)
    assert (1, "Who may leave, and what does late payment have to do with it?") in bookmarks_of(
        first
    )
    with pypdfium2.PdfDocument(first) as document:
        assert pypdfium2.raw.FPDFCatalog_IsTagged(document)
        facts = document.get_metadata_dict(skip_empty=True)
    assert facts["Title"] == "Lumière & <Fils> – Pack of the day – 20 March 2026"
    assert not {"CreationDate", "ModDate"} & set(facts)


def test_the_same_publication_gives_the_same_bytes(rows, tmp_path, monkeypatch):
    # One view has text, tables, lines, bars and grids; six would take six times as long.
    monkeypatch.setattr("dashboard.pack.VIEWS", (leaving_section,))
    publication = publish(tmp_path / "publication.duckdb", rows)
    packs = [
        write_pack(publication, AS_OF, "Lumière", "fr", tmp_path / f"{n}.pdf") for n in range(2)
    ]
    assert packs[0].read_bytes() == packs[1].read_bytes()


def test_the_day_that_ends_a_month_is_called_so(rows, monkeypatch):
    monkeypatch.setattr("dashboard.pack.VIEWS", ())
    with duckdb.connect(":memory:") as connection:
        fill(connection, rows)
        facts = cockpit_facts(connection, AS_OF)
    assert "Pack of the day" in render_pack(facts, "Lumière", "en")
    february = dataclasses.replace(facts, as_of_date=AS_OF.replace(month=2, day=28))
    assert "Dossier de fin de mois, févr. 2026" in render_pack(february, "Lumière", "fr")
    assert is_month_end(AS_OF.replace(year=2028, month=2, day=29))
    assert not is_month_end(AS_OF.replace(year=2028, month=2, day=28))


def test_an_empty_company_has_a_pack_that_says_what_is_missing(rows, tmp_path):
    empty = {name: [] for name in SCHEMAS}
    empty["fct_dso"] = [
        {"as_of_date": AS_OF, "reporting_currency": "EUR", "open_invoices_amount_reporting": "0"}
    ]
    publication = publish(tmp_path / "publication.duckdb", empty)
    text = " ".join(text_of(write_pack(publication, AS_OF, "Vide", "fr", tmp_path / "pack.pdf")))
    assert "Ce qui manque ici" in text
    assert "Aucun abonnement" in text


def test_without_the_drawing_library_nothing_is_written_and_the_remedy_is_said(
    rows, tmp_path, monkeypatch
):
    def absent():
        raise PaperError("it needs the Pango library; on Debian and Ubuntu: apt-get install …")

    monkeypatch.setattr("dashboard.pack.require_drawing", absent)
    with pytest.raises(PaperError, match="Pango"):
        write_pack(tmp_path / "none.duckdb", AS_OF, "Lumière", "en", tmp_path / "pack.pdf")
    assert not list(tmp_path.iterdir())


def test_a_day_that_is_not_published_has_no_pack(rows, tmp_path):
    publication = publish(tmp_path / "publication.duckdb", rows)
    with pytest.raises(PublicationError, match="no figures as of 2026-03-19"):
        write_pack(publication, AS_OF.replace(day=19), "Lumière", "en", tmp_path / "pack.pdf")


def test_paper_shows_the_first_rows_of_a_long_table_and_says_how_many_there_are(small_words):
    long = shortened(table(SHOWN_ROWS + 1, is_searchable=True, note="By size."), small_words)
    assert len(long.rows) == SHOWN_ROWS
    assert long.note == (
        "The first 25 of 26 rows; the cockpit of the same day holds them all. By size."
    )
    exact = table(SHOWN_ROWS, is_searchable=True)
    assert shortened(exact, small_words) == exact


def test_the_more_a_row_holds_the_smaller_it_is_printed_until_the_page_turns():
    sizes = [density(table(3, columns)) for columns in (3, 13, 16, 18, 30)]
    assert sizes == ["few", "few", "many", "dense", "wide"]
    shares = [float(share.rstrip("%")) for share in column_shares(table(3, 4))]
    assert sum(shares) == pytest.approx(100, abs=0.05)
    assert shares[0] > shares[1] == shares[2]
