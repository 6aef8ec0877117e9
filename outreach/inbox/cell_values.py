"""What the team types into a cell: a date, yes or no, an amount; in the declared locale, never guessed.

Belongs here: the forms of single values. Does not belong here: reading files (`sheets`),
what a column means (`annotated`).
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from outreach.day import Locale
from outreach.safe_text import FORMULA_OPENINGS, one_line

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
# Both languages write the day first: English dates are British, as in every file written here.
_DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})")
_YES = frozenset({"yes", "y", "oui", "o", "true", "vrai", "1", "x"})
_NO = frozenset({"no", "n", "non", "false", "faux", "0"})
_AMOUNTS: dict[Locale, re.Pattern[str]] = {
    "en": re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?", re.ASCII),
    # No-break and narrow spaces part thousands.
    "fr": re.compile(r"(\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:,(\d{1,2}))?", re.ASCII),
}
_LONGEST_NUMBER = 20


class FormulaCell:
    """A cell that holds a formula: its result is not what somebody typed."""


class ErrorCell:
    """A cell that shows an error of the spreadsheet program, such as #N/A."""


class CellError(ValueError):
    """A cell that cannot be read; `code` says why, in the words of `words`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def cell_text(value: Any) -> str:
    """Return a cell as text on one line, as a person sees it; empty for an empty cell.

    Raises:
        CellError: It holds a formula or an error.
    """
    if value is None:
        return ""
    if isinstance(value, FormulaCell):
        raise CellError("formula")
    if isinstance(value, ErrorCell):
        raise CellError("cell_error")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{_exact(value):f}" if value == value and abs(value) != float("inf") else "NaN"
    if isinstance(value, dt.datetime) and value.time() == dt.time(0):
        return value.date().isoformat()
    text = one_line(str(value))
    # The quote that keeps a spreadsheet program from running a text is no part of it.
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_OPENINGS) else text


def date_of(value: Any) -> dt.date:
    """Return the day of a typed cell, an ISO date, or day/month/year (of 20yy where short).

    Raises:
        CellError: It is none of these, or no day of the calendar.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, (int, float)):
        raise CellError("date_is_number")
    text = cell_text(value)
    iso, day_first = _ISO.fullmatch(text), _DAY_FIRST.fullmatch(text)
    try:
        if iso:
            return dt.date(int(iso[1]), int(iso[2]), int(iso[3]))
        if day_first:
            year = int(day_first[4]) + (2000 if len(day_first[4]) == 2 else 0)
            return dt.date(year, int(day_first[3]), int(day_first[1]))
    except ValueError:
        raise CellError("no_such_day") from None
    raise CellError("date_is_number" if text.isdecimal() else "not_a_date")


def yes_of(value: Any) -> bool:
    """Return whether a cell says yes, in either language or as a tick.

    Raises:
        CellError: It says neither yes nor no.
    """
    text = cell_text(value).casefold()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise CellError("not_yes_or_no")


def amount_of(value: Any, locale: Locale) -> Decimal:
    """Return the positive amount of a typed cell, or of text in the locale's form.

    Raises:
        CellError: It is no amount, not positive, or finer than a cent.
    """
    if isinstance(value, (bool, dt.date, dt.time)):
        raise CellError("not_an_amount")
    if isinstance(value, (int, float)):
        amount = _exact(value)
    else:
        text = cell_text(value)
        found = _AMOUNTS[locale].fullmatch(text)
        if not found or len(text) > _LONGEST_NUMBER:
            raise CellError("not_an_amount")
        whole = re.sub(r"\D", "", found[1])
        amount = Decimal(f"{whole}.{found[2] or '0'}")
    if not amount.is_finite() or not 0 < amount < Decimal("1e15"):
        raise CellError("not_an_amount")
    if amount != amount.quantize(Decimal("0.01")):
        raise CellError("not_an_amount")
    return amount.quantize(Decimal("0.01"))


def _exact(value: int | float) -> Decimal:
    """The 15 digits that spreadsheet programs show: beyond them is binary noise, not cents."""
    return Decimal(value) if isinstance(value, int) else Decimal(format(value, ".15g"))
