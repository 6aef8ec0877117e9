"""Expectations on what arrived, before anything is built on it.

Belongs here: schema, volume and values of raw tables, by Great Expectations; the share of rows in
quarantine. Does not belong here: keys and relations between tables (dbt tests).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from connectors.contract import ENTITIES, Entity
from connectors.manifest import last_manifest_row
from orchestration.assets.ingestion import SOURCE, raw_key
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
        entity: Name of the entity.
        passed: Whether all held.
        expectations: How many were tried.
        failed: The broken ones in words, with how many rows broke them.
    """

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


def check_table(context: Any, entity: Entity, table: "pd.DataFrame") -> Finding:
    """Validate one table.

    Args:
        context: An ephemeral Great Expectations context.
        entity: The entity the table holds.
        table: Its rows, one column a contract column.
    """
    import great_expectations as gx

    source = context.data_sources.add_pandas(entity.name)
    batch = source.add_dataframe_asset(entity.name).add_batch_definition_whole_dataframe("all")
    suite = gx.ExpectationSuite(name=entity.name, expectations=expectations_of(entity))
    result = batch.get_batch({"dataframe": table}).validate(suite, result_format="BASIC")
    failed = tuple(
        f"{r.expectation_config.type} on {r.expectation_config.kwargs.get('column', 'the table')}:"
        f" {r.result.get('unexpected_count', r.result.get('observed_value', r.exception_info))}"
        for r in result.results
        if not r.success
    )
    return Finding(entity.name, bool(result.success), len(result.results), failed)


def check_raw(company: Company) -> list[Finding]:
    """Run the suites of the ledger's entities on raw."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    # Progress bars are for notebooks.
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    findings = []
    with reading(company.warehouse) as connection:
        for name in CHECKED:
            entity = ENTITIES[name]
            columns = ", ".join(_comparable(c.name, c.type) for c in entity.typed_columns)
            table = connection.execute(f"select {columns} from raw_{SOURCE}.{name}").df()
            findings.append(check_table(context, entity, table))
    return findings


def _comparable(name: str, type_: str) -> str:
    # pandas holds decimals as objects; a double is enough to see a sign.
    return f"cast({name} as double) as {name}" if type_ in ("amount", "rate") else name


def quarantined_shares(company: Company) -> dict[str, tuple[int, int]]:
    """Quarantined and arrived rows of each entity's newest load."""
    with reading(company.warehouse) as connection:
        rows = [last_manifest_row(connection, SOURCE, name) for name in ENTITIES]
    return {row.entity: (row.quarantined, row.rows_in) for row in rows if row}


def build_raw_checks() -> list[dg.AssetChecksDefinition]:
    """The checks on raw; a failed one stops what is built on it."""

    @dg.multi_asset_check(
        name="raw_expectations",
        specs=[
            dg.AssetCheckSpec(
                "expectations",
                asset=raw_key(name),
                blocking=True,
                description="Schema, volume and values as the import contract says (Great Expectations).",
            )
            for name in CHECKED
        ],
        pool="warehouse",
    )
    def expectations(company: CompanyResource) -> Iterator[dg.AssetCheckResult]:
        with company.writer() as current, stage("Check"):
            findings = check_raw(current)
        for finding in findings:
            yield dg.AssetCheckResult(
                passed=finding.passed,
                asset_key=raw_key(finding.entity),
                check_name="expectations",
                metadata={"expectations": finding.expectations, "failed": list(finding.failed)},
            )

    @dg.multi_asset_check(
        name="raw_quarantine",
        specs=[
            dg.AssetCheckSpec(
                "quarantined_share",
                asset=raw_key(entity),
                blocking=True,
                description="The share of rows set aside is below the configured one.",
            )
            for entity in ENTITIES
        ],
        pool="warehouse",
    )
    def quarantine(company: CompanyResource) -> Iterator[dg.AssetCheckResult]:
        with company.writer() as current, stage("Check"):
            limit = current.config.run.max_quarantined_share
            shares = quarantined_shares(current)
        for entity in ENTITIES:
            quarantined, arrived = shares.get(entity, (0, 0))
            yield dg.AssetCheckResult(
                passed=quarantined <= limit * arrived,
                asset_key=raw_key(entity),
                check_name="quarantined_share",
                metadata={"quarantined": quarantined, "rows in": arrived, "limit": float(limit)},
            )

    return [expectations, quarantine]
