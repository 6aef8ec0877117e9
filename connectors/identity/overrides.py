"""Decisions taken by people: a CSV file that always wins, and the list from which it is written.

Belongs here: reading and checking that file, writing the doubtful in its form. Does not belong here:
what a decision does to clusters (`resolution`).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb

from connectors.errors import SourceError
from connectors.identity.tables import SCHEMA

COLUMNS = ("source", "party_id", "customer_id", "decision", "author", "comment")
_DECISIONS = ("link", "separate")
# A spreadsheet reads a cell that begins so as a formula; a quote in front keeps it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Override(NamedTuple):
    """A decision about a party; parties are numbered by precedence.

    Attributes:
        line: Line of the file.
        party: The party decided on.
        customer: The customer it is linked to or kept from; null keeps it from all.
        is_link: Link, else separate.
        evidence: Who decided, and the comment.
    """

    line: int
    party: int
    customer: int | None
    is_link: bool
    evidence: str


def read_overrides(
    path: Path,
    parties: Mapping[tuple[str, str], int],
    customers: Mapping[str, int],
) -> list[Override]:
    """Read the file of overrides; rows without a decision are skipped.

    Args:
        path: The CSV file, UTF-8, with a header line; separated by commas or, as its header, semicolons.
        parties: Number of each party, by source and id.
        customers: Number of each party of a ledger, by customer id.

    Returns:
        The decisions, in the order of the file, exact repetitions left out.

    Raises:
        SourceError: The file cannot be read, a column or decision is wrong, an id is unknown, or two
            lines contradict each other.
    """
    overrides: dict[tuple[int, int | None], Override] = {}
    linked: dict[int, Override] = {}
    for line, row in _rows(path):
        override = _checked(path, line, row, parties, customers)
        held = overrides.setdefault((override.party, override.customer), override)
        if held.is_link != override.is_link:
            raise _contradiction(path, held, override, "link and separate the same two")
        if override.is_link:
            first = linked.setdefault(override.party, override)
            if first.customer != override.customer:
                raise _contradiction(path, first, override, "link one party to two customers")
    for (party, customer), override in overrides.items():
        if customer is None and party in linked:
            raise _contradiction(path, linked[party], override, "link a party and keep it from all")
    return list(overrides.values())


def _contradiction(path: Path, first: Override, second: Override, what: str) -> SourceError:
    lines = " and ".join(str(line) for line in sorted((first.line, second.line)))
    return SourceError(f"{path}, lines {lines}: they {what}.", "Keep the line that is right.")


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SourceError(
            f"{path} does not exist.", "Correct `overrides` under [identity], or remove it."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise SourceError(
            f"{path} cannot be read as UTF-8 text.",
            "Save it as `CSV UTF-8` and check its permission.",
        ) from None
    lines = text.splitlines(keepends=True)
    header = lines[0].rstrip("\r\n") if lines else ""
    separator = ";" if ";" in header else ","
    reader = csv.reader(lines, delimiter=separator, strict=True)
    rows = []
    try:
        names = tuple(name.strip() for name in next(reader, []))
        if sorted(names) != sorted(COLUMNS):
            raise SourceError(
                f"{path}, line 1: the columns are not {', '.join(COLUMNS)}.",
                "Correct the header line.",
            )
        for values in reader:
            if not any(value.strip() for value in values):
                continue
            if len(values) != len(names):
                raise SourceError(
                    f"{path}, line {reader.line_num}: {len(values)} values instead of {len(names)}.",
                    "Put texts that hold the separator in double quotes.",
                )
            rows.append((reader.line_num, dict(zip(names, map(_plain, values), strict=True))))
    except csv.Error as error:
        raise SourceError(
            f"{path}, line {reader.line_num}: not CSV ({error}).", "Correct its quotes."
        ) from None
    return [(line, row) for line, row in rows if row["decision"]]


def _plain(value: str) -> str:
    is_guarded = value.startswith("'") and value[1:].startswith(_FORMULA)
    return value[is_guarded:].strip()


def _checked(
    path: Path,
    line: int,
    row: dict[str, str],
    parties: Mapping[tuple[str, str], int],
    customers: Mapping[str, int],
) -> Override:
    place = f"{path}, line {line}"
    decision = row["decision"].lower()
    if decision not in _DECISIONS:
        raise SourceError(
            f"{place}, column decision: '{row['decision']}' is neither link nor separate.",
            "Write one of the two, or nothing to leave the row undecided.",
        )
    party = parties.get((row["source"], row["party_id"]))
    if party is None:
        raise SourceError(
            f"{place}: source '{row['source']}' has no party '{row['party_id']}'.",
            "Correct source and party_id, or remove the line.",
        )
    customer = customers.get(row["customer_id"])
    if customer is None and (row["customer_id"] or decision == "link"):
        raise SourceError(
            f"{place}, column customer_id: no ledger has a customer '{row['customer_id']}'.",
            "Write the id of a customer; only `separate` may leave it empty, to keep a party from all.",
        )
    if customer == party:
        raise SourceError(f"{place}: it decides on a customer and itself.", "Remove the line.")
    said = f"decided by {row['author'] or 'an unnamed person'}"
    return Override(
        line,
        party,
        customer,
        decision == "link",
        f"{said}: {row['comment']}" if row["comment"] else said,
    )


def export_doubtful(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Write the doubtful as a file of overrides that a person completes.

    Args:
        connection: The warehouse.
        path: The CSV file to write; decisions in it are never overwritten.

    Returns:
        Rows written, the most confident candidate of a party first.

    Raises:
        SourceError: The file exists and holds decisions.
    """
    if path.exists() and _rows(path):
        raise SourceError(
            f"{path} holds decisions.",
            "Write to another file and add its decided rows to that one.",
        )
    rows = connection.execute(
        "select source, party_id, candidate_customer_id, '', '',"
        " method || ' ' || round(confidence, 4) || ', ' || replace(reason, '_', ' ') || ': ' || evidence"
        f" from {SCHEMA}.doubtful order by source, party_id, confidence desc, candidate_customer_id"
    ).fetchall()
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([[_guarded(value) for value in row] for row in rows])
    return len(rows)


def _guarded(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
