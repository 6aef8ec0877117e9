"""Checks of what arrived, before anything is built on it.

Belongs here: which rows of which tables are asked, the share of rows in quarantine, the asset checks.
Does not belong here: the expectations (`checks.expectations`), keys and relations between tables (dbt
tests).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb

from connectors.contract import ENTITIES, Entity
from connectors.manifest import MANIFEST, last_manifest_row
from connectors.source import Source
from orchestration.assets.ingestion import raw_key
from orchestration.checks.expectations import Finding, Validator, arrivals_suite, suite_of
from orchestration.config import Company
from orchestration.quarantine import CORRECTION, open_rows
from orchestration.resources import CompanyResource, as_of_date
from orchestration.stages import stage
from orchestration.warehouse import reading, writing

if TYPE_CHECKING:
    import pandas as pd

# DuckDB's vectors of 2,048 rows: batches of half a million.
_VECTORS_A_BATCH = 244
# Ledgers that stand still are stale; a help desk may be quiet for a week.
_MUST_BE_FRESH = ("invoices", "payments")


@dataclass(frozen=True)
class CheckedTable:
    """A table that holds rows of an entity.

    Attributes:
        source: Name of the source.
        entity: Name of the entity.
    """

    source: str
    entity: str

    @property
    def relation(self) -> str:
        """Its name in the warehouse."""
        return f"raw_{self.source}.{self.entity}"

    @property
    def key(self) -> dg.AssetKey:
        """Its asset key."""
        return raw_key(self.source, self.entity)


def checked_tables(sources: Sequence[Source]) -> list[CheckedTable]:
    """Every raw table that holds an entity of the contract."""
    return [CheckedTable(s.name, t) for s in sources for t in s.tables if t in ENTITIES]


def _columns(entity: Entity) -> str:
    # pandas holds decimals as objects; a double is enough to see a sign.
    columns = [
        f"cast({c.name} as double) as {c.name}" if c.type in ("amount", "rate") else c.name
        for c in entity.typed_columns
    ]
    if entity.name == "payments":
        outgoing = "kind in ('refund', 'chargeback')"
        columns.append(f"case when {outgoing} then cast(amount as double) end as outgoing_amount")
    return ", ".join([*columns, "_load_id"])


def passed_load(connection: duckdb.DuckDBPyConnection, table: CheckedTable) -> int:
    """The newest load of a table whose rows have passed; 0 where none has."""
    [(load_id,)] = connection.execute(
        "select coalesce(max(load_id), 0) from audit.checked_loads where source = ? and entity = ?",
        [table.source, table.entity],
    ).fetchall()
    return int(load_id)


def new_rows(
    connection: duckdb.DuckDBPyConnection, table: CheckedTable, passed: int
) -> "Iterator[pd.DataFrame]":
    """Rows of the loads after one that passed, in batches; one empty batch where there are none."""
    cursor = connection.execute(
        f"select {_columns(ENTITIES[table.entity])} from {table.relation} where not _is_deleted"
        " and _load_id > ?",
        [passed],
    )
    batch = cursor.fetch_df_chunk(_VECTORS_A_BATCH)
    while True:
        yield batch
        batch = cursor.fetch_df_chunk(_VECTORS_A_BATCH)
        if batch.empty:
            return


def arrivals(
    connection: duckdb.DuckDBPyConnection, source: str, day: date, entities: Sequence[str]
) -> "pd.DataFrame":
    """One row per table of a source that had a load: what its newest load says.

    Args:
        connection: The warehouse.
        source: Name of the source.
        day: The business date.
        entities: Contract entities whose newest record is asked for.

    Returns:
        entity, unaccounted_rows, volume_ratio (null before the fourth load), days_since_newest (null
        for tables that may rest and for a table without a record by that day).
    """
    newest = {
        name: connection.execute(
            f"select ? - max({ENTITIES[name].effective_date}) from raw_{source}.{name}"
            f" where {ENTITIES[name].effective_date} <= ?",
            [day, day],
        ).fetchall()[0][0]
        for name in _MUST_BE_FRESH
        if name in entities
    }
    frame = connection.execute(
        "with loads as (select *, row_number() over (partition by entity order by load_id desc) as age"
        f" from raw_{source}.{MANIFEST}), earlier as (select entity, median(rows_in) as rows_in"
        " from loads where age between 2 and 11 group by entity having count(*) >= 3)"
        " select loads.entity, loads.rows_in - loads.loaded - loads.exact_duplicates - loads.quarantined"
        " as unaccounted_rows, loads.rows_in / nullif(earlier.rows_in, 0) as volume_ratio"
        " from loads left join earlier on loads.entity = earlier.entity where age = 1 order by 1"
    ).df()
    # Null where the table may rest, so that the expectation does not ask it.
    frame["days_since_newest"] = frame["entity"].map(newest).astype("float64")
    return frame


def check_raw(company: Company, sources: Sequence[Source], day: date) -> list[Finding]:
    """Run the suites on what has arrived since they last passed, and write the data docs.

    Args:
        company: Whose warehouse.
        sources: Its sources.
        day: The business date.

    Returns:
        One finding per table with a suite, and one per source named `_manifest`.
    """
    validator = Validator(company.home / "data_docs")
    findings = []
    with writing(company.warehouse) as connection:
        tables = checked_tables(sources)
        missing = _without_rows(connection, tables)
        for table in tables:
            finding = _check_table(connection, validator, table)
            if table in missing:
                finding = replace(finding, broken=(*finding.broken, missing[table]))
            findings.append(finding)
        limit = company.config.run.max_stale_days
        for source in sources:
            frame = arrivals(connection, source.name, day, source.tables)
            suite = arrivals_suite(limit)
            findings.append(validator.validate(source.name, MANIFEST, [frame], suite))
    if any(finding.rows for finding in findings if finding.table != MANIFEST):
        validator.write_docs(findings)
    return findings


def _check_table(
    connection: duckdb.DuckDBPyConnection, validator: Validator, table: CheckedTable
) -> Finding:
    """Ask a table's rows that no check has passed yet; a table without any is not asked again."""
    newest = last_manifest_row(connection, table.source, table.entity)
    passed = passed_load(connection, table)
    finding = Finding(table.source, table.entity, 0, 0)
    if newest and newest.load_id > passed:
        suite = suite_of(ENTITIES[table.entity])
        batches = new_rows(connection, table, passed)
        finding = validator.validate(table.source, table.entity, batches, suite)
        if finding.passed:
            connection.execute(
                "insert into audit.checked_loads values (?, ?, ?)",
                [table.source, table.entity, newest.load_id],
            )
    return finding


