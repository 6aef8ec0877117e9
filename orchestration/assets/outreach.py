"""Outreach: the policy as a source, and the day's lists and drafts.

Belongs here: assets around `outreach` and `orchestration.emitting`. Does not belong here: deciding
(dbt), rendering (`outreach`). Nothing is sent.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.emitting import emit_day, mark_emitted, read_day
from orchestration.policy import POLICY_TABLES, write_policy
from orchestration.queueing import queue_day
from orchestration.resources import (
    ONE_DAY_A_RUN,
    CompanyResource,
    as_of_date,
    moment,
    require_published,
)
from orchestration.stages import stage
from orchestration.warehouse import writing
from outreach.policy import DEFAULT_POLICY_PATH

GROUP = "outreach"


def build_policy(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The outreach policy as rows."""

    @dg.multi_asset(
        name="raw_policy",
        specs=[
            dg.AssetSpec(
                dg.AssetKey(["raw_policy", table]), group_name=GROUP, description=description
            )
            for table, (description, _) in POLICY_TABLES.items()
        ],
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def raw_policy(
        context: dg.AssetExecutionContext, company: CompanyResource
    ) -> Iterator[dg.MaterializeResult]:
        with company.writer() as current, writing(current.warehouse) as connection:
            written = write_policy(
                connection, current.policy_path or DEFAULT_POLICY_PATH, as_of_date(context)
            )
        for table, rows in written.items():
            yield dg.MaterializeResult(
                asset_key=dg.AssetKey(["raw_policy", table]),
                metadata={"dagster/row_count": rows},
            )

    return raw_policy


def build_emission(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The files of a day."""

    @dg.asset(
        key=["out", "day"],
        group_name=GROUP,
        description="At-risk list, digest, drafts, the CFO's cockpit, and the outbox filled. Nothing is sent.",
        deps=[dg.AssetKey(["published", "marts"])],
        kinds={"csv", "excel", "email"},
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def day(context: dg.AssetExecutionContext, company: CompanyResource) -> dg.MaterializeResult:
        with company.writer() as current, stage("Emit"):
            publication = require_published(current, context)
            rows = read_day(current, publication)
            paths = emit_day(current, publication, rows)
            queued = queue_day(current, publication, rows, moment(context))
            mark_emitted(current, publication)
        digest = next(path for path in paths if path.name == "digest.txt")
        return dg.MaterializeResult(
            metadata={
                "folder": dg.MetadataValue.path(digest.parent),
                "files": len(paths),
                "drafts": sum(path.suffix == ".eml" for path in paths),
                "messages queued": "none: a later day is the newest"
                if queued.is_past
                else queued.size,
                "digest": dg.MetadataValue.md(f"```\n{digest.read_text(encoding='utf-8')}\n```"),
            }
        )

    return day
