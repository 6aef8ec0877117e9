"""The page says what the marts hold, in the reader's language, safely and reproducibly."""

import re

import pytest
from handmade_publication import AS_OF, empty_rows, evaluation, publish
from page_reading import Page

from dashboard import PublicationError, write_cockpit
from dashboard.cockpit import VIEWS

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "{{ 7 * 7 }} {open} {0.__class__}",
    "'; drop table marts.fct_dso; --",
    "\u202egpj.exe",
    "é" * 5000,
]
NBSP, THIN = "\u00a0", "\u202f"


def test_leaving_states_moves_and_revenue_at_risk(rows, page_of):
    leaving = Page(page_of(rows)).sections["leaving"]
    assert "Recurring revenue is €1,250 a month from 3 customers, €15,000 a year." in leaving
    # Won 250 + 100; lost 50 + 200 + 55, of which 255 by leaving.
    assert "Since 28 February 2026, €350 was won and €305 lost, €255 of it" in leaving
    assert "1 customer with an item 31 or more days past due" in leaving
    assert "€600 of it a month (48.0%)" in leaving
    assert "put €165 of monthly revenue at stake" in leaving


def test_absent_subscriptions_are_said_instead_of_zero_revenue(rows, page_of):
    rows["fct_entity_records"] = [
        row for row in rows["fct_entity_records"] if row["entity"] != "subscription_versions"
    ]
    page = Page(page_of(rows))
    assert "No subscriptions were found in the sources" in page.sections["leaving"]
    assert "€0" not in page.sections["leaving"]
    assert "no subscriptions in the sources" in page.text


def test_a_churn_model_no_better_than_chance_is_said(rows, page_of):
    assert "no better than chance" not in Page(page_of(rows)).text
    rows["fct_model_evaluations"][-1] = evaluation("churn", "roc_auc", 0.45, 0.5)
    assert "no better than chance" in Page(page_of(rows)).sections["leaving"]


def test_french_page_writes_words_numbers_and_dates_in_french(rows, page_of):
    page = Page(page_of(rows, "fr"))
    assert page.tags[0][0] == "html"
    assert page.tags[0][1]["lang"] == "fr"
    assert "Balance âgée" in page.tables
    assert page.tables["Balance âgée"][-1][1] == "2 000 €"
    assert (
        "le DSO sur trois mois est de 52,3 jours au 20 mars 2026, soit 1,8 jour de moins"
        in page.text
    )
    assert "Situation au 20 mars 2026" in page.text
    assert "1 client avec une échéance dépassée" in page.text
    assert "Retenir : litige ouvert" in page.text


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_no_gap_of_a_sentence_stays_open(rows, page_of, locale):
    assert not re.search(r"\{\w+\}", Page(page_of(rows, locale)).text)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(rows, page_of, name):
    harmless = Page(page_of(rows)).tags
    for customer in rows["fct_customer_360"]:
        customer["customer_name"] = name
    html = page_of(rows, company=name)
    page = Page(html)
    assert page.tags == harmless
    assert page.tables["Largest exposures"][1][0] == " ".join(name.split())


def test_the_page_asks_nothing_of_a_network(rows, page_of):
    page = Page(page_of(rows))
    addresses = [
        str(value)
        for _, attributes in page.tags
        for name, value in attributes.items()
        if name in ("src", "href", "action", "srcset", "poster")
    ]
    assert addresses
    assert all(address.startswith("#") for address in addresses)
    policy = next(
        attributes["content"]
        for tag, attributes in page.tags
        if tag == "meta" and "http-equiv" in attributes
    )
    assert "default-src 'none'" in str(policy)


def test_the_page_can_be_read_without_seeing_it(rows, page_of):
    page = Page(page_of(rows))
    names = [tag for tag, _ in page.tags]
    assert names.count("h1") == 1
    assert names.count("h2") == len(VIEWS)
    headings = [attributes for tag, attributes in page.tags if tag == "th"]
    assert all(attributes.get("scope") in ("row", "col") for attributes in headings)
    charts = [a for tag, a in page.tags if a.get("role") == "img"]
    assert len(charts) >= 4
    assert all(chart["aria-label"] for chart in charts)
    assert names.count("caption") == names.count("table")


def test_element_ids_are_unique_and_links_lead_somewhere(rows, page_of):
    page = Page(page_of(rows))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {str(attributes["href"])[1:] for tag, attributes in page.tags if tag == "a"}
    assert links <= set(ids)


def test_an_empty_company_gets_a_page_that_says_so(page_of):
    page = Page(page_of(empty_rows()))
    assert "nobody owes anything" in page.sections["owed"]
    assert "DSO is not defined" in page.sections["speed"]
    assert "lists no load" in page.sections["trust"]


def test_same_publication_gives_the_same_bytes(rows, tmp_path):
    path = publish(tmp_path / "marts.duckdb", rows)
    pages = [
        write_cockpit(path, AS_OF, "Lumière", "fr", tmp_path / name / "cfo.html").read_bytes()
        for name in ("first", "second")
    ]
    assert pages[0] == pages[1]


def test_the_page_is_written_whole_with_its_charts_library(rows, tmp_path):
    path = publish(tmp_path / "marts.duckdb", rows)
    target = write_cockpit(path, AS_OF, "Lumière", "en", tmp_path / "out" / "cfo.html")
    assert [file.name for file in target.parent.iterdir()] == ["cfo.html"]
    html = target.read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert html.rstrip().endswith("</html>")
    assert "Plotly.react" in html
    assert len(html) > 1_500_000


def test_a_failure_leaves_the_page_of_before(rows, tmp_path):
    target = tmp_path / "cfo.html"
    target.write_text("before", encoding="utf-8")
    with pytest.raises(PublicationError):
        write_cockpit(tmp_path / "absent.duckdb", AS_OF, "Lumière", "en", target)
    assert target.read_text(encoding="utf-8") == "before"


def test_an_unknown_locale_is_refused(rows, tmp_path):
    path = publish(tmp_path / "marts.duckdb", rows)
    with pytest.raises(ValueError, match="Unknown locale 'de'"):
        write_cockpit(path, AS_OF, "Lumière", "de", tmp_path / "cfo.html")
    assert not (tmp_path / "cfo.html").exists()