def _without_rows(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[CheckedTable]
) -> dict[CheckedTable, str]:
    """Tables of entities that the ledger needs and that no source holds, with what to say."""
    missing: dict[CheckedTable, str] = {}
    for name in [name for name, entity in ENTITIES.items() if entity.is_required]:
        holding = [table for table in tables if table.entity == name]
        if not any(
            connection.execute(f"select 1 from {table.relation} limit 1").fetchone()
            for table in holding
        ):
            missing |= {table: f"{table.relation} holds no row" for table in holding}
    return missing


def quarantined_shares(
    company: Company, tables: list[tuple[str, str]]
) -> dict[tuple[str, str], tuple[int, int]]:
    """Rows set aside and not dealt with, and all that arrived, of each raw table's newest export."""
    shares: dict[tuple[str, str], tuple[int, int]] = {}
    with reading(company.warehouse) as connection:
        for source in sorted({source for source, _ in tables}):
            found = connection.execute(
                f"with exports as (select * from raw_{source}.{MANIFEST} where not starts_with(file, ?)),"
                " newest as (select entity, file, load_id, rows_in from exports"
                "   qualify loaded_at = max(loaded_at) over (partition by entity)),"
                f" aside as (select open_rows.entity, count(distinct (open_rows.file, line, row_id)) as aside"
                f"   from ({open_rows(source)}) as open_rows semi join newest using (entity, file, load_id)"
                "   group by open_rows.entity)"
                " select entity, coalesce(any_value(aside), 0), sum(rows_in)"
                " from newest left join aside using (entity) group by entity",
                [CORRECTION],
            ).fetchall()
            shares |= {(source, entity): (int(bad), int(rows)) for entity, bad, rows in found}
    return {key: shares[key] for key in tables if key in shares}


def _metadata(finding: Finding, company: Company) -> dict[str, Any]:
    return {
        "rows not checked before": finding.rows,
        "expectations": finding.expectations,
        "broken": list(finding.broken),
        "odd": list(finding.odd),
        "data docs": dg.MetadataValue.path(company.home / "data_docs" / "index.html"),
    }


def build_raw_checks(sources: Sequence[Source]) -> list[dg.AssetChecksDefinition]:
    """The checks on raw; a failed blocking one stops what is built on it."""
    every = [(source.name, table) for source in sources for table in source.tables]
    asked = [(t.source, t.entity) for t in checked_tables(sources)]
    asked += [(source.name, MANIFEST) for source in sources]

    @dg.multi_asset_check(
        name="raw_expectations",
        specs=[
            *(
                dg.AssetCheckSpec(
                    "expectations",
                    asset=raw_key(*table),
                    blocking=True,
                    description="Schema, keys, values, signs and dates as the import contract says, and every"
                    " row accounted for (Great Expectations).",
                )
                for table in asked
            ),
            *(
                dg.AssetCheckSpec(
                    "unusual",
                    asset=raw_key(*table),
                    description="What a person should look at: volume against earlier loads, freshness, dates"
                    " out of order (Great Expectations).",
                )
                for table in asked
            ),
        ],
        pool="warehouse",
    )
    def expectations(
        context: dg.AssetCheckExecutionContext, company: CompanyResource
    ) -> Iterator[dg.AssetCheckResult]:
        with company.writer() as current, stage("Check"):
            findings = check_raw(current, sources, as_of_date(context))
        for finding in findings:
            key, metadata = raw_key(finding.source, finding.table), _metadata(finding, current)
            yield dg.AssetCheckResult(
                passed=finding.passed,
                asset_key=key,
                check_name="expectations",
                metadata=metadata,
            )
            yield dg.AssetCheckResult(
                passed=not finding.odd,
                asset_key=key,
                check_name="unusual",
                severity=dg.AssetCheckSeverity.WARN,
                metadata=metadata,
            )

    @dg.multi_asset_check(
        name="raw_quarantine",
        specs=[
            dg.AssetCheckSpec(
                "quarantined_share",
                asset=raw_key(*table),
                blocking=True,
                description="The share of rows set aside is below the configured one.",
            )
            for table in every
        ],
        pool="warehouse",
    )
    def quarantine(company: CompanyResource) -> Iterator[dg.AssetCheckResult]:
        with company.writer() as current, stage("Check"):
            limit = current.config.run.max_quarantined_share
            shares = quarantined_shares(current, every)
        for table in every:
            quarantined, arrived = shares.get(table, (0, 0))
            yield dg.AssetCheckResult(
                passed=quarantined <= limit * arrived,
                asset_key=raw_key(*table),
                check_name="quarantined_share",
                metadata={"quarantined": quarantined, "rows in": arrived, "limit": float(limit)},
            )

    return [expectations, quarantine]
