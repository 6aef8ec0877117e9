"""Pages as one HTML file each: sections in, bytes out, the same bytes for the same sections.

Belongs here: putting sections into the template, writing the file whole. Does not belong here: what
the sections say (`views`, `backtest`), how figures are written (`wording.py`).
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from dashboard.parts import KeyFigure, Section
from dashboard.shell import TEMPLATES, detail_contents, shell
from dashboard.wording import Wording


def render_page(
    company_name: str,
    title: str,
    as_of: str,
    footer: str,
    wording: Wording,
    figures: Sequence[KeyFigure],
    sections: Sequence[Section],
    as_of_date: dt.date | None = None,
    tells_age: bool = False,
) -> str:
    """Return the HTML of any page of sections: one look, one template.

    Args:
        company_name: whose figures these are.
        title: the heading.
        as_of: the business date written out.
        footer: last words.
        wording: the reader's language.
        figures: the strip at the top.
        sections: what the page says, a view each.
        as_of_date: the business date, named in files saved from the page.
        tells_age: whether the browser says how old the figures are; needs `as_of_date`.
    """
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
        as_of_date=as_of_date,
        tells_age=tells_age,
        detail_contents=detail_contents,
        whole_number=wording.whole_number,
        shell=shell(wording.locale, any(section.all_charts for section in sections)),
    )


def write_page(content: str, target: Path) -> Path:
    """Write a page whole or not at all; its folder is created when missing.

    Raises:
        OSError: the target cannot be written.
    """
    return write_bytes(content.encode(), target)


def write_bytes(content: bytes, target: Path) -> Path:
    """Write a file whole or not at all; its folder is created when missing.

    Raises:
        OSError: the target cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_bytes(content)
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
