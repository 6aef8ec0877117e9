"""The connector's own raw tables: the rows as they are, what became of each, the figures.

Belongs here: `raw_fec.entries`, `raw_fec.matching`, `raw_fec.report`. Does not belong here: the entities
of the contract (`connectors.landing`).
"""

from __future__ import annotations

from datetime import datetime

import duckdb

from connectors.fec.declaration import COLUMNS, NAME
from connectors.fec.entities import RECORDS
from connectors.fec.reading import BAD, LINES
from connectors.fec.rebuild import ALLOCATIONS, ITEMS, OUTCOMES
from connectors.fec.report import REPORT, FecReport
from connectors.landing import prepare_raw
from connectors.manifest import MANIFEST, QUARANTINE, ManifestRow, write_manifest_row

ENTRIES = "entries"
MATCHING = "matching"
_SCHEMA = f"raw_{NAME}"


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Create schema `raw_fec` with all its tables where absent."""
    prepare_raw(connection, NAME)
    texts = ", ".join(f"{name} varchar" for name in COLUMNS.values())
    connection.execute(
        f"create table if not exists {_SCHEMA}.{ENTRIES} ({texts}, amount decimal(18,2), entry_date date,"
        " piece_date date, lettering_date date, validation_date date, due_date date, extra json,"
        " _row_hash varchar, _file varchar, _line bigint, _file_hash varchar, _load_id bigint,"
        " _loaded_at timestamp)"
    )
    connection.execute(
        f"create table if not exists {_SCHEMA}.{MATCHING} (customer_id varchar, class varchar, record varchar,"
        " record_id varchar, amount decimal(18,2), entry_date date, matching_tier varchar, matching_group varchar,"
        " is_outside boolean, _file varchar, _line bigint, part integer, _load_id bigint)"
    )
    connection.execute(
        f"create table if not exists {_SCHEMA}.{REPORT} (load_id bigint, content_hash varchar,"
        " loaded_at timestamp, report json)"
    )


def land_entries(
    connection: duckdb.DuckDBPyConnection, currency: str, loaded_at: datetime, seconds: float
) -> list[ManifestRow]:
    """Append the rows of every file whose bytes are new, with quarantine and manifest row.

    Args:
        connection: The warehouse; `_fec_lines`, `_fec_bad_lines` and `_fec_files` are filled.
        currency: Currency of the books.
        loaded_at: UTC time of the load.
        seconds: How long reading took, for all files.

    Returns:
        One manifest row a new file.
    """
    rows = []
    new = connection.execute(
        f"select file_number, file, digest from _fec_files anti join (select content_hash from"
        f" {_SCHEMA}.{MANIFEST} where entity = '{ENTRIES}') as known on digest = known.content_hash"
        " order by file_number"
    ).fetchall()
    for number, file, digest in new:
        connection.execute("begin transaction")
        try:
            rows.append(_land_file(connection, number, file, digest, currency, loaded_at, seconds))
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
    return rows


def _land_file(
    connection: duckdb.DuckDBPyConnection,
    number: int,
    file: str,
    digest: str,
    currency: str,
    loaded_at: datetime,
    seconds: float,
) -> ManifestRow:
    [(load_id,)] = connection.execute(
        f"select coalesce(max(load_id), 0) + 1 from {_SCHEMA}.{MANIFEST} where entity = '{ENTRIES}'"
    ).fetchall()
    connection.execute(
        f"insert into {_SCHEMA}.{ENTRIES} by name select * exclude (file_number, file, line, row_hash),"
        " row_hash as _row_hash, file as _file, line as _line, $digest as _file_hash, $load as _load_id,"
        f" $loaded_at as _loaded_at from {LINES} where file_number = $number order by line",
        {"digest": digest, "load": load_id, "loaded_at": loaded_at, "number": number},
    )
    connection.execute(
        f"insert into {_SCHEMA}.{QUARANTINE} by name select '{NAME}' as source, '{ENTRIES}' as entity,"
        " $load as load_id, file, line, column_name, raw_value, reason, raw_row"
        f" from {BAD} where file_number = $number",
        {"load": load_id, "number": number},
    )
    [(loaded, debits)] = connection.execute(
        f"select count(*), cast(coalesce(sum(amount) filter (where amount > 0), 0) as varchar)"
        f" from {LINES} where file_number = ?",
        [number],
    ).fetchall()
    [(bad,)] = connection.execute(
        f"select count(*) from {BAD} where file_number = ?", [number]
    ).fetchall()
    row = ManifestRow(
        source=NAME,
        entity=ENTRIES,
        load_id=load_id,
        file=file,
        content_hash=digest,
        rows_in=loaded + bad,
        loaded=loaded,
        exact_duplicates=0,
        quarantined=bad,
        amounts={currency: debits},
        duration_seconds=round(seconds, 3),
    )
    write_manifest_row(connection, row, loaded_at)
    return row


def land_matching(
    connection: duckdb.DuckDBPyConnection, report: FecReport, digest: str, loaded_at: datetime
) -> None:
    """Append what became of every customer row, and the figures, as one load.

    Args:
        connection: The warehouse; the temporary tables of a rebuilt book are filled.
        report: Its figures.
        digest: SHA-256 of the files and their declaration.
        loaded_at: UTC time of the load.
    """
    [(load_id,)] = connection.execute(
        f"select coalesce(max(load_id), 0) + 1 from {_SCHEMA}.{REPORT}"
    ).fetchall()
    connection.execute("begin transaction")
    try:
        connection.execute(
            f"insert into {_SCHEMA}.{MATCHING} with sides as (select credit as number, tier from {ALLOCATIONS}"
            f" union all select debit as number, tier from {ALLOCATIONS}),"
            " tiers as (select number, max(tier) as tier from sides group by number)"
            " select 'fec-' || items.customer_code, items.class, records.sort, records.record_id, items.amount,"
            " items.entry_date, tiers.tier, outcomes.matching_group, coalesce(outcomes.is_outside, false),"
            f" items.file, items.line, items.part, $load from {ITEMS} as items"
            f" left join {RECORDS} as records on coalesce(items.target, items.number) = records.number"
            " left join tiers on coalesce(items.target, items.number) = tiers.number"
            f" left join {OUTCOMES} as outcomes on items.number = outcomes.number order by items.number",
            {"load": load_id},
        )
        connection.execute(
            f"insert into {_SCHEMA}.{REPORT} values (?, ?, ?, ?)",
            [load_id, digest, loaded_at, report.to_json()],
        )
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
