"""The month-end pack: the cockpit of a day as one PDF, to be mailed, printed and filed.

Belongs here: what the pack shows of the cockpit's sections, and in which order. Does not belong
here: what they say (`views`), how charts and tables stand on paper (`paper_charts.py`,
`paper_tables.py`), the PDF library (`paper.py`).
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
from collections.abc import Iterator, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from dashboard.cockpit import VIEWS, cockpit_facts
from dashboard.facts import CockpitFacts
from dashboard.page import write_bytes
from dashboard.paper import FONTS, pdf_of, require_drawing, svg_address
from dashboard.paper_charts import PAPER_WIDTH_MM, chart_svg
from dashboard.paper_tables import column_shares, density, shortened
from dashboard.parts import Block, Chart, Section, Table
from dashboard.publication import open_publication
from dashboard.views.key_figures import key_figures
from dashboard.wording import Locale, Wording

TEMPLATES = Path(__file__).parent / "templates"


def write_pack(
    publication: Path, as_of_date: dt.date, company_name: str, locale: Locale, target: Path
) -> Path:
    """Write the pack of a day as PDF, whole or not at all.

    It is the same, byte for byte, for the same publication, arguments, fonts and library versions.

    Args:
        publication: the published DuckDB file (schema `marts`), opened for reading only.
        as_of_date: the business date; the publication must hold it.
        company_name: whose figures these are.
        locale: language of the reader, "en" or "fr".
        target: the PDF file to write; its folder is created when missing.

    Returns:
        The target.

    Raises:
        PaperError: this machine cannot make a PDF.
        PublicationError: the publication cannot be read or does not hold the date.
        ValueError: the locale is unknown.
        OSError: the target cannot be written.
    """
    # Asked first: reading and drawing for nothing takes seconds.
    require_drawing()
    with open_publication(publication) as connection:
        facts = cockpit_facts(connection, as_of_date)
    return write_bytes(pdf_of(render_pack(facts, company_name, locale)), target)


def render_pack(facts: CockpitFacts, company_name: str, locale: Locale) -> str:
    """Return the page that becomes the pack.

    Raises:
        ValueError: the locale is unknown.
    """
    wording = Wording(locale, facts.reporting_currency)
    sections = [section(facts, wording) for section in VIEWS]
    return _template().render(
        locale=locale,
        company_name=company_name,
        title=_title(facts.as_of_date, wording),
        as_of=wording.long_date(facts.as_of_date),
        reporting_currency=facts.reporting_currency,
        say=wording.say,
        key_figures=key_figures(facts, wording),
        sections=sections,
        appendix=[(section, _folded(section)) for section in sections],
        footer=wording.say("page.footer", date=wording.long_date(facts.as_of_date)),
        chart_rows=_chart_rows,
        drawing=_drawing,
        density=density,
        column_shares=column_shares,
        shortened=functools.partial(shortened, wording=wording),
        fonts=FONTS,
        style=(TEMPLATES / "pack.css").read_text(encoding="utf-8"),
    )


def is_month_end(as_of_date: dt.date) -> bool:
    """Whether a day is the last of its month."""
    return as_of_date.day == calendar.monthrange(as_of_date.year, as_of_date.month)[1]


def _title(as_of_date: dt.date, wording: Wording) -> str:
    if is_month_end(as_of_date):
        return wording.say("pack.month_end", month=wording.month(as_of_date))
    return wording.say("pack.title")


def _folded(section: Section) -> list[Table]:
    """The figures behind a section's charts; those of a grid stand in the chart itself."""
    folded = [table for part in _parts(section) for table in part.tables if table.is_folded]
    return [table for table in folded if density(table) != "wide"]


def _parts(section: Section) -> Iterator[Section | Block]:
    yield section
    yield from section.blocks


def _chart_rows(charts: Sequence[Chart]) -> list[tuple[Chart, ...]]:
    """Two grids side by side, as on a screen; every other chart has the page's width."""
    if len(charts) == 2 and all(_is_grid(chart) for chart in charts):
        return [tuple(charts)]
    return [(chart,) for chart in charts]


def _is_grid(chart: Chart) -> bool:
    return any(trace.get("type") == "heatmap" for trace in chart.figure["data"])


def _drawing(chart: Chart, side_by_side: int) -> str:
    return svg_address(chart_svg(chart.figure, PAPER_WIDTH_MM / side_by_side))


@functools.cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("pack.html.j2")
