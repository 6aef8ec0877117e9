"""The load of the FEC into `raw_fec`: rows as they are, then the book rebuilt from them.

Belongs here: the order of the steps, what is landed and when nothing is. Does not belong here: each
step (its own module), typing and append (`connectors.landing`).
"""

from __future__ import annotations

import hashlib
import time
from datetime import datetime

import duckdb

from connectors.contract import ENTITIES
from connectors.errors import SourceError
from connectors.fec.classification import classify
from connectors.fec.declaration import NAME, FecSource
from connectors.fec.entities import ENTITY_NAMES, build_entities, table_of
from connectors.fec.entries import build_entries, starts_with
from connectors.fec.files import FecFile, find_files
from connectors.fec.gate import check_balances, check_years
from connectors.fec.landed import land_entries, land_matching, prepare
from connectors.fec.reading import BAD, LINES, create_tables, read_file
from connectors.fec.rebuild import match_book, number_rows
from connectors.fec.report import FecReport, build_report, last_report
from connectors.landing import land_entity
from connectors.manifest import ManifestRow, last_manifest_row
from connectors.source import Progress, Source, contract_parties
from connectors.validation import TextForm

# Part of what makes a load known: raise it where the same files give other records.
REBUILD = 1
_TABLES = ("rows", "pieces", "items", "allocations", "outcomes", "records", "files", "lines")


def build_source(settings: FecSource) -> Source:
    """The FEC as a source of the pipeline.

    Args:
        settings: The configured source, path absolute.
    """
    return Source(
        name=NAME,
        tables=ENTITY_NAMES,
        prepare=prepare,
        load=lambda connection, loaded_at, progress: load_fec(
            connection, settings, loaded_at, progress
        ),
        parties=contract_parties(NAME),
        is_ledger=True,
        entities=ENTITY_NAMES,
        probe=lambda: probe_fec(settings),
    )


def probe_fec(settings: FecSource) -> list[str]:
    """Rebuild the book in memory: whether the gate holds, and how far the matching reaches.

    Returns:
        The figures of the rebuild in one line, and its findings.

    Raises:
        SourceError: As `load_fec`.
    """
    with duckdb.connect(":memory:") as connection:
        # Any load time serves: what is read here is kept nowhere.
        load_fec(connection, settings, datetime(2000, 1, 1))  # noqa: DTZ001
        report = last_report(connection)
    return [f"FEC: {report.summary}.", *report.findings] if report else []


def load_fec(
    connection: duckdb.DuckDBPyConnection,
    settings: FecSource,
    loaded_at: datetime,
    progress: Progress = lambda _: None,
) -> list[ManifestRow]:
    """Load the files where one of them is new or changed, and rebuild the customers' book from all.

    Args:
        connection: The warehouse, writable.
        settings: The configured source, path absolute.
        loaded_at: UTC time of the load.
        progress: Called with each step, and with the figures at the end.

    Returns:
        Manifest rows: one a new file, one an entity; none where nothing changed.

    Raises:
        SourceError: A file cannot be read, a customer's row cannot, a year does not open as the one
            before closed, or open items are not the balance. No entity is landed then.
    """
    prepare(connection)
    files, findings = find_files(settings)
    digest = _digest(settings, files)
    missing = [name for name in ENTITY_NAMES if _loaded_hash(connection, name) != digest]
    if not missing:
        return []
    try:
        loads = _read(connection, settings, files, loaded_at, progress)
        report = rebuild(connection, settings, findings)
        land_matching(connection, report, digest, loaded_at)
        loads += [
            _land(connection, name, files, digest, loaded_at)
            for name in ENTITY_NAMES
            if name in missing
        ]
    finally:
        _drop(connection)
    for finding in report.findings:
        progress(finding)
    progress(report.summary)
    return loads


def rebuild(
    connection: duckdb.DuckDBPyConnection, settings: FecSource, findings: list[str]
) -> FecReport:
    """Rebuild the book from `_fec_lines` and prove it; the entities stay in temporary tables.

    Raises:
        SourceError: As `load_fec`.
    """
    build_entries(connection, settings)
    check_years(connection)
    classify(connection, settings)
    number_rows(connection, settings)
    match_book(connection)
    build_entities(connection, settings)
    check_balances(connection)
    return build_report(connection, findings + _date_findings(connection))


