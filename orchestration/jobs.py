"""Jobs and schedules: what runs, and when.

Belongs here: selections and times. Does not belong here: assets, logic, what runs upon an event
(`sensors`).
"""

from typing import Any

import dagster as dg

from orchestration.config import Company, first_partition
from orchestration.publishing import published_days
from orchestration.resources import CompanyResource

DAILY, EMIT, TRAIN = "daily", "emit", "train"
INBOX, ALERT, DELIVER = "inbox", "alert", "deliver"


def daily_partitions(company: Company) -> dg.DailyPartitionsDefinition:
    """One partition a business date, today's included, in the company's time zone."""
    return dg.DailyPartitionsDefinition(
        start_date=first_partition(company).isoformat(),
        timezone=company.config.company.timezone,
        end_offset=1,
    )


def build_jobs() -> list[Any]:
    """The whole day up to its publication, and what follows or stands beside it."""
    alone = {
        EMIT: (
            ["out", "day"],
            "Write lists, digest and drafts of a published date and queue its messages. Nothing is sent.",
        ),
        TRAIN: (
            ["models", "trained"],
            "Train challengers on what was known by a date whose day has run; the gate decides.",
        ),
        INBOX: (
            ["desk", "inbox"],
            "Read annotated lists, replies and bounces from the inbox into the desk.",
        ),
        ALERT: (
            ["out", "alerts"],
            "Queue an alert to the account owner for each promise that was broken since the last day.",
        ),
        DELIVER: (
            ["out", "delivered"],
            "Send what may leave: live delivery only, allow-listed, approved, within the daily cap.",
        ),
    }
    # The inbox is part of the day too: what came in overnight counts in the morning.
    apart = [key for job, (key, _) in alone.items() if job != INBOX]
    everything_else = dg.AssetSelection.all() - dg.AssetSelection.assets(*apart)
    daily = dg.define_asset_job(
        DAILY,
        selection=everything_else,
        description="Ingest, check, transform, score, decide and publish one business date.",
        executor_def=dg.in_process_executor,
    )
    return [daily] + [
        dg.define_asset_job(
            name,
            selection=dg.AssetSelection.assets(key),
            description=description,
            executor_def=dg.in_process_executor,
        )
        for name, (key, description) in alone.items()
    ]


def build_schedule(company: Company, jobs: list[Any]) -> dg.ScheduleDefinition:
    """The daily job, every morning, for the date it runs on."""
    daily = next(job for job in jobs if job.name == DAILY)

    @dg.schedule(
        job=daily,
        cron_schedule=f"0 {company.config.run.schedule_hour} * * *",
        execution_timezone=company.config.company.timezone,
        name="every_morning",
        description="Runs the day in the morning of its own date.",
    )
    def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = context.scheduled_execution_time.astimezone(company.timezone).date()
        return dg.RunRequest(partition_key=(company.config.run.as_of_date or day).isoformat())

    return every_morning


def build_training_schedule(company: Company, jobs: list[Any]) -> dg.ScheduleDefinition:
    """The training job, once a week, on the last day that has run."""
    train, settings = next(job for job in jobs if job.name == TRAIN), company.config.train

    @dg.schedule(
        job=train,
        cron_schedule=f"0 {settings.hour} * * {settings.weekday[:3]}",
        execution_timezone=company.config.company.timezone,
        name="every_week",
        description="Trains challengers on the last published day; the gate decides who scores.",
    )
    def every_week(
        context: dg.ScheduleEvaluationContext, company: CompanyResource
    ) -> dg.RunRequest | dg.SkipReason:
        publications = published_days(company.load().published)
        if not publications:
            return dg.SkipReason("No day has run yet. Materialize the daily job.")
        return dg.RunRequest(partition_key=publications[-1].as_of_date.isoformat())

    return every_week
