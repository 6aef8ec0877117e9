"""What follows a published day: its messages queued, alerts told, what may leave sent.

Belongs here: assets around `queueing`, `inbox` and `delivering` of orchestration.
Does not belong here: states of a message (`outreach.desk`), rendering.
"""

import dagster as dg

from orchestration.clock import utc_now
from orchestration.config import Company
from orchestration.delivering import send
from orchestration.emitting import read_day
from orchestration.inbox import read_company_inbox
from orchestration.queueing import queue_day
from orchestration.resources import (
    ONE_DAY_A_RUN,
    CompanyResource,
    as_of_date,
    moment,
    require_published,
)

GROUP = "outreach"


def build_inbox(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """What people and mail gave back."""

    @dg.asset(
        key=["desk", "inbox"],
        group_name="ingestion",
        description="Annotated lists, replies and bounces of the inbox, read into the desk, each once.",
        kinds={"excel", "email"},
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
    )
    def inbox(context: dg.AssetExecutionContext, company: CompanyResource) -> dg.MaterializeResult:
        read = read_company_inbox(company.load(), as_of_date(context), moment(context))
        return dg.MaterializeResult(metadata=dict(read.metadata))

    return inbox


def build_alerts(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Promises that were broken since the last day."""

    @dg.asset(
        key=["out", "alerts"],
        group_name=GROUP,
        description="An alert to the account owner for each promise that ran out unpaid since the last day.",
        deps=[dg.AssetKey(["out", "day"])],
        kinds={"slack"},
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
        pool="warehouse",
    )
    def alerts(context: dg.AssetExecutionContext, company: CompanyResource) -> dg.MaterializeResult:
        # Under the writer's lock, so that no older day overtakes a newer one.
        with company.writer() as current:
            publication = require_published(current, context)
            queue_day(current, publication, read_day(current, publication), moment(context))
        return dg.MaterializeResult(metadata=_send(current))

    return alerts


def build_delivery(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """What may leave."""

    @dg.asset(
        key=["out", "delivered"],
        group_name=GROUP,
        description="Messages sent: live delivery only, allow-listed, approved, within the daily cap.",
        deps=[dg.AssetKey(["out", "day"])],
        kinds={"email", "slack"},
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
    )
    def delivered(company: CompanyResource) -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata=_send(company.load()))

    return delivered


def _send(company: Company) -> dict[str, int | str]:
    """Send what may leave now; counts only, for the history of runs."""
    report = send(company, utc_now)
    return {
        "mode": company.config.delivery.mode,
        "sent": report.count("sent"),
        "would be sent": report.count("would_send"),
        "unknown": report.count("unknown") + report.count("recovered"),
        "refused": report.count("refused"),
        "waiting": report.count("waiting"),
    }
