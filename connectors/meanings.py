"""What a company's settings say that a vendor's values mean, as a table beside the raw objects.

Belongs here: writing `raw_<source>._meanings`, which staging joins. Does not belong here: which rules a
vendor has (its own folder), what is done with them (dbt staging).

The settings travel as rows and not as text of a query: whatever a value holds, it stays a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import duckdb

from connectors.manifest import prepare_ledgers
from connectors.source import Source

MEANINGS = "_meanings"


@dataclass(frozen=True)
class Meaning:
    """One line of a company's settings.

    Attributes:
        rule: What is decided, such as `deal_type`.
        value: The vendor's value.
        meaning: What it stands for in the import contract.
    """

    rule: str
    value: str
    meaning: str


def meanings(rule: str, meant: Mapping[str, str]) -> list[Meaning]:
    """The lines of one rule from vendor's value to meaning."""
    return [Meaning(rule, value, meaning) for value, meaning in meant.items()]


def alike(rule: str, values: Iterable[str], meaning: str) -> list[Meaning]:
    """The lines of one rule for values that all mean the same."""
    return [Meaning(rule, value, meaning) for value in values]


def countries() -> list[Meaning]:
    """The lines of rule `country`: names of countries in English and French, lower case, to ISO codes."""
    from babel import Locale

    names = {"uk": "GB", "england": "GB", "great britain": "GB", "usa": "US"}
    names |= {"united states of america": "US"}
    for language in ("fr", "en"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code not in ("EU", "EZ", "UN", "ZZ", "XA", "XB"):
                names.setdefault(name.lower(), code)
    return meanings("country", names)


def with_meanings(source: Source, rows: Iterable[Meaning]) -> Source:
    """The source, whose `prepare` also writes what its settings mean.

    Args:
        source: A source of a vendor's objects.
        rows: All lines; of two for one rule and value the first counts.
    """
    kept = {(row.rule, row.value): row.meaning for row in reversed(list(rows))}

    def prepare(connection: duckdb.DuckDBPyConnection) -> None:
        source.prepare(connection)
        prepare_ledgers(connection, source.name)
        table = f"raw_{source.name}.{MEANINGS}"
        connection.execute(
            f"create or replace table {table} (rule varchar, value varchar, meaning varchar)"
        )
        lines = sorted((rule, value, meaning) for (rule, value), meaning in kept.items())
        columns = [list(column) for column in zip(*lines, strict=True)] or [[], [], []]
        connection.execute(
            f"insert into {table} select unnest(cast(? as varchar[])), unnest(cast(? as varchar[])),"
            " unnest(cast(? as varchar[]))",
            columns,
        )

    return replace(source, prepare=prepare)
