"""PDF from HTML: the same bytes for the same page, whatever the hour.

Belongs here: the drawing library, what the machine must have for it. Does not belong here: what is
on the page (`pack.py`, `templates`).

The bytes repeat because nothing in them is drawn from a clock or at random: there is no date of
creation and no identifier, and fonts are subset without time stamps. They depend on the fonts and
library versions of the machine; the text does not.
"""

from __future__ import annotations

import base64
import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Metric-compatible with Arial, in every distribution; the generic family stands in elsewhere.
FONTS = '"Liberation Sans", Arial, Helvetica, "DejaVu Sans", sans-serif'
SYSTEM_PACKAGES = (
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libharfbuzz-subset0",
    "fonts-liberation",
)
_REMEDY = f"on Debian and Ubuntu: apt-get install {' '.join(SYSTEM_PACKAGES)}"


class PaperError(Exception):
    """This machine cannot make a PDF: one line with what is missing and the remedy."""


def pdf_of(html: str) -> bytes:
    """Return a page of HTML as PDF: tagged for screen readers (PDF/UA-1), with bookmarks.

    Args:
        html: all it shows is in it; nothing is read from disk or network.

    Raises:
        PaperError: Pango or every font is missing.
    """
    weasyprint = require_drawing()
    only_within = weasyprint.urls.URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    with _uncollected():
        document = weasyprint.HTML(string=html, url_fetcher=only_within)
        content: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return content


def require_drawing() -> Any:
    """Return WeasyPrint, which loads Pango and looks for fonts as it is imported.

    Raises:
        PaperError: Pango or every font is missing. Drawing without a font ends the whole process,
            so that this is found out before.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            import weasyprint
    except OSError as error:
        raise PaperError(f"it needs the Pango library ({error}); {_REMEDY}") from error
    except UserWarning as warning:
        raise PaperError(f"it needs a font ({warning}); {_REMEDY}") from warning
    return weasyprint


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no unreachable objects meanwhile.

    A page is millions of small objects that all live to its end: searching them again and again took
    a third of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def svg_address(svg: bytes) -> str:
    """Return a drawing as an address that holds it."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
