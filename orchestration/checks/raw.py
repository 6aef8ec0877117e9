"""Checks of what arrived, before anything is built on it.

Belongs here: which rows of which tables are asked, the share of rows in quarantine, the asset checks.
Does not belong here: the expectations (`checks.expectations`), keys and relations between tables (dbt
tests).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import dagster as dg
import duckdb

from connectors.contract import ENTITIES
from connectors.manifest import MANIFEST
from connectors.source import Source
from orchestration.assets.ingestion import raw_key
from orchestration.checks.expectations import Validator, arrivals_suite, suite_of
from orchestration.checks.finding import Finding
from orchestration.checks.tables import (
    CheckedTable,
    arrivals,
    checked_tables,
    new_rows,
    newest_load,
    passed_load,
    quarantined_shares,
    tables_sharing_ids,
    tables_without_rows,
)
from orchestration.config import Company
from orchestration.resources import CompanyResource, as_of_date
from orchestration.stages import stage
from orchestration.warehouse import writing


def check_raw(company: Company, sources: Sequence[Source], day: date) -> list[Finding]:
    """Run the suites on what has arrived in raw since they last passed, and write the data docs.

    Args:
        company: Whose warehouse.
        sources: Its sources.
        day: The business date.

    Returns:
        One finding per raw table that holds an entity, and one per source named `_manifest`.
    """
    tables = checked_tables(sources)
    raw = [table for table in tables if not table.is_staged]
    validator = Validator(company.home / "data_docs" / "raw")
    with writing(company.warehouse) as connection:
        # Where a vendor's objects may hold the invoices, staging is asked for them.
        findings = _check_tables(connection, validator, raw, raw if raw == tables else ())
        shared = {
            (t.source, t.entity): said for t, said in tables_sharing_ids(connection, raw).items()
        }
        findings = [
            replace(f, broken=(*f.broken, shared[f.source, f.table]))
            if (f.source, f.table) in shared
            else f
            for f in findings
        ]
        limit = company.config.run.max_stale_days
        for source in sources:
            frame = arrivals(connection, source, day)
            suite = arrivals_suite(limit)
            findings.append(validator.validate(source.name, MANIFEST, [frame], suite))
    validator.write_docs(findings)
    return findings


def check_staged(company: Company, sources: Sequence[Source]) -> list[Finding]:
    """Run the suites on what staging makes of a vendor's objects, and write the data docs.

    Args:
        company: Whose warehouse.
        sources: Its sources.

    Returns:
        One finding per staging model of such a source.
    """
    tables = checked_tables(sources)
    validator = Validator(company.home / "data_docs" / "staged")
    with writing(company.warehouse) as connection:
        staged = [table for table in tables if table.is_staged]
        findings = _check_tables(connection, validator, staged, tables)
    owing = {source.name for source in sources if source.is_ledger}
    # A typo in a deal of the CRM stops no ledger.
    findings = [
        finding
        if finding.source in owing
        else replace(finding, broken=(), odd=(*finding.broken, *finding.odd))
        for finding in findings
    ]
    validator.write_docs(findings)
    return findings


def _check_tables(
    connection: duckdb.DuckDBPyConnection,
    validator: Validator,
    tables: Sequence[CheckedTable],
    ledger: Sequence[CheckedTable],
) -> list[Finding]:
    missing = tables_without_rows(connection, ledger)
    findings = []
    for table in tables:
        finding = _check_table(connection, validator, table)
        if table in missing:
            finding = replace(finding, broken=(*finding.broken, missing[table]))
        findings.append(finding)
    return findings


def _check_table(
    connection: duckdb.DuckDBPyConnection, validator: Validator, table: CheckedTable
) -> Finding:
    """Ask a table's rows that no check has passed yet; a table without any is not asked again."""
    newest, passed = newest_load(connection, table), passed_load(connection, table)
    if newest <= passed:
        return Finding(table.source, table.entity, 0, 0)
    suite = suite_of(ENTITIES[table.entity])
    batches = new_rows(connection, table, passed)
    finding = validator.validate(table.source, table.entity, batches, suite)
    if finding.passed:
        connection.execute(
            "insert into audit.checked_loads values (?, ?, ?)",
            [table.source, table.entity, newest],
        )
    return finding


def _specs(assets: Sequence[dg.AssetKey]) -> list[dg.AssetCheckSpec]:
    """Two checks a table: one that stops the day, one that a person should look at."""
    return [
        spec
        for asset in assets
        for spec in (
            dg.AssetCheckSpec(
                "expectations",
                asset=asset,
                blocking=True,
                description="Schema, keys, values, signs and dates as the import contract says, and every row"
                " accounted for (Great Expectations).",
            ),
            dg.AssetCheckSpec(
                "unusual",
                asset=asset,
                description="What a person should look at: volume against earlier loads, freshness, dates out"
                " of order (Great Expectations).",
            ),
        )
    ]


def _results(
    key: dg.AssetKey, finding: Finding, company: Company, docs: str
) -> Iterator[dg.AssetCheckResult]:
    index = company.home / "data_docs" / docs / "index.html"
    metadata: dict[str, Any] = {
        "rows not checked before": finding.rows,
        "expectations": finding.expectations,
        "broken": list(finding.broken),
        "odd": list(finding.odd),
        "data docs": dg.MetadataValue.path(index),
    }
    yield dg.AssetCheckResult(
        passed=finding.passed, asset_key=key, check_name="expectations", metadata=metadata
    )
    yield dg.AssetCheckResult(
        passed=not finding.odd,
        asset_key=key,
        check_name="unusual",
        severity=dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


def staged_key(source: str, entity: str) -> dg.AssetKey:
    """Asset key of a staging model."""
    return dg.AssetKey(["staging", f"stg_{source}__{entity}"])


def build_staged_checks(sources: Sequence[Source]) -> list[dg.AssetChecksDefinition]:
    """The checks on what staging makes of vendors' objects; none where there are none."""
    asked = [table for table in checked_tables(sources) if table.is_staged]
    if not asked:
        return []

    @dg.multi_asset_check(
        name="staged_expectations",
        specs=_specs([staged_key(table.source, table.entity) for table in asked]),
        pool="warehouse",
    )
    def staged_expectations(company: CompanyResource) -> Iterator[dg.AssetCheckResult]:
        with company.writer() as current, stage("Check"):
            findings = check_staged(current, sources)
        for finding in findings:
            yield from _results(
                staged_key(finding.source, finding.table), finding, current, "staged"
            )

    return [staged_expectations]


def build_raw_checks(sources: Sequence[Source]) -> list[dg.AssetChecksDefinition]:
    """The checks on raw; a failed blocking one stops what is built on it."""
    every = [(source.name, table) for source in sources for table in source.tables]
    asked = [(t.source, t.entity) for t in checked_tables(sources) if not t.is_staged]
    asked += [(source.name, MANIFEST) for source in sources]

    @dg.multi_asset_check(
        name="raw_expectations",
        specs=_specs([raw_key(*table) for table in asked]),
        pool="warehouse",
    )
    def expectations(
        context: dg.AssetCheckExecutionContext, company: CompanyResource
    ) -> Iterator[dg.AssetCheckResult]:
        with company.writer() as current, stage("Check"):
            findings = check_raw(current, sources, as_of_date(context))
        for finding in findings:
            yield from _results(raw_key(finding.source, finding.table), finding, current, "raw")

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
