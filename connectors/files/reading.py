"""A file as a table of text: every row of it, or an error that names it.

Belongs here: CSV, Parquet and XLSX into a DuckDB table of trimmed text with line numbers. Does not
belong here: what a column means (`declaration`), whether a value is right (`connectors.validation`).
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.errors import SourceError
from connectors.files.declaration import FileForm
from connectors.validation import identifier, quoted

FILE_TABLE = "_file_text"
SUFFIXES = (".csv", ".parquet", ".xlsx")
LONGEST_CELL_LINES = 20


def content_hash(path: Path, declaration: str) -> str:
    """SHA-256 of a file's bytes and of how it is declared: either change is a reason to load again."""
    digest = hashlib.sha256(declaration.encode())
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_text_table(
    connection: duckdb.DuckDBPyConnection, path: Path, form: FileForm
) -> tuple[list[str], int]:
    """Read a file into temp table `_file_text`: its headings as text columns, plus `_line`.

    Rows broken before any column can be read go to temp table `_malformed` (line, raw_row).

    Returns:
        The headings in file order and the number of malformed rows.

    Raises:
        SourceError: The file is missing, empty, of another kind, or not in its declared encoding.
    """
    if not path.is_file():
        raise SourceError(f"File {path} does not exist.", "Put it there or correct the path.")
    connection.execute("create or replace temp table _malformed (line bigint, raw_row json)")
    try:
        if path.suffix == ".csv":
            return _read_csv(connection, path, form)
        if path.suffix == ".parquet":
            return _read_parquet(connection, path, form), 0
        if path.suffix == ".xlsx":
            return _read_xlsx(connection, path, form)
    except PermissionError:
        raise SourceError(
            f"File {path} may not be read.", "Give the user read permission."
        ) from None
    raise SourceError(f"File {path} is of an unknown kind.", f"Use one of: {', '.join(SUFFIXES)}.")


def headings_of(connection: duckdb.DuckDBPyConnection, path: Path, form: FileForm) -> list[str]:
    """The column headings of a file, without reading its rows.

    Raises:
        SourceError: As `read_text_table`.
    """
    if path.suffix == ".csv" and path.is_file():
        return _csv_headings(path, form)
    if path.suffix == ".parquet" and path.is_file():
        return _parquet_headings(connection, path)
    return read_text_table(connection, path, form)[0]


def _read_csv(
    connection: duckdb.DuckDBPyConnection, path: Path, form: FileForm
) -> tuple[list[str], int]:
    headings = _csv_headings(path, form)
    if form.encoding.lower().replace("_", "-") in ("utf-8", "utf-8-sig"):
        try:
            _read_csv_strictly(connection, path, form, headings)
            if not _has_line_breaks(connection, headings):
                return headings, 0
        except duckdb.Error:
            # Something in it is not a clean CSV.
            pass
    # The slow reader accounts for every physical line.
    return headings, _read_csv_row_by_row(connection, path, form, headings)


def _has_line_breaks(connection: duckdb.DuckDBPyConnection, headings: list[str]) -> bool:
    broken = " or ".join(f"contains({identifier(h)}, chr(10))" for h in headings if h)
    return (
        connection.execute(f"select 1 from {FILE_TABLE} where {broken} limit 1").fetchone()
        is not None
    )


def _csv_headings(path: Path, form: FileForm) -> list[str]:
    with _open_text(path, form) as stream:
        try:
            headings = next(csv.reader(stream, delimiter=form.separator), [])
        except UnicodeDecodeError as error:
            raise _wrong_encoding(path, form, error) from None
    headings = [heading.strip() for heading in headings]
    if not any(headings):
        raise SourceError(
            f"File {path} has no header row.", "Its first line must name the columns."
        )
    _check_headings(path, headings)
    return headings


def _check_headings(path: Path, headings: list[str]) -> None:
    lower = [heading.lower() for heading in headings if heading]
    twice = sorted({heading for heading in lower if lower.count(heading) > 1})
    if twice:
        raise SourceError(f"File {path} has column '{twice[0]}' twice.", "Rename one of them.")
    if reserved := {"_line", "_extra"} & set(lower):
        raise SourceError(f"File {path} has a column '{min(reserved)}'.", "Rename it.")


def _open_text(path: Path, form: FileForm):  # type: ignore[no-untyped-def]
    encoding = "utf-8-sig" if form.encoding.lower() in ("utf-8", "utf8") else form.encoding
    try:
        return path.open(encoding=encoding, newline="", errors="strict")
    except LookupError:
        raise SourceError(
            f"Encoding '{form.encoding}' of {path} is unknown.", "Use a codec name."
        ) from None


def _wrong_encoding(path: Path, form: FileForm, error: UnicodeError) -> SourceError:
    return SourceError(
        f"File {path} is not {form.encoding}: {error.reason if isinstance(error, UnicodeDecodeError) else error}.",
        "Declare its encoding under [sources.files.form] or in the mapping file.",
    )


def _trimmed(headings: Iterable[str]) -> str:
    return ", ".join(f"nullif(trim({identifier(h)}), '') as {identifier(h)}" for h in headings if h)


def _read_csv_strictly(
    connection: duckdb.DuckDBPyConnection, path: Path, form: FileForm, headings: list[str]
) -> None:
    # Every heading gets a type here, so DuckDB's sniffer has nothing to decide.
    named = [h or f"_unnamed_{i}" for i, h in enumerate(headings)]
    columns = "{" + ", ".join(f"{quoted(h)}: 'varchar'" for h in named) + "}"
    connection.execute(
        f"create or replace temp table {FILE_TABLE} as select {_trimmed(headings)},"
        f" row_number() over () + 1 as _line from read_csv({quoted(str(path))}, auto_detect = false,"
        f" header = true, columns = {columns}, delim = {quoted(form.separator)}, quote = '\"',"
        " escape = '\"', nullstr = '', strict_mode = true, ignore_errors = false, null_padding = false,"
        " max_line_size = 1000000)"
    )


