"""Rows of text in the warehouse's temporary tables, whatever kind of file they came from.

Belongs here: filling them in blocks, trimming, total rows, filling down. Does not belong here:
decoding a file (`csv_reading`, `xlsx_reading`, `reading`).

A file read as `t` becomes the view `t` of clean text with `_line`, over the table `t_rows` of text as
it stands, and the table `t_malformed` of rows that could not be read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.errors import SourceError
from connectors.files.declaration import FileForm, SkipRule
from connectors.validation import identifier, quoted

_BLOCK_ROWS = 50_000
# No-break spaces count as space: they stand around amounts in French exports.
_SPACE = " \t\r\n\u00a0\u202f"


def trimmed(text: str, form: FileForm) -> str:
    """SQL for a text without the space around it, null where it is empty or declared to mean that."""
    bare = f"trim({text}, {quoted(_SPACE)})"
    nothing = ", ".join(quoted(word) for word in ("", *form.empty))
    return (
        f"case when {bare} not in ({nothing}) then {bare} end"
        if form.empty
        else f"nullif({bare}, '')"
    )


def clean_columns(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: list[str], form: FileForm
) -> list[str]:
    """SQL of text columns, trimmed where that changes something: trimming all costs as much as reading.

    Args:
        connection: The warehouse.
        relation: Where the columns are.
        columns: Their names.
        form: How the file is written.
    """
    if not columns:
        return []
    checks = []
    for column in map(identifier, columns):
        begins = " or ".join(f"starts_with({column}, {quoted(space)})" for space in _SPACE[4:])
        ends = " or ".join(f"suffix({column}, {quoted(space)})" for space in _SPACE)
        # Below the exclamation mark come the empty text, control characters and the space.
        checks.append(f"bool_or({column} < '!' or {begins} or {ends})")
    [needed] = connection.execute(f"select {', '.join(checks)} from {relation}").fetchall()
    return [
        f"{trimmed(identifier(column), form)} as {identifier(column)}"
        if is_needed or form.empty
        else identifier(column)
        for column, is_needed in zip(columns, needed, strict=True)
    ]


def check_headings(path: Path, headings: list[str], row: int) -> None:
    """Refuse a header row that is empty or ambiguous.

    Raises:
        SourceError: No heading at all, one twice, or one that landing uses itself.
    """
    if not any(headings):
        raise SourceError(
            f"File {path} has no header row.", f"Its line {row} must name the columns."
        )
    lower = [heading.lower() for heading in headings if heading]
    twice = sorted({heading for heading in lower if lower.count(heading) > 1})
    if twice:
        raise SourceError(f"File {path} has column '{twice[0]}' twice.", "Rename one of them.")
    if reserved := {"_line", "_extra"} & set(lower):
        raise SourceError(f"File {path} has a column '{min(reserved)}'.", "Rename it.")


def column_names(headings: list[str]) -> list[str]:
    """The headings, with a name for each column that has none."""
    return [heading or f"_unnamed_{number}" for number, heading in enumerate(headings)]


def fill_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    headings: list[str],
    rows: Iterable[tuple[int, list[str | None]]],
) -> None:
    """Fill `<table>_rows` from texts with their line, in blocks, so that memory stays bounded."""
    names = column_names(headings)
    columns = ", ".join(f"{identifier(name)} varchar" for name in names)
    connection.execute(f"create or replace temp table {table}_rows ({columns}, _line bigint)")
    stream = iter(rows)
    while block := list(islice(stream, _BLOCK_ROWS)):
        texts = zip(*(cells for _, cells in block), strict=True)
        arrays = [pa.array(column, pa.string()) for column in texts]
        lines = pa.array([line for line, _ in block], pa.int64())
        filled = pa.Table.from_arrays([*arrays, lines], names=[*names, "_line"])
        connection.register("_block", filled)
        connection.execute(f"insert into {table}_rows select * from _block")
        connection.unregister("_block")


def fill_malformed(
    connection: duckdb.DuckDBPyConnection, table: str, bad: list[tuple[int, object]]
) -> None:
    """Fill `<table>_malformed` with rows that could not be read, each with its line."""
    if not bad:
        return
    rows = pa.table(
        {
            "line": pa.array([line for line, _ in bad], pa.int64()),
            "raw_row": pa.array([json.dumps(row) for _, row in bad], pa.string()),
        }
    )
    connection.register("_bad_rows", rows)
    connection.execute(
        f"insert into {table}_malformed select line, cast(raw_row as json) from _bad_rows"
    )
    connection.unregister("_bad_rows")


def is_skipped(row: list[str | None], headings: list[str], form: FileForm) -> bool:
    """Whether a row, even a ragged one, is a total row as declared."""
    rule = form.skip_rows_where
    if rule is None:
        return False
    cells = dict(zip(headings, row, strict=False))
    label = (cells.get(rule.heading) or "").strip(_SPACE).lower()
    return any(label.startswith(start.lower()) for start in rule.starts_with) and not any(
        (cells.get(name) or "").strip(_SPACE) for name in rule.and_empty
    )


def make_clean_view(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    path: Path,
    form: FileForm,
    headings: list[str],
    line: str = "_line",
) -> None:
    """View `<table>` of clean text over `<table>_rows`: total rows left out, cells filled down.

    Args:
        connection: The warehouse.
        table: Name of the file's tables.
        path: The file, for messages.
        form: How it is written.
        headings: Its headings.
        line: SQL of the line of a row.

    Raises:
        SourceError: The form names a heading the file does not have.
    """
    for name in form.headings:
        if name not in headings:
            raise SourceError(
                f"File {path} has no column '{name}', which its declaration names.",
                f"Use one of: {', '.join(h for h in headings if h)}.",
            )
    named = [heading for heading in headings if heading]
    columns = ", ".join(clean_columns(connection, f"{table}_rows", named, form))
    rows = f"select {columns}, {line} as _line from {table}_rows"
    if form.skip_rows_where:
        rows = f"select * from ({rows}) where {_is_kept(form.skip_rows_where)}"
    if form.fill_down:
        filled = ", ".join(
            f"last_value({identifier(name)} ignore nulls) over (order by _line"
            f" rows between unbounded preceding and current row) as {identifier(name)}"
            for name in form.fill_down
        )
        rows = f"select * replace ({filled}) from ({rows})"
    connection.execute(f"create or replace temp view {table} as {rows}")


def _is_kept(rule: SkipRule) -> str:
    label = f"lower({identifier(rule.heading)})"
    starts = " or ".join(
        f"starts_with({label}, {quoted(start.lower())})" for start in rule.starts_with
    )
    empty = "".join(f" and {identifier(name)} is null" for name in rule.and_empty)
    return f"not coalesce(({starts}){empty}, false)"
