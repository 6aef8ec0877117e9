"""Pages as one HTML file each: facts in, bytes out, the same bytes for the same facts.

Belongs here: putting sections into the template, writing the file whole. Does not belong here: what
the sections say (`sections`), how figures are written (`wording.py`).
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from dashboard.facts import SummaryFacts
from dashboard.parts import KeyFigure, Section
from dashboard.publication import open_publication
from dashboard.reading import summary_facts
from dashboard.sections import SECTIONS, key_figures
from dashboard.wording import Locale, Wording

TEMPLATES = Path(__file__).parent / "templates"


def write_cfo_summary(
    publication: Path, as_of_date: dt.date, company_name: str, locale: Locale, target: Path
) -> Path:
    """Write the CFO summary of a day as one self-contained HTML file, whole or not at all.

    The file needs no network and no server; it is the same, byte for byte, for the same publication
    and arguments.

    Args:
        publication: the published DuckDB file (schema `marts`), opened for reading only.
        as_of_date: the business date; the publication must hold it.
        company_name: whose figures these are.
        locale: language of the reader, "en" or "fr".
        target: the HTML file to write; its folder is created when missing.

    Returns:
        The target.

    Raises:
        PublicationError: the publication cannot be read or does not hold the date.
        ValueError: the locale is unknown.
        OSError: the target cannot be written.
    """
    with open_publication(publication) as connection:
        facts = summary_facts(connection, as_of_date)
    return write_page(render_cfo_summary(facts, company_name, locale), target)


def render_cfo_summary(facts: SummaryFacts, company_name: str, locale: Locale) -> str:
    """Return the HTML of the CFO summary.

    Raises:
        ValueError: the locale is unknown.
    """
    wording = Wording(locale, facts.reporting_currency)
    return render_page(
        company_name=company_name,
        title=wording.say("page.title"),
        as_of=wording.long_date(facts.as_of_date),
        footer=wording.say("page.footer", date=wording.long_date(facts.as_of_date)),
        wording=wording,
        figures=key_figures(facts, wording),
        sections=[section(facts, wording) for section in SECTIONS],
    )


def render_page(
    company_name: str,
    title: str,
    as_of: str,
    footer: str,
    wording: Wording,
    figures: Sequence[KeyFigure],
    sections: Sequence[Section],
) -> str:
    """Return the HTML of any page of sections: one look, one template."""
    return _template().render(
        locale=wording.locale,
        company_name=company_name,
        title=title,
        as_of=as_of,
        footer=footer,
        say=wording.say,
        reporting_currency=wording.reporting_currency,
        key_figures=figures,
        sections=sections,
        style=(TEMPLATES / "page.css").read_text(encoding="utf-8"),
        script=(TEMPLATES / "page.js").read_text(encoding="utf-8"),
        plotly=_plotly_script() if any(section.charts for section in sections) else "",
    )


def write_page(content: str, target: Path) -> Path:
    """Write a page whole or not at all; its folder is created when missing.

    Raises:
        OSError: the target cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_bytes(content.encode())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


@functools.cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def _plotly_script() -> str:
    # The library itself, about 4.8 MB: the page must open without a network.
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())
