"""What follows a published day: its messages queued, alerts told, what may leave sent.

Belongs here: assets around `orchestration.queueing`, `orchestration.inbox` and `outreach.delivery`.
Does not belong here: states of a message (`outreach.desk`), rendering.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg

from orchestration.config import Company
from orchestration.inbox import read_company_inbox
from orchestration.publishing import Publication, PublicationError, published_day
from orchestration.queueing import queue_day
from orchestration.resources import ONE_DAY_A_RUN, CompanyResource, as_of_date, load_time
from outreach.delivery.sending import send_pending

GROUP = "outreach"


def moment(context: dg.AssetExecutionContext) -> datetime:
    """When the run was created, as an aware UTC moment."""
    return load_time(context).replace(tzinfo=UTC)


def require_published(company: Company, context: dg.AssetExecutionContext) -> Publication:
    """The publication of the run's date.

    Raises:
        PublicationError: The date has none.
    """
    day = as_of_date(context)
    publication = published_day(company.published, day)
    if publication is None:
        raise PublicationError(f"{day} has no publication. Run `encours run --as-of {day}`.")
    return publication


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
        report = read_company_inbox(company.load(), as_of_date(context), moment(context))
        return dg.MaterializeResult(metadata=dict(report.metadata))

    return inbox


def build_alerts(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Promises that were broken since the last day."""
    return _build(
        partitions,
        "alerts",
        "An alert to the account owner for each promise that ran out unpaid since the last day.",
        lambda current, publication, now: queue_day(current, publication, now),
    )


def build_delivery(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """What may leave."""
    return _build(
        partitions,
        "delivered",
        "Messages sent: live delivery only, allow-listed, approved, within the daily cap.",
        lambda current, publication, now: None,
    )


def _build(
    partitions: dg.PartitionsDefinition,
    name: str,
    description: str,
    before: Callable[[Company, Publication, datetime], object],
) -> dg.AssetsDefinition:
    """An asset that prepares something and then sends what may leave; a dry run sends nothing."""

    @dg.asset(
        key=["out", name],
        group_name=GROUP,
        description=description,
        deps=[dg.AssetKey(["out", "day"])],
        kinds={"email", "slack"},
        partitions_def=partitions,
        backfill_policy=ONE_DAY_A_RUN,
    )
    def send(context: dg.AssetExecutionContext, company: CompanyResource) -> dg.MaterializeResult:
        current, now = company.load(), moment(context)
        before(current, require_published(current, context), now)
        report = send_pending(current.desk, current.config.delivery, lambda: now)
        return dg.MaterializeResult(
            metadata={
                "mode": current.config.delivery.mode,
                "sent": report.count("sent"),
                "would be sent": report.count("would_send"),
                "unknown": report.count("unknown") + report.count("recovered"),
                "refused": report.count("refused"),
                "waiting": report.count("waiting"),
            }
        )

    return send
