"""The audit of a publication, run as a process of its own: nothing it reads is cached.

Belongs here: re-totalling a finished file against what it must hold. Does not belong here: building
it (`publishing`).
"""

from __future__ import annotations

import json
import sys

import duckdb

from orchestration.publishing import SCHEMA, fingerprints


def differences(database: str, expected: dict[str, dict[str, str]]) -> list[str]:
    """What the file holds differently from what was meant, one line a table."""
    connection = duckdb.connect(database, read_only=True)
    try:
        found = fingerprints(connection, SCHEMA)
    finally:
        connection.close()
    return [
        f"Table {table} holds {found.get(table)} instead of {expected.get(table)}."
        for table in sorted(set(found) | set(expected))
        if found.get(table) != expected.get(table)
    ]


if __name__ == "__main__":
    wrong = differences(sys.argv[1], json.load(sys.stdin))
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong else 0)