def _csv_rows(
    path: Path, form: FileForm, headings: list[str], bad: list[dict[str, object]]
) -> Iterator[list[str | None]]:
    with _open_text(path, form) as stream:
        reader = csv.reader(stream, delimiter=form.separator, strict=True)
        next(reader)
        line = reader.line_num
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "unexpected end of data" in str(error):
                    # Everything from the open quote on would be swallowed as one cell.
                    raise SourceError(
                        f"File {path} has a quote that is not closed after line {line}.",
                        "Close it, or export the file again: it may be cut short.",
                    ) from None
                bad.append({"line": reader.line_num, "raw_row": json.dumps({"error": str(error)})})
                continue
            # A cell that runs over many lines is a stray quote, not an address.
            if reader.line_num - line > LONGEST_CELL_LINES:
                raise SourceError(
                    f"File {path} has a cell from line {line + 1} to line {reader.line_num}.",
                    "Close the quote that opens there, or remove it.",
                )
            line = reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(headings) or any("\0" in cell for cell in row):
                bad.append({"line": reader.line_num, "raw_row": json.dumps(row)})
                continue
            yield [*row, str(reader.line_num)]


def _read_csv_row_by_row(
    connection: duckdb.DuckDBPyConnection, path: Path, form: FileForm, headings: list[str]
) -> int:
    bad: list[dict[str, object]] = []
    try:
        rows = list(_csv_rows(path, form, headings, bad))
    except UnicodeDecodeError as error:
        raise _wrong_encoding(path, form, error) from None
    _load_rows(connection, headings, rows)
    if bad:
        malformed = pa.Table.from_pylist(bad)
        connection.register("_bad_rows", malformed)
        connection.execute(
            "insert into _malformed select line, cast(raw_row as json) from _bad_rows"
        )
        connection.unregister("_bad_rows")
    return len(bad)


def _load_rows(
    connection: duckdb.DuckDBPyConnection, headings: list[str], rows: list[list[str | None]]
) -> None:
    columns = list(zip(*rows, strict=True)) if rows else [()] * (len(headings) + 1)
    arrays = [pa.array(column, pa.string()) for column in columns]
    names = [h or f"_unnamed_{i}" for i, h in enumerate(headings)]
    connection.register("_text_rows", pa.Table.from_arrays(arrays, names=[*names, "_line"]))
    connection.execute(
        f"create or replace temp table {FILE_TABLE} as"
        f" select {_trimmed(headings)}, cast(_line as bigint) as _line from _text_rows"
    )
    connection.unregister("_text_rows")


def _parquet_headings(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    try:
        described = connection.execute(
            f"describe select * from read_parquet({quoted(str(path))})"
        ).fetchall()
    except duckdb.Error as error:
        raise SourceError(
            f"File {path} is not Parquet: {str(error).splitlines()[0]}.", "Export it again."
        ) from None
    return [row[0] for row in described]


def _read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, form: FileForm) -> list[str]:
    source = f"read_parquet({quoted(str(path))})"
    headings = _parquet_headings(connection, path)
    kinds = {
        row[0]: row[1] for row in connection.execute(f"describe select * from {source}").fetchall()
    }
    texts = ", ".join(
        f"nullif(trim({_as_declared(h, kinds[h], form)}), '') as {identifier(h)}" for h in headings
    )
    connection.execute(
        f"create or replace temp table {FILE_TABLE} as"
        f" select {texts}, row_number() over () as _line from {source}"
    )
    return headings


def _as_declared(heading: str, kind: str, form: FileForm) -> str:
    """A typed Parquet column as text in the declared form, so that typing it again is exact."""
    column = identifier(heading)
    text = f"cast({column} as varchar)"
    if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT")):
        return text if form.decimal == "." else f"replace({text}, '.', {quoted(form.decimal)})"
    if kind == "DATE":
        return f"strftime({column}, {quoted(form.date_format)})"
    if kind.startswith("TIMESTAMP"):
        is_day = f"cast({column} as time) = time '00:00:00'"
        return f"case when {is_day} then strftime({column}, {quoted(form.date_format)}) else {text} end"
    return text


def _read_xlsx(
    connection: duckdb.DuckDBPyConnection, path: Path, form: FileForm
) -> tuple[list[str], int]:
    from datetime import datetime
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError):
        raise SourceError(
            f"File {path} is not an XLSX workbook.", "Save it again as .xlsx."
        ) from None
    if form.sheet and form.sheet not in workbook.sheetnames:
        raise SourceError(
            f"File {path} has no sheet '{form.sheet}'.",
            f"It has: {', '.join(workbook.sheetnames)}.",
        )
    sheet = workbook[form.sheet] if form.sheet else workbook[workbook.sheetnames[0]]

    def text(cell: object) -> str | None:
        if isinstance(cell, datetime):
            return cell.strftime(form.date_format)
        if isinstance(cell, float):
            return str(cell).replace(".", form.decimal)
        return None if cell is None else str(cell)

    lines = sheet.iter_rows(values_only=True)
    headings = [(text(cell) or "").strip() for cell in next(lines, ())]
    if not any(headings):
        raise SourceError(f"File {path} has no header row.", "Its first row must name the columns.")
    _check_headings(path, headings)
    rows = [
        [*map(text, row), str(number)]
        for number, row in enumerate(lines, 2)
        if any(c is not None for c in row)
    ]
    workbook.close()
    _load_rows(connection, headings, rows)
    return headings, 0
