"""The desk as a source: what people and mail gave back, before the day is built.

Belongs here: the asset around `orchestration.desk_copy`. Does not belong here: entries and outbox
(`outreach.desk`), what a hold or promise means (dbt).
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.desk_copy import DESK_TABLES, copy_desk
from orchestration.resources import ONE_DAY_A_RUN, CompanyResource, load_time
from orchestration.stages import stage
from orchestration.warehouse import writing

_DESCRIPTIONS = {
    "promises": "One row per version of a promise entered at the desk.",
    "disputes": "One row per version of a dispute entered at the desk.",
    "activities": "One row per contact, reply or note; what was sent returns here.",
    "holds": "One row per version of a hold that a person placed.",
    "releases": "One row per version of an override of a hold.",
    "unreachable_addresses": "One row per address that bounced for good.",
    "deliveries": "One row per message of the outbox and invoice in it.",
}


def build_desk(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The desk's entries as rows."""

    @dg.multi_asset(
        name="raw_desk",
        specs=[
            dg.AssetSpec(
                dg.AssetKey(["raw_desk", table]),
                group_name="ingestion",
                description=_DESCRIPTIONS[table],
                deps=[dg.AssetKey(["desk", "inbox"])],
                kinds={"sqlite"},
            )
            for table in DESK_TABLES
        ],
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def raw_desk(
        context: dg.AssetExecutionContext, company: CompanyResource
    ) -> Iterator[dg.MaterializeResult]:
        with company.writer() as current, stage("Ingest"), writing(current.warehouse) as connection:
            is_rehearsal = current.config.delivery.mode != "live"
            copied = copy_desk(connection, current.desk, load_time(context), is_rehearsal)
        for table, rows in copied.items():
            yield dg.MaterializeResult(
                asset_key=dg.AssetKey(["raw_desk", table]), metadata={"dagster/row_count": rows}
            )

    return raw_desk
