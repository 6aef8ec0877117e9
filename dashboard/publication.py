"""A published DuckDB file: opened for reading only, its tables checked, rows by column name.

Belongs here: access to the file. Does not belong here: which figures are read (`views/*/reading`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb


class PublicationError(Exception):
    """The publication cannot be read, or does not hold the day.

    Args:
        what: What happened and where.
        remedy: What the reader does next.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy


def open_publication(publication: Path) -> duckdb.DuckDBPyConnection:
    """Open a published DuckDB file for reading only, whatever it is called.

    Raises:
        PublicationError: there is no such file, or it is not a DuckDB database.
    """
    remedy = "Run `encours run` to publish a day."
    if not publication.is_file():
        raise PublicationError(f"No publication at {publication}.", remedy)
    # DuckDB names a database after its file: of a copy named marts.duckdb, `marts.fct_dso` would be
    # ambiguous. Attached under a name of ours it never is.
    connection = duckdb.connect(":memory:")
    quoted = str(publication).replace("'", "''")
    try:
        connection.execute(f"attach '{quoted}' as publication (type duckdb, read_only)")
        connection.execute("use publication")
        return connection
    except duckdb.Error as error:
        connection.close()
        raise PublicationError(
            f"Cannot read the publication {publication}: {error}.", remedy
        ) from error


def check_tables(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
    """Raise PublicationError, naming them, if marts that are read are missing."""
    rows = rows_of(
        connection,
        "select table_name from information_schema.tables where table_schema = 'marts'",
        [],
    )
    missing = sorted(set(tables) - {row["table_name"] for row in rows})
    if missing:
        raise PublicationError(
            f"The publication lacks marts.{', marts.'.join(missing)}.",
            "Publish again: `encours run`.",
        )


def rows_of(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: Sequence[Any] | Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Run a query and return its rows, each a dict by column name."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
