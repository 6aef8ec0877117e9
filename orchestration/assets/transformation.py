"""Transformation: the dbt project, in the two stages that scoring lies between.

Belongs here: running dbt and what a person wants to see of its tables. Does not belong here: SQL
(dbt_project), what dbt is passed (`orchestration.dbt`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from orchestration.config import Company
from orchestration.dbt import AFTER_SCORING, PROJECT_DIR, Translator, build_arguments
from orchestration.previews import table_metadata
from orchestration.resources import CompanyResource, as_of_date
from orchestration.stages import stage


def build_dbt_assets(
    manifest: Path, partitions: dg.PartitionsDefinition
) -> list[dg.AssetsDefinition]:
    """The dbt models before and after scoring, each stage one dbt run."""

    @dbt_assets(
        manifest=manifest,
        name="warehouse",
        exclude=AFTER_SCORING,
        dagster_dbt_translator=Translator(),
        partitions_def=partitions,
        pool="warehouse",
    )
    def warehouse(
        context: dg.AssetExecutionContext, company: CompanyResource, dbt: DbtCliResource
    ) -> Iterator[Any]:
        with company.writer() as current, stage("Transform"):
            yield from _build(context, current, dbt)

    @dbt_assets(
        manifest=manifest,
        name="decisions",
        select=AFTER_SCORING,
        dagster_dbt_translator=Translator(),
        partitions_def=partitions,
        pool="warehouse",
    )
    def decisions(
        context: dg.AssetExecutionContext, company: CompanyResource, dbt: DbtCliResource
    ) -> Iterator[Any]:
        with company.writer() as current, stage("Decide"):
            yield from _build(context, current, dbt)

    return [warehouse, decisions]


def _build(
    context: dg.AssetExecutionContext, company: Company, dbt: DbtCliResource
) -> Iterator[Any]:
    os.environ["ENCOURS_WAREHOUSE"] = str(company.warehouse)
    invocation = dbt.cli(build_arguments(company, as_of_date(context)), context=context)
    # The warehouse has one writer: rows are counted once dbt has closed it.
    events = list(invocation.stream())
    details = table_metadata(company.warehouse)
    for event in events:
        if isinstance(event, dg.Output):
            key = context.asset_key_for_output(event.output_name)
            yield event.with_metadata({**event.metadata, **details.get(key.path[-1], {})})
        else:
            yield event


def dbt_resource() -> DbtCliResource:
    """The dbt command line on this project's own profile."""
    return DbtCliResource(
        project_dir=str(PROJECT_DIR),
        profiles_dir=str(PROJECT_DIR),
        global_config_flags=["--log-format-file", "json"],
    )
