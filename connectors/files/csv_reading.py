"""CSV as rows of text: DuckDB where the file is clean, line by line where it is not.

Belongs here: encodings, title lines, ragged rows, stray quotes, counting of lines. Does not belong
here: total rows and trimming (`text_rows`).
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import duckdb

from connectors.errors import SourceError
from connectors.files.declaration import FileForm
from connectors.files.text_rows import (
    check_headings,
    column_names,
    fill_malformed,
    fill_rows,
    is_skipped,
    make_clean_view,
)
from connectors.validation import identifier, quoted

LONGEST_CELL_LINES = 20
_BLOCK_BYTES = 1 << 20


def csv_headings(path: Path, form: FileForm) -> list[str]:
    """The headings of a CSV.

    Raises:
        SourceError: The encoding is unknown or not the declared one; there are no headings, or
            one stands twice.
    """
    with _open_text(path, form) as stream:
        try:
            for _ in range(form.header_row - 1):
                stream.readline()
            headings = next(csv.reader(stream, delimiter=form.separator), [])
        except UnicodeError as error:
            raise _wrong_encoding(path, form, error) from None
        except csv.Error as error:
            raise SourceError(
                f"File {path} has no readable header row: {error}.", "Declare its form."
            ) from None
    headings = [heading.strip() for heading in headings]
    check_headings(path, headings, form.header_row)
    return headings


def read_csv(
    connection: duckdb.DuckDBPyConnection, path: Path, form: FileForm, table: str
) -> list[str]:
    """Read a CSV into `<table>` and `<table>_malformed`; its headings.

    Raises:
        SourceError: As `csv_headings`; or a quote is not closed.
    """
    headings = csv_headings(path, form)
    with _utf8_without_titles(path, form) as clean:
        if _read_strictly(connection, clean, form, headings, table):
            # Rows lie in the order of the file, one a line.
            line = f"rowid + {form.header_row + 1}"
            make_clean_view(connection, table, path, form, headings, line)
            return headings
        # The slow reader accounts for every physical line.
        bad: list[tuple[int, object]] = []
        try:
            fill_rows(connection, table, headings, _rows(path, clean, form, headings, bad))
        except UnicodeError as error:
            raise _wrong_encoding(path, form, error) from None
    fill_malformed(connection, table, bad)
    make_clean_view(connection, table, path, form, headings)
    return headings


def _is_utf8(form: FileForm) -> bool:
    return form.encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")


def _open_text(path: Path, form: FileForm) -> TextIO:
    encoding = "utf-8-sig" if _is_utf8(form) else form.encoding
    try:
        return path.open(encoding=encoding, newline="", errors="strict")
    except LookupError:
        raise SourceError(
            f"Encoding '{form.encoding}' of {path} is unknown.", "Use a codec name."
        ) from None


@contextmanager
def _utf8_without_titles(path: Path, form: FileForm) -> Iterator[Path]:
    """The file itself, or a temporary copy in UTF-8 that begins with its header row."""
    if _is_utf8(form) and form.header_row == 1:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="encours-") as folder:
        copy = Path(folder) / "clean.csv"
        with _open_text(path, form) as stream, copy.open("wb") as target:
            try:
                for _ in range(form.header_row - 1):
                    stream.readline()
                while block := stream.read(_BLOCK_BYTES):
                    target.write(block.encode())
            except UnicodeError as error:
                raise _wrong_encoding(path, form, error) from None
        yield copy


def _wrong_encoding(path: Path, form: FileForm, error: UnicodeError) -> SourceError:
    reason = error.reason if isinstance(error, UnicodeDecodeError) else error
    return SourceError(
        f"File {path} is not {form.encoding}: {reason}{_place_of_bad_byte(path, form)}.",
        "Declare its encoding under [sources.files.form] or in the mapping file.",
    )


def _place_of_bad_byte(path: Path, form: FileForm) -> str:
    """The line of the first byte that is not in the declared encoding, where lines can be told."""
    if "16" in form.encoding or "32" in form.encoding:
        return ""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode(form.encoding)
            except UnicodeError:
                return f" in line {number}"
    return ""


def _count_lines(path: Path) -> int:
    """Lines of a file, those at its end that are empty left out."""
    lines, tail = 0, b""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            lines += block.count(b"\n")
            tail = (tail + block)[-4096:]
    last = tail.rstrip(b"\r\n")
    return lines - tail[len(last) :].count(b"\n") + 1


def _read_strictly(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    form: FileForm,
    headings: list[str],
    table: str,
) -> bool:
    """Fill `<table>_rows` in one go; False where the file is not clean: one row a line."""
    # Every heading gets a type here, so DuckDB's sniffer has nothing to decide.
    names = column_names(headings)
    columns = "{" + ", ".join(f"{quoted(name)}: 'varchar'" for name in names) + "}"
    kept = ", ".join(identifier(heading) for heading in headings if heading)
    try:
        connection.execute(
            f"create or replace temp table {table}_rows as select {kept}"
            f" from read_csv({quoted(str(path))}, auto_detect = false,"
            f" header = true, columns = {columns}, delim = {quoted(form.separator)}, quote = '\"',"
            " escape = '\"', nullstr = '', strict_mode = true, ignore_errors = false,"
            " null_padding = false, max_line_size = 1000000)"
        )
    except duckdb.Error:
        return False
    [(rows,)] = connection.execute(f"select count(*) from {table}_rows").fetchall()
    # A line more or less: an empty line or a line break in a cell. Then lines are counted.
    return int(rows) + 1 == _count_lines(path)


def _rows(
    path: Path, clean: Path, form: FileForm, headings: list[str], bad: list[tuple[int, object]]
) -> Iterator[tuple[int, list[str | None]]]:
    above = form.header_row - 1
    with clean.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter=form.separator, strict=True)
        next(reader)
        line = reader.line_num + above
        while True:
            try:
                row: list[str | None] = [*next(reader)]
            except StopIteration:
                return
            except csv.Error as error:
                if "unexpected end of data" in str(error):
                    # Everything from the open quote on would be swallowed as one cell.
                    raise SourceError(
                        f"File {path} has a quote that is not closed after line {line}.",
                        "Close it, or export the file again: it may be cut short.",
                    ) from None
                line = reader.line_num + above
                bad.append((line, {"error": str(error)}))
                continue
            # A cell that runs over many lines is a stray quote, not an address.
            if reader.line_num + above - line > LONGEST_CELL_LINES:
                raise SourceError(
                    f"File {path} has a cell from line {line + 1} to line {reader.line_num + above}.",
                    "Close the quote that opens there, or remove it.",
                )
            line = reader.line_num + above
            if not any(cell.strip() for cell in row if cell) or is_skipped(row, headings, form):
                continue
            if len(row) != len(headings) or any("\0" in cell for cell in row if cell):
                bad.append((line, row))
                continue
            yield line, row
