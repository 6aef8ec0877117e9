"""A file as a table of text: every row of it, or an error that names it.

Belongs here: which reader a file needs, Parquet, what is done to the text of all kinds alike. Does
not belong here: CSV (`csv_reading`) and XLSX (`xlsx_reading`), what a column means (`mapping`),
whether a value is right (`connectors.validation`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from connectors.errors import SourceError
from connectors.files.csv_reading import csv_headings, read_csv
from connectors.files.declaration import FileForm
from connectors.files.text_rows import clean_columns, make_clean_view
from connectors.files.xlsx_reading import read_xlsx, xlsx_headings
from connectors.validation import identifier, quoted

# Contract files; a mapping may name text files by any of the three.
SUFFIXES = (".csv", ".parquet", ".xlsx")
TEXT_SUFFIXES = (".csv", ".txt", ".tsv")


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_table(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    form: FileForm,
    table: str,
    keeps_types: bool = False,
) -> tuple[list[str], int]:
    """Read a file into the view `<table>`: its headings as text columns, plus `_line`.

    Rows broken before any column can be read go to temp table `<table>_malformed` (line, raw_row).

    Args:
        connection: The warehouse.
        path: The file.
        form: How it is written.
        table: Name of its temporary tables.
        keeps_types: Columns of a Parquet file stay of their types; else all are text.

    Returns:
        The headings in file order and the number of malformed rows.

    Raises:
        SourceError: The file is missing, empty, of another kind, or not in its declared encoding.
    """
    _require_kind(path)
    connection.execute(
        f"create or replace temp table {table}_malformed (line bigint, raw_row json)"
    )
    try:
        if path.suffix.lower() in TEXT_SUFFIXES:
            headings = read_csv(connection, path, form, table)
        elif path.suffix.lower() == ".parquet":
            headings = _read_parquet(connection, path, form, table, keeps_types)
        else:
            headings = read_xlsx(connection, path, form, table)
    except PermissionError:
        raise _may_not_be_read(path) from None
    [(malformed,)] = connection.execute(f"select count(*) from {table}_malformed").fetchall()
    return headings, malformed


def drop_table(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Drop what `read_table` made."""
    connection.execute(
        f"drop view if exists {table}; drop table if exists {table}_rows;"
        f" drop table if exists {table}_malformed"
    )


def headings_of(connection: duckdb.DuckDBPyConnection, path: Path, form: FileForm) -> list[str]:
    """The column headings of a file, without reading its rows.

    Raises:
        SourceError: As `read_text_table`.
    """
    _require_kind(path)
    try:
        if path.suffix.lower() in TEXT_SUFFIXES:
            return csv_headings(path, form)
        if path.suffix.lower() == ".parquet":
            return [heading for heading, _ in _parquet_columns(connection, path)]
        return xlsx_headings(path, form)
    except PermissionError:
        raise _may_not_be_read(path) from None


def _may_not_be_read(path: Path) -> SourceError:
    return SourceError(f"File {path} may not be read.", "Give the user read permission.")


def _require_kind(path: Path) -> None:
    if not path.is_file():
        raise SourceError(f"File {path} does not exist.", "Put it there or correct the path.")
    kind = path.suffix.lower()
    if kind == ".xls":
        raise SourceError(
            f"File {path} is an Excel workbook of before 2007 (.xls).",
            "Save it as .xlsx or .csv.",
        )
    if kind not in (*SUFFIXES, *TEXT_SUFFIXES):
        raise SourceError(
            f"File {path} is of an unknown kind.", f"Use one of: {', '.join(SUFFIXES)}."
        )


def _parquet_columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[str, str]]:
    try:
        described = connection.execute(
            f"describe select * from read_parquet({quoted(str(path))})"
        ).fetchall()
    except duckdb.Error as error:
        raise SourceError(
            f"File {path} is not Parquet: {str(error).splitlines()[0]}.", "Export it again."
        ) from None
    return [(row[0], row[1]) for row in described]


def _read_parquet(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    form: FileForm,
    table: str,
    keeps_types: bool,
) -> list[str]:
    columns = _parquet_columns(connection, path)
    headings = [heading for heading, _ in columns]
    relation = f"read_parquet({quoted(str(path))}, file_row_number = true)"
    if keeps_types:
        texts = [heading for heading, kind in columns if kind == "VARCHAR"]
        typed = [identifier(heading) for heading, kind in columns if kind != "VARCHAR"]
        kept = ", ".join([*clean_columns(connection, relation, texts, form), *typed])
        connection.execute(
            f"create or replace temp view {table} as"
            f" select {kept}, file_row_number + 1 as _line from {relation}"
        )
        return headings
    texts = [f"{_as_declared(h, kind, form)} as {identifier(h)}" for h, kind in columns]
    connection.execute(
        f"create or replace temp table {table}_rows as"
        f" select {', '.join(texts)}, file_row_number + 1 as _line from {relation}"
    )
    make_clean_view(connection, table, path, form, headings)
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
