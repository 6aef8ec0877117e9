"""Expectations on what arrived, before anything is built on it.

Belongs here: schema, volume and values of raw tables, by Great Expectations; the share of rows in
quarantine. Does not belong here: keys and relations between tables (dbt tests).
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from connectors.contract import ENTITIES, Entity
from connectors.manifest import last_manifest_row
from connectors.source import Source
from orchestration.assets.ingestion import raw_key
from orchestration.config import Company
from orchestration.resources import CompanyResource
from orchestration.stages import stage
from orchestration.warehouse import reading

if TYPE_CHECKING:
    import pandas as pd

CHECKED = ("customers", "invoices", "payments", "payment_allocations", "credit_notes", "fx_rates")


@dataclass(frozen=True)
class Finding:
    """What the expectations found on one entity.

    Attributes:
        source: Name of the source.
        entity: Name of the entity.
        passed: Whether all held.
        expectations: How many were tried.
        failed: The broken ones in words, with how many rows broke them.
    """

    source: str
    entity: str
    passed: bool
    expectations: int
    failed: tuple[str, ...]


def expectations_of(entity: Entity) -> list[Any]:
    """The suite of an entity, derived from the contract."""
    import great_expectations.expectations as gxe

    suite: list[Any] = [
        gxe.ExpectTableColumnsToMatchSet(column_set=list(entity.column_names), exact_match=True)
    ]
    if entity.is_required:
        suite.append(gxe.ExpectTableRowCountToBeBetween(min_value=1))
    for column in entity.columns:
        if column.is_required:
            suite.append(gxe.ExpectColumnValuesToNotBeNull(column=column.name))
        if column.domain:
            suite.append(
                gxe.ExpectColumnValuesToBeInSet(column=column.name, value_set=list(column.domain))
            )
        if column.type == "currency":
            suite.append(gxe.ExpectColumnValuesToMatchRegex(column=column.name, regex="^[A-Z]{3}$"))
        if column.name in entity.no_negative or column.type == "rate":
            suite.append(gxe.ExpectColumnValuesToBeBetween(column=column.name, min_value=0))
    return suite


def check_table(context: Any, source_name: str, entity: Entity, table: "pd.DataFrame") -> Finding:
    """Validate one table.

    Args:
        context: An ephemeral Great Expectations context.
        source_name: Name of the source.
        entity: The entity the table holds.
        table: Its rows, one column a contract column.
    """
    import great_expectations as gx

    source = context.data_sources.add_pandas(f"{source_name}.{entity.name}")
    batch = source.add_dataframe_asset(entity.name).add_batch_definition_whole_dataframe("all")
    suite = gx.ExpectationSuite(name=entity.name, expectations=expectations_of(entity))
    result = batch.get_batch({"dataframe": table}).validate(suite, result_format="BASIC")
    failed = tuple(
        f"{r.expectation_config.type} on {r.expectation_config.kwargs.get('column', 'the table')}:"
        f" {r.result.get('unexpected_count', r.result.get('observed_value', r.exception_info))}"
        for r in result.results
        if not r.success
    )
    return Finding(source_name, entity.name, bool(result.success), len(result.results), failed)


def checked_tables(sources: Sequence[Source]) -> list[tuple[str, str]]:
    """Source and entity of every raw table that has a suite."""
    return [(s.name, table) for s in sources for table in CHECKED if table in s.tables]


def check_raw(company: Company, tables: list[tuple[str, str]]) -> list[Finding]:
    """Run the suites of raw tables.

    Args:
        company: Whose warehouse.
        tables: Source and entity of each.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    # Progress bars are for notebooks.
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    findings = []
    with reading(company.warehouse) as connection:
        for source, name in tables:
            entity = ENTITIES[name]
            columns = ", ".join(_comparable(c.name, c.type) for c in entity.typed_columns)
            table = connection.execute(
                f"select {columns} from raw_{source}.{name} where not _is_deleted"
            ).df()
            findings.append(check_table(context, source, entity, table))
    return findings


def _comparable(name: str, type_: str) -> str:
    # pandas holds decimals as objects; a double is enough to see a sign.
    return f"cast({name} as double) as {name}" if type_ in ("amount", "rate") else name


def quarantined_shares(
    company: Company, tables: list[tuple[str, str]]
) -> dict[tuple[str, str], tuple[int, int]]:
    """Quarantined and arrived rows of each raw table's newest load, by source and table."""
    with reading(company.warehouse) as connection:
        rows = {key: last_manifest_row(connection, *key) for key in tables}
    return {key: (row.quarantined, row.rows_in) for key, row in rows.items() if row}


def build_raw_checks(sources: Sequence[Source]) -> list[dg.AssetChecksDefinition]:
    """The checks on raw; a failed one stops what is built on it."""
    checked = checked_tables(sources)
    every = [(source.name, table) for source in sources for table in source.tables]

    @dg.multi_asset_check(
        name="raw_expectations",
        specs=[
            dg.AssetCheckSpec(
                "expectations",
                asset=raw_key(*table),
                blocking=True,
                description="Schema, volume and values as the import contract says (Great Expectations).",
            )
            for table in checked
        ],
        pool="warehouse",
    )
    def expectations(company: CompanyResource) -> Iterator[dg.AssetCheckResult]:
        with company.writer() as current, stage("Check"):
            findings = check_raw(current, checked)
        for finding in findings:
            yield dg.AssetCheckResult(
                passed=finding.passed,
                asset_key=raw_key(finding.source, finding.entity),
                check_name="expectations",
                metadata={"expectations": finding.expectations, "failed": list(finding.failed)},
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
