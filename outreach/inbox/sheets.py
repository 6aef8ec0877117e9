"""A spreadsheet that comes back, as rows of cells: workbook or delimited text, within limits.

Belongs here: file forms, encodings, separators, what a file may not be. Does not belong here: what
a column means (`annotated`), values (`cell_values`).

Every file is hostile until read: sizes are looked at before anything is unpacked, entities are
refused before any XML is parsed, formulas are never computed.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import ZipFile

from outreach.inbox.cell_values import CellError, ErrorCell, FormulaCell, cell_text
from outreach.inbox.words import RefusedFileError

LARGEST_FILE_BYTES = 16 << 20
LARGEST_UNPACKED_BYTES = 128 << 20
# Sheets of numbers pack to a tenth or a twentieth; a bomb to a thousandth.
LARGEST_RATIO = 200
_SMALLEST_SUSPECT_BYTES = 4 << 20
_MOST_PARTS = 2000
MOST_LINES = 50_000
MOST_COLUMNS = 120
# A title or two may have been typed above the headings.
_HEADING_LINES = 10
_SEPARATORS = (";", ",", "\t")
_FOREIGN_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-?8|utf-16)", re.IGNORECASE)

Cells = tuple[Any, ...]


@dataclass(frozen=True)
class Sheet:
    """The rows below the headings: the line in the file, and the cells."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, Cells], ...]


IsHeading = Callable[[Sequence[str]], bool]


def read_workbook(content: bytes, is_heading: IsHeading) -> Sheet:
    """Read the one sheet of a workbook that has the headings.

    Args:
        content: The file.
        is_heading: Whether a row of texts is the row of headings.

    Raises:
        RefusedFileError: No workbook, an unreasonable one, or not exactly one sheet with the headings.
    """
    from openpyxl import load_workbook

    _require_reasonable(content)
    found: list[tuple[str, Sheet]] = []
    with warnings.catch_warnings():
        # About drawings and styles that are not read anyway.
        warnings.simplefilter("ignore")
        try:
            workbook = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            for worksheet in workbook.worksheets:
                worksheet.reset_dimensions()
                rows = worksheet.iter_rows(max_col=MOST_COLUMNS)
                sheet = _below_headings(enumerate(map(_typed_cells, rows), 1), is_heading)
                if sheet:
                    found.append((worksheet.title, sheet))
            workbook.close()
        except RefusedFileError:
            raise
        except Exception:
            # The library raises two dozen types over a damaged workbook.
            raise RefusedFileError("not_a_workbook") from None
    if len(found) > 1:
        raise RefusedFileError("two_sheets", sheets=", ".join(title for title, _ in found))
    if not found:
        raise RefusedFileError("no_headings")
    return found[0][1]


def read_delimited(content: bytes, is_heading: IsHeading) -> Sheet:
    """Read delimited text; the separator is the one under which the headings appear.

    Args:
        content: The file: UTF-8 or UTF-16 with its mark, UTF-8 without, else Windows-1252, which
            is what a French Excel writes as plain CSV.
        is_heading: Whether a row of texts is the row of headings.

    Raises:
        RefusedFileError: It is no text, breaks off inside a quote, or has no headings.
    """
    text = _decoded(content)
    # Some programs name the separator on a line of its own.
    named = re.match(r"sep=[^\r\n]\r?\n", text, re.IGNORECASE)
    start = 1 if named else 0
    text = text[named.end() :] if named else text
    for separator in _SEPARATORS:
        head = _csv_rows(text, separator, start, is_whole=False)
        if any(is_heading(_texts(cells)) for _, cells in head):
            sheet = _below_headings(_csv_rows(text, separator, start), is_heading)
            if sheet:
                return sheet
    raise RefusedFileError("no_headings")


def _require_reasonable(content: bytes) -> None:
    """Refuse an archive that unpacks to too much, and XML that declares entities."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            is_bomb = (
                unpacked > _SMALLEST_SUSPECT_BYTES
                and unpacked > LARGEST_RATIO * max(len(content), 1)
            )  # fmt: skip
            if unpacked > LARGEST_UNPACKED_BYTES or is_bomb or len(parts) > _MOST_PARTS:
                raise RefusedFileError("too_large_unpacked")
            for part in parts:
                with archive.open(part) as stream:
                    _require_plain_xml(stream)
    except RefusedFileError:
        raise
    except Exception:
        # Damaged, encrypted, or packed in a way nobody packs workbooks.
        raise RefusedFileError("not_a_workbook") from None


def _require_plain_xml(stream: Any) -> None:
    carried = b""
    is_first = True
    while block := stream.read(1 << 20):
        # UTF-16 pads with zeros.
        window = carried + block.replace(b"\0", b"")
        if b"<!DOCTYPE" in window.upper() or b"<!ENTITY" in window.upper():
            raise RefusedFileError("xml_entities")
        if is_first and _FOREIGN_ENCODING.search(window[:200]):
            raise RefusedFileError("xml_entities")
        carried, is_first = window[-16:], False


def _typed_cells(row: Sequence[Any]) -> Cells:
    return tuple(_typed(cell) for cell in row)


def _typed(cell: Any) -> Any:
    if cell.data_type == "f":
        return FormulaCell()
    if cell.data_type == "e":
        return ErrorCell()
    return cell.value


def _decoded(content: bytes) -> str:
    encoding = "utf-8"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif content.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    for candidate in (encoding, "cp1252") if encoding == "utf-8" else (encoding,):
        try:
            text = content.decode(candidate)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RefusedFileError("not_text")


def _csv_rows(
    text: str, separator: str, start: int, is_whole: bool = True
) -> Iterator[tuple[int, Cells]]:
    """Rows with the line each ends on; only the first few, and lenient, where not `is_whole`."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=is_whole)
    try:
        for cells in reader:
            if not is_whole and reader.line_num > _HEADING_LINES:
                return
            yield reader.line_num + start, tuple(cells)
    except csv.Error:
        if is_whole:
            raise RefusedFileError("broken_quotes", line=reader.line_num + start) from None


def _below_headings(rows: Iterator[tuple[int, Cells]], is_heading: IsHeading) -> Sheet | None:
    headings: tuple[str, ...] | None = None
    kept: list[tuple[int, Cells]] = []
    for position, (line, cells) in enumerate(rows, 1):
        if headings is None:
            texts = _texts(cells)
            if is_heading(texts):
                headings = tuple(texts)
            elif position >= _HEADING_LINES:
                return None
        elif any(cell not in (None, "") for cell in cells):
            kept.append((line, cells))
        if position > MOST_LINES:
            raise RefusedFileError("too_many_lines", most=f"{MOST_LINES:,}")
    return Sheet(headings, tuple(kept)) if headings is not None else None


def _texts(cells: Sequence[Any]) -> list[str]:
    texts = []
    for cell in cells:
        try:
            texts.append(cell_text(cell))
        except CellError:
            texts.append("")
    return texts
