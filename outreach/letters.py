"""Letters as PDF: the same bytes for the same day, whatever the hour.

Belongs here: from a message's context to a PDF, and what the machine must have for it. Does not
belong here: wording and layout (templates), which letter needs approval (policy).

The bytes repeat because nothing in them is drawn from a clock or at random: dates are the business
date, there is no PDF identifier, and fonts are subset without time stamps. They depend on the fonts
and the library versions of the machine; the text does not.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from outreach.context import message_context, render
from outreach.day import DayRows, Row

# Metric-compatible with Arial, in every distribution; the generic family stands in elsewhere.
FONTS = '"Liberation Sans", Arial, Helvetica, "DejaVu Sans", sans-serif'
SYSTEM_PACKAGES = (
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libharfbuzz-subset0",
    "fonts-liberation",
)
_REMEDY = f"on Debian and Ubuntu: apt-get install {' '.join(SYSTEM_PACKAGES)}"


class LetterError(Exception):
    """This machine cannot make a PDF: one line with what is missing and the remedy."""


def is_formal_notice(row: Row) -> bool:
    """Whether a batch row is a formal notice: a letter in the last tone, which a person approves."""
    return bool(row["channel"] == "letter" and row["tone"] == "final")


def needs_approval(row: Row) -> bool:
    """Whether a person must approve the message; a formal notice always, whatever the policy."""
    return bool(row["needs_approval"] or is_formal_notice(row))


def letter_pdf(rows: DayRows, row: Row, lines: Sequence[Row], is_draft: bool) -> bytes:
    """Render a letter as PDF, A4.

    Args:
        rows: the day.
        row: a row of `fct_reminder_batch` with channel `letter`.
        lines: its rows of `fct_reminder_batch_invoices`.
        is_draft: label every page as a draft, as until it is approved.

    Raises:
        LetterError: Pango or every font is missing.
    """
    return _pdf(letter_html(rows, row, lines, is_draft))


def letter_html(rows: DayRows, row: Row, lines: Sequence[Row], is_draft: bool) -> str:
    """Render a letter as the page that becomes its PDF."""
    context: dict[str, Any] = {
        **message_context(rows, row, lines),
        "fonts": FONTS,
        "is_draft": is_draft,
        "is_notice": is_formal_notice(row),
    }
    return render("shared/letter.html.j2", context)


# The day's folder and the outbox ask for the same letters.
@lru_cache(maxsize=512)
def _pdf(html: str) -> bytes:
    weasyprint = _drawing_library()
    # A letter holds all it shows; nothing is read from disk or network.
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=(), fail_on_errors=True)
    document = weasyprint.HTML(string=html, url_fetcher=nothing)
    content: bytes = document.write_pdf()
    return content


def _drawing_library() -> Any:
    """Return WeasyPrint, which loads Pango and looks for fonts as it is imported.

    Raises:
        LetterError: Pango or every font is missing. Drawing without a font ends the whole process,
            so that this is found out before.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            import weasyprint
    except OSError as error:
        raise LetterError(f"letters need the Pango library ({error}); {_REMEDY}") from error
    except UserWarning as warning:
        raise LetterError(f"letters need a font ({warning}); {_REMEDY}") from warning
    return weasyprint
