"""The cockpit in a browser: quiet, alone, readable by keyboard, on a phone and on paper."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pypdfium2
import pytest
from handmade_publication import AS_OF, empty_rows, handmade_rows, publish

from dashboard import write_cockpit
from tests.chromium_rig import Visit, accessibility_violations, visit
from tests.cockpit_figures import QUERIES, figures_of, not_shown

COMPANIES = {"company": handmade_rows, "empty": empty_rows}
# A phone, a small phone, and a laptop enlarged to 200 %.
WIDTHS = (390, 320, 640)
MARKS = ".lines path, .fills path, .points path, .heatmaplayer image"


@dataclass
class Tour:
    """A cockpit of which every view was opened by its link.

    Attributes:
        visit: The page, still open.
        database: Its publication.
        is_empty: Whether nothing was loaded.
        seen: For each view in order, the views that could be seen while it was open.
        undrawn: Charts without a mark.
    """

    visit: Visit
    database: Path
    is_empty: bool
    seen: dict[str, list[str]] = field(default_factory=dict)
    undrawn: list[str] = field(default_factory=list)


def take(tour: Tour) -> Tour:
    for view in tour.visit.views:
        tour.visit.go_to(view)
        tour.seen[view] = tour.visit.shown
        for chart in tour.visit.page.locator(f"#{view} .chart").all():
            if not chart.locator(MARKS).count():
                tour.undrawn.append(str(chart.get_attribute("id")))
    return tour


@pytest.fixture(
    scope="module",
    params=[(company, locale) for company in COMPANIES for locale in ("en", "fr")],
    ids="-".join,
)
def tour(request, browser, tmp_path_factory):
    company, locale = request.param
    folder = tmp_path_factory.mktemp(company)
    database = publish(folder / "publication.duckdb", COMPANIES[company]())
    file = write_cockpit(database, AS_OF, "Lumière", locale, folder / "cockpit.html")
    visited = visit(browser, file, viewport={"width": 1280, "height": 800})
    yield take(Tour(visited, database, company == "empty"))
    visited.page.context.close()


def test_one_view_shows_at_a_time(tour):
    assert len(tour.seen) >= 5
    assert tour.seen == {view: [view] for view in tour.seen}


def test_every_chart_of_a_shown_view_is_drawn(tour):
    assert tour.undrawn == []


def test_figures_on_screen_are_those_of_the_marts_to_the_cent(tour):
    with duckdb.connect(str(tour.database), read_only=True) as marts:
        figures = figures_of(marts, AS_OF)
    assert {view for view, _ in figures} == (set() if tour.is_empty else set(QUERIES))
    assert not_shown(tour.visit.page, figures) == []


def test_nothing_is_complained_of_and_no_request_leaves_the_machine(tour):
    assert tour.visit.complaints == []
    asked = {address.split("#")[0] for address in tour.visit.requests}
    assert {address for address in asked if not address.startswith(("data:", "blob:"))} == {
        tour.visit.address
    }


def overflowing(page):
    """Charts on the page that are higher than the room they have."""
    return page.locator(".chart:visible").evaluate_all(
        """all => all.filter(one => one.querySelector(".main-svg").getBoundingClientRect().height
            > one.getBoundingClientRect().height + 1).map(one => one.id)"""
    )


def test_a_view_is_reached_by_its_address_and_left_by_the_back_button(tour):
    page = tour.visit.page
    first, *_, last = tour.seen
    for view in (first, last):
        page.evaluate("hash => { location.hash = hash; }", view)
        tour.visit.wait_for(view)
    assert tour.visit.shown == [last]
    page.go_back()
    tour.visit.wait_for(first)
    assert tour.visit.shown == [first]
    assert page.locator("nav a[aria-current=page]").count() == 1


def test_a_view_is_reached_by_keyboard_and_focus_is_on_its_heading(tour):
    page = tour.visit.page
    page.evaluate("window.scrollTo(0, 0)")
    links = page.locator("nav a")
    for index in range(1, links.count()):
        links.nth(index - 1).focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        view = list(tour.seen)[index]
        tour.visit.wait_for(view)
        assert tour.visit.shown == [view]
        assert page.evaluate("document.activeElement.id") == f"{view}-heading"
        heading = page.locator(f"#{view}-heading").bounding_box()
        assert 50 < heading["y"] < 700, "the heading stands below the navigation, on the screen"


def test_no_view_is_wider_than_a_phone_or_an_enlarged_screen(tour):
    page = tour.visit.page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for view in tour.seen:
            tour.visit.go_to(view)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{view} is {wide} px wide at {width}"
            assert overflowing(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})


# Seconds a page, and the language changes no rule.
@pytest.mark.parametrize("tour", [("company", "en"), ("empty", "fr")], indirect=True, ids="-".join)
def test_every_view_can_be_used_without_seeing_it(tour):
    page = tour.visit.page
    # As for paper: every view shows, so that all are judged in one go.
    page.evaluate("document.documentElement.classList.add('on-paper')")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert accessibility_violations(page) == []
    page.evaluate("document.documentElement.classList.remove('on-paper')")


def test_paper_has_every_view_and_chart(tour, tmp_path):
    page = tour.visit.page
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = false; })")
    questions = [heading.text_content() for heading in page.locator("h2").all()]
    page.pdf(path=tmp_path / "paper.pdf", prefer_css_page_size=True)
    document = pypdfium2.PdfDocument(tmp_path / "paper.pdf")
    pages = [one.get_textpage().get_text_range() for one in document]
    document.close()
    plain = " ".join(" ".join(pages).split())
    assert not [question for question in questions if " ".join(question.split()) not in plain]
    page.emulate_media(media="print")
    assert tour.visit.shown == list(tour.seen)
    assert overflowing(page) == []
    widths = page.locator(".chart .main-svg:first-child").evaluate_all(
        "all => [...new Set(all.map(one => one.getBoundingClientRect().width))]"
    )
    assert len(widths) <= 1
    page.emulate_media(media="screen")
    page.locator(".view.is-shown").first.wait_for()
