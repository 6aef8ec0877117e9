"""Fixtures of the tests of the dashboard."""

from collections.abc import Callable

import duckdb
import pytest
from handmade_publication import AS_OF, Rows, fill, handmade_rows

from dashboard import CockpitFacts, cockpit_facts
from dashboard.cockpit import render_cockpit
from dashboard.wording import Locale


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
