"""Transformation: the dbt project, in the two stages that scoring lies between.

Belongs here: running dbt and what a person wants to see of its tables. Does not belong here: SQL
(dbt_project), what dbt is passed (`orchestration.dbt`).
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from orchestration.config import Company
from orchestration.dbt import AFTER_SCORING, Translator
from orchestration.dbt_run import build, refuse_missing_rates
from orchestration.late_payment_checks import refuse_unlawful_interest
from orchestration.previews import table_metadata
from orchestration.resources import ONE_DAY_A_RUN, CompanyResource, as_of_date
from orchestration.stages import stage


def build_dbt_assets(
    manifest: Path,
    partitions: dg.PartitionsDefinition,
    sources: Sequence[str],
    staged_first: Sequence[str],
) -> list[dg.AssetsDefinition]:
    """The dbt models before and after scoring, each stage one dbt run.

    Args:
        manifest: The parsed project.
        partitions: The daily partitions.
        sources: Names of the configured sources.
        staged_first: Those whose staging is a run of its own, so that what it makes of a vendor's
            objects is checked before it is used.
    """
    # Folders are selected and none excluded: dbt would leave out every test that touches an excluded one.
    vendors = " ".join(f"fqn:encours.staging.{name}" for name in staged_first)
    folders = ["staging.desk", "intermediate", "features", "marts"]
    folders += [f"staging.{name}" for name in sources if name not in staged_first]

    def step(name: str, label: str, select: str, **options: Any) -> dg.AssetsDefinition:
        return _dbt_step(manifest, partitions, name, label, select, **options)

    selected = " ".join(f"fqn:encours.{folder}" for folder in folders)
    steps = [
        step("warehouse", "Transform", selected, exclude=AFTER_SCORING, after=refuse_missing_rates),
        step("decisions", "Decide", AFTER_SCORING, after=refuse_unlawful_interest),
    ]
    if staged_first:
        # Tests that also read later models wait for these.
        steps.insert(0, step("staging", "Transform", vendors, indirect_selection="cautious"))
    return steps


def _dbt_step(
    manifest: Path,
    partitions: dg.PartitionsDefinition,
    name: str,
    label: str,
    select: str,
    *,
    exclude: str | None = None,
    indirect_selection: str | None = None,
    after: Callable[[Company], None] = lambda _: None,
) -> dg.AssetsDefinition:
    """Models that one dbt run builds.

    Args:
        manifest: The parsed project.
        partitions: The daily partitions.
        name: Name of the step.
        label: The stage of the day it belongs to.
        select: dbt's selection of models.
        exclude: dbt's selection of those to leave out.
        indirect_selection: Which tests on several models are run; None for dagster-dbt's choice.
        after: Called once the models are built; what it raises stops the day.
    """

    @dbt_assets(
        manifest=manifest,
        name=name,
        select=select,
        exclude=exclude,
        dagster_dbt_translator=Translator(),
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def models(context: dg.AssetExecutionContext, company: CompanyResource) -> Iterator[Any]:
        with company.writer() as current, stage(label) as note:
            yield from _build(context, current, note, indirect_selection)
            after(current)

    return models


def _build(
    context: dg.AssetExecutionContext,
    company: Company,
    note: Callable[[str], None],
    indirect_selection: str | None,
) -> Iterator[Any]:
    # The warehouse has one writer: rows are counted once dbt has closed it.
    events = list(build(context, company, as_of_date(context), note, indirect_selection))
    built = {
        context.asset_key_for_output(event.output_name).path[-1]
        for event in events
        if isinstance(event, dg.Output)
    }
    details = table_metadata(company.warehouse, built)
    for event in events:
        if isinstance(event, dg.Output):
            key = context.asset_key_for_output(event.output_name)
            yield event.with_metadata({**event.metadata, **details.get(key.path[-1], {})})
        else:
            yield event
