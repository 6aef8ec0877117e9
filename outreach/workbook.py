"""Lists as an Excel workbook: typed cells, frozen heading, filters, cells to fill in.

Belongs here: how sheets are drawn. Does not belong here: which columns a list has (`at_risk`).
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from outreach.cells import Column, cell_value
from outreach.day import Locale, Row

_NUMBER_FORMATS = {"money": "#,##0.00", "share": "0%", "count": "0", "date": "yyyy-mm-dd"}
_BLANK_FORMATS = {"promised_date": "date", "next_contact_date": "date", "promised_amount": "money"}
# Excel shows a comment in a fixed box; larger for longer notes.
_NOTE_WIDTH, _NOTE_LINE = 320, 17
_PAGE_WIDTH = 240
_LINE_HEIGHT = 15

_ASKED = {
    "date": (
        ("A date such as 2026-03-31", "Une date, par exemple 31/03/2026"),
        ("This cell takes a date.", "Cette cellule attend une date."),
    ),
    "money": (
        ("An amount above zero", "Un montant supérieur à zéro"),
        ("This cell takes an amount above zero.", "Cette cellule attend un montant positif."),
    ),
    "answer": (
        ("yes or no", "oui ou non"),
        ("This cell takes yes or no.", "Cette cellule attend oui ou non."),
    ),
}


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows in order, and how many columns stay in sight when scrolling."""

    title: str
    rows: Sequence[Row]
    columns: Sequence[Column]
    frozen_columns: int


def workbook_bytes(sheets: Sequence[Sheet], as_of_date: dt.date, locale: Locale) -> bytes:
    """Render the sheets; the creation date is the business date, so equal rows give equal bytes."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    workbook.set_properties(
        {"title": "Encours", "created": dt.datetime.combine(as_of_date, dt.time())}
    )
    formats = _formats(workbook)
    for sheet in sheets:
        _fill(workbook.add_worksheet(sheet.title), sheet, formats, locale)
    workbook.close()
    return buffer.getvalue()


def _formats(workbook: Any) -> dict[str, Any]:
    top = {"valign": "top"}
    formats = {
        kind: workbook.add_format({**top, "num_format": number})
        for kind, number in _NUMBER_FORMATS.items()
    }
    formats["reasons"] = workbook.add_format({**top, "text_wrap": True})
    formats["plain"] = workbook.add_format(top)
    # A tint shows the team where to write.
    tint = {**top, "bg_color": "#FFF8E1", "border": 1, "border_color": "#E6DCC0"}
    formats["blank"] = workbook.add_format({**tint, "text_wrap": True})
    for kind in ("date", "money"):
        formats[f"blank_{kind}"] = workbook.add_format(
            {**tint, "num_format": _NUMBER_FORMATS[kind]}
        )
    heading = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    formats["heading"] = workbook.add_format({**heading, "bg_color": "#E3EAF2"})
    formats["number_heading"] = workbook.add_format(
        {**heading, "bg_color": "#E3EAF2", "align": "right"}
    )
    formats["blank_heading"] = workbook.add_format({**heading, "bg_color": "#FFE9A8"})
    return formats


def _fill(sheet: Any, content: Sheet, formats: dict[str, Any], locale: Locale) -> None:
    last = max(len(content.rows), 1)
    for position, column in enumerate(content.columns):
        heading = formats[_heading_format(column)]
        sheet.set_column(position, position, column.width)
        sheet.write_string(0, position, column.heading(locale), heading)
        if note := column.note(locale):
            lines = 2 + len(note) // 42 + note.count("\n")
            size = {"width": _NOTE_WIDTH, "height": lines * _NOTE_LINE}
            sheet.write_comment(0, position, note, {"author": "", **size})
        if column.kind == "blank":
            _ask(sheet, column, position, last, locale)
    for line, row in enumerate(content.rows, start=1):
        for position, column in enumerate(content.columns):
            _write_cell(sheet, line, position, cell_value(row, column, locale), formats, column)
        sheet.set_row(line, _height(row, content.columns, locale))
    sheet.set_row(0, 46)
    sheet.freeze_panes(1, content.frozen_columns)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    # A page takes about so many characters across before it is too small to read.
    width = sum(column.width for column in content.columns)
    sheet.fit_to_pages(max(round(width / _PAGE_WIDTH), 1), 0)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0, content.frozen_columns - 1)
    sheet.autofilter(0, 0, last, len(content.columns) - 1)


def _heading_format(column: Column) -> str:
    if column.kind == "blank":
        return "blank_heading"
    return "number_heading" if column.kind in _NUMBER_FORMATS else "heading"


def _height(row: Row, columns: Sequence[Column], locale: Locale) -> int:
    """Return the height of a row whose reasons wrap: not every program finds it by itself."""
    wrapped = [column for column in columns if column.kind == "reasons"]
    texts = [(str(cell_value(row, column, locale) or ""), column.width) for column in wrapped]
    return _LINE_HEIGHT * max([1, *(-(-len(text) // width) for text, width in texts)])


def _write_cell(
    sheet: Any, line: int, position: int, value: Any, formats: dict[str, Any], column: Column
) -> None:
    name: str = column.kind
    if name == "blank" and column.key in _BLANK_FORMATS:
        name = f"blank_{_BLANK_FORMATS[column.key]}"
    cell_format = formats.get(name, formats["plain"])
    if value is None:
        sheet.write_blank(line, position, None, cell_format)
    elif isinstance(value, dt.date):
        sheet.write_datetime(line, position, dt.datetime.combine(value, dt.time()), cell_format)
    elif isinstance(value, str):
        sheet.write_string(line, position, value, cell_format)
    else:
        sheet.write_number(line, position, value, cell_format)


def _ask(sheet: Any, column: Column, position: int, last: int, locale: Locale) -> None:
    """Let a cell of the team's take only what can be read back."""
    kind = "answer" if column.key == "is_disputed" else _BLANK_FORMATS.get(column.key)
    if kind is None:
        return
    rules: dict[str, dict[str, Any]] = {
        "date": {"validate": "date", "criteria": ">", "value": dt.date(2000, 1, 1)},
        "money": {"validate": "decimal", "criteria": ">", "value": 0},
        "answer": {
            "validate": "list",
            "source": ["yes", "no"] if locale == "en" else ["oui", "non"],
        },
    }
    asked, refused = (texts[0 if locale == "en" else 1] for texts in _ASKED[kind])
    title = column.heading(locale)[:32]
    shown = {"input_title": title, "input_message": asked, "error_title": title}
    sheet.data_validation(
        1, position, last, position, {**rules[kind], **shown, "error_message": refused}
    )
