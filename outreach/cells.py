"""Columns of a list, their typed cells, and lists as CSV files.

Belongs here: what a column is, safe cell values, the CSV form of a country. Does not belong here:
which columns a list has (`at_risk`, `indexes`), workbooks (`workbook`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from outreach import words
from outreach.day import Locale, Row
from outreach.safe_text import one_line, spreadsheet_text

Kind = Literal["text", "code", "money", "share", "count", "date", "reasons", "answer", "blank"]


@dataclass(frozen=True)
class Column:
    """One column of a list: where its value comes from, what it is, how it is headed.

    `note_en` and `note_fr` are said beside the heading of a workbook.
    """

    key: str
    kind: Kind
    heading_en: str
    heading_fr: str
    width: int
    note_en: str = ""
    note_fr: str = ""

    def heading(self, locale: Locale) -> str:
        """Return the heading in the language of the list."""
        return self.heading_en if locale == "en" else self.heading_fr

    def note(self, locale: Locale) -> str:
        """Return the note in the language of the list; empty where there is none."""
        return self.note_en if locale == "en" else self.note_fr


@dataclass(frozen=True)
class CsvForm:
    """How a spreadsheet program of one country expects a CSV file."""

    separator: str
    decimal_mark: str
    encoding: str


CSV_FORMS: dict[Locale, CsvForm] = {
    "en": CsvForm(",", ".", "utf-8"),
    # A French Excel splits at semicolons and needs the mark to see UTF-8.
    "fr": CsvForm(";", ",", "utf-8-sig"),
}

_CENT = Decimal("0.01")


def cell_value(row: Row, column: Column, locale: Locale) -> Any:
    """Return the typed value of a cell: text made safe, Decimal, int, float, date or None."""
    if column.kind == "blank":
        return None
    if column.kind == "reasons":
        return spreadsheet_text(one_line(words.chosen(row, "reasons", locale)))
    value = row[column.key]
    if value is None:
        return None
    if column.kind == "code":
        return words.word(column.key.removeprefix("oldest_"), value, locale)
    if column.kind == "answer":
        return words.word("answer", str(bool(value)).lower(), locale)
    if column.kind == "text":
        return spreadsheet_text(_text(value))
    if column.kind == "money":
        return Decimal(value).quantize(_CENT, ROUND_HALF_UP)
    return value


def csv_bytes(
    rows: Sequence[Row], columns: Sequence[Column], locale: Locale, form: CsvForm | None = None
) -> bytes:
    """Render rows as a CSV file of the locale's form.

    Args:
        rows: one mapping a line, in the order of the file.
        columns: the columns in order.
        locale: language of headings and codes.
        form: separator, decimal mark and encoding; the locale's own when not given.
    """
    form = form or CSV_FORMS[locale]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=form.separator, lineterminator="\r\n")
    writer.writerow([column.heading(locale) for column in columns])
    for row in rows:
        cells = [cell_value(row, column, locale) for column in columns]
        writer.writerow([_csv_cell(cell, form.decimal_mark) for cell in cells])
    return text.getvalue().encode(form.encoding)


def _csv_cell(value: Any, decimal_mark: str) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", decimal_mark)
    if isinstance(value, float):
        return f"{value:.4f}".replace(".", decimal_mark)
    return str(value)


def _text(value: object) -> str:
    """Return text on one line, but keep an opening control character for the leading quote."""
    text = str(value)
    return f"'{one_line(text)}" if text.startswith(("\t", "\r", "\n")) else one_line(text)
