"""Publication: the marts that passed, in read-only files of their own.

Belongs here: the asset around `orchestration.publishing`, and what it is told of the run. Does not
belong here: the swap itself.
"""

from collections.abc import Mapping

import dagster as dg

from orchestration.config import Company
from orchestration.dbt import manifest_folder
from orchestration.publication.about import About
from orchestration.publication.checks import checks_of_run
from orchestration.publication.descriptions import (
    mart_descriptions,
    read_manifest,
    test_descriptions,
)
from orchestration.publishing import publish
from orchestration.resources import ONE_DAY_A_RUN, CompanyResource, as_of_date, moment
from orchestration.stages import stage

GROUP = "publication"


def build_publication(
    marts: list[dg.AssetKey],
    partitions: dg.PartitionsDefinition,
    checks: list[dg.AssetChecksDefinition],
) -> dg.AssetsDefinition:
    """The published marts of a day.

    Args:
        marts: Keys of every mart: none of them may fail for the day to be published.
        partitions: The daily partitions.
        checks: The company's own checks; what they say of themselves is published with what they found.
    """
    descriptions = {
        (".".join(spec.asset_key.path), spec.name): spec.description or ""
        for check in checks
        for spec in check.check_specs
    }

    @dg.asset(
        key=["published", "marts"],
        group_name=GROUP,
        description="Read-only copy of the marts, swapped in whole once it passed its audit.",
        deps=marts,
        kinds={"duckdb", "parquet"},
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def marts_published(
        context: dg.AssetExecutionContext, company: CompanyResource
    ) -> dg.MaterializeResult:
        with company.writer() as current, stage("Publish"):
            publication = publish(
                current.warehouse,
                current.published,
                as_of_date(context),
                context.run.run_id,
                _about(context, current, descriptions),
            )
        return dg.MaterializeResult(
            metadata={
                "state": "published" if publication.is_new else "unchanged",
                "path": dg.MetadataValue.path(publication.database),
                "rows": {name: int(facts["rows"]) for name, facts in publication.tables.items()},
            }
        )

    return marts_published


def _about(
    context: dg.AssetExecutionContext,
    company: Company,
    descriptions: Mapping[tuple[str, str], str],
) -> About:
    # As it was when the run was planned: an edit meanwhile must not parse it again.
    manifest = read_manifest(manifest_folder(company.source_names) / "manifest.json")
    return About(
        company_name=company.config.company.name,
        reporting_currency=company.config.company.reporting_currency,
        source_names=company.source_names,
        run_started_at=moment(context),
        checks=checks_of_run(
            context.instance, context.run.run_id, test_descriptions(manifest), descriptions
        ),
        descriptions=mart_descriptions(manifest),
    )
