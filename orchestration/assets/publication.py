"""Publication: the marts that passed, in a read-only file of their own.

Belongs here: the asset around `orchestration.publishing`. Does not belong here: the swap itself.
"""

import dagster as dg

from orchestration.publishing import publish
from orchestration.resources import ONE_DAY_A_RUN, CompanyResource, as_of_date
from orchestration.stages import stage

GROUP = "publication"


def build_publication(
    marts: list[dg.AssetKey], partitions: dg.PartitionsDefinition
) -> dg.AssetsDefinition:
    """The published marts of a day.

    Args:
        marts: Keys of every mart: none of them may fail for the day to be published.
        partitions: The daily partitions.
    """

    @dg.asset(
        key=["published", "marts"],
        group_name=GROUP,
        description="Read-only copy of the marts, swapped in whole once it passed its audit.",
        deps=marts,
        kinds={"duckdb"},
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def marts_published(
        context: dg.AssetExecutionContext, company: CompanyResource
    ) -> dg.MaterializeResult:
        with company.writer() as current, stage("Publish"):
            publication = publish(
                current.warehouse, current.published, as_of_date(context), context.run.run_id
            )
        return dg.MaterializeResult(
            metadata={
                "state": "published" if publication.is_new else "unchanged",
                "path": dg.MetadataValue.path(publication.database),
                "rows": {name: int(facts["rows"]) for name, facts in publication.tables.items()},
            }
        )

    return marts_published
