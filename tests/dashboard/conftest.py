"""Fixtures of the tests of the dashboard."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from handmade_publication import AS_OF, Rows, fill, handmade_rows
from page_reading import Page

from dashboard import CockpitFacts, cockpit_facts
from dashboard.cockpit import render_cockpit
from dashboard.page import render_page
from dashboard.parts import Section
from dashboard.wording import Locale, Wording


@pytest.fixture
def rows() -> dict[str, Rows]:
    """The rows of the small publication; a test changes them before it publishes."""
    return handmade_rows()


@pytest.fixture
def facts_of() -> Callable[[dict[str, Rows]], CockpitFacts]:
    """Read the facts of the day from rows; in memory, which is ten times faster than a file."""

    def read(rows: dict[str, Rows]) -> CockpitFacts:
        with duckdb.connect(":memory:") as connection:
            fill(connection, rows)
            return cockpit_facts(connection, AS_OF)

    return read


@pytest.fixture
def page_of(
    facts_of: Callable[[dict[str, Rows]], CockpitFacts], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Render the page of the day, without the 4.8 MB of the charts library."""
    monkeypatch.setattr("dashboard.shell.plotly_script", lambda: "/* charts library */")

    def render(rows: dict[str, Rows], locale: Locale = "en", company: str = "Lumière") -> str:
        return render_cockpit(facts_of(rows), company, locale)

    return render


@pytest.fixture(scope="session")
def html_as_written() -> str:
    """The page of the rows as they are written, rendered once for the tests that only read it."""
    with duckdb.connect(":memory:") as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.shell.plotly_script", lambda: "/* charts library */")
        fill(connection, handmade_rows())
        return render_cockpit(cockpit_facts(connection, AS_OF), "Lumière", "en")


@pytest.fixture(scope="session")
def page_as_written(html_as_written: str) -> Page:
    """The same, read."""
    return Page(html_as_written)


@pytest.fixture
def view_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Callable[..., str]]:
    """Render one view of the day alone: a sixth of the page's time."""
    monkeypatch.setattr("dashboard.shell.plotly_script", lambda: "/* charts library */")

    def of(
        name: str, read: Callable[..., Any], section: Callable[..., Section]
    ) -> Callable[..., str]:
        def render(rows: dict[str, Rows], locale: Locale = "en") -> str:
            with duckdb.connect(":memory:") as connection:
                fill(connection, rows)
                facts = SimpleNamespace(as_of_date=AS_OF, **{name: read(connection, AS_OF)})
            wording = Wording(locale, "EUR")
            return render_page(
                company_name="Lumière",
                title=name,
                as_of=wording.long_date(AS_OF),
                footer="",
                wording=wording,
                figures=(),
                sections=[section(facts, wording)],
            )

        return render

    return of
