"""XLSX as rows of text: typed cells written in the declared form, so that typing again is exact.

Belongs here: sheets, header rows, typed cells, and what a workbook may not be. Does not belong
here: total rows, merged cells filled down, trimming (`text_rows`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

import duckdb

from connectors.errors import SourceError
from connectors.files.declaration import FileForm
from connectors.files.text_rows import check_headings, fill_rows, make_clean_view

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

# Excel's own limit is 1,048,576 rows; a sheet of that size unpacks to some hundred megabytes.
LARGEST_UNPACKED_BYTES = 1 << 30
# Sheets of numbers pack to a tenth or a twentieth; a bomb to a thousandth.
_LARGEST_RATIO = 200
_SMALLEST_SUSPECT_BYTES = 50 << 20
_CELLS_ERRORS = BadZipFile, KeyError, ValueError, EOFError, OSError


def xlsx_headings(path: Path, form: FileForm) -> list[str]:
    """The headings of the declared sheet.

    Raises:
        SourceError: No workbook, an unreasonable one, no such sheet, or no headings.
    """
    with _sheet_rows(path, form) as rows:
        return _headings(path, form, rows)


def read_xlsx(
    connection: duckdb.DuckDBPyConnection, path: Path, form: FileForm, table: str
) -> list[str]:
    """Read a sheet into `<table>`; its headings.

    Raises:
        SourceError: As `xlsx_headings`; or the sheet cannot be read to its end.
    """
    with _sheet_rows(path, form) as rows:
        headings = _headings(path, form, rows)
        fill_rows(connection, table, headings, _texts(rows, len(headings), form))
    make_clean_view(connection, table, path, form, headings)
    return headings


def open_workbook(path: Path) -> Workbook:
    """Open a workbook for reading, after its size and its XML have been looked at.

    Raises:
        SourceError: It is no workbook, encrypted, or would unpack to more than is reasonable.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _require_reasonable(path)
        return load_workbook(path, read_only=True, data_only=True)
    except PermissionError:
        raise
    except (*_CELLS_ERRORS, InvalidFileException, SyntaxError):
        raise SourceError(
            f"File {path} is not an XLSX workbook, or has a password.", "Save it again as .xlsx."
        ) from None


def visible_sheets(workbook: Workbook) -> list[str]:
    """Names of the sheets a person sees, in their order."""
    return [sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible"]


def cell_text(value: object, form: FileForm) -> str | None:
    """A typed cell as text in the declared form; None where it is empty.

    Numbers get the 15 significant digits Excel itself shows: what a formula adds beyond them is
    binary noise (0.1 + 0.2), not cents.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        is_day = value.time() == time(0)
        return value.strftime(form.date_format) if is_day else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.strftime(form.date_format)
    if isinstance(value, float):
        return f"{Decimal(format(value, '.15g')):f}".replace(".", form.decimal)
    return str(value)


def _require_reasonable(path: Path) -> None:
    with ZipFile(path) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        packed = max(sum(part.compress_size for part in parts), 1)
        is_bomb = unpacked > _SMALLEST_SUSPECT_BYTES and unpacked / packed > _LARGEST_RATIO
        if unpacked > LARGEST_UNPACKED_BYTES or is_bomb:
            raise SourceError(
                f"File {path} would unpack to {unpacked:,} bytes.", "Export it as CSV or Parquet."
            )
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                with archive.open(part) as stream:
                    # Spreadsheets declare no entities; the UTF-16 zeros are taken out.
                    if b"<!DOCTYPE" in stream.read(4096).replace(b"\0", b"").upper():
                        raise SourceError(
                            f"File {path} declares XML entities.", "Save it again as .xlsx."
                        )


@contextmanager
def _sheet_rows(path: Path, form: FileForm) -> Iterator[Iterator[tuple[int, tuple[Any, ...]]]]:
    workbook = open_workbook(path)
    try:
        names = workbook.sheetnames
        if form.sheet and form.sheet not in names:
            raise SourceError(
                f"File {path} has no sheet '{form.sheet}'.", f"It has: {', '.join(names)}."
            )
        sheet = workbook[form.sheet or (visible_sheets(workbook) or names)[0]]
        # A stated size may be wrong, in exports of other programs; the cells are not.
        sheet.reset_dimensions()
        yield enumerate(sheet.iter_rows(values_only=True), 1)
    except (*_CELLS_ERRORS, SyntaxError) as error:
        raise SourceError(
            f"Sheet '{form.sheet or ''}' of {path} cannot be read: {error}.",
            "Save it again as .xlsx.",
        ) from None
    finally:
        workbook.close()


def _headings(path: Path, form: FileForm, rows: Iterator[tuple[int, tuple[Any, ...]]]) -> list[str]:
    for number, row in rows:
        if number == form.header_row:
            headings = [(cell_text(cell, form) or "").strip() for cell in row]
            while headings and not headings[-1]:
                headings.pop()
            check_headings(path, headings, number)
            return headings
    check_headings(path, [], form.header_row)
    return []


def _texts(
    rows: Iterator[tuple[int, tuple[Any, ...]]], width: int, form: FileForm
) -> Iterator[tuple[int, list[str | None]]]:
    for number, row in rows:
        cells = [cell_text(cell, form) for cell in row[:width]]
        if any(cells):
            yield number, [*cells, *[None] * (width - len(cells))]
