"""Rows of text in the warehouse's temporary tables, whatever kind of file they came from.

Belongs here: names of those tables, filling them in blocks, trimming, total rows, filling down.
Does not belong here: decoding a file (`csv_reading`, `xlsx_reading`, `reading`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.errors import SourceError
from connectors.files.declaration import FileForm
from connectors.validation import identifier, quoted

ROWS = "_file_rows"
FILE_TABLE = "_file_text"
MALFORMED = "_malformed"
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
    headings: list[str],
    form: FileForm,
    rows: Iterable[tuple[int, list[str | None]]],
) -> None:
    """Fill `_file_text` from rows of text with their line, in blocks, so that memory stays bounded."""
    names = column_names(headings)
    columns = ", ".join(f"{identifier(name)} varchar" for name in names)
    connection.execute(f"create or replace temp table {ROWS} ({columns}, _line bigint)")
    kept = ", ".join(
        f"{trimmed(identifier(name), form)} as {identifier(name)}"
        for name, heading in zip(names, headings, strict=True)
        if heading
    )
    connection.execute(
        f"create or replace temp view {FILE_TABLE} as select {kept}, _line from {ROWS}"
    )
    stream = iter(rows)
    while block := list(islice(stream, _BLOCK_ROWS)):
        texts = zip(*(cells for _, cells in block), strict=True)
        arrays = [pa.array(column, pa.string()) for column in texts]
        lines = pa.array([line for line, _ in block], pa.int64())
        table = pa.Table.from_arrays([*arrays, lines], names=[*names, "_line"])
        connection.register("_block", table)
        connection.execute(f"insert into {ROWS} select * from _block")
        connection.unregister("_block")


def fill_malformed(connection: duckdb.DuckDBPyConnection, bad: list[tuple[int, object]]) -> None:
    """Fill `_malformed` with rows that could not be read, each with its line."""
    if not bad:
        return
    table = pa.table(
        {
            "line": pa.array([line for line, _ in bad], pa.int64()),
            "raw_row": pa.array([json.dumps(row) for _, row in bad], pa.string()),
        }
    )
    connection.register("_bad_rows", table)
    connection.execute(f"insert into {MALFORMED} select line, cast(raw_row as json) from _bad_rows")
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


def apply_form(
    connection: duckdb.DuckDBPyConnection, path: Path, form: FileForm, headings: list[str]
) -> None:
    """Take total rows out of `_file_text` and fill down, where the form declares it.

    Raises:
        SourceError: The form names a heading the file does not have.
    """
    for name in form.headings:
        if name not in headings:
            raise SourceError(
                f"File {path} has no column '{name}', which its declaration names.",
                f"Use one of: {', '.join(h for h in headings if h)}.",
            )
    if not form.headings:
        return
    filled = ", ".join(
        f"last_value({identifier(name)} ignore nulls) over (order by _line"
        f" rows between unbounded preceding and current row) as {identifier(name)}"
        for name in form.fill_down
    )
    replacing = f" replace ({filled})" if filled else ""
    connection.execute(
        f"create or replace temp table _formed as select *{replacing} from"
        f" (select * from {FILE_TABLE}{''.join(_skipping(form))})"
    )
    connection.execute(f"drop view {FILE_TABLE}; drop table {ROWS}")
    connection.execute(f"alter table _formed rename to {ROWS}")
    connection.execute(f"create or replace temp view {FILE_TABLE} as select * from {ROWS}")


def _skipping(form: FileForm) -> Iterator[str]:
    if rule := form.skip_rows_where:
        label = f"lower({identifier(rule.heading)})"
        starts = " or ".join(
            f"starts_with({label}, {quoted(start.lower())})" for start in rule.starts_with
        )
        empty = "".join(f" and {identifier(name)} is null" for name in rule.and_empty)
        yield f" where not coalesce(({starts}){empty}, false)"
