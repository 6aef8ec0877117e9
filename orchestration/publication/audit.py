"""The audit of a publication, run as a process of its own: nothing it reads is cached.

Belongs here: re-totalling finished files against what they must hold. Does not belong here: building
them (`files`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publication.about import ABOUT, literal
from orchestration.publication.files import DATABASE, PARQUET, fingerprint, fingerprints


def differences(folder: Path, expected: Mapping[str, Any]) -> list[str]:
    """What the files hold differently from what was meant, one line a difference.

    Args:
        folder: The publication.
        expected: `tables` with the fingerprint of each mart, `about` with the rows of each table
            of schema `about`, and how many columns are `described`.
    """
    connection = duckdb.connect(str(folder / DATABASE), read_only=True)
    try:
        tables = expected["tables"]
        lines = list(_compared("Table", fingerprints(connection), tables))
        copies = {
            path.stem: fingerprint(connection, f"read_parquet({literal(str(path))})")
            for path in sorted((folder / PARQUET).glob("*.parquet"))
        }
        lines += _compared("Parquet file", copies, tables)
        for table, rows in expected["about"].items():
            found = connection.execute(f"select count(*) from {ABOUT}.{table}").fetchall()[0][0]
            if found != rows:
                lines.append(f"Table {ABOUT}.{table} holds {found} rows instead of {rows}.")
        comments = connection.execute(
            "select count(comment) from duckdb_columns() where schema_name = 'marts'"
        ).fetchall()[0][0]
        if comments != expected["described"]:
            lines.append(f"{comments} columns have a comment instead of {expected['described']}.")
    finally:
        connection.close()
    return lines


def _compared(
    kind: str, found: Mapping[str, dict[str, Any]], expected: Mapping[str, dict[str, Any]]
) -> Iterator[str]:
    for name in sorted(set(found) | set(expected)):
        if name not in found:
            yield f"{kind} {name} is missing."
        elif name not in expected:
            yield f"{kind} {name} is of no mart."
        else:
            for part, meant in expected[name].items():
                if found[name][part] != meant:
                    yield f"{kind} {name} holds {part} {_short(found[name][part], meant)}."


def _short(found: Any, meant: Any) -> str:
    """Only what differs: a mart may have fifty columns."""
    if not isinstance(meant, dict):
        return f"{found} instead of {meant}"
    names = [name for name in {**meant, **found} if found.get(name) != meant.get(name)]
    return ", ".join(f"{name} {found.get(name)} instead of {meant.get(name)}" for name in names)


if __name__ == "__main__":
    wrong = differences(Path(sys.argv[1]), json.load(sys.stdin))
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)