def read_all(
    connection: duckdb.DuckDBPyConnection,
    settings: FecSource,
    files: list[FecFile],
    progress: Progress,
) -> None:
    """Tables `_fec_lines`, `_fec_bad_lines` and `_fec_files` of all files.

    Raises:
        SourceError: As `read_file`.
    """
    create_tables(connection)
    connection.execute(
        "create or replace temp table _fec_files (file_number integer, file varchar,"
        " named_closing_date date, digest varchar, closing_date date, first_date date)"
    )
    for number, file in enumerate(files, 1):
        progress(file.path.name)
        read_file(connection, settings, file, number)
        connection.execute(
            "insert into _fec_files select $number, $file, $named, $digest,"
            " greatest($named, max(entry_date)), min(entry_date)"
            f" from {LINES} where file_number = $number",
            {
                "number": number,
                "file": file.path.name,
                "named": file.closing_date,
                "digest": file.digest,
            },
        )


def _read(
    connection: duckdb.DuckDBPyConnection,
    settings: FecSource,
    files: list[FecFile],
    loaded_at: datetime,
    progress: Progress,
) -> list[ManifestRow]:
    started = time.perf_counter()
    read_all(connection, settings, files, progress)
    seconds = time.perf_counter() - started
    loads = land_entries(connection, settings.currency, loaded_at, seconds)
    _check_customer_rows(connection, settings)
    return loads


def _check_customer_rows(connection: duckdb.DuckDBPyConnection, settings: FecSource) -> None:
    """A customer's row that cannot be read leaves its balance unknown.

    Raises:
        SourceError: There is one, or a line whose account cannot be told, or no customer's row at all.
    """
    accounts = starts_with("account", settings.receivable_prefixes)
    bad = connection.execute(
        f"select file, line, reason from {BAD} where account is null or {accounts}"
        " order by file_number, line limit 1"
    ).fetchone()
    if bad:
        raise SourceError(
            f"{bad[0]} line {bad[1]}: {bad[2]}, so a customer's balance is not known.",
            "Correct the line or export the file again; raw_fec._quarantine lists all such lines.",
        )
    if connection.execute(f"select 1 from {LINES} where {accounts} limit 1").fetchone() is None:
        raise SourceError(
            f"{settings.path} has no row on a customer's account"
            f" ({', '.join(settings.customer_account_prefixes)}).",
            "Books kept by cash receipts hold no receivables; or correct customer_account_prefixes.",
        )


def _date_findings(connection: duckdb.DuckDBPyConnection) -> list[str]:
    later = connection.execute(
        "select file, named_closing_date, first_date, closing_date from _fec_files"
        " where closing_date > named_closing_date order by file_number"
    ).fetchall()
    return [
        f"{file} is named after {named} and holds entries of {first} to {last}: its balance is that of {last}"
        for file, named, first, last in later
    ]


def _land(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    files: list[FecFile],
    digest: str,
    loaded_at: datetime,
) -> ManifestRow:
    connection.execute("create or replace temp table _fec_none (line bigint, raw_row json)")
    row = land_entity(
        connection,
        NAME,
        ENTITIES[name],
        relation=table_of(name),
        form=TextForm(),
        file=", ".join(file.path.name for file in files),
        content_hash=digest,
        loaded_at=loaded_at,
        malformed_relation="_fec_none",
        is_complete=True,
        # The gate has proved that the records are all of them; a year less is fewer records.
        max_deleted_share=1.0,
    )
    if row.quarantined:
        raise SourceError(
            f"{row.quarantined} rebuilt {name} do not fit the import contract.",
            "raw_fec._quarantine names the value; correct the entry or report it.",
        )
    return row


def _digest(settings: FecSource, files: list[FecFile]) -> str:
    declared = settings.model_dump_json(exclude={"path"})
    known = "".join(f"{file.digest}{file.closing_date}" for file in files)
    return hashlib.sha256(f"{REBUILD}{declared}{known}".encode()).hexdigest()


def _loaded_hash(connection: duckdb.DuckDBPyConnection, entity: str) -> str | None:
    row = last_manifest_row(connection, NAME, entity)
    return row.content_hash if row else None


def _drop(connection: duckdb.DuckDBPyConnection) -> None:
    for table in (*(f"_fec_{name}" for name in _TABLES), BAD, "_fec_none"):
        connection.execute(f"drop table if exists temp.{table}")
    for name in ENTITY_NAMES:
        connection.execute(f"drop table if exists temp.{table_of(name)}")
