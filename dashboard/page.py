"""Pages as one HTML file each: sections in, bytes out, the same bytes for the same sections.

Belongs here: putting sections into the template, writing the file whole. Does not belong here: what
the sections say (`views`, `backtest`), how figures are written (`wording.py`).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from dashboard.parts import KeyFigure, Section
from dashboard.wording import Wording

TEMPLATES = Path(__file__).parent / "templates"


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
        plotly=_plotly_script() if any(section.all_charts for section in sections) else "",
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
